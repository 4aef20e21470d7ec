//! What the guard keeps: sign-ups in quarantine, refused attempts, and the chores that forget in time.

use model::{AccountId, SignUp, SignUpId, Timestamp};

use crate::error::Result;
use crate::sql::{Batch, Conn, Row, Step, each_statements, statements};

statements! {
    HELD = "SELECT sign_up, verdict, at, released_at FROM quarantine WHERE account_id = $1 AND id = $2";
    FORGET_HELD = "DELETE FROM quarantine WHERE account_id = $1 AND id = $2 AND released_at IS NULL";
    RELEASE = "UPDATE quarantine SET released_at = $3 WHERE account_id = $1 AND id = $2 AND released_at IS NULL";
    SIGN_UPS = "SELECT id, door, outcome, verdict, at FROM sign_up WHERE account_id = $1 AND id < $2 \
        AND verdict LIKE $3 ORDER BY id DESC LIMIT $4";
    REFUSED = "SELECT id, door, 'refused', verdict, at FROM refused_attempt WHERE account_id = $1 AND id < $2 \
        AND verdict LIKE $3 ORDER BY id DESC LIMIT $4";
    SIGN_UP = "SELECT id, door, outcome, verdict, at FROM sign_up WHERE account_id = $1 AND id = $2";
    REFUSED_ONE = "SELECT id, door, 'refused', verdict, at FROM refused_attempt WHERE account_id = $1 AND id = $2";
    FORGET_REFUSED = "DELETE FROM refused_attempt WHERE account_id = $1 AND at < $2";
    DONE_TO = "SELECT done_to FROM chore WHERE account_id = $1 AND name = $2";
    NOTE_DONE_TO = "INSERT INTO chore (account_id, name, done_to) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id, name) DO UPDATE SET done_to = excluded.done_to";
    OLD_ORIGINS = "SELECT id, at, origin FROM sign_up WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    OLD_CONTACTS = "SELECT id, created_at, created_ip FROM contact WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
}

each_statements! {
    NEW_REFUSED (Int, Int, Text, Bytes, Text, Int) =
        "INSERT INTO refused_attempt (account_id, id, door, address_hash, verdict, at) {rows} \
         ON CONFLICT (account_id, id) DO NOTHING";
    SET_ORIGIN (Int, Int, Text) = "UPDATE sign_up SET origin = {3} {from} WHERE account_id = {1} AND id = {2}";
    SET_CREATED_IP (Int, Int, Text) = "UPDATE contact SET created_ip = {3} {from} WHERE account_id = {1} AND id = {2}";
}

/// An attempt that was refused: nothing about the person but a keyed hash.
#[derive(Clone, Debug)]
pub struct RefusedAttempt {
    /// Whose.
    pub account: AccountId,
    /// The door's name.
    pub door: &'static str,
    /// [`crate::Keys::address_hash`].
    pub address_hash: [u8; 32],
    /// The verdict with its reasons, as JSON.
    pub verdict: String,
    /// When.
    pub at: Timestamp,
}

/// A sign-up in quarantine.
#[derive(Clone, Debug)]
pub struct Held {
    /// The whole sign-up.
    pub sign_up: SignUp,
    /// The verdict with its reasons, as JSON.
    pub verdict: String,
    /// When it came.
    pub at: Timestamp,
    /// When it was released.
    pub released_at: Option<Timestamp>,
}

/// What is kept of a verdict.
#[derive(Clone, Debug)]
pub struct VerdictRow {
    /// The record of the sign-up, or of the refused attempt.
    pub id: i64,
    /// The door's name.
    pub door: String,
    /// How it ended.
    pub outcome: String,
    /// The verdict with its reasons, as JSON; `None` where the guard was off.
    pub verdict: Option<String>,
    /// When.
    pub at: Timestamp,
}

fn verdict_row(row: &mut Row<'_>) -> Result<VerdictRow> {
    Ok(VerdictRow {
        id: row.int()?,
        door: row.text()?,
        outcome: row.text()?,
        verdict: row.text_opt()?,
        at: row.time()?,
    })
}

pub(crate) fn held(conn: &mut Conn, account: AccountId, id: SignUpId) -> Result<Option<Held>> {
    conn.row(&HELD, &[account.0.into(), id.0.into()], |row| {
        Ok(Held { sign_up: row.json()?, verdict: row.text()?, at: row.time()?, released_at: row.time_opt()? })
    })
}

/// Marks a sign-up as released; `false` when it was before, or never was in quarantine.
pub(crate) fn release(conn: &mut Conn, account: AccountId, id: SignUpId, now: Timestamp) -> Result<bool> {
    Ok(conn.run(&RELEASE, &[account.0.into(), id.0.into(), now.into()])? > 0)
}

