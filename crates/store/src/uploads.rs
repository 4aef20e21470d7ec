//! Imports: many people changed in one transaction, piece by piece, with a group that remembers how far it came.
//!
//! Every piece is one transaction of its own: its people, the group's members and how far the import has come are
//! written together, so that a kill at any moment neither doubles nor loses a row. Between two pieces the committer
//! takes a batch of sign-ups: nobody waits for more than one piece.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{AccountId, ContactId, Timestamp};

use crate::committer::{LEASE, lock_of};
use crate::error::{Result, StoreError};
use crate::facts::{self, Question};
use crate::ids::Ids;
use crate::plan::{Facts, Numbers, PersonKey, Plan, Wants};
use crate::sql::{Batch, Conn, Step, each_statements, statements};
use crate::{Store, serving, writer};

statements! {
    RUNNING = "SELECT id, state, touched_at FROM upload_group WHERE account_id = $1 AND state < 2";
    UNFINISHED = "SELECT account_id, id, state, progress, counts, owner, touched_at FROM upload_group WHERE state < 2";
    NEW_GROUP = "INSERT INTO upload_group (account_id, id, name, description, fingerprint, state, owner, progress, counts, \
        created_at, touched_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $9)";
    BY_FINGERPRINT = "SELECT id, progress, counts FROM upload_group \
        WHERE account_id = $1 AND state = 3 AND fingerprint = $2 ORDER BY id DESC";
    TAKE_OVER = "UPDATE upload_group SET owner = $3, touched_at = $4 WHERE account_id = $1 AND id = $2 AND state <> 2";
    TAKE_STALE = "UPDATE upload_group SET owner = $3, touched_at = $4 WHERE account_id = $1 AND id = $2 AND state = 1 \
        AND touched_at = $5";
    STAGE = "INSERT INTO upload_piece (account_id, group_id, number, entries) VALUES ($1, $2, $3, $4)";
    TOUCH = "UPDATE upload_group SET touched_at = $4 WHERE account_id = $1 AND id = $2 AND owner = $3 AND state = 0";
    SEAL = "UPDATE upload_group SET state = 1, counts = $4, touched_at = $5 \
        WHERE account_id = $1 AND id = $2 AND owner = $3 AND state = 0";
    PIECE = "SELECT entries FROM upload_piece WHERE account_id = $1 AND group_id = $2 AND number = $3";
    ADVANCE = "UPDATE upload_group SET progress = $5, counts = $6, touched_at = $7 \
        WHERE account_id = $1 AND id = $2 AND owner = $3 AND progress = $4 AND state IN (1, 3)";
    FINISH = "UPDATE upload_group SET state = 2, counts = $4, finished_at = $5, touched_at = $5 \
        WHERE account_id = $1 AND id = $2 AND owner = $3 AND state <> 2";
    DROP_PIECES = "DELETE FROM upload_piece WHERE account_id = $1 AND group_id = $2";
    DROP_GROUP = "DELETE FROM upload_group WHERE account_id = $1 AND id = $2 AND state = 0";
    GROUPS = "SELECT g.id, g.name, g.description, g.state, g.progress, g.counts, g.created_at, g.finished_at, \
        (SELECT COUNT(*) FROM upload_contact AS c WHERE c.account_id = g.account_id AND c.group_id = g.id) \
        FROM upload_group AS g WHERE g.account_id = $1 ORDER BY g.id";
    MEMBERS = "SELECT contact_id FROM upload_contact WHERE account_id = $1 AND group_id = $2 AND contact_id > $3 \
        ORDER BY contact_id LIMIT $4";
}

each_statements! {
    DROP_PIECE (Int, Int, Int) = "DELETE FROM upload_piece {using} \
        WHERE account_id = {1} AND group_id = {2} AND number = {3}";
    KNOWN (Int, Text) = "SELECT id FROM contact WHERE account_id = {1} AND email_key = {2}";
    HOLDER_BY_PUBLIC (Int, Text) = "SELECT email_key FROM contact WHERE account_id = {1} AND public_id = {2}";
    HOLDER_BY_ID (Int, Int) = "SELECT email_key FROM contact WHERE account_id = {1} AND id = {2} AND public_id IS NULL";
}

