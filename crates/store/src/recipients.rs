//! The mails that a mailbox got lately, read and counted in the transaction that owes the next one. The store knows no
//! limit: the decision that reads these facts does.
//!
//! A mailbox is locked for the whole installation while a batch decides about it, and what the batch itself owes is
//! added to the facts of its later changes, so that no limit is exceeded however parallel. Counts by domain and in all
//! are read without a lock: other committers' batches under way (256 changes each) are not seen.

use std::collections::HashMap;

use model::{AccountId, EmailAddress, Timestamp};

use crate::error::Result;
use crate::keys::Keys;
use crate::plan::{Facts, Plan};
use crate::sql::{Batch, Row, each_statements, statements};

each_statements! {
    // At most this many are read: settings allow no limit above.
    MAILS_OF (Int, Int, Int, Bytes) = "SELECT account_id, at, cause, answered FROM mail_sent \
        WHERE day IN ({1}, {2}, {3}) AND mailbox = {4} ORDER BY at DESC LIMIT 200";
    MAILS_OF_DOMAIN (Bytes, Int) = "SELECT CAST(COALESCE(SUM(sent), 0) AS BIGINT) FROM mail_hour \
        WHERE domain = {1} AND slot >= {2}";
    NEW_MAIL (Int, Bytes, Int, Int, Int, Int, Int) =
        "INSERT INTO mail_sent (day, mailbox, account_id, id, at, cause, answered) {rows} \
         ON CONFLICT (day, mailbox, account_id, id) DO NOTHING";
    ANSWER_MAILS (Int, Int, Bytes, Int) = "UPDATE mail_sent SET answered = 1 {from} \
        WHERE day IN ({1}, {2}) AND mailbox = {3} AND account_id = {4}";
    COUNT_MAILS (Bytes, Int, Int, Int) = "INSERT INTO mail_hour (domain, slot, shard, sent) {rows} \
        ON CONFLICT (domain, slot, shard) DO UPDATE SET sent = mail_hour.sent + excluded.sent";
}

statements! {
    FORGET_MAILS = "DELETE FROM mail_sent WHERE day = $1 AND mailbox >= $2 AND mailbox < $3";
    FORGET_OLDER = "DELETE FROM mail_sent WHERE day < $1";
    FORGET_COUNTS = "DELETE FROM mail_hour WHERE slot < $1";
}

/// One day and one slot, in microseconds.
const DAY: i64 = 24 * 3600 * 1_000_000;
const SLOT: i64 = 300 * 1_000_000;
const SLOTS_PER_HOUR: i64 = 12;
/// The "day" of what is never forgotten.
const FOREVER: i64 = i64::MAX;
const IN_ALL: [u8; 16] = [0; 16];

/// A mailbox by its keyed hashes: all spellings that reach one inbox are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox {
    mailbox: [u8; 16],
    domain: [u8; 16],
}

impl Mailbox {
    /// The mailbox of an address.
    pub fn of(keys: &Keys, email: &EmailAddress) -> Self {
        let hash = |label: &str, text: &str| {
            let mut first = [0; 16];
            first.copy_from_slice(&keys.keyed_hash(label, &[text.as_bytes()])[..16]);
            first
        };
        Self { mailbox: hash("mailbox", &email.mailbox_key()), domain: hash("mail domain", email.domain()) }
    }

    /// The number that is locked for it on every node.
    pub(crate) fn lock(&self) -> i64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.mailbox[..8]);
        i64::from_be_bytes(first)
    }
}

/// Why a mail goes out, as far as recipient protection tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFor {
    /// It asks to confirm.
    Confirmation,
    /// Any other that a stranger can cause.
    Other,
    /// A link or password that the mailbox's owner asks for.
    Link,
}

impl MailFor {
    fn code(self) -> i64 {
        match self {
            Self::Confirmation => 0,
            Self::Other => 1,
            Self::Link => 2,
        }
    }

    fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Confirmation,
            2 => Self::Link,
            _ => Self::Other,
        }
    }
}

const NOT_ME: i64 = 3;

/// A mail that was owed to a mailbox within the last two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentMail {
    /// By whom.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: MailFor,
    /// Whether a confirm came after it.
    pub answered: bool,
}

/// What is known about a mailbox.
#[derive(Clone, Debug, Default)]
pub struct MailboxFacts {
    /// Mails of the last two days, from every account, in any order.
    pub sent: Vec<SentMail>,
    /// Accounts to which its owner said "this wasn't me".
    pub not_me: Vec<AccountId>,
    /// Mails to its domain within the last hour.
    pub domain_hour: i64,
    /// Mails to anybody within the last hour.
    pub hour: i64,
}

/// What a plan does to a mailbox's record.
#[derive(Clone, Copy, Debug)]
pub enum MailboxChange {
    /// A mail is owed to it; the number is any of the plan's own.
    Mail(MailFor, i64),
    /// A confirmation was answered: the account's earlier mails no longer count as unanswered.
    Answered,
    /// Its owner said to the account "this wasn't me"; the number is any of the plan's own.
    NotMe(i64),
}

fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY)
}

fn slot(at: Timestamp) -> i64 {
    at.0.div_euclid(SLOT)
}

/// What a batch asks about its mailboxes.
pub(crate) struct Asked {
    mailboxes: Vec<(usize, Mailbox)>,
    domains: Vec<[u8; 16]>,
}

impl Asked {
    pub(crate) fn new(wanted: impl Iterator<Item = (usize, Mailbox)>) -> Self {
        let mailboxes: Vec<_> = wanted.collect();
        let mut domains: Vec<_> = mailboxes.iter().map(|(_, m)| m.domain).collect();
        if !domains.is_empty() {
            domains.push(IN_ALL);
        }
        domains.sort_unstable();
        domains.dedup();
        Self { mailboxes, domains }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.mailboxes.is_empty()
    }

    pub(crate) fn batches(&self, now: Timestamp) -> (Batch<'_>, Batch<'_>) {
        let (mut mails, mut counts) = (Batch::new(&MAILS_OF), Batch::new(&MAILS_OF_DOMAIN));
        for (_, mailbox) in &self.mailboxes {
            mails.push([day(now).into(), (day(now) - 1).into(), FOREVER.into(), (&mailbox.mailbox).into()]);
        }
        for domain in &self.domains {
            counts.push([domain.into(), (slot(now) - SLOTS_PER_HOUR + 1).into()]);
        }
        (mails, counts)
    }

    /// Puts what was read where it belongs.
    pub(crate) fn fill(&self, mails: Vec<(usize, MailRow)>, counts: Vec<(usize, i64)>, facts: &mut [Facts]) {
        for (i, row) in mails {
            let known = &mut facts[self.mailboxes[i].0].mailbox;
            match row {
                MailRow::Sent(mail) => known.sent.push(mail),
                MailRow::NotMe(account) => known.not_me.push(account),
            }
        }
        let by_domain: HashMap<[u8; 16], i64> = counts.into_iter().map(|(i, sent)| (self.domains[i], sent)).collect();
        let count = |domain: &[u8; 16]| by_domain.get(domain).copied().unwrap_or(0);
        for (i, mailbox) in &self.mailboxes {
            facts[*i].mailbox.domain_hour = count(&mailbox.domain);
            facts[*i].mailbox.hour = count(&IN_ALL);
        }
    }
}

/// A row about a mailbox.
pub(crate) enum MailRow {
    Sent(SentMail),
    NotMe(AccountId),
}

pub(crate) fn mail_row(row: &mut Row<'_>) -> Result<MailRow> {
    let (account, at, cause) = (AccountId(row.int()?), row.time()?, row.int()?);
    if cause == NOT_ME {
        return Ok(MailRow::NotMe(account));
    }
    Ok(MailRow::Sent(SentMail { account, at, cause: MailFor::from_code(cause), answered: row.flag()? }))
}

