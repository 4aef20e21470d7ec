//! Imports that begin: their rows are kept until all of them are there, and forgotten when nothing more comes.

use model::{AccountId, Timestamp};

use super::{NewUpload, SILENCE, Upload, UploadState, gone};
use crate::Store;
use crate::error::{Result, StoreError};
use crate::ids::Ids;
use crate::sql::{Conn, statements};

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
    DROP_PIECES = "DELETE FROM upload_piece WHERE account_id = $1 AND group_id = $2";
    DROP_GROUP = "DELETE FROM upload_group WHERE account_id = $1 AND id = $2 AND state = 0";
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

    /// they were sealed are forgotten on the way. `any`: also what was touched just now, where no other node can be.
    pub async fn take_uploads(&self, any: bool) -> Result<Vec<Upload>> {
        let (now, node) = (self.ambient().now(), self.inner.node);
        let any = any && !self.inner.shared;
        self.errand(move |conn| take(conn, any, now, node)).await
    }
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
