//! The outbox: leasing what is owed, handing over what this node wrote itself, noting what became of it.

use std::collections::HashMap;
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
    END_LEASES = "UPDATE delivery SET due_at = $1, leased_by = NULL WHERE state = 0 AND leased_by IS NOT NULL";
    OWED_COUNT = "SELECT lane, state, COUNT(*) FROM delivery WHERE state IN (0, 2) GROUP BY lane, state";
}

each_statements! {
    DUE (Int, Int, Int, Int) = "SELECT id, lane, attempts, contact_id, payload, created_at FROM delivery \
        WHERE account_id = {1} AND lane = {2} AND state = 0 AND due_at <= {3} ORDER BY due_at LIMIT {4} {share}";
    LEASE_ROW (Int, Int, Int, Int) = "UPDATE delivery SET due_at = {3}, leased_by = {4}, attempts = attempts + 1 {from} \
        WHERE account_id = {1} AND id = {2}";
    MARK (Int, Int, Int, Int, Text, Int) = "UPDATE delivery SET state = {3}, due_at = {4}, last_error = {5}, \
        finished_at = {6}, leased_by = NULL {from} WHERE account_id = {1} AND id = {2}";
}

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
    /// The contact it is about.
    pub contact: Option<ContactId>,
    /// Since when it is owed.
    pub created_at: Timestamp,
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
    /// Still under way: the lease begins anew.
    InHand,
    /// Given up; stays visible.
    Dead {
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
pub(crate) struct Mark {
    account: AccountId,
    id: DeliveryId,
    state: DeliveryState,
    due_at: Timestamp,
    error: Option<String>,
    finished_at: Option<Timestamp>,
}

impl Mark {
    pub(crate) fn new(account: AccountId, id: DeliveryId, attempt: Attempt, now: Timestamp) -> Self {
        let (state, due_at, error, finished_at) = match attempt {
            Attempt::Done => (DeliveryState::Done, now, None, Some(now)),
            Attempt::Again { at, error } => (DeliveryState::Owed, at, Some(error), None),
            Attempt::InHand => (DeliveryState::Owed, now.plus(LEASE), None, None),
            Attempt::Dead { error } => (DeliveryState::Dead, now, Some(error), Some(now)),
            Attempt::Withdrawn { error } => (DeliveryState::Withdrawn, now, Some(error), Some(now)),
        };
        Self { account, id, state, due_at, error, finished_at }
    }
}

pub(crate) fn mark_batch(marks: &[Mark]) -> Batch<'_> {
    let mut batch = Batch::new(&MARK);
    for mark in marks {
        batch.push([
            mark.account.0.into(),
            mark.id.0.into(),
            mark.state.code().into(),
            mark.due_at.into(),
            (&mark.error).into(),
            mark.finished_at.into(),
        ]);
    }
    batch
}

/// Takes rows that are due, at most `most` of each account and lane.
pub(crate) fn lease(
    conn: &mut Conn,
    accounts: &[AccountId],
    lanes: &[Lane],
    most: i64,
    now: Timestamp,
    node: i64,
) -> Result<Vec<Leased>> {
    if accounts.is_empty() || lanes.is_empty() {
        return Ok(Vec::new());
    }
    let mut due = Batch::new(&DUE);
    let mut asked = Vec::new();
    for lane in lanes {
        for account in accounts {
            due.push([account.0.into(), lane.code().into(), now.into(), most.into()]);
            asked.push(*account);
        }
    }
    conn.transaction(|conn| {
        let mut found = Vec::new();
        let mut read = |i: usize, row: &mut Row<'_>| -> Result<()> {
            let (id, lane, attempts) = (row.int()?, row.int()?, row.int()?);
            let contact = row.int_opt()?.map(ContactId);
            let payload = row.text()?;
            let owed = serde_json::from_str::<Owed>(&payload)
                .map_err(|e| StoreError::Fault(format!("unreadable delivery {id}: {e}")));
            match owed {
                Ok(owed) => found.push(Leased {
                    account: asked[i],
                    id: DeliveryId(id),
                    lane: Lane::from_code(lane),
                    attempt: attempts + 1,
                    contact,
                    created_at: row.time()?,
                    owed,
                    receipt: None,
                }),
                // A newer node may have written it; it stays for that node, and hinders no other row.
                Err(error) => tracing::warn!(%error, "skipped"),
            }
            Ok(())
        };
        conn.steps(vec![Step::Read(due, &mut read)])?;
        let mut taken = Batch::new(&LEASE_ROW);
        for row in &found {
            taken.push([row.account.0.into(), row.id.0.into(), now.plus(LEASE).into(), node.into()]);
        }
        conn.each(taken)?;
        Ok(found)
    })
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
}

/// More rows than this are not handed over: they wait in the outbox for whoever is free.
const MOST_IN_HAND: usize = 2048;

impl HandOver {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Leased>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { sender, waiting: Arc::default(), in_hand: Arc::default() }, receiver)
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