/// How long a staged import may be silent before it counts as abandoned, and an applied one as left by its node.
const SILENCE: Duration = Duration::from_secs(120);

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// Its rows are being taken in; nothing of it shows yet.
    Staging,
    /// Its rows are being applied; it will be finished, whatever happens.
    Applying,
    /// Finished.
    Done,
    /// A command reads it from a file; running that again goes on where it stopped.
    Reading,
}

impl UploadState {
    /// Its word in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Applying => "applying",
            Self::Done => "done",
            Self::Reading => "reading",
        }
    }

    fn code(self) -> i64 {
        match self {
            Self::Staging => 0,
            Self::Applying => 1,
            Self::Done => 2,
            Self::Reading => 3,
        }
    }

    fn from_code(code: i64) -> Self {
        [Self::Staging, Self::Applying, Self::Done].into_iter().find(|s| s.code() == code).unwrap_or(Self::Reading)
    }
}

/// An import to begin.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Counts so far, as JSON.
    pub counts: String,
}

/// An import at work.
#[derive(Clone)]
pub struct Upload {
    /// Whose.
    pub account: AccountId,
    /// Its group.
    pub id: i64,
    /// How far an earlier run of it came.
    pub progress: i64,
    /// Counts of that run, as JSON.
    pub counts: String,
    /// Numbers that were taken and not used up yet.
    numbers: Arc<Mutex<(Ids, Ids)>>,
}

impl Upload {
    fn new(account: AccountId, id: i64, progress: i64, counts: String) -> Self {
        Self { account, id, progress, counts, numbers: Arc::new(Mutex::new((Ids::contacts(), Ids::rows()))) }
    }
}

/// People that one transaction is about.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Who, each once.
    pub keys: Vec<PersonKey>,
    /// What to know about each; `numbers`: row numbers that each may take.
    pub wants: Wants,
    /// Where the import must stand.
    pub from: i64,
    /// Where it stands afterwards.
    pub to: i64,
    /// A staged piece that is done with.
    pub staged: Option<i64>,
}

/// An import and its group, for people.
#[derive(Clone, Debug)]
pub struct UploadGroup {
    /// Its number.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Where it stands.
    pub state: UploadState,
    /// Pieces applied, or rows of the file taken.
    pub progress: i64,
    /// What came of its rows, as JSON.
    pub counts: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// How many contacts are in it.
    pub contacts: i64,
}

/// How imports go about it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Most rows of one transaction.
    pub rows: usize,
    /// How long to leave the database to others after each.
    pub pause: Duration,
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

fn gone() -> StoreError {
    StoreError::Fault("this import was ended or taken over by somebody else".into())
}

impl Store {
    /// Begins an import whose rows are staged first. `None` while another one of the account is under way.
    pub async fn begin_upload(&self, account: AccountId, new: NewUpload) -> Result<Option<Upload>> {
        let (now, node) = (self.ambient().now(), self.inner.node);
        let begun = self.errand(move |conn| begin(conn, account, &new, now, node)).await;
        match begun {
            // Somebody else began in this very moment.
            Err(StoreError::Conflict(_)) => Ok(None),
            other => other,
        }
    }

    /// Begins an import that a command reads from a file, or goes on with one of the same fingerprint.
    pub async fn open_upload(&self, account: AccountId, new: NewUpload, fingerprint: [u8; 32]) -> Result<Upload> {
        let (now, node) = (self.ambient().now(), self.inner.node);
        self.errand(move |conn| open(conn, account, &new, &fingerprint, now, node)).await
    }

    /// Keeps checked rows of an import until it is applied. Pieces are numbered from 0.
    pub async fn stage_upload(&self, upload: &Upload, number: i64, rows: String) -> Result<()> {
        let (now, node, account, id) = (self.ambient().now(), self.inner.node, upload.account, upload.id);
        self.errand(move |conn| {
            conn.transaction(|conn| {
                let key = [account.0.into(), id.into(), node.into(), now.into()];
                if conn.run(&TOUCH, &key)? != 1 {
                    return Err(gone());
                }
                conn.run(&STAGE, &[account.0.into(), id.into(), number.into(), (&rows).into()]).map(|_| ())
            })
        })
        .await
    }

