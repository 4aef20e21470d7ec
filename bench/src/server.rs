//! The server under test, driven only from outside: the release binary, its environment, its listeners.

use std::ffi::OsStr;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;

use crate::control::{status_of, wait_until};
use crate::process::{free_address, signal};

/// How long a server may take to drain: what SIGTERM promises.
const DRAIN_LIMIT: Duration = Duration::from_secs(30);

/// An installation: one store, one binary, one mail server.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The binary.
    pub program: PathBuf,
    /// Data directory; the server's log goes there too.
    pub directory: PathBuf,
    /// `postgres://…`; `None` for SQLite in the data directory.
    pub database_url: Option<String>,
    /// Where mail goes; `None` leaves it to the server.
    pub mail_url: Option<String>,
    /// Seconds that callers wait for the mail server; `None` leaves it to the server.
    pub mail_wait: Option<f64>,
}

impl Installation {
    /// Runs `account apply` on a file.
    pub fn apply(&self, file: &Path) -> Result<()> {
        let output = self.command().args([OsStr::new("account"), OsStr::new("apply"), file.as_os_str()]).output()?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "account apply {} failed: {}", file.display(), said());
        Ok(())
    }

    /// What another command says; it must succeed.
    pub fn said(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command().args(arguments).output()?;
        let wrong = || String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{} failed: {}", arguments.join(" "), wrong());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts a node and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        self.start_as(&["serve"])
    }

    /// Starts everything embedded, as someone who tries it out would.
    pub fn start_demo(&self) -> Result<Server> {
        self.start_as(&["serve", "--demo"])
    }

    fn start_as(&self, arguments: &[&str]) -> Result<Server> {
        let (address, ops) = (free_address()?, free_address()?);
        let log_path = self.directory.join("server.log");
        let log = File::options().create(true).append(true).open(&log_path)?;
        let child = self
            .command()
            .args(arguments)
            .env("VESTIBULE_LISTEN", address.to_string())
            .env("VESTIBULE_OPS_LISTEN", ops.to_string())
            .env("VESTIBULE_PUBLIC_URL", format!("http://{address}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let mut server = Server { child, address, start_time: Duration::ZERO };
        server.start_time = wait_until(&mut server.child, || matches!(status_of(ops, "/readyz"), Ok(200)))
            .with_context(|| format!("the server; its last words:\n{}", last_lines(&log_path)))?;
        Ok(server)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VESTIBULE_")) {
            // The log filter may be set from outside, to look closer; everything else is the bench's to say.
            if name != "VESTIBULE_LOG" {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.directory).env("VESTIBULE_DATA_DIR", &self.directory);
        command.env("VESTIBULE_MAIL_FROM", "bench@bench.example");
        // Strangers say where they come from; nobody else of the bench does.
        command.env("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1");
        command.env("VESTIBULE_RESOLVER", "off");
        // The bench's own receiver of webhooks.
        command.env("VESTIBULE_ALLOW_PRIVATE_TARGETS", "true");
        if let Some(url) = &self.mail_url {
            command.env("VESTIBULE_MAIL_URL", url);
        }
        if let Some(seconds) = self.mail_wait {
            command.env("VESTIBULE_MAIL_WAIT", seconds.to_string());
        }
        if let Some(url) = &self.database_url {
            command.env("VESTIBULE_DATABASE_URL", url);
        }
        command
    }
}

/// A running node; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// All doors.
    pub address: SocketAddr,
    /// From its start to the first `200` of `/readyz`.
    pub start_time: Duration,
}

impl Server {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL, and gone.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM; says how long it took to end well.
    pub fn stop(mut self) -> Result<Duration> {
        let start = Instant::now();
        signal(self.child.id(), Signal::TERM);
        while start.elapsed() < DRAIN_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the server ended with {status} on SIGTERM");
                return Ok(start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server did not end within {} s of SIGTERM", DRAIN_LIMIT.as_secs())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server binary: as named, else built by the `cargo` that runs the bench, else beside the bench.
pub fn find_program(named: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(named) = named {
        ensure!(named.exists(), "no server binary at {}", named.display());
        return Ok(named.canonicalize()?);
    }
    // `cargo run -p bench` builds only the bench; a server from an earlier build would be measured unnoticed.
    if let Some(cargo) = std::env::var_os("CARGO") {
        let built = Command::new(cargo).args(["build", "--release", "--package", "vestibule"]).status()?;
        ensure!(built.success(), "the server cannot be built");
    }
    let me = std::env::current_exe()?;
    let target = me.parent().and_then(Path::parent).context("no target directory")?;
    let program = target.join("release/vestibule");
    ensure!(program.exists(), "no server binary at {} (cargo build --release -p vestibule)", program.display());
    Ok(program)
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
