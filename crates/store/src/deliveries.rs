//! The outbox: leasing what is owed, handing over what this node wrote itself, noting what became of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{AccountId, ContactId, DeliveryId, Timestamp};
use tokio::sync::{mpsc, watch};

use crate::committer::LEASE;
use crate::error::{Result, StoreError};
use crate::plan::{DeliveryState, Lane, Owed, Receipt};
use crate::sql::{Batch, Conn, Row, Step, each_statements, statements};

statements! {
    STATE = "SELECT state FROM delivery WHERE account_id = $1 AND id = $2";
    // Only where a single node uses the database: what a dead process of it held falls due at once.
    END_LEASES = "UPDATE delivery SET due_at = $1, leased_by = NULL WHERE state = 0 AND leased_by IS NOT NULL AND lane <> 2";
    OWED_COUNT = "SELECT lane, state, COUNT(*) FROM delivery WHERE state IN (0, 2) GROUP BY lane, state";
    TOLD = "SELECT COUNT(*) FROM delivery WHERE account_id = $1 AND stream = $2 AND state = 1 AND finished_at > $3";
}

each_statements! {
    // An older row of the same stream goes first, or nothing of it goes.
    DUE (Int, Int, Int, Int) = "SELECT d.id, d.lane, d.attempts, d.tries_from, d.contact_id, d.payload, d.created_at, \
        d.owed_since FROM delivery AS d WHERE d.account_id = {1} AND d.lane = {2} AND d.state = 0 AND d.due_at <= {3} \
        AND (d.stream IS NULL OR NOT EXISTS (SELECT 1 FROM delivery AS e WHERE e.account_id = d.account_id \
        AND e.stream = d.stream AND e.state = 0 AND (e.created_at, e.id) < (d.created_at, d.id))) \
        ORDER BY d.due_at, d.id LIMIT {4} {share}";
    OF_STREAM (Int, Int, Int) = "SELECT d.id, d.lane, d.attempts, d.tries_from, d.contact_id, d.payload, d.created_at, \
        d.owed_since FROM delivery AS d WHERE d.account_id = {1} AND d.stream = {2} AND d.state = 0 \
        AND d.leased_by IS NULL ORDER BY d.created_at, d.id LIMIT {3} {share}";
    LEASE_ROW (Int, Int, Int, Int) = "UPDATE delivery SET due_at = {3}, leased_by = {4}, attempts = attempts + 1 {from} \
        WHERE account_id = {1} AND id = {2}";
    // A result that was noted meanwhile stands.
    KEEP (Int, Int, Int, Int) = "UPDATE delivery SET due_at = {3} {from} \
        WHERE account_id = {1} AND id = {2} AND state = 0 AND leased_by = {4}";
    MARK (Int, Int, Int, Int, Text, Int, Int) = "UPDATE delivery SET state = {3}, due_at = {4}, last_error = {5}, \
        finished_at = {6}, attempts = attempts - {7}, leased_by = NULL {from} WHERE account_id = {1} AND id = {2}";
    HISTORY (Int, Int, Int, Int, Int, Text, Text) = "INSERT INTO delivery_attempt (account_id, delivery_id, slot, attempt, \
        at, result, error) {rows} ON CONFLICT (account_id, delivery_id, slot) DO UPDATE SET attempt = excluded.attempt, \
        at = excluded.at, result = excluded.result, error = excluded.error";
    // An earlier mark stays: since when it is bad is what people ask.
    BAD_ADDRESS (Int, Int, Int) = "UPDATE contact SET bad_address_at = COALESCE(bad_address_at, {3}) {from} \
        WHERE account_id = {1} AND id = {2}";
}

/// How many attempts of a row are kept.
const HISTORY_KEPT: i64 = 16;

