//! A customer as clients send one: `POST customer`, `POST customers`, and `PATCH` of either.
//!
//! Everything that can be wrong is found here in one go, because the vendor reports all faults of an input together;
//! the intake checks again what it must rely on. Look at `wire` for JSON, at `attributes` for an account's own fields.

use std::borrow::Cow;

use jiff::civil::Date;
use model::{AccountSnapshot, EmailAddress, FieldId, Given, GivenAnswer, GivenSignUp, Origin, Secret, Shown};
use serde_json::value::RawValue;

use crate::challenge_answers::{ChallengeAnswers, honeypot_of};

use super::logins::checked_password;
use super::wire::{self, Ids, InputFault, Invalid, Json, Object};
use super::{Mode, attributes};

const FIRST_NAME_MOST: usize = 30;
const LAST_NAME_MOST: usize = 80;
const EMAIL_MOST: usize = 255;
const PHONE_MOST: usize = 50;
const TITLE_MOST: usize = 20;
const EARLIEST_BIRTH_YEAR: i16 = 1900;

/// What a body is read against.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The account of the URL.
    pub account: &'a AccountSnapshot,
    /// Who calls.
    pub mode: Mode,
    /// The current day, UTC.
    pub today: Date,
}

/// Keys as they came, for answers and for counting.
#[derive(Clone, Debug, Default)]
pub struct Sent<'a> {
    /// The keys that attributes were sent under.
    pub attributes: Vec<(FieldId, Cow<'a, str>)>,
    /// Keys that nothing here knows. They are ignored as the vendor does, and counted by name.
    pub unknown: Vec<Cow<'a, str>>,
}

/// A wish to create a customer.
#[derive(Clone, Debug)]
pub struct NewCustomer<'a> {
    /// For the intake. Tags and statements are vendor ids that exist and are allowed.
    pub sign_up: GivenSignUp<'a>,
    /// The login password, as sent.
    pub password: Option<Secret>,
    /// Keys as sent.
    pub sent: Sent<'a>,
    /// What the call brought along for the guard.
    pub challenge: ChallengeAnswers,
}

/// A wish to change a customer: only what was sent.
#[derive(Clone, Debug)]
pub struct CustomerChange<'a> {
    /// A new address, as sent.
    pub email: Option<Cow<'a, str>>,
    /// Fields by SystemName; [`Given::Nothing`] clears.
    pub values: Vec<(Cow<'a, str>, Given<'a>)>,
    /// A new login password; Owner mode only.
    pub password: Option<Secret>,
    /// Keys as sent.
    pub sent: Sent<'a>,
}

impl<'a> NewCustomer<'a> {
    /// Reads the body of `POST customer` or `POST customers`.
    pub fn parse(body: &'a [u8], setting: Setting<'a>, origin: Origin) -> Result<Self, InputFault> {
        let found = Reader::new(setting, Purpose::Create).read(object(body, setting.mode)?)?;
        let wait = setting.mode == Mode::Web && setting.account.settings.confirm_web_sign_ups;
        Ok(Self {
            sign_up: GivenSignUp {
                door: setting.mode.door(),
                caller: setting.mode.caller(),
                form: None,
                email: found.email.unwrap_or_default(),
                values: found.values.into_iter().filter(|(_, v)| *v != Given::Nothing).collect(),
                lists: Vec::new(),
                tags: found.tags,
                statements: found
                    .statements
                    .into_iter()
                    .map(|statement| GivenAnswer { statement, yes: true, shown: Shown::Declared })
                    .collect(),
                confirm: Some(wait),
                language: None,
                origin,
            },
            password: found.password,
            sent: found.sent,
            challenge: found.challenge,
        })
    }
}

impl<'a> CustomerChange<'a> {
    /// Reads the body of `PATCH customer` or `PATCH customers/{id}`.
    pub fn parse(body: &'a [u8], setting: Setting<'a>) -> Result<Self, InputFault> {
        let found = Reader::new(setting, Purpose::Change).read(object(body, setting.mode)?)?;
        Ok(Self { email: found.email, values: found.values, password: found.password, sent: found.sent })
    }
}

