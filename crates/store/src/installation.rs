//! Which master key a database belongs to.

use model::Timestamp;
use subtle::ConstantTimeEq;

use crate::error::{Result, StoreError};
use crate::keys::Keys;
use crate::sql::{Conn, statements};

statements! {
    FINGERPRINT = "SELECT key_fingerprint FROM installation WHERE id = 1";
    INSTALL = "INSERT INTO installation (id, key_fingerprint, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING";
    // There and back: nothing changes, but a row that differs is written and synced. SQLite skips one that does not.
    THERE = "UPDATE installation SET created_at = created_at + 1 WHERE id = 1";
    BACK = "UPDATE installation SET created_at = created_at - 1 WHERE id = 1";
}

/// Whether anything can be written: writes what is there once more.
pub(crate) fn probe(conn: &mut Conn) -> Result<()> {
    conn.transaction(|conn| {
        conn.run(&THERE, &[])?;
        conn.run(&BACK, &[]).map(|_| ())
    })
}

/// Notes the key's fingerprint in a new database; refuses another key later.
pub(crate) fn check_key(conn: &mut Conn, keys: &Keys, now: Timestamp) -> Result<()> {
    let fingerprint = keys.fingerprint();
    conn.run(&INSTALL, &[(&fingerprint).into(), now.into()])?;
    let kept = conn.row(&FINGERPRINT, &[], |row| row.bytes())?.unwrap_or_default();
    if bool::from(kept.ct_eq(&fingerprint)) {
        return Ok(());
    }
    Err(StoreError::Fault(
        "this database belongs to another master key: set VESTIBULE_SECRET_KEY_FILE to the key it was made with".into(),
    ))
}
