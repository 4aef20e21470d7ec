//! The PostgreSQL side: one connection, prepared statements, several statements in one round trip.
//!
//! Calls block the calling thread, which is always one of the store's own (see `lanes`). The connection has a runtime
//! of its own that runs in that thread while a call waits: an answer never has to wake another thread.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, try_join_all};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::each::{Batch, Column};
use super::target::PostgresTarget;
use super::value::{Row, Value};
use super::{Sql, Step};
use crate::error::{Result, StoreError};

/// How long the server may work on one statement.
const STATEMENT_LIMIT: &str = "SET statement_timeout = '25s'";
/// How long an answer is waited for: longer than the server's own limits, so that only a server that is gone or stands
/// still is given up, and its callers are told to come back.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Postgres {
    client: Client,
    runtime: Runtime,
    statements: HashMap<usize, Statement>,
    used: Instant,
    /// How long an answer is waited for; `None` = for ever.
    patience: Option<Duration>,
    /// Whether an answer was given up: what the connection holds is then unknown, and it must not be used again.
    given_up: Cell<bool>,
}

/// After this long without a call the connection is looked at before it is used: its end may have gone unnoticed.
const IDLE: Duration = Duration::from_millis(500);

fn param<'p>(value: &'p Value<'_>) -> &'p (dyn ToSql + Sync) {
    match value {
        Value::Int(v) => v,
        Value::Text(v) => v,
        Value::Bytes(v) => v,
    }
}

