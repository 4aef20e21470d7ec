//! What is owed to the outside: mail, and later webhooks and automations.
//!
//! [`mail`] writes and sends mail and knows no store; [`Workers`] take outbox rows, deliver them one by one and note
//! what became of each.

mod attempt;
mod backoff;
pub mod mail;
mod metrics;
mod personal_mails;
mod worker;

pub use metrics::DeliveryMetrics;
pub use personal_mails::unsubscribe_headers;
pub use worker::{WorkerSettings, Workers};
