//! Writes an account as a file that applies to the same account without a change.

use std::fmt::Write as _;

use model::AccountSettings;
use serde_json::{Map, Value};

use crate::file_form::{file_form, settings_form};
use crate::items::{CurrentItem, ItemKind, folded};

const ACCOUNT: &[&str] = &[
    "slug",
    "name",
    "external_id",
    "from",
    "language",
    "privacy_url",
    "logo_url",
    "colour",
    "statement_control",
    "allowed_origins",
    "allowed_return_hosts",
    "custom_domains",
    "guard",
    "confirm_web_sign_ups",
    "welcome_mail",
    "conceal_duplicates",
    "conceal_existing",
    "conceal_unknown",
    "bot_rules",
    "exempt_networks",
    "second_factor",
    "alert_to",
];
const MAIL: &[&str] =
    &["url_env", "return_path", "dkim", "rate_per_minute", "bad_address_after", "domain_rates", "ses_topics"];

/// The parts of the file, in the order of the example.
const PARTS: &[(&str, &[(ItemKind, &str)])] = &[
    ("who may call", &[(ItemKind::ApiUser, "api_user")]),
    ("what is kept about a contact, beyond the built-in fields", &[(ItemKind::Field, "field")]),
    (
        "tags, lists, statements",
        &[
            (ItemKind::TagGroup, "tag_group"),
            (ItemKind::MailingList, "mailing_list"),
            (ItemKind::Statement, "statement"),
        ],
    ),
    ("forms", &[(ItemKind::Form, "form")]),
    ("automations and webhooks", &[(ItemKind::Automation, "automation"), (ItemKind::Webhook, "webhook")]),
];

/// Keys in the order of the example file; others follow in alphabetical order.
fn key_order(kind: ItemKind) -> &'static [&'static str] {
    match kind {
        ItemKind::ApiUser => &["kind", "name", "login", "key", "secret", "token", "scopes"],
        ItemKind::Field => &["system_name", "label", "type", "options", "on_forms", "hint"],
        ItemKind::TagGroup => &["name", "description", "web", "spektrix_id", "tags"],
        ItemKind::Tag => &["name", "spektrix_id"],
        ItemKind::MailingList => &["external_id", "name", "description"],
        ItemKind::Statement => &["key", "spektrix_id", "text", "channel", "basis", "web", "linked_to_email"],
        ItemKind::Form => {
            &["external_id", "name", "fields", "lists", "statements", "require_confirmation", "confirm_mode"]
        }
        ItemKind::Automation => &["external_id", "name", "repeatable", "start_on", "steps"],
        ItemKind::Webhook => &["kind", "name", "url"],
    }
}

/// Keys within tables that stand in a list, or below a form.
const INNER: &[&str] = &[
    "field",
    "label",
    "required",
    "name",
    "subject",
    "text",
    "domain",
    "selector",
    "lists",
    "tags",
    "alert_to",
    "alert",
    "submission_message",
    "submission_url",
    "confirmation_subject",
    "confirmation_text",
    "confirmation_html",
];

/// Writes the account. Without `secrets` they are left out: applied to the same account, the file keeps those that are there.
pub fn export(settings: &AccountSettings, items: &[CurrentItem], secrets: bool) -> String {
    let mut out = String::new();
    // A string takes whatever is written into it.
    let _ = write_account(&mut out, settings, items, secrets);
    out
}

fn write_account(
    out: &mut String,
    settings: &AccountSettings,
    items: &[CurrentItem],
    secrets: bool,
) -> std::fmt::Result {
    writeln!(out, "# An account file, written by `vestibule account export`; `vestibule account apply` reads it.")?;
    if !secrets {
        writeln!(
            out,
            "# Secrets are left out: where one is missing, the account's own is kept. --secrets writes them."
        )?;
    }
    let mut account = settings_form(settings);
    let mail = account.as_object_mut().and_then(|a| a.remove("mail"));
    let guard = account.as_object_mut().and_then(|a| a.remove("guard_settings"));
    writeln!(out, "\n[account]")?;
    write_keys(out, &account, ACCOUNT)?;
    if let Some(mail) = mail {
        writeln!(out, "\n[mail]")?;
        write_keys(out, &mail, MAIL)?;
    }
    if let Some(guard) = guard {
        writeln!(out, "\n[guard]")?;
        write_keys(out, &guard, crate::sections::guard::KEYS)?;
    }
    for (heading, parts) in PARTS {
        let whole = parts.iter().any(|(kind, _)| items.iter().any(|i| i.kind == *kind));
        if whole {
            let line = "-".repeat(110_usize.saturating_sub(heading.len()));
            writeln!(out, "\n# --- {heading} {line}")?;
        }
        for (kind, header) in *parts {
            for item in in_order(items, *kind) {
                writeln!(out, "\n[[{header}]]")?;
                write_item(out, *kind, table(item, items, secrets))?;
            }
        }
    }
    Ok(())
}

