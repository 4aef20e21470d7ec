//! A receiver of webhooks: its state, its secrets, a test call, and the calls made to it.

use std::time::Duration;

use account_file::ItemKind;
use askama::Template;
use model::{ContactId, Secret, WebhookEndpoint, WebhookId, WebhookKind};
use serde_json::{Value, json};
use store::{ConfigChange, Lane, OutboxFilter, Owed, PutItem};

use super::contact_history::{self, owed};
use super::file::stored;
use crate::accounts::webhook_secret;
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

/// How long the secret before the present one still signs.
const KEEP_OLD: Duration = Duration::from_secs(24 * 3600);
/// Calls shown, and looked through for them.
const SHOWN: usize = 20;
const LOOKED_THROUGH: i64 = 400;

/// One of its URLs.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) url: String,
    pub(crate) state: String,
    pub(crate) class: &'static str,
}

/// What can be done with a receiver, and what was.
pub(crate) struct Ops {
    pub(crate) action: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) signed: bool,
    pub(crate) former_until: Option<String>,
    pub(crate) off: bool,
    pub(crate) testable: bool,
    pub(crate) calls: Vec<contact_history::Owed>,
    pub(crate) sent: bool,
}

#[derive(Template)]
#[template(path = "console/secret.html")]
struct Made<'a> {
    shell: &'a Shell,
    name: &'a str,
    secret: String,
    href: String,
    list: String,
    kept: bool,
}

/// Where it leads, for lists.
pub(super) fn about(definition: &Value) -> String {
    let urls = definition["urls"].as_object();
    let urls: Vec<&str> = urls.into_iter().flatten().filter_map(|(_, url)| url.as_str()).collect();
    urls.join(", ")
}

fn endpoint(ctx: &Ctx, id: i64) -> Result<WebhookEndpoint, Fail> {
    let account = ctx.account()?;
    let account = ctx.console.doors().directory().by_id(account.id).cloned().ok_or(Fail::NotFound)?;
    let found = account.webhooks.iter().find(|(w, _)| *w == WebhookId(id));
    Ok(found.ok_or(Fail::NotFound)?.1.clone())
}

/// How it stands, for lists.
pub(super) fn badge(ctx: &Ctx, id: i64) -> Option<(String, &'static str)> {
    let endpoint = endpoint(ctx, id).ok()?;
    let (key, class) = match (endpoint.disabled, endpoint.state.given_up.is_empty()) {
        (true, _) => ("webhook-disabled", "plain"),
        (_, false) => ("webhook-given-up", "bad"),
        _ => ("webhook-on", "good"),
    };
    Some((ctx.words.get(key), class))
}

pub(super) async fn ops(ctx: &Ctx, id: i64) -> Result<Ops, Fail> {
    let t = ctx.words;
    let endpoint = endpoint(ctx, id)?;
    let account = ctx.account()?.id;
    let store = ctx.console.store();
    let failing = store.failing_webhooks().await?;
    let lines = endpoint.urls.iter().map(|(slot, url)| {
        let off = endpoint.state.given_up.iter().find(|(s, _)| s == slot);
        let fails = failing.iter().find(|f| f.account == account && f.webhook == WebhookId(id) && f.slot == *slot);
        let (state, class) = match (endpoint.disabled, off, fails) {
            (true, ..) => (t.get("webhook-disabled"), "plain"),
            (_, Some((_, at)), _) => (t.one("webhook-off-since", "when", &t.when(*at)), "bad"),
            (_, _, Some(fails)) => (t.one("webhook-failing-since", "when", &t.when(fails.since)), "warn"),
            _ => (t.get("webhook-on"), "good"),
        };
        Line { what: t.of("part", slot), url: url.clone(), state, class }
    });
    let now = store.ambient().now();
    let former = endpoint.state.former_secret.as_ref().filter(|(_, until)| *until > now);
    let filter = OutboxFilter { lane: Some(Lane::Webhook), state: None, before: None, most: LOOKED_THROUGH };
    let mut rows = store.outbox(account, filter).await?;
    rows.retain(|row| {
        let payload: Value = serde_json::from_str(&row.payload).unwrap_or_default();
        let own = |payload: &Value| payload["endpoint"] == id;
        own(&payload) || payload.as_object().is_some_and(|p| p.values().any(own))
    });
    rows.truncate(SHOWN);
    Ok(Ops {
        action: ctx.at(&format!("webhooks/{id}/act")),
        lines: lines.collect(),
        signed: endpoint.kind == WebhookKind::Standard,
        former_until: former.map(|(_, until)| t.when(*until)),
        off: !endpoint.state.given_up.is_empty(),
        testable: endpoint.kind == WebhookKind::Standard && endpoint.takes("url"),
        calls: owed(ctx, &rows),
        sent: ctx.query.get("did") == "tested",
    })
}

