//! A node with the demo account, changed as a test wants it, and mails that go to a sink.

use std::path::PathBuf;

use serde_json::{Value, json};
use testkit::http::{Request, Response};
use testkit::{Launch, Running, SmtpSink, TestDatabase};

pub const DEMO: &str = include_str!("../../src/demo.toml");
pub const KEY: &str = "00000000-0000-0000-0000-000000000000";

pub struct Node {
    pub launch: Launch,
    pub running: Running,
    pub sink: SmtpSink,
    // Dropped last: the server goes before its database.
    _db: TestDatabase,
}

/// The demo account's file with some of its text replaced.
pub fn account_with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(DEMO.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

pub fn launch(db: &TestDatabase, sink: &SmtpSink) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_vestibule"))
        .setting("VESTIBULE_DATABASE_URL", db.url())
        .setting("VESTIBULE_MAIL_URL", sink.url())
        .setting("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")
}

pub async fn apply(launch: &Launch, name: &str, text: &str) {
    let file: PathBuf = launch.data_dir().join(format!("{name}.toml"));
    std::fs::write(&file, text).expect("writes the account file");
    let output = launch.run(["account".into(), "apply".into(), file.into_os_string()]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Node {
    pub async fn start(db: TestDatabase, changes: &[(&str, &str)]) -> Self {
        Self::start_behind(db, changes, "127.0.0.1").await
    }

    /// A node that believes these proxies.
    pub async fn start_behind(db: TestDatabase, changes: &[(&str, &str)], proxies: &str) -> Self {
        Self::start_with(db, changes, &[("VESTIBULE_TRUSTED_PROXIES", proxies)]).await
    }

    /// A node with further settings.
    pub async fn start_with(db: TestDatabase, changes: &[(&str, &str)], settings: &[(&str, &str)]) -> Self {
        let sink = SmtpSink::start().await;
        let launch = settings.iter().fold(launch(&db, &sink), |launch, (name, value)| launch.setting(name, value));
        apply(&launch, "demo", &account_with(changes)).await;
        let running = launch.start().await;
        Self { launch, running, sink, _db: db }
    }

    pub async fn sign_up(&self, body: &Value) -> Response {
        sign_up(&self.running, body, "198.51.100.7").await
    }

    /// What a command says on standard output.
    pub async fn says(&self, arguments: &[&str]) -> String {
        let output = self.launch.run(arguments.iter().copied()).await;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    pub async fn is_known(&self, email: &str) -> bool {
        let target = format!("/v2.0/contact/get/{}/", email.replace('@', "%40").replace('+', "%2B"));
        let response = Request::get(&target).header("ApiKey", KEY).send(self.running.address()).await;
        match response.expect("an answer").status() {
            200 => true,
            404 => false,
            other => panic!("{other}"),
        }
    }

    pub async fn metrics(&self) -> String {
        Self::metrics_of(&self.running).await
    }

    pub async fn metrics_of(running: &Running) -> String {
        testkit::http::get(running.ops_address(), "/metrics").await.expect("an answer").text()
    }
}

/// A sign-up through the Sentori door with a body for the demo's first form.
pub async fn sign_up(node: &Running, body: &Value, from: &str) -> Response {
    Request::post("/webhooks/contact/signup.ashx")
        .header("Content-Type", "application/json")
        .header("X-Forwarded-For", from)
        .body(body.to_string())
        .send(node.address())
        .await
        .expect("an answer")
}

pub fn person(email: &str) -> Value {
    json!({ "ApiKey": KEY, "EmailAddress": email, "SignUpFormExternalID": "12ABCDE3",
        "MailingLists": ["QWERTY1A"], "ContactFields": { "FirstName": "Marie", "LastName": "Lefèvre" } })
}
