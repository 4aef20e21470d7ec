//! What the guard says about a sign-up, and why. No rule lives here: the reasons' weights are data, `score` reads them.

use std::time::Duration;

/// What becomes of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Accept,
    /// It is kept in quarantine: no contact, nothing sent, and the caller sees success.
    Quiet,
    /// The visitor has something to solve first; the same call with the solution passes.
    Challenge,
    /// It is turned away.
    Refuse {
        /// When to try again; `None` when waiting does not help (the account's bot rules are enforced).
        retry_after: Option<Duration>,
    },
}

impl Verdict {
    /// The name in records, metrics and `guard judge`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Quiet => "quiet",
            Self::Challenge => "challenge",
            Self::Refuse { .. } => "refuse",
        }
    }
}

/// How much a reason counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Enough alone, and the sign-up is kept in quarantine.
    Strong,
    /// Enough alone, and a solved challenge sets it aside.
    StrongUnlessSolved,
    /// Points that count only together with others: three are enough.
    Weak(u8),
    /// A limit is reached: refused until it is not.
    Limit,
    /// The form is under attack: everybody solves a challenge.
    Attack,
    /// Recipient protection: the mail is not sent.
    Mailbox,
}

impl Weight {
    /// The class as people read it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Strong | Self::StrongUnlessSolved => "strong",
            Self::Weak(_) => "weak",
            Self::Limit => "limit",
            Self::Attack => "attack",
            Self::Mailbox => "mailbox",
        }
    }
}

macro_rules! reasons {
    ($($name:ident, $code:literal, $weight:expr, $says:literal;)*) => {
        /// Why the guard looked twice. The code is stable: it is stored, counted and named in settings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Reason {
            $(#[doc = $says] $name,)*
        }

        impl Reason {
            /// Every reason, in the order of their bits.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// How much it counts.
            pub fn weight(self) -> Weight {
                match self { $(Self::$name => $weight),* }
            }

            /// One sentence for people.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $says),* }
            }
        }
    };
}

use Weight::{Attack, Limit, Mailbox, Strong, StrongUnlessSolved, Weak};

