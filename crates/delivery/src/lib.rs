//! What is owed to the outside: mail, alerts, the steps of automations.
//!
//! [`mail`] writes and sends mail and knows no store; [`Workers`] take outbox rows, deliver them one by one and note
//! what became of each.

mod alerts;
mod attempt;
mod automation;
mod backoff;
mod fair;
pub mod mail;
mod metrics;
mod rates;
mod steps;
mod ways;
mod worker;

pub use automation::timeline;
pub use metrics::DeliveryMetrics;
pub use ways::{Way, check_mail, signer};
pub use worker::{WorkerSettings, Workers};
