//! Each account's way out: its own server, sender, return path and rates, else the installation's; and whose turn it is.

use std::time::Duration;

use testkit::smtp_sink::{Fault, Stage};
use testkit::{SmtpSink, TestDatabase, both_engines};

use crate::world::{KEY, World, file, sign_up, until};

const FORM: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
"#;

const WELCOME: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
[form.actions]
automation = "WELCOME1"

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [{ send_mail = { subject = "Welcome", text = "Hello" } }]
"#;

both_engines! {
    async fn what_an_account_does_not_say_the_installation_does(db: TestDatabase) {
        let mut world = World::new(db, "[mail]\nreturn_path = \"bounces@theatre.example\"", FORM).await;
        let own = SmtpSink::start().await;
        let (plain, other) = ("55555555-2222-4333-8444-555555555555", "66666666-2222-4333-8444-555555555555");
        let unsaid = file("unsaid", plain, "", FORM).replace("from = \"The Theatre <hello@unsaid.example>\"\n", "");
        world.apply(&unsaid).await;
        world.apply(&file("own", other, "[mail]\nurl_env = \"OWN_MAIL_URL\"", FORM)).await;
        world.launch = world.launch.clone()
            .setting("OWN_MAIL_URL", own.url())
            .setting("VESTIBULE_MAIL_FROM", "Everybody <post@house.example>")
            .setting("VESTIBULE_MAIL_RETURN_PATH", "bounces@house.example");
        let running = world.launch.start().await;
        for (key, email) in [(KEY, "a@post.example"), (plain, "b@post.example"), (other, "c@post.example")] {
            assert_eq!(sign_up(running.address(), key, "FORM0001", email, true).await, 200);
        }
        let seen = |mail: &testkit::Mail| (mail.from.clone(), mail.header("From").expect("a sender"));
        let says = |from: &str, sender: &str| (from.to_owned(), sender.to_owned());
        let of = async |sink: &SmtpSink, email| seen(&sink.wait_for_mail_to(email).await);
        assert_eq!(of(&world.sink, "a@post.example").await, says("bounces@theatre.example", "\"The Theatre\" <hello@theatre.example>"));
        assert_eq!(of(&world.sink, "b@post.example").await, says("bounces@house.example", "Everybody <post@house.example>"));
        assert_eq!(of(&own, "c@post.example").await, says("bounces@house.example", "\"The Theatre\" <hello@own.example>"));
        assert_eq!((world.sink.mails().len(), own.mails().len()), (2, 1));
    }

    async fn mail_goes_at_the_rates_of_account_and_domain(db: TestDatabase) {
        let rates = "[mail]\nrate_per_minute = 600\ndomain_rates = [{ domain = \"slow.example\", per_minute = 12 }]";
        let world = World::new(db, rates, FORM).await;
        let (node, clock) = world.node().await;
        for n in 0..6 {
            for domain in ["slow.example", "post.example"] {
                sign_up(node.address, KEY, "FORM0001", &format!("p{n}@{domain}"), true).await;
            }
        }
        // Twelve a minute: two at once, then one every five seconds.
        let to = |domain: &str| world.sink.mails().iter().filter(|m| m.to[0].ends_with(domain)).count();
        until("what may go at once", async || to("@post.example") == 6 && to("@slow.example") == 2).await;
        let waits = |rows: &[serde_json::Value]| {
            rows.len() == 4 && rows.iter().all(|r| r["last_error"] == "waits for the account's rate" && r["attempts"] == 0)
        };
        world.deliveries_until(&["--state", "owed"], waits).await;
        let mut seconds = 0;
        while to("@slow.example") < 6 {
            clock.advance(Duration::from_secs(1));
            seconds += 1;
            tokio::time::sleep(Duration::from_millis(150)).await;
            assert!(to("@slow.example") <= 2 + seconds / 5, "faster than one in five seconds");
            assert!(seconds < 120, "slower than it may go");
        }
        node.stop().await;
    }

    async fn confirmations_overtake_all_other_mail(db: TestDatabase) {
        let mut world = World::new(db, "", WELCOME).await;
        // Four connections, three of them for mail that can wait; the server is stuck with every mail it has begun.
        world.launch = world.launch.clone().setting("VESTIBULE_MAIL_URL", format!("{}?connections=4&timeout=20", world.sink.url()));
        world.sink.times(3, Stage::Message, Fault::Hang);
        let running = world.launch.start().await;
        for n in 0..60 {
            assert_eq!(sign_up(running.address(), KEY, "FORM0001", &format!("p{n}@post.example"), false).await, 200);
        }
        world.sink.wait_for_hung(3).await;
        let before = world.sink.mails().len();
        let started = std::time::Instant::now();
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "ada@post.example", true).await, 200);
        world.sink.wait_for_mail_to("ada@post.example").await;
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        assert!(before < 60 && world.sink.mails().len() <= before + 1, "the others wait");
        world.sink.heal();
        world.deliveries_until(&["--state", "owed"], |rows| rows.len() <= 3).await;
    }
}

#[tokio::test]
async fn two_nodes_keep_to_one_rate() {
    let world = World::new(TestDatabase::postgres(), "[mail]\nrate_per_minute = 120", FORM).await;
    let (one, clock) = world.node().await;
    let other = world.node_at(model::Ambient::with_clock(clock.clone())).await;
    for n in 0..30 {
        for node in [&one, &other] {
            let email = format!("p{n}.{}@post.example", node.address.port());
            sign_up(node.address, KEY, "FORM0001", &email, true).await;
        }
    }
    // Ten seconds' worth of two a second go at once, over both; twice that would be each node's own rate.
    until("what may go at once", async || world.sink.mails().len() == 20).await;
    let waiting = |rows: &[serde_json::Value]| rows.len() == 40 && rows.iter().all(|r| r["in_hand"] == false);
    world.deliveries_until(&["--state", "owed", "--limit", "100"], waiting).await;
    assert_eq!(world.sink.mails().len(), 20);
    clock.advance(Duration::from_secs(5));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let went = world.sink.mails().len();
    assert!((21..=30).contains(&went), "{went}");
    one.stop().await;
    other.stop().await;
}
