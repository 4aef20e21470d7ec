//! What an owner can tune: switches by reason, limits, times. Parsed once per snapshot, never per sign-up.

use std::net::IpAddr;
use std::time::Duration;

use model::{AccountSettings, GuardMode};

use super::verdict::{Reason, Reasons};

/// At most so many in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limit {
    /// How many.
    pub count: u32,
    /// In how many seconds.
    pub seconds: u32,
}

impl Limit {
    /// So many in so many seconds.
    pub const fn new(count: u32, seconds: u32) -> Self {
        Self { count, seconds }
    }
}

/// The guard's numbers for an account or a form. Everything has a default; a form's table replaces the account's.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// Signals that do not count, by code (`role_address`).
    pub off: Vec<String>,
    /// Most sign-ups from one client address (IPv4 /32, IPv6 /64).
    pub address_limit: Limit,
    /// Most sign-ups from one client network (IPv4 /24, IPv6 /48).
    pub network_limit: Limit,
    /// Most sign-ups through one form.
    pub form_limit: Limit,
    /// Most sign-ups in the account.
    pub account_limit: Limit,
    /// Sent within so many milliseconds of being opened: no person.
    pub too_fast_ms: u32,
    /// Sent within so many milliseconds of being opened: perhaps no person.
    pub quick_ms: u32,
    /// A ticket's life in seconds.
    pub ticket_seconds: u32,
    /// Attack mode needs at least so many sign-ups in ten minutes.
    pub attack_floor: u32,
    /// Attack mode needs so many times the form's recent rate.
    pub attack_factor: u32,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            off: Vec::new(),
            address_limit: Limit::new(100, 600),
            network_limit: Limit::new(300, 600),
            form_limit: Limit::new(6_000, 600),
            account_limit: Limit::new(12_000, 600),
            too_fast_ms: 1_000,
            quick_ms: 2_000,
            ticket_seconds: 24 * 3600,
            attack_floor: 100,
            attack_factor: 8,
        }
    }
}

impl GuardSettings {
    /// The first switch that names no signal, for `apply` to refuse.
    pub fn unknown_signal(&self) -> Option<&str> {
        self.off.iter().map(String::as_str).find(|code| Reason::from_code(code).is_none())
    }
}

/// A network in CIDR form. IPv4 addresses mapped into IPv6 count as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or a single address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text.trim(), None),
        };
        let base = address.parse::<IpAddr>().ok()?.to_canonical();
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { base, bits })
    }

    /// Whether an address lies in it.
    pub fn contains(self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                (u32::from(base) ^ u32::from(ip)).checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                (u128::from(base) ^ u128::from(ip)).checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// An account's (or form's) guard settings, ready for use.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What verdicts do.
    pub mode: GuardMode,
    /// What the rules for Spektrix Web mode do.
    pub bot_rules: GuardMode,
    /// Networks that the rules for Web mode leave alone.
    pub exempt: Vec<Network>,
    /// The numbers.
    pub settings: GuardSettings,
    /// Reasons that do not count.
    pub off: Reasons,
}

impl Policy {
    /// Makes an account's policy. Networks that cannot be read are left out: `apply` refuses them.
    pub fn new(account: &AccountSettings, settings: GuardSettings) -> Self {
        Self {
            mode: account.guard,
            bot_rules: account.bot_rules,
            exempt: account.exempt_networks.iter().filter_map(|n| Network::parse(n)).collect(),
            off: Reasons::from_codes(settings.off.iter().map(String::as_str)),
            settings,
        }
    }

    /// Whether an address is in a network that the rules for Web mode leave alone.
    pub fn is_exempt(&self, ip: IpAddr) -> bool {
        self.exempt.iter().any(|n| n.contains(ip))
    }

    /// The life of a form ticket.
    pub fn ticket_life(&self) -> Duration {
        Duration::from_secs(u64::from(self.settings.ticket_seconds))
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            mode: GuardMode::Enforce,
            bot_rules: GuardMode::Log,
            exempt: Vec::new(),
            settings: GuardSettings::default(),
            off: Reasons::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        for (network, ip, holds) in [
            ("203.0.113.0/24", "203.0.113.9", true),
            ("203.0.113.0/24", "203.0.114.9", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("2001:db8::/32", "203.0.113.9", false),
        ] {
            let network = Network::parse(network).expect(network);
            assert_eq!(network.contains(ip.parse().expect(ip)), holds, "{network:?} {ip}");
        }
        for bad in ["", "x", "1.2.3.4/33", "::1/129", "1.2.3.4/", "1.2.3.4/-1", "1.2.3/8"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_switch_must_name_a_signal() {
        let settings = GuardSettings { off: vec!["role_address".into(), "roles".into()], ..Default::default() };
        assert_eq!(settings.unknown_signal(), Some("roles"));
    }
}
