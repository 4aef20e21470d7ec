//! A node to test: all of the program on a free port, with the demo account, a clock turned by hand and an SMTP sink.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use model::{Ambient, ManualClock, Timestamp};
use serde_json::{Value, json};
use store::{ConsentRecord, Contact, ContactKey};
use tempfile::TempDir;
use testkit::http::{Request, Response};
use testkit::{Engine, Mail, SmtpSink, TestDatabase};
use vestibule::{CommonSettings, DEMO_ACCOUNT, Node, NodeParts, ServeSettings};

/// The demo account's key.
pub const KEY: &str = "00000000-0000-0000-0000-000000000000";
/// A form without required fields or actions.
pub const NEWSLETTER: &str = "12ABCDE3";
/// A form that requires both names, adds a list and a tag, and alerts the box office.
pub const MEMBERSHIP: &str = "MEMBER01";
/// The path of the door.
pub const SIGNUP: &str = "/webhooks/contact/signup.ashx";
/// Where the demo account's alerts go.
pub const BOX_OFFICE: &str = "box-office@demo.example";
/// When the clock stands as a test begins: 2014-01-20T15:41:38Z, as in the vendor's example response.
pub const BEGIN: Timestamp = Timestamp(1_390_232_498_000_000);

/// How a node differs from the usual one.
pub struct Setup {
    /// Seconds that a caller waits for the mail server.
    pub mail_wait: f64,
    /// Changes that may queue.
    pub queue: Option<usize>,
    /// Slows each commit.
    pub commit_delay_ms: Option<u64>,
    /// See `IntakeSettings::before_deciding`.
    pub before_deciding: Option<fn(&model::SignUp)>,
    /// How long a request's head may take.
    pub head_patience: Option<Duration>,
    /// How long its body may take.
    pub body_patience: Option<Duration>,
    /// Account files applied besides the demo's.
    pub accounts: Vec<&'static str>,
    /// What stands in for Amazon.
    pub sns_url: Option<String>,
}

/// A running node with its surroundings.
pub struct TestApp {
    pub address: SocketAddr,
    ops: SocketAddr,
    pub sink: SmtpSink,
    pub clock: Arc<ManualClock>,
    node: Node,
    _data: TempDir,
    pub db: TestDatabase,
}

impl TestApp {
    /// The usual node.
    pub async fn start(db: TestDatabase) -> Self {
        Self::with(db, |_| ()).await
    }

    /// A node that differs.
    pub async fn with(db: TestDatabase, adjust: impl FnOnce(&mut Setup)) -> Self {
        // Long, so that a slow machine does not turn a 200 into a 206.
        let mut setup = Setup {
            mail_wait: 25.0,
            queue: None,
            commit_delay_ms: None,
            before_deciding: None,
            head_patience: None,
            body_patience: None,
            accounts: Vec::new(),
            sns_url: None,
        };
        adjust(&mut setup);
        let data = tempfile::Builder::new().prefix("vestibule-test-").tempdir().expect("a temporary folder");
        let (sink, clock) = (SmtpSink::start().await, ManualClock::at(BEGIN));
        let common = CommonSettings {
            data_dir: Some(data.path().to_owned()),
            database_url: Some(db.url().to_owned()),
            ..CommonSettings::default()
        };
        let serve = ServeSettings {
            listen: Some("127.0.0.1:0".into()),
            ops_listen: Some("127.0.0.1:0".into()),
            mail_url: Some(sink.url()),
            mail_wait: Some(setup.mail_wait),
            queue: setup.queue,
            bench_commit_delay_ms: setup.commit_delay_ms,
            resolver: Some("off".into()),
            sns_url: setup.sns_url,
            ..ServeSettings::default()
        };
        let (ambient, runtime) = (Ambient::with_clock(clock.clone()), tokio::runtime::Handle::current());
        let prepare = move || NodeParts::prepare(&common, serve, false, ambient, &runtime);
        let mut parts = tokio::task::spawn_blocking(prepare).await.expect("no panic").expect("a node");
        for text in std::iter::once(DEMO_ACCOUNT).chain(setup.accounts) {
            vestibule::apply_account(&parts.store, text, "test.toml").await.expect("a good account file");
        }
        parts.intake.before_deciding = setup.before_deciding;
        parts.head_patience = setup.head_patience.unwrap_or(parts.head_patience);
        parts.body_patience = setup.body_patience.unwrap_or(parts.body_patience);
        let node = parts.start().await.expect("a running node");
        let (address, ops) = (node.address, node.ops_address.expect("an ops listener"));
        Self { address, ops, sink, clock, node, _data: data, db }
    }

    /// Sends a request.
    pub async fn send(&self, request: Request) -> Response {
        request.send(self.address).await.expect("an answer")
    }

    /// POSTs a body to the signup.
    pub async fn post(&self, body: impl Into<Vec<u8>>) -> Response {
        self.send(Request::post(SIGNUP).header("Content-Type", "application/json").body(body)).await
    }

    /// Signs up; panics unless the answer has this status.
    pub async fn sign_up(&self, body: &Value, status: u16) {
        let answer = self.post(body.to_string()).await;
        assert_eq!(answer.status(), status, "{body}\n{}", answer.snapshot(&[]));
    }

    /// Signs up, waits for the confirmation mail and follows its link.
    pub async fn sign_up_and_confirm(&self, body: &Value) {
        let address = body["EmailAddress"].as_str().expect("an address");
        let before = self.mails_to(address).len();
        self.sign_up(body, 200).await;
        let mail = self.nth_mail_to(address, before).await;
        assert_eq!(self.follow(&link(&mail, "/confirm/")).await.status(), 200);
    }

