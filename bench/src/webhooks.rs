//! Webhooks: how many a second into a local receiver, and whether any is lost when the server is killed with SIGKILL in the
//! middle of its calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::accounts::Guard;
use crate::client::Connection;
use crate::ledger::{Entry, Follow};
use crate::onslaught::Onslaught;
use crate::people::{Kind, SignUpRequest, Wish};
use crate::process::cpu_seconds;
use crate::random::Dice;
use crate::receiver::{Receiver, by_address};
use crate::sign_ups::People;
use crate::sink::Sink;
use crate::store::{Engine, Engines, Store, Stores};

/// What is told of somebody who signs up and is applied: created, confirmed, three lists joined, agreed to each, three tags.
const EACH: usize = 11;
/// Faults printed in full.
const SHOWN: usize = 20;

/// How webhooks are measured or tried.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Kills; 0 = measures webhooks a second instead.
    #[arg(long, default_value_t = 0)]
    crash: u32,
    /// People that sign up for the measurement; each is told of 11 times.
    #[arg(long, default_value_t = 4000)]
    people: u64,
    /// Measurements; the median counts.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Where sign-ups are kept.
    #[arg(long, default_value = "both")]
    engine: Engines,
    /// Seconds within which everything that is owed must come after the last restart.
    #[arg(long, default_value_t = 180)]
    bound: u64,
}

/// Measures or tries; whether all went well.
pub fn run(options: &Options, stores: &Stores, sink: &Sink, seed: u64) -> Result<bool> {
    let receiver = Receiver::start()?;
    let mut well = true;
    for &engine in options.engine.each() {
        if options.crash > 0 {
            well &= crash(options, stores, sink, &receiver, engine, seed)?;
        } else {
            measure(options, stores, &receiver, engine)?;
        }
    }
    Ok(well)
}

/// A store with one account that tells the receiver everything.
fn listening(stores: &Stores, receiver: &Receiver, engine: Engine) -> Result<Store> {
    let store = stores.make(engine, 1, Guard::Off)?;
    let file = store.installation.directory.join("account-0.toml");
    let more = format!("\n[[webhook]]\nkind = \"standard\"\nurl = \"{}\"\n", receiver.url());
    std::fs::write(&file, std::fs::read_to_string(&file)? + &more)?;
    store.installation.apply(&file)?;
    receiver.clear();
    Ok(store)
}

/// Everything is owed before the first call is answered, then the time to the last one is taken.
fn measure(options: &Options, stores: &Stores, receiver: &Receiver, engine: Engine) -> Result<()> {
    let mut rates = Vec::new();
    for _ in 0..options.runs.max(1) {
        let store = listening(stores, receiver, engine)?;
        let server = store.installation.start()?;
        receiver.be_open(false);
        let began = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(sign_up(server.address, options.people))?;
        // Calls that wait for their answer longer than ten seconds would be counted as failures.
        ensure!(began.elapsed() < Duration::from_secs(8), "signing up took {:?}: fewer --people", began.elapsed());
        let (wanted, cpu) = (options.people * EACH as u64, cpu_seconds(server.pid()));
        receiver.be_open(true);
        let opened = Instant::now();
        while receiver.count() < wanted {
            ensure!(opened.elapsed() < Duration::from_secs(options.bound), "{} of {wanted} came", receiver.count());
            std::thread::sleep(Duration::from_millis(2));
        }
        let seconds = opened.elapsed().as_secs_f64();
        let cpu = (cpu_seconds(server.pid()) - cpu) * 1e6 / wanted as f64;
        let (_, faults) = by_address(&receiver.calls());
        ensure!(faults.is_empty(), "{faults:?}");
        rates.push((wanted as f64 / seconds, cpu));
        server.stop()?;
        stores.discard(store)?;
    }
    rates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (rate, cpu) = rates[rates.len() / 2];
    println!(
        "{}: {rate:.0} webhooks/s, {cpu:.0} CPU µs each ({} owed, one endpoint, median of {})",
        engine.name(),
        options.people * EACH as u64,
        rates.len()
    );
    Ok(())
}

