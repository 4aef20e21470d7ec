//! What a decision is made of: the facts read in the transaction, and the plan that is written in the same one.

use std::collections::BTreeMap;

use model::{
    AccountId, Answer, Automation, AutomationId, Basis, ConsentAction, ConsentSubject, ContactId, DeliveryId,
    EmailAddress, Evidence, FieldId, FormId, ListId, Origin, PendingId, PersonId, Shown, SignUp, SignUpId, SignUpKind,
    StatementId, TagId, Timestamp, WebhookId,
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::customer_links::LinkPurpose;
use crate::recipients::{Mailbox, MailboxChange, MailboxFacts};
use crate::returns::{MailHistory, MailReturn};

/// Who a change is about. Changes of one person never run at the same time, on any node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonKey {
    /// The account.
    pub account: AccountId,
    /// [`EmailAddress::key`].
    pub email_key: String,
}

/// What to read besides the contact itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// This pending sign-up.
    pub pending: Option<PendingId>,
    /// The contact's values.
    pub values: bool,
    /// The contact's tags.
    pub tags: bool,
    /// The contact's postal addresses.
    pub addresses: bool,
    /// Sign-ups of the contact since this moment.
    pub sign_ups_since: Option<Timestamp>,
    /// What this mailbox got lately; it stays locked until the decision is committed.
    pub mailbox: Option<Mailbox>,
    /// The mailbox matters only where the address is known or suppressed; for others it is not read.
    pub mailbox_of_known: bool,
    /// Which automations the contact is in, or has been through.
    pub runs: bool,
    /// This run of an automation.
    pub run: Option<i64>,
    /// The last mails to the contact and what came back of them.
    pub mails: bool,
    /// How many row numbers the decision may take beyond `NUMBERS_PER_PLAN`: one for each list and statement.
    pub numbers: usize,
}

/// A contact's row.
#[derive(Clone, Debug)]
pub struct ContactRow {
    /// Its number.
    pub id: ContactId,
    /// The number its consent events go by.
    pub person: PersonId,
    /// The address as first given.
    pub email: String,
    /// When it was confirmed, imported or added; `None` = known only by an unconfirmed sign-up.
    pub confirmed_at: Option<Timestamp>,
    /// Since when nothing is mailed to it.
    pub suppressed_at: Option<Timestamp>,
    /// Since when its address is known to be bad.
    pub bad_address_at: Option<Timestamp>,
    /// Where it came from: `API`, `Signup Form`, `Uploaded`, `User`.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By which client address.
    pub created_ip: Option<String>,
    /// From which page.
    pub created_referrer: Option<String>,
    /// When its values, lists or tags last changed.
    pub modified_at: Timestamp,
    /// The last sign-up about it.
    pub last_sign_up: Option<SignUpId>,
    /// Since when it is a customer although nothing confirmed it.
    pub customer_at: Option<Timestamp>,
    /// The vendor's customer id that it brought along, in upper case.
    pub public_id: Option<String>,
}

impl ContactRow {
    /// Whether it is a customer: confirmed, imported, added, or made by a door that says so at once.
    pub fn is_customer(&self) -> bool {
        self.confirmed_at.is_some() || self.customer_at.is_some()
    }
}

/// A postal address of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRow {
    /// Its number; the oldest has the smallest.
    pub id: i64,
    /// Whether bills go here.
    pub is_billing: bool,
    /// Whether parcels go here.
    pub is_delivery: bool,
    /// What is written on it, as JSON of the door's.
    pub details: String,
}

/// An earlier sign-up of the same contact.
#[derive(Clone, Debug)]
pub struct EarlierSignUp {
    /// Its record.
    pub id: SignUpId,
    /// What it asked for, as a hash.
    pub fingerprint: Vec<u8>,
    /// New or known.
    pub kind: SignUpKind,
    /// Its name in the store: see `OutcomeName`.
    pub outcome: OutcomeName,
    /// What it holds back.
    pub pending: Option<PendingId>,
    /// Its confirmation mail.
    pub delivery: Option<DeliveryId>,
    /// The state of that mail.
    pub delivery_state: Option<DeliveryState>,
}

/// How a sign-up ended, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeName {
    /// Values, lists and tags are set.
    Applied,
    /// Waits for its link.
    Pending,
    /// In quarantine.
    Quiet,
    /// Refused by the guard.
    Refused,
}

