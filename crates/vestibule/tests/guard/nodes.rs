//! Several nodes on one PostgreSQL: what one has counted counts at the others.

use std::time::Duration;

use testkit::http::Request;
use testkit::{Running, SmtpSink, TestDatabase};

use crate::doors::{At, Calling};
use crate::node::{self, account_with};
use crate::solving::solved;

const THIRTY: (&str, &str) = (
    "[[api_user]]",
    "[guard]\naddress_limit = { count = 30, seconds = 3600 }\nattack_floor = 0\noff = [\"address_busy\", \"address_burst\", \"network_busy\", \"same_client\", \"same_pace\", \"even_gaps\", \"same_pattern\", \"same_name\", \"numbered_addresses\"]\n\n[[api_user]]",
);

/// Little work.
const EASY: (&str, &str) = ("[[api_user]]", "[guard]\nwork_rounds = 1\n\n[[api_user]]");

/// Nobody is too fast.
const UNHASTY: (&str, &str) = ("[[api_user]]", "[guard]\ntoo_fast_ms = 0\nquick_ms = 0\n\n[[api_user]]");

/// Two nodes on one database, with one account.
async fn two(db: &TestDatabase, sink: &SmtpSink, change: (&str, &str)) -> (Running, Running) {
    let launch = node::launch(db, sink);
    node::apply(&launch, "demo", &account_with(&[change])).await;
    let key = launch.data_dir().join("secret.key");
    let first = launch.start().await;
    let other = node::launch(db, sink).setting("VESTIBULE_SECRET_KEY_FILE", key).start().await;
    (first, other)
}

#[tokio::test]
async fn a_solved_challenge_is_good_for_one_node() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let (first, other) = two(&db, &sink, EASY).await;
    let strange =
        |n: usize, answer: &str| Calling::new(At::Json, n).with("ticket", "x").with("altcha", answer.to_owned());
    for (n, used_at, again_at) in [(0, &first, &other), (10, &other, &first)] {
        let asked = strange(n, "").send_to(used_at.address()).await;
        let url = asked.json()["challenge"]["url"].as_str().expect("where to solve").to_owned();
        let challenge = testkit::http::get(used_at.address(), &url).await.expect("an answer").text();
        let answer = solved(&challenge);
        assert_eq!(strange(n, &answer).send_to(used_at.address()).await.status(), 202);
        assert_eq!(strange(n + 1, &answer).send_to(again_at.address()).await.status(), 403, "used on another node");
    }
}

#[tokio::test]
async fn a_used_ticket_is_known_to_all_nodes() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let (first, other) = two(&db, &sink, UNHASTY).await;
    let mut tickets = Vec::new();
    for n in 0..16 {
        let form = Request::get("/demo/forms/12ABCDE3").header("Accept", "application/json");
        let shown = form.send(first.address()).await.expect("an answer").json();
        let ticket = shown["ticket"].as_str().expect("a ticket").to_owned();
        let call = Calling::new(At::Json, n).with("ticket", ticket.clone());
        assert_eq!(call.send_to(first.address()).await.status(), 202, "{n}");
        tickets.push(ticket);
    }
    // Told within a second or two; each try is with a ticket that the other node has not seen itself.
    let mut tries = tickets.into_iter().enumerate();
    loop {
        let (n, ticket) = tries.next().expect("a ticket that the other node was told of");
        let somebody_else = Calling::new(At::Json, 100 + n).with("ticket", ticket.clone());
        if somebody_else.send_to(other.address()).await.status() == 403 {
            let same = Calling::new(At::Json, n).with("ticket", ticket);
            assert_eq!(same.send_to(other.address()).await.status(), 202, "a second click by the same person");
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

#[tokio::test]
async fn a_limit_is_one_for_all_nodes() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let launch = node::launch(&db, &sink);
    node::apply(&launch, "demo", &account_with(&[THIRTY])).await;
    let key = launch.data_dir().join("secret.key");
    let first = launch.start().await;
    let other = node::launch(&db, &sink).setting("VESTIBULE_SECRET_KEY_FILE", key).start().await;
    let from = |running: &testkit::Running, n: usize| {
        let mut call = Calling::new(At::Json, n);
        call.ip = Some("203.0.113.77".into());
        let address = running.address();
        async move { call.send_to(address).await.status() }
    };
    for n in 0..28 {
        assert_eq!(from(&first, n).await, 202, "{n}");
    }
    // Told within a second or two; until then the other node counts alone.
    let mut taken = 0;
    for n in 100..125 {
        if from(&other, n).await == 429 {
            break;
        }
        taken += 1;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert!(taken < 25, "the other node took {taken} more");
}