async fn sign_up(address: std::net::SocketAddr, people: u64) -> Result<()> {
    const CONNECTIONS: u64 = 32;
    let one = |first: u64| async move {
        let mut connection = Connection::open(address).await?;
        let mut request = SignUpRequest::new(Kind::Applied, "bench");
        for person in (first..people).step_by(CONNECTIONS as usize) {
            let status = connection.exchange(request.of(Wish::new(0, person))).await?.status;
            ensure!(status == 200, "a sign-up answered {status}");
        }
        anyhow::Ok(())
    };
    for ended in futures_util::future::join_all((0..CONNECTIONS).map(one)).await {
        ended?;
    }
    Ok(())
}

/// Kills the server again and again while people sign up and receivers are called, then waits for all that is owed.
fn crash(
    options: &Options,
    stores: &Stores,
    sink: &Sink,
    receiver: &Receiver,
    engine: Engine,
    seed: u64,
) -> Result<bool> {
    let store = listening(stores, receiver, engine)?;
    let (people, mut dice) = (Arc::new(People::from(seed >> 16)), Dice::new(seed));
    let (mut entries, mut slowest) = (Vec::new(), Duration::ZERO);
    let mut server = store.installation.start()?;
    for round in 1..=options.crash {
        let onslaught = Onslaught::start(server.address, 0, &people, &sink.bag, dice.roll());
        std::thread::sleep(Duration::from_millis(50 + dice.below(451)));
        ensure!(server.is_running(), "the server ended by itself");
        server.kill()?;
        entries.extend(onslaught.stop()?.entries);
        server = store.installation.start().context("restart after SIGKILL")?;
        slowest = slowest.max(server.start_time);
        eprintln!("round {round}: {} sign-ups, {} webhooks came", entries.len(), receiver.count());
    }
    let restarted = Instant::now();
    let faults = loop {
        let (kinds, mut faults) = by_address(&receiver.calls());
        faults.extend(entries.iter().filter_map(|entry| missing(entry, kinds.get(&entry.wish.address()))));
        if faults.is_empty() || restarted.elapsed() > Duration::from_secs(options.bound) {
            break faults;
        }
        std::thread::sleep(Duration::from_secs(1));
    };
    let calls = receiver.calls();
    let ids: std::collections::HashSet<_> = calls.iter().map(|call| &call.id).collect();
    println!(
        "{}, server killed, {} rounds: {} sign-ups, {} webhooks, {} of them repeated, {} wrong; all there {:.1} s after the \
         last restart, slowest restart {:.2} s",
        engine.name(),
        options.crash,
        entries.len(),
        ids.len(),
        calls.len() - ids.len(),
        faults.len(),
        restarted.elapsed().as_secs_f64(),
        slowest.as_secs_f64()
    );
    for fault in faults.iter().take(SHOWN) {
        println!("WRONG {fault}");
    }
    Ok(faults.is_empty())
}

/// What should have been told of a sign-up and was not, or the other way round.
fn missing(entry: &Entry, told: Option<&Vec<String>>) -> Option<String> {
    let told = told.map_or(&[][..], Vec::as_slice);
    let times = |kind: &str| told.iter().filter(|t| *t == kind).count();
    let applied = [("contact.created", 1), ("contact.confirmed", 1), ("list.joined", 3), ("tag.added", 3)];
    let is_whole = || applied.iter().all(|(kind, wanted)| times(kind) == *wanted) && times("consent.given") == 3;
    let pending = times("sign_up.pending") == 1;
    let right = match (entry.kind, entry.is_acknowledged()) {
        (Kind::Applied, true) => told.len() == EACH && is_whole(),
        (Kind::Applied, false) => told.is_empty() || is_whole(),
        (Kind::Confirmed, true) => match entry.follow {
            Follow::No => pending && told.len() == 1,
            Follow::Sent => pending && (told.len() == 1 || is_whole()),
            Follow::Acknowledged => pending && is_whole() && times("sign_up.confirmed") == 1,
        },
        (Kind::Confirmed, false) => told.is_empty() || pending,
        (Kind::Refused, _) => told.is_empty(),
    };
    (!right).then(|| format!("{} {entry:?}: told {told:?}", entry.wish.address()))
}
