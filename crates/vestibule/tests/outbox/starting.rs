//! What begins an automation, and everything that its steps can do.

use std::time::Duration;

use model::{Ambient, ManualClock};
use store::ContactKey;
use testkit::{TestDatabase, both_engines};
use vestibule::Node;

use crate::world::{KEY, NOON, World, sign_up, until};

const FILE: &str = r#"
[[mailing_list]]
external_id = "GUESTS01"
name = "Guests"

[[form]]
external_id = "FORM0001"
name = "Plain"

[[form]]
external_id = "FORM0002"
name = "Guests"
[form.actions]
lists = ["GUESTS01"]

[[form]]
external_id = "FORM0003"
name = "Once"
[form.actions]
automation = "ONCE0001"

[[automation]]
external_id = "ONCE0001"
name = "Once"
steps = [{ send_mail = { subject = "Once {{trx:Seat default=anywhere}}", text = "Hello" } }]

[[automation]]
external_id = "AGAIN001"
name = "Again"
repeatable = true
steps = [{ send_mail = { subject = "Again", text = "Hello" } }]

[[automation]]
external_id = "ONLIST01"
name = "On list"
start_on = [{ list = "GUESTS01" }]
steps = [
  { add_tag = "Welcomed" },
  { remove_tag = "Welcomed" },
  { add_tag = "Seen" },
  { join_list = "NEWS0001" },
  { send_mail = { subject = "To guests", text = "{{UnsubscribeLink}}", list = "GUESTS01" } },
  { send_mail = { subject = "To everybody", text = "{{UnsubscribeLink}}" } },
  { stop_if = { lacks_tag = "Seen" } },
  { stop_if = { not_on_list = "NEWS0001" } },
  { leave_list = "NEWS0001" },
  { delay = "1 day" },
  { send_mail = { subject = "To guests a day later", text = "Hello", list = "GUESTS01" } },
  { stop_if = { on_list = "NEWS0001" } },
  { send_mail = { subject = "The end", text = "Hello" } },
]
"#;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A contact's tags and lists.
async fn marks(node: &Node, email: &str) -> Vec<String> {
    let directory = node.store().directory();
    let account = &directory.all()[0];
    let found = node.store().contact(account.id, ContactKey::Email(email.to_owned())).await.expect("the store answers");
    let found = found.expect("a contact");
    let tags = found.tags.iter().filter_map(|t| account.tag(t.tag).map(|t| t.name.clone()));
    let lists = found.lists.iter().filter_map(|(l, _)| account.list(*l).map(|l| l.external_id.clone()));
    let mut all: Vec<_> = tags.chain(lists).collect();
    all.sort();
    all
}

