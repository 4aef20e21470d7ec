//! Receivers that fail in every way, addresses that may not be called.

use std::collections::HashMap;

use testkit::{TestDatabase, both_engines};

use crate::receiver::{Kept, Receiver, SECRET, standard, verified};
use crate::world::{KEY, World, sign_up};

const FORM: &str = "[[form]]\nexternal_id = \"FORM0001\"\nname = \"News\"\n";
/// The path whose first message an operator drops in the end; those of the others are told once more.
const DROPPED: &str = "/busy";
/// What each path does, and what the outbox says of it.
const FAULTS: [(&str, &str, &str); 7] = [
    ("/status", "500", "status: 500"),
    ("/busy", "429", "status: 429"),
    ("/redirects", "redirect", "redirect: 302"),
    ("/closes", "close", "closed: "),
    ("/half", "half", "closed: "),
    ("/hangs", "hang", "timeout: "),
    ("/drips", "drip", "timeout: "),
];

fn seconds(row: &serde_json::Value, key: &str) -> f64 {
    let text = row[key].as_str().expect("a time");
    let at: jiff::Timestamp = text.parse().expect("a time");
    at.as_microsecond() as f64 / 1e6
}

/// The number of a message's row, from its id.
fn row_of(kept: &Kept) -> i64 {
    i64::from_str_radix(kept.id().split('_').nth(2).expect("a row"), 16).expect("a number")
}

both_engines! {
    async fn no_receiver_holds_up_another_and_what_failed_is_told_later_in_order(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let modes: Vec<_> = FAULTS.iter().map(|(path, mode, _)| (*path, *mode)).collect();
        receiver.answer(&modes);
        let paths = FAULTS.iter().map(|(path, ..)| *path).chain(["/good"]);
        let endpoints: String = paths.map(|path| standard(&receiver.url(path), &format!("secret = \"{SECRET}\""))).collect();
        let mut world = World::new(db, "", &format!("{FORM}{endpoints}")).await;
        world.launch = world.launch.clone().setting("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        let running = world.launch.start().await;
        // Each is told of two events; the second waits behind the first.
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "ada@post.example", false).await, 200);
        let started = std::time::Instant::now();
        let good = receiver.until("/good", |kept| kept.len() == 2).await;
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
        assert_eq!([good[0].kind(), good[1].kind()], ["contact.created", "contact.confirmed"]);

        let rows = world.deliveries_until(&["--lane", "webhook", "--state", "owed"], |rows| {
            rows.iter().filter(|r| r["attempts"] == 1 && r["in_hand"] == false).count() == FAULTS.len()
        }).await;
        let tried = |rows: &[serde_json::Value]| rows.iter().filter(|r| r["attempts"] == 1).cloned().collect::<Vec<_>>();
        for (path, _, error) in FAULTS {
            let row = tried(&rows).into_iter().find(|r| r["payload"]["url"] == receiver.url(path));
            let row = row.unwrap_or_else(|| panic!("no row for {path}"));
            assert!(row["last_error"].as_str().is_some_and(|e| e.contains(error)), "{path}: {row}");
            assert_eq!(receiver.at(path).len(), 1, "{path}: the second waits");
            // From the end of the attempt; those that hang end after ten seconds.
            let last = receiver.at(path)[0].at + if error.starts_with("timeout") { 10.0 } else { 0.0 };
            let pause = seconds(&row, "due_at") - last;
            assert!((49.0..=72.0).contains(&pause), "{path}: {pause}");
        }
        assert!(receiver.at("/elsewhere").is_empty(), "a redirect is not followed");
        assert!(started.elapsed().as_secs() < 25, "ten seconds are the limit");

        receiver.answer(&[]);
        for (verb, which) in [("replay", false), ("drop", true)] {
            let dropped = |r: &&serde_json::Value| r["payload"]["url"] == receiver.url(DROPPED);
            let ids = tried(&rows).iter().filter(|r| dropped(r) == which).map(|r| r["id"].to_string()).collect::<Vec<_>>();
            world.done(["deliveries", verb].iter().map(ToString::to_string).chain(ids)).await;
        }
        for (path, ..) in FAULTS.iter().filter(|(path, ..)| *path != DROPPED) {
            let kept = receiver.until(path, |kept| kept.len() == 3).await;
            assert_eq!((kept[0].id(), &kept[0].body), (kept[1].id(), &kept[1].body), "{path}: the same again");
            assert_eq!(kept[2].kind(), "contact.confirmed");
            assert_ne!(kept[2].id(), kept[0].id());
            assert_eq!(verified(&receiver, path, SECRET).await, 3);
        }
        // Nothing waits for what was dropped.
        let kept = receiver.until(DROPPED, |kept| kept.len() == 2).await;
        assert_eq!([kept[0].kind(), kept[1].kind()], ["contact.created", "contact.confirmed"]);
        let rows = world.deliveries_until(&["--lane", "webhook"], |rows| {
            let ended = |state: &str| rows.iter().filter(|r| r["state"] == state).count();
            (ended("done"), ended("withdrawn")) == (15, 1)
        }).await;
        let by_row: HashMap<i64, i64> = rows.iter().map(|r| (r["id"].as_i64().expect("a number"), r["attempts"].as_i64().expect("a number"))).collect();
        for kept in receiver.kept() {
            assert!(by_row.contains_key(&row_of(&kept)), "{}", kept.id());
        }
        let shown = world.done(["deliveries".to_owned(), "show".into(), row_of(&receiver.at("/status")[0]).to_string()]).await;
        for part in ["attempt 1 ", "status: 500", "attempt 2 ", "done", "lane webhook"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        let metrics = testkit::http::get(running.ops_address(), "/metrics").await.expect("an answer").text();
        for line in [
            "vestibule_webhook_attempts_total{result=\"again\"} 7",
            "vestibule_webhook_attempts_total{result=\"done\"} 15",
            "vestibule_webhook_faults_total{kind=\"timeout\"} 2",
            "vestibule_webhook_faults_total{kind=\"redirect\"} 1",
            "vestibule_webhooks_off 0",
        ] {
            assert!(metrics.contains(line), "{line} in {metrics}");
        }
    }

    async fn private_addresses_are_not_called_unless_a_setting_says_so(db: TestDatabase) {
        let receiver = Receiver::start().await;
        let port = receiver.port;
        let hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0.0.0.0"];
        let endpoints: String = hosts.iter().map(|host| standard(&format!("http://{host}:{port}/"), "")).collect();
        let world = World::new(db, "", &format!("{FORM}{endpoints}")).await;
        let running = world.launch.start().await;
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "ada@post.example", false).await, 200);
        let rows = world.deliveries_until(&["--lane", "webhook"], |rows| {
            rows.iter().filter(|r| r["attempts"] == 1 && r["in_hand"] == false).count() == hosts.len()
        }).await;
        for row in rows.iter().filter(|r| r["attempts"] == 1) {
            let error = row["last_error"].as_str().expect("an error");
            assert!(error.starts_with("target: ") && error.contains("VESTIBULE_ALLOW_PRIVATE_TARGETS"), "{row}");
        }
        assert!(receiver.kept().is_empty());
    }
}
