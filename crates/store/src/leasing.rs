//! Taking rows of the outbox that are due: account by account and lane by lane, and of rows in one stream only the oldest.
//!
//! Every look reads the index of due rows from its beginning, so what is due and cannot go must not stay there: a row
//! behind an older one of its stream is put back until that one may have gone. Otherwise a stream that waits, for its
//! receiver or for a digest, would be read again with every look.

use std::collections::HashMap;
use std::time::Duration;

use model::{AccountId, ContactId, DeliveryId, Timestamp};

use crate::committer::LEASE;
use crate::deliveries::Leased;
use crate::error::{Result, StoreError};
use crate::plan::{Lane, Owed};
use crate::sql::{Batch, Conn, Row, Step, each_statements};

each_statements! {
    DUE (Int, Int, Int, Int) = "SELECT d.id, d.lane, d.attempts, d.tries_from, d.contact_id, d.payload, d.created_at, \
        d.owed_since, d.stream FROM delivery AS d WHERE d.account_id = {1} AND d.lane = {2} AND d.state = 0 \
        AND d.due_at <= {3} ORDER BY d.due_at, d.id LIMIT {4} {share}";
    // The oldest of a stream: it goes first, or nothing of it goes.
    HEAD (Int, Int) = "SELECT e.id, e.due_at, e.leased_by FROM delivery AS e WHERE e.account_id = {1} \
        AND e.stream = {2} AND e.state = 0 ORDER BY e.created_at, e.id LIMIT 1";
    OF_STREAM (Int, Int, Int) = "SELECT d.id, d.lane, d.attempts, d.tries_from, d.contact_id, d.payload, d.created_at, \
        d.owed_since, d.stream FROM delivery AS d WHERE d.account_id = {1} AND d.stream = {2} AND d.state = 0 \
        AND d.leased_by IS NULL ORDER BY d.created_at, d.id LIMIT {3} {share}";
    LEASE_ROW (Int, Int, Int, Int) = "UPDATE delivery SET due_at = {3}, leased_by = {4}, attempts = attempts + 1 {from} \
        WHERE account_id = {1} AND id = {2}";
    PUT_BACK (Int, Int, Int) = "UPDATE delivery SET due_at = {3} {from} WHERE account_id = {1} AND id = {2}";
    // Only where a single node uses the database. A lease's end is near, so the index of due rows finds what is leased.
    END_LEASES (Int, Int, Int, Int) = "UPDATE delivery SET due_at = {3}, leased_by = NULL {from} \
        WHERE account_id = {1} AND lane = {2} AND state = 0 AND due_at <= {4} AND leased_by IS NOT NULL";
}

/// A row behind another is looked at again after this long at the latest: the other may be dropped or replayed.
const BEHIND: Duration = Duration::from_secs(15);
/// And after this long at the earliest.
const SOON: Duration = Duration::from_secs(1);
/// Most rows behind others that are put back in one look, for each account and lane.
const MOST_PUT_BACK: i64 = 2048;
/// Rows read at a time behind those.
const FURTHER: i64 = 256;

/// How many rows of one account and lane to take.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// The account.
    pub account: AccountId,
    /// The lane.
    pub lane: Lane,
    /// At most so many.
    pub most: i64,
}

/// A row that is due.
struct Candidate {
    row: Leased,
    stream: Option<i64>,
}

/// The oldest row of a stream.
#[derive(Clone, Copy)]
struct Head {
    id: DeliveryId,
    due_at: Timestamp,
    in_hand: bool,
}

/// Takes rows that are due.
pub(crate) fn lease(conn: &mut Conn, shares: &[Share], now: Timestamp, node: i64) -> Result<Vec<Leased>> {
    if shares.is_empty() {
        return Ok(Vec::new());
    }
    conn.transaction(|conn| {
        let mut taken = Vec::new();
        let mut looking: Vec<Looking> =
            shares.iter().map(|s| Looking { share: *s, most: s.most, patience: MOST_PUT_BACK }).collect();
        while !looking.is_empty() {
            let found = due(conn, &looking, now)?;
            let heads = heads(conn, &looking, &found)?;
            let (mut rows, mut put_back, mut again) = (Batch::new(&LEASE_ROW), Batch::new(&PUT_BACK), Vec::new());
            for (mut look, candidates) in looking.into_iter().zip(found) {
                let all = (candidates.len() as i64) < look.most;
                let mut any_put_back = false;
                for Candidate { row, stream } in candidates {
                    let head = stream.and_then(|stream| heads.get(&(row.account, stream)));
                    match head.filter(|head| head.id != row.id) {
                        None if look.share.most == 0 => {}
                        None => {
                            rows.push([row.account.0.into(), row.id.0.into(), now.plus(LEASE).into(), node.into()]);
                            look.share.most -= 1;
                            taken.push(row);
                        }
                        Some(head) => {
                            put_back.push([row.account.0.into(), row.id.0.into(), head.next_look(now).into()]);
                            look.patience -= 1;
                            any_put_back = true;
                        }
                    }
                }
                // What was put back may have hidden others behind it.
                if any_put_back && !all && look.share.most > 0 && look.patience > 0 {
                    again.push(Looking { most: FURTHER, ..look });
                }
            }
            conn.each(rows)?;
            conn.each(put_back)?;
            looking = again;
        }
        Ok(taken)
    })
}