/// The page that shows a new receiver's secret, this once.
pub(super) async fn made(ctx: &Ctx, name: &str) -> Answer {
    let stored = stored(ctx).await?;
    let found = stored.items.iter().find(|i| i.kind == ItemKind::Webhook && !i.removed && i.name == name);
    let item = found.ok_or(Fail::NotFound)?;
    let secret = item.secret.clone().ok_or(Fail::NotFound)?;
    secret_page(ctx, &item.name, &secret, item.id, false)
}

fn secret_page(ctx: &Ctx, name: &str, secret: &Secret, id: i64, kept: bool) -> Answer {
    let shell = ctx.shell(name, "webhooks");
    shell::ok(&Made {
        shell: &shell,
        name,
        secret: secret.reveal().to_owned(),
        href: ctx.at(&format!("webhooks/{id}")),
        list: ctx.at("webhooks"),
        kept,
    })
}

/// A test call, another secret, the end of the old one, or on again.
pub(crate) async fn act(ctx: Ctx) -> Answer {
    let id = ctx.id()?;
    let endpoint = endpoint(&ctx, id)?;
    let account = ctx.account()?.id;
    let store = ctx.console.store();
    let stored = stored(&ctx).await?;
    let item = stored.items.iter().find(|i| i.id == id && i.kind == ItemKind::Webhook && !i.removed);
    let item = item.ok_or(Fail::NotFound)?;
    let home = ctx.at(&format!("webhooks/{id}"));
    match ctx.form.get("do") {
        "test" if endpoint.kind == WebhookKind::Standard && endpoint.takes("url") => {
            let at = store.ambient().now().to_rfc3339();
            let who = &ctx.who()?.user.email;
            let body = json!({ "type": "test", "timestamp": at, "data": { "asked_by": who } }).to_string();
            let (slot, url) = ("url".to_owned(), endpoint.urls.get("url").cloned().unwrap_or_default());
            let (endpoint, event, contact) = (WebhookId(id), "test".to_owned(), ContactId(0));
            let call = Owed::Webhook { endpoint, slot, url, event, body, contact, last: false };
            let delivery = store.owe(account, call).await?;
            ctx.note("webhook.test", item.name.clone(), None, "", delivery.to_string()).await?;
            ctx.to(&home, "tested")
        }
        "rotate" if endpoint.kind == WebhookKind::Standard => {
            let now = store.ambient().now();
            if endpoint.state.former_secret.as_ref().is_some_and(|(_, until)| *until > now) {
                return ctx.to(&home, "two-secrets");
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
            let (settings, planned_on) = (stored.settings.clone(), Some(stored.version));
            store.change_account(ConfigChange { settings, planned_on, put: vec![put], remove: Vec::new() }).await?;
            let former = before.map(|old| (old, now.plus(KEEP_OLD)));
            store.former_secret_until(account, WebhookId(id), former).await?;
            ctx.note("webhook.rotate", item.name.clone(), None, "", "").await?;
            secret_page(&ctx, &item.name, &secret, id, true)
        }
        "end-old" => {
            store.former_secret_until(account, WebhookId(id), None).await?;
            ctx.note("webhook.end-old", item.name.clone(), None, "", "").await?;
            ctx.to(&home, "saved")
        }
        "enable" if !endpoint.disabled => {
            store.trust_webhook_again(account, WebhookId(id)).await?;
            ctx.note("webhook.enable", item.name.clone(), None, "", "").await?;
            ctx.to(&home, "saved")
        }
        _ => Err(Fail::Malformed),
    }
}
