//! Sign-ups in a row: the same hand behind several, told by network, browser, pace and the pattern of what is typed.
//! Nothing here counts alone; people behind one carrier address share a network too.

use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use model::{AccountId, EmailAddress, Timestamp};

use super::bounded::Bounded;
use super::verdict::{Reason, Reasons};

/// How far back a row reaches.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// From the third of a series on.
const THIRD: usize = 3;

/// Who takes so long over a form has read it. A class, an office or a carrier's customers behind one address do.
pub(super) const UNHURRIED: Duration = Duration::from_secs(10);
/// Nobody reads and fills in a form in less, but a password manager may.
const HASTY: u32 = 6_000;

/// What is remembered of a sign-up: hashes and numbers, no text.
#[derive(Clone, Copy, Debug)]
struct Step {
    at: Timestamp,
    client: u128,
    agent: u64,
    /// Milliseconds from opening to sending.
    pace: Option<u32>,
    /// Hash of the address's pattern; 0 = too common to say anything.
    pattern: u64,
    mailbox: u64,
}

/// The last sign-ups of one network, oldest first.
#[derive(Debug, Default)]
struct Row {
    steps: Vec<Step>,
}

const REMEMBERED: usize = 8;

/// A trait that several mailboxes share.
#[derive(Clone, Copy, Debug)]
struct Shared {
    mailboxes: u32,
    last: u64,
    at: Timestamp,
}

/// One sign-up, as the series see it.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) account: AccountId,
    pub(super) at: Timestamp,
    /// Client and network, as counted by `rates`.
    pub(super) place: Option<(u128, u128)>,
    pub(super) user_agent: Option<&'a str>,
    pub(super) pace: Option<Duration>,
    pub(super) email: &'a EmailAddress,
    pub(super) mailbox_key: &'a str,
    pub(super) names: &'a [&'a str],
    pub(super) texts: &'a [(&'a str, &'a str)],
}

/// The rows and traits that are remembered, in memory and bounded.
#[derive(Debug)]
pub(super) struct Series {
    rows: Bounded<(AccountId, u128), Row>,
    traits: Bounded<(AccountId, u64), Shared>,
    hasher: RandomState,
}

impl Series {
    pub(super) fn new(capacity: usize) -> Self {
        Self { rows: Bounded::new(capacity), traits: Bounded::new(capacity * 2), hasher: RandomState::new() }
    }

    /// Remembers a sign-up and names the series it belongs to.
    pub(super) fn watch(&self, seen: &Seen<'_>) -> Reasons {
        let mut reasons = Reasons::NONE;
        let mailbox = self.hasher.hash_one(seen.mailbox_key);
        self.watch_traits(seen, mailbox, &mut reasons);
        let Some((client, network)) = seen.place else { return reasons };
        let step = Step {
            at: seen.at,
            client,
            agent: self.hasher.hash_one(seen.user_agent),
            pace: seen.pace.map(|p| p.as_millis().min(u128::from(u32::MAX)) as u32),
            pattern: self.pattern_of(seen.email),
            mailbox,
        };
        self.rows.with((seen.account, network), Row::default, |row| row.take(step, &mut reasons));
        reasons
    }

    fn watch_traits(&self, seen: &Seen<'_>, mailbox: u64, reasons: &mut Reasons) {
        let local = seen.email.key().split('@').next().unwrap_or("");
        let letters = local.bytes().filter(|b| !b.is_ascii_digit()).count();
        if letters >= 3 && letters < local.len() {
            // Namesakes are many; those with one browser are fewer.
            let bare = (Lettered(seen.email.key()), seen.user_agent);
            reasons.add_if(self.share(seen, ("address", bare), mailbox) >= THIRD as u32, Reason::NumberedAddresses);
            // A tag is the mailbox's own affair.
            let (name, domain) = seen.mailbox_key.rsplit_once('@').unwrap_or((seen.mailbox_key, ""));
            let digits = name.bytes().filter(u8::is_ascii_digit).take(12);
            let number = digits.fold(0, |n, digit| n * 10 + u64::from(digit - b'0'));
            let run = self.count_up(seen, ("numbers", Lettered(name), domain), number);
            reasons.add_if(run >= THIRD as u32, Reason::CountedAddresses);
        }
        let mut given = seen.names.iter().map(|n| n.trim()).filter(|n| !n.is_empty());
        if let (Some(first), Some(last)) = (given.next(), given.next()) {
            // One given name alone is shared by many, and so are the shortest full names.
            if first.len() + last.len() >= 6 {
                let name = ("name", first.to_lowercase(), last.to_lowercase(), seen.user_agent);
                reasons.add_if(self.share(seen, name, mailbox) >= THIRD as u32, Reason::SameName);
            }
        }
        let all = self.share(seen, "all", mailbox);
        for (field, text) in seen.texts.iter().filter(|(_, text)| text.len() >= 60 && text.trim().contains(' ')) {
            let text = ("text", *field, text.trim());
            let mailboxes = self.share(seen, text, mailbox);
            reasons.add_if(mailboxes >= THIRD as u32, Reason::SameText);
            // A text that the form itself fills in comes with nearly every sign-up.
            reasons.add_if(mailboxes >= THIRD as u32 && mailboxes * 2 < all, Reason::CopiedText);
        }
        // Spellings of one mailbox: here the trait is the mailbox, and its holders are the spellings.
        let spelling = self.hasher.hash_one(seen.email.key());
        let spellings = self.share(seen, ("mailbox", seen.mailbox_key), spelling);
        reasons.add_if(spellings >= THIRD as u32, Reason::MailboxVariants);
        // A family may share a mailbox by tags; dots that wander are made by a program.
        if seen.mailbox_key != seen.email.key() && local.contains('.') {
            let dotted = self.hasher.hash_one(local.split('+').next());
            let places = self.share(seen, ("dots", seen.mailbox_key), dotted);
            reasons.add_if(places >= THIRD as u32, Reason::MailboxDots);
        }
    }

