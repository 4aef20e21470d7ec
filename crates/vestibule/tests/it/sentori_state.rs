//! The state machine of a sign-up (reference, sections 3.2 and 3.3): held, applied, repeated, expired, suppressed.

use std::time::Duration;

use model::{Basis, ConsentAction, ConsentSubject, Door, Shown, Timestamp};
use serde_json::json;
use testkit::http::Request;
use testkit::smtp_sink::{Fault, Stage};
use testkit::{Mail, TestDatabase};

use crate::app::{BEGIN, BOX_OFFICE, MEMBERSHIP, NEWSLETTER, Person, SIGNUP, TestApp, body, link};

const ANN: &str = "ann@example.org";

async fn ann(app: &TestApp) -> Person {
    app.person(ANN).await.expect("a contact")
}

fn counted(person: &Person) -> Vec<(&str, i64)> {
    person.tags.iter().map(|(name, n)| (name.as_str(), *n)).collect()
}

/// Every address in a mail that leads here, from both parts, each once.
fn links(app: &TestApp, mail: &Mail) -> Vec<String> {
    let base = format!("http://{}", app.address);
    let mut all: Vec<String> = Vec::new();
    for part in [mail.text(), mail.html().replace("&#x2F;", "/").replace("&#47;", "/")] {
        for word in part.split(|c: char| c.is_whitespace() || "<>\"'()".contains(c)).filter(|w| w.starts_with(&base)) {
            if !all.iter().any(|known| known == word) {
                all.push(word.to_owned());
            }
        }
    }
    all
}

/// A mail as text, its links without their tokens.
fn readable(app: &TestApp, mail: &Mail) -> String {
    let mut text = format!(
        "From: {}\nTo: {}\nSubject: {}\n\n{}",
        mail.header("From").unwrap_or_default(),
        mail.header("To").unwrap_or_default(),
        mail.subject(),
        mail.text().replace("\r\n", "\n"),
    );
    for link in links(app, mail) {
        let path = app.path(&link);
        let page = path.rsplit_once('/').map_or(path, |(page, _)| page);
        text = text.replace(&link, &format!("<base>{page}/<token>"));
    }
    text
}

/// What a membership asks for.
fn membership(more: serde_json::Value) -> serde_json::Value {
    let mut all = json!({
        "MailingLists": ["QWERTY1A"],
        "Tags": ["Dance", "Web Sign Up"],
        "ContactFields": { "FirstName": "Ann", "LastName": "Lee", "DietaryRequirements": "No nuts" },
    });
    all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body(ANN, MEMBERSHIP, all)
}

