//! Recipient protection: whatever the door, the address and the node, a mailbox gets no more than it may.

use serde_json::json;
use testkit::http::Request;
use testkit::{Engine, SmtpSink, TestDatabase};
use tokio::task::JoinSet;

use crate::doors::{At, Calling, STATEMENT};
use crate::node::{self, Node, account_with, person, sign_up};

/// A second account of the same installation.
const SECOND: &[(&str, &str)] = &[
    ("slug = \"demo\"", "slug = \"second\""),
    ("external_id = \"1234ABCD\"", "external_id = \"SECOND01\""),
    ("custom_domains = [\"tickets.demo.example\"]", "custom_domains = []"),
    ("key = \"00000000-0000-0000-0000-000000000000\"", "key = \"00000000-0000-0000-0000-000000000002\""),
    ("token = \"demo-token-for-trying-out-only\"", "token = \"second-token-for-trying-out-only\""),
];

/// No limit but those of recipients, and no sign that counts by itself in a series.
const OPEN: (&str, &str) = (
    "[guard.recipients]",
    "[guard]\naddress_limit = { count = 0, seconds = 60 }\nnetwork_limit = { count = 0, seconds = 60 }\n\
     form_limit = { count = 0, seconds = 60 }\naccount_limit = { count = 0, seconds = 60 }\nattack_floor = 0\n\
     off = [\"address_busy\", \"address_burst\", \"network_busy\", \"same_client\", \"same_pattern\", \"even_gaps\", \"same_pace\", \
     \"numbered_addresses\", \"same_name\", \"same_text\", \"mailbox_variants\"]\n\n[guard.recipients]",
);

/// The pauses that accounts have otherwise.
pub const PAUSES: (&str, &str) = ("pauses = []", "pauses = [600, 3600]");

/// One mailbox at Google in one of its many spellings.
fn spelling(n: usize) -> String {
    let dots: String = "victim"
        .chars()
        .enumerate()
        .map(|(i, c)| if n >> i & 1 == 1 { format!("{c}.") } else { c.to_string() })
        .collect();
    let domain = if n.is_multiple_of(3) { "googlemail.com" } else { "gmail.com" };
    match n % 4 {
        0 => format!("{}+{n}@{domain}", dots.trim_end_matches('.')),
        1 => format!("{}@{domain}", dots.trim_end_matches('.').to_uppercase()),
        _ => format!("{}@{domain}", dots.trim_end_matches('.')),
    }
}

