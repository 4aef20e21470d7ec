//! Webhooks in the outbox: leased route by route, rows of one stream together; the health of endpoints; former secrets;
//! and clearing up what was delivered.

use std::collections::HashMap;
use std::time::Duration;

use model::{AccountId, Ambient, DeliveryId, EmailAddress, EndpointState, Secret, Timestamp, WebhookId};

use crate::Store;
use crate::config::RAISE_VERSION;
use crate::deliveries::Leased;
use crate::error::Result;
use crate::ids::Ids;
use crate::keys::Keys;
use crate::leasing::{LEASE_ROW, leased};
use crate::plan::{Lane, Owed};
use crate::sql::{Batch, Conn, Row, Step, Value, each_statements, statements};

statements! {
    // With the index on routes this is one seek for each route, whatever waits in it.
    NEXT_ROUTE = "SELECT account_id, route, due_at FROM delivery WHERE state = 0 AND route IS NOT NULL \
        AND (account_id, route) > ($1, $2) ORDER BY account_id, route, due_at LIMIT 1";
    // What waits behind a row that waits for its next attempt falls due with it, so that nobody looks at it before.
    PUT_BACK = "UPDATE delivery SET due_at = (SELECT MAX(e.due_at) FROM delivery AS e \
        WHERE e.account_id = delivery.account_id AND e.stream = delivery.stream AND e.state = 0 AND e.leased_by IS NULL \
        AND (e.created_at, e.id) < (delivery.created_at, delivery.id)) \
        WHERE account_id = $1 AND route = $2 AND state = 0 AND due_at <= $3 AND leased_by IS NULL AND stream IS NOT NULL \
        AND EXISTS (SELECT 1 FROM delivery AS e WHERE e.account_id = delivery.account_id AND e.stream = delivery.stream \
        AND e.state = 0 AND e.leased_by IS NULL AND e.due_at > $3 \
        AND (e.created_at, e.id) < (delivery.created_at, delivery.id))";
    HEALTH = "SELECT account_id, webhook_id, slot, failing_since FROM webhook_health \
        WHERE failing_since IS NOT NULL AND given_up_at IS NULL";
    GIVEN_UP = "SELECT webhook_id, slot, given_up_at FROM webhook_health \
        WHERE account_id = $1 AND given_up_at IS NOT NULL ORDER BY webhook_id, slot";
    FORMER_SECRETS = "SELECT webhook_id, secret, signs_until FROM webhook_former_secret WHERE account_id = $1";
    FAILING = "INSERT INTO webhook_health (account_id, webhook_id, slot, failing_since) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account_id, webhook_id, slot) DO UPDATE SET \
        failing_since = COALESCE(webhook_health.failing_since, excluded.failing_since)";
    WELL = "UPDATE webhook_health SET failing_since = NULL WHERE account_id = $1 AND webhook_id = $2 AND slot = $3 \
        AND given_up_at IS NULL";
    GIVE_UP = "UPDATE webhook_health SET given_up_at = $4 WHERE account_id = $1 AND webhook_id = $2 AND slot = $3 \
        AND given_up_at IS NULL AND failing_since <= $5";
    TRUST_AGAIN = "DELETE FROM webhook_health WHERE account_id = $1 AND webhook_id = $2";
    TELL = "INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, payload, created_at, owed_since) \
        VALUES ($1, $2, $3, $4, 0, $5, 0, $6, $5, $5)";
    KEEP_FORMER = "INSERT INTO webhook_former_secret (account_id, webhook_id, secret, signs_until) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account_id, webhook_id) DO UPDATE SET secret = excluded.secret, signs_until = excluded.signs_until";
    FORGET_FORMER = "DELETE FROM webhook_former_secret WHERE account_id = $1 AND webhook_id = $2";
    ENDED = "SELECT account_id, id FROM delivery WHERE lane = 2 AND state = $1 AND finished_at < $2 LIMIT $3";
}

