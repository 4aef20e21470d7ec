//! Fields: typed values of a contact, and the one place that says what fits a type.

use crate::{FieldId, LocalText};

/// What a field holds. Values are kept as canonical text: see [`Field::parse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line, up to 1,000 characters (built-in fields 255).
    Text,
    /// Several lines, up to 1,000 characters.
    LargeText,
    /// `true` or `false`.
    Boolean,
    /// `yyyy-mm-dd`.
    Date,
    /// An integer that fits 64 bits.
    WholeNumber,
    /// A decimal number, kept as written without needless zeros.
    Decimal,
    /// An amount with two decimals.
    Currency,
    /// One of the field's options.
    OptionList,
    /// Any of the field's options, kept comma-separated in the order of the settings.
    CheckList,
}

impl FieldKind {
    /// The type's name in Sentori's XML template and API.
    pub fn sentori_name(self) -> &'static str {
        match self {
            Self::Text => "Small Text",
            Self::LargeText => "Large Text",
            Self::Boolean => "True/False",
            Self::Date => "Date",
            Self::WholeNumber => "Whole Number",
            Self::Decimal | Self::Currency => "Decimal",
            Self::OptionList | Self::CheckList => "Option List",
        }
    }
}

/// A field of an account, built-in or its own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Field {
    /// The name in APIs and merge fields: PascalCase, no spaces.
    pub system_name: String,
    /// The name people see; Spektrix calls the field `Attribute_<label>`.
    pub label: LocalText,
    /// The type.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The options of an option list or check list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Whether people may set it themselves: on sign-up forms, in Web mode, on the preference page.
    #[serde(default)]
    pub on_forms: bool,
    /// A line of help below the control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<LocalText>,
}

/// A field that every account has.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its fixed number, below 100.
    pub id: FieldId,
    /// SystemName.
    pub system_name: &'static str,
    /// Display name.
    pub label: &'static str,
    /// Type.
    pub kind: FieldKind,
    /// Whether people may set it themselves.
    pub on_forms: bool,
}

/// Fields that the program itself keeps; no account may make one of that name, and no caller may set them (Sentori
/// reference, section 7).
pub const SYSTEM_FIELDS: &[&str] = &[
    "EmailAddress",
    "SystemID",
    "IsSuppressed",
    "IsBadEmailAddress",
    "IsBadMobilePhoneNumber",
    "IsConfirmed",
    "CreatedSourceValue",
    "CreatedIPAddress",
    "CreatedHttpReferrerUrl",
    "CreatedTimestamp",
    "ModifiedTimestamp",
];

/// What Spektrix answers call the attribute of that label, behind `attribute_`: split at every character that is no
/// letter or digit, each piece with its first letter in upper case, joined (Spektrix reference, section 6).
pub fn attribute_name(label: &str) -> String {
    let mut name = String::with_capacity(label.len());
    for piece in label.split(|c: char| !c.is_alphanumeric()) {
        let mut letters = piece.chars();
        name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(letters.as_str());
    }
    name
}

const fn built_in(id: i64, system_name: &'static str, label: &'static str, kind: FieldKind, on_forms: bool) -> BuiltIn {
    BuiltIn { id: FieldId(id), system_name, label, kind, on_forms }
}

/// The built-in fields besides the address, in display order (Sentori's contact-file-column-matching page, and
/// Spektrix's birth date and gift-aid mark).
pub const BUILT_IN_FIELDS: &[BuiltIn] = &[
    built_in(1, "Title", "Title", FieldKind::Text, true),
    built_in(2, "FirstName", "First Name", FieldKind::Text, true),
    built_in(3, "LastName", "Last Name", FieldKind::Text, true),
    built_in(4, "KnownAs", "Known As", FieldKind::Text, true),
    built_in(5, "CompanyName", "Company Name", FieldKind::Text, true),
    built_in(6, "PhoneNumber", "Phone Number", FieldKind::Text, true),
    built_in(7, "MobilePhoneNumber", "Mobile Phone Number", FieldKind::Text, true),
    built_in(8, "Address1", "Address 1", FieldKind::Text, true),
    built_in(9, "Address2", "Address 2", FieldKind::Text, true),
    built_in(10, "Address3", "Address 3", FieldKind::Text, true),
    built_in(11, "City", "City", FieldKind::Text, true),
    built_in(12, "County", "County", FieldKind::Text, true),
    built_in(13, "PostCode", "PostCode", FieldKind::Text, true),
    built_in(14, "CRMID", "CRM ID", FieldKind::Text, false),
    built_in(15, "BirthDate", "Birth Date", FieldKind::Date, true),
    built_in(16, "GiftAidConfirmed", "Gift Aid Confirmed", FieldKind::Boolean, true),
];

impl BuiltIn {
    /// The field as an account sees it.
    pub fn to_field(self) -> Field {
        Field {
            system_name: self.system_name.into(),
            label: self.label.into(),
            kind: self.kind,
            options: Vec::new(),
            on_forms: self.on_forms,
            hint: None,
        }
    }
}