/// The body's object. A published client of servers puts every payload into an array of one.
fn object(body: &[u8], mode: Mode) -> Result<Object<'_>, wire::BodyFault> {
    match mode {
        Mode::Web => Object::parse(body),
        Mode::Owner => Object::parse_wrapped(body),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Create,
    Change,
}

/// What a key means. Several spellings of one slot in a body are one; the last wins.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    Text(&'static TextKey),
    Email,
    BirthDate,
    GiftAid,
    Password,
    Statements,
    Tags,
    Attribute(FieldId),
    UnknownAttribute,
}

/// A text with a key of its own.
#[derive(Debug, PartialEq, Eq)]
struct TextKey {
    key: &'static str,
    system_name: &'static str,
    most: usize,
    required: bool,
}

static FIRST_NAME: TextKey =
    TextKey { key: "FirstName", system_name: "FirstName", most: FIRST_NAME_MOST, required: true };
static LAST_NAME: TextKey = TextKey { key: "LastName", system_name: "LastName", most: LAST_NAME_MOST, required: true };
static MOBILE: TextKey = TextKey { key: "Mobile", system_name: "MobilePhoneNumber", most: PHONE_MOST, required: false };
static PHONE: TextKey = TextKey { key: "Phone", system_name: "PhoneNumber", most: PHONE_MOST, required: false };
static TITLE: TextKey = TextKey { key: "Title", system_name: "Title", most: TITLE_MOST, required: false };

/// Keys of the response that are no news when they come back, and two that clients are known to send for nothing.
const IGNORED: [&str; 8] =
    ["age", "name", "id", "passwordset", "giftaiddeclarationrequired", "creditbalance", "friendlyid", "friendid"];

/// The key that the caller knows a field by, for faults the intake finds.
pub fn key_of(system_name: &str, account: &AccountSnapshot, sent: &Sent<'_>) -> String {
    for text in [&FIRST_NAME, &LAST_NAME, &MOBILE, &PHONE, &TITLE] {
        if text.system_name.eq_ignore_ascii_case(system_name) {
            return text.key.into();
        }
    }
    match account.field_by_name(system_name) {
        Some((id, field)) if Mode::Owner.attributes(account).any(|(own, _)| own == id) => {
            let as_sent = sent.attributes.iter().find(|(f, _)| *f == id).map(|(_, key)| key.clone().into_owned());
            as_sent.unwrap_or_else(|| attributes::input_key(account, field))
        }
        Some((_, built_in)) => built_in.system_name.clone(),
        None => system_name.to_owned(),
    }
}

/// What a body held.
#[derive(Default)]
struct Found<'a> {
    email: Option<Cow<'a, str>>,
    values: Vec<(Cow<'a, str>, Given<'a>)>,
    tags: Vec<Cow<'a, str>>,
    statements: Vec<Cow<'a, str>>,
    password: Option<Secret>,
    sent: Sent<'a>,
    challenge: ChallengeAnswers,
}

struct Reader<'a> {
    setting: Setting<'a>,
    purpose: Purpose,
    found: Found<'a>,
    faults: Vec<Invalid>,
}

impl<'a> Reader<'a> {
    fn new(setting: Setting<'a>, purpose: Purpose) -> Self {
        Self { setting, purpose, found: Found::default(), faults: Vec::new() }
    }

