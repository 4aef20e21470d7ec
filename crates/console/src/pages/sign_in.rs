//! Signing in, with the second factor where there is one, and out.

use std::time::Duration;

use askama::Template;
use axum::http::header;
use axum::response::Response;
use doors::spektrix::passwords::PasswordFault;
use model::{EmailAddress, Refusal, Secret};
use store::{ConsoleSession, ConsoleUser};
use subtle::ConstantTimeEq as _;

use crate::access::LIFE;
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};
use crate::slow_down::Pace;
use crate::{cookie, invite, second_factor};

/// How long somebody may take for the second step.
const HALF_LIFE: Duration = Duration::from_secs(600);

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn<'a> {
    shell: &'a Shell,
    email: &'a str,
    next: &'a str,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "console/sign_in_code.html")]
struct Code<'a> {
    shell: &'a Shell,
    half: &'a str,
    next: &'a str,
    fault: Option<String>,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    if ctx.who.is_some() {
        return ctx.to(next(ctx.query.get("next")), "");
    }
    Ok(form(&ctx, 200, "", ctx.query.get("next"), None))
}

fn form(ctx: &Ctx, status: u16, email: &str, next: &str, fault: Option<&str>) -> Response {
    let shell = ctx.shell(&ctx.words.get("sign-in-title"), "");
    let fault = fault.map(|key| ctx.words.get(key));
    shell::page(status, &SignIn { shell: &shell, email, next, fault })
}

/// Only pages of the console are led to.
fn next(path: &str) -> &str {
    let own = path == "/console" || path.starts_with("/console/");
    if own && !path.starts_with("/console/sign-in") && path.bytes().all(|b| b.is_ascii_graphic()) {
        path
    } else {
        "/console"
    }
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let (given, to) = (ctx.form.get("email"), ctx.form.get("next"));
    let now = ctx.console.store().ambient().now();
    let parsed = EmailAddress::parse(given).ok();
    let key = parsed.as_ref().map_or("", EmailAddress::key).to_owned();
    let address = ctx.ip.to_string();
    match ctx.console.inner.failures.pace(&key, &address, now) {
        Pace::Away(wait) => return Err(Fail::Refused(Refusal::TooMany(wait))),
        Pace::After(wait) if !wait.is_zero() => tokio::time::sleep(wait).await,
        Pace::After(_) => {}
    }
    let user = match &parsed {
        Some(email) => ctx.console.store().console_user(email).await?,
        None => None,
    };
    let user = user.filter(|u| u.disabled_at.is_none());
    let password = ctx.form.raw("password").chars().take(1000).collect::<String>();
    let kept = user.as_ref().and_then(|u| u.password.clone());
    let right = ctx.console.inner.passwords.verify(Secret::new(password), kept).await;
    let right = right.map_err(busy)?;
    let Some(user) = user.filter(|_| right) else {
        ctx.console.inner.failures.note(&key, &address, now);
        return Ok(form(&ctx, 403, given, to, Some("sign-in-wrong")));
    };
    if user.totp.is_some() {
        let half = half(&ctx, &user, now.plus(HALF_LIFE).0);
        return Ok(code_form(&ctx, 200, &half, to, None));
    }
    ctx.console.inner.failures.forget(&key);
    begin(&ctx, &user, next(to)).await
}

pub(crate) fn busy(fault: PasswordFault) -> Fail {
    match fault {
        PasswordFault::Busy => Fail::Refused(Refusal::Busy(Duration::from_secs(2))),
        PasswordFault::Internal => Fail::Refused(Refusal::Internal),
    }
}

fn code_form(ctx: &Ctx, status: u16, half: &str, next: &str, fault: Option<&str>) -> Response {
    let shell = ctx.shell(&ctx.words.get("code-title"), "");
    let fault = fault.map(|key| ctx.words.get(key));
    shell::page(status, &Code { shell: &shell, half, next, fault })
}

