//! What a person meets: the form, the pages behind the links of mails, preferences, and the same form as JSON.
//!
//! Everything in here is pure: view data in, HTML or JSON out; a body in, the domain's words out. Pages are drawn from
//! `templates/pages` (escaped by default), their words come from `locales`, their one stylesheet and their scripts from
//! `assets`.

mod assets;
mod body;
mod colour;
mod confirm_page;
mod controls;
mod error_page;
mod faults;
mod form_page;
mod form_view;
mod integrated_page;
mod json_form;
mod language;
mod mailbox_page;
mod message_page;
mod page;
mod password_page;
mod preferences_page;
mod submission;
mod texts;
mod unsubscribe_page;

pub use crate::challenge_answers::ChallengeAnswers;
pub use assets::{Asset, CHALLENGE_PATH, CONFIRM_PATH, EMBED_PATH, STYLES_PATH, asset, challenge_url};
pub use body::{BodyFault, is_json};
pub use colour::Rgb;
pub use confirm_page::{
    ConfirmView, Confirming, confirm_page, confirmed_page, expired_page, fresh_mail_page, not_me_done_page,
    not_me_page, unknown_link_page,
};
pub use controls::{Choice, Control, ControlKind};
pub use delivery::mail::{BuiltInMail, MailText, mail, mail_footer};
pub use error_page::{error_page, refusal_page};
pub use faults::{FieldError, field_errors};
pub use form_page::{after_sending, closed_page, form_page, messages, submitted_message, submitted_page};
pub use form_view::{ChallengeStep, FormView, Slots, StatementView};
pub use integrated_page::{
    IntegratedFault, IntegratedForm, integrated_done_page, integrated_page, integrated_wait_page,
};
pub use json_form::{
    JsonAnswer, accepted, description, problem, refusal_minutes, refusal_status, refused, retry_after, wants_json,
};
pub use language::{Asked, for_form, for_nobody, for_page};
pub use mailbox_page::{front_page, mailbox_page};
pub use page::{Brand, Frame, LanguageLink, Page, redirect};
pub use password_page::{password_expired_page, password_page, password_set_page, password_used_page};
pub use preferences_page::{
    Happened, Known, PreferencesPost, PreferencesView, SavedPreferences, deleted_page, preferences_page,
    preferences_request_page, preferences_requested_page, read_preferences,
};
pub use submission::{ASKED_ABOUT, Reading, Submission, Typed, read, read_json, read_urlencoded, source_of, ticket_in};
pub use texts::Texts;
pub use unsubscribe_page::{
    Stopped, UnsubscribePost, UnsubscribeView, read_unsubscribe, undone_page, unsubscribe_page, unsubscribed_page,
};
