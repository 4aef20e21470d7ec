//! Two nodes on one PostgreSQL: nothing kept on a node but caches.

use std::time::Duration;

use testkit::http::{Connection, Request};
use testkit::smtp_sink::{Fault, Stage};
use testkit::{Launch, Running, SmtpSink, TestDatabase};

use crate::support::{
    KEY, assert_applied, assert_status, command, confirm, contact, demo, sign_up, until, within, write,
};

/// Two nodes with one key, each with a data folder and a mail server of its own.
async fn two(db: &TestDatabase, sinks: [&SmtpSink; 2]) -> (Running, Running) {
    let first = demo(db.url(), sinks[0]);
    let running = first.start().await;
    let second: Launch = demo(db.url(), sinks[1])
        .setting("VESTIBULE_SECRET_KEY_FILE", first.data_dir().join("secret.key"))
        .setting("VESTIBULE_PUBLIC_URL", "http://second.example.org");
    (running, second.start().await)
}

#[tokio::test]
async fn what_one_begins_the_other_ends() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let (one, other) = two(&db, [&sink, &sink]).await;
    assert_status(&sign_up("both@example.org", true).send(one.address()).await.expect("an answer"), 200);
    let link = sink.wait_for_mail_to("both@example.org").await.link("/confirm/").expect("a link");
    assert_status(&confirm(other.address(), &link).await, 200);
    assert_applied(one.address(), "both@example.org").await;
    assert_applied(other.address(), "both@example.org").await;
}

#[tokio::test]
async fn nodes_may_set_up_one_database_at_once() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let launch = demo(db.url(), &sink);
    write(&launch, "key", &store_key());
    let key = launch.data_dir().join("key");
    let node = || demo(db.url(), &sink).setting("VESTIBULE_SECRET_KEY_FILE", &key);
    let (a, b, c) = (node(), node(), node());
    let nodes = tokio::join!(a.start(), b.start(), c.start());
    for (n, node) in [nodes.0, nodes.1, nodes.2].iter().enumerate() {
        let email = format!("first{n}@example.org");
        assert_status(&sign_up(&email, false).send(node.address()).await.expect("an answer"), 200);
    }
}

/// 32 bytes in base64.
fn store_key() -> String {
    format!("{}=", "A".repeat(43))
}

#[tokio::test]
async fn both_see_an_apply() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let (one, other) = two(&db, [&sink, &sink]).await;
    let launch = demo(db.url(), &sink).setting("VESTIBULE_SECRET_KEY_FILE", one.data_dir().join("secret.key"));
    write(&launch, "demo.toml", &vestibule::DEMO_ACCOUNT.replace("Monthly Newsletter", "Weekly Newsletter"));
    command(&launch, &["account", "apply", "demo.toml"], 0).await;
    within(Duration::from_secs(2), "the new name on both nodes", async || {
        for node in [&one, &other] {
            let list = Request::get("/v2.0/mailinglists/QWERTY1A").header("ApiKey", KEY);
            let answer = list.send(node.address()).await.expect("an answer");
            if !answer.text().contains("Weekly Newsletter") {
                return Err(answer.text());
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn one_wish_at_both_is_one_wish() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let (one, other) = two(&db, [&sink, &sink]).await;
    for n in 0..20 {
        let email = format!("twice{n}@example.org");
        let wish = sign_up(&email, true);
        let (first, second) = tokio::join!(wish.send(one.address()), wish.send(other.address()));
        assert_status(&first.expect("an answer"), 200);
        assert_status(&second.expect("an answer"), 200);
    }
    // Whatever was going to be sent stands in the outbox by now; a last mail shows that the workers have seen it all.
    assert_status(&sign_up("last@example.org", true).send(one.address()).await.expect("an answer"), 200);
    let mails = sink.wait_for(21).await;
    let mut to: Vec<_> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
    to.sort();
    to.dedup();
    assert_eq!((mails.len(), to.len()), (21, 21), "somebody was mailed twice: {to:?}");
    let mut connection = Connection::open(one.address()).await.expect("a connection");
    for n in 0..20 {
        assert!(contact(&mut connection, &format!("twice{n}@example.org")).await.is_some());
    }
}

#[tokio::test]
async fn a_link_that_is_asked_for_at_both_is_mailed_once() {
    let db = TestDatabase::postgres();
    let sink = SmtpSink::start().await;
    let (one, other) = two(&db, [&sink, &sink]).await;
    assert_status(&sign_up("asks@example.org", false).send(one.address()).await.expect("an answer"), 200);
    let body = "EmailAddress=asks%40example.org";
    let ask = Request::post("/demo/preferences").header("Content-Type", "application/x-www-form-urlencoded").body(body);
    for _ in 0..3 {
        for node in [&one, &other] {
            assert_status(&ask.send(node.address()).await.expect("an answer"), 200);
        }
    }
    // A last mail shows that the workers have seen all that was written before.
    assert_status(&sign_up("last@example.org", true).send(one.address()).await.expect("an answer"), 200);
    sink.wait_for_mail_to("last@example.org").await;
    let links = sink.mails().iter().filter(|mail| mail.to[0] == "asks@example.org").count();
    assert_eq!(links, 1);
}

#[tokio::test]
async fn the_mail_of_a_killed_node_is_sent_by_the_other() {
    let db = TestDatabase::postgres();
    let (stuck, sink) = (SmtpSink::start().await, SmtpSink::start().await);
    stuck.always(Stage::Message, Fault::Hang);
    let (one, other) = two(&db, [&stuck, &sink]).await;
    let address = one.address();
    let caller = tokio::spawn(async move { sign_up("orphan@example.org", true).send(address).await });
    stuck.wait_for_hung(1).await;
    // Committed and leased by the first node: the second leaves it alone while that one lives.
    let mut connection = Connection::open(other.address()).await.expect("a connection");
    until("the sign-up is kept", async || {
        contact(&mut connection, "orphan@example.org").await.map(|_| ()).ok_or_else(|| "nobody".to_owned())
    })
    .await;
    one.kill().await;
    let mail = sink.wait_for_mail_to("orphan@example.org").await;
    let link = mail.link("/confirm/").expect("a link");
    assert_status(&confirm(other.address(), &link).await, 200);
    assert_applied(other.address(), "orphan@example.org").await;
    assert_eq!(sink.mails().len(), 1);
    let _broken = caller.await;
}
