//! Mails a second out of the outbox into the sink, over one and over several connections: when nothing else waits, and with
//! a million other rows, half of them not due yet and half of accounts that this server does not serve.

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};

use crate::accounts::Guard;
use crate::api;
use crate::people::{Kind, SignUpRequest, Wish};
use crate::process::{cpu_seconds, family_cpu_seconds};
use crate::report::median;
use crate::sink::Sink;
use crate::store::{Engine, Engines, Store, Stores};

/// How delivery is measured.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Connections to the mail server.
    #[arg(long, value_delimiter = ',', default_value = "1,8")]
    connections: Vec<usize>,
    /// Other rows that wait in the outbox.
    #[arg(long, default_value_t = 1_000_000)]
    waiting: u64,
    /// Mails of each run.
    #[arg(long, default_value_t = 20_000)]
    mails: u64,
    /// Runs of each kind, the empty and the full outbox in turn; the table shows medians.
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Accounts that the mails belong to.
    #[arg(long, default_value_t = 50)]
    accounts: u32,
    /// Where the outbox is.
    #[arg(long, default_value = "both")]
    engine: Engines,
}

impl Options {
    /// A few mails, once, on SQLite.
    pub fn tiny() -> Self {
        Self { connections: vec![1, 8], waiting: 2_000, mails: 300, pairs: 1, accounts: 2, engine: Engines::Sqlite }
    }
}

/// The ratio that a full outbox must keep to.
const REQUIRED: f64 = 0.8;
/// Row numbers of the bench begin here, far above the server's own.
const FIRST_ROW: u64 = 1 << 50;

/// One outbox.
struct Outbox<'a> {
    stores: &'a Stores,
    sink: &'a Sink,
    store: Store,
    engine: Engine,
    mails: u64,
    runs: u64,
}

/// One run.
struct Drained {
    mails_per_second: f64,
    cpu_us: f64,
    database_cpu_us: f64,
}

/// Measures and prints; whether every mail came once and the full outbox keeps up.
pub fn run(options: &Options, stores: &Stores, sink: &Sink) -> Result<bool> {
    let mut well = true;
    println!("engine    connections  waiting  mails/s  CPU µs  db µs");
    for &engine in options.engine.each() {
        let mut empty = Outbox::make(options, stores, sink, engine)?;
        let mut full = Outbox::make(options, stores, sink, engine)?;
        full.fill(options)?;
        for &connections in &options.connections {
            let mut runs = [Vec::new(), Vec::new()];
            for _ in 0..options.pairs.max(1) {
                runs[0].push(empty.drain(connections)?);
                runs[1].push(full.drain(connections)?);
            }
            let medians = [(0, &runs[0]), (options.waiting, &runs[1])].map(|(waiting, runs)| {
                let over = |value: &dyn Fn(&Drained) -> f64| median(&runs.iter().map(value).collect::<Vec<_>>());
                let rate = over(&|d| d.mails_per_second);
                println!(
                    "{:<8}  {connections:>11}  {waiting:>7}  {rate:>7.0}  {:>6.0}  {:>5.0}",
                    engine.name(),
                    over(&|d| d.cpu_us),
                    over(&|d| d.database_cpu_us)
                );
                rate
            });
            let ratio = medians[1] / medians[0];
            let enough = ratio >= REQUIRED || options.pairs < 3;
            println!(
                "{}, {connections} connections: {ratio:.2} of empty{}",
                engine.name(),
                if enough { "" } else { " BELOW 0.80" }
            );
            well &= enough;
        }
        stores.discard(empty.store)?;
        stores.discard(full.store)?;
    }
    Ok(well)
}

