//! One schema on both engines: tables, columns, what may be empty, what is unique.

use std::collections::{BTreeMap, BTreeSet};

use store::{SCHEMA_VERSION, Store, Target};
use testkit::{Engine, TestDatabase};

#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    /// Table and column: the type's class and whether it may be NULL.
    columns: BTreeMap<(String, String), (&'static str, bool)>,
    /// Columns that are unique together, primary keys included.
    unique: BTreeSet<(String, Vec<String>)>,
    /// Other indexes.
    indexes: BTreeSet<(String, Vec<String>)>,
}

fn class(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "integer" | "bigint" => "int",
        "text" => "text",
        "blob" | "bytea" => "bytes",
        other => panic!("a type that the engines do not share: {other}"),
    }
}

impl Schema {
    fn add_index(&mut self, unique: bool, table: String, columns: Vec<String>) {
        if unique {
            self.unique.insert((table, columns))
        } else {
            self.indexes.insert((table, columns))
        };
    }

    fn of_sqlite(path: &str) -> Self {
        let connection = rusqlite::Connection::open(path).expect("opens");
        let mut schema = Self::default();
        let text = "SELECT t.name, c.name, c.type, c.\"notnull\" OR c.pk FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
                    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'";
        let mut statement = connection.prepare(text).expect("prepares");
        let mut rows = statement.query([]).expect("runs");
        while let Some(row) = rows.next().expect("a row") {
            let at = |n| row.get::<_, String>(n).expect("text");
            schema.columns.insert((at(0), at(1)), (class(&at(2)), !row.get::<_, bool>(3).expect("a flag")));
        }
        let text = "SELECT t.name, i.\"unique\", group_concat(c.name, ',') FROM sqlite_schema AS t, \
                    pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c \
                    WHERE t.type = 'table' GROUP BY t.name, i.name";
        let mut statement = connection.prepare(text).expect("prepares");
        let mut rows = statement.query([]).expect("runs");
        while let Some(row) = rows.next().expect("a row") {
            let columns: String = row.get(2).expect("text");
            let columns = columns.split(',').map(str::to_owned).collect();
            schema.add_index(row.get(1).expect("a flag"), row.get(0).expect("text"), columns);
        }
        schema
    }

    async fn of_postgres(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("connects");
        tokio::spawn(connection);
        let mut schema = Self::default();
        let text = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' \
                    FROM information_schema.columns WHERE table_schema = 'public'";
        for row in client.query(text, &[]).await.expect("runs") {
            schema.columns.insert((row.get(0), row.get(1)), (class(row.get(2)), row.get(3)));
        }
        let text = "SELECT t.relname::text, i.indisunique, array_agg(a.attname::text ORDER BY k.ord) FROM pg_index AS i \
                    JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace \
                    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(num, ord) \
                    JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.num \
                    WHERE n.nspname = 'public' GROUP BY t.relname, i.indexrelid, i.indisunique";
        for row in client.query(text, &[]).await.expect("runs") {
            schema.add_index(row.get(1), row.get(0), row.get(2));
        }
        schema
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_schema() {
    let databases = [Engine::Sqlite, Engine::Postgres].map(TestDatabase::new);
    for db in &databases {
        let target = Target::parse(db.url()).expect("a target");
        let migrate = move || Store::migrate(&target).map(|versions| (versions, Store::migrate(&target)));
        let (first, second) = tokio::task::spawn_blocking(migrate).await.expect("no panic").expect("migrates");
        assert_eq!(first, (0, SCHEMA_VERSION));
        assert_eq!(second.expect("migrates"), (SCHEMA_VERSION, SCHEMA_VERSION));
    }
    let file = Schema::of_sqlite(databases[0].url().trim_start_matches("sqlite://"));
    let server = Schema::of_postgres(databases[1].url()).await;
    assert!(file.columns.len() > 50 && file.unique.len() > 10, "{file:#?}");
    assert_eq!(file.columns, server.columns);
    assert_eq!(file.unique, server.unique);
    assert_eq!(file.indexes, server.indexes);
}