testkit::both_engines! {
    /// 600 sign-ups for one victim through two accounts from 600 addresses behind a trusted proxy, on two nodes where the
    /// engine allows.
    async fn a_bombed_mailbox_gets_six_mails_at_most(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let first = node::launch(&db, &sink);
        // The demo account has no pauses, so that the limits themselves are met.
        node::apply(&first, "demo", &account_with(&[])).await;
        node::apply(&first, "second", &account_with(SECOND)).await;
        let mut nodes = vec![first.start().await];
        if db.engine() == Engine::Postgres {
            let key = first.data_dir().join("secret.key");
            nodes.push(node::launch(&db, &sink).setting("VESTIBULE_SECRET_KEY_FILE", key).start().await);
        }
        let nodes = std::sync::Arc::new(nodes);
        let mut going = JoinSet::new();
        for n in 0..600 {
            let nodes = std::sync::Arc::clone(&nodes);
            going.spawn(async move {
                let mut body = person(&spelling(n));
                body["ContactFields"]["LastName"] = json!(format!("Lefèvre {}", n / 7));
                if n % 2 == 0 {
                    body["ApiKey"] = json!("00000000-0000-0000-0000-000000000002");
                }
                let from = format!("198.51.{}.{}", n / 250, n % 250);
                sign_up(&nodes[n / 2 % nodes.len()], &body, &from).await.status()
            });
        }
        let mut taken = 0;
        while let Some(status) = going.join_next().await {
            match status.expect("no panic") {
                200 => taken += 1,
                206 | 503 => {}
                other => panic!("{other}"),
            }
        }
        assert!((3..=60).contains(&taken), "{taken} callers were told that their mail went out");
        // Whatever is still owed goes out before the nodes end.
        for node in std::sync::Arc::into_inner(nodes).expect("nobody else has them") {
            node.terminate();
            node.end().await;
        }
        let mails = sink.mails();
        assert_eq!(mails.len(), 6, "three from each account");
        let another = person("somebody.else@gmail.com");
        let node = first.start().await;
        assert_eq!(sign_up(&node, &another, "198.51.100.7").await.status(), 200, "others at the same provider get theirs");
        assert_eq!(sink.mails().len(), 7);
    }

    /// One victim, every door at once, from as many forwarded addresses, with nothing but recipient protection in the way;
    /// on two nodes where the engine allows. VESTIBULE_TEST_BOMBS=10000 makes it the whole simulation.
    async fn no_door_goes_around_the_promise(db: TestDatabase) {
        let bombs = std::env::var("VESTIBULE_TEST_BOMBS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
        let sink = SmtpSink::start().await;
        let first = node::launch(&db, &sink);
        node::apply(&first, "demo", &account_with(&[OPEN])).await;
        let mut nodes = vec![first.start().await];
        if db.engine() == Engine::Postgres {
            let key = first.data_dir().join("secret.key");
            nodes.push(node::launch(&db, &sink).setting("VESTIBULE_SECRET_KEY_FILE", key).start().await);
        }
        let nodes = std::sync::Arc::new(nodes);
        let room = std::sync::Arc::new(tokio::sync::Semaphore::new(64));
        let mut going = JoinSet::new();
        for n in 0..bombs {
            let (nodes, room) = (std::sync::Arc::clone(&nodes), std::sync::Arc::clone(&room));
            going.spawn(async move {
                let _room = room.acquire().await;
                let node = &nodes[n / 5 % nodes.len()];
                let ip = format!("203.{}.{}.{}", n / 60_000, n / 250 % 250, n % 250);
                let at = match n % 5 {
                    0 => return sign_up(node, &person(&spelling(n)), &ip).await.status(),
                    1 => At::Hosted,
                    2 => At::Json,
                    3 => At::Web,
                    _ => At::Aspx,
                };
                let mut call = Calling::new(at, n).email(&spelling(n));
                if at == At::Web {
                    call = call.with("agreedStatements", format!("[\"{STATEMENT}\"]"));
                }
                call.ip = Some(ip);
                call.send_to(node.address()).await.status()
            });
        }
        while let Some(status) = going.join_next().await {
            let status = status.expect("no panic");
            assert!(matches!(status, 200 | 202 | 206 | 302 | 400 | 503), "{status}");
        }
        for node in std::sync::Arc::into_inner(nodes).expect("nobody else has them") {
            node.terminate();
            node.end().await;
        }
        let asked = sink.mails().iter().filter(|m| m.text().contains("/confirm/")).count();
        assert!((1..=3).contains(&asked), "{asked} mails asked the victim to confirm");
    }

    async fn confirming_ends_the_pause_and_not_me_ends_the_mails(db: TestDatabase) {
        let node = Node::start(db, &[PAUSES]).await;
        let with_name = |email: &str, name: &str| {
            let mut body = person(email);
            body["ContactFields"]["FirstName"] = json!(name);
            body
        };
        let email = "marie@venue.example";
        assert_eq!(node.sign_up(&with_name(email, "Marie")).await.status(), 200);
        let again = with_name("marie+again@venue.example", "Marie");
        assert_eq!(node.sign_up(&again).await.status(), 206, "the first mail is unanswered");
        let mail = node.sink.wait_for_mail_to(email).await;
        let marker = mail.header("Form-Sub").expect("a marker");
        assert!(marker.starts_with("v=1; ip=198.51.100.0; date=2"), "{marker}");
        post(&node, &mail.link("/confirm/").expect("a link")).await;
        assert!(node.is_known(email).await);
        assert_eq!(node.sign_up(&with_name(email, "Anna")).await.status(), 200, "it was answered");
        assert_eq!(node.sink.mails().len(), 2);

        let other = "piet@venue.example";
        assert_eq!(node.sign_up(&with_name(other, "Piet")).await.status(), 200);
        let mail = node.sink.wait_for_mail_to(other).await;
        post(&node, &mail.link("/not-me/").expect("a link")).await;
        for again in [other, "piet+b@venue.example"] {
            assert_eq!(node.sign_up(&with_name(again, "Pieter")).await.status(), 206);
        }
        assert_eq!(node.sink.mails().len(), 3);
        let list = node.says(&["guard", "list", "--verdict", "accept"]).await;
        assert!(list.contains("mailbox_not_me") && list.contains("mailbox_pause"), "{list}");
    }
}

async fn post(node: &Node, link: &str) {
    let path =
        link.find("://").and_then(|at| link[at + 3..].find('/').map(|end| &link[at + 3 + end..])).expect("a path");
    let response = Request::post(path).header("Content-Length", "0").send(node.running.address()).await;
    assert_eq!(response.expect("an answer").status(), 200);
}
