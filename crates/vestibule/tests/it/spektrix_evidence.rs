//! What is kept of an agreement that came through the Spektrix door: wording, door, page, client.

use model::{ConsentAction, ConsentSubject, Door, Secret, Shown};
use testkit::TestDatabase;
use testkit::http::Request;

use crate::app::TestApp;

const EMAIL_ME: &str = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL";
const PAGE: &str = "https://www.demo.example/join?utm_source=leaflet";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

testkit::both_engines! {
    async fn agreements_are_kept_with_their_evidence(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let body = |email: &str| format!(r#"{{"firstName":"Ann","lastName":"Lee","email":"{email}","agreedStatements":["{EMAIL_ME}"]}}"#);
        let form = "FirstName=Ann&LastName=Lee&Email=form@b.co";
        let target = "/demo/api/v3/customers";
        let date = app.clock_date();
        let sign = |text: &str| {
            let uri = format!("http://{}{target}", app.address);
            doors::spektrix::auth::authorization("TestLogin", &Secret::new("c2VjcmV0LWtleS1mb3ItdGVzdHM="), "POST", &uri, &date, text.as_bytes())
        };
        for (email, request, door, shown, page) in [
            (
                "web@b.co",
                Request::post("/demo/api/v3/customer").header("Origin", "https://www.demo.example").header("Referer", PAGE).body(body("web@b.co")),
                Door::SpektrixWeb,
                Shown::Declared,
                Some(PAGE),
            ),
            (
                "origin@b.co",
                Request::post("/demo/api/v3/customer").header("Origin", "https://www.demo.example").body(body("origin@b.co")),
                Door::SpektrixWeb,
                Shown::Declared,
                Some("https://www.demo.example"),
            ),
            (
                "form@b.co",
                Request::post("/demo/website/secure/signup.aspx").header("Referer", PAGE).header("Content-Type", "application/x-www-form-urlencoded").body(form),
                Door::SpektrixForm,
                Shown::VendorDefault,
                Some(PAGE),
            ),
            (
                "owner@b.co",
                Request::post(target).header("Date", &date).header("Authorization", &sign(&body("owner@b.co"))).body(body("owner@b.co")),
                Door::SpektrixOwner,
                Shown::Declared,
                None,
            ),
        ] {
            let answer = app.send(request.header("User-Agent", BROWSER)).await;
            assert_eq!(answer.status(), 200, "{email}: {}", answer.text());
            let events = app.consents(email).await;
            let event = events.iter().find(|e| matches!(e.subject, ConsentSubject::Statement(..))).expect("an event");
            assert_eq!((event.action, event.shown), (ConsentAction::Given, shown), "{email}");
            let ConsentSubject::Statement(statement, version) = event.subject else { continue };
            let account = app.account("demo");
            let (known, versions) = account.statement(statement).expect("a statement");
            assert_eq!((known.spektrix_id.as_str(), Some(version)), (EMAIL_ME, versions.last().map(|v| v.version)), "{email}");
            let evidence = &event.evidence[0];
            assert_eq!((evidence.door, evidence.page.as_deref()), (door, page), "{email}");
            assert_eq!((evidence.user_agent.as_deref(), evidence.ip.map(|ip| ip.is_loopback())), (Some(BROWSER), Some(true)), "{email}");
        }
    }
}