    /// The mails taken for this address so far.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.sink.mails().into_iter().filter(|m| is_wanted(m, address)).collect()
    }

    /// The mail number `n` (from 0) to this address, once it is there.
    pub async fn nth_mail_to(&self, address: &str, n: usize) -> Mail {
        let enough = |mails: &[Mail]| mails.iter().filter(|m| is_wanted(m, address)).count() > n;
        let mails = self.sink.wait_until(&format!("mail {n} to {address}"), enough).await;
        mails.into_iter().filter(|m| is_wanted(m, address)).nth(n).expect("just seen")
    }

    /// POSTs to the page of a link, as its button does.
    pub async fn follow(&self, link: &str) -> Response {
        self.send(Request::post(self.path(link)).header("User-Agent", "Browser/1.0")).await
    }

    /// A link's path, for requests to this node.
    pub fn path<'a>(&self, link: &'a str) -> &'a str {
        link.strip_prefix(&self.node.public_url).unwrap_or_else(|| panic!("{link} leads elsewhere"))
    }

    /// Calls v2.0 with the demo account's key.
    pub async fn api(&self, target: &str) -> Response {
        self.send(Request::get(target).header("ApiKey", KEY)).await
    }

    /// The contact of an account as the store has it.
    pub async fn contact_of(&self, account: &str, email: &str) -> Option<Contact> {
        let account = self.account(account);
        self.node.store().contact(account.id, ContactKey::Email(email.to_owned())).await.expect("a store that answers")
    }

    /// What is known of a person in the demo account.
    pub async fn person(&self, email: &str) -> Option<Person> {
        let contact = self.contact_of("demo", email).await?;
        let account = self.account("demo");
        let list = |id| account.list(id).expect("a list").external_id.clone();
        let tag = |id| account.tag(id).expect("a tag").name.clone();
        Some(Person {
            confirmed: contact.row.confirmed_at.is_some(),
            suppressed: contact.row.suppressed_at.is_some(),
            modified: contact.row.modified_at,
            values: contact
                .values
                .iter()
                .map(|(id, value)| (account.field(*id).expect("a field").system_name.clone(), value.clone()))
                .collect(),
            lists: contact.lists.iter().map(|(id, _)| list(*id)).collect(),
            tags: contact.tags.iter().map(|t| (tag(t.tag), t.applied)).collect(),
        })
    }

    /// The consent events of a person in the demo account, the oldest first.
    pub async fn consents(&self, email: &str) -> Vec<ConsentRecord> {
        let contact = self.contact_of("demo", email).await.expect("a contact");
        let account = self.account("demo");
        self.node.store().consents(account.id, contact.row.person).await.expect("a store that answers")
    }

    /// What the clock says, as an HTTP date.
    pub fn clock_date(&self) -> String {
        self.store().ambient().now().to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// An account's configuration.
    pub fn account(&self, slug: &str) -> Arc<model::AccountSnapshot> {
        self.node.store().directory().by_slug(slug).expect("an account").clone()
    }

    /// How many changes were committed since the start.
    pub fn committed(&self) -> u64 {
        self.node.store().metrics().batch_sizes.read().2
    }

    /// A value of `/metrics`, 0 when it is not there.
    pub async fn metric(&self, line: &str) -> u64 {
        let text = testkit::http::get(self.ops, "/metrics").await.expect("metrics").text();
        let value = text.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(' ')).unwrap_or("0");
        value.parse().expect("a number")
    }

    /// Waits until a delivery was put off `times` times, then turns the clock to when it is due again.
    pub async fn turn_to_next_attempt(&self, times: u64) {
        let again = "vestibule_delivery_attempts_total{result=\"again\"}";
        eventually("a delivery is put off", async || self.metric(again).await >= times).await;
        self.clock.advance(Duration::from_secs(19));
    }

    /// The node's store.
    pub fn store(&self) -> &store::Store {
        self.node.store()
    }

    /// The engine below.
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }
}

/// What is known of a person, with names instead of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub confirmed: bool,
    pub suppressed: bool,
    pub modified: Timestamp,
    pub values: BTreeMap<String, String>,
    pub lists: Vec<String>,
    pub tags: BTreeMap<String, i64>,
}

impl Person {
    /// A field's value, empty when there is none.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }
}

/// A sign-up in the demo account with further keys.
pub fn body(email: &str, form: &str, more: Value) -> Value {
    let mut body = json!({ "ApiKey": KEY, "EmailAddress": email, "SignUpFormExternalID": form });
    let Value::Object(more) = more else { panic!("further keys are an object") };
    body.as_object_mut().expect("an object").extend(more);
    body
}

/// The link of a mail that holds `piece`.
pub fn link(mail: &Mail, piece: &str) -> String {
    mail.link(piece).unwrap_or_else(|| panic!("no {piece} in:\n{}", mail.text()))
}

/// Asks until it is so; for what nobody tells about.
pub async fn eventually(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap_or_else(|_| panic!("never: {what}"));
}

fn is_to(mail: &Mail, address: &str) -> bool {
    mail.to.iter().any(|to| to.eq_ignore_ascii_case(address))
}

/// Mails of the demo's automation come when they come; they have tests of their own.
fn is_wanted(mail: &Mail, address: &str) -> bool {
    is_to(mail, address) && !mail.subject().starts_with("Welcome, ")
}
