//! Who may use the console in this account.

use askama::Template;
use model::EmailAddress;
use store::Role;

use crate::ctx::{Answer, Ctx, Fail};
use crate::invite;
use crate::shell::{self, Shell};

struct Row {
    id: i64,
    email: String,
    role: &'static str,
    state: String,
    last: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "console/users.html")]
struct Users<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
    roles: Vec<(&'static str, String)>,
    link: Option<(String, String)>,
    fault: Option<String>,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    page(&ctx, 200, None, None).await
}

async fn page(ctx: &Ctx, status: u16, link: Option<(String, String)>, fault: Option<&str>) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?.id;
    let who = ctx.who()?.user.id;
    let users = ctx.console.store().console_users().await?;
    let rows = users.into_iter().filter_map(|user| {
        let role = user.roles.iter().find(|(id, _)| *id == account)?.1;
        let state = match (user.disabled_at, &user.password, &user.totp) {
            (Some(_), ..) => "user-disabled",
            (None, None, _) => "user-invited",
            (None, Some(_), None) => "user-password",
            (None, Some(_), Some(_)) => "user-both",
        };
        let last =
            user.signed_in_at.map_or_else(|| t.get("never-signed-in"), |at| t.one("last-used", "when", &t.when(at)));
        Some(Row { id: user.id, own: user.id == who, email: user.email, role: role.name(), state: t.get(state), last })
    });
    let rows = rows.collect();
    let roles = Role::ALL.iter().map(|role| (role.name(), t.get(&format!("role-{}", role.name())))).collect();
    let shell = ctx.shell(&t.get("nav-users"), "users");
    Ok(shell::page(status, &Users { shell: &shell, rows, roles, link, fault: fault.map(|key| t.get(key)) }))
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let account = ctx.account()?.id;
    let store = ctx.console.store();
    let role = Role::from_name(ctx.form.get("role"));
    match ctx.form.get("do") {
        "invite" => {
            let Ok(email) = EmailAddress::parse(ctx.form.get("email")) else {
                return page(&ctx, 422, None, Some("email-wrong")).await;
            };
            let role = role.ok_or(Fail::Malformed)?;
            let known = store.console_user(&email).await?;
            if known.as_ref().is_some_and(|u| u.roles.iter().any(|(id, _)| *id == account)) {
                return page(&ctx, 422, None, Some("user-there")).await;
            }
            let id = store.put_console_user(email.clone(), account, role).await?;
            ctx.note("user.role", email.given(), None, "", role.name()).await?;
            // Who has a password from another account keeps it.
            if known.is_some_and(|u| u.password.is_some()) {
                return ctx.to(&ctx.at("users"), "saved");
            }
            linked(&ctx, id, email.given()).await
        }
        what @ ("role" | "remove" | "link") => {
            let id = ctx.form.number("user").ok_or(Fail::Malformed)?;
            let user = store.console_user_by_id(id).await?.ok_or(Fail::NotFound)?;
            let had = user.roles.iter().find(|(a, _)| *a == account).map(|(_, role)| *role).ok_or(Fail::NotFound)?;
            if user.id == ctx.who()?.user.id {
                // So that nobody locks themselves out, and the account never loses its last owner.
                return page(&ctx, 422, None, Some("user-own")).await;
            }
            match (what, role) {
                ("role", Some(role)) => {
                    let email = EmailAddress::parse(&user.email).map_err(|_| Fail::NotFound)?;
                    store.put_console_user(email, account, role).await?;
                    ctx.note("user.role", user.email, None, had.name(), role.name()).await?;
                    ctx.to(&ctx.at("users"), "saved")
                }
                ("remove", _) => {
                    store.end_console_role(id, account).await?;
                    ctx.note("user.role", user.email, None, had.name(), "").await?;
                    ctx.to(&ctx.at("users"), "saved")
                }
                // A link would let an owner of one account in as somebody who works in others too.
                ("link", _) if user.roles.len() == 1 => {
                    ctx.note("user.link", user.email.clone(), None, "", "").await?;
                    linked(&ctx, id, &user.email).await
                }
                ("link", _) => page(&ctx, 422, None, Some("user-elsewhere")).await,
                _ => Err(Fail::Malformed),
            }
        }
        _ => Err(Fail::Malformed),
    }
}

async fn linked(ctx: &Ctx, id: i64, email: &str) -> Answer {
    let path = invite::new_link(ctx.console.store(), id).await?;
    let url = format!("{}{path}", ctx.console.doors().links.base());
    page(ctx, 200, Some((email.to_owned(), url)), None).await
}
