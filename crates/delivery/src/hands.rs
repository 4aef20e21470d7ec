//! What mail and webhook workers share: the rows in a node's hands with their leases, and the task that works on them.

use std::collections::HashMap;
use std::time::Duration;

use model::{AccountId, DeliveryId};
use store::{Attempt, Leased, Store};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The rows in hand. Their leases are renewed until their attempts are over, so that what takes long is not taken over by
/// another node.
pub(crate) struct Hands {
    store: Store,
    /// With the time when each lease was last renewed.
    since: HashMap<(AccountId, DeliveryId), Instant>,
}

impl Hands {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, since: HashMap::new() }
    }

    pub(crate) fn take(&mut self, row: &Leased) {
        self.since.insert((row.account, row.id), Instant::now());
    }

    /// Its attempt is over.
    pub(crate) fn forget(&mut self, account: AccountId, id: DeliveryId) {
        self.since.remove(&(account, id));
    }

    /// Renews the leases that are a third over.
    pub(crate) fn renew(&mut self) {
        let third = Store::lease_time() / 3;
        for ((account, id), since) in &mut self.since {
            if since.elapsed() > third {
                self.store.keep(*account, *id);
                *since = Instant::now();
            }
        }
    }

    /// What becomes of a row that this node lets go of: it is due again, for whoever comes.
    pub(crate) fn let_go(&mut self, row: &Leased) -> Attempt {
        self.forget(row.account, row.id);
        Attempt::Later { at: self.store.ambient().now(), why: "the node was stopped before its turn".into() }
    }
}

/// A task that works until it is told to stop.
pub(crate) struct Working {
    stop: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

impl Working {
    /// Starts it; what it is given yields when it is to stop.
    pub(crate) fn start<F: Future<Output = ()> + Send + 'static>(work: impl FnOnce(mpsc::Receiver<()>) -> F) -> Self {
        let (stop, stopped) = mpsc::channel(1);
        Self { stop, task: tokio::spawn(work(stopped)) }
    }

    /// Tells it to stop and waits for what is under way, up to `patience`.
    pub(crate) async fn stop(self, patience: Duration, what: &'static str) {
        let _ = self.stop.send(()).await;
        if tokio::time::timeout(patience, self.task).await.is_err() {
            tracing::warn!(what, "deliveries were under way when time ran out; their leases end by themselves");
        }
    }
}