    /// How many different holders a trait has had within a day. A holder that comes back at once counts once.
    fn share(&self, seen: &Seen<'_>, shared: impl Hash, holder: u64) -> u32 {
        let at = seen.at;
        let key = (seen.account, self.hasher.hash_one(shared));
        let none = || Shared { mailboxes: 0, last: 0, at };
        self.traits.with(key, none, |s| {
            if at.since(s.at) > DAY {
                s.mailboxes = 0;
            }
            if s.mailboxes == 0 || s.last != holder {
                s.mailboxes = s.mailboxes.saturating_add(1);
            }
            (s.last, s.at) = (holder, at);
            s.mailboxes
        })
    }

    /// How many numbers in a row have gone on from the one before by one or two.
    fn count_up(&self, seen: &Seen<'_>, shared: impl Hash, number: u64) -> u32 {
        let at = seen.at;
        let key = (seen.account, self.hasher.hash_one(shared));
        let none = || Shared { mailboxes: 0, last: number, at };
        self.traits.with(key, none, |s| {
            let goes_on = at.since(s.at) <= DAY && number.abs_diff(s.last) <= 2;
            s.mailboxes = match (goes_on, number == s.last) {
                (true, true) => s.mailboxes.max(1),
                (true, false) => s.mailboxes.saturating_add(1),
                (false, _) => 1,
            };
            (s.last, s.at) = (number, at);
            s.mailboxes
        })
    }

    /// The shape of an address: runs of letters as one, digits one by one. Only shapes with three digits and more say
    /// anything (`emma472@gmail.com`).
    fn pattern_of(&self, email: &EmailAddress) -> u64 {
        let (local, domain) = email.key().split_once('@').unwrap_or((email.key(), ""));
        if local.bytes().filter(u8::is_ascii_digit).count() < 3 || local.bytes().all(|b| b.is_ascii_digit()) {
            return 0;
        }
        let mut shape = [0u8; 32];
        let mut length = 0;
        for c in local.chars() {
            let mark = match c {
                '0'..='9' => b'9',
                c if c.is_alphabetic() => b'a',
                _ => b'.',
            };
            if mark == b'a' && length > 0 && shape[length - 1] == b'a' {
                continue;
            }
            if length < shape.len() {
                shape[length] = mark;
                length += 1;
            }
        }
        self.hasher.hash_one((&shape[..length], domain))
    }
}

/// An address without its digits, hashed without being built.
#[derive(Clone, Copy)]
struct Lettered<'a>(&'a str);

impl Hash for Lettered<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.bytes().filter(|b| !b.is_ascii_digit()).for_each(|b| state.write_u8(b));
    }
}

