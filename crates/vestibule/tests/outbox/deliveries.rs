//! The outbox with a mail server that fails, and what an operator sees and does about it.

use testkit::smtp_sink::{Fault, Stage};
use testkit::{SmtpSink, TestDatabase, both_engines};

use crate::world::{KEY, World, file, sign_up, until};

const FORM: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
fields = [{ field = "FirstName" }]
[form.actions]
alert_to = ["office@theatre.example"]
"#;

const SIGN_UP_OK: u16 = 200;
const SIGN_UP_WITHOUT_MAIL: u16 = 206;

both_engines! {
    async fn what_a_server_puts_off_is_seen_and_can_be_replayed(db: TestDatabase) {
        let world = World::new(db, "", FORM).await;
        world.sink.times(1, Stage::Recipient, Fault::Answer("451 4.3.0 Try later"));
        world.sink.times(1, Stage::Message, Fault::Close);
        let server = world.launch.start().await;
        assert_eq!(sign_up(server.address(), KEY, "FORM0001", "ada@post.example", true).await, SIGN_UP_WITHOUT_MAIL);
        let waits = |error: &'static str, attempts: i64| {
            move |rows: &[serde_json::Value]| {
                rows.len() == 1
                    && rows[0]["attempts"] == attempts
                    && rows[0]["last_error"].as_str().is_some_and(|e| e.contains(error))
            }
        };
        let rows = world.deliveries_until(&[], waits("451", 1)).await;
        assert_eq!((rows[0]["state"].as_str(), rows[0]["lane"].as_str()), (Some("owed"), Some("confirmation")));
        let id = rows[0]["id"].to_string();
        world.done(["deliveries", "replay", &id]).await;
        world.deliveries_until(&[], waits("", 2)).await;
        world.deliveries_until(&[], |rows| rows[0]["in_hand"] == false).await;
        world.done(["deliveries", "replay", &id]).await;
        world.sink.wait_for_mail_to("ada@post.example").await;
        world.deliveries_until(&["--state", "done"], |rows| rows.len() == 1).await;
        let shown = world.done(["deliveries", "show", &id]).await;
        for part in ["attempt 1 ", "again", "temporary: 451", "attempt 2 ", "attempt 3 ", "done", "lane confirmation"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert!(world.refused(["deliveries", "replay", &id]).await.contains("over already"));
        assert!(world.refused(["deliveries", "drop", "987654321"]).await.contains("no delivery 987654321"));
        // One confirmation: the mail that broke off in the middle was not taken.
        assert_eq!(world.sink.mails().len(), 1);
    }

    async fn a_refused_recipient_marks_the_address_and_a_dropped_row_stays_dropped(db: TestDatabase) {
        let world = World::new(db, "", FORM).await;
        world.sink.refuse_recipient("nobody@post.example");
        let server = world.launch.start().await;
        assert_eq!(sign_up(server.address(), KEY, "FORM0001", "nobody@post.example", true).await, SIGN_UP_WITHOUT_MAIL);
        let dead = world.deliveries_until(&["--state", "dead"], |rows| rows.len() == 1).await;
        assert!(dead[0]["last_error"].as_str().is_some_and(|e| e.starts_with("permanent_recipient: 550")), "{dead:?}");
        assert!(!dead[0]["last_error"].to_string().contains("nobody"));
        // Known to be bad: nothing more is mailed to it.
        assert_eq!(sign_up(server.address(), KEY, "FORM0001", "nobody@post.example", true).await, 206);
        let metrics = testkit::http::get(server.ops_address(), "/metrics").await.expect("an answer").text();
        for line in ["vestibule_mail_faults_total{kind=\"permanent_recipient\"} 1", "state=\"dead\"} 1"] {
            assert!(metrics.contains(line), "{line} in {metrics}");
        }
        let id = dead[0]["id"].to_string();
        world.done(["deliveries", "drop", &id]).await;
        let rows = world.deliveries(&[]).await;
        assert_eq!((rows.len(), rows[0]["state"].as_str()), (1, Some("withdrawn")));
        assert_eq!(world.done(["deliveries", "replay", "--dead"]).await.trim(), "There is none.");
    }

    async fn alerts_to_one_address_keep_their_order_and_hold_up_nobody_else(db: TestDatabase) {
        let other = FORM.replace("FORM0001", "FORM0002").replace("office@", "second@");
        let world = World::new(db, "", &format!("{FORM}{other}")).await;
        world.sink.refuse_recipient("nobody@theatre.example");
        world.sink.times(1, Stage::Recipient, Fault::Answer("450 4.2.0 busy"));
        let server = world.launch.start().await;
        for n in 0..3 {
            let email = format!("person{n}@post.example");
            assert_eq!(sign_up(server.address(), KEY, "FORM0001", &email, false).await, SIGN_UP_OK);
        }
        let stuck = |rows: &[serde_json::Value]| rows.last().is_some_and(|r| r["attempts"] == 1 && r["in_hand"] == false);
        let rows = world.deliveries_until(&["--lane", "mail"], stuck).await;
        assert_eq!(sign_up(server.address(), KEY, "FORM0002", "other@post.example", false).await, SIGN_UP_OK);
        world.sink.wait_for_mail_to("second@theatre.example").await;
        assert_eq!(world.sink.mails().len(), 1, "the later alerts wait for the first");
        world.done(["deliveries", "replay", &rows[2]["id"].to_string()]).await;
        let mails = world.sink.wait_for(4).await;
        let subjects: Vec<_> = mails[1..].iter().map(|m| m.subject()).collect();
        assert_eq!(subjects, [0, 1, 2].map(|n| format!("News: person{n}@post.example signup")));
    }

    async fn an_account_with_a_hanging_server_holds_up_nobody(db: TestDatabase) {
        let hanging = SmtpSink::start().await;
        hanging.always(Stage::Recipient, Fault::Hang);
        let mut world = World::new(db, "", FORM).await;
        let slow_key = "99999999-2222-4333-8444-555555555555";
        let slow = file("slow", slow_key, "[mail]\nurl_env = \"SLOW_MAIL_URL\"", FORM);
        world.apply(&slow).await;
        world.launch = world.launch.clone().setting("SLOW_MAIL_URL", hanging.url()).setting("VESTIBULE_MAIL_WAIT", "0");
        let server = world.launch.start().await;
        for n in 0..80 {
            let email = format!("person{n}@post.example");
            assert_eq!(sign_up(server.address(), slow_key, "FORM0001", &email, n % 2 == 0).await, if n % 2 == 0 { 206 } else { 200 });
        }
        hanging.wait_for_hung(10).await;
        let started = std::time::Instant::now();
        sign_up(server.address(), KEY, "FORM0001", "ada@post.example", true).await;
        world.sink.wait_for_mail_to("ada@post.example").await;
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
        until("nothing of the slow account went to the other server", async || world.sink.mails().len() == 1).await;
    }
}
