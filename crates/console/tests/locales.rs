//! The words of the console: every file can be read, no language says more than English, and whatever a page or a
//! template asks for by its full name is there.

use std::collections::BTreeSet;
use std::path::Path;

use fluent_syntax::ast::Entry;
use fluent_syntax::parser;

fn keys(text: &str) -> BTreeSet<String> {
    let resource = parser::parse(text).unwrap_or_else(|(_, faults)| panic!("{faults:?}"));
    let entries = resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message.id.name.to_owned()),
        Entry::Junk { content } => panic!("unreadable: {content}"),
        _ => None,
    });
    let all: Vec<String> = entries.collect();
    let unique: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(all.len(), unique.len(), "a key stands twice");
    unique
}

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(here(path)).expect(path)
}

#[test]
fn welsh_says_what_english_says() {
    let (en, cy) = (keys(&read("locales/en/console.ftl")), keys(&read("locales/cy/console.ftl")));
    assert_eq!(cy.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new(), "only in Welsh");
    assert_eq!(en.difference(&cy).collect::<Vec<_>>(), Vec::<&String>::new(), "not in Welsh");
}

#[test]
fn every_word_that_is_asked_for_is_there() {
    let en = keys(&read("locales/en/console.ftl"));
    let mut asked = 0;
    for folder in ["templates/console", "src/pages", "src"] {
        for file in std::fs::read_dir(here(folder)).expect(folder) {
            let path = file.expect("a file").path();
            if !path.is_file() {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            for call in [".get(\"", ".one(\"", ".count(\""] {
                for (at, _) in text.match_indices(call) {
                    let key = text[at + call.len()..].split('"').next().unwrap_or_default();
                    // Parameters of requests are asked for in the same way.
                    let before =
                        text[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                    if matches!(before, "query" | "form" | "q" | "values" | "definition" | "urls" | "pairs") {
                        continue;
                    }
                    asked += 1;
                    assert!(en.contains(key), "{}: there is no {key}", path.display());
                }
            }
        }
    }
    assert!(asked > 200, "{asked}");
}