impl OutcomeName {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Quiet => "quiet",
            Self::Refused => "refused",
        }
    }

    /// From what is stored; anything unknown counts as refused.
    pub fn from_stored(text: &str) -> Self {
        [Self::Applied, Self::Pending, Self::Quiet].into_iter().find(|o| o.as_str() == text).unwrap_or(Self::Refused)
    }
}

/// The state of an outbox row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Owed.
    Owed,
    /// Taken by the other side.
    Done,
    /// Given up.
    Dead,
    /// No longer owed.
    Withdrawn,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Owed, Self::Done, Self::Dead, Self::Withdrawn];

    /// Its word in commands and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// As stored.
    pub fn code(self) -> i64 {
        match self {
            Self::Owed => 0,
            Self::Done => 1,
            Self::Dead => 2,
            Self::Withdrawn => 3,
        }
    }

    /// From what is stored.
    pub fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Owed,
            1 => Self::Done,
            2 => Self::Dead,
            _ => Self::Withdrawn,
        }
    }
}

/// A pending sign-up's row.
#[derive(Clone, Debug)]
pub struct PendingRow {
    /// Its number.
    pub id: PendingId,
    /// The contact it is about.
    pub contact: ContactId,
    /// New or known, as it was when it came in.
    pub kind: SignUpKind,
    /// SHA-256 of the token in the mail.
    pub token_hash: Vec<u8>,
    /// What is held.
    pub sign_up: SignUp,
    /// Its record.
    pub sign_up_id: SignUpId,
    /// When it came in.
    pub created_at: Timestamp,
    /// When its link dies.
    pub expires_at: Timestamp,
    /// When the link was followed.
    pub used_at: Option<Timestamp>,
}

/// What is known about a person, read in the transaction that will write.
#[derive(Debug, Default)]
pub struct Facts {
    /// The time of the transaction.
    pub now: Option<Timestamp>,
    /// The contact with that address.
    pub contact: Option<ContactRow>,
    /// The contact with the other address, where the change is about two.
    pub other: Option<ContactId>,
    /// Why the address may not be mailed, if so.
    pub suppressed: Option<String>,
    /// The lists the contact is on.
    pub lists: Vec<ListId>,
    /// The contact's answers to statements.
    pub statements: Vec<(StatementId, bool)>,
    /// The contact's values, when wanted.
    pub values: Vec<(FieldId, String)>,
    /// The contact's tags, when wanted.
    pub tags: Vec<TagId>,
    /// The contact's postal addresses, when wanted, the oldest first.
    pub addresses: Vec<AddressRow>,
    /// Sign-ups since the wanted moment, the newest first.
    pub earlier: Vec<EarlierSignUp>,
    /// The wanted pending sign-up.
    pub pending: Option<PendingRow>,
    /// The wanted mailbox.
    pub mailbox: MailboxFacts,
    /// The automations that the contact is in or has been through, when wanted.
    pub runs: Vec<AutomationId>,
    /// The wanted run: its next step, `None` when it is over.
    pub run: Option<Option<i64>>,
    /// The last mails to the contact, when wanted.
    pub mails: MailHistory,
}

/// Numbers for the rows of one plan.
pub trait Numbers {
    /// A number for a contact.
    fn contact(&mut self) -> ContactId;
    /// A number for any other row.
    fn row(&mut self) -> i64;
}

/// How many row numbers a decision may take without asking for more in [`Wants::numbers`].
pub const NUMBERS_PER_PLAN: i64 = 16;

/// A contact to make.
#[derive(Debug)]
pub struct NewContact {
    /// Its number.
    pub id: ContactId,
    /// The number its consent events go by.
    pub person: PersonId,
    /// The address.
    pub email: EmailAddress,
    /// When it counts as confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Since when nothing is mailed to it.
    pub suppressed_at: Option<Timestamp>,
    /// Where it comes from.
    pub source: &'static str,
    /// By which client address.
    pub ip: Option<String>,
    /// From which page.
    pub referrer: Option<String>,
}

/// What to change about a contact's row.
#[derive(Debug)]
pub struct ContactChange {
    /// Its number.
    pub id: ContactId,
    /// When it was confirmed; an earlier time stays.
    pub confirmed_at: Option<Timestamp>,
    /// Sets the suppression.
    pub suppressed_at: Option<Timestamp>,
}

