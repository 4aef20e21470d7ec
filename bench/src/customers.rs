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

/// One connection that makes customers.
#[derive(Debug)]
pub struct Customers {
    people: Arc<People>,
    accounts: u32,
    host: String,
    signed: bool,
    key: Vec<u8>,
}

impl Customers {
    /// Customers of so many accounts in turn, made by a browser or by signed calls.
    pub fn new(people: Arc<People>, accounts: u32, host: &str, signed: bool) -> Self {
        let key = STANDARD.decode(SECRET).unwrap_or_default();
        Self { people, accounts, host: host.to_owned(), signed, key }
    }

    fn request(&self, wish: Wish) -> String {
        let body = format!(
            r#"{{"firstName":"{}","lastName":"{}","email":"{}","AgreedStatements":["{}","{}"],"Tags":["{}","{}"],"Attribute_{}":"Vegan","Attribute_{}":"Stalls"}}"#,
            wish.first_name(),
            wish.last_name(),
            wish.address(),
            STATEMENTS[0],
            STATEMENTS[1],
            TAG_IDS[0],
            TAG_IDS[1],
            ATTRIBUTES[0],
            ATTRIBUTES[1],
        );
        let (path, more) = if self.signed {
            let path = format!("/bench-{}/api/v3/customers", wish.account);
            let date = http_date();
            let digest = STANDARD.encode(Md5::digest(body.as_bytes()));
            let text = format!("POST\nhttp://{}{path}\n{date}\n{digest}", self.host);
            (path, format!("Date: {date}\r\nAuthorization: SpektrixAPI3 {LOGIN}:{}\r\n", self.signature(&text)))
        } else {
            let more = format!("Origin: {ORIGIN}\r\nUser-Agent: {BROWSER}\r\n");
            (format!("/bench-{}/api/v3/customer", wish.account), more)
        };
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
    }

    fn signature(&self, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.key) else { return String::new() };
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl Caller for Customers {
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        let person = self.people.someone();
        let wish = Wish::new((person % u64::from(self.accounts.max(1))) as u32, person);
        let answer = connection.exchange(self.request(wish).as_bytes()).await?;
        match answer.status {
            200 => tally.borrow_mut().sign_up(due),
            status => tally.borrow_mut().fault(format!("customer answered {status} {}", answer.reason)),
        }
        Ok(())
    }
}

/// Now as an HTTP date.
#[expect(clippy::disallowed_methods, reason = "the server under test keeps to the machine's clock")]
fn http_date() -> String {
    httpdate::fmt_http_date(SystemTime::now())
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
    fn dates_are_of_this_century_and_signatures_the_references() {
        let date = http_date();
        assert!(date.len() == 29 && date[12..16].starts_with("20"), "{date}");
        let customers = Customers::new(Arc::new(People::default()), 1, "x", true);
        let text =
            "GET\nhttps://system.spektrix.com/apitesting/api/v3/customers/I-AK11-1ATK\nWed, 21 Oct 2020 07:28:00 GMT";
        assert_eq!(customers.signature(text), "vWUllieKRYfhfC7FwWvxnD63unw=");
    }
}
