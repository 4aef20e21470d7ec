//! The guard: every sign-up, whichever door, passes here and gets a verdict with its reasons.
//!
//! Pure but for what it remembers: no I/O, no clock, nothing stored. One small file a signal; `verdict` holds the table
//! of weights, `score` the rules over it, `input` who is trusted how far. Recipient protection (`recipient`) is decided
//! apart, in the store's transaction. `docs/guard.md` says what each signal can and cannot stop.

mod address;
mod advertising;
pub mod altcha;
mod bounded;
mod burst;
pub mod captcha;
mod client;
mod honeypot;
mod input;
mod name_letters;
mod name_shape;
mod rates;
pub mod recipient;
mod replay;
mod score;
mod seen;
mod series;
mod settings;
mod text;
mod ticket;
mod verdict;

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use model::{AccountId, Door, FormId, GuardMode, Timestamp};

pub use address::{Disposable, perhaps_meant, typo_hint};
pub use burst::{Sweep, Turn};
pub use client::PageOrigin;
pub use input::GuardInput;
pub use rates::{RateKey, Rates, Scope, Share, client_of, network_of};
pub use replay::{LineFault, Replay, judge_line};
pub use seen::{Mark, Seen, Use};
pub use settings::{GuardSettings, Limit, Network, Policy, unknown_signal};
pub use ticket::{Ticket, TicketState, Tickets};
pub use verdict::{Judgement, Reason, Reasons, Verdict, Weight};

use bounded::Bounded;
pub(crate) use bounded::Bounded as Remembered;
use burst::Bursts;
use series::Series;

/// What one node remembers for its verdicts. Bounded: by count of entries some 40 MB when everything is
/// full.
#[derive(Debug)]
pub struct Guard {
    rates: Rates,
    series: Series,
    bursts: Bursts,
    disposable: Disposable,
    /// What was made of a user agent: there are few, and reading one takes longer than all the rest.
    agents: Bounded<u64, Reasons>,
    /// Tickets and solutions that were used.
    used: Seen,
    hasher: RandomState,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new(Disposable::default())
    }
}

impl Guard {
    /// A guard that has seen nothing yet.
    pub fn new(disposable: Disposable) -> Self {
        Self {
            rates: Rates::new(50_000),
            series: Series::new(10_000),
            bursts: Bursts::new(10_000),
            disposable,
            agents: Bounded::new(4_000),
            used: Seen::new(100_000),
            hasher: RandomState::new(),
        }
    }

    /// The counters, for a shared store to exchange.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Tickets and solutions that were used, for [`Tickets::check`] and [`altcha::Proofs::verify`].
    pub fn used(&self) -> &Seen {
        &self.used
    }

    /// Whether a form is under attack, for pages that render it and for confirm links (by button only).
    pub fn under_attack(&self, account: AccountId, form: Option<FormId>, at: Timestamp, policy: &Policy) -> bool {
        self.bursts.under_attack(account, form, at, &policy.settings)
    }

    /// Switches attack mode on until a moment, for what another node has seen.
    pub fn force_attack_mode(&self, account: AccountId, form: Option<FormId>, at: Timestamp, until: Timestamp) {
        self.bursts.force(account, form, at, until);
    }

    /// Looks at every form under attack; `settings` may know no more of an account.
    pub fn sweep<S: std::ops::Deref<Target = GuardSettings>>(
        &self,
        at: Timestamp,
        settings: impl Fn(AccountId, Option<FormId>) -> Option<S>,
    ) -> Sweep {
        self.bursts.sweep(at, settings)
    }

    /// Judges a sign-up and remembers it. Call once for each.
    pub fn judge(&self, input: &GuardInput<'_>, policy: &Policy) -> Judged {
        if policy.mode == GuardMode::Off {
            return Judged { judgement: Judgement::CLEAN, turn: None };
        }
        let trust = input.trust();
        let mut reasons = honeypot::reasons(input.honeypot)
            .union(address::reasons(input.email, &self.disposable, input.mail_host))
            .union(text::name_reasons(input.names))
            .union(text::text_reasons(input.texts));
        let (mut wait, mut turn) = (None, None);
        if trust.public {
            let of_ticket = ticket::reasons(input.ticket, input.seconds_to_submit, policy);
            // Who tries the program out on its own machine is quick.
            reasons = reasons.union(if trust.local { of_ticket.without(Reasons::SPEED) } else { of_ticket });
            let web = matches!(input.door, Door::SpektrixWeb | Door::SpektrixForm);
            let exempt = web && input.ip.is_some_and(|ip| policy.is_exempt(ip));
            if !exempt {
                let (limits, longest) = self.limits(input, policy);
                reasons = reasons.union(limits);
                wait = longest;
                if !trust.local {
                    reasons = reasons.union(self.client(input)).union(self.watch(input));
                }
                if pace_of(input).is_some_and(|pace| pace >= series::UNHURRIED) {
                    reasons = reasons.without(Reasons::CROWD);
                }
            }
            if wait.is_none() {
                let (attack, changed) = self.bursts.count(input.account, input.form, input.at, &policy.settings);
                reasons.add_if(attack, Reason::AttackMode);
                turn = changed;
            }
        }
        let reasons = reasons.without(policy.off);
        if reasons.is_empty() {
            return Judged { judgement: Judgement::CLEAN, turn };
        }
        let verdict = weigh(reasons, wait.filter(|_| limit_counts(reasons)), input, policy);
        let applied = match verdict {
            _ if trust.vouched || policy.mode == GuardMode::Log => Verdict::Accept,
            // A caller with credentials can show nothing to solve.
            Verdict::Challenge if !trust.public => Verdict::Quiet,
            verdict => verdict,
        };
        Judged { judgement: Judgement { verdict, applied, reasons }, turn }
    }

