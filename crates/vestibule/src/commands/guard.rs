//! `vestibule guard`: why a sign-up was judged as it was, what is in quarantine, release, and judging a recording.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use intake::guard::{Guard, Policy, Reason, Replay, Verdict, judge_line};
use intake::{Intake, IntakeSettings, Released};
use model::{AccountSnapshot, MailState, Outcome, SignUpId};
use store::{Store, VerdictRow};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

#[derive(Debug, clap::Subcommand)]
pub(super) enum GuardCommand {
    /// Tells why a sign-up was judged as it was
    Explain {
        /// The number of the sign-up, as `guard list` shows it
        id: i64,
        #[command(flatten)]
        which: Which,
    },
    /// Lists the newest sign-ups with a verdict
    List {
        /// accept, quiet, challenge or refuse
        #[arg(long, default_value = "quiet", value_parser = ["accept", "quiet", "challenge", "refuse"])]
        verdict: String,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        most: i64,
        #[command(flatten)]
        which: Which,
    },
    /// Goes on with a sign-up in quarantine as if it had just come in
    Release {
        /// The number of the sign-up, as `guard list` shows it
        id: i64,
        #[command(flatten)]
        which: Which,
    },
    /// Judges recorded sign-ups in order, one JSON object a line; sends and stores nothing
    Judge {
        /// The recording
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
}

pub(super) fn run(common: &CommonSettings, command: GuardCommand) -> Result<(), CommandFault> {
    with_store(common, async |store| match command {
        GuardCommand::Explain { id, which } => explain(store, &snapshot(store, &which).await?, id).await,
        GuardCommand::List { verdict, most, which } => {
            list(store, &snapshot(store, &which).await?, verdict, most).await
        }
        GuardCommand::Release { id, which } => release(store, &snapshot(store, &which).await?, id).await,
        GuardCommand::Judge { file, which } => judge(&snapshot(store, &which).await?, &file),
    })
}

async fn snapshot(store: &Store, which: &Which) -> Result<Arc<AccountSnapshot>, CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let found = store.directory().by_id(account.id).cloned();
    found.ok_or_else(|| CommandFault::new("the account has just been removed"))
}

/// A verdict as it is stored.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Stored {
    verdict: String,
    applied: Option<String>,
    reasons: Vec<String>,
    withheld: Option<String>,
}

fn stored(row: &VerdictRow) -> Stored {
    row.verdict.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

async fn explain(store: &Store, account: &Arc<AccountSnapshot>, id: i64) -> Result<(), CommandFault> {
    let Some(row) = store.verdict(account.id, id).await? else {
        return Err(CommandFault::new(format_args!("there is no sign-up {id} in {}", account.settings.slug)));
    };
    say(format_args!("sign-up {id}, {}, door {}, outcome {}", row.at.to_rfc3339(), row.door, row.outcome));
    if row.verdict.is_none() {
        say("no verdict: the account's guard was off, or the sign-up was released from quarantine");
        return Ok(());
    }
    let verdict = stored(&row);
    match &verdict.applied {
        Some(applied) => say(format_args!(
            "verdict {}, which changed it to {applied}: the caller vouches for the person, \
             shows no challenge, or the guard only records",
            verdict.verdict
        )),
        None => say(format_args!("verdict {}", verdict.verdict)),
    }
    for code in &verdict.reasons {
        say(sentence(code));
    }
    if verdict.reasons.is_empty() {
        say("  nothing was noticed");
    }
    if let Some(code) = &verdict.withheld {
        say("the confirmation mail:");
        say(sentence(code));
    }
    Ok(())
}

fn sentence(code: &str) -> String {
    match Reason::from_code(code) {
        Some(reason) => format!("  {code} ({}): {}", reason.weight().class(), reason.sentence()),
        None => format!("  {code}"),
    }
}

async fn list(store: &Store, account: &Arc<AccountSnapshot>, verdict: String, most: i64) -> Result<(), CommandFault> {
    for row in store.verdicts(account.id, verdict, most).await? {
        let verdict = stored(&row);
        let reasons: Vec<_> = verdict.reasons.iter().chain(&verdict.withheld).map(String::as_str).collect();
        say(format_args!("{}\t{}\t{}\t{}\t{}", row.id, row.at.to_rfc3339(), row.door, row.outcome, reasons.join(" ")));
    }
    Ok(())
}

async fn release(store: &Store, account: &Arc<AccountSnapshot>, id: i64) -> Result<(), CommandFault> {
    // Nobody delivers in this process: what is owed waits in the outbox for a server.
    drop(store.handed_over());
    let settings = IntakeSettings { mail_wait: Duration::ZERO, ..IntakeSettings::default() };
    match Intake::new(store.clone(), settings).release(account, SignUpId(id)).await {
        Ok(Released::Before) => say(format_args!("sign-up {id} was released before; nothing was done")),
        Ok(Released::Now(outcome)) => say(match outcome {
            Outcome::Applied { .. } => "released: its values are set",
            Outcome::Pending { mail: MailState::Withheld, .. } => {
                "released: held until it is confirmed, but no mail goes out (`guard explain` of the new sign-up says why)"
            }
            Outcome::Pending { .. } => "released: held until it is confirmed; the mail goes out when a server runs",
            Outcome::Quiet { .. } => "released",
        }),
        Err(model::Refusal::NotFound) => {
            let slug = &account.settings.slug;
            return Err(CommandFault::new(format_args!("there is no sign-up {id} in quarantine in {slug}")));
        }
        Err(refusal) => return Err(CommandFault::new(format_args!("could not be released: {refusal:?}"))),
    }
    Ok(())
}

fn judge(account: &Arc<AccountSnapshot>, file: &PathBuf) -> Result<(), CommandFault> {
    let name = file.display();
    let fault = |error: std::io::Error| CommandFault::new(format_args!("{name}: {error}"));
    let reader = std::io::BufReader::new(std::fs::File::open(file).map_err(fault)?);
    let first = account.forms.first();
    let policy = match first {
        Some(form) => Policy::of_form(&account.settings, &form.form.guard),
        None => Policy::new(&account.settings),
    };
    let limits = policy.settings.recipients.clone();
    let form = first.map(|f| f.id);
    let origins = account.settings.allowed_origins.clone();
    let mut replay = Replay::new(Guard::default(), policy, limits, account.id, form, origins);
    let mut counts = [0_usize; 4];
    for (number, line) in (1..).zip(reader.lines()) {
        let line = line.map_err(fault)?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = judge_line(&mut replay, &line)
            .map_err(|error| CommandFault::new(format_args!("{name}:{number}: {error}")))?;
        let verdict = serde_json::from_str::<Stored>(&answer).map(|a| a.verdict).unwrap_or_default();
        let names = [Verdict::Accept, Verdict::Quiet, Verdict::Challenge, Verdict::Refuse { retry_after: None }];
        if let Some(at) = names.iter().position(|v| v.name() == verdict) {
            counts[at] += 1;
        }
        say(answer);
    }
    tracing::info!(accept = counts[0], quiet = counts[1], challenge = counts[2], refuse = counts[3], "judged");
    Ok(())
}
