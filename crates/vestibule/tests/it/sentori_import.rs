//! v1 imports and their template (reference, section 12).

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::json;
use testkit::TestDatabase;
use testkit::http::{Connection, Request, Response};

use crate::app::{KEY, NEWSLETTER, TestApp, body, eventually, link};

const IMPORT: &str = "/v1/contacts.asmx/Import";

fn request(xml: impl Into<Vec<u8>>) -> Request {
    Request::post(IMPORT).header("Content-Type", "application/xml").header("ApiKey", KEY).body(xml)
}

fn contacts(rows: &[&str]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| format!("<Contact>{row}</Contact>")).collect();
    let rows = rows.concat();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Contacts>{rows}</Contacts>")
}

fn only(email: &str) -> String {
    format!("<EmailAddress>{email}</EmailAddress>")
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("packed");
    encoder.finish().expect("packed")
}

/// The eight counters in the order of the manual.
fn counts(answer: &Response) -> Vec<u64> {
    [
        "Total-Rows",
        "Emailable-Rows-Created",
        "Emailable-Rows-Updated",
        "Suppressed-Rows-Updated",
        "Bad-Email-Address-Rows-Updated",
        "Excluded-Duplicates",
        "Excluded-Invalid-Emails",
        "Excluded-Role-Based",
    ]
    .iter()
    .map(|name| answer.header(name).unwrap_or_else(|| panic!("{}", answer.snapshot(&[]))).parse().expect("a number"))
    .collect()
}

async fn groups(app: &TestApp) -> Vec<(String, String, i64)> {
    let groups = app.store().upload_groups(app.account("demo").id).await.expect("groups");
    groups.into_iter().map(|g| (g.name, g.state.name().to_owned(), g.contacts)).collect()
}

