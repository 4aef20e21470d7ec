//! `vestibule deliveries`: what is owed to the outside, what was given up, and what to do about it.

use clap::{Subcommand, ValueEnum};
use model::DeliveryId;
use store::{DeliveryState, Handled, Lane, OutboxFilter, OutboxRow, Store, StoredAccount};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

/// What can be done with deliveries.
#[derive(Debug, Subcommand)]
pub(crate) enum DeliveriesCommand {
    /// Lists deliveries, the newest first
    List {
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
        /// Only this lane
        #[arg(long)]
        lane: Option<LaneName>,
        /// Only in this state; dead = given up
        #[arg(long)]
        state: Option<StateName>,
        /// Only older than this delivery
        #[arg(long, value_name = "ID")]
        before: Option<i64>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Shows one delivery with its attempts
    Show {
        /// The delivery
        id: i64,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
    /// Tries deliveries again at once: given up, withdrawn, or waiting for their next attempt
    Replay(Chosen),
    /// Ends deliveries that are owed or given up: they are never tried again
    Drop(Chosen),
}

/// Which deliveries a command is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Chosen {
    /// The deliveries
    #[arg(value_name = "ID", required_unless_present = "dead")]
    ids: Vec<i64>,
    /// All that were given up, up to 10,000 at a time
    #[arg(long, conflicts_with = "ids")]
    dead: bool,
    /// With --dead: only this lane
    #[arg(long, requires = "dead")]
    lane: Option<LaneName>,
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LaneName {
    Confirmation,
    Mail,
    Webhook,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StateName {
    Owed,
    Done,
    Dead,
    Withdrawn,
}

impl From<LaneName> for Lane {
    fn from(name: LaneName) -> Self {
        match name {
            LaneName::Confirmation => Self::Confirmation,
            LaneName::Mail => Self::Mail,
            LaneName::Webhook => Self::Webhook,
        }
    }
}

impl From<StateName> for DeliveryState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Owed => Self::Owed,
            StateName::Done => Self::Done,
            StateName::Dead => Self::Dead,
            StateName::Withdrawn => Self::Withdrawn,
        }
    }
}

pub(super) fn run(common: &CommonSettings, command: DeliveriesCommand) -> Result<(), CommandFault> {
    with_store(common, async |store| match command {
        DeliveriesCommand::List { account, lane, state, before, limit, json } => {
            let account = chosen(store, account.as_deref()).await?;
            let filter = OutboxFilter {
                lane: lane.map(Lane::from),
                state: state.map(DeliveryState::from),
                before: before.map(DeliveryId),
                most: limit,
            };
            list(store, &account, filter, json).await
        }
        DeliveriesCommand::Show { id, account } => {
            let account = chosen(store, account.as_deref()).await?;
            show(store, &account, DeliveryId(id)).await
        }
        DeliveriesCommand::Replay(which) => {
            let account = chosen(store, which.account.as_deref()).await?;
            let ids = ids(store, &account, &which).await?;
            report(store.replay(account.id, ids).await?, "falls due now")
        }
        DeliveriesCommand::Drop(which) => {
            let account = chosen(store, which.account.as_deref()).await?;
            let ids = ids(store, &account, &which).await?;
            report(store.drop_deliveries(account.id, ids).await?, "dropped")
        }
    })
}

async fn list(store: &Store, account: &StoredAccount, filter: OutboxFilter, json: bool) -> Result<(), CommandFault> {
    let rows = store.outbox(account.id, filter).await?;
    if json {
        for row in &rows {
            say(as_json(row));
        }
        return Ok(());
    }
    if rows.is_empty() {
        say("There is none.");
        return Ok(());
    }
    say(format_args!("{:>10}  {:<16} {:<13} {:<10} {:>5}  {:<20}  WHY", "ID", "WHAT", "LANE", "STATE", "TRIES", "DUE"));
    for row in &rows {
        let line = format!(
            "{:>10}  {:<16} {:<13} {:<10} {:>5}  {:<20}  {}",
            row.id,
            row.kind,
            row.lane.name(),
            state(row),
            row.attempts,
            seconds(row.finished_at.unwrap_or(row.due_at)),
            row.last_error.as_deref().unwrap_or("")
        );
        say(line.trim_end());
    }
    Ok(())
}

