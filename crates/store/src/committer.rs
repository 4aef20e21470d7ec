//! The group committer: takes what has queued, reads the facts of all of it, lets each decide, writes all plans in one
//! transaction, and answers each caller with its own result after the commit.
//!
//! It knows no rule: a change brings its own decision. One bad change never fails its neighbours: a batch that fails
//! is halved until the culprit stands alone.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use model::{AccountSnapshot, Ambient, ContactId, Directory};
use tokio::sync::oneshot;

use crate::deliveries::{self, HandOver, Leased, Mark};
use crate::error::{Result, StoreError};
use crate::facts::{self, Question};
use crate::ids::Ids;
use crate::keys::Keys;
use crate::lanes::Opener;
use crate::metrics::StoreMetrics;
use crate::plan::{Facts, Lane, NUMBERS_PER_PLAN, Numbers, PersonKey, Plan, Wants};
use crate::recipients::OwedInBatch;
use crate::sql::{Conn, Step};
use crate::webhooks::Announcer;
use crate::writer;

/// Most changes in one transaction.
const BATCH: usize = 256;
/// How long marks wait for a change to be committed with: a commit of their own costs as much as one of hundreds, and what
/// comes in meanwhile waits for it.
const GATHERED: Duration = Duration::from_millis(5);
/// So many go at once.
const MANY_MARKS: usize = 1024;
/// How long a delivery stays with its node; longer work renews it. Another node takes over within this time.
pub(crate) const LEASE: Duration = Duration::from_secs(25);

/// After so many changes a young database is looked at by its planner. PostgreSQL's own look comes a minute after the first
/// rows, and until then it may seek a contact through everybody of the account.
const WORTH_A_LOOK: usize = 500;

/// Decides about one person. May run again when its batch is tried anew, so it must not have effects of its own.
pub(crate) trait Change: Send {
    fn key(&self) -> &PersonKey;
    /// Another person's key that nobody else may change meanwhile.
    fn also(&self) -> Option<&PersonKey>;
    fn wants(&self) -> Wants;
    fn decide(&mut self, facts: &Facts, numbers: &mut dyn Numbers) -> Plan;
    fn finish(self: Box<Self>, result: Result<()>);
}

/// A change made of a closure.
pub(crate) struct Decision<A, F> {
    pub(crate) key: PersonKey,
    pub(crate) also: Option<PersonKey>,
    pub(crate) wants: Wants,
    pub(crate) decide: F,
    pub(crate) answer: Option<A>,
    pub(crate) reply: oneshot::Sender<Result<A>>,
}

impl<A: Send, F: FnMut(&Facts, &mut dyn Numbers) -> (Plan, A) + Send> Change for Decision<A, F> {
    fn key(&self) -> &PersonKey {
        &self.key
    }

    fn also(&self) -> Option<&PersonKey> {
        self.also.as_ref()
    }

    fn wants(&self) -> Wants {
        self.wants
    }

    fn decide(&mut self, facts: &Facts, numbers: &mut dyn Numbers) -> Plan {
        let (plan, answer) = (self.decide)(facts, numbers);
        self.answer = Some(answer);
        plan
    }

    fn finish(self: Box<Self>, result: Result<()>) {
        let Self { answer, reply, .. } = *self;
        let answer = result.and_then(|()| answer.ok_or_else(|| StoreError::Fault("nothing was decided".into())));
        // A caller that has gone away does not need its answer; its change is kept all the same.
        let _ = reply.send(answer);
    }
}

/// Work that is no sign-up: a transaction of its own, between two batches.
pub(crate) type Errand = Box<dyn FnOnce(Result<&mut Conn>) + Send>;

/// Work for one transaction and one errand.
struct Taken {
    changes: Vec<Box<dyn Change>>,
    marks: Vec<Mark>,
    errand: Option<Errand>,
}

#[derive(Default)]
struct Waiting {
    changes: VecDeque<Box<dyn Change>>,
    marks: Vec<Mark>,
    errands: VecDeque<Errand>,
    closed: bool,
}

/// The queue in front of the committers.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    most: usize,
    length: AtomicUsize,
}