each_statements! {
    // As `DUE`, of one route.
    DUE_OF_ROUTE (Int, Int, Int, Int) = "SELECT d.id, d.lane, d.attempts, d.tries_from, d.contact_id, d.payload, d.created_at, \
        d.owed_since FROM delivery AS d WHERE d.account_id = {1} AND d.route = {2} AND d.state = 0 AND d.due_at <= {3} \
        AND (d.stream IS NULL OR NOT EXISTS (SELECT 1 FROM delivery AS e WHERE e.account_id = d.account_id \
        AND e.stream = d.stream AND e.state = 0 AND (e.created_at, e.id) < (d.created_at, d.id))) \
        ORDER BY d.due_at, d.id LIMIT {4} {share}";
    BEHIND (Int, Int, Int, Int) = "SELECT d.id, d.lane, d.attempts, d.tries_from, d.contact_id, d.payload, d.created_at, \
        d.owed_since FROM delivery AS d WHERE d.account_id = {1} AND d.stream = {2} AND d.id <> {3} AND d.state = 0 \
        AND d.leased_by IS NULL ORDER BY d.created_at, d.id LIMIT {4} {share}";
    FORGET_ATTEMPTS (Int, Int) = "DELETE FROM delivery_attempt {using} WHERE account_id = {1} AND delivery_id = {2}";
    FORGET_DELIVERY (Int, Int) = "DELETE FROM delivery {using} WHERE account_id = {1} AND id = {2} AND state <> 0";
}

/// How long the secret before the present one signs as well, where nobody says otherwise.
pub const FORMER_SECRET_SIGNS: Duration = Duration::from_secs(24 * 3600);
/// Rows behind the first of a stream that are taken with it.
const BEHIND_MOST: i64 = 31;

/// A queue of webhooks to one URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteKey {
    /// Whose.
    pub account: AccountId,
    /// Made of the URL.
    pub route: i64,
}

/// A URL of an endpoint that takes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Whose.
    pub account: AccountId,
    /// The endpoint.
    pub webhook: WebhookId,
    /// Which of its URLs.
    pub slot: String,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// Waits until this node has written webhooks. A second one is waited for by one task only.
    pub async fn webhooks_written(&self) {
        self.inner.hand_over.webhooks.notified().await;
    }

    /// The routes in which something has fallen due.
    pub async fn due_routes(&self) -> Result<Vec<RouteKey>> {
        let now = self.inner.ambient.now();
        self.inner.lanes.run(move |conn| due_routes(conn, now)).await
    }

    /// Takes webhooks that are due, at most so many streams of each route; each stream's rows stand together, in order.
    pub async fn lease_webhooks(&self, shares: Vec<(RouteKey, i64)>) -> Result<Vec<(RouteKey, Vec<Leased>)>> {
        let (now, node) = (self.inner.ambient.now(), self.inner.node);
        self.errand(move |conn| lease(conn, &shares, now, node)).await
    }

    /// As [`Store::end_leases`], of webhooks.
    pub async fn end_webhook_leases(&self) -> Result<()> {
        if self.inner.shared {
            return Ok(());
        }
        self.end_leases_of(&[Lane::Webhook]).await
    }

    /// Every URL that takes nothing and was not given up.
    pub async fn failing_webhooks(&self) -> Result<Vec<Failing>> {
        self.inner.lanes.run(failing).await
    }

    /// Notes that a URL took nothing; the moment stays where an earlier one is known.
    pub async fn webhook_failed(&self, failing: Failing) -> Result<()> {
        self.errand(move |conn| {
            let Failing { account, webhook, slot, since } = &failing;
            conn.run(&FAILING, &[account.0.into(), webhook.0.into(), slot.into(), (*since).into()]).map(|_| ())
        })
        .await
    }

    /// Notes that a URL takes webhooks again.
    pub async fn webhook_works(&self, account: AccountId, webhook: WebhookId, slot: String) -> Result<()> {
        self.errand(move |conn| conn.run(&WELL, &[account.0.into(), webhook.0.into(), (&slot).into()]).map(|_| ()))
            .await
    }

    /// Switches a URL off that has taken nothing since before `limit`, and owes the mails that say so; whether it did.
    pub async fn give_webhook_up(&self, failing: Failing, limit: Timestamp, tell: Vec<EmailAddress>) -> Result<bool> {
        let now = self.inner.ambient.now();
        let done = self.errand(move |conn| give_up(conn, &failing, limit, &tell, now)).await?;
        if done {
            self.refresh().await?;
        }
        Ok(done)
    }

    /// Forgets that an endpoint failed: what was switched off is on again.
    pub async fn trust_webhook_again(&self, account: AccountId, webhook: WebhookId) -> Result<()> {
        self.errand(move |conn| {
            conn.transaction(|conn| {
                conn.run(&TRUST_AGAIN, &[account.0.into(), webhook.0.into()])?;
                raise(conn, account)
            })
        })
        .await?;
        self.refresh().await
    }

    /// Ends the time of an endpoint's former secret at once, or moves it.
    pub async fn former_secret_until(
        &self,
        account: AccountId,
        webhook: WebhookId,
        former: Option<(Secret, Timestamp)>,
    ) -> Result<()> {
        let (keys, ambient) = (self.inner.keys.clone(), self.inner.ambient.clone());
        self.errand(move |conn| {
            conn.transaction(|conn| {
                match &former {
                    Some((secret, until)) => keep_former(conn, &keys, &ambient, account, webhook.0, secret, *until)?,
                    None => conn.run(&FORGET_FORMER, &[account.0.into(), webhook.0.into()]).map(|_| ())?,
                }
                raise(conn, account)
            })
        })
        .await?;
        self.refresh().await
    }

    /// Deletes webhooks that ended before those moments: taken or withdrawn, and given up. How many; at most `most` of each.
    pub async fn forget_webhooks(&self, taken: Timestamp, dead: Timestamp, most: i64) -> Result<usize> {
        self.errand(move |conn| forget(conn, taken, dead, most)).await
    }
}

