//! Sign-ups, the newest first, with what became of them.

use askama::Template;
use model::{Door, FormId, SignUpId};
use store::{OutcomeName, SignUpRow, SignUpSearch};

use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

/// How many a page holds, and the overview.
const A_PAGE: i64 = 50;
const NEWEST: i64 = 8;

/// A sign-up on one line.
pub(crate) struct Line {
    pub(crate) id: i64,
    pub(crate) who: String,
    pub(crate) href: String,
    pub(crate) at: String,
    pub(crate) when: String,
    pub(crate) door: String,
    pub(crate) form: String,
    pub(crate) end: String,
    pub(crate) class: &'static str,
}

#[derive(Template)]
#[template(path = "console/sign_ups.html")]
struct SignUps<'a> {
    shell: &'a Shell,
    lines: &'a [Line],
    outcomes: Vec<(&'static str, String, bool)>,
    doors: Vec<(&'static str, String, bool)>,
    forms: Vec<(i64, String, bool)>,
    more: Option<String>,
}

/// How it ended: the key of the word, and the badge's class.
pub(crate) fn end(row: &SignUpRow) -> (&'static str, &'static str) {
    match (row.outcome, row.confirmed_at, row.released_at) {
        (OutcomeName::Applied, ..) => ("end-applied", "good"),
        (OutcomeName::Pending, Some(_), _) => ("end-confirmed", "good"),
        (OutcomeName::Pending, None, _) => ("end-pending", "wait"),
        (OutcomeName::Quiet, _, Some(_)) => ("end-released", "plain"),
        (OutcomeName::Quiet, _, None) => ("end-quiet", "warn"),
        (OutcomeName::Refused, ..) => ("end-refused", "bad"),
    }
}

/// A form's name, empty where there is none.
pub(crate) fn form_name(ctx: &Ctx, form: Option<FormId>) -> String {
    let Ok(account) = ctx.account() else { return String::new() };
    let found = form.and_then(|f| account.form(f));
    found.map_or_else(String::new, |f| ctx.words.pick(&f.form.name, &account.settings.language.0))
}

pub(crate) async fn line(ctx: &Ctx, row: &SignUpRow) -> Result<Line, Fail> {
    let t = ctx.words;
    let (key, class) = end(row);
    let who = match (&row.email, row.outcome) {
        (Some(email), _) => email.clone(),
        (None, OutcomeName::Quiet) => {
            let held = ctx.console.store().held(ctx.account()?.id, row.id).await?;
            held.map_or_else(|| t.get("nobody-any-more"), |held| held.sign_up.email.given().to_owned())
        }
        (None, _) => t.get("nobody-any-more"),
    };
    Ok(Line {
        id: row.id.0,
        who,
        href: ctx.at(&format!("sign-ups/{}", row.id)),
        at: row.at.to_rfc3339(),
        when: t.short(row.at),
        door: t.of("door", &row.door),
        form: form_name(ctx, row.form),
        end: t.get(key),
        class,
    })
}

/// The newest sign-ups, or those after a number.
pub(crate) async fn newest(ctx: &Ctx, after: Option<i64>) -> Result<Vec<Line>, Fail> {
    let search = SignUpSearch { from: after.map(|id| id + 1), most: NEWEST, ..SignUpSearch::default() };
    let (rows, _) = ctx.console.store().sign_ups(ctx.account()?.id, search).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        lines.push(line(ctx, row).await?);
    }
    Ok(lines)
}

const OUTCOMES: [OutcomeName; 4] =
    [OutcomeName::Applied, OutcomeName::Pending, OutcomeName::Quiet, OutcomeName::Refused];

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let wanted = ctx.query.get("outcome");
    let outcome = OUTCOMES.into_iter().find(|o| o.as_str() == wanted);
    let door = Door::from_name(ctx.query.get("door")).map_or("", Door::name);
    let form = ctx.query.number("form");
    let before = ctx.query.number("before");
    let search = SignUpSearch { outcome, door: door.to_owned(), form, before, from: None, most: A_PAGE };
    let (rows, more) = ctx.console.store().sign_ups(account.id, search).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        lines.push(line(&ctx, row).await?);
    }
    let form_text = form.map(|f| f.to_string()).unwrap_or_default();
    let more = more.map(|id| {
        let outcome = outcome.map_or("", OutcomeName::as_str);
        format!("{}?outcome={outcome}&door={door}&form={form_text}&before={id}", ctx.at("sign-ups"))
    });
    let shell = ctx.shell(&t.get("nav-sign-ups"), "sign-ups");
    let language = &account.settings.language.0;
    shell::ok(&SignUps {
        shell: &shell,
        lines: &lines,
        outcomes: OUTCOMES
            .into_iter()
            .map(|o| (o.as_str(), t.get(&format!("end-{}", o.as_str())), outcome == Some(o)))
            .collect(),
        doors: Door::ALL.into_iter().map(|d| (d.name(), t.of("door", d.name()), d.name() == door)).collect(),
        forms: account.forms.iter().map(|f| (f.id.0, t.pick(&f.form.name, language), form == Some(f.id.0))).collect(),
        more,
    })
}

/// The number of a sign-up in the path.
pub(crate) fn id(ctx: &Ctx) -> Result<SignUpId, Fail> {
    Ok(SignUpId(ctx.id()?))
}
