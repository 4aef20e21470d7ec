//! What is wrong with a form, in the reader's words: the one mapping from `model::Fault` that pages and JSON share.

use model::{AccountSnapshot, EmailFault, Fault, Field, FieldKind, ResolvedForm, ValueFault};

use super::controls::field_label;
use super::form_view::statement_name;
use super::texts::Texts;

/// One thing to put right.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The control it belongs to; none for the form as a whole.
    pub field: Option<String>,
    /// A stable word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl FieldError {
    fn at(field: &str, code: &'static str, message: String) -> Self {
        Self { field: Some(field.to_owned()), code, message }
    }

    fn whole(code: &'static str, message: String) -> Self {
        Self { field: None, code, message }
    }

    /// The address looks like a slip of another one.
    pub fn perhaps_meant(address: &str, t: Texts) -> Self {
        Self::at("EmailAddress", "perhaps_meant", t.one("email-perhaps-meant", "address", address))
    }

    /// The wording of statements changed between showing the form and sending it.
    pub fn wording_changed(t: Texts) -> Self {
        Self::whole("wording_changed", t.get("wording-changed"))
    }
}

/// The faults in the order given, each in the reader's words. `form` gives the labels as the form shows them.
pub fn field_errors(
    faults: &[Fault],
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    t: Texts,
) -> Vec<FieldError> {
    faults.iter().map(|fault| field_error(fault, account, form, t)).collect()
}

fn field_error(fault: &Fault, account: &AccountSnapshot, form: Option<&ResolvedForm>, t: Texts) -> FieldError {
    let label = |name: &str| match account.field_by_name(name) {
        Some((id, field)) => field_label(account, form, id, field, t),
        None => name.to_owned(),
    };
    let system_name =
        |name: &str| account.field_by_name(name).map_or_else(|| name.to_owned(), |(_, f)| f.system_name.clone());
    match fault {
        Fault::Email(fault) => {
            let (code, key) = match fault {
                EmailFault::Blank => ("required", "fault-email-blank"),
                EmailFault::TooLong => ("too_long", "fault-email-long"),
                EmailFault::Malformed => ("email_invalid", "fault-email-malformed"),
            };
            FieldError::at("EmailAddress", code, t.get(key))
        }
        Fault::FormUnknown => FieldError::whole("form_unknown", t.get("fault-form-unknown")),
        Fault::ListUnknown(name) => {
            FieldError::at("MailingLists", "list_unknown", t.one("fault-list-unknown", "name", name))
        }
        Fault::NoFieldsGiven => FieldError::whole("fields_missing", t.get("fault-no-fields")),
        Fault::FieldRequired(name) => {
            FieldError::at(&system_name(name), "required", t.one("fault-required", "label", &label(name)))
        }
        Fault::FieldUnknown(name) => FieldError::at(name, "field_unknown", t.one("fault-field-unknown", "name", name)),
        Fault::FieldNotOnForms(name) => {
            FieldError::at(&system_name(name), "not_on_forms", t.one("fault-not-on-forms", "label", &label(name)))
        }
        Fault::FieldInvalid(name, fault) => {
            let kind = account.field_by_name(name).map(|(_, field)| field);
            let (code, message) = value_message(*fault, kind, &label(name), t);
            FieldError::at(&system_name(name), code, message)
        }
        Fault::TagUnknown(name) => FieldError::whole("tag_unknown", t.one("fault-tag-unknown", "name", name)),
        Fault::StatementUnknown(key) => {
            FieldError::at(&statement_name(key), "statement_unknown", t.one("fault-statement-unknown", "name", key))
        }
        Fault::StatementRequired(key) => {
            let key = account.statement_by_key(key).map_or(key.as_str(), |(_, s)| s.key.as_str());
            FieldError::at(&statement_name(key), "statement_required", t.get("fault-statement-required"))
        }
    }
}

fn value_message(fault: ValueFault, field: Option<&Field>, label: &str, t: Texts) -> (&'static str, String) {
    let example = |key: &str, example: &str| t.with(key, &[("label", label), ("example", example)]);
    match fault {
        ValueFault::TooLong(most) => {
            let most = t.number(&most.to_string());
            ("too_long", t.with("fault-too-long", &[("label", label), ("most", &most)]))
        }
        ValueFault::WrongType => {
            let message = match field.map(|f| f.kind) {
                Some(FieldKind::Date) => example("fault-wrong-date", "2016-02-27"),
                Some(FieldKind::WholeNumber) => t.one("fault-wrong-whole", "label", label),
                Some(FieldKind::Decimal | FieldKind::Currency) => example("fault-wrong-number", "12.50"),
                Some(FieldKind::Boolean) => t.one("fault-wrong-boolean", "label", label),
                Some(FieldKind::Text | FieldKind::LargeText | FieldKind::OptionList | FieldKind::CheckList) | None => {
                    t.one("fault-wrong-type", "label", label)
                }
            };
            ("wrong_type", message)
        }
        ValueFault::NotAnOption => ("not_an_option", t.one("fault-option", "label", label)),
        ValueFault::Control => ("control_characters", t.one("fault-control", "label", label)),
    }
}
