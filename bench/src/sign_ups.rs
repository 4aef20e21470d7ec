//! The workloads "false" (every request a new person, applied at once) and "mailed" (every request a new person, answered
//! when the mail server has the confirmation mail).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::client::{Connection, Fault};
use crate::load::{Caller, Shared};
use crate::people::{Kind, SignUpRequest, Wish};

/// Numbers for people, each given once.
#[derive(Debug, Default)]
pub struct People {
    next: AtomicU64,
}

impl People {
    /// People from a number on, so that two runs on one store share nobody.
    pub fn from(first: u64) -> Self {
        Self { next: AtomicU64::new(first) }
    }

    /// Someone new.
    pub fn someone(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

/// One connection of the workload.
#[derive(Debug)]
pub struct SignUps {
    people: Arc<People>,
    accounts: u32,
    request: SignUpRequest,
}

impl SignUps {
    /// A connection that signs people up with so many accounts in turn.
    pub fn new(people: Arc<People>, accounts: u32, host: &str) -> Self {
        Self { people, accounts, request: SignUpRequest::new(Kind::Applied, host) }
    }

    /// The same, each waiting for its link, which nobody follows.
    pub fn mailed(people: Arc<People>, accounts: u32, host: &str) -> Self {
        Self { people, accounts, request: SignUpRequest::new(Kind::Confirmed, host) }
    }
}

impl Caller for SignUps {
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        let person = self.people.someone();
        let wish = Wish::new((person % u64::from(self.accounts.max(1))) as u32, person);
        let answer = connection.exchange(self.request.of(wish)).await?;
        match answer.status {
            200 => tally.borrow_mut().sign_up(due),
            status => tally.borrow_mut().fault(format!("sign-up answered {status} {}", answer.reason)),
        }
        Ok(())
    }
}
