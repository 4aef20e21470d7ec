//! Rates that hold over all nodes: a bucket that fills by itself, kept as the one moment at which it will be full.

use model::{AccountId, Timestamp};

use crate::error::Result;
use crate::sql::{Conn, statements};

statements! {
    // $3 now, $4 what is taken, $5 the most that may be missing afterwards; all in microseconds of filling. No row: not
    // enough is in it.
    TAKE = "INSERT INTO rate_bucket (account_id, name, full_at) VALUES ($1, $2, CAST($3 AS BIGINT) + CAST($4 AS BIGINT)) \
        ON CONFLICT (account_id, name) DO UPDATE SET full_at = \
        CASE WHEN rate_bucket.full_at < $3 THEN $3 ELSE rate_bucket.full_at END + $4 \
        WHERE CASE WHEN rate_bucket.full_at < $3 THEN $3 ELSE rate_bucket.full_at END + $4 - $3 <= $5 RETURNING full_at";
    FULL_AT = "SELECT full_at FROM rate_bucket WHERE account_id = $1 AND name = $2";
    FORGET = "DELETE FROM rate_bucket WHERE full_at < $1";
}

/// A rate: how fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds that one piece takes to come.
    pub every: i64,
    /// How many pieces it holds.
    pub holds: i64,
}

/// What came of asking a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many pieces were in it and are taken.
    Pieces(i64),
    /// Nothing is to be had before this moment.
    NotBefore(Timestamp),
}

/// Takes `wanted` pieces, or one where there are not so many, leaving `keep` in the bucket.
pub(crate) fn take(
    conn: &mut Conn,
    account: AccountId,
    name: &str,
    rate: Rate,
    (wanted, keep): (i64, i64),
    now: Timestamp,
) -> Result<Taken> {
    let every = rate.every.max(1);
    let most_missing = (rate.holds - keep).max(1).saturating_mul(every);
    for pieces in if wanted > 1 { vec![wanted, 1] } else { vec![1] } {
        let time = pieces.saturating_mul(every);
        // Whoever asks for more than a bucket holds gets it piece by piece.
        if time <= most_missing
            && conn
                .row(&TAKE, &[account.0.into(), name.into(), now.into(), time.into(), most_missing.into()], |r| {
                    r.int()
                })?
                .is_some()
        {
            return Ok(Taken::Pieces(pieces));
        }
    }
    let full_at = conn.row(&FULL_AT, &[account.0.into(), name.into()], |row| row.int())?.unwrap_or(now.0);
    Ok(Taken::NotBefore(Timestamp(full_at.saturating_add(every).saturating_sub(most_missing).max(now.0 + 1))))
}

/// Removes buckets that were full before a moment: they are as good as new.
pub(crate) fn forget(conn: &mut Conn, before: Timestamp) -> Result<u64> {
    conn.run(&FORGET, &[before.into()])
}