fn raise(conn: &mut Conn, account: AccountId) -> Result<()> {
    conn.row(&RAISE_VERSION, &[account.0.into()], |row| row.int()).map(|_| ())
}

fn due_routes(conn: &mut Conn, now: Timestamp) -> Result<Vec<RouteKey>> {
    let (mut due, mut account, mut route) = (Vec::new(), i64::MIN, i64::MIN);
    loop {
        let found =
            conn.row(&NEXT_ROUTE, &[account.into(), route.into()], |row| Ok((row.int()?, row.int()?, row.time()?)))?;
        let Some((next_account, next_route, first)) = found else { return Ok(due) };
        (account, route) = (next_account, next_route);
        if first <= now {
            due.push(RouteKey { account: AccountId(account), route });
        }
    }
}

fn lease(
    conn: &mut Conn,
    shares: &[(RouteKey, i64)],
    now: Timestamp,
    node: i64,
) -> Result<Vec<(RouteKey, Vec<Leased>)>> {
    conn.transaction(|conn| {
        let mut due = Batch::new(&DUE_OF_ROUTE);
        for (key, most) in shares {
            due.push([key.account.0.into(), key.route.into(), now.into(), (*most).into()]);
        }
        let mut groups: Vec<(RouteKey, Vec<Leased>)> = Vec::new();
        let mut found: HashMap<RouteKey, i64> = HashMap::new();
        read(
            conn,
            due,
            |at| shares[at].0.account,
            |at, row| {
                *found.entry(shares[at].0).or_default() += 1;
                groups.push((shares[at].0, vec![row]));
            },
        )?;
        let mut behind = Batch::new(&BEHIND);
        let mut of = Vec::new();
        for (at, (key, rows)) in groups.iter().enumerate() {
            if let Some((first, stream)) = rows.first().and_then(|row| Some((row.id, row.owed.stream()?))) {
                behind.push([key.account.0.into(), stream.into(), first.0.into(), BEHIND_MOST.into()]);
                of.push((at, key.account));
            }
        }
        let mut more = Vec::new();
        read(conn, behind, |at| of[at].1, |at, row| more.push((of[at].0, row)))?;
        for (at, row) in more {
            groups[at].1.push(row);
        }
        let mut taken = Batch::new(&LEASE_ROW);
        for row in groups.iter().flat_map(|(_, rows)| rows) {
            let until = now.plus(crate::committer::LEASE);
            taken.push([row.account.0.into(), row.id.0.into(), until.into(), node.into()]);
        }
        if !taken.is_empty() {
            conn.each(taken)?;
        }
        for (key, most) in shares {
            if found.get(key).copied().unwrap_or(0) < *most {
                conn.run(&PUT_BACK, &[key.account.0.into(), key.route.into(), now.into()])?;
            }
        }
        Ok(groups)
    })
}

fn read(
    conn: &mut Conn,
    batch: Batch<'_>,
    account: impl Fn(usize) -> AccountId,
    mut keep: impl FnMut(usize, Leased),
) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut each = |at: usize, row: &mut Row<'_>| -> Result<()> {
        match leased(account(at), row)? {
            Ok(row) => keep(at, row),
            // A newer node may have written it; it stays for that node, and hinders no other row.
            Err(error) => tracing::warn!(%error, "skipped"),
        }
        Ok(())
    };
    conn.steps(vec![Step::Read(batch, &mut each)])
}

