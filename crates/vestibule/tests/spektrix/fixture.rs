//! The account of the reference's HTTP cases on a real server, and clients as they exist.

use std::net::SocketAddr;

use doors::spektrix::auth;
use model::{Ambient, Secret};
use serde_json::Value;
use testkit::http::{Request, Response};
use testkit::{Launch, Running, TestDatabase};

pub const P: &str = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL";
pub const POST: &str = "401ANPJQJQPQMRSBDNMVNLSPGTRBVQVRH";
pub const T: &str = "11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT";
pub const HIDDEN: &str = "9401ARBBPNBJQCDPKKQGHNMPKPQNNHPMG";
pub const SECRET: &str = "c2VjcmV0LWtleS1mb3ItdGVzdHM=";
pub const SECOND: &str = "S2VlcCB5b3VyIGtuaWNrZXJzIG9uISBUaGlzIGlzIGEgdGVzdCBBUEkga2V5LCBkb24ndCB3b3JyeSE=";

pub const ACCOUNTS: [&str; 2] = [
    r#"
[account]
slug = "apitesting"
name = "Test Theatre"
external_id = "1234ABCD"
from = "Test Theatre <hello@test.example>"
allowed_origins = ["https://www.test.example"]
allowed_return_hosts = ["site"]
custom_domains = ["tickets.test.example"]

[[api_user]]
kind = "spektrix"
login = "TestLogin"
secret = "c2VjcmV0LWtleS1mb3ItdGVzdHM="

[[api_user]]
kind = "spektrix"
login = "TestLogin"
secret = "S2VlcCB5b3VyIGtuaWNrZXJzIG9uISBUaGlzIGlzIGEgdGVzdCBBUEkga2V5LCBkb24ndCB3b3JyeSE="

[[api_user]]
kind = "sentori"
name = "Website"
key = "00000000-0000-0000-0000-000000000001"

[[field]]
system_name = "Diet"
label = "Dietary Requirements"
type = "text"
on_forms = true

[[tag_group]]
name = "Interests"
web = true
tags = [{ name = "Silver Member", spektrix_id = "11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT" }]

[[tag_group]]
name = "Campaigns"
web = false
tags = [{ name = "RFV", spektrix_id = "9401ARBBPNBJQCDPKKQGHNMPKPQNNHPMG" }]

[[statement]]
key = "email"
spektrix_id = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"
text = "Email me"
channel = "email"
web = true
linked_to_email = true

[[statement]]
key = "post"
spektrix_id = "401ANPJQJQPQMRSBDNMVNLSPGTRBVQVRH"
text = "Post"
channel = "post"
web = true

[[form]]
external_id = "12ABCDE3"
name = "Newsletter"
fields = [{ field = "FirstName" }, { field = "LastName" }]
"#,
    r#"
[account]
slug = "other"
name = "Other Theatre"
from = "Other Theatre <hello@other.example>"
confirm_web_sign_ups = true
allowed_origins = ["*"]

[[api_user]]
kind = "spektrix"
login = "OtherLogin"
secret = "b3RoZXIga2V5IG9mIGFub3RoZXIgYWNjb3VudA=="

[[statement]]
key = "email"
spektrix_id = "501AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL"
text = "Email me"
channel = "email"
web = true
linked_to_email = true
"#,
];

/// A server with both accounts.
pub struct Door {
    pub launch: Launch,
    pub running: Running,
}

impl Door {
    pub async fn open(db: &TestDatabase) -> Self {
        Self::open_for(db, "https://www.test.example").await
    }

