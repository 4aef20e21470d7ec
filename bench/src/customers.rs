//! The Spektrix door's workloads: "web" (`POST customer` from a browser) and "owner" (`POST customers`, signed), every
//! request a new customer with two statements, two tags and two attributes; and logins beside sign-ups.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::{Digest as _, Sha1};

use crate::client::{Connection, Fault};
use crate::load::{Caller, Load, Measured, Shared, run};
use crate::people::Wish;
use crate::sign_ups::{People, SignUps};

/// The login of signed calls.
pub const LOGIN: &str = "Bench";
/// Its secret.
pub const SECRET: &str = "c2VjcmV0LWtleS1mb3ItdGVzdHM=";
/// The browsers' page.
pub const ORIGIN: &str = "https://www.bench.example";
/// The two tags.
pub const TAG_IDS: [&str; 2] = ["11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT", "9201AHVHRSJHSLBLCDVNMMJTBCSRGGTMK"];
/// The two statements.
pub const STATEMENTS: [&str; 2] = ["201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL", "401ANPJQJQPQMRSBDNMVNLSPGTRBVQVRH"];
/// The two attributes.
pub const ATTRIBUTES: [&str; 2] = ["Diet", "Seat"];

/// Their browser.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// One connection that makes customers. As in [`crate::people::SignUpRequest`], a request costs the bench little: what
/// never changes is made once.
#[derive(Debug)]
pub struct Customers {
    people: Arc<People>,
    accounts: u32,
    signer: Option<Signer>,
    resource: &'static str,
    /// The headers that never change, after the request line.
    head: String,
    body: Vec<u8>,
    first_name_at: usize,
    last_name_at: usize,
    address_at: usize,
    request: Vec<u8>,
}

/// Signs calls.
#[derive(Debug)]
struct Signer {
    host: String,
    key: Hmac<Sha1>,
    /// The second that the date is of, and the date.
    date: (u64, String),
}

impl Signer {
    fn new(host: &str) -> Result<Self> {
        let key = Hmac::new_from_slice(&STANDARD.decode(SECRET)?)?;
        Ok(Self { host: host.to_owned(), key, date: (0, String::new()) })
    }