    fn read(mut self, object: Object<'a>) -> Result<Found<'a>, InputFault> {
        let mut slots: Vec<(Slot, Cow<'a, str>, &'a RawValue)> = Vec::with_capacity(12);
        let honeypots = [honeypot_of(self.setting.account)];
        let browsers = self.setting.mode == Mode::Web && self.purpose == Purpose::Create;
        for (key, raw) in object.into_pairs() {
            if browsers && ChallengeAnswers::knows(&key, &honeypots) {
                let text = match wire::read(raw)? {
                    Json::Text(text) => Some(text.into_owned()),
                    _ => None,
                };
                self.found.challenge.take(&key, text, &honeypots);
                continue;
            }
            match self.slot(&key) {
                Some(slot) => {
                    if slot != Slot::UnknownAttribute {
                        slots.retain(|(known, ..)| *known != slot);
                    }
                    slots.push((slot, key, raw));
                }
                None if IGNORED.iter().any(|k| k.eq_ignore_ascii_case(&key)) => {}
                None => self.found.sent.unknown.push(key),
            }
        }
        // Names and address are reported first, the rest in the order sent.
        for first in [Slot::Text(&FIRST_NAME), Slot::Text(&LAST_NAME), Slot::Email] {
            if let Some(at) = slots.iter().position(|(slot, ..)| *slot == first) {
                let (slot, key, raw) = slots.remove(at);
                self.take(&slot, key, wire::read(raw)?);
            } else if self.purpose == Purpose::Create {
                self.take(&first, Cow::Borrowed(""), Json::Null);
            }
        }
        for (slot, key, raw) in slots {
            self.take(&slot, key, wire::read(raw)?);
        }
        if self.faults.is_empty() { Ok(self.found) } else { Err(InputFault::Invalid(self.faults)) }
    }

    fn slot(&self, key: &str) -> Option<Slot> {
        let texts = [&FIRST_NAME, &LAST_NAME, &MOBILE, &PHONE, &TITLE];
        if let Some(text) = texts.into_iter().find(|t| t.key.eq_ignore_ascii_case(key)) {
            return Some(Slot::Text(text));
        }
        let others = [
            ("Email", Slot::Email),
            ("BirthDate", Slot::BirthDate),
            ("GiftAidConfirmed", Slot::GiftAid),
            ("Password", Slot::Password),
            ("AgreedStatements", Slot::Statements),
            ("Tags", Slot::Tags),
        ];
        if let Some((_, slot)) = others.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
            return Some(slot);
        }
        let name = attributes::name_of(key)?;
        let field = attributes::find(self.setting.account, self.setting.mode, name);
        Some(field.map_or(Slot::UnknownAttribute, |(id, _)| Slot::Attribute(id)))
    }

    fn take(&mut self, slot: &Slot, key: Cow<'a, str>, value: Json<'a>) {
        let taken = match slot {
            Slot::Text(text) => self.text(text, value),
            Slot::Email => self.email(value),
            Slot::BirthDate => self.birth_date(value),
            Slot::GiftAid => self.gift_aid(value),
            Slot::Password => self.password(value),
            Slot::Tags | Slot::Statements if self.purpose == Purpose::Change => {
                let key = if *slot == Slot::Tags { "Tags" } else { "AgreedStatements" };
                Err(Invalid::other(key, format!("The {key} field cannot be changed by this call.")))
            }
            Slot::Tags => {
                self.ids("Tags", value, |s, id| Some(s.mode.tag(s.account, id)?.1.spektrix_id.as_str())).map(|ids| {
                    self.found.tags = ids;
                })
            }
            Slot::Statements => self
                .ids("AgreedStatements", value, |s, id| Some(s.mode.statement(s.account, id)?.1.spektrix_id.as_str()))
                .map(|ids| {
                    self.found.statements = ids;
                }),
            Slot::Attribute(id) => self.attribute(*id, key, value),
            Slot::UnknownAttribute => Err(Invalid::value(&key, value.shown())),
        };
        if let Err(fault) = taken {
            self.faults.push(fault);
        }
    }

    fn set(&mut self, system_name: impl Into<Cow<'a, str>>, value: Given<'a>) {
        self.found.values.push((system_name.into(), value));
    }

    fn text(&mut self, text: &'static TextKey, value: Json<'a>) -> Result<(), Invalid> {
        match text_of(text.key, text.most, value)? {
            Some(given) => self.set(text.system_name, Given::Text(given)),
            None if text.required => return Err(Invalid::required(text.key)),
            None => self.set(text.system_name, Given::Nothing),
        }
        Ok(())
    }

