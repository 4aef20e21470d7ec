//! How many sign-ups came lately, by client address, network, form and account. Held in memory per node; a shared
//! store can take this node's counts and add those of others. Memory is bounded; a shard's lock is held for a few
//! nanoseconds.

use std::net::IpAddr;
use std::time::Duration;

use model::{AccountId, FormId, Timestamp};

use super::bounded::Bounded;
use super::settings::Limit;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// One client: IPv4 /32 or IPv6 /64.
    Address(u128),
    /// One client network: IPv4 /24 or IPv6 /48.
    Network(u128),
    /// One form.
    Form(FormId),
    /// Everything in the account.
    Account,
    /// A trait that sign-ups share, by its hash (numbered addresses, one name, one text).
    Trait(u64),
}

/// A counter's name. Counts never cross accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RateKey {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub scope: Scope,
    /// The window's length in seconds.
    pub seconds: u32,
}

/// The client behind an address, as counted: IPv4 /32, IPv6 /64.
pub fn client_of(ip: IpAddr) -> u128 {
    match ip.to_canonical() {
        // IPv4 lies in the range of mapped addresses, so the two kinds never meet.
        IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()),
        IpAddr::V6(ip) => u128::from(ip) >> 64 << 64,
    }
}

/// The network around an address, as counted: IPv4 /24, IPv6 /48.
pub fn network_of(ip: IpAddr) -> u128 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()) >> 8 << 8,
        IpAddr::V6(ip) => u128::from(ip) >> 80 << 80,
    }
}

/// Counts of one window's worth of one key, for other nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which counter.
    pub key: RateKey,
    /// Which window: the time divided by the window's length.
    pub window: i64,
    /// How many this node has seen since the last call.
    pub count: u32,
}

/// A sliding window of two fixed ones: the current, and the share of the one before that still lies inside.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    index: i64,
    current: u32,
    previous: u32,
    shared: u32,
}

impl Window {
    fn roll(&mut self, index: i64) {
        if index == self.index + 1 {
            (self.previous, self.current, self.shared) = (self.current, 0, 0);
        } else if index > self.index {
            (self.previous, self.current, self.shared) = (0, 0, 0);
        }
        self.index = self.index.max(index);
    }
}

/// The counters.
#[derive(Debug)]
pub struct Rates {
    windows: Bounded<RateKey, Window>,
}

impl Rates {
    /// Counters for about so many keys (some 100 bytes each); the least lately used are forgotten.
    pub fn new(capacity: usize) -> Self {
        Self { windows: Bounded::new(capacity) }
    }

    /// Counts one and says how many there are now within the window, this one included.
    pub fn count(&self, key: RateKey, at: Timestamp) -> u32 {
        let (index, inside) = place(key.seconds, at);
        self.windows.with(key, Window::default, |w| {
            w.roll(index);
            w.current = w.current.saturating_add(1);
            estimate(w, inside)
        })
    }

    /// Counts one unless the limit is reached; then says how long to wait.
    pub fn admit(&self, account: AccountId, scope: Scope, limit: Limit, at: Timestamp) -> Result<u32, Duration> {
        let key = RateKey { account, scope, seconds: limit.seconds };
        let (index, inside) = place(key.seconds, at);
        self.windows.with(key, Window::default, |w| {
            w.roll(index);
            let now = estimate(w, inside);
            if limit.count > 0 && now >= limit.count {
                return Err(wait(w, inside, limit));
            }
            w.current = w.current.saturating_add(1);
            Ok(now + 1)
        })
    }

    /// What this node has counted since the last call, for a shared store. Call every second or so.
    pub fn take_shares(&self, at_least: u32) -> Vec<Share> {
        let mut shares = Vec::new();
        self.windows.for_each(|key, w| {
            let count = w.current - w.shared;
            if count >= at_least.max(1) {
                w.shared = w.current;
                shares.push(Share { key: *key, window: w.index, count });
            }
        });
        shares
    }

