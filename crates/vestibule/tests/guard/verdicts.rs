//! What each verdict looks like at each door.

use testkit::TestDatabase;
use testkit::http::Response;

use crate::doors::{At, BROWSER_DOORS, Calling, PROGRAM, STATEMENT, challenge_of, owner};
use crate::node::{Node, person};
use crate::solving::solved;

const ENFORCED: (&str, &str) = ("bot_rules = \"log\"", "bot_rules = \"enforce\"");
const RULES_OFF: (&str, &str) = ("bot_rules = \"log\"", "bot_rules = \"off\"");
const LOG: (&str, &str) = ("guard = \"enforce\"", "guard = \"log\"");
/// Little work, and a honeypot of the account's own.
const EASY: (&str, &str) = ("[[api_user]]", "[guard]\nwork_rounds = 1\nhoneypot = \"website_2\"\n\n[[api_user]]");
/// Everybody at one network counts together.
const ONE: (&str, &str) = ("[[api_user]]", "[guard]\naccount_limit = { count = 1, seconds = 600 }\n\n[[api_user]]");
/// A strong sign that no challenge clears, and one that a challenge does.
const THROW_AWAY: &str = "someone@mailinator.com";

fn is_success(at: At, answer: &Response) -> bool {
    match at {
        At::Hosted => answer.status() == 200 && answer.text().contains("Thank you"),
        At::Json => answer.status() == 202 && answer.json()["status"] == "pending",
        At::Web => answer.status() == 200 && answer.json()["id"].as_str().is_some_and(|id| id.starts_with("I-")),
        At::Aspx => answer.status() == 302 && answer.header("Location") == Some("https://demo.example/done"),
    }
}

fn is_challenge(at: At, answer: &Response) -> bool {
    let text = answer.text();
    answer.status() == 403
        && match at {
            At::Hosted | At::Aspx => {
                text.contains("data-challenge")
                    && text.contains("role=\"status\"")
                    && text.contains("assets/challenge.js")
            }
            At::Json | At::Web => {
                let offer = &answer.json()["challenge"];
                offer["kind"] == "altcha" && offer["name"] == "altcha" && offer["url"].is_string()
            }
        }
}

