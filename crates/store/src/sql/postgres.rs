//! The PostgreSQL side: one connection, prepared statements, several statements in one round trip.
//!
//! Calls block the calling thread, which is always one of the store's own (see `lanes`): the connection itself is
//! driven by the runtime.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::{BoxFuture, try_join_all};
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use super::each::{Batch, Column};
use super::target::PostgresTarget;
use super::value::{Row, Value};
use super::{Sql, Step};
use crate::error::{Result, StoreError};

pub(super) struct Postgres {
    client: Client,
    runtime: Handle,
    statements: HashMap<usize, Statement>,
}

fn param<'p>(value: &'p Value<'_>) -> &'p (dyn ToSql + Sync) {
    match value {
        Value::Int(v) => v,
        Value::Text(v) => v,
        Value::Bytes(v) => v,
    }
}

impl Postgres {
    pub(super) fn connect(target: &PostgresTarget, runtime: &Handle) -> Result<Self> {
        let client = runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(10), target.connect())
                .await
                .unwrap_or_else(|_| Err(StoreError::Unavailable("no answer within 10 s".into())))
        })?;
        let mut connection = Self { client, runtime: runtime.clone(), statements: HashMap::new() };
        connection.script("SET timezone = 'UTC'; SET lock_timeout = '10s'; SET statement_timeout = '60s'; SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")?;
        Ok(connection)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn script(&mut self, text: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.batch_execute(text))?)
    }

    fn prepared(&mut self, key: &'static str, text: impl FnOnce() -> String) -> Result<Statement> {
        if let Some(statement) = self.statements.get(&(key.as_ptr() as usize)) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(&text()))?;
        self.statements.insert(key.as_ptr() as usize, statement.clone());
        Ok(statement)
    }

    pub(super) fn run(&mut self, sql: &'static Sql, values: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepared(sql.0, || sql.0.to_owned())?;
        let params: Vec<_> = values.iter().map(param).collect();
        Ok(self.runtime.block_on(self.client.execute(&statement, &params))?)
    }

    pub(super) fn rows<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let statement = self.prepared(sql.0, || sql.0.to_owned())?;
        let params: Vec<_> = values.iter().map(param).collect();
        let rows = self.runtime.block_on(self.client.query(&statement, &params))?;
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
        let answers = self.runtime.block_on(try_join_all(work))?;
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

    #[cfg(test)]
    pub(super) fn prepares(&mut self, text: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.prepare(text)).map(|_| ())?)
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
