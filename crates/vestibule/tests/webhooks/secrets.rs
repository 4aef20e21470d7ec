//! Secrets: sealed at rest, shown once, two of them live in a rotation; and the calls of automations.

use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::{Running, TestDatabase, both_engines};

use crate::receiver::{Receiver, SECRET, standard, verified};
use crate::world::{KEY, World, file, sign_up};

const FORM: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
[form.actions]
automation = "CALLS001"
"#;

both_engines! {
    async fn two_secrets_sign_until_the_older_ends(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let form = "[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n";
        let endpoint = standard(&receiver.url("/own"), "name = \"CRM\"\nevents = [\"contact.created\"]");
        let with_secret = format!("{form}{endpoint}secret = \"{SECRET}\"\n");
        let mut world = World::new(db, "", &with_secret).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let running = world.launch.start().await;
        let said = world.done(["webhook", "rotate", "crm"]).await;
        let second = said.split_whitespace().find(|w| w.starts_with("whsec_")).expect("a secret").to_owned();
        assert!(said.contains("the only time") && said.contains("signs as well until"), "{said}");
        assert!(world.refused(["webhook", "rotate", "CRM"]).await.contains("two live secrets"));
        assert!(world.done(["webhook", "list"]).await.contains("two secrets until"));
        let told = told_with(&running, &receiver, 2).await;
        assert_eq!(verified(&receiver, "/own", SECRET).await, told, "the older alone is enough");
        receiver.forget();
        let told = told_with(&running, &receiver, 2).await;
        assert_eq!(verified(&receiver, "/own", &second).await, told, "and so is the newer");
        world.done(["webhook", "end-old", "CRM"]).await;
        let told = told_with(&running, &receiver, 1).await;
        assert_eq!(verified(&receiver, "/own", &second).await, told);

        // A file without the secret keeps it; one with another begins a rotation as well.
        world.apply(&file("theatre", KEY, "", &format!("{form}{endpoint}"))).await;
        assert!(world.done(["webhook", "list"]).await.contains("one secret"));
        let exported = world.done(["account", "export", "--secrets"]).await;
        assert!(exported.contains(&second), "{exported}");
        assert!(!world.done(["account", "export"]).await.contains("whsec_"));
        world.apply(&file("theatre", KEY, "", &with_secret)).await;
        assert!(world.done(["webhook", "list"]).await.contains("two secrets until"));
        // Sealed at rest: the file or the tables never hold it.
        let listed = world.done(["deliveries", "list", "--json"]).await;
        assert!(!listed.contains("whsec_") && !listed.contains(&second));
        assert!(world.refused(["webhook", "rotate", "nobody"]).await.contains("no webhook nobody"));
    }

    async fn steps_of_automations_call_signed_and_in_order(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let steps = format!(
            "[[automation]]\nexternal_id = \"CALLS001\"\nname = \"Calls\"\nsteps = [{{ webhook = \"{0}\" }}, {{ add_tag = \"Seen\" }}, \
             {{ webhook = \"{0}\" }}]\n",
            receiver.url("/step")
        );
        let mut world = World::new(db, "", &format!("{FORM}{steps}")).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let running = world.launch.start().await;
        let secret = world.done(["webhook", "automation-secret"]).await.trim().to_owned();
        sign_up(running.address(), KEY, "FORM0001", "ada@post.example", false).await;
        let kept = receiver.until("/step", |kept| kept.len() == 2).await;
        for (kept, step) in kept.iter().zip([0, 2]) {
            let told = kept.json();
            assert_eq!(told["type"], "automation.step");
            assert_eq!((&told["data"]["automation"]["external_id"], &told["data"]["automation"]["step"]), (&"CALLS001".into(), &step.into()));
            assert_eq!(told["data"]["contact"]["email"], "ada@post.example");
        }
        assert_eq!(verified(&receiver, "/step", &secret).await, 2);
        world.deliveries_until(&["--lane", "webhook"], |rows| rows.len() == 2 && rows.iter().all(|r| r["state"] == "done")).await;
    }
}

/// Signs people up until the receiver is told with so many signatures; how often it was told in all. The server takes a
/// changed configuration over within a second.
async fn told_with(running: &Running, receiver: &Receiver, signatures: usize) -> usize {
    static PEOPLE: AtomicUsize = AtomicUsize::new(0);
    for _ in 0..200 {
        let email = format!("person{}@post.example", PEOPLE.fetch_add(1, Ordering::Relaxed));
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", &email, false).await, 200);
        let kept = receiver.until("/own", |kept| kept.last().is_some_and(|k| k.body.contains(&email))).await;
        let last = kept.last().expect("just seen");
        if last.header("webhook-signature").split(' ').count() == signatures {
            return kept.len();
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("never told with {signatures} signatures");
}
