//! What the workers count.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::mail::FaultKind;

/// Results of attempts since the start.
#[derive(Debug, Default)]
pub struct DeliveryMetrics {
    /// Taken by the other side.
    pub done: AtomicU64,
    /// To be tried again.
    pub again: AtomicU64,
    /// Given up.
    pub dead: AtomicU64,
    /// No longer owed when their turn came.
    pub withdrawn: AtomicU64,
    /// Put off because it was not their turn: rates, digests.
    pub later: AtomicU64,
    faults: [AtomicU64; FaultKind::ALL.len()],
}

impl DeliveryMetrics {
    pub(crate) fn note(&self, attempt: &store::Attempt) {
        let counter = match attempt {
            store::Attempt::Done | store::Attempt::Reached => &self.done,
            store::Attempt::Again { .. } => &self.again,
            store::Attempt::Dead { .. } | store::Attempt::BadAddress { .. } => &self.dead,
            store::Attempt::Later { .. } => &self.later,
            store::Attempt::Withdrawn { .. } => &self.withdrawn,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn fault(&self, kind: FaultKind) {
        self.faults[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often mail was not taken, by kind of fault.
    pub fn faults(&self) -> [(FaultKind, u64); FaultKind::ALL.len()] {
        FaultKind::ALL.map(|kind| (kind, self.faults[kind as usize].load(Ordering::Relaxed)))
    }
}
