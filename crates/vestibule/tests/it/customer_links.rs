//! Links that customers get by mail: to set a password and to log in; the welcome mail; and what an account keeps to
//! itself about who is a customer.

use std::time::Duration;

use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::app::{TestApp, link};

const EMAIL_ME: &str = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL";

const OPEN: &str = r#"
[account]
slug = "open"
name = "Open Theatre"
from = "Open Theatre <hello@open.example>"
allowed_origins = ["https://www.open.example"]
allowed_return_hosts = ["site"]
guard = "enforce"

[[statement]]
key = "email"
spektrix_id = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"
text = "Email me"
channel = "email"
web = true
linked_to_email = true
"#;

/// The same, and nobody is to learn who is a customer; new ones are welcomed.
const DISCREET: &str = r#"
[account]
slug = "discreet"
name = "Discreet Theatre"
from = "Discreet Theatre <hello@discreet.example>"
allowed_origins = ["https://www.open.example"]
allowed_return_hosts = ["site"]
welcome_mail = true
conceal_duplicates = true
conceal_existing = true
conceal_unknown = true

[[api_user]]
kind = "spektrix"
login = "Discreet"
secret = "c2VjcmV0LWtleS1mb3ItdGVzdHM="

[[statement]]
key = "email"
spektrix_id = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"
text = "Email me"
channel = "email"
web = true
linked_to_email = true
"#;

const WELCOMING: &str = r#"
[account]
slug = "welcoming"
name = "Welcoming Theatre"
from = "Welcoming Theatre <hello@welcoming.example>"
welcome_mail = true
allowed_return_hosts = ["site"]
"#;

async fn start(db: TestDatabase) -> TestApp {
    TestApp::with(db, |setup| setup.accounts = vec![OPEN, DISCREET, WELCOMING]).await
}

async fn call(app: &TestApp, account: &str, method: &str, path: &str, cookie: &str, body: &str) -> Response {
    let request = Request::new(method, &format!("/{account}/api/v3/{path}")).header("Content-Type", "application/json");
    // The browsers' own, so that the guard has nothing to say.
    let request =
        request.header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    let request = request.header("Origin", "https://www.open.example");
    app.send(if cookie.is_empty() { request } else { request.header("Cookie", cookie) }.body(body)).await
}

