//! The domain's words: accounts, contacts, forms, sign-ups, outcomes, refusals, consent.
//!
//! Pure types and rules. This crate knows no HTTP, no SQL and no mail, does no I/O and reads no clock: time and
//! randomness come in through [`Ambient`]. Every other crate depends on it; it depends on none of them.

mod account;
mod ambient;
mod config;
mod consent;
mod email_address;
mod field;
mod guard_settings;
mod ids;
mod outcome;
mod secret;
mod sign_up;
mod text;

pub use account::{AccountRows, AccountSnapshot, Directory, ResolvedForm};
pub use ambient::{Ambient, Clock, ManualClock, Random, Timestamp};
pub use config::{
    AccountSettings, Alert, ApiUser, ApiUserKind, Automation, AutomationStep, Basis, Channel, Condition, ConfirmMode,
    DkimKey, DomainRate, EndpointState, Form, FormActions, FormField, GuardMode, ItemKind, MailSettings, MailingList,
    MessageSet, Statement, StatementControl, StatementVersion, Tag, TagGroup, Trigger, WebhookEndpoint, WebhookKind,
};
pub use consent::{ConsentAction, ConsentSubject, Evidence, Shown};
pub use email_address::{EmailAddress, EmailFault};
pub use field::{BUILT_IN_FIELDS, BuiltIn, Field, FieldKind, Given, SYSTEM_FIELDS, ValueFault, attribute_name};
pub use guard_settings::{CaptchaSettings, FormGuard, GuardSettings, Limit, RecipientLimits, WhenDown};
pub use ids::{
    AccountId, ApiUserId, AutomationId, ContactId, DeliveryId, FieldId, FormId, ListId, PendingId, PersonId, SignUpId,
    StatementId, TagGroupId, TagId, WebhookId,
};
pub use outcome::{Fault, MailState, Outcome, Refusal};
pub use secret::Secret;
pub use sign_up::{Answer, Caller, Door, GivenAnswer, GivenSignUp, Origin, SignUp, SignUpKind, Wish, network_of};
pub use text::{Language, LocalText};
