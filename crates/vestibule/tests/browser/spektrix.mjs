// Pages of an organisation's own site, in a real Chromium, against the Spektrix door on another origin:
// node spektrix.mjs BASE PORT, where the account names http://localhost:PORT.
import assert from "node:assert/strict";
import http from "node:http";
import { chromium } from "playwright-core";

const [base, port] = process.argv.slice(2);
const api = `${base}/apitesting/api/v3/`;
const site = http.createServer((_, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><html lang=en><title>Theatre</title><link rel=icon href=data:,><h1>Theatre</h1>");
});
await new Promise((done) => site.listen(Number(port), "localhost", done));
const elsewhere = http.createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>Evil</title>"));
await new Promise((done) => elsewhere.listen(0, "localhost", done));
const browser = await chromium.launch({
  executablePath: process.env.VESTIBULE_TEST_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

// One fetch in the page: status and body, or "blocked" where the browser keeps the answer from the page.
const call = (page, method, path, body, more = {}) =>
  page.evaluate(async ([url, method, body, more]) => {
    try {
      const headers = body === undefined ? {} : { "content-type": "application/json", "cache-control": "no-cache" };
      const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body), ...more });
      const text = await answer.text();
      return [answer.status, text ? JSON.parse(text) : null];
    } catch {
      return ["blocked", null];
    }
  }, [path.startsWith("http") ? path : api + path, method, body, more]);

let failed = 0;
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${port}/join?utm_source=poster`);
  // Tick boxes, then the form, without credentials.
  const [, statements] = await call(page, "GET", "statements");
  const [, groups] = await call(page, "GET", "tag-groups");
  const person = {
    firstName: "Ann", lastName: "Lee", email: "browser@b.co", password: "correct horse",
    AgreedStatements: [statements[0].id], Tags: [groups[0].tags[0].id], "Attribute_Dietary Requirements": "Vegan",
  };
  const [status, made] = await call(page, "POST", "customer", person);
  assert.equal(status, 200);
  assert.equal(made.attribute_DietaryRequirements, "Vegan");
  assert.deepEqual(await page.evaluate(() => document.cookie), "");
  const [again, error] = await call(page, "POST", "customer", person);
  assert.deepEqual([again, error.message], [400, "Duplicate Entry"], "a page can read errors");
  // The session, with credentials.
  const own = { credentials: "include" };
  assert.equal((await call(page, "GET", "customer", undefined, own))[0], 401);
  const [, begun] = await call(page, "POST", "customer/authenticate", { email: person.email, password: person.password }, own);
  assert.equal(begun.id, made.id);
  const [, read] = await call(page, "GET", "customer?$expand=agreedStatements", undefined, own);
  assert.equal(read.agreedStatements[0].id, statements[0].id);
  assert.equal((await call(page, "GET", "customer"))[0], 401, "without credentials nobody is logged in");
  const [, patched] = await call(page, "PATCH", "customer", { mobile: "07" }, own);
  assert.equal(patched.mobile, "07");
  const [, agreed] = await call(page, "PUT", "customer/agreed-statements", [], own);
  assert.deepEqual(agreed, []);
  assert.equal((await call(page, "DELETE", `customer/agreed-statements/${statements[0].id}`, undefined, own))[0], 204);
  // Servers' paths are closed to pages.
  assert.equal((await call(page, "GET", `customers?email=${person.email}`))[0], "blocked");

  // Another site's page sees the public lists and nothing else, and changes nothing.
  const evil = await context.newPage();
  await evil.goto(`http://localhost:${elsewhere.address().port}/`);
  assert.equal((await call(evil, "GET", "statements"))[0], 200);
  assert.equal((await call(evil, "GET", "customer", undefined, own))[0], "blocked");
  assert.equal((await call(evil, "POST", "customer", { ...person, email: "evil@b.co" }))[0], "blocked");
  assert.equal((await call(evil, "PATCH", "customer", { mobile: "666" }, own))[0], "blocked");
  assert.equal((await call(evil, "POST", "customer/deauthenticate", undefined, own))[0], "blocked");
  const [, still] = await call(page, "GET", "customer", undefined, own);
  assert.equal(still.mobile, "07");
  assert.equal((await call(page, "POST", "customer/deauthenticate", undefined, own))[0], 200);
  assert.equal((await call(page, "GET", "customer", undefined, own))[0], 401);

  // The integrated form sends the browser back.
  for (const place of ["/thanks", "/thanks?Error=EmailExists"]) {
    await page.goto(`http://localhost:${port}/`);
    await page.evaluate(([action, back]) => {
      const fields = { FirstName: "A", LastName: "B", Email: "form.browser@b.co", ReturnUrl: back };
      const inputs = Object.entries(fields).map(([name, value]) => `<input name=${name} value="${value}">`).join("");
      document.body.innerHTML = `<form method=post action="${action}">${inputs}<button>Sign up</button></form>`;
    }, [`${base}/apitesting/website/secure/signup.aspx`, `http://localhost:${port}/thanks`]);
    await page.getByRole("button").click();
    await page.waitForURL((url) => url.pathname === "/thanks");
    assert.equal(new URL(page.url()).href, `http://localhost:${port}${place}`);
  }
} catch (error) {
  failed = 1;
  console.log(error.stack);
}
await browser.close();
site.close();
elsewhere.close();
process.exit(failed);