fn person(email: &str, more: &str) -> String {
    format!(r#"{{"email":"{email}","firstName":"Ann","lastName":"Lee"{more}}}"#)
}

async fn create(app: &TestApp, account: &str, email: &str, more: &str) -> Response {
    call(app, account, "POST", "customer", "", &person(email, more)).await
}

async fn log_in(app: &TestApp, account: &str, email: &str, password: &str) -> Response {
    let body = format!(r#"{{"email":"{email}","password":"{password}"}}"#);
    call(app, account, "POST", "customer/authenticate", "", &body).await
}

fn cookie(answer: &Response) -> String {
    answer.header("Set-Cookie").expect("a cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn forgot(app: &TestApp, account: &str, email: &str) -> Response {
    // As a published client sends it: form type, no body.
    let path = format!("/{account}/api/v3/customer/forgot-password?emailAddress={email}&domain=www.open.example");
    app.send(Request::post(&path).header("Content-Type", "application/x-www-form-urlencoded")).await
}

async fn set(app: &TestApp, page: &str, password: &str) -> Response {
    let (path, token) = page.split_once("?token=").expect("a token");
    let body = format!("token={token}&password={password}");
    app.send(Request::post(path).header("Content-Type", "application/x-www-form-urlencoded").body(body)).await
}

async fn password_page(app: &TestApp, email: &str, n: usize) -> String {
    app.path(&link(&app.nth_mail_to(email, n).await, "SetPassword.aspx")).to_owned()
}

fn keys(answer: &Response) -> Vec<String> {
    let inputs = answer.json()["invalidInputs"].as_array().cloned().unwrap_or_default();
    inputs.iter().map(|i| i["key"].as_str().unwrap_or_default().to_owned()).collect()
}

testkit::both_engines! {
    /// A forgotten password: who is known gets a link that works once, for two hours.
    async fn a_forgotten_password(db: TestDatabase) {
        let app = start(db).await;
        let unknown = forgot(&app, "open", "nobody@b.co").await;
        assert_eq!((unknown.status(), unknown.json()["errorCode"].as_i64()), (404, Some(1)));
        assert_eq!(keys(&forgot(&app, "open", "").await), ["EmailAddress"]);
        assert_eq!(forgot(&app, "open", "not-an-address").await.status(), 404);
        create(&app, "open", "ann+x@b.co", r#","password":"correct horse""#).await;
        let session = cookie(&log_in(&app, "open", "ann+x@b.co", "correct horse").await);
        // A raw plus, as clients send it.
        let known = forgot(&app, "open", "Ann+x@b.co").await;
        assert_eq!((known.status(), known.body.len()), (200, 0));
        let page = password_page(&app, "ann+x@b.co", 0).await;
        assert!(page.starts_with("/open/website/secure/SetPassword.aspx?token="), "{page}");
        // Looking changes nothing, however often.
        for method in ["GET", "HEAD", "GET"] {
            let shown = app.send(Request::new(method, &page)).await;
            assert_eq!(shown.status(), 200, "{}", shown.text());
            assert_eq!(shown.header("Referrer-Policy"), Some("no-referrer"));
        }
        assert_eq!(app.send(Request::new("PUT", &page)).await.status(), 405);
        for bad in ["short", &"x".repeat(101)] {
            let refused = set(&app, &page, bad).await;
            assert!(refused.status() == 422 && !refused.text().contains(bad), "{}", refused.text());
        }
        assert_eq!(call(&app, "open", "GET", "customer", &session, "").await.status(), 200);
        forgot(&app, "open", "ann+x@b.co").await;
        let second = password_page(&app, "ann+x@b.co", 1).await;
        // Paths in any case.
        let page_in_lower_case = page.replace("SetPassword", "setpassword");
        assert_eq!(set(&app, &page_in_lower_case, "battery+staple").await.status(), 200);
        // Sessions and other links are over; the new password works, the old one does not.
        assert_eq!(call(&app, "open", "GET", "customer", &session, "").await.status(), 401);
        assert_eq!(log_in(&app, "open", "ann+x@b.co", "correct horse").await.status(), 404);
        assert_eq!(log_in(&app, "open", "ann+x@b.co", "battery staple").await.json()["passwordSet"], true);
        for used in [&page, &second] {
            let again = set(&app, used, "something+else").await;
            assert!(again.status() == 200 && again.text().contains("has been used"), "{}", again.text());
        }
        assert_eq!(log_in(&app, "open", "ann+x@b.co", "battery staple").await.status(), 200);
        // Two hours later it is over.
        forgot(&app, "open", "ann+x@b.co").await;
        let late = password_page(&app, "ann+x@b.co", 2).await;
        assert_eq!(app.send(Request::get(&late.replace("/open/", "/discreet/"))).await.status(), 404);
        assert_eq!(app.send(Request::get(&format!("{late}x"))).await.status(), 404);
        app.clock.advance(Duration::from_secs(2 * 3600 - 1));
        assert_eq!(app.send(Request::get(&late)).await.status(), 200);
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(app.send(Request::get(&late)).await.status(), 410);
        assert_eq!(set(&app, &late, "something+else").await.status(), 410);
    }

    /// Of two posts of one link at once only one counts.
    async fn a_link_counts_once(db: TestDatabase) {
        let app = start(db).await;
        create(&app, "open", "once@b.co", "").await;
        forgot(&app, "open", "once@b.co").await;
        let page = password_page(&app, "once@b.co", 0).await;
        let (a, b) = tokio::join!(set(&app, &page, "battery+staple"), set(&app, &page, "correct+horse"));
        let used = [a.text(), b.text()].iter().filter(|t| t.contains("has been used")).count();
        assert_eq!((a.status(), b.status(), used), (200, 200, 1));
        let logins = (log_in(&app, "open", "once@b.co", "battery staple").await, log_in(&app, "open", "once@b.co", "correct horse").await);
        assert_eq!(logins.0.status() + logins.1.status(), 604);
    }

    /// The magic link: on a page of the organisation's own, once, for a quarter of an hour.
    async fn a_magic_link(db: TestDatabase) {
        let app = start(db).await;
        let send = async |email: &str, page: &str| {
            let body = format!(r#"{{"emailAddress":"{email}","linkUrl":"{page}"}}"#);
            call(&app, "open", "POST", "customer/send-magic-link", "", &body).await
        };
        let page = "https://www.open.example/in?t={token}&x=1";
        for (email, page, faults) in [
            ("", "", &["EmailAddress", "LinkUrl"][..]),
            ("x", page, &["EmailAddress"]),
            ("a@b.co", "https://www.open.example/in", &["LinkUrl"]),
            ("a@b.co", "http://www.open.example/{token}", &["LinkUrl"]),
            ("a@b.co", "https://evil.example/{token}", &["LinkUrl"]),
            ("a@b.co", "https://www.open.example@evil.example/{token}", &["LinkUrl"]),
            ("a@b.co", "https://www.open.example\\\\@evil.example/{token}", &["LinkUrl"]),
        ] {
            let refused = send(email, page).await;
            assert_eq!((refused.status(), keys(&refused)), (400, faults.iter().map(|f| (*f).to_owned()).collect()), "{email} {page}");
        }
        let unknown = send("nobody@b.co", page).await;
        create(&app, "open", "ann@b.co", "").await;
        let known = send("Ann@b.co", page).await;
        assert_eq!((unknown.status(), unknown.body), (200, Vec::new()));
        assert_eq!((known.status(), known.body), (200, Vec::new()));
        let mailed = link(&app.nth_mail_to("ann@b.co", 0).await, "https://www.open.example/in?t=");
        let token = mailed.strip_prefix("https://www.open.example/in?t=").and_then(|t| t.strip_suffix("&x=1")).expect("the page").to_owned();
        let enter = async |account: &str, token: &str| {
            call(&app, account, "POST", "customer/authenticate-magic-link", "", &format!(r#"{{"token":"{token}"}}"#)).await
        };
        for (account, token) in [("discreet", token.as_str()), ("open", ""), ("open", "x"), ("open", &token[1..])] {
            let refused = enter(account, token).await;
            assert_eq!((refused.status(), refused.json()["errorCode"].as_i64()), (404, Some(1)), "{account} {token}");
        }
        let begun = enter("open", &token).await;
        assert_eq!((begun.status(), begun.json()["email"].as_str()), (200, Some("ann@b.co")));
        let read = call(&app, "open", "GET", "customer", &cookie(&begun), "").await;
        assert_eq!(read.text(), begun.text());
        assert_eq!(enter("open", &token).await.status(), 404, "once");
        // It sets no password, and a link for a password logs nobody in.
        assert_eq!(app.send(Request::get(&format!("/open/website/secure/SetPassword.aspx?token={token}"))).await.status(), 404);
        forgot(&app, "open", "ann@b.co").await;
        let other = password_page(&app, "ann@b.co", 1).await;
        assert_eq!(enter("open", other.split_once('=').expect("a token").1).await.status(), 404);
        // A quarter of an hour later it is over.
        send("ann@b.co", page).await;
        let mailed = link(&app.nth_mail_to("ann@b.co", 2).await, "https://www.open.example/in?t=");
        app.clock.advance(Duration::from_secs(15 * 60));
        let late = mailed.split_once("t=").and_then(|(_, t)| t.split_once('&')).expect("a token").0.to_owned();
        assert_eq!(enter("open", &late).await.status(), 404);
        assert!(app.mails_to("nobody@b.co").is_empty());
    }

    /// A session ends when nobody uses it for 20 minutes, and after 12 hours in any case.
    async fn sessions_end(db: TestDatabase) {
        let app = start(db).await;
        create(&app, "open", "ann@b.co", r#","password":"correct horse""#).await;
        let minutes = |n: u64| Duration::from_secs(n * 60);
        let session = cookie(&log_in(&app, "open", "ann@b.co", "correct horse").await);
        let read = async |session: &str| call(&app, "open", "GET", "customer", session, "").await.status();
        for _ in 0..37 {
            app.clock.advance(minutes(19));
            assert_eq!(read(&session).await, 200);
        }
        app.clock.advance(minutes(17));
        assert_eq!(read(&session).await, 401, "twelve hours");
        let session = cookie(&log_in(&app, "open", "ann@b.co", "correct horse").await);
        app.clock.advance(minutes(20));
        assert_eq!(read(&session).await, 401, "twenty minutes");
    }

    /// A new address ends the links that went to the old one, and a change of many things is one change.
    async fn a_new_address(db: TestDatabase) {
        let app = start(db).await;
        create(&app, "open", "taken@b.co", "").await;
        create(&app, "open", "old@b.co", r#","password":"correct horse""#).await;
        let session = cookie(&log_in(&app, "open", "old@b.co", "correct horse").await);
        forgot(&app, "open", "old@b.co").await;
        let page = password_page(&app, "old@b.co", 0).await;
        let patch = async |body: &str| call(&app, "open", "PATCH", "customer", &session, body).await;
        let refused = patch(r#"{"mobile":"07","email":"Taken@B.co"}"#).await;
        assert_eq!((refused.status(), refused.json()["message"].as_str()), (400, Some("Duplicate Entry")));
        assert!(call(&app, "open", "GET", "customer", &session, "").await.json()["mobile"].is_null(), "nothing is changed");
        let changed = patch(r#"{"mobile":"07","email":"New@b.co"}"#).await.json();
        assert_eq!((changed["mobile"].as_str(), changed["email"].as_str()), (Some("07"), Some("New@b.co")));
        assert_eq!(patch(r#"{"email":"new@b.co"}"#).await.json()["email"], "new@b.co");
        let over = app.send(Request::get(&page)).await.text();
        assert!(over.contains("has been used"), "{over}");
        // The old address is free, the new one is not.
        assert_eq!(create(&app, "open", "old@b.co", "").await.status(), 200);
        assert_eq!(create(&app, "open", "NEW@b.co", "").await.status(), 400);
    }

    /// The welcome mail: to whom a browser made a customer without a password, and to nobody else.
    async fn a_welcome(db: TestDatabase) {
        let app = start(db).await;
        create(&app, "welcoming", "plain@b.co", "").await;
        create(&app, "welcoming", "secret@b.co", r#","password":"correct horse""#).await;
        create(&app, "open", "other@b.co", "").await;
        let form = "FirstName=A&LastName=B&Email=form@b.co&ReturnUrl=https://site/";
        let path = "/welcoming/website/secure/signup.aspx";
        let posted = app.send(Request::post(path).header("Content-Type", "application/x-www-form-urlencoded").body(form)).await;
        assert_eq!(posted.header("Location"), Some("https://site/"));
        for email in ["plain@b.co", "form@b.co"] {
            let mail = app.nth_mail_to(email, 0).await;
            assert_eq!(mail.subject(), "Your account at Welcoming Theatre");
            let page = link(&mail, "SetPassword.aspx");
            assert_eq!(set(&app, app.path(&page), "battery+staple").await.status(), 200);
            assert_eq!(log_in(&app, "welcoming", email, "battery staple").await.status(), 200);
        }
        // A second attempt mails nobody, and all else got no mail either.
        assert_eq!(create(&app, "welcoming", "plain@b.co", "").await.status(), 400);
        forgot(&app, "welcoming", "plain@b.co").await;
        app.nth_mail_to("plain@b.co", 1).await;
        for (email, mails) in [("plain@b.co", 2), ("secret@b.co", 0), ("other@b.co", 0)] {
            assert_eq!(app.mails_to(email).len(), mails, "{email}");
        }
    }

    /// Links are limited to five a day for each mailbox, and the answers do not change.
    async fn links_are_limited(db: TestDatabase) {
        let app = start(db).await;
        create(&app, "open", "many@b.co", "").await;
        for _ in 0..7 {
            assert_eq!(forgot(&app, "open", "many@b.co").await.status(), 200);
        }
        app.nth_mail_to("many@b.co", 4).await;
        app.clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(forgot(&app, "open", "many@b.co").await.status(), 200);
        app.nth_mail_to("many@b.co", 5).await;
        assert_eq!(app.mails_to("many@b.co").len(), 6);
    }

    /// An account that conceals who is a customer answers strangers alike, and the mail's owner decides.
    async fn who_is_a_customer_is_concealed(db: TestDatabase) {
        let app = start(db).await;
        let yes = format!(r#","AgreedStatements":["{EMAIL_ME}"]"#);
        let made = create(&app, "discreet", "known@b.co", r#","password":"correct horse""#).await;
        assert_eq!(made.status(), 200);
        // A password chosen before the address is proven would tell who is new.
        assert_eq!(log_in(&app, "discreet", "known@b.co", "correct horse").await.status(), 404);
        assert_eq!(set(&app, &password_page(&app, "known@b.co", 0).await, "battery+staple").await.status(), 200);
        let session = cookie(&log_in(&app, "discreet", "known@b.co", "battery staple").await);
        let fresh = create(&app, "discreet", "fresh@b.co", &yes).await;
        let again = create(&app, "discreet", "known@b.co", &format!(r#","mobile":"0666"{yes}"#)).await;
        assert_eq!((fresh.status(), again.status()), (200, 200));
        let shape = |answer: &Response| answer.json().as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(shape(&fresh), shape(&again));
        assert_ne!(made.json()["id"], again.json()["id"], "the id is nobody's");
        assert_eq!(again.json()["mobile"], "0666");
        let own = async || call(&app, "discreet", "GET", "customer?$expand=AllStatements", &session, "").await.json();
        assert!(own().await["mobile"].is_null() && own().await["allStatements"][0]["agreed"] == false, "it waits for the mail");
        let confirm = link(&app.nth_mail_to("known@b.co", 1).await, "/confirm/");
        assert_eq!(app.follow(&confirm).await.status(), 200);
        assert!(own().await["mobile"] == "0666" && own().await["allStatements"][0]["agreed"] == true);
        // The form and the forgotten password likewise.
        let path = "/discreet/website/secure/signup.aspx";
        for email in ["known@b.co", "other@b.co"] {
            let form = format!("FirstName=X&LastName=B&Email={email}&ReturnUrl=https://site/");
            let posted = app.send(Request::post(path).header("Content-Type", "application/x-www-form-urlencoded").body(form)).await;
            assert_eq!((posted.status(), posted.header("Location")), (302, Some("https://site/")), "{email}");
        }
        assert_eq!(own().await["firstName"], "Ann");
        for email in ["known@b.co", "nobody@b.co", "garbled"] {
            let answer = forgot(&app, "discreet", email).await;
            assert_eq!((answer.status(), answer.body.len()), (200, 0), "{email}");
        }
    }
}
