//! `[[form]]`: what is asked, what is required, what happens on confirm.

use model::{Alert, ConfirmMode, Form, FormActions, FormField, Language, MessageSet};

use super::Context;
use crate::duration::parse_duration;
use crate::items::{ItemKind, folded};
use crate::merge_fields::MergeContext;
use crate::names::Names;
use crate::reader::{Lines, Placed, Table, Words};
use crate::report::{did_you_mean, quoted};
use crate::shapes;

const CONFIRM_MODES: &[(&str, ConfirmMode)] = &[("auto", ConfirmMode::Auto), ("button", ConfirmMode::Button)];
/// The shortest and the longest life of a confirm link, in seconds.
const CONFIRM_WITHIN: std::ops::RangeInclusive<u64> = 60..=365 * 86_400;
/// The shortest and the longest time that alerts are gathered, in seconds.
const DIGEST: std::ops::RangeInclusive<u64> = 60..=7 * 86_400;

pub(crate) fn read(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    let mut forms = Names::new("form");
    for mut t in file.tables("form", "[[form]]") {
        t.need(&["external_id", "name"]);
        let external_id = t.checked("external_id", shapes::id);
        let name = t.words("name", Lines::One);
        let fields = read_fields(&mut t, context);
        let lists = t.checked_list("lists", shapes::name);
        let statements = t.checked_list("statements", shapes::name);
        let require_confirmation = t.boolean("require_confirmation").unwrap_or(true);
        let confirm_mode = t.one_of("confirm_mode", CONFIRM_MODES).map_or(ConfirmMode::Auto, |m| m.value);
        let confirm_within = t.checked("confirm_within", |text| {
            parse_duration(text).and_then(|s| {
                if CONFIRM_WITHIN.contains(&s) { Ok(s) } else { Err("must be 1 minute to 365 days".into()) }
            })
        });
        let language = t.checked("language", shapes::language);
        let source = t.checked("source", shapes::name).map(|s| s.value);
        let disabled = t.boolean("disabled").unwrap_or(false);
        let guard = super::guard::read_form(&mut t);
        let actions =
            t.table("actions", "[form.actions]").map(|a| read_actions(a, &lists, context)).unwrap_or_default();
        let signup = t.table("signup", "[form.signup]").map(|m| read_messages(m, context)).unwrap_or_default();
        let update = t.table("update", "[form.update]").map(|m| read_messages(m, context)).unwrap_or_default();
        let lists = context.lists.refer_all(context.report, &lists);
        let statements = context.statements.refer_all(context.report, &statements);
        if let Some(language) = &language {
            hint_at_wordings(language, &statements, context);
        }
        if let Some(id) = external_id {
            forms.claim(context.report, &id);
            if !require_confirmation && let Some(at) = t.key_at("require_confirmation") {
                let message = format!(
                    "form {} does without confirmation: whoever types an address signs it up, whosever it is",
                    quoted(&id.value)
                );
                context.report.hint(at, message);
            }
            if let Some(name) = name {
                let form = Form {
                    external_id: id.value.clone(),
                    name: name.text,
                    fields,
                    lists,
                    statements,
                    require_confirmation,
                    confirm_mode,
                    confirm_within: confirm_within.map(|c| c.value),
                    language: language.map(|l| l.value),
                    source,
                    guard,
                    disabled,
                    actions,
                    signup,
                    update,
                };
                context.push(ItemKind::Form, id.value, t.at, &form, None);
            }
        }
        t.finish();
    }
}

/// A person must be able to read what they agree to.
fn hint_at_wordings(language: &Placed<Language>, statements: &[String], context: &Context<'_>) {
    let base = language.value.0.split('-').next().unwrap_or_default();
    let has = |texts: &serde_json::Map<String, serde_json::Value>| {
        texts.keys().any(|l| l.eq_ignore_ascii_case(&language.value.0) || l.eq_ignore_ascii_case(base))
    };
    for item in context.items.iter().filter(|i| i.kind == ItemKind::Statement && statements.contains(&i.name)) {
        if item.definition["text"].as_object().is_some_and(|texts| !has(texts)) {
            let key = quoted(&item.name);
            context.report.hint(language.at, format!("the form's statement {key} has no wording in its language"));
        }
    }
}

fn read_fields(t: &mut Table<'_, '_>, context: &Context<'_>) -> Vec<FormField> {
    let mut found: Vec<FormField> = Vec::new();
    for mut entry in t.tables("fields", "a form's field") {
        entry.need(&["field"]);
        let name = entry.checked("field", shapes::name);
        let label = entry.words("label", Lines::One).map(|l| l.text);
        let required = entry.boolean("required");
        let hint = entry.words("hint", Lines::One).map(|h| h.text);
        if let Some(field) = name.and_then(|name| known_field(&name, required, context)) {
            if found.iter().any(|f| f.field == field) {
                entry.report.fault(entry.at, format!("`fields` names {} twice", quoted(&field)));
            }
            // The address is required whether or not a form says so.
            let required = required.unwrap_or(false) && field != "EmailAddress";
            found.push(FormField { field, label, required, hint });
        }
        entry.finish();
    }
    found
}

