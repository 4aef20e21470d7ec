//! What the guards of several nodes tell each other: rates, and forms under attack. Each node keeps its own memory; every
//! second it gives away what it has counted and adds what others have.

use std::sync::Arc;
use std::time::Duration;

use model::{AccountId, EmailAddress, FormId, Timestamp};
use store::{Counted, Exchange, GuardNews, SeenShares, Used};

use crate::Intake;
use crate::gate::TELL_AFTER;
use crate::guard::{Policy, RateKey, Scope, Share};

/// A key is told to others when this many have been counted since the last time: seldom seen ones cost nothing, and what
/// a limit of a hundred is off by stays small.
const AT_LEAST: u32 = 5;

/// How far a node that has just started looks back.
const FIRST_LOOK: Duration = Duration::from_secs(1200);

/// What a node knows of the others.
#[derive(Debug, Default)]
pub(crate) struct Others {
    seen: SeenShares,
    since: Option<Timestamp>,
}

impl Intake {
    /// One exchange with the other nodes.
    pub(crate) async fn exchange(&self, others: &mut Others) {
        let now = self.store.ambient().now();
        let attacks = self.look_at_attacks(now);
        if !self.store.is_shared() {
            return;
        }
        let guard = self.gate.guard();
        let counts = guard.rates().take_shares(AT_LEAST).into_iter().filter_map(|s| Some((counted(&s)?, s.count)));
        let used = guard.used().take_untold().into_iter();
        let used = used.map(|m| Used { account: m.account, subject: m.id, person: m.by, until: m.until }).collect();
        let given = Exchange { counts: counts.collect(), attacks, used };
        let seen = std::mem::take(&mut others.seen);
        let since = others.since.replace(now).unwrap_or(now.minus(FIRST_LOOK));
        match self.store.exchange(given, since, seen).await {
            Ok((taken, seen)) => {
                others.seen = seen;
                let shares: Vec<Share> = taken.counts.iter().filter_map(|(c, count)| share(c, *count)).collect();
                guard.rates().add_shares(&shares);
                for used in taken.used {
                    guard.used().mark(used.subject, used.person, now, used.until);
                }
                for (account, form, until) in taken.attacks {
                    guard.force_attack_mode(account, form, now, until);
                }
            }
            // What was counted meanwhile is lost to the others: limits are a little higher for a while.
            Err(error) => tracing::warn!(%error, "could not exchange rates with other nodes"),
        }
    }

    /// Notes what is over, and gives what goes on.
    fn look_at_attacks(&self, now: Timestamp) -> Vec<(AccountId, Option<FormId>, Timestamp)> {
        let directory = self.store.directory();
        let policy = |account: AccountId, form| Some(self.gate.policy(directory.by_id(account)?, form));
        let found = self.gate.guard().sweep(now, |account, form| policy(account, form).map(Settings));
        for (account, form) in found.ended {
            let slug = directory.by_id(account).map_or("", |a| a.settings.slug.as_str());
            tracing::info!(account = %slug, ?form, "attack mode ends");
            self.gate.note_news(account, GuardNews::AttackEnded(form), now);
        }
        found.under_attack
    }

    /// Owes the mails that owners are to get.
    pub(crate) async fn tell_owners(&self) {
        let now = self.store.ambient().now();
        let directory = self.store.directory();
        for (id, news) in self.gate.take_news() {
            let Some(account) = directory.by_id(id) else { continue };
            let to: Vec<EmailAddress> = match account.settings.guard_settings.alert_to.as_slice() {
                [] => account.settings.from.as_deref().and_then(address_of).into_iter().collect(),
                named => named.iter().filter_map(|a| EmailAddress::parse(a).ok()).collect(),
            };
            if let Err(error) = self.store.tell_owner(id, news, to, now.minus(TELL_AFTER)).await {
                tracing::warn!(%error, "could not tell an account's owner what the guard sees");
            }
        }
    }
}

/// The numbers of a policy that is shared.
pub(crate) struct Settings(Arc<Policy>);

impl std::ops::Deref for Settings {
    type Target = crate::guard::GuardSettings;

    fn deref(&self) -> &Self::Target {
        &self.0.settings
    }
}

/// The address in `Name <address>`.
fn address_of(sender: &str) -> Option<EmailAddress> {
    let inside = sender.rsplit_once('<').map_or(sender, |(_, rest)| rest.trim_end().trim_end_matches('>'));
    EmailAddress::parse(inside.trim()).ok()
}

fn counted(share: &Share) -> Option<Counted> {
    let (kind, subject) = match share.key.scope {
        Scope::Address(client) => (0, client),
        Scope::Network(network) => (1, network),
        Scope::Form(form) => (2, form.0 as u128),
        Scope::Account => (3, 0),
        // Series are watched by each node for itself.
        Scope::Trait(_) => return None,
    };
    let (account, seconds) = (share.key.account, share.key.seconds);
    Some(Counted { account, kind, subject: subject.to_be_bytes(), seconds, slot: share.window })
}

fn share(counted: &Counted, count: u32) -> Option<Share> {
    let subject = u128::from_be_bytes(counted.subject);
    let scope = match counted.kind {
        0 => Scope::Address(subject),
        1 => Scope::Network(subject),
        2 => Scope::Form(FormId(subject as i64)),
        3 => Scope::Account,
        // A newer node's.
        _ => return None,
    };
    let key = RateKey { account: counted.account, scope, seconds: counted.seconds };
    Some(Share { key, window: counted.slot, count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_is_read() {
        for scope in [Scope::Address(7 << 64), Scope::Network(u128::MAX), Scope::Form(FormId(-3)), Scope::Account] {
            let key = RateKey { account: AccountId(1), scope, seconds: 600 };
            let told = Share { key, window: 9, count: 5 };
            assert_eq!(share(&counted(&told).expect("told"), 5), Some(told));
        }
    }

    #[test]
    fn senders_have_an_address() {
        for (sender, address) in [
            ("Demo Theatre <hello@demo.example>", Some("hello@demo.example")),
            ("hello@demo.example", Some("hello@demo.example")),
            ("nobody", None),
        ] {
            assert_eq!(address_of(sender).map(|a| a.given().to_owned()).as_deref(), address, "{sender}");
        }
    }
}