    /// The limits: by client address and network first, so that one client cannot use up the form's.
    fn limits(&self, input: &GuardInput<'_>, policy: &Policy) -> (Reasons, Option<Duration>) {
        let s = &policy.settings;
        let place = input.ip.map(|ip| (client_of(ip), network_of(ip)));
        let by_client = place.map(|(client, _)| (Scope::Address(client), s.address_limit, Reason::AddressRate));
        let by_network = place.map(|(_, network)| (Scope::Network(network), s.network_limit, Reason::NetworkRate));
        let by_form = input.form.map(|form| (Scope::Form(form), s.form_limit, Reason::FormRate));
        let by_account = Some((Scope::Account, s.account_limit, Reason::AccountRate));
        let mut reasons = Reasons::NONE;
        for (scope, limit, reason) in [by_client, by_network, by_form, by_account].into_iter().flatten() {
            if policy.off.contains(reason) {
                continue;
            }
            match self.rates.admit(input.account, scope, limit, input.at) {
                Ok(count) => reasons.add_if(reason == Reason::NetworkRate && count > CROWDED, Reason::NetworkBusy),
                Err(wait) => {
                    reasons.add(reason);
                    return (reasons, Some(wait));
                }
            }
        }
        (reasons, None)
    }

    fn client(&self, input: &GuardInput<'_>) -> Reasons {
        let key = self.hasher.hash_one(input.user_agent);
        let agent = self.agents.with(key, || client::agent_reasons(input.user_agent), |r| *r);
        agent.union(client::origin_reasons(input.origin))
    }

    fn watch(&self, input: &GuardInput<'_>) -> Reasons {
        self.series.watch(&series::Seen {
            account: input.account,
            at: input.at,
            place: input.ip.map(|ip| (client_of(ip), network_of(ip))),
            user_agent: input.user_agent,
            pace: pace_of(input),
            email: input.email,
            mailbox_key: &input.email.mailbox_key(),
            names: input.names,
            texts: input.texts,
        })
    }
}

/// So many sign-ups of one network within the window of its limit are a crowd.
const CROWDED: u32 = 50;

/// From opening the form to sending it, where anything tells.
fn pace_of(input: &GuardInput<'_>) -> Option<Duration> {
    match input.ticket {
        TicketState::Fresh { age } | TicketState::TooFast { age } | TicketState::TooOld { age } => Some(age),
        _ => input.seconds_to_submit,
    }
}

/// A judgement, and whether the form has just gone into attack mode or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The guard's answer.
    pub judgement: Judgement,
    /// A change of the form's mode, told once a node, for the mail to the owner.
    pub turn: Option<Turn>,
}

fn limit_counts(reasons: Reasons) -> bool {
    reasons.iter().any(|r| r.weight() == Weight::Limit)
}

/// The verdict over the reasons, with what `bot_rules` says about Spektrix Web mode.
fn weigh(reasons: Reasons, wait: Option<Duration>, input: &GuardInput<'_>, policy: &Policy) -> Verdict {
    let web = matches!(input.door, Door::SpektrixWeb | Door::SpektrixForm);
    let mut blocked = false;
    let mut counted = reasons;
    if web {
        let program = reasons.contains(Reason::LibraryClient)
            || reasons.contains(Reason::HeadlessClient)
            || reasons.contains(Reason::NoClient);
        let nowhere = reasons.contains(Reason::MissingOrigin) || reasons.contains(Reason::ForeignOrigin);
        blocked = policy.bot_rules == GuardMode::Enforce && (program || nowhere);
        // Off or log: what the client says it is and where it comes from never decide alone. Beside other signs they
        // count as weak ones.
        let others = counted.without_bot_rules();
        if policy.bot_rules == GuardMode::Off || others.is_empty() {
            counted = others;
        } else if program {
            counted = others.union([Reason::NoClient].into_iter().collect());
        }
    }
    score::verdict(counted, wait, blocked, input.can_challenge, input.solved)
}
