//! How fast an account's mail may go out: in all, and to domains that ask for patience. The rates hold over all nodes: where
//! several may share the database, each takes a few places at a time out of a bucket that is kept there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{AccountId, MailSettings, Timestamp};
use store::{Lane, Rate, Store, StoreError, Taken};

/// The account, and the domain for its own rate.
type Key = (AccountId, Option<String>);

/// The rates in use on this node.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    alone: Mutex<HashMap<Key, Bucket>>,
    shared: tokio::sync::Mutex<HashMap<(Key, Lane), Places>>,
}

/// A bucket of this node's own.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    rate: Rate,
    full_at: Timestamp,
}

/// Places that this node took out of a shared bucket.
#[derive(Clone, Copy, Debug)]
struct Places {
    left: i64,
    /// Places that were not used by then are forgotten: whoever asks again finds a fuller bucket.
    until: Timestamp,
    /// There is nothing to be had before.
    not_before: Timestamp,
}

/// How long places that were taken are kept.
const KEPT: Duration = Duration::from_secs(2);
/// Buckets remembered before those that are full are looked for.
const MOST_REMEMBERED: usize = 10_000;

/// A rate: ten seconds' worth may go out in one go.
fn rate(per_minute: u32) -> Rate {
    let per_minute = i64::from(per_minute.max(1));
    Rate { every: 60_000_000 / per_minute, holds: (per_minute / 6).max(1) }
}

/// A quarter of every burst is kept for confirmations.
fn kept(rate: Rate, lane: Lane) -> i64 {
    if lane == Lane::Confirmation { 0 } else { rate.holds / 4 }
}

/// The buckets that a mail goes by, the narrower first.
fn wanted(account: AccountId, settings: &MailSettings, domain: &str) -> Vec<(Key, Rate)> {
    let domain = domain.to_ascii_lowercase();
    let of_domain = settings.domain_rates.iter().find(|r| r.domain == domain).map(|r| r.per_minute);
    let asked = [(Some(domain), of_domain), (None, settings.rate_per_minute)];
    asked.into_iter().filter_map(|(domain, per_minute)| Some(((account, domain), rate(per_minute?)))).collect()
}

impl Bucket {
    /// How long until a piece may be taken.
    fn wait(&self, lane: Lane, now: Timestamp) -> Duration {
        let most_missing = (self.rate.holds - kept(self.rate, lane)) * self.rate.every;
        let missing = (self.full_at.0 - now.0).max(0) + self.rate.every;
        Duration::from_micros((missing - most_missing).max(0).unsigned_abs())
    }
}

impl Rates {
    /// Takes a place for one mail, or says how long to wait for one.
    pub(crate) async fn take(
        &self,
        store: &Store,
        account: AccountId,
        settings: &MailSettings,
        domain: &str,
        lane: Lane,
    ) -> Result<Result<(), Duration>, StoreError> {
        let wanted = wanted(account, settings, domain);
        if wanted.is_empty() {
            return Ok(Ok(()));
        }
        let now = store.ambient().now();
        if !store.is_shared() {
            return Ok(self.take_alone(&wanted, lane, now));
        }
        // One asks, the others wait for what it brings.
        let mut shared = self.shared.lock().await;
        if shared.len() > MOST_REMEMBERED {
            shared.retain(|_, places| places.until > now || places.not_before > now);
        }
        for (key, rate) in &wanted {
            let none = Places { left: 0, until: now, not_before: now };
            let places = shared.entry((key.clone(), lane)).or_insert(none);
            if places.left > 0 && places.until > now {
                continue;
            }
            if places.not_before > now {
                return Ok(Err(places.not_before.since(now)));
            }
            // A second's worth at most, so that nodes share what there is.
            let some = (1_000_000 / rate.every.max(1)).clamp(1, (rate.holds / 4).max(1));
            let name = format!("mail {}", key.1.as_deref().unwrap_or_default());
            match store.take_from_bucket(account, name, *rate, some, kept(*rate, lane)).await? {
                Taken::Pieces(left) => *places = Places { left, until: now.plus(KEPT), not_before: now },
                Taken::NotBefore(at) => {
                    *places = Places { not_before: at, ..none };
                    return Ok(Err(at.since(now)));
                }
            }
        }
        for (key, _) in wanted {
            if let Some(places) = shared.get_mut(&(key, lane)) {
                places.left -= 1;
            }
        }
        Ok(Ok(()))
    }

    fn take_alone(&self, wanted: &[(Key, Rate)], lane: Lane, now: Timestamp) -> Result<(), Duration> {
        let mut buckets = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > MOST_REMEMBERED {
            buckets.retain(|_, bucket| bucket.full_at > now);
        }
        let mut wait = Duration::ZERO;
        for (key, rate) in wanted {
            let bucket = buckets.entry(key.clone()).or_insert(Bucket { rate: *rate, full_at: now });
            // A rate that was changed begins anew.
            if bucket.rate != *rate {
                *bucket = Bucket { rate: *rate, full_at: now };
            }
            wait = wait.max(bucket.wait(lane, now));
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        for (key, rate) in wanted {
            if let Some(bucket) = buckets.get_mut(key) {
                bucket.full_at = Timestamp(bucket.full_at.max(now).0 + rate.every);
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
            let wanted = wanted(AccountId(1), &settings, domain);
            rates.take_alone(&wanted, lane, Timestamp(second * 1_000_000)).is_ok()
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
        let slow = wanted(AccountId(1), &settings, "slow.example");
        let wait = rates.take_alone(&slow, Lane::Mail, Timestamp(71_000_000));
        assert!(wait.is_err_and(|w| w > Duration::from_secs(8) && w <= Duration::from_secs(10)));
        assert!(wanted(AccountId(2), &MailSettings::default(), "x").is_empty());
    }
}
