//! JSON as clients of this dialect send it: keys in any case, the last of doubles wins, a byte order mark tolerated,
//! whatever the `Content-Type`. Values stay borrowed from the body; unknown ones are never looked into.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One thing that is wrong with a request: the key the caller is shown, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// PascalCase field name, or an attribute's key as sent.
    pub key: String,
    /// The sentence for people.
    pub text: String,
}

impl Invalid {
    /// A required value is absent or blank.
    pub fn required(key: &str) -> Self {
        Self { key: key.into(), text: format!("The {key} field is required.") }
    }

    /// A text is longer than `most` characters.
    pub fn too_long(key: &str, most: usize) -> Self {
        Self { key: key.into(), text: format!("The field {key} must be a string with a maximum length of {most}.") }
    }

    /// Not an address.
    pub fn not_an_email(key: &str) -> Self {
        Self { key: key.into(), text: format!("The {key} field is not a valid e-mail address.") }
    }

    /// A value that does not fit. It is shown shortened and without control characters.
    pub fn value(key: &str, value: &str) -> Self {
        let shown: String = value.chars().filter(|c| !c.is_control()).take(50).collect();
        Self { key: key.into(), text: format!("The value '{shown}' is not valid for {key}.") }
    }

    /// Any other sentence.
    pub fn other(key: &str, text: impl Into<String>) -> Self {
        Self { key: key.into(), text: text.into() }
    }
}

/// Why a body could not be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// Not JSON in UTF-8, or nested too deeply.
    NotJson,
    /// JSON, but not of the shape this call takes.
    WrongShape,
}

impl BodyFault {
    /// The sentence for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::NotJson => "The request body is not valid JSON.",
            Self::WrongShape => "The request body does not have the expected form.",
        }
    }
}

/// Why a call's body was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputFault {
    /// It could not be read.
    Body(BodyFault),
    /// It was read, and these things are wrong. Never empty.
    Invalid(Vec<Invalid>),
}

impl From<BodyFault> for InputFault {
    fn from(fault: BodyFault) -> Self {
        Self::Body(fault)
    }
}

/// A JSON value that borrows from the body.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number in its own digits.
    Number(Cow<'a, str>),
    /// A string, unescaped.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, in order, doubles kept.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// What to show of a value that does not fit.
    pub fn shown(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(text) | Self::Text(text) => text,
            Self::Array(_) => "[...]",
            Self::Object(_) => "{...}",
        }
    }

    /// The value as the domain takes it.
    pub fn into_given(self) -> model::Given<'a> {
        match self {
            Self::Null => model::Given::Nothing,
            Self::Bool(yes) => model::Given::Bool(yes),
            Self::Number(digits) => model::Given::Number(digits.into_owned()),
            Self::Text(text) => model::Given::Text(text),
            Self::Array(items) => {
                let texts: Option<Vec<_>> =
                    items.into_iter().map(|i| if let Self::Text(t) = i { Some(t) } else { None }).collect();
                texts.map_or(model::Given::Nested, model::Given::Many)
            }
            Self::Object(_) => model::Given::Nested,
        }
    }

    /// The last value under a key, in any case.
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Self::Object(pairs) => pairs.iter().rev().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// An object whose values are read when asked for.
#[derive(Debug)]
pub struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads a body that must be one object.
    pub fn parse(body: &'a [u8]) -> Result<Self, BodyFault> {
        Self::from_text(text(body)?)
    }

    /// The same, also with an array of exactly one element around it, as some clients wrap everything.
    pub fn parse_wrapped(body: &'a [u8]) -> Result<Self, BodyFault> {
        let text = text(body)?;
        if !text.starts_with('[') {
            return Self::from_text(text);
        }
        let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| BodyFault::NotJson)?;
        match items.as_slice() {
            [only] => Self::from_text(only.get()),
            _ => Err(BodyFault::WrongShape),
        }
    }

    fn from_text(text: &'a str) -> Result<Self, BodyFault> {
        serde_json::from_str(text).map_err(|e| if e.is_data() { BodyFault::WrongShape } else { BodyFault::NotJson })
    }

    /// Keys as sent and their values, unread, in order.
    pub fn into_pairs(self) -> Vec<(Cow<'a, str>, &'a RawValue)> {
        self.0
    }
}

/// Reads one value of an object.
pub fn read(raw: &RawValue) -> Result<Json<'_>, BodyFault> {
    let text = raw.get();
    if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Ok(Json::Number(Cow::Borrowed(text)));
    }
    serde_json::from_str(text).map_err(|_| BodyFault::NotJson)
}

/// Reads a whole body of any shape.
pub fn parse(body: &[u8]) -> Result<Json<'_>, BodyFault> {
    serde_json::from_str(text(body)?).map_err(|_| BodyFault::NotJson)
}

fn text(body: &[u8]) -> Result<&str, BodyFault> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    std::str::from_utf8(body).map(str::trim).map_err(|_| BodyFault::NotJson)
}

/// A string that is borrowed where the body holds it without escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;
        impl<'de> Visitor<'de> for Strings {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Strings)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::with_capacity(12);
                while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    pairs.push((key, value));
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("any JSON value")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
                Ok(Json::Bool(yes))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Json::Number(number.to_string().into()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Json::Number(number.to_string().into()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Json::Number(number.to_string().into()))
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Json::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Json::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json::Array(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some((Text(key), value)) = map.next_entry::<Text<'de>, Json<'de>>()? {
                    pairs.push((key, value));
                }
                Ok(Json::Object(pairs))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Ids as clients send them: strings or `{"id": …}` objects, in an array or one alone; `null`, `[]` and blank mean
/// none; doubles count once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ids<'a> {
    /// Each id once, as first sent.
    pub ids: Vec<Cow<'a, str>>,
    /// Whether one came alone, not in an array.
    pub single: bool,
}

impl<'a> Ids<'a> {
    /// Reads ids from a value, or gives the element that is none.
    pub fn from_json(value: Json<'a>) -> Result<Self, Json<'a>> {
        let mut found = Self::default();
        match value {
            Json::Null => {}
            Json::Array(items) => {
                for item in items {
                    found.add(item)?;
                }
            }
            alone => {
                found.single = true;
                found.add(alone)?;
            }
        }
        Ok(found)
    }

    /// Reads ids from a whole body.
    pub fn parse(body: &'a [u8]) -> Result<Self, BodyFault> {
        Self::from_json(parse(body)?).map_err(|_| BodyFault::WrongShape)
    }

    fn add(&mut self, item: Json<'a>) -> Result<(), Json<'a>> {
        let id = match item {
            Json::Text(id) => id,
            Json::Object(_) => match item.get("id") {
                Some(Json::Text(id)) => id.clone(),
                _ => return Err(item),
            },
            _ => return Err(item),
        };
        let id = match id {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if !id.is_empty() && !self.ids.iter().any(|known| known.eq_ignore_ascii_case(&id)) {
            self.ids.push(id);
        }
        Ok(())
    }
}
