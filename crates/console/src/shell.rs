//! The frame around every page of the console, and the headers that keep it safe.

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use store::Role;

use crate::access::is_at_least;
use crate::assets;
use crate::ctx::{Answer, Ctx};
use crate::words::Words;

/// Pages run our own script only, load nothing from elsewhere, post nowhere else and are framed by nobody. `frame-src`:
/// the preview of a form is a page of ours.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// An answer for one of our own frames, with the policy that it comes under instead.
#[derive(Clone, Debug)]
pub(crate) struct Framed(pub(crate) String);

/// Lets a page be shown in a frame of ours. A policy of its own keeps what it says, but for who may frame it.
pub(crate) fn framed(mut response: Response) -> Response {
    let own = response.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|v| v.to_str().ok());
    let policy: Vec<String> = own
        .unwrap_or(POLICY)
        .split("; ")
        .map(|part| match part.split(' ').next().unwrap_or_default() {
            name @ ("frame-ancestors" | "form-action") => format!("{name} 'self'"),
            _ => part.trim().to_owned(),
        })
        .collect();
    response.extensions_mut().insert(Framed(policy.join("; ")));
    response
}

/// An entry of the navigation.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) here: bool,
}

/// The frame, as `templates/console/base.html` needs it.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) t: Words,
    pub(crate) title: String,
    pub(crate) account: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) accounts: Vec<Entry>,
    pub(crate) nav: Vec<(String, Vec<Entry>)>,
    pub(crate) did: Option<String>,
    pub(crate) styles: &'static str,
    pub(crate) script: &'static str,
    /// Whether the user may change contacts and configuration.
    pub(crate) editor: bool,
    /// `/console/{account}`.
    pub(crate) base: String,
}

/// An entry: path, key, and the role that sees it.
type NavEntry = (&'static str, &'static str, Role);

/// The navigation: groups of a heading's key and entries.
const NAV: &[(&str, &[NavEntry])] = &[
    (
        "nav-people",
        &[
            ("", "overview", Role::Viewer),
            ("contacts", "contacts", Role::Viewer),
            ("sign-ups", "sign-ups", Role::Viewer),
            ("deliveries", "deliveries", Role::Viewer),
        ],
    ),
    (
        "nav-set-up",
        &[
            ("forms", "forms", Role::Viewer),
            ("lists", "lists", Role::Viewer),
            ("tags", "tags", Role::Viewer),
            ("statements", "statements", Role::Viewer),
            ("fields", "fields", Role::Viewer),
        ],
    ),
    (
        "nav-wiring",
        &[
            ("automations", "automations", Role::Viewer),
            ("webhooks", "webhooks", Role::Viewer),
            ("settings", "settings", Role::Viewer),
            ("file", "file", Role::Viewer),
            ("callers", "callers", Role::Owner),
            ("users", "users", Role::Owner),
            ("trail", "trail", Role::Owner),
        ],
    ),
];

impl Shell {
    pub(crate) fn new(ctx: &Ctx, title: &str, here: &'static str) -> Self {
        let t = ctx.words;
        let directory = ctx.console.doors().directory();
        let roles = ctx.who.as_ref().map(|w| w.user.roles.as_slice()).unwrap_or_default();
        let name = |a: &model::AccountSnapshot| {
            if a.settings.name.is_empty() { a.settings.slug.clone() } else { a.settings.name.clone() }
        };
        let own = ctx.account.as_ref().map(|a| a.id);
        let accounts = roles.iter().filter_map(|(id, _)| {
            let account = directory.by_id(*id)?;
            let href = format!("/console/{}", account.settings.slug);
            Some(Entry { href, label: name(account), here: own == Some(*id) })
        });
        let entries = |entries: &[(&str, &'static str, Role)]| {
            let seen = entries.iter().filter(|(.., role)| is_at_least(ctx.role, *role));
            seen.map(|(path, key, _)| Entry {
                href: ctx.at(path),
                label: t.get(&format!("nav-{key}")),
                here: *key == here,
            })
            .collect::<Vec<_>>()
        };
        let nav = if ctx.role.is_some() {
            NAV.iter().map(|(key, list)| (t.get(key), entries(list))).collect()
        } else {
            Vec::new()
        };
        let did = ctx.query.get("did");
        let plain = !did.is_empty() && did.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        Self {
            t,
            title: title.to_owned(),
            account: ctx.account.as_deref().map(name),
            user: ctx.who.as_ref().map(|w| w.user.email.clone()),
            accounts: accounts.collect(),
            nav,
            did: if plain { t.known(&format!("did-{did}")) } else { None },
            styles: assets::styles_url(),
            script: assets::script_url(),
            editor: is_at_least(ctx.role, Role::Editor),
            base: ctx.at(""),
        }
    }
}

/// A page as a response.
pub(crate) fn page(status: u16, template: &impl Template) -> Response {
    let html = template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page of the console could not be rendered");
        String::from("<!doctype html><html lang=en><title>Error</title><h1>Something went wrong</h1>")
    });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, html).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// The same, for the end of a handler.
#[expect(clippy::unnecessary_wraps, reason = "it is the end of handlers")]
pub(crate) fn ok(template: &impl Template) -> Answer {
    Ok(page(200, template))
}

/// 303 to another page of ours.
pub(crate) fn led(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let target = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/console"));
    response.headers_mut().insert(header::LOCATION, target);
    response
}

/// The headers of every answer of the console. With `no-referrer` browsers would hide the origin of our own posts.
pub(crate) fn harden(headers: &mut HeaderMap, https: bool) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::VARY, "accept-language, cookie"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
