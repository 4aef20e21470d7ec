//! The trail of what users of the console changed: written, read, never edited.

use model::{AccountId, ContactId, Timestamp};

use crate::error::Result;
use crate::ids::Ids;
use crate::sql::{Conn, statements};

statements! {
    APPEND = "INSERT INTO console_trail (account_id, id, at, who, ip, action, subject, contact_id, before, after) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    // An empty text fits everything. Whoever looks for something looks in its letters as they stand, in any case.
    PAGE = "SELECT id, at, who, ip, action, subject, contact_id, before, after FROM console_trail \
        WHERE account_id = $1 AND id < $2 AND (CAST($3 AS TEXT) = '' OR lower(who) LIKE $3 OR lower(subject) LIKE $3 \
        OR lower(action) LIKE $3 OR lower(before) LIKE $3 OR lower(after) LIKE $3) ORDER BY id DESC LIMIT $4";
    OF_CONTACT = "SELECT id, at, who, ip, action, subject, contact_id, before, after FROM console_trail \
        WHERE account_id = $1 AND contact_id = $2 ORDER BY id DESC LIMIT $3";
}

/// A change to note.
#[derive(Clone, Debug)]
pub struct NewTrail {
    /// The account; 0 = about a user, not an account.
    pub account: AccountId,
    /// Who did it: the user's address.
    pub who: String,
    /// From where: the client's address.
    pub ip: String,
    /// What was done, such as `contact.edit`.
    pub action: &'static str,
    /// To what, by its natural name; never a contact's address.
    pub subject: String,
    /// Whom it is about.
    pub contact: Option<ContactId>,
    /// How it stood, for people to read.
    pub before: String,
    /// How it stands.
    pub after: String,
}

/// A change as noted.
#[derive(Clone, Debug)]
pub struct TrailRow {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// From where.
    pub ip: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Whom it is about.
    pub contact: Option<ContactId>,
    /// How it stood.
    pub before: String,
    /// How it stood afterwards.
    pub after: String,
}

pub(crate) fn append(conn: &mut Conn, ids: &mut Ids, new: &NewTrail, now: Timestamp) -> Result<()> {
    ids.reserve(conn, 1)?;
    conn.run(
        &APPEND,
        &[
            new.account.0.into(),
            ids.take().into(),
            now.into(),
            (&new.who).into(),
            (&new.ip).into(),
            new.action.into(),
            (&new.subject).into(),
            new.contact.map(|c| c.0).into(),
            (&new.before).into(),
            (&new.after).into(),
        ],
    )
    .map(|_| ())
}

/// A page of an account's trail, the newest first. `wanted`: letters to look for, empty = all.
pub(crate) fn page(conn: &mut Conn, account: AccountId, before: i64, wanted: &str, most: i64) -> Result<Vec<TrailRow>> {
    let plain: String = wanted.to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\' | '\0')).collect();
    let like = if plain.is_empty() { String::new() } else { format!("%{plain}%") };
    conn.rows(&PAGE, &[account.0.into(), before.into(), (&like).into(), most.into()], row)
}

pub(crate) fn of_contact(conn: &mut Conn, account: AccountId, contact: ContactId, most: i64) -> Result<Vec<TrailRow>> {
    conn.rows(&OF_CONTACT, &[account.0.into(), contact.0.into(), most.into()], row)
}

fn row(row: &mut crate::sql::Row<'_>) -> Result<TrailRow> {
    Ok(TrailRow {
        id: row.int()?,
        at: row.time()?,
        who: row.text()?,
        ip: row.text()?,
        action: row.text()?,
        subject: row.text()?,
        contact: row.int_opt()?.map(ContactId),
        before: row.text()?,
        after: row.text()?,
    })
}
