//! What came back of the mails to a contact, and which messages of other services were taken already.

use std::collections::HashMap;
use std::time::Duration;

use model::{AccountId, Automation, AutomationStep, ContactId, DeliveryId, Timestamp};

use crate::Store;
use crate::error::{Result, StoreError};
use crate::plan::Owed;
use crate::sql::{Conn, Row, each_statements, statements};

statements! {
    // Whose mail it was; of mails only.
    MAIL = "SELECT d.contact_id, d.created_at, c.email_key FROM delivery AS d JOIN contact AS c \
        ON c.account_id = d.account_id AND c.id = d.contact_id WHERE d.account_id = $1 AND d.id = $2 AND d.lane < 2";
    TAKEN = "SELECT at FROM taken_message WHERE account_id = $1 AND id_hash = $2";
    TAKE = "INSERT INTO taken_message (account_id, id_hash, at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id, id_hash) DO NOTHING";
    FORGET_TAKEN = "DELETE FROM taken_message WHERE account_id = $1 AND at < $2";
}

each_statements! {
    RETURNS (Int, Int) = "SELECT mail, report, kind, mailed_at FROM mail_return WHERE account_id = {1} AND contact_id = {2} \
        ORDER BY mailed_at DESC, mail DESC, report LIMIT 50";
    // Mails to the contact itself; of an automation's steps some are none.
    SENT (Int, Int) = "SELECT id, created_at, payload FROM delivery WHERE account_id = {1} AND contact_id = {2} \
        AND lane < 2 AND state = 1 AND kind IN ('confirmation', 'preferences_link', 'password_link', 'login_link', \
        'automation_step') ORDER BY id DESC LIMIT 50";
    RUNS_OF (Int, Int) = "SELECT id, definition FROM automation_run WHERE account_id = {1} AND contact_id = {2}";
    MARK_BAD (Int, Int, Int) = "UPDATE contact SET bad_address_at = COALESCE(bad_address_at, {3}) {from} \
        WHERE account_id = {1} AND id = {2}";
    NEW_RETURN (Int, Int, Int, Int, Int, Int, Int) =
        "INSERT INTO mail_return (account_id, contact_id, mail, report, kind, mailed_at, at) {rows} \
        ON CONFLICT (account_id, contact_id, mail, report) DO NOTHING";
}

/// What is said about a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnKind {
    /// The address takes no mail.
    Hard,
    /// It may take some later.
    Soft,
    /// The recipient did not want it.
    Complaint,
    /// It reached its mailbox.
    Delivered,
}

impl ReturnKind {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Hard => 0,
            Self::Soft => 1,
            Self::Complaint => 2,
            Self::Delivered => 3,
        }
    }

    fn from_code(code: i64) -> Result<Self> {
        let all = [Self::Hard, Self::Soft, Self::Complaint, Self::Delivered];
        let known = all.into_iter().find(|kind| kind.code() == code);
        known.ok_or_else(|| StoreError::Fault(format!("unreadable row: kind of return {code}")))
    }
}

/// A report about a mail to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailReturn {
    /// The row of the outbox, or a number below nought made of a mail service's own id.
    pub mail: i64,
    /// Made of the report, so that none counts twice.
    pub report: i64,
    /// What is said.
    pub kind: ReturnKind,
    /// When that mail was owed.
    pub mailed_at: Timestamp,
}

/// The last mails to a contact and what came back of them.
#[derive(Debug, Default)]
pub struct MailHistory {
    /// What came back, the newest mail first.
    pub returned: Vec<MailReturn>,
    /// Mails that were handed over, the newest first.
    pub sent: Vec<(DeliveryId, Timestamp)>,
}

/// A mail that left us.
#[derive(Clone, Debug)]
pub struct SentTo {
    /// The contact it was about.
    pub contact: ContactId,
    /// The contact's address as it is now ([`model::EmailAddress::key`]).
    pub email_key: String,
    /// When it was owed.
    pub mailed_at: Timestamp,
}

pub(crate) fn return_row(row: &mut Row<'_>) -> Result<MailReturn> {
    let (mail, report) = (row.int()?, row.int()?);
    Ok(MailReturn { mail, report, kind: ReturnKind::from_code(row.int()?)?, mailed_at: row.time()? })
}

/// A row that may be a mail.
pub(crate) struct Sent {
    id: DeliveryId,
    at: Timestamp,
    owed: Option<Owed>,
}

pub(crate) fn sent_row(row: &mut Row<'_>) -> Result<Sent> {
    let (id, at, payload) = (DeliveryId(row.int()?), row.time()?, row.text()?);
    Ok(Sent { id, at, owed: serde_json::from_str(&payload).ok() })
}

pub(crate) fn run_row(row: &mut Row<'_>) -> Result<(i64, String)> {
    Ok((row.int()?, row.text()?))
}

/// Those of the rows that were mails.
pub(crate) fn mails(sent: Vec<Sent>, runs: &[(i64, String)]) -> Vec<(DeliveryId, Timestamp)> {
    let mut definitions: HashMap<i64, Option<Automation>> = HashMap::new();
    let mut is_mail = |owed: &Option<Owed>| match owed {
        Some(Owed::AutomationStep { run, step }) => {
            let read = || serde_json::from_str(&runs.iter().find(|(id, _)| id == run)?.1).ok();
            let definition = definitions.entry(*run).or_insert_with(read).as_ref();
            let step = usize::try_from(*step).ok().and_then(|step| definition?.steps.get(step));
            matches!(step, Some(AutomationStep::SendMail { .. }))
        }
        Some(_) => true,
        None => false,
    };
    sent.into_iter().filter(|row| is_mail(&row.owed)).map(|row| (row.id, row.at)).collect()
}

impl Store {
    /// To whom a row of the outbox was mailed; `None` where it was no mail, is no more, or nobody is known by it.
    pub async fn sent_to(&self, account: AccountId, delivery: DeliveryId) -> Result<Option<SentTo>> {
        let read = move |conn: &mut Conn| {
            conn.row(&MAIL, &[account.0.into(), delivery.0.into()], |row| {
                let (contact, mailed_at) = (ContactId(row.int()?), row.time()?);
                Ok(SentTo { contact, mailed_at, email_key: row.text()? })
            })
        };
        self.inner.lanes.run(read).await
    }

    /// Whether a message of another service was taken before.
    pub async fn was_taken(&self, account: AccountId, id_hash: [u8; 32]) -> Result<bool> {
        let read = move |conn: &mut Conn| conn.row(&TAKEN, &[account.0.into(), (&id_hash).into()], |row| row.int());
        Ok(self.inner.lanes.run(read).await?.is_some())
    }

    /// Notes a message of another service as taken; whether it was not yet. Those older than `keep` are forgotten.
    pub async fn take_message(&self, account: AccountId, id_hash: [u8; 32], keep: Duration) -> Result<bool> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| {
            conn.run(&FORGET_TAKEN, &[account.0.into(), now.minus(keep).into()])?;
            Ok(conn.run(&TAKE, &[account.0.into(), (&id_hash).into(), now.into()])? == 1)
        })
        .await
    }
}
