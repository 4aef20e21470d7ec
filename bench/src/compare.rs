//! Runs the bare handler and the server in turn on the same cores, pair by pair, each time on a fresh store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::accounts::Guard;
use crate::baseline::Baseline;
use crate::customers::{self, Customers};
use crate::form_calls::FormCalls;
use crate::journeys::Journeys;
use crate::load::{Load, Measured, run};
use crate::process::busy_seconds;
use crate::random::mix;
use crate::report::{Figure, Pair, QUIET, median};
use crate::sign_ups::{People, SignUps};
use crate::sink::Sink;
use crate::store::{Engine, Stores};

/// What is asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// `RequireConfirmation:"false"`: applied at once, no mail.
    #[value(name = "false")]
    Applied,
    /// Sign-up, answered when the mail server has the confirmation mail.
    Mailed,
    /// Sign-up, mail, link, applied.
    Journey,
    /// `POST customer` of the Spektrix door, from a browser.
    Web,
    /// `POST customers` of the Spektrix door, signed.
    Owner,
    /// Strangers at a form, as JSON; answered when the mail server has the confirmation mail.
    Form,
    /// As "false", while 200 more connections log in all the time.
    Logins,
}

/// Connections that log in beside sign-ups.
const LOGINS: usize = 200;

impl Workload {
    /// As tables name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Applied => "\"false\"",
            Self::Mailed => "mailed",
            Self::Journey => "journey",
            Self::Web => "web",
            Self::Owner => "owner",
            Self::Logins => "beside logins",
        }
    }
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Counted seconds of each run.
    pub seconds: f64,
    /// Seconds before them.
    pub warm_up: f64,
    /// Pairs.
    pub pairs: usize,
    /// Client threads.
    pub threads: usize,
    /// Accounts of the store.
    pub accounts: u32,
    /// What the guard does.
    pub guard: Guard,
    /// How long a line of the table may wait for a quiet machine, repeating pairs that were disturbed.
    pub patience: Duration,
    /// Requests a second for an open loop of the server's runs.
    pub rate: Option<f64>,
    /// Connections to the mail server; left out = the server's own number.
    pub mail_connections: Option<usize>,
    /// For what is drawn by chance.
    pub seed: u64,
}

impl Plan {
    fn load(&self, target: std::net::SocketAddr, pid: u32, connections: usize) -> Load {
        Load {
            target,
            pid,
            database: None,
            connections,
            threads: self.threads,
            warm_up: Duration::from_secs_f64(self.warm_up),
            length: Duration::from_secs_f64(self.seconds),
            rate: None,
        }
    }
}

/// One run of the bare handler.
pub fn run_baseline(plan: &Plan, connections: usize) -> Result<Measured> {
    let baseline = Baseline::start()?;
    let people = Arc::new(People::default());
    let host = baseline.address.to_string();
    let load = plan.load(baseline.address, baseline.pid(), connections);
    let measured = run(&load, |_| SignUps::new(Arc::clone(&people), plan.accounts, &host))?;
    ensure!(!measured.tally.sign_ups.is_empty(), "the baseline answered nothing: {:?}", measured.tally.faults);
    Ok(measured)
}

/// One run of the server on a fresh store.
pub fn run_server(
    plan: &Plan,
    stores: &Stores,
    sink: &Sink,
    engine: Engine,
    workload: Workload,
    connections: usize,
) -> Result<Measured> {
    let mut store = stores.make(engine, plan.accounts, plan.guard)?;
    if let Some(connections) = plan.mail_connections {
        store.installation.mail_url = Some(format!("{}?connections={connections}", sink.url()));
    }
    let server = store.installation.start()?;
    let host = server.address.to_string();
    let people = Arc::new(People::default());
    let database = if engine == Engine::Postgres { Some(stores.postgres()?.pid()) } else { None };
    let load = Load { rate: plan.rate, database, ..plan.load(server.address, server.pid(), connections) };
    let mut measured = match workload {
        Workload::Applied => run(&load, |_| SignUps::new(Arc::clone(&people), plan.accounts, &host))?,
        Workload::Mailed => run(&load, |_| SignUps::mailed(Arc::clone(&people), plan.accounts, &host))?,
        Workload::Web => run(&load, |_| Customers::new(Arc::clone(&people), plan.accounts, &host, false))?,
        Workload::Owner => run(&load, |_| Customers::new(Arc::clone(&people), plan.accounts, &host, true))?,
        Workload::Form => run(&load, |_| FormCalls::new(Arc::clone(&people), plan.accounts, &host))?,
        Workload::Logins => customers::beside_logins(&load, &people, &host, LOGINS)?,
        Workload::Journey => run(&load, |connection| {
            let seed = mix(plan.seed.wrapping_add(connection as u64));
            Journeys::new(Arc::clone(&people), Arc::clone(&sink.bag), plan.accounts, &host, seed)
        })?,
    };
    if workload == Workload::Journey {
        let (mails, others, connections) = (sink.bag.mails(), sink.bag.without_link(), sink.bag.connections());
        eprintln!(
            "the mail sink so far: {mails} mails, {others} of them without a link, over {connections} connections"
        );
    }
    let left = sink.bag.clear();
    if left > 0 && !matches!(workload, Workload::Mailed | Workload::Form) {
        measured.tally.fault(format!("{left} mails that no sign-up asked for, or too late"));
    }
    if let Err(e) = server.stop() {
        measured.tally.fault(format!("{e:#}"));
    }
    stores.discard(store)?;
    Ok(measured)
}

