//! Callers with a secret: made, rotated, revoked. A secret is shown once, by the page that made it.

use askama::Template;
use model::ApiUserKind;

use super::file::stored;
use crate::callers::{self, Caller, CallerFault};
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

struct Row {
    kind: &'static str,
    kind_label: String,
    name: String,
    scopes: String,
    used: String,
    secrets: usize,
}

#[derive(Template)]
#[template(path = "console/callers.html")]
struct Callers<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
    kinds: Vec<(&'static str, String)>,
    made: Option<(String, String)>,
    fault: Option<String>,
}

const KINDS: [(ApiUserKind, &str); 3] =
    [(ApiUserKind::Sentori, "sentori"), (ApiUserKind::Spektrix, "spektrix"), (ApiUserKind::Native, "native")];

pub(crate) async fn show(ctx: Ctx) -> Answer {
    page(&ctx, 200, None, None).await
}

async fn page(ctx: &Ctx, status: u16, made: Option<(String, String)>, fault: Option<String>) -> Answer {
    let t = ctx.words;
    let store = ctx.console.store();
    let account = store.directory().by_id(ctx.account()?.id).cloned().ok_or(Fail::NotFound)?;
    let uses = store.uses(account.id).await?;
    let mut rows: Vec<Row> = Vec::new();
    for (id, user) in &account.api_users {
        let kind = KINDS.iter().find(|(k, _)| *k == user.kind).map_or("", |(_, name)| *name);
        if let Some(row) = rows.iter_mut().find(|r| r.kind == kind && r.name.eq_ignore_ascii_case(&user.name)) {
            row.secrets += 1;
            continue;
        }
        let used = uses.iter().find(|(user, _)| user == id).map(|(_, at)| t.when(*at));
        rows.push(Row {
            kind,
            kind_label: t.get(&format!("caller-{kind}")),
            name: user.name.clone(),
            scopes: user.scopes.join(", "),
            used: used.map_or_else(|| t.get("never-used"), |at| t.one("last-used", "when", &at)),
            secrets: 1,
        });
    }
    let shell = ctx.shell(&t.get("nav-callers"), "callers");
    let kinds = KINDS.iter().map(|(_, name)| (*name, t.get(&format!("caller-{name}")))).collect();
    Ok(shell::page(status, &Callers { shell: &shell, rows, kinds, made, fault }))
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let account = stored(&ctx).await?;
    let store = ctx.console.store();
    let kind = KINDS.iter().find(|(_, name)| *name == ctx.form.get("kind")).map(|(kind, _)| *kind);
    let which = Caller { kind: kind.ok_or(Fail::Malformed)?, name: ctx.form.get("name") };
    let subject = format!("{} {}", ctx.form.get("kind"), which.name);
    let what = ctx.form.get("do");
    let done = match what {
        "create" | "rotate" => {
            let form = &ctx.form;
            let scopes: Vec<String> =
                form.get("scopes").split([',', ' ']).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
            let scopes = if which.kind == ApiUserKind::Native { scopes } else { Vec::new() };
            callers::create(store, &account, which, &scopes, what == "rotate").await.map(Some)
        }
        "revoke" | "revoke-old" => callers::revoke(store, &account, which, what == "revoke-old").await.map(|_| None),
        _ => return Err(Fail::Malformed),
    };
    let made = match done {
        Ok(made) => made,
        Err(CallerFault::Store(error)) => return Err(error.into()),
        Err(fault) => {
            let key = match fault {
                CallerFault::Name => "caller-fault-name",
                CallerFault::Exists(_) => "caller-fault-exists",
                CallerFault::TwoSecrets(_) => "caller-fault-two",
                _ => "caller-fault-unknown",
            };
            return page(&ctx, 422, None, Some(ctx.words.get(key))).await;
        }
    };
    let action = match what {
        "create" => "caller.create",
        "rotate" => "caller.rotate",
        _ => "caller.revoke",
    };
    ctx.note(action, subject, None, "", "").await?;
    match made {
        Some((name, secret)) => page(&ctx, 200, Some((name, secret.reveal().to_owned())), None).await,
        None => ctx.to(&ctx.at("callers"), "revoked"),
    }
}
