//! A sign-up: one person's wish, as it came through a door, with every name resolved.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::{EmailAddress, FieldId, FormId, Given, ListId, Shown, StatementId, TagId};

/// The dialect something came in through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// Sentori's `signup.ashx`, v1 and v2.0.
    Sentori,
    /// Spektrix Owner mode: signed calls.
    SpektrixOwner,
    /// Spektrix Web mode: browsers.
    SpektrixWeb,
    /// Spektrix's integrated sign-up form, `signup.aspx`.
    SpektrixForm,
    /// The hosted form.
    Hosted,
    /// The same form as JSON, and the embedded element.
    Json,
    /// The native API with a token.
    Native,
    /// Preference, confirm and unsubscribe pages.
    Pages,
    /// The admin console.
    Console,
    /// Files: imports and commands.
    Import,
    /// What comes back by mail.
    Mail,
}

impl Door {
    /// Every door, for tables of metrics.
    pub const ALL: [Self; 11] = [
        Self::Sentori,
        Self::SpektrixOwner,
        Self::SpektrixWeb,
        Self::SpektrixForm,
        Self::Hosted,
        Self::Json,
        Self::Native,
        Self::Pages,
        Self::Console,
        Self::Import,
        Self::Mail,
    ];

    /// The name kept in the store and shown in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentori => "sentori",
            Self::SpektrixOwner => "spektrix_owner",
            Self::SpektrixWeb => "spektrix_web",
            Self::SpektrixForm => "spektrix_form",
            Self::Hosted => "hosted",
            Self::Json => "json",
            Self::Native => "native",
            Self::Pages => "pages",
            Self::Console => "console",
            Self::Import => "import",
            Self::Mail => "mail",
        }
    }

    /// The door of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name)
    }
}

/// Who made the call, which decides how far it is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// Anybody: a browser, or something that looks like one.
    Public,
    /// A server that proved a secret of the account's.
    Credentials,
}

/// Where a sign-up came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The client's address, behind trusted proxies only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The page that held the form: `Referer`, `Origin`, or what the form itself says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Where the person was before that page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// The form's own `source` value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `utm_*` parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub utm: BTreeMap<String, String>,
}

/// The network of a client address, as far as it may be kept for long or told to others: IPv4 /24, IPv6 /48.
pub fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(std::net::Ipv4Addr::from(u32::from(ip) >> 8 << 8)),
        IpAddr::V6(ip) => IpAddr::V6(std::net::Ipv6Addr::from(u128::from(ip) >> 80 << 80)),
    }
}

/// Whether a sign-up is of someone new (or never confirmed), or changes someone known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpKind {
    /// Someone new, or known only unconfirmed.
    Signup,
    /// Someone known and confirmed.
    Update,
}

/// A person's answer to a statement.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// Which statement.
    pub statement: StatementId,
    /// Which version of its wording.
    pub version: i64,
    /// The language it was shown in, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Yes or no.
    pub yes: bool,
    /// How the wording was shown.
    pub shown: Shown,
}

/// What the person asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Fields to set, in canonical text; `None` clears.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(FieldId, Option<String>)>,
    /// Lists to join, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListId>,
    /// Tags to apply, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// Answers to statements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Answer>,
    /// A new address, where the person changes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_email: Option<EmailAddress>,
    /// Values of the caller's that live only as long as the sign-up (automation `{{trx:…}}` merge fields).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub transient: BTreeMap<String, String>,
}

/// One person's wish as it came through a door.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignUp {
    /// The door.
    pub door: Door,
    /// Who called.
    pub caller: Caller,
    /// The form, where the door has one.
    pub form: Option<FormId>,
    /// Who it is about.
    pub email: EmailAddress,
    /// What is asked for.
    pub wish: Wish,
    /// Whether to hold it until the link in the mail is followed.
    pub confirm: bool,
    /// The language of mails and pages, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

/// A sign-up before its names are looked up: what a door makes of the wire. Borrows from the request's body.
#[derive(Clone, Debug)]
pub struct GivenSignUp<'a> {
    /// The door.
    pub door: Door,
    /// Who called.
    pub caller: Caller,
    /// External id of the form, where the door has one.
    pub form: Option<Cow<'a, str>>,
    /// The address as sent.
    pub email: Cow<'a, str>,
    /// Fields by SystemName as sent; Spektrix attributes are translated to SystemNames by their door.
    pub values: Vec<(Cow<'a, str>, Given<'a>)>,
    /// External ids of lists.
    pub lists: Vec<Cow<'a, str>>,
    /// Names of tags, or vendor ids in the Spektrix doors.
    pub tags: Vec<Cow<'a, str>>,
    /// Answers to statements: key, or vendor id in the Spektrix doors.
    pub statements: Vec<GivenAnswer<'a>>,
    /// Whether to ask for confirmation; `None` leaves it to the form.
    pub confirm: Option<bool>,
    /// The visitor's language, where known.
    pub language: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

/// An answer to a statement as sent.
#[derive(Clone, Debug)]
pub struct GivenAnswer<'a> {
    /// Key or vendor id.
    pub statement: Cow<'a, str>,
    /// Yes or no.
    pub yes: bool,
    /// How the wording was shown.
    pub shown: Shown,
}