/// A value as it came through a door, before its field's type is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Given<'a> {
    /// Absent, `null`.
    Nothing,
    /// Text; also numbers in text form.
    Text(std::borrow::Cow<'a, str>),
    /// A JSON number in its own digits.
    Number(String),
    /// A JSON boolean.
    Bool(bool),
    /// Several texts, for check lists.
    Many(Vec<std::borrow::Cow<'a, str>>),
    /// A nested object or mixed array: fits no type.
    Nested,
}

/// Why a value does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueFault {
    /// Longer than the given number of characters.
    TooLong(usize),
    /// Not of the field's type.
    WrongType,
    /// Not one of the field's options.
    NotAnOption,
    /// Holds a NUL or another control character.
    Control,
}

impl Field {
    /// The canonical text of a value, or `None` when it is blank and so clears the field. Text is trimmed. Booleans
    /// take true/false/1/0/yes/no in any case (also `on`, as browsers send); dates ISO 8601, with or without a time,
    /// and `dd/MM/yyyy` (Sentori reference, section 7).
    pub fn parse(&self, given: &Given<'_>, built_in: bool) -> Result<Option<String>, ValueFault> {
        let text = match given {
            Given::Nothing => return Ok(None),
            Given::Text(text) => text.trim(),
            Given::Number(digits) => digits.as_str(),
            Given::Bool(yes) => {
                if *yes {
                    "true"
                } else {
                    "false"
                }
            }
            Given::Many(texts) => return self.check_list(texts.iter().map(AsRef::as_ref)),
            Given::Nested => return Err(ValueFault::WrongType),
        };
        if text.is_empty() {
            return Ok(None);
        }
        if let (Given::Bool(_), false) = (
            given,
            matches!(self.kind, FieldKind::Boolean | FieldKind::Text | FieldKind::LargeText | FieldKind::CheckList),
        ) {
            return Err(ValueFault::WrongType);
        }
        match self.kind {
            FieldKind::Text => plain(text, if built_in { 255 } else { 1000 }, false).map(Some),
            FieldKind::LargeText => plain(text, 1000, true).map(Some),
            FieldKind::Boolean => boolean(text).map(|b| Some(b.to_string())),
            FieldKind::Date => date(text).map(Some),
            FieldKind::WholeNumber => {
                text.parse::<i64>().map(|n| Some(n.to_string())).map_err(|_| ValueFault::WrongType)
            }
            FieldKind::Decimal => decimal(text, None).map(Some),
            FieldKind::Currency => decimal(text, Some(2)).map(Some),
            FieldKind::OptionList => self.option(text).map(|o| Some(o.to_owned())),
            FieldKind::CheckList => {
                if let ([only], Ok(yes)) = (self.options.as_slice(), boolean(text)) {
                    return Ok(yes.then(|| only.clone()));
                }
                self.check_list(text.split(','))
            }
        }
    }

    fn option(&self, text: &str) -> Result<&str, ValueFault> {
        let wanted = text.to_lowercase();
        self.options.iter().find(|o| o.to_lowercase() == wanted).map(String::as_str).ok_or(ValueFault::NotAnOption)
    }

    fn check_list<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<Option<String>, ValueFault> {
        if self.kind != FieldKind::CheckList {
            return Err(ValueFault::WrongType);
        }
        let mut chosen = Vec::new();
        for text in texts.map(str::trim).filter(|t| !t.is_empty()) {
            chosen.push(self.option(text)?);
        }
        let in_order: Vec<&str> = self.options.iter().map(String::as_str).filter(|o| chosen.contains(o)).collect();
        Ok((!in_order.is_empty()).then(|| in_order.join(",")))
    }
}

fn plain(text: &str, most: usize, lines: bool) -> Result<String, ValueFault> {
    if text.len() > most && text.chars().count() > most {
        return Err(ValueFault::TooLong(most));
    }
    if text.chars().any(|c| c.is_control() && !(c == '\t' || lines && (c == '\n' || c == '\r'))) {
        return Err(ValueFault::Control);
    }
    Ok(text.to_owned())
}

fn boolean(text: &str) -> Result<bool, ValueFault> {
    let is = |words: &[&str]| words.iter().any(|w| text.eq_ignore_ascii_case(w));
    if is(&["true", "1", "yes", "on"]) {
        Ok(true)
    } else if is(&["false", "0", "no", "off"]) {
        Ok(false)
    } else {
        Err(ValueFault::WrongType)
    }
}

