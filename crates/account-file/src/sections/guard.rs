//! `[guard]`: the guard's numbers, each with a default. What is left out stays at its default.

use model::{GuardSettings, Limit, RecipientLimits};

use crate::reader::Table;
use crate::report::quoted;

/// The keys in the order of an export.
pub(crate) const KEYS: &[&str] = &[
    "off",
    "address_limit",
    "network_limit",
    "form_limit",
    "account_limit",
    "too_fast_ms",
    "quick_ms",
    "ticket_seconds",
    "attack_floor",
    "attack_factor",
    "recipients",
];

/// A day in seconds.
const DAY: u32 = 24 * 3600;

pub(crate) fn read(file: &mut Table<'_, '_>) -> GuardSettings {
    let standard = GuardSettings::default();
    let Some(mut t) = file.table("guard", "[guard]") else { return standard };
    let settings = GuardSettings {
        off: t.checked_list("off", code).into_iter().map(|c| c.value).collect(),
        address_limit: limit(&mut t, "address_limit", standard.address_limit),
        network_limit: limit(&mut t, "network_limit", standard.network_limit),
        form_limit: limit(&mut t, "form_limit", standard.form_limit),
        account_limit: limit(&mut t, "account_limit", standard.account_limit),
        too_fast_ms: t.number("too_fast_ms", 0..=60_000).unwrap_or(standard.too_fast_ms),
        quick_ms: t.number("quick_ms", 0..=60_000).unwrap_or(standard.quick_ms),
        ticket_seconds: t.number("ticket_seconds", 60..=30 * DAY).unwrap_or(standard.ticket_seconds),
        attack_floor: t.number("attack_floor", 0..=1_000_000).unwrap_or(standard.attack_floor),
        attack_factor: t.number("attack_factor", 1..=1_000).unwrap_or(standard.attack_factor),
        recipients: recipients(&mut t, standard.recipients),
    };
    t.finish();
    settings
}

fn recipients(guard: &mut Table<'_, '_>, standard: RecipientLimits) -> RecipientLimits {
    let Some(mut t) = guard.table("recipients", "[guard.recipients]") else { return standard };
    let limits = RecipientLimits {
        per_account: t.number("per_account", 0..=100).unwrap_or(standard.per_account),
        per_installation: t.number("per_installation", 0..=100).unwrap_or(standard.per_installation),
        pauses: t.numbers("pauses", 1..=DAY).unwrap_or(standard.pauses),
        per_domain: t.number("per_domain", 0..=u32::MAX).unwrap_or(standard.per_domain),
        in_all: t.number("in_all", 0..=u32::MAX).unwrap_or(standard.in_all),
        links: t.number("links", 0..=100).unwrap_or(standard.links),
    };
    t.finish();
    limits
}

/// `{ count = 100, seconds = 600 }`.
fn limit(guard: &mut Table<'_, '_>, key: &'static str, standard: Limit) -> Limit {
    let Some(mut t) = guard.table(key, key) else { return standard };
    t.need(&["count", "seconds"]);
    let limit = Limit {
        count: t.number("count", 0..=u32::MAX).unwrap_or(standard.count),
        seconds: t.number("seconds", 1..=DAY).unwrap_or(standard.seconds),
    };
    t.finish();
    limit
}

/// A signal's code; whether there is such a signal is for the guard to say.
fn code(text: &str) -> Result<String, String> {
    let shape = !text.is_empty() && text.len() <= 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if shape {
        Ok(text.to_owned())
    } else {
        Err(format!("must name signals such as `role_address`, not {}", quoted(text)))
    }
}
