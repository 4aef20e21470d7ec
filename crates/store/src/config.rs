//! Accounts' configuration in the store: items as JSON definitions with natural names, statements with every version of
//! their wording, secrets sealed.

use std::sync::Arc;

use model::{
    AccountId, AccountRows, AccountSettings, AccountSnapshot, Ambient, ApiUser, ApiUserId, AutomationId, FieldId,
    FormId, ItemKind, ListId, Secret, Statement, StatementId, StatementVersion, TagGroupId, TagId, Timestamp,
    WebhookId,
};
use serde_json::Value as Json;

use crate::error::{Result, StoreError};
use crate::ids::Ids;
use crate::keys::Keys;
use crate::sql::{Conn, statements};
use crate::webhooks;

statements! {
    ACCOUNTS = "SELECT id, config_version FROM account ORDER BY id";
    ACCOUNT_BY_ID = "SELECT slug, settings, config_version FROM account WHERE id = $1";
    ACCOUNT_BY_SLUG = "SELECT id, config_version FROM account WHERE slug = $1";
    NEW_ACCOUNT = "INSERT INTO account (id, slug, settings, config_version, created_at) VALUES ($1, $2, $3, 0, $4)";
    // Reading and raising the version in one statement also locks the account against another change.
    RAISE_VERSION = "UPDATE account SET config_version = config_version + 1 WHERE id = $1 RETURNING config_version";
    SET_SETTINGS = "UPDATE account SET settings = $2 WHERE id = $1";
    ITEMS = "SELECT id, kind, name, position, definition, secret, removed_at FROM config_item WHERE account_id = $1 \
        ORDER BY kind, position, id";
    PUT_ITEM = "INSERT INTO config_item (account_id, id, kind, name, position, definition, secret, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name, \
        position = excluded.position, definition = excluded.definition, secret = excluded.secret, \
        changed_at = excluded.changed_at, removed_at = NULL";
    REMOVE_ITEM = "UPDATE config_item SET removed_at = $3, changed_at = $3 WHERE account_id = $1 AND id = $2";
    VERSIONS = "SELECT statement_id, version, definition, since FROM statement_version WHERE account_id = $1 \
        ORDER BY statement_id, version";
    NEW_VERSION = "INSERT INTO statement_version (account_id, statement_id, version, definition, since) \
        VALUES ($1, $2, $3, $4, $5)";
}

/// An item as it is stored.
#[derive(Clone, Debug)]
pub struct StoredItem {
    /// Its number, by which contacts refer to it.
    pub id: i64,
    /// What it is.
    pub kind: ItemKind,
    /// Its natural name.
    pub name: String,
    /// Its place among its kind.
    pub position: i64,
    /// The model's struct as JSON, without secrets.
    pub definition: Json,
    /// Its secret, opened.
    pub secret: Option<Secret>,
    /// Whether it was taken out of the configuration.
    pub removed: bool,
}

/// An account's whole configuration.
#[derive(Clone, Debug)]
pub struct StoredAccount {
    /// The account.
    pub id: AccountId,
    /// Raised by every change.
    pub version: i64,
    /// `[account]`.
    pub settings: AccountSettings,
    /// Items, removed ones included.
    pub items: Vec<StoredItem>,
}

/// An item to add or change.
#[derive(Clone, Debug)]
pub struct PutItem {
    /// What it is.
    pub kind: ItemKind,
    /// The name it has now, where it changes.
    pub current_name: Option<String>,
    /// Its natural name.
    pub name: String,
    /// Its place among its kind.
    pub position: i64,
    /// The model's struct as JSON, without secrets.
    pub definition: Json,
    /// Its secret; `None` keeps the one it has.
    pub secret: Option<Secret>,
}

/// A change of an account's configuration: all or nothing.
#[derive(Clone, Debug)]
pub struct ConfigChange {
    /// `[account]`; the slug says which account, and a new one makes a new account.
    pub settings: AccountSettings,
    /// The version the change was planned on; `None` = whatever there is. 0 = the account must be new.
    pub planned_on: Option<i64>,
    /// Items to add or change.
    pub put: Vec<PutItem>,
    /// Items to take out.
    pub remove: Vec<(ItemKind, String)>,
}

/// The accounts with the versions of their configuration.
pub(crate) fn versions(conn: &mut Conn) -> Result<Vec<(AccountId, i64)>> {
    conn.rows(&ACCOUNTS, &[], |row| Ok((AccountId(row.int()?), row.int()?)))
}

/// The account with that slug.
pub(crate) fn account_by_slug(conn: &mut Conn, keys: &Keys, slug: &str) -> Result<Option<StoredAccount>> {
    let found = conn.row(&ACCOUNT_BY_SLUG, &[slug.into()], |row| Ok(AccountId(row.int()?)))?;
    found.map(|id| account(conn, keys, id)).transpose().map(Option::flatten)
}

