//! Bad input of every kind, over raw TCP: the dialect's error or a closed connection, never a 5xx, and nothing stored.

use std::io::Write as _;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::{Connection, Request};

use crate::app::{KEY, NEWSLETTER, SIGNUP, TestApp, body};

const ANN: &str = "ann@example.org";

/// Nothing was written, sent or tried.
async fn nothing_stored(app: &TestApp) {
    assert_eq!((app.committed(), app.sink.connections()), (0, 0));
    assert_eq!(app.person(ANN).await, None);
    assert_eq!(app.metric("vestibule_commit_failures_total").await, 0);
}

/// A body that is right but for one value, given as JSON text.
fn with(key: &str, value: &str) -> String {
    let mut all = vec![
        ("ApiKey", format!("\"{KEY}\"")),
        ("EmailAddress", format!("\"{ANN}\"")),
        ("SignUpFormExternalID", format!("\"{NEWSLETTER}\"")),
    ];
    all.retain(|(name, _)| *name != key);
    all.push((key, value.to_owned()));
    let pairs: Vec<_> = all.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", pairs.join(","))
}

testkit::both_engines! {
    async fn what_is_no_json_object_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let right = body(ANN, NEWSLETTER, json!({})).to_string();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(right.as_bytes()).expect("written");
        let gzip = gzip.finish().expect("compressed");
        let bodies: Vec<(&str, Vec<u8>)> = vec![
            ("empty", vec![]),
            ("white space", b" \r\n\t".to_vec()),
            ("no JSON", b"ApiKey=1&EmailAddress=ann%40example.org".to_vec()),
            ("XML", b"<?xml version=\"1.0\"?><ApiKey/>".to_vec()),
            ("an array", format!("[{right}]").into()),
            ("a text", b"\"ApiKey\"".to_vec()),
            ("null", b"null".to_vec()),
            ("cut off", right.as_bytes()[..right.len() - 1].to_vec()),
            ("something behind", format!("{right}{right}").into()),
            ("a comma too many", right.replace('}', ",}").into()),
            ("single quotes", right.replace('"', "'").into()),
            ("a comment", format!("/* */{right}").into()),
            ("NaN", with("Tags", "NaN").into()),
            ("a leading zero", with("Tags", "01").into()),
            ("a number out of range", with("Tags", "1e999").into()),
            ("gzip", gzip.clone()),
            ("UTF-16", right.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("two byte order marks", format!("\u{feff}\u{feff}{right}").into()),
            ("invalid UTF-8", [br#"{"ApiKey":"#.as_slice(), b"\"\xff\xfe\"}"].concat()),
            ("invalid UTF-8 in a value that is ignored", [&right.as_bytes()[..right.len() - 1], b",\"X\":\"\xff\"}"].concat()),
            ("overlong UTF-8", [br#"{"EmailAddress":"#.as_slice(), b"\"\xc0\xaf\"}"].concat()),
            ("a surrogate in UTF-8", [br#"{"EmailAddress":"#.as_slice(), b"\"\xed\xa0\x80\"}"].concat()),
            ("a lone surrogate", with("EmailAddress", r#""\ud800@example.org""#).into()),
            ("a lone low surrogate", with("Tags", r#"["\udc00"]"#).into()),
            ("surrogates the wrong way round", with("ContactFields", r#"{"\udc00\ud800":1}"#).into()),
            ("a raw NUL", with("EmailAddress", "\"a\0b@example.org\"").into()),
            ("a raw line break", with("EmailAddress", "\"a\nb@example.org\"").into()),
            ("10,000 levels", format!("{{\"Tags\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)).into()),
            ("10,000 open brackets", "[".repeat(10_000).into()),
        ];
        for (name, bytes) in bodies {
            let answer = app.post(bytes).await;
            assert_eq!(answer.status_line, "HTTP/1.1 400 Invalid Parameters [JSON]", "{name}: {}", answer.text());
        }
        let zipped = Request::post(SIGNUP).header("Content-Encoding", "gzip").body(gzip);
        assert_eq!(app.send(zipped).await.reason(), "Invalid Parameters [JSON]");
        nothing_stored(&app).await;
    }

    async fn wrong_types_in_every_place_are_named(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let hundred = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let values = ["null", "true", "7", "-1.5e3", r#""""#, r#"" ""#, r#""\u0000""#, "[]", "{}", "[null]", r#"[""]"#,
            r#"{"a":{"b":[]}}"#, r#"{"":""}"#, hundred.as_str(), r#""x""#];
        for key in ["ApiKey", "EmailAddress", "SignUpFormExternalID", "MailingLists", "ContactFields", "Tags",
            "RequireConfirmation", "Unknown"] {
            for value in values {
                // What these values mean is no fault here.
                let fine = match key {
                    "MailingLists" | "Tags" => ["null", "[]"].contains(&value),
                    "ContactFields" => ["null", "{}"].contains(&value),
                    "RequireConfirmation" => ["null", "true", r#""""#, r#"" ""#].contains(&value),
                    "Unknown" => true,
                    _ => false,
                };
                if fine {
                    continue;
                }
                let answer = app.post(with(key, value)).await;
                let wanted: &[&str] = match key {
                    "ApiKey" => &["No API Key Specified", "Account not found"],
                    "SignUpFormExternalID" => &["Invalid Parameters [SignUpFormExternalID]", "Signup Form not found"],
                    "MailingLists" => &["Invalid Parameters [MailingLists]", "Mailing list not found []"],
                    "Tags" => &["Invalid Parameters [Tags]", "Tag not found []"],
                    "ContactFields" => &["Invalid Parameters [ContactFields]", "Invalid Parameters [a]", "Invalid Parameters []"],
                    "EmailAddress" => &["Invalid Parameters [EmailAddress]"],
                    _ => &["Invalid Parameters [RequireConfirmation]"],
                };
                assert!(wanted.contains(&answer.reason()), "{key}: {value}: {}", answer.status_line);
            }
        }
        nothing_stored(&app).await;
    }

    async fn addresses_that_cannot_be_are_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let long = |local: usize, domain: usize| {
            let labels = vec!["d".repeat(60); domain.div_ceil(61)].join(".");
            format!("{}@{}.org", "l".repeat(local), &labels[..domain.min(labels.len())])
        };
        for email in [
            "nobody".to_owned(), "@example.org".into(), "ann@".into(), "ann@example".into(), "ann@@example.org".into(),
            "ann@exa mple.org".into(), "ann@example..org".into(), "ann@-example.org".into(), "ann@127.0.0.1".into(),
            "ann@[127.0.0.1]".into(), "\"ann lee\"@example.org".into(), "Ann <ann@example.org>".into(),
            "ann@example.org,bob@example.org".into(), "ann@example.org\nBcc: bob@example.org".into(),
            "ann\r\n@example.org".into(), "ann\0@example.org".into(), "ann@exam\u{200b}ple.org".into(),
            "ann@example.org\u{202e}".into(), ".ann@example.org".into(), "ann.@example.org".into(),
            long(300, 12), long(65, 12), long(20, 280), long(64, 250), "x".repeat(300), format!("{ANN}{}", "m".repeat(300)),
            "ann@\u{ff0e}org".into(), "ann@xn--a.org".into(),
        ] {
            let answer = app.post(body(&email, NEWSLETTER, json!({})).to_string()).await;
            assert_eq!(answer.reason(), "Invalid Parameters [EmailAddress]", "{email:?}");
        }
        nothing_stored(&app).await;
    }

    async fn addresses_with_a_unicode_domain_are_people_like_others(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.sign_up(&body("Ann@BÜCHER.example", NEWSLETTER, json!({})), 200).await;
        assert_eq!(app.sink.wait_for(1).await[0].to, ["Ann@xn--bcher-kva.example"]);
        app.sign_up(&body("ann@bu\u{308}cher.example", NEWSLETTER, json!({ "RequireConfirmation": "false" })), 200).await;
        assert!(app.person("ann@xn--bcher-kva.example").await.expect("one person").confirmed);
        let read = app.api("/v2.0/contact/get/ann%40b%C3%BCcher.example/").await;
        assert_eq!(read.json()["EmailAddress"], "Ann@BÜCHER.example");
    }

    async fn of_duplicate_keys_the_last_one_counts(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let twice = |first: &str| format!("{{{first},{}", &body(ANN, NEWSLETTER, json!({})).to_string()[1..]);
        assert_eq!(app.post(twice("\"apikey\":7,\"EmailAddress\":[],\"EMAILADDRESS\":\"\"")).await.status(), 200);
        let text = body(ANN, NEWSLETTER, json!({ "RequireConfirmation": "false" })).to_string();
        let fields = "\"ContactFields\":{\"FirstName\":\"One\",\"firstname\":\"Two\"},\"contactfields\":{\"FIRSTNAME\":\"Three\",\"FirstName\":\"Four\"}";
        assert_eq!(app.post(format!("{},{fields}}}", &text[..text.len() - 1])).await.status(), 200);
        assert_eq!(app.person(ANN).await.expect("a contact").value("FirstName"), "Four");
        let wrong = format!("{},\"ApiKey\":null}}", &text[..text.len() - 1]);
        assert_eq!(app.post(wrong).await.reason(), "No API Key Specified");
    }

    async fn names_that_are_echoed_cannot_add_headers(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let evil = "x\r\nX-Evil: 1\r\n\r\n<html>\u{0}\u{7f}\u{85}\u{2028}é]";
        let long = "y".repeat(5000);
        for name in [evil, long.as_str()] {
            for (more, start) in [
                (json!({ "MailingLists": [name] }), "Mailing list not found ["),
                (json!({ "ContactFields": { name: 1 } }), "Invalid Parameters ["),
                (json!({ "Tags": [name] }), "Tag not found ["),
            ] {
                let mut connection = Connection::open(app.address).await.expect("a connection");
                let request = Request::post(SIGNUP).header("Connection", "close");
                let request = request.body(body(ANN, NEWSLETTER, more).to_string());
                let answer = connection.exchange(&request).await.expect("an answer");
                assert!(answer.reason().starts_with(start), "{}", answer.status_line);
                assert!(answer.reason().len() <= 512 && answer.reason().bytes().all(|b| (32..127).contains(&b)));
                assert_eq!(answer.header("X-Evil"), None);
                assert!(answer.text().starts_with(start) && !answer.text().chars().any(char::is_control));
                assert_eq!(connection.rest().await.expect("the end"), b"", "nothing behind the answer");
            }
        }
        nothing_stored(&app).await;
    }

    async fn a_body_of_ten_megabytes_is_cut_short(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let piece = vec![b' '; 64 * 1024];
        for chunked in [false, true] {
            let mut connection = Connection::open(app.address).await.expect("a connection");
            let framing = if chunked { "Transfer-Encoding: chunked".into() } else { format!("Content-Length: {}", 160 * piece.len()) };
            let head = format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n");
            connection.send(head.as_bytes()).await.expect("sent");
            for _ in 0..160 {
                let size = format!("{:x}\r\n", piece.len()).into_bytes();
                let part = if chunked { [&size, piece.as_slice(), b"\r\n"].concat() } else { piece.clone() };
                if connection.send(&part).await.is_err() {
                    // The server has hung up on the rest.
                    break;
                }
            }
            // Hanging up may also lose the answer on its way.
            if let Ok(answer) = connection.response().await {
                assert_eq!(answer.status_line, "HTTP/1.1 413 Payload Too Large");
            }
        }
        nothing_stored(&app).await;
    }

    async fn broken_http_is_refused_or_hung_up_on(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let text = body(ANN, NEWSLETTER, json!({})).to_string();
        let long = "a".repeat(40_000);
        for request in [
            "\r\n\r\n\r\n".to_owned(),
            "nonsense\r\n\r\n".into(),
            "\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03".into(),
            format!("POST {SIGNUP} HTTP/9.9\r\n\r\n"),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost x\r\n\r\n"),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nX: a\0b\r\nContent-Length: {}\r\n\r\n{text}", text.len()),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{text}"),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{text}"),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n{text}"),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{text}"),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", text.len(), &text[..20]),
            format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n"),
            format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
        ] {
            let mut connection = Connection::open(app.address).await.expect("a connection");
            // A server that hangs up at once makes the rest of the sending fail.
            let _ = connection.send(request.as_bytes()).await;
            let _ = connection.finish_sending().await;
            let answer = String::from_utf8_lossy(&connection.rest().await.unwrap_or_default()).into_owned();
            let shown = &request[..request.len().min(90)];
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{shown:?}: {answer}");
        }
        nothing_stored(&app).await;
    }

    async fn a_caller_that_never_finishes_its_head_is_hung_up_on(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.head_patience = Some(Duration::from_millis(300))).await;
        let mut slow: Vec<Connection> = Vec::new();
        for n in 0..32 {
            let mut connection = Connection::open(app.address).await.expect("a connection");
            let head = if n % 2 == 0 { format!("POST {SIGNUP} HTTP/1.1\r\nHost: x\r\nX-Slow: ") } else { String::new() };
            connection.send(head.as_bytes()).await.expect("sent");
            slow.push(connection);
        }
        // Others are served meanwhile.
        assert_eq!(app.post("[]").await.status(), 400);
        for mut connection in slow {
            let rest = connection.rest().await.expect("the server hangs up");
            let text = String::from_utf8_lossy(&rest).into_owned();
            assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
        }
        nothing_stored(&app).await;
    }

    async fn a_caller_that_never_finishes_its_body_is_told_and_holds_up_nobody(db: TestDatabase) {
        let app = TestApp::with(db, |setup| setup.body_patience = Some(Duration::from_millis(300))).await;
        let form = format!("/demo/forms/{NEWSLETTER}");
        let mut slow = Vec::new();
        for (path, kind, status) in [
            (SIGNUP, "application/json", "400"),
            (form.as_str(), "application/x-www-form-urlencoded", "408"),
            (form.as_str(), "application/json", "408"),
            ("/demo/preferences", "application/x-www-form-urlencoded", "408"),
            ("/demo/api/v3/customer", "application/json", "4"),
        ] {
            let mut connection = Connection::open(app.address).await.expect("a connection");
            let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 5000\r\n\r\n{{\"Em");
            connection.send(head.as_bytes()).await.expect("sent");
            slow.push((path, status, connection));
        }
        // Others are served meanwhile.
        assert_eq!(app.post("[]").await.status(), 400);
        for (path, status, mut connection) in slow {
            let answer = String::from_utf8_lossy(&connection.rest().await.expect("an answer")).into_owned();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        }
        nothing_stored(&app).await;
    }

    async fn arbitrary_json_is_never_our_fault(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let runtime = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(Config { cases: 96, failure_persistence: None, ..Config::default() });
        let check = |text: String| {
            let answer = runtime.block_on(app.post(text.clone()));
            prop_assert!((200..500).contains(&answer.status()), "{}: {text}", answer.status_line);
            prop_assert!(answer.status() < 300 || answer.text().starts_with(&answer.reason()[..8]), "{}", answer.snapshot(&[]));
            Ok(())
        };
        tokio::task::block_in_place(|| runner.run(&bodies(), check)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(app.metric("vestibule_commit_failures_total").await, 0);
        // It still works.
        app.sign_up(&body("last@example.org", NEWSLETTER, json!({})), 200).await;
    }
}

/// Any JSON, often with what the door looks for in it.
fn json_value() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![
        json!(KEY),
        json!(ANN),
        json!(NEWSLETTER),
        json!("MEMBER01"),
        json!("QWERTY1A"),
        json!("Dance"),
        json!(["QWERTY1A", "ABCDEFG1"]),
        json!(["Dance", "Example"]),
        json!("false"),
        json!(false),
        json!("true"),
        json!({ "FirstName": "Ann", "LastName": "Lee" }),
        json!({ "FirstVisit": "2016-02-01", "Wheelchair": "yes" }),
    ]);
    let leaf = prop_oneof![
        4 => known,
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        2 => any::<String>().prop_map(Value::from),
        1 => "[a-z\u{0}-\u{20}é]{0,12}@[a-zü.\u{0}-]{0,12}\\.org".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Any name, often one that the door knows.
fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "ApiKey",
        "EmailAddress",
        "SignUpFormExternalID",
        "MailingLists",
        "ContactFields",
        "Tags",
        "RequireConfirmation",
        "apikey",
        "TAGS",
        "FirstName",
        "lastname",
        "SeatPreference",
        "FirstVisit",
        "Wheelchair",
        "Segment",
    ]);
    prop_oneof![5 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

/// Bodies with the right key, address and form in most, and keys that may come twice.
fn bodies() -> impl Strategy<Value = String> {
    let right = prop::bool::weighted(0.8);
    (right, "[a-z]{1,8}", prop::collection::vec((name(), json_value()), 0..8)).prop_map(|(right, local, pairs)| {
        let mut all = Vec::new();
        if right {
            all.extend(pairs);
            for (key, value) in [
                ("ApiKey", KEY),
                ("EmailAddress", &format!("{local}@example.org")),
                ("SignUpFormExternalID", NEWSLETTER),
            ] {
                all.push((key.to_owned(), json!(value)));
            }
        } else {
            all = pairs;
        }
        let texts: Vec<_> = all.into_iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
        format!("{{{}}}", texts.join(","))
    })
}
