//! The whole chain at a public door: the form as JSON.

use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::node::Node;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const FORM: &str = "/demo/forms/12ABCDE3";
/// Five sign-ups from one client address in ten minutes.
const FIVE: (&str, &str) = ("[[api_user]]", "[guard]\naddress_limit = { count = 5, seconds = 600 }\n\n[[api_user]]");

const PEOPLE: [(&str, &str, &str); 8] = [
    ("Marie", "Lefèvre", "marie.lefevre@venue.example"),
    ("Jan", "de Vries", "jdv@orchestra.example"),
    ("Siân", "O'Neill", "sian.on@theatr.example"),
    ("Ayşe", "Yıldız", "ayse77@sahne.example"),
    ("Bo", "Li", "boli@stage.example"),
    ("Tomáš", "Dvořák", "tomas@divadlo.example"),
    ("Grace", "Adeyemi", "g.adeyemi@gallery.example"),
    ("Piet", "Janssen", "pj@museum.example"),
];

async fn send(node: &Node, body: &Value, agent: &str, from: &str) -> Response {
    Request::post(FORM)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json")
        .header("User-Agent", agent)
        .header("Origin", "https://demo.example")
        .header("X-Forwarded-For", from)
        .body(body.to_string())
        .send(node.running.address())
        .await
        .expect("an answer")
}

fn wish((first, last, email): (&str, &str, &str)) -> Value {
    json!({ "EmailAddress": email, "FirstName": first, "LastName": last })
}

/// The statuses of eight people, each said to come from a network of their own.
async fn eight(node: &Node) -> Vec<Response> {
    let mut answers = Vec::new();
    for (i, person) in PEOPLE.into_iter().enumerate() {
        answers.push(send(node, &wish(person), BROWSER, &format!("203.0.{i}.9")).await);
    }
    answers
}

testkit::both_engines! {
    async fn a_spoofed_forwarded_for_gains_nothing(db: TestDatabase) {
        let node = Node::start_behind(db, &[FIVE], "").await;
        let answers = eight(&node).await;
        let statuses: Vec<_> = answers.iter().map(Response::status).collect();
        assert_eq!(statuses, [202, 202, 202, 202, 202, 429, 429, 429]);
        let wait: u64 = answers[5].header("Retry-After").expect("a time").parse().expect("seconds");
        assert!((1..=1201).contains(&wait), "{wait}");
        node.sink.wait_for(5).await;
        let metrics = node.metrics().await;
        assert!(metrics.contains("vestibule_guard_reasons_total{door=\"json\",reason=\"address_rate\"} 3"), "{metrics}");
        // Written in the background within a second or two.
        let mut list = String::new();
        for _ in 0..100 {
            list = node.says(&["guard", "list", "--verdict", "refuse"]).await;
            if list.lines().count() == 3 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(list.lines().count() == 3 && list.contains("json\trefused\taddress_rate"), "{list}");
    }

    async fn behind_a_trusted_proxy_each_client_counts_alone(db: TestDatabase) {
        let node = Node::start(db, &[FIVE]).await;
        for answer in eight(&node).await {
            assert_eq!(answer.status(), 202, "{}", answer.text());
        }
    }

    async fn programs_are_challenged_and_honeypots_make_quiet(db: TestDatabase) {
        let node = Node::start(db, &[]).await;
        let shown = Request::get(FORM).header("Accept", "application/json").send(node.running.address()).await;
        let shown = shown.expect("an answer").json();
        let (ticket, trap) = (shown["ticket"].clone(), shown["honeypot"].as_str().expect("a honeypot").to_owned());

        let answer = send(&node, &wish(PEOPLE[0]), "python-requests/2.31.0", "203.0.1.9").await;
        assert_eq!(answer.status(), 403);
        let offer = answer.json()["challenge"].clone();
        assert_eq!(offer["kind"], "altcha");
        let challenge = testkit::http::get(node.running.address(), offer["url"].as_str().expect("a URL")).await;
        let challenge = challenge.expect("an answer");
        assert_eq!(challenge.status(), 200);
        assert!(challenge.json()["signature"].is_string(), "{}", challenge.text());

        let mut filled = wish(PEOPLE[1]);
        filled["ticket"] = ticket;
        filled[trap] = json!("cheap");
        let quiet = send(&node, &filled, BROWSER, "203.0.2.9").await;
        let plain = send(&node, &wish(PEOPLE[2]), BROWSER, "203.0.3.9").await;
        assert_eq!((quiet.status(), quiet.text()), (202, plain.text()), "both look the same");
        assert_eq!(plain.status(), 202);
        node.sink.wait_for_mail_to(PEOPLE[2].2).await;
        assert_eq!(node.sink.mails().len(), 1);
        let list = node.says(&["guard", "list"]).await;
        assert!(list.contains("json\tquiet\thoneypot_filled"), "{list}");
    }
}
