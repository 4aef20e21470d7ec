//! What the workers count.

use std::sync::atomic::{AtomicU64, Ordering};

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
}

impl DeliveryMetrics {
    pub(crate) fn note(&self, attempt: &store::Attempt) {
        let counter = match attempt {
            store::Attempt::Done => &self.done,
            store::Attempt::Again { .. } => &self.again,
            store::Attempt::Dead { .. } => &self.dead,
            store::Attempt::Withdrawn { .. } => &self.withdrawn,
            store::Attempt::InHand => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