/// An outbox row in the hands of this node until its lease ends.
#[derive(Debug)]
pub struct Leased {
    /// Whose mail it is.
    pub account: AccountId,
    /// The row; the same over every attempt.
    pub id: DeliveryId,
    /// Its queue.
    pub lane: Lane,
    /// This attempt, counted from 1.
    pub attempt: i64,
    /// The same counted since it was replayed, if it was.
    pub tries: i64,
    /// The contact it is about.
    pub contact: Option<ContactId>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it first fell due, or was replayed.
    pub since: Timestamp,
    /// What is owed.
    pub owed: Owed,
    /// Where the result goes, when somebody waits for it.
    pub receipt: Option<watch::Sender<Receipt>>,
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub enum Attempt {
    /// The other side has it.
    Done,
    /// To be tried again.
    Again {
        /// When.
        at: Timestamp,
        /// Why; without addresses or secrets.
        error: String,
    },
    /// Not attempted: its turn comes later. Does not count as an attempt.
    Later {
        /// When.
        at: Timestamp,
        /// Why; without addresses or secrets.
        why: String,
    },
    /// Given up; stays visible.
    Dead {
        /// Why; without addresses or secrets.
        error: String,
    },
    /// Given up because the contact's address takes no mail: the contact is marked with the same commit.
    BadAddress {
        /// Why; without addresses or secrets.
        error: String,
    },
    /// No longer owed, for instance because its sign-up was withdrawn.
    Withdrawn {
        /// Why.
        error: String,
    },
}

/// A result to note.
#[derive(Debug)]
pub(crate) enum Mark {
    /// Still under way: the lease begins anew.
    Keep { account: AccountId, id: DeliveryId, until: Timestamp, node: i64 },
    /// What became of an attempt.
    Settle(Settled),
}

#[derive(Debug)]
pub(crate) struct Settled {
    account: AccountId,
    id: DeliveryId,
    contact: Option<ContactId>,
    attempt: i64,
    result: &'static str,
    state: DeliveryState,
    now: Timestamp,
    due_at: Timestamp,
    error: Option<String>,
}

impl Mark {
    pub(crate) fn new(row: &Leased, attempt: Attempt, now: Timestamp) -> Self {
        let (result, state, due_at, error) = match attempt {
            Attempt::Done => ("done", DeliveryState::Done, now, None),
            Attempt::Again { at, error } => ("again", DeliveryState::Owed, at, Some(error)),
            Attempt::Later { at, why } => (LATER, DeliveryState::Owed, at, Some(why)),
            Attempt::Dead { error } => ("dead", DeliveryState::Dead, now, Some(error)),
            Attempt::BadAddress { error } => (BAD, DeliveryState::Dead, now, Some(error)),
            Attempt::Withdrawn { error } => ("withdrawn", DeliveryState::Withdrawn, now, Some(error)),
        };
        let (account, id, contact, attempt) = (row.account, row.id, row.contact, row.attempt);
        Self::Settle(Settled { account, id, contact, attempt, result, state, now, due_at, error })
    }

    pub(crate) fn keep(account: AccountId, id: DeliveryId, now: Timestamp, node: i64) -> Self {
        Self::Keep { account, id, until: now.plus(LEASE), node }
    }
}

const LATER: &str = "later";
const BAD: &str = "bad_address";

/// The statements that note the marks.
pub(crate) fn mark_steps(marks: &[Mark]) -> Vec<Step<'_, 'static>> {
    let mut keep = Batch::new(&KEEP);
    let mut settle = Batch::new(&MARK);
    let mut history = Batch::new(&HISTORY);
    let mut bad = Batch::new(&BAD_ADDRESS);
    // One statement must not meet the same row twice: the last word about it counts.
    let mut seen = HashSet::with_capacity(marks.len());
    let mut bad_contacts = BTreeMap::new();
    for mark in marks.iter().rev() {
        match mark {
            Mark::Keep { account, id, until, node } => {
                if seen.insert((*account, *id)) {
                    keep.push([account.0.into(), id.0.into(), (*until).into(), (*node).into()]);
                }
            }
            Mark::Settle(s) => {
                if !seen.insert((s.account, s.id)) {
                    continue;
                }
                let owed = s.state == DeliveryState::Owed;
                settle.push([
                    s.account.0.into(),
                    s.id.0.into(),
                    s.state.code().into(),
                    s.due_at.into(),
                    (&s.error).into(),
                    (!owed).then_some(s.now).into(),
                    i64::from(s.result == LATER).into(),
                ]);
                // What goes well at once needs no history: the row says it all.
                if s.result != LATER && (s.attempt > 1 || s.result != "done") {
                    history.push([
                        s.account.0.into(),
                        s.id.0.into(),
                        (s.attempt % HISTORY_KEPT).into(),
                        s.attempt.into(),
                        s.now.into(),
                        s.result.into(),
                        (&s.error).into(),
                    ]);
                }
                if let (BAD, Some(contact)) = (s.result, s.contact) {
                    bad_contacts.insert((s.account, contact), s.now);
                }
            }
        }
    }
    for ((account, contact), at) in bad_contacts {
        bad.push([account.0.into(), contact.0.into(), at.into()]);
    }
    [keep, settle, history, bad].into_iter().filter(|b| !b.is_empty()).map(Step::Write).collect()
}

/// How many rows of one account and lane to take.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// The account.
    pub account: AccountId,
    /// The lane.
    pub lane: Lane,
    /// At most so many.
    pub most: i64,
}

/// Takes rows that are due.
pub(crate) fn lease(conn: &mut Conn, shares: &[Share], now: Timestamp, node: i64) -> Result<Vec<Leased>> {
    let mut due = Batch::new(&DUE);
    for share in shares {
        due.push([share.account.0.into(), share.lane.code().into(), now.into(), share.most.into()]);
    }
    take(conn, due, |i| shares[i].account, now, node)
}

/// Takes all that is owed in one stream and in nobody's hands, due or not, the oldest first.
pub(crate) fn lease_stream(
    conn: &mut Conn,
    account: AccountId,
    stream: i64,
    most: i64,
    now: Timestamp,
    node: i64,
) -> Result<Vec<Leased>> {
    let mut rows = Batch::new(&OF_STREAM);
    rows.push([account.0.into(), stream.into(), most.into()]);
    take(conn, rows, |_| account, now, node)
}

