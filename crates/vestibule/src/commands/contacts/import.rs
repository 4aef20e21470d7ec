//! Contacts taken in from a file. One thread reads and checks rows, the store takes them in pieces; a run that was ended
//! in the middle goes on where it stopped, when the same file is given again.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use doors::spektrix::DoorState;
use intake::{ImportRow, Imported, Intake, IntakeSettings, Seen, UploadCounts};
use model::AccountSnapshot;
use sha2::{Digest, Sha256};
use store::{CustomerKey, Store, Upload};
use tokio::sync::mpsc;

use super::columns::{self, Column};
use super::rows::{Row, Rows, line};
use super::source::Source;
use super::{CommandFault, say, snapshot};

#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Import {
    /// The file: .csv, or .jsonl with a JSON object on each line
    file: PathBuf,
    /// What a column holds: its name in the file, and ours; `NAME=-` leaves it out
    #[arg(long, value_name = "NAME=OURS")]
    map: Vec<String>,
    /// The file's encoding, such as windows-1252; guessed otherwise
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// What the group of this import is called; the file's name otherwise
    #[arg(long)]
    name: Option<String>,
    /// Shows what would be taken in, and takes nothing in
    #[arg(long)]
    dry_run: bool,
    /// Where rows that are not taken go, with line and reason; FILE.rejected.csv otherwise
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
}

/// Rows that were read and checked.
#[derive(Default)]
struct Batch {
    rows: Vec<ImportRow>,
    /// The same rows as they stand in the file, where the store may refuse them.
    given: Vec<Option<Row>>,
    refused: Vec<(Row, String)>,
    /// How many rows were read up to here.
    to: i64,
    /// The names of the columns.
    head: Arc<[String]>,
}

/// What the reading thread needs.
struct Reader {
    intake: Intake,
    account: Arc<AccountSnapshot>,
    rows: Rows,
    map: HashMap<String, String>,
    columns: Vec<Result<Column, String>>,
    seen: Seen,
    ids: Seen,
    /// Rows that an earlier run took.
    skip: i64,
    most: Arc<AtomicUsize>,
}

pub(super) async fn import(store: &Store, import: Import) -> Result<(), CommandFault> {
    let account = snapshot(store, import.account.as_deref()).await?;
    let name = import.file.display().to_string();
    let fault = |why: String| CommandFault::new(format_args!("{name}: {why}"));
    let source = Source::open(&import.file, import.encoding.as_deref()).map_err(fault)?;
    let map = mapping(&import.map)?;
    let fingerprint = fingerprint(&source, &import);
    let (length, read, encoding) = (source.length, Arc::clone(&source.read), source.encoding());
    let rows = source.rows().map_err(fault)?;
    let intake = Intake::new(store.clone(), IntakeSettings::default());
    let most = Arc::new(AtomicUsize::new(store.import_pace().rows));
    let mut reader = Reader {
        intake: intake.clone(),
        account: Arc::clone(&account),
        rows,
        map,
        columns: Vec::new(),
        seen: Seen::default(),
        ids: Seen::default(),
        skip: 0,
        most: Arc::clone(&most),
    };
    let first = reader
        .begin()
        .map_err(|faults| CommandFault(faults.into_iter().map(|why| format!("vestibule: {name}: {why}")).collect()))?;
    let rejected = import.rejected.clone().unwrap_or_else(|| import.file.with_extension("rejected.csv"));
    let mut progress = Progress::new(length, read);
    if import.dry_run {
        return dry_run(store, &account, reader, first, &name, encoding, &mut progress).await;
    }
    let group = import
        .name
        .clone()
        .unwrap_or_else(|| import.file.file_name().map_or_else(|| name.clone(), |n| n.to_string_lossy().into_owned()));
    let mut upload = intake.open_import(account.id, group, fingerprint).await?;
    reader.skip = upload.progress;
    if upload.progress > 0 {
        say(format_args!("{name}: goes on behind row {}", upload.progress));
    }
    let state = DoorState::new(store).map_err(CommandFault::new)?;
    let decode = |id: &str| match state.key_of(id) {
        CustomerKey::Public(_, made_from) => made_from,
        _ => None,
    };
    let mut counts = UploadCounts::read(&upload.counts);
    let mut out = RejectedRows::new(&rejected, &upload)?;
    let (sender, mut batches) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || reader.read_on(first, &sender));
    while let Some(batch) = batches.recv().await {
        let Batch { rows, given, refused, to, head } = batch;
        counts.total += (to - upload.progress) as u64;
        counts.refused += refused.len() as u64;
        out.write(&head, &refused)?;
        let (all, now) =
            intake.import_rows(&account, &mut upload, rows, to, counts, decode).await.map_err(|error| {
                CommandFault(vec![
                    format!("vestibule: {name}: {error}"),
                    "vestibule: the same command goes on where this one stopped".into(),
                ])
            })?;
        counts = now;
        let late = |(given, came_to): (Option<Row>, &Imported)| {
            let why = match came_to {
                Imported::OtherId => "the address belongs to a customer with another id",
                Imported::IdTaken => "the customer id belongs to another address",
                _ => return None,
            };
            Some((given?, why.to_owned()))
        };
        out.write(&head, &given.into_iter().zip(&all).filter_map(late).collect::<Vec<_>>())?;
        progress.show(counts.total);
        let pace = store.import_pace();
        most.store(pace.rows, Ordering::Relaxed);
        if !pace.pause.is_zero() {
            tokio::time::sleep(pace.pause).await;
        }
    }
    progress.end();
    reading.await.map_err(CommandFault::new)?.map_err(|why| {
        CommandFault(vec![
            format!("vestibule: {name}: {why}"),
            format!("vestibule: the {} rows before were taken in", counts.total),
        ])
    })?;
    intake.store().finish_upload(&upload, counts.json()).await?;
    let known = counts.changed + counts.same;
    say(format_args!("{name}: {} new, {known} known already, {} not to be taken", counts.new, counts.refused));
    say(format_args!("Taken in: {} new, {} changed, {} as they were.", counts.new, counts.changed, counts.same));
    say(format_args!("They are in group {}, which `vestibule contacts export --group {0}` writes out.", upload.id));
    if counts.refused == 0 {
        return Ok(());
    }
    Err(CommandFault::new(format_args!("{} rows were not taken; see {}", counts.refused, rejected.display())))
}

