//! Two organisations in one installation: nothing of one is seen, reached or changed through the other.

use serde_json::json;
use testkit::TestDatabase;
use testkit::http::Request;

use crate::app::{KEY, NEWSLETTER, SIGNUP, TestApp, body, link};

const OTHER_KEY: &str = "20011111-1111-1111-1111-111111111200";
/// Shares its form's and a list's external id with the demo account, and has others of its own.
const OTHER: &str = r#"
[account]
slug = "other"
name = "Other House"
external_id = "OTHER001"
from = "Other House <hello@other.example>"
custom_domains = ["tickets.other.example"]

[[api_user]]
kind = "sentori"
name = "Website"
key = "20011111-1111-1111-1111-111111111200"

[[field]]
system_name = "Shoe"
label = "Shoe"
type = "whole_number"
on_forms = true

[[tag_group]]
name = "Interests"
tags = [{ name = "Opera" }]

[[mailing_list]]
external_id = "OTHERL01"
name = "Other news"

[[mailing_list]]
external_id = "QWERTY1A"
name = "The other monthly"

[[form]]
external_id = "12ABCDE3"
name = "Other newsletter"

[[form]]
external_id = "OTHERF01"
name = "Other form"
"#;

async fn two_accounts(db: TestDatabase) -> TestApp {
    TestApp::with(db, |setup| setup.accounts.push(OTHER)).await
}

