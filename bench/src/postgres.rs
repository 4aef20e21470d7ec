//! A PostgreSQL of the bench's own: in a directory that goes away, on a free port, as a user who is not root, with the
//! durability it has by default.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Signal, getuid};
use tempfile::TempDir;

use crate::control::wait_until;
use crate::process::{children, free_address, signal};

/// Users that PostgreSQL may run as when the bench is root, the best first.
const USERS: [&str; 2] = ["postgres", "nobody"];

/// A running cluster; ended when dropped.
#[derive(Debug)]
pub struct Postgres {
    child: Child,
    address: SocketAddr,
    programs: PathBuf,
    /// User and group it runs as; `None` when the bench is not root.
    owner: Option<(u32, u32)>,
    directory: TempDir,
}

impl Postgres {
    /// Makes a cluster below `parent` and starts it.
    pub fn start(parent: &Path) -> Result<Self> {
        let programs = find_programs()?;
        let owner = if getuid().is_root() { Some(find_owner(&fs::read_to_string("/etc/passwd")?)?) } else { None };
        let directory = tempfile::Builder::new().prefix("bench-postgres-").tempdir_in(parent)?;
        if let Some((user, group)) = owner {
            chown(directory.path(), Some(user), Some(group))?;
        }
        let data = directory.path().join("data");
        let made = command(&programs, "initdb", owner, directory.path())
            .args(["--username=bench", "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&data)
            .output()
            .context("cannot run initdb")?;
        ensure!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let address = free_address()?;
        let child = serve(&programs, owner, directory.path(), address)?;
        let mut postgres = Self { child, address, programs, owner, directory };
        postgres.wait_until_ready()?;
        Ok(postgres)
    }

    /// Makes an empty database and gives its URL.
    pub fn make_database(&self, name: &str) -> Result<String> {
        self.run("createdb", &[name])?;
        Ok(format!("postgres://bench@{}/{name}", self.address))
    }

    /// What `SELECT …` says, unaligned and without headings.
    pub fn ask(&self, database: &str, sql: &str) -> Result<String> {
        self.run("psql", &["--no-psqlrc", "--tuples-only", "--no-align", "--dbname", database, "--command", sql])
    }

    /// Kills it and every process of it at once, as a loss of power would.
    pub fn kill(&mut self) -> Result<()> {
        // Backends lead groups of their own; they are named before the parent is gone and they have another.
        let backends = children(self.child.id());
        signal(self.child.id(), Signal::KILL);
        for backend in backends {
            signal(backend, Signal::KILL);
        }
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again on the same data and port; returns once it takes connections.
    pub fn restart(&mut self) -> Result<()> {
        let began = Instant::now();
        loop {
            self.child = serve(&self.programs, self.owner, self.directory.path(), self.address)?;
            match self.wait_until_ready() {
                // A backend that was born while the others were killed still ends; PostgreSQL refuses beside it.
                Err(_) if began.elapsed() < Duration::from_secs(10) && self.child.try_wait()?.is_some() => {
                    std::thread::sleep(Duration::from_millis(100));
                }
                ready => return ready,
            }
        }
    }

    /// Its process, the parent of all backends.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Drops a database that no one uses any more; PostgreSQL also checkpoints, so that the next one starts clean.
    pub fn drop_database(&self, name: &str) -> Result<()> {
        self.run("dropdb", &["--force", name]).map(drop)
    }

    /// The version and the settings that decide what "durable" means.
    pub fn describe(&self) -> Result<String> {
        let sql = "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync') \
                   || ', synchronous_commit ' || current_setting('synchronous_commit') || ', full_page_writes ' || \
                   current_setting('full_page_writes') || ', shared_buffers ' || current_setting('shared_buffers')";
        Ok(self.ask("postgres", sql)?.trim().to_owned())
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = command(&self.programs, program, self.owner, self.directory.path())
            .args(["--host", &self.address.ip().to_string(), "--port", &self.address.port().to_string()])
            .args(["--username", "bench"])
            .args(arguments)
            .output()
            .with_context(|| format!("cannot run {program}"))?;
        ensure!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let (host, port) = (self.address.ip().to_string(), self.address.port().to_string());
        let is_ready = || {
            std::thread::sleep(Duration::from_millis(20));
            let mut asked = command(&self.programs, "pg_isready", self.owner, self.directory.path());
            asked.args(["--quiet", "--host", &host, "--port", &port]).status().is_ok_and(|status| status.success())
        };
        let log = self.directory.path().join("log");
        wait_until(&mut self.child, is_ready)
            .with_context(|| format!("PostgreSQL: {}", fs::read_to_string(log).unwrap_or_default()))?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // "Immediate": the data goes away with its directory.
        signal(self.child.id(), Signal::QUIT);
        let _ = self.child.wait();
    }
}

fn serve(programs: &Path, owner: Option<(u32, u32)>, directory: &Path, address: SocketAddr) -> Result<Child> {
    let log = File::options().create(true).append(true).open(directory.join("log"))?;
    command(programs, "postgres", owner, directory)
        .arg("-D")
        .arg(directory.join("data"))
        .args(["-c", &format!("listen_addresses={}", address.ip()), "-c", &format!("port={}", address.port())])
        .arg("-c")
        .arg(format!("unix_socket_directories={}", directory.display()))
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("cannot start PostgreSQL")
}

fn command(programs: &Path, program: &str, owner: Option<(u32, u32)>, directory: &Path) -> Command {
    let mut command = Command::new(programs.join(program));
    command.current_dir(directory).stdin(Stdio::null());
    // Nothing of the caller's own PostgreSQL settings may leak in.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TZ", "UTC").env("LC_ALL", "C");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

/// Where `initdb` and `postgres` are: Debian keeps them out of `PATH`, one directory for each version.
fn find_programs() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
    versions.sort_by_key(|entry| entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
    let places = versions.into_iter().rev().map(|entry| entry.path().join("bin")).chain(std::env::split_paths(&path));
    let found = places.into_iter().find(|place| ["initdb", "postgres"].iter().all(|p| place.join(p).exists()));
    found.context("no PostgreSQL server found (Debian: apt-get install postgresql)")
}

/// User and group of the best user in `/etc/passwd`.
fn find_owner(passwd: &str) -> Result<(u32, u32)> {
    for user in USERS {
        for line in passwd.lines() {
            let fields: Vec<_> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == user
            {
                return Ok((uid.parse()?, gid.parse()?));
            }
        }
    }
    bail!("PostgreSQL does not run as root, and there is no user {}", USERS.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_after_a_kill() {
        let mut postgres = Postgres::start(&std::env::temp_dir()).unwrap();
        assert!(postgres.describe().unwrap().contains("fsync on, synchronous_commit on"));
        let url = postgres.make_database("kept").unwrap();
        assert!(url.starts_with("postgres://bench@127.0.0.1:") && url.ends_with("/kept"));
        postgres.ask("kept", "CREATE TABLE t AS SELECT 42 AS n").unwrap();
        postgres.kill().unwrap();
        assert!(postgres.ask("kept", "SELECT n FROM t").is_err());
        postgres.restart().unwrap();
        assert_eq!(postgres.ask("kept", "SELECT n FROM t").unwrap().trim(), "42");
        postgres.drop_database("kept").unwrap();
    }

    #[test]
    fn finds_an_owner() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/x\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(find_owner(passwd).unwrap(), (101, 104));
        assert_eq!(find_owner("nobody:x:65534:65533::/:/x\n").unwrap(), (65534, 65533));
        assert!(find_owner("root:x:0:0::/root:/bin/sh\nbroken\n").is_err());
    }
}
