//! What stands between an account as it is and as its file wants it.

use std::collections::HashMap;

use model::AccountSettings;
use serde_json::Value;

use crate::changes::differences;
use crate::file_form::{file_form, settings_form};
use crate::items::{AccountFile, CurrentItem, Item, ItemKind, folded};
use crate::plan::{Change, Plan};
use crate::report::{Fault, quoted};
use crate::sections::callers::{Caller, api_user_name, kind_word};

/// Compares. `current_settings` is `None` for an account that does not exist yet. Items that the file does not name are kept, or
/// with `prune` removed. The same file a second time plans nothing.
pub fn diff(
    current: &[CurrentItem],
    current_settings: Option<&AccountSettings>,
    desired: &AccountFile,
    prune: bool,
) -> Plan {
    let mut plan = Plan { account: desired.settings.slug.clone(), ..Plan::default() };
    plan.notes.extend(desired.hints.iter().map(|h| format!("{} (line {})", h.message, h.line)));
    match current_settings {
        None => plan.new_account = true,
        Some(before) => plan.settings = differences(&settings_form(before), &settings_form(&desired.settings)),
    }
    if let Some(before) = current_settings.filter(|before| before.slug != desired.settings.slug) {
        let (old, new) = (&before.slug, &desired.settings.slug);
        plan.notes.push(format!("every URL of the account changes from /{old}/… to /{new}/…"));
    }

    let mut matched = vec![false; current.len()];
    let mut after: Vec<Item> = Vec::new();
    for kind in ItemKind::ALL {
        let wanted: Vec<&Item> = desired.items.iter().filter(|i| i.kind == kind).collect();
        let pairs = if kind == ItemKind::ApiUser {
            pair_api_users(current, &wanted, &mut matched)
        } else {
            pair_by_name(kind, current, &wanted, &mut matched)
        };
        let in_place = keeps_order(kind, current, &wanted, &pairs);
        for (item, known) in wanted.into_iter().zip(pairs) {
            let mut item = item.clone();
            if let Some(known) = known.map(|i| &current[i]) {
                if in_place {
                    item.position = known.position;
                }
                keep_vendor_id(&mut item, known);
                if kind == ItemKind::ApiUser {
                    item.name.clone_from(&known.name);
                }
                after.push(item.clone());
                plan.changes.extend(change(item, known));
            } else {
                if kind == ItemKind::ApiUser {
                    item.name = free_api_user_name(&item, current, &after);
                    refuse_without_secret(&item, desired, &mut plan);
                }
                after.push(item.clone());
                plan.adds.push(item);
            }
        }
    }

    let left_over: Vec<&CurrentItem> = current.iter().zip(&matched).filter(|(_, m)| !**m).map(|(c, _)| c).collect();
    let mut names: Vec<(ItemKind, String)> = left_over.iter().map(|c| (c.kind, c.name.clone())).collect();
    names.sort();
    if prune {
        // What names others goes before what is named.
        names.reverse();
        plan.removals = names;
        refuse_clashes(&after, &[], desired, &mut plan);
    } else {
        plan.kept = names;
        refuse_clashes(&after, &left_over, desired, &mut plan);
    }
    plan
}

/// Whether the current places give the order of the file already. Places may have gaps, and be shared with items that the file
/// does not name; among equals the order of `current` counts. The order of callers means nothing to anyone, and tags are only
/// ordered within their group.
fn keeps_order(kind: ItemKind, current: &[CurrentItem], wanted: &[&Item], pairs: &[Option<usize>]) -> bool {
    if matches!(kind, ItemKind::ApiUser | ItemKind::Webhook) {
        return true;
    }
    let mut last: HashMap<Option<String>, (i64, usize)> = HashMap::new();
    wanted.iter().zip(pairs).all(|(item, pair)| {
        let group = item.definition.get("group").and_then(Value::as_str).map(folded);
        let place = pair.map_or((item.position, usize::MAX), |i| (current[i].position, i));
        last.insert(group, place).is_none_or(|before| before < place)
    })
}

/// For each wanted item the place of the current one: of the same name, else one that was renamed.
fn pair_by_name(kind: ItemKind, current: &[CurrentItem], wanted: &[&Item], matched: &mut [bool]) -> Vec<Option<usize>> {
    let mut by_name = HashMap::new();
    let mut by_id = HashMap::new();
    for (i, known) in current.iter().enumerate().filter(|(_, c)| c.kind == kind) {
        by_name.entry(folded(&known.name)).or_insert(i);
        if let Some(id) = lasting_id(kind, &known.definition) {
            by_id.entry(id).or_insert(i);
        }
    }
    let mut pairs: Vec<Option<usize>> = wanted.iter().map(|item| by_name.get(&item.key()).copied()).collect();
    for i in pairs.iter().flatten() {
        matched[*i] = true;
    }
    for (pair, item) in pairs.iter_mut().zip(wanted).filter(|(pair, _)| pair.is_none()) {
        let found = lasting_id(kind, &item.definition).and_then(|id| by_id.get(&id).copied()).filter(|i| !matched[*i]);
        if let Some(i) = found {
            matched[i] = true;
            *pair = Some(i);
        }
    }
    pairs
}

/// What stays when an item is renamed: a vendor's id, a webhook's URL.
fn lasting_id(kind: ItemKind, definition: &Value) -> Option<String> {
    let id = match kind {
        ItemKind::Tag | ItemKind::TagGroup | ItemKind::Statement => definition.get("spektrix_id"),
        ItemKind::Webhook => definition.get("urls").and_then(|urls| urls.get("url")),
        _ => None,
    };
    id.and_then(Value::as_str).filter(|id| !id.is_empty()).map(folded)
}

