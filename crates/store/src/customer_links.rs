//! Customers' single-use links: to set a password and to log in. Only hashes of tokens are kept, beside the sessions.

use model::{AccountId, ContactId, Timestamp};

use crate::Store;
use crate::error::Result;
use crate::sql::{Conn, Step, statements};

statements! {
    LINK = "SELECT contact_id FROM customer_session WHERE account_id = $1 AND token_hash = $2 AND purpose = $3";
    USE_LINK = "DELETE FROM customer_session WHERE account_id = $1 AND token_hash = $2 AND purpose = $3";
    KEY_OF = "SELECT email_key FROM contact WHERE account_id = $1 AND id = $2";
    KEEP_PASSWORD = "INSERT INTO contact_password (account_id, contact_id, hash, set_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account_id, contact_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at";
    END_ALL = "DELETE FROM customer_session WHERE account_id = $1 AND contact_id = $2";
}

/// What a customer's link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To set a password.
    Password,
    /// To log in.
    Login,
}

impl LinkPurpose {
    /// As stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Login => "login",
        }
    }
}

fn whose(conn: &mut Conn, account: AccountId, purpose: LinkPurpose, hash: &[u8; 32]) -> Result<Option<ContactId>> {
    conn.row(&LINK, &[account.0.into(), hash.into(), purpose.as_str().into()], |r| Ok(ContactId(r.int()?)))
}

/// Uses a link up; of several calls at once only one finds it.
fn use_up(conn: &mut Conn, account: AccountId, purpose: LinkPurpose, hash: &[u8; 32]) -> Result<bool> {
    Ok(conn.run(&USE_LINK, &[account.0.into(), hash.into(), purpose.as_str().into()])? == 1)
}

/// Sets a password by its link, and ends every session and every other link of the customer.
fn set_password(
    conn: &mut Conn,
    account: AccountId,
    hash: &[u8; 32],
    password: &str,
    now: Timestamp,
) -> Result<Option<ContactId>> {
    conn.transaction(|conn| {
        let Some(contact) = whose(conn, account, LinkPurpose::Password, hash)? else { return Ok(None) };
        let of = [account.0.into(), contact.0.into()];
        let Some(key) = conn.row(&KEY_OF, &of, |r| r.text())? else { return Ok(None) };
        // Whoever is being erased at this moment keeps nothing.
        conn.steps(vec![Step::Lock(vec![crate::committer::lock_of(account, &key)])])?;
        if !use_up(conn, account, LinkPurpose::Password, hash)? {
            return Ok(None);
        }
        conn.run(&KEEP_PASSWORD, &[of[0], of[1], password.into(), now.into()])?;
        conn.run(&END_ALL, &of)?;
        Ok(Some(contact))
    })
}

impl Store {
    /// Whose a link is that has not been used.
    pub async fn link(&self, account: AccountId, purpose: LinkPurpose, hash: [u8; 32]) -> Result<Option<ContactId>> {
        self.inner.lanes.run(move |conn| whose(conn, account, purpose, &hash)).await
    }

    /// Uses a link up: whose it was. `None` when it was used before.
    pub async fn use_link(
        &self,
        account: AccountId,
        purpose: LinkPurpose,
        hash: [u8; 32],
    ) -> Result<Option<ContactId>> {
        self.errand(move |conn| {
            conn.transaction(|conn| {
                let contact = whose(conn, account, purpose, &hash)?;
                Ok(if use_up(conn, account, purpose, &hash)? { contact } else { None })
            })
        })
        .await
    }

    /// Sets a password (a hash) by its link, in one transaction with the end of the customer's sessions and other links.
    /// `None` when the link was used before.
    pub async fn set_password(
        &self,
        account: AccountId,
        hash: [u8; 32],
        password: String,
    ) -> Result<Option<ContactId>> {
        let now = self.ambient().now();
        self.errand(move |conn| set_password(conn, account, &hash, &password, now)).await
    }
}
