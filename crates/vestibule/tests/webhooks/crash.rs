//! kill -9 in the middle of calls: nothing owed is lost, an id always means the same, each contact's order holds.

use std::collections::{HashMap, HashSet};

use testkit::{TestDatabase, both_engines};

use crate::receiver::{Receiver, SECRET, standard};
use crate::world::{KEY, World, sign_up};

const ROUNDS: usize = 3;
const EACH: usize = 16;
const FORM: &str = "[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n[form.actions]\nlists = [\"NEWS0001\"]\n";
const TOLD: [&str; 4] = ["contact.created", "contact.confirmed", "consent.given", "list.joined"];

both_engines! {
    async fn a_killed_node_loses_no_webhook(db: TestDatabase) {
        let receiver = Receiver::start().await;
        receiver.answer(&[("/own", "slow")]);
        let endpoint = standard(&receiver.url("/own"), &format!("secret = \"{SECRET}\""));
        let mut world = World::new(db, "", &format!("{FORM}{endpoint}")).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let mut people = Vec::new();
        for round in 0..ROUNDS {
            let running = world.launch.start().await;
            let before = receiver.kept().len();
            for n in 0..EACH {
                let email = format!("person{round}.{n}@post.example");
                assert_eq!(sign_up(running.address(), KEY, "FORM0001", &email, false).await, 200);
                people.push(email);
            }
            if round > 0 {
                // Some are under way: answers take a while.
                receiver.until("/own", |kept| kept.len() > before + 3 * round).await;
            }
            running.kill().await;
        }
        receiver.answer(&[]);
        let _running = world.launch.start().await;
        let rows = TOLD.len() * people.len();
        let mut waited = 0;
        let done = loop {
            let done = world.deliveries(&["--lane", "webhook", "--state", "done", "--limit", "1000"]).await;
            if done.len() == rows {
                break done;
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            waited += 1;
            assert!(waited < 400, "{} of {rows}", done.len());
        };
        let kept = receiver.kept();
        let mut bodies: HashMap<&str, &str> = HashMap::new();
        for one in &kept {
            let before = bodies.entry(one.id()).or_insert(&one.body);
            assert_eq!(*before, one.body, "an id is never used for other content");
        }
        assert_eq!(bodies.len(), done.len(), "each message has one id");
        for person in &people {
            let mut seen = HashSet::new();
            let first: Vec<_> = kept.iter()
                .filter(|k| k.json()["data"]["contact"]["email"] == person.as_str() && seen.insert(k.id().to_owned()))
                .map(|k| k.kind())
                .collect();
            assert_eq!(first, TOLD, "{person}");
        }
        let repeats = kept.len() - bodies.len();
        assert!(repeats <= ROUNDS * 16, "{repeats} repeats");
    }
}