    /// All rows are staged: from here on the import will be applied, whatever happens to this node.
    pub async fn seal_upload(&self, upload: &Upload, counts: String) -> Result<()> {
        let (now, node, account, id) = (self.ambient().now(), self.inner.node, upload.account, upload.id);
        self.errand(move |conn| {
            let values = [account.0.into(), id.into(), node.into(), (&counts).into(), now.into()];
            if conn.run(&SEAL, &values)? == 1 { Ok(()) } else { Err(gone()) }
        })
        .await
    }

    /// Forgets an import that was not sealed, with all that was staged.
    pub async fn drop_upload(&self, upload: &Upload) -> Result<()> {
        let (account, id) = (upload.account, upload.id);
        self.errand(move |conn| forget(conn, account, id)).await
    }

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

    /// Sealed imports that were left by a node that is gone, taken over by this one. Those that were abandoned before
    /// they were sealed are forgotten on the way. `any`: also what was touched just now, where no other node can be.
    pub async fn take_uploads(&self, any: bool) -> Result<Vec<Upload>> {
        let (now, node) = (self.ambient().now(), self.inner.node);
        let any = any && !self.inner.shared;
        self.errand(move |conn| take(conn, any, now, node)).await
    }

    /// An account's imports, the oldest first.
    pub async fn upload_groups(&self, account: AccountId) -> Result<Vec<UploadGroup>> {
        self.inner
            .lanes
            .run(move |conn| {
                conn.rows(&GROUPS, &[account.0.into()], |r| {
                    Ok(UploadGroup {
                        id: r.int()?,
                        name: r.text()?,
                        description: r.text_opt()?,
                        state: UploadState::from_code(r.int()?),
                        progress: r.int()?,
                        counts: r.text()?,
                        created_at: r.time()?,
                        finished_at: r.time_opt()?,
                        contacts: r.int()?,
                    })
                })
            })
            .await
    }

    /// A page of a group's contacts after a given one.
    pub async fn upload_contacts_after(
        &self,
        account: AccountId,
        group: i64,
        after: ContactId,
        most: i64,
    ) -> Result<Vec<ContactId>> {
        let values = [account.0, group, after.0, most];
        self.inner
            .lanes
            .run(move |conn| conn.rows(&MEMBERS, &values.map(Into::into), |r| Ok(ContactId(r.int()?))))
            .await
    }

    /// Who has a vendor's customer id: the key of the address, or nobody. With each id the contact whose own id it would
    /// be, if it brought none along.
    pub async fn holders(
        &self,
        account: AccountId,
        ids: Vec<(String, Option<ContactId>)>,
    ) -> Result<Vec<Option<String>>> {
        self.inner.lanes.run(move |conn| holders(conn, account, &ids)).await
    }

