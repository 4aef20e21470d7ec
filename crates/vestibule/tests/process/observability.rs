//! What the operator sees: health, readiness, numbers, logs. And what nobody sees there: who signed up.

#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use testkit::http::{Connection, Request, get};
use testkit::smtp_sink::{Fault, Stage};
use testkit::{SmtpSink, TestDatabase, both_engines};

use crate::support::{KEY, assert_status, confirm, demo, sign_up, until};

/// Samples by name and labels, as written.
type Samples = BTreeMap<String, f64>;

/// Reads Prometheus' text format, version 0.0.4, and checks what a server of theirs would.
fn parse(text: &str) -> Samples {
    assert!(text.ends_with('\n'));
    let mut kinds = BTreeMap::new();
    let mut samples = Samples::new();
    for line in text.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", _, _] => {}
            ["#", "TYPE", name, kind @ ("counter" | "gauge" | "histogram")] => {
                assert!(kinds.insert(name, kind).is_none(), "{name} twice");
            }
            _ => {
                let (key, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
                let name = key.split('{').next().expect("a name");
                let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
                let family = family.filter(|f| kinds.get(f) == Some(&"histogram")).unwrap_or(name);
                assert!(kinds.contains_key(family), "no type before {line}");
                assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{name}");
                if let Some(labels) = key.strip_prefix(name).filter(|l| !l.is_empty()) {
                    let inner = labels.strip_prefix('{').and_then(|l| l.strip_suffix('}')).expect("braces");
                    for label in inner.split(',') {
                        let (_, value) = label.split_once('=').expect("a label");
                        assert!(value.len() >= 2 && value.starts_with('"') && value.ends_with('"'), "{line}");
                    }
                }
                let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
                assert!(samples.insert(key.to_owned(), value).is_none(), "{key} twice");
            }
        }
    }
    for (name, _) in kinds.iter().filter(|(_, kind)| **kind == "histogram") {
        let buckets: Vec<_> = text.lines().filter(|l| l.starts_with(&format!("{name}_bucket"))).collect();
        let counts: Vec<f64> =
            buckets.iter().map(|l| l.rsplit(' ').next().expect("a value").parse().expect("a number")).collect();
        assert!(counts.is_sorted(), "{name} is not cumulated: {buckets:?}");
        assert!(buckets.last().expect("buckets").contains("le=\"+Inf\""));
        assert_eq!(counts.last(), samples.get(&format!("{name}_count")));
    }
    samples
}

