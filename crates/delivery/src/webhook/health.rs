//! Which URLs take nothing, and since when. Kept in the store, so that a restart does not begin the days anew.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{AccountId, AccountSnapshot, EmailAddress, Timestamp, WebhookId};
use store::{Failing, Store};

use crate::mail::Sender;

type Key = (AccountId, WebhookId, String);

#[derive(Default)]
pub(super) struct Health {
    failing: Mutex<HashMap<Key, Timestamp>>,
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Timestamp>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what other nodes and earlier runs have noted.
    pub(super) async fn refresh(&self, store: &Store) {
        match store.failing_webhooks().await {
            Ok(all) => *self.lock() = all.into_iter().map(|f| ((f.account, f.webhook, f.slot), f.since)).collect(),
            Err(error) => tracing::warn!(%error, "could not read which webhooks fail"),
        }
    }

    /// A URL has taken a call.
    pub(super) async fn works(&self, store: &Store, account: AccountId, webhook: WebhookId, slot: &str) {
        if self.lock().remove(&(account, webhook, slot.to_owned())).is_none() {
            return;
        }
        if let Err(error) = store.webhook_works(account, webhook, slot.to_owned()).await {
            tracing::warn!(%error, "could not note that a webhook works again");
        }
    }

    /// A URL has not taken a call. Whether it was switched off for that.
    pub(super) async fn fails(
        &self,
        store: &Store,
        account: &AccountSnapshot,
        webhook: WebhookId,
        slot: &str,
        patience: Duration,
    ) -> bool {
        let now = store.ambient().now();
        let known = {
            let mut failing = self.lock();
            let key = (account.id, webhook, slot.to_owned());
            let known = failing.get(&key).copied();
            failing.entry(key).or_insert(now);
            known
        };
        let failing = Failing { account: account.id, webhook, slot: slot.to_owned(), since: known.unwrap_or(now) };
        let done = match known {
            None => store.webhook_failed(failing).await.map(|()| false),
            Some(since) if now.since(since) >= patience => {
                store.give_webhook_up(failing, now.minus(patience), told(account)).await
            }
            Some(_) => return false,
        };
        match done {
            Ok(given_up) => given_up,
            Err(error) => {
                tracing::warn!(%error, "could not note that a webhook fails");
                false
            }
        }
    }
}

/// Who is told: whom the account names, else its sender.
fn told(account: &AccountSnapshot) -> Vec<EmailAddress> {
    let named: Vec<_> = account.settings.alert_to.iter().filter_map(|to| EmailAddress::parse(to).ok()).collect();
    if !named.is_empty() {
        return named;
    }
    let sender = account.settings.from.as_deref().and_then(|from| Sender::parse(from).ok());
    sender.map(|sender| sender.address).into_iter().collect()
}
