//! A real mail server in its own process (`smtp_server.py`), and what else the tests run beside the program.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::world::until;

/// The Python that `./test` has prepared, with aiosmtpd and dkimpy.
pub fn python() -> PathBuf {
    let python = std::env::var_os("VESTIBULE_TEST_PYTHON");
    python.map(PathBuf::from).expect("VESTIBULE_TEST_PYTHON is not set: run ./test, which prepares it")
}

pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outbox").join(name)
}

pub async fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().await;
    let output = output.expect("openssl can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The server of `smtp_server.py`.
pub struct Server {
    _process: Child,
    folder: PathBuf,
    port: u16,
}

/// A mail as that server took it.
pub struct Taken {
    /// The return path, the recipient and the way of logging in, a line each.
    pub envelope: String,
    pub mail: String,
}

impl Server {
    pub async fn start(folder: &Path, name: &str) -> Self {
        Self::start_as(folder, name, "whole").await
    }

    /// Starts it in one of its modes.
    pub async fn start_as(folder: &Path, name: &str, mode: &str) -> Self {
        let kept = folder.join(name);
        std::fs::create_dir(&kept).expect("a folder");
        openssl(
            folder,
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.crt -days 2 -subj /CN=localhost \
                 -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"
            ),
        )
        .await;
        let mut process = Command::new(python())
            .arg(script("smtp_server.py"))
            .args([
                format!("{name}.crt"),
                format!("{name}.key"),
                "us@er".into(),
                "p:ss/w".into(),
                name.into(),
                mode.into(),
            ])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let port = lines.next_line().await.expect("a line").expect("its port").parse().expect("a number");
        Self { _process: process, folder: kept, port }
    }

    pub fn url(&self, ca: &Path) -> String {
        format!("smtp+starttls://us%40er:p%3Ass%2Fw@localhost:{}?ca={}", self.port, ca.display())
    }

    /// Its URL with its own certificate trusted, and further options.
    pub fn trusted(&self, more: &str) -> String {
        format!("{}{more}", self.url(&self.folder.with_extension("crt")))
    }

    /// Its port alone.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything that it has taken.
    pub fn taken(&self) -> Vec<Taken> {
        let read = |number: usize| {
            let mail = std::fs::read_to_string(self.folder.join(format!("{number}.eml"))).ok()?;
            let envelope = std::fs::read_to_string(self.folder.join(format!("{number}.envelope"))).expect("with it");
            Some(Taken { envelope, mail })
        };
        (1..).map_while(read).collect()
    }

    /// Waits for a mail to somebody.
    pub async fn mail_to(&self, address: &str) -> Taken {
        let line = format!("X-Envelope-To: {address}");
        let find = || self.taken().into_iter().find(|t| t.envelope.lines().any(|l| l == line));
        until(&format!("a mail to {address}"), async || find().is_some()).await;
        find().expect("just seen")
    }

    pub async fn mail(&self, number: usize) -> PathBuf {
        let path = self.folder.join(format!("{number}.eml"));
        until("a mail at the server", async || path.exists()).await;
        path
    }
}
