//! What is owed to the outside: mail, alerts, webhooks, the steps of automations.
//!
//! [`mail`] writes and sends mail and knows no store; [`Workers`] take outbox rows, deliver them one by one and note
//! what became of each.

mod alerts;
mod attempt;
mod automation;
mod backoff;
mod fair;
mod hands;
pub mod mail;
mod metrics;
mod personal_mails;
mod rates;
mod steps;
mod trouble_mails;
mod ways;
pub mod webhook;
mod worker;

pub use automation::timeline;
pub use metrics::DeliveryMetrics;
pub use personal_mails::unsubscribe_headers;
pub use ways::{Way, check_mail, signer};
pub use worker::{WorkerSettings, Workers};
