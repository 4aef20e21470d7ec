//! What the Spektrix door reads, and the rare changes that concern no person: sessions, times of last use.

use model::{AccountId, ApiUserId, ContactId, TagId, Timestamp};

use crate::error::Result;
use crate::facts::address_row;
use crate::plan::AddressRow;
use crate::read::{self, Contact, ContactKey};
use crate::sql::{Conn, statements};

statements! {
    BY_PUBLIC_ID = "SELECT id FROM contact WHERE account_id = $1 AND public_id = $2";
    ADDRESSES_OF = "SELECT id, is_billing, is_delivery, details FROM contact_address \
        WHERE account_id = $1 AND contact_id = $2 ORDER BY id";
    PASSWORD_OF = "SELECT hash FROM contact_password WHERE account_id = $1 AND contact_id = $2";
    NOTE_USE = "INSERT INTO api_user_use (account_id, api_user_id, last_used_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id, api_user_id) DO UPDATE SET last_used_at = excluded.last_used_at";
    USES_OF = "SELECT api_user_id, last_used_at FROM api_user_use WHERE account_id = $1";
    WITH_TAG = "SELECT contact_id, first_at FROM contact_tag WHERE account_id = $1 AND tag_id = $2 \
        ORDER BY first_at, contact_id";
    CONTACTS_AFTER = "SELECT id FROM contact WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    SIGN_UPS_SINCE = "SELECT door, outcome, origin FROM sign_up WHERE account_id = $1 AND at >= $2";
    NEW_SESSION = "INSERT INTO customer_session (account_id, token_hash, contact_id, purpose, host, made_at, used_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $6)";
    SESSION = "SELECT contact_id, made_at, used_at FROM customer_session \
        WHERE account_id = $1 AND token_hash = $2 AND purpose = $3 AND host = $4";
    TOUCH_SESSION = "UPDATE customer_session SET used_at = $3 WHERE account_id = $1 AND token_hash = $2";
    END_SESSION = "DELETE FROM customer_session WHERE account_id = $1 AND token_hash = $2";
    END_SESSIONS_OF = "DELETE FROM customer_session WHERE account_id = $1 AND contact_id = $2";
    END_OLD_SESSIONS = "DELETE FROM customer_session WHERE account_id = $1 AND made_at < $2";
}

/// How a customer is asked for.
#[derive(Clone, Debug)]
pub enum CustomerKey {
    /// By the vendor's id: first one that was brought along (upper case), then a contact's number that it was made from.
    Public(String, Option<ContactId>),
    /// By number.
    Id(ContactId),
    /// By [`model::EmailAddress::key`].
    Email(String),
}

/// A contact with what only customers have.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The contact.
    pub contact: Contact,
    /// Postal addresses, the oldest first.
    pub addresses: Vec<AddressRow>,
    /// The login password's hash.
    pub password: Option<String>,
}

/// A session as kept.
#[derive(Clone, Copy, Debug)]
pub struct SessionRow {
    /// Whose.
    pub contact: ContactId,
    /// Since when.
    pub made_at: Timestamp,
    /// Last used.
    pub used_at: Timestamp,
}

/// A customer; contacts that are none are not found.
pub(crate) fn customer(conn: &mut Conn, account: AccountId, key: &CustomerKey) -> Result<Option<Customer>> {
    let contact = match key {
        CustomerKey::Email(email) => read::contact(conn, account, &ContactKey::Email(email.clone()))?,
        CustomerKey::Id(id) => read::contact(conn, account, &ContactKey::Id(*id))?,
        CustomerKey::Public(public, made_from) => {
            let stored = conn.row(&BY_PUBLIC_ID, &[account.0.into(), public.into()], |r| Ok(ContactId(r.int()?)))?;
            let found = match stored.or(*made_from) {
                Some(id) => read::contact(conn, account, &ContactKey::Id(id))?,
                None => None,
            };
            // Who brought an id along goes by that one only.
            found.filter(|c| stored.is_some() || c.row.public_id.is_none())
        }
    };
    let Some(contact) = contact.filter(|c| c.row.is_customer()) else { return Ok(None) };
    let of = [account.0.into(), contact.row.id.0.into()];
    Ok(Some(Customer {
        addresses: conn.rows(&ADDRESSES_OF, &of, address_row)?,
        password: conn.row(&PASSWORD_OF, &of, |r| r.text())?,
        contact,
    }))
}

