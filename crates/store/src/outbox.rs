//! The outbox as people see it: what is owed, what was given up and why, and the two things to do about it.

use std::collections::BTreeMap;

use model::{AccountId, Automation, AutomationId, ContactId, DeliveryId, Timestamp};

use crate::error::Result;
use crate::ids::Ids;
use crate::plan::{DeliveryState, Lane, Owed};
use crate::sql::{Conn, Row, statements};

statements! {
    // -1 = any.
    PAGE = "SELECT id, kind, lane, state, due_at, attempts, leased_by, contact_id, payload, last_error, created_at, \
        finished_at FROM delivery WHERE account_id = $1 AND (CAST($2 AS BIGINT) = -1 OR lane = $2) AND (CAST($3 AS BIGINT) = -1 OR state = $3) \
        AND id < $4 ORDER BY id DESC LIMIT $5";
    // The dead are few among many, and have an index of their own.
    PAGE_OF_DEAD = "SELECT id, kind, lane, state, due_at, attempts, leased_by, contact_id, payload, last_error, created_at, \
        finished_at FROM delivery WHERE account_id = $1 AND (CAST($2 AS BIGINT) = -1 OR lane = $2) AND state = 2 \
        AND id < $3 ORDER BY id DESC LIMIT $4";
    ROW = "SELECT id, kind, lane, state, due_at, attempts, leased_by, contact_id, payload, last_error, created_at, \
        finished_at FROM delivery WHERE account_id = $1 AND id = $2";
    ATTEMPTS = "SELECT attempt, at, result, error FROM delivery_attempt WHERE account_id = $1 AND delivery_id = $2 \
        ORDER BY attempt";
    // A test: about nobody, in no stream.
    OWE = "INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, payload, created_at, owed_since, \
        route) VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $5, $5, $7)";
    // What a node is at work on is left alone: it would go out twice, or after having been dropped.
    REPLAY = "UPDATE delivery SET state = 0, due_at = $3, owed_since = $3, tries_from = attempts, finished_at = NULL \
        WHERE account_id = $1 AND id = $2 AND state IN (0, 2, 3) AND leased_by IS NULL";
    DROP = "UPDATE delivery SET state = 3, last_error = 'dropped by an operator', finished_at = $3 \
        WHERE account_id = $1 AND id = $2 AND state IN (0, 2) AND leased_by IS NULL";
    // What waits behind the row may go at once; as after one that was delivered.
    NEXT_OF = "UPDATE delivery SET due_at = $3 WHERE account_id = $1 AND id = (SELECT e.id FROM delivery AS e \
        WHERE e.account_id = $1 AND e.stream = (SELECT d.stream FROM delivery AS d WHERE d.account_id = $1 AND d.id = $2) \
        AND e.state = 0 ORDER BY e.created_at, e.id LIMIT 1) AND leased_by IS NULL AND attempts = COALESCE(tries_from, 0) \
        AND due_at > $3";
    RUN = "SELECT automation_id, contact_id, definition, trx, language, next_step, finished_at FROM automation_run \
        WHERE account_id = $1 AND id = $2";
    // Without its next step a run goes nowhere any more.
    END_RUN = "UPDATE automation_run SET finished_at = $3 WHERE account_id = $1 AND id = $2 AND finished_at IS NULL";
}

/// Which rows are wanted.
#[derive(Clone, Copy, Debug)]
pub struct OutboxFilter {
    /// Of this lane only.
    pub lane: Option<Lane>,
    /// In this state only.
    pub state: Option<DeliveryState>,
    /// Older than this row: for the next page.
    pub before: Option<DeliveryId>,
    /// At most so many.
    pub most: i64,
}

/// A row of the outbox.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Its number: the same over every attempt.
    pub id: DeliveryId,
    /// What is owed: `confirmation`, `alert` …
    pub kind: String,
    /// Its queue.
    pub lane: Lane,
    /// Its state.
    pub state: DeliveryState,
    /// When it falls due, or until when a node has it.
    pub due_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether a node is at work on it.
    pub in_hand: bool,
    /// The contact it is about.
    pub contact: Option<ContactId>,
    /// What is owed, as JSON.
    pub payload: String,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Since when it is owed.
    pub created_at: Timestamp,
    /// When it was done, given up or withdrawn.
    pub finished_at: Option<Timestamp>,
}

/// An attempt that is over.
#[derive(Clone, Debug)]
pub struct PastAttempt {
    /// Counted from 1.
    pub attempt: i64,
    /// When it ended.
    pub at: Timestamp,
    /// `done`, `again`, `dead`, `bad_address` or `withdrawn`.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// A contact's way through an automation.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// The automation.
    pub automation: AutomationId,
    /// Whose way.
    pub contact: ContactId,
    /// The automation as it was when the run began.
    pub definition: Automation,
    /// Values for `{{trx:…}}`, names in lower case.
    pub trx: BTreeMap<String, String>,
    /// The language of its mails.
    pub language: Option<String>,
    /// The step it is at; `None` when it is over.
    pub next_step: Option<i64>,
}

/// What became of an operator's wish about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// Done.
    Yes,
    /// There is no such row.
    Unknown,
    /// A node is at work on it at this moment.
    InHand,
    /// It is done, or dropped already.
    Over,
}