testkit::both_engines! {
    async fn no_item_of_another_account_can_be_named(db: TestDatabase) {
        let app = two_accounts(db).await;
        for (more, reason) in [
            (json!({ "SignUpFormExternalID": "OTHERF01" }), "Signup Form not found"),
            (json!({ "MailingLists": ["OTHERL01"] }), "Mailing list not found [OTHERL01]"),
            (json!({ "ContactFields": { "Shoe": 9 } }), "Invalid Parameters [Shoe]"),
            (json!({ "Tags": ["Opera"] }), "Tag not found [Opera]"),
            (json!({ "ApiKey": OTHER_KEY, "Tags": ["Dance"] }), "Tag not found [Dance]"),
            (json!({ "ApiKey": OTHER_KEY, "MailingLists": ["ABCDEFG1"] }), "Mailing list not found [ABCDEFG1]"),
            (json!({ "ApiKey": OTHER_KEY, "SignUpFormExternalID": "MEMBER01" }), "Signup Form not found"),
        ] {
            let answer = app.post(body("ann@example.org", NEWSLETTER, more.clone()).to_string()).await;
            assert_eq!(answer.reason(), reason, "{more}");
        }
        assert_eq!(app.committed(), 0);
    }

    async fn the_same_person_is_somebody_else_in_each_account(db: TestDatabase) {
        let app = two_accounts(db).await;
        let wish = json!({ "MailingLists": ["QWERTY1A"], "ContactFields": { "FirstName": "Ann" } });
        let mut theirs = body("ann@example.org", NEWSLETTER, wish);
        // The very same body but for the key is no repeat.
        app.sign_up(&theirs, 200).await;
        theirs["ApiKey"] = json!(OTHER_KEY);
        app.sign_up(&theirs, 200).await;
        app.nth_mail_to("ann@example.org", 1).await;
        let mails = app.mails_to("ann@example.org");
        let from = |name: &str| mails.iter().find(|m| m.from.contains(name)).expect(name);
        assert!(from("other.example").text().contains("Other House"));

        assert_eq!(app.follow(&link(from("other.example"), "/confirm/")).await.status(), 200);
        let (here, there) = (app.contact_of("demo", "ann@example.org").await, app.contact_of("other", "ann@example.org").await);
        let (here, there) = (here.expect("a contact"), there.expect("a contact"));
        assert_eq!((here.row.confirmed_at.is_some(), here.values.len(), here.lists.len()), (false, 0, 0));
        assert_eq!((there.row.confirmed_at.is_some(), there.values.len(), there.lists.len()), (true, 1, 1));

        // "This wasn't me" holds where it was said.
        app.follow(&link(from("other.example"), "/not-me/")).await;
        let (here, there) = (app.contact_of("demo", "ann@example.org").await, app.contact_of("other", "ann@example.org").await);
        assert!(here.expect("a contact").row.suppressed_at.is_none());
        assert!(there.expect("a contact").row.suppressed_at.is_some());
    }

    async fn nothing_is_read_with_another_accounts_key(db: TestDatabase) {
        let app = two_accounts(db).await;
        let wish = json!({ "MailingLists": ["QWERTY1A"], "RequireConfirmation": "false" });
        app.sign_up(&body("ann@example.org", NEWSLETTER, wish), 200).await;
        let id = app.api("/v2.0/contact/get/ann%40example.org/").await.json()["SystemID"].as_i64().expect("an id");
        for (target, wanted) in [
            ("/v2.0/contact/get/ann%40example.org/".to_owned(), r#"{"Code":101,"Message":"Contact not found"}"#),
            (format!("/v2.0/contact/get/{id}/"), r#"{"Code":101,"Message":"Contact not found"}"#),
            ("/v2.0/mailinglists/ABCDEFG1/".into(), r#"{"Code":200,"Message":"Mailing List not found"}"#),
            ("/v2.0/mailinglists/subscribers/ABCDEFG1".into(), r#"{"Code":200,"Message":"Mailing List not found"}"#),
            ("/v2.0/mailinglists/subscribers/QWERTY1A".into(), "[]"),
        ] {
            let answer = app.send(Request::get(&target).header("ApiKey", OTHER_KEY)).await;
            assert_eq!(answer.text(), wanted, "{target}");
        }
    }

    async fn a_custom_domain_serves_its_own_account_only(db: TestDatabase) {
        let app = two_accounts(db).await;
        let sign_up = async |host: &str, key: &str, email: &str| {
            let text = body(email, NEWSLETTER, json!({ "ApiKey": key })).to_string();
            app.send(Request::post(SIGNUP).header("Host", host).body(text)).await.reason().to_owned()
        };
        for (host, key, reason) in [
            ("tickets.demo.example", KEY, "OK"),
            ("TICKETS.demo.example:8443", KEY, "OK"),
            ("tickets.demo.example", OTHER_KEY, "Account not found"),
            ("tickets.other.example", KEY, "Account not found"),
            ("tickets.other.example", OTHER_KEY, "OK"),
            ("unclaimed.example", KEY, "OK"),
            ("unclaimed.example", OTHER_KEY, "OK"),
        ] {
            assert_eq!(sign_up(host, key, "ann@example.org").await, reason, "{host} {key}");
            let read = Request::get("/v2.0/mailinglists/").header("Host", host).header("ApiKey", key);
            let status = if reason == "OK" { 200 } else { 403 };
            assert_eq!(app.send(read).await.status(), status, "{host} {key}");
        }
    }

    async fn a_link_works_on_its_own_accounts_hosts_only(db: TestDatabase) {
        let app = two_accounts(db).await;
        app.sign_up(&body("ann@example.org", NEWSLETTER, json!({})), 200).await;
        let mail = app.nth_mail_to("ann@example.org", 0).await;
        for piece in ["/confirm/", "/not-me/"] {
            let link = link(&mail, piece);
            for method in ["GET", "POST"] {
                let request = Request::new(method, app.path(&link)).header("Host", "tickets.other.example");
                assert_eq!(app.send(request).await.status(), 404, "{method} {piece}");
            }
        }
        let person = app.person("ann@example.org").await.expect("a contact");
        assert_eq!((person.confirmed, person.suppressed), (false, false));
        let confirm = link(&mail, "/confirm/");
        let request = Request::post(app.path(&confirm)).header("Host", "tickets.demo.example");
        assert_eq!(app.send(request).await.status(), 200);
        assert!(app.person("ann@example.org").await.expect("a contact").confirmed);
    }
}
