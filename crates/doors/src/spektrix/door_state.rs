//! What this door holds between calls: the key of customer ids, the password workers, counters, times of last use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{AccountId, ApiUserId, Timestamp};
use store::{Store, StoreError};

use super::UnknownKeys;
use super::failed_logins::FailedLogins;
use super::passwords::{PasswordFault, Passwords};
use super::public_id::PublicIds;

/// A use is noted again only after this time.
const USE_GRAIN: Duration = Duration::from_secs(10);
/// Logins that are worked on at once, and that may wait.
const LOGINS_AT_ONCE: usize = 1;
const LOGINS_WAITING: usize = 256;

/// Made once for each node.
#[derive(Debug)]
pub struct DoorState {
    pub(super) ids: PublicIds,
    pub(super) passwords: Passwords,
    pub(super) failed_logins: FailedLogins,
    /// Keys of requests that nothing knows.
    pub unknown_keys: UnknownKeys,
    uses: Mutex<HashMap<(AccountId, ApiUserId), Use>>,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    at: Timestamp,
    written: bool,
}

impl DoorState {
    /// The state over a store.
    pub fn new(store: &Store) -> Result<Self, PasswordFault> {
        Ok(Self {
            ids: PublicIds::new(&store.keys().derived("public-id")),
            passwords: Passwords::new(LOGINS_AT_ONCE, LOGINS_WAITING, store.ambient().random())?,
            failed_logins: FailedLogins::default(),
            unknown_keys: UnknownKeys::default(),
            uses: Mutex::default(),
        })
    }

    /// The vendor's id of a contact: the one it brought along, else one made from its number.
    pub fn public_id(&self, contact: model::ContactId, own: Option<&str>) -> String {
        own.map(str::to_owned).or_else(|| self.ids.encode(contact.0)).unwrap_or_default()
    }

    /// How a customer is looked up by the vendor's id.
    pub fn key_of(&self, public_id: &str) -> store::CustomerKey {
        let id = public_id.trim();
        // What cannot be an id is not asked for: PostgreSQL takes no NUL.
        let shaped = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let stored = if shaped { id.to_ascii_uppercase() } else { String::new() };
        store::CustomerKey::Public(stored, self.ids.decode(id).map(model::ContactId))
    }

    pub(crate) fn used(&self, account: AccountId, user: ApiUserId, now: Timestamp) {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        let known = uses.get(&(account, user)).is_some_and(|u| now.since(u.at) < USE_GRAIN && now >= u.at);
        if !known {
            uses.insert((account, user), Use { at: now, written: false });
        }
    }

    /// Writes down what was used since the last time. Called every so often, and at the end.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let news: Vec<_> = {
            let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            let news = uses.iter_mut().filter(|(_, u)| !u.written);
            news.map(|((account, user), u)| {
                u.written = true;
                (*account, *user, u.at)
            })
            .collect()
        };
        if news.is_empty() { Ok(()) } else { store.note_uses(news).await }
    }
}
