//! Callers with a secret: made, rotated and revoked, by the console and by the command line alike.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{ApiUserKind, ItemKind, Secret};
use store::{ConfigChange, PutItem, Store, StoreError, StoredAccount, StoredItem};

/// Live secrets that one caller may have: the old and the new one of a rotation.
const MOST_SECRETS: usize = 2;

/// Why a caller was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CallerFault {
    /// The name cannot be used.
    #[error("a login is not blank and has no colon and no control character in it")]
    Name,
    /// There is one of that name and kind.
    #[error("{0} exists; rotating makes a new secret for it")]
    Exists(String),
    /// There is none.
    #[error("there is no {0}")]
    Unknown(String),
    /// A rotation is under way.
    #[error("{0} has two secrets already; take the older away first")]
    TwoSecrets(String),
    /// There is no older secret to take away.
    #[error("{0} has one secret only")]
    OneSecret(String),
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which caller: its kind and its name.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Which door it is for.
    pub kind: ApiUserKind,
    /// The login, or the name of a key or token.
    pub name: &'a str,
}

impl Caller<'_> {
    fn is(self, item: &StoredItem) -> bool {
        let kind = serde_json::to_value(self.kind).unwrap_or_default();
        let name = item.definition["name"].as_str().unwrap_or_default();
        item.kind == ItemKind::ApiUser && item.definition["kind"] == kind && name.eq_ignore_ascii_case(self.name)
    }
}

/// A secret in the form that callers of a kind take.
fn new_secret(kind: ApiUserKind, store: &Store) -> Secret {
    let random: [u8; 64] = store.ambient().random();
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, b| format!("{text}{b:02x}"));
    Secret::new(match kind {
        ApiUserKind::Spektrix => STANDARD.encode(random),
        ApiUserKind::Sentori => {
            let parts = [&random[..4], &random[4..6], &random[6..8], &random[8..10], &random[10..16]];
            parts.map(hex).join("-")
        }
        ApiUserKind::Native => format!("vst_{}", hex(&random[..32])),
    })
}

/// The live secrets of a caller, the oldest first: a name that is used again keeps its row, so the order of places is
/// that of a rotation.
fn live<'a>(account: &'a StoredAccount, which: Caller<'_>) -> Vec<&'a StoredItem> {
    let mut items: Vec<_> = account.items.iter().filter(|i| !i.removed && which.is(i)).collect();
    items.sort_by_key(|i| i.position);
    items
}

/// Makes a caller, or with `rotate` a second secret for one: its name as written before, and the secret, which is shown
/// this once.
pub async fn create(
    store: &Store,
    account: &StoredAccount,
    which: Caller<'_>,
    scopes: &[String],
    rotate: bool,
) -> Result<(String, Secret), CallerFault> {
    let name = which.name.trim();
    if name.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
        return Err(CallerFault::Name);
    }
    let known = live(account, which);
    match (rotate, known.len()) {
        (false, 1..) => return Err(CallerFault::Exists(name.to_owned())),
        (true, 0) => return Err(CallerFault::Unknown(name.to_owned())),
        (true, MOST_SECRETS..) => return Err(CallerFault::TwoSecrets(name.to_owned())),
        _ => {}
    }
    let secret = new_secret(which.kind, store);
    let own_name = known.first().and_then(|i| i.definition["name"].as_str()).unwrap_or(name).to_owned();
    let mut definition = serde_json::json!({ "kind": which.kind, "name": own_name });
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
    let mut names = names;
    let free = names.find(|n| !known.iter().any(|k| k.name.eq_ignore_ascii_case(n)));
    let position = account.items.iter().filter(|i| i.kind == ItemKind::ApiUser).map(|i| i.position).max();
    let put = PutItem {
        kind: ItemKind::ApiUser,
        current_name: None,
        name: free.unwrap_or_default(),
        position: position.unwrap_or(0) + 1,
        definition,
        secret: Some(secret.clone()),
    };
    change(store, account, vec![put], Vec::new()).await?;
    Ok((own_name, secret))
}

/// Takes a caller away at once, or only the older of its two secrets; how many secrets went, of how many.
pub async fn revoke(
    store: &Store,
    account: &StoredAccount,
    which: Caller<'_>,
    old: bool,
) -> Result<(usize, usize), CallerFault> {
    let known = live(account, which);
    let gone = match (old, known.as_slice()) {
        (_, []) => return Err(CallerFault::Unknown(which.name.to_owned())),
        (true, [_]) => return Err(CallerFault::OneSecret(which.name.to_owned())),
        (true, [older, ..]) => vec![*older],
        (false, all) => all.to_vec(),
    };
    let remove = gone.iter().map(|i| (ItemKind::ApiUser, i.name.clone())).collect();
    change(store, account, Vec::new(), remove).await?;
    Ok((gone.len(), known.len()))
}

async fn change(
    store: &Store,
    account: &StoredAccount,
    put: Vec<PutItem>,
    remove: Vec<(ItemKind, String)>,
) -> Result<(), StoreError> {
    let settings = account.settings.clone();
    store.change_account(ConfigChange { settings, planned_on: Some(account.version), put, remove }).await?;
    Ok(())
}