    /// How many of these people are known, by the keys of their addresses.
    pub async fn known_of(&self, account: AccountId, keys: Vec<String>) -> Result<u64> {
        self.inner
            .lanes
            .run(move |conn| {
                let (mut batch, mut found) = (Batch::new(&KNOWN), 0);
                for key in &keys {
                    batch.push([account.0.into(), key.into()]);
                }
                let mut count = |_: usize, _: &mut crate::sql::Row<'_>| -> Result<()> {
                    found += 1;
                    Ok(())
                };
                if !batch.is_empty() {
                    conn.steps(vec![Step::Read(batch, &mut count)])?;
                }
                Ok(found)
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

    /// Changes many people in one transaction. The decision gets the facts of all, in the order of the keys, and gives a
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

fn begin(conn: &mut Conn, account: AccountId, new: &NewUpload, now: Timestamp, node: i64) -> Result<Option<Upload>> {
    let running = conn.row(&RUNNING, &[account.0.into()], |r| Ok((r.int()?, r.int()?, r.time()?)))?;
    if let Some((id, state, touched_at)) = running {
        if state != UploadState::Staging.code() || touched_at.plus(SILENCE) > now {
            return Ok(None);
        }
        forget(conn, account, id)?;
    }
    let id = insert(conn, account, new, None, UploadState::Staging, now, node)?;
    Ok(Some(Upload::new(account, id, 0, new.counts.clone())))
}

fn insert(
    conn: &mut Conn,
    account: AccountId,
    new: &NewUpload,
    fingerprint: Option<&[u8]>,
    state: UploadState,
    now: Timestamp,
    node: i64,
) -> Result<i64> {
    let mut ids = Ids::rows();
    ids.reserve_exactly(conn, 1)?;
    let id = ids.take();
    let values = [
        account.0.into(),
        id.into(),
        (&new.name).into(),
        (&new.description).into(),
        crate::sql::Value::Bytes(fingerprint),
        state.code().into(),
        node.into(),
        (&new.counts).into(),
        now.into(),
    ];
    conn.run(&NEW_GROUP, &values)?;
    Ok(id)
}

fn open(
    conn: &mut Conn,
    account: AccountId,
    new: &NewUpload,
    fingerprint: &[u8; 32],
    now: Timestamp,
    node: i64,
) -> Result<Upload> {
    let found = conn.row(&BY_FINGERPRINT, &[account.0.into(), fingerprint.into()], |r| {
        Ok(Upload::new(account, r.int()?, r.int()?, r.text()?))
    })?;
    if let Some(upload) = found {
        conn.run(&TAKE_OVER, &[account.0.into(), upload.id.into(), node.into(), now.into()])?;
        return Ok(upload);
    }
    let id = insert(conn, account, new, Some(fingerprint), UploadState::Reading, now, node)?;
    Ok(Upload::new(account, id, 0, new.counts.clone()))
}

fn forget(conn: &mut Conn, account: AccountId, id: i64) -> Result<()> {
    conn.transaction(|conn| {
        if conn.run(&DROP_GROUP, &[account.0.into(), id.into()])? == 1 {
            conn.run(&DROP_PIECES, &[account.0.into(), id.into()])?;
        }
        Ok(())
    })
}

fn take(conn: &mut Conn, any: bool, now: Timestamp, node: i64) -> Result<Vec<Upload>> {
    let found = conn.rows(&UNFINISHED, &[], |r| {
        let (account, id, state) = (AccountId(r.int()?), r.int()?, r.int()?);
        Ok((Upload::new(account, id, r.int()?, r.text()?), state, r.int()?, r.time()?))
    })?;
    let mut taken = Vec::new();
    for (upload, state, owner, touched_at) in found {
        let silent = any && owner != node || touched_at.plus(SILENCE) <= now;
        if !silent {
            continue;
        }
        if state == UploadState::Staging.code() {
            forget(conn, upload.account, upload.id)?;
            continue;
        }
        let values = [upload.account.0, upload.id, node, now.0, touched_at.0].map(Into::into);
        if conn.run(&TAKE_STALE, &values)? == 1 {
            taken.push(upload);
        }
    }
    Ok(taken)
}

fn holders(conn: &mut Conn, account: AccountId, ids: &[(String, Option<ContactId>)]) -> Result<Vec<Option<String>>> {
    let (mut by_public, mut by_id) = (Batch::new(&HOLDER_BY_PUBLIC), Batch::new(&HOLDER_BY_ID));
    let mut numbered = Vec::new();
    for (at, (public, id)) in ids.iter().enumerate() {
        by_public.push([account.0.into(), public.into()]);
        if let Some(id) = id {
            by_id.push([account.0.into(), id.0.into()]);
            numbered.push(at);
        }
    }
    let (mut brought, mut made) = (vec![None; ids.len()], vec![None; ids.len()]);
    let mut steps = Vec::new();
    let mut read_brought = |at: usize, row: &mut crate::sql::Row<'_>| -> Result<()> {
        brought[at] = Some(row.text()?);
        Ok(())
    };
    let mut read_made = |at: usize, row: &mut crate::sql::Row<'_>| -> Result<()> {
        made[numbered[at]] = Some(row.text()?);
        Ok(())
    };
    if !by_public.is_empty() {
        steps.push(Step::Read(by_public, &mut read_brought));
    }
    if !by_id.is_empty() {
        steps.push(Step::Read(by_id, &mut read_made));
    }
    conn.steps(steps)?;
    Ok(brought.into_iter().zip(made).map(|(brought, made)| brought.or(made)).collect())
}
