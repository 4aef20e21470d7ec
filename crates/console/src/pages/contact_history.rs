//! What a person agreed to, as it was: the wording of the time, when, through which door, which page, what evidence; and
//! the mails.

use model::{Basis, ConsentAction, ConsentSubject, Shown};
use store::{ConsentRecord, DeliveryState, OutboxRow};

use crate::ctx::{Ctx, Fail};

/// A consent event as people read it.
pub(crate) struct Event {
    pub(crate) at: String,
    pub(crate) when: String,
    pub(crate) action: String,
    pub(crate) class: &'static str,
    pub(crate) subject: String,
    /// The wording as it stood, and its language.
    pub(crate) wording: Option<(String, String)>,
    pub(crate) version: Option<String>,
    pub(crate) basis: String,
    pub(crate) shown: String,
    pub(crate) sign_up: Option<String>,
    pub(crate) steps: Vec<Step>,
}

/// One step that led to it.
pub(crate) struct Step {
    pub(crate) when: String,
    pub(crate) door: String,
    pub(crate) form: String,
    pub(crate) page: String,
    pub(crate) ip: String,
    pub(crate) browser: String,
}

/// Something owed or sent.
pub(crate) struct Owed {
    pub(crate) href: String,
    pub(crate) what: String,
    pub(crate) when: String,
    pub(crate) state: String,
    pub(crate) class: &'static str,
    pub(crate) error: Option<String>,
}

/// The events, the newest first.
pub(crate) fn events(ctx: &Ctx, records: &[ConsentRecord]) -> Result<Vec<Event>, Fail> {
    let account = ctx.account()?;
    let t = ctx.words;
    let own = &account.settings.language.0;
    let event = |record: &ConsentRecord| {
        let (subject, wording, version) = match record.subject {
            ConsentSubject::Statement(id, number) => {
                let known = account.statement(id);
                let name = known.map_or_else(|| t.get("gone-statement"), |(s, _)| s.key.clone());
                let version = known.and_then(|(_, versions)| versions.iter().find(|v| v.version == number));
                let language = record.language.as_deref().unwrap_or(own);
                let wording = version.map(|v| (v.text.pick(language, own).to_owned(), language.to_owned()));
                (name, wording, Some(t.one("version", "number", &number.to_string())))
            }
            ConsentSubject::List(id) => {
                let name = account.list(id).map_or_else(|| t.get("gone-list"), |l| t.pick(&l.name, own));
                (t.one("list-named", "name", &name), None, None)
            }
            ConsentSubject::Everything => (t.get("all-mail"), None, None),
        };
        let (action, class) = match record.action {
            ConsentAction::Given => ("consent-given", "good"),
            ConsentAction::Withdrawn => ("consent-withdrawn", "bad"),
            ConsentAction::Refused => ("consent-refused", "plain"),
            ConsentAction::Asked => ("consent-asked", "wait"),
        };
        let steps = record.evidence.iter().map(|e| Step {
            when: t.when(e.at),
            door: t.of("door", e.door.name()),
            form: super::sign_ups::form_name(ctx, e.form),
            page: e.page.clone().unwrap_or_default(),
            ip: e.ip.map(|ip| ip.to_string()).unwrap_or_default(),
            browser: e.user_agent.clone().unwrap_or_default(),
        });
        Event {
            at: record.at.to_rfc3339(),
            when: t.when(record.at),
            action: t.get(action),
            class,
            subject,
            wording,
            version,
            basis: t.get(match record.basis {
                Basis::Consent => "basis-consent",
                Basis::LegitimateInterest => "basis-interest",
            }),
            shown: t.get(match record.shown {
                Shown::ByUs => "shown-by-us",
                Shown::Declared => "shown-declared",
                Shown::VendorDefault => "shown-default",
            }),
            sign_up: record.sign_up.map(|id| ctx.at(&format!("sign-ups/{id}"))),
            steps: steps.collect(),
        }
    };
    Ok(records.iter().rev().map(event).collect())
}

/// How a delivery's state is shown: the key of its word, and the badge's class.
pub(crate) fn delivery_state(state: DeliveryState) -> (&'static str, &'static str) {
    match state {
        DeliveryState::Owed => ("delivery-owed", "wait"),
        DeliveryState::Done => ("delivery-done", "good"),
        DeliveryState::Dead => ("delivery-dead", "bad"),
        DeliveryState::Withdrawn => ("delivery-withdrawn", "plain"),
    }
}

pub(crate) fn owed(ctx: &Ctx, rows: &[OutboxRow]) -> Vec<Owed> {
    let t = ctx.words;
    rows.iter()
        .map(|row| {
            let (key, class) = delivery_state(row.state);
            Owed {
                href: ctx.at(&format!("deliveries/{}", row.id)),
                what: t.of("owed", &row.kind),
                when: t.short(row.created_at),
                state: t.get(key),
                class,
                error: row.last_error.clone().filter(|_| row.state != DeliveryState::Done),
            }
        })
        .collect()
}