testkit::both_engines! {
    async fn each_verdict_has_its_look_at_each_door(db: TestDatabase) {
        let node = Node::start(db, &[EASY]).await;
        for (i, at) in BROWSER_DOORS.into_iter().enumerate() {
            let n = i * 10;
            let plain = Calling::new(at, n).send(&node).await;
            assert!(is_success(at, &plain), "{at:?} accept: {}", plain.text());
            assert!(node.is_known(&Calling::new(at, n).email).await, "{at:?}");

            let filled = Calling::new(at, n + 1).with("website_2", "cheap watches");
            let quiet = filled.send(&node).await;
            assert!(is_success(at, &quiet), "{at:?} quiet: {}", quiet.text());
            assert_eq!(node.is_known(&filled.email).await, at == At::Web, "{at:?}: only there it makes the customer");

            let strange = Calling::new(at, n + 2).with("ticket", "x");
            let asked = strange.send(&node).await;
            assert!(is_challenge(at, &asked), "{at:?} challenge: {} {}", asked.status(), asked.text());
            assert!(!node.is_known(&strange.email).await, "{at:?}");
            if matches!(at, At::Hosted | At::Aspx) {
                assert!(asked.text().contains(&strange.email), "what was typed is there again");
                assert!(asked.header("content-security-policy").is_some_and(|p| p.contains("script-src 'self'")));
            }
            let answer = solved(&challenge_of(&node, &asked).await);
            let again = Calling::new(at, n + 2).with("ticket", "x").with("altcha", answer.clone());
            let passed = again.send(&node).await;
            assert!(is_success(at, &passed), "{at:?} solved: {} {}", passed.status(), passed.text());
            assert!(node.is_known(&strange.email).await, "{at:?}");
            let other = Calling::new(at, n + 3).with("ticket", "x").with("altcha", answer);
            assert!(is_challenge(at, &other.send(&node).await), "{at:?}: one answer is good for one call");

            let no_script = Calling::new(at, n + 4).with("ticket", "x").with("challenged", "work");
            let quiet = no_script.send(&node).await;
            assert!(is_success(at, &quiet), "{at:?} without scripts: {}", quiet.text());
            assert_eq!(node.is_known(&no_script.email).await, at == At::Web);
        }
        let list = node.says(&["guard", "list", "--verdict", "quiet"]).await;
        for door in ["hosted", "json", "spektrix_web", "spektrix_form"] {
            assert!(list.contains(&format!("{door}\tquiet\thoneypot_filled")) || list.contains(door), "{door}: {list}");
        }
        let export = node.says(&["contacts", "export"]).await;
        assert!(!export.contains("cheap") && !export.contains("website_2"), "{export}");
        let metrics = node.metrics().await;
        assert!(!metrics.contains("key=\"website_2\"") && !metrics.contains("key=\"altcha\""), "{metrics}");
    }

    async fn who_is_refused_is_told_when_to_come_back(db: TestDatabase) {
        let node = Node::start(db, &[ONE]).await;
        assert!(is_success(At::Json, &Calling::new(At::Json, 0).send(&node).await));
        for (n, at) in BROWSER_DOORS.into_iter().enumerate() {
            let refused = Calling::new(at, n + 1).send(&node).await;
            assert_eq!(refused.status(), 429, "{at:?} {}", refused.text());
            let wait: u64 = refused.header("Retry-After").expect("a time").parse().expect("seconds");
            assert!((1..=1201).contains(&wait), "{at:?} {wait}");
            let page = matches!(at, At::Hosted | At::Aspx);
            assert_eq!(refused.header("content-type").is_some_and(|t| t.starts_with("text/html")), page, "{at:?}");
        }
        assert_eq!(node.sign_up(&person("by.credentials@venue.example")).await.status(), 200);
        let body = r#"{"email":"signed@venue.example","firstName":"Jan","lastName":"Li"}"#;
        assert_eq!(owner(&node, "POST", "customers", body).await.status(), 200, "spared the account's limit");
    }

    async fn callers_with_credentials_are_never_challenged(db: TestDatabase) {
        let node = Node::start(db, &[]).await;
        let mut body = person("marie@venue.example");
        body["ticket"] = "x".into();
        assert_eq!(node.sign_up(&body).await.status(), 200);
        assert_eq!(node.sign_up(&person(THROW_AWAY)).await.status(), 206, "quiet: as ever, no mail");
        let body = format!(r#"{{"email":"other@mailinator.com","firstName":"Jan","lastName":"Li","agreedStatements":["{STATEMENT}"],"ticket":"x"}}"#);
        assert_eq!(owner(&node, "POST", "customers", &body).await.status(), 200);
        assert!(node.is_known("other@mailinator.com").await, "who signs a call vouches for the person");
        let list = node.says(&["guard", "list", "--verdict", "quiet"]).await;
        assert!(list.contains("spektrix_owner") && list.contains("applied"), "{list}");
    }

    async fn a_quiet_customer_comes_without_statements(db: TestDatabase) {
        let node = Node::start(db, &[]).await;
        let statements = format!("[\"{STATEMENT}\"]");
        let quiet = Calling::new(At::Web, 1).email(THROW_AWAY).with("agreedStatements", statements.clone());
        let answer = quiet.send(&node).await;
        assert!(is_success(At::Web, &answer), "{}", answer.text());
        let plain = Calling::new(At::Web, 2).with("agreedStatements", statements);
        assert!(is_success(At::Web, &plain.send(&node).await));
        let export = node.says(&["contacts", "export"]).await;
        let line = |email: &str| export.lines().find(|l| l.contains(email)).expect("a line").to_owned();
        assert!(!line(THROW_AWAY).contains("yes") && line(&plain.email).contains("yes"), "{export}");
    }

    async fn bot_rules_in_the_log_alone_change_nothing(db: TestDatabase) {
        unchanged(Node::start(db, &[]).await).await;
    }

    async fn bot_rules_that_are_off_change_nothing(db: TestDatabase) {
        unchanged(Node::start(db, &[RULES_OFF]).await).await;
    }

    async fn bot_rules_enforced_show_the_vendors_page(db: TestDatabase) {
        let node = Node::start(db, &[ENFORCED]).await;
        for (n, at) in [At::Web, At::Aspx].into_iter().enumerate() {
            let blocked = Calling { agent: PROGRAM, origin: None, ..Calling::new(at, n) }.send(&node).await;
            assert_eq!(blocked.status(), 403, "{at:?}");
            assert!(blocked.text().starts_with("<!DOCTYPE html>"), "{at:?} {}", blocked.text());
            assert!(blocked.header("content-type").is_some_and(|t| t.starts_with("text/html")));
            let nowhere = Calling { origin: None, ..Calling::new(at, n + 10) };
            assert_eq!(nowhere.send(&node).await.status(), 403, "{at:?}: a page must be named");
            let browser = Calling::new(at, n + 20).send(&node).await;
            assert!(is_success(at, &browser), "{at:?}: {}", browser.text());
            let quiet = Calling::new(at, n + 30).email(&format!("x{n}@mailinator.com"));
            assert!(is_success(at, &quiet.send(&node).await), "{at:?}");
            assert!(!node.is_known(&quiet.email).await, "enforced, a quiet one makes no customer");
        }
    }

    async fn log_changes_nothing_at_any_door(db: TestDatabase) {
        let node = Node::start(db, &[LOG, ONE]).await;
        for (n, at) in BROWSER_DOORS.into_iter().enumerate() {
            let call = Calling { agent: PROGRAM, origin: None, ..Calling::new(at, n) }
                .email(&format!("log{n}@mailinator.com"))
                .with("ticket", "x");
            let answer = call.send(&node).await;
            assert!(is_success(at, &answer), "{at:?}: {} {}", answer.status(), answer.text());
            assert!(node.is_known(&call.email).await, "{at:?}");
        }
        let refused = node.says(&["guard", "list", "--verdict", "refuse"]).await;
        assert!(refused.contains("account_rate"), "the verdict is recorded: {refused}");
    }
}

/// A program that names no page, at the doors that obey the rules.
async fn unchanged(node: Node) {
    for (n, at) in [At::Web, At::Aspx].into_iter().enumerate() {
        let answer = Calling { agent: PROGRAM, origin: None, ..Calling::new(at, n) }.send(&node).await;
        assert!(is_success(at, &answer), "{at:?}: {}", answer.text());
    }
}
