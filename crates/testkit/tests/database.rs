//! Databases of both engines: fresh, apart from each other, and gone afterwards.

use testkit::{Engine, TestDatabase, both_engines, engines};
use tokio_postgres::NoTls;

async fn connect(url: &str) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

both_engines! {
    async fn each_test_gets_a_database_of_its_own(db: TestDatabase) {
        let other = TestDatabase::new(db.engine());
        assert_ne!(db.url(), other.url());
        let scheme = match db.engine() {
            Engine::Sqlite => "sqlite://",
            Engine::Postgres => "postgres://",
        };
        assert!(db.url().starts_with(scheme), "{}", db.url());
    }
}

#[test]
fn both_engines_are_named_with_or_without_a_server() {
    assert_eq!(engines(), [Engine::Sqlite, Engine::Postgres]);
}

#[test]
fn a_sqlite_folder_goes_with_its_database() {
    let db = TestDatabase::sqlite();
    let file = db.url().strip_prefix("sqlite://").expect("a SQLite URL").to_owned();
    std::fs::write(&file, b"x").expect("the folder is there");
    drop(db);
    assert!(!std::path::Path::new(&file).exists());
}

#[tokio::test]
async fn a_postgres_database_goes_even_with_connections_open() {
    let db = TestDatabase::postgres();
    let url = db.url().to_owned();
    let client = connect(&url).await.expect("the new database takes connections");
    client.batch_execute("CREATE TABLE t (n bigint)").await.expect("the new database can be written");
    drop(db);
    assert!(client.batch_execute("SELECT 1").await.is_err(), "the open connection was cut");
    assert!(connect(&url).await.is_err(), "the database is gone");
}

#[tokio::test]
async fn connections_can_be_cut_and_refused_and_let_in_again() {
    let db = TestDatabase::postgres();
    let client = connect(db.url()).await.expect("connects");
    db.allow_connections(false);
    db.cut_connections();
    assert!(client.batch_execute("SELECT 1").await.is_err());
    assert!(connect(db.url()).await.is_err());
    db.allow_connections(true);
    connect(db.url()).await.expect("connects again");
}

#[tokio::test]
async fn the_server_is_as_durable_as_by_default() {
    let db = TestDatabase::postgres();
    let client = connect(db.url()).await.expect("connects");
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let row = client.query_one(&format!("SHOW {setting}"), &[]).await.expect("a known setting");
        assert_eq!(row.get::<_, String>(0), "on", "{setting}");
    }
}
