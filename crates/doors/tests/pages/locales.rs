//! Every language has every message of English, with the same placeholders, and no other; every message is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::parse;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Message ids with their placeholders.
fn messages(path: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let source = std::fs::read_to_string(path).expect("a readable file");
    let resource = parse(source).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
    let mut found = BTreeMap::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut names = BTreeSet::new();
            placeholders(message.value.as_ref().expect("a value"), &mut names);
            assert!(found.insert(message.id.name.clone(), names).is_none(), "{} twice", message.id.name);
        }
    }
    found
}

fn placeholders(pattern: &Pattern<String>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                for variant in variants {
                    placeholders(&variant.value, names);
                }
                selector
            }
        };
        match inline {
            InlineExpression::VariableReference { id } => drop(names.insert(id.name.clone())),
            InlineExpression::StringLiteral { .. } => {}
            other => panic!("only placeholders are used: {other:?}"),
        }
    }
}

#[test]
fn every_language_has_every_message_with_the_same_placeholders() {
    let mut seen = 0;
    for (locales, file) in [("locales", "pages.ftl"), ("../delivery/locales", "mails.ftl")] {
        for folder in std::fs::read_dir(root().join(locales)).expect("locales") {
            let folder = folder.expect("a folder").path();
            let english = messages(&root().join(locales).join("en").join(file));
            let theirs = messages(&folder.join(file));
            let missing: Vec<_> = english.keys().filter(|k| !theirs.contains_key(*k)).collect();
            let unknown: Vec<_> = theirs.keys().filter(|k| !english.contains_key(*k)).collect();
            assert!(
                missing.is_empty() && unknown.is_empty(),
                "{folder:?} {file}: missing {missing:?}, unknown {unknown:?}"
            );
            for (key, names) in &english {
                assert_eq!(&theirs[key], names, "{folder:?} {file}: placeholders of {key}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 2 * doors::pages::Texts::shipped().count());
}

#[test]
fn every_message_is_used_and_every_used_message_exists() {
    let mut text = String::new();
    for folder in ["src/pages", "templates/pages"] {
        for file in std::fs::read_dir(root().join(folder)).expect("a folder") {
            let path: PathBuf = file.expect("a file").path();
            text.push_str(&std::fs::read_to_string(path).expect("a readable file"));
        }
    }
    let english = messages(&root().join("locales/en/pages.ftl"));
    // Put together from a name and a number or word.
    let composed = ["field-", "month-", "error-4", "error-5", "unsubscribed-", "undone-"];
    let unused: Vec<_> = english
        .keys()
        .filter(|key| !composed.iter().any(|c| key.starts_with(c)) && !text.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
    for call in ["t.get(\"", "t.one(\"", "t.with(\"", "t.count(\""] {
        for (at, _) in text.match_indices(call) {
            let key = text[at + call.len()..].split('"').next().expect("a key");
            assert!(english.contains_key(key), "{key} is not in English");
        }
    }
}
