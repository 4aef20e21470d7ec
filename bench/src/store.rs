//! Fresh stores for runs, on either engine.

use std::cell::{Cell, RefCell, RefMut};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::accounts::{Guard, apply_all};
use crate::postgres::Postgres;
use crate::server::Installation;

/// Where sign-ups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file of the server's.
    Sqlite,
    /// A PostgreSQL of the bench's, on the same cores.
    Postgres,
}

impl Engine {
    /// As the table names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// The engines a command is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engines {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// One after the other.
    Both,
}

impl Engines {
    /// Each of them.
    pub fn each(self) -> &'static [Engine] {
        match self {
            Self::Sqlite => &[Engine::Sqlite],
            Self::Postgres => &[Engine::Postgres],
            Self::Both => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}

/// Makes stores; the PostgreSQL is started when it is first needed.
#[derive(Debug)]
pub struct Stores {
    program: PathBuf,
    mail_url: String,
    directory: TempDir,
    postgres: RefCell<Option<Postgres>>,
    made: Cell<u32>,
}

/// A store with accounts in it; gone when dropped.
#[derive(Debug)]
pub struct Store {
    /// How to run a server on it.
    pub installation: Installation,
    /// Its database, where the engine is a server.
    database: Option<String>,
    _directory: TempDir,
}

impl Stores {
    /// Stores below `parent` for a server binary.
    pub fn new(program: PathBuf, mail_url: String, parent: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("bench-").tempdir_in(parent)?;
        Ok(Self { program, mail_url, directory, postgres: RefCell::default(), made: Cell::default() })
    }

    /// An empty store with so many accounts.
    pub fn make(&self, engine: Engine, accounts: u32, guard: Guard) -> Result<Store> {
        let directory = tempfile::Builder::new().prefix("store-").tempdir_in(self.directory.path())?;
        self.made.set(self.made.get() + 1);
        let database = (engine == Engine::Postgres).then(|| format!("bench_{}", self.made.get()));
        let database_url = match &database {
            Some(name) => Some(self.postgres()?.make_database(name)?),
            None => None,
        };
        let installation = Installation {
            program: self.program.clone(),
            directory: directory.path().to_owned(),
            database_url,
            mail_url: Some(self.mail_url.clone()),
            mail_wait: None,
        };
        apply_all(&installation, accounts, guard)?;
        Ok(Store { installation, database, _directory: directory })
    }

    /// An installation for `serve --demo`: nothing in it, and no setting but where its data is.
    pub fn make_bare(&self) -> Result<Store> {
        let directory = tempfile::Builder::new().prefix("store-").tempdir_in(self.directory.path())?;
        let (program, path) = (self.program.clone(), directory.path().to_owned());
        let installation =
            Installation { program, directory: path, database_url: None, mail_url: None, mail_wait: None };
        Ok(Store { installation, database: None, _directory: directory })
    }

    /// Runs statements in a store; its server must have ended where the engine is a file.
    pub fn script(&self, store: &Store, sql: &str) -> Result<()> {
        match &store.database {
            Some(name) => self.postgres()?.ask(name, sql).map(drop),
            None => {
                let file = store.installation.directory.join("vestibule.db");
                rusqlite::Connection::open(&file)?.execute_batch(sql).with_context(|| file.display().to_string())
            }
        }
    }

    /// Takes a store away; its server must have ended.
    pub fn discard(&self, store: Store) -> Result<()> {
        match &store.database {
            Some(name) => self.postgres()?.drop_database(name),
            None => Ok(()),
        }
    }

    /// The PostgreSQL, started if need be. It lives beside the stores: its user may not enter theirs.
    pub fn postgres(&self) -> Result<RefMut<'_, Postgres>> {
        let mut postgres = self.postgres.borrow_mut();
        if postgres.is_none() {
            let parent = self.directory.path().parent().context("no parent directory")?;
            *postgres = Some(Postgres::start(parent)?);
        }
        RefMut::filter_map(postgres, Option::as_mut).map_err(|_| anyhow::anyhow!("no PostgreSQL"))
    }
}
