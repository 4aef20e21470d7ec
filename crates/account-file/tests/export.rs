//! What `account export` writes applies to the same account without a change.

mod support;

use account_file::{CurrentItem, diff, export};
use model::AccountSettings;
use support::{DEMO, applied, made, parsed};

fn assert_round_trip(settings: &AccountSettings, items: &[CurrentItem]) {
    for secrets in [true, false] {
        let text = export(settings, items, secrets);
        let file = parsed(&text);
        assert_eq!(&file.settings, settings, "{text}");
        let plan = diff(items, Some(settings), &file, true);
        assert!(plan.is_empty() && plan.refusals.is_empty(), "{plan}\n{text}");
    }
}

const RICH: &str = include_str!("rich.toml");

#[test]
fn an_export_plans_nothing() {
    for text in [DEMO, RICH, "[account]\nslug = \"a\""] {
        assert_round_trip(&parsed(text).settings, &made(text));
    }
}

#[test]
fn an_export_of_an_account_with_gaps_plans_nothing() {
    let file = parsed(RICH);
    let mut items = made(RICH);
    for (i, item) in items.iter_mut().enumerate() {
        item.position += i64::try_from(i / 2).expect("small");
    }
    assert_round_trip(&file.settings, &items);
    // An earlier secret was revoked: the second one alone is left.
    items.retain(|i| i.name != "spektrix box office");
    assert_round_trip(&file.settings, &items);
}

#[test]
fn an_export_keeps_what_the_file_did_not_name() {
    let short = "[account]\nslug = \"a\"\n[[field]]\nsystem_name = \"A\"\ntype = \"text\"\n";
    let long = format!("{short}[[field]]\nsystem_name = \"B\"\ntype = \"text\"\n");
    let changed = format!("{short}[[field]]\nsystem_name = \"C\"\ntype = \"text\"\n");
    let file = parsed(&changed);
    let after = applied(&made(&long), &diff(&made(&long), Some(&file.settings), &file, false));
    assert_eq!(after.len(), 3);
    assert_round_trip(&file.settings, &after);
}

#[test]
fn secrets_are_written_only_when_asked() {
    let settings = parsed(RICH).settings;
    let secrets: Vec<String> =
        made(RICH).iter().filter_map(|i| i.secret.as_ref().map(|s| s.reveal().to_owned())).collect();
    assert_eq!(secrets.len(), 5);
    for secret in &secrets {
        assert!(export(&settings, &made(RICH), true).contains(secret.as_str()));
        assert!(!export(&settings, &made(RICH), false).contains(secret.as_str()));
    }
    let whole = parsed(&export(&settings, &made(RICH), true));
    assert_eq!(whole.items.iter().filter(|i| i.secret.is_some()).count(), 5);
}

#[test]
fn the_demo_export_reads_like_the_demo() {
    insta::assert_snapshot!(export(&parsed(DEMO).settings, &made(DEMO), false));
}
