//! `[[api_user]]` and `[[webhook]]`: who may call, and who is called. Their secrets never enter a definition or a message.

use std::collections::{BTreeMap, HashMap};

use model::{ApiUserKind, EndpointState, Secret, WebhookEndpoint, WebhookKind};

use super::Context;
use crate::items::{ItemKind, folded};
use crate::names::Names;
use crate::reader::{Placed, Table};
use crate::report::{did_you_mean, quoted};
use crate::shapes;

const API_USER_KINDS: &[(&str, ApiUserKind)] =
    &[("sentori", ApiUserKind::Sentori), ("spektrix", ApiUserKind::Spektrix), ("native", ApiUserKind::Native)];

/// The scopes that the native API asks for today.
const SCOPES: &[&str] = &["sign_ups:write", "contacts:read", "contacts:write", "mail_reports:write"];

/// The scopes that the Spektrix door asks for, of logins that name any.
const SPEKTRIX_SCOPES: &[&str] = &["contacts:read", "contacts:write"];

const WEBHOOK_KINDS: &[(&str, WebhookKind)] = &[("sentori", WebhookKind::Sentori), ("standard", WebhookKind::Standard)];

/// The vendor's webhooks that Vestibule sends (Sentori reference, section 13).
const SENTORI_URLS: &[&str] =
    &["contact_subscribe", "contact_unsubscribe", "list_subscribe", "list_unsubscribe", "bounce"];

const EVENTS: &[&str] = &[
    "contact.created",
    "contact.updated",
    "contact.confirmed",
    "contact.unsubscribed",
    "contact.erased",
    "sign_up.pending",
    "sign_up.confirmed",
    "consent.given",
    "consent.withdrawn",
    "list.joined",
    "list.left",
    "tag.added",
];

/// The word of a kind in files and natural keys.
pub(crate) fn kind_word(kind: ApiUserKind) -> &'static str {
    API_USER_KINDS.iter().find(|(_, k)| *k == kind).map_or("", |(word, _)| word)
}

/// The natural key of the nth secret (from 1) of an API user.
pub(crate) fn api_user_name(kind: ApiUserKind, name: &str, nth: usize) -> String {
    let word = kind_word(kind);
    if nth == 1 { format!("{word} {name}") } else { format!("{word} {name} #{nth}") }
}

/// An API user without its secret.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Caller {
    pub kind: ApiUserKind,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

pub(crate) fn read_api_users(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    let mut secrets: HashMap<String, usize> = HashMap::new();
    let mut counts: HashMap<(&str, String), usize> = HashMap::new();
    for mut t in file.tables("api_user", "[[api_user]]") {
        t.need(&["kind"]);
        let kind = t.one_of("kind", API_USER_KINDS).map(|k| k.value);
        let (name, secret) = match kind {
            Some(ApiUserKind::Sentori) => (t.checked("name", caller_name), t.checked("key", shapes::sentori_key)),
            Some(ApiUserKind::Spektrix) => {
                t.need(&["login"]);
                (t.checked("login", login), t.checked("secret", shapes::spektrix_secret))
            }
            Some(ApiUserKind::Native) => {
                t.need(&["name", "scopes"]);
                (t.checked("name", caller_name), t.checked("token", shapes::token))
            }
            None => {
                // Which keys belong here is unknown: ask for all, so that only the kind is reported.
                for key in ["name", "login", "key", "secret", "token"] {
                    t.string(key);
                }
                (None, None)
            }
        };
        let scopes = if kind == Some(ApiUserKind::Sentori) {
            Vec::new()
        } else {
            let known = if kind == Some(ApiUserKind::Spektrix) { SPEKTRIX_SCOPES } else { SCOPES };
            let scopes = t.checked_list("scopes", scope);
            if let (true, Some(at)) = (scopes.is_empty(), t.key_at("scopes")) {
                t.report.fault(at, "`scopes` names at least one");
            }
            for unknown in scopes.iter().filter(|s| !known.contains(&s.value.as_str())) {
                let near = did_you_mean(&unknown.value, known.iter().copied());
                t.report.hint(unknown.at, format!("nothing asks for the scope {} yet{near}", quoted(&unknown.value)));
            }
            scopes.into_iter().map(|s| s.value).collect()
        };
        if let Some(secret) = &secret {
            check_repeat(&mut secrets, kind, name.as_ref(), secret, context);
        }
        // Sentori callers may do without a name: its accounts have one key.
        let name = name.map(|n| n.value).or_else(|| {
            (kind == Some(ApiUserKind::Sentori) && t.key_at("name").is_none()).then(|| "Sentori".to_owned())
        });
        if let (Some(kind), Some(name)) = (kind, name) {
            let nth = counts.entry((kind_word(kind), folded(&name))).or_default();
            *nth += 1;
            let item_name = api_user_name(kind, &name, *nth);
            let secret = secret.map(|s| Secret::new(s.value));
            context.push(ItemKind::ApiUser, item_name, t.at, &Caller { kind, name, scopes }, secret);
        }
        t.finish();
    }
}

