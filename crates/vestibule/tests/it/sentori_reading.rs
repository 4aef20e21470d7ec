//! Reading back through v2.0 (reference, section 11): one contact, the lists, a list's subscribers.

use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::Request;

use crate::app::{KEY, MEMBERSHIP, NEWSLETTER, TestApp, body, link};

/// The SystemID differs from run to run.
fn without_id(text: &str) -> String {
    let at = text.find("\"SystemID\":").expect("a SystemID") + 11;
    let end = at + text[at..].find(',').expect("more keys");
    format!("{}…{}", &text[..at], &text[end..])
}

testkit::both_engines! {
    async fn a_contact_is_read_by_address_and_by_number(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let fields = json!({
            "FirstName": "Zoë", "LastName": "Example", "FirstVisit": "01/02/2016", "Wheelchair": "yes",
            "FavouriteGenre": "dance", "BirthDate": "1980-12-31",
        });
        let more = json!({ "ContactFields": fields, "RequireConfirmation": "false" });
        let request = Request::post(crate::app::SIGNUP)
            .header("Referer", "https://demo.example/join")
            .body(body("Zoe@Example.org", NEWSLETTER, more).to_string());
        assert_eq!(app.send(request).await.status(), 200);

        let answer = app.api("/v2.0/contact/get/zoe%40example.org/").await;
        insta::assert_snapshot!("contact_record", without_id(&answer.snapshot(&["Date", "X-Request-Id", "Content-Length"])));
        let id = answer.json()["SystemID"].as_i64().expect("an integer");
        for target in [
            format!("/v2.0/contact/get/{id}/"), format!("/v2.0/contact/get/{id}"), format!("/V2.0/Contact/Get/{id}/"),
            "/v2.0/contact/get/ZOE@EXAMPLE.ORG".into(), "/v2.0/contact/get/%7Aoe%40example%2Eorg/?x=1".into(),
        ] {
            assert_eq!(app.api(&target).await.text(), answer.text(), "{target}");
        }
    }

    async fn an_unconfirmed_contact_shows_as_such(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ann = body("ann@example.org", NEWSLETTER, json!({ "ContactFields": { "FirstName": "Ann" } }));
        app.sign_up(&ann, 200).await;
        let read = async || app.api("/v2.0/contact/get/ann%40example.org/").await.json();
        let record = read().await;
        assert_eq!((&record["IsConfirmed"], &record["FirstName"]), (&json!(false), &Value::Null));
        app.clock.advance(std::time::Duration::from_secs(3600));
        let mail = app.nth_mail_to("ann@example.org", 0).await;
        app.follow(&link(&mail, "/confirm/")).await;
        let record = read().await;
        assert_eq!((&record["IsConfirmed"], &record["FirstName"]), (&json!(true), &json!("Ann")));
        assert_eq!(record["CreatedTimestamp"], "2014-01-20T15:41:38");
        assert_eq!(record["ModifiedTimestamp"], "2014-01-20T16:41:38");
        app.follow(&link(&mail, "/not-me/")).await;
        assert_eq!(read().await["IsSuppressed"], true);
    }

    async fn each_error_has_its_code(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let mut text = String::new();
        for (name, request) in [
            ("no key", Request::get("/v2.0/contact/get/1/")),
            ("blank key", Request::get("/v2.0/contact/get/1/").header("ApiKey", " ")),
            ("unknown key", Request::get("/v2.0/mailinglists/").header("apikey", "11111111-1111-1111-1111-111111111111")),
            ("no contact of that address", Request::get("/v2.0/contact/get/nobody%40example.org/").header("APIKEY", KEY)),
            ("no contact of that number", Request::get("/v2.0/contact/get/999999/").header("ApiKey", KEY)),
            ("a number too large", Request::get("/v2.0/contact/get/99999999999999999999999/").header("ApiKey", KEY)),
            ("no address", Request::get("/v2.0/contact/get/nobody/").header("ApiKey", KEY)),
            ("no UTF-8", Request::get("/v2.0/contact/get/%ff%40example.org/").header("ApiKey", KEY)),
            ("a NUL", Request::get("/v2.0/contact/get/a%00%40example.org/").header("ApiKey", KEY)),
            ("no list", Request::get("/v2.0/mailinglists/NOSUCHL1/").header("ApiKey", KEY)),
            ("no list of subscribers", Request::get("/v2.0/mailinglists/subscribers/NOSUCHL1").header("ApiKey", KEY)),
            ("another method", Request::post("/v2.0/mailinglists/").header("ApiKey", KEY)),
        ] {
            let answer = app.send(request).await.snapshot(&["Date", "X-Request-Id"]);
            text.extend(["### ", name, "\n", &answer, "\n\n"]);
        }
        insta::assert_snapshot!("errors", text);
    }

    async fn lists_are_read_in_the_order_of_the_settings(db: TestDatabase) {
        let app = TestApp::start(db).await;
        insta::assert_snapshot!("lists", app.api("/v2.0/mailinglists/").await.snapshot(&["Date", "X-Request-Id"]));
        assert_eq!(
            app.api("/v2.0/mailinglists/qwerty1a/").await.text(),
            r#"{"ExternalID":"QWERTY1A","Name":"Monthly Newsletter","Description":"What is on, once a month"}"#
        );
    }

    async fn subscribers_are_those_who_can_be_mailed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let on_list = json!({ "MailingLists": ["QWERTY1A"], "RequireConfirmation": "false" });
        let pending = json!({ "MailingLists": ["QWERTY1A"] });
        let subscribers = async |list: &str| -> Vec<String> {
            let answer = app.api(&format!("/v2.0/mailinglists/subscribers/{list}")).await;
            assert_eq!(answer.header("Content-Type"), Some("application/json; charset=utf-8"));
            let all = answer.json();
            all.as_array().expect("an array").iter().map(|s| {
                assert!(s["SystemID"].is_i64(), "{s}");
                s["EmailAddress"].as_str().expect("an address").to_owned()
            }).collect()
        };
        assert_eq!(app.api("/v2.0/mailinglists/subscribers/QWERTY1A").await.text(), "[]");
        app.sign_up(&body("Ann@example.org", NEWSLETTER, on_list.clone()), 200).await;
        app.sign_up(&body("bob@example.org", NEWSLETTER, on_list), 200).await;
        app.sign_up(&body("waiting@example.org", NEWSLETTER, pending), 200).await;
        let names = json!({ "ContactFields": { "FirstName": "C", "LastName": "D" }, "RequireConfirmation": false });
        app.sign_up(&body("member@example.org", MEMBERSHIP, names), 200).await;
        assert_eq!(subscribers("QWERTY1A").await, ["Ann@example.org", "bob@example.org"]);
        assert_eq!(subscribers("members1").await, ["member@example.org"]);

        // Who says "this wasn't me" is not mailed, though still on the list.
        app.sign_up(&body("bob@example.org", NEWSLETTER, json!({ "Tags": ["Dance"] })), 200).await;
        app.follow(&link(&app.nth_mail_to("bob@example.org", 0).await, "/not-me/")).await;
        assert_eq!(subscribers("QWERTY1A").await, ["Ann@example.org"]);
    }
}
