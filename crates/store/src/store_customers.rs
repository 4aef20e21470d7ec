//! The store's calls for the Spektrix door and the commands around it.

use model::{AccountId, ApiUserId, ContactId, Origin, TagId, Timestamp};

use crate::Store;
use crate::customers::{self, Customer, CustomerKey, NewSession, SessionRow};
use crate::error::Result;

impl Store {
    /// A customer with all that is kept about it; `None` also for a contact that is no customer.
    pub async fn customer(&self, account: AccountId, key: CustomerKey) -> Result<Option<Customer>> {
        self.inner.lanes.run(move |conn| customers::customer(conn, account, &key)).await
    }

    /// Notes when callers' secrets were last used.
    pub async fn note_uses(&self, uses: Vec<(AccountId, ApiUserId, Timestamp)>) -> Result<()> {
        self.errand(move |conn| customers::note_uses(conn, &uses)).await
    }

    /// When an account's callers last used their secrets.
    pub async fn uses(&self, account: AccountId) -> Result<Vec<(ApiUserId, Timestamp)>> {
        self.inner.lanes.run(move |conn| customers::uses(conn, account)).await
    }

    /// The contacts with a tag, in the order in which they got it.
    pub async fn with_tag(&self, account: AccountId, tag: TagId) -> Result<Vec<(ContactId, Timestamp)>> {
        self.inner.lanes.run(move |conn| customers::with_tag(conn, account, tag)).await
    }

    /// A page of an account's contacts after a given one.
    pub async fn contacts_after(&self, account: AccountId, after: ContactId, most: i64) -> Result<Vec<ContactId>> {
        self.inner.lanes.run(move |conn| customers::contacts_after(conn, account, after, most)).await
    }

    /// Sign-ups since a moment: door, outcome, origin.
    pub async fn sign_ups_since(&self, account: AccountId, since: Timestamp) -> Result<Vec<(String, String, Origin)>> {
        self.inner.lanes.run(move |conn| customers::sign_ups_since(conn, account, since)).await
    }

    /// Keeps a session or a token; those made before `oldest` are forgotten on the way.
    pub async fn new_session(&self, session: NewSession, oldest: Timestamp) -> Result<()> {
        let now = self.ambient().now();
        self.errand(move |conn| customers::new_session(conn, &session, now, oldest)).await
    }

    /// The session of a token, live or not.
    pub async fn session(
        &self,
        account: AccountId,
        token_hash: [u8; 32],
        purpose: &'static str,
        host: String,
    ) -> Result<Option<SessionRow>> {
        self.inner.lanes.run(move |conn| customers::session(conn, account, &token_hash, purpose, &host)).await
    }

    /// Notes that a session is in use.
    pub async fn touch_session(&self, account: AccountId, token_hash: [u8; 32]) -> Result<()> {
        let now = self.ambient().now();
        self.errand(move |conn| customers::touch_session(conn, account, &token_hash, now)).await
    }

    /// Ends a session or uses up a token; whether it was there.
    pub async fn end_session(&self, account: AccountId, token_hash: [u8; 32]) -> Result<bool> {
        self.errand(move |conn| customers::end_session(conn, account, &token_hash)).await
    }

    /// Ends every session of a contact.
    pub async fn end_sessions_of(&self, account: AccountId, contact: ContactId) -> Result<()> {
        self.errand(move |conn| customers::end_sessions_of(conn, account, contact)).await
    }
}