// The table of weights. One strong sign suffices; weak ones need three points together (see `score`).
reasons! {
    HoneypotFilled, "honeypot_filled", Strong, "A field that people cannot see was filled in.";
    TicketBad, "ticket_bad", StrongUnlessSolved, "The form's ticket was made up or altered.";
    TicketForeign, "ticket_foreign", StrongUnlessSolved, "The form's ticket belongs to another form.";
    TicketReplayed, "ticket_replayed", StrongUnlessSolved, "The form's ticket was used before for somebody else.";
    TicketTooOld, "ticket_too_old", Weak(1), "The form was opened long before it was sent.";
    TooFast, "too_fast", StrongUnlessSolved, "The form was sent within a second of being opened.";
    Quick, "quick", Weak(1), "The form was sent within two seconds of being opened.";

    AddressRate, "address_rate", Limit, "Too many sign-ups from this client address.";
    NetworkRate, "network_rate", Limit, "Too many sign-ups from this client network.";
    FormRate, "form_rate", Limit, "Too many sign-ups through this form.";
    AccountRate, "account_rate", Limit, "Too many sign-ups in this account.";
    AddressBusy, "address_busy", Weak(1), "Several sign-ups came from this client address within minutes.";
    AddressBurst, "address_burst", Weak(1), "Sign-ups came from this client address seconds apart.";
    NetworkBusy, "network_busy", Weak(1), "Several sign-ups came from this client network within minutes.";
    HastyRow, "hasty_row", Weak(1), "Forms were filled in within seconds, one after the other, at one client address.";
    SameClient, "same_client", Weak(1), "Sign-ups in a row from one network name the same browser.";
    EvenGaps, "even_gaps", Weak(1), "Sign-ups from one network come at even intervals.";
    SamePace, "same_pace", Weak(1), "Sign-ups in a row took exactly as long to fill in.";
    NumberedAddresses, "numbered_addresses", Weak(2), "Addresses in a row differ only in their digits.";
    CountedAddresses, "counted_addresses", Weak(3), "The numbers in addresses count up.";
    SamePattern, "same_pattern", Weak(1), "Addresses in a row from one network are made to one pattern.";
    SameName, "same_name", Weak(2), "The same name was given for several mailboxes.";
    SameText, "same_text", Weak(2), "The same text was sent for several mailboxes.";
    CopiedText, "copied_text", Weak(1), "The same text was sent for several mailboxes, and by few others.";
    AttackMode, "attack_mode", Attack, "The form takes far more sign-ups than usual, so everybody solves a challenge.";

    DisposableDomain, "disposable_domain", Strong, "The address is at a service for throw-away mailboxes.";
    NoMailHost, "no_mail_host", Weak(2), "The address's domain takes no mail.";
    NoReplyAddress, "no_reply_address", Weak(2), "The address is one that nobody reads.";
    RoleAddress, "role_address", Weak(1), "The address is a function's rather than a person's.";
    RandomAddress, "random_address", Weak(1), "The address looks random.";
    MailboxVariants, "mailbox_variants", Weak(2), "One mailbox was given in several spellings.";
    MailboxDots, "mailbox_dots", Weak(1), "One mailbox was given with its dots in several places.";

    UrlInName, "url_in_name", Strong, "A name holds a web address.";
    MarkupInName, "markup_in_name", Strong, "A name holds markup.";
    AdvertisingInName, "advertising_in_name", Strong, "A name holds advertising.";
    RandomNames, "random_names", Strong, "The names look like random strings.";
    RandomName, "random_name", Weak(2), "A name looks like a random string.";
    UnlikelyLetters, "unlikely_letters", Weak(2), "The names' letters follow each other as in few names.";
    VeryUnlikelyLetters, "very_unlikely_letters", Weak(1), "The names' letters follow each other as in hardly any name.";
    ForumName, "forum_name", Weak(1), "First and last name are one word with a capital in the middle.";
    OddCapitals, "odd_capitals", Weak(1), "A name has capitals in odd places.";
    ContactInName, "contact_in_name", Weak(2), "A name holds an email address or a phone number.";
    DigitsInName, "digits_in_name", Weak(2), "A name holds a number.";
    SymbolsInName, "symbols_in_name", Weak(1), "A name holds symbols that names do not have.";
    ProseInName, "prose_in_name", Weak(2), "A name reads like a sentence.";
    ProseInNames, "prose_in_names", Weak(1), "More than one name reads like a sentence.";
    LongName, "long_name", Weak(1), "A name is very long.";
    SameFirstAndLast, "same_first_and_last", Weak(1), "First and last name are the same.";
    MixedScripts, "mixed_scripts", Weak(2), "One word mixes look-alike letters of different scripts.";
    LookAlikes, "look_alikes", Weak(2), "Words are put together from look-alike letters of different scripts.";
    StyledLetters, "styled_letters", Weak(2), "A name is set in ornamental letters.";
    MarkupInText, "markup_in_text", Strong, "A text holds markup for links.";
    UrlInText, "url_in_text", Weak(2), "A text holds a web address where none is asked for.";
    ManyUrls, "many_urls", Weak(1), "Texts hold more than one web address.";
    ShadyUrl, "shady_url", Weak(1), "A web address hides where it leads or is of a kind that spam prefers.";
    AdvertisingInText, "advertising_in_text", Weak(2), "A text holds advertising.";
    RandomText, "random_text", Weak(1), "A text looks like a random string.";

    LibraryClient, "library_client", StrongUnlessSolved, "The client names itself as a program, not a browser.";
    HeadlessClient, "headless_client", StrongUnlessSolved, "The client is a browser steered by a program.";
    NoClient, "no_client", Weak(2), "The client does not say what it is.";
    OddClient, "odd_client", Weak(1), "The client's name is not that of a current browser.";
    MissingOrigin, "missing_origin", Weak(1), "The page that held the form is not named.";
    ForeignOrigin, "foreign_origin", Weak(2), "The form was sent from a page that is not the account's.";

    MailboxAccountLimit, "mailbox_account_limit", Mailbox, "This mailbox got as many mails as one account may cause in a day.";
    MailboxInstallationLimit, "mailbox_installation_limit", Mailbox, "This mailbox got as many mails as all accounts together may cause in a day.";
    MailboxPause, "mailbox_pause", Mailbox, "An earlier confirmation mail to this mailbox is still unanswered.";
    MailboxNotMe, "mailbox_not_me", Mailbox, "The mailbox's owner has said that it was not them.";
    DomainCeiling, "domain_ceiling", Mailbox, "The mailbox's domain got as many mails as it may in an hour.";
    MailCeiling, "mail_ceiling", Mailbox, "As many mails went out as may in an hour.";
    LinkLimit, "link_limit", Mailbox, "This mailbox got as many links and passwords as it may.";
}