pub(crate) fn note_uses(conn: &mut Conn, uses: &[(AccountId, ApiUserId, Timestamp)]) -> Result<()> {
    conn.transaction(|conn| {
        for (account, user, at) in uses {
            conn.run(&NOTE_USE, &[account.0.into(), user.0.into(), (*at).into()])?;
        }
        Ok(())
    })
}

pub(crate) fn uses(conn: &mut Conn, account: AccountId) -> Result<Vec<(ApiUserId, Timestamp)>> {
    conn.rows(&USES_OF, &[account.0.into()], |r| Ok((ApiUserId(r.int()?), r.time()?)))
}

pub(crate) fn with_tag(conn: &mut Conn, account: AccountId, tag: TagId) -> Result<Vec<(ContactId, Timestamp)>> {
    conn.rows(&WITH_TAG, &[account.0.into(), tag.0.into()], |r| Ok((ContactId(r.int()?), r.time()?)))
}

pub(crate) fn contacts_after(
    conn: &mut Conn,
    account: AccountId,
    after: ContactId,
    most: i64,
) -> Result<Vec<ContactId>> {
    conn.rows(&CONTACTS_AFTER, &[account.0.into(), after.0.into(), most.into()], |r| Ok(ContactId(r.int()?)))
}

pub(crate) fn sign_ups_since(
    conn: &mut Conn,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<(String, String, model::Origin)>> {
    conn.rows(&SIGN_UPS_SINCE, &[account.0.into(), since.into()], |r| Ok((r.text()?, r.text()?, r.json()?)))
}

/// What a session is made of.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The account.
    pub account: AccountId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Whose.
    pub contact: ContactId,
    /// What the token is for: a session, a new password, a login.
    pub purpose: &'static str,
    /// The host it counts for; empty = any.
    pub host: String,
}

pub(crate) fn new_session(conn: &mut Conn, session: &NewSession, now: Timestamp, oldest: Timestamp) -> Result<()> {
    conn.transaction(|conn| {
        conn.run(&END_OLD_SESSIONS, &[session.account.0.into(), oldest.into()])?;
        conn.run(
            &NEW_SESSION,
            &[
                session.account.0.into(),
                (&session.token_hash).into(),
                session.contact.0.into(),
                session.purpose.into(),
                (&session.host).into(),
                now.into(),
            ],
        )?;
        Ok(())
    })
}

pub(crate) fn session(
    conn: &mut Conn,
    account: AccountId,
    token_hash: &[u8; 32],
    purpose: &str,
    host: &str,
) -> Result<Option<SessionRow>> {
    let key = [account.0.into(), token_hash.into(), purpose.into(), host.into()];
    conn.row(&SESSION, &key, |r| {
        Ok(SessionRow { contact: ContactId(r.int()?), made_at: r.time()?, used_at: r.time()? })
    })
}

pub(crate) fn touch_session(conn: &mut Conn, account: AccountId, token_hash: &[u8; 32], now: Timestamp) -> Result<()> {
    conn.run(&TOUCH_SESSION, &[account.0.into(), token_hash.into(), now.into()]).map(|_| ())
}

/// Ends a session or uses up a token; whether it was there.
pub(crate) fn end_session(conn: &mut Conn, account: AccountId, token_hash: &[u8; 32]) -> Result<bool> {
    Ok(conn.run(&END_SESSION, &[account.0.into(), token_hash.into()])? == 1)
}

pub(crate) fn end_sessions_of(conn: &mut Conn, account: AccountId, contact: ContactId) -> Result<()> {
    conn.run(&END_SESSIONS_OF, &[account.0.into(), contact.0.into()]).map(|_| ())
}
