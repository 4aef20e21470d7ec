//! Every row of the response table (reference, section 2.2): the raw answer with its reason phrase.

use serde_json::{Value, json};
use testkit::http::{Request, Response};
use testkit::smtp_sink::{Fault, Stage};
use testkit::{Engine, TestDatabase};

use crate::app::{BOX_OFFICE, KEY, MEMBERSHIP, NEWSLETTER, SIGNUP, TestApp, body, eventually};

/// The answer as text, without what differs from call to call.
fn raw(answer: &Response) -> String {
    answer.snapshot(&["Date", "X-Request-Id"])
}

/// The answers to all of these, one below the other.
async fn answers(app: &TestApp, cases: Vec<(&str, Value)>) -> String {
    let mut text = String::new();
    for (name, body) in cases {
        let answer = app.post(body.to_string()).await;
        text.extend(["### ", name, "\n", &raw(&answer), "\n\n"]);
    }
    text
}

fn without(key: &str) -> Value {
    let mut body = body("ann@example.org", NEWSLETTER, json!({}));
    body.as_object_mut().expect("an object").remove(key);
    body
}

testkit::both_engines! {
    async fn every_row_of_the_table_has_its_exact_text(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ann = "ann@example.org";
        let names = json!({ "FirstName": "Ann", "LastName": "Lee" });
        let text = answers(&app, vec![
            ("200 with the confirmation mail sent", body(ann, NEWSLETTER, json!({}))),
            ("200 applied at once", body("bob@example.org", NEWSLETTER, json!({ "RequireConfirmation": "false" }))),
            ("400 for each parameter: EmailAddress", without("EmailAddress")),
            ("400 SignUpFormExternalID", without("SignUpFormExternalID")),
            ("400 MailingLists", body(ann, NEWSLETTER, json!({ "MailingLists": "QWERTY1A" }))),
            ("400 ContactFields", body(ann, NEWSLETTER, json!({ "ContactFields": [] }))),
            ("400 Tags", body(ann, NEWSLETTER, json!({ "Tags": {} }))),
            ("400 RequireConfirmation", body(ann, NEWSLETTER, json!({ "RequireConfirmation": "perhaps" }))),
            ("400 a field that is not known", body(ann, NEWSLETTER, json!({ "ContactFields": { "Shoe": 9 } }))),
            ("400 no JSON object", json!([])),
            ("403", without("ApiKey")),
            ("404 account", body(ann, NEWSLETTER, json!({ "ApiKey": "00000000-0000-0000-0000-000000000001" }))),
            ("404 form", body(ann, "NOSUCHF1", json!({}))),
            ("404 list", body(ann, NEWSLETTER, json!({ "MailingLists": ["QWERTY1A", "NOSUCHL1"] }))),
            ("404 no fields", body(ann, MEMBERSHIP, json!({}))),
            ("404 field", body(ann, MEMBERSHIP, json!({ "ContactFields": { "FirstName": "Ann", "LastName": " " } }))),
            ("404 tag", body(ann, MEMBERSHIP, json!({ "ContactFields": names, "Tags": ["Dance", "VIP"] }))),
            ("404 tag beyond ASCII", body(ann, NEWSLETTER, json!({ "Tags": ["Café\r\nX-Evil: 1"] }))),
        ]).await;
        insta::assert_snapshot!("response_table", text);
    }

    async fn other_methods_are_told_what_is_allowed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let mut text = String::new();
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
            let mut connection = testkit::http::Connection::open(app.address).await.expect("a connection");
            let answer = connection.exchange(&Request::new(method, SIGNUP)).await.expect("an answer");
            text.extend(["### ", method, "\n", &raw(&answer), "\n\n"]);
        }
        insta::assert_snapshot!("other_methods", text);
        assert_eq!(app.committed(), 0);
    }

    async fn a_body_over_256_kib_is_too_large(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let fits = |length: usize| {
            let body = body("ann@example.org", NEWSLETTER, json!({ "Padding": "" })).to_string();
            body.replace("\"Padding\":\"\"", &format!("\"Padding\":\"{}\"", "x".repeat(length - body.len())))
        };
        let exact = fits(256 * 1024);
        assert_eq!(exact.len(), 256 * 1024);
        assert_eq!(app.post(exact).await.status(), 200);
        let before = app.committed();
        insta::assert_snapshot!("too_large", raw(&app.post(fits(256 * 1024 + 1)).await));
        assert_eq!(app.committed(), before);
    }

    async fn a_mail_server_that_refuses_is_a_206_and_the_mail_comes_later(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sink.times(1, Stage::Message, Fault::Answer("451 4.3.0 Try later"));
        let ann = body("ann@example.org", NEWSLETTER, json!({}));
        insta::assert_snapshot!("mail_owed", raw(&app.post(ann.to_string()).await));
        assert!(!app.person("ann@example.org").await.expect("the contact is created").confirmed);
        app.sign_up(&ann, 206).await;
        app.turn_to_next_attempt(1).await;
        app.nth_mail_to("ann@example.org", 0).await;
        // The repeat reports how the first now stands.
        eventually("the repeat is a 200", async || app.post(ann.to_string()).await.status() == 200).await;
        assert_eq!(app.mails_to("ann@example.org").len(), 1);
    }

    async fn a_recipient_refused_for_good_is_a_206_and_not_tried_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sink.refuse_recipient("ann@example.org");
        app.sign_up(&body("ann@example.org", NEWSLETTER, json!({})), 206).await;
        eventually("it is given up", async || {
            app.metric("vestibule_delivery_attempts_total{result=\"dead\"}").await == 1
        }).await;
    }

    async fn a_mail_server_that_hangs_is_a_206_after_the_wait_and_the_mail_comes_later(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.mail_wait = 0.3).await;
        app.sink.times(1, Stage::Sender, Fault::Hang);
        let ann = body("ann@example.org", NEWSLETTER, json!({}));
        insta::assert_snapshot!("mail_owed", raw(&app.post(ann.to_string()).await));
        app.sink.wait_for_hung(1).await;
        app.sink.heal();
        app.turn_to_next_attempt(1).await;
        app.nth_mail_to("ann@example.org", 0).await;
    }

    async fn alerts_do_not_change_the_answer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sink.refuse_recipient(BOX_OFFICE);
        let fields = json!({ "ContactFields": { "FirstName": "Ann", "LastName": "Lee" }, "RequireConfirmation": false });
        app.sign_up(&body("ann@example.org", MEMBERSHIP, fields), 200).await;
    }

    async fn an_internal_fault_is_one_callers_500_and_leaves_its_neighbours_alone(db: TestDatabase) {
        fn fault(sign_up: &model::SignUp) {
            assert!(!sign_up.email.key().starts_with("panics"), "an injected fault");
        }
        let app = TestApp::with(db, |setup| {
            setup.before_deciding = Some(fault);
            // While one batch is written, the others gather in the next.
            setup.commit_delay_ms = Some(40);
        }).await;
        let now = json!({ "RequireConfirmation": "false" });
        let all = (0..24).map(|n| {
            let name = if n == 11 { "panics".to_owned() } else { format!("person{n}") };
            let body = body(&format!("{name}@example.org"), NEWSLETTER, now.clone()).to_string();
            let app = &app;
            async move { (n, app.post(body).await) }
        });
        for (n, answer) in futures_util::future::join_all(all).await {
            if n == 11 {
                insta::assert_snapshot!("internal_error", raw(&answer));
            } else {
                assert_eq!(answer.status(), 200, "{n}");
                assert!(app.person(&format!("person{n}@example.org")).await.expect("kept").confirmed);
            }
        }
        assert_eq!(app.person("panics@example.org").await, None);
        assert_eq!(app.committed(), 23);
        assert_eq!(app.metric("vestibule_commit_failures_total").await, 1);
    }

    async fn a_store_out_of_reach_is_a_503_and_comes_back_without_a_restart(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ann = body("ann@example.org", NEWSLETTER, json!({})).to_string();
        let held = match app.engine() {
            Engine::Postgres => {
                app.db.allow_connections(false);
                app.db.cut_connections();
                None
            }
            Engine::Sqlite => {
                // Another program holds the file for longer than anybody waits.
                let path = app.db.url().strip_prefix("sqlite://").expect("a path");
                let other = rusqlite::Connection::open(path).expect("the same file");
                other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
                Some(other)
            }
        };
        insta::assert_snapshot!("unavailable", raw(&app.post(ann.clone()).await));
        drop(held);
        app.db.allow_connections(true);
        // Each committer may find out about its own dead connection first.
        eventually("it answers again", async || app.post(ann.clone()).await.status() == 200).await;
        app.nth_mail_to("ann@example.org", 0).await;
    }

    async fn more_than_can_queue_is_a_503(db: TestDatabase) {
        let app = TestApp::with(db, |setup| {
            setup.queue = Some(1);
            setup.commit_delay_ms = Some(300);
        }).await;
        let all = (0..24).map(|n| {
            let one = json!({ "RequireConfirmation": "false" });
            app.post(body(&format!("person{n}@example.org"), NEWSLETTER, one).to_string())
        });
        let answers = futures_util::future::join_all(all).await;
        let refused: Vec<_> = answers.iter().filter(|a| a.status() == 503).collect();
        assert!(!refused.is_empty() && refused.len() < 24, "{} refused", refused.len());
        insta::assert_snapshot!("busy", raw(refused[0]));
        for (n, answer) in answers.iter().enumerate() {
            let kept = app.person(&format!("person{n}@example.org")).await.is_some();
            assert_eq!((answer.status() == 200, answer.status() == 503), (kept, !kept), "{n}");
        }
    }

    async fn no_answer_carries_cors_headers(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for method in ["POST", "OPTIONS"] {
            let request = Request::new(method, SIGNUP)
                .header("Origin", "https://demo.example")
                .header("Access-Control-Request-Method", "POST")
                .body(body("ann@example.org", NEWSLETTER, json!({ "ApiKey": KEY })).to_string());
            let answer = app.send(request).await;
            let cors = answer.headers.iter().find(|(name, _)| name.to_lowercase().starts_with("access-control"));
            assert_eq!(cors, None, "{method}");
        }
    }
}
