//! Webhooks: what the outbox owes to URLs. Each URL of an account has a queue of its own, rows about one contact keep their
//! order, and what a URL does not take is tried again for days.
//!
//! `target` says which addresses may be called and checks the one that is connected to; `call` makes one request; `sign`
//! is Standard Webhooks; `attempt` turns an outbox row into a request and its answer into a result; `worker` keeps
//! them going.

mod attempt;
mod backoff;
mod call;
mod health;
mod line;
mod metrics;
pub mod sign;
mod target;
mod worker;

use std::time::Duration;

pub use attempt::automation_secret;
pub use call::{CallFault, CallFaultKind, Caller};
pub use metrics::WebhookMetrics;
pub use target::{Resolve, ResolveFuture, Targets};
pub use worker::Webhooks;

/// How webhooks are sent.
#[derive(Clone, Copy, Debug)]
pub struct WebhookSettings {
    /// Whether loopback, private and link-local addresses may be called.
    pub allow_private: bool,
    /// How long one call may take, from the look-up of the name to the end of the answer.
    pub time_limit: Duration,
    /// Calls at one time to one URL.
    pub at_once: usize,
    /// Calls at one time in all.
    pub at_once_in_all: usize,
    /// How often to look for what has fallen due.
    pub sweep: Duration,
    /// How long a URL may take nothing before it is switched off.
    pub patience: Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            allow_private: false,
            time_limit: Duration::from_secs(10),
            at_once: 8,
            at_once_in_all: 1024,
            sweep: Duration::from_secs(1),
            patience: Duration::from_secs(60 * 3600),
        }
    }
}