fn date(text: &str) -> Result<String, ValueFault> {
    let found = if let Some((day, rest)) = text.split_once('/') {
        let (month, year) = rest.split_once('/').ok_or(ValueFault::WrongType)?;
        let number = |t: &str, most: usize| {
            (!t.is_empty() && t.len() <= most && t.bytes().all(|b| b.is_ascii_digit()))
                .then(|| t.parse::<i16>().ok())
                .flatten()
        };
        match (number(year, 4).filter(|_| year.len() == 4), number(month, 2), number(day, 2)) {
            (Some(y), Some(m), Some(d)) => jiff::civil::Date::new(y, m as i8, d as i8).ok(),
            _ => None,
        }
    } else {
        // The date part is kept as written: no conversion between time zones.
        let (day, time) = match text.split_once(['T', ' ']) {
            Some((day, time)) => (day, Some(time)),
            None => (text, None),
        };
        let time_ok = time.is_none_or(is_time);
        let shape_ok = day.len() == 10
            && day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if time_ok && shape_ok { day.parse::<jiff::civil::Date>().ok() } else { None }
    };
    found.map(|d| d.to_string()).ok_or(ValueFault::WrongType)
}

/// `hh:mm[:ss[.fraction]]` with an optional `Z` or offset.
fn is_time(text: &str) -> bool {
    let bare = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let bare = match bare.rfind(['+', '-']) {
        Some(at) => {
            let offset = bare[at + 1..].replace(':', "");
            if !(offset.len() == 4 && offset.bytes().all(|b| b.is_ascii_digit())) {
                return false;
            }
            &bare[..at]
        }
        None => bare,
    };
    bare.parse::<jiff::civil::Time>().is_ok()
}

/// Normalises a decimal: no plus sign, no leading zeros, no needless fraction; `places` fixes the fraction.
fn decimal(text: &str, places: Option<usize>) -> Result<String, ValueFault> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if digits.len() > 40 || whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(ValueFault::WrongType);
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut fraction = fraction.trim_end_matches('0').to_owned();
    if let Some(places) = places {
        if fraction.len() > places {
            return Err(ValueFault::WrongType);
        }
        while fraction.len() < places {
            fraction.push('0');
        }
    }
    let zero = whole == "0" && fraction.bytes().all(|b| b == b'0');
    let sign = if negative && !zero { "-" } else { "" };
    let dot = if fraction.is_empty() { "" } else { "." };
    Ok(format!("{sign}{whole}{dot}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> Field {
        let options = vec!["Drama".into(), "Comedy".into()];
        Field { system_name: "X".into(), label: "X".into(), kind, options, on_forms: true, hint: None }
    }

    #[test]
    fn values_become_canonical() {
        use FieldKind::*;
        for (kind, given, kept) in [
            (Text, " Zoë ", "Zoë"),
            (LargeText, "a\nb", "a\nb"),
            (Boolean, "YES", "true"),
            (Boolean, "0", "false"),
            (Date, "2016-02-01", "2016-02-01"),
            (Date, "2024-01-31T22:45:56.2997626+00:00", "2024-01-31"),
            (Date, "01/02/2016", "2016-02-01"),
            (WholeNumber, "0042", "42"),
            (Decimal, "+01.50", "1.5"),
            (Decimal, "-0.0", "0"),
            (Currency, "7", "7.00"),
            (OptionList, "drama", "Drama"),
            (CheckList, "comedy, Drama", "Drama,Comedy"),
        ] {
            assert_eq!(field(kind).parse(&Given::Text(given.into()), false), Ok(Some(kept.into())), "{given}");
        }
    }

    #[test]
    fn labels_become_attribute_names() {
        for (label, name) in [
            ("Live or Film", "LiveOrFilm"),
            ("AudienceView ID", "AudienceViewID"),
            ("F-Rating", "FRating"),
            ("Dietary requirements", "DietaryRequirements"),
            ("Featuring Stars 1", "FeaturingStars1"),
            ("MUBI GO", "MUBIGO"),
            ("  ", ""),
            ("  élan du soir ", "ÉlanDuSoir"),
        ] {
            assert_eq!(attribute_name(label), name);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        use FieldKind::*;
        let long = "x".repeat(1001);
        for (kind, given) in [
            (Text, "a\0b"),
            (Text, &long),
            (Boolean, "perhaps"),
            (Date, "2016-02-30"),
            (Date, "31/02/2016"),
            (Date, "2016-02-01Tfoo"),
            (Date, "1/2/16"),
            (WholeNumber, "1.5"),
            (Decimal, "1e3"),
            (Decimal, "."),
            (Currency, "1.005"),
            (OptionList, "Opera"),
            (CheckList, "Drama,Opera"),
        ] {
            assert!(field(kind).parse(&Given::Text(given.into()), false).is_err(), "{given}");
        }
        assert_eq!(field(Text).parse(&Given::Text("x".repeat(256).into()), true), Err(ValueFault::TooLong(255)));
        assert_eq!(field(Text).parse(&Given::Nested, false), Err(ValueFault::WrongType));
        assert_eq!(field(Text).parse(&Given::Text("  ".into()), false), Ok(None));
    }
}
