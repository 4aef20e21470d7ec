//! What the guards of several nodes tell each other, and what they tell an account's owner. The store counts and knows no
//! limit.

use std::collections::HashMap;

use model::{AccountId, DeliveryId, EmailAddress, FormId, Timestamp};

use crate::error::Result;
use crate::ids::Ids;
use crate::plan::{Lane, Owed};
use crate::sql::{Batch, Conn, Row, Step, each_statements, statements};

statements! {
    SHARES = "SELECT account_id, kind, subject, seconds, slot, node, counted FROM guard_share WHERE at >= $1 AND node <> $2 LIMIT 20000";
    FORGET_SHARES = "DELETE FROM guard_share WHERE at < $1";
    ATTACKS = "SELECT account_id, form_id, until_at FROM guard_attack WHERE until_at > $1";
    USED = "SELECT account_id, subject, person, until_at FROM guard_used WHERE at >= $1 AND node <> $2 LIMIT 20000";
    USE_ONCE = "INSERT INTO guard_used (account_id, subject, person, node, until_at, at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (account_id, subject) DO NOTHING";
    FORGET_USED = "DELETE FROM guard_used WHERE until_at < $1";
    FORGET_ATTACKS = "DELETE FROM guard_attack WHERE until_at <= $1";
    // Of many nodes that see the same, the one whose statement changes the row tells.
    TELL_ONCE = "INSERT INTO chore (account_id, name, done_to) VALUES ($1, $2, $3) ON CONFLICT (account_id, name) \
        DO UPDATE SET done_to = excluded.done_to WHERE chore.done_to <= $4";
    TELL = "INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, payload, created_at, owed_since) \
        VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $5, $5)";
    EXPIRE_QUARANTINE = "DELETE FROM quarantine WHERE account_id = $1 AND at < $2";
}

each_statements! {
    ADD_SHARES (Int, Int, Bytes, Int, Int, Int, Int, Int) =
        "INSERT INTO guard_share (account_id, kind, subject, seconds, slot, node, counted, at) {rows} \
         ON CONFLICT (account_id, kind, subject, seconds, slot, node) \
         DO UPDATE SET counted = guard_share.counted + excluded.counted, at = excluded.at";
    ADD_USED (Int, Bytes, Int, Int, Int, Int) =
        "INSERT INTO guard_used (account_id, subject, person, node, until_at, at) {rows} \
         ON CONFLICT (account_id, subject) DO NOTHING";
    PUT_ATTACKS (Int, Int, Int) = "INSERT INTO guard_attack (account_id, form_id, until_at) {rows} \
        ON CONFLICT (account_id, form_id) DO UPDATE SET until_at = excluded.until_at";
}

/// How often something was seen, for other nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Counted {
    /// Whose.
    pub account: AccountId,
    /// Of what kind the subject is; the guard's own numbers.
    pub kind: i64,
    /// What is counted.
    pub subject: [u8; 16],
    /// The window's length in seconds.
    pub seconds: u32,
    /// Which window.
    pub slot: i64,
}

/// Something that may be used once and was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Whose.
    pub account: AccountId,
    /// What.
    pub subject: [u8; 16],
    /// By whom: a number that tells people apart on every node.
    pub person: u64,
    /// When it would have expired.
    pub until: Timestamp,
}

/// Counts of other nodes that were read before, so that each is added once.
#[derive(Debug, Default)]
pub struct SeenShares(HashMap<(Counted, i64), i64>);

/// What nodes exchange.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// Counts since the last exchange.
    pub counts: Vec<(Counted, u32)>,
    /// Forms under attack, each with the moment when it is over if nothing more comes.
    pub attacks: Vec<(AccountId, Option<FormId>, Timestamp)>,
    /// What was used since the last exchange.
    pub used: Vec<Used>,
}

/// News for an account's owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardNews {
    /// A form has gone into attack mode.
    AttackBegan(Option<FormId>),
    /// It is out of it.
    AttackEnded(Option<FormId>),
    /// A ceiling for mails is reached; the reason's code.
    Ceiling(String),
}

impl GuardNews {
    fn name(&self) -> String {
        match self {
            Self::AttackBegan(form) => format!("told attack began {}", form.unwrap_or_default()),
            Self::AttackEnded(form) => format!("told attack ended {}", form.unwrap_or_default()),
            Self::Ceiling(code) => format!("told {code}"),
        }
    }
}

/// Grace for clocks that differ between nodes.
const GRACE: i64 = 5_000_000;
const MICROS: i64 = 1_000_000;

