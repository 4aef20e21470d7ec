//! A receiver that takes nothing for days: tried again and again, then switched off, and somebody is told.

use std::time::Duration;

use model::{ManualClock, WebhookId};
use testkit::{TestDatabase, both_engines};

use crate::receiver::{Receiver, SECRET, standard};
use crate::world::{KEY, NOON, World, sign_up, until};

const FORM: &str = "[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n";

both_engines! {
    async fn days_of_failure_switch_an_endpoint_off_and_say_so(db: TestDatabase) {
        let receiver = Receiver::start().await;
        receiver.answer(&[("/dead", "500")]);
        let more = format!("name = \"CRM\"\nsecret = \"{SECRET}\"\nevents = [\"contact.created\"]");
        let alive = standard(&receiver.url("/alive"), "events = [\"contact.created\"]");
        let world = World::new(db, "alert_to = [\"office@theatre.example\"]",
            &format!("{FORM}{}{alive}", standard(&receiver.url("/dead"), &more))).await;
        let (node, clock) = world.node().await;
        assert_eq!(sign_up(node.address, KEY, "FORM0001", "ada@post.example", false).await, 200);
        let (mut attempts, mut pauses) = (0, Vec::new());
        let dead = loop {
            attempts += 1;
            let rows = world.deliveries_until(&["--lane", "webhook"], |rows| {
                rows.iter().any(|r| r["payload"]["url"] == receiver.url("/dead") && r["attempts"] == attempts && r["in_hand"] == false)
            }).await;
            let row = rows.into_iter().find(|r| r["payload"]["url"] == receiver.url("/dead")).expect("just seen");
            if row["state"] == "dead" {
                break row;
            }
            let due: jiff::Timestamp = row["due_at"].as_str().expect("a time").parse().expect("a time");
            let pause = Duration::from_micros(u64::try_from(due.as_microsecond() - now(&clock)).expect("later"));
            pauses.push(pause.as_secs());
            clock.advance(pause);
        };
        assert!((50..=70).contains(&pauses[0]), "{pauses:?}");
        assert!(pauses.is_sorted() || pauses.windows(2).all(|p| p[1] * 2 > p[0]), "{pauses:?}");
        let days = pauses.iter().sum::<u64>() as f64 / 86_400.0;
        assert!(days > 2.0, "{days} days, {pauses:?}");
        assert!(dead["last_error"].as_str().is_some_and(|e| e.contains("switched off")), "{dead}");
        let ids: std::collections::HashSet<_> = receiver.at("/dead").iter().map(|k| k.id().to_owned()).collect();
        assert_eq!(ids.len(), 1, "one id over {attempts} attempts");
        assert_eq!(receiver.at("/alive").len(), 1);

        let alert = world.sink.wait_for_mail_to("office@theatre.example").await;
        assert_eq!(alert.subject(), "Webhook switched off: CRM");
        assert!(alert.text().contains("vestibule webhook enable --account theatre \"CRM\""), "{}", alert.text());
        assert!(world.done(["webhook", "list"]).await.contains("switched off"));
        // What happens now is told to the others only.
        sign_up(node.address, KEY, "FORM0001", "bob@post.example", false).await;
        receiver.until("/alive", |kept| kept.len() == 2).await;
        assert_eq!(world.deliveries(&["--lane", "webhook"]).await.len(), 3);

        receiver.answer(&[]);
        let account = node.store().directory().all()[0].clone();
        let crm = account.webhooks.iter().find(|(_, e)| e.name.is_some()).map(|(id, _)| *id);
        node.store().trust_webhook_again(account.id, crm.unwrap_or(WebhookId(0))).await.expect("done");
        let id = model::DeliveryId(dead["id"].as_i64().expect("a number"));
        node.store().replay(account.id, vec![id]).await.expect("done");
        until("it is told", async || receiver.at("/dead").last().is_some_and(|k| k.mode == "200")).await;
        sign_up(node.address, KEY, "FORM0001", "eve@post.example", false).await;
        until("it is told again", async || receiver.at("/dead").last().is_some_and(|k| k.body.contains("eve@"))).await;
        assert!(!world.done(["webhook", "list"]).await.contains("switched off"));

        // What ended long ago is cleared up, what is owed stays.
        world.deliveries_until(&["--lane", "webhook"], |rows| rows.len() == 5 && rows.iter().all(|r| r["state"] == "done")).await;
        receiver.answer(&[("/dead", "500")]);
        sign_up(node.address, KEY, "FORM0001", "joe@post.example", false).await;
        world.deliveries_until(&["--lane", "webhook"], |rows| rows.len() == 7 && rows.iter().all(|r| r["in_hand"] == false)).await;
        let later = model::Timestamp(now(&clock)).plus(Duration::from_secs(60));
        assert_eq!(node.store().forget_webhooks(later, later, 4).await.expect("done"), 4);
        assert_eq!(node.store().forget_webhooks(later, later, 4).await.expect("done"), 2);
        assert_eq!(node.store().forget_webhooks(later, later, 4).await.expect("done"), 0);
        let left = world.deliveries(&["--lane", "webhook"]).await;
        assert_eq!((left.len(), left[0]["state"].as_str()), (1, Some("owed")));
        node.stop().await;
    }
}

fn now(clock: &ManualClock) -> i64 {
    use model::Clock as _;
    clock.now().0.max(NOON.0)
}
