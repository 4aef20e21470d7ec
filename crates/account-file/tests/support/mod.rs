//! What the tests of the account file share.
#![allow(dead_code, reason = "each test binary uses a part")]

use account_file::{AccountFile, CurrentItem, Item, ItemKind, Plan, diff, parse};

/// The demo account's file, as it ships.
pub const DEMO: &str = include_str!("../../../vestibule/src/demo.toml");

/// Parses, or shows the faults.
pub fn parsed(text: &str) -> AccountFile {
    match parse(text, "account.toml") {
        Ok(file) => file,
        Err(faults) => panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// An account as it is after a plan was applied to `before`, vendor ids and secrets made where they were left out.
pub fn applied(before: &[CurrentItem], plan: &Plan) -> Vec<CurrentItem> {
    assert!(plan.refusals.is_empty(), "{plan}");
    let mut after: Vec<CurrentItem> =
        before.iter().filter(|c| !plan.removals.contains(&(c.kind, c.name.clone()))).cloned().collect();
    for change in &plan.changes {
        let at = after.iter().position(|c| c.kind == change.item.kind && c.name == change.current_name).expect("known");
        let secret = change.item.secret.clone().or(after[at].secret.clone());
        let version = change.new_version.unwrap_or(after[at].version);
        after[at] = CurrentItem { secret, version, ..current(&change.item, 0) };
    }
    after.extend(plan.adds.iter().enumerate().map(|(i, item)| current(item, i)));
    after.sort_by_key(|c| (c.kind, c.position));
    after
}

fn current(item: &Item, nth: usize) -> CurrentItem {
    let mut definition = item.definition.clone();
    let keys = definition.as_object_mut().expect("an object");
    let made = format!("{nth}MADE{:?}", item.kind);
    match item.kind {
        ItemKind::Tag | ItemKind::Statement if keys["spektrix_id"] == "" => {
            keys.insert("spektrix_id".into(), made.into());
        }
        ItemKind::TagGroup => {
            keys.entry("spektrix_id").or_insert(made.into());
        }
        _ => {}
    }
    CurrentItem {
        kind: item.kind,
        name: item.name.clone(),
        position: item.position,
        definition,
        secret: item.secret.clone(),
        version: i64::from(item.kind == ItemKind::Statement),
    }
}

/// The account that a file makes from nothing.
pub fn made(text: &str) -> Vec<CurrentItem> {
    let plan = diff(&[], None, &parsed(text), false);
    applied(&[], &plan)
}