/// Several secrets of one login are told apart by the secrets themselves, then in order.
fn pair_api_users(current: &[CurrentItem], wanted: &[&Item], matched: &mut [bool]) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; wanted.len()];
    let known: Vec<(usize, Option<String>)> = current
        .iter()
        .enumerate()
        .filter(|(_, c)| c.kind == ItemKind::ApiUser)
        .map(|(i, c)| (i, login_of(&c.definition)))
        .collect();
    for by_secret in [true, false] {
        for (pair, item) in pairs.iter_mut().zip(wanted).filter(|(pair, _)| pair.is_none()) {
            let login = login_of(&item.definition);
            let fits = |i: usize| !by_secret || item.secret.is_some() && item.secret == current[i].secret;
            let found = known.iter().find(|(i, l)| !matched[*i] && l.is_some() && *l == login && fits(*i));
            if let Some((i, _)) = found {
                matched[*i] = true;
                *pair = Some(*i);
            }
        }
    }
    pairs
}

fn login_of(definition: &Value) -> Option<String> {
    let caller: Caller = serde_json::from_value(definition.clone()).ok()?;
    Some(format!("{} {}", kind_word(caller.kind), folded(&caller.name)))
}

fn free_api_user_name(item: &Item, current: &[CurrentItem], after: &[Item]) -> String {
    let Ok(caller) = serde_json::from_value::<Caller>(item.definition.clone()) else { return item.name.clone() };
    let taken = |name: &str| {
        let key = folded(name);
        let now = current.iter().any(|c| c.kind == ItemKind::ApiUser && folded(&c.name) == key);
        now || after.iter().any(|i| i.kind == ItemKind::ApiUser && i.key() == key)
    };
    // One of so many names is free, since there are fewer items than that.
    (1..=current.len() + after.len() + 1)
        .map(|nth| api_user_name(caller.kind, &caller.name, nth))
        .find(|name| !taken(name))
        .unwrap_or_else(|| item.name.clone())
}

fn keep_vendor_id(item: &mut Item, known: &CurrentItem) {
    if !matches!(item.kind, ItemKind::Tag | ItemKind::TagGroup | ItemKind::Statement) {
        return;
    }
    let given = item.definition.get("spektrix_id").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
    if let (false, Some(id), Some(definition)) =
        (given, known.definition.get("spektrix_id"), item.definition.as_object_mut())
    {
        definition.insert("spektrix_id".into(), id.clone());
    }
}

fn change(item: Item, known: &CurrentItem) -> Option<Change> {
    let before = file_form(item.kind, &known.definition);
    let after = file_form(item.kind, &item.definition);
    let lines = differences(&before, &after);
    let wording = item.kind == ItemKind::Statement
        && ["text", "channel", "basis"].iter().any(|key| before.get(key) != after.get(key));
    let secret_changed = item.secret.is_some() && item.secret != known.secret;
    let renamed = item.name != known.name;
    let moved = item.position != known.position;
    if lines.is_empty() && !secret_changed && !moved && !renamed {
        return None;
    }
    Some(Change {
        current_name: known.name.clone(),
        new_version: wording.then_some(known.version + 1),
        item,
        lines,
        moved,
        secret_changed,
    })
}

fn refuse_without_secret(item: &Item, desired: &AccountFile, plan: &mut Plan) {
    if item.secret.is_some() {
        return;
    }
    let key = match item.definition.get("kind").and_then(Value::as_str) {
        Some("sentori") => "key",
        Some("spektrix") => "secret",
        _ => "token",
    };
    let message = format!(
        "api user {} has no secret, neither here nor in the account: write its `{key}`, or make one with `vestibule api-user create`",
        quoted(&item.name)
    );
    plan.refusals.push(fault(item, desired, message));
}

/// Vendor ids and attribute names must be unique among what the file names and what is kept beside it.
fn refuse_clashes(after: &[Item], kept: &[&CurrentItem], desired: &AccountFile, plan: &mut Plan) {
    let language = &desired.settings.language.0;
    let mut seen: HashMap<(ItemKind, String), String> = HashMap::new();
    for item in kept {
        if let Some(key) = unique_key(item.kind, &item.definition, language) {
            seen.insert((item.kind, key), item.name.clone());
        }
    }
    for item in after {
        let Some(key) = unique_key(item.kind, &item.definition, language) else { continue };
        if let Some(other) = seen.insert((item.kind, key), item.name.clone()) {
            let what = if item.kind == ItemKind::Field {
                "a label that becomes the same attribute"
            } else {
                "the same spektrix_id"
            };
            let word = item.kind.word();
            let message =
                format!("{word} {} has {what} as {word} {} of the account", quoted(&item.name), quoted(&other));
            plan.refusals.push(fault(item, desired, message));
        }
    }
}

fn unique_key(kind: ItemKind, definition: &Value, language: &str) -> Option<String> {
    match kind {
        ItemKind::Field => {
            let field: model::Field = serde_json::from_value(definition.clone()).ok()?;
            Some(model::attribute_name(field.label.pick(language, "en")).to_lowercase())
        }
        ItemKind::Tag | ItemKind::TagGroup | ItemKind::Statement => lasting_id(kind, definition),
        _ => None,
    }
}

fn fault(item: &Item, desired: &AccountFile, message: String) -> Fault {
    Fault { file: desired.file_name.clone(), line: item.place.line, column: item.place.column, message }
}
