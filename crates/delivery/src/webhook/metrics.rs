//! What the webhook workers count.

use std::sync::atomic::{AtomicU64, Ordering};

use store::Attempt;

use super::call::CallFaultKind;

/// Results of calls since the start.
#[derive(Debug, Default)]
pub struct WebhookMetrics {
    /// Taken by the other side.
    pub done: AtomicU64,
    /// To be tried again.
    pub again: AtomicU64,
    /// Given up.
    pub dead: AtomicU64,
    /// No longer owed when their turn came.
    pub withdrawn: AtomicU64,
    /// URLs that were switched off.
    pub given_up: AtomicU64,
    faults: [AtomicU64; CallFaultKind::ALL.len()],
}

impl WebhookMetrics {
    pub(super) fn note(&self, attempt: &Attempt) {
        let counter = match attempt {
            Attempt::Done | Attempt::Reached => &self.done,
            Attempt::Again { .. } => &self.again,
            Attempt::Dead { .. } | Attempt::BadAddress { .. } => &self.dead,
            Attempt::Withdrawn { .. } => &self.withdrawn,
            // Only put off behind another one.
            Attempt::Later { .. } => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn fault(&self, kind: CallFaultKind) {
        self.faults[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often a call was not taken, by kind of fault.
    pub fn faults(&self) -> [(CallFaultKind, u64); CallFaultKind::ALL.len()] {
        CallFaultKind::ALL.map(|kind| (kind, self.faults[kind as usize].load(Ordering::Relaxed)))
    }
}
