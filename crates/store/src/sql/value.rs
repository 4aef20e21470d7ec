//! Values going in and rows coming out.

use crate::error::{Result, StoreError};

/// The type of a column: all that the schema uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// 64-bit integer; also booleans (0, 1) and times (microseconds).
    Int,
    /// Text without NUL.
    Text,
    /// Bytes.
    Bytes,
}

/// One value. A NULL keeps its type, since PostgreSQL refuses a text NULL for a BIGINT column.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Integer.
    Int(Option<i64>),
    /// Text.
    Text(Option<&'a str>),
    /// Bytes.
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<model::Timestamp> for Value<'_> {
    fn from(value: model::Timestamp) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<Option<model::Timestamp>> for Value<'_> {
    fn from(value: Option<model::Timestamp>) -> Self {
        Self::Int(value.map(|t| t.0))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Self::Text(value.as_deref())
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Some(value))
    }
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

/// A row, read column by column in the order of the SELECT.
pub struct Row<'r> {
    source: Source<'r>,
    next: usize,
}

impl<'r> Row<'r> {
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { source: Source::Sqlite(row), next: 0 }
    }

    /// `skip` columns belong to the layer itself.
    pub(super) fn postgres(row: &'r tokio_postgres::Row, skip: usize) -> Self {
        Self { source: Source::Postgres(row), next: skip }
    }

    fn advance(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// The next column: an integer or NULL.
    pub fn int_opt(&mut self) -> Result<Option<i64>> {
        let at = self.advance();
        match &self.source {
            Source::Sqlite(row) => row.get(at).map_err(unreadable),
            Source::Postgres(row) => row.try_get(at).map_err(unreadable),
        }
    }

    /// The next column: an integer.
    pub fn int(&mut self) -> Result<i64> {
        self.int_opt()?.ok_or_else(|| StoreError::Fault(format!("column {} is NULL", self.next)))
    }

    /// The next column: an integer as a boolean.
    pub fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    /// The next column: a time or NULL.
    pub fn time_opt(&mut self) -> Result<Option<model::Timestamp>> {
        Ok(self.int_opt()?.map(model::Timestamp))
    }

    /// The next column: a time.
    pub fn time(&mut self) -> Result<model::Timestamp> {
        self.int().map(model::Timestamp)
    }

    /// The next column: text or NULL.
    pub fn text_opt(&mut self) -> Result<Option<String>> {
        let at = self.advance();
        match &self.source {
            Source::Sqlite(row) => row.get(at).map_err(unreadable),
            Source::Postgres(row) => row.try_get(at).map_err(unreadable),
        }
    }

    /// The next column: text.
    pub fn text(&mut self) -> Result<String> {
        self.text_opt()?.ok_or_else(|| StoreError::Fault(format!("column {} is NULL", self.next)))
    }

    /// The next column: JSON text.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        serde_json::from_str(&self.text()?).map_err(unreadable)
    }

    /// The next column: bytes or NULL.
    pub fn bytes_opt(&mut self) -> Result<Option<Vec<u8>>> {
        let at = self.advance();
        match &self.source {
            Source::Sqlite(row) => row.get(at).map_err(unreadable),
            Source::Postgres(row) => row.try_get(at).map_err(unreadable),
        }
    }

    /// The next column: bytes.
    pub fn bytes(&mut self) -> Result<Vec<u8>> {
        self.bytes_opt()?.ok_or_else(|| StoreError::Fault(format!("column {} is NULL", self.next)))
    }
}

fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Fault(format!("unreadable row: {error}"))
}
