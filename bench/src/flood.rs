//! A flood of strangers at ten times what the server can take, beside callers with credentials: who is still answered, how
//! much memory it takes, and how soon it is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::accounts::Guard;
use crate::form_calls::{FormCalls, Turned};
use crate::load::{Load, Measured, run as lay_on};
use crate::server::Server;
use crate::sign_ups::{People, SignUps};
use crate::sink::Sink;
use crate::store::{Engine, Engines, Stores};

/// How the flood is laid on.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Connections of the flood.
    #[arg(long, default_value_t = 2_500)]
    strangers: usize,
    /// Connections of callers with credentials.
    #[arg(long, default_value_t = 64)]
    callers: usize,
    /// Seconds of each part.
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// Where sign-ups are kept.
    #[arg(long, default_value = "both")]
    engine: Engines,
}

/// How many times the strangers' unloaded rate the flood asks for.
const TIMES: f64 = 10.0;
/// What callers with credentials must keep of their unloaded rate, and strangers have again afterwards.
const KEPT: f64 = 0.9;
/// When it must be over.
const RECOVERY: Duration = Duration::from_secs(4);
/// What the server may take more than before the flood, in MiB.
const MORE_MEMORY: f64 = 256.0;

/// Measures and prints; whether everything that is required holds.
pub fn run(options: &Options, stores: &Stores, sink: &Sink) -> Result<bool> {
    let mut well = true;
    for &engine in options.engine.each() {
        well &= one(options, stores, sink, engine)?;
    }
    Ok(well)
}

struct Flooded<'a> {
    server: &'a Server,
    database: Option<u32>,
    people: Arc<People>,
    host: String,
    seconds: Duration,
}

impl Flooded<'_> {
    fn load(&self, connections: usize, warm_up: Duration) -> Load {
        Load {
            target: self.server.address,
            pid: self.server.pid(),
            database: self.database,
            connections,
            threads: 1,
            warm_up,
            length: self.seconds,
            rate: None,
        }
    }

    fn callers(&self, load: &Load) -> Result<Measured> {
        lay_on(load, |_| SignUps::new(Arc::clone(&self.people), 1, &self.host))
    }

    fn strangers(&self, load: &Load) -> Result<Measured> {
        lay_on(load, |_| FormCalls::new(Arc::clone(&self.people), 1, &self.host))
    }
}

fn one(options: &Options, stores: &Stores, sink: &Sink, engine: Engine) -> Result<bool> {
    let store = stores.make(engine, 1, Guard::Enforce)?;
    let server = store.installation.start()?;
    let database = if engine == Engine::Postgres { Some(stores.postgres()?.pid()) } else { None };
    let flooded = Flooded {
        server: &server,
        database,
        people: Arc::default(),
        host: server.address.to_string(),
        seconds: Duration::from_secs_f64(options.seconds),
    };
    let second = Duration::from_secs(1);
    let strangers = flooded.strangers(&flooded.load(256, second))?;
    let callers = flooded.callers(&flooded.load(options.callers, second))?;
    let turned = Arc::new(Turned::default());
    let flood_load = Load { rate: Some(strangers.rate() * TIMES), ..flooded.load(options.strangers, second) };
    let (flood, beside) = std::thread::scope(|scope| {
        let flood = scope.spawn(|| {
            // It begins before the callers are counted and outlasts them.
            let load = Load { length: flood_load.length + second, ..flood_load };
            lay_on(&load, |_| FormCalls::flooding(Arc::clone(&flooded.people), 1, &flooded.host, &turned))
        });
        let beside = flooded.callers(&flooded.load(options.callers, second));
        (flood.join().map_err(|_| anyhow!("the flood panicked")), beside)
    });
    let (flood, beside) = (flood??, beside?);
    let after_callers = flooded.callers(&Load { length: second, ..flooded.load(options.callers, second / 2) })?;
    let after = flooded.strangers(&flooded.load(256, RECOVERY.saturating_sub(second * 3 / 2)))?;
    let kept = beside.rate() / callers.rate();
    let again = after.rate() / strangers.rate();
    let more = flood.highest_rss - callers.highest_rss;
    let (away, down) = (turned.away.load(Ordering::Relaxed), turned.down.load(Ordering::Relaxed));
    println!(
        "{}: alone, strangers {:.0}/s over 256 connections, callers with credentials {:.0}/s over {}\n  \
         flood of {:.0}/s over {} connections: strangers taken {:.0}/s, sent away {away}, turned down {down}; faults {:?}\n  \
         callers {:.0}/s: {kept:.2} of unloaded, p99 {:.1} ms (unloaded {:.1} ms)\n  \
         memory {:.0} MiB before, at most {:.0} MiB\n  \
         afterwards: callers {:.0}/s; strangers, from {:.1} s on, {:.0}/s: {again:.2} of unloaded",
        engine.name(),
        strangers.rate(),
        callers.rate(),
        options.callers,
        strangers.rate() * TIMES,
        options.strangers,
        flood.rate(),
        flood.tally.faults,
        beside.rate(),
        p99(&beside),
        p99(&callers),
        callers.highest_rss,
        flood.highest_rss,
        after_callers.rate(),
        RECOVERY.as_secs_f64(),
        after.rate(),
    );
    let mut well = true;
    let mut require = |holds: bool, what: &str| {
        if !holds {
            println!("  NOT MET: {what}");
        }
        well &= holds;
    };
    require(kept >= KEPT, "callers with credentials keep 0.90 of their unloaded rate");
    require(again >= KEPT, "strangers have 0.90 of their unloaded rate again within 5 s");
    require(more <= MORE_MEMORY, "memory stays bounded");
    require(!flood.tally.sign_ups.is_empty(), "some strangers are still taken");
    require(away > 0, "the flood is more than the server takes");
    for (who, measured) in [("callers", &beside), ("flood", &flood), ("strangers afterwards", &after)] {
        require(measured.tally.faults.is_empty(), &format!("{who} are answered: {:?}", measured.tally.faults));
    }
    sink.bag.clear();
    server.stop()?;
    stores.discard(store)?;
    Ok(well)
}

fn p99(measured: &Measured) -> f64 {
    measured.tally.sign_ups.value_at_quantile(0.99) as f64 / 1000.0
}
