//! A user's own page: language, password, second factor, sessions.

use askama::Template;
use model::Secret;

use super::{password, sign_in};
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};
use crate::words;

struct Session {
    id: String,
    browser: String,
    ip: String,
    since: String,
    used: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "console/me.html")]
struct Me<'a> {
    shell: &'a Shell,
    second_factor: bool,
    codes_left: String,
    languages: Vec<(&'static str, &'static str, bool)>,
    sessions: Vec<Session>,
    fault: Option<String>,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    page(&ctx, 200, None).await
}

async fn page(ctx: &Ctx, status: u16, fault: Option<&str>) -> Answer {
    let who = ctx.who()?;
    let t = ctx.words;
    let shell = ctx.shell(&t.get("me-title"), "");
    let sessions = ctx.console.store().console_sessions_of(who.user.id).await?;
    let sessions = sessions.into_iter().map(|s| Session {
        id: hex(&s.token_hash),
        browser: browser(&s.user_agent),
        own: s.token_hash == who.session.token_hash,
        ip: s.ip,
        since: t.when(s.made_at),
        used: t.when(s.used_at),
    });
    let template = Me {
        shell: &shell,
        second_factor: who.user.totp.is_some(),
        codes_left: t.count("codes-left", who.user.recovery.len() as i64),
        languages: words::SOURCES.iter().map(|(tag, name, _)| (*tag, *name, *tag == t.tag())).collect(),
        sessions: sessions.collect(),
        fault: fault.map(|key| t.get(key)),
    };
    Ok(shell::page(status, &template))
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().fold(String::new(), |text, b| format!("{text}{b:02x}"))
}

/// A browser as people call it, from its `User-Agent`.
fn browser(agent: &str) -> String {
    let names =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    match (find(&names), find(&systems)) {
        (Some(name), Some(system)) => format!("{name}, {system}"),
        (Some(name), None) => name.to_owned(),
        _ => agent.chars().take(60).collect(),
    }
}

pub(crate) async fn language(ctx: Ctx) -> Answer {
    let chosen = ctx.form.get("language");
    let known = words::SOURCES.iter().any(|(tag, ..)| *tag == chosen);
    let language = known.then(|| chosen.to_owned());
    ctx.console.store().set_console_language(ctx.who()?.user.id, language).await?;
    ctx.to("/console/me", "saved")
}

pub(crate) async fn password(ctx: Ctx) -> Answer {
    let who = ctx.who()?.clone();
    let inner = &ctx.console.inner;
    let old = Secret::new(ctx.form.raw("old"));
    let right = inner.passwords.verify(old, who.user.password.clone()).await.map_err(sign_in::busy)?;
    if !right {
        return page(&ctx, 403, Some("password-old-wrong")).await;
    }
    let (new, again) = (ctx.form.raw("password"), ctx.form.raw("again"));
    if let Some(key) = password::fault(new, again, &who.user.email) {
        return page(&ctx, 422, Some(key)).await;
    }
    let store = ctx.console.store();
    let hash = inner.passwords.hash(Secret::new(new), store.ambient().random()).await.map_err(sign_in::busy)?;
    store.set_console_password(who.user.id, hash).await?;
    ctx.note("user.password", who.user.email.clone(), None, "", "").await?;
    sign_in::begin(&ctx, &who.user, "/console/me?did=password").await
}

pub(crate) async fn end_session(ctx: Ctx) -> Answer {
    let who = ctx.who()?;
    let wanted = ctx.form.get("session");
    let store = ctx.console.store();
    let sessions = store.console_sessions_of(who.user.id).await?;
    let ended = sessions.iter().filter(|s| match wanted {
        "others" => s.token_hash != who.session.token_hash,
        one => hex(&s.token_hash) == one,
    });
    let mut any = false;
    for session in ended {
        any |= store.end_console_session(who.user.id, session.token_hash).await?;
    }
    if any { ctx.to("/console/me", "session-ended") } else { Err(Fail::NotFound) }
}
