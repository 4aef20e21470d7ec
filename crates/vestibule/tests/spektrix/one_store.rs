//! One contact store behind every door: who is a customer, what waits for a mail, own domains.

use serde_json::Value;
use testkit::TestDatabase;
use testkit::http::{Request, Response};

use crate::fixture::{Door, P, person};

const SENTORI: &str = "00000000-0000-0000-0000-000000000001";

pub async fn sentori(door: &Door, email: &str, confirm: bool) -> Response {
    let body = format!(
        r#"{{"ApiKey":"{SENTORI}","EmailAddress":"{email}","SignUpFormExternalID":"12ABCDE3","ContactFields":{{"FirstName":"Sent","Diet":"Vegan"}},"RequireConfirmation":{confirm}}}"#
    );
    testkit::http::post(door.at(), "/webhooks/contact/signup.ashx", "application/json", body).await.expect("answered")
}

async fn sentori_contact(door: &Door, email: &str) -> Value {
    let path = format!("/v2.0/contact/get/{email}/");
    Request::get(&path).header("ApiKey", SENTORI).send(door.at()).await.expect("answered").json()
}

/// The newest confirm link to an address, as a path.
async fn confirm_path(door: &Door, email: &str) -> Option<String> {
    let mails = door.mails().await;
    let mail = mails.iter().find(|m| m["to"][0].as_str().is_some_and(|to| to.contains(email)))?;
    let text = mail["text"].as_str()?;
    let at = text.find("/confirm/")?;
    Some(text[at..].split_whitespace().next()?.to_owned())
}

