//! A PostgreSQL server of a test's own, for what must not be done to the shared one: other settings, other rules of
//! access, TLS.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long the server may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Who runs it when the tests run as root, which PostgreSQL refuses: the first of these that there is.
const USERS: [&str; 3] = ["postgres", "vestibule-test", "nobody"];

/// A server with one superuser, `vestibule`, and the database `postgres`. It ends when dropped.
#[derive(Debug)]
pub struct PostgresServer {
    child: Child,
    port: u16,
    directory: TempDir,
}

impl PostgresServer {
    /// Starts a server on a free port of 127.0.0.1. `access` is its `pg_hba.conf`; `files` (name, content) are laid into
    /// its data folder, readable by it alone; `settings` are `name=value`.
    #[must_use]
    pub fn start(access: &str, files: &[(&str, &str)], settings: &[&str]) -> Self {
        let programs = programs();
        let owner = owner();
        // Short: the path of a socket has at most 107 bytes.
        let directory = tempfile::Builder::new().prefix("vpg").tempdir_in("/tmp").expect("a temporary folder");
        let give = |path: &Path, mode: u32| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode can be set");
            if let Some((user, group)) = owner {
                chown(path, Some(user), Some(group)).expect("root may give files away");
            }
        };
        give(directory.path(), 0o755);
        let data = directory.path().join("data");
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(directory.path()).stdin(Stdio::null()).env_clear();
            command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TZ", "UTC").env("LC_ALL", "C");
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let made = command("initdb")
            .arg("-D")
            .arg(&data)
            .args(["-U", "vestibule", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"])
            .output()
            .expect("initdb can be started");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        for (name, content) in files.iter().chain([&("pg_hba.conf", access)]) {
            let path = data.join(name);
            fs::write(&path, content).expect("a file can be written");
            give(&path, 0o600);
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let log = directory.path().join("log");
        let child = command("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-k", ".", "-c", "listen_addresses=127.0.0.1"])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).expect("a log"))
            .spawn()
            .expect("postgres can be started");
        let mut server = Self { child, port, directory };
        let give_up = Instant::now() + PATIENCE;
        while !fs::read_to_string(&log).unwrap_or_default().contains("ready to accept connections") {
            let ended = server.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none() && Instant::now() < give_up, "PostgreSQL does not come up:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        server
    }

    /// Its URL, with these parameters behind the database's name.
    #[must_use]
    pub fn url(&self, host: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = format!("postgres://vestibule@{host}:{}/postgres", self.port);
        for (at, (name, value)) in parameters.iter().enumerate() {
            let _ = write!(url, "{}{name}={value}", if at == 0 { '?' } else { '&' });
        }
        url
    }

    /// What it has written to its log.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // "Immediate": the data goes away with its folder.
        if let Some(pid) = pid {
            let _gone = kill_process(pid, Signal::QUIT);
        }
        let _ = self.child.wait();
    }
}

/// Where `initdb` and `postgres` are: Debian keeps them out of `PATH`, one folder for each version.
fn programs() -> PathBuf {
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
    versions.sort_by_key(|entry| entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = versions.into_iter().rev().map(|v| v.path().join("bin")).chain(std::env::split_paths(&path));
    places
        .find(|place| ["initdb", "postgres"].iter().all(|p| place.join(p).exists()))
        .expect("run ./test first: it installs PostgreSQL")
}

/// Who is to run the server: somebody else than root.
fn owner() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let known = fs::read_to_string("/etc/passwd").expect("a list of users");
    let found = USERS.iter().find_map(|user| {
        let line = known.lines().find(|line| line.starts_with(&format!("{user}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    Some(found.expect("a user to run PostgreSQL"))
}
