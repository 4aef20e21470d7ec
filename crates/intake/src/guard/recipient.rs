//! Recipient protection, the promise to strangers: how many mails a mailbox may get that somebody else can cause.
//!
//! A pure rule over facts that the store reads and counts in the same transaction that writes the mail, so that it
//! holds across nodes and however parallel. Counted by normalised mailbox ([`model::EmailAddress::mailbox_key`]).

use std::time::Duration;

pub use model::RecipientLimits;
use model::Timestamp;
pub use store::MailFor as MailCause;

use super::verdict::Reason;

/// The span that the mailbox's counts look back.
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the store knows about a mailbox at this moment. Times in any order; older ones than a day may be left in.
#[derive(Clone, Copy, Debug, Default)]
pub struct MailboxFacts<'a> {
    /// Mails of the first two kinds from this account.
    pub from_account: &'a [Timestamp],
    /// Mails of the first two kinds from other accounts.
    pub from_others: &'a [Timestamp],
    /// Confirmation mails from this account since the last one that was answered.
    pub unanswered: &'a [Timestamp],
    /// Whether the mailbox's owner has said, to this account, that it was not them.
    pub not_me: bool,
    /// Links from this account.
    pub links: &'a [Timestamp],
    /// Mails to the mailbox's domain within the last hour, from the whole installation.
    pub domain_hour: u32,
    /// Mails within the last hour, from the whole installation.
    pub hour: u32,
}

/// Whether a mail goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailing {
    /// It does.
    Send,
    /// It does not, for this reason; a ceiling also deserves a warning to the owner ([`is_ceiling`]).
    Withhold(Reason),
}

/// Whether a reason is a ceiling, of which the owner is warned.
pub fn is_ceiling(reason: Reason) -> bool {
    matches!(reason, Reason::DomainCeiling | Reason::MailCeiling)
}

/// Decides about one mail. Whatever is sent must be added to the facts in the same transaction.
pub fn decide(cause: MailCause, at: Timestamp, facts: &MailboxFacts<'_>, limits: &RecipientLimits) -> Mailing {
    match withheld(cause, at, facts, limits) {
        Some(reason) => Mailing::Withhold(reason),
        None => Mailing::Send,
    }
}

fn withheld(cause: MailCause, at: Timestamp, facts: &MailboxFacts<'_>, limits: &RecipientLimits) -> Option<Reason> {
    let today = |times: &[Timestamp]| times.iter().filter(|t| at.since(**t) < DAY).count() as u32;
    if cause == MailCause::Link {
        if reaches(today(facts.links), limits.links) {
            return Some(Reason::LinkLimit);
        }
    } else {
        if facts.not_me {
            return Some(Reason::MailboxNotMe);
        }
        let own = today(facts.from_account);
        if reaches(own, limits.per_account) {
            return Some(Reason::MailboxAccountLimit);
        }
        if reaches(own + today(facts.from_others), limits.per_installation) {
            return Some(Reason::MailboxInstallationLimit);
        }
        if cause == MailCause::Confirmation && is_paused(at, facts.unanswered, &limits.pauses) {
            return Some(Reason::MailboxPause);
        }
    }
    if reaches(facts.domain_hour, limits.per_domain) {
        return Some(Reason::DomainCeiling);
    }
    reaches(facts.hour, limits.in_all).then_some(Reason::MailCeiling)
}

fn reaches(count: u32, limit: u32) -> bool {
    limit > 0 && count >= limit
}

fn is_paused(at: Timestamp, unanswered: &[Timestamp], pauses: &[u32]) -> bool {
    // Yesterday's silence is forgiven; the limits of the day take its place.
    let recent = || unanswered.iter().filter(|t| at.since(**t) < DAY);
    let (Some(last), Some(longest)) = (recent().max(), pauses.last()) else { return false };
    let pause = pauses.get(recent().count() - 1).unwrap_or(longest);
    at.since(*last) < Duration::from_secs(u64::from(*pause))
}

#[cfg(test)]
mod tests {
    use model::{Ambient, ManualClock};

    use super::*;

    /// A mailbox as a store would keep it, with a clock to turn.
    struct Box {
        clock: std::sync::Arc<ManualClock>,
        ambient: Ambient,
        own: Vec<Timestamp>,
        others: Vec<Timestamp>,
        unanswered: Vec<Timestamp>,
        links: Vec<Timestamp>,
        not_me: bool,
    }

    impl Box {
        fn new() -> Self {
            let clock = ManualClock::at(Timestamp(1_800_000_000_000_000));
            let ambient = Ambient::with_clock(clock.clone());
            let (own, others, unanswered, links) = Default::default();
            Self { clock, ambient, own, others, unanswered, links, not_me: false }
        }

