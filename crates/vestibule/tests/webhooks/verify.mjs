// Checks the signatures of kept requests with the published library for JavaScript: verify.mjs FILE PATH SECRET
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const [file, path, secret] = process.argv.slice(2);
let checked = 0;
for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  const kept = JSON.parse(line);
  if (kept.path !== path) continue;
  new Webhook(secret).verify(kept.body, kept.headers);
  try {
    new Webhook(secret).verify(kept.body + " ", kept.headers);
  } catch {
    checked += 1;
  }
}
console.log(checked);