fn failing(conn: &mut Conn) -> Result<Vec<Failing>> {
    conn.rows(&HEALTH, &[], |row| {
        let (account, webhook) = (AccountId(row.int()?), WebhookId(row.int()?));
        Ok(Failing { account, webhook, slot: row.text()?, since: row.time()? })
    })
}

fn give_up(
    conn: &mut Conn,
    failing: &Failing,
    limit: Timestamp,
    tell: &[EmailAddress],
    now: Timestamp,
) -> Result<bool> {
    let mut ids = Ids::rows();
    ids.reserve(conn, tell.len() as i64)?;
    conn.transaction(|conn| {
        let account: Value<'_> = failing.account.0.into();
        let (webhook, slot): (Value<'_>, Value<'_>) = (failing.webhook.0.into(), (&failing.slot).into());
        if conn.run(&GIVE_UP, &[account, webhook, slot, now.into(), limit.into()])? == 0 {
            return Ok(false);
        }
        for to in tell {
            let owed = Owed::EndpointGivenUp {
                endpoint: failing.webhook,
                slot: failing.slot.clone(),
                since: failing.since,
                to: to.clone(),
            };
            let payload = crate::writer::json(&owed)?;
            let (id, lane) = (DeliveryId(ids.take()), Lane::Mail.code());
            conn.run(&TELL, &[account, id.0.into(), owed.kind().into(), lane.into(), now.into(), (&payload).into()])?;
        }
        raise(conn, failing.account)?;
        Ok(true)
    })
}

/// Keeps a secret that is replaced; it signs as well until then.
pub(crate) fn keep_former(
    conn: &mut Conn,
    keys: &Keys,
    ambient: &Ambient,
    account: AccountId,
    webhook: i64,
    secret: &Secret,
    until: Timestamp,
) -> Result<()> {
    let sealed = keys.seal(account, secret, ambient)?;
    let sealed = Value::Bytes(Some(&sealed));
    conn.run(&KEEP_FORMER, &[account.0.into(), webhook.into(), sealed, until.into()]).map(|_| ())
}

/// What happened to the endpoints of an account, by number.
pub(crate) fn states(conn: &mut Conn, keys: &Keys, account: AccountId) -> Result<HashMap<i64, EndpointState>> {
    let mut states: HashMap<i64, EndpointState> = HashMap::new();
    for (webhook, slot, at) in
        conn.rows(&GIVEN_UP, &[account.0.into()], |row| Ok((row.int()?, row.text()?, row.time()?)))?
    {
        states.entry(webhook).or_default().given_up.push((slot, at));
    }
    let former = conn.rows(&FORMER_SECRETS, &[account.0.into()], |row| {
        let (webhook, sealed, until) = (row.int()?, row.bytes()?, row.time()?);
        Ok((webhook, keys.open(account, &sealed)?, until))
    })?;
    for (webhook, secret, until) in former {
        states.entry(webhook).or_default().former_secret = Some((secret, until));
    }
    Ok(states)
}

fn forget(conn: &mut Conn, taken: Timestamp, dead: Timestamp, most: i64) -> Result<usize> {
    conn.transaction(|conn| {
        let mut ended = Vec::new();
        for (state, before) in [(1, taken), (3, taken), (2, dead)] {
            let values = [i64::into(state), before.into(), most.into()];
            ended.extend(conn.rows(&ENDED, &values, |row| Ok((row.int()?, row.int()?)))?);
        }
        let (mut attempts, mut rows) = (Batch::new(&FORGET_ATTEMPTS), Batch::new(&FORGET_DELIVERY));
        for (account, id) in &ended {
            attempts.push([(*account).into(), (*id).into()]);
            rows.push([(*account).into(), (*id).into()]);
        }
        if !ended.is_empty() {
            conn.each(attempts)?;
            conn.each(rows)?;
        }
        Ok(ended.len())
    })
}

/// What every plan is shown to before it is written, so that whatever changes somebody owes its webhooks: how many row
/// numbers that may take, and the function that adds them to the plan. The store knows no rule, so it is handed in.
#[derive(Clone, Copy)]
pub struct Announcer {
    /// The most row numbers that one plan of this account may take.
    pub numbers: fn(&model::AccountSnapshot) -> usize,
    /// Adds what is owed.
    pub announce: fn(
        &model::AccountSnapshot,
        &crate::plan::PersonKey,
        &crate::plan::Facts,
        &mut crate::plan::Plan,
        &mut dyn crate::plan::Numbers,
    ),
}

impl std::fmt::Debug for Announcer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Announcer")
    }
}
