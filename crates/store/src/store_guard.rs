//! The store's calls for the guard: quarantine, records of verdicts, chores, and what nodes tell each other.

use model::{AccountId, EmailAddress, SignUpId, Timestamp};

use crate::error::Result;
use crate::guard_nodes::{Exchange, GuardNews, SeenShares, Used};
use crate::guard_rows::{Held, RefusedAttempt, VerdictRow};
use crate::{Store, guard_nodes, guard_rows, ids, recipients};

impl Store {
    /// A sign-up in quarantine.
    pub async fn held(&self, account: AccountId, id: SignUpId) -> Result<Option<Held>> {
        self.inner.lanes.run(move |conn| guard_rows::held(conn, account, id)).await
    }

    /// Marks a sign-up in quarantine as released; `false` when it was before.
    pub async fn mark_released(&self, account: AccountId, id: SignUpId) -> Result<bool> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| guard_rows::release(conn, account, id, now)).await
    }

    /// Forgets what a sign-up in quarantine asked for, so that it can be released no more; whether it was there.
    pub async fn forget_held(&self, account: AccountId, id: SignUpId) -> Result<bool> {
        self.errand(move |conn| guard_rows::forget_held(conn, account, id)).await
    }

    /// The newest records with a verdict of that name (`accept`, `quiet`, `challenge`, `refuse`), at most `most`.
    pub async fn verdicts(&self, account: AccountId, verdict: String, most: i64) -> Result<Vec<VerdictRow>> {
        self.inner.lanes.run(move |conn| guard_rows::verdicts(conn, account, &verdict, i64::MAX, most)).await
    }

    /// The record of that number.
    pub async fn verdict(&self, account: AccountId, id: i64) -> Result<Option<VerdictRow>> {
        self.inner.lanes.run(move |conn| guard_rows::verdict(conn, account, id)).await
    }

    /// Keeps refused attempts.
    pub async fn keep_refused(&self, attempts: Vec<RefusedAttempt>) -> Result<()> {
        self.errand(move |conn| {
            let mut ids = ids::Ids::rows();
            ids.reserve(conn, attempts.len() as i64)?;
            guard_rows::write_refused(conn, &attempts, ids.take())
        })
        .await
    }

    /// Forgets, in small steps, what no limit looks back to: mails of days past and refused attempts before a moment.
    pub async fn forget_guard_rows(&self, refused_before: Timestamp) -> Result<()> {
        let now = self.inner.ambient.now();
        for piece in 0..16 {
            self.errand(move |conn| recipients::forget(conn, now, piece)).await?;
        }
        for account in self.directory().all() {
            let id = account.id;
            self.errand(move |conn| guard_rows::forget_refused(conn, id, refused_before)).await?;
        }
        Ok(())
    }

    /// Truncates client addresses of records before a moment, in small steps. `shorten` gives the shorter address, or
    /// `None` where it is as short already. Consent events keep theirs.
    pub async fn truncate_addresses(&self, before: Timestamp, shorten: fn(&str) -> Option<String>) -> Result<()> {
        for account in self.directory().all() {
            let id = account.id;
            while self.errand(move |conn| guard_rows::truncate_addresses(conn, id, before, shorten)).await? {}
        }
        Ok(())
    }

    /// Tells other nodes what this one has counted since the last time, and takes what they have.
    pub async fn exchange(
        &self,
        given: Exchange,
        since: Timestamp,
        mut seen: SeenShares,
    ) -> Result<(Exchange, SeenShares)> {
        let (node, now) = (self.inner.node, self.inner.ambient.now());
        if !given.counts.is_empty() || !given.attacks.is_empty() || !given.used.is_empty() {
            self.errand(move |conn| guard_nodes::give(conn, node, &given, now)).await?;
        }
        self.inner
            .lanes
            .run(move |conn| guard_nodes::take(conn, node, since, now, &mut seen).map(|taken| (taken, seen)))
            .await
    }

    /// Uses something that may be used once, unless any node did before; whether it is used now.
    pub async fn use_once(&self, used: Used) -> Result<bool> {
        let (node, now) = (self.inner.node, self.inner.ambient.now());
        self.errand(move |conn| guard_nodes::use_once(conn, node, &used, now)).await
    }

    /// Forgets what nodes told each other before a moment.
    pub async fn forget_shares(&self, before: Timestamp) -> Result<()> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| guard_nodes::forget(conn, before, now)).await
    }

    /// Owes an account's owner a mail with news, unless some node told the same since a moment; whether it does.
    pub async fn tell_owner(
        &self,
        account: AccountId,
        news: GuardNews,
        to: Vec<EmailAddress>,
        not_since: Timestamp,
    ) -> Result<bool> {
        let now = self.inner.ambient.now();
        self.errand(move |conn| guard_nodes::tell(conn, account, &news, &to, not_since, now)).await
    }

    /// Forgets an account's sign-ups that were in quarantine since before a moment.
    pub async fn expire_quarantine(&self, account: AccountId, before: Timestamp) -> Result<u64> {
        self.errand(move |conn| guard_nodes::expire_quarantine(conn, account, before)).await
    }
}
