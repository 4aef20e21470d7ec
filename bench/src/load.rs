//! Load from many connections, closed loop (as fast as the answers come) or open loop (at a fixed rate, latency counted
//! from the moment a request was due), and what it measured in a window after a warm-up.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use hdrhistogram::Histogram;

use crate::client::{Connection, Fault};
use crate::process::{busy_seconds, cpu_seconds, family_cpu_seconds, memory_mib};

/// How long answers still owed at the end are waited for.
const LAST_ANSWERS: Duration = Duration::from_secs(30);

/// How a load is laid on.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Who is asked.
    pub target: SocketAddr,
    /// The process whose processor time and memory are read.
    pub pid: u32,
    /// The parent process of a database whose processor time is read too.
    pub database: Option<u32>,
    /// Connections kept.
    pub connections: usize,
    /// Threads of the client; one leaves the most to the server.
    pub threads: usize,
    /// Not counted.
    pub warm_up: Duration,
    /// Counted.
    pub length: Duration,
    /// Requests a second for an open loop.
    pub rate: Option<f64>,
}

/// What one connection does over and over.
pub trait Caller {
    /// One request, or the few that belong together. `due` is when it should have begun.
    async fn call(&mut self, connection: &mut Connection, due: Instant, tally: &Shared) -> Result<(), Fault>;
}

/// The tally of a thread.
pub type Shared = Rc<RefCell<Tally>>;

/// What was counted.
#[derive(Debug)]
pub struct Tally {
    from: Instant,
    until: Instant,
    /// Latencies of sign-ups, in microseconds.
    pub sign_ups: Histogram<u64>,
    /// Latencies of confirmations, in microseconds.
    pub confirms: Histogram<u64>,
    /// Whole journeys: sign-up, mail, link, applied.
    pub journeys: u64,
    /// What went otherwise than it should, at any time, the warm-up included.
    pub faults: BTreeMap<String, u64>,
}

impl Tally {
    fn new(from: Instant, until: Instant) -> Self {
        Self { from, until, sign_ups: histogram(), confirms: histogram(), journeys: 0, faults: BTreeMap::new() }
    }

    /// Whether this moment counts.
    fn counts(&self, now: Instant) -> bool {
        now >= self.from && now < self.until
    }

    /// A sign-up was answered as it should be.
    pub fn sign_up(&mut self, due: Instant) {
        let now = Instant::now();
        if self.counts(now) {
            self.sign_ups.saturating_record(micros(now - due));
        }
    }

    /// A link was followed and answered as it should be, and a journey whole.
    pub fn confirm(&mut self, due: Instant) {
        let now = Instant::now();
        if self.counts(now) {
            self.confirms.saturating_record(micros(now - due));
            self.journeys += 1;
        }
    }

    /// Something went otherwise.
    pub fn fault(&mut self, what: impl Into<String>) {
        *self.faults.entry(what.into()).or_default() += 1;
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        self.sign_ups.add(&other.sign_ups)?;
        self.confirms.add(&other.confirms)?;
        self.journeys += other.journeys;
        for (what, count) in &other.faults {
            *self.faults.entry(what.clone()).or_default() += count;
        }
        Ok(())
    }
}

/// One microsecond to one minute, to three digits.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("fixed bounds are valid")
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// What a load measured.
#[derive(Debug)]
pub struct Measured {
    /// Counts and latencies.
    pub tally: Tally,
    /// Length of the window in seconds.
    pub seconds: f64,
    /// Processor seconds of the server in the window.
    pub server_cpu: f64,
    /// Processor seconds of the database in the window.
    pub database_cpu: f64,
    /// Processor seconds of the bench itself in the window, its mail sink included.
    pub client_cpu: f64,
    /// Processor seconds of everything else on the machine in the window: noise.
    pub other_cpu: f64,
    /// The server's resident memory at the end of the window, MiB.
    pub rss: f64,
    /// The server's highest resident memory since its start, MiB.
    pub highest_rss: f64,
}

impl Measured {
    /// Sign-up requests answered a second.
    pub fn rate(&self) -> f64 {
        self.tally.sign_ups.len() as f64 / self.seconds
    }

    /// Whole journeys a second.
    pub fn journey_rate(&self) -> f64 {
        self.tally.journeys as f64 / self.seconds
    }

    /// Microseconds of the server's processor time for each sign-up request.
    pub fn cpu_per_sign_up(&self) -> f64 {
        self.server_cpu * 1e6 / self.tally.sign_ups.len().max(1) as f64
    }

    /// Cores that anything else took meanwhile.
    pub fn other_cores(&self) -> f64 {
        self.other_cpu / self.seconds
    }

    /// The same of the database.
    pub fn database_cpu_per_sign_up(&self) -> f64 {
        self.database_cpu * 1e6 / self.tally.sign_ups.len().max(1) as f64
    }
}

/// Lays the load on; `caller` makes what each connection does, by the connection's number.
pub fn run<C: Caller + 'static>(load: &Load, caller: impl Fn(usize) -> C + Sync) -> Result<Measured> {
    let start = Instant::now();
    let (from, until) = (start + load.warm_up, start + load.warm_up + load.length);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..load.threads)
            .map(|thread| {
                let caller = &caller;
                scope.spawn(move || run_thread(load, thread, (start, from, until), caller))
            })
            .collect();
        let me = std::process::id();
        std::thread::sleep(from.saturating_duration_since(Instant::now()));
        let database = || load.database.map_or(0.0, family_cpu_seconds);
        let (server_before, client_before, database_before) = (cpu_seconds(load.pid), cpu_seconds(me), database());
        let (busy_before, begun) = (busy_seconds(), Instant::now());
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        let server_cpu = cpu_seconds(load.pid) - server_before;
        let client_cpu = cpu_seconds(me) - client_before;
        let database_cpu = database() - database_before;
        let other_cpu = (busy_seconds() - busy_before - server_cpu - client_cpu - database_cpu).max(0.0);
        let seconds = begun.elapsed().as_secs_f64().min(load.length.as_secs_f64());
        let (rss, highest_rss) = memory_mib(load.pid);
        let mut tally = Tally::new(from, until);
        for client in clients {
            let part = client.join().map_err(|_| anyhow::anyhow!("a client thread panicked"))??;
            tally.add(&part)?;
        }
        Ok(Measured { tally, seconds, server_cpu, database_cpu, client_cpu, other_cpu, rss, highest_rss })
    })
}

