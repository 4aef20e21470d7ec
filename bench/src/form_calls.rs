//! The workload "form": strangers' sign-ups at a form as JSON, each from an address of its own behind a trusted proxy.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::client::{Connection, Fault};
use crate::customers::{BROWSER, ORIGIN};
use crate::load::{Caller, Shared};
use crate::people::{FORM, Wish};
use crate::random::mix;
use crate::sign_ups::People;

/// What strangers were told when the server had no room for them.
#[derive(Debug, Default)]
pub struct Turned {
    /// 503 with `Retry-After`.
    pub away: AtomicU64,
    /// 429 and 403: limits, challenges.
    pub down: AtomicU64,
}

/// One connection of strangers.
#[derive(Debug)]
pub struct FormCalls {
    people: Arc<People>,
    accounts: u32,
    host: String,
    /// Where answers are counted that would be faults without a flood.
    turned: Option<Arc<Turned>>,
    request: Vec<u8>,
}

impl FormCalls {
    /// Strangers who sign up at the forms of so many accounts in turn.
    pub fn new(people: Arc<People>, accounts: u32, host: &str) -> Self {
        Self { people, accounts, host: host.to_owned(), turned: None, request: Vec::new() }
    }

    /// The same in a flood, where some are turned away.
    pub fn flooding(people: Arc<People>, accounts: u32, host: &str, turned: &Arc<Turned>) -> Self {
        Self { turned: Some(Arc::clone(turned)), ..Self::new(people, accounts, host) }
    }

    fn write(&mut self, wish: Wish) {
        let body = format!(
            r#"{{"EmailAddress":"{}","FirstName":"{}","LastName":"{}"}}"#,
            wish.address(),
            wish.first_name(),
            wish.last_name()
        );
        let ip = mix(wish.person).to_be_bytes();
        self.request.clear();
        // A vector takes whatever is written.
        let _ = write!(
            self.request,
            "POST /bench-{}/forms/{FORM} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             Origin: {ORIGIN}\r\nUser-Agent: {BROWSER}\r\nX-Forwarded-For: {}.{}.{}.{}\r\nContent-Length: {}\r\n\r\n{body}",
            wish.account,
            self.host,
            // Networks that nobody has otherwise: 20.0.0.0 to 99.255.255.255.
            ip[0] % 80 + 20,
            ip[1],
            ip[2],
            ip[3],
            body.len()
        );
    }
}

impl Caller for FormCalls {
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        let person = self.people.someone();
        self.write(Wish::new((person % u64::from(self.accounts.max(1))) as u32, person));
        let answer = connection.exchange(&self.request).await?;
        match (answer.status, &self.turned) {
            (202, _) => tally.borrow_mut().sign_up(due),
            (503, Some(turned)) if answer.retry_after => drop(turned.away.fetch_add(1, Ordering::Relaxed)),
            (429 | 403, Some(turned)) => drop(turned.down.fetch_add(1, Ordering::Relaxed)),
            (status, _) => tally.borrow_mut().fault(format!("form answered {status} {}", answer.reason)),
        }
        Ok(())
    }
}
