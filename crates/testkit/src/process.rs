//! The real program as a process of its own: started on free ports, waited for, terminated or killed, its log kept.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::http;

/// How long a start, a line of the log or an end is waited for before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How to start the program: `serve` with a data folder of its own, on free ports of 127.0.0.1. Starting the same
/// launch again is a restart on the same data and the same ports.
#[derive(Debug, Clone)]
pub struct Launch {
    through: Vec<OsString>,
    program: PathBuf,
    arguments: Vec<OsString>,
    settings: BTreeMap<OsString, OsString>,
    data_dir: Arc<TempDir>,
    listen: SocketAddr,
    ops_listen: SocketAddr,
    /// Keeps other launches away from these ports.
    _ports: Arc<[File; 2]>,
}

impl Launch {
    /// `program` is `env!("CARGO_BIN_EXE_vestibule")`, which only the caller's package knows. Settings of the
    /// surroundings (`VESTIBULE_…`) are not passed on.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let data_dir = tempfile::Builder::new().prefix("vestibule-test-").tempdir().expect("a temporary folder");
        let [(listen, doors), (ops_listen, ops)] = [free_address(), free_address()];
        Self {
            through: Vec::new(),
            program: program.into(),
            arguments: vec!["serve".into()],
            settings: BTreeMap::new(),
            data_dir: Arc::new(data_dir),
            listen,
            ops_listen,
            _ports: Arc::new([doors, ops]),
        }
    }

    /// Has another program start it, such as `setpriv` with its arguments.
    #[must_use]
    pub fn through<A: Into<OsString>>(mut self, command: impl IntoIterator<Item = A>) -> Self {
        self.through = command.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the arguments, which are `serve` otherwise.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Sets an environment variable, such as `VESTIBULE_DATABASE_URL`.
    #[must_use]
    pub fn setting(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.settings.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// The data folder, which lives as long as any clone of this launch or any process started from it.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// Starts the program and waits until `/readyz` answers 200. Panics with the log when it does not come up.
    pub async fn start(&self) -> Running {
        let running = self.spawn();
        match running.ready().await {
            Ok(running) => running,
            Err(reason) => panic!("{} did not come up: {reason}", self.program.display()),
        }
    }

    /// Starts the program without waiting for anything: for starts that are meant to fail.
    #[must_use]
    pub fn spawn(&self) -> Running {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.program.display()));
        let stdout = Log::of(child.stdout.take());
        let stderr = Log::of(child.stderr.take());
        Running { launch: self.clone(), child, stdout, stderr }
    }

    /// Runs a command that ends by itself, such as `account apply FILE`, with the same settings and data folder.
    pub async fn run<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> std::process::Output {
        let mut command = self.clone().arguments(arguments).command();
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
        let output = timeout(PATIENCE, output).await.expect("the command ends in time");
        output.unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.program.display()))
    }

    fn command(&self) -> Command {
        let mut words = self.through.iter().map(OsString::as_os_str).chain([self.program.as_os_str()]);
        let mut command = Command::new(words.next().expect("the program at least"));
        command.args(words);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VESTIBULE_")) {
            command.env_remove(name);
        }
        command
            .args(&self.arguments)
            .current_dir(self.data_dir())
            .env("VESTIBULE_LISTEN", self.listen.to_string())
            .env("VESTIBULE_OPS_LISTEN", self.ops_listen.to_string())
            .env("VESTIBULE_RESOLVER", "off")
            .env("VESTIBULE_DATA_DIR", self.data_dir())
            .envs(&self.settings);
        command
    }
}

/// A started program. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    launch: Launch,
    child: Child,
    stdout: Log,
    stderr: Log,
}

