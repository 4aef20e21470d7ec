//! Input of every bad shape: the reference's error, nothing stored, no panic.

use testkit::TestDatabase;
use testkit::http::{Connection, Request};

use crate::fixture::{Door, SECRET, date, keys, person};

testkit::both_engines! {
    /// Bodies that are not what the call takes.
    async fn bodies(db: TestDatabase) {
        let door = Door::open(&db).await;
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        for body in ["", "x", "[]", "null", "1", "\"x\"", "{\"email\":", "[{},{}]", "{\"a\":\u{0}}", deep.as_str()] {
            for (path, owner) in [("customer", false), ("customers", true)] {
                let answer =
                    if owner { door.owner("POST", path, body).await } else { door.web("POST", path, body).await };
                let error = answer.json();
                assert_eq!(
                    (answer.status(), error["errorCode"].as_i64(), error["message"].as_str()),
                    (400, Some(2), Some("Bad Request")),
                    "{path} {body:.40}"
                );
            }
        }
        let long = format!(r#","lastName":"{}""#, "é".repeat(300));
        for (more, key) in [
            (r#","firstName":5"#, "FirstName"),
            (r#","firstName":["A"]"#, "FirstName"),
            (long.as_str(), "LastName"),
            (r#","lastName":"a\u0000b""#, "LastName"),
            (r#","email":{"a":1}"#, "Email"),
            (r#","birthDate":19800131"#, "BirthDate"),
            (r#","birthDate":"2023-02-29""#, "BirthDate"),
            (r#","birthDate":"1899-12-31""#, "BirthDate"),
            (r#","birthDate":"2999-01-01""#, "BirthDate"),
            (r#","tags":5"#, "Tags"),
            (r#","tags":[5]"#, "Tags"),
            (r#","tags":["' OR 1=1 --"]"#, "Tags"),
            (r#","agreedStatements":["501AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"]"#, "AgreedStatements"),
            (r#","agreedStatements":{"x":1}"#, "AgreedStatements"),
            (r#","password":"short""#, "Password"),
            (r#","giftAidConfirmed":"perhaps""#, "GiftAidConfirmed"),
            (r#","Attribute_Dietary Requirements":{"x":1}"#, "Attribute_Dietary Requirements"),
        ] {
            let answer = door.web("POST", "customer", &person("bad@b.co", more)).await;
            assert_eq!((answer.status(), keys(&answer)), (400, vec![key.to_owned()]), "{more}: {}", answer.text());
        }
        let large = format!(r#"{{"x":"{}"}}"#, "x".repeat(300 * 1024));
        assert_eq!(door.web("POST", "customer", &large).await.status(), 413);
        assert_eq!(door.by_email("bad@b.co").await.status(), 404);
    }

    /// Signatures that do not fit, and headers full of tricks.
    async fn signatures(db: TestDatabase) {
        let door = Door::open(&db).await;
        let path = "/apitesting/api/v3/customers?email=a@b.co";
        let uri = |path: &str| format!("http://{}{path}", door.at());
        let sign = |login: &str, secret: &str, method: &str, uri: &str, date: &str, body: &str| {
            doors::spektrix::auth::authorization(login, &model::Secret::new(secret), method, uri, date, body.as_bytes())
        };
        let now = date(0);
        let good = sign("TestLogin", SECRET, "GET", &uri(path), &now, "");
        let send = async |path: &str, date: Option<&str>, given: &str| {
            let mut request = Request::get(path).header("Authorization", given);
            if let Some(date) = date {
                request = request.header("Date", date);
            }
            request.send(door.at()).await.expect("answered")
        };
        assert_eq!(send(path, Some(&now), &good).await.status(), 404);
        let mismatch = "Signature does not match";
        let (late, other_date) = (date(-16 * 60), date(-60));
        let cases = [
            (path, None, good.clone(), "Missing Date header"),
            (path, Some("today"), good.clone(), "Date header is outside the permitted window"),
            (path, Some(late.as_str()), sign("TestLogin", SECRET, "GET", &uri(path), &late, ""), "Date header is outside the permitted window"),
            (path, Some(other_date.as_str()), good.clone(), mismatch),
            (path, Some(now.as_str()), sign("TestLogin", SECRET, "POST", &uri(path), &now, ""), mismatch),
            (path, Some(now.as_str()), sign("TestLogin", SECRET, "GET", path, &now, ""), mismatch),
            (path, Some(now.as_str()), sign("TestLogin", "bm90IHRoZSBrZXk=", "GET", &uri(path), &now, ""), mismatch),
            (path, Some(now.as_str()), sign("Nobody", SECRET, "GET", &uri(path), &now, ""), mismatch),
            ("/other/api/v3/customers?email=a@b.co", Some(now.as_str()), sign("TestLogin", SECRET, "GET", &uri("/other/api/v3/customers?email=a@b.co"), &now, ""), mismatch),
            (path, Some(now.as_str()), "SpektrixAPI3 TestLogin".into(), "Malformed Authorization header"),
            (path, Some(now.as_str()), "Basic dGVzdDp0ZXN0".into(), "Malformed Authorization header"),
            (path, Some(now.as_str()), "SpektrixAPI3 TestLogin:x".into(), mismatch),
        ];
        for (path, date, given, detail) in cases {
            let refused = send(path, date, &given).await;
            assert_eq!(refused.status(), 401, "{given}");
            assert_eq!(refused.header("WWW-Authenticate"), Some("SpektrixAPI3"), "{given}");
            assert_eq!(refused.json()[1]["value"], detail, "{given}");
        }
        // A body that was not signed; one that was goes in.
        let (target, body) = ("/apitesting/api/v3/customers", person("signed@b.co", ""));
        let given = sign("TestLogin", SECRET, "POST", &uri(target), &now, &body);
        for (sent, status) in [(body.replace("signed@", "forged@"), 401), (format!("{body} "), 401), (String::new(), 401), (body, 200)] {
            let request = Request::post(target).header("Date", &now).header("Authorization", &given).body(sent);
            assert_eq!(request.send(door.at()).await.expect("answered").status(), status);
        }
        assert_eq!(door.by_email("forged@b.co").await.status(), 404);
        // An id of another account is nobody's here.
        let made = testkit::http::post(door.at(), "/other/api/v3/customer", "application/json", person("theirs@b.co", "")).await;
        let id = made.expect("answered").json()["id"].as_str().expect("an id").to_owned();
        for (method, rest, body) in [("GET", "", ""), ("PATCH", "", r#"{"mobile":"1"}"#), ("GET", "/tags", ""), ("DELETE", "/addresses/1A", "")] {
            assert_eq!(door.owner(method, &format!("customers/{id}{rest}"), body).await.status(), 404, "{method} {rest}");
        }
        // Bytes that no header should hold: refused by somebody, and the server lives.
        for raw in ["Authorization: SpektrixAPI3 a\0b:c", "Authorization: SpektrixAPI3 \u{e9}:\u{ff}", "Date: x\r y", "Host: a b\t"] {
            let mut connection = Connection::open(door.at()).await.expect("connected");
            let text = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{raw}\r\n\r\n");
            connection.send(text.as_bytes()).await.expect("sent");
            let status = connection.response().await.map_or(400, |r| r.status());
            assert!((400..500).contains(&status), "{raw:?}: {status}");
        }
        for path in ["customers/%00", "customers/%ff%fe", "customers/I-0000-0000%0d%0aX:y", "customers/../..", "nothing", "customers/a/b/c/d"] {
            let answer = door.owner("GET", path, "").await;
            assert!((400..500).contains(&answer.status()), "{path}: {}", answer.status());
        }
        assert_eq!(send(path, Some(&now), &good).await.status(), 404);
    }
}
