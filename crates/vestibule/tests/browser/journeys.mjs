// Journeys of a person in a real Chromium against a running demo: node journeys.mjs BASE_URL. Chromium is the system's,
// named by VESTIBULE_TEST_CHROMIUM. Each journey has its own addresses; any fault ends with a status other than 0.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import http from "node:http";
import { mkdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const base = process.argv[2];
const pictures = process.env.VESTIBULE_TEST_PICTURES;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.VESTIBULE_TEST_CHROMIUM ?? "/usr/bin/chromium",
  // It must not call home: tests talk to this machine alone.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const phone = { viewport: { width: 360, height: 740 } };
let serial = 0;
const address = (name) => `${name}.${Date.now()}.${serial++}@example.org`;

async function mails(to) {
  const all = await (await fetch(`${base}/mailbox.json`)).json();
  return all.filter((mail) => mail.to.includes(to));
}

// The newest mail to somebody, waited for.
async function mail(to, count = 1) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const found = await mails(to);
    if (found.length >= count) return found[0];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail number ${count} to ${to}`);
}

const link = (mail, kind) => mail.text.match(new RegExp(`https?://\\S+/${kind}/\\S+`))[0];

async function contact(email) {
  const answer = await fetch(`${base}/v2.0/contact/get/${encodeURIComponent(email)}/`, {
    headers: { ApiKey: "00000000-0000-0000-0000-000000000000" },
  });
  return answer.status === 200 ? answer.json() : null;
}

async function within(options, journey) {
  const context = await browser.newContext({ ...phone, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("status of 4")) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  try {
    await journey(page, context);
    assert.deepEqual(faults, [], "nothing on the console");
    assert.deepEqual(await context.cookies(), [], "no cookie");
  } finally {
    await context.close();
  }
}

// axe in light, dark and forced colours, and no sideways scrolling at 320 px.
async function accessible(page, name) {
  for (const [mode, media] of [
    ["light", { colorScheme: "light", forcedColors: "none" }],
    ["dark", { colorScheme: "dark", forcedColors: "none" }],
    ["forced", { colorScheme: "light", forcedColors: "active" }],
  ]) {
    await page.emulateMedia(media);
    // Evaluated by the driver, so the page's own policy stays as strict as it is.
    await page.evaluate(axe);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), tags);
    const found = result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
    assert.deepEqual(found, [], `${name} ${mode}`);
    if (pictures && mode !== "forced") {
      mkdirSync(pictures, { recursive: true });
      for (const [size, width] of [["phone", 360], ["desktop", 1200]]) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: `${pictures}/${name}-${size}-${mode}.png`, fullPage: true });
      }
      await page.setViewportSize(phone.viewport);
    }
  }
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await page.setViewportSize({ width: 320, height: 640 });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(sideways, false, `${name} scrolls sideways at 320 px`);
  // A screen of 1280 by 1024 at 400 % zoom: each control can be brought into view and lies under nothing.
  await page.setViewportSize({ width: 320, height: 256 });
  const hidden = await page.evaluate(() => {
    const roots = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)];
    return roots.flatMap((root) => [...root.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")]
      .filter((e) => e.checkVisibility() && !e.closest("[aria-hidden=true]"))
      .filter((e) => {
        e.scrollIntoView({ block: "center", behavior: "instant" });
        const box = e.getClientRects()[0];
        const x = box.x + box.width / 2;
        const y = box.y + box.height / 2;
        const on = root.elementFromPoint(x, y);
        return x < 0 || x > innerWidth || !(e.contains(on) || on?.contains(e));
      })
      .map((e) => e.outerHTML));
  });
  assert.deepEqual(hidden, [], `${name}: out of reach at 400 %`);
  await page.setViewportSize(phone.viewport);
}

const heading = (page) => page.locator("h1").innerText();

async function fill(page, email) {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("First name").fill("Ann");
  await page.getByLabel("Monthly Newsletter").check();
  await page.getByLabel("I would like to hear").check();
  await page.getByRole("button", { name: "Sign up" }).click();
}

