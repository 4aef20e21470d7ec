//! The calls of v2.0 that change a contact (reference, sections 9 and 11), each answer as a snapshot.

use std::fmt::Write as _;

use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::app::{KEY, MEMBERSHIP, NEWSLETTER, TestApp, body, eventually};

const CHANGING: &[&str] = &["Date", "X-Request-Id", "Content-Length"];

fn post(target: &str, body: &str) -> Request {
    Request::post(target).header("ApiKey", KEY).header("Content-Type", "application/json").body(body)
}

async fn call(app: &TestApp, target: &str, body: Option<&str>) -> Response {
    match body {
        Some(body) => app.send(post(target, body)).await,
        None => app.api(target).await,
    }
}

fn without_id(text: &str) -> String {
    let Some(at) = text.find("\"SystemID\":") else { return text.to_owned() };
    let end = at + text[at..].find(',').expect("more keys");
    format!("{}\"SystemID\":…{}", &text[..at], &text[end..])
}

testkit::both_engines! {
    async fn a_contact_is_added_changed_and_moved(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let fields = json!({ "FirstName": "Joe", "Segment": "Gold", "emailaddress": "joe@example.ORG" });
        let added = call(&app, "/V2.0/Contact/Add/Joe%40Example.org/", Some(&fields.to_string())).await;
        insta::assert_snapshot!("added", without_id(&added.snapshot(CHANGING)));
        let id = added.json()["SystemID"].clone();
        // Without a body, and with the address as it stands.
        let bare = call(&app, "/v2.0/contact/add/ann@example.org", Some("")).await;
        assert_eq!((bare.status(), &bare.json()["IsConfirmed"]), (200, &json!(true)));

        app.clock.advance(std::time::Duration::from_secs(60));
        let changes = json!({ "FirstName": "", "LastName": "Bloggs", "FirstVisit": "01/02/2016" }).to_string();
        let changed = call(&app, "/v2.0/contact/update/JOE@example.org/", Some(&changes)).await.json();
        assert_eq!((&changed["FirstName"], &changed["LastName"], &changed["Segment"]),
            (&Value::Null, &json!("Bloggs"), &json!("Gold")));
        assert_eq!((&changed["CreatedTimestamp"], &changed["ModifiedTimestamp"]),
            (&json!("2014-01-20T15:41:38"), &json!("2014-01-20T15:42:38")));
        // The new address in the body; the contact stays the same one.
        let new = json!({ "EmailAddress": "Joe.New@example.org" }).to_string();
        let moved = call(&app, "/v2.0/contact/update/joe%40example.org/", Some(&new)).await.json();
        assert_eq!((&moved["SystemID"], &moved["EmailAddress"]), (&id, &json!("Joe.New@example.org")));
        assert_eq!(call(&app, "/v2.0/contact/get/joe@example.org/", None).await.status(), 404);
        assert_eq!(call(&app, "/v2.0/contact/get/joe.new@example.org/", None).await.status(), 200);
        // No mail goes out for any of this.
        assert_eq!(app.mails_to("joe@example.org").len() + app.mails_to("joe.new@example.org").len(), 0);
    }

    async fn who_never_confirmed_can_be_added(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&body("ann@example.org", NEWSLETTER, json!({})), 200).await;
        let added = call(&app, "/v2.0/contact/add/ann@example.org/", Some("{}")).await;
        assert_eq!((added.status(), &added.json()["IsConfirmed"]), (200, &json!(true)));
        assert_eq!(call(&app, "/v2.0/contact/add/ann@example.org/", Some("{}")).await.json()["Code"], 102);
    }

    async fn lists_are_joined_and_left(db: TestDatabase) {
        let app = TestApp::start(db).await;
        call(&app, "/v2.0/contact/add/joe@example.org/", Some("{}")).await;
        for (target, status, lists) in [
            ("/v2.0/contact/subscribe/joe%40example.org/QWERTY1A/", 200, vec!["QWERTY1A"]),
            ("/v2.0/contact/subscribe/joe%40example.org/qwerty1a", 200, vec!["QWERTY1A"]),
            ("/V2.0/Contact/Subscribe/Joe@Example.org/MEMBERS1/", 200, vec!["QWERTY1A", "MEMBERS1"]),
            ("/v2.0/contact/unsubscribe/joe@example.org/QWERTY1A/", 200, vec!["MEMBERS1"]),
            ("/v2.0/contact/unsubscribe/joe@example.org/QWERTY1A/", 200, vec!["MEMBERS1"]),
            ("/v2.0/contact/unsubscribe/joe@example.org/", 200, vec![]),
            ("/v2.0/contact/unsubscribe/joe@example.org/", 200, vec![]),
            // Who unsubscribed is not put back by a call.
            ("/v2.0/contact/subscribe/joe@example.org/QWERTY1A/", 400, vec![]),
        ] {
            let answer = call(&app, target, None).await;
            assert_eq!(answer.status(), status, "{target}: {}", answer.text());
            assert_eq!(app.person("joe@example.org").await.expect("a contact").lists, lists, "{target}");
        }
        let person = app.person("joe@example.org").await.expect("a contact");
        assert!(person.suppressed && person.confirmed);
        // All at one moment of the clock that stands.
        let mut events: Vec<String> =
            app.consents("joe@example.org").await.iter().map(|c| format!("{:?}", c.action)).collect();
        events.sort_unstable();
        assert_eq!(events, ["Given", "Given", "Withdrawn", "Withdrawn"]);
    }

    async fn each_fault_has_its_code_and_changes_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for email in ["joe@example.org", "gone@example.org"] {
            assert_eq!(call(&app, &format!("/v2.0/contact/add/{email}/"), Some("{}")).await.status(), 200);
        }
        call(&app, "/v2.0/contact/unsubscribe/gone@example.org/", None).await;
        let before = call(&app, "/v2.0/contact/get/joe@example.org/", None).await.text();
        let long = format!(r#"{{"FirstName":"{}"}}"#, "x".repeat(300));
        let huge = format!(r#"{{"FirstName":"{}"}}"#, "x".repeat(300_000));
        let mut text = String::new();
        for (name, target, body) in [
            ("add: no address", "/v2.0/contact/add/joe/", Some("{}")),
            ("add: no UTF-8", "/v2.0/contact/add/%ff@example.org/", Some("{}")),
            ("add: known", "/v2.0/contact/add/JOE@example.org/", Some("{}")),
            ("add: suppressed", "/v2.0/contact/add/gone@example.org/", Some("{}")),
            ("add: another address", "/v2.0/contact/add/new@example.org/", Some(r#"{"EmailAddress":"other@example.org"}"#)),
            ("add: an address of another type", "/v2.0/contact/add/new@example.org/", Some(r#"{"EmailAddress":7}"#)),
            ("add: an unknown field", "/v2.0/contact/add/new@example.org/", Some(r#"{"Shoe":"7"}"#)),
            ("add: a field of the system's", "/v2.0/contact/add/new@example.org/", Some(r#"{"IsSuppressed":true}"#)),
            ("add: a value that does not fit", "/v2.0/contact/add/new@example.org/", Some(r#"{"FirstVisit":"soon"}"#)),
            ("add: a value too long", "/v2.0/contact/add/new@example.org/", Some(long.as_str())),
            ("add: a nested value", "/v2.0/contact/add/new@example.org/", Some(r#"{"FirstName":{}}"#)),
            ("add: an array", "/v2.0/contact/add/new@example.org/", Some("[]")),
            ("add: no JSON", "/v2.0/contact/add/new@example.org/", Some("FirstName=Joe")),
            ("add: null", "/v2.0/contact/add/new@example.org/", Some("null")),
            ("add: too large", "/v2.0/contact/add/new@example.org/", Some(huge.as_str())),
            ("add: GET", "/v2.0/contact/add/new@example.org/", None),
            ("update: unknown", "/v2.0/contact/update/new@example.org/", Some(r#"{"FirstName":"x"}"#)),
            ("update: unknown, with a new address", "/v2.0/contact/update/new@example.org/", Some(r#"{"EmailAddress":"b@example.org"}"#)),
            ("update: an address in use", "/v2.0/contact/update/joe@example.org/", Some(r#"{"EmailAddress":"GONE@example.org"}"#)),
            ("update: no address", "/v2.0/contact/update/joe@example.org/", Some(r#"{"EmailAddress":"x"}"#)),
            ("update: an unknown field", "/v2.0/contact/update/joe@example.org/", Some(r#"{"Shoe":"7"}"#)),
            ("subscribe: unknown", "/v2.0/contact/subscribe/new@example.org/QWERTY1A/", None),
            ("subscribe: no such list", "/v2.0/contact/subscribe/joe@example.org/NOLIST00/", None),
            ("subscribe: suppressed", "/v2.0/contact/subscribe/gone@example.org/QWERTY1A/", None),
            ("subscribe: no address", "/v2.0/contact/subscribe/joe/QWERTY1A/", None),
            ("subscribe: POST", "/v2.0/contact/subscribe/joe@example.org/QWERTY1A/", Some("")),
            ("unsubscribe: unknown", "/v2.0/contact/unsubscribe/new@example.org/", None),
            ("unsubscribe: no such list", "/v2.0/contact/unsubscribe/joe@example.org/NOLIST00/", None),
            ("addcontact: no such automation", "/v2.0/automation/NOSUCH01/addcontact/joe@example.org/", Some("")),
            ("addcontact: unknown", "/v2.0/automation/WELCOME1/addcontact/new@example.org/", Some("{}")),
            ("addcontact: no JSON", "/v2.0/automation/WELCOME1/addcontact/joe@example.org/", Some("{")),
            ("addcontact: an array", "/v2.0/automation/WELCOME1/addcontact/joe@example.org/", Some(r#"[{"a":"b"}]"#)),
            ("addcontact: nested", "/v2.0/automation/WELCOME1/addcontact/joe@example.org/", Some(r#"{"a":{"b":1}}"#)),
        ] {
            let answer = call(&app, target, body).await;
            let allow = answer.header("Allow").map(|a| format!(" (Allow: {a})")).unwrap_or_default();
            let _ = writeln!(text, "{name}: {} {}{allow}", answer.status(), answer.text());
        }
        for (name, request) in [
            ("no key", Request::post("/v2.0/contact/add/new@example.org/").body("{}")),
            ("an unknown key", Request::get("/v2.0/contact/unsubscribe/joe@example.org/").header("ApiKey", "x")),
        ] {
            let answer = app.send(request).await;
            let _ = writeln!(text, "{name}: {} {}", answer.status(), answer.text());
        }
        insta::assert_snapshot!("faults", text);
        assert_eq!(call(&app, "/v2.0/contact/get/joe@example.org/", None).await.text(), before);
        assert!(app.person("new@example.org").await.is_none() && app.person("b@example.org").await.is_none());
    }

    async fn a_call_starts_an_automation(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.accounts.push(ORDERS)).await;
        let order = |target: &str, body: &str| {
            Request::post(target).header("ApiKey", "20011111-1111-1111-1111-111111111200").body(body)
        };
        for email in ["joe@example.org", "ann@example.org"] {
            app.send(order(&format!("/v2.0/contact/add/{email}/"), "{}")).await;
        }
        // The vendor's own example (reference, section 10).
        let example = r#"{"ProductName":"46inch LCD Television","ProductPrice":"£429.99","PurchaseDate":"31st August 2016"}"#;
        for _ in 0..2 {
            let answer = app.send(order("/v2.0/automation/ORDER001/addcontact/joe%40example.org/", example)).await;
            assert_eq!(answer.status(), 200, "{}", answer.text());
        }
        assert_eq!(app.send(order("/v2.0/automation/order001/addcontact/ann@example.org", "")).await.status(), 200);
        let mail = app.nth_mail_to("joe@example.org", 0).await;
        insta::assert_snapshot!("order_mail", mail.text().replace("\r\n", "\n"));
        app.nth_mail_to("ann@example.org", 0).await;
        // Not repeatable: once only.
        eventually("all mail is out", async || app.metric("vestibule_deliveries{lane=\"mail\",state=\"owed\"}").await == 0).await;
        assert_eq!(app.mails_to("joe@example.org").len(), 1);
    }

    async fn another_accounts_people_and_lists_are_out_of_reach(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.accounts.push(ORDERS)).await;
        app.sign_up(&body("joe@example.org", MEMBERSHIP, json!({
            "ContactFields": { "FirstName": "Joe", "LastName": "Bloggs" }, "RequireConfirmation": "false",
        })), 200).await;
        let other = |request: Request| request.header("ApiKey", "20011111-1111-1111-1111-111111111200");
        for (request, code) in [
            (Request::post("/v2.0/contact/update/joe@example.org/").body(r#"{"FirstName":"Eve"}"#), 101),
            (Request::get("/v2.0/contact/unsubscribe/joe@example.org/"), 101),
            (Request::get("/v2.0/contact/subscribe/joe@example.org/QWERTY1A/"), 200),
            (Request::post("/v2.0/automation/WELCOME1/addcontact/joe@example.org/"), 300),
        ] {
            assert_eq!(app.send(other(request)).await.json()["Code"], code);
        }
        let person = app.person("joe@example.org").await.expect("a contact");
        assert_eq!((person.value("FirstName"), person.suppressed), ("Joe", false));
    }
}

/// Another account, with an automation that a call starts.
const ORDERS: &str = r#"
[account]
slug = "orders"
name = "Orders"
external_id = "ORDERS01"
from = "Orders <orders@demo.example>"
language = "en"

[[api_user]]
kind = "sentori"
name = "Shop"
key = "20011111-1111-1111-1111-111111111200"

[[automation]]
external_id = "ORDER001"
name = "Order"
steps = [{ send_mail = { subject = "Order Confirmation", text = """
Item: {{trx:ProductName}}
Price: {{trx:ProductPrice}}
Date: {{trx:PurchaseDate}}
Discount Code: {{trx:DiscountCode default=n/a}}
""" } }]
"#;