/// A consent event to keep.
#[derive(Debug)]
pub struct NewConsent {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub person: PersonId,
    /// What happened.
    pub action: ConsentAction,
    /// What it is about.
    pub subject: ConsentSubject,
    /// The language shown.
    pub language: Option<String>,
    /// The legal ground.
    pub basis: Basis,
    /// How the wording was shown.
    pub shown: Shown,
    /// The record of the sign-up.
    pub sign_up: Option<SignUpId>,
    /// The evidence of the steps that led here, the first one first.
    pub evidence: Vec<Evidence>,
}

/// A sign-up to hold until its link is followed.
#[derive(Debug)]
pub struct NewPending {
    /// Its number.
    pub id: PendingId,
    /// New or known.
    pub kind: SignUpKind,
    /// SHA-256 of the token in the mail.
    pub token_hash: [u8; 32],
    /// What is held.
    pub sign_up: std::sync::Arc<SignUp>,
    /// Its record.
    pub sign_up_id: SignUpId,
    /// When the link dies.
    pub expires_at: Timestamp,
}

/// The record of what came in.
#[derive(Debug)]
pub struct NewSignUp {
    /// Its number.
    pub id: SignUpId,
    /// The form, where there is one.
    pub form: Option<FormId>,
    /// The door's name.
    pub door: &'static str,
    /// New or known.
    pub kind: SignUpKind,
    /// How it ended.
    pub outcome: OutcomeName,
    /// The guard's verdict with its reasons, as JSON.
    pub verdict: Option<String>,
    /// Recognises a repeat.
    pub fingerprint: [u8; 16],
    /// What it holds back.
    pub pending: Option<PendingId>,
    /// Its confirmation mail.
    pub delivery: Option<DeliveryId>,
    /// The contact's sign-up before this one.
    pub previous: Option<SignUpId>,
    /// Where it came from.
    pub origin: Origin,
}

/// Which queue of the outbox a row is in; lower numbers go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Mails that somebody waits for: confirmations, links to log in.
    Confirmation,
    /// All other mail.
    Mail,
    /// Webhooks.
    Webhook,
}

impl Lane {
    /// Every lane, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Confirmation, Self::Mail, Self::Webhook];

    /// Its word in commands and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    /// As stored.
    pub fn code(self) -> i64 {
        match self {
            Self::Confirmation => 0,
            Self::Mail => 1,
            Self::Webhook => 2,
        }
    }

    /// From what is stored.
    pub fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Confirmation,
            1 => Self::Mail,
            _ => Self::Webhook,
        }
    }
}

