//! The receiver: `receiver.py` as a process, what it has kept, and what it is told to do.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A file beside these tests.
pub fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/webhooks").join(name)
}

/// The Python that `./test` has prepared, with standardwebhooks.
pub fn python() -> PathBuf {
    let python = std::env::var_os("VESTIBULE_TEST_PYTHON");
    python.map(PathBuf::from).expect("VESTIBULE_TEST_PYTHON is not set: run ./test, which prepares it")
}

/// A request that the receiver has kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub at: f64,
    pub path: String,
    pub mode: String,
    pub headers: Value,
    pub body: String,
}

impl Kept {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.headers))
    }

    /// `type` of an event of ours, `Type` of one of the vendor's.
    pub fn kind(&self) -> String {
        let json = self.json();
        json["type"].as_str().or(json["Type"].as_str()).expect("a type").to_owned()
    }
}

pub struct Receiver {
    _process: Child,
    folder: TempDir,
    pub port: u16,
}

impl Receiver {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(python())
            .arg(beside("receiver.py"))
            .arg(folder.path().join("kept"))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the receiver starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let port = lines.next_line().await.expect("a line").expect("its port").parse().expect("a number");
        Self { _process: process, folder, port }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("kept")
    }

    /// How paths are answered from now on.
    pub fn answer(&self, modes: &[(&str, &str)]) {
        let modes: serde_json::Map<_, _> = modes.iter().map(|(p, m)| ((*p).to_owned(), (*m).into())).collect();
        let part = self.folder.path().join("part");
        std::fs::write(&part, Value::from(modes).to_string()).expect("a file");
        std::fs::rename(&part, self.folder.path().join("kept.modes")).expect("a file");
    }

    /// Everything so far, in the order in which it came.
    pub fn kept(&self) -> Vec<Kept> {
        let text = std::fs::read_to_string(self.file()).unwrap_or_default();
        // The last line may be under way.
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        lines
            .map(|line| {
                let json: Value = serde_json::from_str(line).expect("a line of JSON");
                let text = |key: &str| json[key].as_str().expect("text").to_owned();
                Kept {
                    at: json["at"].as_f64().expect("a time"),
                    path: text("path"),
                    mode: text("mode"),
                    headers: json["headers"].clone(),
                    body: text("body"),
                }
            })
            .collect()
    }

    /// Begins anew.
    pub fn forget(&self) {
        std::fs::write(self.file(), "").expect("a file");
    }

    /// What came to a path.
    pub fn at(&self, path: &str) -> Vec<Kept> {
        self.kept().into_iter().filter(|kept| kept.path == path).collect()
    }

    /// What came to a path, once it is enough.
    pub async fn until(&self, path: &str, enough: impl Fn(&[Kept]) -> bool) -> Vec<Kept> {
        for _ in 0..1600 {
            let kept = self.at(path);
            if enough(&kept) {
                return kept;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let told: Vec<_> = self.at(path).iter().map(|k| format!("{} {}", k.mode, k.body)).collect();
        panic!("{path} has only {told:#?}");
    }
}

/// Runs a program that must succeed; what it says.
pub async fn run<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = A>) -> String {
    let output = Command::new(program.as_ref()).args(arguments).output().await;
    let output =
        output.unwrap_or_else(|e| panic!("{} cannot be run: {e}; ./test installs it", program.as_ref().display()));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// How many requests at a path the published libraries take with this secret; all must be.
pub async fn verified(receiver: &Receiver, path: &str, secret: &str) -> usize {
    let file = receiver.file();
    let arguments = |script: &str| [beside(script).into_os_string(), file.clone().into(), path.into(), secret.into()];
    let by_python = run(python(), arguments("verify.py")).await;
    let by_node = run("node", arguments("verify.mjs")).await;
    assert_eq!(by_python, by_node);
    by_python.trim().parse().expect("a number")
}

/// An endpoint of our own events.
pub fn standard(url: &str, more: &str) -> String {
    format!("[[webhook]]\nkind = \"standard\"\nurl = \"{url}\"\n{more}\n")
}

/// A secret for tests.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
