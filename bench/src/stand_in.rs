//! A server in memory with the same outside, for the bench's own tests: the honest one shows that the workloads and the
//! judge agree on the contract, the others that the judge notices.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::people::{LISTS, SIGN_UP_PATH, UNKNOWN_TAG};

/// What the stand-in does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sin {
    /// Nothing.
    None,
    /// Acknowledges a sign-up and keeps nothing of it.
    Forgets,
    /// Applies the fields and not the lists.
    Tears,
    /// Applies before the link is followed.
    Hurries,
    /// Keeps a refused sign-up.
    KeepsRefused,
}

type Shared = Arc<(Sin, SocketAddr, Mutex<Kept>)>;

#[derive(Default)]
struct Kept {
    contacts: HashMap<String, Value>,
    on_lists: Vec<String>,
    pending: HashMap<String, Value>,
    seen: HashSet<String>,
}

/// Serves on a thread of its own, sending mail to `mail`.
pub fn start(sin: Sin, mail: SocketAddr) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new()
        .route(SIGN_UP_PATH, post(sign_up))
        .route("/confirm/{token}", post(confirm))
        .route("/v2.0/contact/get/{address}/", get(contact))
        .route("/v2.0/mailinglists/subscribers/{list}", get(subscribers))
        .with_state(Arc::new((sin, mail, Mutex::default())));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    std::thread::spawn(move || {
        runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await })
    });
    address
}

async fn sign_up(State(shared): State<Shared>, body: String) -> StatusCode {
    let wish: Value = serde_json::from_str(&body).unwrap();
    let address = wish["EmailAddress"].as_str().unwrap().to_owned();
    if wish["Tags"][1] == UNKNOWN_TAG {
        if shared.0 == Sin::KeepsRefused {
            shared.2.lock().unwrap().contacts.insert(address, json!({"IsConfirmed": false}));
        }
        return StatusCode::NOT_FOUND;
    }
    let token = {
        let mut kept = shared.2.lock().unwrap();
        if !kept.seen.insert(body) || shared.0 == Sin::Forgets {
            return StatusCode::OK;
        }
        if wish["RequireConfirmation"] == "false" || shared.0 == Sin::Hurries {
            kept.apply(shared.0, &wish);
            return StatusCode::OK;
        }
        let token = format!("t{}", kept.pending.len());
        kept.pending.insert(token.clone(), wish);
        kept.contacts.entry(address.clone()).or_insert_with(|| json!({"IsConfirmed": false}));
        token
    };
    send_mail(shared.1, &address, &token);
    StatusCode::OK
}

impl Kept {
    fn apply(&mut self, sin: Sin, wish: &Value) {
        let address = wish["EmailAddress"].as_str().unwrap().to_owned();
        let (first, last) = (&wish["ContactFields"]["FirstName"], &wish["ContactFields"]["LastName"]);
        self.contacts.insert(address.clone(), json!({"IsConfirmed": true, "FirstName": first, "LastName": last}));
        if sin != Sin::Tears {
            self.on_lists.push(address);
        }
    }
}

async fn confirm(State(shared): State<Shared>, Path(token): Path<String>) -> StatusCode {
    let mut kept = shared.2.lock().unwrap();
    let Some(wish) = kept.pending.get(&token).cloned() else { return StatusCode::NOT_FOUND };
    kept.apply(shared.0, &wish);
    StatusCode::OK
}

async fn contact(State(shared): State<Shared>, Path(address): Path<String>) -> Result<Json<Value>, StatusCode> {
    shared.2.lock().unwrap().contacts.get(&address).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn subscribers(State(shared): State<Shared>, Path(list): Path<String>) -> Json<Value> {
    assert!(LISTS.contains(&list.as_str()) || list == "MEMBERS1");
    let kept = shared.2.lock().unwrap();
    Json(kept.on_lists.iter().map(|address| json!({"SystemID": 1, "EmailAddress": address})).collect())
}

fn send_mail(to: SocketAddr, address: &str, token: &str) {
    let mut peer = TcpStream::connect(to).unwrap();
    let link = format!("http://stand-in/confirm/{token}");
    write!(peer, "MAIL FROM:<a@b>\r\nRCPT TO:<{address}>\r\nDATA\r\n\r\n{link}\r\n.\r\nQUIT\r\n").unwrap();
    peer.read_to_string(&mut String::new()).unwrap();
}

mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api;
    use crate::crash::check;
    use crate::journeys::Journeys;
    use crate::load::{Load, run};
    use crate::onslaught::{Onslaught, Record};
    use crate::sign_ups::People;
    use crate::sink::Sink;

    #[test]
    fn journeys_agree_with_the_contract() {
        let sink = Sink::start().unwrap();
        let target = start(Sin::None, sink.address);
        let people = Arc::new(People::default());
        let load = Load {
            target,
            pid: std::process::id(),
            database: None,
            connections: 4,
            threads: 1,
            warm_up: Duration::ZERO,
            length: Duration::from_millis(500),
            rate: None,
        };
        let caller = |n| Journeys::new(Arc::clone(&people), Arc::clone(&sink.bag), 3, "test", n as u64);
        let measured = run(&load, caller).unwrap();
        assert!(measured.tally.faults.is_empty(), "{:?}", measured.tally.faults);
        assert!(measured.tally.journeys > 10 && measured.tally.sign_ups.len() > measured.tally.journeys);
        assert_eq!(sink.bag.clear(), 0);
    }

    #[test]
    fn the_judge_notices() {
        for sin in [Sin::None, Sin::Forgets, Sin::Tears, Sin::Hurries, Sin::KeepsRefused] {
            let sink = Sink::start().unwrap();
            let address = start(sin, sink.address);
            let onslaught = Onslaught::start(address, 1, &Arc::new(People::default()), &sink.bag, 5);
            while onslaught.accepted() < 200 {
                std::thread::yield_now();
            }
            let Record { mut entries, faults } = onslaught.stop().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let wrong = runtime.block_on(check(address, 1, &mut entries)).unwrap();
            assert_eq!(wrong.is_empty(), sin == Sin::None, "{sin:?}: {wrong:?}");
            let mail_missing = faults.contains_key("no mail after 200");
            assert_eq!(mail_missing, matches!(sin, Sin::Forgets | Sin::Hurries), "{sin:?}: {faults:?}");
        }
    }

    #[test]
    fn lost_connections_are_no_answers() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || drop(listener.accept()));
        let read = runtime.block_on(api::for_each(address, &mut [()], async |connection, ()| {
            api::contact(connection, 0, "a@b").await.map(drop)
        }));
        assert!(read.is_err());
    }
}
