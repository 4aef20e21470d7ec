//! A form as a person sees it: from the account's configuration to labelled controls, in one language, with what was
//! typed before and what is wrong with it. Templates and the JSON description draw the same view.

use std::collections::BTreeMap;

use model::{AccountSnapshot, Basis, Channel, LocalText, ResolvedForm, Statement, StatementControl};

use super::controls::{Control, control, described_by, email_control, field_hint, field_label, list_control};
use super::faults::FieldError;
use super::submission::{Typed, yes_no};
use super::texts::Texts;

/// A statement as it is asked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StatementView {
    /// The control's name, `Statement_<key>`.
    pub name: String,
    /// The statement's key.
    pub key: String,
    /// The version of the wording shown.
    pub version: i64,
    /// The wording, exactly.
    pub text: String,
    /// The language of the wording, where it is not the page's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The channel, for programs.
    pub channel: Channel,
    /// The channel, for people.
    pub channel_label: String,
    /// The legal basis, for programs.
    pub basis: Basis,
    /// The legal basis, for people.
    pub basis_text: String,
    /// Whether yes and no stand side by side; else one box.
    pub pair: bool,
    /// The answer so far.
    #[serde(skip)]
    pub answer: Option<bool>,
    /// When that answer was given, as people write it: a whole sentence.
    #[serde(skip)]
    pub since: Option<String>,
    /// What is wrong with it.
    #[serde(skip)]
    pub error: Option<String>,
}

impl StatementView {
    /// The `id` of its first element.
    pub fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    /// The ids of the basis, and of the error if there is one, for `aria-describedby`.
    pub fn described_by(&self) -> String {
        described_by(&self.name, true, self.error.is_some())
    }
}

/// A form, ready to be drawn.
#[derive(Clone, Debug)]
pub struct FormView {
    /// Its heading.
    pub name: String,
    /// The address first, then the form's fields in order.
    pub fields: Vec<Control>,
    /// Mailing lists to choose from, drawn as boxes; none when there is nothing to choose.
    pub lists: Option<Control>,
    /// Statements, channel by channel.
    pub statements: Vec<StatementView>,
    /// Inputs that are not seen: source, language, wordings, ticket.
    pub hidden: Vec<(String, String)>,
    /// The name of a field that people cannot see and must leave empty.
    pub honeypot: Option<String>,
    /// What is to be solved before the form can be taken.
    pub challenge: Option<ChallengeStep>,
    /// What is wrong, for the summary; `field` leads to the control with that name where there is one.
    pub errors: Vec<FieldError>,
    /// The words it is in.
    pub texts: Texts,
}

/// A challenge on a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChallengeStep {
    /// A proof of work, as JSON. `again`: the form was sent before, and is sent by itself once it is solved.
    Work {
        /// What to solve.
        challenge: String,
        /// Whether the form was sent before.
        again: bool,
    },
    /// The widget of a captcha service; the form was sent before.
    Captcha {
        /// The service.
        page: intake::guard::captcha::CaptchaPage,
        /// The account's public key there.
        site_key: String,
    },
}

impl ChallengeStep {
    /// The mark of a form that was sent before and is shown with this: what it is worth is in `challenge_answers`.
    pub fn mark(&self) -> Option<&'static str> {
        match self {
            Self::Work { again, .. } => again.then_some(crate::challenge_answers::AFTER_WORK),
            Self::Captcha { .. } => Some(crate::challenge_answers::AFTER_CAPTCHA),
        }
    }
}

/// What a form carries besides its controls.
#[derive(Clone, Debug, Default)]
pub struct Slots<'a> {
    /// The guard's ticket.
    pub ticket: Option<&'a str>,
    /// The name of the guard's honeypot.
    pub honeypot: Option<&'a str>,
    /// `utm_*`, `source`, `page` and `referrer`, to be kept with the sign-up.
    pub source: BTreeMap<String, String>,
}

