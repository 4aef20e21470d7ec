//! One call at each browser door, as its callers send it.

use doors::spektrix::auth;
use model::{Ambient, Secret};
use serde_json::{Map, Value};
use testkit::http::{Request, Response};

use crate::node::Node;

pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
pub const PROGRAM: &str = "python-requests/2.31.0";
pub const STATEMENT: &str = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Hosted,
    Json,
    Web,
    Aspx,
}

pub const BROWSER_DOORS: [At; 4] = [At::Hosted, At::Json, At::Web, At::Aspx];

/// Somebody, by a number.
#[derive(Clone, Copy, Debug)]
pub struct Person(pub usize);

const FIRST: [&str; 8] = ["Marie", "Jan", "Siân", "Ayşe", "Bo", "Tomáš", "Grace", "Piet"];
const LAST: [&str; 7] = ["Lefèvre", "de Vries", "O'Neill", "Yıldız", "Li", "Dvořák", "Adeyemi"];
const PLACES: [&str; 5] = ["venue", "orchestra", "theatr", "stage", "gallery"];

impl Person {
    pub fn names(self) -> (&'static str, &'static str) {
        (FIRST[self.0 % FIRST.len()], LAST[self.0 % LAST.len()])
    }

    pub fn email(self) -> String {
        let (first, last) = self.names();
        let plain = |t: &str| t.to_ascii_lowercase().chars().filter(char::is_ascii_lowercase).collect::<String>();
        format!("{}.{}@{}.example", plain(first), plain(last), PLACES[self.0 % PLACES.len()])
    }

    pub fn ip(self) -> String {
        format!("198.51.{}.{}", self.0 % 200, self.0 % 90 + 1)
    }
}

/// A call at a door by somebody, with more in its body.
pub struct Calling<'a> {
    pub at: At,
    pub person: Person,
    pub email: String,
    pub agent: &'a str,
    pub origin: Option<&'a str>,
    pub more: Vec<(&'a str, String)>,
    /// Where it comes from; left out = the person's own place.
    pub ip: Option<String>,
}

impl<'a> Calling<'a> {
    pub fn new(at: At, n: usize) -> Self {
        let person = Person(n);
        let email = person.email();
        Self { at, person, email, agent: BROWSER, origin: Some("https://demo.example"), more: Vec::new(), ip: None }
    }

    pub fn email(mut self, email: &str) -> Self {
        email.clone_into(&mut self.email);
        self
    }

    pub fn with(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    pub async fn send(&self, node: &Node) -> Response {
        self.send_to(node.running.address()).await
    }

    pub async fn send_to(&self, node: std::net::SocketAddr) -> Response {
        let (first, last) = self.person.names();
        let email = match self.at {
            At::Hosted | At::Json => "EmailAddress",
            At::Web | At::Aspx => "Email",
        };
        let names = [("FirstName", first), ("LastName", last), (email, self.email.as_str())];
        let mut pairs: Vec<(&str, &str)> = names.to_vec();
        if self.at == At::Aspx {
            pairs.push(("ReturnUrl", "https://demo.example/done"));
        }
        pairs.extend(self.more.iter().map(|(n, v)| (*n, v.as_str())));
        let (target, body, json) = match self.at {
            At::Hosted => ("/demo/forms/12ABCDE3", urlencoded(&pairs), false),
            At::Json => ("/demo/forms/12ABCDE3", object(&pairs), true),
            At::Web => ("/demo/api/v3/customer", object(&pairs), true),
            At::Aspx => ("/demo/website/secure/signup.aspx", urlencoded(&pairs), false),
        };
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut request = Request::post(target)
            .header("Content-Type", kind)
            .header("User-Agent", self.agent)
            .header("X-Forwarded-For", &self.ip.clone().unwrap_or_else(|| self.person.ip()));
        if json {
            request = request.header("Accept", "application/json");
        }
        if let Some(origin) = self.origin {
            request = request.header("Origin", origin);
        }
        request.body(body).send(node).await.expect("an answer")
    }
}

fn urlencoded(pairs: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |mut all, b| {
            use std::fmt::Write as _;
            let _ = write!(all, "%{b:02X}");
            all
        })
    };
    pairs.iter().map(|(n, v)| format!("{n}={}", encoded(v))).collect::<Vec<_>>().join("&")
}

fn object(pairs: &[(&str, &str)]) -> String {
    let value =
        |text: &str| if text.starts_with('[') { serde_json::from_str(text).expect("JSON") } else { text.into() };
    let object: Map<String, Value> = pairs.iter().map(|(n, v)| ((*n).to_owned(), value(v))).collect();
    Value::Object(object).to_string()
}

/// A signed Spektrix call.
pub async fn owner(node: &Node, method: &str, path: &str, body: &str) -> Response {
    let target = format!("/demo/api/v3/{path}");
    let date = Ambient::system().now().to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let uri = format!("http://{}{target}", node.running.address());
    let secret = Secret::new("c2VjcmV0LWtleS1mb3ItdGVzdHM=");
    let given = auth::authorization("TestLogin", &secret, method, &uri, &date, body.as_bytes());
    let request = Request::new(method, &target).header("Date", &date).header("Authorization", &given);
    request.body(body).send(node.running.address()).await.expect("an answer")
}

/// The challenge in an answer, fetched where it only says where.
pub async fn challenge_of(node: &Node, answer: &Response) -> String {
    let text = answer.text();
    if let Some(at) = text.find("data-challenge=\"") {
        let rest = &text[at + 16..];
        let raw = &rest[..rest.find('"').expect("an end")];
        return raw.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&");
    }
    let url = answer.json()["challenge"]["url"].as_str().expect("where to solve").to_owned();
    testkit::http::get(node.running.address(), &url).await.expect("an answer").text()
}
