//! Several nodes over one PostgreSQL: each job is done once, and what a node that died had begun is taken over.

use std::collections::HashSet;
use std::time::Duration;

use model::Ambient;
use testkit::TestDatabase;
use testkit::smtp_sink::{Fault, Stage};

use crate::world::{KEY, World, sign_up};

const FILE: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"

[[form]]
external_id = "FORM0002"
name = "Welcome"
[form.actions]
automation = "WELCOME1"

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [{ delay = "1 day" }, { send_mail = { subject = "A day later", text = "Hello" } }]
"#;

/// More than a node takes at one time.
const PEOPLE: usize = 150;
/// Mails that a node has in its hands when it dies.
const BEGUN: usize = 3;

#[tokio::test]
async fn nodes_do_each_job_once_and_take_over_what_a_dead_one_had_begun() {
    let mut world = World::new(TestDatabase::postgres(), "", FILE).await;
    world.launch = world.launch.clone().setting("VESTIBULE_MAIL_WAIT", "0");
    world.sink.times(BEGUN, Stage::Message, Fault::Hang);
    let dies = world.launch.start().await;
    for n in 0..BEGUN {
        sign_up(dies.address(), KEY, "FORM0001", &format!("begun{n}@post.example"), true).await;
    }
    world.sink.wait_for_hung(BEGUN).await;
    dies.kill().await;
    world.sink.heal();
    let held = world.deliveries(&["--state", "owed"]).await;
    assert!(held.len() == BEGUN && held.iter().all(|r| r["in_hand"] == true), "{held:?}");

    let (one, clock) = world.node().await;
    let other = world.node_at(Ambient::with_clock(clock.clone())).await;
    // Half a minute after the kill; how long the test took to come here is no part of it.
    clock.set(Ambient::system().now().plus(Duration::from_secs(30)));
    let mails = world.sink.wait_for(BEGUN).await;
    let to: HashSet<_> = mails.iter().map(|m| m.to[0].clone()).collect();
    assert_eq!((to.len(), mails.len()), (BEGUN, BEGUN), "each once");

    for n in 0..PEOPLE {
        let node = if n % 2 == 0 { &one } else { &other };
        assert_eq!(sign_up(node.address, KEY, "FORM0002", &format!("p{n}@post.example"), false).await, 200);
    }
    let all = ["--state", "owed", "--limit", "1000"];
    world.deliveries_until(&all, |rows| rows.len() == PEOPLE && rows.iter().all(|r| r["in_hand"] == false)).await;
    clock.advance(Duration::from_secs(24 * 3600 + 1));
    let mails = world.sink.wait_for(BEGUN + PEOPLE).await;
    world.deliveries_until(&all, <[_]>::is_empty).await;
    let to: HashSet<_> = mails.iter().map(|m| m.to[0].clone()).collect();
    assert_eq!((to.len(), world.sink.mails().len()), (BEGUN + PEOPLE, BEGUN + PEOPLE), "each once");
    one.stop().await;
    other.stop().await;
}