testkit::both_engines! {
    async fn a_signup_is_held_until_its_link_is_followed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&membership(json!({})), 200).await;
        let held = ann(&app).await;
        assert!(!held.confirmed && held.values.is_empty() && held.lists.is_empty() && held.tags.is_empty(), "{held:?}");
        assert!(app.consents(ANN).await.is_empty() && app.mails_to(BOX_OFFICE).is_empty());

        let mail = app.nth_mail_to(ANN, 0).await;
        insta::assert_snapshot!("signup_mail", readable(&app, &mail));
        app.clock.advance(Duration::from_secs(600));
        let page = app.follow(&link(&mail, "/confirm/")).await;
        assert_eq!(page.status(), 200);
        assert!(page.text().contains("Thank you, you are a member now."), "{}", page.text());

        let person = ann(&app).await;
        assert!(person.confirmed && !person.suppressed);
        assert_eq!(person.value("FirstName"), "Ann");
        assert_eq!(person.value("DietaryRequirements"), "No nuts");
        assert_eq!(person.lists, ["QWERTY1A", "MEMBERS1"], "asked for, and added by the form");
        assert_eq!(counted(&person), [("Dance", 1), ("Web Sign Up", 1)], "a tag in both sets counts once");
        assert_eq!(person.modified, BEGIN.plus(Duration::from_secs(600)));
        insta::assert_snapshot!("signup_alert", readable(&app, &app.nth_mail_to(BOX_OFFICE, 0).await));
    }

    async fn an_update_is_held_too_and_only_submitted_fields_change(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up_and_confirm(&membership(json!({ "RequireConfirmation": "true" }))).await;
        app.clock.advance(Duration::from_secs(61));
        let fields = json!({ "FirstName": "Anna", "LastName": "Lee", "DietaryRequirements": " ", "Title": "Dr" });
        let update = body(ANN, MEMBERSHIP, json!({ "ContactFields": fields, "MailingLists": ["ABCDEFG1"] }));
        let before = ann(&app).await;
        app.sign_up(&update, 200).await;
        assert_eq!(ann(&app).await, before, "nothing changes before the click");
        let mail = app.nth_mail_to(ANN, 1).await;
        insta::assert_snapshot!("update_mail", readable(&app, &mail));
        assert_eq!(app.follow(&link(&mail, "/confirm/")).await.status(), 200);

        let after = ann(&app).await;
        assert_eq!((after.value("FirstName"), after.value("Title")), ("Anna", "Dr"));
        assert!(!after.values.contains_key("DietaryRequirements"), "a blank clears");
        assert_eq!(after.lists, ["QWERTY1A", "ABCDEFG1", "MEMBERS1"], "no list is left");
        assert_eq!(counted(&after), [("Dance", 1), ("Web Sign Up", 2)], "a tag is a counter");
        let alert = app.nth_mail_to(BOX_OFFICE, 1).await;
        assert_eq!(alert.subject(), "Membership: ann@example.org update");

        for (blank, value) in [(json!(null), "Title"), (json!(""), "FirstName")] {
            let more = json!({ "ContactFields": { value: blank }, "RequireConfirmation": "false" });
            app.sign_up(&body(ANN, NEWSLETTER, more), 200).await;
            assert_eq!(ann(&app).await.value(value), "");
        }
        assert_eq!(ann(&app).await.value("LastName"), "Lee");
    }

    async fn false_applies_at_once_and_confirms(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&membership(json!({ "RequireConfirmation": "false" })), 200).await;
        let person = ann(&app).await;
        assert!(person.confirmed);
        assert_eq!(person.lists, ["QWERTY1A", "MEMBERS1"]);
        assert_eq!(counted(&person), [("Dance", 1), ("Web Sign Up", 1)]);
        let alert = app.nth_mail_to(BOX_OFFICE, 0).await;
        assert_eq!(alert.subject(), "Membership: ann@example.org signup");
        assert!(app.mails_to(ANN).is_empty());

        // It also confirms who was known unconfirmed only, and what follows is an update.
        let bob = "bob@example.org";
        app.sign_up(&body(bob, NEWSLETTER, json!({})), 200).await;
        app.sign_up(&body(bob, NEWSLETTER, json!({ "RequireConfirmation": false })), 200).await;
        assert!(app.person(bob).await.expect("a contact").confirmed);
        app.sign_up(&body(bob, NEWSLETTER, json!({ "Tags": ["Dance"] })), 200).await;
        assert_eq!(app.nth_mail_to(bob, 1).await.subject(), "Please confirm your new details with Demo Theatre");
    }

    async fn two_pending_sign_ups_of_one_address_are_independent(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let one = json!({ "ContactFields": { "FirstName": "One", "Title": "Ms" }, "Tags": ["Dance"] });
        let two = json!({ "ContactFields": { "FirstName": "Two" }, "MailingLists": ["ABCDEFG1"], "Tags": ["Dance"] });
        app.sign_up(&body(ANN, NEWSLETTER, one), 200).await;
        app.sign_up(&body(ANN, NEWSLETTER, two), 200).await;
        let (first, second) = (app.nth_mail_to(ANN, 0).await, app.nth_mail_to(ANN, 1).await);
        assert_eq!(first.subject(), second.subject(), "both are signups: nothing is confirmed yet");

        app.follow(&link(&second, "/confirm/")).await;
        let person = ann(&app).await;
        assert_eq!((person.value("FirstName"), person.value("Title")), ("Two", ""));
        app.follow(&link(&first, "/confirm/")).await;
        let person = ann(&app).await;
        assert_eq!((person.value("FirstName"), person.value("Title")), ("One", "Ms"));
        assert_eq!(person.lists, ["ABCDEFG1"]);
        assert_eq!(counted(&person), [("Dance", 2)]);
    }

    async fn a_second_click_shows_the_message_again_and_applies_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&membership(json!({})), 200).await;
        let confirm = link(&app.nth_mail_to(ANN, 0).await, "/confirm/");
        // Eight at the same time, and one later.
        let clicks = futures_util::future::join_all((0..8).map(|_| app.follow(&confirm))).await;
        assert!(clicks.iter().all(|page| page.status() == 200));
        let applied = ann(&app).await;
        app.clock.advance(Duration::from_secs(3600));
        let again = app.follow(&confirm).await;
        assert_eq!(again.status(), 200);
        assert!(again.text().contains("Thank you, you are a member now."), "{}", again.text());
        assert_eq!(ann(&app).await, applied);
        assert_eq!(counted(&applied), [("Dance", 1), ("Web Sign Up", 1)]);
        assert_eq!(app.consents(ANN).await.len(), 2);
        assert_eq!(app.metric("vestibule_sign_ups_total{outcome=\"confirmed\"}").await, 1);
        app.nth_mail_to(BOX_OFFICE, 0).await;
        assert_eq!(app.mails_to(BOX_OFFICE).len(), 1);
    }

    async fn links_expire_after_thirty_days(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (day, second) = (24 * 3600, Duration::from_secs(1));
        app.sign_up(&body(ANN, NEWSLETTER, json!({})), 200).await;
        app.sign_up(&body("bob@example.org", NEWSLETTER, json!({})), 200).await;
        let (late, in_time) = (app.nth_mail_to(ANN, 0).await, app.nth_mail_to("bob@example.org", 0).await);
        app.clock.advance(Duration::from_secs(30 * day - 1));
        assert_eq!(app.follow(&link(&in_time, "/confirm/")).await.status(), 200);
        app.clock.advance(second);
        let confirm = link(&late, "/confirm/");
        assert_eq!(app.follow(&confirm).await.status(), 410);
        assert_eq!(app.send(Request::get(app.path(&confirm))).await.status(), 410);
        assert!(!ann(&app).await.confirmed);
        // A used link stays used.
        assert_eq!(app.follow(&link(&in_time, "/confirm/")).await.status(), 200);
    }

    async fn reading_a_link_changes_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&membership(json!({})), 200).await;
        let mail = app.nth_mail_to(ANN, 0).await;
        let all = links(&app, &mail);
        assert_eq!(all.len(), 2, "both parts hold the same two links: {all:?}");
        assert_eq!(all.iter().filter(|l| l.contains("/confirm/")).count(), 1);
        let (before, committed) = (ann(&app).await, app.committed());
        for link in &all {
            for method in ["GET", "HEAD", "GET"] {
                let mut connection = testkit::http::Connection::open(app.address).await.expect("a connection");
                let page = connection.exchange(&Request::new(method, app.path(link))).await.expect("a page");
                assert_eq!(page.status(), 200, "{method} {link}");
                assert_eq!(page.header("Cache-Control"), Some("no-store"));
                assert_eq!(page.header("Referrer-Policy"), Some("no-referrer"));
            }
        }
        assert_eq!((ann(&app).await, app.committed()), (before, committed));
        assert_eq!(app.follow(&link(&mail, "/confirm/")).await.status(), 200);
        let before = ann(&app).await;
        for link in &all {
            assert_eq!(app.send(Request::get(app.path(link))).await.status(), 200, "{link}");
        }
        assert_eq!(ann(&app).await, before);
    }

    async fn this_was_not_me_ends_it_for_good(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&body(ANN, NEWSLETTER, json!({ "MailingLists": ["QWERTY1A"] })), 200).await;
        let mail = app.nth_mail_to(ANN, 0).await;
        assert_eq!(app.follow(&link(&mail, "/not-me/")).await.status(), 200);
        assert!(ann(&app).await.suppressed);
        assert_eq!(app.follow(&link(&mail, "/confirm/")).await.status(), 404);
        let person = ann(&app).await;
        assert!(!person.confirmed && person.suppressed && person.lists.is_empty());
    }

    async fn a_suppressed_person_is_not_mailed_and_stays_suppressed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&body(ANN, NEWSLETTER, json!({})), 200).await;
        app.follow(&link(&app.nth_mail_to(ANN, 0).await, "/not-me/")).await;
        let tagged = json!({ "Tags": ["Dance"] });
        app.sign_up(&body("Ann@Example.org", NEWSLETTER, tagged.clone()), 206).await;
        app.sign_up(&body(ANN, NEWSLETTER, tagged), 206).await;
        let more = json!({ "ContactFields": { "FirstName": "Ann" }, "MailingLists": ["QWERTY1A"], "Tags": ["Dance"],
            "RequireConfirmation": "false" });
        app.sign_up(&body(ANN, NEWSLETTER, more), 200).await;
        let person = ann(&app).await;
        assert!(person.suppressed && person.confirmed);
        assert_eq!((person.value("FirstName"), person.lists.len(), counted(&person)), ("Ann", 1, vec![("Dance", 1)]));
        // Were a mail owed, it would be ahead of this one.
        app.sign_up(&body("bob@example.org", NEWSLETTER, json!({})), 200).await;
        assert_eq!(app.mails_to(ANN).len(), 1);
        assert_eq!(app.sink.attempts(), 2);
    }

    async fn a_repeat_within_a_minute_is_the_same_one(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let wish = json!({ "Tags": ["Dance"], "ContactFields": { "FirstName": "Ann", "LastName": "Lee" } });
        let request = body(ANN, NEWSLETTER, wish);
        app.sign_up(&request, 200).await;
        app.clock.advance(Duration::from_secs(59));
        app.sign_up(&request, 200).await;
        // The same wish in another spelling of JSON.
        let spelt = request.to_string().replace("ApiKey", "APIKEY").replace("ann@", "ANN@").replace(':', " : ");
        assert_eq!(app.post(spelt).await.status(), 200);
        assert_eq!(app.sink.attempts(), 1);
        // Another wish is another sign-up.
        let other = json!({ "Tags": ["Example"], "ContactFields": { "FirstName": "Ann", "LastName": "Lee" } });
        app.sign_up(&body(ANN, NEWSLETTER, other), 200).await;
        assert_eq!(app.sink.attempts(), 2);
        // After the window it is a new one.
        app.clock.advance(Duration::from_secs(2));
        app.sign_up(&request, 200).await;
        assert_eq!(app.mails_to(ANN).len(), 3);

        // Also when applied at once: tags are counted once.
        let bob = body("bob@example.org", NEWSLETTER, json!({ "Tags": ["Dance"], "RequireConfirmation": "false" }));
        app.sign_up(&bob, 200).await;
        app.sign_up(&bob, 200).await;
        assert_eq!(counted(&app.person("bob@example.org").await.expect("a contact")), [("Dance", 1)]);
        app.clock.advance(Duration::from_secs(61));
        app.sign_up(&bob, 200).await;
        assert_eq!(counted(&app.person("bob@example.org").await.expect("a contact")), [("Dance", 2)]);
    }

    async fn what_another_sign_up_has_changed_meanwhile_is_no_repeat(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for name in ["One", "Two", "One", "One"] {
            app.clock.advance(Duration::from_secs(1));
            let more = json!({ "ContactFields": { "FirstName": name }, "Tags": ["Dance"], "RequireConfirmation": "false" });
            app.sign_up(&body(ANN, NEWSLETTER, more), 200).await;
            assert_eq!(ann(&app).await.value("FirstName"), name);
        }
        assert_eq!(counted(&ann(&app).await), [("Dance", 3)], "the fourth repeats the third");
    }

    async fn sixteen_at_once_are_one_and_all_wait_for_its_mail(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.mail_wait = 5.0).await;
        let repeated = "vestibule_sign_ups_total{outcome=\"repeated\"}";
        let request = body(ANN, NEWSLETTER, json!({})).to_string();
        let answers = futures_util::future::join_all((0..16).map(|_| app.post(request.clone()))).await;
        assert!(answers.iter().all(|a| a.status() == 200));
        assert_eq!((app.sink.attempts(), app.metric(repeated).await), (1, 15));

        // With the mail server silent, nobody has an answer; then all have the same.
        app.sink.times(1, Stage::Sender, Fault::Hang);
        let request = body("bob@example.org", NEWSLETTER, json!({})).to_string();
        let mut all = futures_util::future::join_all((0..16).map(|_| app.post(request.clone())));
        tokio::select! {
            answers = &mut all => panic!("answered before the mail was taken: {answers:?}"),
            () = async {
                app.sink.wait_for_hung(1).await;
                crate::app::eventually("all have come in", async || app.metric(repeated).await == 30).await;
            } => {}
        }
        // The connection had been used before, so the mail goes out on a new one at once.
        app.sink.heal();
        assert!(all.await.iter().all(|a| a.status() == 200));
        assert_eq!(app.mails_to("bob@example.org").len(), 1);
    }

    async fn consent_is_kept_with_the_evidence_of_both_steps(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let request = Request::post(SIGNUP)
            .header("Referer", "https://demo.example/join")
            .header("User-Agent", "Website/2.0")
            .body(membership(json!({})).to_string());
        assert_eq!(app.send(request).await.status(), 200);
        app.clock.advance(Duration::from_secs(600));
        app.follow(&link(&app.nth_mail_to(ANN, 0).await, "/confirm/")).await;

        let (account, later) = (app.account("demo"), BEGIN.plus(Duration::from_secs(600)));
        let list = |id: &str| ConsentSubject::List(account.list_by_external_id(id).expect("a list").0);
        let events = app.consents(ANN).await;
        let seen: Vec<_> = events.iter().map(|e| (e.action, e.subject, e.basis, e.shown)).collect();
        assert_eq!(seen, [
            (ConsentAction::Given, list("QWERTY1A"), Basis::Consent, Shown::Declared),
            (ConsentAction::Given, list("MEMBERS1"), Basis::Consent, Shown::VendorDefault),
        ]);
        for event in &events {
            assert_eq!(event.at, later);
            let [asked, confirmed] = event.evidence.as_slice() else { panic!("two steps: {:?}", event.evidence) };
            let form = account.form_by_external_id(MEMBERSHIP).map(|f| f.id);
            assert_eq!((asked.at, asked.door, asked.form), (BEGIN, Door::Sentori, form));
            assert_eq!(asked.page.as_deref(), Some("https://demo.example/join"));
            assert_eq!((asked.ip, asked.user_agent.as_deref()), ("127.0.0.1".parse().ok(), Some("Website/2.0")));
            assert_eq!((confirmed.at, confirmed.door, confirmed.form), (later, Door::Pages, form));
            assert_eq!((confirmed.ip, confirmed.user_agent.as_deref()), ("127.0.0.1".parse().ok(), Some("Browser/1.0")));
        }

        // Who is on a list already has agreed before; what is applied at once has one step.
        app.clock.advance(Duration::from_secs(100));
        let more = json!({ "MailingLists": ["QWERTY1A", "ABCDEFG1"], "RequireConfirmation": "false" });
        app.sign_up(&body(ANN, NEWSLETTER, more), 200).await;
        let events = app.consents(ANN).await;
        assert_eq!(events.len(), 3);
        assert_eq!(events[2].subject, list("ABCDEFG1"));
        let times: Vec<Timestamp> = events[2].evidence.iter().map(|step| step.at).collect();
        assert_eq!(times, [later.plus(Duration::from_secs(100))]);
    }

    async fn garbled_links_are_not_found(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&body(ANN, NEWSLETTER, json!({})), 200).await;
        let confirm = link(&app.nth_mail_to(ANN, 0).await, "/confirm/");
        let path = app.path(&confirm).to_owned();
        let token = path.rsplit('/').next().expect("a token");
        let mut flipped = token.to_owned();
        let last = if flipped.pop() == Some('A') { 'B' } else { 'A' };
        flipped.push(last);
        for token in ["x", "%00", "..%2f..", flipped.as_str(), &token[..token.len() - 1], &"A".repeat(5000), &format!("{token}x")] {
            for page in ["/confirm", "/not-me"] {
                for method in ["GET", "POST"] {
                    let answer = app.send(Request::new(method, &format!("{page}/{token}"))).await;
                    assert_eq!(answer.status(), 404, "{method} {page}/{token}");
                }
            }
        }
        // A link of one kind is none of the other.
        assert_eq!(app.send(Request::post(&format!("/not-me/{token}"))).await.status(), 404);
        let person = ann(&app).await;
        assert!(!person.confirmed && !person.suppressed);
    }
}
