// Challenges of the guard in a real Chromium: node challenges.mjs BASE_URL PLAIN_URL. BASE_URL is a secure origin for
// browsers (127.0.0.1); PLAIN_URL names the same server as one that is not, so that browsers offer no cryptography there.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import http from "node:http";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const [base, plain] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.VESTIBULE_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", `--host-resolver-rules=MAP plain.example 127.0.0.1`],
});
let serial = 0;
const address = (name) => `${name}.${serial++}@venue.example`;
const form = "/demo/forms/12ABCDE3";

async function known(email) {
  const answer = await fetch(`${base}/v2.0/contact/get/${encodeURIComponent(email)}/`, {
    headers: { ApiKey: "00000000-0000-0000-0000-000000000000" },
  });
  return answer.status === 200;
}

async function within(options, journey) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults = [];
  // Browsers complain of that header at insecure origins, and of scripts that a journey keeps out.
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4|Cross-Origin-Opener-Policy|ERR_FAILED/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  try {
    await journey(page);
    assert.deepEqual(faults, [], "nothing on the console: no policy was broken");
  } finally {
    await context.close();
  }
}

// A ticket that is not genuine makes the guard ask.
const spoil = (page) => page.evaluate(() => { document.querySelector("[name=ticket]").value = "x"; });

async function fill(page, email) {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("First name").fill("Ann");
}

async function accessible(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`), []);
}

const journeys = {
  async "a challenge solves itself and sends the form with all that was typed"() {
    const email = address("auto");
    await within({}, async (page) => {
      const shown = [];
      page.on("response", (response) => {
        if (response.request().isNavigationRequest()) shown.push(response.status());
      });
      await page.goto(base + form);
      await fill(page, email);
      await spoil(page);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("h1").innerText === "Thank you");
      assert.deepEqual(shown, [200, 403, 200]);
    });
    assert.ok(await known(email));
  },

  async "the page with the challenge is accessible and says what happens"() {
    await within({}, async (page) => {
      // Held up, so that there is time to look.
      await page.addInitScript(() => { crypto.subtle.deriveBits = () => new Promise(() => {}); });
      await page.goto(base + form);
      await fill(page, address("look"));
      await spoil(page);
      await page.keyboard.press("Enter");
      const status = page.getByRole("status");
      await status.waitFor();
      assert.match(await status.innerText(), /Checking/);
      assert.equal(await page.getByLabel("First name").inputValue(), "Ann");
      await accessible(page);
    });
  },

  async "without scripts the button once more is enough, and it waits in quarantine"() {
    const email = address("noscript");
    await within({}, async (page) => {
      await page.route("**/*.js*", (route) => route.abort());
      await page.goto(base + form);
      await fill(page, email);
      await spoil(page);
      await page.keyboard.press("Enter");
      await page.getByText("One moment").waitFor();
      await spoil(page); // the page came with a fresh ticket
      await page.getByRole("button", { name: "Sign up" }).click();
      await page.waitForFunction(() => document.querySelector("h1").innerText === "Thank you");
    });
    assert.equal(await known(email), false);
  },

  async "without https the work is done by hand"() {
    const email = address("plain");
    await within({}, async (page) => {
      await page.goto(plain + form);
      assert.equal(await page.evaluate(() => Boolean(globalThis.crypto && crypto.subtle)), false, "an insecure page");
      await fill(page, email);
      await spoil(page);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("h1").innerText === "Thank you", null, { timeout: 60_000 });
    });
    assert.ok(await known(email));
  },

  async "the embedded form solves a challenge, on a strict page of another origin"() {
    const email = address("embedded");
    const host = http.createServer((request, response) => {
      response.setHeader("content-type", "text/html");
      const policy = `default-src 'none'; script-src ${base}; connect-src ${base}; img-src data:`;
      response.setHeader("content-security-policy", policy);
      response.end(`<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><main>
        <h1>Elsewhere</h1><script src="${base}/embed.js" async></script>
        <vestibule-form client="demo" form="12ABCDE3"></vestibule-form></main>`);
    });
    await new Promise((done) => host.listen(0, "127.0.0.1", done));
    try {
      await within({}, async (page) => {
        await page.goto(`http://127.0.0.1:${host.address().port}/`);
        await page.getByRole("button", { name: "Sign up" }).waitFor();
        await page.evaluate(() => { document.querySelector("vestibule-form").description.hidden.ticket = "x"; });
        await fill(page, email);
        await page.getByRole("button", { name: "Sign up" }).click();
        await page.waitForFunction(() => document.querySelector("vestibule-form").shadowRoot.querySelector(".message"));
      });
    } finally {
      host.close();
    }
    assert.ok(await known(email));
  },

  async "the integrated form of signup.aspx solves one too"() {
    const email = address("aspx");
    await within({}, async (page) => {
      await page.goto(`${base}/demo/website/secure/signup.aspx`);
      await page.getByLabel("Last name").fill("Li");
      await page.getByLabel("Email").fill(email);
      await spoil(page);
      await page.getByRole("button", { name: "Sign up" }).click();
      await page.waitForFunction(() => document.querySelector("h1").innerText === "Thank you");
    });
    assert.ok(await known(email));
  },

  async "the scripts weigh little"() {
    for (const path of ["/assets/challenge.js", "/embed.js"]) {
      const weight = gzipSync(Buffer.from(await (await fetch(base + path)).arrayBuffer())).length;
      assert.ok(weight <= 40_000, `${path}: ${weight} bytes`);
    }
  },
};

let failed = 0;
const wanted = process.argv[4];
for (const [name, journey] of Object.entries(journeys)) {
  if (wanted && !name.includes(wanted)) continue;
  const began = Date.now();
  try {
    await journey();
    console.log(`ok      ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