fn take(
    conn: &mut Conn,
    rows: Batch<'_>,
    account: impl Fn(usize) -> AccountId,
    now: Timestamp,
    node: i64,
) -> Result<Vec<Leased>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    conn.transaction(|conn| {
        let mut found = Vec::new();
        let mut read = |i: usize, row: &mut Row<'_>| -> Result<()> {
            match leased(account(i), row)? {
                Ok(row) => found.push(row),
                // A newer node may have written it; it stays for that node, and hinders no other row.
                Err(error) => tracing::warn!(%error, "skipped"),
            }
            Ok(())
        };
        conn.steps(vec![Step::Read(rows, &mut read)])?;
        let mut taken = Batch::new(&LEASE_ROW);
        for row in &found {
            taken.push([row.account.0.into(), row.id.0.into(), now.plus(LEASE).into(), node.into()]);
        }
        conn.each(taken)?;
        Ok(found)
    })
}

/// Columns: as in `DUE`. The inner fault is one of this row alone.
pub(crate) fn leased(account: AccountId, row: &mut Row<'_>) -> Result<Result<Leased>> {
    let (id, lane, attempts, tries_from) = (row.int()?, row.int()?, row.int()?, row.int_opt()?.unwrap_or(0));
    let contact = row.int_opt()?.map(ContactId);
    let payload = row.text()?;
    let created_at = row.time()?;
    let since = row.time_opt()?.unwrap_or(created_at);
    let owed = serde_json::from_str::<Owed>(&payload);
    Ok(owed.map_err(|e| StoreError::Fault(format!("unreadable delivery {id}: {e}"))).map(|owed| Leased {
        account,
        id: DeliveryId(id),
        lane: Lane::from_code(lane),
        attempt: attempts + 1,
        tries: attempts + 1 - tries_from,
        contact,
        created_at,
        since,
        owed,
        receipt: None,
    }))
}

/// How many rows of a stream were taken by the other side since.
pub(crate) fn told(conn: &mut Conn, account: AccountId, stream: i64, since: Timestamp) -> Result<i64> {
    Ok(conn.row(&TOLD, &[account.0.into(), stream.into(), since.into()], |row| row.int())?.unwrap_or(0))
}

/// Ends every lease: a single node starts anew and nobody else holds any.
pub(crate) fn end_leases(conn: &mut Conn, now: Timestamp) -> Result<u64> {
    conn.run(&END_LEASES, &[now.into()])
}

pub(crate) fn state(conn: &mut Conn, account: AccountId, id: DeliveryId) -> Result<Option<DeliveryState>> {
    conn.row(&STATE, &[account.0.into(), id.0.into()], |row| row.int().map(DeliveryState::from_code))
}

/// How many rows of each lane are owed or dead.
pub(crate) fn counts(conn: &mut Conn) -> Result<Vec<(Lane, DeliveryState, i64)>> {
    conn.rows(&OWED_COUNT, &[], |row| {
        Ok((Lane::from_code(row.int()?), DeliveryState::from_code(row.int()?), row.int()?))
    })
}

/// Rows in the hands of this node, with the receipt where somebody waits.
type InHand = HashMap<(AccountId, DeliveryId), Option<watch::Receiver<Receipt>>>;

/// The way from the committer to this node's own workers, for rows that are born leased.
#[derive(Clone)]
pub(crate) struct HandOver {
    sender: mpsc::UnboundedSender<Leased>,
    waiting: Arc<AtomicUsize>,
    in_hand: Arc<Mutex<InHand>>,
    /// Told when webhooks were written.
    pub(crate) webhooks: Arc<tokio::sync::Notify>,
}

/// More rows than this are not handed over: they wait in the outbox for whoever is free.
const MOST_IN_HAND: usize = 2048;

impl HandOver {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Leased>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { sender, waiting: Arc::default(), in_hand: Arc::default(), webhooks: Arc::default() }, receiver)
    }

    /// Whether this node's workers can take another row at once.
    pub(crate) fn has_room(&self) -> bool {
        !self.sender.is_closed() && self.waiting.load(Ordering::Relaxed) < MOST_IN_HAND
    }

    pub(crate) fn send(&self, leased: Vec<Leased>) {
        for row in leased {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            let receipt = row.receipt.as_ref().map(watch::Sender::subscribe);
            self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).insert((row.account, row.id), receipt);
            // Without workers the lease runs out and another node takes the row.
            let _ = self.sender.send(row);
        }
    }

    /// A worker has dealt with a row that was handed over.
    pub(crate) fn settled(&self, account: AccountId, id: DeliveryId) {
        let known = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).remove(&(account, id));
        if known.is_some() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// The receipt of a row that is in this node's hands.
    pub(crate) fn receipt(&self, account: AccountId, id: DeliveryId) -> Option<watch::Receiver<Receipt>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).get(&(account, id)).cloned().flatten()
    }
}
