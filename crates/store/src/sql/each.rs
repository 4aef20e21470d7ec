//! Statements that run once for each row of a batch, written once for both engines.
//!
//! SQLite runs the statement in a loop, cached and in the caller's own thread. PostgreSQL gets all rows as arrays in
//! one statement, whose text does not depend on their number, so that its plan is cached and a batch costs one round
//! trip. The measurements in `docs/decisions/0001-storage.md` say why.
//!
//! The text names the row's values `{1}`, `{2}` … Three tokens mark where the rows come in:
//! `INSERT INTO t (a, b) {rows} ON CONFLICT …`, `UPDATE t SET a = {2} {from} WHERE b = {1}`,
//! `DELETE FROM t {using} WHERE b = {1}`; a SELECT needs none.

use super::value::{Type, Value};

/// A statement for each row of a batch.
#[derive(Debug)]
pub struct Each {
    /// The text with its tokens.
    pub text: &'static str,
    /// The types of `{1}`, `{2}` …
    pub types: &'static [Type],
}

impl Each {
    /// Whether it gives rows back.
    pub(super) fn is_select(&self) -> bool {
        self.text.trim_start().starts_with("SELECT")
    }

    /// The text for one row at a time.
    pub(super) fn for_sqlite(&self) -> String {
        let places: Vec<String> = (1..=self.types.len()).map(|n| format!("?{n}")).collect();
        let mut text = self
            .text
            .replace("{rows}", &format!("VALUES ({})", places.join(", ")))
            .replace("{from}", "")
            .replace("{using}", "")
            .replace("{share}", "");
        for n in (1..=self.types.len()).rev() {
            text = text.replace(&format!("{{{n}}}"), &format!("?{n}"));
        }
        text
    }

    /// The text for all rows at once. A SELECT gives the row's number (from 1) as its first column.
    pub(super) fn for_postgres(&self) -> String {
        let arrays: Vec<String> = self
            .types
            .iter()
            .enumerate()
            .map(|(i, t)| {
                let cast = match t {
                    Type::Int => "BIGINT",
                    Type::Text => "TEXT",
                    Type::Bytes => "BYTEA",
                };
                format!("${}::{cast}[]", i + 1)
            })
            .collect();
        let unnest = format!("UNNEST({})", arrays.join(", "));
        let names: Vec<String> = (1..=self.types.len()).map(|n| format!("k{n}")).collect();
        let names = names.join(", ");
        let mut text = self
            .text
            .replace("{rows}", &format!("SELECT * FROM {unnest}"))
            .replace("{from}", &format!("FROM {unnest} AS k({names})"))
            .replace("{using}", &format!("USING {unnest} AS k({names})"))
            .replace("{share}", "FOR UPDATE SKIP LOCKED");
        for n in (1..=self.types.len()).rev() {
            text = text.replace(&format!("{{{n}}}"), &format!("k.k{n}"));
        }
        if self.is_select() {
            return format!(
                "SELECT k.ord, r.* FROM {unnest} WITH ORDINALITY AS k({names}, ord) CROSS JOIN LATERAL ({text}) AS r"
            );
        }
        text
    }
}

/// The rows that a statement is to run for, column by column.
#[derive(Debug)]
pub struct Batch<'a> {
    pub(super) each: &'static Each,
    pub(super) columns: Vec<Column<'a>>,
    pub(super) len: usize,
}

/// One column of a batch.
#[derive(Debug)]
pub(super) enum Column<'a> {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Batch<'a> {
    /// No rows yet.
    pub fn new(each: &'static Each) -> Self {
        let columns = each
            .types
            .iter()
            .map(|t| match t {
                Type::Int => Column::Int(Vec::new()),
                Type::Text => Column::Text(Vec::new()),
                Type::Bytes => Column::Bytes(Vec::new()),
            })
            .collect();
        Self { each, columns, len: 0 }
    }

    /// Adds a row; the values must be of the statement's types.
    pub fn push<const N: usize>(&mut self, row: [Value<'a>; N]) {
        debug_assert_eq!(N, self.columns.len(), "{}", self.each.text);
        for (column, value) in self.columns.iter_mut().zip(row) {
            match (column, value) {
                (Column::Int(c), Value::Int(v)) => c.push(v),
                (Column::Text(c), Value::Text(v)) => c.push(v),
                (Column::Bytes(c), Value::Bytes(v)) => c.push(v),
                (column, value) => {
                    debug_assert!(false, "{value:?} does not fit {column:?} in {}", self.each.text);
                }
            }
        }
        self.len += 1;
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_serves_both_engines() {
        let insert = Each { text: "INSERT INTO t (a, b) {rows} ON CONFLICT DO NOTHING", types: &[Type::Int, Type::Text] };
        assert_eq!(insert.for_sqlite(), "INSERT INTO t (a, b) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
        assert_eq!(
            insert.for_postgres(),
            "INSERT INTO t (a, b) SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[]) ON CONFLICT DO NOTHING"
        );
        let update = Each { text: "UPDATE t SET b = {2} {from} WHERE a = {1}", types: &[Type::Int, Type::Text] };
        assert_eq!(update.for_sqlite(), "UPDATE t SET b = ?2  WHERE a = ?1");
        assert_eq!(
            update.for_postgres(),
            "UPDATE t SET b = k.k2 FROM UNNEST($1::BIGINT[], $2::TEXT[]) AS k(k1, k2) WHERE a = k.k1"
        );
        let select = Each { text: "SELECT b FROM t WHERE a = {1}", types: &[Type::Int] };
        assert_eq!(
            select.for_postgres(),
            "SELECT k.ord, r.* FROM UNNEST($1::BIGINT[]) WITH ORDINALITY AS k(k1, ord) CROSS JOIN LATERAL (SELECT b FROM t \
             WHERE a = k.k1) AS r"
        );
    }
}