/// Writes this node's counts and attacks.
pub(crate) fn give(conn: &mut Conn, node: i64, given: &Exchange, now: Timestamp) -> Result<()> {
    let mut rows: Vec<_> = given.counts.iter().collect();
    // In one order, so that no two nodes wait for each other.
    rows.sort_unstable_by_key(|(c, _)| (c.account, c.kind, c.subject, c.seconds, c.slot));
    let mut counts = Batch::new(&ADD_SHARES);
    for (c, counted) in rows {
        counts.push([
            c.account.0.into(),
            c.kind.into(),
            (&c.subject).into(),
            i64::from(c.seconds).into(),
            c.slot.into(),
            node.into(),
            i64::from(*counted).into(),
            now.into(),
        ]);
    }
    let mut under = given.attacks.clone();
    under.sort_unstable_by_key(|(account, form, _)| (*account, *form));
    let mut attacks = Batch::new(&PUT_ATTACKS);
    for (account, form, until) in &under {
        attacks.push([account.0.into(), form.unwrap_or_default().0.into(), (*until).into()]);
    }
    let mut once = given.used.clone();
    once.sort_unstable_by_key(|u| (u.account, u.subject));
    once.dedup_by_key(|u| (u.account, u.subject));
    let mut used = Batch::new(&ADD_USED);
    for u in &once {
        used.push(used_row(u, node, now));
    }
    conn.steps(vec![Step::Begin, Step::Write(counts), Step::Write(attacks), Step::Write(used), Step::Commit])
}

fn used_row(used: &Used, node: i64, now: Timestamp) -> [crate::sql::Value<'_>; 6] {
    [
        used.account.0.into(),
        (&used.subject).into(),
        used.person.cast_signed().into(),
        node.into(),
        used.until.into(),
        now.into(),
    ]
}

/// Uses something unless any node did before; whether it is used now.
pub(crate) fn use_once(conn: &mut Conn, node: i64, used: &Used, now: Timestamp) -> Result<bool> {
    Ok(conn.run(&USE_ONCE, &used_row(used, node, now))? > 0)
}

/// Reads what other nodes have counted since a moment, without what was read before.
pub(crate) fn take(
    conn: &mut Conn,
    node: i64,
    since: Timestamp,
    now: Timestamp,
    seen: &mut SeenShares,
) -> Result<Exchange> {
    let read = |row: &mut Row<'_>| {
        let account = AccountId(row.int()?);
        let kind = row.int()?;
        let subject: [u8; 16] = row.bytes()?.try_into().unwrap_or_default();
        let seconds = u32::try_from(row.int()?).unwrap_or(u32::MAX);
        let counted = Counted { account, kind, subject, seconds, slot: row.int()? };
        Ok(((counted, row.int()?), row.int()?))
    };
    let rows = conn.rows(&SHARES, &[Timestamp(since.0 - GRACE).into(), node.into()], read)?;
    let mut taken = Exchange::default();
    for (key, counted) in rows {
        let before = seen.0.get(&key).copied().unwrap_or(0);
        if let Some(news) = u32::try_from(counted - before).ok().filter(|n| *n > 0) {
            taken.counts.push((key.0.clone(), news));
            seen.0.insert(key, counted);
        }
    }
    // Windows that are over are not counted any more.
    seen.0.retain(|(c, _), _| c.slot >= now.0.div_euclid(i64::from(c.seconds.max(1)) * MICROS) - 1);
    taken.attacks = conn.rows(&ATTACKS, &[now.into()], |row| {
        let (account, form) = (AccountId(row.int()?), FormId(row.int()?));
        Ok((account, (form != FormId::default()).then_some(form), row.time()?))
    })?;
    taken.used = conn.rows(&USED, &[Timestamp(since.0 - GRACE).into(), node.into()], |row| {
        let (account, subject) = (AccountId(row.int()?), row.bytes()?.try_into().unwrap_or_default());
        Ok(Used { account, subject, person: row.int()?.cast_unsigned(), until: row.time()? })
    })?;
    Ok(taken)
}

/// Forgets counts older than a moment and attacks that are over.
pub(crate) fn forget(conn: &mut Conn, before: Timestamp, now: Timestamp) -> Result<()> {
    conn.run(&FORGET_SHARES, &[before.into()])?;
    conn.run(&FORGET_USED, &[now.into()])?;
    conn.run(&FORGET_ATTACKS, &[now.into()]).map(|_| ())
}

/// Owes mails with news, unless the same was told since a moment; whether it does.
pub(crate) fn tell(
    conn: &mut Conn,
    account: AccountId,
    news: &GuardNews,
    to: &[EmailAddress],
    not_since: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let mut ids = Ids::rows();
    ids.reserve(conn, to.len() as i64)?;
    conn.transaction(|conn| {
        let name = news.name();
        if conn.run(&TELL_ONCE, &[account.0.into(), name.as_str().into(), now.into(), not_since.into()])? == 0 {
            return Ok(false);
        }
        for to in to {
            let owed = Owed::GuardNews { news: news.clone(), at: now, to: to.clone() };
            let payload = crate::writer::json(&owed)?;
            let (id, lane) = (DeliveryId(ids.take()), Lane::Mail.code());
            conn.run(
                &TELL,
                &[account.0.into(), id.0.into(), owed.kind().into(), lane.into(), now.into(), (&payload).into()],
            )?;
        }
        Ok(true)
    })
}

/// Forgets sign-ups that were in quarantine since before a moment.
pub(crate) fn expire_quarantine(conn: &mut Conn, account: AccountId, before: Timestamp) -> Result<u64> {
    conn.run(&EXPIRE_QUARANTINE, &[account.0.into(), before.into()])
}
