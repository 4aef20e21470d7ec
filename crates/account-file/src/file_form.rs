//! Definitions in the keys and words of the account file: what plans compare and show, and what `export` writes.

use model::{
    AccountSettings, Alert, Automation, AutomationStep, Field, Form, MailingList, Statement, Tag, TagGroup,
    WebhookEndpoint,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::ItemKind;
use crate::duration::format_duration;
use crate::sections::callers::Caller;

/// The item as the file would say it, defaults left out where the model does. A definition that this version cannot
/// read stands as it is, so that a plan replaces it.
pub(crate) fn file_form(kind: ItemKind, definition: &Value) -> Value {
    let found = match kind {
        ItemKind::Field => canonical::<Field>(definition, |_, _| {}),
        ItemKind::TagGroup => canonical::<TagGroup>(definition, |_, _| {}),
        ItemKind::Tag => canonical::<Tag>(definition, |_, form| drop_blank(form, "spektrix_id")),
        ItemKind::MailingList => canonical::<MailingList>(definition, |_, _| {}),
        ItemKind::Statement => canonical::<Statement>(definition, |_, form| drop_blank(form, "spektrix_id")),
        ItemKind::Automation => canonical(definition, automation),
        ItemKind::Form => canonical(definition, form),
        ItemKind::Webhook => canonical(definition, webhook),
        ItemKind::ApiUser => canonical(definition, caller),
    };
    found.unwrap_or_else(|| definition.clone())
}

/// `[account]`, with `[mail]` below `mail`.
pub(crate) fn settings_form(settings: &AccountSettings) -> Value {
    serde_json::to_value(settings).unwrap_or_default()
}

fn canonical<T: Serialize + DeserializeOwned>(
    definition: &Value,
    change: impl Fn(&T, &mut Map<String, Value>),
) -> Option<Value> {
    let model: T = serde_json::from_value(definition.clone()).ok()?;
    let Value::Object(mut form) = serde_json::to_value(&model).ok()? else { return None };
    change(&model, &mut form);
    Some(Value::Object(form))
}

fn drop_blank(form: &mut Map<String, Value>, key: &str) {
    if form.get(key).is_some_and(|v| v.as_str() == Some("")) {
        form.remove(key);
    }
}

fn automation(model: &Automation, form: &mut Map<String, Value>) {
    let step = |step: &AutomationStep| match step {
        AutomationStep::Delay(seconds) => json!({ "delay": format_duration(*seconds) }),
        other => serde_json::to_value(other).unwrap_or_default(),
    };
    form.insert("steps".into(), model.steps.iter().map(step).collect());
}

fn form(model: &Form, form: &mut Map<String, Value>) {
    if let Some(seconds) = model.confirm_within {
        form.insert("confirm_within".into(), format_duration(seconds).into());
    }
    if let (Alert::Digest(seconds), Some(Value::Object(actions))) = (&model.actions.alert, form.get_mut("actions")) {
        actions.insert("alert".into(), format!("digest {}", format_duration(*seconds)).into());
    }
}

fn webhook(model: &WebhookEndpoint, form: &mut Map<String, Value>) {
    form.remove("secret");
    form.remove("urls");
    form.extend(model.urls.iter().map(|(key, url)| (key.clone(), url.as_str().into())));
}

fn caller(model: &Caller, form: &mut Map<String, Value>) {
    if model.kind == model::ApiUserKind::Spektrix
        && let Some(login) = form.remove("name")
    {
        form.insert("login".into(), login);
    }
}