impl Reason {
    /// The reason of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.code() == code)
    }

    /// Whether it comes from the rules that `bot_rules` switches for Spektrix Web mode: what the client says it is,
    /// and which page it comes from.
    pub fn is_bot_rule(self) -> bool {
        Reasons::BOT_RULES.contains(self)
    }
}

/// A set of reasons; copied freely, never allocates.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Reasons(u128);

const _: () = assert!(Reason::ALL.len() <= 128, "a set of reasons is one number");

impl Reasons {
    /// No reason.
    pub const NONE: Self = Self(0);

    /// What surrounds a sign-up. A crowd of people in one place shares all of it, so that it never counts by itself.
    pub(super) const SURROUNDINGS: Self = Self(
        1 << Reason::AddressBusy as u32
            | 1 << Reason::NetworkBusy as u32
            | 1 << Reason::SameClient as u32
            | 1 << Reason::MissingOrigin as u32
            | 1 << Reason::OddClient as u32
            | 1 << Reason::RoleAddress as u32
            | 1 << Reason::TicketTooOld as u32,
    );

    /// A place that is crowded. Where people take their time over the form it says nothing.
    pub(super) const CROWD: Self = Self(1 << Reason::AddressBusy as u32 | 1 << Reason::NetworkBusy as u32);

    /// How fast a form was sent.
    pub(super) const SPEED: Self = Self(1 << Reason::TooFast as u32 | 1 << Reason::Quick as u32);

    const BOT_RULES: Self = Self(
        1 << Reason::LibraryClient as u32
            | 1 << Reason::HeadlessClient as u32
            | 1 << Reason::NoClient as u32
            | 1 << Reason::OddClient as u32
            | 1 << Reason::MissingOrigin as u32
            | 1 << Reason::ForeignOrigin as u32,
    );

    /// Adds a reason.
    pub fn add(&mut self, reason: Reason) {
        self.0 |= 1 << reason as u32;
    }

    /// Adds a reason when a condition holds.
    pub fn add_if(&mut self, condition: bool, reason: Reason) {
        if condition {
            self.add(reason);
        }
    }

    /// Whether a reason is in the set.
    pub fn contains(self, reason: Reason) -> bool {
        self.0 & (1 << reason as u32) != 0
    }

    /// Whether there is no reason.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These reasons without those.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// These reasons without what `bot_rules` switches.
    #[must_use]
    pub fn without_bot_rules(self) -> Self {
        self.without(Self::BOT_RULES)
    }

    /// The reasons, in table order.
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        // Each bit stands for the reason at its place in the table.
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let reason = Reason::ALL.get(rest.trailing_zeros() as usize).copied()?;
            rest &= rest - 1;
            Some(reason)
        })
    }

    /// Their codes, in table order.
    pub fn codes(self) -> Vec<&'static str> {
        self.iter().map(Reason::code).collect()
    }

    /// The set of those codes; unknown ones are left out, as a newer node may have written them.
    pub fn from_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        codes.into_iter().filter_map(Reason::from_code).collect()
    }
}

impl FromIterator<Reason> for Reasons {
    fn from_iter<I: IntoIterator<Item = Reason>>(reasons: I) -> Self {
        let mut set = Self::NONE;
        reasons.into_iter().for_each(|r| set.add(r));
        set
    }
}

impl std::fmt::Debug for Reasons {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.codes()).finish()
    }
}

/// The guard's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the signs say; this is recorded and counted.
    pub verdict: Verdict,
    /// What is done: the verdict, or `Accept` where trust or the account's mode lets it pass.
    pub applied: Verdict,
    /// Every sign that was seen, also those that changed nothing.
    pub reasons: Reasons,
}

impl Judgement {
    /// Nothing was seen.
    pub const CLEAN: Self = Self { verdict: Verdict::Accept, applied: Verdict::Accept, reasons: Reasons::NONE };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_lead_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
            assert!(reason.sentence().ends_with('.'), "{}", reason.code());
        }
    }

    #[test]
    fn a_set_keeps_what_was_added() {
        let last = *Reason::ALL.last().expect("reasons");
        let set: Reasons = [Reason::HoneypotFilled, Reason::Quick, last].into_iter().collect();
        assert_eq!(set.codes(), ["honeypot_filled", "quick", last.code()]);
        assert_eq!(Reasons::from_codes(set.codes()), set);
        assert!(Reasons::NONE.codes().is_empty());
        assert!(Reason::MissingOrigin.is_bot_rule() && !Reason::Quick.is_bot_rule());
    }
}
