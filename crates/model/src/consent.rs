//! Consent as append-only facts.

use std::net::IpAddr;

use crate::{Door, FormId, ListId, StatementId, Timestamp};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAction {
    /// The person said yes.
    Given,
    /// The person took a yes back.
    Withdrawn,
    /// The person was asked and said no.
    Refused,
    /// A yes waits for the emailed confirmation.
    Asked,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSubject {
    /// A statement, in one version of its wording.
    Statement(StatementId, i64),
    /// Membership of a mailing list.
    List(ListId),
    /// Mail of any kind from the account.
    Everything,
}

/// How the wording came before the person's eyes. Only [`Shown::ByUs`] is proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Our own page showed exactly that wording.
    ByUs,
    /// A caller named the statement or list.
    Declared,
    /// A rule of the vendor's or the form's set it.
    VendorDefault,
}

/// Where and when a step of a consent took place.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// The moment.
    pub at: Timestamp,
    /// The door it came through.
    pub door: Door,
    /// The form, if one was involved.
    pub form: Option<FormId>,
    /// The address of the page, as the browser or caller told it.
    pub page: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
}
