//! "Nothing lost": kills the server, or its PostgreSQL, with SIGKILL at random moments under load, and checks through
//! the API and at the mail sink that what was promised was kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::accounts::Guard;
use crate::api;
use crate::crash_outbox;
use crate::ledger::{Entry, Follow, Seen};
use crate::onslaught::{Onslaught, Record};
use crate::people::{Kind, LISTS, SignUpRequest};
use crate::random::Dice;
use crate::server::Server;
use crate::sign_ups::People;
use crate::sink::{Hold, Sink};
use crate::store::{Engine, Engines, Store, Stores};

/// Faults printed in full.
const SHOWN: usize = 20;

/// How a crash test runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Kills.
    #[arg(long, default_value_t = 50)]
    pub rounds: u32,
    /// Where sign-ups are kept.
    #[arg(long, default_value = "both")]
    pub engine: Engines,
    /// Kills PostgreSQL instead of the server, which must recover by itself.
    #[arg(long)]
    pub kill_postgres: bool,
    /// Seconds within which a confirmation that is owed must come after the last restart, and a server recover; and without
    /// any mail, after which what else is owed counts as lost.
    #[arg(long, default_value_t = 90)]
    pub bound: u64,
    /// Also looks at what sign-ups set off: an automation with two mails and tags between them; the mail server leaves
    /// mails unanswered, so that each kill falls into the middle of some.
    #[arg(long, conflicts_with = "kill_postgres")]
    pub outbox: bool,
    /// Accounts; each round uses the next.
    #[arg(long, default_value_t = 10)]
    pub accounts: u32,
}

impl Options {
    /// Two kills on SQLite.
    pub fn tiny() -> Self {
        Self { rounds: 2, engine: Engines::Sqlite, kill_postgres: false, bound: 90, outbox: false, accounts: 2 }
    }
}

/// Runs the rounds on each engine; whether all promises were kept.
pub fn run(options: &Options, stores: &Stores, sink: &Sink, seed: u64) -> Result<bool> {
    let engines = if options.kill_postgres { &[Engine::Postgres] } else { options.engine.each() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut well = true;
    for (turn, &engine) in (0..).zip(engines) {
        let mut store = stores.make(engine, options.accounts.max(1), Guard::Enforce)?;
        if options.outbox {
            crash_outbox::prepare(&mut store.installation, options.accounts.max(1), sink)?;
        }
        let mut trial = Trial {
            options,
            stores,
            sink,
            store,
            // Others on each engine: the bag of mails is one.
            people: Arc::new(People::from((seed >> 16) + (turn << 40))),
            dice: Dice::new(seed),
            entries: Vec::new(),
            faults: Vec::new(),
            strange: BTreeMap::new(),
            slowest: Duration::ZERO,
        };
        let mut server = trial.store.installation.start()?;
        for round in 1..=options.rounds {
            let account = round % options.accounts.max(1);
            let record;
            (server, record) = if options.kill_postgres {
                trial.lose_postgres(server, account)?
            } else {
                trial.lose_server(server, account)?
            };
            runtime.block_on(trial.check_round(round, server.address, account, record))?;
        }
        runtime.block_on(trial.check_all(server.address))?;
        let what = match (options.kill_postgres, options.outbox) {
            (true, _) => "PostgreSQL killed",
            (_, true) => "server killed in the middle of deliveries",
            _ => "server killed",
        };
        well &= trial.report(&format!("{}, {what}, {} rounds", engine.name(), options.rounds));
    }
    Ok(well)
}

/// One store and everything promised on it.
struct Trial<'a> {
    options: &'a Options,
    stores: &'a Stores,
    sink: &'a Sink,
    store: Store,
    people: Arc<People>,
    dice: Dice,
    entries: Vec<Entry>,
    faults: Vec<String>,
    strange: BTreeMap<String, u64>,
    /// The longest that a restart or a recovery took.
    slowest: Duration,
}

