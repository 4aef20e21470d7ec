//! Setting up and upgrading the schema. Steps only go forward and are never edited once released; see
//! `migrations/README.md`.

use super::{Conn, statements};
use crate::error::{Result, StoreError};

/// The steps, oldest first: each a name and one text for both engines.
const STEPS: &[(&str, &str)] = &[
    ("ground", include_str!("../../migrations/0001_ground.sql")),
    ("customers", include_str!("../../migrations/0002_customers.sql")),
    ("outbox", include_str!("../../migrations/0003_outbox.sql")),
    ("guard", include_str!("../../migrations/0004_guard.sql")),
    ("pages", include_str!("../../migrations/0005_pages.sql")),
    ("webhooks", include_str!("../../migrations/0006_webhooks.sql")),
    ("buckets", include_str!("../../migrations/0008_buckets.sql")),
    ("guard nodes", include_str!("../../migrations/0009_guard_nodes.sql")),
    ("console", include_str!("../../migrations/0010_console.sql")),
    ("uploads", include_str!("../../migrations/0011_uploads.sql")),
    ("refusals", include_str!("../../migrations/0012_refusals.sql")),
    ("names", include_str!("../../migrations/0013_names.sql")),
    ("mail returns", include_str!("../../migrations/0014_mail_returns.sql")),
    ("guard used", include_str!("../../migrations/0015_guard_used.sql")),
    ("trail", include_str!("../../migrations/0016_trail.sql")),
];

/// The schema this program works with.
pub const SCHEMA_VERSION: i64 = STEPS.len() as i64;

statements! {
    READ_VERSION = "SELECT version FROM schema_version";
    WRITE_VERSION = "UPDATE schema_version SET version = $1";
}

/// The version of the database's schema; 0 when it is empty.
pub fn schema_version(conn: &mut Conn) -> Result<i64> {
    // A table of its own, so that both engines answer alike.
    conn.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
        .or_else(|error| if conn.row(&READ_VERSION, &[], |row| row.int()).is_ok() { Ok(()) } else { Err(error) })?;
    Ok(conn.row(&READ_VERSION, &[], |row| row.int())?.unwrap_or(0))
}

/// Makes the schema of an empty database, whoever comes first; otherwise checks that it is this program's.
/// `upgrade_older`: whether an older schema may be upgraded here.
pub fn set_up_or_check(conn: &mut Conn, upgrade_older: bool) -> Result<()> {
    match schema_version(conn)? {
        SCHEMA_VERSION => Ok(()),
        0 => upgrade(conn).map(|_| ()),
        newer if newer > SCHEMA_VERSION => Err(StoreError::Fault(format!(
            "the database has schema {newer}, this program knows {SCHEMA_VERSION} at most: start a newer vestibule"
        ))),
        _ if upgrade_older => upgrade(conn).map(|_| ()),
        older => Err(StoreError::Fault(format!(
            "the database has schema {older}, this program needs {SCHEMA_VERSION}: run `vestibule migrate`"
        ))),
    }
}

/// Brings the schema up to date, step by step under a lock; the versions before and after.
pub fn upgrade(conn: &mut Conn) -> Result<(i64, i64)> {
    upgrade_to(conn, SCHEMA_VERSION)
}

/// Brings the schema up to a given version. Separate for the tests that upgrade from every earlier one.
pub fn upgrade_to(conn: &mut Conn, wanted: i64) -> Result<(i64, i64)> {
    schema_version(conn)?;
    conn.without_time_limit(|conn| conn.transaction(|conn| step_by_step(conn, wanted)))
}

fn step_by_step(conn: &mut Conn, wanted: i64) -> Result<(i64, i64)> {
    // Nobody else sets up the same database meanwhile: SQLite is locked by BEGIN IMMEDIATE.
    conn.steps(vec![super::Step::Lock(vec![0x5645_5354_4942_554c])])?;
    let found = conn.row(&READ_VERSION, &[], |row| row.int())?;
    if found.is_none() {
        conn.script("INSERT INTO schema_version (version) VALUES (0)")?;
    }
    let before = found.unwrap_or(0);
    for (number, (name, text)) in (1..).zip(STEPS) {
        if number > before && number <= wanted {
            let text = conn.fill_tokens(text);
            conn.script(&text).map_err(|e| StoreError::Fault(format!("migration {number} ({name}): {e}")))?;
        }
    }
    conn.run(&WRITE_VERSION, &[before.max(wanted).into()])?;
    Ok((before, before.max(wanted)))
}
