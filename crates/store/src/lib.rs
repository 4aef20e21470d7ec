//! Everything that is kept: schema, group commit, queries, account snapshots, the outbox.
//!
//! The store knows no rule and no dialect. Changes about a person come in through [`Store::decide`], each with its own
//! decision; many of them share one transaction, and an answer is given only after the commit. Reading is through
//! [`Store::contact`] and its neighbours, always about one account. `sql` is the only place that tells engines apart; `committer` is the
//! way a change takes.

mod buckets;
mod committer;
mod config;
mod consents;
mod console_read;
mod console_trail;
mod console_users;
mod customer_links;
mod customers;
mod deliveries;
mod error;
mod facts;
mod guard_nodes;
mod guard_rows;
mod ids;
mod installation;
mod keys;
mod lanes;
mod leasing;
mod links;
mod mail_tokens;
mod metrics;
mod names;
mod outbox;
mod people;
mod plan;
#[cfg(test)]
mod plan_tests;
mod read;
mod recipients;
mod returns;
mod serving;
mod sql;
mod store_console;
mod store_customers;
mod store_guard;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trail_tests;
#[cfg(test)]
mod upgrade_tests;
mod uploads;
mod webhooks;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use model::{AccountId, Ambient, ContactId, DeliveryId, Directory, FieldId, ListId, PendingId, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

pub use buckets::{Rate, Taken};
pub use config::{ConfigChange, PutItem, StoredAccount, StoredItem};
pub use consents::ConsentRecord;
pub use console_read::{
    CONTACTS_A_PAGE, ContactSearch, ContactState, Figure, FoundContact, FoundContacts, OutboxHealth, SignUpRow,
    SignUpSearch,
};
pub use console_trail::{NewTrail, TrailRow};
pub use console_users::{ConsoleSession, ConsoleUser, Role};
pub use customer_links::LinkPurpose;
pub use customers::{Customer, CustomerKey, NewSession, SessionRow};
pub use deliveries::{Attempt, HARD, Leased, SOFT};
pub use error::{Result, StoreError};
pub use guard_nodes::{Counted, Exchange, GuardNews, SeenShares, Used};
pub use guard_rows::{Held, RefusedAttempt, VerdictRow};
pub use keys::{Keys, TokenClaim, TokenKind, format_master_key, parse_master_key, token_hash};
pub use leasing::Share;
pub use links::{CustomerLink, Links, Of, Place, dies_at, pending_token};
pub use mail_tokens::{LONGEST_MAIL_TOKEN, MailMark};
pub use metrics::{Histogram, StoreMetrics};
pub use outbox::{Handled, OutboxFilter, OutboxRow, PastAttempt, RunRow};
pub use people::{Died, PersonChange};
pub use plan::{
    AddressRow, Bounce, Cause, ContactChange, ContactRow, DeliveryState, EarlierSignUp, Facts, Lane, NewConsent,
    NewContact, NewDelivery, NewPending, NewRun, NewSignUp, Numbers, OutcomeName, Owed, PendingRow, PersonKey, Plan,
    Receipt, Wants,
};
pub use read::{Contact, ContactKey, StatementAnswer, TagCount};
pub use recipients::{MailFor, Mailbox, MailboxChange, MailboxFacts, SentMail};
pub use returns::{MailHistory, MailReturn, ReturnKind, SentTo};
pub use sql::{SCHEMA_VERSION, Target, TargetFault};
pub use uploads::{NewUpload, Pace, Piece, Upload, UploadGroup, UploadState};
pub use webhooks::{Announcer, FORMER_SECRET_SIGNS, Failing, RouteKey};

use committer::{Committer, Decision, LEASE, Queue};
use deliveries::{HandOver, Mark};
use lanes::{Lanes, Opener};
use sql::Conn;

/// How the store is opened.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// The database.
    pub target: Target,
    /// The master key.
    pub keys: Keys,
    /// Threads that read, each with its connection.
    pub readers: usize,
    /// Committers, each with its connection; SQLite always has one.
    pub committers: usize,
    /// Changes that may wait for a committer before more are refused.
    pub queue: usize,
    /// How often a node asks whether configuration has changed elsewhere.
    pub refresh: Duration,
    /// SQLite's page cache of the writer, in KiB.
    pub writer_cache: i64,
    /// Whether this is a server, which commands beside it make way for.
    pub serving: bool,
    /// Slows every commit down; for the bench only, to look like a slower disk.
    pub commit_delay: Option<Duration>,
    /// What every plan is shown to, for accounts that have webhooks.
    pub announcer: Option<Announcer>,
}

