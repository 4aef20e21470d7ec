//! How fast an account's mail may go out: in all, and to domains that ask for patience.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{AccountId, MailSettings, Timestamp};
use store::Lane;

/// The account, and the domain for its own rate.
type Key = (AccountId, Option<String>);

/// One bucket for each rate in use on this node.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<Key, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    full: f64,
    tokens: f64,
    per_second: f64,
    at: Timestamp,
}

impl Bucket {
    fn new(per_minute: u32, now: Timestamp) -> Self {
        let per_second = f64::from(per_minute) / 60.0;
        // Ten seconds' worth may go out in one go.
        let full = (per_second * 10.0).max(1.0);
        Self { full, tokens: full, per_second, at: now }
    }

    fn refill(&mut self, now: Timestamp) {
        self.tokens = (self.tokens + now.since(self.at).as_secs_f64() * self.per_second).min(self.full);
        self.at = now;
    }

    /// How long until a mail of that lane may go. A quarter is kept for confirmations.
    fn wait(&self, lane: Lane) -> Duration {
        let kept = if lane == Lane::Confirmation { 0.0 } else { (self.full / 4.0).floor() };
        let missing = (1.0 + kept - self.tokens).max(0.0);
        Duration::from_secs_f64((missing / self.per_second).min(86_400.0))
    }
}

impl Rates {
    /// Takes a place for one mail, or says how long to wait for one.
    pub(crate) fn take(
        &self,
        account: AccountId,
        settings: &MailSettings,
        domain: &str,
        lane: Lane,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let domain = domain.to_ascii_lowercase();
        let of_domain = settings.domain_rates.iter().find(|r| r.domain == domain).map(|r| r.per_minute);
        let asked = [(None, settings.rate_per_minute), (Some(domain), of_domain)];
        let wanted: Vec<(Key, u32)> =
            asked.into_iter().filter_map(|(d, rate)| Some(((account, d), rate?.max(1)))).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wait = Duration::ZERO;
        for (key, rate) in &wanted {
            let new = Bucket::new(*rate, now);
            let bucket = buckets.entry(key.clone()).or_insert(new);
            // A rate that was changed begins anew.
            if (bucket.per_second - new.per_second).abs() > f64::EPSILON {
                *bucket = new;
            }
            bucket.refill(now);
            wait = wait.max(bucket.wait(lane));
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        for (key, _) in &wanted {
            if let Some(bucket) = buckets.get_mut(key) {
                bucket.tokens -= 1.0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_waits_for_its_rate_and_confirmations_have_a_reserve() {
        let rates = Rates::default();
        let settings = MailSettings {
            rate_per_minute: Some(60),
            domain_rates: vec![model::DomainRate { domain: "slow.example".into(), per_minute: 6 }],
            ..MailSettings::default()
        };
        let take = |domain: &str, lane, second: i64| {
            rates.take(AccountId(1), &settings, domain, lane, Timestamp(second * 1_000_000)).is_ok()
        };
        let went = (0..20).filter(|_| take("a.example", Lane::Mail, 0)).count();
        let confirmed = (0..20).filter(|_| take("a.example", Lane::Confirmation, 0)).count();
        assert_eq!((went, confirmed), (8, 2));
        assert!(take("a.example", Lane::Confirmation, 1));
        assert!(!take("a.example", Lane::Mail, 2));
        assert!(take("SLOW.example", Lane::Mail, 60));
        assert!(!take("slow.example", Lane::Mail, 60));
        assert!(take("a.example", Lane::Mail, 60));
        assert!(take("slow.example", Lane::Mail, 71));
        let wait = rates.take(AccountId(1), &settings, "slow.example", Lane::Mail, Timestamp(71_000_000));
        assert!(wait.is_err_and(|w| w > Duration::from_secs(8) && w <= Duration::from_secs(10)));
        assert!(rates.take(AccountId(2), &MailSettings::default(), "x", Lane::Mail, Timestamp(0)).is_ok());
    }
}