impl Postgres {
    pub(super) fn connect(target: &PostgresTarget) -> Result<Self> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let client = runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(10), target.connect())
                .await
                .unwrap_or_else(|_| Err(StoreError::Unavailable("no answer within 10 s".into())))
        })?;
        let connection = Self {
            client,
            runtime,
            statements: HashMap::new(),
            used: Instant::now(),
            patience: Some(PATIENCE),
            given_up: Cell::new(false),
        };
        // Every statement here finds its rows by key: plans by index are right whatever the statistics say, and need no
        // second thought.
        connection.script(
            "SET timezone = 'UTC'; SET lock_timeout = '10s'; SET jit = off; SET plan_cache_mode = force_generic_plan; \
             SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
        )?;
        connection.script(STATEMENT_LIMIT)?;
        Ok(connection)
    }

    pub(super) fn is_closed(&mut self) -> bool {
        if self.used.elapsed() > IDLE {
            // Lets the connection's task run, so that it sees what has come in meanwhile.
            self.runtime.block_on(async { tokio::time::sleep(Duration::from_micros(100)).await });
        }
        self.used = Instant::now();
        self.is_lost()
    }

    fn is_lost(&self) -> bool {
        self.given_up.get() || self.client.is_closed()
    }

    /// Whether statements may take only so long. Setting up a schema may take any time.
    pub(super) fn limit_time(&mut self, limited: bool) -> Result<()> {
        self.patience = limited.then_some(PATIENCE);
        self.script(if limited { STATEMENT_LIMIT } else { "SET statement_timeout = 0" })
    }

    pub(super) fn script(&self, text: &str) -> Result<()> {
        self.wait(self.client.batch_execute(text))
    }

    /// Whether there are next to no people, or were when statistics were last gathered.
    pub(super) fn lacks_statistics(&self) -> Result<bool> {
        let sql = "SELECT reltuples < 100 FROM pg_class WHERE oid = to_regclass('contact')";
        let found = self.wait(self.client.query_opt(sql, &[]))?;
        Ok(found.is_some_and(|row| row.get(0)))
    }

    /// Waits for an answer, but not for ever.
    fn wait<T, E>(&self, answer: impl Future<Output = std::result::Result<T, E>>) -> Result<T>
    where
        StoreError: From<E>,
    {
        if self.is_lost() {
            return Err(StoreError::Unavailable("the connection was lost".into()));
        }
        let Some(patience) = self.patience else { return Ok(self.runtime.block_on(answer)?) };
        let answer = self.runtime.block_on(async { tokio::time::timeout(patience, answer).await });
        answer
            .map_err(|_| {
                self.given_up.set(true);
                StoreError::Unavailable(format!("no answer within {} s", patience.as_secs()))
            })?
            .map_err(StoreError::from)
    }

    fn prepared(&mut self, key: &'static str, text: impl FnOnce() -> String) -> Result<Statement> {
        if let Some(statement) = self.statements.get(&(key.as_ptr() as usize)) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(&text()))?;
        self.statements.insert(key.as_ptr() as usize, statement.clone());
        Ok(statement)
    }

    pub(super) fn run(&mut self, sql: &'static Sql, values: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepared(sql.0, || sql.0.to_owned())?;
        let params: Vec<_> = values.iter().map(param).collect();
        self.wait(self.client.execute(&statement, &params))
    }

    pub(super) fn rows<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let statement = self.prepared(sql.0, || sql.0.to_owned())?;
        let params: Vec<_> = values.iter().map(param).collect();
        let rows = self.wait(self.client.query(&statement, &params))?;
        rows.iter().map(|row| read(&mut Row::postgres(row, 0))).collect()
    }

    /// Sends all steps before the first answer is awaited: one round trip, whatever their number.
    pub(super) fn steps(&mut self, steps: Vec<Step<'_, '_>>) -> Result<()> {
        let mut statements = Vec::with_capacity(steps.len());
        for step in &steps {
            statements.push(match step {
                Step::Write(batch) | Step::Read(batch, _) => {
                    Some(self.prepared(batch.each.text, || batch.each.for_postgres())?)
                }
                Step::Lock(_) => Some(self.prepared(LOCK, || LOCK.to_owned())?),
                _ => None,
            });
        }
        let client = &self.client;
        let mut work: Vec<BoxFuture<'_, Result<Vec<tokio_postgres::Row>>>> = Vec::with_capacity(steps.len());
        for (step, statement) in steps.iter().zip(&statements) {
            work.push(match (step, statement) {
                (Step::Begin, _) => Box::pin(script(client, "BEGIN")),
                (Step::Commit, _) => Box::pin(script(client, "COMMIT")),
                (Step::Lock(keys), Some(statement)) => Box::pin(async move {
                    client.query(statement, &[keys]).await?;
                    Ok(Vec::new())
                }),
                (Step::Write(batch), Some(statement)) => Box::pin(async move {
                    let params = arrays(batch);
                    client.execute(statement, &params).await?;
                    Ok(Vec::new())
                }),
                (Step::Read(batch, _), Some(statement)) => Box::pin(async move {
                    let params = arrays(batch);
                    Ok(client.query(statement, &params).await?)
                }),
                _ => Box::pin(async { Ok(Vec::new()) }),
            });
        }
        let answers = self.wait(try_join_all(work))?;
        for (step, rows) in steps.into_iter().zip(answers) {
            if let Step::Read(_, read) = step {
                for row in &rows {
                    let number: i64 = row.try_get(0).map_err(StoreError::from)?;
                    read(number as usize - 1, &mut Row::postgres(row, 1))?;
                }
            }
        }
        Ok(())
    }

    /// The plan that a statement gets whatever its values are.
    #[cfg(test)]
    pub(super) fn explain(&mut self, text: &str) -> Result<Vec<String>> {
        let values =
            (1..1000).take_while(|n| text.contains(&format!("${n}"))).map(|_| "NULL").collect::<Vec<_>>().join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let script = format!(
            "SET plan_cache_mode = force_generic_plan; PREPARE explained AS {text}; EXPLAIN EXECUTE explained{values}; \
             DEALLOCATE explained; RESET plan_cache_mode"
        );
        let said = self.wait(self.client.simple_query(&script))?;
        let line = |message: &tokio_postgres::SimpleQueryMessage| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        Ok(said.iter().filter_map(line).collect())
    }

    #[cfg(test)]
    pub(super) fn prepares(&mut self, text: &str) -> Result<()> {
        self.wait(self.client.prepare(text)).map(|_| ())
    }
}

async fn script(client: &Client, text: &str) -> Result<Vec<tokio_postgres::Row>> {
    client.batch_execute(text).await?;
    Ok(Vec::new())
}

/// Holds the keys until the transaction ends, against every node. Sorted, so that two batches cannot wait for each
/// other.
const LOCK: &str =
    "SELECT COUNT(pg_advisory_xact_lock(k)) FROM (SELECT k FROM UNNEST($1::BIGINT[]) AS k ORDER BY k) AS sorted";

fn arrays<'p>(batch: &'p Batch<'_>) -> Vec<&'p (dyn ToSql + Sync)> {
    batch
        .columns
        .iter()
        .map(|column| -> &(dyn ToSql + Sync) {
            match column {
                Column::Int(c) => c,
                Column::Text(c) => c,
                Column::Bytes(c) => c,
            }
        })
        .collect()
}
