//! The gate before every page: who asks, whether that session lives, whether the role suffices, and whether a change was
//! sent by a page of ours.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use doors::Client;
use http_body_util::{BodyExt as _, Limited};
use model::{Door, Refusal};
use store::Role;

use crate::ctx::{Ctx, Fail, Pairs, Who};
use crate::routes::{Method, Need, Route};
use crate::words::Words;
use crate::{Console, cookie, pages, shell};

/// A session ends when nobody used it for so long, and this long after it began.
const IDLE: Duration = Duration::from_secs(12 * 3600);
pub(crate) const LIFE: Duration = Duration::from_secs(14 * 24 * 3600);
/// How often the time of last use is written.
const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// The largest body: account files are the largest that people send.
const BODY_LIMIT: usize = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers a request, if it may be answered.
pub(crate) async fn answer(
    console: Console,
    route: &'static Route,
    params: Vec<(String, String)>,
    request: Request,
) -> Response {
    let counts = console.doors().counts.clone();
    let https = console.https();
    let mut response = checked(console, route, params, request).await;
    let framed = response.extensions_mut().remove::<shell::Framed>();
    shell::harden(response.headers_mut(), https);
    if let Some(policy) = framed.and_then(|f| HeaderValue::from_str(&f.0).ok()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    counts.note(Door::Console, response.status());
    response
}

async fn checked(console: Console, route: &'static Route, params: Vec<(String, String)>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(client) = Client::from_request_parts(&mut parts, console.doors()).await;
    let language = text(&parts.headers, &header::ACCEPT_LANGUAGE).unwrap_or_default().to_owned();
    let mut ctx = Ctx {
        path: parts.uri.path().to_owned(),
        query: Pairs::read(parts.uri.query().unwrap_or_default().as_bytes()),
        form: Pairs::default(),
        params,
        who: None,
        account: None,
        role: None,
        words: Words::asked(None, &language),
        ip: client.ip,
        user_agent: doors::header_text(&parts.headers, &header::USER_AGENT).unwrap_or_default(),
        console,
    };
    // An account's own domain is for its visitors.
    if client.domain_of.is_some() {
        return pages::fail::show(&ctx, Fail::NotFound);
    }
    match let_in(&mut ctx, route, &parts, body, &language).await {
        Ok(None) => {}
        Ok(Some(elsewhere)) => return elsewhere,
        Err(fail) => return pages::fail::show(&ctx, fail),
    }
    let shown = ctx.words;
    let (console, who, account, role) = (ctx.console.clone(), ctx.who.clone(), ctx.account.clone(), ctx.role);
    let (path, ip) = (ctx.path.clone(), ctx.ip);
    match (route.run)(ctx).await {
        Ok(response) => response,
        Err(fail) => {
            let (params, query, form, user_agent) = (Vec::new(), Pairs::default(), Pairs::default(), String::new());
            let ctx = Ctx { console, path, params, query, form, who, account, role, words: shown, ip, user_agent };
            pages::fail::show(&ctx, fail)
        }
    }
}

/// Fills in who asks; another answer where they are to go elsewhere first.
async fn let_in(
    ctx: &mut Ctx,
    route: &Route,
    parts: &Parts,
    body: Body,
    language: &str,
) -> Result<Option<Response>, Fail> {
    if route.method == Method::Post && !from_our_page(&parts.headers, ctx.console.doors().links.base()) {
        return Err(Fail::Forbidden);
    }
    if let Some(token) = cookie::token(&parts.headers, ctx.console.https()) {
        ctx.who = live(&ctx.console, &token).await?;
    }
    if let Some(who) = &ctx.who {
        ctx.words = Words::asked(who.user.language.as_deref(), language);
    }
    let needed = match route.need {
        Need::Nobody => None,
        Need::User => Some(None),
        Need::Role(role) => Some(Some(role)),
    };
    if let Some(role) = needed {
        let Some(who) = &ctx.who else { return Ok(Some(to_sign_in(route, parts))) };
        if let Some(role) = role {
            let own = |found: &std::sync::Arc<model::AccountSnapshot>| {
                who.user.roles.iter().find(|(id, _)| *id == found.id).map(|(_, role)| *role)
            };
            let directory = ctx.console.doors().directory();
            let found = directory.by_slug(ctx.param("account")).and_then(|a| Some((a.clone(), own(a)?)));
            // Whose account it is, and whether there is one, is nobody else's business.
            let (account, has) = found.ok_or(Fail::NotFound)?;
            let demands = account.settings.second_factor && who.user.totp.is_none();
            ctx.account = Some(account);
            ctx.role = Some(has);
            if has < role {
                return Err(Fail::Forbidden);
            }
            if demands {
                return Ok(Some(shell::led("/console/me/second-factor?did=demanded")));
            }
        }
    }
    if route.method == Method::Post {
        let whole = tokio::time::timeout(PATIENCE, Limited::new(body, BODY_LIMIT).collect()).await;
        let bytes = whole.map_err(|_| Fail::Malformed)?.map_err(|_| Fail::Malformed)?.to_bytes();
        ctx.form = Pairs::read(&bytes);
    }
    Ok(None)
}

/// Where who is not signed in goes; back here afterwards, if this only shows something.
fn to_sign_in(route: &Route, parts: &Parts) -> Response {
    let back = parts.uri.path_and_query().map_or("/console", |p| p.as_str());
    if route.method == Method::Get && !back.ends_with("/live") {
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        shell::led(&format!("/console/sign-in?next={back}"))
    } else {
        shell::led("/console/sign-in")
    }
}

/// The live session of a token with its user, who may still sign in.
async fn live(console: &Console, token: &str) -> Result<Option<Who>, Fail> {
    let hash = store::token_hash(token);
    let Some((session, user)) = console.store().console_session(hash).await? else { return Ok(None) };
    let now = console.store().ambient().now();
    let over = now.since(session.used_at) > IDLE || now.since(session.made_at) > LIFE;
    if over || user.disabled_at.is_some() {
        return Ok(None);
    }
    if now.since(session.used_at) > TOUCH_EVERY {
        console.store().touch_console_session(hash).await?;
    }
    Ok(Some(Who { session, user }))
}

/// Whether a change was sent by a page of this very site: browsers say so (`Sec-Fetch-Site`), older ones and those
/// without TLS name the page's origin. What says neither is no browser that holds a session.
fn from_our_page(headers: &HeaderMap, base: &str) -> bool {
    if let Some(site) = text(headers, &HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = text(headers, &header::ORIGIN) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == base || host.is_some() && host == text(headers, &header::HOST)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// What a role may do, for templates.
pub(crate) fn is_at_least(role: Option<Role>, least: Role) -> bool {
    role.is_some_and(|own| own >= least)
}

/// A refusal's HTTP status.
pub(crate) fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::NotFound => 404,
        Refusal::Faults(_) => 422,
        Refusal::Duplicate | Refusal::Used => 409,
        Refusal::Expired => 410,
        Refusal::TooMany(_) => 429,
        Refusal::Busy(_) | Refusal::Unavailable(_) => 503,
        _ => 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_come_from_our_own_pages() {
        let base = "https://vestibule.example";
        for (site, origin, host, good) in [
            (Some("same-origin"), None, "vestibule.example", true),
            (Some("same-origin"), Some("null"), "vestibule.example", true),
            (Some("cross-site"), Some("https://vestibule.example"), "vestibule.example", false),
            (Some("same-site"), None, "vestibule.example", false),
            (Some("none"), None, "vestibule.example", false),
            (None, Some("https://vestibule.example"), "proxy.internal", true),
            (None, Some("http://127.0.0.1:8080"), "127.0.0.1:8080", true),
            (None, Some("https://evil.example"), "vestibule.example", false),
            (None, Some("null"), "vestibule.example", false),
            (None, None, "vestibule.example", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a value"));
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if let Some(value) = value {
                    headers.insert(HeaderName::from_static(name), value.parse().expect("a value"));
                }
            }
            assert_eq!(from_our_page(&headers, base), good, "{site:?} {origin:?} {host}");
        }
    }
}
