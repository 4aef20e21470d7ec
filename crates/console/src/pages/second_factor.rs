//! Setting a second factor up: a secret for the authenticator, proved by a code, then recovery codes, shown once.

use askama::Template;
use model::Secret;

use super::sign_in;
use crate::ctx::{Answer, Ctx};
use crate::second_factor::{kept, matching_step, new_codes, new_secret, uri};
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/second_factor.html")]
struct SetUp<'a> {
    shell: &'a Shell,
    secret: &'a str,
    grouped: String,
    uri: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "console/recovery_codes.html")]
struct Codes<'a> {
    shell: &'a Shell,
    codes: &'a [String],
}

fn form(ctx: &Ctx, status: u16, secret: &str, fault: Option<&str>) -> Answer {
    let shell = ctx.shell(&ctx.words.get("second-factor"), "");
    let letters: Vec<char> = secret.chars().collect();
    let grouped = letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
    let uri = uri(secret, &ctx.who()?.user.email);
    let fault = fault.map(|key| ctx.words.get(key));
    Ok(shell::page(status, &SetUp { shell: &shell, secret, grouped, uri, fault }))
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    if ctx.who()?.user.totp.is_some() {
        return ctx.to("/console/me", "");
    }
    let secret = new_secret(ctx.console.store().ambient());
    form(&ctx, 200, &secret, None)
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let who = ctx.who()?;
    if who.user.totp.is_some() {
        return ctx.to("/console/me", "");
    }
    let store = ctx.console.store();
    let secret = ctx.form.get("secret");
    let step = matching_step(secret, ctx.form.get("code"), store.ambient().now());
    let Some(step) = step.filter(|_| secret.len() == 32) else {
        return form(&ctx, 422, secret, Some("code-wrong"));
    };
    let codes = new_codes(store.ambient());
    let hashes = codes.iter().map(|c| kept(c)).collect();
    store.set_totp(who.user.id, Some(Secret::new(secret)), hashes).await?;
    store.spend_totp_step(who.user.id, step).await?;
    ctx.note("user.second-factor", who.user.email.clone(), None, "", "").await?;
    let shell = ctx.shell(&ctx.words.get("recovery-title"), "");
    shell::ok(&Codes { shell: &shell, codes: &codes })
}

pub(crate) async fn off(ctx: Ctx) -> Answer {
    let who = ctx.who()?;
    let given = Secret::new(ctx.form.raw("password"));
    let right = ctx.console.inner.passwords.verify(given, who.user.password.clone()).await.map_err(sign_in::busy)?;
    if !right {
        return ctx.to("/console/me", "wrong-password");
    }
    ctx.console.store().set_totp(who.user.id, None, Vec::new()).await?;
    ctx.note("user.second-factor-off", who.user.email.clone(), None, "", "").await?;
    ctx.to("/console/me", "saved")
}