impl FormView {
    /// The view of a form, with what was typed before (nothing at first) and what is wrong with it.
    pub fn build(
        account: &AccountSnapshot,
        form: &ResolvedForm,
        texts: Texts,
        slots: &Slots<'_>,
        typed: &Typed,
        errors: Vec<FieldError>,
    ) -> Self {
        let message = |name: &str| errors.iter().find(|e| e.field.as_deref() == Some(name)).map(|e| e.message.clone());
        let mut fields = vec![email_control(texts, "EmailAddress", typed.last("EmailAddress"))];
        for (id, required) in &form.fields {
            let Some(field) = account.field(*id) else { continue };
            let label = field_label(account, Some(form), *id, field, texts);
            let hint = field_hint(account, form, *id, field, texts);
            fields.push(control(*id, field, label, hint, *required, texts, typed.all(&field.system_name)));
        }
        for control in &mut fields {
            control.error = message(&control.name);
        }
        let chosen = typed.all("MailingLists");
        let lists: Vec<_> = form.lists.iter().filter_map(|id| account.list(*id)).collect();
        let mut lists = list_control(account, &lists, texts, |id| chosen.iter().any(|c| c.eq_ignore_ascii_case(id)));
        if let Some(lists) = &mut lists {
            lists.error = message(&lists.name);
        }
        let pair = account.settings.statement_control == StatementControl::YesNo;
        let mut statements: Vec<_> = form
            .statements
            .iter()
            .filter_map(|id| account.statement(*id))
            .map(|(statement, versions)| {
                let version = versions.last().map_or(1, |v| v.version);
                let mut view = statement_view(account, Some(form), statement, version, texts);
                view.pair = pair;
                view.answer = typed.last(&view.name).and_then(|a| yes_no(&a));
                view.error = message(&view.name);
                view
            })
            .collect();
        statements.sort_by_key(|s| s.channel as u8);
        let mut hidden: Vec<(String, String)> = slots.source.clone().into_iter().collect();
        hidden.push(("language".into(), texts.tag().into()));
        if !statements.is_empty() {
            hidden.push(("wordings".into(), wordings(&statements)));
        }
        if let Some(ticket) = slots.ticket {
            hidden.push(("ticket".into(), ticket.into()));
        }
        Self {
            name: form.form.name.pick(texts.tag(), &account.settings.language.0).to_owned(),
            fields,
            lists,
            statements,
            hidden,
            honeypot: slots.honeypot.map(str::to_owned),
            challenge: None,
            errors,
            texts,
        }
    }

    /// Where an entry of the summary leads: the `id` of the control with that name, if the form has it.
    pub fn anchor(&self, error: &FieldError) -> Option<String> {
        let name = error.field.as_deref()?;
        let controls = self.fields.iter().chain(&self.lists).any(|c| c.name == name);
        (controls || self.statements.iter().any(|s| s.name == name)).then(|| format!("f-{name}"))
    }

    /// The heading of the summary of faults.
    pub fn faults_title(&self) -> String {
        self.texts.count("faults-title", "count", self.errors.len() as u64)
    }

    /// Whether there is anything to put right.
    pub fn has_faults(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// `key:version` of every statement shown, so that an answer to a wording that changed meanwhile is noticed.
pub(super) fn wordings(statements: &[StatementView]) -> String {
    statements.iter().map(|s| format!("{}:{}", s.key, s.version)).collect::<Vec<_>>().join(" ")
}

/// The name of a statement's control.
pub(super) fn statement_name(key: &str) -> String {
    format!("Statement_{key}")
}

/// A statement in one language, unanswered.
pub(super) fn statement_view(
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    statement: &Statement,
    version: i64,
    t: Texts,
) -> StatementView {
    let default = form.and_then(|f| f.form.language.as_ref()).unwrap_or(&account.settings.language);
    let text = statement.text.pick(t.tag(), &default.0).to_owned();
    let worded_in = match &statement.text {
        LocalText::One(_) => default.0.clone(),
        LocalText::ByLanguage(texts) => {
            // The same order as `LocalText::pick`.
            let find = |tag: &str| texts.keys().find(|l| l.0.eq_ignore_ascii_case(tag));
            let found =
                find(t.tag()).or_else(|| find(&default.0)).or_else(|| find("en")).or_else(|| texts.keys().next());
            found.map_or_else(String::new, |l| l.0.clone())
        }
    };
    let same = worded_in.split('-').next().is_some_and(|l| l.eq_ignore_ascii_case(t.tag()));
    let channel_label = t.get(match statement.channel {
        Channel::Email => "channel-email",
        Channel::Post => "channel-post",
        Channel::Sms => "channel-sms",
        Channel::Phone => "channel-phone",
        Channel::Other => "channel-other",
    });
    let basis_text = t.get(match statement.basis {
        Basis::Consent => "basis-consent",
        Basis::LegitimateInterest => "basis-interest",
    });
    StatementView {
        name: statement_name(&statement.key),
        key: statement.key.clone(),
        version,
        text,
        language: (!same).then_some(worded_in),
        channel: statement.channel,
        channel_label,
        basis: statement.basis,
        basis_text,
        pair: false,
        answer: None,
        since: None,
        error: None,
    }
}
