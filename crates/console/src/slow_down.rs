//! Failed sign-ins slow the next ones down, by user and by client address. Nobody is locked out: who knows the password
//! gets in, a few seconds later. Only an address that fails again and again is turned away for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;

const WITHIN: Duration = Duration::from_secs(15 * 60);
/// Failures of one user that cost nothing.
const FREE: u32 = 3;
/// The longest that an attempt waits.
const LONGEST: Duration = Duration::from_secs(8);
/// Failures of one client address until it is turned away.
const MOST_BY_ADDRESS: u32 = 30;
/// As many are kept in mind; beyond that, those whose time is over go, then all.
const MOST_KEPT: usize = 20_000;

/// The counters of one node.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<HashMap<String, (Timestamp, u32)>>);

/// What to do with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Look at it after this time.
    After(Duration),
    /// Turn it away; try again after this time.
    Away(Duration),
}

impl Failures {
    pub(crate) fn pace(&self, user: &str, address: &str, now: Timestamp) -> Pace {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |key: &str| kept.get(key).filter(|(last, _)| now.since(*last) < WITHIN).copied();
        if let Some((last, count)) = of(address)
            && count >= MOST_BY_ADDRESS
        {
            return Pace::Away(WITHIN.saturating_sub(now.since(last)));
        }
        let count = of(user).map_or(0, |(_, count)| count);
        let steps = count.saturating_sub(FREE).min(8);
        let wait = if steps == 0 { Duration::ZERO } else { Duration::from_millis(250 << (steps - 1)) };
        Pace::After(wait.min(LONGEST))
    }

    pub(crate) fn note(&self, user: &str, address: &str, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, (last, _)| now.since(*last) < WITHIN);
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
        }
        for key in [user, address] {
            let entry = kept.entry(key.to_owned()).or_insert((now, 0));
            if now.since(entry.0) >= WITHIN {
                entry.1 = 0;
            }
            *entry = (now, entry.1.saturating_add(1));
        }
    }

    pub(crate) fn forget(&self, user: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_slow_down_and_lock_nobody_out() {
        let failures = Failures::default();
        let now = Timestamp(1_000_000);
        let mut waits = Vec::new();
        for n in 0..12 {
            let Pace::After(wait) = failures.pace("u", "ip", now) else { panic!("turned away") };
            waits.push(wait.as_millis());
            failures.note("u", &format!("ip{n}"), now);
        }
        assert_eq!(waits[..6], [0, 0, 0, 0, 250, 500]);
        assert_eq!(waits[11], 8000);
        // Others are not slowed down, and after a while nobody is.
        assert_eq!(failures.pace("v", "ip", now), Pace::After(Duration::ZERO));
        assert_eq!(failures.pace("u", "ip", now.plus(WITHIN)), Pace::After(Duration::ZERO));
        failures.forget("u");
        assert_eq!(failures.pace("u", "ip", now), Pace::After(Duration::ZERO));
        for _ in 0..MOST_BY_ADDRESS {
            failures.note("w", "one", now);
        }
        assert_eq!(failures.pace("x", "one", now), Pace::Away(WITHIN));
    }
}
