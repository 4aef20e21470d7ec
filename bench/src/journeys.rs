//! The default journey: sign-up, mail taken by the sink, link followed, sign-up applied. Of all sign-up requests 20 %
//! repeat the one before (a double click), 10 % update a known contact, 5 % are refused.

use std::sync::Arc;
use std::time::Instant;

use crate::client::{Connection, Fault};
use crate::load::{Caller, Shared};
use crate::people::{Kind, SignUpRequest, Wish};
use crate::random::Dice;
use crate::sign_ups::People;
use crate::sink::Mailbag;

/// Contacts a connection remembers for updates.
const KNOWN: usize = 1000;

/// What a step begins with. Repeats come on top of new sign-ups and updates, so of a hundred requests these are eighty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    New,
    Update,
    Refused,
}

/// Draws a step: 65 new, 10 updates, 5 refused of 80.
fn draw_step(dice: &mut Dice) -> Step {
    match dice.below(80) {
        0..65 => Step::New,
        65..75 => Step::Update,
        _ => Step::Refused,
    }
}

/// Whether a new sign-up or an update (75 of 100 requests) is sent twice (20 of 100).
fn draw_repeat(dice: &mut Dice) -> bool {
    dice.below(75) < 20
}

/// One connection of the workload.
#[derive(Debug)]
pub struct Journeys {
    people: Arc<People>,
    bag: Arc<Mailbag>,
    accounts: u32,
    dice: Dice,
    known: Vec<Wish>,
    host: String,
    sign_up: SignUpRequest,
    refused: SignUpRequest,
}

impl Journeys {
    /// A connection that begins journeys in so many accounts.
    pub fn new(people: Arc<People>, bag: Arc<Mailbag>, accounts: u32, host: &str, seed: u64) -> Self {
        Self {
            people,
            bag,
            accounts,
            dice: Dice::new(seed),
            known: Vec::new(),
            host: host.to_owned(),
            sign_up: SignUpRequest::new(Kind::Confirmed, host),
            refused: SignUpRequest::new(Kind::Refused, host),
        }
    }

    fn someone(&mut self) -> Wish {
        let account = self.dice.below(u64::from(self.accounts)) as u32;
        Wish::new(account, self.people.someone())
    }

    /// Someone known, each at most once, so that no limit on mails to one person is met.
    fn known(&mut self) -> Option<Wish> {
        let at = self.dice.below(self.known.len() as u64) as usize;
        (at < self.known.len()).then(|| self.known.swap_remove(at))
    }

    async fn refuse(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        let wish = self.someone();
        let answer = connection.exchange(self.refused.of(wish)).await?;
        match answer.status {
            404 => tally.borrow_mut().sign_up(due),
            status => tally.borrow_mut().fault(format!("unknown tag answered {status} {}", answer.reason)),
        }
        Ok(())
    }

    /// Sends the sign-up; true when it was answered 200.
    async fn ask(
        &mut self,
        connection: &mut Connection,
        wish: Wish,
        due: Instant,
        tally: &Shared,
    ) -> Result<bool, Fault> {
        let answer = connection.exchange(self.sign_up.of(wish)).await?;
        match answer.status {
            200 => tally.borrow_mut().sign_up(due),
            status => tally.borrow_mut().fault(format!("sign-up answered {status} {}", answer.reason)),
        }
        Ok(answer.status == 200)
    }
}

impl Caller for Journeys {
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault> {
        let wish = match draw_step(&mut self.dice) {
            Step::Refused => return self.refuse(connection, due, tally).await,
            Step::New => self.someone(),
            Step::Update => match self.known() {
                Some(known) => Wish { version: known.version + 1, ..known },
                None => self.someone(),
            },
        };
        if !self.ask(connection, wish, due, tally).await? {
            return Ok(());
        }
        if draw_repeat(&mut self.dice) && !self.ask(connection, wish, Instant::now(), tally).await? {
            return Ok(());
        }
        // 200 says that the mail server has taken the mail, so it must be here by now, and only once.
        let tokens = self.bag.take(&wish.address());
        if tokens.len() != 1 {
            tally.borrow_mut().fault(format!("{} mails after 200", tokens.len()));
        }
        let Some(token) = tokens.last() else { return Ok(()) };
        let follow = format!("POST /confirm/{token} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n", self.host);
        let begun = Instant::now();
        let answer = connection.exchange(follow.as_bytes()).await?;
        match answer.status {
            200 | 303 => tally.borrow_mut().confirm(begun),
            status => tally.borrow_mut().fault(format!("confirm answered {status} {}", answer.reason)),
        }
        if wish.version == b'A' && self.known.len() < KNOWN {
            self.known.push(wish);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_as_asked() {
        let mut dice = Dice::new(1);
        let (mut requests, mut updates, mut refused, mut repeats) = (0.0_f64, 0.0, 0.0, 0.0);
        for _ in 0..200_000 {
            requests += 1.0;
            match draw_step(&mut dice) {
                Step::Refused => {
                    refused += 1.0;
                    continue;
                }
                Step::Update => updates += 1.0,
                Step::New => {}
            }
            if draw_repeat(&mut dice) {
                requests += 1.0;
                repeats += 1.0;
            }
        }
        for (share, expected) in [(repeats, 0.20), (updates, 0.10), (refused, 0.05)] {
            assert!((share / requests - expected).abs() < 0.005, "{share} of {requests}");
        }
    }
}