fn run_thread<C: Caller + 'static>(
    load: &Load,
    thread: usize,
    (start, from, until): (Instant, Instant, Instant),
    caller: &impl Fn(usize) -> C,
) -> Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tally = Rc::new(RefCell::new(Tally::new(from, until)));
    let mine = (thread..load.connections).step_by(load.threads.max(1));
    let connections: Vec<_> =
        mine.map(|number| keep_calling(*load, number, start, until, caller(number), Rc::clone(&tally))).collect();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        // Tasks of their own, so that a wake-up polls one connection and not all of them.
        let tasks: Vec<_> = connections.into_iter().map(tokio::task::spawn_local).collect();
        if tokio::time::timeout_at((until + LAST_ANSWERS).into(), join_all(tasks)).await.is_err() {
            tally.borrow_mut().fault("no answer within 30 s of the end");
        }
    });
    drop(local);
    drop(runtime);
    Ok(Rc::try_unwrap(tally).ok().context("a connection still counts")?.into_inner())
}

async fn keep_calling<C: Caller>(
    load: Load,
    number: usize,
    start: Instant,
    until: Instant,
    mut caller: C,
    tally: Shared,
) {
    let mut connection = None;
    let mut schedule = load.rate.map(|rate| Schedule::new(start, number, load.connections, rate));
    while Instant::now() < until {
        let due = match &mut schedule {
            None => Instant::now(),
            Some(schedule) => {
                let due = schedule.next();
                if due >= until {
                    return;
                }
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        let kept = match &mut connection {
            Some(kept) => kept,
            None => match Connection::open(load.target).await {
                Ok(new) => connection.insert(new),
                Err(fault) => {
                    tally.borrow_mut().fault(format!("cannot connect: {fault}"));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
        };
        if let Err(fault) = caller.call(kept, due, &tally).await {
            tally.borrow_mut().fault(fault.to_string());
        }
        if kept.is_spent() {
            connection = None;
        }
    }
}

/// When one of several connections sends, so that all together keep a rate.
#[derive(Debug)]
struct Schedule {
    start: Instant,
    turn: usize,
    of: usize,
    rate: f64,
}

impl Schedule {
    fn new(start: Instant, number: usize, of: usize, rate: f64) -> Self {
        Self { start, turn: number, of, rate }
    }

    fn next(&mut self) -> Instant {
        let due = self.start + Duration::from_secs_f64(self.turn as f64 / self.rate);
        self.turn += self.of;
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_keep_the_rate() {
        let start = Instant::now();
        let mut all: Vec<_> = (0..4)
            .flat_map(|n| {
                let mut schedule = Schedule::new(start, n, 4, 1000.0);
                (0..25).map(move |_| schedule.next())
            })
            .collect();
        all.sort();
        let steps: Vec<_> = all.windows(2).map(|w| (w[1] - w[0]).as_micros()).collect();
        assert!(steps.iter().all(|s| (999..=1001).contains(s)), "{steps:?}");
        assert_eq!(all[0], start);
    }

    #[test]
    fn only_the_window_counts() {
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        let mut tally = Tally::new(now, later);
        tally.sign_up(now);
        tally.confirm(now);
        let mut late = Tally::new(later, later + Duration::from_secs(1));
        late.sign_up(now);
        late.confirm(now);
        late.fault("x");
        tally.add(&late).unwrap();
        assert_eq!((tally.sign_ups.len(), tally.confirms.len(), tally.journeys, tally.faults["x"]), (1, 1, 1, 1));
    }

    #[test]
    fn measures_the_bare_handler() {
        let target = crate::process::free_address().unwrap();
        std::thread::spawn(move || crate::baseline::serve(target));
        while std::net::TcpStream::connect(target).is_err() {
            std::thread::yield_now();
        }
        let people = std::sync::Arc::new(crate::sign_ups::People::default());
        let closed = Load {
            target,
            pid: std::process::id(),
            database: None,
            connections: 5,
            threads: 2,
            warm_up: Duration::from_millis(50),
            length: Duration::from_millis(200),
            rate: None,
        };
        for (load, few) in [(closed, false), (Load { rate: Some(500.0), ..closed }, true)] {
            let caller = |_| crate::sign_ups::SignUps::new(std::sync::Arc::clone(&people), 3, "test");
            let measured = run(&load, caller).unwrap();
            assert!(measured.tally.faults.is_empty(), "{:?}", measured.tally.faults);
            let counted = measured.tally.sign_ups.len();
            assert!(counted > 0 && (!few || counted <= 110), "{counted}");
        }
    }

    #[test]
    fn percentiles_are_to_three_digits() {
        let mut histogram = histogram();
        (1..=10_000).for_each(|n| histogram.saturating_record(n));
        assert!((4_990..=5_010).contains(&histogram.value_at_quantile(0.5)));
        assert!((9_890..=9_920).contains(&histogram.value_at_quantile(0.99)));
    }
}
