//! Automations over days that pass by hand, restarts and edits in between.

use std::time::Duration;

use model::{Ambient, ManualClock};
use store::ContactKey;
use testkit::{TestDatabase, both_engines};
use vestibule::Node;

use crate::world::{KEY, NOON, World, file, sign_up, until};

const FILE: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
fields = [{ field = "FirstName" }]
[form.actions]
automation = "WELCOME1"

[[form]]
external_id = "FORM0002"
name = "Seen"
[form.actions]
tags = ["Seen"]

[[automation]]
external_id = "WELCOME1"
name = "Welcome"
steps = [
  { add_tag = "Welcomed" },
  { send_mail = { subject = "Welcome, {{FirstName default=friend}}", text = "Hello {{trx:Code default=none}}\n{{PreferencesLink}}\n{{UnsubscribeLink}}" } },
  { delay = "7 days" },
  { send_mail = { subject = "A week later", text = "Hello again" } },
  { join_list = "NEWS0001" },
  { webhook = "http://127.0.0.1:9/hook" },
  { stop_if = { has_tag = "Welcomed" } },
  { send_mail = { subject = "Never", text = "x" } },
]

[[automation]]
external_id = "ONSEEN01"
name = "On seen"
repeatable = true
start_on = [{ tag = "Seen" }]
steps = [{ send_mail = { subject = "Seen", text = "We saw you" } }]
"#;

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// The names of a contact's tags and lists.
async fn marks(node: &Node, email: &str) -> Vec<String> {
    let directory = node.store().directory();
    let account = &directory.all()[0];
    let key = ContactKey::Email(email.to_owned());
    let found = node.store().contact(account.id, key).await.expect("the store answers").expect("a contact");
    let tags = found.tags.iter().filter_map(|t| account.tag(t.tag).map(|t| t.name.clone()));
    let lists = found.lists.iter().filter_map(|(l, _)| account.list(*l).map(|l| l.external_id.clone()));
    tags.chain(lists).collect()
}

