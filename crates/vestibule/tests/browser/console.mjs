// Journeys of the people who work in the console, in a real Chromium against a running demo:
// node console.mjs BASE_URL LINK. LINK is the one-time link of a fresh owner. Chromium is the system's, named by
// VESTIBULE_TEST_CHROMIUM; with VESTIBULE_TEST_PICTURES pictures are kept there.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import http from "node:http";
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [base, link] = process.argv.slice(2);
const pictures = process.env.VESTIBULE_TEST_PICTURES;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.VESTIBULE_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const desktop = { width: 1280, height: 860 };
const password = "correct horse battery";

const context = await browser.newContext({ viewport: desktop, locale: "en-GB" });
const page = await context.newPage();
const faults = [];
page.on("console", (message) => {
  // Faults that a preview shows would take the focus there, which its sandbox does not let it.
  const expected = ["status of 4", "Blocked autofocusing"].some((known) => message.text().includes(known));
  if (message.type() === "error" && !expected) faults.push(message.text());
});
page.on("pageerror", (error) => faults.push(String(error)));

// axe in light and dark, at most 60 KB, and no sideways scrolling on a phone.
async function good(name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), tags);
    const found = result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`);
    assert.deepEqual(found, [], `${name} ${colorScheme}`);
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      for (const [size, viewport] of [["phone", { width: 390, height: 800 }], ["desktop", desktop]]) {
        await page.setViewportSize(viewport);
        await page.screenshot({ path: `${pictures}/console-${name}-${size}-${colorScheme}.png`, fullPage: true });
      }
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 320, height: 640 });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(sideways, false, `${name} scrolls sideways at 320 px`);
  await page.setViewportSize(desktop);
  const weight = await page.evaluate(() =>
    performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
      .filter((entry) => !/^\/demo\/forms\/|\/preview|\/assets\/|\/embed\.js$/.test(new URL(entry.name).pathname))
      .reduce((sum, entry) => sum + entry.decodedBodySize, 0));
  assert.ok(weight <= 60 * 1024, `${name} weighs ${weight}`);
}

const heading = () => page.locator("h1").innerText();
const press = (name) => page.getByRole("button", { name, exact: true }).click();

async function mails(to) {
  const all = await (await fetch(`${base}/mailbox.json`)).json();
  return all.filter((mail) => mail.to.includes(to));
}

async function until(what, ask) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const found = await ask();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`never: ${what}`);
}

function totp(secret, at = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((c) => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const digest = createHmac("sha1", bytes).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1e6).padStart(6, "0");
}

async function signIn(secret) {
  await page.goto(`${base}/console`);
  await page.getByLabel("Email address").fill("owner@console.example");
  await page.getByLabel("Password").fill(password);
  await press("Sign in");
  if (secret) {
    assert.equal(await heading(), "One more step");
    await page.getByLabel("Code").fill(secret);
    await press("Sign in");
  }
}

const journeys = {
  async "first start: link, password, overview, a form's snippet on another page"() {
    await page.goto(`${base}/console`);
    assert.equal(await heading(), "Sign in");
    await good("sign-in");
    await page.goto(link);
    await good("welcome");
    await page.getByLabel("New password").fill(password);
    await page.getByLabel("The same again").fill(password);
    await press("Set password");
    assert.equal(await heading(), "Overview");
    await page.getByText("Start here").waitFor();
    await page.getByRole("link", { name: "Forms" }).first().click();
    await good("forms");
    await page.getByRole("link", { name: "Newsletter" }).click();
    await good("form");
    const snippet = await page.locator("pre", { hasText: "<vestibule-form" }).innerText();

    // The snippet, as it is, on a site of somebody's own; the overview sees the sign-up arrive.
    const site = http.createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(`<!doctype html><title>Site</title><h1>Our theatre</h1>${snippet}`);
    });
    await new Promise((done) => site.listen(0, "127.0.0.1", done));
    await page.goto(`${base}/console/demo`);
    await page.locator("#live-mark").waitFor({ state: "visible" });
    const other = await (await browser.newContext()).newPage();
    await other.goto(`http://127.0.0.1:${site.address().port}/whats-on`);
    await other.getByLabel("Email address").fill("ann@example.org");
    await other.getByLabel("First name").fill("Ann");
    await other.getByLabel("Last name").fill("Evans");
    await other.getByLabel("Monthly Newsletter").check();
    await other.getByLabel("I would like to hear").check();
    await new Promise((done) => setTimeout(done, 2500)); // a person takes a while, and the guard knows
    await other.getByRole("button", { name: "Sign up" }).click();
    await page.getByText("ann@example.org").waitFor();
    const mail = await until("a mail to Ann", async () => (await mails("ann@example.org"))[0]);
    await other.goto(mail.text.match(/https?:\/\/\S+\/confirm\/\S+/)[0]);
    await other.getByRole("button").first().click();
    await other.getByText("Ann", { exact: false }).or(other.locator("h1")).first().waitFor();
    await other.context().close();
    site.close();
    await page.goto(`${base}/console/demo`);
    await good("overview");
  },

  async "somebody rings up: found, looked at, changed, erased"() {
    await page.goto(`${base}/console/demo/contacts`);
    await page.getByRole("searchbox").fill("evans");
    await press("Search");
    await good("contacts");
    await page.getByRole("link", { name: "ann@example.org" }).click();
    assert.equal(await heading(), "Ann Evans");
    await page.getByText("Evidence").first().click();
    const history = await page.locator(".history").innerText();
    assert.match(history, /I would like to hear about upcoming shows by email/);
    assert.match(history, /declared by the caller/);
    assert.match(history, /\/whats-on/);
    await good("contact");
    await page.getByLabel("First Name").fill("Anne");
    await press("Save");
    assert.equal(await heading(), "Anne Evans");
    assert.equal(await page.locator(".did").innerText(), "Saved.");
    await page.getByRole("button", { name: "Withdraw email" }).click();
    assert.match(await page.locator(".history").innerText(), /withdrew/);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export as JSON" }).click(),
    ]);
    assert.equal(JSON.parse(readFileSync(await file.path(), "utf8")).email, "ann@example.org");
    await page.getByRole("link", { name: "Erase …" }).click();
    await good("erase");
    await page.getByLabel("To go on").fill("ann@example.org");
    await press("Erase for good");
    assert.equal(await page.locator(".did").innerText(), "The contact was erased.");
    await page.goto(`${base}/console/demo/contacts?q=ann%40`);
    await page.getByText("Nobody fits.").waitFor();
    await page.goto(`${base}/console/demo/trail`);
    assert.match(await page.locator(".changes").innerText(), /Erased/);
    await good("trail");
  },

  async "a sign-up in quarantine is released"() {
    // A field that people cannot see was filled in: a robot, or a password manager that means too well.
    await page.goto(`${base}/demo/forms/12ABCDE3`);
    await page.getByLabel("Email address").fill("shy@example.org");
    await page.evaluate(() => { document.querySelector(".honey input").value = "https://example.org"; });
    await page.getByRole("button", { name: "Sign up" }).click();
    assert.equal((await mails("shy@example.org")).length, 0);
    await page.goto(`${base}/console/demo/sign-ups?outcome=quiet`);
    await good("sign-ups");
    await page.getByRole("link", { name: "shy@example.org" }).click();
    await page.getByText("A field that people cannot see was filled in.").waitFor();
    await good("sign-up");
    await page.getByRole("button", { name: "Block", exact: true }).waitFor();
    await press("Release");
    await page.getByText("Released from quarantine").waitFor();
    await until("the mail of a released sign-up", async () => (await mails("shy@example.org"))[0]);
    await page.goto(`${base}/console/demo/deliveries`);
    await good("deliveries");
    await page.getByRole("link", { name: "Confirmation mail" }).first().click();
    await good("delivery");
  },

  async "a form is made and laid out by keyboard and pointer, tried, and put on a page"() {
    await page.goto(`${base}/console/demo/forms`);
    await page.getByRole("link", { name: "New form" }).click();
    await page.locator("[name='name.en']").fill("On-sale morning");
    await page.locator("#external-id").fill("ONSALE01");
    await page.getByLabel("Monthly Newsletter").selectOption("offer");
    await page.getByLabel("I would like to hear").check();
    await page.getByLabel("Add a field").selectOption("SeatPreference");
    await page.locator("#fields").getByRole("button", { name: "Add" }).click();
    const order = () => page.locator("[data-row] .head strong").allInnerTexts();
    assert.deepEqual(await order(), ["First Name", "Last Name", "Seat Preference"]);
    // By keyboard: the button keeps the focus, and what happened is said.
    await page.getByRole("button", { name: "Move Seat Preference up" }).focus();
    await page.keyboard.press("Enter");
    assert.deepEqual(await order(), ["First Name", "Seat Preference", "Last Name"]);
    assert.match(await page.locator("[data-said]").innerText(), /Seat Preference: now in place 2/);
    await page.keyboard.press("Enter");
    assert.deepEqual(await order(), ["Seat Preference", "First Name", "Last Name"]);
    // By pointer.
    const row = (n) => page.locator("[data-row]").nth(n);
    await row(0).locator(".grip").dragTo(row(2), { targetPosition: { x: 60, y: 65 } });
    assert.deepEqual(await order(), ["First Name", "Last Name", "Seat Preference"]);
    await row(2).getByRole("checkbox").check();
    await page.frameLocator("iframe[name=preview]").getByLabel("Seat Preference").waitFor();
    await page.frameLocator("iframe[name=preview]").getByRole("heading", { name: "On-sale morning" }).waitFor();
    await page.getByLabel("Desktop").check();
    const wide = await page.locator("iframe[name=preview]").evaluate((frame) => frame.clientWidth);
    assert.ok(wide > 1000, `the desktop's preview is ${wide} px wide`);
    await page.getByLabel("Phone").check();
    await press("Make the form");
    assert.equal(await page.locator(".did").innerText(), "Made.");
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await good("form-edit");
    await page.goBack();

    // A test sign-up: what is wrong is said, what would happen is shown, and nothing comes of it.
    const frame = page.frameLocator("iframe[name=preview]");
    await frame.getByLabel("Email address").fill("try@example.org");
    await frame.getByRole("button", { name: "Sign up" }).click();
    await frame.getByText("Seat Preference").first().waitFor();
    await frame.getByRole("alert").waitFor();
    await frame.getByLabel("Seat Preference").fill("Aisle");
    await frame.getByRole("button", { name: "Sign up" }).click();
    await frame.getByRole("heading", { name: "What would happen" }).waitFor();
    await frame.getByText("Aisle").waitFor();
    assert.equal((await mails("try@example.org")).length, 0);
    await page.goto(`${base}/console/demo/contacts?q=try%40`);
    await page.getByText("Nobody fits.").waitFor();

    // Of two editors of one form the second is told, and may go on having seen it.
    const [mine, theirs] = [page, await context.newPage()];
    for (const tab of [mine, theirs]) await tab.goto(`${base}/console/demo/forms/ONSALE01/edit`);
    await mine.locator("[name='name.en']").fill("The morning");
    await press("Save");
    await theirs.locator("[name='name.en']").fill("The evening");
    await theirs.getByRole("button", { name: "Save", exact: true }).click();
    assert.match(await theirs.locator("#conflict").innerText(), /Somebody else saved this meanwhile[^]*The morning/);
    await theirs.getByRole("button", { name: "Save mine all the same" }).click();
    await theirs.getByText("Saved.").waitFor();
    assert.equal(await theirs.locator("h1").innerText(), "The evening");
    await theirs.close();
  },

  async "a list, tags, a wording, settings"() {
    await page.goto(`${base}/console/demo/fields`);
    await good("fields");
    await page.goto(`${base}/console/demo/lists`);
    await page.getByRole("link", { name: "New list" }).click();
    await page.getByLabel("Name").fill("Schools");
    await press("Make it");
    await page.getByRole("link", { name: "Schools" }).click();
    await press("Remove …");
    await page.getByText("- mailing list").waitFor();
    await good("list-remove");
    await press("Remove it");
    assert.equal(await page.locator(".did").innerText(), "Removed.");
    await page.goto(`${base}/console/demo/tags`);
    await page.getByRole("link", { name: "Interests" }).click();
    await page.getByLabel("More tags").fill("Opera\nBallet");
    await press("Save");
    await page.getByText("Opera").waitFor();
    await page.goto(`${base}/console/demo/statements`);
    await page.getByRole("link", { name: "season brochure" }).click();
    await page.getByLabel("Wording").fill("Please send me your brochure");
    await press("Save");
    await page.getByText("This makes version 2").waitFor();
    await good("statement-version");
    await press("Make version 2");
    await page.getByRole("link", { name: "Please send me your brochure" }).click();
    await page.getByRole("link", { name: "Count who agreed to which" }).click();
    assert.match(await page.locator(".history").innerText(), /version 2[^]*in use[^]*version 1/);
    await page.goto(`${base}/console/demo/automations/WELCOME1`);
    await good("automation");
    await page.goto(`${base}/console/demo/settings`);
    await good("settings");
    await page.getByLabel("Colour").fill("#0b5d6b");
    await press("Save");
    assert.equal(await page.locator(".did").innerText(), "Saved.");
    await press("Send me a test message");
    await until("a test message", async () => (await mails("owner@console.example"))[0]);
    await page.goto(`${base}/console/demo/new/contact`);
    await page.getByLabel("Email address").fill("desk@example.org");
    await page.getByLabel("First Name").fill("=Ann");
    await page.getByLabel("Ask them by mail first").uncheck();
    await press("Add them");
    await page.goto(`${base}/console/demo/contacts?q=desk`);
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "These as CSV" }).click()]);
    assert.match(readFileSync(await file.path(), "utf8"), /desk@example\.org,confirmed,.*"'=Ann"/);
  },

  async "a webhook fails, and is replayed"() {
    let status = 500;
    const calls = [];
    const receiver = http.createServer((request, answer) => {
      let body = "";
      request.on("data", (piece) => { body += piece; });
      request.on("end", () => {
        calls.push({ body, signature: request.headers["webhook-signature"] });
        answer.writeHead(status).end();
      });
    });
    await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
    await page.goto(`${base}/console/demo/new/webhooks`);
    await page.getByLabel("Name").fill("Box office");
    await page.getByLabel("URL").fill(`http://127.0.0.1:${receiver.address().port}/hooks`);
    await press("Make it");
    assert.match(await page.locator("pre").innerText(), /^whsec_/);
    await page.getByRole("link", { name: "To the webhook" }).click();
    await press("Send a test call");
    await until("a call", () => calls.length === 1);
    assert.ok(calls[0].signature && JSON.parse(calls[0].body).type === "test");
    await until("the failure in the log", async () => {
      await page.reload();
      return (await page.locator(".list").last().innerText()).includes("500");
    });
    await good("webhook");
    status = 204;
    await page.locator(".list").last().getByRole("link").first().click();
    await press("Try again now");
    await until("a second call", () => calls.length === 2);
    await until("what came of it", async () => {
      await page.reload();
      return (await page.locator(".badge").first().innerText()) === "sent";
    });
    receiver.close();
  },

  async "two editors: the second is told"() {
    await page.goto(`${base}/console/demo/file`);
    await good("file");
    const second = await context.newPage();
    await second.goto(`${base}/console/demo/file`);
    for (const [tab, name] of [[page, "First Theatre"], [second, "Second Theatre"]]) {
      const text = await tab.getByLabel("Account file").inputValue();
      await tab.getByLabel("Account file").fill(text.replace('name = "Demo Theatre"', `name = "${name}"`));
      await tab.getByRole("button", { name: "Show what would change" }).click();
      await tab.getByRole("heading", { name: "What would change" }).waitFor();
      if (tab === page) {
        await good("file-plan");
        await press("Apply this");
        assert.equal(await page.locator(".did").innerText(), "Applied.");
      }
    }
    assert.match(await second.locator(".fault").innerText(), /Somebody changed the account/);
    assert.match(await second.locator(".plan").innerText(), /"First Theatre" → "Second Theatre"/);
    await second.close();
    await page.goto(`${base}/console/demo`);
    assert.match(await page.locator(".top").innerText(), /First Theatre/);
  },

  async "secrets and users are shown once; a second factor keeps others out"() {
    await page.goto(`${base}/console/demo/callers`);
    await page.getByLabel("For", { exact: true }).selectOption("native");
    await page.getByLabel("Name or login").fill("Till");
    await press("Make it");
    await page.getByText("Copy it now").waitFor();
    await good("callers");
    await page.goto(`${base}/console/demo/users`);
    await page.getByLabel("Email address").fill("viewer@console.example");
    await press("Invite");
    await page.getByText("A link for viewer@console.example").waitFor();
    await good("users");

    await page.goto(`${base}/console/me`);
    await good("me");
    await page.getByRole("link", { name: "Turn on" }).click();
    await good("second-factor");
    const secret = (await page.locator("#secret").innerText()).replaceAll(" ", "");
    await page.getByLabel("Type the six digits").fill("000000");
    await press("Turn on");
    assert.match(await page.locator(".fault").innerText(), /wrong/);
    await page.getByLabel("Type the six digits").fill(totp(secret));
    await press("Turn on");
    const codes = await page.locator(".codes code").allInnerTexts();
    assert.equal(codes.length, 10);
    await good("recovery");
    await page.goto(`${base}/console`);
    await press("Sign out");
    // The code that turned it on is spent.
    await signIn(totp(secret));
    assert.match(await page.locator(".fault").innerText(), /wrong or was used/);
    await signIn(codes[0]);
    assert.equal(await heading(), "Overview");
    await page.goto(`${base}/console/me`);
    await page.getByText("9 recovery codes are left.").waitFor();
  },

  async "by keyboard, without scripts, in Welsh"() {
    const plain = await browser.newContext({ javaScriptEnabled: false, locale: "cy-GB", viewport: { width: 390, height: 800 } });
    await plain.addCookies(await context.cookies());
    const tab = await plain.newPage();
    await tab.goto(`${base}/console/demo/contacts`);
    assert.equal(await tab.locator("h1").innerText(), "Cysylltiadau");
    await tab.keyboard.press("Tab");
    assert.equal(await tab.evaluate(() => 1).catch(() => 0), 1);
    assert.match(await tab.locator(":focus").innerText(), /Neidio/);
    await tab.getByRole("searchbox").fill("shy@");
    await tab.keyboard.press("Enter");
    await tab.getByRole("link", { name: "shy@example.org" }).click();
    assert.match(await tab.locator("h1").innerText(), /shy@example.org/);
    await tab.getByRole("button", { name: "Ychwanegu Family Events" }).click();
    assert.equal(await tab.locator(".did").innerText(), "Wedi’i gadw.");
    await plain.close();
  },
};

let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  try {
    await journey();
    assert.deepEqual(faults.splice(0), [], "nothing on the browser's console");
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${name} at ${page.url()}\n${error.stack}`);
    break;
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
