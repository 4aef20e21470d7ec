//! Waiting for the first attempt at a confirmation mail, for callers that must be told.

use std::time::Duration;

use model::{AccountId, DeliveryId, MailState, Outcome};
use store::{DeliveryState, Receipt};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::Intake;
use crate::decide::Settled;

/// How often the store is asked about a mail that another node delivers.
const POLL: Duration = Duration::from_millis(200);

impl Intake {
    /// Completes a settled sign-up with what became of its mail, waiting no longer than until the mail wait is over.
    pub(crate) async fn await_mail(&self, account: AccountId, settled: Settled, started: Instant) -> Outcome {
        let (Outcome::Pending { kind, contact, sign_up, pending, .. }, Some(delivery)) =
            (settled.outcome, settled.delivery)
        else {
            return settled.outcome;
        };
        let deadline = started + self.settings.mail_wait;
        let receipt = settled.receipt.or_else(|| self.store.receipt(account, delivery));
        let taken = match receipt {
            Some(receipt) => timeout_at(deadline, first_attempt(receipt)).await.unwrap_or(false),
            None => timeout_at(deadline, self.elsewhere(account, delivery)).await.unwrap_or(false),
        };
        let mail = if taken { MailState::Taken } else { MailState::Owed };
        Outcome::Pending { kind, contact, sign_up, pending, mail }
    }

    /// Follows a mail in another node's hands through the store.
    async fn elsewhere(&self, account: AccountId, delivery: DeliveryId) -> bool {
        loop {
            match self.store.delivery_state(account, delivery).await {
                Ok(Some(DeliveryState::Done)) => return true,
                Ok(Some(DeliveryState::Owed)) => tokio::time::sleep(POLL).await,
                _ => return false,
            }
        }
    }
}

async fn first_attempt(mut receipt: watch::Receiver<Receipt>) -> bool {
    // A worker that went away has not handed the mail over.
    receipt.wait_for(|r| *r != Receipt::Waiting).await.is_ok_and(|r| *r == Receipt::Taken)
}
