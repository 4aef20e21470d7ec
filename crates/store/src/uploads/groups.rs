//! The groups that imports leave behind, and who is known already.

use model::{AccountId, ContactId};

use super::{UploadGroup, UploadState};
use crate::Store;
use crate::error::Result;
use crate::sql::{Batch, Conn, Row, Step, each_statements, statements};

statements! {
    GROUPS = "SELECT g.id, g.name, g.description, g.state, g.progress, g.counts, g.created_at, g.finished_at, \
        (SELECT COUNT(*) FROM upload_contact AS c WHERE c.account_id = g.account_id AND c.group_id = g.id) \
        FROM upload_group AS g WHERE g.account_id = $1 ORDER BY g.id";
    MEMBERS = "SELECT contact_id FROM upload_contact WHERE account_id = $1 AND group_id = $2 AND contact_id > $3 \
        ORDER BY contact_id LIMIT $4";
}

each_statements! {
    KNOWN (Int, Text) = "SELECT id FROM contact WHERE account_id = {1} AND email_key = {2}";
    HOLDER_BY_PUBLIC (Int, Text) = "SELECT email_key FROM contact WHERE account_id = {1} AND public_id = {2}";
    HOLDER_BY_ID (Int, Int) = "SELECT email_key FROM contact WHERE account_id = {1} AND id = {2} AND public_id IS NULL";
}

impl Store {
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
                let mut count = |_: usize, _: &mut Row<'_>| -> Result<()> {
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
    let mut read_brought = |at: usize, row: &mut Row<'_>| -> Result<()> {
        brought[at] = Some(row.text()?);
        Ok(())
    };
    let mut read_made = |at: usize, row: &mut Row<'_>| -> Result<()> {
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
