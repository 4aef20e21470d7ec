//! Erasing a contact: asks twice, says what goes, what stays and why.

use askama::Template;
use model::ContactId;

use super::contact::contact;
use crate::ctx::{Answer, Ctx};
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/erase.html")]
struct Erase<'a> {
    shell: &'a Shell,
    id: i64,
    email: &'a str,
    fault: bool,
}

async fn page(ctx: &Ctx, status: u16, fault: bool) -> Answer {
    let found = contact(ctx).await?;
    let shell = ctx.shell(&ctx.words.get("erase-title"), "contacts");
    let template = Erase { shell: &shell, id: found.row.id.0, email: &found.row.email, fault };
    Ok(shell::page(status, &template))
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    page(&ctx, 200, false).await
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let found = contact(&ctx).await?;
    if !ctx.form.get("email").eq_ignore_ascii_case(&found.row.email) {
        return page(&ctx, 422, true).await;
    }
    let id = ContactId(found.row.id.0);
    ctx.console.intake().staff_erase(&account, id, ctx.origin()).await?;
    ctx.note("contact.erase", ctx.words.one("contact-number", "number", &id.to_string()), Some(id), "", "").await?;
    ctx.to(&ctx.at("contacts"), "erased")
}
