//! Vestibule's own events: `{"type", "timestamp", "data"}`. `data` names things as people who read it know them, with the
//! contact in every one.

use model::{ConsentAction, ConsentSubject, ListId};
use serde_json::{Map, Value, json};
use store::{NewConsent, OutcomeName, PersonChange};

use super::{Happened, Word};

#[derive(serde::Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: &'a str,
    data: &'a Value,
}

/// The events of a change, in the order in which a reader wants to learn of them.
pub(super) fn events(happened: &Happened<'_>) -> Vec<Word> {
    let timestamp = happened.at.to_rfc3339();
    let told = if happened.is_erased() { of_the_erased(happened) } else { of_somebody(happened) };
    let word = |(event, mut data): (&str, Map<String, Value>)| {
        data.insert("contact".into(), happened.contact());
        let body = Body { r#type: event, timestamp: &timestamp, data: &Value::Object(data) };
        // Text and numbers always have a JSON form.
        Word { slot: "url", event: event.to_owned(), body: serde_json::to_string(&body).unwrap_or_default() }
    };
    told.into_iter().map(word).collect()
}

type Event = (&'static str, Map<String, Value>);

fn event(kind: &'static str, data: Value) -> Event {
    (
        kind,
        match data {
            Value::Object(data) => data,
            _ => Map::new(),
        },
    )
}

fn of_the_erased(happened: &Happened<'_>) -> Vec<Event> {
    let mut events = happened.consents();
    events.push(event("contact.erased", json!({})));
    events
}

fn of_somebody(happened: &Happened<'_>) -> Vec<Event> {
    let plan = happened.plan;
    let mut events = Vec::new();
    if !happened.was_customer() && (happened.confirms() || plan.customer) {
        events.push(event("contact.created", json!({ "source": happened.source(), "values": happened.values() })));
    } else if let Some(data) = happened.changed() {
        events.push(event("contact.updated", data));
    }
    if happened.confirms() {
        events.push(event("contact.confirmed", json!({})));
    }
    events.extend(happened.sign_up());
    events.extend(happened.consents());
    events.extend(happened.joined().filter_map(|id| Some(event("list.joined", happened.list(id)?))));
    events.extend(happened.left().filter_map(|id| Some(event("list.left", happened.list(id)?))));
    for tag in plan.tags.iter().filter_map(|id| happened.account.tag(*id)) {
        events.push(event("tag.added", json!({ "tag": { "name": tag.name, "group": tag.group } })));
    }
    if happened.unsubscribes() {
        events.push(event("contact.unsubscribed", json!({ "reason": plan.suppress.unwrap_or("suppressed") })));
    }
    events
}

impl Happened<'_> {
    fn contact(&self) -> Value {
        json!({ "id": self.contact.0, "email": self.email })
    }

    fn source(&self) -> &str {
        let made = self.plan.create.as_ref().map(|c| c.source);
        made.or_else(|| self.before().map(|c| c.source.as_str())).unwrap_or_default()
    }

    /// Every value after the change.
    fn values(&self) -> Map<String, Value> {
        let mut values = Map::new();
        let name = |id| self.account.field(id).map(|f| f.system_name.clone());
        for (field, value) in &self.facts.values {
            values.extend(name(*field).map(|name| (name, value.as_str().into())));
        }
        for (field, value) in &self.plan.values {
            let Some(name) = name(*field) else { continue };
            match value {
                Some(value) => values.insert(name, value.as_str().into()),
                None => values.remove(&name),
            };
        }
        values
    }

    /// What is different about somebody known, `None` when nothing is.
    fn changed(&self) -> Option<Value> {
        if !self.was_customer() {
            return None;
        }
        let mut values = Map::new();
        for (field, value) in &self.plan.values {
            let before = self.facts.values.iter().find(|(f, _)| f == field).map(|(_, v)| v);
            if before != value.as_ref()
                && let Some(known) = self.account.field(*field)
            {
                values.insert(known.system_name.clone(), value.as_deref().into());
            }
        }
        let mut data = Map::new();
        if let (Some(PersonChange::Rename(_)), Some(before)) = (&self.plan.person, self.before()) {
            data.insert("previous_email".into(), before.email.as_str().into());
        }
        if !(self.plan.put_addresses.is_empty() && self.plan.drop_addresses.is_empty()) {
            data.insert("addresses_changed".into(), true.into());
        }
        if values.is_empty() && data.is_empty() {
            return None;
        }
        data.insert("changed".into(), values.into());
        Some(data.into())
    }

    fn sign_up(&self) -> Option<Event> {
        let told = |id: i64, form: Option<model::FormId>, door: &str, kind: model::SignUpKind| {
            let form = form.and_then(|f| self.account.form(f)).map(|f| f.form.external_id.clone());
            let kind = if kind == model::SignUpKind::Signup { "signup" } else { "update" };
            json!({ "sign_up": { "id": id, "form": form, "door": door, "kind": kind } })
        };
        if let Some(new) = self.plan.sign_up.as_ref().filter(|s| s.outcome == OutcomeName::Pending) {
            // A new address is held as a sign-up is, and is none.
            let new_address = self.plan.pending.as_ref().is_some_and(|p| p.sign_up.wish.new_email.is_some());
            return (!new_address).then(|| event("sign_up.pending", told(new.id.0, new.form, new.door, new.kind)));
        }
        let held = self.plan.used.and(self.facts.pending.as_ref()).filter(|_| self.plan.pending.is_none())?;
        let sign_up = &held.sign_up;
        let told = told(held.sign_up_id.0, sign_up.form, sign_up.door.name(), held.kind);
        sign_up.wish.new_email.is_none().then(|| event("sign_up.confirmed", told))
    }

    fn consents(&self) -> Vec<Event> {
        self.plan.consents.iter().filter_map(|consent| self.consent(consent)).collect()
    }

    fn consent(&self, consent: &NewConsent) -> Option<Event> {
        let kind = match consent.action {
            ConsentAction::Given => "consent.given",
            ConsentAction::Withdrawn => "consent.withdrawn",
            ConsentAction::Refused | ConsentAction::Asked => return None,
        };
        let mut data = match consent.subject {
            ConsentSubject::Statement(id, version) => {
                let (statement, _) = self.account.statement(id)?;
                json!({ "statement": { "key": statement.key, "version": version, "channel": statement.channel } })
            }
            ConsentSubject::List(id) => self.list(id)?,
            ConsentSubject::Everything => json!({ "everything": true }),
        };
        data["basis"] = serde_json::to_value(consent.basis).unwrap_or_default();
        data["language"] = consent.language.as_deref().into();
        Some(event(kind, json!({ "consent": data })))
    }

    fn list(&self, id: ListId) -> Option<Value> {
        let language = &self.account.settings.language.0;
        let list = self.account.list(id)?;
        Some(json!({ "list": { "external_id": list.external_id, "name": list.name.pick(language, language) } }))
    }
}
