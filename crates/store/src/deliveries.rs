//! The outbox: leasing what is owed, handing over what this node wrote itself, noting what became of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{AccountId, ContactId, DeliveryId, Timestamp};
use tokio::sync::{mpsc, watch};

use crate::committer::LEASE;
use crate::error::Result;
use crate::plan::{DeliveryState, Lane, Owed, Receipt};
use crate::sql::{Batch, Conn, Step, each_statements, statements};

statements! {
    STATE = "SELECT state FROM delivery WHERE account_id = $1 AND id = $2";
    // Apart, so that each is read from an index of its own rows.
    OWED_COUNT = "SELECT lane, COUNT(*) FROM delivery WHERE state = 0 GROUP BY lane";
    DEAD_COUNT = "SELECT lane, COUNT(*) FROM delivery WHERE state = 2 GROUP BY lane";
    TOLD = "SELECT COUNT(*) FROM delivery WHERE account_id = $1 AND stream = $2 AND state = 1 AND finished_at > $3";
}

each_statements! {
    // A result that was noted meanwhile stands.
    KEEP (Int, Int, Int, Int) = "UPDATE delivery SET due_at = {3} {from} \
        WHERE account_id = {1} AND id = {2} AND state = 0 AND leased_by = {4}";
    // Of a row that another node has taken over meanwhile only a success is news: anything else would have it go out again.
    MARK (Int, Int, Int, Int, Text, Int, Int, Int) = "UPDATE delivery SET state = {3}, due_at = {4}, last_error = {5}, \
        finished_at = {6}, attempts = attempts - {7}, leased_by = NULL {from} WHERE account_id = {1} AND id = {2} \
        AND (leased_by = {8} OR (state = 0 AND {3} = 1))";
    // What waits behind an older row of its stream may go as soon as that one has gone.
    NEXT (Int, Int, Int) = "UPDATE delivery SET due_at = {3} {from} WHERE account_id = {1} AND id = (SELECT e.id \
        FROM delivery AS e WHERE e.account_id = {1} AND e.stream = {2} AND e.state = 0 ORDER BY e.created_at, e.id LIMIT 1) \
        AND leased_by IS NULL AND attempts = COALESCE(tries_from, 0) AND due_at > {3}";
    HISTORY (Int, Int, Int, Int, Int, Text, Text) = "INSERT INTO delivery_attempt (account_id, delivery_id, slot, attempt, \
        at, result, error) {rows} ON CONFLICT (account_id, delivery_id, slot) DO UPDATE SET attempt = excluded.attempt, \
        at = excluded.at, result = excluded.result, error = excluded.error";
    // An earlier mark stays: since when it is bad is what people ask.
    BAD_ADDRESS (Int, Int, Int, Int, Int) = "UPDATE contact SET bounces = COALESCE(bounces, 0) + {4}, bad_address_at = \
        CASE WHEN COALESCE(bounces, 0) + {4} >= {5} THEN COALESCE(bad_address_at, {3}) ELSE bad_address_at END {from} \
        WHERE account_id = {1} AND id = {2}";
    // What is counted are refusals in a row.
    REACHED (Int, Int) = "UPDATE contact SET bounces = NULL {from} WHERE account_id = {1} AND id = {2} AND bounces IS NOT NULL";
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
    /// The same, and the contact's address takes mail: what was counted against it is forgotten with the same commit.
    Reached,
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
    /// Given up because the contact's address takes no mail: the contact is marked with the same commit, when that was so
    /// often enough in a row.
    BadAddress {
        /// What this counts: [`HARD`] or [`SOFT`].
        counts: u32,
        /// How many hard ones mark it, by the account's rule.
        after: u32,
        /// Why; without addresses or secrets.
        error: String,
    },
    /// No longer owed, for instance because its sign-up was withdrawn.
    Withdrawn {
        /// Why.
        error: String,
    },
}

impl Attempt {
    /// Whether the other side has it.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done | Self::Reached)
    }
}

/// What a refusal for good counts against an address.
pub const HARD: u32 = 5;
/// What a mail counts that the server put off until it was given up: five of them are as bad as one that was refused.
pub const SOFT: u32 = 1;

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
    node: i64,
    standing: Standing,
    stream: Option<i64>,
    result: &'static str,
    state: DeliveryState,
    now: Timestamp,
    due_at: Timestamp,
    error: Option<String>,
}

/// What an attempt says about the contact's address.
#[derive(Clone, Copy, Debug)]
enum Standing {
    Nothing,
    Reached,
    Refused { counts: u32, after: u32 },
}

