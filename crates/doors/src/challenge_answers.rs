//! What a browser's call brings along for the guard: answers to challenges, the form's ticket, what was typed into the
//! honeypot. Understood in every browser door's body, and never kept as data.

use axum::http::{HeaderMap, header};
use intake::GuardSignals;
use intake::guard::PageOrigin;
use intake::guard::captcha;
use model::AccountSnapshot;

/// Names that programs and forms give the parts of a challenge. Other names are an account's own.
const TICKET: &str = "ticket";
const ALTCHA: &str = "altcha";
/// Sent along by a form that was shown with a challenge. Unsolved after a captcha, work is asked for; unsolved after that,
/// no script runs there and nothing more can be asked: the sign-up waits in quarantine, and the form is never a dead end.
pub(crate) const CHALLENGED: &str = "challenged";
pub(crate) const AFTER_WORK: &str = "work";
pub(crate) const AFTER_CAPTCHA: &str = "captcha";
/// The longest answer that is looked at; reCAPTCHA's tokens have some 2,000 bytes.
const LONGEST: usize = 8_000;

/// What answers the guard's challenges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChallengeAnswers {
    /// What the honeypot holds; people leave it empty.
    pub honeypot: Option<String>,
    /// The ticket that the form was given out with.
    pub ticket: Option<String>,
    /// `altcha`.
    pub altcha: Option<String>,
    /// Tokens of captcha services by the name of their control.
    pub captchas: Vec<(&'static str, String)>,
    /// Whether the form was shown with a challenge before, and which.
    pub challenged: Option<String>,
}

impl ChallengeAnswers {
    /// Whether a name is one of ours. `honeypots` are the names of this form's honeypots, in any case.
    pub(crate) fn knows(name: &str, honeypots: &[Option<&str>]) -> bool {
        matches!(name, TICKET | ALTCHA | CHALLENGED) || captcha::field(name).is_some() || is_one(name, honeypots)
    }

    /// Takes a control if it is one of ours; whether it was.
    pub(crate) fn take(&mut self, name: &str, value: Option<String>, honeypots: &[Option<&str>]) -> bool {
        let value = value.filter(|v| v.len() <= LONGEST);
        match name {
            _ if is_one(name, honeypots) => {
                // A form may have two; what was typed into either counts.
                self.honeypot = self.honeypot.take().filter(|h| !h.trim().is_empty()).or(value);
            }
            TICKET => self.ticket = value,
            ALTCHA => self.altcha = value.filter(|v| !v.is_empty()),
            CHALLENGED => self.challenged = value.filter(|v| !v.is_empty()),
            other => match captcha::field(other) {
                Some(field) => self.captchas.extend(value.filter(|v| !v.is_empty()).map(|v| (field, v))),
                None => return false,
            },
        }
        true
    }

    /// As the intake is told.
    pub(crate) fn signals(&self, page: Option<PageOrigin>) -> GuardSignals<'_> {
        GuardSignals {
            page,
            ticket: self.ticket.as_deref(),
            honeypot: self.honeypot.as_deref(),
            altcha: self.altcha.as_deref(),
            captchas: &self.captchas,
            can_challenge: self.challenged.as_deref() != Some(AFTER_WORK),
            ..GuardSignals::default()
        }
    }
}

fn is_one(name: &str, honeypots: &[Option<&str>]) -> bool {
    honeypots.iter().flatten().any(|h| h.eq_ignore_ascii_case(name))
}

/// The honeypot that an account has for plain snippets and the vendors' doors.
pub(crate) fn honeypot_of(account: &AccountSnapshot) -> Option<&str> {
    account.settings.guard_settings.honeypot.as_deref()
}

/// What `Origin`, or else `Referer`, says about the page that sent a call: ours, one that the account allows, another.
pub(crate) fn page_of(account: &AccountSnapshot, headers: &HeaderMap) -> PageOrigin {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let sent = text(header::ORIGIN).filter(|o| *o != "null").or_else(|| text(header::REFERER));
    let Some((scheme, rest)) = sent.and_then(|s| s.split_once("://")) else { return PageOrigin::Absent };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let origin = format!("{scheme}://{host}");
    let own = text(header::HOST).is_some_and(|own| !own.is_empty() && own.eq_ignore_ascii_case(host));
    let named = |a: &String| a.trim() == "*" || a.trim().trim_end_matches('/').eq_ignore_ascii_case(&origin);
    if own || account.settings.allowed_origins.iter().any(named) { PageOrigin::Allowed } else { PageOrigin::Foreign }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ours_are_taken_and_no_others() {
        let mut answers = ChallengeAnswers::default();
        let traps = [Some("website_2"), None];
        for (name, value, ours) in [
            ("altcha", "x", true),
            ("Website_2", "", true),
            ("WEBSITE_2", "cheap", true),
            ("website_2", "", true),
            ("cf-turnstile-response", "t", true),
            ("frc-captcha-solution", "f", true),
            ("FirstName", "Ann", false),
            ("Ticket", "a field of the account's", false),
        ] {
            assert_eq!(answers.take(name, Some(value.to_owned()), &traps), ours, "{name}");
            assert_eq!(ChallengeAnswers::knows(name, &traps), ours, "{name}");
        }
        assert_eq!(answers.honeypot.as_deref(), Some("cheap"));
        assert_eq!(answers.captchas.len(), 2);
        assert!(!answers.take("website_2", None, &[]));
    }
}
