//! What an owner can tune: switches by reason, limits, times. Parsed once per snapshot, never per sign-up.

use std::net::IpAddr;
use std::time::Duration;

use model::{AccountSettings, GuardMode};
pub use model::{GuardSettings, Limit};

use super::verdict::{Reason, Reasons};

/// The first switch that names no signal, for `apply` to refuse.
pub fn unknown_signal(off: &[String]) -> Option<&str> {
    off.iter().map(String::as_str).find(|code| Reason::from_code(code).is_none())
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
    pub fn new(account: &AccountSettings) -> Self {
        Self::with(account, account.guard_settings.clone())
    }

    /// Makes the policy of one of an account's forms.
    pub fn of_form(account: &AccountSettings, form: &model::FormGuard) -> Self {
        Self::with(account, form.over(&account.guard_settings))
    }

    fn with(account: &AccountSettings, settings: GuardSettings) -> Self {
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
        assert_eq!(unknown_signal(&settings.off), Some("roles"));
    }
}
