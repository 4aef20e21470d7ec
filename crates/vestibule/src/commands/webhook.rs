//! `vestibule webhook`: receivers of webhooks, their secrets, and switching one on again. Secrets are made here and shown
//! once.

use std::time::Duration;

use model::{AccountSnapshot, ItemKind, WebhookEndpoint, WebhookId, WebhookKind};
use store::{ConfigChange, PutItem, Store, StoredAccount, StoredItem};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;
use console::accounts::webhook_secret;

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Its name, or its URL where it has none; `sentori` for the vendor's
    name: String,
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum WebhookCommand {
    /// Lists receivers with their state
    List {
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
    /// Makes a new secret and shows it, once; the one before signs beside it for a while
    Rotate {
        #[command(flatten)]
        which: Which,
        /// How many hours the one before still signs
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(0..=720))]
        keep_old: u64,
    },
    /// Ends the secret before the present one at once
    EndOld(Which),
    /// Switches a receiver on again that was switched off after days of failure
    Enable(Which),
    /// Shows the secret that signs the webhooks of automations
    AutomationSecret {
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
}

pub(super) fn run(common: &CommonSettings, command: WebhookCommand) -> Result<(), CommandFault> {
    with_store(common, async |store| match command {
        WebhookCommand::List { account } => list(store, account.as_deref()).await,
        WebhookCommand::Rotate { which, keep_old } => rotate(store, &which, keep_old).await,
        WebhookCommand::EndOld(which) => end_old(store, &which).await,
        WebhookCommand::Enable(which) => enable(store, &which).await,
        WebhookCommand::AutomationSecret { account } => {
            let account = chosen(store, account.as_deref()).await?;
            say(delivery::webhook::automation_secret(store.keys(), account.id).reveal());
            Ok(())
        }
    })
}

/// The item that a command names.
fn found<'a>(account: &'a StoredAccount, which: &Which) -> Result<&'a StoredItem, CommandFault> {
    let is = |item: &&StoredItem| {
        let url = item.definition["urls"]["url"].as_str();
        item.name.eq_ignore_ascii_case(&which.name) || url == Some(which.name.as_str())
    };
    let mut items = account.items.iter().filter(|i| i.kind == ItemKind::Webhook && !i.removed);
    items.find(is).ok_or_else(|| CommandFault::new(format_args!("there is no webhook {}", which.name)))
}

async fn snapshot(store: &Store, account: &StoredAccount) -> Result<std::sync::Arc<AccountSnapshot>, CommandFault> {
    store.refresh().await?;
    let found = store.directory().by_id(account.id).cloned();
    found.ok_or_else(|| CommandFault::new("the account is gone"))
}

fn endpoint(account: &AccountSnapshot, id: i64) -> Result<&WebhookEndpoint, CommandFault> {
    let found = account.webhooks.iter().find(|(w, _)| *w == WebhookId(id)).map(|(_, e)| e);
    found.ok_or_else(|| CommandFault::new("the webhook is gone"))
}

async fn list(store: &Store, slug: Option<&str>) -> Result<(), CommandFault> {
    let account = chosen(store, slug).await?;
    let snapshot = snapshot(store, &account).await?;
    let failing = store.failing_webhooks().await?;
    let mut items: Vec<_> = account.items.iter().filter(|i| i.kind == ItemKind::Webhook && !i.removed).collect();
    items.sort_by_key(|i| i.position);
    for item in items {
        let endpoint = endpoint(&snapshot, item.id)?;
        for (slot, url) in &endpoint.urls {
            let off = endpoint.state.given_up.iter().find(|(s, _)| s == slot);
            let fails = failing.iter().find(|f| f.webhook == WebhookId(item.id) && f.slot == *slot);
            let state = match (endpoint.disabled, off, fails) {
                (true, ..) => "disabled".to_owned(),
                (_, Some((_, at)), _) => format!("switched off {}", at.to_rfc3339()),
                (_, _, Some(fails)) => format!("failing since {}", fails.since.to_rfc3339()),
                _ => "on".to_owned(),
            };
            let now = store.ambient().now();
            let two = endpoint.state.former_secret.as_ref().filter(|(_, until)| *until > now);
            let secrets = match (endpoint.kind, two) {
                (WebhookKind::Sentori, _) => "vhash".to_owned(),
                (_, Some((_, until))) => format!("two secrets until {}", until.to_rfc3339()),
                _ => "one secret".to_owned(),
            };
            say(format_args!("{}\t{slot}\t{url}\t{state}\t{secrets}", item.name));
        }
    }
    Ok(())
}

async fn rotate(store: &Store, which: &Which, keep_old: u64) -> Result<(), CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let item = found(&account, which)?;
    let snapshot = snapshot(store, &account).await?;
    let known = endpoint(&snapshot, item.id)?;
    if known.kind == WebhookKind::Sentori {
        return Err(CommandFault::new(
            "the vendor's webhooks have no secret of their own: vhash is made with the API key",
        ));
    }
    let now = store.ambient().now();
    if known.state.former_secret.as_ref().is_some_and(|(_, until)| *until > now) {
        let why = "has two live secrets already; end the older first with `webhook end-old`";
        return Err(CommandFault::new(format_args!("{} {why}", item.name)));
    }
    let (secret, before) = (webhook_secret(store.ambient()), item.secret.clone());
    let put = PutItem {
        kind: ItemKind::Webhook,
        current_name: None,
        name: item.name.clone(),
        position: item.position,
        definition: item.definition.clone(),
        secret: Some(secret.clone()),
    };
    let (settings, planned_on) = (account.settings.clone(), Some(account.version));
    store.change_account(ConfigChange { settings, planned_on, put: vec![put], remove: Vec::new() }).await?;
    let until = now.plus(Duration::from_secs(keep_old * 3600));
    let former = before.filter(|_| keep_old > 0).map(|old| (old, until));
    let signs = former.is_some();
    store.former_secret_until(account.id, WebhookId(item.id), former).await?;
    say(format_args!("{}: {}", item.name, secret.reveal()));
    say("This is the only time that the secret is shown.");
    if signs {
        say(format_args!("The one before signs as well until {}.", until.to_rfc3339()));
    }
    Ok(())
}

async fn end_old(store: &Store, which: &Which) -> Result<(), CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let item = found(&account, which)?;
    store.former_secret_until(account.id, WebhookId(item.id), None).await?;
    say(format_args!("{}: only the present secret signs.", item.name));
    Ok(())
}

async fn enable(store: &Store, which: &Which) -> Result<(), CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let item = found(&account, which)?;
    let snapshot = snapshot(store, &account).await?;
    if endpoint(&snapshot, item.id)?.disabled {
        return Err(CommandFault::new(format_args!("{} has `disabled = true` in the account file", item.name)));
    }
    store.trust_webhook_again(account.id, WebhookId(item.id)).await?;
    say(format_args!("{} is on.", item.name));
    Ok(())
}
