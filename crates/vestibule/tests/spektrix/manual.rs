//! Every example of `docs/spektrix.md`, run in its order against the real program.

use std::ffi::OsString;
use std::path::Path;

use testkit::http::Request;
use testkit::{Launch, TestDatabase};
use tokio::process::Command;

use crate::clients::{ends_well, python};

const MANUAL: &str = include_str!("../../../../docs/spektrix.md");

/// The fenced blocks with their languages, without the indentation of lists.
fn blocks() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for line in MANUAL.lines() {
        let indent = line.len() - line.trim_start().len();
        open = match (open, line.trim().strip_prefix("```")) {
            (None, Some(language)) => Some((indent, language.to_owned(), String::new())),
            (Some((_, language, text)), Some(_)) => {
                found.push((language, text));
                None
            }
            (Some((at, language, text)), None) => Some((at, language, text + line.get(at..).unwrap_or("") + "\n")),
            (None, None) => None,
        };
    }
    assert!(open.is_none(), "a block is left open");
    found
}

/// The words of a command line, quotes taken off; names of files in `folder`.
fn words(line: &str, folder: &Path) -> Vec<OsString> {
    let mut words = Vec::new();
    for (n, piece) in line.split('"').enumerate() {
        if n % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    assert_eq!(words.remove(0), "vestibule");
    let file = |word: &String| Path::new(word).extension().is_some_and(|e| e == "toml" || e == "csv");
    words.iter().map(|word| if file(word) { folder.join(word).into_os_string() } else { word.into() }).collect()
}

testkit::both_engines! {
    async fn every_example_runs(db: TestDatabase) {
        let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule"))
            .setting("VESTIBULE_DATABASE_URL", db.url())
            .setting("VESTIBULE_MAIL_URL", "mailbox:");
        let folder = launch.data_dir().to_owned();
        let (mut said, mut running) = (String::new(), None);
        for (language, text) in blocks() {
            // Examples that call a server come behind those that set it up.
            if !matches!(&*language, "toml" | "csv" | "sh") && running.is_none() {
                running = Some(launch.start().await);
            }
            let base = running.as_ref().map(|r| format!("http://{}", r.address())).unwrap_or_default();
            let text = text.replace("https://tickets.theatre.example", &base);
            let script = |name: &str| {
                std::fs::write(folder.join(name), &text).expect("written");
                folder.join(name)
            };
            match &*language {
                "toml" => drop(script("theatre.toml")),
                "csv" => drop(script("customers.csv")),
                "sh" => {
                    for line in text.lines() {
                        let done = launch.run(words(line, &folder)).await;
                        said += &String::from_utf8_lossy(&done.stdout);
                        assert!(done.status.success(), "{line}\n{}", String::from_utf8_lossy(&done.stderr));
                    }
                }
                "python" | "php" | "js" => {
                    let (program, file) = match &*language {
                        "python" => (python(), script("example.py")),
                        "php" => ("php".into(), script("example.php")),
                        _ => ("node".into(), script("example.mjs")),
                    };
                    let mut command = Command::new(program);
                    command.arg(file);
                    said += &ends_well(command).await;
                }
                "html" => {
                    let part = |tag: &str, name: &str| {
                        let at = tag.find(&format!("{name}=\""))? + name.len() + 2;
                        tag[at..].split('"').next().map(str::to_owned)
                    };
                    let fields: Vec<_> = text.lines().filter_map(|l| Some(format!("{}={}", part(l, "name")?, part(l, "value")?))).collect();
                    let action = part(&text, "action").expect("an action");
                    let request = Request::post(action.strip_prefix(&base).expect("our address")).body(fields.join("&"));
                    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
                    let answer = request.send(running.as_ref().expect("runs").address()).await.expect("answered");
                    assert_eq!(answer.header("Location"), Some("https://www.theatre.example/signed-up"), "{}", answer.text());
                }
                other => panic!("who runs {other}?"),
            }
        }
        for expected in ["2 new", "I-AK11-1ATK,ann@theatre.example", "\nTicket Ballot\n", "\nVegan\n", "\nCy Moss\n", "spektrix\tWebsite"] {
            assert!(said.contains(expected), "{expected:?} in\n{said}");
        }
        // The ballot's order of entry: who was imported with it, then who got it by the Python example.
        let ballot = said.rsplit_once("CustomerId").expect("a list").1;
        assert!(ballot.find("ann@") < ballot.find("bo@"), "{ballot}");
    }
}