        fn after(&mut self, minutes: u64, cause: MailCause) -> Mailing {
            self.clock.advance(Duration::from_secs(minutes * 60));
            let at = self.ambient.now();
            let facts = MailboxFacts {
                from_account: &self.own,
                from_others: &self.others,
                unanswered: &self.unanswered,
                not_me: self.not_me,
                links: &self.links,
                ..Default::default()
            };
            let mailing = decide(cause, at, &facts, &RecipientLimits::default());
            match cause {
                _ if mailing != Mailing::Send => {}
                MailCause::Link => self.links.push(at),
                MailCause::Confirmation => {
                    self.own.push(at);
                    self.unanswered.push(at);
                }
                MailCause::Other => self.own.push(at),
            }
            mailing
        }
    }

    const SEND: Mailing = Mailing::Send;

    fn held(reason: Reason) -> Mailing {
        Mailing::Withhold(reason)
    }

    #[test]
    fn confirmations_pause_longer_and_end_at_three_a_day() {
        let mut it = Box::new();
        use MailCause::Confirmation;
        for (minutes, expected) in [
            (0, SEND),
            (0, held(Reason::MailboxPause)),
            (9, held(Reason::MailboxPause)),
            (1, SEND),
            (59, held(Reason::MailboxPause)),
            (1, SEND),
            (60, held(Reason::MailboxAccountLimit)),
            (12 * 60, held(Reason::MailboxAccountLimit)),
            (12 * 60, SEND),
        ] {
            assert_eq!(it.after(minutes, Confirmation), expected, "+{minutes}: {:?}", it.own);
        }
    }

    #[test]
    fn an_answer_resets_the_pause_but_not_the_day() {
        let mut it = Box::new();
        use MailCause::Confirmation;
        assert_eq!(it.after(0, Confirmation), SEND);
        it.unanswered.clear();
        assert_eq!(it.after(1, Confirmation), SEND);
        it.unanswered.clear();
        assert_eq!(it.after(1, Confirmation), SEND);
        it.unanswered.clear();
        assert_eq!(it.after(1, Confirmation), held(Reason::MailboxAccountLimit));
    }

    #[test]
    fn not_me_ends_it_and_links_are_apart() {
        let mut it = Box::new();
        assert_eq!(it.after(0, MailCause::Confirmation), SEND);
        it.not_me = true;
        assert_eq!(it.after(3000, MailCause::Confirmation), held(Reason::MailboxNotMe));
        assert_eq!(it.after(0, MailCause::Other), held(Reason::MailboxNotMe));
        for _ in 0..5 {
            assert_eq!(it.after(0, MailCause::Link), SEND, "no pause");
        }
        assert_eq!(it.after(0, MailCause::Link), held(Reason::LinkLimit));
    }

    #[test]
    fn other_mails_share_the_count_without_a_pause() {
        let mut it = Box::new();
        assert_eq!(it.after(0, MailCause::Other), SEND);
        assert_eq!(it.after(0, MailCause::Other), SEND);
        assert_eq!(it.after(0, MailCause::Confirmation), SEND);
        assert_eq!(it.after(0, MailCause::Other), held(Reason::MailboxAccountLimit));
    }

    #[test]
    fn the_installation_and_ceilings_hold_too() {
        let mut it = Box::new();
        it.others = vec![it.ambient.now(); 6];
        assert_eq!(it.after(0, MailCause::Confirmation), held(Reason::MailboxInstallationLimit));
        assert_eq!(it.after(24 * 60, MailCause::Confirmation), SEND);
        let (at, limits) =
            (it.ambient.now(), RecipientLimits { per_domain: 5_000, in_all: 50_000, ..Default::default() });
        for (domain_hour, hour, expected) in
            [(4_999, 49_999, SEND), (5_000, 0, held(Reason::DomainCeiling)), (0, 50_000, held(Reason::MailCeiling))]
        {
            let facts = MailboxFacts { domain_hour, hour, ..Default::default() };
            assert_eq!(decide(MailCause::Confirmation, at, &facts, &limits), expected);
            assert_eq!(decide(MailCause::Link, at, &facts, &limits), expected);
        }
        let none = RecipientLimits { per_domain: 0, in_all: 0, ..limits };
        let facts = MailboxFacts { domain_hour: u32::MAX, hour: u32::MAX, ..Default::default() };
        assert_eq!(decide(MailCause::Other, at, &facts, &none), SEND);
    }
}
