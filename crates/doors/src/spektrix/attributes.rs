//! Attributes: an account's own fields. `Attribute_<label>` in requests, `attribute_<LabelInPascalCase>` in responses.

use std::borrow::Cow;

use model::{AccountSnapshot, Field, FieldId, FieldKind, Given, ValueFault};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::Mode;
use super::wire::{Invalid, Json};

const PREFIX: &str = "attribute_";

/// The name behind the prefix, which is matched in any case; `None` when the key is no attribute's.
pub fn name_of(key: &str) -> Option<&str> {
    let prefix = key.get(..PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then(|| key[PREFIX.len()..].trim())
}

/// A field's name as it stands in settings.
pub fn label<'a>(account: &AccountSnapshot, field: &'a Field) -> &'a str {
    let language = &account.settings.language.0;
    let label = field.label.pick(language, language).trim();
    if label.is_empty() { &field.system_name } else { label }
}

/// The field with this name as in settings, or as in responses, in any case, if this mode may set it.
pub fn find<'a>(account: &'a AccountSnapshot, mode: Mode, name: &str) -> Option<(FieldId, &'a Field)> {
    let name = name.trim();
    mode.attributes(account).find(|(_, field)| {
        let label = label(account, field);
        same(label.chars(), name.chars()) || same(label.chars().filter(|c| c.is_alphanumeric()), name.chars())
    })
}

fn same(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> bool {
    a.flat_map(char::to_lowercase).eq(b.flat_map(char::to_lowercase))
}

/// A field's key in responses.
pub fn output_key(account: &AccountSnapshot, field: &Field) -> String {
    format!("{PREFIX}{}", model::attribute_name(label(account, field)))
}

/// A field's key in requests.
pub fn input_key(account: &AccountSnapshot, field: &Field) -> String {
    format!("Attribute_{}", label(account, field))
}

/// Checks a value against its field and hands it on. `null` and blank clear.
pub fn read<'a>(key: &str, field: &Field, value: Json<'a>) -> Result<Given<'a>, Invalid> {
    if field.kind == FieldKind::Date {
        return match value {
            Json::Null => Ok(Given::Nothing),
            Json::Text(ref text) => match iso_date(text) {
                Ok(date) => Ok(date.map_or(Given::Nothing, |d| Given::Text(Cow::Owned(d.to_string())))),
                Err(NoDate) => Err(Invalid::value(key, text)),
            },
            other => Err(Invalid::value(key, other.shown())),
        };
    }
    let shown = value.shown().to_owned();
    let given = value.into_given();
    match field.parse(&given, false) {
        Ok(_) => Ok(given),
        Err(ValueFault::TooLong(most)) => Err(Invalid::too_long(key, most)),
        Err(ValueFault::WrongType | ValueFault::NotAnOption | ValueFault::Control) => Err(Invalid::value(key, &shown)),
    }
}

/// A text that is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDate;

/// `yyyy-MM-dd`, alone or followed by a time with up to seven fraction digits and an optional zone; the date is kept as
/// written. Blank is no date given.
pub fn iso_date(text: &str) -> Result<Option<jiff::civil::Date>, NoDate> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (day, time) = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let shaped = day.len() == 10
        && day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !shaped || !time.is_none_or(is_time) {
        return Err(NoDate);
    }
    day.parse().map(Some).map_err(|_| NoDate)
}

/// `hh:mm[:ss[.fraction]]` with an optional `Z` or offset.
fn is_time(text: &str) -> bool {
    let bare = match (text.strip_suffix(['Z', 'z']), text.rfind(['+', '-'])) {
        (Some(bare), _) => bare,
        (None, Some(at)) => {
            let offset = &text.as_bytes()[at + 1..];
            let digits: Vec<u8> = offset.iter().copied().filter(|b| *b != b':').collect();
            if !(digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) && (4..=5).contains(&offset.len())) {
                return false;
            }
            &text[..at]
        }
        (None, None) => text,
    };
    let fraction = bare.split_once('.').map_or("", |(_, f)| f);
    bare.len() >= 5 && fraction.len() <= 7 && bare.parse::<jiff::civil::Time>().is_ok()
}

/// A stored value in the JSON type of its field.
#[derive(Clone, Copy, Debug)]
pub struct OutputValue<'a> {
    /// The field.
    pub field: &'a Field,
    /// Canonical text; `None` when unset.
    pub text: Option<&'a str>,
}

impl Serialize for OutputValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(text) = self.text.filter(|t| !t.is_empty()) else { return serializer.serialize_none() };
        match self.field.kind {
            FieldKind::Boolean => serializer.serialize_bool(text == "true"),
            FieldKind::Date => serializer.collect_str(&format_args!("{text}T00:00:00")),
            // In its own digits: an amount keeps its two decimals.
            FieldKind::WholeNumber | FieldKind::Decimal | FieldKind::Currency => {
                match RawValue::from_string(text.to_owned()) {
                    Ok(number) => number.serialize(serializer),
                    Err(_) => serializer.serialize_str(text),
                }
            }
            FieldKind::CheckList if self.field.options.len() == 1 => serializer.serialize_bool(true),
            FieldKind::Text | FieldKind::LargeText | FieldKind::OptionList | FieldKind::CheckList => {
                serializer.serialize_str(text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_day_and_nothing_else_is_a_date() {
        for (text, day) in [
            ("1980-01-31", "1980-01-31"),
            (" 1980-01-31 ", "1980-01-31"),
            ("1980-01-31T00:00:00", "1980-01-31"),
            ("2024-01-31T22:45:56.2997626+00:00", "2024-01-31"),
            ("2024-01-31T22:45:56.2997626-0500", "2024-01-31"),
            ("2024-01-31T22:45Z", "2024-01-31"),
        ] {
            assert_eq!(iso_date(text).map(|d| d.map(|d| d.to_string())), Ok(Some(day.into())), "{text}");
        }
        assert_eq!(iso_date("  "), Ok(None));
        for text in [
            "31/01/1980",
            "1980-1-31",
            "1980-02-30",
            "1980-13-01",
            "19800131",
            "1980-01-31T",
            "1980-01-31T25:00:00",
            "1980-01-31T10:00:00.12345678",
            "1980-01-31T10:00:00+ab:cd",
            "1980-01-31T10:00:00+",
            "-980-01-31",
            "1980-01-31\0",
            "１９８０-01-31",
            "1980-01-31é",
        ] {
            assert_eq!(iso_date(text), Err(NoDate), "{text}");
        }
    }
}
