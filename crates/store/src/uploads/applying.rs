//! Imports at work: each piece is one transaction of its people and of how far the import has come.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use model::{AccountId, ContactId, Timestamp};

use super::{Pace, Piece, Upload, gone};
use crate::committer::{LEASE, lock_of};
use crate::error::{Result, StoreError};
use crate::facts::{self, Question};
use crate::ids::Ids;
use crate::plan::{Facts, Numbers, Plan};
use crate::sql::{Batch, Conn, Step, each_statements, statements};
use crate::{Store, serving, writer};

statements! {
    PIECE = "SELECT entries FROM upload_piece WHERE account_id = $1 AND group_id = $2 AND number = $3";
    ADVANCE = "UPDATE upload_group SET progress = $5, counts = $6, touched_at = $7 \
        WHERE account_id = $1 AND id = $2 AND owner = $3 AND progress = $4 AND state IN (1, 3)";
    FINISH = "UPDATE upload_group SET state = 2, counts = $4, finished_at = $5, touched_at = $5 \
        WHERE account_id = $1 AND id = $2 AND owner = $3 AND state <> 2";
}

each_statements! {
    DROP_PIECE (Int, Int, Int) = "DELETE FROM upload_piece {using} \
        WHERE account_id = {1} AND group_id = {2} AND number = {3}";
}

struct Both<'a>(&'a mut Ids, &'a mut Ids);

impl Numbers for Both<'_> {
    fn contact(&mut self) -> ContactId {
        ContactId(self.0.take())
    }

    fn row(&mut self) -> i64 {
        self.1.take()
    }
}

impl Store {
    /// A staged piece.
    pub async fn staged_piece(&self, upload: &Upload, number: i64) -> Result<Option<String>> {
        let (account, id) = (upload.account, upload.id);
        self.inner
            .lanes
            .run(move |conn| conn.row(&PIECE, &[account.0.into(), id.into(), number.into()], |r| r.text()))
            .await
    }

    /// Ends an import.
    pub async fn finish_upload(&self, upload: &Upload, counts: String) -> Result<()> {
        let (now, node, account, id) = (self.ambient().now(), self.inner.node, upload.account, upload.id);
        self.errand(move |conn| {
            conn.run(&FINISH, &[account.0.into(), id.into(), node.into(), (&counts).into(), now.into()]).map(|_| ())
        })
        .await
    }

    /// How imports go about it just now.
    pub fn import_pace(&self) -> Pace {
        if self.inner.shared {
            // Nobody waits for the whole database; a server bounds how many people one transaction may lock.
            Pace { rows: 1000, pause: Duration::ZERO }
        } else if self.inner.serving.is_some() {
            // The committer takes a batch of sign-ups between two pieces.
            Pace { rows: 250, pause: Duration::ZERO }
        } else if serving::is_served(&self.inner.target) {
            // Whoever waits for SQLite's one writer looks again every so often: leave time to be found.
            Pace { rows: 250, pause: Duration::from_millis(8) }
        } else {
            Pace { rows: 8000, pause: Duration::ZERO }
        }
    }

    /// plan for each, the counts to keep, and an answer. It may run several times.
    pub async fn import_piece<A: Send + 'static>(
        &self,
        upload: &Upload,
        piece: Piece,
        mut decide: impl FnMut(&[Facts], &mut dyn Numbers) -> (Vec<Plan>, String, A) + Send + 'static,
    ) -> Result<A> {
        let (keys, ambient, node) = (self.keys().clone(), self.ambient().clone(), self.inner.node);
        let (numbers, id) = (Arc::clone(&upload.numbers), upload.id);
        let account = upload.account;
        self.errand(move |conn| {
            let mut tries = 0;
            loop {
                let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
                let (contacts, rows) = &mut *numbers;
                let wanted = piece.keys.len() as i64;
                contacts.reserve_exactly(conn, wanted)?;
                rows.reserve_exactly(conn, wanted * (1 + piece.wants.numbers as i64))?;
                let mut numbers = Both(contacts, rows);
                let own = Own { account, id, node, now: ambient.now() };
                let done = apply(conn, &keys, own, &piece, &mut decide, &mut numbers);
                tries += 1;
                match done {
                    Err(error) => {
                        // The first error says what happened.
                        let _ = conn.roll_back();
                        if tries > 3 || !matches!(error, StoreError::Conflict(_)) {
                            return Err(error);
                        }
                    }
                    done => return done,
                }
            }
        })
        .await
    }
}

/// Who is at work, on what.
struct Own {
    account: AccountId,
    id: i64,
    node: i64,
    now: Timestamp,
}

fn apply<A>(
    conn: &mut Conn,
    keys: &crate::Keys,
    own: Own,
    piece: &Piece,
    decide: &mut impl FnMut(&[Facts], &mut dyn Numbers) -> (Vec<Plan>, String, A),
    numbers: &mut Both<'_>,
) -> Result<A> {
    let mut locks: Vec<i64> = piece.keys.iter().map(|k| lock_of(k.account, &k.email_key)).collect();
    locks.sort_unstable();
    locks.dedup();
    let questions: Vec<_> = piece.keys.iter().map(|key| Question { key, wants: piece.wants, also: None }).collect();
    let facts = facts::read(conn, keys, own.now, &questions, locks)?;
    drop(questions);
    let (plans, counts, answer) = decide(&facts, numbers);
    drop(facts);
    let (account, id) = (own.account.0, own.id);
    let values = [
        account.into(),
        id.into(),
        own.node.into(),
        piece.from.into(),
        piece.to.into(),
        (&counts).into(),
        own.now.into(),
    ];
    if conn.run(&ADVANCE, &values)? != 1 {
        return Err(gone());
    }
    let mut marks = Vec::new();
    if let Some(number) = piece.staged {
        let mut drop_piece = Batch::new(&DROP_PIECE);
        drop_piece.push([account.into(), id.into(), number.into()]);
        marks.push(Step::Write(drop_piece));
    }
    let pairs: Vec<_> = piece.keys.iter().zip(&plans).collect();
    let own = writer::Own { now: own.now, node: own.node, lease_until: own.now.plus(LEASE), shard: 0 };
    writer::write(conn, keys, own, &pairs, &[], marks)?;
    Ok(answer)
}