impl<'a> Outbox<'a> {
    fn make(options: &Options, stores: &'a Stores, sink: &'a Sink, engine: Engine) -> Result<Self> {
        let accounts = options.accounts.max(1);
        let store = stores.make(engine, accounts, Guard::Off)?;
        let server = store.installation.start()?;
        let mut people: Vec<Wish> =
            (0..options.mails).map(|n| Wish::new((n % u64::from(accounts)) as u32, n)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(api::for_each(server.address, &mut people, async |connection, wish| {
            let answer = connection.exchange(SignUpRequest::new(Kind::Applied, "bench").of(*wish)).await?;
            ensure!(answer.status == 200, "a sign-up answered {} {}", answer.status, answer.reason);
            Ok(())
        }))?;
        server.stop()?;
        Ok(Self { stores, sink, store, engine, mails: options.mails, runs: 0 })
    }

    /// Puts other rows into it.
    fn fill(&self, options: &Options) -> Result<()> {
        let (now, half) = (now()?, options.waiting / 2);
        let rows = |account: &str, first: u64, due: u64, count: u64| {
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
                 INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, payload, created_at, owed_since) \
                 SELECT {account}, {first} + i, 'automation_step', 1, 0, {due} + i, 0, \
                 '{{\"kind\":\"automation_step\",\"run\":1,\"step\":0}}', {now}, {now} FROM n;"
            )
        };
        let month = 30 * 24 * 3600 * 1_000_000;
        let mut sql = String::from("BEGIN;");
        let each = (half / u64::from(options.accounts.max(1))).max(1);
        for account in 0..options.accounts.max(1) {
            let id = format!("(SELECT DISTINCT account_id FROM contact ORDER BY account_id LIMIT 1 OFFSET {account})");
            sql += &rows(&id, FIRST_ROW * 2 + u64::from(account) * each * 2, now + month, each);
        }
        sql += &rows("999999999", FIRST_ROW * 3, now - half, half);
        sql += "COMMIT;";
        self.stores.script(&self.store, &sql)?;
        self.settle_down()
    }

    /// As a database that has run for a while would be.
    fn settle_down(&self) -> Result<()> {
        match self.engine {
            Engine::Postgres => self.stores.script(&self.store, "VACUUM ANALYZE delivery"),
            Engine::Sqlite => Ok(()),
        }
    }

    /// Owes each person a mail, starts a server, and waits until the sink has them all.
    fn drain(&mut self, connections: usize) -> Result<Drained> {
        self.runs += 1;
        let (first, now) = (FIRST_ROW + self.runs * 1_000_000_000, now()?);
        let dies = now + 24 * 3600 * 1_000_000;
        let sql = format!(
            "INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, contact_id, payload, created_at, owed_since) \
             SELECT account_id, {first} + ROW_NUMBER() OVER (ORDER BY id), 'preferences_link', 1, 0, {now}, 0, id, \
             '{{\"kind\":\"preferences_link\",\"contact\":' || id || ',\"expires_at\":{dies}}}', {now}, {now} FROM contact"
        );
        self.stores.script(&self.store, &sql)?;
        self.settle_down()?;
        self.store.installation.mail_url = Some(format!("{}?connections={connections}", self.sink.url()));
        let bag = &self.sink.bag;
        let before = bag.mails();
        let server = self.store.installation.start()?;
        let database = || -> Result<f64> {
            Ok(if self.engine == Engine::Postgres { family_cpu_seconds(self.stores.postgres()?.pid()) } else { 0.0 })
        };
        let limit = Instant::now() + Duration::from_secs(120 + self.mails / 50);
        let wait_for = |mails: u64| -> Result<Instant> {
            while bag.mails() - before < mails {
                ensure!(Instant::now() < limit, "{} of {} mails came", bag.mails() - before, self.mails);
                std::thread::sleep(Duration::from_micros(500));
            }
            Ok(Instant::now())
        };
        // The first tenth is the start.
        let tenth = self.mails / 10;
        let begun = wait_for(tenth)?;
        let (cpu, database_cpu, at_first) = (cpu_seconds(server.pid()), database()?, bag.mails() - before);
        let ended = wait_for(self.mails)?;
        let counted = (self.mails - at_first).max(1) as f64;
        let drained = Drained {
            mails_per_second: counted / (ended - begun).as_secs_f64(),
            cpu_us: (cpu_seconds(server.pid()) - cpu) * 1e6 / counted,
            database_cpu_us: (database()? - database_cpu) * 1e6 / counted,
        };
        server.stop()?;
        let came = bag.mails() - before;
        ensure!(came == self.mails, "{came} mails came for {}", self.mails);
        bag.clear();
        Ok(drained)
    }
}

/// The machine's clock, as the server's rows tell time: microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the server under test keeps to the machine's clock")]
fn now() -> Result<u64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("the clock is before 1970")?;
    Ok(u64::try_from(since.as_micros())?)
}