const journeys = {
  async "sign up, confirm by being there, preferences, a new address, unsubscribe, undo, delete"() {
    const email = address("whole");
    await within({}, async (page) => {
      await page.goto(`${base}/demo/forms/12ABCDE3?utm_source=poster`);
      await accessible(page, "form");
      await page.getByRole("button", { name: "Sign up" }).click();
      assert.match(await page.locator(".summary").innerText(), /email address/);
      assert.equal(await page.evaluate(() => document.activeElement.className), "summary", "the summary takes focus");
      await accessible(page, "form-faults");
      await fill(page, email);
      assert.equal(await heading(page), "Thank you");
      await accessible(page, "submitted");

      await page.goto(link(await mail(email), "confirm"));
      assert.equal(await heading(page), "One last step");
      await accessible(page, "confirm");
      await page.mouse.move(100, 100);
      await page.mouse.move(120, 140);
      await page.waitForFunction(() => document.querySelector("h1").innerText === "All done");
      await accessible(page, "confirmed");

      await page.goto(`${base}/demo/preferences`);
      await accessible(page, "preferences-request");
      await page.getByLabel("Email address").fill(email);
      await page.getByRole("button").click();
      await page.goto(link(await mail(email, 2), "preferences"));
      await accessible(page, "preferences");
      assert.equal(await page.getByLabel("First name").inputValue(), "Ann");
      await page.getByLabel("First name").fill("Anna");
      await page.getByLabel("Family Events").check();
      await page.getByRole("button", { name: "Save" }).click();
      assert.match(await page.locator(".done").innerText(), /saved/);
      assert.equal(await page.getByLabel("First name").inputValue(), "Anna");
      assert.equal(await page.getByLabel("Family Events").isChecked(), true);
      await accessible(page, "preferences-saved");

      const moved = address("moved");
      const preferences = page.url();
      await page.getByLabel("New email address").fill(moved);
      await page.locator("button[value=change_address]").click();
      assert.match(await page.locator(".done").innerText(), /link/);
      await page.goto(link(await mail(moved), "confirm"));
      await accessible(page, "confirm-address");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => document.querySelector("h1").innerText === "All done");
      assert.equal(await contact(email), null, "the old address is nobody's");
      assert.ok(await contact(moved), "the new one is theirs");

      await page.goto(preferences);
      await page.locator("button[value=unsubscribe]").click();
      assert.match(await heading(page), /unsubscribed/);
      await accessible(page, "unsubscribed");
      await page.getByRole("button").click();
      assert.equal(await heading(page), "Undone");
      await accessible(page, "undone");

      await page.goto(preferences);
      await page.locator("summary").last().click();
      await page.locator("button[value=delete]").click();
      assert.match(await heading(page), /deleted/);
      await accessible(page, "deleted");
      assert.equal(await contact(moved), null);
    });
  },

  async "without scripts: sign up, confirm by the button, and say it was not me"() {
    const email = address("plain");
    await within({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${base}/demo/forms/12ABCDE3`);
      await fill(page, email);
      await page.goto(link(await mail(email), "confirm"));
      await page.getByRole("button").click();
      assert.equal(await heading(page), "All done");
      await page.reload();
      assert.equal(await heading(page), "All done", "a second time shows the message again");
      const other = address("not.me");
      await page.goto(`${base}/demo/forms/12ABCDE3`);
      await fill(page, other);
      await page.goto(link(await mail(other), "not-me"));
      await page.getByRole("button").click();
      await page.goto(link(await mail(other), "confirm"));
      assert.equal(await page.locator("button").count(), 0, "there is nothing left to confirm");
    });
  },

  async "with the keyboard alone"() {
    const email = address("keys");
    await within({}, async (page) => {
      await page.goto(`${base}/demo/forms/12ABCDE3`);
      await page.keyboard.press("Tab");
      await page.keyboard.type(email);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("h1").innerText === "Thank you");
      await page.goto(link(await mail(email), "confirm"));
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => document.querySelector("h1").innerText === "All done");
    });
  },

  async "right to left"() {
    await within({ locale: "ar" }, async (page) => {
      await page.goto(`${base}/demo/forms/12ABCDE3`);
      assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
      await accessible(page, "form-arabic");
    });
  },

  async "the embedded element on a strict page of another origin"() {
    const host = http.createServer((request, response) => {
      response.setHeader("content-type", "text/html");
      const policy = `default-src 'none'; script-src ${base}; connect-src ${base}; img-src data:`;
      response.setHeader("content-security-policy", policy);
      response.end(`<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><main>
        <h1>Elsewhere</h1><script src="${base}/embed.js" async></script>
        <vestibule-form client="demo" form="12ABCDE3" source="footer"><a href="${base}/demo/forms/12ABCDE3">Sign up</a></vestibule-form></main>`);
    });
    await new Promise((done) => host.listen(0, "127.0.0.1", done));
    const email = address("embedded");
    try {
      await within({}, async (page) => {
        await page.goto(`http://127.0.0.1:${host.address().port}/page?utm_campaign=spring`);
        await page.evaluate(() => {
          globalThis.told = [];
          for (const name of ["vestibule:submitted", "vestibule:error"]) {
            document.addEventListener(name, (event) => globalThis.told.push([name, event.detail.status]));
          }
        });
        await page.getByRole("button", { name: "Sign up" }).waitFor();
        await accessible(page, "embedded");
        await page.getByRole("button", { name: "Sign up" }).click();
        await page.getByRole("alert").waitFor();
        await fill(page, email);
        await page.getByRole("status").waitFor();
        assert.deepEqual(await page.evaluate(() => globalThis.told), [["vestibule:error", 422], ["vestibule:submitted", "pending"]]);
      });
      await mail(email);
    } finally {
      host.close();
    }
  },

  async "scanners that follow every link, and that open each for ten seconds, confirm and unsubscribe nobody"() {
    const email = address("scanned");
    await within({}, async (page, context) => {
      await page.goto(`${base}/demo/forms/12ABCDE3`);
      await fill(page, email);
      const first = await mail(email);
      const links = [...first.text.matchAll(/https?:\/\/\S+/g)].map(([url]) => url);
      assert.equal(links.length, 2);
      for (const url of links) {
        for (const method of ["HEAD", "GET"]) assert.equal((await fetch(url, { method })).status, 200);
      }
      const before = await contact(email);
      const pages = await Promise.all(links.map(async (url) => {
        const opened = await context.newPage();
        await opened.goto(url);
        await opened.evaluate(() => scrollTo(0, 1000));
        return opened;
      }));
      await new Promise((done) => setTimeout(done, 10_000));
      for (const opened of pages) assert.notEqual(await heading(opened), "All done");
      assert.deepEqual(await contact(email), before, "nothing has changed");
      await page.goto(links.find((url) => url.includes("/confirm/")));
      await page.getByRole("button").click();
      await page.waitForFunction(() => document.querySelector("h1").innerText === "All done");
    });
  },

  async "not me, followed links and links that lead nowhere"() {
    const email = address("nowhere");
    await within({}, async (page) => {
      await page.goto(`${base}/demo/forms/12ABCDE3`);
      await fill(page, email);
      const sent = await mail(email);
      await page.goto(link(sent, "not-me"));
      await accessible(page, "not-me");
      await page.getByRole("button").click();
      await accessible(page, "not-me-done");
      await page.goto(link(sent, "confirm"));
      await accessible(page, "confirm-dropped");
      for (const [name, path] of [
        ["confirm-garbled", "/confirm/nonsense"],
        ["preferences-garbled", "/preferences/nonsense"],
        ["unsubscribe-garbled", "/unsubscribe/nonsense"],
        ["form-unknown", "/demo/forms/NOTTHERE"],
        ["account-unknown", "/nobody/forms/12ABCDE3"],
      ]) {
        const answer = await page.goto(base + path);
        assert.equal(answer.status(), 404, path);
        await accessible(page, name);
      }
    });
  },

  async "the snippets of docs/forms.md, on pages of another origin"() {
    const document = readFileSync(new URL("../../../../docs/forms.md", import.meta.url), "utf8");
    const snippets = [...document.matchAll(/^```html\n([\s\S]*?)^```$/gm)].map(([, html]) => html.replaceAll("https://HOST", base));
    assert.equal(snippets.length, 3);
    const host = http.createServer((request, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      const snippet = snippets[Number(request.url.slice(1, 2))] ?? "";
      response.end(`<!doctype html><html lang="en"><title>A website</title><link rel="icon" href="data:,"><main>${snippet}</main>`);
    });
    await new Promise((done) => host.listen(0, "127.0.0.1", done));
    const site = `http://127.0.0.1:${host.address().port}`;
    try {
      await within({}, async (page) => {
        const element = address("element");
        await page.goto(`${site}/0`);
        await fill(page, element);
        await page.getByRole("status").waitFor();
        await mail(element);

        const plain = address("snippet");
        await page.goto(`${site}/1`);
        await page.getByLabel("Email").first().fill(plain);
        await page.getByLabel("First name").fill("Ann");
        await page.getByLabel("Monthly newsletter").check();
        await page.getByLabel("I would like to hear").check();
        await page.getByRole("button").click();
        assert.equal(await heading(page), "Thank you");
        await page.goto(link(await mail(plain), "confirm"));
        await page.getByRole("button").click();
        assert.equal(await heading(page), "All done");
        assert.equal((await contact(plain)).FirstName ?? "Ann", "Ann");

        const script = address("script");
        await page.goto(`${site}/2`);
        await page.getByLabel("Email").fill(script);
        await page.getByRole("button").click();
        await page.waitForFunction(() => document.querySelector("[role=status]").textContent !== "");
        assert.match(await page.getByRole("status").innerText(), /email/);
        await mail(script);
      });
    } finally {
      host.close();
    }
  },

  async "the mailbox page"() {
    await within({}, async (page) => {
      await page.goto(`${base}/mailbox`);
      assert.equal(await heading(page), "Mailbox");
      await accessible(page, "mailbox");
      assert.ok(await page.locator("article a[href*='/confirm/']").count() > 0, "links can be followed");
      await page.goto(base);
      await accessible(page, "front");
    });
  },

  async "a form and all it loads weigh little, from one host, without cookies"() {
    await within({}, async (page) => {
      const loaded = [];
      page.on("response", (response) => loaded.push(response));
      await page.goto(`${base}/demo/forms/12ABCDE3`, { waitUntil: "networkidle" });
      let weight = 0;
      for (const response of loaded) {
        if (response.url().startsWith("data:")) continue;
        assert.equal(new URL(response.url()).origin, new URL(base).origin);
        weight += gzipSync(await response.body()).length;
      }
      assert.ok(weight <= 15_000, `${weight} bytes`);
      assert.ok(loaded.length <= 3, `${loaded.length} requests`);
    });
  },
};

let failed = 0;
const wanted = process.argv[3];
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
