//! The workers: they take what this node has just written, look for what has fallen due, keep a bounded number of
//! attempts going, and note each result. Confirmation mails go ahead of everything else.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use model::{AccountId, DeliveryId};
use store::{Attempt, Lane, Leased, Links, Receipt, Share, Store};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::attempt::Courier;
use crate::fair::{Fair, Most, Spot};
use crate::hands::{Hands, Working};
use crate::metrics::DeliveryMetrics;
use crate::rates::Rates;
use crate::ways::{Way, Ways};

/// How the workers work.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// Attempts going on at one time on one route: the installation's mail server, or an account's own.
    pub at_once: usize,
    /// How many of these may be anything else than confirmations. More than a server's connections, since an attempt also
    /// reads and commits; the transport keeps a quarter of its connections for confirmations.
    pub others_at_once: usize,
    /// How often to look for what has fallen due.
    pub sweep: Duration,
    /// Rows of one account and lane held ready, so that no account holds up another.
    pub share: usize,
    /// The sender for accounts that name none.
    pub fallback_from: Option<String>,
    /// Where relative names of DKIM key files begin.
    pub key_dir: PathBuf,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            at_once: 64,
            others_at_once: 40,
            sweep: Duration::from_secs(1),
            share: 64,
            fallback_from: None,
            key_dir: PathBuf::new(),
        }
    }
}

/// The workers of one node.
pub struct Workers {
    working: Working,
    metrics: Arc<DeliveryMetrics>,
}

impl Workers {
    /// Starts them; `way` is the installation's. They take over what an earlier process of this node had begun.
    pub fn start(store: Store, way: Way, links: Links, settings: WorkerSettings) -> Self {
        let hands = Hands::new(store.clone());
        let metrics = Arc::new(DeliveryMetrics::default());
        let courier = Arc::new(Courier {
            store,
            links,
            ways: Ways::new(way, settings.key_dir.clone()),
            rates: Rates::default(),
            fallback_from: settings.fallback_from.clone(),
            metrics: Arc::clone(&metrics),
        });
        let work = Work {
            courier,
            metrics: Arc::clone(&metrics),
            waiting: Fair::new(Most { all: settings.at_once.max(2), others: settings.others_at_once.max(1) }),
            settings,
            going: JoinSet::new(),
            hands,
            more: HashSet::new(),
        };
        Self { working: Working::start(|stopped| work.run(stopped)), metrics }
    }

    /// What they count.
    pub fn metrics(&self) -> Arc<DeliveryMetrics> {
        Arc::clone(&self.metrics)
    }

    /// Begins nothing new, waits for what is under way up to `patience`, and gives back what was not begun.
    pub async fn stop(self, patience: Duration) {
        self.working.stop(patience, "mail").await;
    }
}

struct Work {
    courier: Arc<Courier>,
    settings: WorkerSettings,
    metrics: Arc<DeliveryMetrics>,
    waiting: Fair<Leased>,
    going: JoinSet<Ended>,
    hands: Hands,
    /// Accounts and lanes of which the last look left something behind.
    more: HashSet<(AccountId, Lane)>,
}

/// An attempt that is over.
struct Ended {
    spot: Spot,
    id: DeliveryId,
    in_stream: bool,
}

/// The lanes that these workers see to.
const LANES: [Lane; 2] = [Lane::Confirmation, Lane::Mail];