    fn email(&mut self, value: Json<'a>) -> Result<(), Invalid> {
        let text = match value {
            Json::Null => return Err(Invalid::required("Email")),
            Json::Text(text) => text,
            other => return Err(Invalid::value("Email", other.shown())),
        };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(Invalid::required("Email"));
        }
        if trimmed.chars().count() > EMAIL_MOST {
            return Err(Invalid::too_long("Email", EMAIL_MOST));
        }
        EmailAddress::parse(trimmed).map_err(|_| Invalid::not_an_email("Email"))?;
        self.found.email = Some(text);
        Ok(())
    }

    fn birth_date(&mut self, value: Json<'a>) -> Result<(), Invalid> {
        let shown = value.shown().to_owned();
        let wrong = || Invalid::value("BirthDate", &shown);
        let date = match value {
            Json::Null => None,
            Json::Text(text) => attributes::iso_date(&text).map_err(|_| wrong())?,
            _ => return Err(wrong()),
        };
        if date.is_some_and(|d| d.year() < EARLIEST_BIRTH_YEAR || d > self.setting.today) {
            return Err(wrong());
        }
        self.set("BirthDate", date.map_or(Given::Nothing, |d| Given::Text(Cow::Owned(d.to_string()))));
        Ok(())
    }

    fn gift_aid(&mut self, value: Json<'a>) -> Result<(), Invalid> {
        let given = match value {
            Json::Null => Given::Nothing,
            Json::Bool(yes) => Given::Bool(yes),
            Json::Text(text) if text.trim().is_empty() => Given::Nothing,
            // Whole HTML forms are sent here as JSON: a ticked box is "true" or "on".
            Json::Text(ref text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "on" | "yes" | "1" => Given::Bool(true),
                "false" | "off" | "no" | "0" => Given::Bool(false),
                _ => return Err(Invalid::value("GiftAidConfirmed", text)),
            },
            other => return Err(Invalid::value("GiftAidConfirmed", other.shown())),
        };
        self.set("GiftAidConfirmed", given);
        Ok(())
    }

    fn password(&mut self, value: Json<'a>) -> Result<(), Invalid> {
        if self.purpose == Purpose::Change && self.setting.mode == Mode::Web {
            return Err(Invalid::other("Password", "The Password field cannot be changed by this call."));
        }
        self.found.password = match value {
            Json::Null => None,
            Json::Text(text) if text.is_empty() => None,
            Json::Text(text) => Some(checked_password("Password", &text)?),
            _ => return Err(Invalid::other("Password", "The value is not valid for Password.")),
        };
        Ok(())
    }

    fn ids(
        &self,
        key: &str,
        value: Json<'a>,
        known: impl Fn(Setting<'a>, &str) -> Option<&'a str>,
    ) -> Result<Vec<Cow<'a, str>>, Invalid> {
        let ids = Ids::from_json(value).map_err(|wrong| Invalid::value(key, wrong.shown()))?;
        let found = ids.ids.iter().map(|id| known(self.setting, id).map(Cow::Borrowed).ok_or(id));
        found.collect::<Result<_, _>>().map_err(|id| Invalid::value(key, id))
    }

    fn attribute(&mut self, id: FieldId, key: Cow<'a, str>, value: Json<'a>) -> Result<(), Invalid> {
        let account = self.setting.account;
        let Some(field) = account.field(id) else { return Err(Invalid::value(&key, value.shown())) };
        let given = attributes::read(&key, field, value)?;
        self.set(field.system_name.as_str(), given);
        self.found.sent.attributes.push((id, key));
        Ok(())
    }
}

/// A text: trimmed, without control characters, at most so many characters; blank is none.
pub(super) fn text_of<'a>(key: &str, most: usize, value: Json<'a>) -> Result<Option<Cow<'a, str>>, Invalid> {
    let text = match value {
        Json::Null => return Ok(None),
        Json::Text(Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
        Json::Text(Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
        other => return Err(Invalid::value(key, other.shown())),
    };
    if text.len() > most && text.chars().count() > most {
        return Err(Invalid::too_long(key, most));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::value(key, &text));
    }
    Ok((!text.is_empty()).then_some(text))
}
