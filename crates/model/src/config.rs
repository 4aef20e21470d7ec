//! An account's configuration, as written in the account file and kept in the store. Items name each other by their
//! natural names; [`crate::AccountSnapshot`] resolves the names.

use crate::{FormGuard, GuardSettings, Language, LocalText, Secret, Timestamp};

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What the guard's verdicts do in an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardMode {
    /// No verdicts.
    Off,
    /// Verdicts are recorded and change nothing.
    Log,
    /// Verdicts decide.
    #[default]
    Enforce,
}

/// How a form asks for a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementControl {
    /// An unticked box; left unticked, nothing was answered.
    #[default]
    Box,
    /// Yes and no side by side, neither chosen; no is kept as an answer too.
    YesNo,
}

/// `[account]`: one organisation.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AccountSettings {
    /// `{client}` in every URL.
    pub slug: String,
    /// The organisation's name, as people read it.
    #[serde(default)]
    pub name: String,
    /// Sentori's `AccountExternalID`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub external_id: String,
    /// The sender of its mail: `Name <address>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last fallback of every language choice.
    #[serde(default)]
    pub language: Language,
    /// The privacy notice that forms link to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// Where its logo lies, `https://…`; shown on every page instead of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Its colour, `#rrggbb`; pages darken or lighten it until it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// How its forms ask for a statement.
    #[serde(default, skip_serializing_if = "is_default")]
    pub statement_control: StatementControl,
    /// Origins that may call Web mode and embedded forms; `*` for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// Hosts that forms may redirect to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_return_hosts: Vec<String>,
    /// Host names of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_domains: Vec<String>,
    /// What the guard's verdicts do.
    #[serde(default)]
    pub guard: GuardMode,
    /// The guard's numbers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub guard_settings: GuardSettings,
    /// Whether statements agreed in Spektrix Web mode wait for the emailed confirmation.
    #[serde(default, skip_serializing_if = "is_false")]
    pub confirm_web_sign_ups: bool,
    /// Whether whoever works on it in the console needs a second factor.
    #[serde(default, skip_serializing_if = "is_false")]
    pub second_factor: bool,
    /// Whether a customer made in a browser without a password is sent a link to set one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub welcome_mail: bool,
    /// Whether Spektrix Web mode keeps to itself that an address belongs to a customer already (`Duplicate Entry`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub conceal_duplicates: bool,
    /// Whether the integrated form keeps it to itself (`EmailExists`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub conceal_existing: bool,
    /// Whether `forgot-password` keeps to itself that an address belongs to nobody (`404`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub conceal_unknown: bool,
    /// What the rules for Spektrix Web mode do.
    #[serde(default = "log")]
    pub bot_rules: GuardMode,
    /// Networks that the rules for Web mode leave alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exempt_networks: Vec<String>,
    /// Who is told of trouble that nobody else would see, such as a webhook that was switched off; left out = the sender's
    /// address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_to: Vec<String>,
    /// An account's own mail settings; left out = the installation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSettings>,
}

fn log() -> GuardMode {
    GuardMode::Log
}

/// `[mail]`: how an account's mail goes out.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct MailSettings {
    /// The environment variable that holds `smtp://…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_env: Option<String>,
    /// Where bounces go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_path: Option<String>,
    /// DKIM keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dkim: Vec<DkimKey>,
    /// Most mails a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_per_minute: Option<u32>,
    /// After how many mails that a server refused for their recipient an address is marked bad; left out = 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_address_after: Option<u32>,
    /// Rates of single domains of recipients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domain_rates: Vec<DomainRate>,
    /// Topics (ARNs) of Amazon SNS by which Amazon SES may say what came back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ses_topics: Vec<String>,
}

/// How fast mail may go to one domain.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct DomainRate {
    /// The recipients' domain, in lower case and ASCII.
    pub domain: String,
    /// Most mails a minute.
    pub per_minute: u32,
}

/// One DKIM key.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct DkimKey {
    /// `d=`.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// The private key's file, PEM.
    pub key_file: String,
}

/// Who a caller with a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiUserKind {
    /// The `ApiKey` of Sentori's calls.
    Sentori,
    /// A login of Spektrix Owner mode.
    Spektrix,
    /// A bearer token of the native API.
    Native,
}

/// A caller with a secret.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ApiUser {
    /// Which door it is for.
    pub kind: ApiUserKind,
    /// A name for people; for Spektrix the login.
    pub name: String,
    /// The key, the base64 secret or the token.
    pub secret: Secret,
    /// What a native token may do; of a Spektrix login too, where it is not to do everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

