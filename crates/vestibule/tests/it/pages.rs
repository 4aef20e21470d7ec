//! The pages a person meets, as a program sees them: statuses, headers, and what a post changes.

use std::time::Duration;

use intake::{Intake, IntakeSettings};
use model::{ConsentAction, Shown};
use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::app::{TestApp, link};

const ANN: &str = "ann@example.org";
const FORM: &str = "/demo/forms/12ABCDE3";
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn posted(app: &TestApp, target: &str, body: &str) -> Response {
    let request = Request::post(target).header("Content-Type", "application/x-www-form-urlencoded");
    app.send(request.body(body)).await
}

/// Signs Ann up on the hosted form; the confirm link of mail number `n` (from 0).
async fn signed_up(app: &TestApp, n: usize) -> String {
    let body = format!("EmailAddress={ANN}&FirstName=Ann&MailingLists=QWERTY1A&Statement_email=yes&wordings=email:1");
    assert_eq!(posted(app, FORM, &body).await.status(), 200);
    link(&app.nth_mail_to(ANN, n).await, "/confirm/")
}

/// Signs Ann up and confirms; the path of her preferences.
async fn known(app: &TestApp) -> String {
    let confirm = signed_up(app, 0).await;
    assert_eq!(app.follow(&confirm).await.status(), 200);
    assert_eq!(posted(app, "/demo/preferences", &format!("EmailAddress={ANN}")).await.status(), 200);
    let preferences = link(&app.nth_mail_to(ANN, 1).await, "/preferences/");
    app.path(&preferences).to_owned()
}

