//! What comes back by mail: reports in the words of many servers, those named `real` written by servers of Debian's packages
//! (Postfix 3.7, Exim 4.96). The first word of a file's name says what it must do; `{token}` stands for the mark of the mail
//! that it is about, `{to}` for its recipient.

use std::path::Path;
use std::time::Duration;

use model::{ConsentAction, ConsentSubject, Door};
use serde_json::json;
use store::{DeliveryState, Lane, OutboxFilter};
use testkit::http::{Request, Response};
use testkit::{Mail, TestDatabase};

use crate::app::{KEY, NEWSLETTER, TestApp, body, eventually, link};

const REPORTS: &str = "/api/v1/mail-reports";
const TOKEN: &str = "demo-token-for-trying-out-only";

/// Accounts beside the demo's.
const OTHERS: &str = r#"
[account]
slug = "verp"
external_id = "VERP0001"
from = "Verp <hello@verp.example>"
[mail]
return_path = "bounces+*@verp.example"
[[api_user]]
kind = "sentori"
key = "00000000-0000-0000-0000-000000000002"
[[api_user]]
kind = "native"
name = "Reports"
token = "a-token-of-another-account"
scopes = ["mail_reports:write"]
[[api_user]]
kind = "native"
name = "Reader"
token = "a-token-that-may-only-read"
scopes = ["contacts:read"]
[[form]]
external_id = "12ABCDE3"
name = "Newsletter"
[[webhook]]
kind = "sentori"
bounce = "https://box.example/bounce"
contact_unsubscribe = "https://box.example/unsubscribe"
"#;

/// The reports with their names.
fn reports() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/reports");
    let files = std::fs::read_dir(folder).expect("reports").map(|file| file.expect("a file").path());
    let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut all: Vec<_> = files.map(|path| (name(&path), std::fs::read_to_string(path).expect("text"))).collect();
    all.sort();
    all
}

fn report(name: &str) -> String {
    reports().into_iter().find(|(n, _)| n == name).expect(name).1
}

/// The mark in a mail's `Message-ID`.
fn token(mail: &Mail) -> String {
    let id = mail.header("Message-ID").expect("a Message-ID");
    let (token, _) = id.trim_start_matches('<').split_once(".vestibule@").expect("a mark");
    token.to_owned()
}

fn filled(text: &str, token: &str, to: &str) -> String {
    text.replace("{token}", token).replace("{TOKEN}", &token.to_uppercase()).replace("{to}", to)
}

async fn post(app: &TestApp, token: &str, body: impl Into<Vec<u8>>) -> Response {
    let request = Request::post(REPORTS).header("Authorization", &format!("Bearer {token}"));
    app.send(request.header("Content-Type", "message/rfc822").body(body)).await
}