testkit::both_engines! {
    /// A contact made here is read back through the other door, and the other way round.
    async fn a_contact_is_the_same_everywhere(db: TestDatabase) {
        let door = Door::open(&db).await;
        let body = person("here@b.co", r#","mobile":"0700","Attribute_Dietary Requirements":"Nuts""#);
        assert_eq!(door.web("POST", "customer", &body).await.status(), 200);
        let read = sentori_contact(&door, "here@b.co").await;
        assert_eq!(
            (read["FirstName"].as_str(), read["MobilePhoneNumber"].as_str(), read["Diet"].as_str()),
            (Some("A"), Some("0700"), Some("Nuts"))
        );
        assert_eq!(read["IsConfirmed"], true);
        assert_eq!(sentori(&door, "there@b.co", false).await.status(), 200);
        let back = door.by_email("there@b.co").await.json();
        assert_eq!((back["firstName"].as_str(), back["attribute_DietaryRequirements"].as_str()), (Some("Sent"), Some("Vegan")));
    }

    /// Who is known only by an unconfirmed sign-up is no customer, becomes one, and can still confirm.
    async fn an_unconfirmed_sign_up_becomes_a_customer(db: TestDatabase) {
        let door = Door::open(&db).await;
        assert_eq!(sentori(&door, "late@b.co", true).await.status(), 200);
        assert_eq!(door.by_email("late@b.co").await.status(), 404);
        assert_eq!(door.web("POST", "customer", &person("late@b.co", "")).await.status(), 200);
        assert_eq!(door.web("POST", "customer", &person("late@b.co", "")).await.status(), 400);
        let path = confirm_path(&door, "late@b.co").await.expect("a link");
        assert_eq!(Request::post(&path).send(door.at()).await.expect("answered").status(), 200);
        assert_eq!(door.by_email("late@b.co").await.json()["attribute_DietaryRequirements"], "Vegan");
    }

    /// Nobody without a login turns a no into a yes: the answer is the vendor's, and the change waits for the mail.
    async fn a_no_stays_until_the_mail_is_answered(db: TestDatabase) {
        let door = Door::open(&db).await;
        let made = door.web("POST", "customer", &person("no@b.co", &format!(r#","AgreedStatements":["{P}"]"#))).await;
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        door.owner("DELETE", &format!("customers/{id}/agreed-statements/{P}"), "").await;
        let again = door.form("LastName=B&Email=no@b.co&ReturnUrl=https://site/").await;
        assert_eq!(again.header("Location"), Some("https://site/?Error=EmailExists"));
        let agreed = async || door.by_email("no@b.co").await.json()["allStatements"][0]["agreed"].clone();
        assert_eq!(agreed().await, false);
        // The mail goes out by itself.
        let path = loop {
            if let Some(path) = confirm_path(&door, "no@b.co").await {
                break path;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(Request::post(&path).send(door.at()).await.expect("answered").status(), 200);
        assert_eq!(agreed().await, true);
    }

    /// With `confirm_web_sign_ups` the answer is the vendor's and statements wait for the mail.
    async fn statements_wait_where_the_account_says_so(db: TestDatabase) {
        let door = Door::open(&db).await;
        let body = person("wait@b.co", r#","agreedStatements":["501AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"]"#);
        let post = async || testkit::http::post(door.at(), "/other/api/v3/customer", "application/json", body.clone()).await.expect("answered");
        let made = post().await;
        assert_eq!((made.status(), made.json()["firstName"].as_str()), (200, Some("A")));
        assert_eq!(post().await.json()["message"], "Duplicate Entry");
        let (ok, before, _) = door.command(&["contacts", "export", "--account", "other"]).await;
        assert!(ok && before.contains("wait@b.co") && !before.contains("yes"), "{before}");
        let path = loop {
            if let Some(path) = confirm_path(&door, "wait@b.co").await {
                break path;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(Request::post(&path).send(door.at()).await.expect("answered").status(), 200);
        let (_, after, _) = door.command(&["contacts", "export", "--account", "other"]).await;
        assert!(after.contains("yes"), "{after}");
    }

    /// Of several who want one address at once, one gets it; of the others' changes nothing is kept.
    async fn an_address_is_taken_once(db: TestDatabase) {
        let door = Door::open(&db).await;
        for round in 0..12 {
            let mut paths = Vec::new();
            for n in 0..2 {
                let made = door.owner("POST", "customers", &person(&format!("p{n}.{round}@b.co"), "")).await;
                paths.push(format!("customers/{}", made.json()["id"].as_str().expect("an id")));
            }
            let wanted = format!("one{round}@b.co");
            let body = format!(r#"{{"title":"Dr","email":"{wanted}"}}"#);
            let new = person(&wanted, r#","title":"Dr""#);
            let patch = async |n: usize| door.owner("PATCH", &paths[n], &body).await;
            let (a, b, c) = tokio::join!(patch(0), patch(1), door.web("POST", "customer", &new));
            let mut statuses = [a.status(), b.status(), c.status()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400, 400], "{} {} {}", a.text(), b.text(), c.text());
            for (path, answer) in paths.iter().zip([a, b]) {
                let kept = door.owner("GET", path, "").await.json();
                let won = answer.status() == 200;
                assert_eq!((kept["title"] == "Dr", kept["email"] == wanted.as_str()), (won, won), "{kept}");
            }
        }
    }

    /// An account's own domain serves that account only, and signatures cover that host.
    async fn own_domains(db: TestDatabase) {
        let door = Door::open(&db).await;
        let on = async |host: &str, client: &str| {
            let request = Request::get(&format!("/{client}/api/v3/statements")).header("Host", host);
            request.send(door.at()).await.expect("answered")
        };
        assert_eq!(on("tickets.test.example", "apitesting").await.status(), 200);
        let refused = on("tickets.test.example", "other").await;
        assert_eq!((refused.status(), refused.json()["resourceType"].as_str()), (404, Some("Client")));
        assert_eq!(on("anything.example", "other").await.status(), 200);
        assert_eq!(on("anything.example", "nobody").await.status(), 404);
        let path = "/apitesting/api/v3/customers?email=a@b.co";
        for (signed_host, status) in [("https://tickets.test.example", 404), ("https://elsewhere.example", 401)] {
            let date = crate::fixture::date(0);
            let secret = model::Secret::new(crate::fixture::SECRET);
            let given = doors::spektrix::auth::authorization("testlogin", &secret, "GET", &format!("{signed_host}{path}"), &date, b"");
            let request = Request::get(path).header("Host", "tickets.test.example").header("Date", &date);
            let answer = request.header("Authorization", &given).send(door.at()).await.expect("answered");
            assert_eq!(answer.status(), status, "{signed_host}: {}", answer.text());
        }
    }
}