/// Puts a test into the outbox: a mail, or a call of a URL. Its number.
pub(crate) fn owe(conn: &mut Conn, account: AccountId, owed: &Owed, now: Timestamp) -> Result<DeliveryId> {
    let mut ids = Ids::rows();
    ids.reserve(conn, 1)?;
    let id = DeliveryId(ids.take());
    let lane = if owed.route().is_some() { Lane::Webhook } else { Lane::Mail };
    let payload = crate::writer::json(owed)?;
    conn.run(
        &OWE,
        &[
            account.0.into(),
            id.0.into(),
            owed.kind().into(),
            lane.code().into(),
            now.into(),
            (&payload).into(),
            owed.route().into(),
        ],
    )?;
    Ok(id)
}

pub(crate) fn outbox_row(row: &mut Row<'_>) -> Result<OutboxRow> {
    Ok(OutboxRow {
        id: DeliveryId(row.int()?),
        kind: row.text()?,
        lane: Lane::from_code(row.int()?),
        state: DeliveryState::from_code(row.int()?),
        due_at: row.time()?,
        attempts: row.int()?,
        in_hand: row.int_opt()?.is_some(),
        contact: row.int_opt()?.map(ContactId),
        payload: row.text()?,
        last_error: row.text_opt()?,
        created_at: row.time()?,
        finished_at: row.time_opt()?,
    })
}

pub(crate) fn page(conn: &mut Conn, account: AccountId, filter: &OutboxFilter) -> Result<Vec<OutboxRow>> {
    let lane = filter.lane.map_or(-1, Lane::code);
    let before = filter.before.map_or(i64::MAX, |id| id.0);
    if filter.state == Some(DeliveryState::Dead) {
        let values = [account.0.into(), lane.into(), before.into(), filter.most.into()];
        return conn.rows(&PAGE_OF_DEAD, &values, outbox_row);
    }
    let state = filter.state.map_or(-1, DeliveryState::code);
    conn.rows(&PAGE, &[account.0.into(), lane.into(), state.into(), before.into(), filter.most.into()], outbox_row)
}

pub(crate) fn row(
    conn: &mut Conn,
    account: AccountId,
    id: DeliveryId,
) -> Result<Option<(OutboxRow, Vec<PastAttempt>)>> {
    let key = [account.0.into(), id.0.into()];
    let Some(found) = conn.row(&ROW, &key, outbox_row)? else { return Ok(None) };
    let attempts = conn.rows(&ATTEMPTS, &key, |row| {
        Ok(PastAttempt { attempt: row.int()?, at: row.time()?, result: row.text()?, error: row.text_opt()? })
    })?;
    Ok(Some((found, attempts)))
}

pub(crate) fn run(conn: &mut Conn, account: AccountId, id: i64) -> Result<Option<RunRow>> {
    conn.row(&RUN, &[account.0.into(), id.into()], |row| {
        let (automation, contact) = (AutomationId(row.int()?), ContactId(row.int()?));
        let (definition, trx, language) = (row.json()?, row.json()?, row.text_opt()?);
        let next = row.int()?;
        let next_step = row.int_opt()?.is_none().then_some(next);
        Ok(RunRow { automation, contact, definition, trx, language, next_step })
    })
}

pub(crate) fn replay(
    conn: &mut Conn,
    account: AccountId,
    ids: &[DeliveryId],
    now: Timestamp,
) -> Result<Vec<(DeliveryId, Handled)>> {
    conn.transaction(|conn| {
        let mut handled = Vec::new();
        for id in ids {
            let changed = conn.run(&REPLAY, &[account.0.into(), id.0.into(), now.into()])?;
            handled.push((*id, outcome(conn, account, *id, changed)?));
        }
        Ok(handled)
    })
}

pub(crate) fn drop_rows(
    conn: &mut Conn,
    account: AccountId,
    ids: &[DeliveryId],
    now: Timestamp,
) -> Result<Vec<(DeliveryId, Handled)>> {
    conn.transaction(|conn| {
        let mut handled = Vec::new();
        for id in ids {
            let changed = conn.run(&DROP, &[account.0.into(), id.0.into(), now.into()])?;
            if changed > 0 {
                conn.run(&NEXT_OF, &[account.0.into(), id.0.into(), now.into()])?;
                if let Some(run) = run_of(conn, account, *id)? {
                    conn.run(&END_RUN, &[account.0.into(), run.into(), now.into()])?;
                }
            }
            handled.push((*id, outcome(conn, account, *id, changed)?));
        }
        Ok(handled)
    })
}

/// The run of an automation that a row carries on.
fn run_of(conn: &mut Conn, account: AccountId, id: DeliveryId) -> Result<Option<i64>> {
    let found = conn.row(&ROW, &[account.0.into(), id.0.into()], outbox_row)?;
    let payload = found.filter(|row| row.kind == "automation_step").map(|row| row.payload);
    let json = payload.and_then(|p| serde_json::from_str::<serde_json::Value>(&p).ok());
    Ok(json.and_then(|json| json["run"].as_i64()))
}

/// Why nothing changed, if so.
fn outcome(conn: &mut Conn, account: AccountId, id: DeliveryId, changed: u64) -> Result<Handled> {
    if changed > 0 {
        return Ok(Handled::Yes);
    }
    let found = conn.row(&ROW, &[account.0.into(), id.0.into()], outbox_row)?;
    Ok(match found {
        None => Handled::Unknown,
        Some(row) if row.in_hand && row.state == DeliveryState::Owed => Handled::InHand,
        Some(_) => Handled::Over,
    })
}
