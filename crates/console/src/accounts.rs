//! Between the account file and the store: what an account has now, and what a plan changes.

use account_file::{AccountFile, CurrentItem, Plan};
use model::{AccountSettings, AccountSnapshot, Ambient, ApiUserKind, Directory, ItemKind, Secret};
use store::{ConfigChange, PutItem, Store, StoreError, StoredAccount};

/// Makes or changes an account as its file says, removing nothing. What stands in the way otherwise, a line each.
pub async fn apply_account(store: &Store, text: &str, file_name: &str) -> Result<(), Vec<String>> {
    let file =
        account_file::parse(text, file_name).map_err(|f| f.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let told = |error: StoreError| vec![error.to_string()];
    let (plan, planned_on) = plan(store, &file, false).await.map_err(told)?;
    let mut refusals: Vec<String> = plan.refusals.iter().map(ToString::to_string).collect();
    refusals.extend(collisions(&store.directory(), &file));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    if !plan.is_empty() {
        let change = change(&file, plan, planned_on, store.ambient());
        store.change_account(change).await.map_err(told)?;
    }
    Ok(())
}

/// The current items of an account, as the file's side compares them.
pub fn current_items(account: &StoredAccount, directory: &Directory) -> Vec<CurrentItem> {
    let snapshot = directory.by_id(account.id);
    let version = |id: i64| {
        let statement = snapshot.and_then(|s| s.statement(model::StatementId(id)));
        statement.and_then(|(_, versions)| versions.last().map(|v| v.version)).unwrap_or(0)
    };
    let mut items: Vec<_> = account.items.iter().filter(|i| !i.removed).collect();
    items.sort_by_key(|i| (i.kind, i.position, i.id));
    items
        .into_iter()
        .map(|item| CurrentItem {
            kind: item.kind,
            name: item.name.clone(),
            position: item.position,
            definition: item.definition.clone(),
            secret: item.secret.clone(),
            version: if item.kind == ItemKind::Statement { version(item.id) } else { 0 },
        })
        .collect()
}

/// What applying a file would do, and the version of the account it was planned on (0 = new).
pub async fn plan(store: &Store, file: &AccountFile, prune: bool) -> Result<(Plan, i64), StoreError> {
    let stored = store.account(&file.settings.slug).await?;
    let items = stored.as_ref().map(|a| current_items(a, &store.directory())).unwrap_or_default();
    let settings: Option<&AccountSettings> = stored.as_ref().map(|a| &a.settings);
    let plan = account_file::diff(&items, settings, file, prune);
    Ok((plan, stored.as_ref().map_or(0, |a| a.version)))
}

/// What of a file would collide with another account of the installation, a line each.
pub fn collisions(directory: &Directory, file: &AccountFile) -> Vec<String> {
    let other = |id: Option<&std::sync::Arc<model::AccountSnapshot>>| {
        id.filter(|a| a.settings.slug != file.settings.slug).map(|a| a.settings.slug.clone())
    };
    let mut lines = Vec::new();
    if let Some(code) = intake::guard::unknown_signal(&file.settings.guard_settings.off) {
        lines.push(format!("{}: [guard] off: the guard has no signal `{code}`", file.file_name));
    }
    for item in file.items.iter().filter(|i| i.kind == ItemKind::Form) {
        let guard: model::FormGuard = serde_json::from_value(item.definition["guard"].clone()).unwrap_or_default();
        if let Some(code) = guard.off.as_deref().and_then(intake::guard::unknown_signal) {
            let place = item.place.line;
            lines.push(format!("{}:{place}: [form.guard] off: the guard has no signal `{code}`", file.file_name));
        }
    }
    for domain in &file.settings.custom_domains {
        if let Some(slug) = other(directory.by_domain(domain)) {
            lines.push(format!("custom_domains: {domain} belongs to the account {slug}"));
        }
    }
    for item in file.items.iter().filter(|i| i.kind == ItemKind::ApiUser) {
        let sentori = serde_json::from_value(item.definition["kind"].clone()).ok() == Some(ApiUserKind::Sentori);
        let native = serde_json::from_value(item.definition["kind"].clone()).ok() == Some(ApiUserKind::Native);
        let key = item.secret.as_ref().map(Secret::reveal);
        let holder = key.and_then(|key| match (sentori, native) {
            (true, _) => directory.by_sentori_key(key).map(|(account, _)| account),
            (_, true) => directory.all().iter().find(|account| holds_token(account, key)),
            // A login of the third kind is asked for together with its account's name.
            _ => None,
        });
        if let Some(slug) = other(holder) {
            lines.push(format!("{}:{}: this key belongs to the account {slug}", file.file_name, item.place.line));
        }
    }
    lines
}

fn holds_token(account: &AccountSnapshot, token: &str) -> bool {
    account.api_users.iter().any(|(_, user)| user.kind == ApiUserKind::Native && user.secret.reveal() == token)
}

/// The change that carries a plan out.
pub fn change(file: &AccountFile, plan: Plan, planned_on: i64, ambient: &Ambient) -> ConfigChange {
    let added = plan.adds.into_iter().map(|item| (None, item));
    let changed = plan.changes.into_iter().map(|c| (Some(c.current_name), c.item));
    let put = added
        .chain(changed)
        .map(|(current_name, item)| {
            let made = current_name.is_none()
                && item.kind == ItemKind::Webhook
                && item.secret.is_none()
                && item.definition["kind"] == "standard";
            PutItem {
                kind: item.kind,
                current_name,
                name: item.name,
                position: item.position,
                definition: item.definition,
                secret: if made { Some(webhook_secret(ambient)) } else { item.secret },
            }
        })
        .collect();
    ConfigChange { settings: file.settings.clone(), planned_on: Some(planned_on), put, remove: plan.removals }
}

/// A signing secret in the form that Standard Webhooks' libraries take.
pub fn webhook_secret(ambient: &Ambient) -> Secret {
    let key: [u8; 32] = ambient.random();
    Secret::new(format!("whsec_{}", store::format_master_key(&key).trim()))
}