both_engines! {
    async fn people_and_calls_put_contacts_into_automations(db: TestDatabase) {
        let world = World::new(db, "", FILE).await;
        let (node, clock) = world.node().await;
        sign_up(node.address, KEY, "FORM0001", "ada@post.example", false).await;
        sign_up(node.address, KEY, "FORM0001", "waits@post.example", true).await;
        world.sink.wait_for_mail_to("waits@post.example").await;
        let add = |id: &str, more: &[&str]| {
            let first = ["automation", "add", id, "--contact", "Ada@post.example"];
            first.iter().chain(more).map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(world.done(add("once0001", &["--trx", "Seat=A 7"])).await.contains("has begun"));
        // The command's clock is the machine's own: what it owes is due by that.
        let catch_up = || clock.set(Ambient::system().now());
        catch_up();
        let mails = world.sink.wait_for(2).await;
        assert_eq!(mails[1].subject(), "Once A 7");
        assert!(world.done(add("ONCE0001", &[])).await.contains("is not repeatable"));
        for n in 3..5 {
            assert!(world.done(add("AGAIN001", &[])).await.contains("has begun"));
            catch_up();
            world.sink.wait_for(n).await;
        }
        // A call: the same verb that the HTTP door speaks to.
        let account = node.store().directory().all()[0].clone();
        let intake = intake::Intake::new(node.store().clone(), intake::IntakeSettings::default());
        let ada = model::EmailAddress::parse("ada@post.example").expect("an address");
        let call = async |id: &str, who: &model::EmailAddress| {
            let trx = [("SEAT".to_owned(), "B 1".to_owned())];
            intake.start_automation(&account, id, who, trx.into()).await
        };
        assert_eq!(call("ONCE0001", &ada).await, Ok(false));
        assert_eq!(call("again001", &ada).await, Ok(true));
        world.sink.wait_for(5).await;
        assert_eq!(call("NOSUCH01", &ada).await, Err(model::Refusal::NotFound));
        let waits = model::EmailAddress::parse("waits@post.example").expect("an address");
        assert_eq!(call("AGAIN001", &waits).await, Err(model::Refusal::NotFound), "nobody unconfirmed");
        for (arguments, says) in [
            (add("NOSUCH01", &[]), "there are: ONCE0001, AGAIN001"),
            (add("ONCE0001", &["--trx", "Seat"]), "NAME=VALUE"),
            (vec!["automation".into(), "add".into(), "ONCE0001".into(), "--contact".into(), "no@post.example".into()], "no confirmed contact"),
            (vec!["automation".into(), "add".into(), "ONCE0001".into(), "--contact".into(), "waits@post.example".into()], "no confirmed contact"),
            (vec!["automation".into(), "add".into(), "ONCE0001".into(), "--contact".into(), "nobody".into()], "is no address"),
        ] {
            let output = world.launch.run(&arguments).await;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains(says), "{arguments:?}: {said}");
        }
        assert_eq!(world.sink.mails().len(), 5);
        // A sign-up begins one when its link is followed, and no earlier.
        sign_up(node.address, KEY, "FORM0003", "eve@post.example", true).await;
        let mail = world.sink.wait_for_mail_to("eve@post.example").await;
        let rows = world.deliveries_until(&["--state", "owed"], <[_]>::is_empty).await;
        assert!(rows.is_empty() && world.sink.mails().len() == 6);
        let link = mail.link("/confirm/").expect("a link").replace("https://signup.theatre.example", "");
        for status in [200, 200] {
            let answer = testkit::http::post(node.address, &link, "application/x-www-form-urlencoded", "").await;
            assert_eq!(answer.expect("an answer").status(), status);
        }
        let mails = world.sink.wait_for(7).await;
        assert_eq!((mails[6].subject().as_str(), mails[6].to[0].as_str()), ("Once anywhere", "eve@post.example"));
        world.deliveries_until(&["--state", "owed"], <[_]>::is_empty).await;
        assert_eq!(world.sink.mails().len(), 7);
        node.stop().await;
    }

    async fn a_list_starts_one_and_every_step_does_what_it_says(db: TestDatabase) {
        let world = World::new(db, "", FILE).await;
        let (node, clock) = world.node().await;
        sign_up(node.address, KEY, "FORM0002", "ada@post.example", false).await;
        let mails = world.sink.wait_for(2).await;
        assert_eq!([mails[0].subject(), mails[1].subject()], ["To guests", "To everybody"]);
        world.deliveries_until(&["--state", "owed"], |rows| rows.len() == 1 && rows[0]["in_hand"] == false).await;
        assert_eq!(marks(&node, "ada@post.example").await, ["GUESTS01", "Seen"]);
        // A mail for a list leaves that list with one click, any other everything.
        let unsubscribe = |n: usize| {
            let header = mails[n].header("List-Unsubscribe").expect("a header");
            assert_eq!(mails[n].header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
            let url = header.trim_matches(['<', '>']).to_owned();
            assert_eq!(mails[n].link("/unsubscribe/").as_deref(), Some(url.as_str()));
            url.replace("https://signup.theatre.example", "")
        };
        let (of_list, of_all) = (unsubscribe(0), unsubscribe(1));
        assert_ne!(of_list, of_all);
        let kind = "application/x-www-form-urlencoded";
        let answer = testkit::http::post(node.address, &of_list, kind, "List-Unsubscribe=One-Click").await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(marks(&node, "ada@post.example").await, ["Seen"]);

        // Who left the list gets no more of its mail, and what follows still comes.
        clock.advance(DAY);
        let mails = world.sink.wait_for(3).await;
        assert_eq!(mails[2].subject(), "The end");
        world.deliveries_until(&["--state", "owed"], <[_]>::is_empty).await;

        // It is not repeatable: joining the list again begins nothing.
        sign_up(node.address, KEY, "FORM0002", "ada@post.example", false).await;
        until("the list is joined", async || marks(&node, "ada@post.example").await.contains(&"GUESTS01".to_owned())).await;
        assert!(world.deliveries(&["--state", "owed"]).await.is_empty());
        assert_eq!(world.sink.mails().len(), 3);
        node.stop().await;
    }

    async fn a_clock_that_is_set_changes_when_and_not_whether(db: TestDatabase) {
        let world = World::new(db, "", FILE).await;
        let (node, clock) = world.node().await;
        sign_up(node.address, KEY, "FORM0002", "ada@post.example", false).await;
        world.sink.wait_for(2).await;
        world.deliveries_until(&["--state", "owed"], |rows| rows.len() == 1 && rows[0]["in_hand"] == false).await;
        // An hour back, a restart, and on to the moment that was written down.
        clock.set(NOON.minus(Duration::from_secs(3600)));
        node.stop().await;
        let clock = ManualClock::at(NOON.minus(Duration::from_secs(1800)));
        let node = world.node_at(Ambient::with_clock(clock.clone())).await;
        clock.set(NOON.plus(DAY).minus(Duration::from_secs(60)));
        // Looked for at least once.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(world.sink.mails().len(), 2, "not before its moment");
        clock.advance(Duration::from_secs(120));
        world.sink.wait_for(4).await;
        // Back again: nothing comes twice.
        clock.set(NOON);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        clock.set(NOON.plus(DAY * 2));
        world.deliveries_until(&["--state", "owed"], <[_]>::is_empty).await;
        assert_eq!(world.sink.mails().len(), 4);
        node.stop().await;
    }
}