impl Trial<'_> {
    fn begin(&mut self, address: SocketAddr, account: u32) -> Onslaught {
        let onslaught = Onslaught::start(address, account, &self.people, &self.sink.bag, self.dice.roll());
        std::thread::sleep(Duration::from_millis(50 + self.dice.below(1451)));
        onslaught
    }

    fn lose_server(&mut self, mut server: Server, account: u32) -> Result<(Server, Record)> {
        if self.options.outbox {
            crash_outbox::hold(self.sink, &mut self.dice);
        }
        let onslaught = self.begin(server.address, account);
        ensure!(server.is_running(), "the server ended by itself");
        if self.options.outbox {
            crash_outbox::wait_for_middle(self.sink);
        }
        server.kill()?;
        self.sink.bag.hold(Hold::Nothing);
        let record = onslaught.stop()?;
        let server = self.store.installation.start().context("restart after SIGKILL")?;
        self.slowest = self.slowest.max(server.start_time);
        Ok((server, record))
    }

    fn lose_postgres(&mut self, mut server: Server, account: u32) -> Result<(Server, Record)> {
        let onslaught = self.begin(server.address, account);
        self.stores.postgres()?.kill()?;
        std::thread::sleep(Duration::from_millis(self.dice.below(1000)));
        self.stores.postgres()?.restart()?;
        let (restarted, before) = (Instant::now(), onslaught.accepted());
        while onslaught.accepted() == before {
            ensure!(server.is_running(), "the server ended when it lost PostgreSQL");
            if restarted.elapsed() > Duration::from_secs(self.options.bound) {
                self.faults.push("accepted nothing after PostgreSQL was back".into());
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.slowest = self.slowest.max(restarted.elapsed());
        std::thread::sleep(Duration::from_millis(300));
        Ok((server, onslaught.stop()?))
    }

    /// What must hold right after the restart; then the callers who got no answer try again.
    async fn check_round(&mut self, round: u32, address: SocketAddr, account: u32, record: Record) -> Result<()> {
        let Record { mut entries, faults } = record;
        for (what, count) in faults {
            *self.strange.entry(what).or_default() += count;
        }
        let count = |is: &dyn Fn(&Entry) -> bool| entries.iter().filter(|e| is(e)).count();
        eprintln!(
            "round {round}: {} sent, {} accepted, {} refused, {} open",
            entries.len(),
            count(&Entry::is_acknowledged),
            count(&|e| !e.is_acknowledged() && !e.is_open()),
            count(&Entry::is_open)
        );
        self.faults.extend(check(address, account, &mut entries).await?);
        let mut open: Vec<_> = entries.iter_mut().filter(|e| e.answer.is_none() && e.kind != Kind::Refused).collect();
        let strange = RefCell::new(Vec::new());
        api::for_each(address, &mut open, async |connection, entry| {
            let answer = connection.exchange(SignUpRequest::new(entry.kind, "bench").of(entry.wish)).await?;
            match answer.status {
                200 | 206 => entry.answer = Some(answer.status),
                status => strange.borrow_mut().push(format!("a retry answered {status} {}", answer.reason)),
            }
            Ok(())
        })
        .await?;
        for what in strange.into_inner() {
            *self.strange.entry(what).or_default() += 1;
        }
        self.entries.extend(entries);
        Ok(())
    }

    /// Every mail that is owed must come; then every link is followed, and everything looked at again.
    async fn check_all(&mut self, address: SocketAddr) -> Result<()> {
        let mut entries = std::mem::take(&mut self.entries);
        let bag = Arc::clone(&self.sink.bag);
        let start = Instant::now();
        let owes =
            |e: &&Entry| e.kind == Kind::Confirmed && e.is_acknowledged() && bag.tokens(&e.wish.address()).is_empty();
        let owed_at_first = entries.iter().filter(owes).count();
        let mut owed = owed_at_first;
        while owed > 0 && start.elapsed() < Duration::from_secs(self.options.bound) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            owed = entries.iter().filter(owes).count();
        }
        eprintln!(
            "{owed_at_first} mails were owed after the last round; {owed} are {:.1} s later",
            start.elapsed().as_secs_f64()
        );
        for entry in entries.iter().filter(owes).take(SHOWN) {
            self.faults.push(format!("{} {entry:?}: no mail", entry.wish.address()));
        }
        let waiting =
            |e: &&mut Entry| e.kind == Kind::Confirmed && e.is_acknowledged() && e.follow != Follow::Acknowledged;
        let mut to_follow: Vec<_> = entries.iter_mut().filter(waiting).collect();
        api::for_each(address, &mut to_follow, async |connection, entry| {
            if let Some(token) = bag.tokens(&entry.wish.address()).pop() {
                let status = api::confirm(connection, &token).await?;
                ensure!(matches!(status, 200 | 303), "confirm answered {status} for {entry:?}");
                entry.follow = Follow::Acknowledged;
            }
            Ok(())
        })
        .await?;
        if self.options.outbox {
            let late = crash_outbox::check(&self.store.installation, &entries, &bag, self.options);
            self.faults.extend(late?);
        }
        for account in 0..self.options.accounts.max(1) {
            let (mine, others) = entries.into_iter().partition(|e| e.wish.account == account);
            let mut mine: Vec<_> = mine;
            self.faults.extend(check(address, account, &mut mine).await?);
            self.faults
                .extend(mine.iter().filter_map(|entry| too_many_mails(entry, bag.tokens(&entry.wish.address()).len())));
            self.entries.extend(mine);
            entries = others;
        }
        Ok(())
    }

    fn report(&self, title: &str) -> bool {
        let all = self.entries.len();
        let acknowledged = self.entries.iter().filter(|e| e.is_acknowledged()).count();
        let twice = self.entries.iter().filter(|e| self.sink.bag.tokens(&e.wish.address()).len() > 1).count();
        if self.options.outbox {
            let (mails, most) = (self.sink.bag.mails(), self.sink.bag.most_copies());
            println!("{title}: of {mails} mails none came more than {most} times");
        }
        println!(
            "{title}: {all} sign-ups, {acknowledged} acknowledged, {} wrong; {twice} mailed twice; slowest recovery {:.2} s",
            self.faults.len(),
            self.slowest.as_secs_f64()
        );
        for fault in self.faults.iter().take(SHOWN) {
            println!("WRONG {fault}");
        }
        for (what, count) in &self.strange {
            println!("STRANGE {count} × {what}");
        }
        self.faults.is_empty() && self.strange.is_empty()
    }
}

