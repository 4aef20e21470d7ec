//! The guard over recorded sign-ups, written by hand: people go through, bots do not.
//!
//! `people` and `bots` were there while the guard was tuned; the `holdout` files were written afterwards and only
//! measure. A line's series is known by its recipient or by its neighbours: see `is_warm_up`.

use std::path::Path;

use intake::guard::recipient::RecipientLimits;
use intake::guard::{Guard, Policy, Replay, judge_line};
use model::{AccountId, FormId};

/// Each line with its verdict and reasons.
fn judged(file: &str) -> Vec<(String, String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guard_corpus").join(file);
    let text = std::fs::read_to_string(&path).expect(file);
    let mut replay = Replay::new(
        Guard::default(),
        Policy::default(),
        RecipientLimits::default(),
        AccountId(1),
        Some(FormId(1)),
        vec!["*".into()],
    );
    let judge = |line: &str| {
        let answer = judge_line(&mut replay, line).expect(line);
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("an answer in JSON");
        let verdict = answer["verdict"].as_str().expect("a verdict").to_owned();
        (line.to_owned(), verdict, answer["reasons"].to_string())
    };
    text.lines().map(judge).collect()
}

/// Prints what went the other way than wished and gives its share.
fn share(file: &str, wrong: impl Fn(&str) -> bool) -> (usize, usize) {
    let lines = judged(file);
    let bad: Vec<_> = lines.iter().filter(|(_, verdict, _)| wrong(verdict)).collect();
    for (line, verdict, reasons) in &bad {
        println!("{file}: {verdict} {reasons}: {line}");
    }
    (bad.len(), lines.len())
}

fn percent((part, whole): (usize, usize)) -> f64 {
    100.0 * part as f64 / whole as f64
}

#[test]
fn people_are_simply_accepted() {
    for file in ["people.jsonl", "holdout_people.jsonl"] {
        let stopped = share(file, |verdict| verdict != "accept");
        println!("{file}: {} of {} people not simply accepted ({:.2} %)", stopped.0, stopped.1, percent(stopped));
        assert!(percent(stopped) <= 0.5, "{file}");
    }
}

#[test]
fn bots_are_not_accepted() {
    for file in ["bots.jsonl", "holdout_bots.jsonl"] {
        let passed = share(file, |verdict| verdict == "accept");
        println!("{file}: {} of {} bots accepted ({:.2} %), the first two of each series among them", passed.0, passed.1, percent(passed));
    }
}