impl StoreSettings {
    /// Usual settings for a database and a key.
    pub fn new(target: Target, keys: Keys) -> Self {
        Self {
            target,
            keys,
            readers: 2,
            committers: 2,
            queue: 8192,
            refresh: Duration::from_millis(500),
            writer_cache: lanes::WRITER_CACHE,
            serving: false,
            commit_delay: None,
            announcer: None,
        }
    }
}

/// The store of one node. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    queue: Arc<Queue>,
    lanes: Lanes,
    keys: Keys,
    ambient: Ambient,
    node: i64,
    shared: bool,
    target: Target,
    /// The mark of a server on its file.
    serving: Option<std::fs::File>,
    hand_over: HandOver,
    handed: Mutex<Option<mpsc::UnboundedReceiver<Leased>>>,
    directory: Arc<ArcSwap<Directory>>,
    metrics: Arc<StoreMetrics>,
    probing: Arc<tokio::sync::Mutex<()>>,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
}

impl Store {
    /// Opens the database: sets up an empty one, checks that schema and master key fit, loads the accounts, starts the
    /// committers. Blocks; call it where the runtime may be blocked.
    pub fn open(settings: StoreSettings, ambient: Ambient, runtime: &tokio::runtime::Handle) -> Result<Self> {
        let opener = Opener { target: settings.target.clone(), writer_cache: settings.writer_cache };
        let mut conn = opener.open(true)?;
        sql::set_up_or_check(&mut conn, !settings.target.is_shared())?;
        installation::check_key(&mut conn, &settings.keys, ambient.now())?;
        let directory = load(&mut conn, &settings.keys, &Directory::default())?.unwrap_or_default();
        let directory = Arc::new(ArcSwap::from_pointee(directory));

        let queue = Arc::new(Queue::new(settings.queue));
        let (hand_over, handed) = HandOver::new();
        let metrics = Arc::new(StoreMetrics::default());
        let node = i64::from_be_bytes(ambient.random()) >> 1;
        let mut threads = Vec::new();
        let mut first = Some(conn);
        for n in 0..if settings.target.is_shared() { settings.committers.max(1) } else { 1 } {
            let committer = Committer {
                queue: Arc::clone(&queue),
                opener: opener.clone(),
                keys: settings.keys.clone(),
                ambient: ambient.clone(),
                node,
                hand_over: hand_over.clone(),
                metrics: Arc::clone(&metrics),
                commit_delay: settings.commit_delay,
                directory: Arc::clone(&directory),
                announcer: settings.announcer,
                shard: node.wrapping_add(n as i64),
            };
            let conn = first.take();
            let thread = std::thread::Builder::new()
                .name(format!("committer-{n}"))
                .spawn(move || committer.run(conn))
                .map_err(|e| StoreError::Unavailable(e.to_string()))?;
            threads.push(thread);
        }
        let lanes =
            Lanes::start(&opener, settings.readers.max(1), 1024).map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let store = Self {
            inner: Arc::new(Inner {
                queue,
                lanes,
                keys: settings.keys,
                ambient,
                node,
                shared: settings.target.is_shared(),
                serving: settings.serving.then(|| serving::mark(&settings.target)).flatten(),
                target: settings.target,
                hand_over,
                handed: Mutex::new(Some(handed)),
                directory,
                metrics,
                probing: Arc::default(),
                threads: Mutex::new(threads),
            }),
        };
        runtime.spawn(watch_configuration(Arc::downgrade(&store.inner), settings.refresh));
        Ok(store)
    }

    /// Brings the schema up to date; the versions before and after. Needs no key.
    pub fn migrate(target: &Target) -> Result<(i64, i64)> {
        let mut conn = Opener { target: target.clone(), writer_cache: lanes::WRITER_CACHE }.open(true)?;
        if sql::schema_version(&mut conn)? > SCHEMA_VERSION {
            sql::set_up_or_check(&mut conn, false)?;
        }
        sql::upgrade(&mut conn)
    }

