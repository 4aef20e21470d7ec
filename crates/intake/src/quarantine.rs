//! What becomes of sign-ups that do not simply go on: kept quietly, turned away, and released again.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::{AccountSnapshot, Door, GuardMode, Outcome, Refusal, SignUp, SignUpId};
use store::{Facts, Numbers, PersonKey, Plan, RefusedAttempt, Wants};

use crate::decide::{self, Ask};
use crate::gate::{self, Passed};
use crate::guard::Policy;
use crate::{Intake, MadeCustomer, refusal};

/// What a release did.
#[derive(Clone, Debug)]
pub enum Released {
    /// It went on as if it had just come in.
    Now(Outcome),
    /// It was released before; nothing was done.
    Before,
}

/// In Spektrix Web mode a quiet sign-up still makes the customer, as the vendor's own does: without its statements.
pub(crate) fn makes_the_customer(sign_up: &SignUp, policy: &Policy) -> bool {
    sign_up.door == Door::SpektrixWeb && policy.bot_rules != GuardMode::Enforce
}

pub(crate) fn without_statements(sign_up: &SignUp) -> SignUp {
    let mut rest = sign_up.clone();
    rest.wish.statements.clear();
    rest
}

impl Intake {
    /// Keeps a sign-up in quarantine.
    pub(crate) async fn keep_quiet(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: SignUp,
        passed: Passed,
    ) -> Result<Outcome, Refusal> {
        let sign_up = self.put_aside(account, sign_up, passed, decide::quiet).await?;
        Ok(Outcome::Quiet { sign_up })
    }

    async fn put_aside<T: Send + 'static>(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: SignUp,
        passed: Passed,
        decision: fn(&Ask, &Facts, &mut dyn Numbers) -> (Plan, T),
    ) -> Result<T, Refusal> {
        self.counts.quiet.fetch_add(1, Ordering::Relaxed);
        // It changes nothing about the person, so it waits for no other change of theirs.
        let alone = u128::from_be_bytes(self.store.ambient().random());
        let key = PersonKey { account: account.id, email_key: format!("quiet {alone:x}") };
        let ask = Ask::new(&self.store, self.settings, account, sign_up, passed, None);
        let kept = self.store.decide(key, Wants::default(), move |facts, numbers| decision(&ask, facts, numbers)).await;
        kept.map_err(|e| refusal(&e))
    }

    /// Keeps a wish to become a customer in quarantine, and answers as if it had come true.
    pub(crate) async fn keep_customer_quiet(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: SignUp,
        passed: Passed,
    ) -> Result<MadeCustomer, Refusal> {
        let values = sign_up.wish.values.iter().filter_map(|(f, v)| Some((*f, v.clone()?))).collect();
        let (_, contact) = self.put_aside(account, sign_up, passed, decide::quiet_customer).await?;
        Ok(MadeCustomer { contact, public_id: None, values, withheld: None })
    }

    /// Notes that a sign-up was turned away: a keyed hash and the reasons, nothing else.
    pub(crate) fn turn_away(
        &self,
        account: &AccountSnapshot,
        sign_up: &SignUp,
        passed: &Passed,
        refusal: Refusal,
    ) -> Refusal {
        self.counts.turned_away.fetch_add(1, Ordering::Relaxed);
        self.gate.note_refused(RefusedAttempt {
            account: account.id,
            door: sign_up.door.name(),
            address_hash: self.store.keys().address_hash(account.id, sign_up.email.key()),
            verdict: gate::record(passed.judgement, None).unwrap_or_default(),
            at: self.store.ambient().now(),
        });
        refusal
    }

    /// Goes on with a sign-up in quarantine as if it had just come in; recipient protection still holds.
    /// [`Refusal::NotFound`] when there is none of that number in the account.
    pub async fn release(&self, account: &Arc<AccountSnapshot>, id: SignUpId) -> Result<Released, Refusal> {
        let held = self.store.held(account.id, id).await.map_err(|e| refusal(&e))?.ok_or(Refusal::NotFound)?;
        if held.released_at.is_some() {
            return Ok(Released::Before);
        }
        let passed = Passed { policy: self.gate.policy(account, None), judgement: None };
        let started = tokio::time::Instant::now();
        let sign_up = held.sign_up;
        let outcome = if matches!(sign_up.door, Door::SpektrixWeb | Door::SpektrixForm) {
            let kind = model::SignUpKind::Signup;
            match self.make_customer(account, sign_up, None, passed, None, true).await? {
                Ok(made) => Outcome::Applied { kind, contact: made.contact, sign_up: id },
                // The customer exists already; what it had not answered yet is applied or asked for.
                Err(Refusal::Duplicate) => Outcome::Quiet { sign_up: id },
                Err(other) => return Err(other),
            }
        } else {
            self.go_on(account, sign_up, passed, started).await?
        };
        // Afterwards: a release that failed may be tried again, and one that is made twice at once is a repeat.
        self.store.mark_released(account.id, id).await.map_err(|e| refusal(&e))?;
        Ok(Released::Now(outcome))
    }
}
