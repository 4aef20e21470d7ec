//! The customer's session: H21, H22 and section 7.5.

use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::fixture::{Door, P, keys, person};

async fn call(door: &Door, cookie: &str, method: &str, path: &str, body: &str) -> Response {
    let request = Request::new(method, &format!("/apitesting/api/v3/{path}")).header("Cookie", cookie);
    request.header("Content-Type", "application/json").body(body).send(door.at()).await.expect("answered")
}

async fn log_in(door: &Door, email: &str, password: &str) -> Response {
    door.web("POST", "customer/authenticate", &format!(r#"{{"email":"{email}","password":"{password}"}}"#)).await
}

/// The cookie of an answer as a browser sends it back.
fn cookie(response: &Response) -> String {
    let line = response.header("Set-Cookie").expect("a cookie");
    assert!(line.contains("; Path=/apitesting; HttpOnly; Secure; SameSite=None"), "{line}");
    line.split(';').next().unwrap_or_default().to_owned()
}

testkit::both_engines! {
    /// H21: a wrong password and an unknown address cannot be told apart, and guessing ends.
    async fn failed_logins(db: TestDatabase) {
        let door = Door::open(&db).await;
        door.web("POST", "customer", &person("a@b.co", r#","password":"correct horse""#)).await;
        let (wrong, unknown) = (log_in(&door, "a@b.co", "wrong horse").await, log_in(&door, "x@b.co", "wrong horse").await);
        assert_eq!((wrong.status(), wrong.json()["errorCode"].as_i64()), (404, Some(1)));
        assert_eq!(wrong.text().replace("a@b.co", "x@b.co"), unknown.text());
        for _ in 0..4 {
            log_in(&door, "a@b.co", "wrong horse").await;
        }
        let limited = log_in(&door, "a@b.co", "correct horse").await;
        assert!(limited.status() == 429 && limited.header("Retry-After").is_some());
    }

    /// H22 and the calls of a customer who is logged in.
    async fn a_session(db: TestDatabase) {
        let door = Door::open(&db).await;
        let made = door.web("POST", "customer", &person("a@b.co", r#","password":"correct horse""#)).await;
        assert_eq!(made.json()["passwordSet"], true);
        let begun = log_in(&door, " A@B.co ", "correct horse").await;
        assert_eq!(begun.status(), 200, "{}", begun.text());
        let own = cookie(&begun);
        let read = call(&door, &own, "GET", "customer", "").await;
        assert_eq!((read.status(), read.text()), (200, begun.text()));
        // Another host of the same account has sessions of its own.
        let elsewhere = Request::get("/apitesting/api/v3/customer").header("Host", "tickets.test.example").header("Cookie", &own);
        assert_eq!(elsewhere.send(door.at()).await.expect("answered").status(), 401);
        assert_eq!(call(&door, &own, "PATCH", "customer", r#"{"mobile":"07"}"#).await.json()["mobile"], "07");
        let agreed = call(&door, &own, "POST", "customer/agreed-statements", &format!(r#"[{{"id":"{P}"}}]"#)).await;
        assert_eq!(agreed.json()[0]["id"], P);
        assert_eq!(call(&door, &own, "GET", "statements", "").await.json()[0]["agreed"], true);
        let expanded = call(&door, &own, "GET", "customer?$expand=tags,agreedStatements", "").await.json();
        assert_eq!((expanded["tags"].as_array().map(Vec::len), expanded["agreedStatements"][0]["id"].as_str()), (Some(0), Some(P)));
        // Another site's page cannot change anything.
        let forged = Request::new("PATCH", "/apitesting/api/v3/customer").header("Cookie", &own).header("Origin", "https://evil.example");
        let forged = forged.header("Content-Type", "application/json").body(r#"{"mobile":"666"}"#);
        assert_eq!(forged.send(door.at()).await.expect("answered").status(), 403);
        assert_eq!(keys(&call(&door, &own, "PATCH", "customer", r#"{"password":"long enough"}"#).await), ["Password"]);
        // A new password ends the old session.
        let change = |old: &str| format!(r#"{{"oldPassword":"{old}","newPassword":"battery staple"}}"#);
        assert_eq!(keys(&call(&door, &own, "POST", "customer/change-password", &change("wrong")).await), ["OldPassword"]);
        let changed = call(&door, &own, "POST", "customer/change-password", &change("correct horse")).await;
        assert_eq!(changed.status(), 200);
        assert_eq!(call(&door, &own, "GET", "customer", "").await.status(), 401);
        let new = cookie(&changed);
        assert_eq!(call(&door, &new, "GET", "customer", "").await.status(), 200);
        assert_eq!(log_in(&door, "a@b.co", "correct horse").await.status(), 404);
        assert_eq!(log_in(&door, "a@b.co", "battery staple").await.status(), 200);
        let ended = call(&door, &new, "POST", "customer/deauthenticate", "").await;
        assert!(ended.status() == 200 && ended.header("Set-Cookie").is_some_and(|c| c.contains("Max-Age=0")));
        assert_eq!(call(&door, &new, "GET", "customer", "").await.status(), 401);
        assert_eq!(door.web("POST", "customer/deauthenticate", "").await.status(), 200);
    }
}