    /// The headers that a signed call adds.
    fn headers(&mut self, path: &str, body: &[u8]) -> String {
        let now = now();
        let second = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs());
        if self.date.0 != second {
            self.date = (second, httpdate::fmt_http_date(now));
        }
        let (host, date) = (&self.host, &self.date.1);
        let digest = STANDARD.encode(Md5::digest(body));
        let signature = self.signature(&format!("POST\nhttp://{host}{path}\n{date}\n{digest}"));
        format!("Date: {date}\r\nAuthorization: SpektrixAPI3 {LOGIN}:{signature}\r\n")
    }

    fn signature(&self, text: &str) -> String {
        let mut mac = self.key.clone();
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl Customers {
    /// Customers of so many accounts in turn, made by a browser or by signed calls.
    pub fn new(people: Arc<People>, accounts: u32, host: &str, signed: bool) -> Self {
        let nobody = Wish::new(0, 0);
        let body = format!(
            r#"{{"firstName":"{}","lastName":"{}","email":"{}","AgreedStatements":["{}","{}"],"Tags":["{}","{}"],"Attribute_{}":"Vegan","Attribute_{}":"Stalls"}}"#,
            nobody.first_name(),
            nobody.last_name(),
            nobody.address(),
            STATEMENTS[0],
            STATEMENTS[1],
            TAG_IDS[0],
            TAG_IDS[1],
            ATTRIBUTES[0],
            ATTRIBUTES[1],
        );
        let place = |what: &str| body.find(what).map_or(0, |at| at + what.len());
        let of_browser = if signed { String::new() } else { format!("Origin: {ORIGIN}\r\nUser-Agent: {BROWSER}\r\n") };
        Self {
            people,
            accounts,
            signer: if signed { Signer::new(host).ok() } else { None },
            resource: if signed { "customers" } else { "customer" },
            head: format!(
                "Host: {host}\r\nContent-Type: application/json\r\n{of_browser}Content-Length: {}\r\n",
                body.len()
            ),
            first_name_at: place(r#""firstName":""#),
            last_name_at: place(r#""lastName":""#),
            address_at: place(r#""email":""#),
            body: body.into_bytes(),
            request: Vec::new(),
        }
    }

    fn request(&mut self, wish: Wish) -> &[u8] {
        for (at, text) in [
            (self.first_name_at, wish.first_name()),
            (self.last_name_at, wish.last_name()),
            (self.address_at, wish.address()),
        ] {
            self.body[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        let path = format!("/bench-{}/api/v3/{}", wish.account, self.resource);
        let signed = self.signer.as_mut().map(|s| s.headers(&path, &self.body)).unwrap_or_default();
        self.request.clear();
        for part in ["POST ", &path, " HTTP/1.1\r\n", &self.head, &signed, "\r\n"] {
            self.request.extend_from_slice(part.as_bytes());
        }
        self.request.extend_from_slice(&self.body);
        &self.request
    }
}

impl Caller for Customers {
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        let person = self.people.someone();
        let wish = Wish::new((person % u64::from(self.accounts.max(1))) as u32, person);
        let answer = connection.exchange(self.request(wish)).await?;
        match answer.status {
            200 => tally.borrow_mut().sign_up(due),
            status => tally.borrow_mut().fault(format!("customer answered {status} {}", answer.reason)),
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the server under test keeps to the machine's clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// The customer who logs in.
const WHO: &str = r#"{"firstName":"Ann","lastName":"Lee","email":"logins@people.example","password":"correct horse"}"#;
const LOG_IN: &str = r#"{"email":"logins@people.example","password":"correct horse"}"#;

fn post(host: &str, path: &str, body: &str) -> String {
    format!(
        "POST /bench-0/api/v3/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nOrigin: {ORIGIN}\r\n\
         User-Agent: {BROWSER}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A connection that signs people up, or one that logs in over and over; logins are not counted as sign-ups.
enum Either {
    SignUps(SignUps),
    Logins(String),
}

impl Caller for Either {
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        match self {
            Self::SignUps(caller) => caller.call(connection, due, tally).await,
            Self::Logins(request) => {
                let answer = connection.exchange(request.as_bytes()).await?;
                if !matches!(answer.status, 200 | 503) {
                    tally.borrow_mut().fault(format!("login answered {} {}", answer.status, answer.reason));
                }
                if answer.status == 503 {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Ok(())
            }
        }
    }
}

/// Sign-ups over the load's connections, with so many more that log in all the time.
pub fn beside_logins(load: &Load, people: &Arc<People>, host: &str, logins: usize) -> Result<Measured> {
    if logins > 0 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let status = runtime.block_on(async {
            let mut connection = Connection::open(load.target).await?;
            Ok::<_, Fault>(connection.exchange(post(host, "customer", WHO).as_bytes()).await?.status)
        });
        let status = status.map_err(|e| anyhow::anyhow!("{e}"))?;
        ensure!(status == 200, "the customer who logs in could not be made: {status}");
    }
    let sign_ups = load.connections;
    let all = Load { connections: sign_ups + logins, ..*load };
    run(&all, |number| {
        if number < sign_ups {
            Either::SignUps(SignUps::new(Arc::clone(people), 1, host))
        } else {
            Either::Logins(post(host, "customer/authenticate", LOG_IN))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_say_what_the_wish_says_and_signatures_are_the_references() {
        let wish = Wish { account: 12, person: 7, version: b'B' };
        for signed in [false, true] {
            let mut customers = Customers::new(Arc::new(People::default()), 20, "x", signed);
            let text = String::from_utf8(customers.request(wish).to_vec()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("POST /bench-12/api/v3/customer"), "{head}");
            assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
            assert_eq!(head.contains("\r\nAuthorization: SpektrixAPI3 Bench:"), signed, "{head}");
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["firstName"], wish.first_name());
            assert_eq!(body["lastName"], wish.last_name());
            assert_eq!(body["email"], wish.address());
        }
        let text =
            "GET\nhttps://system.spektrix.com/apitesting/api/v3/customers/I-AK11-1ATK\nWed, 21 Oct 2020 07:28:00 GMT";
        assert_eq!(Signer::new("x").unwrap().signature(text), "vWUllieKRYfhfC7FwWvxnD63unw=");
    }
}
