//! Controls: a field, a list or an address as something to fill in, and the words on it.

use model::{AccountSnapshot, Field, FieldId, FieldKind, Given, LocalText, ResolvedForm};

use super::submission::yes_no;
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

pub(super) fn described_by(name: &str, hint: bool, error: bool) -> String {
    let mut ids = Vec::new();
    if error {
        ids.push(format!("e-{name}"));
    }
    if hint {
        ids.push(format!("h-{name}"));
    }
    ids.join(" ")
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
    let mut value = values.last().cloned().unwrap_or_default();
    if let (FieldKind::Date, Ok(Some(day))) = (field.kind, field.parse(&Given::Text(value.as_str().into()), built_in)) {
        value = day;
    }
    let (kind, input_type, options) = match field.kind {
        FieldKind::Text if matches!(field.system_name.as_str(), "PhoneNumber" | "MobilePhoneNumber") => {
            (ControlKind::Input, "tel", Vec::new())
        }
        FieldKind::Text => (ControlKind::Input, "text", Vec::new()),
        FieldKind::LargeText => (ControlKind::TextArea, "text", Vec::new()),
        // A browser drops from such inputs what does not fit; a fault must show what was typed.
        FieldKind::Date | FieldKind::WholeNumber | FieldKind::Decimal | FieldKind::Currency if !fits(field, &value) => {
            (ControlKind::Input, "text", Vec::new())
        }
        FieldKind::Date => (ControlKind::Input, "date", Vec::new()),
        FieldKind::WholeNumber | FieldKind::Decimal | FieldKind::Currency => (ControlKind::Input, "number", Vec::new()),
        // A box can say yes only; where an answer is demanded, no must be one.
        FieldKind::Boolean if required => {
            let answer = yes_no(&value);
            let mut options = vec![choice("true", &t.get("yes")), choice("false", &t.get("no"))];
            options[0].chosen = answer == Some(true);
            options[1].chosen = answer == Some(false);
            (ControlKind::Radios, "radio", options)
        }
        FieldKind::Boolean => (ControlKind::CheckBox, "checkbox", Vec::new()),
        FieldKind::OptionList => (ControlKind::Select, "select", field.options.iter().map(|o| choice(o, o)).collect()),
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

/// Whether a value is blank or in the very form that inputs of its type take.
fn fits(field: &Field, value: &str) -> bool {
    value.is_empty() || field.parse(&Given::Text(value.into()), false).is_ok_and(|v| v.as_deref() == Some(value))
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

pub(super) fn field_hint(
    account: &AccountSnapshot,
    form: &ResolvedForm,
    id: FieldId,
    field: &Field,
    t: Texts,
) -> Option<String> {
    let own = form_field(account, form, id).and_then(|f| f.hint.as_ref());
    own.or(field.hint.as_ref())
        .map(|hint| hint.pick(t.tag(), &account.settings.language.0).to_owned())
        .filter(|h| !h.is_empty())
}

fn form_field<'f>(account: &AccountSnapshot, form: &'f ResolvedForm, id: FieldId) -> Option<&'f model::FormField> {
    form.form.fields.iter().find(|f| account.field_by_name(&f.field).is_some_and(|(found, _)| found == id))
}