/// What says that somebody has given the right password: dies with it, and after a while.
fn half(ctx: &Ctx, user: &ConsoleUser, until: i64) -> String {
    let password = user.password.as_deref().unwrap_or_default();
    let parts: [&[u8]; 3] = [&user.id.to_be_bytes(), &until.to_be_bytes(), password.as_bytes()];
    let mac = ctx.console.store().keys().keyed_hash("console second step", &parts);
    let mac = mac.iter().fold(String::new(), |text, b| format!("{text}{b:02x}"));
    format!("{}.{until}.{mac}", user.id)
}

pub(crate) async fn take_code(ctx: Ctx) -> Answer {
    let (half_way, to) = (ctx.form.get("half").to_owned(), ctx.form.get("next"));
    let now = ctx.console.store().ambient().now();
    let mut parts = half_way.splitn(3, '.').map(str::to_owned);
    let number = |text: Option<String>| text.and_then(|t| t.parse::<i64>().ok());
    let (Some(id), Some(until)) = (number(parts.next()), number(parts.next())) else { return Err(Fail::Malformed) };
    let key = format!("code {id}");
    match ctx.console.inner.failures.pace(&key, &ctx.ip.to_string(), now) {
        Pace::Away(wait) => return Err(Fail::Refused(Refusal::TooMany(wait))),
        Pace::After(wait) if !wait.is_zero() => tokio::time::sleep(wait).await,
        Pace::After(_) => {}
    }
    let user = ctx.console.store().console_user_by_id(id).await?.filter(|u| u.disabled_at.is_none());
    let genuine = |u: &ConsoleUser| bool::from(half(&ctx, u, until).as_bytes().ct_eq(half_way.as_bytes()));
    let Some(user) = user.filter(|u| until > now.0 && genuine(u)) else {
        return Ok(form(&ctx, 403, "", to, Some("sign-in-again")));
    };
    let code = ctx.form.get("code");
    let secret = user.totp.as_ref().map(Secret::reveal).unwrap_or_default();
    let good = match second_factor::matching_step(secret, code, now) {
        Some(step) => ctx.console.store().spend_totp_step(user.id, step).await?,
        None => ctx.console.store().spend_recovery_code(user.id, second_factor::kept(code)).await?,
    };
    if !good {
        ctx.console.inner.failures.note(&key, &ctx.ip.to_string(), now);
        return Ok(code_form(&ctx, 403, &half_way, to, Some("code-wrong")));
    }
    ctx.console.inner.failures.forget(&key);
    begin(&ctx, &user, next(to)).await
}

/// Begins a session with a token of its own; one that was there ends.
pub(crate) async fn begin(ctx: &Ctx, user: &ConsoleUser, to: &str) -> Answer {
    let store = ctx.console.store();
    if let Some(who) = &ctx.who {
        store.end_console_session(who.user.id, who.session.token_hash).await?;
    }
    let token = invite::token(store);
    let now = store.ambient().now();
    let session = ConsoleSession {
        token_hash: store::token_hash(&token),
        user: user.id,
        made_at: now,
        used_at: now,
        ip: ctx.ip.to_string(),
        user_agent: ctx.user_agent.chars().take(300).collect(),
    };
    store.new_console_session(session, now.minus(LIFE)).await?;
    ctx.note_as(user.email.clone(), "sign-in", user.email.clone(), None, "", "").await?;
    let mut response = shell::led(to);
    if let Some(cookie) = cookie::set(&token, ctx.console.https(), LIFE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

pub(crate) async fn sign_out(ctx: Ctx) -> Answer {
    let who = ctx.who()?;
    ctx.console.store().end_console_session(who.user.id, who.session.token_hash).await?;
    let mut response = shell::led("/console/sign-in?did=signed-out");
    if let Some(cookie) = cookie::set("", ctx.console.https(), LIFE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn nobody_is_led_elsewhere() {
        for (asked, path) in [
            ("/console/demo/contacts?q=ann", "/console/demo/contacts?q=ann"),
            ("//evil.example", "/console"),
            ("https://evil.example/console/", "/console"),
            ("/consolex", "/console"),
            ("/console/sign-in", "/console"),
            ("/console/a\r\nSet-Cookie: x", "/console"),
            ("", "/console"),
        ] {
            assert_eq!(next(asked), path, "{asked}");
        }
    }
}
