//! `[guard]`: the guard's numbers, each with a default. What is left out stays at its default.

use model::{CaptchaSettings, FormGuard, GuardSettings, Limit, RecipientLimits, WhenDown};

use crate::reader::Table;
use crate::report::quoted;
use crate::shapes;

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
    "honeypot",
    "work_rounds",
    "quarantine_days",
    "alert_to",
    "captcha",
    "recipients",
];

const PROVIDERS: &[(&str, &str)] = &[
    ("hcaptcha", "hcaptcha"),
    ("turnstile", "turnstile"),
    ("recaptcha", "recaptcha"),
    ("friendly_captcha", "friendly_captcha"),
];
const WHEN_DOWN: &[(&str, WhenDown)] =
    &[("proof_of_work", WhenDown::ProofOfWork), ("accept", WhenDown::Accept), ("quiet", WhenDown::Quiet)];
/// Names that a honeypot must not have: people fill these in, or the program itself sends them.
const TAKEN: [&str; 14] = [
    "email",
    "emailaddress",
    "firstname",
    "lastname",
    "name",
    "title",
    "phone",
    "mobile",
    "birthdate",
    "password",
    "ticket",
    "altcha",
    "returnurl",
    "language",
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
        honeypot: t.checked("honeypot", honeypot).map(|h| h.value),
        work_rounds: t.number("work_rounds", WORK).unwrap_or(standard.work_rounds),
        quarantine_days: t.number("quarantine_days", 0..=3_650).unwrap_or(standard.quarantine_days),
        alert_to: t.checked_list("alert_to", shapes::address).into_iter().map(|a| a.value).collect(),
        captcha: captcha(&mut t),
        recipients: recipients(&mut t, standard.recipients),
    };
    t.finish();
    settings
}

/// From what a fast machine hardly notices to a minute of a slow one.
const WORK: std::ops::RangeInclusive<u32> = 1..=100_000;

/// `[form.guard]`.
pub(crate) fn read_form(form: &mut Table<'_, '_>) -> FormGuard {
    let Some(mut t) = form.table("guard", "[form.guard]") else { return FormGuard::default() };
    let standard = GuardSettings::default();
    let mut own = |key, standard| t.key_at(key).map(|_| limit(&mut t, key, standard));
    let (address_limit, network_limit, form_limit) = (
        own("address_limit", standard.address_limit),
        own("network_limit", standard.network_limit),
        own("form_limit", standard.form_limit),
    );
    let guard = FormGuard {
        off: t.key_at("off").map(|_| t.checked_list("off", code).into_iter().map(|c| c.value).collect()),
        address_limit,
        network_limit,
        form_limit,
        too_fast_ms: t.number("too_fast_ms", 0..=60_000),
        quick_ms: t.number("quick_ms", 0..=60_000),
        ticket_seconds: t.number("ticket_seconds", 60..=30 * DAY),
        attack_floor: t.number("attack_floor", 0..=1_000_000),
        attack_factor: t.number("attack_factor", 1..=1_000),
        work_rounds: t.number("work_rounds", WORK),
    };
    t.finish();
    guard
}

fn captcha(guard: &mut Table<'_, '_>) -> Option<CaptchaSettings> {
    let mut t = guard.table("captcha", "[guard.captcha]")?;
    t.need(&["provider", "site_key", "secret_env"]);
    let provider = t.one_of("provider", PROVIDERS).map(|p| p.value.to_owned());
    let site_key = t.checked("site_key", shapes::id).map(|k| k.value);
    let secret_env = t.checked("secret_env", shapes::variable).map(|v| v.value);
    let when_down = t.one_of("when_down", WHEN_DOWN).map_or(WhenDown::default(), |w| w.value);
    t.finish();
    Some(CaptchaSettings { provider: provider?, site_key: site_key?, secret_env: secret_env?, when_down })
}

fn honeypot(text: &str) -> Result<String, String> {
    let shape = (2..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && !TAKEN.iter().any(|t| t.eq_ignore_ascii_case(text));
    if shape {
        Ok(text.to_owned())
    } else {
        Err(format!("must be a name that no field has, of 2 to 40 letters, digits, `_` and `-`, not {}", quoted(text)))
    }
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