impl Mark {
    pub(crate) fn new(row: &Leased, attempt: Attempt, now: Timestamp, node: i64) -> Self {
        // Webhooks are leased a stream at a time.
        let stream = if row.lane == Lane::Webhook { None } else { row.owed.stream() };
        let standing = match &attempt {
            Attempt::Reached => Standing::Reached,
            Attempt::BadAddress { counts, after, .. } => Standing::Refused { counts: *counts, after: *after },
            _ => Standing::Nothing,
        };
        let (result, state, due_at, error) = match attempt {
            Attempt::Done | Attempt::Reached => ("done", DeliveryState::Done, now, None),
            Attempt::Again { at, error } => ("again", DeliveryState::Owed, at, Some(error)),
            Attempt::Later { at, why } => (LATER, DeliveryState::Owed, at, Some(why)),
            Attempt::Dead { error } => ("dead", DeliveryState::Dead, now, Some(error)),
            Attempt::BadAddress { error, .. } => ("bad_address", DeliveryState::Dead, now, Some(error)),
            Attempt::Withdrawn { error } => ("withdrawn", DeliveryState::Withdrawn, now, Some(error)),
        };
        let (account, id, contact, attempt) = (row.account, row.id, row.contact, row.attempt);
        Self::Settle(Settled {
            account,
            id,
            contact,
            attempt,
            node,
            standing,
            stream,
            result,
            state,
            now,
            due_at,
            error,
        })
    }

    pub(crate) fn keep(account: AccountId, id: DeliveryId, now: Timestamp, node: i64) -> Self {
        Self::Keep { account, id, until: now.plus(LEASE), node }
    }
}

const LATER: &str = "later";

/// The statements that note the marks.
pub(crate) fn mark_steps(marks: &[Mark]) -> Vec<Step<'_, 'static>> {
    let mut keep = Batch::new(&KEEP);
    let mut settle = Batch::new(&MARK);
    let mut next = Batch::new(&NEXT);
    let mut history = Batch::new(&HISTORY);
    let (mut bad, mut reached) = (Batch::new(&BAD_ADDRESS), Batch::new(&REACHED));
    // One statement must not meet the same row twice: the last word about it counts.
    let mut seen = HashSet::with_capacity(marks.len());
    let (mut standings, mut streams) = (BTreeMap::new(), BTreeMap::new());
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
                    s.node.into(),
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
                if let (Some(stream), false) = (s.stream, owed) {
                    streams.insert((s.account, stream), s.now);
                }
                if let Some(contact) = s.contact {
                    note_standing(standings.entry((s.account, contact)).or_default(), s);
                }
            }
        }
    }
    for ((account, contact), of) in standings {
        let key = [account.0.into(), contact.0.into()];
        if of.reached {
            reached.push(key);
        }
        if let Some((counts, at, after)) = of.refused {
            let points = i64::from(after).saturating_mul(i64::from(HARD));
            bad.push([key[0], key[1], at.into(), counts.into(), points.into()]);
        }
    }
    for ((account, stream), at) in streams {
        next.push([account.0.into(), stream.into(), at.into()]);
    }
    [keep, settle, next, history, reached, bad].into_iter().filter(|b| !b.is_empty()).map(Step::Write).collect()
}

/// What the marks of one batch say about one address.
#[derive(Default)]
struct AddressMarks {
    reached: bool,
    /// What counts against it, when, and the account's rule.
    refused: Option<(i64, Timestamp, u32)>,
}

/// The marks come with the latest first: what is older than a success counts no more.
fn note_standing(of: &mut AddressMarks, mark: &Settled) {
    match mark.standing {
        Standing::Reached => of.reached = true,
        Standing::Refused { counts, after } if !of.reached => {
            let before = of.refused.map_or(0, |(before, ..)| before);
            of.refused = Some((before.saturating_add(i64::from(counts)), mark.now, after));
        }
        Standing::Nothing | Standing::Refused { .. } => {}
    }
}

/// How many rows of a stream were taken by the other side since.
pub(crate) fn told(conn: &mut Conn, account: AccountId, stream: i64, since: Timestamp) -> Result<i64> {
    Ok(conn.row(&TOLD, &[account.0.into(), stream.into(), since.into()], |row| row.int())?.unwrap_or(0))
}

pub(crate) fn state(conn: &mut Conn, account: AccountId, id: DeliveryId) -> Result<Option<DeliveryState>> {
    conn.row(&STATE, &[account.0.into(), id.0.into()], |row| row.int().map(DeliveryState::from_code))
}

/// How many rows of each lane are owed or dead.
pub(crate) fn counts(conn: &mut Conn) -> Result<Vec<(Lane, DeliveryState, i64)>> {
    let mut counts = Vec::new();
    for (statement, state) in [(&OWED_COUNT, DeliveryState::Owed), (&DEAD_COUNT, DeliveryState::Dead)] {
        counts.extend(conn.rows(statement, &[], |row| Ok((Lane::from_code(row.int()?), state, row.int()?)))?);
    }
    Ok(counts)
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
