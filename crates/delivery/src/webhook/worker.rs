//! The webhook workers: they look for what has fallen due as soon as something was written and every second, keep a bounded
//! number of calls going, and note each result.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use model::{AccountId, DeliveryId};
use store::{Attempt, Leased, RouteKey, Store, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::attempt::Messenger;
use super::health::Health;
use super::line::Lines;
use super::metrics::WebhookMetrics;
use super::{Caller, Targets, WebhookSettings};
use crate::hands::{Hands, Working};

/// Streams of one URL held ready.
const SHARE: usize = 128;
/// How often other nodes' notes about failing URLs are read.
const HEALTH_EVERY: Duration = Duration::from_secs(30);
/// How often ended webhooks are cleared up.
const CLEARED_EVERY: Duration = Duration::from_secs(600);
/// How long webhooks are kept that were taken, and those that were given up: they hold what they said about people.
const KEEP_TAKEN: Duration = Duration::from_secs(7 * 24 * 3600);
const KEEP_DEAD: Duration = Duration::from_secs(30 * 24 * 3600);
const MOST_CLEARED: i64 = 500;

/// The webhook workers of one node.
pub struct Webhooks {
    working: Working,
    metrics: Arc<WebhookMetrics>,
}

impl Webhooks {
    /// Starts them.
    pub fn start(store: Store, settings: WebhookSettings) -> Self {
        Self::start_with(store, settings, Targets::new(settings.allow_private))
    }

    /// Starts them with other targets.
    pub fn start_with(store: Store, settings: WebhookSettings, targets: Targets) -> Self {
        let hands = Hands::new(store.clone());
        let metrics = Arc::new(WebhookMetrics::default());
        let caller = Caller::new(targets, settings.time_limit, settings.at_once);
        let messenger = Messenger { store, caller, health: Health::default(), metrics: Arc::clone(&metrics), settings };
        let work = Work {
            messenger: Arc::new(messenger),
            lines: Lines::new(settings.at_once, settings.at_once_in_all),
            going: JoinSet::new(),
            hands,
            looking: JoinSet::new(),
            look_again: false,
            left_behind: HashSet::new(),
        };
        Self { working: Working::start(|stopped| work.run(stopped, settings.sweep)), metrics }
    }

    /// What they count.
    pub fn metrics(&self) -> Arc<WebhookMetrics> {
        Arc::clone(&self.metrics)
    }

    /// Begins nothing new, waits for what is under way up to `patience`, and gives back what was not begun.
    pub async fn stop(self, patience: Duration) {
        self.working.stop(patience, "webhooks").await;
    }
}

/// Rows of one stream, in order.
type Group = Vec<Leased>;

struct Ended {
    key: RouteKey,
    rows: Vec<(AccountId, DeliveryId)>,
    well: Option<bool>,
}

struct Work {
    messenger: Arc<Messenger>,
    lines: Lines<Group>,
    going: JoinSet<Ended>,
    hands: Hands,
    /// The look that is under way, if one is: calls go on meanwhile.
    looking: JoinSet<Found>,
    /// Whether there was a reason to look since it began.
    look_again: bool,
    /// Routes for which the last look had no room for all.
    left_behind: HashSet<RouteKey>,
}

/// What a look has brought.
#[derive(Default)]
struct Found {
    groups: Vec<(RouteKey, Group)>,
    left_behind: HashSet<RouteKey>,
}

impl Work {
    async fn run(mut self, mut stopped: mpsc::Receiver<()>, every: Duration) {
        let store = self.messenger.store.clone();
        if let Err(error) = store.end_webhook_leases().await {
            tracing::warn!(%error, "could not take over webhooks of an earlier run");
        }
        let mut sweep = tokio::time::interval(every);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut healthy, mut cleared) = (None::<Instant>, None::<Instant>);
        let passed = |last: &mut Option<Instant>, pause: Duration| {
            let due = last.is_none_or(|at| at.elapsed() >= pause);
            if due {
                *last = Some(Instant::now());
            }
            due
        };
        loop {
            self.begin();
            tokio::select! {
                biased;
                _ = stopped.recv() => break,
                Some(done) = self.going.join_next(), if !self.going.is_empty() => {
                    self.ended(done);
                    while let Some(done) = self.going.try_join_next() {
                        self.ended(done);
                    }
                    if self.left_behind.iter().any(|key| has_room(self.lines.waiting(*key))) {
                        self.look();
                    }
                }
                Some(found) = self.looking.join_next(), if !self.looking.is_empty() => {
                    self.found(found);
                    if std::mem::take(&mut self.look_again) {
                        self.look();
                    }
                }
                () = store.webhooks_written() => self.look(),
                _ = sweep.tick() => {
                    if passed(&mut healthy, HEALTH_EVERY) {
                        self.messenger.health.refresh(&store).await;
                    }
                    if passed(&mut cleared, CLEARED_EVERY) {
                        tokio::spawn(clear_up(store.clone()));
                    }
                    self.hands.renew();
                    self.look();
                }
            }
        }
        while let Some(found) = self.looking.join_next().await {
            self.found(found);
        }
        self.give_back();
        while let Some(done) = self.going.join_next().await {
            self.ended(done);
        }
    }

    fn ended(&mut self, done: Result<Ended, tokio::task::JoinError>) {
        match done {
            Ok(ended) => {
                for (account, id) in ended.rows {
                    self.hands.forget(account, id);
                }
                self.lines.ended(ended.key, ended.well);
            }
            // Attempts catch their own panics, and nobody aborts them.
            Err(error) => tracing::error!(%error, "a webhook broke off"),
        }
    }

    /// Begins as many calls as may go on at one time.
    fn begin(&mut self) {
        while let Some((key, group)) = self.lines.next() {
            let messenger = Arc::clone(&self.messenger);
            let rows: Vec<_> = group.iter().map(|row| (row.account, row.id)).collect();
            self.going.spawn(async move {
                let well = deliver(&messenger, group).await;
                Ended { key, rows, well }
            });
        }
    }

    /// Looks for rows that have fallen due, of each URL only as many as there is room for. One look at a time.
    fn look(&mut self) {
        if !self.looking.is_empty() {
            self.look_again = true;
            return;
        }
        let (store, waiting) = (self.messenger.store.clone(), self.lines.all_waiting());
        self.looking.spawn(async move {
            look(&store, &waiting).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "could not look for webhooks");
                Found::default()
            })
        });
    }

    fn found(&mut self, found: Result<Found, tokio::task::JoinError>) {
        let Ok(found) = found else {
            tracing::error!("a look for webhooks broke off");
            return;
        };
        self.left_behind = found.left_behind;
        for (key, group) in found.groups {
            for row in &group {
                self.hands.take(row);
            }
            self.lines.push(key, group);
        }
    }

    fn give_back(&mut self) {
        for row in self.lines.drain().into_iter().flatten() {
            let attempt = self.hands.let_go(&row);
            self.messenger.store.settle(&row, attempt);
        }
    }
}