impl Queue {
    pub(crate) fn new(most: usize) -> Self {
        Self { waiting: Mutex::default(), arrived: Condvar::new(), most, length: AtomicUsize::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many changes wait.
    pub(crate) fn length(&self) -> usize {
        self.length.load(Ordering::Relaxed)
    }

    pub(crate) fn push(&self, change: Box<dyn Change>) {
        let mut waiting = self.lock();
        let refusal = if waiting.closed {
            Some(StoreError::Unavailable("shutting down".into()))
        } else if waiting.changes.len() >= self.most {
            Some(StoreError::Busy)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            drop(waiting);
            change.finish(Err(refusal));
            return;
        }
        waiting.changes.push_back(change);
        self.length.store(waiting.changes.len(), Ordering::Relaxed);
        drop(waiting);
        self.arrived.notify_one();
    }

    /// Notes what became of a delivery; written with the next batch.
    pub(crate) fn push_mark(&self, mark: Mark) {
        // Marks are taken even while shutting down: a mail that went out must not go out again.
        let mut waiting = self.lock();
        waiting.marks.push(mark);
        let marks = waiting.marks.len();
        drop(waiting);
        // Whoever was told of the first gathers the others.
        if marks == 1 || marks == MANY_MARKS {
            self.arrived.notify_one();
        }
    }

    pub(crate) fn push_errand(&self, errand: Errand) {
        let mut waiting = self.lock();
        if waiting.closed {
            drop(waiting);
            errand(Err(StoreError::Unavailable("shutting down".into())));
            return;
        }
        waiting.errands.push_back(errand);
        drop(waiting);
        self.arrived.notify_one();
    }

    /// Takes no more; what is queued is still done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Waits until there is work; marks alone are gathered for a moment. `None` when closed and empty.
    fn wait_for_work(&self) -> Option<MutexGuard<'_, Waiting>> {
        let mut waiting = self.lock();
        let mut first_mark = None;
        while waiting.changes.is_empty() && waiting.errands.is_empty() {
            let marks = waiting.marks.len();
            if waiting.closed && marks == 0 {
                return None;
            }
            if marks == 0 {
                first_mark = None;
                waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let left = GATHERED.saturating_sub(first_mark.get_or_insert_with(Instant::now).elapsed());
            if waiting.closed || marks >= MANY_MARKS || left.is_zero() {
                break;
            }
            let woken = self.arrived.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(waiting)
    }

    /// Waits for work. Of several changes about one person only the first is taken; the others keep their order for
    /// the next batch, so that each sees what the one before it did. `None` when closed and empty.
    fn take(&self) -> Option<Taken> {
        let mut waiting = self.wait_for_work()?;
        let errand = waiting.errands.pop_front();
        let marks = std::mem::take(&mut waiting.marks);
        let mut batch: Vec<Box<dyn Change>> = Vec::with_capacity(waiting.changes.len().min(BATCH));
        let mut people: HashSet<PersonKey> = HashSet::with_capacity(batch.capacity());
        let mut later = VecDeque::new();
        while batch.len() < BATCH && later.len() < BATCH {
            let Some(change) = waiting.changes.pop_front() else { break };
            // Both keys are noted in any case: what comes behind must not overtake.
            let mut alone = people.insert(change.key().clone());
            if let Some(also) = change.also() {
                alone &= people.insert(also.clone());
            }
            if alone {
                batch.push(change);
            } else {
                later.push_back(change);
            }
        }
        while let Some(change) = later.pop_back() {
            waiting.changes.push_front(change);
        }
        self.length.store(waiting.changes.len(), Ordering::Relaxed);
        Some(Taken { changes: batch, marks, errand })
    }
}

/// One committer with its connection, on a thread of its own.
pub(crate) struct Committer {
    pub(crate) queue: Arc<Queue>,
    pub(crate) opener: Opener,
    pub(crate) keys: Keys,
    pub(crate) ambient: Ambient,
    pub(crate) node: i64,
    pub(crate) hand_over: HandOver,
    pub(crate) metrics: Arc<StoreMetrics>,
    pub(crate) commit_delay: Option<Duration>,
    pub(crate) directory: Arc<ArcSwap<Directory>>,
    pub(crate) announcer: Option<Announcer>,
    /// Its own rows of counters that all committers add to.
    pub(crate) shard: i64,
}

struct Working {
    conn: Option<Conn>,
    contacts: Ids,
    rows: Ids,
}

struct Both<'a>(&'a mut Ids, &'a mut Ids);

impl Numbers for Both<'_> {
    fn contact(&mut self) -> ContactId {
        ContactId(self.0.take())
    }

    fn row(&mut self) -> i64 {
        self.1.take()
    }
}

impl Committer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(self, conn: Option<Conn>) {
        let mut working = Working { conn, contacts: Ids::contacts(), rows: Ids::rows() };
        let mut young = working.conn.as_mut().is_some_and(|conn| conn.lacks_statistics().unwrap_or(false));
        let mut changes = 0;
        while let Some(taken) = self.queue.take() {
            changes += taken.changes.len();
            let mut marks = taken.marks;
            if !taken.changes.is_empty() {
                self.commit(&mut working, taken.changes, &mut marks, 0);
            }
            if !marks.is_empty() {
                self.write_marks(&mut working, marks);
            }
            // Last, so that a look for deliveries sees what became of those that this node has noted.
            if let Some(errand) = taken.errand {
                self.run_errand(&mut working, errand);
            }
            if young && changes >= WORTH_A_LOOK {
                young = false;
                if let Err(error) = self.opened(&mut working).and_then(Conn::gather_statistics) {
                    tracing::warn!(%error, "could not gather statistics");
                }
            }
        }
    }

    fn run_errand(&self, working: &mut Working, errand: Errand) {
        let outcome = match self.opened(working) {
            Ok(conn) => catch_unwind(AssertUnwindSafe(|| errand(Ok(conn)))),
            Err(error) => catch_unwind(AssertUnwindSafe(|| errand(Err(error)))),
        };
        if outcome.is_err() {
            tracing::error!("a change panicked");
            working.conn = None;
        }
    }

    fn opened<'w>(&self, working: &'w mut Working) -> Result<&'w mut Conn> {
        if working.conn.as_mut().is_some_and(Conn::is_closed) {
            working.conn = None;
        }
        if working.conn.is_none() {
            working.conn = Some(self.opener.open(true)?);
        }
        working.conn.as_mut().ok_or_else(|| StoreError::Unavailable("no connection".into()))
    }

    /// Writes what no batch took along. A conflict with another node's commit is tried again.
    fn write_marks(&self, working: &mut Working, marks: Vec<Mark>) {
        for tries in 0.. {
            let result = self.opened(working).and_then(|conn| {
                let mut steps = vec![Step::Begin];
                steps.extend(deliveries::mark_steps(&marks));
                steps.push(Step::Commit);
                conn.steps(steps)
            });
            let Err(error) = result else { return };
            if let Some(conn) = &mut working.conn
                && conn.roll_back().is_err()
            {
                working.conn = None;
            }
            if tries >= 3 || !matches!(error, StoreError::Conflict(_)) {
                // The leases run out and the rows fall due again: sent once more rather than lost.
                tracing::error!(%error, marks = marks.len(), "could not note what became of deliveries");
                return;
            }
        }
    }

    /// Commits a batch, taking the marks along; on trouble tries again or halves it.
    fn commit(&self, working: &mut Working, mut batch: Vec<Box<dyn Change>>, marks: &mut Vec<Mark>, tries: u32) {
        let started = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| self.try_commit(working, &mut batch, marks)))
            .unwrap_or_else(|_| Err(StoreError::Fault("a decision panicked".into())));
        match result {
            Ok(leased) => {
                marks.clear();
                self.metrics.committed(batch.len(), started.elapsed());
                for change in batch {
                    change.finish(Ok(()));
                }
                self.hand_over.send(leased);
            }
            Err(error) => {
                if let Some(conn) = &mut working.conn
                    && conn.roll_back().is_err()
                {
                    // SQLite rolls back by itself on some errors; a fresh connection is the safe ground.
                    working.conn = None;
                }
                self.recover(working, batch, marks, tries, &error);
            }
        }
    }

    fn recover(
        &self,
        working: &mut Working,
        mut batch: Vec<Box<dyn Change>>,
        marks: &mut Vec<Mark>,
        tries: u32,
        error: &StoreError,
    ) {
        match error {
            StoreError::Conflict(_) if tries < 3 => self.commit(working, batch, marks, tries + 1),
            // An unreachable database is the same for everybody.
            StoreError::Unavailable(text) => {
                tracing::error!(error = %text, changes = batch.len(), "could not commit");
                self.metrics.failed(batch.len());
                self.metrics.writing(false);
                working.conn = None;
                for change in batch {
                    change.finish(Err(error.clone()));
                }
            }
            _ if batch.len() > 1 => {
                let second = batch.split_off(batch.len() / 2);
                self.commit(working, batch, marks, 0);
                self.commit(working, second, marks, 0);
            }
            // What a mail server said must not cost a sign-up: it is noted apart, where it fails alone.
            _ if !marks.is_empty() => {
                let apart = std::mem::take(marks);
                self.commit(working, batch, marks, 0);
                *marks = apart;
            }
            _ => {
                tracing::error!(%error, "a change could not be committed");
                self.metrics.failed(batch.len());
                for change in batch {
                    change.finish(Err(match error {
                        StoreError::Conflict(text) => StoreError::Fault(format!("conflict that stays: {text}")),
                        other => other.clone(),
                    }));
                }
            }
        }
    }

    /// The account's webhooks, where a change of it has any to tell.
    fn listens<'d>(&self, directory: &'d Directory, change: &dyn Change) -> Option<(Announcer, &'d AccountSnapshot)> {
        let account = directory.by_id(change.key().account).filter(|a| !a.webhooks.is_empty())?;
        Some((self.announcer?, account))
    }

    fn try_commit(&self, working: &mut Working, batch: &mut [Box<dyn Change>], marks: &[Mark]) -> Result<Vec<Leased>> {
        self.opened(working)?;
        let Working { conn: Some(conn), contacts, rows } = working else {
            return Err(StoreError::Unavailable("no connection".into()));
        };
        contacts.reserve(conn, batch.len() as i64)?;
        let directory = self.directory.load_full();
        let listens = |change: &dyn Change| self.listens(&directory, change);
        let numbers = batch.iter().map(|c| {
            let announced = listens(&**c).map_or(0, |(announcer, account)| (announcer.numbers)(account));
            NUMBERS_PER_PLAN + (c.wants().numbers + announced) as i64
        });
        rows.reserve(conn, numbers.sum())?;
        let now = self.ambient.now();
        // Batches take people in one order, so that two committers cannot wait for each other.
        let locks = locks(batch);
        let questions: Vec<_> = batch
            .iter()
            // What changed can only be told from what was.
            .map(|c| Question {
                key: c.key(),
                also: c.also(),
                wants: Wants { values: c.wants().values || listens(&**c).is_some(), ..c.wants() },
            })
            .collect();
        let mut facts = facts::read(conn, &self.keys, now, &questions, locks)?;
        drop(questions);
        let mut numbers = Both(contacts, rows);
        let mut owed = OwedInBatch::default();
        let mut plans: Vec<Plan> = Vec::with_capacity(batch.len());
        for (change, facts) in batch.iter_mut().zip(&mut facts) {
            if let Some(mailbox) = change.wants().mailbox {
                owed.add_to(&mailbox, &mut facts.mailbox);
            }
            let mut plan = change.decide(facts, &mut numbers);
            if let Some((announcer, account)) = self.listens(&directory, &**change) {
                (announcer.announce)(account, change.key(), facts, &mut plan, &mut numbers);
            }
            owed.note(change.key().account, &plan, now);
            plans.push(plan);
        }
        let pairs: Vec<_> = batch.iter().map(|c| c.key()).zip(&plans).collect();
        let own = writer::Own { now, node: self.node, lease_until: now.plus(LEASE), shard: self.shard };
        writer::write(conn, &self.keys, own, &pairs, &owed.counts(), deliveries::mark_steps(marks))?;
        if let Some(delay) = self.commit_delay {
            std::thread::sleep(delay);
        }
        drop(pairs);
        if plans.iter().any(|plan| plan.deliveries.iter().any(|d| d.lane == Lane::Webhook)) {
            self.hand_over.webhooks.notify_one();
        }
        let mut leased = Vec::new();
        for (change, plan) in batch.iter().zip(&mut plans) {
            for delivery in plan.deliveries.drain(..) {
                if delivery.at_once {
                    leased.push(Leased {
                        account: change.key().account,
                        id: delivery.id,
                        lane: delivery.lane,
                        attempt: 1,
                        tries: 1,
                        contact: plan.contact,
                        created_at: now,
                        since: delivery.due_at,
                        owed: delivery.owed,
                        receipt: delivery.receipt,
                    });
                }
            }
        }
        Ok(leased)
    }
}

fn locks(batch: &[Box<dyn Change>]) -> Vec<i64> {
    let keys = batch.iter().flat_map(|c| std::iter::once(c.key()).chain(c.also()));
    let mut locks: Vec<i64> = keys.map(|key| lock_of(key.account, &key.email_key)).collect();
    locks.extend(batch.iter().filter_map(|change| Some(change.wants().mailbox?.lock())));
    locks.sort_unstable();
    locks.dedup();
    locks
}

/// The number of the lock that changes of one person take.
pub(crate) fn lock_of(account: model::AccountId, email_key: &str) -> i64 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(account.0.to_be_bytes()).chain_update(email_key.as_bytes()).finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}