    /// The same for pages of this origin.
    pub async fn open_for(db: &TestDatabase, origin: &str) -> Self {
        let host = origin.split("://").last().and_then(|h| h.split(':').next()).unwrap_or_default();
        let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule"))
            .setting("VESTIBULE_DATABASE_URL", db.url())
            .setting("VESTIBULE_MAIL_URL", "mailbox:");
        for (n, text) in ACCOUNTS.iter().enumerate() {
            let file = launch.data_dir().join(format!("{n}.toml"));
            let text = text
                .replace("https://www.test.example", origin)
                .replace("[\"site\"]", &format!("[\"site\", \"{host}\"]"));
            std::fs::write(&file, text).expect("written");
            let done = launch.run(["account".into(), "apply".into(), file.into_os_string()]).await;
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let running = launch.start().await;
        Self { launch, running }
    }

    /// Another node on the same store.
    pub async fn beside(&self, db: &TestDatabase) -> Self {
        let launch = Launch::new(env!("CARGO_BIN_EXE_vestibule"))
            .setting("VESTIBULE_DATABASE_URL", db.url())
            .setting("VESTIBULE_MAIL_URL", "mailbox:")
            .setting("VESTIBULE_SECRET_KEY_FILE", self.launch.data_dir().join("secret.key"));
        let running = launch.start().await;
        Self { launch, running }
    }

    pub fn at(&self) -> SocketAddr {
        self.running.address()
    }

    /// An unsigned call.
    pub async fn web(&self, method: &str, path: &str, body: &str) -> Response {
        let request = Request::new(method, &format!("/apitesting/api/v3/{path}"));
        request.header("Content-Type", "application/json").body(body).send(self.at()).await.expect("answered")
    }

    /// A signed call.
    pub async fn owner(&self, method: &str, path: &str, body: &str) -> Response {
        self.signed(SECRET, method, path, body).await
    }

    /// A call signed with one of the secrets.
    pub async fn signed(&self, secret: &str, method: &str, path: &str, body: &str) -> Response {
        self.signed_as("TestLogin", secret, method, path, body).await
    }

    /// A call signed by any login.
    pub async fn signed_as(&self, login: &str, secret: &str, method: &str, path: &str, body: &str) -> Response {
        let target = format!("/apitesting/api/v3/{path}");
        let date = date(0);
        let uri = format!("http://{}{target}", self.at());
        let given = auth::authorization(login, &Secret::new(secret), method, &uri, &date, body.as_bytes());
        let request = Request::new(method, &target).header("Date", &date).header("Authorization", &given);
        request.body(body).send(self.at()).await.expect("answered")
    }

    /// A form post to `signup.aspx`.
    pub async fn form(&self, body: &str) -> Response {
        testkit::http::post(
            self.at(),
            "/apitesting/website/secure/signup.aspx",
            "application/x-www-form-urlencoded",
            body,
        )
        .await
        .expect("answered")
    }

    /// The customer with this address, in Owner mode.
    pub async fn by_email(&self, email: &str) -> Response {
        self.owner("GET", &format!("customers?email={email}&$expand=tags,AllStatements,addresses"), "").await
    }

    /// Runs a command on the same store.
    pub async fn command(&self, arguments: &[&str]) -> (bool, String, String) {
        let done = self.launch.run(arguments.iter().copied()).await;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (done.status.success(), text(&done.stdout), text(&done.stderr))
    }

    /// The mails that went out, newest first.
    pub async fn mails(&self) -> Vec<Value> {
        let mails = testkit::http::get(self.at(), "/mailbox.json").await.expect("answered").json();
        mails.as_array().cloned().unwrap_or_default()
    }
}

/// Now as an HTTP date, moved by so many seconds.
pub fn date(by: i64) -> String {
    let now = Ambient::system().now();
    model::Timestamp(now.0 + by * 1_000_000).to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A customer's body.
pub fn person(email: &str, more: &str) -> String {
    format!(r#"{{"email":"{email}","firstName":"A","lastName":"B"{more}}}"#)
}

/// The keys under `invalidInputs`.
pub fn keys(response: &Response) -> Vec<String> {
    let inputs = response.json()["invalidInputs"].as_array().cloned().unwrap_or_default();
    inputs.iter().map(|i| i["key"].as_str().unwrap_or_default().to_owned()).collect()
}
