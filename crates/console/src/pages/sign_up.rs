//! One sign-up: where it came from, the guard's verdict with its reasons, and its release from quarantine.

use askama::Template;
use intake::Released;
use intake::guard::Reason;
use model::Refusal;
use store::{OutcomeName, SignUpRow};

use super::sign_ups::{Line, id, line};
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

/// A verdict as it is stored.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Stored {
    verdict: String,
    applied: Option<String>,
    reasons: Vec<String>,
    withheld: Option<String>,
}

struct Given {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "console/sign_up.html")]
struct Page<'a> {
    shell: &'a Shell,
    line: &'a Line,
    kind: String,
    facts: Vec<Given>,
    contact: Option<String>,
    delivery: Option<String>,
    verdict: Option<String>,
    applied: Option<String>,
    reasons: Vec<String>,
    withheld: Option<String>,
    held: Vec<Given>,
    may_release: bool,
    blocked: bool,
    released: Option<String>,
    action: String,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let account = ctx.account()?;
    let store = ctx.console.store();
    let row = store.one_sign_up(account.id, id(&ctx)?).await?.ok_or(Fail::NotFound)?;
    let t = ctx.words;
    let stored: Stored = row.verdict.as_deref().and_then(|v| serde_json::from_str(v).ok()).unwrap_or_default();
    let line = line(&ctx, &row).await?;
    let quiet = row.outcome == OutcomeName::Quiet;
    let mut held = Vec::new();
    if quiet && let Some(found) = store.held(account.id, row.id).await? {
        held = wish(&ctx, &found.sign_up)?;
    }
    let shell = ctx.shell(&t.get("sign-up"), "sign-ups");
    shell::ok(&Page {
        shell: &shell,
        kind: t.of("kind", &row.kind),
        facts: facts(&ctx, &row),
        contact: row.contact.map(|c| ctx.at(&format!("contacts/{c}"))),
        delivery: row.delivery.map(|d| ctx.at(&format!("deliveries/{d}"))),
        verdict: row.verdict.is_some().then(|| t.of("verdict", &stored.verdict)),
        applied: stored.applied.as_deref().map(|a| t.of("verdict", a)),
        reasons: stored.reasons.iter().map(|code| sentence(code)).collect(),
        withheld: stored.withheld.as_deref().map(sentence),
        may_release: quiet && row.released_at.is_none() && !held.is_empty() && shell.editor,
        blocked: quiet && row.released_at.is_none() && held.is_empty(),
        held,
        released: row.released_at.map(|at| t.when(at)),
        action: ctx.at(&format!("sign-ups/{}", row.id)),
        line: &line,
    })
}

/// A reason as the guard says it.
fn sentence(code: &str) -> String {
    Reason::from_code(code).map_or_else(|| code.to_owned(), |reason| reason.sentence().to_owned())
}

fn facts(ctx: &Ctx, row: &SignUpRow) -> Vec<Given> {
    let t = ctx.words;
    let mut facts = Vec::new();
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            facts.push(Given { label: t.get(key), value });
        }
    };
    add("fact-page", row.origin.page.clone());
    add("fact-referrer", row.origin.referrer.clone());
    add("fact-source", row.origin.source.clone());
    add("fact-ip", row.origin.ip.map(|ip| ip.to_string()));
    add("fact-browser", row.origin.user_agent.clone());
    for (name, value) in &row.origin.utm {
        add(name, Some(value.clone()));
    }
    add("fact-confirmed", row.confirmed_at.map(|at| t.when(at)));
    facts
}

/// What somebody in quarantine asked for.
fn wish(ctx: &Ctx, sign_up: &model::SignUp) -> Result<Vec<Given>, Fail> {
    let account = ctx.account()?;
    let t = ctx.words;
    let language = &account.settings.language.0;
    let mut all = vec![Given { label: t.get("email"), value: sign_up.email.given().to_owned() }];
    for (field, value) in &sign_up.wish.values {
        let label = account.field(*field).map_or_else(String::new, |f| t.pick(&f.label, language));
        all.push(Given { label, value: value.clone().unwrap_or_default() });
    }
    let lists: Vec<String> =
        sign_up.wish.lists.iter().filter_map(|l| Some(t.pick(&account.list(*l)?.name, language))).collect();
    let tags: Vec<String> = sign_up.wish.tags.iter().filter_map(|g| Some(account.tag(*g)?.name.clone())).collect();
    for (key, names) in [("lists", lists), ("tags", tags)] {
        if !names.is_empty() {
            all.push(Given { label: t.get(key), value: names.join(", ") });
        }
    }
    Ok(all)
}

pub(crate) async fn release(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let sign_up = id(&ctx)?;
    let back = ctx.at(&format!("sign-ups/{sign_up}"));
    match ctx.console.intake().release(&account, sign_up).await {
        Ok(Released::Now(_)) => {
            let (quiet, released) = (ctx.words.get("end-quiet"), ctx.words.get("end-released"));
            ctx.note("sign-up.release", sign_up.to_string(), None, quiet, released).await?;
            ctx.to(&back, "released")
        }
        Ok(Released::Before) => ctx.to(&back, "released-before"),
        Err(Refusal::NotFound) => Err(Fail::NotFound),
        Err(other) => Err(Fail::Refused(other)),
    }
}

/// Turns a sign-up in quarantine away for good: its address gets no mail any more, and what it asked for is forgotten.
pub(crate) async fn block(ctx: Ctx) -> Answer {
    let account = ctx.account()?.clone();
    let sign_up = id(&ctx)?;
    let store = ctx.console.store();
    let held = store.held(account.id, sign_up).await?.filter(|h| h.released_at.is_none()).ok_or(Fail::NotFound)?;
    ctx.console.intake().staff_block(&account, &held.sign_up.email, ctx.origin()).await?;
    store.forget_held(account.id, sign_up).await?;
    ctx.note("sign-up.block", sign_up.to_string(), None, ctx.words.get("end-quiet"), ctx.words.get("blocked")).await?;
    ctx.to(&ctx.at(&format!("sign-ups/{sign_up}")), "blocked")
}