/// An account's whole configuration.
pub(crate) fn account(conn: &mut Conn, keys: &Keys, id: AccountId) -> Result<Option<StoredAccount>> {
    let head = conn.row(&ACCOUNT_BY_ID, &[id.0.into()], |row| {
        row.text()?;
        Ok((row.json::<AccountSettings>()?, row.int()?))
    })?;
    let Some((settings, version)) = head else { return Ok(None) };
    let items = conn.rows(&ITEMS, &[id.0.into()], |row| {
        let (number, kind, name, position) = (row.int()?, row.text()?, row.text()?, row.int()?);
        let definition = row.json()?;
        let secret = row.bytes_opt()?.map(|sealed| keys.open(id, &sealed)).transpose()?;
        // A newer node may know kinds that this one does not.
        let kind = ItemKind::from_stored(&kind);
        Ok(kind.map(|kind| (number, kind, name, position, definition, secret)).zip(Some(row.int_opt()?.is_some())))
    })?;
    let items = items
        .into_iter()
        .flatten()
        .map(|((id, kind, name, position, definition, secret), removed)| StoredItem {
            id,
            kind,
            name,
            position,
            definition,
            secret,
            removed,
        })
        .collect();
    Ok(Some(StoredAccount { id, version, settings, items }))
}

/// An account as nodes keep it in memory.
pub(crate) fn snapshot(conn: &mut Conn, keys: &Keys, id: AccountId) -> Result<Option<Arc<AccountSnapshot>>> {
    let Some(account) = account(conn, keys, id)? else { return Ok(None) };
    let versions = conn.rows(&VERSIONS, &[id.0.into()], |row| {
        let (statement, version) = (row.int()?, row.int()?);
        let definition: Statement = row.json()?;
        let since = row.time()?;
        Ok((statement, statement_version(&definition, version, since)))
    })?;
    let mut states = webhooks::states(conn, keys, id)?;
    let mut rows = AccountRows::default();
    for item in account.items.into_iter().filter(|i| !i.removed) {
        let (id, definition) = (item.id, item.definition);
        match item.kind {
            ItemKind::Field => rows.fields.push((FieldId(id), read(definition)?)),
            ItemKind::TagGroup => rows.tag_groups.push((TagGroupId(id), read(definition)?)),
            ItemKind::Tag => rows.tags.push((TagId(id), read(definition)?)),
            ItemKind::MailingList => rows.lists.push((ListId(id), read(definition)?)),
            ItemKind::Statement => {
                let own = versions.iter().filter(|(s, _)| *s == id).map(|(_, v)| v.clone()).collect();
                rows.statements.push((StatementId(id), read(definition)?, own));
            }
            ItemKind::Form => rows.forms.push((FormId(id), read(definition)?)),
            ItemKind::Automation => rows.automations.push((AutomationId(id), read(definition)?)),
            ItemKind::Webhook => {
                let mut endpoint: model::WebhookEndpoint = read(definition)?;
                endpoint.secret = item.secret;
                endpoint.state = states.remove(&id).unwrap_or_default();
                rows.webhooks.push((WebhookId(id), endpoint));
            }
            ItemKind::ApiUser => rows.api_users.push((ApiUserId(id), api_user(definition, item.secret)?)),
        }
    }
    Ok(Some(Arc::new(AccountSnapshot::build(account.id, account.version, account.settings, rows))))
}

fn read<T: serde::de::DeserializeOwned>(definition: Json) -> Result<T> {
    serde_json::from_value(definition).map_err(|e| StoreError::Fault(format!("unreadable configuration: {e}")))
}

fn api_user(mut definition: Json, secret: Option<Secret>) -> Result<ApiUser> {
    // A caller whose secret is gone can never match: an empty secret is refused by every door.
    definition["secret"] = Json::String(secret.map_or_else(String::new, |s| s.reveal().to_owned()));
    read(definition)
}

fn statement_version(statement: &Statement, version: i64, since: Timestamp) -> StatementVersion {
    StatementVersion {
        version,
        text: statement.text.clone(),
        channel: statement.channel,
        basis: statement.basis,
        since,
    }
}

