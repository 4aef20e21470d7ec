//! One installation for one test: a database, an account, a mail server, and the program itself, as a process or inside
//! the test with a clock that is turned by hand.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::{Ambient, ManualClock, Timestamp};
use serde_json::json;
use testkit::{Launch, SmtpSink, TestDatabase, http};
use vestibule::{CommonSettings, Node, NodeParts, ServeSettings};

pub const KEY: &str = "11111111-2222-4333-8444-555555555555";

/// Noon on some day.
pub const NOON: Timestamp = Timestamp(1_790_000_000_000_000);

pub struct World {
    pub launch: Launch,
    pub sink: SmtpSink,
    db: TestDatabase,
}

impl World {
    /// An installation with one account whose mail goes to the sink. `more` follows the account's tables in its file.
    pub async fn new(db: TestDatabase, account: &str, more: &str) -> Self {
        let sink = SmtpSink::start().await;
        let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule"))
            .setting("VESTIBULE_DATABASE_URL", db.url())
            .setting("VESTIBULE_MAIL_URL", sink.url());
        let world = Self { launch, sink, db };
        world.apply(&file("theatre", KEY, account, more)).await;
        world
    }

    pub async fn apply(&self, file: &str) {
        let path = self.launch.data_dir().join("account.toml");
        std::fs::write(&path, file).expect("a file can be written");
        self.done(["account".into(), "apply".into(), path.into_os_string()]).await;
    }

    /// Runs a command that must succeed; what it says.
    pub async fn done<A: Into<std::ffi::OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        let output = self.launch.run(arguments).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// Runs a command that must fail; what it complains of.
    pub async fn refused<A: Into<std::ffi::OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        let output = self.launch.run(arguments).await;
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The rows of `deliveries list`, the newest first.
    pub async fn deliveries(&self, more: &[&str]) -> Vec<serde_json::Value> {
        let arguments = ["deliveries", "list", "--json"].iter().chain(more);
        let said = self.done(arguments.map(ToString::to_string)).await;
        let rows = said.lines().filter(|l| l.starts_with('{'));
        rows.map(|l| serde_json::from_str(l).expect("a JSON object")).collect()
    }

    /// Looks at the outbox until it is as wanted: what a worker has noted is there after its next commit.
    pub async fn deliveries_until(
        &self,
        more: &[&str],
        wanted: impl Fn(&[serde_json::Value]) -> bool,
    ) -> Vec<serde_json::Value> {
        for _ in 0..200 {
            let rows = self.deliveries(more).await;
            if wanted(&rows) {
                return rows;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the outbox stays {:#?}", self.deliveries(more).await);
    }

    /// The program in this process, with a clock of its own that stands at noon.
    pub async fn node(&self) -> (Node, Arc<ManualClock>) {
        let clock = ManualClock::at(NOON);
        (self.node_at(Ambient::with_clock(clock.clone())).await, clock)
    }

    /// The same with a clock that was turned before.
    pub async fn node_at(&self, ambient: Ambient) -> Node {
        let common = CommonSettings {
            data_dir: Some(PathBuf::from(self.launch.data_dir())),
            database_url: Some(self.db.url().to_owned()),
            ..CommonSettings::default()
        };
        let serve = ServeSettings {
            listen: Some("127.0.0.1:0".into()),
            ops_listen: Some(String::new()),
            mail_url: Some(self.sink.url()),
            public_url: Some("https://signup.theatre.example".into()),
            allow_private_targets: Some(true),
            resolver: Some("off".into()),
            ..ServeSettings::default()
        };
        let handle = tokio::runtime::Handle::current();
        let prepare = move || NodeParts::prepare(&common, serve, false, ambient, &handle);
        let parts = tokio::task::spawn_blocking(prepare).await.expect("no panic").expect("the node can be prepared");
        parts.start().await.expect("the node starts")
    }
}

/// An account file: one caller, one form, and what the test needs.
pub fn file(slug: &str, key: &str, account: &str, more: &str) -> String {
    format!(
        r#"
[account]
slug = "{slug}"
name = "The Theatre"
external_id = "{slug}"
from = "The Theatre <hello@{slug}.example>"
{account}

[[api_user]]
kind = "sentori"
name = "Website"
key = "{key}"

[[mailing_list]]
external_id = "NEWS0001"
name = "News"

[[tag_group]]
name = "Marks"
tags = [{{ name = "Welcomed" }}, {{ name = "Seen" }}]
{more}
"#
    )
}

/// Signs somebody up through the vendor's endpoint; the status.
pub async fn sign_up(server: SocketAddr, key: &str, form: &str, email: &str, confirm: bool) -> u16 {
    let body = json!({
        "ApiKey": key,
        "EmailAddress": email,
        "SignUpFormExternalID": form,
        "ContactFields": {"FirstName": "Ada"},
        "RequireConfirmation": if confirm { "true" } else { "false" },
    });
    let answer = http::post(server, "/webhooks/contact/signup.ashx", "application/json", body.to_string()).await;
    answer.expect("an answer").status()
}

/// Waits until something holds that only the clock's next second can bring: workers look once a second.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("waited in vain: {what}");
}