/// Not one by one: a look costs a transaction.
fn has_room(waiting: usize) -> bool {
    waiting * 2 < SHARE
}

async fn look(store: &Store, waiting: &HashMap<RouteKey, usize>) -> Result<Found, StoreError> {
    let (mut shares, mut left_behind) = (Vec::new(), HashSet::new());
    for key in store.due_routes().await? {
        let waiting = waiting.get(&key).copied().unwrap_or(0);
        if has_room(waiting) {
            shares.push((key, (SHARE - waiting) as i64));
        } else {
            left_behind.insert(key);
        }
    }
    if shares.is_empty() {
        return Ok(Found { groups: Vec::new(), left_behind });
    }
    let groups = store.lease_webhooks(shares.clone()).await?;
    let mut found: HashMap<RouteKey, i64> = HashMap::new();
    for (key, _) in &groups {
        *found.entry(*key).or_default() += 1;
    }
    left_behind.extend(shares.iter().filter(|(key, most)| found.get(key) == Some(most)).map(|(key, _)| *key));
    Ok(Found { groups, left_behind })
}

/// Calls for one row after the other; what stands behind one that was not taken waits with it. Whether the receiver took
/// the last that it was asked to.
async fn deliver(messenger: &Messenger, group: Group) -> Option<bool> {
    let mut well = None;
    let mut waits = None;
    for row in group {
        if let Some(at) = waits {
            let why = "waits behind an earlier one about the same contact".into();
            messenger.store.settle(&row, Attempt::Later { at, why });
            continue;
        }
        let caught = AssertUnwindSafe(messenger.attempt(&row)).catch_unwind().await;
        let (attempt, taken) = caught.unwrap_or_else(|_| {
            tracing::error!(account = %row.account, delivery = %row.id, "a webhook panicked");
            (messenger.later(&row, "internal fault".into()), None)
        });
        well = taken.or(well);
        messenger.metrics.note(&attempt);
        match &attempt {
            Attempt::Again { at, error } => {
                waits = Some(*at);
                tracing::warn!(account = %row.account, delivery = %row.id, attempt = row.attempt, %error, "not delivered");
            }
            Attempt::Dead { error } => {
                tracing::warn!(account = %row.account, delivery = %row.id, attempt = row.attempt, %error, "given up");
            }
            _ => {}
        }
        messenger.store.settle(&row, attempt);
    }
    well
}

async fn clear_up(store: Store) {
    let now = store.ambient().now();
    loop {
        match store.forget_webhooks(now.minus(KEEP_TAKEN), now.minus(KEEP_DEAD), MOST_CLEARED).await {
            Ok(0) => return,
            // Not all at once: others want to write as well.
            Ok(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            Err(error) => {
                tracing::warn!(%error, "could not clear ended webhooks up");
                return;
            }
        }
    }
}