/// Posts a report; what is said of each recipient.
async fn noted(app: &TestApp, token: &str, body: String) -> String {
    let answer = post(app, token, body).await;
    assert_eq!(answer.status(), 200, "{}", answer.snapshot(&[]));
    answer.json()["noted"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|w| w.as_str().expect("a word"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Signs up, and the mark of the mail.
async fn mailed(app: &TestApp, email: &str, before: usize) -> String {
    let fields = json!({ "ContactFields": { "LastName": format!("Number {before}") } });
    app.sign_up(&body(email, NEWSLETTER, fields), 200).await;
    let token = token(&app.nth_mail_to(email, before).await);
    settled(app).await;
    token
}

/// Waits until what was mailed is noted: a clock that jumps would have it mailed again.
async fn settled(app: &TestApp) {
    let owed =
        |(lane, state, _): &(Lane, DeliveryState, i64)| *lane == Lane::Confirmation && *state == DeliveryState::Owed;
    eventually("all mail is noted", async || !app.store().delivery_counts().await.expect("counts").iter().any(owed))
        .await;
}

async fn is_bad(app: &TestApp, email: &str) -> bool {
    app.contact_of("demo", email).await.expect("a contact").row.bad_address_at.is_some()
}

testkit::both_engines! {
    async fn every_report_does_what_it_says(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let all = reports();
        assert!(all.len() >= 40 && all.iter().filter(|(name, _)| name.contains("-real-")).count() >= 15);
        for (n, (name, text)) in all.iter().enumerate() {
            // A clock that stands still makes ceilings for mails.
            app.clock.advance(Duration::from_secs(600));
            let email = format!("joe{n}@r{n}.example");
            let text = filled(text, &mailed(&app, &email, 0).await, &email);
            let kind = name.split('-').next().expect("a word");
            let committed = app.committed();
            let answer = post(&app, TOKEN, text.clone()).await;
            let row = app.contact_of("demo", &email).await.expect("a contact").row;
            let (bad, suppressed) = (row.bad_address_at.is_some(), row.suppressed_at.is_some());
            if kind == "refused" {
                assert_eq!(answer.status(), 422, "{name}: {}", answer.snapshot(&[]));
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{name}");
                assert!(!bad && !suppressed && app.committed() == committed, "{name}");
                continue;
            }
            assert_eq!(answer.status(), 200, "{name}: {}", answer.snapshot(&[]));
            let said = answer.json()["noted"].clone();
            assert_eq!(said, json!([if kind == "nothing" { "nothing" } else { "yes" }]), "{name}");
            assert_eq!((bad, suppressed), (kind == "hard", kind == "complaint"), "{name}");
            if kind != "nothing" {
                assert_eq!(noted(&app, TOKEN, text).await, "repeated", "{name}");
            }
        }
        for kind in ["hard", "soft", "complaint"] {
            let count = all.iter().filter(|(name, _)| name.starts_with(kind)).count() as u64;
            assert_eq!(app.metric(&format!("vestibule_mail_returns_total{{kind=\"{kind}\"}}")).await, count);
        }
        let address = "joe0@r0.example";
        let complained = app.contact_of("demo", address).await.expect("a contact");
        assert!(complained.row.suppressed_at.is_some(), "complaints come first");
        let event = app.consents(address).await.pop().expect("an event");
        assert_eq!(event.action, ConsentAction::Withdrawn);
        assert_eq!(event.subject, ConsentSubject::Everything);
        assert_eq!(event.evidence[0].door, Door::Mail);
        let record = app.api("/v2.0/contact/get/joe5@r5.example/").await.json();
        assert_eq!(record["IsBadEmailAddress"], json!(true), "hard ones come next");
    }

    async fn five_soft_bounces_in_a_row_mark_an_address(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let full = report("soft-postfix-real-mailbox-full");
        let (five, healed) = ("five@example.org", "healed@example.org");
        for email in [five, healed] {
            app.sign_up(&body(email, NEWSLETTER, json!({})), 200).await;
            app.follow(&link(&app.nth_mail_to(email, 0).await, "/confirm/")).await;
        }
        for n in 1..=5 {
            app.clock.advance(Duration::from_secs(25 * 3600));
            for email in [five, healed] {
                let token = mailed(&app, email, n).await;
                // The third mail to one of them arrives.
                if email == healed && n == 3 {
                    continue;
                }
                let text = filled(&full, &token, email);
                assert_eq!(noted(&app, TOKEN, text.clone()).await, "yes", "{email} {n}");
                assert_eq!(noted(&app, TOKEN, text).await, "repeated", "{email} {n}");
                assert_eq!(is_bad(&app, email).await, email == five && n == 5, "{email} {n}");
            }
        }
    }

    async fn nobody_makes_reports_up(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.accounts.push(OTHERS)).await;
        let token = mailed(&app, "joe@example.org", 0).await;
        let hard = report("hard-postfix-real-unknown");
        let good = filled(&hard, &token, "joe@example.org");
        let (committed, huge) = (app.committed(), vec![b'a'; 3_000_000]);
        for (wrong, body, status) in [
            ("nobody-s-token", good.as_bytes(), 401),
            ("", good.as_bytes(), 401),
            (KEY, good.as_bytes(), 401),
            ("a-token-that-may-only-read", good.as_bytes(), 403),
            (TOKEN, b"".as_slice(), 400),
            (TOKEN, b"\xff\xfe\0\x01".as_slice(), 400),
            (TOKEN, b"no header\n\nhere".as_slice(), 400),
            (TOKEN, b"{\"json\":1}".as_slice(), 422),
            (TOKEN, huge.as_slice(), 413),
        ] {
            let answer = post(&app, wrong, body).await;
            assert_eq!(answer.status(), status, "{wrong}: {}", answer.snapshot(&[]));
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
            assert_eq!(answer.json()["status"], status);
        }
        assert_eq!(app.send(Request::post(REPORTS).body(good.clone())).await.status(), 401);
        assert_eq!(app.send(Request::get(REPORTS)).await.status(), 405);
        // A mark that is not genuine, and one of another account's mail.
        let forged = format!("{}{}", if token.starts_with('a') { 'b' } else { 'a' }, &token[1..]);
        assert_eq!(noted(&app, TOKEN, filled(&hard, &forged, "joe@example.org")).await, "unknown");
        assert_eq!(noted(&app, "a-token-of-another-account", good.clone()).await, "unknown");
        assert_eq!(app.committed(), committed);
        assert!(!is_bad(&app, "joe@example.org").await);
        // What bounced was another address than the contact has by now.
        app.follow(&link(&app.nth_mail_to("joe@example.org", 0).await, "/confirm/")).await;
        let new = json!({ "EmailAddress": "new@example.org" }).to_string();
        let update = Request::post("/v2.0/contact/update/joe@example.org/").header("ApiKey", KEY);
        assert_eq!(app.send(update.header("Content-Type", "application/json").body(new)).await.status(), 200);
        assert_eq!(noted(&app, TOKEN, good).await, "unknown");
        assert!(!is_bad(&app, "new@example.org").await);
    }

    async fn a_return_path_says_which_mail_it_was(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.accounts.push(OTHERS)).await;
        let sign_up = |email: &str| {
            let key = "00000000-0000-0000-0000-000000000002";
            json!({ "ApiKey": key, "EmailAddress": email, "SignUpFormExternalID": "12ABCDE3" })
        };
        for (email, file) in [("joe@example.org", "hard-only-the-status"), ("zoe@example.org", "complaint-minimal")] {
            app.sign_up_and_confirm(&sign_up(email)).await;
            let mail = app.nth_mail_to(email, 0).await;
            assert_eq!(mail.from, format!("bounces+{}@verp.example", token(&mail)));
            // Nothing but the return path names the mail.
            let text = report(file).replace("bounces+{token}@demo.example", &mail.from).replace("fbl@demo.example", &mail.from);
            let text = filled(&text, "x", email);
            assert_eq!(noted(&app, "a-token-of-another-account", text).await, "yes", "{file}");
        }
        let joe = app.contact_of("verp", "joe@example.org").await.expect("a contact").row;
        let zoe = app.contact_of("verp", "zoe@example.org").await.expect("a contact").row;
        assert!(joe.bad_address_at.is_some() && joe.suppressed_at.is_none());
        assert!(zoe.bad_address_at.is_none() && zoe.suppressed_at.is_some());
        // The account's own systems are told.
        let filter = OutboxFilter { lane: Some(Lane::Webhook), state: None, before: None, most: 10 };
        let owed = app.store().outbox(app.account("verp").id, filter).await.expect("the outbox");
        let bodies: Vec<String> = owed.iter().map(|row| row.payload.replace("\\\"", "\"")).collect();
        assert_eq!(bodies.len(), 2, "{bodies:?}");
        assert!(bodies.iter().any(|b| b.contains("\"BounceType\":\"Hard\"") && b.contains("joe@example.org")), "{bodies:?}");
        assert!(bodies.iter().any(|b| b.contains("\"Type\":\"unsubscribe\"") && b.contains("zoe@example.org")), "{bodies:?}");
    }
}