testkit::both_engines! {
    async fn the_manuals_example_is_taken_in(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let example = "<Contacts>\n  <Contact>\n    <EmailAddress>user@domain.com</EmailAddress>\n    <Title>Mr</Title>\n    \
            <FirstName>Joe</FirstName>\n    <LastName>Bloggs</LastName>\n  </Contact>\n</Contacts>\n";
        let named = request(example).header("Audience-Name", "Spring").header("Audience-Description", "From the desk");
        let answer = app.send(named).await;
        insta::assert_snapshot!("import_created", answer.snapshot(&["Date", "X-Request-Id"]));
        assert_eq!(counts(&answer), [1, 1, 0, 0, 0, 0, 0, 0]);
        let record = app.api("/v2.0/contact/get/user@domain.com/").await.json();
        assert_eq!((&record["Title"], &record["FirstName"], &record["LastName"]), (&json!("Mr"), &json!("Joe"), &json!("Bloggs")));
        assert_eq!((&record["CreatedSourceValue"], &record["IsConfirmed"]), (&json!("Uploaded"), &json!(true)));
        assert_eq!(groups(&app).await, [("Spring".into(), "done".into(), 1)]);
        // Once more: nothing is doubled, and it is a group of its own.
        assert_eq!(counts(&app.send(request(example)).await), [1, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(groups(&app).await.len(), 2);
        // Imports owe nobody anything.
        assert_eq!(app.store().delivery_counts().await.expect("counts"), []);
    }

    async fn every_row_is_counted(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for email in ["gone@example.org", "known@example.org"] {
            app.sign_up(&body(email, NEWSLETTER, json!({ "ContactFields": { "LastName": "Old" } })), 200).await;
        }
        app.follow(&link(&app.nth_mail_to("known@example.org", 0).await, "/confirm/")).await;
        app.follow(&link(&app.nth_mail_to("gone@example.org", 0).await, "/not-me/")).await;
        let xml = contacts(&[
            &only("new@example.org"), &only("NEW@example.org"), &only("not an address"), "<FirstName>Nobody</FirstName>",
            &only("Info@example.org"), &only("no-reply@example.org"),
            "<EmailAddress>known@example.org</EmailAddress><FirstName>K</FirstName><LastName></LastName>",
            "<EmailAddress>gone@example.org</EmailAddress><FirstName>G</FirstName>",
            "<EmailAddress>kn\u{f6}rr@example.org</EmailAddress><FirstName>&lt;&#x5A;&gt;</FirstName><Segment>Gold</Segment>\
             <Wheelchair>Yes</Wheelchair><FirstVisit>01/02/2016</FirstVisit><FavouriteGenre>dance</FavouriteGenre>",
        ]);
        let answer = app.send(request(packed(xml.as_bytes())).header("Content-Encoding", "Gzip")).await;
        assert_eq!(counts(&answer), [9, 2, 1, 1, 0, 1, 2, 2]);
        let known = app.person("known@example.org").await.expect("known");
        assert_eq!((known.value("FirstName"), known.value("LastName")), ("K", "Old"), "a blank changes nothing");
        let gone = app.person("gone@example.org").await.expect("gone");
        assert_eq!((gone.value("FirstName"), gone.suppressed), ("G", true));
        let odd = app.person("kn\u{f6}rr@example.org").await.expect("odd");
        assert_eq!(odd.value("FirstName"), "<Z>");
        assert_eq!((odd.value("Segment"), odd.value("Wheelchair"), odd.value("FirstVisit"), odd.value("FavouriteGenre")),
            ("Gold", "true", "2016-02-01", "Dance"));
        assert!(app.person("info@example.org").await.is_none());
        assert_eq!(groups(&app).await, [("Import".into(), "done".into(), 4)]);
    }

    async fn what_cannot_be_imported_leaves_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let good = "<EmailAddress>joe@example.org</EmailAddress>";
        let one = contacts(&[good]);
        let mut long = contacts(&[good]);
        long.truncate(long.len() - 20);
        let laughs = "<!DOCTYPE x [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;\">]><Contacts><Contact><EmailAddress>&b;@x.org\
            </EmailAddress></Contact></Contacts>";
        let mut bomb = b"<Contacts>".to_vec();
        bomb.resize(40_000_000, b' ');
        let mut row_bomb = b"<Contacts>".to_vec();
        while row_bomb.len() < 40_000_000 {
            row_bomb.extend_from_slice(b"<Contact><EmailAddress>joe@example.org</EmailAddress></Contact>");
        }
        let latin = b"<Contacts><Contact><EmailAddress>joe@example.org</EmailAddress><FirstName>Zo\xeb</FirstName></Contact></Contacts>";
        let mut cut = packed(one.as_bytes());
        cut.truncate(cut.len() - 12);
        let values = contacts(&[good, "<EmailAddress>a@example.org</EmailAddress><FirstVisit>soon</FirstVisit><Wheelchair>perhaps</Wheelchair>"]);
        let keyless = Request::post(IMPORT).body(one.clone());
        let gzip = |bytes: Vec<u8>| request(bytes).header("Content-Encoding", "gzip");
        let mut text = String::new();
        for (name, request) in [
            ("no key", keyless),
            ("another key", Request::post(IMPORT).header("ApiKey", "11111111-1111-1111-1111-111111111111").body(one.clone())),
            ("GET", Request::get(IMPORT).header("ApiKey", KEY)),
            ("nothing", request("")),
            ("JSON", request("{\"EmailAddress\":\"joe@example.org\"}")),
            ("CSV", request("EmailAddress\njoe@example.org\n")),
            ("cut off", request(long)),
            ("entities", request(laughs)),
            ("another encoding than it says", request(latin.to_vec())),
            ("an unknown encoding", request("<?xml version=\"1.0\" encoding=\"klingon\"?><Contacts/>")),
            ("no contacts", request("<Contacts/>")),
            ("no addresses", request(contacts(&["<FirstName>Joe</FirstName>"]))),
            ("an unknown field", request(contacts(&[good, "<EmailAddress>a@example.org</EmailAddress><Shoe>7</Shoe>"]))),
            ("a field of the system's", request(contacts(&["<EmailAddress>joe@example.org</EmailAddress><IsSuppressed>true</IsSuppressed>"]))),
            ("values that do not fit", request(values)),
            ("not packed", gzip(one.clone().into_bytes())),
            ("packed and cut off", gzip(cut)),
            ("a bomb of blanks", gzip(packed(&bomb))),
            ("a bomb of rows", gzip(packed(&row_bomb))),
            ("packed otherwise", request(one.clone()).header("Content-Encoding", "br")),
        ] {
            let answer = app.send(request).await;
            let first: String = answer.text().lines().collect::<Vec<_>>().join(" | ");
            let _ = writeln!(text, "{name}: {} {} [{first}]", answer.status(), answer.reason());
        }
        insta::assert_snapshot!("import_refused", text);
        assert!(app.person("joe@example.org").await.is_none() && app.person("a@example.org").await.is_none());
        assert_eq!(groups(&app).await, []);
        // And none of them is in the way of the next.
        assert_eq!(app.send(request(one)).await.status(), 201);
    }

    async fn one_import_at_a_time(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let xml = contacts(&[&only("one@example.org")]);
        let (first, rest) = xml.as_bytes().split_at(60);
        let head = format!("POST {IMPORT} HTTP/1.1\r\nHost: x\r\nApiKey: {KEY}\r\nContent-Length: {}\r\n\r\n", xml.len());
        let mut slow = Connection::open(app.address).await.expect("open");
        slow.send(head.as_bytes()).await.expect("sent");
        slow.send(first).await.expect("sent");
        eventually("it has begun", async || !groups(&app).await.is_empty()).await;
        let refused = app.send(request(contacts(&[&only("two@example.org")]))).await;
        assert_eq!((refused.status(), refused.reason()), (409, "A Contact Import Is Already In Progress"));
        // Sign-ups go on meanwhile.
        app.sign_up(&body("three@example.org", NEWSLETTER, json!({ "RequireConfirmation": "false" })), 200).await;
        slow.send(rest).await.expect("sent");
        assert_eq!(slow.response().await.expect("answered").status(), 201);
        assert!(app.person("two@example.org").await.is_none() && app.person("one@example.org").await.is_some());
        // Who goes away in the middle leaves nothing.
        let mut gone = Connection::open(app.address).await.expect("open");
        gone.send(head.as_bytes()).await.expect("sent");
        gone.send(first).await.expect("sent");
        eventually("it has begun", async || groups(&app).await.len() == 2).await;
        drop(gone);
        eventually("it is forgotten", async || groups(&app).await.len() == 1).await;
        assert_eq!(app.send(request(contacts(&[&only("two@example.org")]))).await.status(), 201);
    }

    async fn many_rows_are_all_there(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let rows: Vec<String> = (0..2500)
            .map(|n| format!("<EmailAddress>p{n}@example.org</EmailAddress><FirstName>P{n}</FirstName>"))
            .collect();
        let answer = app.send(request(contacts(&rows.iter().map(String::as_str).collect::<Vec<_>>()))).await;
        assert_eq!(counts(&answer), [2500, 2500, 0, 0, 0, 0, 0, 0]);
        assert_eq!(app.person("p2499@example.org").await.expect("the last").value("FirstName"), "P2499");
        assert_eq!(groups(&app).await[0].2, 2500);
    }

    async fn the_template_names_every_field(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let ask = |key: &str| Request::get("/v1/contacts.asmx/XmlTemplate").header("ApiKey", key);
        let answer = app.send(ask(KEY)).await;
        insta::assert_snapshot!("xml_template", answer.snapshot(&["Date", "X-Request-Id", "Content-Length"]));
        let refused = app.send(ask("")).await;
        assert_eq!((refused.status(), refused.reason()), (403, "Invalid API Key"));
    }
}