/// The name of the field as it was first written. The address may be named, to give it a label or a hint.
fn known_field(name: &Placed<String>, required: Option<bool>, context: &Context<'_>) -> Option<String> {
    let report = context.report;
    if name.value.eq_ignore_ascii_case("EmailAddress") {
        if required == Some(false) {
            report.fault(name.at, "EmailAddress is always asked for, first, and always required");
        }
        return Some("EmailAddress".into());
    }
    match context.field_on_forms.get(&folded(&name.value)) {
        Some((known, true)) => Some(known.clone()),
        Some((known, false)) => {
            report
                .fault(name.at, format!("field {} cannot stand on a form: it is not `on_forms = true`", quoted(known)));
            None
        }
        None => {
            let near = did_you_mean(&name.value, context.field_on_forms.values().map(|(n, _)| n.as_str()));
            report.fault(name.at, format!("there is no field {} in this file{near}", quoted(&name.value)));
            None
        }
    }
}

fn read_actions(mut t: Table<'_, '_>, offered: &[Placed<String>], context: &Context<'_>) -> FormActions {
    let report = context.report;
    let lists = t.checked_list("lists", shapes::name);
    for list in &lists {
        if offered.iter().any(|o| folded(&o.value) == folded(&list.value)) {
            let message =
                format!("the form offers the list {} already; an action only adds others", quoted(&list.value));
            report.fault(list.at, message);
        }
    }
    let tags = t.checked_list("tags", shapes::name);
    let alert_to = t.checked_list("alert_to", shapes::address);
    let alert = t.checked("alert", alert);
    let automation = t.checked("automation", shapes::name);
    if let (Some(alert), true) = (&alert, alert_to.is_empty()) {
        report.hint(alert.at, "`alert` has no effect without `alert_to`");
    }
    let actions = FormActions {
        lists: context.lists.refer_all(report, &lists),
        tags: context.tags.refer_all(report, &tags),
        alert_to: alert_to.into_iter().map(|a| a.value).collect(),
        alert: alert.map(|a| a.value).unwrap_or_default(),
        automation: automation.and_then(|a| context.automations.refer(report, &a)),
    };
    t.finish();
    actions
}

fn alert(text: &str) -> Result<Alert, String> {
    if text == "each" {
        return Ok(Alert::Each);
    }
    let every = text
        .strip_prefix("digest ")
        .ok_or_else(|| format!("must be \"each\" or a digest such as \"digest 15 minutes\", not {}", quoted(text)))?;
    match parse_duration(every)? {
        seconds if DIGEST.contains(&seconds) => Ok(Alert::Digest(seconds)),
        _ => Err("must gather for 1 minute to 7 days".into()),
    }
}

fn read_messages(mut t: Table<'_, '_>, context: &Context<'_>) -> MessageSet {
    let submission_message = t.words("submission_message", Lines::Many);
    let submission_url = read_target(&mut t, "submission_url", submission_message.as_ref(), context);
    let subject = t.words("confirmation_subject", Lines::One);
    let text = t.words("confirmation_text", Lines::Many);
    let html = t.words("confirmation_html", Lines::Many);
    context.check_template("confirmation_subject", subject.as_ref(), MergeContext::ConfirmationSubject);
    context.check_template("confirmation_text", text.as_ref(), MergeContext::ConfirmationBody);
    context.check_template("confirmation_html", html.as_ref(), MergeContext::ConfirmationBody);
    let confirmed_message = t.words("confirmed_message", Lines::Many);
    let confirmed_url = read_target(&mut t, "confirmed_url", confirmed_message.as_ref(), context);
    t.finish();
    let text_of = |words: Option<Words>| words.map(|w| w.text);
    MessageSet {
        submission_message: text_of(submission_message),
        submission_url,
        confirmation_subject: text_of(subject),
        confirmation_text: text_of(text),
        confirmation_html: text_of(html),
        confirmed_message: text_of(confirmed_message),
        confirmed_url,
    }
}

/// An address to go to instead of a message: one or the other.
fn read_target(
    t: &mut Table<'_, '_>,
    key: &'static str,
    instead_of: Option<&Words>,
    context: &Context<'_>,
) -> Option<String> {
    let url = t.checked(key, shapes::web_url)?;
    if instead_of.is_some() {
        context.report.fault(url.at, format!("`{key}` and the message exclude each other"));
    }
    let host = shapes::host_of(&url.value)?;
    if !context.settings.allowed_return_hosts.contains(&host) {
        let message =
            format!("`{key}`: {} is not among `allowed_return_hosts`, so nobody is sent there", quoted(&host));
        context.report.hint(url.at, message);
    }
    Some(url.value)
}