/// The same key or token twice would make it unclear who calls; a login may repeat, but not with the same secret.
fn check_repeat(
    secrets: &mut HashMap<String, usize>,
    kind: Option<ApiUserKind>,
    name: Option<&Placed<String>>,
    secret: &Placed<String>,
    context: &Context<'_>,
) {
    let login = name.filter(|_| kind == Some(ApiUserKind::Spektrix)).map(|n| folded(&n.value)).unwrap_or_default();
    // GUIDs are compared whatever the case; base64 and tokens are not.
    let text = if kind == Some(ApiUserKind::Sentori) { secret.value.to_lowercase() } else { secret.value.clone() };
    let key = format!("{}\n{login}\n{text}", kind.map_or("", kind_word));
    if let Some(first) = secrets.get(&key) {
        let line = context.report.place(*first).line;
        context.report.fault(secret.at, format!("this secret stands in line {line} already"));
    } else {
        secrets.insert(key, secret.at);
    }
}

/// `#` sets off the number of a further secret in natural keys.
fn caller_name(text: &str) -> Result<String, String> {
    if text.contains('#') {
        return Err("cannot hold `#`".into());
    }
    shapes::name(text)
}

/// A login stands before the last colon of the Authorization header, in ASCII.
fn login(text: &str) -> Result<String, String> {
    if !text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return Err("must be printable ASCII".into());
    }
    caller_name(text)
}

fn scope(text: &str) -> Result<String, String> {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match text.split_once(':') {
        Some((what, how)) if word(what) && word(how) => Ok(text.to_owned()),
        _ => Err(format!("holds scopes such as `contacts:read`, not {}", quoted(text))),
    }
}

pub(crate) fn read_webhooks(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    let mut names = Names::new("webhook");
    for mut t in file.tables("webhook", "[[webhook]]") {
        t.need(&["kind"]);
        let kind = t.one_of("kind", WEBHOOK_KINDS).map(|k| k.value);
        let name = t.checked("name", shapes::name);
        let disabled = t.boolean("disabled").unwrap_or(false);
        let mut urls = BTreeMap::new();
        let mut events = Vec::new();
        let mut secret = None;
        if kind != Some(WebhookKind::Standard) {
            for key in SENTORI_URLS {
                urls.extend(t.checked(key, shapes::web_url).map(|u| ((*key).to_owned(), u.value)));
            }
            if kind.is_some() && urls.is_empty() && !SENTORI_URLS.iter().any(|key| t.key_at(key).is_some()) {
                t.report.fault(t.at, format!("[[webhook]] needs at least one of {}", SENTORI_URLS.join(", ")));
            }
        }
        if kind != Some(WebhookKind::Sentori) {
            if kind.is_some() {
                t.need(&["url"]);
            }
            urls.extend(t.checked("url", shapes::web_url).map(|u| ("url".to_owned(), u.value)));
            events = t.checked_list("events", event).into_iter().map(|e| e.value).collect();
            secret = t.checked("secret", shapes::webhook_secret).map(|s| Secret::new(s.value));
        }
        let default = kind.and_then(|kind| webhook_name(kind, &urls));
        if let (Some(kind), Some(default)) = (kind, default) {
            let key = name.clone().unwrap_or(Placed { value: default, at: t.at });
            names.claim(context.report, &key);
            let model = WebhookEndpoint {
                kind,
                name: name.map(|n| n.value),
                urls,
                events,
                secret: None,
                disabled,
                state: EndpointState::default(),
            };
            context.push(ItemKind::Webhook, key.value, t.at, &model, secret);
        }
        t.finish();
    }
}

/// What a webhook without a name is known by: its URL, or `sentori` (an account there has one set of URLs).
fn webhook_name(kind: WebhookKind, urls: &BTreeMap<String, String>) -> Option<String> {
    match kind {
        WebhookKind::Sentori => (!urls.is_empty()).then(|| "sentori".into()),
        WebhookKind::Standard => urls.get("url").cloned(),
    }
}

fn event(text: &str) -> Result<String, String> {
    if EVENTS.contains(&text) {
        return Ok(text.to_owned());
    }
    let near = did_you_mean(text, EVENTS.iter().copied());
    Err(format!("can hold {}, not {}{near}", EVENTS.join(", "), quoted(text)))
}