both_engines! {
    async fn a_week_passes_over_a_restart_and_an_edit(db: TestDatabase) {
        let world = World::new(db, "", FILE).await;
        let (node, clock) = world.node().await;
        assert_eq!(sign_up(node.address, KEY, "FORM0001", "ada@post.example", false).await, 200);
        let welcome = world.sink.wait_for_mail_to("ada@post.example").await;
        assert_eq!(welcome.subject(), "Welcome, Ada");
        assert!(welcome.text().starts_with("Hello none"), "{}", welcome.text());
        for path in ["/preferences/", "/unsubscribe/"] {
            assert!(welcome.link(path).is_some_and(|l| l.starts_with("https://signup.theatre.example/")), "{path}");
        }
        assert_eq!(welcome.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
        // The pause begins when the step before it is noted.
        world.deliveries_until(&[], |rows| rows.len() == 3 && rows.iter().any(|r| r["state"] == "owed" && r["in_hand"] == false)).await;
        assert!(marks(&node, "ada@post.example").await.contains(&"Welcomed".to_owned()));

        // Not repeatable: a second sign-up begins nothing.
        clock.advance(Duration::from_secs(3600));
        sign_up(node.address, KEY, "FORM0001", "ada@post.example", false).await;
        world.deliveries_until(&[], |rows| rows.len() == 3 && rows.iter().any(|r| r["state"] == "owed" && r["in_hand"] == false)).await;
        node.stop().await;

        let edited = FILE.replace("A week later", "Edited").replace("7 days", "1 minute").replace("Hello again", "Edited");
        world.apply(&file("theatre", KEY, "", &edited)).await;
        let clock = ManualClock::at(NOON.plus(WEEK).minus(Duration::from_secs(60)));
        let node = world.node_at(Ambient::with_clock(clock.clone())).await;
        // Somebody new passes the edited automation, the one inside keeps what it began with.
        sign_up(node.address, KEY, "FORM0001", "bob@post.example", false).await;
        world.sink.wait_for_mail_to("bob@post.example").await;
        world.deliveries_until(&["--state", "owed"], |rows| rows.len() == 2).await;
        clock.advance(Duration::from_secs(61));
        let mails = world.sink.wait_for(4).await;
        let last = |to: &str| mails.iter().rev().find(|m| m.to[0] == to).map(testkit::Mail::subject);
        assert_eq!(last("ada@post.example").as_deref(), Some("A week later"));
        assert_eq!(last("bob@post.example").as_deref(), Some("Edited"));
        let on_list = async || marks(&node, "ada@post.example").await.contains(&"NEWS0001".to_owned());
        until("the list was joined", on_list).await;
        let calls = world.deliveries_until(&["--lane", "webhook"], |rows| rows.len() == 2).await;
        assert_eq!(calls[0]["payload"]["url"], "http://127.0.0.1:9/hook");
        world.deliveries_until(&["--lane", "mail"], |rows| rows.iter().all(|r| r["state"] == "done")).await;
        assert_eq!(world.sink.mails().len(), 4, "the run stopped where its condition held");
        node.stop().await;
    }

    async fn a_tag_starts_one_and_a_bad_address_does_not_stop_the_steps(db: TestDatabase) {
        let world = World::new(db, "", FILE).await;
        let (node, clock) = world.node().await;
        sign_up(node.address, KEY, "FORM0002", "ada@post.example", false).await;
        world.sink.wait_for(1).await;
        clock.advance(Duration::from_secs(120));
        sign_up(node.address, KEY, "FORM0002", "ada@post.example", false).await;
        let mails = world.sink.wait_for(2).await;
        assert!(mails.iter().all(|m| m.subject() == "Seen"));

        world.sink.refuse_recipient("bob@post.example");
        sign_up(node.address, KEY, "FORM0001", "bob@post.example", false).await;
        world.deliveries_until(&["--state", "dead"], |rows| rows.len() == 1).await;
        world.deliveries_until(&["--state", "owed"], |rows| rows.len() == 1 && rows[0]["in_hand"] == false).await;
        world.sink.heal();
        clock.advance(WEEK);
        let on_list = async || marks(&node, "bob@post.example").await.contains(&"NEWS0001".to_owned());
        until("the later steps ran", on_list).await;
        assert_eq!(world.sink.mails().len(), 2, "nothing is mailed to an address that takes no mail");
        node.stop().await;
    }

    async fn a_simulation_tells_the_future_and_does_nothing(db: TestDatabase) {
        let world = World::new(db, "", FILE).await;
        let (node, _clock) = world.node().await;
        sign_up(node.address, KEY, "FORM0002", "ada@post.example", false).await;
        world.sink.wait_for(1).await;
        let said = world.done(["automation", "simulate", "welcome1", "--contact", "ADA@post.example"]).await;
        let lines: Vec<_> = said.lines().map(|l| l.split_once("  ").expect("a time and what happens")).collect();
        let what: Vec<_> = lines.iter().map(|(_, what)| *what).collect();
        assert_eq!(
            what,
            [
                "apply the tag Welcomed",
                "mail to ada@post.example: Welcome, Ada",
                "mail to ada@post.example: A week later",
                "join the list NEWS0001",
                "call http://127.0.0.1:9/hook",
                "stop: the condition holds",
            ]
        );
        let at = |n: usize| lines[n].0.parse::<jiff::Timestamp>().expect("a time");
        assert_eq!((at(2) - at(1)).total(jiff::Unit::Second).expect("a span") as u64, WEEK.as_secs());
        assert!(world.refused(["automation", "simulate", "X", "--contact", "a@b.example"]).await.contains("WELCOME1"));
        assert!(world.refused(["automation", "simulate", "WELCOME1", "--contact", "no@post.example"]).await.contains("no contact"));
        assert_eq!(world.sink.mails().len(), 1);
        node.stop().await;
    }
}
