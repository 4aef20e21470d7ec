//! The account as its file: everything that makes up an account in one text. What would change is shown first; applying
//! it goes the way of `vestibule account apply`. Who edited an older version is told, and nothing is overwritten.

use account_file::Plan;
use askama::Template;
use store::{StoreError, StoredAccount};

use crate::accounts;
use crate::ctx::{Answer, Ctx, Fail};
use crate::edit::{NAME, planned};
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/file.html")]
struct File<'a> {
    shell: &'a Shell,
    text: &'a str,
    version: i64,
    seen: Seen,
}

/// What was made of a text that was sent.
#[derive(Default)]
struct Seen {
    prune: bool,
    faults: Vec<String>,
    plan: Option<String>,
    conflict: bool,
    nothing: bool,
}

pub(super) async fn stored(ctx: &Ctx) -> Result<StoredAccount, Fail> {
    let slug = &ctx.account()?.settings.slug;
    ctx.console.store().account(slug).await?.ok_or(Fail::NotFound)
}

/// The account's file as it stands, without secrets: those that are left out are kept.
pub(super) fn exported(ctx: &Ctx, account: &StoredAccount) -> String {
    let items = accounts::current_items(account, &ctx.console.doors().directory());
    account_file::export(&account.settings, &items, false)
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let account = stored(&ctx).await?;
    let text = exported(&ctx, &account);
    page(&ctx, 200, &text, account.version, Seen::default())
}

#[expect(clippy::unnecessary_wraps, reason = "it is the end of handlers")]
fn page(ctx: &Ctx, status: u16, text: &str, version: i64, seen: Seen) -> Answer {
    let shell = ctx.shell(&ctx.words.get("nav-file"), "file");
    Ok(shell::page(status, &File { shell: &shell, text, version, seen }))
}

/// Whether a plan touches who may call: only owners decide that.
fn touches_callers(plan: &Plan) -> bool {
    let caller = account_file::ItemKind::ApiUser;
    plan.adds.iter().any(|i| i.kind == caller)
        || plan.changes.iter().any(|c| c.item.kind == caller && (c.secret_changed || !c.lines.is_empty()))
        || plan.removals.iter().any(|(kind, _)| *kind == caller)
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let account = stored(&ctx).await?;
    let text = ctx.form.raw("text").replace("\r\n", "\n");
    let version = ctx.form.number("version").ok_or(Fail::Malformed)?;
    let prune = ctx.form.get("prune") == "yes";
    let (file, plan) = match planned(&ctx, &account, &text, prune) {
        Ok(planned) => planned,
        Err(faults) => {
            return page(&ctx, 422, &text, version, Seen { prune, faults, ..Seen::default() });
        }
    };
    if touches_callers(&plan) && !ctx.may(store::Role::Owner) {
        return Err(Fail::Forbidden);
    }
    let (shown, empty) = (plan.to_string(), plan.is_empty());
    let conflict = version != account.version;
    if empty || conflict || ctx.form.get("do") != "apply" {
        // The difference is to what there is now: saying yes to it is saying yes to that.
        let status = if conflict { 409 } else { 200 };
        let plan = (!empty).then_some(shown);
        let seen = Seen { prune, faults: Vec::new(), plan, conflict, nothing: empty };
        return page(&ctx, status, &text, account.version, seen);
    }
    let store = ctx.console.store();
    let change = accounts::change(&file, plan, account.version, store.ambient());
    match store.change_account(change).await {
        Ok(_) => {}
        Err(StoreError::Conflict(_)) => {
            let newer = stored(&ctx).await?;
            return page(&ctx, 409, &text, newer.version, Seen { conflict: true, prune, ..Seen::default() });
        }
        Err(error) => return Err(error.into()),
    }
    ctx.note("account.change", format!("{NAME} {}", account.version), None, "", shown).await?;
    ctx.to(&ctx.at("file"), "applied")
}
