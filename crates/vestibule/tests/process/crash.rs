//! Nothing lost: killed at any moment, the program has kept all that it acknowledged and nothing that it refused; told
//! to stop, it answers what it has begun.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testkit::http::Connection;
use testkit::smtp_sink::{Fault, Stage};
use testkit::{SmtpSink, TestDatabase, both_engines};
use tokio::task::JoinSet;

use crate::support::{assert_status, confirm, contact, demo, sign_up, subscribers, until, until_ready_is};

const CONNECTIONS: u64 = 32;
const ROUNDS: u64 = 3;

/// What somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    AtOnce,
    Confirmed,
    /// With a list that there is not.
    Refused,
}

#[derive(Debug)]
struct Entry {
    email: String,
    wish: Wish,
    /// None when the connection broke first.
    status: Option<u16>,
}

/// Numbers that look random and follow from a seed.
fn roll(seed: u64, n: u64) -> u64 {
    // SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One connection, one sign-up after the other until it breaks.
async fn assail(server: SocketAddr, round: u64, connection: u64, seed: u64, answered: Arc<AtomicUsize>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let Ok(mut open) = Connection::open(server).await else { return entries };
    for n in 0.. {
        let wish = match roll(seed ^ connection, n) % 10 {
            0..4 => Wish::AtOnce,
            4..9 => Wish::Confirmed,
            _ => Wish::Refused,
        };
        let email = format!("r{round}.c{connection}.n{n}@example.org");
        let request = sign_up(&email, wish == Wish::Confirmed);
        let request = if wish == Wish::Refused {
            let body = String::from_utf8(request.to_bytes("")).expect("text");
            let body = body.split_once("\r\n\r\n").expect("a body").1.replace("QWERTY1A", "NOSUCH01");
            request.body(body)
        } else {
            request
        };
        let status = open.exchange(&request).await.ok().map(|answer| answer.status());
        entries.push(Entry { email, wish, status });
        answered.fetch_add(usize::from(status.is_some()), Ordering::Relaxed);
        if status.is_none() {
            break;
        }
    }
    entries
}

both_engines! {
    async fn what_was_acknowledged_outlives_a_kill(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let launch = demo(db.url(), &sink);
        let seed = RandomState::new().hash_one(std::process::id());
        println!("seed {seed}");
        let mut all = Vec::new();
        for round in 0..ROUNDS {
            let server = launch.start().await;
            let answered = Arc::new(AtomicUsize::new(0));
            let mut going = JoinSet::new();
            for n in 0..CONNECTIONS {
                going.spawn(assail(server.address(), round, n, roll(seed, round), Arc::clone(&answered)));
            }
            // The moment is counted in answers, so that it lies in the thick of it on any machine.
            let moment = 20 + (roll(seed, 1000 + round) % 400) as usize;
            until("answers", async || {
                let count = answered.load(Ordering::Relaxed);
                if count >= moment { Ok(()) } else { Err(format!("{count} of {moment}")) }
            })
            .await;
            server.kill().await;
            let mut entries: Vec<Entry> = going.join_all().await.into_iter().flatten().collect();
            let open = entries.iter().filter(|e| e.status.is_none()).count();
            println!("round {round}: killed after {moment}: {} sent, {open} open", entries.len());
            assert!(open > 0, "it was not killed under load");
            all.append(&mut entries);
        }
        let server = launch.start().await;
        judge(server.address(), &sink, &all).await;
    }

    async fn a_stop_answers_what_has_begun(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let launch = demo(db.url(), &sink);
        let server = launch.start().await;
        // The mail server takes its time, so that every caller is in the middle when the stop comes.
        sink.always(Stage::Message, Fault::Hang);
        let mut going = JoinSet::new();
        for n in 0..CONNECTIONS {
            let address = server.address();
            going.spawn(async move {
                let email = format!("stop{n}@example.org");
                let answer = sign_up(&email, true).send(address).await;
                (email, answer.expect("what has begun is answered").status())
            });
        }
        until("every sign-up is kept", async || {
            let metrics = testkit::http::get(server.ops_address(), "/metrics").await.expect("an answer").text();
            let kept = format!("vestibule_sign_ups_total{{outcome=\"pending\"}} {CONNECTIONS}\n");
            if metrics.contains(&kept) { Ok(()) } else { Err(metrics) }
        })
        .await;
        let idle = Connection::open(server.address()).await.expect("a connection");
        let stopped = Instant::now();
        server.terminate();
        until_ready_is(server.ops_address(), 503).await;
        let refused = until("nothing new is accepted", async || match Connection::open(server.address()).await {
            Err(error) => Ok(error.kind()),
            Ok(_) => Err("a connection".into()),
        });
        assert_eq!(refused.await, std::io::ErrorKind::ConnectionRefused);
        sink.heal();
        let answers = going.join_all().await;
        let ended = server.end().await;
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
        assert!(stopped.elapsed() < Duration::from_secs(30));
        assert!(answers.iter().all(|(_, status)| matches!(status, 200 | 206)), "{answers:?}");
        drop(idle);

        let server = ended.launch.start().await;
        for (email, _) in &answers {
            let link = sink.wait_for_mail_to(email).await.link("/confirm/").expect("a link");
            assert_status(&confirm(server.address(), &link).await, 200);
        }
        let listed = subscribers(&mut Connection::open(server.address()).await.expect("a connection"), "QWERTY1A").await;
        assert!(answers.iter().all(|(email, _)| listed.contains(email)), "{listed:?}");
    }
}

/// Everybody stands as was promised, and every mail comes.
async fn judge(server: SocketAddr, sink: &SmtpSink, all: &[Entry]) {
    let mut connection = Connection::open(server).await.expect("a connection");
    let listed: std::collections::HashSet<_> = subscribers(&mut connection, "QWERTY1A").await.into_iter().collect();
    for entry in all {
        let found = contact(&mut connection, &entry.email).await;
        let on_list = listed.contains(&entry.email);
        let whole = |c: &serde_json::Value| c["FirstName"] == "Zebedee" && c["LastName"] == "Quixotry";
        match (entry.wish, entry.status, &found) {
            (Wish::Refused, None | Some(404), None) => assert!(!on_list, "{entry:?}"),
            (Wish::AtOnce | Wish::Confirmed, None, None) => assert!(!on_list, "torn: {entry:?}"),
            (Wish::AtOnce, None | Some(200), Some(c)) => {
                assert!(whole(c) && c["IsConfirmed"] == true && on_list, "torn: {entry:?} {c}");
            }
            (Wish::Confirmed, None | Some(200 | 206), Some(c)) => {
                assert!(c["IsConfirmed"] == false && c["FirstName"].is_null() && !on_list, "torn: {entry:?} {c}");
            }
            _ => panic!("lost or made up: {entry:?} {found:?}"),
        }
    }
    let owed: Vec<_> = all.iter().filter(|e| e.wish == Wish::Confirmed && e.status.is_some()).collect();
    let patience = "every mail that is owed";
    let mails = sink
        .wait_until(patience, |mails| {
            let to: std::collections::HashSet<_> = mails.iter().flat_map(|mail| &mail.to).collect();
            owed.iter().all(|entry| to.contains(&entry.email))
        })
        .await;
    // A link that was mailed works: the last one of each round.
    for entry in owed.iter().rev().take(20) {
        let mail = mails.iter().find(|mail| mail.to.contains(&entry.email)).expect("just seen");
        assert_status(&confirm(server, &mail.link("/confirm/").expect("a link")).await, 200);
        let found = contact(&mut connection, &entry.email).await.expect("is there");
        assert!(found["IsConfirmed"] == true && found["FirstName"] == "Zebedee", "{found}");
    }
    let nobody = |email: &String| !all.iter().any(|e| e.email == *email && e.wish == Wish::Confirmed);
    let strangers: Vec<_> = mails.iter().flat_map(|mail| &mail.to).filter(|to| nobody(to)).collect();
    assert!(strangers.is_empty(), "mailed unasked: {strangers:?}");
}