/// Changes an account's configuration in one transaction; the account and its new version.
pub(crate) fn change(
    conn: &mut Conn,
    keys: &Keys,
    ambient: &Ambient,
    change: &ConfigChange,
) -> Result<(AccountId, i64)> {
    let now = ambient.now();
    let mut ids = Ids::rows();
    ids.reserve(conn, change.put.len() as i64 + 1)?;
    let slug = change.settings.slug.as_str();
    conn.transaction(|conn| {
        let found = conn.row(&ACCOUNT_BY_SLUG, &[slug.into()], |row| Ok(AccountId(row.int()?)))?;
        let settings = serde_json::to_string(&change.settings).map_err(|e| StoreError::Fault(e.to_string()))?;
        let id = if let Some(id) = found {
            id
        } else {
            let id = ids.take();
            conn.run(&NEW_ACCOUNT, &[id.into(), slug.into(), settings.as_str().into(), now.into()])?;
            AccountId(id)
        };
        let version = conn
            .row(&RAISE_VERSION, &[id.0.into()], |row| row.int())?
            .ok_or_else(|| StoreError::Conflict("the account is gone".into()))?;
        if change.planned_on.is_some_and(|planned| planned != version - 1) {
            return Err(StoreError::Conflict("the account was changed meanwhile; plan again".into()));
        }
        conn.run(&SET_SETTINGS, &[id.0.into(), settings.as_str().into()])?;
        let current = account(conn, keys, id)?.map(|a| a.items).unwrap_or_default();
        for item in &change.put {
            let name = item.current_name.as_ref().unwrap_or(&item.name);
            let known = current.iter().find(|c| c.kind == item.kind && c.name == *name);
            put(conn, keys, ambient, id, &mut ids, known, item)?;
        }
        for (kind, name) in &change.remove {
            if let Some(known) = current.iter().find(|c| c.kind == *kind && c.name == *name && !c.removed) {
                conn.run(&REMOVE_ITEM, &[id.0.into(), known.id.into(), now.into()])?;
            }
        }
        Ok((id, version))
    })
}

fn put(
    conn: &mut Conn,
    keys: &Keys,
    ambient: &Ambient,
    account: AccountId,
    ids: &mut Ids,
    known: Option<&StoredItem>,
    item: &PutItem,
) -> Result<()> {
    let now = ambient.now();
    let id = known.map_or_else(|| ids.take(), |k| k.id);
    let mut definition = item.definition.clone();
    if matches!(item.kind, ItemKind::Tag | ItemKind::TagGroup | ItemKind::Statement)
        && definition["spektrix_id"].as_str().is_none_or(str::is_empty)
    {
        let kept = known.and_then(|k| k.definition["spektrix_id"].as_str()).filter(|i| !i.is_empty());
        definition["spektrix_id"] = kept.map_or_else(|| vendor_id(ambient, id), str::to_owned).into();
    }
    let secret = item.secret.as_ref().or_else(|| known.and_then(|k| k.secret.as_ref()));
    let sealed = secret.map(|s| keys.seal(account, s, ambient)).transpose()?;
    // Receivers have time to take over a new secret.
    if let (ItemKind::Webhook, Some(new), Some(old)) = (item.kind, &item.secret, known.and_then(|k| k.secret.as_ref()))
        && new != old
    {
        webhooks::keep_former(conn, keys, ambient, account, id, old, now.plus(webhooks::FORMER_SECRET_SIGNS))?;
    }
    if item.kind == ItemKind::Statement {
        version(conn, account, id, &definition, now)?;
    }
    let text = definition.to_string();
    conn.run(
        &PUT_ITEM,
        &[
            account.0.into(),
            id.into(),
            item.kind.stored().into(),
            (&item.name).into(),
            item.position.into(),
            (&text).into(),
            crate::sql::Value::Bytes(sealed.as_deref()),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Keeps a new version of a statement when its wording, channel or legal ground has changed.
fn version(conn: &mut Conn, account: AccountId, id: i64, definition: &Json, now: Timestamp) -> Result<()> {
    let statement: Statement = read(definition.clone())?;
    let versions = conn.rows(&VERSIONS, &[account.0.into()], |row| {
        let (statement, version) = (row.int()?, row.int()?);
        Ok((statement, version, row.json::<Statement>()?))
    })?;
    let newest = versions.iter().rfind(|(s, ..)| *s == id);
    let same = newest.is_some_and(|(_, _, old)| {
        old.text == statement.text && old.channel == statement.channel && old.basis == statement.basis
    });
    if !same {
        let number = newest.map_or(1, |(_, v, _)| v + 1);
        let text = definition.to_string();
        conn.run(&NEW_VERSION, &[account.0.into(), id.into(), number.into(), (&text).into(), now.into()])?;
    }
    Ok(())
}

/// An id in the vendor's form: a number, `A`, then letters of a 16-letter set, 33 characters in all (Spektrix
/// reference, section 1).
fn vendor_id(ambient: &Ambient, number: i64) -> String {
    const LETTERS: &[u8; 16] = b"BCDGHJKLMNPQRSTV";
    let mut id = format!("{number}A");
    for byte in ambient.random::<32>() {
        if id.len() < 33 {
            id.push(char::from(LETTERS[usize::from(byte & 15)]));
        }
    }
    id
}