async fn dry_run(
    store: &Store,
    account: &Arc<AccountSnapshot>,
    mut reader: Reader,
    first: Option<Row>,
    name: &str,
    encoding: &str,
    progress: &mut Progress,
) -> Result<(), CommandFault> {
    let held: Vec<String> = reader
        .rows
        .head()
        .iter()
        .zip(&reader.columns)
        .map(|(name, column)| match column {
            Ok(Column::Ignored) | Err(_) => format!("{name}: left out"),
            Ok(Column::Field(field)) => format!("{name}: {field}"),
            Ok(other) => format!("{name}: {other:?}"),
        })
        .collect();
    say(format_args!("{name} is {encoding}; its columns: {}", held.join(", ")));
    let (sender, mut batches) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || reader.read_on(first, &sender));
    let (mut rows, mut known, mut refused, mut samples) = (0, 0, 0, Vec::new());
    while let Some(batch) = batches.recv().await {
        rows += batch.rows.len() as u64;
        refused += batch.refused.len() as u64;
        let room = 10_usize.saturating_sub(samples.len());
        samples.extend(batch.refused.iter().take(room).map(|(row, why)| format!("line {}: {why}", row.line)));
        known += store.known_of(account.id, batch.rows.iter().map(|r| r.key().to_owned()).collect()).await?;
        progress.show(batch.to as u64);
    }
    progress.end();
    reading.await.map_err(CommandFault::new)?.map_err(|why| CommandFault::new(format_args!("{name}: {why}")))?;
    samples.iter().for_each(say);
    say(format_args!("{name}: {} new, {known} known already, {refused} not to be taken", rows - known));
    say("Nothing was changed: this was a dry run.");
    if refused == 0 { Ok(()) } else { Err(CommandFault::new(format_args!("{refused} rows would not be taken"))) }
}

fn mapping(given: &[String]) -> Result<HashMap<String, String>, CommandFault> {
    let pair = |text: &String| {
        let (theirs, ours) = text.rsplit_once('=').ok_or_else(|| {
            CommandFault::new(format_args!("--map {text}: a column of the file and what it holds, with = between them"))
        })?;
        Ok((theirs.trim().to_owned(), ours.trim().to_owned()))
    };
    given.iter().map(pair).collect()
}

/// What tells this import from another: the file's bytes, and how they are read.
fn fingerprint(source: &Source, import: &Import) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(source.fingerprint);
    for map in &import.map {
        hash.update([0]);
        hash.update(map);
    }
    hash.update([1]);
    hash.update(source.encoding());
    hash.finalize().into()
}

impl Reader {
    /// Finds out what the columns hold; the first row, which may be needed for that.
    fn begin(&mut self) -> Result<Option<Row>, Vec<String>> {
        let first = self.rows.next().map_err(|why| vec![why])?;
        self.name_columns();
        let unknown: Vec<String> = self.columns.iter().filter_map(|c| c.clone().err()).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        if first.is_some() && !self.columns.contains(&Ok(Column::Email)) {
            return Err(vec!["there is no column Email; say --map \"NAME=Email\" for the one that holds it".into()]);
        }
        Ok(first)
    }

    fn name_columns(&mut self) {
        for name in &self.rows.head()[self.columns.len()..] {
            self.columns.push(columns::named(&self.account, &self.map, name));
        }
    }

