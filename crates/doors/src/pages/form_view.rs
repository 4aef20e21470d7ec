//! A form as a person sees it: from the account's configuration to labelled controls, in one language, with what was
//! typed before and what is wrong with it. Templates and the JSON description draw the same view.

use std::collections::BTreeMap;

use model::{
    AccountSnapshot, Basis, Channel, Field, FieldId, FieldKind, LocalText, ResolvedForm, Statement, StatementControl,
};

use super::faults::FieldError;
use super::submission::Typed;
use super::texts::Texts;

/// How a control is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    /// One line; the input's type says which.
    Input,
    /// Several lines.
    TextArea,
    /// One option of many, or none.
    Select,
    /// One box, `true` when ticked.
    CheckBox,
    /// Any of several options.
    CheckBoxes,
    /// One of a few options side by side.
    Radios,
}

/// One option of a select, a group of boxes or radios.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether it is chosen.
    #[serde(skip)]
    pub chosen: bool,
}

/// One thing to fill in.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Control {
    /// The control's name: SystemName, `MailingLists`, `Statement_<key>`.
    pub name: String,
    /// How it is drawn.
    pub kind: ControlKind,
    /// `type` of an input: `text`, `email`, `tel`, `date`, `number`.
    #[serde(rename = "type")]
    pub input_type: &'static str,
    /// The label.
    pub label: String,
    /// A line of help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// `autocomplete`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autocomplete: Option<&'static str>,
    /// Most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u16>,
    /// `step` of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<&'static str>,
    /// Options of lists, boxes and radios.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// What is in it.
    #[serde(skip)]
    pub value: String,
    /// What is wrong with it.
    #[serde(skip)]
    pub error: Option<String>,
}

impl Control {
    /// The `id` of its first element, where labels and the summary of faults lead.
    pub fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    /// The ids of hint and error, for `aria-describedby`; empty when there is neither.
    pub fn described_by(&self) -> String {
        described_by(&self.name, self.hint.is_some(), self.error.is_some())
    }
}

fn described_by(name: &str, hint: bool, error: bool) -> String {
    let mut ids = Vec::new();
    if error {
        ids.push(format!("e-{name}"));
    }
    if hint {
        ids.push(format!("h-{name}"));
    }
    ids.join(" ")
}

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
    /// What is wrong, for the summary; `field` leads to the control with that name where there is one.
    pub errors: Vec<FieldError>,
    /// The words it is in.
    pub texts: Texts,
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
        let message = |name: &str| {
            errors.iter().find(|e| e.field.as_deref() == Some(name)).map(|e| e.message.clone())
        };
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
                view.answer = typed.last(&view.name).and_then(|a| super::submission::yes_no(&a));
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

/// The control for an address.
pub(super) fn email_control(t: Texts, name: &str, value: Option<String>) -> Control {
    Control {
        name: name.into(),
        kind: ControlKind::Input,
        input_type: "email",
        label: t.get("field-EmailAddress"),
        hint: None,
        required: true,
        autocomplete: Some("email"),
        max_length: Some(254),
        step: None,
        options: Vec::new(),
        value: value.unwrap_or_default(),
        error: None,
    }
}

/// The control for a field, holding `values` (several only for check lists).
pub(super) fn control(
    id: FieldId,
    field: &Field,
    label: String,
    hint: Option<String>,
    required: bool,
    t: Texts,
    values: &[String],
) -> Control {
    let built_in = id.0 < 100;
    let chosen = |option: &str| values.iter().any(|v| v.split(',').any(|v| v.trim().eq_ignore_ascii_case(option)));
    let choice = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: None,
        chosen: values.iter().any(|v| v.eq_ignore_ascii_case(value)),
    };
    let value = values.last().cloned().unwrap_or_default();
    let (kind, input_type, options) = match field.kind {
        FieldKind::Text if matches!(field.system_name.as_str(), "PhoneNumber" | "MobilePhoneNumber") => {
            (ControlKind::Input, "tel", Vec::new())
        }
        FieldKind::Text => (ControlKind::Input, "text", Vec::new()),
        FieldKind::LargeText => (ControlKind::TextArea, "text", Vec::new()),
        FieldKind::Date => (ControlKind::Input, "date", Vec::new()),
        FieldKind::WholeNumber | FieldKind::Decimal | FieldKind::Currency => (ControlKind::Input, "number", Vec::new()),
        // A box can say yes only; where an answer is demanded, no must be one.
        FieldKind::Boolean if required => {
            let answer = super::submission::yes_no(&value);
            let mut options = vec![choice("true", &t.get("yes")), choice("false", &t.get("no"))];
            options[0].chosen = answer == Some(true);
            options[1].chosen = answer == Some(false);
            (ControlKind::Radios, "radio", options)
        }
        FieldKind::Boolean => (ControlKind::CheckBox, "checkbox", Vec::new()),
        FieldKind::OptionList => {
            (ControlKind::Select, "select", field.options.iter().map(|o| choice(o, o)).collect())
        }
        FieldKind::CheckList => {
            let options = field.options.iter().map(|o| Choice { chosen: chosen(o), ..choice(o, o) }).collect();
            (ControlKind::CheckBoxes, "checkbox", options)
        }
    };
    let max_length = match field.kind {
        FieldKind::Text => Some(if built_in { 255 } else { 1000 }),
        FieldKind::LargeText => Some(1000),
        _ => None,
    };
    let step = match field.kind {
        FieldKind::WholeNumber => Some("1"),
        FieldKind::Decimal => Some("any"),
        FieldKind::Currency => Some("0.01"),
        _ => None,
    };
    Control {
        name: field.system_name.clone(),
        kind,
        input_type,
        label,
        hint,
        required,
        autocomplete: if built_in { autocomplete(&field.system_name) } else { None },
        max_length,
        step,
        options,
        value,
        error: None,
    }
}