    /// Adds what other nodes have counted.
    pub fn add_shares(&self, shares: &[Share]) {
        for share in shares {
            self.windows.with(share.key, Window::default, |w| {
                if share.window >= w.index {
                    w.roll(share.window);
                    w.current = w.current.saturating_add(share.count);
                    w.shared = w.shared.saturating_add(share.count);
                } else if share.window == w.index - 1 {
                    w.previous = w.previous.saturating_add(share.count);
                }
            });
        }
    }
}

/// The window a moment lies in, and how far into it (0 to 1).
fn place(seconds: u32, at: Timestamp) -> (i64, f64) {
    let length = i64::from(seconds.max(1)) * 1_000_000;
    (at.0.div_euclid(length), at.0.rem_euclid(length) as f64 / length as f64)
}

fn estimate(w: &Window, inside: f64) -> u32 {
    w.current.saturating_add((f64::from(w.previous) * (1.0 - inside)) as u32)
}

/// How long until the estimate falls below the limit, if nothing more comes; at least a second.
fn wait(w: &Window, inside: f64, limit: Limit) -> Duration {
    let (count, length) = (f64::from(limit.count.max(1)), f64::from(limit.seconds.max(1)));
    // Within this window `previous` fades; after its end `current` does.
    let fades = |full: f64, rest: f64| 1.0 - (count - rest) / full;
    let windows = if f64::from(w.current) < count {
        fades(f64::from(w.previous.max(1)), f64::from(w.current)) - inside
    } else {
        1.0 - inside + fades(f64::from(w.current), 0.0)
    };
    Duration::from_secs((windows * length).ceil().clamp(1.0, 2.0 * length) as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(1_700_000_000_000_000 / 600_000_000 * 600_000_000 + seconds * 1_000_000)
    }

    #[test]
    fn a_limit_holds_and_passes() {
        let rates = Rates::new(1000);
        let limit = Limit::new(3, 600);
        let ask = |s| rates.admit(ACCOUNT, Scope::Account, limit, at(s));
        assert_eq!((ask(0), ask(1), ask(2)), (Ok(1), Ok(2), Ok(3)));
        let wait = ask(3).expect_err("limit reached");
        assert!((500..=1200).contains(&wait.as_secs()), "{wait:?}");
        assert!(ask(3 + wait.as_secs() as i64).is_ok(), "the wait that was named is enough");
        assert!(ask(3000).is_ok());
    }

    #[test]
    fn addresses_are_counted_by_client_and_network() {
        let ip = |t: &str| t.parse::<IpAddr>().expect(t);
        for (a, b, client, network) in [
            ("203.0.113.1", "203.0.113.1", true, true),
            ("203.0.113.1", "203.0.113.2", false, true),
            ("203.0.113.1", "203.0.114.1", false, false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::", true, true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false, true),
            ("2001:db8:1:2::1", "2001:db8:2:2::1", false, false),
            ("203.0.113.1", "::ffff:203.0.113.1", true, true),
        ] {
            assert_eq!(client_of(ip(a)) == client_of(ip(b)), client, "{a} {b}");
            assert_eq!(network_of(ip(a)) == network_of(ip(b)), network, "{a} {b}");
        }
    }

    #[test]
    fn nodes_add_up_and_do_not_echo() {
        let (a, b) = (Rates::new(1000), Rates::new(1000));
        let key = RateKey { account: ACCOUNT, scope: Scope::Account, seconds: 600 };
        for s in 0..5 {
            a.count(key, at(s));
        }
        b.add_shares(&a.take_shares(1));
        assert_eq!(b.count(key, at(6)), 6);
        assert!(a.take_shares(1).is_empty(), "nothing new");
        let back = b.take_shares(1);
        assert_eq!(back.iter().map(|s| s.count).collect::<Vec<_>>(), [1], "only b's own");
    }

    #[test]
    fn clocks_that_jump_back_do_no_harm() {
        let rates = Rates::new(1000);
        let key = RateKey { account: ACCOUNT, scope: Scope::Account, seconds: 600 };
        rates.count(key, at(5000));
        assert_eq!(rates.count(key, at(0)), 2);
        rates.count(key, Timestamp(i64::MIN));
        rates.count(key, Timestamp(i64::MAX));
    }
}
