//! Stands in for the real program in the tests of `testkit::process`: not ready at first, then ready, ends on SIGTERM.

use std::io::Result;
use std::process::ExitCode;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    if std::env::args().nth(1).as_deref() != Some("serve") {
        eprintln!("usage: testkit-stub serve");
        return Ok(ExitCode::from(2));
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| "unset".to_owned());
    let ops = TcpListener::bind(variable("VESTIBULE_OPS_LISTEN")).await?;
    let doors = TcpListener::bind(variable("VESTIBULE_LISTEN")).await?;
    let mut terminated = signal(SignalKind::terminate())?;
    println!("colour {}, postgres {}", variable("STUB_COLOUR"), variable("VESTIBULE_TEST_POSTGRES"));
    eprintln!("doors open on {}", doors.local_addr()?);
    let mut asked = 0;
    loop {
        tokio::select! {
            accepted = ops.accept() => {
                let (mut stream, _) = accepted?;
                let mut request = [0; 1024];
                let _length = stream.read(&mut request).await?;
                asked += 1;
                let status = if asked < 3 { "503 Service Unavailable" } else { "200 OK" };
                stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await?;
            }
            _ = terminated.recv() => {
                eprintln!("drained");
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
}
