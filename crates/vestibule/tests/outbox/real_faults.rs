//! A real mail server in its own process that fails in every way it can: nothing is lost, and an operator sees why.

use testkit::http::Request;
use testkit::{TestDatabase, both_engines};

use crate::server::Server;
use crate::world::{KEY, World, file, sign_up, until};

const FORM: &str = r#"
[[form]]
external_id = "FORM0001"
name = "News"
"#;

const ASKED: u16 = 206;

/// The row of a recipient's mail, as `deliveries list --json` shows it.
fn row_of<'r>(rows: &'r [serde_json::Value], to: &str) -> Option<&'r serde_json::Value> {
    rows.iter().find(|r| r["payload"]["to"].to_string().contains(to))
}

both_engines! {
    async fn every_way_to_log_in_is_taken(db: TestDatabase) {
        let mut world = World::new(db, "[mail]\nurl_env = \"WAY_0_URL\"", FORM).await;
        let folder = world.launch.data_dir().to_owned();
        let server = Server::start(&folder, "post").await;
        let ways = [("plain", "PLAIN"), ("login", "LOGIN"), ("xoauth2", "XOAUTH2")];
        let key = |n: usize| format!("{n}2222222-2222-4333-8444-555555555555");
        for (n, (option, _)) in ways.iter().enumerate() {
            world.apply(&file(&format!("way{n}"), &key(n), &format!("[mail]\nurl_env = \"WAY_{n}_URL\""), FORM)).await;
            let url = server.trusted(&format!("&auth={option}"));
            world.launch = world.launch.clone().setting(format!("WAY_{n}_URL"), url);
        }
        // A password that is wrong is seen, and the mail waits.
        let wrong = server.trusted("").replace("p%3Ass", "wrong");
        world.apply(&file("wrong", &key(7), "[mail]\nurl_env = \"WRONG_URL\"", FORM)).await;
        world.launch = world.launch.clone().setting("WRONG_URL", wrong).setting("VESTIBULE_MAIL_WAIT", "0");
        let running = world.launch.start().await;
        for (n, (option, said)) in ways.iter().enumerate() {
            let email = format!("{option}@post.example");
            assert_eq!(sign_up(running.address(), &key(n), "FORM0001", &email, true).await, ASKED);
            let taken = server.mail_to(&email).await;
            assert!(taken.envelope.contains(&format!("X-Auth: {said}")), "{}", taken.envelope);
        }
        assert_eq!(sign_up(running.address(), &key(7), "FORM0001", "wrong@post.example", true).await, ASKED);
        let noted = |rows: &[serde_json::Value]| rows.len() == 1 && rows[0]["last_error"].is_string();
        let rows = world.deliveries_until(&["--account", "wrong"], noted).await;
        let error = rows[0]["last_error"].as_str().expect("a text");
        assert!(rows[0]["state"] == "owed" && error.starts_with("auth: 535"), "{rows:?}");
        for secret in ["wrong:", "us@er", "p:ss", "d3Jvbmc"] {
            assert!(!error.contains(secret), "{error}");
        }
        let metrics = testkit::http::get(running.ops_address(), "/metrics").await.expect("an answer").text();
        assert!(metrics.contains("vestibule_mail_faults_total{kind=\"auth\"} 1"), "{metrics}");
    }

    async fn whatever_it_does_to_one_mail_the_others_go_and_none_is_lost(db: TestDatabase) {
        let mut world = World::new(db, "", FORM).await;
        let folder = world.launch.data_dir().to_owned();
        let server = Server::start(&folder, "post").await;
        world.launch = world.launch.clone()
            .setting("VESTIBULE_MAIL_URL", server.trusted("&timeout=2"))
            .setting("VESTIBULE_MAIL_WAIT", "0");
        let running = world.launch.start().await;
        let faults = [
            ("gone@post.example", "dead", "permanent_recipient: 550 5.1.1"),
            ("policy@post.example", "dead", "permanent_message: 554 5.7.1"),
            ("later@post.example", "owed", "temporary: 451 4.3.0"),
            ("cut@post.example", "owed", "temporary: connection lost at the end of DATA"),
            ("hang@post.example", "owed", "temporary: no answer to the end of DATA in time"),
        ];
        for (email, ..) in faults {
            assert_eq!(sign_up(running.address(), KEY, "FORM0001", email, true).await, ASKED);
        }
        assert_eq!(sign_up(running.address(), KEY, "FORM0001", "ada@post.example", true).await, ASKED);
        server.mail_to("ada@post.example").await;
        let all_failed = |rows: &[serde_json::Value]| {
            faults.iter().all(|(email, state, _)| {
                row_of(rows, email).is_some_and(|r| r["state"] == *state && r["last_error"].is_string() && r["in_hand"] == false)
            })
        };
        let rows = world.deliveries_until(&[], all_failed).await;
        for (email, _, error) in faults {
            let said = row_of(&rows, email).expect("its row")["last_error"].as_str().expect("a text").to_owned();
            assert!(said.starts_with(error) && !said.contains(email), "{email}: {said}");
        }
        // A recipient that is gone is a bad address; one that was refused for another reason is none.
        for (email, bad) in [("gone@post.example", true), ("policy@post.example", false), ("later@post.example", false)] {
            let path = format!("/v2.0/contact/get/{}/", email.replace('@', "%40"));
            let record = Request::get(&path).header("ApiKey", KEY).send(running.address()).await.expect("an answer").json();
            assert_eq!(record["IsBadEmailAddress"], bad, "{email}: {record}");
        }
        // What was put off goes with the next attempt, which an operator may bring about.
        for row in rows.iter().filter(|r| r["state"] == "owed") {
            world.done(["deliveries", "replay", &row["id"].to_string()]).await;
        }
        for email in ["later@post.example", "cut@post.example", "hang@post.example"] {
            server.mail_to(email).await;
        }
        world.deliveries_until(&["--state", "owed"], <[_]>::is_empty).await;
        let copies = |email: &str| server.taken().iter().filter(|t| t.envelope.contains(email)).count();
        assert_eq!(faults.map(|(email, ..)| copies(email)), [0, 0, 1, 1, 1]);
    }

    async fn a_server_that_says_nothing_or_refuses_all_holds_up_nobody_else(db: TestDatabase) {
        let mut world = World::new(db, "", FORM).await;
        let folder = world.launch.data_dir().to_owned();
        let good = Server::start(&folder, "good").await;
        let (silent, refuses) =
            (Server::start_as(&folder, "silent", "silent").await, Server::start_as(&folder, "refuses", "refuses").await);
        let key = |n: usize| format!("{n}3333333-2222-4333-8444-555555555555");
        for (n, name) in ["silent", "refuses"].iter().enumerate() {
            let mail = format!("[mail]\nurl_env = \"{}_URL\"", name.to_uppercase());
            world.apply(&file(name, &key(n), &mail, FORM)).await;
        }
        world.launch = world.launch.clone()
            .setting("VESTIBULE_MAIL_URL", good.trusted(""))
            .setting("SILENT_URL", format!("smtp://127.0.0.1:{}?timeout=2", silent.port()))
            .setting("REFUSES_URL", format!("smtp://127.0.0.1:{}?timeout=2", refuses.port()))
            .setting("VESTIBULE_MAIL_WAIT", "0");
        let running = world.launch.start().await;
        for n in 0..40 {
            for account in 0..2 {
                sign_up(running.address(), &key(account), "FORM0001", &format!("p{n}@post.example"), true).await;
            }
        }
        let started = std::time::Instant::now();
        sign_up(running.address(), KEY, "FORM0001", "ada@post.example", true).await;
        good.mail_to("ada@post.example").await;
        assert!(started.elapsed().as_secs_f64() < 1.9, "{:?}: it waited for another's server", started.elapsed());
        for (name, error) in [("silent", "unreachable: no answer to the greeting in time"), ("refuses", "unreachable: 554 ")] {
            let seen = |rows: &[serde_json::Value]| rows.iter().any(|r| r["last_error"].is_string());
            let rows = world.deliveries_until(&["--account", name], seen).await;
            let said = rows.iter().find_map(|r| r["last_error"].as_str()).expect("a text");
            assert!(said.starts_with(error), "{name}: {said}");
            assert!(rows.iter().all(|r| r["state"] == "owed"), "{rows:?}");
        }
    }

    async fn addresses_beyond_ascii_go_where_they_can(db: TestDatabase) {
        let mut world = World::new(db, "", FORM).await;
        let folder = world.launch.data_dir().to_owned();
        let (new, old) = (Server::start(&folder, "new").await, Server::start_as(&folder, "old", "ascii").await);
        let old_key = "44444444-2222-4333-8444-555555555555";
        world.apply(&file("old", old_key, "[mail]\nurl_env = \"OLD_URL\"", FORM)).await;
        world.launch = world.launch.clone()
            .setting("VESTIBULE_MAIL_URL", new.trusted(""))
            .setting("OLD_URL", old.trusted(""))
            .setting("VESTIBULE_MAIL_WAIT", "0");
        let running = world.launch.start().await;
        for key in [KEY, old_key] {
            for email in ["jürgen@post.example", "ada@bücher.example"] {
                assert_eq!(sign_up(running.address(), key, "FORM0001", email, true).await, ASKED, "{email}");
            }
        }
        new.mail_to("jürgen@post.example").await;
        // A domain has a spelling in ASCII: it needs nothing of the server.
        for server in [&new, &old] {
            server.mail_to("ada@xn--bcher-kva.example").await;
        }
        let rows = world.deliveries_until(&["--account", "old", "--state", "dead"], |rows| rows.len() == 1).await;
        assert!(rows[0]["last_error"].to_string().contains("needs SMTPUTF8, which the mail server does not offer"), "{rows:?}");
        until("nothing else is owed", async || world.deliveries(&["--account", "old", "--state", "owed"]).await.is_empty()).await;
    }
}