/// Something owed to the outside. Ids rather than copies: the rest is read when it is delivered.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Owed {
    /// The mail that asks for confirmation.
    Confirmation {
        /// What is held.
        pending: PendingId,
        /// The form, for its texts.
        form: Option<FormId>,
        /// Signup or update texts.
        sign_up_kind: SignUpKind,
        /// The recipient, as given.
        to: EmailAddress,
        /// The language of the texts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The network that the sign-up came from, truncated ([`model::network_of`]).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        network: Option<std::net::IpAddr>,
    },
    /// The mail to a new address, whose link makes it the contact's.
    AddressChange {
        /// What is held.
        pending: PendingId,
        /// The new address, as given.
        to: EmailAddress,
        /// The language of the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// The mail that tells the old address of the new one.
    AddressChanged {
        /// The old address, as given.
        to: EmailAddress,
        /// The language of the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// The link to a contact's preferences, as asked for.
    PreferencesLink {
        /// The contact.
        contact: ContactId,
        /// The language of the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// When the link dies.
        expires_at: Timestamp,
    },
    /// The link by which a customer sets a password.
    PasswordLink {
        /// The customer.
        contact: ContactId,
        /// The link's number.
        number: i64,
        /// When it dies.
        expires_at: Timestamp,
        /// Whether it comes with a new account, rather than because it was asked for.
        welcome: bool,
    },
    /// The link by which a customer logs in.
    LoginLink {
        /// The customer.
        contact: ContactId,
        /// The link's number.
        number: i64,
        /// When it dies.
        expires_at: Timestamp,
        /// The page that it leads to, with `{token}` in it.
        page: String,
    },
    /// The mail that tells the people behind a form.
    Alert {
        /// The form.
        form: FormId,
        /// Signup or update.
        sign_up_kind: SignUpKind,
        /// The contact.
        contact: ContactId,
        /// One recipient; each has a row of its own.
        to: String,
        /// When it happened.
        at: Timestamp,
    },
    /// The next step of a contact's way through an automation.
    AutomationStep {
        /// The run.
        run: i64,
        /// The step, counted from 0.
        step: i64,
    },
    /// A call of a URL that an automation asks for.
    AutomationCall {
        /// The run.
        run: i64,
        /// The step, counted from 0.
        step: i64,
        /// Where to.
        url: String,
        /// The contact.
        contact: ContactId,
        /// What is said, as it was when the step was taken.
        #[serde(default)]
        body: String,
    },
    /// A webhook, as it was when what it tells happened.
    Webhook {
        /// The endpoint.
        endpoint: WebhookId,
        /// Which of the endpoint's URLs.
        slot: String,
        /// That URL as it was; the present one is called.
        url: String,
        /// Its kind.
        event: String,
        /// What is said, byte for byte.
        body: String,
        /// The contact.
        contact: ContactId,
        /// The last that is said about somebody who is erased.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        last: bool,
    },
    /// The mail that a receiver of webhooks was switched off.
    EndpointGivenUp {
        /// The endpoint.
        endpoint: WebhookId,
        /// Which of its URLs.
        slot: String,
        /// Since when it took nothing.
        since: Timestamp,
        /// Who is told.
        to: EmailAddress,
    },
    /// A mail that somebody sends themselves to see whether mail goes out.
    TestMail {
        /// Who asked, and gets it.
        to: EmailAddress,
    },
    /// The mail that the guard has something to say to the account's owner.
    GuardNews {
        /// What.
        news: crate::GuardNews,
        /// When it was seen.
        at: Timestamp,
        /// Who is told.
        to: EmailAddress,
    },
}

impl Owed {
    /// The name kept beside the payload.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Confirmation { .. } => "confirmation",
            Self::AddressChange { .. } => "address_change",
            Self::AddressChanged { .. } => "address_changed",
            Self::PreferencesLink { .. } => "preferences_link",
            Self::PasswordLink { .. } => "password_link",
            Self::LoginLink { .. } => "login_link",
            Self::Alert { .. } => "alert",
            Self::AutomationStep { .. } => "automation_step",
            Self::AutomationCall { .. } => "automation_call",
            Self::Webhook { last: false, .. } => "webhook",
            Self::Webhook { last: true, .. } => "webhook_of_erased",
            Self::EndpointGivenUp { .. } => "endpoint_given_up",
            Self::GuardNews { .. } => "guard_news",
            Self::TestMail { .. } => "test_mail",
        }
    }

    /// Rows of one stream of an account go out in order, each after the one before it is settled. `None` = in any order.
    pub fn stream(&self) -> Option<i64> {
        match self {
            // A run writes its next step when it has passed the one before.
            Self::Confirmation { .. }
            | Self::AddressChange { .. }
            | Self::AddressChanged { .. }
            | Self::PreferencesLink { .. }
            | Self::PasswordLink { .. }
            | Self::LoginLink { .. }
            | Self::EndpointGivenUp { .. }
            | Self::GuardNews { .. }
            | Self::TestMail { .. }
            | Self::AutomationStep { .. } => None,
            Self::Webhook { url, contact, .. } => Some(stream("webhook", &[url.as_bytes(), &contact.0.to_be_bytes()])),
            Self::AutomationCall { url, contact, .. } => {
                Some(stream("call", &[url.as_bytes(), &contact.0.to_be_bytes()]))
            }
            Self::Alert { form, to, .. } => {
                Some(stream("alert", &[&form.0.to_be_bytes(), to.to_lowercase().as_bytes()]))
            }
        }
    }
}

impl Owed {
    /// The way out of a webhook: each URL of an account has a queue of its own.
    pub fn route(&self) -> Option<i64> {
        match self {
            Self::AutomationCall { url, .. } | Self::Webhook { url, .. } => Some(stream("route", &[url.as_bytes()])),
            _ => None,
        }
    }
}

/// The number of a stream: its kind and what tells it from others of its kind.
fn stream(kind: &str, parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new_with_prefix(kind);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    i64::from_be_bytes([digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]])
}

/// An outbox row to write.
#[derive(Debug)]
pub struct NewDelivery {
    /// Its number; stable over every attempt.
    pub id: DeliveryId,
    /// Its queue.
    pub lane: Lane,
    /// What is owed.
    pub owed: Owed,
    /// When it falls due.
    pub due_at: Timestamp,
    /// Whether this node's workers get it with the commit; such a row is born leased.
    pub at_once: bool,
    /// Where the first attempt's result goes, when somebody waits for it.
    pub receipt: Option<watch::Sender<Receipt>>,
}

