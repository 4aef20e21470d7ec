//! What the guard does over time: attack mode, news for the owner, and what is forgotten.

use std::time::Duration;

use intake::{Intake, IntakeSettings};
use testkit::TestDatabase;
use testkit::http::{Request, Response};
use vestibule::DEMO_ACCOUNT;

use crate::app::{NEWSLETTER, TestApp, body, eventually, link};

const FORM: &str = "/demo/forms/12ABCDE3";
const OWNER: &str = "owner@demo.example";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The demo account with a guard's table.
async fn with_guard(app: &TestApp, table: &str) {
    let text = DEMO_ACCOUNT.replacen("[guard.recipients]", &format!("[guard]\n{table}\n\n[guard.recipients]"), 1);
    vestibule::apply_account(app.store(), &text, "test.toml").await.expect("a good account file");
}

async fn json(app: &TestApp, body: String) -> Response {
    let request = Request::post(FORM).header("Content-Type", "application/json").header("Accept", "application/json");
    app.send(request.body(body)).await
}

testkit::both_engines! {
    async fn an_attack_changes_the_form_tells_the_owner_and_passes(db: TestDatabase) {
        let app = TestApp::start(db).await;
        with_guard(&app, "attack_floor = 10\nwork_rounds = 1\nalert_to = [\"owner@demo.example\"]").await;
        let page = app.send(Request::get(FORM)).await.text();
        assert!(!page.contains("data-challenge"), "in peace nothing is asked");
        let mut statuses = Vec::new();
        for n in 0..14 {
            statuses.push(json(&app, format!(r#"{{"EmailAddress":"a{n}@b{n}.example"}}"#)).await.status());
        }
        assert_eq!(&statuses[..10], [202; 10]);
        assert_eq!(&statuses[11..], [403; 3], "everybody is asked now: {statuses:?}");
        let page = app.send(Request::get(FORM)).await;
        assert!(page.text().contains("data-challenge") && !page.text().contains("data-again"));
        assert!(page.text().contains("assets/challenge.js"));

        let confirm = link(&app.nth_mail_to("a0@b0.example", 0).await, "/confirm/");
        let shown = app.send(Request::get(app.path(&confirm))).await.text();
        assert!(shown.contains("<button") && !shown.contains("confirm.js"), "by its button only");
        let told = app.nth_mail_to(OWNER, 0).await;
        assert!(told.subject().starts_with("Under attack: "), "{}", told.subject());
        assert!(told.text().contains("vestibule guard list"), "{}", told.text());

        app.clock.advance(Duration::from_secs(16 * 60));
        let over = app.nth_mail_to(OWNER, 1).await;
        assert!(over.subject().starts_with("The attack is over: "), "{}", over.subject());
        assert!(!app.send(Request::get(FORM)).await.text().contains("data-challenge"));
        assert_eq!(json(&app, r#"{"EmailAddress":"late@b.example"}"#.into()).await.status(), 202);
        let shown = app.send(Request::get(app.path(&confirm))).await.text();
        assert!(shown.contains("confirm.js"), "as ever");
        assert_eq!(app.mails_to(OWNER).len(), 2, "each is told once");
    }

    async fn a_ceiling_is_told_once_an_hour(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let text = DEMO_ACCOUNT.replacen("[guard.recipients]", "[guard.recipients]\nper_domain = 2", 1);
        vestibule::apply_account(app.store(), &text, "test.toml").await.expect("a good account file");
        for (n, status) in [200, 200, 206, 206].into_iter().enumerate() {
            app.sign_up(&body(&format!("p{n}@one.example"), NEWSLETTER, serde_json::json!({})), status).await;
        }
        let owner = "hello@demo.example";
        let told = app.nth_mail_to(owner, 0).await;
        assert!(told.subject().contains("ceiling"), "{}", told.subject());
        app.clock.advance(Duration::from_secs(61 * 60));
        for (n, status) in [200, 200, 206].into_iter().enumerate() {
            app.sign_up(&body(&format!("q{n}@one.example"), NEWSLETTER, serde_json::json!({})), status).await;
        }
        app.nth_mail_to(owner, 1).await;
        assert_eq!(app.mails_to(owner).len(), 2, "once an hour");
    }

    async fn what_the_guard_keeps_is_forgotten_in_time(db: TestDatabase) {
        let app = TestApp::start(db).await;
        with_guard(&app, "quarantine_days = 20\nhoneypot = \"website_2\"\nwork_rounds = 1").await;
        let account = app.account("demo").id;
        assert_eq!(json(&app, r#"{"EmailAddress":"a@b.example","website_2":"x"}"#.into()).await.status(), 202);
        assert_eq!(json(&app, r#"{"EmailAddress":"c@d.example","ticket":"x"}"#.into()).await.status(), 403);
        let rows = |verdict: &'static str| {
            let store = app.store().clone();
            async move { store.verdicts(account, verdict.to_owned(), 10).await.expect("read") }
        };
        eventually("the refusal is written", async || rows("challenge").await.len() == 1).await;
        let quiet = rows("quiet").await;
        let held = || app.store().held(account, model::SignUpId(quiet[0].id));
        let intake = Intake::new(app.store().clone(), IntakeSettings::default());
        app.clock.advance(19 * DAY);
        intake.forget().await;
        assert!(held().await.expect("read").is_some());
        app.clock.advance(2 * DAY);
        intake.forget().await;
        assert!(held().await.expect("read").is_none(), "quarantine is over after its days");
        assert_eq!(rows("challenge").await.len(), 1);
        app.clock.advance(10 * DAY);
        intake.forget().await;
        assert!(rows("challenge").await.is_empty(), "refusals are forgotten after thirty days");
    }

    /// Whoever types an address learns nothing: the same words, status and about the same time.
    async fn nobody_learns_whether_an_address_is_known(db: TestDatabase) {
        let app = TestApp::start(db).await;
        with_guard(&app, "address_limit = { count = 0, seconds = 60 }\nattack_floor = 0").await;
        const PEOPLE: usize = 15;
        for n in 0..PEOPLE {
            let more = serde_json::json!({ "RequireConfirmation": false });
            app.sign_up(&body(&format!("known{n}@a{n}.example"), NEWSLETTER, more), 200).await;
        }
        for form in [FORM, "/demo/forms/MEMBER01"] {
            let (mut known, mut new) = (Vec::new(), Vec::new());
            for n in 0..PEOPLE {
                for (times, who) in [(&mut known, "known"), (&mut new, "nobody")] {
                    let person = format!(r#"{{"EmailAddress":"{who}{n}@a{n}.example","FirstName":"Ann","LastName":"Li"}}"#);
                    let request = Request::post(form).header("Content-Type", "application/json");
                    let began = std::time::Instant::now();
                    let answer = app.send(request.header("Accept", "application/json").body(person)).await;
                    times.push((began.elapsed(), answer.status(), answer.text()));
                }
            }
            assert!(known.iter().zip(&new).all(|(k, n)| k.1 == n.1 && k.2 == n.2), "{:?} {:?}", known[0], new[0]);
            assert_eq!(known[0].1, 202, "{}", known[0].2);
            let median = |times: &mut Vec<(Duration, u16, String)>| {
                times.sort();
                times[PEOPLE / 2].0
            };
            let (k, n) = (median(&mut known), median(&mut new));
            let much = |a: Duration, b: Duration| a > b * 4 + Duration::from_millis(20);
            assert!(!much(k, n) && !much(n, k), "{form}: {k:?} for somebody known, {n:?} for nobody");
        }
    }
}