/// Reads everything back and judges it.
pub async fn check(address: SocketAddr, account: u32, entries: &mut [Entry]) -> Result<Vec<String>> {
    let mut connection = crate::client::Connection::open(address).await?;
    let mut lists = Vec::new();
    for list in [LISTS[0], LISTS[1], "MEMBERS1"] {
        lists.push(api::subscribers(&mut connection, account, list).await?);
    }
    let faults = RefCell::new(Vec::new());
    api::for_each(address, entries, async |connection, entry| {
        let address = entry.wish.address();
        let contact = api::contact(connection, account, &address).await?;
        let seen = Seen { contact, lists: std::array::from_fn(|at| lists[at].contains(&address)) };
        if let Err(wrong) = entry.judge(&seen) {
            faults.borrow_mut().push(format!("{address} {entry:?}: {wrong}"));
        }
        Ok(())
    })
    .await?;
    Ok(faults.into_inner())
}

/// A sign-up may be mailed twice, when the server died between the mail server's word and its own note of it.
fn too_many_mails(entry: &Entry, mails: usize) -> Option<String> {
    let allowed = match (entry.kind, entry.is_acknowledged(), entry.is_open()) {
        (Kind::Confirmed, true, _) | (Kind::Confirmed, _, true) => 2,
        _ => 0,
    };
    (mails > allowed).then(|| format!("{} {entry:?}: {mails} mails", entry.wish.address()))
}
