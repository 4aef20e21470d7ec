//! Figures and crash tests of the server, from outside. `bench all` prints the whole table; `bench --help` the rest.

mod accounts;
mod api;
mod baseline;
mod client;
mod compare;
mod control;
mod crash;
mod crash_outbox;
mod customers;
mod delivery;
mod flood;
mod footprint;
mod form_calls;
mod guard_cost;
mod import;
mod journeys;
mod ledger;
mod links;
mod load;
mod machine;
mod onslaught;
mod people;
mod postgres;
mod process;
mod random;
mod receiver;
mod report;
mod server;
mod sign_ups;
mod sink;
mod smtp;
#[cfg(test)]
mod stand_in;
mod store;
mod webhooks;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::accounts::Guard;
use crate::compare::{Plan, Workload, run_baseline, run_pairs, run_server, run_side_by_side};
use crate::machine::Machine;
use crate::report::{Figure, Pair, json, table};
use crate::sink::Sink;
use crate::store::{Engine, Engines, Stores};

/// Load generator, baselines and crash tests of Vestibule.
#[derive(Debug, Parser)]
struct Cli {
    /// The server binary; left out = built by cargo, or beside this one.
    #[arg(long, global = true)]
    server: Option<PathBuf>,
    /// Where stores are made; not in memory, or nothing is durable.
    #[arg(long, global = true)]
    directory: Option<PathBuf>,
    /// Repeats what chance decided in an earlier run.
    #[arg(long, global = true)]
    seed: Option<u64>,
    /// Writes the figures as JSON too.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// The bare axum handler alone.
    Baseline(Runs),
    /// Sign-ups that are applied at once, beside the bare handler.
    SignUps(Runs),
    /// Sign-ups that are answered when the mail server has their confirmation mail, beside the bare handler.
    Mailed(Runs),
    /// Creations in the Spektrix door, from browsers and signed, beside sign-ups that are applied at once; and those beside
    /// 200 connections that log in.
    Customers(Runs),
    /// Whole journeys with mail and link, beside the bare handler.
    Journeys(Runs),
    /// Mails a second out of the outbox, when it is empty otherwise and when much else waits in it.
    Delivery(delivery::Options),
    /// A fixed rate; latency counts from when a request was due.
    Open {
        /// Requests a second.
        #[arg(long)]
        rate: f64,
        /// What is sent.
        #[arg(long, default_value = "false")]
        workload: Workload,
        #[command(flatten)]
        runs: Runs,
    },
    /// Kills the server, or its PostgreSQL, under load and looks for what is lost.
    Crash(crash::Options),
    /// A flood of strangers at ten times what the server can take, beside callers with credentials.
    Flood(flood::Options),
    /// The same sign-ups without the guard and with it, through a caller's door and through a form.
    GuardCost(Runs),
    /// Webhooks a second into a local receiver; with --crash, kills the server and looks for what is lost.
    Webhooks(webhooks::Options),
    /// A v1 import of many contacts in one body: rows a second, memory, and sign-ups meanwhile.
    Import(import::Options),
    /// Size, start and idle memory of the server.
    Footprint,
    /// Every figure, with the machine's description.
    All(Runs),
    /// Everything once, tiny, to show that it works.
    Smoke,
    /// Serves the bare handler until ended.
    #[command(hide = true)]
    ServeBaseline {
        #[arg(long)]
        listen: SocketAddr,
    },
}

#[derive(Clone, Debug, Args)]
struct Runs {
    /// Connections, one line of the table each.
    #[arg(long, value_delimiter = ',', default_value = "64,256")]
    connections: Vec<usize>,
    /// Counted seconds of each run.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Seconds before counting begins.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Pairs of baseline and server; the table shows medians.
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Where sign-ups are kept.
    #[arg(long, default_value = "both")]
    engine: Engines,
    /// Client threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Accounts; left out = 1, for journeys 50.
    #[arg(long)]
    accounts: Option<u32>,
    /// Seconds to wait, for each line of the table, for moments in which nothing else runs on the machine.
    #[arg(long, default_value_t = 0)]
    patience: u64,
    /// What the guard does in the accounts.
    #[arg(long, default_value = "enforce")]
    guard: Guard,
    /// Connections to the mail server; left out = the server's own number.
    #[arg(long)]
    mail_connections: Option<usize>,
}

impl Runs {
    fn plan(&self, workload: Workload, seed: u64) -> Plan {
        let accounts = self.accounts.unwrap_or(if workload == Workload::Journey { 50 } else { 1 });
        Plan {
            seconds: self.seconds,
            warm_up: self.warm_up,
            pairs: self.pairs,
            threads: self.threads.max(1),
            accounts: accounts.max(1),
            guard: self.guard,
            patience: Duration::from_secs(self.patience),
            rate: None,
            mail_connections: self.mail_connections,
            seed,
        }
    }