testkit::both_engines! {
    async fn a_likely_slip_is_asked_about_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let slip = "EmailAddress=ann@gmial.com&FirstName=Ann";
        let asked = posted(&app, FORM, slip).await;
        assert_eq!(asked.status(), 422);
        let page = asked.text();
        assert!(page.contains("ann@gmail.com") && page.contains(r#"name="asked_about" value="ann@gmial.com""#), "{page}");
        // Another slip is another question; the same address again is meant.
        let other = posted(&app, FORM, "EmailAddress=ann@gmai.com&asked_about=ann@gmial.com").await;
        assert_eq!(other.status(), 422);
        assert_eq!(posted(&app, FORM, &format!("{slip}&asked_about=ann@gmial.com")).await.status(), 200);
        app.nth_mail_to("ann@gmial.com", 0).await;
    }

    async fn a_call_that_is_not_right_gets_a_page_that_says_so(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let form = "application/x-www-form-urlencoded";
        for (method, target, media_type, body, status) in [
            ("GET", FORM, "", "", 200),
            ("HEAD", FORM, "", "", 200),
            ("GET", "/DEMO/forms/12abcde3", "", "", 200),
            ("PUT", FORM, form, "", 405),
            ("GET", "/nobody/forms/12ABCDE3", "", "", 404),
            ("GET", "/demo/forms/NONE", "", "", 404),
            ("POST", "/demo/forms/NONE", form, "EmailAddress=a@example.org", 404),
            ("GET", "/demo/forms/%ff", "", "", 404),
            ("POST", FORM, form, "", 422),
            ("POST", FORM, form, "EmailAddress=nobody", 422),
            ("POST", FORM, form, "EmailAddress=a@example.org&FirstName=%ff", 400),
            ("POST", FORM, form, "EmailAddress=a@example.org&wordings=email:7", 422),
            ("POST", FORM, "text/plain", "EmailAddress=a@example.org", 415),
            ("POST", FORM, "application/json", "[]", 400),
            ("POST", FORM, "application/json", "{\"EmailAddress\":3}", 422),
            ("GET", "/confirm/none", "", "", 404),
            ("POST", "/confirm/none", form, "", 404),
            ("GET", "/not-me/none", "", "", 404),
            ("GET", "/preferences/none", "", "", 404),
            ("POST", "/preferences/none", form, "action=delete", 404),
            ("GET", "/unsubscribe/none", "", "", 404),
            ("POST", "/unsubscribe/none", form, "List-Unsubscribe=One-Click", 404),
            ("GET", "/demo/preferences", "", "", 200),
            ("POST", "/demo/preferences", form, "EmailAddress=x", 422),
            ("GET", "/nobody/preferences", "", "", 404),
            ("DELETE", "/demo/preferences", "", "", 405),
        ] {
            let request = Request::new(method, target).header("Content-Type", media_type);
            let answer = app.send(request.body(body)).await;
            assert_eq!(answer.status(), status, "{method} {target} {body}");
            if media_type == "application/json" {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{body}");
            } else {
                let policy = answer.header("content-security-policy").unwrap_or_default();
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors"), "{target} {policy}");
                assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{target}");
                assert!(method == "HEAD" || answer.text().contains("<html lang=\"en\" dir=\"ltr\">"), "{target}");
            }
        }
        let large = format!("EmailAddress=a@example.org&FirstName={}", "x".repeat(5_000_000));
        assert_eq!(posted(&app, FORM, &large).await.status(), 413);
        assert!(app.person("a@example.org").await.is_none(), "nothing was kept");
    }

    async fn the_hosted_form_is_proof_of_what_was_shown(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let confirm = signed_up(&app, 0).await;
        for method in ["GET", "HEAD", "GET"] {
            assert_eq!(app.send(Request::new(method, app.path(&confirm))).await.status(), 200);
        }
        assert!(!app.person(ANN).await.expect("a contact").confirmed);
        assert_eq!(app.follow(&confirm).await.status(), 200);
        let ann = app.person(ANN).await.expect("a contact");
        assert!(ann.confirmed && ann.lists == ["QWERTY1A"] && ann.value("FirstName") == "Ann");
        assert!(app.consents(ANN).await.iter().all(|c| c.shown == Shown::ByUs && c.action == ConsentAction::Given));
    }

    async fn json_is_the_same_form(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let get = Request::get(FORM).header("Accept", "application/json").header("Origin", "https://a.example");
        let described = app.send(get).await;
        assert_eq!(described.header("access-control-allow-origin"), Some("https://a.example"));
        assert_eq!(described.json()["fields"][0]["name"], "EmailAddress");
        let mut body = described.json()["hidden"].clone();
        body["EmailAddress"] = ANN.into();
        let post = Request::post(FORM).header("Content-Type", "application/json");
        let answer = app.send(post.body(body.to_string())).await;
        assert_eq!((answer.status(), answer.json()["status"].as_str()), (202, Some("pending")));
        let options = app.send(Request::new("OPTIONS", FORM).header("Origin", "https://a.example")).await;
        assert_eq!((options.status(), options.header("access-control-allow-methods")), (204, Some("GET, POST")));
    }

    async fn a_dead_link_offers_a_fresh_mail_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let dead = signed_up(&app, 0).await;
        app.clock.advance(31 * DAY);
        let path = app.path(&dead).to_owned();
        assert_eq!(app.send(Request::get(&path)).await.status(), 410);
        assert_eq!(app.follow(&dead).await.status(), 410);
        for _ in 0..2 {
            assert_eq!(posted(&app, &path, "again=yes").await.status(), 200);
        }
        let fresh = link(&app.nth_mail_to(ANN, 1).await, "/confirm/");
        assert_ne!(fresh, dead);
        assert_eq!(app.follow(&dead).await.status(), 410, "the old link stays dead");
        assert_eq!(app.follow(&fresh).await.status(), 200);
        assert!(app.person(ANN).await.expect("a contact").confirmed);
        assert_eq!(app.mails_to(ANN).len(), 2);
    }

    async fn a_form_says_how_long_its_links_live(db: TestDatabase) {
        const HASTY: &str = "[account]\nslug = \"hasty\"\nname = \"Hasty\"\nexternal_id = \"hasty\"\nfrom = \"a@hasty.example\"\n\
            [[form]]\nexternal_id = \"HASTY001\"\nname = \"Hasty\"\nconfirm_within = \"2 hours\"\n";
        let app = TestApp::with(db, |setup| setup.accounts = vec![HASTY]).await;
        for (n, minutes, status) in [(0, 119, 200), (1, 121, 410)] {
            let email = format!("hasty{n}@example.org");
            assert_eq!(posted(&app, "/hasty/forms/HASTY001", &format!("EmailAddress={email}")).await.status(), 200);
            let confirm = link(&app.nth_mail_to(&email, 0).await, "/confirm/");
            app.clock.advance(Duration::from_secs(minutes * 60));
            assert_eq!(app.follow(&confirm).await.status(), status, "after {minutes} minutes");
        }
        // The demo's form says nothing: thirty days.
        let confirm = signed_up(&app, 0).await;
        app.clock.advance(DAY * 29);
        assert_eq!(app.follow(&confirm).await.status(), 200);
    }

    async fn what_nobody_confirmed_is_cleared_up(db: TestDatabase) {
        let app = TestApp::start(db).await;
        signed_up(&app, 0).await;
        let intake = Intake::new(app.store().clone(), IntakeSettings::default());
        app.clock.advance(59 * DAY);
        assert_eq!(intake.clear_up().await, Ok(0));
        assert!(app.person(ANN).await.is_some());
        app.clock.advance(2 * DAY);
        assert_eq!(intake.clear_up().await, Ok(1));
        assert!(app.person(ANN).await.is_none());
        assert_eq!(intake.clear_up().await, Ok(0));
    }

    async fn a_known_contact_outlives_the_clearing_up(db: TestDatabase) {
        let app = TestApp::start(db).await;
        known(&app).await;
        assert_eq!(posted(&app, FORM, &format!("EmailAddress={ANN}&FirstName=Other")).await.status(), 200);
        app.clock.advance(61 * DAY);
        let intake = Intake::new(app.store().clone(), IntakeSettings::default());
        assert_eq!(intake.clear_up().await, Ok(1));
        assert_eq!(app.person(ANN).await.expect("a contact").value("FirstName"), "Ann");
    }

    async fn preferences_are_kept_with_their_consents(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let page = known(&app).await;
        // Events of one moment have no order.
        app.clock.advance(Duration::from_secs(1));
        let body = "action=save&FirstName=Anna&MailingLists=ABCDEFG1&Statement_email=no&Statement_post=no&wordings=email:1+post:1";
        assert_eq!(posted(&app, &page, body).await.status(), 200);
        let ann = app.person(ANN).await.expect("a contact");
        assert_eq!((ann.value("FirstName"), &ann.lists[..]), ("Anna", &["ABCDEFG1".to_owned()][..]));
        let mut actions: Vec<_> = app.consents(ANN).await.iter().skip(2).map(|c| format!("{:?}", c.action)).collect();
        actions.sort();
        assert_eq!(actions, ["Given", "Refused", "Withdrawn", "Withdrawn"]);
        assert_eq!(posted(&app, &page, body).await.status(), 200);
        assert_eq!(app.consents(ANN).await.len(), 6, "saying it again is nothing new");
        for (body, status) in [("", 400), ("action=save&FirstVisit=soon", 422), ("action=change_address", 422)] {
            assert_eq!(posted(&app, &page, body).await.status(), status, "{body}");
        }
        app.clock.advance(2 * DAY);
        assert_eq!(app.send(Request::get(&page)).await.status(), 410);
    }

    async fn an_address_changes_at_the_new_one_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let page = known(&app).await;
        let other = "bob@example.org";
        assert_eq!(posted(&app, &page, &format!("action=change_address&NewEmailAddress={other}")).await.status(), 200);
        let confirm = link(&app.nth_mail_to(other, 0).await, "/confirm/");
        assert!(app.person(other).await.is_none());
        assert_eq!(app.follow(&confirm).await.status(), 200);
        assert!(app.person(ANN).await.is_none());
        assert_eq!(app.person(other).await.expect("a contact").value("FirstName"), "Ann");

        let told = app.nth_mail_to(ANN, 2).await;
        assert!(told.text().contains("another address") && told.header("List-Unsubscribe").is_some());
        // A mailbox gets no more than three mails a day that somebody else can cause.
        app.clock.advance(DAY);
        signed_up(&app, 3).await;
        let taken = posted(&app, &page, &format!("action=change_address&NewEmailAddress={ANN}")).await;
        assert_eq!(taken.status(), 200, "the same answer, whoever has the address");
        let confirm = link(&app.nth_mail_to(ANN, 4).await, "/confirm/");
        assert_eq!(app.follow(&confirm).await.status(), 422, "somebody has it");
        assert!(app.person(other).await.is_some());
    }

    async fn unsubscribing_takes_one_click_and_can_be_undone(db: TestDatabase) {
        let app = TestApp::start(db).await;
        known(&app).await;
        let mail = app.nth_mail_to(ANN, 1).await;
        assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
        let header = mail.header("List-Unsubscribe").expect("a header");
        let path = app.path(header.trim_matches(['<', '>'])).to_owned();
        for method in ["GET", "HEAD"] {
            assert_eq!(app.send(Request::new(method, &path)).await.status(), 200);
        }
        assert!(!app.person(ANN).await.expect("a contact").suppressed);
        for _ in 0..2 {
            assert_eq!(posted(&app, &path, "List-Unsubscribe=One-Click").await.status(), 200);
            assert!(app.person(ANN).await.expect("a contact").suppressed);
        }
        assert_eq!(posted(&app, &path, "action=undo").await.status(), 200);
        assert!(!app.person(ANN).await.expect("a contact").suppressed);
        assert_eq!(app.consents(ANN).await.len(), 4);
    }

    async fn who_is_deleted_is_gone_and_may_come_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let page = known(&app).await;
        let contact = app.contact_of("demo", ANN).await.expect("a contact");
        let file = posted(&app, &page, "action=download").await;
        assert_eq!(file.json()["values"]["FirstName"], "Ann");
        assert_eq!(posted(&app, &page, "action=delete").await.status(), 200);
        assert!(app.person(ANN).await.is_none());
        let events = app.store().consents(app.account("demo").id, contact.row.person).await.expect("events");
        assert!(!events.is_empty() && events.iter().all(|e| e.evidence.is_empty()), "from where is forgotten");
        assert_eq!(app.send(Request::get(&page)).await.status(), 404);
        let again = signed_up(&app, 2).await;
        assert_eq!(app.follow(&again).await.status(), 200);
        assert!(!app.person(ANN).await.expect("a contact").suppressed);
    }
}
