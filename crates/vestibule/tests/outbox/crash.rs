//! kill -9 between commit and delivery, and in the middle of one.

use std::collections::HashMap;

use testkit::smtp_sink::{Fault, Stage};
use testkit::{TestDatabase, both_engines};

use crate::world::{KEY, World, sign_up, until};

const ROUNDS: usize = 3;
const EACH: usize = 12;

const FILE: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
[form.actions]
automation = "WELCOME1"

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [{ add_tag = "Welcomed" }, { send_mail = { subject = "Welcome", text = "Hello" } }, { add_tag = "Seen" }]
"#;

both_engines! {
    async fn nothing_owed_is_lost_and_nothing_goes_out_more_than_twice(db: TestDatabase) {
        let mut world = World::new(db, "", FILE).await;
        world.launch = world.launch.clone().setting("VESTIBULE_MAIL_WAIT", "0");
        let mut accepted = Vec::new();
        for round in 0..ROUNDS {
            // The first round dies between commit and delivery, the others in the middle of some.
            if round == 0 {
                world.sink.always(Stage::Greeting, Fault::Hang);
            } else {
                world.sink.times(EACH / 2, Stage::Message, Fault::Hang);
            }
            let running = world.launch.start().await;
            for n in 0..EACH {
                let (email, confirm) = (format!("person{round}.{n}@post.example"), n % 2 == 0);
                let status = sign_up(running.address(), KEY, "FORM0001", &email, confirm).await;
                assert_eq!(status, if confirm { 206 } else { 200 });
                accepted.push(email);
            }
            if round > 0 {
                world.sink.wait_for_hung(1).await;
            }
            running.kill().await;
            world.sink.heal();
        }
        // Where nodes may share the database, the dead node's leases run out first.
        let running = world.launch.start().await;
        let all_done = async || world.deliveries(&["--state", "owed"]).await.is_empty();
        let mut waited = 0;
        while !all_done().await {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            waited += 1;
            assert!(waited < 240, "{:#?}", world.deliveries(&["--state", "owed"]).await);
        }
        let mut copies: HashMap<String, usize> = HashMap::new();
        for mail in world.sink.mails() {
            *copies.entry(mail.to[0].clone()).or_default() += 1;
        }
        for email in &accepted {
            let count = copies.get(email).copied().unwrap_or(0);
            assert!((1..=2).contains(&count), "{email}: {count}");
        }
        let rows = world.deliveries(&["--limit", "1000"]).await;
        assert!(rows.iter().all(|r| r["state"] == "done"), "{rows:#?}");
        until("it still answers", async || sign_up(running.address(), KEY, "FORM0001", "z@post.example", false).await == 200)
            .await;
    }
}
