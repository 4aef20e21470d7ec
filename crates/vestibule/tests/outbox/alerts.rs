//! Alert mails one by one and gathered.

use std::time::Duration;

use testkit::{TestDatabase, both_engines};

use crate::world::{KEY, World, sign_up};

fn form(alert: &str) -> String {
    format!(
        r#"
[[form]]
external_id = "FORM0001"
name = "News"
[form.actions]
alert_to = ["office@theatre.example"]
alert = "{alert}"
"#
    )
}

both_engines! {
    async fn a_digest_gathers_what_came_in_its_time(db: TestDatabase) {
        let world = World::new(db, "", &form("digest 15 minutes")).await;
        let (node, clock) = world.node().await;
        for n in 0..5 {
            sign_up(node.address, KEY, "FORM0001", &format!("person{n}@post.example"), false).await;
            // Order is that of time.
            clock.advance(Duration::from_millis(1));
        }
        world
            .deliveries_until(&["--lane", "mail"], |rows| {
                rows.len() == 5 && rows.iter().any(|r| r["last_error"] == "gathered for a digest")
            })
            .await;
        assert!(world.sink.mails().is_empty());
        clock.advance(Duration::from_secs(900));
        let mails = world.sink.wait_for(1).await;
        assert_eq!(mails[0].subject(), "News: 5 sign-ups and updates");
        let text = mails[0].text().replace('\r', "");
        let records: Vec<_> = text.trim_end().split("\n\n").collect();
        assert_eq!(records.len(), 5, "{text}");
        for (n, record) in records.iter().enumerate() {
            assert!(record.contains(&format!("EmailAddress: person{n}@post.example\n")), "{record}");
        }
        world.deliveries_until(&["--state", "done"], |rows| rows.len() == 5).await;
        node.stop().await;
    }

    async fn a_sell_out_morning_becomes_digests_by_itself(db: TestDatabase) {
        let world = World::new(db, "", &form("each")).await;
        let (node, clock) = world.node().await;
        for n in 0..23 {
            sign_up(node.address, KEY, "FORM0001", &format!("person{n}@post.example"), false).await;
            // Order is that of time.
            clock.advance(Duration::from_millis(1));
        }
        let mails = world.sink.wait_for(20).await;
        assert_eq!(mails[19].subject(), "News: person19@post.example signup");
        world
            .deliveries_until(&["--state", "owed"], |rows| {
                rows.len() == 3 && rows.iter().any(|r| r["last_error"] == "gathered for a digest")
            })
            .await;
        clock.advance(Duration::from_secs(900));
        let mails = world.sink.wait_for(21).await;
        assert_eq!(mails[20].subject(), "News: 3 sign-ups and updates");
        node.stop().await;
    }
}