    /// Reads to the end. The rows before a fault are handed on.
    fn read_on(&mut self, first: Option<Row>, to: &mpsc::Sender<Batch>) -> Result<(), String> {
        let (mut next, mut number) = (first, 0);
        let mut batch = Batch::default();
        let mut fault = None;
        while let Some(row) = next.take() {
            number += 1;
            let checked = self.check(&row);
            if number > self.skip {
                match checked {
                    Ok(checked) => {
                        batch.given.push(checked.public_id().is_some().then_some(row));
                        batch.rows.push(checked);
                    }
                    Err(why) => batch.refused.push((row, why)),
                }
                batch.to = number;
                if batch.rows.len() + batch.refused.len() >= self.most.load(Ordering::Relaxed) {
                    batch.head = self.rows.head().into();
                    if to.blocking_send(std::mem::take(&mut batch)).is_err() {
                        return Ok(());
                    }
                }
            }
            match self.rows.next() {
                Ok(row) => next = row,
                Err(why) => fault = Some(why),
            }
            if self.columns.len() < self.rows.head().len() {
                self.name_columns();
            }
        }
        if batch.to > 0 {
            batch.head = self.rows.head().into();
            // Nobody waits for it only when the other side failed, and says why itself.
            let _ = to.blocking_send(batch);
        }
        fault.map_or(Ok(()), Err)
    }

    fn check(&mut self, row: &Row) -> Result<ImportRow, String> {
        let contact = columns::contact(&self.account, &self.columns, row)?;
        let checked = self.intake.check_import(&self.account, contact).map_err(|faults| columns::described(&faults))?;
        if !self.seen.first(checked.key()) {
            return Err("the address stands in the file before".into());
        }
        if checked.public_id().is_some_and(|id| !self.ids.first(id)) {
            return Err("the customer id stands in the file before".into());
        }
        Ok(checked)
    }
}

/// The file of rows that were not taken; made when there is one.
struct RejectedRows {
    path: PathBuf,
    file: Option<std::fs::File>,
    /// Lines that an earlier run wrote, as far as it counts.
    written: u64,
}

impl RejectedRows {
    fn new(path: &Path, upload: &Upload) -> Result<Self, CommandFault> {
        let mut rows = Self { path: path.to_owned(), file: None, written: 0 };
        if upload.progress == 0 {
            // What another import left would be taken for this one's.
            let _ = std::fs::remove_file(path);
            return Ok(rows);
        }
        // Of an earlier run only what it had counted: the rest comes again.
        let counted = UploadCounts::read(&upload.counts).refused;
        if counted > 0
            && let Ok(source) = Source::open(path, Some("utf-8"))
        {
            let mut kept = String::new();
            if let Ok(mut old) = source.rows() {
                kept.push_str(&line(old.head()));
                while let (true, Ok(Some(row))) = (rows.written < counted, old.next()) {
                    kept.push_str(&line(row.fields()));
                    rows.written += 1;
                }
            }
            rows.open(&kept)?;
        }
        Ok(rows)
    }

    fn fault(&self, error: &std::io::Error) -> CommandFault {
        CommandFault::new(format_args!("{}: {error}", self.path.display()))
    }

    fn open(&mut self, head: &str) -> Result<(), CommandFault> {
        let made = std::fs::File::create(&self.path).and_then(|mut f| f.write_all(head.as_bytes()).map(|()| f));
        self.file = Some(made.map_err(|e| self.fault(&e))?);
        Ok(())
    }

    fn write(&mut self, head: &[String], refused: &[(Row, String)]) -> Result<(), CommandFault> {
        if refused.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.open(&line(["Line", "Reason"].into_iter().chain(head.iter().map(String::as_str))))?;
        }
        let mut text = String::new();
        for (row, why) in refused {
            let number = row.line.to_string();
            let _ = write!(text, "{}", line([number.as_str(), why.as_str()].into_iter().chain(row.fields())));
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let done = file.write_all(text.as_bytes());
        done.map_err(|e| self.fault(&e))
    }
}

/// How far an import is, on standard error: in place on a terminal, else a line every now and then.
struct Progress {
    length: u64,
    read: Arc<AtomicU64>,
    began: Instant,
    shown: Instant,
    terminal: bool,
}

impl Progress {
    fn new(length: u64, read: Arc<AtomicU64>) -> Self {
        let now = Instant::now();
        Self { length, read, began: now, shown: now, terminal: std::io::stderr().is_terminal() }
    }

    #[expect(clippy::print_stderr, reason = "progress goes to standard error")]
    fn show(&mut self, rows: u64) {
        let every = if self.terminal { Duration::from_millis(200) } else { Duration::from_secs(10) };
        if self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let (taken, seconds) = (self.read.load(Ordering::Relaxed), self.began.elapsed().as_secs_f64());
        let share = taken as f64 / self.length.max(1) as f64;
        let left = seconds / share.max(1e-6) * (1.0 - share);
        let text = format!("{:3.0} %  {rows} rows  {:.0}/s  {left:.0} s left", share * 100.0, rows as f64 / seconds);
        if self.terminal { eprint!("\r{text}   ") } else { eprintln!("{text}") }
    }

    #[expect(clippy::print_stderr, reason = "progress goes to standard error")]
    fn end(&self) {
        if self.terminal {
            eprintln!();
        }
    }
}
