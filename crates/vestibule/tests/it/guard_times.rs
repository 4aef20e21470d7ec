//! What the guard forgets and waits for, with the clock turned by hand; and where its forms may stand.

use std::time::Duration;

use intake::{Intake, IntakeSettings};
use serde_json::json;
use testkit::TestDatabase;
use testkit::http::{Request, Response};
use vestibule::DEMO_ACCOUNT;

use crate::app::{NEWSLETTER, TestApp, body, link};

const FORM: &str = "/demo/forms/12ABCDE3";
const DAY: Duration = Duration::from_secs(24 * 3600);
const MINUTE: Duration = Duration::from_secs(60);

async fn with(app: &TestApp, changes: &[(&str, &str)]) {
    let text = changes.iter().fold(DEMO_ACCOUNT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    vestibule::apply_account(app.store(), &text, "test.toml").await.expect("a good account file");
}

testkit::both_engines! {
    async fn client_addresses_are_cut_after_ninety_days_but_in_evidence(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let email = "ann@one.example";
        app.sign_up_and_confirm(&body(email, NEWSLETTER, json!({ "MailingLists": ["QWERTY1A"] }))).await;
        let account = app.account("demo").id;
        let addresses = async || {
            let contact = app.contact_of("demo", email).await.expect("a contact");
            let rows = app.store().sign_ups_of(account, contact.row.id).await.expect("read");
            let ips: Vec<_> = rows.iter().filter_map(|r| r.origin.ip).map(|ip| ip.to_string()).collect();
            (ips, contact.row.created_ip)
        };
        let evidence = async || {
            let all = app.consents(email).await;
            let ips = all.iter().flat_map(|c| &c.evidence).filter_map(|e| e.ip).map(|ip| ip.to_string());
            ips.collect::<std::collections::BTreeSet<_>>()
        };
        let intake = Intake::new(app.store().clone(), IntakeSettings::default());
        app.clock.advance(89 * DAY);
        intake.forget().await;
        let (ips, made) = addresses().await;
        assert!(ips.iter().all(|ip| ip == "127.0.0.1") && !ips.is_empty(), "{ips:?}");
        assert!(made.is_none_or(|ip| ip == "127.0.0.1"));
        app.clock.advance(2 * DAY);
        intake.forget().await;
        let (ips, made) = addresses().await;
        assert!(ips.iter().all(|ip| ip == "127.0.0.0") && !ips.is_empty(), "{ips:?}");
        assert!(made.is_none_or(|ip| ip == "127.0.0.0"));
        assert_eq!(evidence().await.into_iter().collect::<Vec<_>>(), ["127.0.0.1"], "consent evidence keeps the address");
    }

    async fn unanswered_mails_wait_ten_minutes_then_an_hour(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let more = "per_account = 20\nper_installation = 20\npauses = [600, 3600]";
        with(&app, &[("pauses = []", more)]).await;
        let mut names = ('A'..='Z').map(|c| format!("{c}nn"));
        let mut ask = async |status: u16, what: &str| {
            let wish = json!({ "FirstName": names.next().expect("a name") });
            let answer = app.post(body("ann@one.example", NEWSLETTER, json!({ "ContactFields": wish })).to_string()).await;
            assert_eq!(answer.status(), status, "{what}: {}", answer.text());
        };
        ask(200, "the first").await;
        ask(206, "at once").await;
        app.clock.advance(9 * MINUTE);
        ask(206, "after nine minutes").await;
        app.clock.advance(2 * MINUTE);
        ask(200, "after eleven").await;
        app.clock.advance(11 * MINUTE);
        ask(206, "the second pause is longer").await;
        app.clock.advance(50 * MINUTE);
        ask(200, "after an hour").await;
        let last = link(&app.nth_mail_to("ann@one.example", 2).await, "/confirm/");
        assert_eq!(app.follow(&last).await.status(), 200);
        ask(200, "a confirm resets the pause").await;
        ask(206, "and it begins anew").await;
        app.clock.advance(11 * MINUTE);
        ask(200, "with ten minutes").await;
    }

    async fn the_ceiling_for_everything_holds(db: TestDatabase) {
        let app = TestApp::start(db).await;
        with(&app, &[("[guard.recipients]", "[guard.recipients]\nin_all = 3")]).await;
        for (n, status) in [200, 200, 200, 206].into_iter().enumerate() {
            app.sign_up(&body(&format!("p{n}@d{n}.example"), NEWSLETTER, json!({})), status).await;
        }
        let told = app.nth_mail_to("hello@demo.example", 0).await;
        assert!(told.subject().contains("ceiling"), "{}", told.subject());
        app.clock.advance(61 * MINUTE);
        app.sign_up(&body("later@later.example", NEWSLETTER, json!({})), 200).await;
    }

    /// A form as JSON, from pages that the account names and from others.
    async fn embedded_forms_are_for_the_accounts_own_pages(db: TestDatabase) {
        let app = TestApp::start(db).await;
        with(&app, &[("allowed_origins = [\"*\"]", "allowed_origins = [\"https://www.demo.example\"]")]).await;
        let own = app.address.to_string();
        let call = async |method: &str, origin: &str| -> Response {
            let request = Request::new(method, FORM).header("Origin", origin).header("Accept", "application/json");
            let request = request.header("Content-Type", "application/json");
            let n: String = origin.bytes().chain(method.bytes()).filter(u8::is_ascii_alphabetic).map(char::from).collect();
            let text = if method == "POST" { format!(r#"{{"EmailAddress":"{n}@one.example"}}"#) } else { String::new() };
            app.send(request.body(text)).await
        };
        for (origin, allowed) in [
            ("https://www.demo.example", true),
            ("https://evil.example", false),
            ("http://www.demo.example", false),
            ("https://www.demo.example.evil.example", false),
            ("null", false),
        ] {
            for method in ["GET", "OPTIONS", "POST"] {
                let answer = call(method, origin).await;
                let echoed = answer.header("Access-Control-Allow-Origin");
                assert_eq!(echoed, allowed.then_some(origin), "{method} {origin}");
                assert_eq!(answer.header("Access-Control-Allow-Credentials"), None, "no cookie goes with a form");
            }
        }
        assert_eq!(call("POST", &format!("http://{own}")).await.status(), 202, "our own page");
    }
}
