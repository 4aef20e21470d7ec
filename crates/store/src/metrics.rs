//! What the store counts about itself; whoever serves `/metrics` reads it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the batch size buckets.
pub const BATCH_BOUNDS: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Upper bounds of the commit time buckets, in microseconds.
pub const COMMIT_BOUNDS: [u64; 10] = [250, 500, 1000, 2000, 4000, 8000, 16_000, 50_000, 200_000, 1_000_000];

/// A histogram with fixed bounds; one more bucket holds what is above the last.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: [u64; N],
    buckets: [AtomicU64; N],
    above: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    const fn new(bounds: [u64; N]) -> Self {
        Self { bounds, buckets: [const { AtomicU64::new(0) }; N], above: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    fn note(&self, value: u64) {
        let bucket = self.bounds.iter().position(|b| value <= *b).map_or(&self.above, |i| &self.buckets[i]);
        bucket.fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Bounds with their own (not cumulated) counts, the count above the last bound, and the sum of all values.
    pub fn read(&self) -> (Vec<(u64, u64)>, u64, u64) {
        let buckets = self.bounds.iter().zip(&self.buckets).map(|(b, n)| (*b, n.load(Ordering::Relaxed))).collect();
        (buckets, self.above.load(Ordering::Relaxed), self.sum.load(Ordering::Relaxed))
    }
}

/// The store's counters.
#[derive(Debug)]
pub struct StoreMetrics {
    /// Changes in each committed batch.
    pub batch_sizes: Histogram<9>,
    /// Time from the start of a batch to the end of its commit, in microseconds.
    pub commit_times: Histogram<10>,
    /// Changes that could not be committed.
    pub failures: AtomicU64,
    /// Whether the last commit found the database out of reach or not writable.
    cannot_write: AtomicBool,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            batch_sizes: Histogram::new(BATCH_BOUNDS),
            commit_times: Histogram::new(COMMIT_BOUNDS),
            failures: AtomicU64::new(0),
            cannot_write: AtomicBool::new(false),
        }
    }
}

impl StoreMetrics {
    pub(crate) fn committed(&self, changes: usize, took: Duration) {
        self.writing(true);
        self.batch_sizes.note(changes as u64);
        self.commit_times.note(took.as_micros() as u64);
    }

    /// Notes whether the database can be written.
    pub(crate) fn writing(&self, works: bool) {
        self.cannot_write.store(!works, Ordering::Relaxed);
    }

    /// Whether the last commit found the database out of reach or not writable.
    pub(crate) fn cannot_write(&self) -> bool {
        self.cannot_write.load(Ordering::Relaxed)
    }

    pub(crate) fn failed(&self, changes: usize) {
        self.failures.fetch_add(changes as u64, Ordering::Relaxed);
    }
}