/// A group of tags; its name is a heading.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TagGroup {
    /// Heading.
    pub name: String,
    /// A line below the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether browsers see it.
    #[serde(default)]
    pub web: bool,
    /// A vendor's id that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spektrix_id: Option<String>,
}

/// A mark on a contact.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tag {
    /// Its name, unique in the account whatever the case.
    pub name: String,
    /// The name of its group.
    pub group: String,
    /// The vendor's id, given or made.
    pub spektrix_id: String,
}

/// A subscription that contacts join and leave.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MailingList {
    /// The id in Sentori's API and in forms.
    pub external_id: String,
    /// The name people read.
    pub name: LocalText,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LocalText>,
}

/// How a person can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Email.
    Email,
    /// Letters.
    Post,
    /// Text messages.
    Sms,
    /// Calls.
    Phone,
    /// Anything else.
    Other,
}

/// The legal ground of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The person said yes.
    #[default]
    Consent,
    /// The organisation's interest; for post and phone only.
    LegitimateInterest,
}

/// A wording that a contact agrees to. A change of `text`, `channel` or `basis` is a new version.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Statement {
    /// Its name in forms and files.
    pub key: String,
    /// The vendor's id, given or made.
    pub spektrix_id: String,
    /// The wording.
    pub text: LocalText,
    /// The channel it is about.
    pub channel: Channel,
    /// The legal ground.
    #[serde(default)]
    pub basis: Basis,
    /// Whether browsers see it.
    #[serde(default)]
    pub web: bool,
    /// Whether the integrated sign-up form sets it to yes.
    #[serde(default)]
    pub linked_to_email: bool,
}

/// One version of a statement, as it stood.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct StatementVersion {
    /// Counted from 1.
    pub version: i64,
    /// The wording.
    pub text: LocalText,
    /// The channel.
    pub channel: Channel,
    /// The legal ground.
    pub basis: Basis,
    /// Since when.
    pub since: Timestamp,
}

/// A field on a form.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FormField {
    /// SystemName.
    pub field: String,
    /// The label on this form; left out = the field's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LocalText>,
    /// Whether it must be filled in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// A line of help; left out = the field's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<LocalText>,
}

/// When alert mails go out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// One for each sign-up.
    #[default]
    Each,
    /// Gathered, one every so many seconds.
    Digest(u64),
}

/// `[form.actions]`: what happens on confirm of a signup and of an update.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct FormActions {
    /// Lists that everyone who confirms joins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// Tags that everyone who confirms gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Addresses that are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alert_to: Vec<String>,
    /// One by one or gathered.
    #[serde(skip_serializing_if = "is_default")]
    pub alert: Alert,
    /// The automation that starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automation: Option<String>,
}

/// `[form.signup]` and `[form.update]`: what a person reads on the way. Left out = built-in texts.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct MessageSet {
    /// Shown after submitting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_message: Option<LocalText>,
    /// Where to go after submitting, instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_url: Option<String>,
    /// Subject of the confirmation mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation_subject: Option<LocalText>,
    /// Its text part; holds `{{ConfirmLink}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation_text: Option<LocalText>,
    /// Its HTML part; holds `{{ConfirmLink}}`. Left out = made from the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation_html: Option<LocalText>,
    /// Shown when the link was followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_message: Option<LocalText>,
    /// Where to go when the link was followed, instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_url: Option<String>,
}

/// How the page behind the confirm link confirms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmMode {
    /// By itself as soon as a person shows presence, and by its button.
    #[default]
    Auto,
    /// By its button only.
    Button,
}

/// A sign-up form: what is asked, what is required, what happens on confirm.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Form {
    /// The id in URLs and in Sentori's API.
    pub external_id: String,
    /// The name people read.
    pub name: LocalText,
    /// The fields asked for, in order. The address is always asked for, first.
    #[serde(default)]
    pub fields: Vec<FormField>,
    /// Lists that a person may choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// Statements shown, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
    /// Whether hosted and embedded sign-ups wait for the emailed confirmation.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub require_confirmation: bool,
    /// How the confirm page confirms.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirm_mode: ConfirmMode,
    /// How long a confirm link lives, in seconds; left out = 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_within: Option<u64>,
    /// The language of its pages; left out = the visitor's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Where its sign-ups say they come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it has instead of the account's guard settings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub guard: FormGuard,
    /// Whether it takes no sign-ups at present.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
    /// What happens on confirm.
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: FormActions,
    /// Messages for someone new.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signup: MessageSet,
    /// Messages for someone known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub update: MessageSet,
}