/// Forgets what a sign-up in quarantine asked for, so that it can be released no more; whether it was there.
pub(crate) fn forget_held(conn: &mut Conn, account: AccountId, id: SignUpId) -> Result<bool> {
    Ok(conn.run(&FORGET_HELD, &[account.0.into(), id.0.into()])? > 0)
}

/// The newest records with a verdict of that name before a number.
pub(crate) fn verdicts(
    conn: &mut Conn,
    account: AccountId,
    verdict: &str,
    before: i64,
    most: i64,
) -> Result<Vec<VerdictRow>> {
    let like = format!("{{\"verdict\":\"{verdict}\"%");
    let key = [account.0.into(), before.into(), like.as_str().into(), most.into()];
    let mut rows = conn.rows(&SIGN_UPS, &key, verdict_row)?;
    rows.extend(conn.rows(&REFUSED, &key, verdict_row)?);
    rows.sort_by_key(|r| std::cmp::Reverse(r.at));
    rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(rows)
}

/// One record.
pub(crate) fn verdict(conn: &mut Conn, account: AccountId, id: i64) -> Result<Option<VerdictRow>> {
    let key = [account.0.into(), id.into()];
    match conn.row(&SIGN_UP, &key, verdict_row)? {
        Some(row) => Ok(Some(row)),
        None => conn.row(&REFUSED_ONE, &key, verdict_row),
    }
}

/// Writes refused attempts, each with a number of its own.
pub(crate) fn write_refused(conn: &mut Conn, attempts: &[RefusedAttempt], first: i64) -> Result<()> {
    let mut batch = Batch::new(&NEW_REFUSED);
    for (id, attempt) in (first..).zip(attempts) {
        batch.push([
            attempt.account.0.into(),
            id.into(),
            attempt.door.into(),
            (&attempt.address_hash).into(),
            (&attempt.verdict).into(),
            attempt.at.into(),
        ]);
    }
    conn.steps(vec![Step::Begin, Step::Write(batch), Step::Commit])
}

pub(crate) fn forget_refused(conn: &mut Conn, account: AccountId, before: Timestamp) -> Result<u64> {
    conn.run(&FORGET_REFUSED, &[account.0.into(), before.into()])
}

/// Rows looked at in one go.
const CHUNK: i64 = 500;

/// Truncates client addresses of records older than a moment, a chunk at a time; whether there may be more.
/// `shorten` gives the new text, or `None` where nothing changes.
pub(crate) fn truncate_addresses(
    conn: &mut Conn,
    account: AccountId,
    before: Timestamp,
    shorten: fn(&str) -> Option<String>,
) -> Result<bool> {
    conn.transaction(|conn| {
        let origins =
            go_through(conn, account, before, "sign-up addresses", &OLD_ORIGINS, &SET_ORIGIN, shorten_json(shorten))?;
        let contacts = go_through(conn, account, before, "contact addresses", &OLD_CONTACTS, &SET_CREATED_IP, shorten)?;
        Ok(origins || contacts)
    })
}

/// The same for the `ip` in an origin's JSON.
fn shorten_json(shorten: fn(&str) -> Option<String>) -> impl Fn(&str) -> Option<String> {
    move |text| {
        let mut origin: serde_json::Value = serde_json::from_str(text).ok()?;
        let ip = shorten(origin.get("ip")?.as_str()?)?;
        origin["ip"] = ip.into();
        Some(origin.to_string())
    }
}

fn go_through(
    conn: &mut Conn,
    account: AccountId,
    before: Timestamp,
    chore: &str,
    select: &'static crate::sql::Sql,
    update: &'static crate::sql::Each,
    shorten: impl Fn(&str) -> Option<String>,
) -> Result<bool> {
    let from = conn.row(&DONE_TO, &[account.0.into(), chore.into()], |r| r.int())?.unwrap_or(0);
    let rows = conn
        .rows(select, &[account.0.into(), from.into(), CHUNK.into()], |r| Ok((r.int()?, r.time()?, r.text_opt()?)))?;
    // Numbers rise with time, but for blocks that an idle committer still holds: a row that is written late with a number
    // from before the cursor is missed.
    let old: Vec<_> = rows.iter().take_while(|(_, at, _)| *at < before).collect();
    let Some((last, ..)) = old.last() else { return Ok(false) };
    let changed: Vec<_> = old.iter().filter_map(|(id, _, text)| Some((*id, shorten(text.as_deref()?)?))).collect();
    let mut batch = Batch::new(update);
    for (id, text) in &changed {
        batch.push([account.0.into(), (*id).into(), text.into()]);
    }
    conn.each(batch)?;
    conn.run(&NOTE_DONE_TO, &[account.0.into(), chore.into(), (*last).into()])?;
    Ok(old.len() as i64 == CHUNK)
}