/// The browser's word for what a built-in field asks (HTML, "Autofill"; WCAG 1.3.5).
fn autocomplete(system_name: &str) -> Option<&'static str> {
    Some(match system_name {
        "Title" => "honorific-prefix",
        "FirstName" => "given-name",
        "LastName" => "family-name",
        "KnownAs" => "nickname",
        "CompanyName" => "organization",
        "PhoneNumber" | "MobilePhoneNumber" => "tel",
        "Address1" => "address-line1",
        "Address2" => "address-line2",
        "Address3" => "address-line3",
        "City" => "address-level2",
        "County" => "address-level1",
        "PostCode" => "postal-code",
        "BirthDate" => "bday",
        _ => return None,
    })
}

/// The control to choose among lists, if there are any.
pub(super) fn list_control(
    account: &AccountSnapshot,
    lists: &[&model::MailingList],
    t: Texts,
    chosen: impl Fn(&str) -> bool,
) -> Option<Control> {
    let pick = |text: &LocalText| text.pick(t.tag(), &account.settings.language.0).to_owned();
    let options: Vec<_> = lists
        .iter()
        .map(|list| Choice {
            value: list.external_id.clone(),
            label: pick(&list.name),
            hint: list.description.as_ref().map(pick).filter(|h| !h.is_empty()),
            chosen: chosen(&list.external_id),
        })
        .collect();
    (!options.is_empty()).then(|| Control {
        name: "MailingLists".into(),
        kind: ControlKind::CheckBoxes,
        input_type: "checkbox",
        label: t.get("lists-legend"),
        hint: None,
        required: false,
        autocomplete: None,
        max_length: None,
        step: None,
        options,
        value: String::new(),
        error: None,
    })
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
            let found = find(t.tag()).or_else(|| find(&default.0)).or_else(|| find("en")).or_else(|| texts.keys().next());
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

/// A field's label: the form's own, else the translated one of a built-in field, else the field's.
pub(super) fn field_label(
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    id: FieldId,
    field: &Field,
    t: Texts,
) -> String {
    let last = &account.settings.language.0;
    let own = form.and_then(|f| form_field(account, f, id)).and_then(|f| f.label.as_ref()).filter(|l| !l.is_empty());
    if let Some(label) = own {
        return label.pick(t.tag(), last).to_owned();
    }
    let built_in = if id.0 < 100 { t.field_label(&field.system_name) } else { None };
    built_in.unwrap_or_else(|| field.label.pick(t.tag(), last).to_owned())
}

fn field_hint(account: &AccountSnapshot, form: &ResolvedForm, id: FieldId, field: &Field, t: Texts) -> Option<String> {
    let own = form_field(account, form, id).and_then(|f| f.hint.as_ref());
    own.or(field.hint.as_ref())
        .map(|hint| hint.pick(t.tag(), &account.settings.language.0).to_owned())
        .filter(|h| !h.is_empty())
}

fn form_field<'f>(account: &AccountSnapshot, form: &'f ResolvedForm, id: FieldId) -> Option<&'f model::FormField> {
    form.form.fields.iter().find(|f| account.field_by_name(&f.field).is_some_and(|(found, _)| found == id))
}
