//! A fresh database of either engine for one test, gone when the test ends, and the macro that runs a test on both.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};

use tempfile::TempDir;
use tokio::runtime;
use tokio_postgres::{Client, Config, NoTls};

/// The environment variable in which `./test` names its PostgreSQL server.
pub const POSTGRES_VARIABLE: &str = "VESTIBULE_TEST_POSTGRES";

/// A database engine that Vestibule runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server that `./test` started.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Both engines, whether or not a PostgreSQL server is there: without one, opening a database of it fails the test.
#[must_use]
pub fn engines() -> Vec<Engine> {
    vec![Engine::Sqlite, Engine::Postgres]
}

/// The URL of the PostgreSQL server for tests, as `./test` exports it; none when the variable is absent or empty.
#[must_use]
pub fn postgres_url() -> Option<String> {
    std::env::var(POSTGRES_VARIABLE).ok().filter(|url| !url.trim().is_empty())
}

/// An empty database that exists as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    home: Home,
}

#[derive(Debug)]
enum Home {
    File { _dir: TempDir },
    Server { server: String, name: String },
}

impl TestDatabase {
    /// An empty database of this engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres => Self::postgres(),
        }
    }

    /// A SQLite file (not yet made) in a temporary folder.
    #[must_use]
    pub fn sqlite() -> Self {
        let dir = tempfile::Builder::new().prefix("vestibule-test-").tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite://{}", dir.path().join("vestibule.db").display());
        Self { url, home: Home::File { _dir: dir } }
    }

    /// A new database with a random name on the PostgreSQL server for tests. Panics when there is no such server.
    #[must_use]
    pub fn postgres() -> Self {
        let Some(server) = postgres_url() else {
            panic!("{POSTGRES_VARIABLE} is not set: run ./test, which starts PostgreSQL");
        };
        let name = format!("vestibule_test_{:016x}", RandomState::new().hash_one(std::process::id()));
        execute(&server, format!("CREATE DATABASE {name}"))
            .unwrap_or_else(|error| panic!("no database can be made on {POSTGRES_VARIABLE}={server}: {error}"));
        Self { url: with_database(&server, &name), home: Home::Server { server, name } }
    }

    /// What `VESTIBULE_DATABASE_URL` takes.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The engine of this database.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.home {
            Home::File { .. } => Engine::Sqlite,
            Home::Server { .. } => Engine::Postgres,
        }
    }

    /// Cuts every connection to this PostgreSQL database, as a restarted server would. Nothing to do for SQLite.
    pub fn cut_connections(&self) {
        if let Home::Server { server, name } = &self.home {
            let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            execute(server, sql).unwrap_or_else(|error| panic!("connections to {name} cannot be cut: {error}"));
        }
    }

    /// Lets new connections to this PostgreSQL database in, or refuses them as an unreachable server would.
    pub fn allow_connections(&self, allowed: bool) {
        if let Home::Server { server, name } = &self.home {
            execute(server, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {allowed}"))
                .unwrap_or_else(|error| panic!("connections to {name} cannot be switched: {error}"));
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Home::Server { server, name } = &self.home
            && let Err(error) = execute(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        {
            // A test may have stopped the server on purpose, and a panic here would hide the test's own.
            eprintln!("the test database {name} stays behind: {error}");
        }
    }
}

/// Runs one case of [`both_engines!`](crate::both_engines) on a runtime of its own.
pub fn both_engines_case<F, T>(engine: Engine, case: impl FnOnce(TestDatabase) -> F) -> T
where
    F: Future<Output = T>,
{
    let db = TestDatabase::new(engine);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be started");
    runtime.block_on(case(db))
}

/// Makes two tests of each function, `name::sqlite` and `name::postgres`, each with an empty database of that engine on
/// a multi-threaded Tokio runtime. Without a PostgreSQL server the second fails; it is never skipped.
///
/// ```
/// testkit::both_engines! {
///     /// The database is there.
///     async fn an_empty_database_has_a_url(db: testkit::TestDatabase) {
///         assert!(db.url().contains("://"));
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: $database:ty) $(-> $answer:ty)? $body:block)+) => {$(
        $(#[$meta])*
        #[cfg(test)]
        async fn $name($db: $database) $(-> $answer)? $body

        #[cfg(test)]
        mod $name {
            #[test]
            fn sqlite() $(-> $answer)? {
                $crate::both_engines_case($crate::Engine::Sqlite, super::$name)
            }

            #[test]
            fn postgres() $(-> $answer)? {
                $crate::both_engines_case($crate::Engine::Postgres, super::$name)
            }
        }
    )+};
}

/// Runs one statement on a connection of its own, from a thread of its own: callers may be inside a runtime or not.
fn execute(server: &str, sql: String) -> Result<(), tokio_postgres::Error> {
    let config: Config = server.parse()?;
    let statement = async move {
        let (client, connection): (Client, _) = config.connect(NoTls).await?;
        let connection = tokio::spawn(connection);
        let answer = client.batch_execute(&sql).await;
        drop(client);
        let _closed = connection.await;
        answer
    };
    std::thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be started");
        runtime.block_on(statement)
    })
    .join()
    .expect("the statement's thread does not panic")
}

/// The URL of another database on the same server: the path is replaced, everything else stays.
fn with_database(server: &str, name: &str) -> String {
    let (before_query, query) = match server.split_once('?') {
        Some((before, query)) => (before, format!("?{query}")),
        None => (server, String::new()),
    };
    let host = before_query.find("://").map_or(0, |at| at + 3);
    let path = before_query[host..].find('/').map_or(before_query.len(), |at| host + at);
    format!("{}/{name}{query}", &before_query[..path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_a_server_url_changes() {
        for (server, expected) in [
            ("postgres://v@127.0.0.1:5433/postgres", "postgres://v@127.0.0.1:5433/x"),
            ("postgres://v@127.0.0.1:5433", "postgres://v@127.0.0.1:5433/x"),
            ("postgres://v:p@h/postgres?sslmode=disable", "postgres://v:p@h/x?sslmode=disable"),
            ("postgresql://h?a=b/c", "postgresql://h/x?a=b/c"),
        ] {
            assert_eq!(with_database(server, "x"), expected, "{server}");
        }
    }
}
