//! The store's calls for the console.

use model::{AccountId, ContactId, DeliveryId, EmailAddress, ListId, PendingId, Secret, SignUpId, Timestamp};

use crate::console_read::{self as read, ContactSearch, Figure, FoundContacts, OutboxHealth, SignUpRow, SignUpSearch};
use crate::console_trail::{self as trail, NewTrail, TrailRow};
use crate::console_users::{self as users, ConsoleSession, ConsoleUser, Role};
use crate::error::Result;
use crate::ids::Ids;
use crate::{OutboxRow, Store};

impl Store {
    /// Makes a user of the console, or gives one who is there another role in the account; their number.
    pub async fn put_console_user(&self, email: EmailAddress, account: AccountId, role: Role) -> Result<i64> {
        let now = self.ambient().now();
        self.errand(move |conn| users::put(conn, &email, account, role, now)).await
    }

    /// The user with that address.
    pub async fn console_user(&self, email: &EmailAddress) -> Result<Option<ConsoleUser>> {
        let (keys, key) = (self.keys().clone(), email.key().to_owned());
        self.inner.lanes.run(move |conn| users::by_email(conn, &keys, &key)).await
    }

    /// The user of that number.
    pub async fn console_user_by_id(&self, id: i64) -> Result<Option<ConsoleUser>> {
        let keys = self.keys().clone();
        self.inner.lanes.run(move |conn| users::by_id(conn, &keys, id)).await
    }

    /// Every user, by address.
    pub async fn console_users(&self) -> Result<Vec<ConsoleUser>> {
        let keys = self.keys().clone();
        self.inner.lanes.run(move |conn| users::all(conn, &keys)).await
    }

    /// Takes a user's role in an account away and ends their sessions; whether they had one.
    pub async fn end_console_role(&self, user: i64, account: AccountId) -> Result<bool> {
        self.errand(move |conn| users::end_role(conn, user, account)).await
    }

    /// Keeps a user from signing in, or lets them again. Ends sessions and links either way.
    pub async fn disable_console_user(&self, user: i64, disabled: bool) -> Result<()> {
        let since = disabled.then(|| self.ambient().now());
        self.errand(move |conn| users::disable(conn, user, since)).await
    }

    /// Keeps a one-time link to set a password; earlier ones of the user die.
    pub async fn new_console_link(&self, user: i64, token_hash: [u8; 32], expires_at: Timestamp) -> Result<()> {
        let now = self.ambient().now();
        self.errand(move |conn| users::new_link(conn, user, &token_hash, expires_at, now)).await
    }

    /// Whose a one-time link is, while it lives.
    pub async fn user_of_link(&self, token_hash: [u8; 32]) -> Result<Option<ConsoleUser>> {
        let (keys, now) = (self.keys().clone(), self.ambient().now());
        self.inner.lanes.run(move |conn| users::of_link(conn, &keys, &token_hash, now)).await
    }

    /// Sets a password through a one-time link, which is used up; every session ends. Whose it was.
    pub async fn set_password_by_link(&self, token_hash: [u8; 32], hash: String) -> Result<Option<i64>> {
        let now = self.ambient().now();
        self.errand(move |conn| users::set_password_by_link(conn, &token_hash, &hash, now)).await
    }

    /// Sets a user's password; every session ends.
    pub async fn set_console_password(&self, user: i64, hash: String) -> Result<()> {
        self.errand(move |conn| users::set_password(conn, user, &hash)).await
    }

    /// Sets the language of a user's pages.
    pub async fn set_console_language(&self, user: i64, language: Option<String>) -> Result<()> {
        self.errand(move |conn| users::set_language(conn, user, language.as_deref())).await
    }

    /// Sets a user's second factor with its recovery codes' hashes, or takes it away.
    pub async fn set_totp(&self, user: i64, secret: Option<Secret>, recovery: Vec<String>) -> Result<()> {
        let (keys, ambient) = (self.keys().clone(), self.ambient().clone());
        self.errand(move |conn| users::set_totp(conn, &keys, &ambient, user, secret.as_ref(), &recovery)).await
    }

    /// Uses up a time step of the second factor; `false` when it, or a later one, was used before.
    pub async fn spend_totp_step(&self, user: i64, step: i64) -> Result<bool> {
        self.errand(move |conn| users::spend_step(conn, user, step)).await
    }

    /// Uses up a recovery code, by its hash; `false` when there is none.
    pub async fn spend_recovery_code(&self, user: i64, hash: String) -> Result<bool> {
        let keys = self.keys().clone();
        self.errand(move |conn| users::spend_recovery(conn, &keys, user, &hash)).await
    }

    /// Begins a session; those made before `oldest` are forgotten on the way.
    pub async fn new_console_session(&self, session: ConsoleSession, oldest: Timestamp) -> Result<()> {
        self.errand(move |conn| users::new_session(conn, &session, oldest)).await
    }

    /// A session with its user, live or not.
    pub async fn console_session(&self, token_hash: [u8; 32]) -> Result<Option<(ConsoleSession, ConsoleUser)>> {
        let keys = self.keys().clone();
        self.inner.lanes.run(move |conn| users::session(conn, &keys, &token_hash)).await
    }

