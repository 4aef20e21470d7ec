//! The examples of `docs/webhooks.md`, each run against requests that were really sent.

use std::path::Path;

use testkit::{TestDatabase, both_engines};

use crate::receiver::{Kept, Receiver, SECRET, python, run, standard};
use crate::world::{KEY, World, sign_up};

const DOCUMENT: &str = include_str!("../../../../docs/webhooks.md");
const FORM: &str = "[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n[form.actions]\nlists = [\"NEWS0001\"]\n";

/// The code of a language in a section of the document.
fn example(section: &str, language: &str) -> String {
    let start = DOCUMENT.find(&format!("\n## {section}\n")).expect("the section") + 4;
    let text = &DOCUMENT[start..];
    let text = text.find("\n## ").map_or(text, |end| &text[..end]);
    let code = text.split(&format!("```{language}\n")).nth(1).expect("an example");
    code.split("\n```").next().expect("its end").to_owned()
}

/// How each language is asked: good, then a changed body, another secret, another time.
const SIGNED: [(&str, &str, &str); 5] = [
    (
        "python",
        "py",
        r#"
import sys
kept = json.load(open(sys.argv[1]))
headers, body = kept["headers"], kept["body"].encode()
old = dict(headers, **{"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)})
print(verify(sys.argv[2], headers, body), verify(sys.argv[2], headers, body + b" "), verify(sys.argv[3], headers, body),
      verify(sys.argv[2], old, body))
"#,
    ),
    (
        "js",
        "mjs",
        r#"
import { readFileSync } from "node:fs";
const [file, secret, other] = process.argv.slice(2);
const { headers, body } = JSON.parse(readFileSync(file, "utf8"));
const bytes = Buffer.from(body);
const old = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 301) };
console.log(verify(secret, headers, bytes), verify(secret, headers, Buffer.from(body + " ")), verify(other, headers, bytes),
  verify(secret, old, bytes));
"#,
    ),
    (
        "php",
        "php",
        r#"
[, $file, $secret, $other] = $argv;
$kept = json_decode(file_get_contents($file), true);
[$headers, $body] = [$kept['headers'], $kept['body']];
$old = ['webhook-timestamp' => (string) ($headers['webhook-timestamp'] - 301)] + $headers;
$said = [verify($secret, $headers, $body), verify($secret, $headers, $body . ' '), verify($other, $headers, $body),
    verify($secret, $old, $body)];
echo implode(' ', array_map(fn ($yes) => $yes ? 'true' : 'false', $said)), "\n";
"#,
    ),
    (
        "ruby",
        "rb",
        r#"
require "json"
file, secret, other = ARGV
kept = JSON.parse(File.read(file))
headers, body = kept["headers"], kept["body"]
old = headers.merge("webhook-timestamp" => (Integer(headers["webhook-timestamp"]) - 301).to_s)
puts [verify(secret, headers, body), verify(secret, headers, body + " "), verify(other, headers, body),
      verify(secret, old, body)].join(" ")
"#,
    ),
    (
        "sh",
        "sh",
        r#"
said() { if verify "$@"; then printf 'true '; else printf 'false '; fi; }
{ cat "$4.body"; printf ' '; } >"$4.changed"
said "$5" "$1" "$2" "$3" "$4.body"; said "$5" "$1" "$2" "$3" "$4.changed"; said "$6" "$1" "$2" "$3" "$4.body"
said "$5" "$1" "$(($2 - 301))" "$3" "$4.body"
"#,
    ),
];

async fn ask(folder: &Path, language: &str, ending: &str, code: &str, arguments: &[&str]) -> String {
    let script = folder.join(format!("example.{ending}"));
    std::fs::write(&script, code).expect("a file");
    let program = match language {
        "python" => python(),
        "js" => "node".into(),
        other => other.into(),
    };
    let script = script.to_str().expect("a path");
    let said = run(program, std::iter::once(script).chain(arguments.iter().copied())).await;
    said.trim().to_lowercase()
}

async fn signed(folder: &Path, kept: &Kept) {
    let file = folder.join("kept.json");
    let json = serde_json::json!({ "headers": kept.headers, "body": kept.body });
    std::fs::write(&file, json.to_string()).expect("a file");
    std::fs::write(folder.join("kept.json.body"), &kept.body).expect("a file");
    let (file, other) = (file.to_str().expect("a path"), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    for (language, ending, harness) in SIGNED {
        let mut code = format!("{}\n{harness}", example("Verifying", language));
        let mut arguments = vec![file, SECRET, other];
        match language {
            "python" => code.insert_str(0, "import json\n"),
            "php" => code.insert_str(0, "<?php\n"),
            "sh" => {
                let of = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| kept.header(name));
                arguments.splice(0..0, of);
            }
            _ => {}
        }
        let said = ask(folder, language, ending, &code, &arguments).await;
        assert_eq!(said, "true false false false", "{language}");
    }
}

async fn vendors(folder: &Path, kept: &Kept) {
    std::fs::write(folder.join("call.json"), &kept.body).expect("a file");
    let file = folder.join("call.json");
    let file = file.to_str().expect("a path");
    let asked = [
        (
            "python",
            "py",
            "import sys\nbody = open(sys.argv[1]).read()\nprint(genuine(sys.argv[2], body), genuine(\"x\", body))",
        ),
        (
            "php",
            "php",
            "$said = [genuine($argv[2], file_get_contents($argv[1])), genuine('x', file_get_contents($argv[1]))];\n\
             echo implode(' ', array_map(fn ($yes) => $yes ? 'true' : 'false', $said));",
        ),
    ];
    for (language, ending, harness) in asked {
        let begin = if language == "php" { "<?php\n" } else { "" };
        let code = format!("{begin}{}\n{harness}\n", example("Sentori's kinds", language));
        let said = ask(folder, language, ending, &code, &[file, KEY]).await;
        assert_eq!(said, "true false", "{language}: {}", kept.body);
    }
}

both_engines! {
    async fn every_example_checks_what_was_really_sent(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let own = standard(&receiver.url("/own"), &format!("secret = \"{SECRET}\""));
        let vendor = format!("[[webhook]]\nkind = \"sentori\"\ncontact_subscribe = \"{0}\"\nlist_subscribe = \"{0}\"\n", receiver.url("/vendor"));
        let mut world = World::new(db, "", &format!("{FORM}{own}{vendor}")).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let running = world.launch.start().await;
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "josé@post.example", false).await, 200);
        let told = receiver.until("/own", |kept| kept.len() == 4).await;
        let calls = receiver.until("/vendor", |kept| kept.len() == 2).await;
        let folder = tempfile::tempdir().expect("a folder");
        signed(folder.path(), &told[0]).await;
        for call in &calls {
            vendors(folder.path(), call).await;
        }
    }
}