    /// Every account, as this node knows it.
    pub fn directory(&self) -> Arc<Directory> {
        self.inner.directory.load_full()
    }

    /// The same without counting a reference: for the request path.
    pub fn directory_guard(&self) -> arc_swap::Guard<Arc<Directory>> {
        self.inner.directory.load()
    }

    /// The installation's keys.
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// Clock and randomness.
    pub fn ambient(&self) -> &Ambient {
        &self.inner.ambient
    }

    /// The store's counters.
    pub fn metrics(&self) -> &StoreMetrics {
        &self.inner.metrics
    }

    /// How many changes wait for a committer.
    pub fn queued(&self) -> usize {
        self.inner.queue.length()
    }

    /// Changes something about one person. The decision sees the facts as they stand in the transaction that writes its
    /// plan; no other change of the same person runs meanwhile, on any node. It may run several times. The answer comes
    /// after the commit.
    pub async fn decide<A: Send + 'static>(
        &self,
        key: PersonKey,
        wants: Wants,
        decide: impl FnMut(&Facts, &mut dyn Numbers) -> (Plan, A) + Send + 'static,
    ) -> Result<A> {
        self.decide_about(key, None, wants, decide).await
    }

    /// The same about a person who may take another address: nobody else takes it meanwhile, and [`Facts::other`] says
    /// whose it is.
    pub async fn decide_about<A: Send + 'static>(
        &self,
        key: PersonKey,
        also: Option<PersonKey>,
        wants: Wants,
        decide: impl FnMut(&Facts, &mut dyn Numbers) -> (Plan, A) + Send + 'static,
    ) -> Result<A> {
        let (reply, answer) = oneshot::channel();
        let also = also.filter(|also| *also != key);
        self.inner.queue.push(Box::new(Decision { key, also, wants, decide, answer: None, reply }));
        answer.await.unwrap_or_else(|_| Err(StoreError::Fault("the committer gave no answer".into())))
    }

    /// Whether a row that is handed over would be worked on at once.
    pub fn has_room_for_delivery(&self) -> bool {
        self.inner.hand_over.has_room()
    }

    /// Changes an account's configuration, and waits until this node knows it; the account and its new version.
    pub async fn change_account(&self, change: ConfigChange) -> Result<(AccountId, i64)> {
        let (keys, ambient) = (self.inner.keys.clone(), self.inner.ambient.clone());
        let done = self.errand(move |conn| config::change(conn, &keys, &ambient, &change)).await?;
        self.refresh().await?;
        Ok(done)
    }

    /// An account's whole configuration, secrets opened.
    pub async fn account(&self, slug: &str) -> Result<Option<StoredAccount>> {
        let (keys, slug) = (self.inner.keys.clone(), slug.to_owned());
        self.inner.lanes.run(move |conn| config::account_by_slug(conn, &keys, &slug)).await
    }

    /// Takes over what was changed elsewhere.
    pub async fn refresh(&self) -> Result<()> {
        let (keys, known) = (self.inner.keys.clone(), self.directory());
        if let Some(directory) = self.inner.lanes.run(move |conn| load(conn, &keys, &known)).await? {
            self.inner.directory.store(Arc::new(directory));
        }
        Ok(())
    }

    /// A contact with all that is kept about it.
    pub async fn contact(&self, account: AccountId, key: ContactKey) -> Result<Option<Contact>> {
        self.inner.lanes.run(move |conn| read::contact(conn, account, &key)).await
    }

    /// A contact's values.
    pub async fn values(&self, account: AccountId, contact: ContactId) -> Result<Vec<(FieldId, String)>> {
        self.inner.lanes.run(move |conn| read::values(conn, account, contact)).await
    }

    /// A contact's consent events, the oldest first.
    pub async fn consents(&self, account: AccountId, person: model::PersonId) -> Result<Vec<ConsentRecord>> {
        self.inner.lanes.run(move |conn| consents::of(conn, account, person)).await
    }

    /// A page of a list's emailable subscribers after a given contact.
    pub async fn subscribers(
        &self,
        account: AccountId,
        list: ListId,
        after: ContactId,
        most: i64,
    ) -> Result<Vec<(ContactId, String)>> {
        self.inner.lanes.run(move |conn| read::subscribers(conn, account, list, after, most)).await
    }

    /// A pending sign-up.
    pub async fn pending(&self, account: AccountId, id: PendingId) -> Result<Option<PendingRow>> {
        self.inner.lanes.run(move |conn| read::pending(conn, account, id)).await
    }

    /// Pending sign-ups whose links died unused before a moment, the oldest first, over all accounts.
    pub async fn died(&self, before: model::Timestamp, most: i64) -> Result<Vec<Died>> {
        self.inner.lanes.run(move |conn| people::died(conn, before, most)).await
    }

    /// Whether the database answers and, where the last commit failed for its sake, can be written again.
    pub async fn ping(&self) -> Result<()> {
        self.inner.lanes.run(|conn| config::versions(conn).map(|_| ())).await?;
        if self.inner.metrics.cannot_write() {
            self.probe().await?;
        }
        Ok(())
    }

    async fn probe(&self) -> Result<()> {
        // One at a time: probes of a database that stands still must not pile up before it.
        let Ok(only) = Arc::clone(&self.inner.probing).try_lock_owned() else {
            return Err(StoreError::Unavailable("it could not be written, and does not say whether it can now".into()));
        };
        self.errand(move |conn| {
            let answer = installation::probe(conn);
            drop(only);
            answer
        })
        .await?;
        self.inner.metrics.writing(true);
        Ok(())
    }

    /// The rows that this node writes for itself to deliver at once. Given out once, to the workers.
    pub fn handed_over(&self) -> Option<mpsc::UnboundedReceiver<Leased>> {
        self.inner.handed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The receipt of a delivery that is in this node's hands.
    pub fn receipt(&self, account: AccountId, id: DeliveryId) -> Option<watch::Receiver<Receipt>> {
        self.inner.hand_over.receipt(account, id)
    }

    /// The state of an outbox row.
    pub async fn delivery_state(&self, account: AccountId, id: DeliveryId) -> Result<Option<DeliveryState>> {
        self.inner.lanes.run(move |conn| deliveries::state(conn, account, id)).await
    }

    /// Takes rows that are due; they stay with this node for [`Store::lease_time`]. Of rows in one stream only the oldest.
    pub async fn lease(&self, shares: Vec<Share>) -> Result<Vec<Leased>> {
        let (now, node) = (self.inner.ambient.now(), self.inner.node);
        self.errand(move |conn| leasing::lease(conn, &shares, now, node)).await
    }

    /// Takes what is owed in a stream and in nobody's hands, due or not, the oldest first.
    pub async fn lease_stream(&self, account: AccountId, stream: i64, most: i64) -> Result<Vec<Leased>> {
        let (now, node) = (self.inner.ambient.now(), self.inner.node);
        self.errand(move |conn| leasing::lease_stream(conn, account, stream, most, now, node)).await
    }

    /// How many rows of a stream were taken by the other side since that moment.
    pub async fn told_since(&self, account: AccountId, stream: i64, since: Timestamp) -> Result<i64> {
        self.inner.lanes.run(move |conn| deliveries::told(conn, account, stream, since)).await
    }

    /// A page of an account's outbox, the newest first.
    pub async fn outbox(&self, account: AccountId, filter: OutboxFilter) -> Result<Vec<OutboxRow>> {
        self.inner.lanes.run(move |conn| outbox::page(conn, account, &filter)).await
    }

    /// One row of the outbox with what is kept of its attempts, the oldest first.
    pub async fn outbox_row(
        &self,
        account: AccountId,
        id: DeliveryId,
    ) -> Result<Option<(OutboxRow, Vec<PastAttempt>)>> {
        self.inner.lanes.run(move |conn| outbox::row(conn, account, id)).await
    }

    /// A contact's way through an automation.
    pub async fn automation_run(&self, account: AccountId, id: i64) -> Result<Option<RunRow>> {
        self.inner.lanes.run(move |conn| outbox::run(conn, account, id)).await
    }

    /// Makes rows that were given up, withdrawn or wait for another attempt due at once; what became of each.
    pub async fn replay(&self, account: AccountId, ids: Vec<DeliveryId>) -> Result<Vec<(DeliveryId, Handled)>> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| outbox::replay(conn, account, &ids, now)).await
    }

    /// Ends rows that are owed or given up: they are never tried again; what became of each.
    pub async fn drop_deliveries(
        &self,
        account: AccountId,
        ids: Vec<DeliveryId>,
    ) -> Result<Vec<(DeliveryId, Handled)>> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| outbox::drop_rows(conn, account, &ids, now)).await
    }

    /// Frees what an earlier process of this node had leased, but for webhooks. Does nothing where other nodes may share the
    /// database.
    pub async fn end_leases(&self) -> Result<()> {
        if self.inner.shared {
            return Ok(());
        }
        self.end_leases_of(&[Lane::Confirmation, Lane::Mail]).await
    }

    async fn end_leases_of(&self, lanes: &'static [Lane]) -> Result<()> {
        let (now, directory) = (self.inner.ambient.now(), self.directory());
        let accounts: Vec<_> = directory.all().iter().map(|a| a.id).collect();
        self.errand(move |conn| leasing::end_leases(conn, &accounts, lanes, now)).await
    }

    /// Whether other nodes may share the database.
    pub fn is_shared(&self) -> bool {
        self.inner.shared
    }

    /// Takes up to `wanted` pieces out of one of an account's buckets, all or one, leaving `keep` in it. The bucket is one
    /// for all nodes.
    pub async fn take_from_bucket(
        &self,
        account: AccountId,
        name: String,
        rate: Rate,
        wanted: i64,
        keep: i64,
    ) -> Result<Taken> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| buckets::take(conn, account, &name, rate, (wanted, keep), now)).await
    }

    /// Removes buckets that have been full for a day.
    pub async fn forget_buckets(&self) -> Result<u64> {
        let before = self.inner.ambient.now().minus(Duration::from_secs(24 * 3600));
        self.errand(move |conn| buckets::forget(conn, before)).await
    }

    /// Notes what became of an attempt, with the next commit.
    pub fn settle(&self, row: &Leased, attempt: Attempt) {
        self.inner.hand_over.settled(row.account, row.id);
        self.inner.queue.push_mark(Mark::new(row, attempt, self.inner.ambient.now(), self.inner.node));
    }

    /// An attempt is still under way: the lease begins anew, with the next commit.
    pub fn keep(&self, account: AccountId, id: DeliveryId) {
        self.inner.queue.push_mark(Mark::keep(account, id, self.inner.ambient.now(), self.inner.node));
    }

    /// How many outbox rows of each lane are owed or dead.
    pub async fn delivery_counts(&self) -> Result<Vec<(Lane, DeliveryState, i64)>> {
        self.inner.lanes.run(deliveries::counts).await
    }

    /// How long a leased row stays with its node.
    pub fn lease_time() -> Duration {
        LEASE
    }

    /// Takes no more changes, commits what is queued, and ends the committers. Blocks.
    pub fn close(&self) {
        self.inner.queue.close();
        let threads = std::mem::take(&mut *self.inner.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a committer ended in panic");
            }
        }
    }

    /// Runs work in the committers' queue, outside any batch.
    async fn errand<T: Send + 'static>(&self, work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.inner.queue.push_errand(Box::new(move |conn| {
            let _ = reply.send(conn.and_then(work));
        }));
        answer.await.unwrap_or_else(|_| Err(StoreError::Fault("a change panicked".into())))
    }
}

/// Reads accounts that differ from what is known; `None` when nothing does.
fn load(conn: &mut Conn, keys: &Keys, known: &Directory) -> Result<Option<Directory>> {
    let versions = config::versions(conn)?;
    let same = |id: AccountId, version: i64| known.by_id(id).filter(|a| a.version == version);
    if versions.len() == known.all().len() && versions.iter().all(|(id, version)| same(*id, *version).is_some()) {
        return Ok(None);
    }
    let mut accounts = Vec::with_capacity(versions.len());
    for (id, version) in versions {
        if let Some(account) = same(id, version) {
            accounts.push(Arc::clone(account));
        } else {
            accounts.extend(config::snapshot(conn, keys, id)?);
        }
    }
    Ok(Some(Directory::new(accounts)))
}

/// Takes over changes made by other programs and nodes, until the store is gone.
async fn watch_configuration(store: std::sync::Weak<Inner>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(inner) = store.upgrade() else { return };
        if let Err(error) = (Store { inner }).refresh().await {
            tracing::warn!(%error, "could not look for changed configuration");
        }
    }
}
