//! `[guard]` of an account: what its owner can tune. What the numbers do is the guard's affair.

/// At most so many in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limit {
    /// How many; 0 is no limit.
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

/// The guard's numbers for an account. Everything has a default.
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
    /// Attack mode needs at least so many sign-ups in ten minutes; 0 is never.
    pub attack_floor: u32,
    /// Attack mode needs so many times the form's recent rate.
    pub attack_factor: u32,
    /// The name of a field that people cannot see, for plain snippets and the vendors' doors; our own forms have one
    /// whose name changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honeypot: Option<String>,
    /// Rounds of work in one step of the proof of work; a visitor takes some 256 steps.
    pub work_rounds: u32,
    /// Days that a sign-up stays in quarantine; 0 is for good.
    pub quarantine_days: u32,
    /// Who is told of attacks and of ceilings that are reached; left out = the account's own sender.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alert_to: Vec<String>,
    /// A service that tells people from programs, for accounts that prefer one to the proof of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captcha: Option<CaptchaSettings>,
    /// Recipient protection.
    pub recipients: RecipientLimits,
}

/// A service that tells people from programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CaptchaSettings {
    /// `hcaptcha`, `turnstile`, `recaptcha` or `friendly_captcha`.
    pub provider: String,
    /// The public key, in the page.
    pub site_key: String,
    /// The environment variable that holds the secret key.
    pub secret_env: String,
    /// What happens while the service is down.
    #[serde(default)]
    pub when_down: WhenDown,
}

/// What happens to somebody whose answer a captcha service cannot judge at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenDown {
    /// The proof of work takes its place.
    #[default]
    ProofOfWork,
    /// The answer counts as solved.
    Accept,
    /// The sign-up waits in quarantine.
    Quiet,
}

/// `[form.guard]`: what a form has instead of its account's numbers; what is left out is the account's.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormGuard {
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<Vec<String>>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_limit: Option<Limit>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_limit: Option<Limit>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_limit: Option<Limit>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_fast_ms: Option<u32>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_ms: Option<u32>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_seconds: Option<u32>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attack_floor: Option<u32>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attack_factor: Option<u32>,
    /// Instead of the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_rounds: Option<u32>,
}

impl FormGuard {
    /// The account's settings with these in their place.
    pub fn over(&self, account: &GuardSettings) -> GuardSettings {
        let mut settings = account.clone();
        fn put<T: Clone>(to: &mut T, from: Option<&T>) {
            if let Some(from) = from {
                to.clone_from(from);
            }
        }
        put(&mut settings.off, self.off.as_ref());
        put(&mut settings.address_limit, self.address_limit.as_ref());
        put(&mut settings.network_limit, self.network_limit.as_ref());
        put(&mut settings.form_limit, self.form_limit.as_ref());
        put(&mut settings.too_fast_ms, self.too_fast_ms.as_ref());
        put(&mut settings.quick_ms, self.quick_ms.as_ref());
        put(&mut settings.ticket_seconds, self.ticket_seconds.as_ref());
        put(&mut settings.attack_floor, self.attack_floor.as_ref());
        put(&mut settings.attack_factor, self.attack_factor.as_ref());
        put(&mut settings.work_rounds, self.work_rounds.as_ref());
        settings
    }
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
            honeypot: None,
            work_rounds: 1_000,
            quarantine_days: 30,
            alert_to: Vec::new(),
            captcha: None,
            recipients: RecipientLimits::default(),
        }
    }
}

/// Recipient protection: how many mails that strangers can cause. 0 is no limit, but nothing is counted beyond 100 to
/// one mailbox.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecipientLimits {
    /// Most mails to one mailbox in a day from one account.
    pub per_account: u32,
    /// Most mails to one mailbox in a day from the whole installation.
    pub per_installation: u32,
    /// Seconds that the second, third, … confirmation mail waits after the one before, as long as none is answered;
    /// the last one repeats.
    pub pauses: Vec<u32>,
    /// Most mails to one domain in an hour from the whole installation.
    pub per_domain: u32,
    /// Most mails in an hour altogether.
    pub in_all: u32,
    /// Most magic links, preference links and password mails to one mailbox in a day from one account.
    pub links: u32,
}

impl Default for RecipientLimits {
    fn default() -> Self {
        Self {
            per_account: 3,
            per_installation: 6,
            pauses: vec![600, 3600],
            // Far above what an organisation's own forms take: against a runaway, not against a campaign.
            per_domain: 200_000,
            in_all: 1_000_000,
            links: 5,
        }
    }
}

impl RecipientLimits {
    /// Whether nothing is limited, so that nothing needs to be counted.
    pub fn are_none(&self) -> bool {
        let numbers = [self.per_account, self.per_installation, self.per_domain, self.in_all, self.links];
        numbers == [0; 5] && self.pauses.is_empty()
    }
}
