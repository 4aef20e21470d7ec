//! One attempt at one webhook: the row becomes a request, the answer says what becomes of the row.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use model::{AccountId, AccountSnapshot, Secret, Timestamp, WebhookEndpoint, WebhookId, WebhookKind};
use store::{Attempt, Keys, Leased, Owed, Store};

use super::call::Caller;
use super::health::Health;
use super::metrics::WebhookMetrics;
use super::{WebhookSettings, backoff, sign};

/// All that an attempt needs.
pub(super) struct Messenger {
    pub(super) store: Store,
    pub(super) caller: Caller,
    pub(super) health: Health,
    pub(super) metrics: Arc<WebhookMetrics>,
    pub(super) settings: WebhookSettings,
}

/// The secret that signs the calls of an account's automations to URLs that are no endpoint of the account's.
pub fn automation_secret(keys: &Keys, account: AccountId) -> Secret {
    let key = keys.keyed_hash("automation webhooks", &[&account.0.to_be_bytes()]);
    Secret::new(format!("whsec_{}", STANDARD.encode(key)))
}

/// What a row says to whom.
struct Message<'a> {
    endpoint: Option<(WebhookId, &'a str)>,
    url: &'a str,
    body: &'a str,
    /// How it is signed; `None` = the vendor's way, inside the body.
    secrets: Option<Vec<Secret>>,
}

impl Messenger {
    /// Calls once. Says also whether the receiver took it, where it was asked.
    pub(super) async fn attempt(&self, row: &Leased) -> (Attempt, Option<bool>) {
        let directory = self.store.directory();
        let Some(account) = directory.by_id(row.account) else {
            return (self.later(row, "the account is not known here".into()), None);
        };
        let message = match self.message(account, row) {
            Ok(message) => message,
            Err(attempt) => return (attempt, None),
        };
        let headers = self.headers(row, &message);
        let called = self.caller.post(message.url, headers, Bytes::copy_from_slice(message.body.as_bytes())).await;
        let Err(fault) = called else {
            if let Some((webhook, slot)) = message.endpoint {
                self.health.works(&self.store, row.account, webhook, slot).await;
            }
            return (Attempt::Done, Some(true));
        };
        self.metrics.fault(fault.kind);
        if let Some((webhook, slot)) = message.endpoint
            && self.health.fails(&self.store, account, webhook, slot, self.settings.patience).await
        {
            self.metrics.given_up.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(account = %row.account, endpoint = webhook.0, slot, "a webhook was switched off");
            return (Attempt::Dead { error: format!("switched off after days of failure: {fault}") }, Some(false));
        }
        (self.later(row, fault.to_string()), Some(false))
    }

    fn message<'a>(&self, account: &'a AccountSnapshot, row: &'a Leased) -> Result<Message<'a>, Attempt> {
        match &row.owed {
            Owed::Webhook { endpoint, slot, body, .. } => {
                let known = account.webhooks.iter().find(|(id, _)| id == endpoint);
                let Some((id, known)) = known.filter(|(_, e)| !e.disabled && e.urls.contains_key(slot)) else {
                    return Err(Attempt::Withdrawn { error: "its endpoint was taken out or switched off".into() });
                };
                if !known.takes(slot) {
                    let error = "its endpoint was switched off after days of failure".to_owned();
                    return Err(Attempt::Dead { error });
                }
                let secrets = (known.kind == WebhookKind::Standard).then(|| self.live_secrets(known));
                Ok(Message { endpoint: Some((*id, slot)), url: &known.urls[slot], body, secrets })
            }
            Owed::AutomationCall { url, body, .. } => {
                let same =
                    account.webhooks.iter().map(|(_, e)| e).find(|e| {
                        e.kind == WebhookKind::Standard && e.urls.get("url") == Some(url) && e.secret.is_some()
                    });
                let secrets = match same {
                    Some(endpoint) => self.live_secrets(endpoint),
                    None => vec![automation_secret(self.store.keys(), row.account)],
                };
                Ok(Message { endpoint: None, url, body, secrets: Some(secrets) })
            }
            _ => Err(Attempt::Dead { error: "not a webhook".into() }),
        }
    }

    fn live_secrets(&self, endpoint: &WebhookEndpoint) -> Vec<Secret> {
        let now = self.store.ambient().now();
        let former = endpoint.state.former_secret.as_ref().filter(|(_, until)| *until > now).map(|(secret, _)| secret);
        endpoint.secret.iter().chain(former).cloned().collect()
    }

    fn headers(&self, row: &Leased, message: &Message<'_>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let id = message_id(row.account, row.id.0, row.created_at);
        let agent =
            if message.secrets.is_some() { concat!("Vestibule/", env!("CARGO_PKG_VERSION")) } else { "Sentori API" };
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put(sign::ID, &id);
        if let Some(secrets) = &message.secrets {
            let seconds = self.store.ambient().now().0.div_euclid(1_000_000);
            let secrets = secrets.iter().map(Secret::reveal);
            put(sign::TIMESTAMP, &seconds.to_string());
            put(sign::SIGNATURE, &sign::signatures(secrets, &id, seconds, message.body.as_bytes()));
        }
        headers
    }

    pub(super) fn later(&self, row: &Leased, error: String) -> Attempt {
        let now = self.store.ambient().now();
        let chance = u16::from_be_bytes(self.store.ambient().random());
        match backoff::next_attempt(row.tries, row.since, now, chance) {
            Some(at) => Attempt::Again { at, error },
            None => Attempt::Dead { error: format!("given up after {} attempts: {error}", row.attempt) },
        }
    }
}

/// The id of a message, the same over every attempt. The moment it was written keeps it apart from all others even when
/// numbers begin anew, as after going back to a backup.
fn message_id(account: AccountId, row: i64, written: Timestamp) -> String {
    format!("msg_{:x}_{row:x}_{:x}", account.0, written.0)
}