async fn metrics(ops: SocketAddr) -> Samples {
    let answer = get(ops, "/metrics").await.expect("an answer");
    assert_eq!(answer.header("Content-Type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    parse(&answer.text())
}

both_engines! {
    async fn numbers_move(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let server = demo(db.url(), &sink).start().await;
        let ops = server.ops_address();
        assert_eq!(get(ops, "/healthz").await.expect("an answer").text(), "ok\n");
        assert_eq!(get(ops, "/readyz").await.expect("an answer").text(), "ready\n");
        let before = metrics(ops).await;
        assert_eq!(before["vestibule_accounts"], 1.0);
        assert_eq!(before["vestibule_queue_length"], 0.0);

        let mut connection = Connection::open(server.address()).await.expect("a connection");
        for (email, confirmed, status) in
            [("a@example.org", false, 200), ("b@example.org", true, 200), ("b@example.org", true, 200), ("nonsense", true, 400)]
        {
            let answer = connection.exchange(&sign_up(email, confirmed)).await.expect("an answer");
            assert_status(&answer, status);
        }
        let link = sink.wait_for_mail_to("b@example.org").await.link("/confirm/").expect("a link");
        assert_status(&confirm(server.address(), &link).await, 200);
        sink.times(1, Stage::Message, Fault::Answer("451 4.3.0 Later"));
        assert_status(&connection.exchange(&sign_up("c@example.org", true)).await.expect("an answer"), 206);

        let after = metrics(ops).await;
        for (name, grown) in [
            ("vestibule_requests_total{door=\"sentori\",outcome=\"ok\"}", 3.0),
            ("vestibule_requests_total{door=\"sentori\",outcome=\"refused\"}", 1.0),
            ("vestibule_requests_total{door=\"sentori\",outcome=\"mail_owed\"}", 1.0),
            ("vestibule_requests_total{door=\"pages\",outcome=\"ok\"}", 1.0),
            ("vestibule_sign_ups_total{outcome=\"applied\"}", 1.0),
            ("vestibule_sign_ups_total{outcome=\"pending\"}", 2.0),
            ("vestibule_sign_ups_total{outcome=\"repeated\"}", 1.0),
            ("vestibule_sign_ups_total{outcome=\"confirmed\"}", 1.0),
            ("vestibule_delivery_attempts_total{result=\"done\"}", 1.0),
            ("vestibule_delivery_attempts_total{result=\"again\"}", 1.0),
        ] {
            let was = before.get(name).copied().unwrap_or(0.0);
            assert_eq!(after.get(name).copied().unwrap_or(0.0) - was, grown, "{name} in {after:#?}");
        }
        for name in ["vestibule_commit_batch_size_count", "vestibule_commit_batch_size_sum", "vestibule_commit_seconds_count"] {
            // The confirmation and four sign-ups that were valid.
            assert_eq!(after[name] - before[name], 5.0, "{name}");
        }
        assert!(after["vestibule_commit_seconds_sum"] > before["vestibule_commit_seconds_sum"]);
        assert!(after["vestibule_commit_seconds_sum"] < 5.0, "seconds, not another unit");
        until("the mail is owed, then sent", async || {
            let now = metrics(ops).await;
            let owed = now["vestibule_deliveries{lane=\"confirmation\",state=\"owed\"}"];
            if owed == 0.0 && sink.mails().len() == 2 { Ok(()) } else { Err(format!("{owed} owed")) }
        })
        .await;
    }

    async fn logs_are_json_and_name_nobody(db: TestDatabase) {
        let sink = SmtpSink::start().await;
        let launch = demo(db.url(), &sink).setting("VESTIBULE_LOG", "trace").setting("VESTIBULE_LOG_FORMAT", "json");
        let server = launch.start().await;
        let mut connection = Connection::open(server.address()).await.expect("a connection");
        let person = "Private.Person@secretive.example";
        let mut ids = Vec::new();
        let mut note = |answer: &testkit::http::Response| {
            ids.push(answer.header("x-request-id").expect("an id").parse::<u64>().expect("a number"));
        };
        for (email, confirmed) in [(person, true), ("other.person@secretive.example", false), ("private.person@", true)] {
            note(&connection.exchange(&sign_up(email, confirmed)).await.expect("an answer"));
        }
        let link = sink.wait_for_mail_to(person).await.link("/confirm/").expect("a link");
        let token = link.rsplit('/').next().expect("a token").to_owned();
        let path = format!("/confirm/{token}");
        note(&connection.exchange(&Request::get(&path)).await.expect("an answer"));
        note(&confirm(server.address(), &link).await);
        // An update, a refusal that names the person, and reading back.
        note(&connection.exchange(&sign_up(person, true)).await.expect("an answer"));
        sink.refuse_recipient("refused.person@secretive.example");
        sink.times(1, Stage::Sender, Fault::Answer("451 4.1.8 <private.person@secretive.example> greylisted"));
        note(&connection.exchange(&sign_up("greylisted.person@secretive.example", true)).await.expect("an answer"));
        note(&connection.exchange(&sign_up("refused.person@secretive.example", true)).await.expect("an answer"));
        let read = Request::get(&format!("/v2.0/contact/get/{person}/")).header("ApiKey", KEY);
        note(&connection.exchange(&read).await.expect("an answer"));
        note(&connection.exchange(&sign_up("nul\u{0}person@secretive.example", true)).await.expect("an answer"));
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
        server.terminate();
        let ended = server.end().await;
        assert_eq!(ended.status.code(), Some(0));

        let mut logged = Vec::new();
        for line in ended.stderr.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"));
            assert!(entry["timestamp"].is_string() && entry["level"].is_string(), "{line}");
            logged.extend(entry["span"]["id"].as_u64());
        }
        assert!(ids.iter().all(|id| logged.contains(id)), "{ids:?} are not all in the log");
        let said = ended.stderr.to_lowercase();
        for secret in ["secretive", "person@", "zebedee", "quixotry", KEY, &token, "hello@demo.example", "box-office@"] {
            let at = said.find(&secret.to_lowercase());
            assert!(at.is_none(), "{secret} in the log: {}", &ended.stderr[at.unwrap_or(0).saturating_sub(300)..][..600]);
        }
    }
}

#[tokio::test]
async fn certificates_are_for_domains_of_accounts_only() {
    let sink = SmtpSink::start().await;
    let db = TestDatabase::sqlite();
    let server = demo(db.url(), &sink).start().await;
    for (target, status) in [
        ("/tls-allowed?domain=tickets.demo.example", 200),
        ("/tls-allowed?domain=TICKETS.Demo.Example", 200),
        ("/tls-allowed?domain=tickets.demo.example.", 200),
        ("/tls-allowed?domain=demo.example", 404),
        ("/tls-allowed?domain=", 404),
        ("/tls-allowed", 400),
    ] {
        assert_eq!(get(server.ops_address(), target).await.expect("an answer").status(), status, "{target}");
    }
    // The operator's pages are not the public's.
    for target in ["/metrics", "/healthz", "/readyz", "/tls-allowed?domain=tickets.demo.example"] {
        assert_eq!(get(server.address(), target).await.expect("an answer").status(), 404, "{target}");
    }
}
