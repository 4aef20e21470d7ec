//! The workers: they take what this node has just written, look for what has fallen due, keep a bounded number of
//! attempts going, and note each result. Confirmation mails go ahead of everything else.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::{AccountId, DeliveryId};
use store::{Attempt, Lane, Leased, Links, Receipt, Store};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use crate::attempt::Courier;
use crate::mail::Transport;
use crate::metrics::DeliveryMetrics;

/// How the workers work.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// Attempts going on at one time.
    pub at_once: usize,
    /// How often to look for what has fallen due.
    pub sweep: Duration,
    /// Rows of one account and lane taken in one look, so that no account holds up another.
    pub share: i64,
    /// The sender for accounts that name none.
    pub fallback_from: Option<String>,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self { at_once: 64, sweep: Duration::from_secs(1), share: 32, fallback_from: None }
    }
}

/// The workers of one node.
pub struct Workers {
    stop: mpsc::Sender<()>,
    task: JoinHandle<()>,
    metrics: Arc<DeliveryMetrics>,
}

impl Workers {
    /// Starts them. They take over what an earlier process of this node had begun.
    pub fn start(store: Store, transport: Transport, links: Links, settings: WorkerSettings) -> Self {
        let (stop, stopped) = mpsc::channel(1);
        let metrics = Arc::new(DeliveryMetrics::default());
        let courier =
            Arc::new(Courier { store, links, transport, fallback_from: settings.fallback_from.clone() });
        let work = Work {
            courier,
            settings,
            metrics: Arc::clone(&metrics),
            waiting: BTreeMap::new(),
            going: JoinSet::new(),
            since: HashMap::new(),
        };
        let task = tokio::spawn(work.run(stopped));
        Self { stop, task, metrics }
    }

    /// What they count.
    pub fn metrics(&self) -> Arc<DeliveryMetrics> {
        Arc::clone(&self.metrics)
    }

    /// Begins nothing new, waits for what is under way up to `patience`, and gives back what was not begun.
    pub async fn stop(self, patience: Duration) {
        let _ = self.stop.send(()).await;
        if tokio::time::timeout(patience, self.task).await.is_err() {
            tracing::warn!("deliveries were under way when time ran out; their leases end by themselves");
        }
    }
}

struct Work {
    courier: Arc<Courier>,
    settings: WorkerSettings,
    metrics: Arc<DeliveryMetrics>,
    /// By lane, the most urgent first.
    waiting: BTreeMap<Lane, VecDeque<Leased>>,
    going: JoinSet<(AccountId, DeliveryId)>,
    /// Rows in hand, with the time their lease was last renewed.
    since: HashMap<(AccountId, DeliveryId), Instant>,
}

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
                Some(done) = self.going.join_next(), if !self.going.is_empty() => self.ended(done),
                Some(row) = handed.recv() => self.take(row),
                _ = sweep.tick() => {
                    self.renew();
                    self.look().await;
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
        self.since.insert((row.account, row.id), Instant::now());
        self.waiting.entry(row.lane).or_default().push_back(row);
    }

    fn ended(&mut self, done: Result<(AccountId, DeliveryId), tokio::task::JoinError>) {
        match done {
            Ok(key) => {
                self.since.remove(&key);
            }
            // Its lease runs out and it is tried again.
            Err(error) => tracing::error!(%error, "a delivery panicked"),
        }
    }

    /// Begins as many attempts as may go on at one time.
    fn begin(&mut self) {
        while self.going.len() < self.settings.at_once {
            let Some(row) = self.waiting.values_mut().find_map(VecDeque::pop_front) else { return };
            let (courier, metrics) = (Arc::clone(&self.courier), Arc::clone(&self.metrics));
            self.going.spawn(async move {
                let key = (row.account, row.id);
                let attempt = courier.attempt(&row).await;
                settle(&courier.store, &metrics, row, attempt);
                key
            });
        }
    }

    /// Keeps what takes long from being taken over by another node.
    fn renew(&mut self) {
        let third = Store::lease_time() / 3;
        for ((account, id), since) in &mut self.since {
            if since.elapsed() > third {
                self.courier.store.settle(*account, *id, Attempt::InHand);
                *since = Instant::now();
            }
        }
    }

    /// Looks for rows that have fallen due, unless plenty are waiting here already.
    async fn look(&mut self) {
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        if waiting >= self.settings.at_once * 2 {
            return;
        }
        match self.courier.store.lease(vec![Lane::Confirmation, Lane::Mail], self.settings.share).await {
            Ok(rows) => rows.into_iter().for_each(|row| self.take(row)),
            Err(error) => tracing::warn!(%error, "could not look for deliveries"),
        }
    }

    fn give_back(&mut self) {
        let now = self.courier.store.ambient().now();
        for row in std::mem::take(&mut self.waiting).into_values().flatten() {
            self.since.remove(&(row.account, row.id));
            let attempt = Attempt::Again { at: now, error: "the node was stopped before its turn".into() };
            settle(&self.courier.store, &self.metrics, row, attempt);
        }
    }
}

fn settle(store: &Store, metrics: &DeliveryMetrics, row: Leased, attempt: Attempt) {
    metrics.note(&attempt);
    if let Attempt::Again { error, .. } | Attempt::Dead { error } = &attempt {
        tracing::warn!(account = %row.account, delivery = %row.id, attempt = row.attempt, %error, "not delivered");
    }
    let receipt = if matches!(attempt, Attempt::Done) { Receipt::Taken } else { Receipt::NotTaken };
    store.settle(row.account, row.id, attempt);
    if let Some(sender) = row.receipt {
        // Nobody may be waiting any more.
        let _ = sender.send(receipt);
    }
}
