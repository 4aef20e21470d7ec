//! One connection to either engine: the only place that tells them apart.

#[cfg(test)]
use super::Each;
use super::each::Batch;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::value::{Row, Value};
use super::{Sql, Target};
use crate::error::Result;
#[cfg(test)]
use crate::error::StoreError;

/// Reads the rows of a batch: the number of the batch's row (from 0), and the row found for it.
pub type ReadRow<'r> = &'r mut dyn FnMut(usize, &mut Row<'_>) -> Result<()>;

/// One step of several that go to the database together.
pub enum Step<'a, 'r> {
    /// Opens a transaction that may write.
    Begin,
    /// Waits until no other transaction of any node holds one of the keys, and holds them until this one ends.
    Lock(Vec<i64>),
    /// Runs a statement for each row of the batch.
    Write(Batch<'a>),
    /// Runs a SELECT for each row of the batch.
    Read(Batch<'a>, ReadRow<'r>),
    /// Ends the transaction; everything is on disk when it returns.
    Commit,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// A connection. Calls block: use it from the store's own threads.
pub struct Conn {
    engine: Engine,
}

impl Conn {
    /// Opens a connection. `writable` connections may write; `cache_kib` bounds SQLite's page cache.
    pub fn open(target: &Target, writable: bool, cache_kib: i64) -> Result<Self> {
        let engine = match target {
            Target::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, writable, cache_kib)?),
            Target::Postgres(target) => Engine::Postgres(Postgres::connect(target)?),
        };
        Ok(Self { engine })
    }

    /// Whether the other side is known to be gone.
    pub fn is_closed(&mut self) -> bool {
        match &mut self.engine {
            Engine::Sqlite(_) => false,
            Engine::Postgres(c) => c.is_closed(),
        }
    }

    /// A migration's text with its tokens filled in.
    pub(super) fn fill_tokens(&self, text: &str) -> String {
        let (int, bytes, key, table, bytewise) = match &self.engine {
            Engine::Sqlite(_) => ("INTEGER", "BLOB", "TEXT", "STRICT, WITHOUT ROWID", ""),
            // Keys compare byte by byte on both engines.
            Engine::Postgres(_) => ("BIGINT", "BYTEA", "TEXT COLLATE \"C\"", "", " COLLATE \"C\""),
        };
        let (own, other) = match &self.engine {
            Engine::Sqlite(_) => ("sqlite", "postgres"),
            Engine::Postgres(_) => ("postgres", "sqlite"),
        };
        // What stands between `{sqlite}` and `{/sqlite}` is for that engine alone.
        let mut text = text.replace(&format!("{{{own}}}"), "").replace(&format!("{{/{own}}}"), "");
        let end = format!("{{/{other}}}");
        while let Some((from, to)) = text.find(&format!("{{{other}}}")).zip(text.find(&end)) {
            text.replace_range(from..to + end.len(), "");
        }
        let text = text.replace("{int}", int).replace("{bytes}", bytes).replace("{key}", key);
        text.replace("{table}", table).replace("{bytewise}", bytewise)
    }

    /// Runs statements without values.
    pub fn script(&mut self, text: &str) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.script(text),
            Engine::Postgres(c) => c.script(text),
        }
    }

    /// Runs a statement; how many rows it changed.
    pub fn run(&mut self, sql: &'static Sql, values: &[Value<'_>]) -> Result<u64> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.run(sql, values),
            Engine::Postgres(c) => c.run(sql, values),
        }
    }

    /// Runs a SELECT, or a statement with RETURNING.
    pub fn rows<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.rows(sql, values, read),
            Engine::Postgres(c) => c.rows(sql, values, read),
        }
    }

    /// The first row of a SELECT.
    pub fn row<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Value<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.rows(sql, values, read)?.into_iter().next())
    }

    /// Runs several steps, in one round trip where there is a network. On an error the transaction must be rolled
    /// back.
    pub fn steps(&mut self, steps: Vec<Step<'_, '_>>) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.steps(steps),
            Engine::Postgres(c) => c.steps(steps),
        }
    }

    /// Runs one statement for each row of a batch.
    pub fn each(&mut self, batch: Batch<'_>) -> Result<()> {
        if batch.is_empty() { Ok(()) } else { self.steps(vec![Step::Write(batch)]) }
    }

    /// Takes back everything since [`Step::Begin`]. A connection that cannot even do that is closed by its owner.
    pub fn roll_back(&mut self) -> Result<()> {
        self.script("ROLLBACK")
    }

    /// Does several things in one transaction: all or nothing.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.steps(vec![Step::Begin])?;
        match work(self).and_then(|done| self.steps(vec![Step::Commit]).map(|()| done)) {
            Ok(done) => Ok(done),
            Err(error) => {
                // The first error says what happened; a failing rollback only follows from it.
                let _ = self.roll_back();
                Err(error)
            }
        }
    }

    /// Does work for which a server's usual time limits are too short, such as changing a large table.
    pub fn without_time_limit<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.limit_time(false)?;
        let done = work(self);
        let back = self.limit_time(true);
        done.and_then(|done| back.map(|()| done))
    }

    fn limit_time(&mut self, limited: bool) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(c) => c.limit_time(limited),
        }
    }

    /// Whether the planner goes by statistics that it does not have yet, because the database is young.
    pub fn lacks_statistics(&mut self) -> Result<bool> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(false),
            Engine::Postgres(c) => c.lacks_statistics(),
        }
    }

    /// Lets the planner look at the tables that grow with every sign-up.
    pub fn gather_statistics(&mut self) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(c) => c.script(
                "ANALYZE contact, contact_value, contact_list, contact_tag, contact_statement, pending_sign_up, sign_up, delivery",
            ),
        }
    }

    /// Whether the engine is a file of this program's own.
    #[cfg(test)]
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// How the engine would find the rows of a statement, a line each.
    #[cfg(test)]
    pub(crate) fn plan_of(&mut self, sql: &Sql) -> Result<Vec<String>> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.explain(&super::sqlite::numbered(sql.0)),
            Engine::Postgres(c) => c.explain(sql.0),
        }
    }

    /// The same of a batch statement.
    #[cfg(test)]
    pub(crate) fn plan_of_each(&mut self, each: &Each) -> Result<Vec<String>> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.explain(&each.for_sqlite()),
            Engine::Postgres(c) => c.explain(&each.for_postgres()),
        }
    }

    /// Tells whether the engine understands a statement.
    #[cfg(test)]
    pub(crate) fn understands(&mut self, sql: &Sql) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.prepares(&super::sqlite::numbered(sql.0)),
            Engine::Postgres(c) => c.prepares(sql.0),
        }
        .map_err(|e| StoreError::Fault(format!("{e} in {}", sql.0)))
    }

    /// Tells whether the engine understands a batch statement.
    #[cfg(test)]
    pub(crate) fn understands_each(&mut self, each: &Each) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(c) => c.prepares(&each.for_sqlite()),
            Engine::Postgres(c) => c.prepares(&each.for_postgres()),
        }
        .map_err(|e| StoreError::Fault(format!("{e} in {}", each.text)))
    }
}
