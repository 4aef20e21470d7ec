//! What doors and workers may read: always one account's, never changing anything.

use model::{AccountId, ContactId, FieldId, ListId, PendingId, StatementId, TagId, Timestamp};

use crate::error::Result;
use crate::facts::{contact_row, pending_row};
use crate::plan::{ContactRow, PendingRow};
use crate::sql::{Conn, Row, statements};

statements! {
    BY_ID = "SELECT id, person_id, email, confirmed_at, suppressed_at, bad_address_at, source, created_at, created_ip, \
        created_referrer, modified_at, last_sign_up_id, customer_at, public_id FROM contact WHERE account_id = $1 AND id = $2";
    BY_EMAIL = "SELECT id, person_id, email, confirmed_at, suppressed_at, bad_address_at, source, created_at, created_ip, \
        created_referrer, modified_at, last_sign_up_id, customer_at, public_id FROM contact WHERE account_id = $1 AND email_key = $2";
    VALUES_OF = "SELECT field_id, value FROM contact_value WHERE account_id = $1 AND contact_id = $2";
    LISTS_OF = "SELECT list_id, joined_at FROM contact_list WHERE account_id = $1 AND contact_id = $2 AND list_id IN \
        (SELECT id FROM config_item WHERE account_id = $1 AND kind = 'mailing_list') ORDER BY list_id";
    TAGS_OF = "SELECT tag_id, applied, first_at, last_at FROM contact_tag WHERE account_id = $1 AND contact_id = $2 \
        AND tag_id IN (SELECT id FROM config_item WHERE account_id = $1 AND kind = 'tag') ORDER BY tag_id";
    ANSWERS_OF = "SELECT statement_id, agreed, version, language, answered_at FROM contact_statement \
        WHERE account_id = $1 AND contact_id = $2 ORDER BY statement_id";
    SUBSCRIBERS = "SELECT c.id, c.email FROM contact_list AS l JOIN contact AS c \
        ON c.account_id = l.account_id AND c.id = l.contact_id WHERE l.account_id = $1 AND l.list_id = $2 \
        AND l.contact_id > $3 AND c.suppressed_at IS NULL AND c.bad_address_at IS NULL ORDER BY l.contact_id LIMIT $4";
    PENDING_BY_ID = "SELECT id, contact_id, kind, token_hash, sign_up, sign_up_id, created_at, expires_at, used_at \
        FROM pending_sign_up WHERE account_id = $1 AND id = $2";
}

/// A contact with all that is kept about it.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its row.
    pub row: ContactRow,
    /// Its values.
    pub values: Vec<(FieldId, String)>,
    /// The lists it is on, and since when.
    pub lists: Vec<(ListId, Timestamp)>,
    /// Its tags.
    pub tags: Vec<TagCount>,
    /// Its answers to statements.
    pub statements: Vec<StatementAnswer>,
}

/// A tag on a contact.
#[derive(Clone, Debug)]
pub struct TagCount {
    /// Which.
    pub tag: TagId,
    /// How often it was applied.
    pub applied: i64,
    /// First.
    pub first_at: Timestamp,
    /// Last.
    pub last_at: Timestamp,
}

/// A contact's answer to a statement.
#[derive(Clone, Debug)]
pub struct StatementAnswer {
    /// Which.
    pub statement: StatementId,
    /// Yes or no.
    pub agreed: bool,
    /// The version of the wording.
    pub version: i64,
    /// The language shown.
    pub language: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How a contact is asked for.
#[derive(Clone, Debug)]
pub enum ContactKey {
    /// By number.
    Id(ContactId),
    /// By [`model::EmailAddress::key`].
    Email(String),
}

pub(crate) fn contact(conn: &mut Conn, account: AccountId, key: &ContactKey) -> Result<Option<Contact>> {
    let found = match key {
        ContactKey::Id(id) => conn.row(&BY_ID, &[account.0.into(), id.0.into()], contact_row)?,
        ContactKey::Email(email) => conn.row(&BY_EMAIL, &[account.0.into(), email.into()], contact_row)?,
    };
    let Some(row) = found else { return Ok(None) };
    let of = [account.0.into(), row.id.0.into()];
    Ok(Some(Contact {
        values: values(conn, account, row.id)?,
        lists: conn.rows(&LISTS_OF, &of, |r| Ok((ListId(r.int()?), r.time()?)))?,
        tags: conn.rows(&TAGS_OF, &of, |r| {
            Ok(TagCount { tag: TagId(r.int()?), applied: r.int()?, first_at: r.time()?, last_at: r.time()? })
        })?,
        statements: conn.rows(&ANSWERS_OF, &of, |r| {
            Ok(StatementAnswer {
                statement: StatementId(r.int()?),
                agreed: r.flag()?,
                version: r.int()?,
                language: r.text_opt()?,
                at: r.time()?,
            })
        })?,
        row,
    }))
}

pub(crate) fn values(conn: &mut Conn, account: AccountId, contact: ContactId) -> Result<Vec<(FieldId, String)>> {
    conn.rows(&VALUES_OF, &[account.0.into(), contact.0.into()], |r| Ok((FieldId(r.int()?), r.text()?)))
}

/// A page of a list's emailable subscribers, in the order of their numbers, after a given one.
pub(crate) fn subscribers(
    conn: &mut Conn,
    account: AccountId,
    list: ListId,
    after: ContactId,
    most: i64,
) -> Result<Vec<(ContactId, String)>> {
    conn.rows(&SUBSCRIBERS, &[account.0.into(), list.0.into(), after.0.into(), most.into()], |r: &mut Row<'_>| {
        Ok((ContactId(r.int()?), r.text()?))
    })
}

pub(crate) fn pending(conn: &mut Conn, account: AccountId, id: PendingId) -> Result<Option<PendingRow>> {
    conn.row(&PENDING_BY_ID, &[account.0.into(), id.0.into()], pending_row)
}
