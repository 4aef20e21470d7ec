//! A v1 import of many contacts in one body: rows a second, the server's memory at its highest, and how long sign-ups take
//! meanwhile.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::accounts::Guard;
use crate::client::Connection;
use crate::people::{Kind, SignUpRequest, Wish, api_key};
use crate::process::memory_mib;
use crate::store::{Engine, Engines, Stores};

/// Contacts of one piece of the body.
const PIECE: u64 = 1000;
/// A sign-up is begun this often meanwhile.
const EVERY: Duration = Duration::from_millis(20);

/// How an import is measured.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Contacts in the body.
    #[arg(long, default_value_t = 1_000_000)]
    contacts: u64,
    /// Where they are kept.
    #[arg(long, default_value = "both")]
    engine: Engines,
    /// Most memory of the server, in MiB.
    #[arg(long, default_value_t = 512.0)]
    memory: f64,
}

/// Measures; whether the memory stayed below its limit.
pub fn run(options: &Options, stores: &Stores) -> Result<bool> {
    let mut well = true;
    for &engine in options.engine.each() {
        well &= measure(options, stores, engine)?;
    }
    Ok(well)
}

fn measure(options: &Options, stores: &Stores, engine: Engine) -> Result<bool> {
    let store = stores.make(engine, 1, Guard::Off)?;
    let server = store.installation.start()?;
    let (address, over) = (server.address, Arc::new(AtomicBool::new(false)));
    let signing_up = {
        let over = Arc::clone(&over);
        std::thread::spawn(move || sign_ups(address, &over))
    };
    let began = Instant::now();
    let (bytes, answer) = import(address, options.contacts)?;
    let seconds = began.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let mut latencies = signing_up.join().map_err(|_| anyhow::anyhow!("signing up panicked"))??;
    let (_, highest) = memory_mib(server.pid());
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let created = format!("emailable-rows-created: {}", options.contacts);
    ensure!(head.to_lowercase().contains(&created), "the import answered:\n{answer}");
    latencies.sort();
    let at = |share: f64| {
        let place = ((latencies.len().max(1) - 1) as f64 * share) as usize;
        latencies.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!(
        "{}: {:.0} rows/s ({} contacts, {} MiB in {seconds:.1} s), server at most {highest:.0} MiB; {} sign-ups meanwhile: \
         p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        engine.name(),
        options.contacts as f64 / seconds,
        options.contacts,
        bytes >> 20,
        latencies.len(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
    server.stop()?;
    stores.discard(store)?;
    Ok(highest <= options.memory)
}

/// Signs people up one after the other until the import is over; how long each took.
fn sign_ups(address: SocketAddr, over: &AtomicBool) -> Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let mut request = SignUpRequest::new(Kind::Applied, "bench");
        let mut latencies = Vec::new();
        for person in 0.. {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let began = Instant::now();
            let status = connection.exchange(request.of(Wish::new(0, person))).await?.status;
            ensure!(status == 200, "a sign-up answered {status}");
            latencies.push(began.elapsed());
            tokio::time::sleep(EVERY.saturating_sub(began.elapsed())).await;
        }
        Ok(latencies)
    })
}

/// Sends the body in chunks, made as it goes; its size and the whole answer.
fn import(address: SocketAddr, contacts: u64) -> Result<(u64, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(1800)))?;
    let key = api_key(0);
    write!(
        stream,
        "POST /v1/contacts.asmx/Import HTTP/1.1\r\nHost: bench\r\nApiKey: {key}\r\nContent-Type: application/xml\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )?;
    let mut bytes = 0;
    let mut piece = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><Contacts>");
    for contact in 0..contacts {
        let _ = writeln!(
            piece,
            "<Contact><EmailAddress>import.{contact}@bulk{}.example</EmailAddress><Title>Ms</Title><FirstName>First {contact}\
             </FirstName><LastName>Last {contact}</LastName></Contact>",
            contact % 97
        );
        if contact + 1 == contacts {
            piece.push_str("</Contacts>");
        }
        if (contact + 1) % PIECE == 0 || contact + 1 == contacts {
            bytes += piece.len() as u64;
            write!(stream, "{:x}\r\n{piece}\r\n", piece.len()).context("the server ended the call early")?;
            piece.clear();
        }
    }
    stream.write_all(b"0\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).context("the import was not answered")?;
    Ok((bytes, String::from_utf8_lossy(&answer).into_owned()))
}
