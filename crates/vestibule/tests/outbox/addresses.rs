//! When an address is marked bad: by the account's rule, and only for refusals in a row. What a mail to an address that
//! anybody can type may hold.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::http::Request;
use testkit::smtp_sink::{Fault, Stage};
use testkit::{TestDatabase, both_engines};

use crate::world::{KEY, World, sign_up};

const FILE: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
[form.actions]
automation = "AGAIN001"

[[automation]]
external_id = "AGAIN001"
name = "Again"
repeatable = true
steps = [{ send_mail = { subject = "Again", text = "Hello" } }]
"#;

/// A form whose confirmation texts greet by name, in a subject too.
const GREETS: &str = r#"
[[form]]
external_id = "GREETS01"
name = "Greets"
fields = [{ field = "FirstName" }, { field = "LastName" }]
[form.signup]
confirmation_subject = "{{FirstName default=friend}}, please confirm"
confirmation_text = "Dear {{FirstName default=friend}} {{LastName}},\n{{ConfirmLink}}"
confirmation_html = "<p>Dear {{FirstName default=friend}} {{LastName}}, <a href='{{ConfirmLink}}'>yes</a></p>"
[form.update]
confirmation_subject = "{{FirstName default=friend}}, please confirm"
confirmation_text = "Dear {{FirstName default=friend}} {{LastName}},\n{{ConfirmLink}}"
"#;

async fn is_bad(server: SocketAddr) -> bool {
    let request = Request::get("/v2.0/contact/get/ada%40post.example/").header("ApiKey", KEY);
    let record = request.send(server).await.expect("an answer").json();
    record["IsBadEmailAddress"].as_bool().expect("a yes or no")
}

both_engines! {
    async fn refusals_in_a_row_mark_an_address(db: TestDatabase) {
        let world = World::new(db, "guard = \"off\"\n[mail]\nbad_address_after = 2", FILE).await;
        let (node, clock) = world.node().await;
        let mut ended = (0, 0);
        // A mail that is taken begins the count anew.
        for (taken, bad) in [(false, false), (true, false), (false, false), (false, true)] {
            // Else it would be the same sign-up once more.
            clock.advance(Duration::from_secs(3600));
            if taken {
                world.sink.heal();
                ended.0 += 1;
            } else {
                world.sink.refuse_recipient("ada@post.example");
                ended.1 += 1;
            }
            assert_eq!(sign_up(node.address, KEY, "FORM0001", "ada@post.example", false).await, 200);
            world.deliveries_until(&[], |rows| {
                let of = |state: &str| rows.iter().filter(|r| r["state"] == state).count();
                (of("done"), of("dead")) == ended
            }).await;
            assert_eq!(is_bad(node.address).await, bad, "{ended:?}");
        }
        node.stop().await;
    }

    async fn five_mails_put_off_until_the_end_count_as_one_refusal(db: TestDatabase) {
        let world = World::new(db, "guard = \"off\"", FILE).await;
        let (node, clock) = world.node().await;
        world.sink.always(Stage::Recipient, Fault::Answer("452 4.2.2 Mailbox full"));
        let mut dead = 0;
        for (mails, bad) in [(4, false), (1, true)] {
            for _ in 0..mails {
                clock.advance(Duration::from_secs(3600));
                assert_eq!(sign_up(node.address, KEY, "FORM0001", "ada@post.example", false).await, 200);
            }
            dead += mails;
            world.deliveries_until(&["--state", "owed"], |rows| {
                rows.len() == mails && rows.iter().all(|r| r["in_hand"] == false && r["last_error"].is_string())
            }).await;
            // Three days are the patience.
            clock.advance(Duration::from_secs(3 * 24 * 3600 + 3600));
            world.deliveries_until(&["--state", "dead"], |rows| rows.len() == dead).await;
            assert_eq!(is_bad(node.address).await, bad, "after {dead}");
        }
        node.stop().await;
    }

    async fn a_confirmation_holds_nothing_that_a_stranger_typed(db: TestDatabase) {
        let world = World::new(db, "guard = \"off\"", GREETS).await;
        let (node, clock) = world.node().await;
        let typed = "Win 1000 at pills.example";
        let ask = async |first: &str, last: &str, confirm: &str| {
            let body = serde_json::json!({
                "ApiKey": KEY, "EmailAddress": "ada@post.example", "SignUpFormExternalID": "GREETS01",
                "ContactFields": {"FirstName": first, "LastName": last}, "RequireConfirmation": confirm,
            });
            let answer = testkit::http::post(node.address, "/webhooks/contact/signup.ashx", "application/json", body.to_string());
            assert_eq!(answer.await.expect("an answer").status(), 200);
            clock.advance(Duration::from_secs(3600));
        };
        // Nobody known, somebody known by a sign-up that was never confirmed, and somebody known.
        for (n, known, greeting) in [(1, false, "friend"), (2, false, "friend"), (3, true, "Ada")] {
            if known {
                ask("Ada", "Byron", "false").await;
            }
            ask(typed, &format!("{typed}{n}"), "true").await;
            let mails = world.sink.wait_for(n).await;
            let mail = &mails[n - 1];
            assert_eq!(mail.subject(), format!("{greeting}, please confirm"));
            let (text, html) = (mail.text(), mail.html());
            assert!(text.contains(&format!("Dear {greeting} ")) && html.contains(greeting), "{text}\n{html}");
            assert!(mail.link("/not-me/").is_some() && html.contains("/not-me/"), "{text}\n{html}");
            let raw = mail.raw();
            for piece in ["pills", "Win 1000"] {
                assert!(!raw.contains(piece) && !text.contains(piece) && !html.contains(piece), "{raw}");
            }
        }
        node.stop().await;
    }
}
