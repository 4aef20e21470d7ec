//! The order of validation (reference, section 2.3), the forms a request may take, and the manual's own examples.

use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::http::Request;

use crate::app::{KEY, MEMBERSHIP, NEWSLETTER, SIGNUP, TestApp, body};

/// The manual's minimal request.
const MINIMAL: &str = "{\n\"ApiKey\":\"00000000-0000-0000-0000-000000000000\",\n\
    \"EmailAddress\":\"example@sentoriapp.com\",\n\"SignUpFormExternalID\":\"12ABCDE3\"\n}";
/// The manual's full request.
const FULL: &str = "{\n\"ApiKey\":\"00000000-0000-0000-0000-000000000000\",\n\
    \"EmailAddress\":\"example@sentoriapp.com\",\n\"SignUpFormExternalID\":\"12ABCDE3\",\n\
    \"MailingLists\":[\"QWERTY1A\",\"ABCDEFG1\"],\n\
    \"ContactFields\":{\"FirstName\":\"Example\", \"LastName\":\"Contact\"},\n\
    \"Tags\":[\"Example\",\"SentoriApp\"],\n\"RequireConfirmation\":\"true\"\n}";

testkit::both_engines! {
    async fn each_step_beats_the_next(db: TestDatabase) {
        let app = TestApp::start(db).await;
        // Everything is wrong at first; each step puts one thing right and shows the next fault.
        let mut request = json!({
            "EmailAddress": "nobody",
            "MailingLists": "QWERTY1A", "ContactFields": "x", "Tags": "x", "RequireConfirmation": "x",
        });
        let steps: Vec<(&str, Value, &str)> = vec![
            ("ApiKey", json!(null), "403 No API Key Specified"),
            ("ApiKey", json!("  "), "403 No API Key Specified"),
            ("ApiKey", json!(7), "403 No API Key Specified"),
            ("ApiKey", json!("no guid"), "404 Account not found"),
            ("ApiKey", json!("00000000-0000-0000-0000-00000000000f"), "404 Account not found"),
            ("ApiKey", json!(KEY), "400 Invalid Parameters [EmailAddress]"),
            ("EmailAddress", json!(null), "400 Invalid Parameters [EmailAddress]"),
            ("EmailAddress", json!(""), "400 Invalid Parameters [EmailAddress]"),
            ("EmailAddress", json!(["ann@example.org"]), "400 Invalid Parameters [EmailAddress]"),
            ("EmailAddress", json!("ann@example.org"), "400 Invalid Parameters [SignUpFormExternalID]"),
            ("SignUpFormExternalID", json!(12), "400 Invalid Parameters [SignUpFormExternalID]"),
            ("SignUpFormExternalID", json!(" "), "400 Invalid Parameters [SignUpFormExternalID]"),
            ("SignUpFormExternalID", json!("NOSUCHF1"), "400 Invalid Parameters [MailingLists]"),
            ("MailingLists", json!(["NOSUCHL1", 7]), "400 Invalid Parameters [MailingLists]"),
            ("MailingLists", json!(["NOSUCHL1", "NOSUCHL2"]), "400 Invalid Parameters [ContactFields]"),
            ("ContactFields", json!(null), "400 Invalid Parameters [Tags]"),
            ("Tags", json!([["Dance"]]), "400 Invalid Parameters [Tags]"),
            ("Tags", json!(["VIP", "MVP"]), "400 Invalid Parameters [RequireConfirmation]"),
            ("RequireConfirmation", json!("true"), "404 Signup Form not found"),
            ("SignUpFormExternalID", json!(MEMBERSHIP), "404 Mailing list not found [NOSUCHL1]"),
            ("MailingLists", json!(["qwerty1a", "NOSUCHL2"]), "404 Mailing list not found [NOSUCHL2]"),
            ("MailingLists", json!([]), "404 No Contact Fields submitted, but form has required fields"),
            ("ContactFields", json!({}), "404 No Contact Fields submitted, but form has required fields"),
            (
                "ContactFields",
                json!({ "Shoe": 9, "FirstName": " " }),
                "404 Required Contact Field is missing or blank [FirstName]",
            ),
            (
                "ContactFields",
                json!({ "Shoe": 9, "FirstName": "Ann", "LastName": null }),
                "404 Required Contact Field is missing or blank [LastName]",
            ),
            (
                "ContactFields",
                json!({ "FirstName": "Ann", "LastName": "Lee", "Shoe": 9, "Segment": "A" }),
                "400 Invalid Parameters [Segment]",
            ),
            (
                "ContactFields",
                json!({ "FirstName": "Ann", "LastName": "Lee", "Shoe": 9 }),
                "400 Invalid Parameters [Shoe]",
            ),
            (
                "ContactFields",
                json!({ "FirstName": "Ann", "LastName": "Lee", "FirstVisit": "2016-02-30" }),
                "400 Invalid Parameters [FirstVisit]",
            ),
            (
                "ContactFields",
                json!({ "FirstName": "Ann", "LastName": "Lee", "EmailAddress": "bob@example.org" }),
                "400 Invalid Parameters [EmailAddress]",
            ),
            (
                "ContactFields",
                json!({ "FirstName": "Ann", "LastName": "Lee", "EmailAddress": "ANN@example.org" }),
                "404 Tag not found [VIP]",
            ),
            ("Tags", json!(["dance", "MVP"]), "404 Tag not found [MVP]"),
        ];
        for (key, value, wanted) in steps {
            request[key] = value;
            let answer = app.post(request.to_string()).await;
            let line = format!("HTTP/1.1 {wanted}");
            assert_eq!(answer.status_line, line, "{request}");
            assert_eq!(answer.text(), wanted[4..], "{request}");
        }
        assert_eq!((app.committed(), app.sink.attempts()), (0, 0), "a refused sign-up has no effects");
        assert_eq!(app.person("ann@example.org").await, None);
        request["Tags"] = json!(["dance", "Dance"]);
        app.sign_up(&request, 200).await;
    }

    async fn each_value_is_checked_against_its_field(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let long = |n: usize| json!("x".repeat(n));
        for (name, value, kept) in [
            ("FirstName", json!("  Zoë "), Some("Zoë")),
            ("FirstName", long(255), Some("x".repeat(255)).as_deref()),
            ("FirstName", long(256), None),
            ("FirstName", json!({}), None),
            ("FirstName", json!(["Ann"]), None),
            ("FirstName", json!("a\u{0}b"), None),
            ("FirstName", json!("two\nlines"), None),
            ("SeatPreference", long(1000), Some("x".repeat(1000)).as_deref()),
            ("SeatPreference", long(1001), None),
            ("SeatPreference", json!(12), Some("12")),
            ("FirstVisit", json!("2016-02-01"), Some("2016-02-01")),
            ("FirstVisit", json!("2016-02-01T12:00:00Z"), Some("2016-02-01")),
            ("FirstVisit", json!("29/02/2016"), Some("2016-02-29")),
            ("FirstVisit", json!("29/02/2015"), None),
            ("FirstVisit", json!(20_160_201), None),
            ("Wheelchair", json!(true), Some("true")),
            ("Wheelchair", json!("No"), Some("false")),
            ("Wheelchair", json!(1), Some("true")),
            ("Wheelchair", json!("maybe"), None),
            ("FavouriteGenre", json!("dance"), Some("Dance")),
            ("FavouriteGenre", json!("Opera"), None),
            ("favouritegenre", json!("MUSIC"), Some("Music")),
            ("CRMID", json!("1"), None),
            ("IsConfirmed", json!(true), None),
            ("SystemID", json!(1), None),
        ] {
            app.clock.advance(std::time::Duration::from_secs(1));
            let more = json!({ "ContactFields": { name: value }, "RequireConfirmation": "false" });
            let answer = app.post(body("ann@example.org", NEWSLETTER, more).to_string()).await;
            match kept {
                Some(kept) => {
                    assert_eq!(answer.status(), 200, "{name} {value}: {}", answer.text());
                    let person = app.person("ann@example.org").await.expect("a contact");
                    let found = person.values.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
                    assert_eq!(found.map(|(_, v)| v.as_str()), Some(kept), "{name} {value}");
                }
                None => assert_eq!(answer.reason(), format!("Invalid Parameters [{name}]"), "{value}"),
            }
        }
    }

    async fn keys_ids_names_and_path_are_matched_in_any_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let text = json!({
            "apikey": KEY.to_uppercase(), "EMAILADDRESS": " Ann@Example.ORG ", "SignupFormExternalID": "member01",
            "mailinglists": ["qwerty1a", "QWERTY1A"], "contactFields": { "firstname": "Ann", "LASTNAME": "Lee" },
            "TAGS": ["dance", "Dance "], "requireConfirmation": "FALSE", "Unknown": { "key": [1, 2] },
        });
        for path in [SIGNUP, "/Webhooks/Contact/Signup.ASHX", "/WEBHOOKS/CONTACT/SIGNUP.ASHX?x=1"] {
            let answer = app.send(Request::post(path).body(text.to_string())).await;
            assert_eq!(answer.status_line, "HTTP/1.1 200 OK", "{path}: {}", answer.text());
            // Past the window in which it would count as the same.
            app.clock.advance(std::time::Duration::from_secs(61));
        }
        let person = app.person("ann@example.org").await.expect("a contact");
        assert_eq!((person.value("FirstName"), person.value("LastName")), ("Ann", "Lee"));
        assert_eq!(person.lists, ["QWERTY1A", "MEMBERS1"]);
        assert_eq!(person.tags.into_iter().collect::<Vec<_>>(), [("Dance".into(), 3), ("Web Sign Up".into(), 3)]);
        let record = app.api("/v2.0/contact/get/ann%40example.org/").await.json();
        assert_eq!(record["EmailAddress"], "Ann@Example.ORG", "kept as first given");
    }

    async fn confirmation_is_asked_for_unless_it_is_false(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (n, (value, applied)) in [
            (json!("false"), Some(true)), (json!("False"), Some(true)), (json!(false), Some(true)),
            (json!(" FALSE "), Some(true)),
            (json!("true"), Some(false)), (json!("TRUE"), Some(false)), (json!(true), Some(false)),
            (json!(null), Some(false)), (json!(""), Some(false)), (json!("  "), Some(false)),
            (json!("no"), None), (json!("0"), None), (json!(0), None), (json!(["false"]), None), (json!({}), None),
        ].into_iter().enumerate() {
            let email = format!("person{n}@example.org");
            let answer = app.post(body(&email, NEWSLETTER, json!({ "RequireConfirmation": value })).to_string()).await;
            let reason = if applied.is_some() { "OK" } else { "Invalid Parameters [RequireConfirmation]" };
            assert_eq!(answer.reason(), reason, "{value}");
            assert_eq!(app.person(&email).await.map(|p| p.confirmed), applied, "{value}");
        }
    }

    async fn the_manuals_examples_work_byte_for_byte(db: TestDatabase) {
        assert_eq!((MINIMAL.len(), FULL.len()), (127, 293), "the sizes that the reference gives");
        let app = TestApp::start(db).await;
        for example in [MINIMAL, FULL] {
            let text = format!(
                "POST /webhooks/contact/signup.ashx HTTP/1.1\r\nHost: api.sentoriapp.com\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{example}",
                example.len()
            );
            let mut connection = testkit::http::Connection::open(app.address).await.expect("a connection");
            connection.send(text.as_bytes()).await.expect("sent");
            let answer = connection.response().await.expect("an answer");
            assert_eq!((answer.status_line.as_str(), answer.text().as_str()), ("HTTP/1.1 200 OK", ""));
            assert_eq!(answer.header("Cache-Control"), Some("private"));
        }
        let mail = app.nth_mail_to("example@sentoriapp.com", 1).await;
        assert_eq!(app.follow(&crate::app::link(&mail, "/confirm/")).await.status(), 200);
        let person = app.person("example@sentoriapp.com").await.expect("a contact");
        assert_eq!((person.value("FirstName"), person.value("LastName")), ("Example", "Contact"));
        assert_eq!(person.lists, ["QWERTY1A", "ABCDEFG1"]);
        assert_eq!(person.tags.into_iter().collect::<Vec<_>>(), [("Example".into(), 1), ("SentoriApp".into(), 1)]);
    }

    async fn a_byte_order_mark_and_any_content_type_are_fine(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (n, media_type) in
            ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", ""].iter().enumerate()
        {
            let text = body(&format!("person{n}@example.org"), NEWSLETTER, json!({ "Tags": null, "MailingLists": null }));
            let request = Request::post(SIGNUP).header("Content-Type", media_type);
            let answer = app.send(request.body(format!("\u{feff}{text}"))).await;
            assert_eq!(answer.status(), 200, "{media_type}: {}", answer.text());
        }
    }
}
