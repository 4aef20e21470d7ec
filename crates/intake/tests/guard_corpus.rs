//! The guard over recorded sign-ups, written by hand: people go through, bots do not.
//!
//! `people` and `bots` were there while the guard was tuned; the `holdout` and `fresh` files were written afterwards, to
//! measure, in that order.
//! Lines that only their neighbours give away name their `series` (a key that the judge ignores): they count from the
//! third of the series on.

use std::collections::HashMap;
use std::path::Path;

use intake::guard::recipient::RecipientLimits;
use intake::guard::{Guard, GuardSettings, Policy, Reason, Replay, judge_line};
use model::{AccountId, AccountSettings, FormId};

const PEOPLE: [&str; 3] = ["people.jsonl", "holdout_people.jsonl", "fresh_people.jsonl"];
const BOTS: [&str; 3] = ["bots.jsonl", "holdout_bots.jsonl", "fresh_bots.jsonl"];

fn replay() -> Replay {
    let (policy, limits) = (Policy::default(), RecipientLimits::default());
    Replay::new(Guard::default(), policy, limits, AccountId(1), Some(FormId(1)), vec!["*".into()])
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guard_corpus").join(file);
    std::fs::read_to_string(&path).expect(file)
}

fn judge(replay: &mut Replay, line: &str) -> (String, String) {
    let answer = judge_line(replay, line).expect(line);
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("an answer in JSON");
    (answer["verdict"].as_str().expect("a verdict").to_owned(), answer["reasons"].to_string())
}

/// How many lines of a file went the other way than wished (they are printed), of how many that count.
fn count(file: &str, wrong: impl Fn(&str) -> bool) -> (usize, usize) {
    let text = read(file);
    let (mut replay, mut series, mut bad, mut all) = (replay(), HashMap::<String, u32>::new(), 0, 0);
    for line in text.lines() {
        let (verdict, reasons) = judge(&mut replay, line);
        let value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        if let Some(name) = value["series"].as_str() {
            let place = series.entry(name.to_owned()).or_default();
            *place += 1;
            if *place < 3 {
                continue;
            }
        }
        all += 1;
        if wrong(&verdict) {
            bad += 1;
            println!("{file}: {verdict} {reasons}: {line}");
        }
    }
    (bad, all)
}

fn percent((part, whole): (usize, usize)) -> f64 {
    100.0 * part as f64 / whole as f64
}

#[test]
fn people_are_simply_accepted() {
    for file in PEOPLE {
        let stopped = count(file, |verdict| verdict != "accept");
        println!("{file}: {} of {} people not simply accepted: {:.1} %", stopped.0, stopped.1, percent(stopped));
        assert!(percent(stopped) <= 0.5, "{file}");
    }
}

#[test]
fn bots_are_not_accepted() {
    for file in BOTS {
        let passed = count(file, |verdict| verdict == "accept");
        println!("{file}: {} of {} bots stopped: {:.1} %", passed.1 - passed.0, passed.1, 100.0 - percent(passed));
        assert!(percent(passed) <= 5.0, "{file}");
    }
}

#[test]
fn people_among_bots_are_still_accepted() {
    // The files in the order of their times would not mix; people's lines follow each bot's here.
    let (bots, people) = (read("bots.jsonl"), read("people.jsonl"));
    let mut replay = replay();
    let mut stopped = Vec::new();
    for (bot, person) in bots.lines().zip(people.lines()) {
        judge(&mut replay, bot);
        let (verdict, reasons) = judge(&mut replay, person);
        if verdict != "accept" {
            stopped.push((reasons, person));
        }
    }
    assert!(stopped.len() <= 1, "{stopped:#?}");
}

/// Signals that recorded lines cannot show: they need a ticket, a resolver, a limit that is met or facts of the store.
const UNSEEN: [&str; 17] = [
    "ticket_bad",
    "ticket_foreign",
    "address_rate",
    "network_rate",
    "form_rate",
    "account_rate",
    "attack_mode",
    "no_mail_host",
    "foreign_origin",
    "ticket_too_old",
    "mailbox_account_limit",
    "mailbox_installation_limit",
    "mailbox_pause",
    "mailbox_not_me",
    "domain_ceiling",
    "mail_ceiling",
    "link_limit",
];

#[test]
fn every_signal_is_seen_and_can_be_switched_off() {
    let text: String = BOTS.iter().chain(&PEOPLE).map(|file| read(file)).collect();
    let codes = |off: &[&str]| {
        let off = off.iter().map(|code| (*code).to_owned()).collect();
        let settings = GuardSettings { off, ..GuardSettings::default() };
        let policy = Policy::new(&AccountSettings {
            guard: model::GuardMode::Enforce,
            guard_settings: settings,
            ..AccountSettings::default()
        });
        let limits = RecipientLimits::default();
        let mut replay = Replay::new(Guard::default(), policy, limits, AccountId(1), Some(FormId(1)), vec!["*".into()]);
        text.lines().map(|line| judge(&mut replay, line).1).collect::<String>()
    };
    let all = codes(&[]);
    let wanted = Reason::ALL.iter().map(|r| r.code()).filter(|c| !UNSEEN.contains(c)).collect::<Vec<_>>();
    let missing: Vec<_> = wanted.iter().filter(|code| !all.contains(&format!("\"{code}\""))).collect();
    assert!(missing.is_empty(), "no line shows {missing:?}");
    for some in wanted.chunks(9) {
        let rest = codes(some);
        for code in some {
            assert!(!rest.contains(&format!("\"{code}\"")), "{code} is switched off");
        }
    }
}

#[test]
fn bad_lines_are_named_and_odd_ones_judged() {
    let mut replay = replay();
    for bad in ["", "x", "[]", "{}", r#"{"at":"now","door":"hosted","email":"a@b.example"}"#, "null"] {
        assert!(judge_line(&mut replay, bad).is_err(), "{bad}");
    }
    let door = judge_line(&mut replay, r#"{"at":1,"door":"window","email":"a@b.example"}"#);
    assert_eq!(door.expect_err("no door").to_string(), "`door` is \"window\" and should be `hosted`, `web` or `api`");
    for (line, verdict) in [
        (r#"{"at":1781000000,"door":"hosted","email":"no address"}"#, "refuse"),
        (r#"{"at":-5,"door":"web","email":"a@b.example","ip":"nowhere"}"#, "accept"),
        (
            r#"{"at":1e300,"door":"api","email":"b@b.example","origin":"https://x.example","seconds_to_submit":1e300,"user_agent":"Mozilla/5.0 (x)"}"#,
            "accept",
        ),
        (
            r#"{"at":1781000000.5,"door":"hosted","email":"c@b.example","seconds_to_submit":-3,"fields":{"n":5,"o":null}}"#,
            "challenge",
        ),
    ] {
        assert_eq!(judge(&mut replay, line).0, verdict, "{line}");
    }
}