/// What became of the first attempt at a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Under way.
    Waiting,
    /// Taken by the other side.
    Taken,
    /// Not taken; it will be tried again, or was given up.
    NotTaken,
}

/// A contact's way through an automation, to begin.
#[derive(Debug)]
pub struct NewRun {
    /// Its number.
    pub id: i64,
    /// The automation.
    pub automation: AutomationId,
    /// The automation as it is now; the run keeps to it.
    pub definition: Automation,
    /// Values for `{{trx:…}}`, names in lower case.
    pub trx: BTreeMap<String, String>,
    /// The language of its mails.
    pub language: Option<String>,
}

/// A mail that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounce {
    /// The address takes no mail.
    Hard,
    /// It may take some later.
    Soft,
}

/// On whose behalf a change is made. It decides who is told: imports fire no webhooks, and an act of the account's own
/// people says so (Sentori reference, section 13: `Source`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// The person's own act: a form, a link, a page.
    #[default]
    Person,
    /// Somebody of the account's, by hand or through a call.
    User,
    /// A file or an import call.
    Import,
}

/// Everything one decision changes; written whole or not at all.
#[derive(Debug, Default)]
pub struct Plan {
    /// On whose behalf.
    pub cause: Cause,
    /// The contact that all the rest is about.
    pub contact: Option<ContactId>,
    /// A contact to make.
    pub create: Option<NewContact>,
    /// A contact to change.
    pub change: Option<ContactChange>,
    /// Values to set; `None` clears.
    pub values: Vec<(FieldId, Option<String>)>,
    /// Lists to join.
    pub join: Vec<ListId>,
    /// Lists to leave.
    pub leave: Vec<ListId>,
    /// Tags to count one up.
    pub tags: Vec<TagId>,
    /// Tags to take off.
    pub untag: Vec<TagId>,
    /// Answers to keep.
    pub statements: Vec<Answer>,
    /// Consent events.
    pub consents: Vec<NewConsent>,
    /// A sign-up to hold.
    pub pending: Option<NewPending>,
    /// A pending sign-up whose link was followed.
    pub used: Option<PendingId>,
    /// A pending sign-up to forget, with its mail if that is still owed.
    pub drop_pending: Option<PendingId>,
    /// The record of what came in.
    pub sign_up: Option<NewSignUp>,
    /// Automations that begin.
    pub runs: Vec<NewRun>,
    /// A run that goes on: its number and its next step, `None` at its end.
    pub run_on: Option<(i64, Option<i64>)>,
    /// An outbox row that is done with this very plan.
    pub done: Option<DeliveryId>,
    /// What is owed.
    pub deliveries: Vec<NewDelivery>,
    /// What becomes of mailboxes' records; only of the one that was wanted.
    pub mailboxes: Vec<(Mailbox, MailboxChange)>,
    /// The whole sign-up of the record, which goes into quarantine.
    pub quarantine: Option<std::sync::Arc<SignUp>>,
    /// Puts the address on the suppression list, with the reason.
    pub suppress: Option<&'static str>,
    /// What happens to the whole person, after all the rest.
    pub person: Option<crate::PersonChange>,
    /// Makes the contact a customer, confirmed or not.
    pub customer: bool,
    /// A vendor's customer id to keep, in upper case; one that is there already stays.
    pub public_id: Option<String>,
    /// A login password's hash.
    pub password: Option<String>,
    /// A single-use link of the contact's: what it is for and the hash of its token.
    pub link: Option<(LinkPurpose, [u8; 32])>,
    /// Postal addresses to add or change.
    pub put_addresses: Vec<AddressRow>,
    /// Postal addresses to take off.
    pub drop_addresses: Vec<i64>,
    /// When statements were answered, where that was not now.
    pub answered_at: Vec<(StatementId, Timestamp)>,
    /// The import whose group the contact belongs to.
    pub upload: Option<i64>,
    /// A mail to the contact that came back; written nowhere, only told.
    pub bounce: Option<Bounce>,
    /// What came back, to keep.
    pub returned: Option<MailReturn>,
    /// Marks the contact's address bad; an earlier mark stays.
    pub bad_address: bool,
}
