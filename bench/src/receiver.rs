//! A receiver of webhooks that takes everything, fast, and remembers what came; it can be shut for a while.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// `webhook-id`.
    pub id: String,
    /// The body.
    pub body: String,
}

/// A running receiver; lives as long as the bench.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    open: watch::Sender<bool>,
    bag: Arc<Bag>,
}

#[derive(Debug, Default)]
struct Bag {
    calls: Mutex<Vec<Call>>,
    count: AtomicU64,
}

impl Receiver {
    /// Listens on a thread of its own.
    pub fn start() -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").context("no free port")?;
        listener.set_nonblocking(true)?;
        let (open, gate) = watch::channel(true);
        let receiver = Self { address: listener.local_addr()?, open, bag: Arc::default() };
        let bag = Arc::clone(&receiver.bag);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, gate.clone(), Arc::clone(&bag)));
                }
            });
        });
        Ok(receiver)
    }

    /// Where to.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// While it is shut, calls are taken and not answered.
    pub fn be_open(&self, open: bool) {
        self.open.send_replace(open);
    }

    /// Calls that were answered.
    pub fn count(&self) -> u64 {
        self.bag.count.load(Ordering::Relaxed)
    }

    /// Everything so far, in the order in which it came.
    pub fn calls(&self) -> Vec<Call> {
        self.bag.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins anew.
    pub fn clear(&self) {
        self.bag.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.bag.count.store(0, Ordering::Relaxed);
    }
}

/// Calls of one connection, until it ends.
async fn serve(mut stream: TcpStream, mut gate: watch::Receiver<bool>, bag: Arc<Bag>) {
    let _ = stream.set_nodelay(true);
    let mut read = Vec::with_capacity(4096);
    loop {
        let Some((call, used)) = parse(&read) else {
            match stream.read_buf(&mut read).await {
                Ok(0) | Err(_) => return,
                Ok(_) => continue,
            }
        };
        read.drain(..used);
        // Kept when it has come, not when it is answered: the caller may die in between.
        bag.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        if gate.wait_for(|open| *open).await.is_err() {
            return;
        }
        bag.count.fetch_add(1, Ordering::Relaxed);
        if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}

/// A whole request at the front of what was read, and its length.
fn parse(read: &[u8]) -> Option<(Call, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(read).ok()? else { return None };
    let header = |name: &str| {
        let found = request.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |h| String::from_utf8_lossy(h.value).into_owned())
    };
    let end = head + header("content-length").parse::<usize>().ok()?;
    let body = read.get(head..end)?;
    Some((Call { id: header("webhook-id"), body: String::from_utf8_lossy(body).into_owned() }, end))
}

/// What came about each address: the kinds of its messages, each id once, in the order of their first coming; and what was
/// wrong with ids and order.
pub fn by_address(calls: &[Call]) -> (HashMap<String, Vec<String>>, Vec<String>) {
    let (mut bodies, mut last) = (HashMap::new(), HashMap::new());
    let (mut kinds, mut faults): (HashMap<String, Vec<String>>, _) = (HashMap::new(), Vec::new());
    let mut seen = HashSet::new();
    for call in calls {
        if *bodies.entry(&call.id).or_insert(&call.body) != &call.body {
            faults.push(format!("{}: the id came with another body", call.id));
        }
        if !seen.insert(&call.id) {
            continue;
        }
        let json: serde_json::Value = serde_json::from_str(&call.body).unwrap_or_default();
        let email = json["data"]["contact"]["email"].as_str().unwrap_or_default().to_owned();
        let place = place(&call.id);
        if last.insert(email.clone(), place).is_some_and(|before| before > place) {
            faults.push(format!("{}: came behind a later one about the same contact", call.id));
        }
        kinds.entry(email).or_default().push(json["type"].as_str().unwrap_or_default().to_owned());
    }
    (kinds, faults)
}

/// When a message was written and its row: `msg_ACCOUNT_ROW_TIME`, in hexadecimal.
fn place(id: &str) -> (i64, i64) {
    let part = |n| id.split('_').nth(n).and_then(|p| i64::from_str_radix(p, 16).ok()).unwrap_or_default();
    (part(3), part(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str, email: &str, kind: &str) -> Call {
        let body = format!("{{\"type\":\"{kind}\",\"data\":{{\"contact\":{{\"email\":\"{email}\"}}}}}}");
        Call { id: id.into(), body }
    }

    #[test]
    fn notices_ids_and_order() {
        let good = [
            call("msg_1_a_10", "a@x", "one"),
            call("msg_1_b_10", "b@x", "one"),
            call("msg_1_a_10", "a@x", "one"),
            call("msg_1_9_20", "a@x", "two"),
        ];
        let (kinds, faults) = by_address(&good);
        assert_eq!((kinds["a@x"].clone(), faults.len()), (vec!["one".to_owned(), "two".to_owned()], 0));
        let bad =
            [call("msg_1_b_10", "a@x", "two"), call("msg_1_a_10", "a@x", "one"), call("msg_1_a_10", "a@x", "other")];
        assert_eq!(by_address(&bad).1.len(), 2);
        let raw = b"POST /hook HTTP/1.1\r\nWebhook-Id: m\r\nContent-Length: 2\r\n\r\n{}POST";
        let (call, used) = parse(raw).expect("a request");
        assert_eq!((call.id.as_str(), call.body.as_str(), used), ("m", "{}", raw.len() - 4));
        assert!(parse(&raw[..used - 1]).is_none());
    }
}