async fn show(store: &Store, account: &StoredAccount, id: DeliveryId) -> Result<(), CommandFault> {
    let found = store.outbox_row(account.id, id).await?;
    let (row, attempts) = found.ok_or_else(|| CommandFault::new(format_args!("there is no delivery {id}")))?;
    say(format_args!("Delivery {} ({}, lane {}): {}", row.id, row.kind, row.lane.name(), state(&row)));
    if let Some(contact) = row.contact {
        say(format_args!("  contact      {contact}"));
    }
    say(format_args!("  owed since   {}", row.created_at.to_rfc3339()));
    match row.finished_at {
        Some(at) => say(format_args!("  ended        {}", at.to_rfc3339())),
        None if row.in_hand => say(format_args!("  a node has it until {}", row.due_at.to_rfc3339())),
        None => say(format_args!("  due          {}", row.due_at.to_rfc3339())),
    }
    say(format_args!("  attempts     {}", row.attempts));
    if let Some(error) = &row.last_error {
        say(format_args!("  last         {error}"));
    }
    say(format_args!("  payload      {}", row.payload));
    for past in attempts {
        let error = past.error.as_deref().unwrap_or("");
        let line = format!("  attempt {:<4} {}  {:<11} {error}", past.attempt, past.at.to_rfc3339(), past.result);
        say(line.trim_end());
    }
    Ok(())
}

/// The deliveries that a command names.
async fn ids(store: &Store, account: &StoredAccount, which: &Chosen) -> Result<Vec<DeliveryId>, CommandFault> {
    if !which.dead {
        return Ok(which.ids.iter().copied().map(DeliveryId).collect());
    }
    let filter =
        OutboxFilter { lane: which.lane.map(Lane::from), state: Some(DeliveryState::Dead), before: None, most: 10_000 };
    Ok(store.outbox(account.id, filter).await?.into_iter().map(|row| row.id).collect())
}

fn report(handled: Vec<(DeliveryId, Handled)>, done: &str) -> Result<(), CommandFault> {
    let mut faults = Vec::new();
    for (id, handled) in &handled {
        match handled {
            Handled::Yes => say(format_args!("Delivery {id}: {done}.")),
            Handled::Unknown => faults.push(format!("vestibule: there is no delivery {id}")),
            Handled::InHand => {
                faults.push(format!("vestibule: a node is at work on delivery {id}; try again in a minute"));
            }
            Handled::Over => faults.push(format!("vestibule: delivery {id} is over already")),
        }
    }
    if handled.is_empty() {
        say("There is none.");
    }
    if faults.is_empty() { Ok(()) } else { Err(CommandFault(faults)) }
}

fn state(row: &OutboxRow) -> &'static str {
    if row.state == DeliveryState::Owed && row.in_hand { "under way" } else { row.state.name() }
}

fn seconds(at: model::Timestamp) -> String {
    model::Timestamp(at.0.div_euclid(1_000_000).saturating_mul(1_000_000)).to_rfc3339()
}

fn as_json(row: &OutboxRow) -> String {
    let payload: serde_json::Value = serde_json::from_str(&row.payload).unwrap_or_default();
    serde_json::json!({
        "id": row.id.0,
        "kind": row.kind,
        "lane": row.lane.name(),
        "state": row.state.name(),
        "in_hand": row.in_hand,
        "attempts": row.attempts,
        "contact": row.contact.map(|c| c.0),
        "due_at": row.due_at.to_rfc3339(),
        "created_at": row.created_at.to_rfc3339(),
        "finished_at": row.finished_at.map(model::Timestamp::to_rfc3339),
        "last_error": row.last_error,
        "payload": payload,
    })
    .to_string()
}
