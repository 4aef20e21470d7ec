//! The form ticket: a signed, expiring text that a form carries since it was rendered. It tells when that was, for which
//! form, and how the honeypot is called in this rendering. A form without one is neutral.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use model::{AccountId, Ambient, FormId, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::seen::{Mark, Seen, Use};
use super::settings::Policy;
use super::verdict::{Reason, Reasons};

/// What a sign-up's ticket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketState {
    /// There is none. Counts for nothing: plain HTML snippets and the vendors' doors have none.
    Absent,
    /// It is ours, for this form, and used for the first time (or again by the same person).
    Fresh {
        /// Since the form was rendered.
        age: Duration,
    },
    /// Sent sooner than a person can.
    TooFast {
        /// Since the form was rendered.
        age: Duration,
    },
    /// Its time is over.
    TooOld {
        /// Since the form was rendered.
        age: Duration,
    },
    /// Used before for somebody else.
    Replayed,
    /// Ours, for another form or account.
    Foreign,
    /// Not ours, or altered.
    Bad,
}

const VERSION: u8 = 1;
const BODY: usize = 1 + 8 + 8 + 8 + 8;
const MAC: usize = 16;

/// Makes and checks tickets.
#[derive(Clone)]
pub struct Tickets {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tickets")
    }
}

/// A ticket as a page carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The text for the hidden field.
    pub text: String,
    /// The name of the honeypot in this rendering.
    pub honeypot: String,
}

/// Words that make honeypots look like fields. None is one that browsers fill in by themselves.
const HONEYPOTS: [&str; 8] = ["remark", "subject", "topic", "details", "reference", "motive", "addendum", "enquiry"];

impl Tickets {
    /// With a key of its own, derived from the master key by the caller.
    pub fn new(key: &[u8; 32]) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
        Self { mac }
    }

    /// A ticket for a form that is rendered now.
    pub fn issue(&self, account: AccountId, form: FormId, ambient: &Ambient) -> Ticket {
        let mut bytes = [0u8; BODY + MAC];
        bytes[0] = VERSION;
        bytes[1..9].copy_from_slice(&account.0.to_be_bytes());
        bytes[9..17].copy_from_slice(&form.0.to_be_bytes());
        bytes[17..25].copy_from_slice(&ambient.now().0.to_be_bytes());
        bytes[25..33].copy_from_slice(&ambient.random::<8>());
        let tag = self.tag(b"vestibule form ticket", &bytes[..BODY]);
        bytes[BODY..].copy_from_slice(&tag);
        Ticket { text: URL_SAFE_NO_PAD.encode(bytes), honeypot: self.honeypot_of(&bytes[..BODY]) }
    }

    /// The honeypot's name in the rendering that carried this ticket; `None` when it is not ours.
    pub fn honeypot(&self, ticket: &str) -> Option<String> {
        self.open(ticket).map(|bytes| self.honeypot_of(&bytes[..BODY]))
    }

    /// Checks a ticket and marks it as used by `person` (any number that tells people apart).
    #[expect(clippy::too_many_arguments, reason = "the facts of one check; a struct would be used once")]
    pub fn check(
        &self,
        ticket: Option<&str>,
        account: AccountId,
        form: FormId,
        person: u64,
        at: Timestamp,
        policy: &Policy,
        seen: &Seen,
    ) -> TicketState {
        let Some(text) = ticket.map(str::trim).filter(|t| !t.is_empty()) else { return TicketState::Absent };
        let Some(bytes) = self.open(text) else { return TicketState::Bad };
        let number = |from: usize| i64::from_be_bytes(bytes[from..from + 8].try_into().unwrap_or_default());
        if number(1) != account.0 || number(9) != form.0 {
            return TicketState::Foreign;
        }
        let rendered = Timestamp(number(17));
        let age = at.since(rendered);
        if age > policy.ticket_life() {
            return TicketState::TooOld { age };
        }
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[BODY..]);
        let mark = Mark { account, id, by: person, until: rendered.plus(policy.ticket_life()) };
        if seen.tell_and_mark(mark, at) == Use::Replayed {
            return TicketState::Replayed;
        }
        if age < Duration::from_millis(u64::from(policy.settings.too_fast_ms)) {
            return TicketState::TooFast { age };
        }
        TicketState::Fresh { age }
    }

    fn open(&self, text: &str) -> Option<[u8; BODY + MAC]> {
        let mut bytes = [0u8; BODY + MAC];
        if text.len() != (BODY + MAC).div_ceil(3) * 4 - (3 - (BODY + MAC) % 3) % 3 {
            return None;
        }
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        let tag = self.tag(b"vestibule form ticket", &bytes[..BODY]);
        let ours: bool = tag.ct_eq(&bytes[BODY..]).into();
        (length == bytes.len() && bytes[0] == VERSION && ours).then_some(bytes)
    }

    fn honeypot_of(&self, body: &[u8]) -> String {
        let tag = self.tag(b"vestibule honeypot", body);
        let word = HONEYPOTS[usize::from(tag[0]) % HONEYPOTS.len()];
        let ending: String = tag[1..6].iter().map(|b| char::from(b'a' + b % 26)).collect();
        format!("{word}_{ending}")
    }

    /// The MAC over what it is for and the body; the label keeps the two uses apart.
    fn tag(&self, label: &[u8], body: &[u8]) -> [u8; MAC] {
        let mut mac = self.mac.clone();
        mac.update(label);
        mac.update(&[0]);
        mac.update(body);
        let mut tag = [0; MAC];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..MAC]);
        tag
    }
}