    fn tiny() -> Self {
        Self {
            connections: vec![16],
            seconds: 1.0,
            warm_up: 0.2,
            pairs: 1,
            engine: Engines::Sqlite,
            threads: 1,
            accounts: Some(2),
            patience: 0,
            guard: Guard::Enforce,
            mail_connections: None,
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("bench: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// What the commands share.
struct Bench {
    sink: Sink,
    stores: Stores,
    seed: u64,
}

/// Whether everything went as it should.
fn run(cli: Cli) -> Result<bool> {
    if let Task::ServeBaseline { listen } = cli.task {
        return baseline::serve(listen).map(|()| true);
    }
    let directory = cli.directory.clone().unwrap_or_else(std::env::temp_dir);
    let machine = Machine::look(&directory)?;
    let seed = cli.seed.unwrap_or_else(random::fresh_seed);
    println!("{machine}\nseed {seed}");
    let figures = match &cli.task {
        Task::Baseline(runs) => baseline_figures(runs)?,
        Task::ServeBaseline { .. } => Vec::new(),
        task => {
            let sink = Sink::start()?;
            let stores = Stores::new(server::find_program(cli.server.clone())?, sink.url(), &directory)?;
            let bench = Bench { sink, stores, seed };
            match task {
                Task::Crash(options) => return crash::run(options, &bench.stores, &bench.sink, seed),
                Task::Flood(options) => return flood::run(options, &bench.stores, &bench.sink),
                Task::GuardCost(runs) => return bench.guard_cost(runs),
                Task::Webhooks(options) => return webhooks::run(options, &bench.stores, &bench.sink, seed),
                Task::Import(options) => return import::run(options, &bench.stores),
                Task::SignUps(runs) => bench.figures(runs, &[Workload::Applied])?,
                Task::Mailed(runs) => bench.figures(runs, &[Workload::Mailed])?,
                Task::Delivery(options) => return delivery::run(options, &bench.stores, &bench.sink),
                Task::Customers(runs) => bench.customers(runs)?,
                Task::Journeys(runs) => bench.figures(runs, &[Workload::Journey])?,
                Task::Footprint => {
                    println!("{}", footprint::measure(&bench.stores)?);
                    return Ok(true);
                }
                Task::All(runs) => {
                    println!("{}", footprint::measure(&bench.stores)?);
                    bench.figures(runs, &[Workload::Applied, Workload::Mailed, Workload::Journey])?
                }
                Task::Open { rate, workload, runs } => bench.open(*rate, *workload, runs)?,
                _ => {
                    let well = crash::run(&crash::Options::tiny(), &bench.stores, &bench.sink, seed)?;
                    anyhow::ensure!(well, "the crash test found losses");
                    let options = crash::Options { outbox: true, ..crash::Options::tiny() };
                    let well = crash::run(&options, &bench.stores, &bench.sink, seed)?;
                    anyhow::ensure!(well, "the crash test of the outbox found losses");
                    delivery::run(&delivery::Options::tiny(), &bench.stores, &bench.sink)?;
                    bench.figures(&Runs::tiny(), &[Workload::Applied, Workload::Mailed, Workload::Journey])?
                }
            }
        }
    };
    print!("{}", table(&figures));
    if let Some(path) = cli.json {
        std::fs::write(&path, json(&machine, &figures)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(figures.iter().all(|figure| figure.faults.is_empty()))
}

fn baseline_figures(runs: &Runs) -> Result<Vec<Figure>> {
    let plan = runs.plan(Workload::Applied, 0);
    let line = |connections: &usize| {
        let all = (0..runs.pairs).map(|_| {
            let measured = run_baseline(&plan, *connections)?;
            Ok(Pair { baseline: measured.rate(), other_cores: measured.other_cores(), measured })
        });
        Ok(Figure::of("bare axum", "none", *connections, &all.collect::<Result<Vec<_>>>()?))
    };
    runs.connections.iter().map(line).collect()
}

impl Bench {
    fn figures(&self, runs: &Runs, workloads: &[Workload]) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        for &engine in runs.engine.each() {
            self.describe(engine)?;
            for &workload in workloads {
                for &connections in &runs.connections {
                    let plan = runs.plan(workload, self.seed);
                    figures.push(run_pairs(&plan, &self.stores, &self.sink, engine, workload, connections)?);
                }
            }
        }
        Ok(figures)
    }

    fn guard_cost(&self, runs: &Runs) -> Result<bool> {
        let mut well = true;
        for &engine in runs.engine.each() {
            self.describe(engine)?;
            for &connections in &runs.connections {
                let plan = runs.plan(Workload::Form, self.seed);
                well &= guard_cost::run(&plan, &self.stores, &self.sink, engine, connections)?;
            }
        }
        Ok(well)
    }

    /// The Spektrix door's creations and the logins, round by round beside the Sentori door's sign-ups.
    fn customers(&self, runs: &Runs) -> Result<Vec<Figure>> {
        let workloads = [Workload::Applied, Workload::Web, Workload::Owner, Workload::Logins];
        let (mut figures, mut lines) = (Vec::new(), Vec::new());
        for &engine in runs.engine.each() {
            self.describe(engine)?;
            for &connections in &runs.connections {
                let plan = runs.plan(Workload::Applied, self.seed);
                let (more, said) = run_side_by_side(&plan, &self.stores, &self.sink, engine, &workloads, connections)?;
                figures.extend(more);
                lines.extend(said);
            }
        }
        println!("{}", lines.join("\n"));
        Ok(figures)
    }

    /// An open loop has no baseline beside it: its figure is the latency.
    fn open(&self, rate: f64, workload: Workload, runs: &Runs) -> Result<Vec<Figure>> {
        let mut figures = Vec::new();
        for &engine in runs.engine.each() {
            self.describe(engine)?;
            for &connections in &runs.connections {
                let plan = Plan { rate: Some(rate), ..runs.plan(workload, self.seed) };
                let run = |_| {
                    let measured = run_server(&plan, &self.stores, &self.sink, engine, workload, connections)?;
                    Ok(Pair { baseline: rate, other_cores: measured.other_cores(), measured })
                };
                let pairs = (0..runs.pairs).map(run).collect::<Result<Vec<_>>>()?;
                figures.push(Figure::of(&format!("open {rate}/s"), engine.name(), connections, &pairs));
            }
        }
        Ok(figures)
    }

    fn describe(&self, engine: Engine) -> Result<()> {
        if engine == Engine::Postgres {
            println!("{}", self.stores.postgres()?.describe()?);
        }
        Ok(())
    }
}