fn in_order(items: &[CurrentItem], kind: ItemKind) -> impl Iterator<Item = &CurrentItem> {
    let mut of_kind: Vec<&CurrentItem> = items.iter().filter(|i| i.kind == kind).collect();
    of_kind.sort_by_key(|i| i.position);
    of_kind.into_iter()
}

/// One item with what belongs to it.
fn table(item: &CurrentItem, items: &[CurrentItem], secrets: bool) -> Value {
    let mut form = file_form(item.kind, &item.definition);
    let Some(keys) = form.as_object_mut() else { return form };
    let kind = keys.get("kind").and_then(Value::as_str);
    let key = match (item.kind, kind) {
        (ItemKind::ApiUser, Some("sentori")) => Some("key"),
        (ItemKind::ApiUser, Some("native")) => Some("token"),
        (ItemKind::ApiUser, _) | (ItemKind::Webhook, Some("standard")) => Some("secret"),
        _ => None,
    };
    if let (Some(key), Some(secret), true) = (key, &item.secret, secrets) {
        keys.insert(key.into(), secret.reveal().into());
    }
    if item.kind == ItemKind::TagGroup {
        let mut tags = Vec::new();
        for tag in in_order(items, ItemKind::Tag) {
            let mut tag = file_form(ItemKind::Tag, &tag.definition);
            let group = tag.as_object_mut().and_then(|t| t.remove("group"));
            if group.as_ref().and_then(Value::as_str).is_some_and(|g| folded(g) == folded(&item.name)) {
                tags.push(tag);
            }
        }
        keys.insert("tags".into(), tags.into());
    }
    form
}

/// Keys of the item, then its tables (`[form.actions]`).
fn write_item(out: &mut String, kind: ItemKind, mut table: Value) -> std::fmt::Result {
    let mut below = Vec::new();
    if let (ItemKind::Form, Some(keys)) = (kind, table.as_object_mut()) {
        below.extend(
            ["guard", "actions", "signup", "update"].into_iter().filter_map(|key| Some((key, keys.remove(key)?))),
        );
    }
    write_keys(out, &table, key_order(kind))?;
    for (key, table) in below {
        writeln!(out, "\n[form.{key}]")?;
        write_keys(out, &table, if key == "guard" { crate::sections::guard::KEYS } else { INNER })?;
    }
    Ok(())
}

fn write_keys(out: &mut String, table: &Value, order: &[&str]) -> std::fmt::Result {
    for (key, value) in table.as_object().into_iter().flat_map(|keys| sorted(keys, order)) {
        let key = toml_edit::Key::new(key);
        match value {
            Value::Null => {}
            Value::Array(entries) if entries.iter().any(Value::is_object) => {
                writeln!(out, "{key} = [")?;
                for entry in entries {
                    writeln!(out, "  {},", inline(entry))?;
                }
                writeln!(out, "]")?;
            }
            value => writeln!(out, "{key} = {}", inline(value))?,
        }
    }
    Ok(())
}

fn sorted<'v>(keys: &'v Map<String, Value>, order: &[&str]) -> Vec<(&'v String, &'v Value)> {
    let mut keys: Vec<_> = keys.iter().collect();
    keys.sort_by_key(|(key, _)| (order.iter().position(|o| o == key).unwrap_or(order.len()), *key));
    keys
}

fn inline(value: &Value) -> toml_edit::Value {
    match value {
        // TOML knows no null, and no file form holds one.
        Value::Null => "".into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(entries) => entries.iter().map(inline).collect::<toml_edit::Array>().into(),
        Value::Object(keys) => sorted(keys, INNER)
            .into_iter()
            .map(|(key, value)| (key.as_str(), inline(value)))
            .collect::<toml_edit::InlineTable>()
            .into(),
    }
}