/// Baseline and server in turn; the medians as one line of the table.
pub fn run_pairs(
    plan: &Plan,
    stores: &Stores,
    sink: &Sink,
    engine: Engine,
    workload: Workload,
    connections: usize,
) -> Result<Figure> {
    let mut pairs = Vec::new();
    let deadline = Instant::now() + plan.patience;
    while pairs.len() < plan.pairs {
        wait_for_quiet(deadline);
        let bare = run_baseline(plan, connections)?;
        let measured = run_server(plan, stores, sink, engine, workload, connections)?;
        let other_cores = bare.other_cores().max(measured.other_cores());
        if other_cores > QUIET && Instant::now() < deadline && measured.tally.faults.is_empty() {
            eprintln!("disturbed by {other_cores:.2} cores of something else: once more");
            continue;
        }
        let (number, baseline) = (pairs.len() + 1, bare.rate());
        let (name, engine, rate) = (workload.name(), engine.name(), measured.rate());
        eprintln!("{name} {engine} {connections} connections, pair {number}: bare {baseline:.0}/s, server {rate:.0}/s");
        pairs.push(Pair { baseline, other_cores, measured });
    }
    Ok(Figure::of(workload.name(), engine.name(), connections, &pairs))
}

/// Several workloads in turn, round by round, so that what slows the machine down slows all of them: one line of the table
/// each, and a line about each of them beside the first.
pub fn run_side_by_side(
    plan: &Plan,
    stores: &Stores,
    sink: &Sink,
    engine: Engine,
    workloads: &[Workload],
    connections: usize,
) -> Result<(Vec<Figure>, Vec<String>)> {
    let mut all: Vec<Vec<Pair>> = workloads.iter().map(|_| Vec::new()).collect();
    let deadline = Instant::now() + plan.patience;
    let mut round = 0;
    while round < plan.pairs {
        wait_for_quiet(deadline);
        let bare = run_baseline(plan, connections)?;
        let mut pairs = Vec::new();
        for &workload in workloads {
            let measured = run_server(plan, stores, sink, engine, workload, connections)?;
            let other_cores = bare.other_cores().max(measured.other_cores());
            pairs.push(Pair { baseline: bare.rate(), other_cores, measured });
        }
        let disturbed = pairs.iter().map(|p| p.other_cores).fold(0.0, f64::max);
        let well = pairs.iter().all(|p| p.measured.tally.faults.is_empty());
        if disturbed > QUIET && Instant::now() < deadline && well {
            eprintln!("disturbed by {disturbed:.2} cores of something else: once more");
            continue;
        }
        round += 1;
        let rate = |(w, p): (&Workload, &Pair)| format!("{} {:.0}/s", w.name(), p.measured.rate());
        let rates: Vec<_> = workloads.iter().zip(&pairs).map(rate).collect();
        eprintln!("{} {connections} connections, round {round}: {}", engine.name(), rates.join(", "));
        for (kept, pair) in all.iter_mut().zip(pairs) {
            kept.push(pair);
        }
    }
    let figures =
        workloads.iter().zip(&all).map(|(w, p)| Figure::of(w.name(), engine.name(), connections, p)).collect();
    let beside = |other: &[Pair], of: &dyn Fn(&Pair) -> f64| {
        median(&other.iter().zip(&all[0]).map(|(pair, first)| of(pair) / of(first)).collect::<Vec<_>>())
    };
    let said = workloads.iter().zip(&all).skip(1).map(|(workload, pairs)| {
        let rate = beside(pairs, &|p| p.measured.rate());
        let p99 = beside(pairs, &|p| p.measured.tally.sign_ups.value_at_quantile(0.99) as f64);
        format!(
            "{} {connections} connections: {} at {:.0} % of {}, p99 {p99:.2} times",
            engine.name(),
            workload.name(),
            rate * 100.0,
            workloads[0].name()
        )
    });
    Ok((figures, said.collect()))
}

/// Waits until the machine does nothing, at most until the deadline.
fn wait_for_quiet(deadline: Instant) {
    let step = Duration::from_millis(500);
    while Instant::now() < deadline {
        let before = busy_seconds();
        std::thread::sleep(step);
        if busy_seconds() - before < QUIET * step.as_secs_f64() {
            return;
        }
    }
}
