//! `vestibule api-user`: callers with a secret. Secrets are made here and shown once.

use console::callers::{self, Caller, CallerFault};
use model::{ApiUserId, ApiUserKind, ItemKind};
use store::Store;

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The login, or the name of a key or token
    name: String,
    /// Which door it is for
    #[arg(long, value_enum, default_value = "spektrix")]
    kind: Kind,
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    Spektrix,
    Sentori,
    Native,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum ApiUserCommand {
    /// Makes a caller and shows its secret, once
    Create {
        #[command(flatten)]
        which: Which,
        /// What a native token may do, such as contacts:read; a Spektrix login without any may do everything
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
    },
    /// Makes a second secret, which works beside the first until that one is revoked
    Rotate {
        #[command(flatten)]
        which: Which,
    },
    /// Takes a caller away at once, or only the older of its two secrets
    Revoke {
        #[command(flatten)]
        which: Which,
        /// Only the older secret, at the end of a rotation
        #[arg(long)]
        old: bool,
    },
    /// Lists callers with the time of their last use
    List {
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
}

pub(super) fn run(common: &CommonSettings, command: ApiUserCommand) -> Result<(), CommandFault> {
    with_store(common, async |store| match command {
        ApiUserCommand::Create { which, scopes } => create(store, &which, &scopes, false).await,
        ApiUserCommand::Rotate { which } => create(store, &which, &[], true).await,
        ApiUserCommand::Revoke { which, old } => revoke(store, &which, old).await,
        ApiUserCommand::List { account } => list(store, account.as_deref()).await,
    })
}

impl Kind {
    fn kind(self) -> ApiUserKind {
        match self {
            Self::Spektrix => ApiUserKind::Spektrix,
            Self::Sentori => ApiUserKind::Sentori,
            Self::Native => ApiUserKind::Native,
        }
    }
}

fn caller(which: &Which) -> Caller<'_> {
    Caller { kind: which.kind.kind(), name: &which.name }
}

fn fault(fault: &CallerFault) -> CommandFault {
    let hint = match fault {
        CallerFault::Exists(_) => " (`api-user rotate`)",
        CallerFault::TwoSecrets(_) => " (`api-user revoke --old`)",
        CallerFault::OneSecret(_) => " (leave --old out)",
        _ => "",
    };
    CommandFault::new(format_args!("{fault}{hint}"))
}

async fn create(store: &Store, which: &Which, scopes: &[String], rotate: bool) -> Result<(), CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let made = callers::create(store, &account, caller(which), scopes, rotate).await;
    let (name, secret) = made.map_err(|e| fault(&e))?;
    say(format_args!("{name}: {}", secret.reveal()));
    say("This is the only time that the secret is shown.");
    Ok(())
}

async fn revoke(store: &Store, which: &Which, old: bool) -> Result<(), CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let (gone, all) = callers::revoke(store, &account, caller(which), old).await.map_err(|e| fault(&e))?;
    say(format_args!("Revoked {gone} of {all} secrets of {}.", which.name));
    Ok(())
}

async fn list(store: &Store, slug: Option<&str>) -> Result<(), CommandFault> {
    let account = chosen(store, slug).await?;
    let uses = store.uses(account.id).await?;
    let mut items: Vec<_> = account.items.iter().filter(|i| i.kind == ItemKind::ApiUser && !i.removed).collect();
    items.sort_by_key(|i| i.position);
    for item in items {
        let text = |key: &str| item.definition[key].as_str().unwrap_or_default().to_owned();
        let used = uses.iter().find(|(id, _)| *id == ApiUserId(item.id)).map(|(_, at)| at.to_rfc3339());
        let scopes = item.definition["scopes"]
            .as_array()
            .map(|all| all.iter().filter_map(|s| s.as_str()).collect::<Vec<_>>().join(","));
        let used = used.unwrap_or_else(|| "never used, or not noted".into());
        say(format_args!("{}\t{}\t{}\t{used}", text("kind"), text("name"), scopes.unwrap_or_else(|| "-".into())));
    }
    Ok(())
}
