//! Plain blocking calls around the measured part: is it up, and what does it say.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a child may take to answer before the bench gives up.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Status of a GET, or why there was none.
pub fn status_of(address: SocketAddr, path: &str) -> Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    std::str::from_utf8(&start)?.get(9..).and_then(|code| code.parse().ok()).context("no status line")
}

/// Waits until `ready` holds; fails when the child ends or takes longer than a minute.
pub fn wait_until(child: &mut Child, mut ready: impl FnMut() -> bool) -> Result<Duration> {
    let start = Instant::now();
    while !ready() {
        if let Some(status) = child.try_wait()? {
            bail!("ended at its start: {status}");
        }
        if start.elapsed() > START_LIMIT {
            bail!("not ready after {} s", START_LIMIT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(start.elapsed())
}

/// Waits until connections are taken.
pub fn wait_until_listening(address: SocketAddr, child: &mut Child) -> Result<Duration> {
    wait_until(child, || TcpStream::connect(address).is_ok())
}