impl Running {
    /// The address of the doors.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.launch.listen
    }

    /// The address of `/healthz`, `/readyz` and `/metrics`.
    #[must_use]
    pub fn ops_address(&self) -> SocketAddr {
        self.launch.ops_listen
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.launch.data_dir()
    }

    /// The process id, for measurements; none when the process was waited for.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Everything written to standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Everything written to standard output so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// Waits until standard error holds `text`. Panics after [`PATIENCE`].
    pub async fn wait_for_stderr(&self, text: &str) {
        self.stderr.wait_for(text).await;
    }

    /// Waits until standard output holds `text`. Panics after [`PATIENCE`].
    pub async fn wait_for_stdout(&self, text: &str) {
        self.stdout.wait_for(text).await;
    }

    /// Asks the program to end (SIGTERM); it drains first. Wait for it with [`Running::end`].
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Lets no file grow beyond `most` bytes from now on, as a full disk would; `None` = no limit.
    pub fn limit_file_size(&self, most: Option<u64>) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let limit = Rlimit { current: most, maximum: None };
        prlimit(pid, Resource::Fsize, limit).expect("a child's own limit can be set");
    }

    /// Stops the program where it stands (SIGSTOP), or lets it go on (SIGCONT).
    pub fn hold(&self, held: bool) {
        self.signal(if held { Signal::STOP } else { Signal::CONT });
    }

    /// Kills the program (SIGKILL) and waits until it is gone.
    pub async fn kill(self) -> Ended {
        self.signal(Signal::KILL);
        self.end().await
    }

    /// Waits until the program has ended by itself. Panics after [`PATIENCE`].
    pub async fn end(mut self) -> Ended {
        let Ok(waited) = timeout(PATIENCE, self.child.wait()).await else {
            panic!("the program did not end within {PATIENCE:?}; its log:\n{}", self.stderr());
        };
        let status = waited.expect("a child can be waited for");
        Ended { status, stdout: self.stdout.whole().await, stderr: self.stderr.whole().await, launch: self.launch }
    }

    fn signal(&self, signal: Signal) {
        // No id means that it was waited for already: nothing is left to signal.
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended just now, which is what was asked for.
            let _gone = kill_process(pid, signal);
        }
    }

    async fn ready(mut self) -> Result<Self, String> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let answer = http::get(self.ops_address(), "/readyz").await;
            if answer.as_ref().is_ok_and(|answer| answer.status() == 200) {
                return Ok(self);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended with {status}; its log:\n{}", self.stderr.whole().await));
            }
            if Instant::now() > give_up {
                return Err(format!("/readyz: {answer:?}; its log:\n{}", self.stderr()));
            }
            // Nothing tells from outside that a process is ready; asking again is the contract of /readyz.
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// What is left of a program that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit status or signal.
    pub status: ExitStatus,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
    /// To start it again on the same data and ports.
    pub launch: Launch,
}

/// What a pipe of the program has said so far.
#[derive(Debug)]
struct Log {
    said: Arc<Said>,
    reading: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Said {
    bytes: Mutex<Vec<u8>>,
    more: Notify,
}

impl Log {
    fn of(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) -> Self {
        let said = Arc::new(Said::default());
        let reader = Arc::clone(&said);
        let reading = tokio::spawn(async move {
            let Some(mut pipe) = pipe else { return };
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
                reader.bytes.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..length]);
                reader.more.notify_waiters();
            }
        });
        Self { said, reading }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.said.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    async fn wait_for(&self, text: &str) {
        let seen = async {
            loop {
                let mut more = std::pin::pin!(self.said.more.notified());
                more.as_mut().enable();
                if self.text().contains(text) {
                    return;
                }
                more.await;
            }
        };
        let in_time = timeout(PATIENCE, seen).await.is_ok();
        assert!(in_time, "{text:?} was not written within {PATIENCE:?}, but:\n{}", self.text());
    }

    /// Everything up to the pipe's end. A grandchild that holds the pipe open is not waited for.
    async fn whole(&mut self) -> String {
        let _ended = timeout(Duration::from_secs(1), &mut self.reading).await;
        self.text()
    }
}

/// A loopback address that no other launch has, of this process or another, as long as the file is locked.
fn free_address() -> (SocketAddr, File) {
    let random = RandomState::new();
    let found = (0_u16..).find_map(|attempt| {
        // Outside the range that the system gives to outgoing connections, which could take one between a kill and the
        // restart.
        let port = 20_000 + (random.hash_one(attempt) % 12_000) as u16;
        let path = std::env::temp_dir().join(format!("vestibule-test-port-{port}"));
        let mine = File::options().create(true).truncate(false).write(true).open(path).ok()?;
        mine.try_lock().ok()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
        Some((listener.local_addr().ok()?, mine))
    });
    found.expect("a loopback port can be had")
}