/// What the changes of one batch have owed so far, for the facts of those that come after them.
#[derive(Default)]
pub(crate) struct OwedInBatch {
    /// By mailbox alone: one mailbox may have several domains.
    mailboxes: HashMap<[u8; 16], Vec<SentMail>>,
    domains: HashMap<[u8; 16], i64>,
}

impl OwedInBatch {
    pub(crate) fn add_to(&self, mailbox: &Mailbox, facts: &mut MailboxFacts) {
        if let Some(mails) = self.mailboxes.get(&mailbox.mailbox) {
            facts.sent.extend(mails);
        }
        facts.domain_hour += self.domains.get(&mailbox.domain).copied().unwrap_or(0);
        facts.hour += self.domains.get(&IN_ALL).copied().unwrap_or(0);
    }

    pub(crate) fn note(&mut self, account: AccountId, plan: &Plan, now: Timestamp) {
        for (mailbox, change) in &plan.mailboxes {
            if let MailboxChange::Mail(cause, _) = change {
                let mail = SentMail { account, at: now, cause: *cause, answered: false };
                self.mailboxes.entry(mailbox.mailbox).or_default().push(mail);
                *self.domains.entry(mailbox.domain).or_default() += 1;
                *self.domains.entry(IN_ALL).or_default() += 1;
            }
        }
    }

    /// The counts in one order, so that no two writers wait for each other.
    pub(crate) fn counts(&self) -> Vec<([u8; 16], i64)> {
        let mut counts: Vec<_> = self.domains.iter().map(|(domain, sent)| (*domain, *sent)).collect();
        counts.sort_unstable();
        counts
    }
}

/// Adds a plan's changes of mailboxes to the batches that write them.
pub(crate) fn write<'a>(
    account: AccountId,
    changes: &'a [(Mailbox, MailboxChange)],
    now: Timestamp,
    mails: &mut Batch<'a>,
    answered: &mut Batch<'a>,
) {
    for (mailbox, change) in changes {
        let hash = &mailbox.mailbox;
        match change {
            MailboxChange::Mail(cause, id) => mails.push([
                day(now).into(),
                hash.into(),
                account.0.into(),
                (*id).into(),
                now.into(),
                cause.code().into(),
                false.into(),
            ]),
            MailboxChange::NotMe(id) => mails.push([
                FOREVER.into(),
                hash.into(),
                account.0.into(),
                (*id).into(),
                i64::MAX.into(),
                NOT_ME.into(),
                true.into(),
            ]),
            MailboxChange::Answered => {
                answered.push([day(now).into(), (day(now) - 1).into(), hash.into(), account.0.into()]);
            }
        }
    }
}

/// Adds a batch's counts to the one that writes them. `shard` is the committer's own.
pub(crate) fn write_counts<'a>(counts: &'a [([u8; 16], i64)], now: Timestamp, shard: i64, batch: &mut Batch<'a>) {
    for (domain, sent) in counts {
        batch.push([domain.into(), slot(now).into(), shard.into(), (*sent).into()]);
    }
}

/// Forgets the mails of days that no limit looks back to, a sixteenth at a time (`piece` 0 to 15), and old counts.
pub(crate) fn forget(conn: &mut crate::sql::Conn, now: Timestamp, piece: u8) -> Result<()> {
    let (from, to) = ([piece << 4], [piece << 4 | 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    for back in 2..=8 {
        let day = day(now) - back;
        conn.run(&FORGET_MAILS, &[day.into(), (&from).into(), (&to).into()])?;
    }
    if piece == 0 {
        conn.run(&FORGET_OLDER, &[(day(now) - 8).into()])?;
        conn.run(&FORGET_COUNTS, &[(slot(now) - 2 * SLOTS_PER_HOUR).into()])?;
    }
    Ok(())
}
