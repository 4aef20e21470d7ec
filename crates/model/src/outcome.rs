//! What the intake answers: an outcome, or a refusal with every fault named. Doors map both to their dialect.

use std::time::Duration;

use crate::{ContactId, EmailFault, PendingId, SignUpId, SignUpKind, ValueFault};

/// What became of a confirmation mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// The mail server has accepted it.
    Taken,
    /// It is owed, and could not be handed over within the wait.
    Owed,
    /// None is sent: suppressed or bad address, or recipient protection.
    Withheld,
}

/// What became of an accepted sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Values, lists and tags are set.
    Applied {
        /// New or known.
        kind: SignUpKind,
        /// The person.
        contact: ContactId,
        /// The record of the sign-up.
        sign_up: SignUpId,
    },
    /// Held until the link is followed.
    Pending {
        /// New or known.
        kind: SignUpKind,
        /// The person.
        contact: ContactId,
        /// The record of the sign-up.
        sign_up: SignUpId,
        /// What is held.
        pending: PendingId,
        /// What became of the mail.
        mail: MailState,
    },
    /// Kept in quarantine; the caller sees success.
    Quiet {
        /// The record of the sign-up.
        sign_up: SignUpId,
    },
}

/// One thing that is wrong with a sign-up. Names are as the caller sent them, or the field's SystemName.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The address is blank or malformed.
    Email(EmailFault),
    /// There is no such form in the account, or it is disabled.
    FormUnknown,
    /// There is no such list.
    ListUnknown(String),
    /// The form requires a field and not a single field was given.
    NoFieldsGiven,
    /// A required field is absent or blank.
    FieldRequired(String),
    /// There is no such field.
    FieldUnknown(String),
    /// The field exists and people may not set it themselves.
    FieldNotOnForms(String),
    /// The value does not fit.
    FieldInvalid(String, ValueFault),
    /// There is no such tag, or the caller may not use it.
    TagUnknown(String),
    /// There is no such statement, or the caller may not use it.
    StatementUnknown(String),
    /// The form requires a yes to this statement.
    StatementRequired(String),
}

/// Why a call changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What was asked for is not right. At least one fault, in the account's order: form, lists, fields, tags,
    /// statements.
    Faults(Vec<Fault>),
    /// The address already belongs to a customer.
    Duplicate,
    /// There is no such contact, pending sign-up or item.
    NotFound,
    /// The link's time is over.
    Expired,
    /// The link was followed before; nothing was applied now.
    Used,
    /// The visitor has a challenge to solve first; the same call with the solution passes.
    Challenge,
    /// The account turns away what looks like a program (`bot_rules = "enforce"`); waiting does not help.
    Blocked,
    /// Too many calls; try again after this time.
    TooMany(Duration),
    /// More work than can be taken right now; try again after this time.
    Busy(Duration),
    /// The store cannot be reached or written; try again after this time.
    Unavailable(Duration),
    /// A fault of ours; the cause is in the log.
    Internal,
}
