//! Whatever the text, the answer is a file or faults with places in it.

mod support;

use account_file::{diff, export, parse};
use proptest::prelude::*;
use support::{DEMO, applied};

const RICH: &str = include_str!("rich.toml");

fn check(text: &str) {
    match parse(text, "x.toml") {
        Ok(file) => {
            let plan = diff(&[], None, &file, false);
            if plan.refusals.is_empty() {
                let items = applied(&[], &plan);
                let again = parse(&export(&file.settings, &items, true), "y.toml").expect("an export is a file");
                let plan = diff(&items, Some(&file.settings), &again, true);
                assert!(plan.is_empty(), "{plan}");
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                let line = text.split('\n').nth(fault.line - 1).expect("a line of the text");
                assert!((1..=line.chars().count() + 1).contains(&fault.column), "{fault}");
            }
        }
    }
}

fn mutated(base: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::new()),
        any::<String>(),
        "[a-z0-9_\"'=\\[\\]{},.\n #-]{0,12}",
        prop::sample::select(vec![
            "{{",
            "\"\"\"",
            "[[form]]\n",
            "[x]\n",
            "= {}",
            "= []",
            "= 1",
            "= true",
            "\u{feff}",
            "\0"
        ])
        .prop_map(str::to_owned),
    ];
    let places = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..30, piece), 1..4);
    places.prop_map(move |edits| {
        let mut text: Vec<char> = base.chars().collect();
        for (at, gone, new) in edits {
            let from = at.index(text.len());
            let to = (from + gone).min(text.len());
            text.splice(from..to, new.chars());
            if text.is_empty() {
                break;
            }
        }
        text.into_iter().collect()
    })
}

/// Swaps whole values of the file for others of another type.
fn retyped(base: &'static str) -> impl Strategy<Value = String> {
    let lines: Vec<&str> = base.lines().collect();
    let value = prop::sample::select(vec![
        "1",
        "1.5",
        "true",
        "\"\"",
        "\"x\"",
        "[]",
        "[[]]",
        "[{}]",
        "{}",
        "{ en = 1 }",
        "2020-01-01",
    ]);
    (prop::collection::vec((0..lines.len(), value), 1..6)).prop_map(move |edits| {
        let mut lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        for (at, value) in edits {
            if let Some((key, _)) = lines[at].split_once(" = ") {
                lines[at] = format!("{key} = {value}");
            }
        }
        lines.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn a_mutated_demo(text in mutated(DEMO)) {
        check(&text);
    }

    #[test]
    fn a_mutated_rich_file(text in mutated(RICH)) {
        check(&text);
    }

    #[test]
    fn values_of_other_types(text in prop_oneof![retyped(DEMO), retyped(RICH)]) {
        check(&text);
    }
}

#[test]
fn deep_nesting_is_refused() {
    check(&format!("[account]\nslug = {}", "[".repeat(100_000)));
    check(&format!("{}= 1", "a.".repeat(100_000)));
    check(&format!("a = {}", "{ a = ".repeat(100_000)));
}