impl Row {
    fn take(&mut self, step: Step, reasons: &mut Reasons) {
        self.steps.retain(|s| step.at.since(s.at) <= DAY);
        // Only other mailboxes make a series: a person may try twice.
        self.steps.retain(|s| s.mailbox != step.mailbox);
        if self.steps.len() == REMEMBERED {
            self.steps.remove(0);
        }
        self.steps.push(step);
        let like = |test: &dyn Fn(&Step) -> bool| self.steps.iter().filter(|s| test(s)).count() >= THIRD;
        reasons.add_if(like(&|s| s.agent == step.agent), Reason::SameClient);
        if let Some(pace) = step.pace {
            let same = |s: &Step| s.agent == step.agent && s.pace.is_some_and(|p| p.abs_diff(pace) <= 50);
            reasons.add_if(like(&same), Reason::SamePace);
        }
        if step.pattern != 0 {
            reasons.add_if(like(&|s| s.pattern == step.pattern), Reason::SamePattern);
        }
        let hurried = |s: &Step| s.pace.is_none_or(|p| u128::from(p) < UNHURRIED.as_millis());
        if hurried(&step) {
            let within = |s: &Step, seconds| step.at.since(s.at) <= Duration::from_secs(seconds) && hurried(s);
            // Where nothing tells the pace, people behind one address may well come within a minute.
            let moments = if step.pace.is_some() { 60 } else { 20 };
            let burst = like(&|s| s.client == step.client && within(s, moments));
            let at_address = like(&|s| s.client == step.client && within(s, 600));
            let hasty = like(&|s| s.client == step.client && within(s, 120) && s.pace.is_some_and(|p| p < HASTY));
            reasons.add_if(burst, Reason::AddressBurst);
            reasons.add_if(at_address, Reason::AddressBusy);
            let known = |s: &Step| s.pace.is_some() && within(s, 600);
            reasons.add_if(!at_address && step.pace.is_some() && like(&known), Reason::NetworkBusy);
            reasons.add_if(hasty && step.pace.is_some_and(|p| p < HASTY), Reason::HastyRow);
        }
        reasons.add_if(self.gaps_are_even(&step), Reason::EvenGaps);
    }

    /// Three of one browser at even intervals and with nearly the same pace (where nothing tells the pace, four from one
    /// address): a timer, not a queue of people.
    fn gaps_are_even(&self, step: &Step) -> bool {
        let mut same = self.steps.iter().rev().filter(|s| s.agent == step.agent);
        let (Some(last), Some(middle), Some(first)) = (same.next(), same.next(), same.next()) else { return false };
        let (late, early) = (last.at.since(middle.at), middle.at.since(first.at));
        let slack = Duration::from_secs(1).max(late / 50);
        let even = late >= Duration::from_secs(2) && late.abs_diff(early) <= slack;
        let paces = [first.pace, middle.pace, last.pace];
        match (paces.iter().flatten().min(), paces.iter().flatten().max()) {
            (Some(least), Some(most)) => even && paces.iter().all(Option::is_some) && most - least <= 3000,
            _ => {
                let before = same.next().filter(|s| s.pace.is_none() && s.client == last.client);
                let as_even = before.is_some_and(|s| first.at.since(s.at).abs_diff(late) <= slack);
                even && as_even && first.client == last.client && middle.client == last.client
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line<'a>(i64, &'a str, &'a str, &'a str, Option<f32>);

    fn run(lines: &[Line<'_>]) -> Vec<Vec<&'static str>> {
        let series = Series::new(1000);
        let watch = |l: &Line<'_>| {
            let email = EmailAddress::parse(l.1).expect(l.1);
            series
                .watch(&Seen {
                    account: AccountId(1),
                    at: Timestamp(l.0 * 1_000_000),
                    place: Some((l.2.len() as u128, 1)),
                    user_agent: Some("agent"),
                    pace: l.4.map(Duration::from_secs_f32),
                    email: &email,
                    mailbox_key: &email.mailbox_key(),
                    names: &[l.3, "Smith"],
                    texts: &[],
                })
                .codes()
        };
        lines.iter().map(watch).collect()
    }

    #[test]
    fn a_row_is_named_from_the_third_on() {
        let found = run(&[
            Line(0, "a@x.example", "1", "Anna", Some(4.0)),
            Line(30, "b@x.example", "1", "Bea", Some(4.0)),
            Line(60, "c@x.example", "1", "Cleo", Some(4.0)),
        ]);
        assert!(found[0].is_empty() && found[1].is_empty());
        assert_eq!(found[2], ["address_busy", "address_burst", "hasty_row", "same_client", "even_gaps", "same_pace"]);
    }

    #[test]
    fn patterns_and_names_are_followed() {
        let found = run(&[
            Line(0, "john12@x.example", "1", "Anna", None),
            Line(5000, "john13@x.example", "22", "Anna", None),
            Line(11_000, "john94@x.example", "333", "Anna", None),
        ]);
        assert_eq!(found[2], ["same_client", "numbered_addresses", "same_name"]);
        let found = run(&[
            Line(0, "emma472@x.example", "1", "Anna", None),
            Line(5000, "noah518@x.example", "22", "Bea", None),
            Line(11_000, "liam903@x.example", "333", "Cleo", None),
        ]);
        assert_eq!(found[2], ["same_client", "same_pattern"]);
    }

    #[test]
    fn one_person_who_tries_again_is_no_series() {
        let again = || Line(0, "anna12@x.example", "1", "Anna", Some(4.0));
        assert!(run(&[again(), again(), again(), again()]).iter().all(Vec::is_empty));
    }
}
