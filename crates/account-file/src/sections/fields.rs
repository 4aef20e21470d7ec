//! `[[field]]`: what is kept about a contact beyond the built-in fields.

use std::collections::HashMap;

use model::{Field, FieldKind, attribute_name};

use super::Context;
use crate::items::{ItemKind, folded};
use crate::reader::{Lines, Placed, Table, Words};
use crate::report::quoted;
use crate::shapes;

const TYPES: &[(&str, FieldKind)] = &[
    ("text", FieldKind::Text),
    ("large_text", FieldKind::LargeText),
    ("boolean", FieldKind::Boolean),
    ("date", FieldKind::Date),
    ("whole_number", FieldKind::WholeNumber),
    ("decimal", FieldKind::Decimal),
    ("currency", FieldKind::Currency),
    ("option_list", FieldKind::OptionList),
    ("check_list", FieldKind::CheckList),
];

/// Control names of forms and merge fields of mails, which a field of that name would hide.
const TAKEN: &[&str] = &[
    "MailingLists",
    "Tags",
    "ConfirmLink",
    "NotMeLink",
    "PreferencesLink",
    "UnsubscribeLink",
    "AccountName",
    "FormName",
];

pub(crate) fn read(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    let mut attributes = HashMap::new();
    for mut t in file.tables("field", "[[field]]") {
        t.need(&["system_name", "type"]);
        let name = t.checked("system_name", shapes::system_name).filter(|n| is_free(n, context));
        let label = t.words("label", Lines::One);
        let kind = t.one_of("type", TYPES);
        let options = read_options(&mut t, kind.as_ref().map(|k| k.value));
        let on_forms = t.boolean("on_forms").unwrap_or(false);
        let hint = t.words("hint", Lines::One).map(|w| w.text);
        if let Some(name) = &name {
            let first = context.fields.claim(context.report, name);
            context.field_on_forms.entry(folded(&name.value)).or_insert_with(|| (name.value.clone(), on_forms));
            if first {
                check_attribute(&mut attributes, name, label.as_ref(), context);
            }
        }
        if let (Some(name), Some(kind)) = (name, kind) {
            let label = label.map_or_else(|| name.value.as_str().into(), |l| l.text);
            let field = Field { system_name: name.value.clone(), label, kind: kind.value, options, on_forms, hint };
            context.push(ItemKind::Field, name.value, t.at, &field, None);
        }
        t.finish();
    }
}

fn is_free(name: &Placed<String>, context: &Context<'_>) -> bool {
    let is = |word: &str| word.eq_ignore_ascii_case(&name.value);
    let why = if model::BUILT_IN_FIELDS.iter().any(|b| is(b.system_name)) {
        "is built in; every account has it"
    } else if model::SYSTEM_FIELDS.iter().any(|s| is(s)) {
        "is kept by Vestibule itself"
    } else if TAKEN.iter().any(|s| is(s)) {
        "is a word of forms and mail templates"
    } else {
        return true;
    };
    context.report.fault(
        name.at,
        format!("a field of the account's own cannot be called {}: that name {why}", quoted(&name.value)),
    );
    false
}

fn read_options(t: &mut Table<'_, '_>, kind: Option<FieldKind>) -> Vec<String> {
    let check_list = kind == Some(FieldKind::CheckList);
    let options = t.checked_list("options", |text| {
        if check_list && text.contains(',') {
            return Err("of a check list hold no comma: answers are kept separated by commas".into());
        }
        shapes::name(text)
    });
    let options: Vec<String> = options.into_iter().map(|o| o.value).collect();
    let at = t.key_at("options");
    match kind {
        Some(FieldKind::OptionList | FieldKind::CheckList) => match at {
            None => t.report.fault(t.at, "[[field]] needs `options`: its type is a list to choose from"),
            Some(at) if t.is_empty_list("options") => t.report.fault(at, "`options` needs at least one option"),
            Some(_) => {}
        },
        Some(_) => {
            if let Some(at) = at {
                t.report.fault(at, "`options` is for the types option_list and check_list only");
            }
        }
        None => {}
    }
    options
}

/// Two labels of one account may not become the same attribute (Spektrix reference, section 6).
fn check_attribute(
    attributes: &mut HashMap<String, (String, usize)>,
    name: &Placed<String>,
    label: Option<&Words>,
    context: &Context<'_>,
) {
    let at = label.map_or(name.at, |l| l.at);
    let text = label.map_or(name.value.as_str(), |l| l.text.pick(&context.settings.language.0, "en"));
    let attribute = attribute_name(text);
    if attribute.is_empty() {
        context.report.fault(at, "`label` needs a letter or digit: Spektrix callers name the field by it");
        return;
    }
    let key = attribute.to_lowercase();
    if let Some((other, first_at)) = attributes.get(&key) {
        let line = context.report.place(*first_at).line;
        let message = format!(
            "the label {} becomes the attribute `attribute_{attribute}`, and so does {} in line {line}",
            quoted(text),
            quoted(other)
        );
        context.report.fault(at, message);
    } else {
        attributes.insert(key, (text.to_owned(), at));
    }
}
