//! Failed logins by address and by client: five and twenty in a quarter of an hour (reference, section 7.5).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;

const WITHIN: Duration = Duration::from_secs(15 * 60);
const MOST_BY_EMAIL: u32 = 5;
const MOST_BY_IP: u32 = 20;
/// As many are kept in mind; when there are more, those whose time is over go first, then all.
const MOST_KEPT: usize = 20_000;

/// The counters of one node.
#[derive(Debug, Default)]
pub(super) struct FailedLogins(Mutex<HashMap<String, (Timestamp, u32)>>);

impl FailedLogins {
    /// How long to wait, when too many failed.
    pub(super) fn wait(&self, by_email: &str, by_ip: &str, now: Timestamp) -> Option<Duration> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |key: &str, most: u32| {
            let (since, count) = kept.get(key)?;
            let passed = now.since(*since);
            (*count >= most && passed < WITHIN).then(|| WITHIN.saturating_sub(passed))
        };
        left(by_email, MOST_BY_EMAIL).max(left(by_ip, MOST_BY_IP))
    }

    /// Counts a failure.
    pub(super) fn note(&self, by_email: &str, by_ip: &str, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, (since, _)| now.since(*since) < WITHIN);
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
        }
        for key in [by_email, by_ip] {
            let entry = kept.entry(key.to_owned()).or_insert((now, 0));
            if now.since(entry.0) >= WITHIN {
                *entry = (now, 0);
            }
            entry.1 += 1;
        }
    }

    /// Forgets an address after a login that succeeded.
    pub(super) fn forget(&self, by_email: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(by_email);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_of_one_address_and_twenty_of_one_client_are_enough() {
        let failed = FailedLogins::default();
        let now = Timestamp(1_000_000);
        for n in 0..5 {
            assert_eq!(failed.wait("a", "ip", now), None, "{n}");
            failed.note("a", "ip", now);
        }
        assert_eq!(failed.wait("a", "other", now), Some(WITHIN));
        assert_eq!(failed.wait("b", "ip", now), None);
        for n in 0..15 {
            failed.note(&format!("b{n}"), "ip", now);
        }
        assert_eq!(failed.wait("c", "ip", now), Some(WITHIN));
        assert_eq!(failed.wait("a", "ip", now.plus(WITHIN)), None);
        failed.forget("a");
        assert_eq!(failed.wait("a", "other", now), None);
    }
}