/// What is still wanted of a share.
struct Looking {
    share: Share,
    /// Rows to read.
    most: i64,
    /// Rows that may still be put back.
    patience: i64,
}

impl Head {
    /// When to look again at a row behind this one.
    fn next_look(&self, now: Timestamp) -> Timestamp {
        // A head that is taken in this very look counts as in hand.
        let until = if self.in_hand { now } else { self.due_at.min(now.plus(BEHIND)) };
        until.max(now.plus(SOON))
    }
}

/// The rows of each share that are due.
fn due(conn: &mut Conn, looking: &[Looking], now: Timestamp) -> Result<Vec<Vec<Candidate>>> {
    let mut wanted = Batch::new(&DUE);
    for Looking { share, most, .. } in looking {
        wanted.push([share.account.0.into(), share.lane.code().into(), now.into(), (*most).into()]);
    }
    let mut found: Vec<Vec<Candidate>> = looking.iter().map(|_| Vec::new()).collect();
    let mut read = |i: usize, row: &mut Row<'_>| -> Result<()> {
        found[i].extend(candidate(looking[i].share.account, row)?);
        Ok(())
    };
    conn.steps(vec![Step::Read(wanted, &mut read)])?;
    Ok(found)
}

/// The oldest row of every stream that was met.
fn heads(conn: &mut Conn, looking: &[Looking], found: &[Vec<Candidate>]) -> Result<HashMap<(AccountId, i64), Head>> {
    let met = looking.iter().zip(found).flat_map(|(look, rows)| rows.iter().map(|c| (look.share.account, c.stream)));
    let mut streams: Vec<(AccountId, i64)> = met.filter_map(|(account, stream)| Some((account, stream?))).collect();
    streams.sort_unstable();
    streams.dedup();
    let mut heads = HashMap::with_capacity(streams.len());
    if streams.is_empty() {
        return Ok(heads);
    }
    let mut wanted = Batch::new(&HEAD);
    for (account, stream) in &streams {
        wanted.push([account.0.into(), (*stream).into()]);
    }
    let mut read = |i: usize, row: &mut Row<'_>| -> Result<()> {
        let (id, due_at) = (DeliveryId(row.int()?), row.time()?);
        heads.insert(streams[i], Head { id, due_at, in_hand: row.int_opt()?.is_some() });
        Ok(())
    };
    conn.steps(vec![Step::Read(wanted, &mut read)])?;
    Ok(heads)
}

/// Takes all that is owed in one stream and in nobody's hands, due or not, the oldest first.
pub(crate) fn lease_stream(
    conn: &mut Conn,
    account: AccountId,
    stream: i64,
    most: i64,
    now: Timestamp,
    node: i64,
) -> Result<Vec<Leased>> {
    conn.transaction(|conn| {
        let mut wanted = Batch::new(&OF_STREAM);
        wanted.push([account.0.into(), stream.into(), most.into()]);
        let mut found = Vec::new();
        let mut read = |_: usize, row: &mut Row<'_>| -> Result<()> {
            found.extend(candidate(account, row)?.map(|c| c.row));
            Ok(())
        };
        conn.steps(vec![Step::Read(wanted, &mut read)])?;
        let mut taken = Batch::new(&LEASE_ROW);
        for row in &found {
            taken.push([row.account.0.into(), row.id.0.into(), now.plus(LEASE).into(), node.into()]);
        }
        conn.each(taken)?;
        Ok(found)
    })
}

/// Columns: as in `DUE`. `None` for what a newer node may have written: it stays for that node, and hinders no other row.
fn candidate(account: AccountId, row: &mut Row<'_>) -> Result<Option<Candidate>> {
    let found = leased(account, row)?;
    let stream = row.int_opt()?;
    match found {
        Ok(row) => Ok(Some(Candidate { row, stream })),
        Err(error) => {
            tracing::warn!(%error, "skipped");
            Ok(None)
        }
    }
}

/// Columns: as in `DUE`, but for the stream. The inner fault is one of this row alone.
pub(crate) fn leased(account: AccountId, row: &mut Row<'_>) -> Result<Result<Leased>> {
    let (id, lane, attempts, tries_from) = (row.int()?, row.int()?, row.int()?, row.int_opt()?.unwrap_or(0));
    let contact = row.int_opt()?.map(ContactId);
    let payload = row.text()?;
    let created_at = row.time()?;
    let since = row.time_opt()?.unwrap_or(created_at);
    let owed = serde_json::from_str::<Owed>(&payload);
    Ok(owed.map_err(|e| StoreError::Fault(format!("unreadable delivery {id}: {e}"))).map(|owed| Leased {
        account,
        id: DeliveryId(id),
        lane: Lane::from_code(lane),
        attempt: attempts + 1,
        tries: attempts + 1 - tries_from,
        contact,
        created_at,
        since,
        owed,
        receipt: None,
    }))
}

/// Ends every lease of these accounts and lanes: a single node starts anew and nobody else holds any.
pub(crate) fn end_leases(conn: &mut Conn, accounts: &[AccountId], lanes: &[Lane], now: Timestamp) -> Result<()> {
    let mut ended = Batch::new(&END_LEASES);
    for account in accounts {
        for lane in lanes {
            ended.push([account.0.into(), lane.code().into(), now.into(), now.plus(LEASE).into()]);
        }
    }
    if ended.is_empty() {
        return Ok(());
    }
    conn.transaction(|conn| conn.each(ended))
}
