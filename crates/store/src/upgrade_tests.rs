//! Upgrades from every earlier schema, with data in it. Each step of the schema may bring `migrations/fixtures/NNNN.sql` with
//! rows as that schema held them; whatever stood in a column before an upgrade must stand there after it.

use std::collections::BTreeMap;

use testkit::{Engine, TestDatabase, engines};

use crate::sql::{self, Conn, SCHEMA_VERSION, Sql, Target};

/// Rows for the tables of each schema, by its number.
const FIXTURES: &[(i64, &str)] = &[(1, include_str!("../migrations/fixtures/0001.sql"))];

/// Each table's columns.
type Columns = BTreeMap<String, Vec<String>>;

fn ask(conn: &mut Conn, text: String, columns: usize) -> Vec<Vec<String>> {
    // Statements are known by their static text; a test may leak a few.
    let sql: &'static Sql = Box::leak(Box::new(Sql(Box::leak(text.into_boxed_str()))));
    conn.rows(sql, &[], |row| (0..columns).map(|_| row.text()).collect()).unwrap_or_else(|e| panic!("{e} in {}", sql.0))
}

fn columns(conn: &mut Conn, engine: Engine) -> Columns {
    let text = match engine {
        Engine::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        }
    };
    let mut columns = Columns::new();
    for row in ask(conn, text.into(), 2) {
        columns.entry(row[0].clone()).or_default().push(row[1].clone());
    }
    columns.remove("schema_version");
    columns
}

/// Every row of the tables, in these columns, as text.
fn rows(conn: &mut Conn, engine: Engine, columns: &Columns) -> BTreeMap<String, Vec<Vec<String>>> {
    let of = |(table, columns): (&String, &Vec<String>)| {
        let shown: Vec<_> = columns
            .iter()
            .map(|c| match engine {
                Engine::Sqlite => format!("quote({c})"),
                Engine::Postgres => format!("COALESCE(CAST({c} AS TEXT), 'NULL')"),
            })
            .collect();
        let mut rows = ask(conn, format!("SELECT {} FROM {table}", shown.join(", ")), columns.len());
        rows.sort();
        (table.clone(), rows)
    };
    columns.iter().map(of).collect()
}

/// A fixture's text for this engine.
fn fill(engine: Engine, text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text.split("{x:");
    filled.push_str(rest.next().unwrap_or_default());
    for piece in rest {
        let (digits, more) = piece.split_once('}').expect("bytes end with a brace");
        let (before, after) = match engine {
            Engine::Sqlite => ("X'", "'"),
            Engine::Postgres => ("'\\x", "'"),
        };
        filled.extend([before, digits, after]);
        filled.push_str(more);
    }
    filled
}

/// A database of schema `version`, with the rows of each step that led there.
fn with_data(conn: &mut Conn, engine: Engine, version: i64) {
    for step in 1..=version {
        sql::upgrade_to(conn, step).unwrap_or_else(|e| panic!("{engine}: {e}"));
        for (_, text) in FIXTURES.iter().filter(|(number, _)| *number == step) {
            conn.script(&fill(engine, text)).unwrap_or_else(|e| panic!("{engine}, fixture {step}: {e}"));
        }
    }
}

#[test]
fn data_outlives_an_upgrade_from_every_earlier_schema() {
    for engine in engines() {
        for version in 1..=SCHEMA_VERSION {
            let db = TestDatabase::new(engine);
            let target = Target::parse(db.url()).expect("a target");
            let mut conn = Conn::open(&target, true, 1024).expect("opens");
            with_data(&mut conn, engine, version);
            let known = columns(&mut conn, engine);
            let before = rows(&mut conn, engine, &known);
            assert!(before["contact"].len() >= 2, "the fixture holds data");

            let upgraded = sql::upgrade(&mut conn).unwrap_or_else(|e| panic!("{engine}, from {version}: {e}"));
            assert_eq!(upgraded, (version, SCHEMA_VERSION), "{engine}");
            let now = columns(&mut conn, engine);
            for (table, columns) in &known {
                assert!(
                    columns.iter().all(|c| now[table].contains(c)),
                    "{engine}: {table} has lost one of {columns:?}"
                );
            }
            assert_eq!(rows(&mut conn, engine, &known), before, "{engine}, from {version}");
            // And the result is the same schema as a new database's.
            let fresh = TestDatabase::new(engine);
            let target = Target::parse(fresh.url()).expect("a target");
            let mut conn = Conn::open(&target, true, 1024).expect("opens");
            sql::set_up_or_check(&mut conn, true).expect("sets up");
            assert_eq!(columns(&mut conn, engine), now, "{engine}, from {version}");
        }
    }
}

#[test]
fn every_table_of_the_first_schema_has_a_row_in_its_fixture() {
    let db = TestDatabase::sqlite();
    let mut conn = Conn::open(&Target::parse(db.url()).expect("a target"), true, 1024).expect("opens");
    with_data(&mut conn, Engine::Sqlite, 1);
    let known = columns(&mut conn, Engine::Sqlite);
    for (table, rows) in rows(&mut conn, Engine::Sqlite, &known) {
        assert!(!rows.is_empty(), "{table} has no row");
    }
}
