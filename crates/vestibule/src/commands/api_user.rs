//! `vestibule api-user`: callers with a secret. Secrets are made here and shown once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{ApiUserId, ApiUserKind, ItemKind, Secret};
use store::{ConfigChange, PutItem, Store, StoredAccount, StoredItem};

use super::account::{chosen, with_store};
use super::{CommandFault, say};
use crate::settings::CommonSettings;

/// Live secrets that one caller may have: the old and the new one of a rotation.
const MOST_SECRETS: usize = 2;

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
        /// What a native token may do
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

    /// A secret in the form that callers of this kind take.
    fn secret(self, store: &Store) -> Secret {
        let random: [u8; 64] = store.ambient().random();
        let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, b| format!("{text}{b:02x}"));
        Secret::new(match self {
            Self::Spektrix => STANDARD.encode(random),
            Self::Sentori => {
                let parts = [&random[..4], &random[4..6], &random[6..8], &random[8..10], &random[10..16]];
                parts.map(hex).join("-")
            }
            Self::Native => format!("vst_{}", hex(&random[..32])),
        })
    }
}

fn definition_is(item: &StoredItem, which: &Which) -> bool {
    let kind = serde_json::to_value(which.kind.kind()).unwrap_or_default();
    let name = item.definition["name"].as_str().unwrap_or_default();
    item.kind == ItemKind::ApiUser && item.definition["kind"] == kind && name.eq_ignore_ascii_case(&which.name)
}

/// The live secrets of a caller, the oldest first: numbers of rows rise, and a name that is used again keeps its row, so
/// the time of the last change is not known here; the order of names is that of a rotation.
fn live<'a>(account: &'a StoredAccount, which: &Which) -> Vec<&'a StoredItem> {
    let mut items: Vec<_> = account.items.iter().filter(|i| !i.removed && definition_is(i, which)).collect();
    items.sort_by_key(|i| i.position);
    items
}

async fn create(store: &Store, which: &Which, scopes: &[String], rotate: bool) -> Result<(), CommandFault> {
    let name = which.name.trim();
    if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
        return Err(CommandFault::new("a login is not blank and has no colon and no control character in it"));
    }
    let account = chosen(store, which.account.as_deref()).await?;
    let known = live(&account, which);
    match (rotate, known.len()) {
        (false, 1..) => {
            return Err(CommandFault::new(format_args!("{name} exists; `api-user rotate` makes a new secret for it")));
        }
        (true, 0) => return Err(CommandFault::new(format_args!("there is no {name}"))),
        (true, MOST_SECRETS..) => {
            let why = "has two secrets already; take the older away first with `api-user revoke --old`";
            return Err(CommandFault::new(format_args!("{name} {why}")));
        }
        _ => {}
    }
    let secret = which.kind.secret(store);
    let own_name = known.first().and_then(|i| i.definition["name"].as_str()).unwrap_or(name).to_owned();
    let mut definition = serde_json::json!({ "kind": which.kind.kind(), "name": own_name });
    match known.first() {
        Some(first) if first.definition.get("scopes").is_some() => {
            definition["scopes"] = first.definition["scopes"].clone();
        }
        _ if !scopes.is_empty() => definition["scopes"] = serde_json::json!(scopes),
        _ => {}
    }
    // The natural names that account files give: "spektrix Login", "spektrix Login #2".
    let kind = definition["kind"].as_str().unwrap_or_default();
    let names = (1..).map(|nth| match nth {
        1 => format!("{kind} {own_name}"),
        nth => format!("{kind} {own_name} #{nth}"),
    });
    let free = names.into_iter().find(|n| !known.iter().any(|k| k.name.eq_ignore_ascii_case(n)));
    let position = account.items.iter().filter(|i| i.kind == ItemKind::ApiUser).map(|i| i.position).max();
    let put = PutItem {
        kind: ItemKind::ApiUser,
        current_name: None,
        name: free.unwrap_or_default(),
        position: position.unwrap_or(0) + 1,
        definition,
        secret: Some(secret.clone()),
    };
    change(store, &account, vec![put], Vec::new()).await?;
    say(format_args!("{own_name}: {}", secret.reveal()));
    say("This is the only time that the secret is shown.");
    Ok(())
}

async fn revoke(store: &Store, which: &Which, old: bool) -> Result<(), CommandFault> {
    let account = chosen(store, which.account.as_deref()).await?;
    let known = live(&account, which);
    let gone = match (old, known.as_slice()) {
        (_, []) => return Err(CommandFault::new(format_args!("there is no {}", which.name))),
        (true, [_]) => {
            return Err(CommandFault::new(format_args!("{} has one secret only; leave --old out", which.name)));
        }
        (true, [older, ..]) => vec![*older],
        (false, all) => all.to_vec(),
    };
    let remove = gone.iter().map(|i| (ItemKind::ApiUser, i.name.clone())).collect();
    change(store, &account, Vec::new(), remove).await?;
    say(format_args!("Revoked {} of {} secrets of {}.", gone.len(), known.len(), which.name));
    Ok(())
}

async fn change(
    store: &Store,
    account: &StoredAccount,
    put: Vec<PutItem>,
    remove: Vec<(ItemKind, String)>,
) -> Result<(), CommandFault> {
    let settings = account.settings.clone();
    store.change_account(ConfigChange { settings, planned_on: Some(account.version), put, remove }).await?;
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