/// One step of an automation.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutomationStep {
    /// A mail to the contact.
    SendMail {
        /// Subject.
        subject: LocalText,
        /// Text part.
        text: LocalText,
        /// HTML part; left out = made from the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<LocalText>,
        /// The list that the mail is for, by external id: only those on it get it, and one click leaves it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// A pause, in seconds.
    Delay(u64),
    /// Apply a tag.
    AddTag(String),
    /// Take a tag off.
    RemoveTag(String),
    /// Join a list.
    JoinList(String),
    /// Leave a list.
    LeaveList(String),
    /// Call a URL.
    Webhook(String),
    /// Ends the run here, if so.
    StopIf(Condition),
}

/// What may hold about a contact.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It has this tag.
    HasTag(String),
    /// It has it not.
    LacksTag(String),
    /// It is on this list.
    OnList(String),
    /// It is not.
    NotOnList(String),
}

/// What starts an automation, besides a form that names it and a call that asks for it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// This tag is applied.
    Tag(String),
    /// This list is joined.
    List(String),
}

/// A series of steps that starts when something happens.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Automation {
    /// The id in Sentori's API and in forms.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// Whether one contact may run it more than once.
    #[serde(default)]
    pub repeatable: bool,
    /// What else starts it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub start_on: Vec<Trigger>,
    /// What it does.
    #[serde(default)]
    pub steps: Vec<AutomationStep>,
}

/// Which dialect a webhook speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// The vendor's kinds, each with its own URL, checked by `vhash`.
    Sentori,
    /// Vestibule's own events, signed as Standard Webhooks.
    Standard,
}

/// A receiver of webhooks.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WebhookEndpoint {
    /// The dialect.
    pub kind: WebhookKind,
    /// A name for people, and what `apply` knows it by; left out = the URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URLs: for `sentori` one each for `contact_subscribe`, `contact_unsubscribe`, `list_subscribe`,
    /// `list_unsubscribe`, `bounce`; for `standard` the one `url`.
    pub urls: std::collections::BTreeMap<String, String>,
    /// The events wanted; empty = all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// The signing secret of a `standard` endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// Switched off by hand: nothing is owed to it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
    /// What happened to it since it was set up.
    #[serde(skip)]
    pub state: EndpointState,
}

impl WebhookEndpoint {
    /// Whether anything is owed to one of its URLs.
    pub fn takes(&self, slot: &str) -> bool {
        !self.disabled && self.urls.contains_key(slot) && !self.state.given_up.iter().any(|(off, _)| off == slot)
    }
}

/// What happened to a receiver of webhooks since it was set up; no part of its configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointState {
    /// Which of its URLs were switched off because they had taken nothing for days, and when.
    pub given_up: Vec<(String, Timestamp)>,
    /// The secret before the present one, and until when it signs as well.
    pub former_secret: Option<(Secret, Timestamp)>,
}

/// What an item of the configuration is. The order is that in which items are made: none names one of a later kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// [`crate::Field`]
    Field,
    /// [`crate::TagGroup`]
    TagGroup,
    /// [`crate::Tag`]
    Tag,
    /// [`crate::MailingList`]
    MailingList,
    /// [`crate::Statement`]
    Statement,
    /// [`crate::Automation`]
    Automation,
    /// [`crate::Form`]
    Form,
    /// [`crate::WebhookEndpoint`]; its secret stands apart.
    Webhook,
    /// [`crate::ApiUser`]; its secret stands apart, so the definition alone does not read back as one.
    ApiUser,
}

impl ItemKind {
    /// Every kind, in the order in which items are made.
    pub const ALL: [Self; 9] = [
        Self::Field,
        Self::TagGroup,
        Self::Tag,
        Self::MailingList,
        Self::Statement,
        Self::Automation,
        Self::Form,
        Self::Webhook,
        Self::ApiUser,
    ];

    /// The name it is stored by.
    pub fn stored(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::TagGroup => "tag_group",
            Self::Tag => "tag",
            Self::MailingList => "mailing_list",
            Self::Statement => "statement",
            Self::Automation => "automation",
            Self::Form => "form",
            Self::Webhook => "webhook",
            Self::ApiUser => "api_user",
        }
    }

    /// The kind of a stored name; `None` for one that this program does not know.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.stored() == text)
    }

    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::TagGroup => "tag group",
            Self::Tag => "tag",
            Self::MailingList => "mailing list",
            Self::Statement => "statement",
            Self::Automation => "automation",
            Self::Form => "form",
            Self::Webhook => "webhook",
            Self::ApiUser => "api user",
        }
    }
}
