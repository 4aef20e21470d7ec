//! What browsers may do: the calls of a customer who is logged in, calls from other sites, and what nobody may turn into
//! a yes. Sections 7.4, 7.5 and 9 of the reference.

use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::fixture::{Door, HIDDEN, P, POST, T, keys, person};

const OURS: &str = "https://www.test.example";

async fn session(door: &Door, email: &str) -> String {
    door.web("POST", "customer", &person(email, r#","password":"correct horse""#)).await;
    let login = format!(r#"{{"email":"{email}","password":"correct horse"}}"#);
    let begun = door.web("POST", "customer/authenticate", &login).await;
    begun.header("Set-Cookie").expect("a cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn call(door: &Door, cookie: &str, method: &str, path: &str, body: &str) -> Response {
    let request = Request::new(method, &format!("/apitesting/api/v3/{path}")).header("Cookie", cookie);
    request.header("Content-Type", "application/json").body(body).send(door.at()).await.expect("answered")
}

testkit::both_engines! {
    /// Every call below `customer`, row by row: with a session as the reference says, without one `401`.
    async fn calls_of_the_customer_who_is_logged_in(db: TestDatabase) {
        let door = Door::open(&db).await;
        let own = session(&door, "a@b.co").await;
        let agreed = |id: &str, text: &str| json!({"id": id, "text": text, "agreed": true});
        let (p, post) = (agreed(P, "Email me"), agreed(POST, "Post"));
        let ids = |ids: &[&str]| Value::from(ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()).to_string();
        let one_more = format!("customer/agreed-statements/{P}");
        let home = r#"{"line1":"1 Road","town":"Leeds","country":"gb","postcode":"LS1"}"#;
        let rows: [(&str, &str, String, u16, Option<Value>); 17] = [
            ("GET", "customer/agreed-statements", String::new(), 200, Some(json!([]))),
            ("POST", "customer/agreed-statements", ids(&[P]), 200, Some(json!([p]))),
            ("POST", "customer/agreed-statements", ids(&[P, POST]), 200, Some(json!([p, post]))),
            ("PUT", "customer/agreed-statements", ids(&[POST]), 200, Some(json!([post]))),
            ("POST", "customer/agreed-statements", format!(r#"{{"id":"{P}"}}"#), 200, Some(json!([p, post]))),
            ("DELETE", &one_more, "anything".into(), 204, None),
            ("DELETE", &one_more, String::new(), 204, None),
            ("DELETE", "customer/agreed-statements", ids(&[POST]), 204, None),
            ("GET", "customer/agreed-statements", String::new(), 200, Some(json!([]))),
            ("POST", "customer/agreed-statements", ids(&["1Anone"]), 404, None),
            ("PATCH", "customer/agreed-statements", ids(&[P]), 405, None),
            ("GET", "customer/addresses", String::new(), 200, Some(json!([]))),
            ("POST", "customer/addresses", home.into(), 200, None),
            ("PUT", "customer/addresses", "[]".into(), 200, Some(json!([]))),
            ("GET", "customer?$expand=TAGS,subscriptions,addresses,nonsense", String::new(), 200, None),
            ("DELETE", "customer", String::new(), 405, None),
            ("GET", "customer/orders-of-others", String::new(), 404, None),
        ];
        for (method, path, body, status, shown) in rows {
            let answer = call(&door, &own, method, path, &body).await;
            assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text());
            if let Some(shown) = shown {
                assert_eq!(answer.json(), shown, "{method} {path}");
            }
            if status != 405 {
                assert_eq!(call(&door, "", method, path, &body).await.status(), 401, "{method} {path} without a session");
            }
            assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{method} {path}");
        }
        let expanded = call(&door, &own, "GET", "customer?%24Expand=tags,AllStatements,agreedStatements,addresses,billingAddress,deliveryAddress,subscriptions", "").await.json();
        for key in ["tags", "allStatements", "agreedStatements", "addresses", "subscriptions"] {
            assert!(expanded[key].is_array(), "{key}: {expanded}");
        }
        // What was withdrawn is a no, not a question never asked.
        let (_, exported, _) = door.command(&["contacts", "export", "--account", "apitesting"]).await;
        assert_eq!(exported.matches(",no,").count(), 2, "{exported}");
        // Everything that the account page of a published client sends.
        let all = r#"{"title":"Dr","firstName":"Ann","lastName":"Lee","email":"a@b.co","phone":"1","mobile":"2","birthDate":null,"giftAidConfirmed":true}"#;
        let kept = call(&door, &own, "PATCH", "customer", all).await;
        assert_eq!((kept.status(), kept.json()["name"].as_str()), (200, Some("Ann Lee")), "{}", kept.text());
        assert!(kept.json().get("giftAidConfirmed").is_none(), "written, never shown");
        for key in ["tags", "agreedStatements"] {
            assert_eq!(call(&door, &own, "PATCH", "customer", &format!(r#"{{"{key}":[]}}"#)).await.status(), 400, "{key}");
        }
        for path in ["authenticate", "deauthenticate", "change-password", "forgot-password", "send-magic-link", "authenticate-magic-link"] {
            assert_eq!(call(&door, &own, "GET", &format!("customer/{path}"), "").await.status(), 405, "{path}");
        }
    }

    /// A page of another site can send calls that carry the cookie; it changes nothing.
    async fn other_sites_change_nothing(db: TestDatabase) {
        let door = Door::open(&db).await;
        let own = session(&door, "a@b.co").await;
        let json_type = Some("application/json; charset=utf-8");
        for (origin, content_type, status) in [
            (None, json_type, 200),
            (None, Some("text/plain"), 403),
            (None, Some("application/x-www-form-urlencoded"), 403),
            (None, None, 403),
            (Some(OURS), Some("text/plain"), 200),
            (Some(OURS), json_type, 200),
            (Some("https://evil.example"), json_type, 403),
            (Some("https://www.test.example.evil.example"), json_type, 403),
            (Some("http://www.test.example"), json_type, 403),
            (Some("null"), json_type, 403),
        ] {
            let mut request = Request::new("PATCH", "/apitesting/api/v3/customer").header("Cookie", &own);
            for (name, value) in [("Origin", origin), ("Content-Type", content_type)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let answer = request.body(r#"{"mobile":"07"}"#).send(door.at()).await.expect("answered");
            assert_eq!(answer.status(), status, "{origin:?} {content_type:?}: {}", answer.text());
        }
        // What a browser calls cross-site changes nothing without a named origin.
        for (site, status) in [("cross-site", 403), ("same-origin", 200), ("none", 200), ("", 403)] {
            let request = Request::new("PATCH", "/apitesting/api/v3/customer").header("Cookie", &own);
            let request = request.header("Content-Type", "application/json").header("Sec-Fetch-Site", site);
            let answer = request.body(r#"{"mobile":"07"}"#).send(door.at()).await.expect("answered");
            assert_eq!(answer.status(), status, "{site}");
        }
        // Nor does it log anybody out; the organisation's own pages do, with or without a content type.
        let leave = async |origin: &str| {
            let request = Request::post("/apitesting/api/v3/customer/deauthenticate").header("Cookie", &own);
            request.header("Origin", origin).send(door.at()).await.expect("answered").status()
        };
        assert_eq!(leave("https://evil.example").await, 403);
        assert_eq!(call(&door, &own, "GET", "customer", "").await.status(), 200);
        assert_eq!(leave(OURS).await, 200);
        assert_eq!(call(&door, &own, "GET", "customer", "").await.status(), 401);
    }

    /// CORS, row by row, on the main host and on the account's own; on errors too, and with `*` never with credentials.
    async fn origins(db: TestDatabase) {
        let door = Door::open(&db).await;
        let any = "https://any.example";
        let own_host = "tickets.test.example";
        for (host, client, method, path, origin, echoed, credentials) in [
            ("", "apitesting", "POST", "customer", OURS, true, true),
            (own_host, "apitesting", "POST", "customer", OURS, true, true),
            (own_host, "apitesting", "OPTIONS", "customer/addresses/1A", OURS, true, true),
            (own_host, "apitesting", "OPTIONS", "customer", any, false, false),
            ("", "apitesting", "GET", "customer", OURS, true, true),
            ("", "apitesting", "GET", "customer/nothing", OURS, true, true),
            ("", "apitesting", "GET", "customer", any, false, false),
            ("", "apitesting", "GET", "statements", any, true, false),
            ("", "apitesting", "GET", "tag-groups", OURS, true, true),
            ("", "apitesting", "GET", "countries", "null", true, false),
            ("", "apitesting", "OPTIONS", "statements", any, true, false),
            ("", "other", "POST", "customer", any, true, false),
            ("", "other", "OPTIONS", "customer", any, true, false),
            ("", "other", "OPTIONS", "customers", any, false, false),
            ("", "apitesting", "GET", "customers", OURS, false, false),
            ("", "apitesting", "POST", "customers/I-AK11-1ATK/tags", OURS, false, false),
            ("", "apitesting", "GET", "statements", "https://a.example/path", false, false),
            ("", "apitesting", "GET", "statements", "https://a.example, https://b.example", false, false),
        ] {
            let mut request = Request::new(method, &format!("/{client}/api/v3/{path}")).header("Origin", origin);
            if !host.is_empty() {
                request = request.header("Host", host);
            }
            let answer = request.body(if method == "POST" { "{}" } else { "" }).send(door.at()).await.expect("answered");
            let row = format!("{host} {client} {method} {path} {origin}");
            assert_eq!(answer.header("Access-Control-Allow-Origin"), echoed.then_some(origin), "{row}");
            assert_eq!(answer.header("Access-Control-Allow-Credentials"), credentials.then_some("true"), "{row}");
            assert_eq!(answer.header("Vary").is_some(), !path.starts_with("customers"), "{row}");
            if method == "OPTIONS" {
                assert_eq!(answer.status(), 204, "{row}");
                assert_eq!(answer.header("Access-Control-Max-Age"), echoed.then_some("600"), "{row}");
                let methods = answer.header("Access-Control-Allow-Methods");
                assert_eq!(methods, echoed.then_some("GET, POST, PUT, PATCH, DELETE, OPTIONS"), "{row}");
            }
        }
    }

    /// Who said "this wasn't me" is made a customer at the vendor's word, and agrees to nothing by it.
    async fn a_stranger_agrees_to_nothing_for_who_said_no(db: TestDatabase) {
        let door = Door::open(&db).await;
        let body = r#"{"ApiKey":"00000000-0000-0000-0000-000000000001","EmailAddress":"no@b.co","SignUpFormExternalID":"12ABCDE3","RequireConfirmation":true}"#;
        testkit::http::post(door.at(), "/webhooks/contact/signup.ashx", "application/json", body).await.expect("answered");
        let mails = door.mails().await;
        let text = mails[0]["text"].as_str().expect("a text");
        let path = text[text.find("/not-me/").expect("a link")..].split_whitespace().next().expect("a link").to_owned();
        assert_eq!(Request::post(&path).send(door.at()).await.expect("answered").status(), 200);
        let agreeing = person("no@b.co", &format!(r#","AgreedStatements":["{P}"]"#));
        assert_eq!(door.web("POST", "customer", &agreeing).await.status(), 200);
        assert_eq!(door.form("LastName=B&Email=no@b.co&ReturnUrl=https://site/").await.status(), 302);
        let kept = door.by_email("no@b.co").await.json();
        assert_eq!(kept["allStatements"][0]["agreed"], false, "{kept}");
        // The box office, which has asked, may.
        let id = kept["id"].as_str().expect("an id");
        door.owner("POST", &format!("customers/{id}/agreed-statements"), &format!(r#"["{P}"]"#)).await;
        assert_eq!(door.by_email("no@b.co").await.json()["allStatements"][0]["agreed"], true);
        assert_eq!(door.mails().await.len(), mails.len(), "nothing more is mailed to them");
    }

    /// Removals by a list, and what else signed callers send in shapes of their own.
    async fn shapes_of_signed_calls(db: TestDatabase) {
        let door = Door::open(&db).await;
        let body = person("a@b.co", &format!(r#","Tags":"{T}","agreedstatements":[{{"id":"{P}"}},"{P}"],"FRIENDLYID":"x""#));
        let made = door.owner("POST", "customers", &format!("[{body}]")).await;
        assert_eq!(made.status(), 200, "{}", made.text());
        let own = |rest: &str| format!("customers/{}{rest}", made.json()["id"].as_str().expect("an id"));
        door.owner("POST", &own("/tags"), &format!(r#"[{{"id":"{HIDDEN}"}}]"#)).await;
        for (method, path, body, status) in [
            ("DELETE", own("/tags"), format!(r#"[{{"id":"{T}"}},{{"id":"1Aunknown"}}]"#), 404),
            ("DELETE", own("/tags"), format!(r#"[{{"id":"{T}"}}]"#), 204),
            ("DELETE", own("/tags"), format!(r#"[{{"id":"{T}"}}]"#), 204),
            ("DELETE", own("/agreed-statements"), format!(r#"[{{"id":"{P}"}}]"#), 204),
            ("DELETE", own("/agreed-statements"), "{}".into(), 400),
            ("DELETE", "customers/tags/1Aunknown?id=I-0000-0000".into(), String::new(), 404),
            ("PUT", own("/tags"), "{".into(), 400),
            ("POST", own("/addresses"), "[]".into(), 200),
        ] {
            let answer = door.owner(method, &path, &body).await;
            assert_eq!(answer.status(), status, "{method} {path} {body}: {}", answer.text());
        }
        let left = door.by_email("a@b.co").await.json();
        assert_eq!((left["tags"][0]["name"].as_str(), left["tags"].as_array().map(Vec::len)), (Some("RFV"), Some(1)));
        assert_eq!(left["allStatements"][0]["agreed"], false);
        assert_eq!(keys(&door.owner("PATCH", &own(""), r#"{"password":"short"}"#).await), ["Password"]);
        assert_eq!(door.owner("PATCH", &own(""), r#"{"password":"long enough"}"#).await.json()["passwordSet"], true);
        let login = r#"{"email":"a@b.co","password":"long enough"}"#;
        assert_eq!(door.web("POST", "customer/authenticate", login).await.status(), 200);
    }
}