    /// A user's sessions, the last used first.
    pub async fn console_sessions_of(&self, user: i64) -> Result<Vec<ConsoleSession>> {
        self.inner.lanes.run(move |conn| users::sessions_of(conn, user)).await
    }

    /// Notes that a session is in use.
    pub async fn touch_console_session(&self, token_hash: [u8; 32]) -> Result<()> {
        let now = self.ambient().now();
        self.errand(move |conn| users::touch_session(conn, &token_hash, now)).await
    }

    /// Ends a session of a user; whether it was there.
    pub async fn end_console_session(&self, user: i64, token_hash: [u8; 32]) -> Result<bool> {
        self.errand(move |conn| users::end_session(conn, user, &token_hash)).await
    }

    /// Notes a change.
    pub async fn note_trail(&self, new: NewTrail) -> Result<()> {
        let now = self.ambient().now();
        self.errand(move |conn| trail::append(conn, &mut Ids::rows(), &new, now)).await
    }

    /// A page of an account's trail, the newest first: rows below `before` that hold `wanted` somewhere.
    pub async fn trail(&self, account: AccountId, before: i64, wanted: String, most: i64) -> Result<Vec<TrailRow>> {
        self.inner.lanes.run(move |conn| trail::page(conn, account, before, &wanted, most)).await
    }

    /// What users changed about a contact, the newest first.
    pub async fn trail_of(&self, account: AccountId, contact: ContactId, most: i64) -> Result<Vec<TrailRow>> {
        self.inner.lanes.run(move |conn| trail::of_contact(conn, account, contact, most)).await
    }

    /// Looks contacts up.
    pub async fn find_contacts(&self, account: AccountId, search: ContactSearch) -> Result<FoundContacts> {
        self.inner.lanes.run(move |conn| read::contacts(conn, account, &search)).await
    }

    /// A page of sign-ups, the newest first, and where to go on looking.
    pub async fn sign_ups(&self, account: AccountId, search: SignUpSearch) -> Result<(Vec<SignUpRow>, Option<i64>)> {
        self.inner.lanes.run(move |conn| read::sign_ups(conn, account, &search)).await
    }

    /// One sign-up.
    pub async fn one_sign_up(&self, account: AccountId, id: SignUpId) -> Result<Option<SignUpRow>> {
        self.inner.lanes.run(move |conn| read::sign_up(conn, account, id)).await
    }

    /// A contact's sign-ups, the newest first.
    pub async fn sign_ups_of(&self, account: AccountId, contact: ContactId) -> Result<Vec<SignUpRow>> {
        self.inner.lanes.run(move |conn| read::sign_ups_of(conn, account, contact)).await
    }

    /// What is owed to a contact and was sent, the newest first.
    pub async fn deliveries_of(&self, account: AccountId, contact: ContactId, most: i64) -> Result<Vec<OutboxRow>> {
        self.inner.lanes.run(move |conn| read::deliveries_of(conn, account, contact, most)).await
    }

    /// The last sign-up of a contact that waits for its link, and when that dies.
    pub async fn waiting(&self, account: AccountId, contact: ContactId) -> Result<Option<(PendingId, Timestamp)>> {
        self.inner.lanes.run(move |conn| read::waiting(conn, account, contact)).await
    }

    /// The numbers between which sign-ups since a moment lie, with some older ones among them.
    pub async fn figures_range(&self, account: AccountId, since: Timestamp) -> Result<(i64, i64)> {
        self.inner.lanes.run(move |conn| read::figures_range(conn, account, since)).await
    }

    /// What figures are made of, between two numbers.
    pub async fn figures(&self, account: AccountId, from: i64, until: i64) -> Result<Vec<Figure>> {
        self.inner.lanes.run(move |conn| read::figures(conn, account, from, until)).await
    }

    /// Attempts that were turned away since a moment: door and when.
    pub async fn refused_since(&self, account: AccountId, since: Timestamp) -> Result<Vec<(String, Timestamp)>> {
        self.inner.lanes.run(move |conn| read::refused(conn, account, since)).await
    }

    /// How many contacts are on a list.
    pub async fn list_size(&self, account: AccountId, list: ListId) -> Result<i64> {
        self.inner.lanes.run(move |conn| read::list_size(conn, account, list)).await
    }

    /// How many contacts there are, are confirmed, are suppressed.
    pub async fn contact_counts(&self, account: AccountId) -> Result<(i64, i64, i64)> {
        self.inner.lanes.run(move |conn| read::contact_counts(conn, account)).await
    }

    /// How many contacts have agreed to which version of a statement as their last word on it.
    pub async fn agreed_by_version(
        &self,
        account: AccountId,
        statement: model::StatementId,
    ) -> Result<Vec<(i64, i64)>> {
        self.inner.lanes.run(move |conn| read::agreed_by_version(conn, account, statement.0)).await
    }

    /// Puts something into the outbox that is about nobody: a test. Its number.
    pub async fn owe(&self, account: AccountId, owed: crate::plan::Owed) -> Result<DeliveryId> {
        let now = self.ambient().now();
        self.errand(move |conn| crate::outbox::owe(conn, account, &owed, now)).await
    }

    /// How an account's outbox stands.
    pub async fn outbox_health(&self, account: AccountId) -> Result<OutboxHealth> {
        self.inner.lanes.run(move |conn| read::health(conn, account)).await
    }
}
