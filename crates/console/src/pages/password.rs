//! Behind the one-time link: setting a password.

use askama::Template;
use axum::response::Response;
use model::Secret;

use super::sign_in;
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

/// NIST SP 800-63B asks for eight at least and for no rules about kinds of letters; longer is better.
const SHORTEST: usize = 12;
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "console/password.html")]
struct Password<'a> {
    shell: &'a Shell,
    email: &'a str,
    fault: Option<String>,
}

fn form(ctx: &Ctx, status: u16, email: &str, fault: Option<&str>) -> Response {
    let shell = ctx.shell(&ctx.words.get("welcome-title"), "");
    shell::page(status, &Password { shell: &shell, email, fault: fault.map(|key| ctx.words.get(key)) })
}

/// What is wrong with a password, if anything.
pub(crate) fn fault(password: &str, again: &str, email: &str) -> Option<&'static str> {
    let length = password.chars().count();
    let repeats = password.chars().collect::<std::collections::BTreeSet<_>>().len() < 5;
    if length < SHORTEST {
        Some("password-short")
    } else if length > LONGEST {
        Some("password-long")
    } else if repeats || password.eq_ignore_ascii_case(email) {
        Some("password-weak")
    } else if password != again {
        Some("password-differs")
    } else {
        None
    }
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let hash = store::token_hash(ctx.param("token"));
    let user = ctx.console.store().user_of_link(hash).await?;
    user.map(|user| form(&ctx, 200, &user.email, None)).ok_or(Fail::NotFound)
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let hash = store::token_hash(ctx.param("token"));
    let store = ctx.console.store();
    let user = store.user_of_link(hash).await?.ok_or(Fail::NotFound)?;
    let (password, again) = (ctx.form.raw("password"), ctx.form.raw("again"));
    if let Some(key) = fault(password, again, &user.email) {
        return Ok(form(&ctx, 422, &user.email, Some(key)));
    }
    let made = ctx.console.inner.passwords.hash(Secret::new(password), store.ambient().random()).await;
    let made = made.map_err(sign_in::busy)?;
    let id = store.set_password_by_link(hash, made).await?.ok_or(Fail::NotFound)?;
    ctx.note_as(user.email.clone(), "user.password", user.email.clone(), None, "", "").await?;
    // Who has a second factor still needs it.
    if user.totp.is_some() {
        return ctx.to("/console/sign-in", "password");
    }
    let user = store.console_user_by_id(id).await?.ok_or(Fail::NotFound)?;
    sign_in::begin(&ctx, &user, "/console").await
}