impl Work {
    async fn run(mut self, mut stopped: mpsc::Receiver<()>) {
        let Some(mut handed) = self.courier.store.handed_over() else {
            tracing::error!("other workers have taken this store's deliveries");
            return;
        };
        if let Err(error) = self.courier.store.end_leases().await {
            tracing::warn!(%error, "could not take over deliveries of an earlier run");
        }
        let mut sweep = tokio::time::interval(self.settings.sweep);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.begin();
            tokio::select! {
                biased;
                _ = stopped.recv() => break,
                Some(done) = self.going.join_next(), if !self.going.is_empty() => {
                    self.ended(done);
                    // What was left behind need not wait for the next sweep.
                    if !self.more.is_empty() {
                        self.look(true).await;
                    }
                }
                Some(row) = handed.recv() => self.take(row),
                _ = sweep.tick() => {
                    self.hands.renew();
                    self.look(false).await;
                }
            }
        }
        handed.close();
        while let Ok(row) = handed.try_recv() {
            self.take(row);
        }
        self.give_back();
        while let Some(done) = self.going.join_next().await {
            self.ended(done);
        }
    }

    fn take(&mut self, row: Leased) {
        self.hands.take(&row);
        let spot = Spot { route: self.courier.route(row.account), lane: row.lane, account: row.account };
        self.waiting.push(spot, row);
    }

    fn ended(&mut self, done: Result<Ended, tokio::task::JoinError>) {
        match done {
            Ok(Ended { spot, id, in_stream }) => {
                // The next of its stream may go now.
                if in_stream {
                    self.more.insert((spot.account, spot.lane));
                }
                self.hands.forget(spot.account, id);
                self.waiting.ended(spot);
            }
            // Attempts catch their own panics, and nobody aborts them.
            Err(error) => tracing::error!(%error, "a delivery broke off"),
        }
    }

    /// Begins as many attempts as may go on at one time.
    fn begin(&mut self) {
        while let Some((spot, row)) = self.waiting.next() {
            let (courier, metrics) = (Arc::clone(&self.courier), Arc::clone(&self.metrics));
            self.going.spawn(async move {
                let (id, in_stream) = (row.id, row.owed.stream().is_some());
                let attempt = AssertUnwindSafe(courier.attempt(&row)).catch_unwind().await;
                match attempt {
                    Ok(attempt) => settle(&courier.store, &metrics, row, attempt),
                    Err(_) => {
                        tracing::error!(account = %row.account, delivery = %id, "a delivery panicked");
                        let attempt = courier.later(&row, "internal fault".into());
                        settle(&courier.store, &metrics, row, attempt);
                    }
                }
                Ended { spot, id, in_stream }
            });
        }
    }

    /// Looks for rows that have fallen due, of each account and lane only as many as there is room for: what an account
    /// with a dead mail server has waiting keeps nobody else's from being seen.
    async fn look(&mut self, only_left_behind: bool) {
        let wanted: Vec<(AccountId, Lane)> = if only_left_behind {
            self.more.iter().copied().collect()
        } else {
            let directory = self.courier.store.directory();
            LANES.iter().flat_map(|lane| directory.all().iter().map(|account| (account.id, *lane))).collect()
        };
        let mut shares = Vec::new();
        for (account, lane) in wanted {
            let room = self.settings.share.saturating_sub(self.waiting.waiting(account, lane));
            // Not row by row: a look costs a transaction.
            if room * 2 > self.settings.share {
                shares.push(Share { account, lane, most: room as i64 });
            }
        }
        if shares.is_empty() {
            return;
        }
        let asked = shares.clone();
        match self.courier.store.lease(shares).await {
            Ok(rows) => {
                let mut found: HashMap<_, i64> = HashMap::new();
                for row in rows {
                    *found.entry((row.account, row.lane)).or_default() += 1;
                    self.take(row);
                }
                for share in asked {
                    let key = (share.account, share.lane);
                    if found.get(&key) == Some(&share.most) {
                        self.more.insert(key);
                    } else {
                        self.more.remove(&key);
                    }
                }
            }
            Err(error) => {
                self.more.clear();
                tracing::warn!(%error, "could not look for deliveries");
            }
        }
    }

    fn give_back(&mut self) {
        for row in self.waiting.drain() {
            let attempt = self.hands.let_go(&row);
            settle(&self.courier.store, &self.metrics, row, attempt);
        }
    }
}

fn settle(store: &Store, metrics: &DeliveryMetrics, row: Leased, attempt: Attempt) {
    metrics.note(&attempt);
    match &attempt {
        Attempt::Again { error, .. } | Attempt::Dead { error } | Attempt::BadAddress { error, .. } => {
            tracing::warn!(account = %row.account, delivery = %row.id, attempt = row.attempt, %error, "not delivered");
        }
        Attempt::Done | Attempt::Reached | Attempt::Later { .. } | Attempt::Withdrawn { .. } => {}
    }
    let receipt = if attempt.is_done() { Receipt::Taken } else { Receipt::NotTaken };
    store.settle(&row, attempt);
    if let Some(sender) = row.receipt {
        // Nobody may be waiting any more.
        let _ = sender.send(receipt);
    }
}
