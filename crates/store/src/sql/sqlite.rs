//! The SQLite side: one connection, cached statements, everything in the caller's own thread.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};

use super::each::{Batch, Column, Each};
use super::value::{Row, Value};
use super::{Sql, Step};
use crate::error::Result;

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Int(Some(n)) => ValueRef::Integer(n),
            Self::Text(Some(t)) => ValueRef::Text(t.as_bytes()),
            Self::Bytes(Some(b)) => ValueRef::Blob(b),
            _ => ValueRef::Null,
        }))
    }
}

pub(super) struct Sqlite {
    connection: Connection,
    texts: HashMap<usize, String>,
}

impl Sqlite {
    /// Opens the file for writing, or for reading only. `cache_kib` bounds the page cache.
    pub(super) fn open(path: &Path, writable: bool, cache_kib: i64) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | if writable { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(256);
        connection.pragma_update(None, "cache_size", -cache_kib)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        if writable {
            connection.pragma_update(None, "journal_mode", "wal")?;
            // Each commit is on disk before it is answered.
            connection.pragma_update(None, "synchronous", "full")?;
            // Larger checkpoints raise the slowest answers: docs/decisions/0001-storage.md.
            connection.pragma_update(None, "wal_autocheckpoint", 1000)?;
            connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
        } else {
            connection.pragma_update(None, "query_only", true)?;
        }
        Ok(Self { connection, texts: HashMap::new() })
    }

    pub(super) fn script(&self, text: &str) -> Result<()> {
        Ok(self.connection.execute_batch(text)?)
    }

    fn text(&mut self, sql: &'static Sql) -> String {
        self.texts.entry(sql.0.as_ptr() as usize).or_insert_with(|| numbered(sql.0)).clone()
    }

    pub(super) fn run(&mut self, sql: &'static Sql, values: &[Value<'_>]) -> Result<u64> {
        let text = self.text(sql);
        let mut statement = self.connection.prepare_cached(&text)?;
        Ok(statement.execute(rusqlite::params_from_iter(values))? as u64)
    }

    pub(super) fn rows<T>(
        &mut self,
        sql: &'static Sql,
        values: &[Value<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let text = self.text(sql);
        let mut statement = self.connection.prepare_cached(&text)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&mut Row::sqlite(row))?);
        }
        Ok(found)
    }

    pub(super) fn steps(&mut self, steps: Vec<Step<'_, '_>>) -> Result<()> {
        for step in steps {
            match step {
                Step::Begin => self.script("BEGIN IMMEDIATE")?,
                Step::Commit => self.script("COMMIT")?,
                // BEGIN IMMEDIATE has locked the whole file already.
                Step::Lock(_) => {}
                Step::Write(batch) => self.each(&batch, &mut |_, _| Ok(()))?,
                Step::Read(batch, read) => self.each(&batch, read)?,
            }
        }
        Ok(())
    }

    fn each(&mut self, batch: &Batch<'_>, read: &mut dyn FnMut(usize, &mut Row<'_>) -> Result<()>) -> Result<()> {
        let each: &'static Each = batch.each;
        let text = self.texts.entry(each.text.as_ptr() as usize).or_insert_with(|| each.for_sqlite());
        let mut statement = self.connection.prepare_cached(text)?;
        for at in 0..batch.len {
            for (i, column) in batch.columns.iter().enumerate() {
                let value = match column {
                    Column::Int(c) => Value::Int(c[at]),
                    Column::Text(c) => Value::Text(c[at]),
                    Column::Bytes(c) => Value::Bytes(c[at]),
                };
                statement.raw_bind_parameter(i + 1, value)?;
            }
            if each.is_select() {
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    read(at, &mut Row::sqlite(row))?;
                }
            } else {
                statement.raw_execute()?;
            }
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn explain(&self, text: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
        let mut rows = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(row.get::<_, String>(3)?);
        }
        Ok(lines)
    }

    #[cfg(test)]
    pub(super) fn prepares(&self, text: &str) -> Result<()> {
        self.connection.prepare(text).map(|_| ()).map_err(Into::into)
    }
}

/// `$1` is a name to SQLite, numbered by first appearance; `?1` is a number. It compares byte by byte as it is, and knows
/// no collation "C".
pub(super) fn numbered(text: &str) -> String {
    text.replace('$', "?").replace(" COLLATE \"C\"", "")
}
