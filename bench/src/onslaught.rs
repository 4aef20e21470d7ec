//! Sign-ups from many connections until told to stop or cut off, each written down before it is sent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow};
use futures_util::future::join_all;

use crate::api::confirm;
use crate::client::{Connection, Fault};
use crate::ledger::{Entry, Follow};
use crate::people::{Kind, SignUpRequest, Wish};
use crate::random::{Dice, mix};
use crate::sign_ups::People;
use crate::sink::Mailbag;

/// Connections, as the issue asks.
const CONNECTIONS: u64 = 32;

/// How long a connection rests after a 503, so that an outage does not fill the ledger.
const REST: Duration = Duration::from_millis(20);

/// What an onslaught leaves.
#[derive(Debug, Default)]
pub struct Record {
    /// Every sign-up sent.
    pub entries: Vec<Entry>,
    /// Answers that nothing in the test explains.
    pub faults: BTreeMap<String, u64>,
}

impl Record {
    fn fault(&mut self, what: String) {
        *self.faults.entry(what).or_default() += 1;
    }
}

/// A running onslaught.
#[derive(Debug)]
pub struct Onslaught {
    thread: JoinHandle<Result<Record>>,
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicU64>,
}

/// What each connection shares.
struct Front {
    address: SocketAddr,
    account: u32,
    people: Arc<People>,
    bag: Arc<Mailbag>,
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicU64>,
    record: RefCell<Record>,
}

impl Onslaught {
    /// Begins on a thread of its own.
    pub fn start(address: SocketAddr, account: u32, people: &Arc<People>, bag: &Arc<Mailbag>, seed: u64) -> Self {
        let (stop, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (people, bag) = (Arc::clone(people), Arc::clone(bag));
        let (stop_there, accepted_there) = (Arc::clone(&stop), Arc::clone(&accepted));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let front = Rc::new(Front {
                address,
                account,
                people,
                bag,
                stop: stop_there,
                accepted: accepted_there,
                record: RefCell::default(),
            });
            tokio::task::LocalSet::new().block_on(&runtime, async {
                let all = (0..CONNECTIONS).map(|n| tokio::task::spawn_local(assail(Rc::clone(&front), mix(seed ^ n))));
                join_all(all).await;
            });
            let front = Rc::try_unwrap(front).map_err(|_| anyhow!("a connection still counts"))?;
            Ok(front.record.into_inner())
        });
        Self { thread, stop, accepted }
    }

    /// Sign-ups answered 200 so far.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Ends it after the requests under way, if it has not been cut off.
    pub fn stop(self) -> Result<Record> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the onslaught panicked"))?
    }
}

/// One connection; ends when it is cut off.
async fn assail(front: Rc<Front>, seed: u64) {
    let mut dice = Dice::new(seed);
    let mut requests = [Kind::Applied, Kind::Confirmed, Kind::Refused].map(|kind| SignUpRequest::new(kind, "bench"));
    let Ok(mut connection) = Connection::open(front.address).await else { return };
    while !front.stop.load(Ordering::Relaxed) && !connection.is_spent() {
        let (kind, request) = match dice.below(20) {
            0..9 => (Kind::Applied, 0),
            9..18 => (Kind::Confirmed, 1),
            _ => (Kind::Refused, 2),
        };
        let wish = Wish::new(front.account, front.people.someone());
        let follow = dice.below(2) == 0;
        if let Err(fault) = sign_up(&front, &mut connection, wish, kind, requests[request].of(wish), follow).await {
            match fault {
                // The point of the test; for a killed database the command checks that the server still runs.
                Fault::Lost(_) => return,
                Fault::Garbled(_) => front.record.borrow_mut().fault(fault.to_string()),
            }
        }
    }
}

async fn sign_up(
    front: &Front,
    connection: &mut Connection,
    wish: Wish,
    kind: Kind,
    request: &[u8],
    follow: bool,
) -> Result<(), Fault> {
    let at = front.record.borrow().entries.len();
    front.record.borrow_mut().entries.push(Entry::new(wish, kind));
    let answer = connection.exchange(request).await?;
    let (status, retry_after) = (answer.status, answer.retry_after);
    let expected =
        matches!((kind, status), (Kind::Applied, 200) | (Kind::Confirmed, 200 | 206) | (Kind::Refused, 404) | (_, 503));
    let surprise = (!expected).then(|| format!("{kind:?} answered {status} {}", answer.reason));
    front.record.borrow_mut().entries[at].answer = Some(status);
    if let Some(surprise) = surprise {
        front.record.borrow_mut().fault(surprise);
    }
    match status {
        200 => {
            front.accepted.fetch_add(1, Ordering::Relaxed);
        }
        503 => {
            if !retry_after {
                front.record.borrow_mut().fault("503 without Retry-After".into());
            }
            tokio::time::sleep(REST).await;
        }
        _ => {}
    }
    if kind == Kind::Confirmed && status == 200 && follow {
        follow_link(front, connection, wish, at).await?;
    }
    Ok(())
}

async fn follow_link(front: &Front, connection: &mut Connection, wish: Wish, at: usize) -> Result<(), Fault> {
    let Some(token) = front.bag.tokens(&wish.address()).pop() else {
        front.record.borrow_mut().fault("no mail after 200".into());
        return Ok(());
    };
    front.record.borrow_mut().entries[at].follow = Follow::Sent;
    match confirm(connection, &token).await? {
        200 | 303 => front.record.borrow_mut().entries[at].follow = Follow::Acknowledged,
        503 => {}
        status => front.record.borrow_mut().fault(format!("confirm answered {status}")),
    }
    Ok(())
}