/// The reasons in a ticket's state and in the time it took to send the form.
pub(super) fn reasons(state: TicketState, seconds: Option<Duration>, policy: &Policy) -> Reasons {
    let mut reasons = Reasons::NONE;
    let age = match state {
        TicketState::Absent => seconds,
        TicketState::Fresh { age } | TicketState::TooFast { age } | TicketState::TooOld { age } => Some(age),
        TicketState::Replayed => {
            reasons.add(Reason::TicketReplayed);
            seconds
        }
        TicketState::Foreign => {
            reasons.add(Reason::TicketForeign);
            None
        }
        TicketState::Bad => {
            reasons.add(Reason::TicketBad);
            None
        }
    };
    if let Some(age) = age {
        if age < Duration::from_millis(u64::from(policy.settings.too_fast_ms)) {
            reasons.add(Reason::TooFast);
        } else if age < Duration::from_millis(u64::from(policy.settings.quick_ms)) {
            reasons.add(Reason::Quick);
        }
        reasons.add_if(age > policy.ticket_life(), Reason::TicketTooOld);
    }
    reasons
}

#[cfg(test)]
mod tests {
    use model::ManualClock;

    use super::*;

    #[test]
    fn a_ticket_tells_its_age_once_and_only_for_its_form() {
        let clock = ManualClock::at(Timestamp(1_800_000_000_000_000));
        let ambient = Ambient::with_clock(clock.clone());
        let (tickets, seen, policy) = (Tickets::new(&[7; 32]), Seen::new(1000), Policy::default());
        let (account, form) = (AccountId(1), FormId(2));
        let ticket = tickets.issue(account, form, &ambient);
        let check = |text: Option<&str>, form, person| {
            tickets.check(text, account, form, person, ambient.now(), &policy, &seen)
        };
        let text = Some(ticket.text.as_str());
        assert_eq!(tickets.honeypot(&ticket.text), Some(ticket.honeypot.clone()));
        assert_ne!(tickets.issue(account, form, &ambient).text, ticket.text);

        clock.advance(Duration::from_millis(400));
        let quick = tickets.issue(account, form, &ambient);
        assert_eq!(check(Some(&quick.text), form, 1), TicketState::TooFast { age: Duration::ZERO });
        clock.advance(Duration::from_secs(9));
        let age = Duration::from_millis(9400);
        assert_eq!(check(text, FormId(3), 1), TicketState::Foreign);
        assert_eq!(check(text, form, 1), TicketState::Fresh { age });
        assert_eq!(check(text, form, 1), TicketState::Fresh { age }, "a second click");
        assert_eq!(check(text, form, 2), TicketState::Replayed);
        clock.advance(Duration::from_secs(25 * 3600));
        assert!(matches!(check(text, form, 1), TicketState::TooOld { .. }));

        assert_eq!(check(None, form, 1), TicketState::Absent);
        assert_eq!(check(Some("  "), form, 1), TicketState::Absent);
        let mut altered = ticket.text.clone().into_bytes();
        altered[30] ^= 1;
        let altered = String::from_utf8(altered).expect("ascii");
        let longer = format!("{}A", ticket.text);
        for bad in [altered.as_str(), "x", "ÄÖÜ", &"A".repeat(66), &longer, &ticket.text[1..]] {
            assert_eq!(check(Some(bad), form, 1), TicketState::Bad, "{bad}");
        }
        let other = Tickets::new(&[8; 32]).issue(account, form, &ambient);
        assert_eq!(check(Some(&other.text), form, 1), TicketState::Bad);
    }
}
