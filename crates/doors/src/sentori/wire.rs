//! The JSON body of `signup.ashx`: keys in any case, the last of several wins, values of any type until asked for.

use std::borrow::Cow;

use model::Given;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The top level of a signup's body (reference, section 2.1). Absent keys are [`Loose::Null`].
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub(super) api_key: Loose<'a>,
    pub(super) email_address: Loose<'a>,
    pub(super) form: Loose<'a>,
    pub(super) mailing_lists: Loose<'a>,
    pub(super) contact_fields: Loose<'a>,
    pub(super) tags: Loose<'a>,
    pub(super) require_confirmation: Loose<'a>,
}

/// Any JSON value, borrowed where possible. What is nested deeper than a flat list or object is not kept.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Loose<'a> {
    #[default]
    Null,
    Bool(bool),
    Number(String),
    Text(Cow<'a, str>),
    List(Vec<Loose<'a>>),
    Object(Vec<(Cow<'a, str>, Loose<'a>)>),
}

/// Parses a body; `None` when it is no JSON object. A byte order mark is tolerated.
pub(super) fn parse(body: &[u8]) -> Option<Body<'_>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // Checked as a whole: values that nobody asks for are skipped without a look at their encoding.
    serde_json::from_str(std::str::from_utf8(body).ok()?).ok()
}

/// Parses a body of v2.0: one flat object, or nothing at all. `Err` for anything else.
pub(super) fn object(body: &[u8]) -> Result<Vec<(Cow<'_, str>, Given<'_>)>, ()> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| ())?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    match serde_json::from_str::<Loose<'_>>(text).map_err(|_| ())? {
        Loose::Null => Err(()),
        other => other.fields(),
    }
}

impl<'a> Loose<'a> {
    /// The text, unless absent, of another type or blank.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// A list of texts; `null` is none. `Err` for any other type.
    pub(super) fn texts(self) -> Result<Vec<Cow<'a, str>>, ()> {
        match self {
            Self::Null => Ok(Vec::new()),
            Self::List(items) => items
                .into_iter()
                .map(|item| match item {
                    Self::Text(text) => Ok(text),
                    _ => Err(()),
                })
                .collect(),
            _ => Err(()),
        }
    }

    /// An object of values; `null` is an empty one. `Err` for any other type.
    pub(super) fn fields(self) -> Result<Vec<(Cow<'a, str>, Given<'a>)>, ()> {
        match self {
            Self::Null => Ok(Vec::new()),
            Self::Object(entries) => Ok(entries.into_iter().map(|(name, value)| (name, value.given())).collect()),
            _ => Err(()),
        }
    }

    fn given(self) -> Given<'a> {
        match self {
            Self::Null => Given::Nothing,
            Self::Bool(yes) => Given::Bool(yes),
            Self::Number(digits) => Given::Number(digits),
            Self::Text(text) => Given::Text(text),
            Self::List(_) | Self::Object(_) => Given::Nested,
        }
    }

    /// `RequireConfirmation`: whether to ask; absent, `null` and blank mean yes. `Err` for anything that is neither.
    pub(super) fn confirmation(&self) -> Result<bool, ()> {
        match self {
            Self::Null => Ok(true),
            Self::Bool(yes) => Ok(*yes),
            Self::Text(text) => match text.trim() {
                "" => Ok(true),
                t if t.eq_ignore_ascii_case("true") => Ok(true),
                t if t.eq_ignore_ascii_case("false") => Ok(false),
                _ => Err(()),
            },
            _ => Err(()),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Body<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Body<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<'de>, A::Error> {
                let mut body = Body::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    let is = |name: &str| key.0.eq_ignore_ascii_case(name);
                    let slot = if is("ApiKey") {
                        &mut body.api_key
                    } else if is("EmailAddress") {
                        &mut body.email_address
                    } else if is("SignUpFormExternalID") {
                        &mut body.form
                    } else if is("MailingLists") {
                        &mut body.mailing_lists
                    } else if is("ContactFields") {
                        &mut body.contact_fields
                    } else if is("Tags") {
                        &mut body.tags
                    } else if is("RequireConfirmation") {
                        &mut body.require_confirmation
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    *slot = map.next_value()?;
                }
                Ok(body)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// A string that borrows where it can.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Loose::deserialize(deserializer)? {
            Loose::Text(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("a key is no string")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Loose<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E: Error>(self) -> Result<Loose<'de>, E> {
                Ok(Loose::Null)
            }

            fn visit_bool<E: Error>(self, yes: bool) -> Result<Loose<'de>, E> {
                Ok(Loose::Bool(yes))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number.to_string()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number.to_string()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Loose<'de>, E> {
                Ok(Loose::Number(number.to_string()))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Loose<'de>, E> {
                Ok(Loose::Text(Cow::Owned(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Loose::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(Text(key)) = map.next_key()? {
                    entries.push((key, map.next_value()?));
                }
                Ok(Loose::Object(entries))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_match_in_any_case_and_the_last_one_counts() {
        let body =
            parse(b"\xef\xbb\xbf{\"apikey\":\"a\",\"APIKEY\":\"b\",\"junk\":[{}],\"signupformexternalid\":\"F\"}")
                .expect("an object");
        assert_eq!(body.api_key.text(), Some("b"));
        assert_eq!(body.form.text(), Some("F"));
        assert_eq!(body.tags, Loose::Null);
    }

    #[test]
    fn what_is_no_object_is_no_body() {
        for text in ["", "[]", "\"x\"", "{", "{}x", "nul", "{\"tags\":\"\\ud800\"}", "{\"a\":01}"] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_none());
        let deep = format!("{{\"junk\":{}{}}}", "[".repeat(100), "]".repeat(100));
        assert!(parse(deep.as_bytes()).is_some());
        let too_deep = format!("{{\"tags\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
        assert!(parse(too_deep.as_bytes()).is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = parse(&bytes);
        }
    }
}
