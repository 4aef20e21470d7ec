//! The overview: the last 30 days, how sign-ups ended, by what they came, lists, and what needs a person.

use askama::Template;
use model::FormId;

use super::sign_ups::{self, Line};
use crate::chart::{self, Bar};
use crate::ctx::{Answer, Ctx};
use crate::figures::Ends;
use crate::shell::{self, Shell};

/// Rows of each table.
const MOST: usize = 8;

struct Share {
    label: String,
    count: String,
    /// Out of 100, for a bar's width.
    part: i64,
    confirmed: String,
}

struct ListSize {
    name: String,
    count: String,
    href: String,
}

struct Duty {
    text: String,
    href: String,
    label: String,
}

struct DayRow {
    day: String,
    confirmed: i64,
    pending: i64,
    quiet: i64,
    refused: i64,
}

struct Counts {
    all: String,
    confirmed: String,
    pending: String,
    quiet: String,
    refused: String,
    rate: String,
    contacts_line: String,
    chart: String,
    days: Vec<DayRow>,
    doors: Vec<Share>,
    forms: Vec<Share>,
    origins: Vec<Share>,
    lists: Vec<ListSize>,
    duties: Vec<Duty>,
    owed: String,
    nothing_yet: bool,
}

#[derive(Template)]
#[template(path = "console/overview.html")]
struct Overview<'a> {
    shell: &'a Shell,
    counts: Option<Counts>,
    newest: &'a [Line],
    newest_id: i64,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let shell = ctx.shell(&t.get("nav-overview"), "overview");
    let newest = sign_ups::newest(&ctx, None).await?;
    let newest_id = newest.iter().map(|l| l.id).max().unwrap_or(0);
    let counts = counts(&ctx).await?;
    shell::ok(&Overview { shell: &shell, counts, newest: &newest, newest_id })
}

async fn counts(ctx: &Ctx) -> Result<Option<Counts>, crate::ctx::Fail> {
    let t = ctx.words;
    let account = ctx.account()?;
    let Some(counted) = ctx.console.inner.figures.of(ctx.console.store(), account).await else { return Ok(None) };
    let language = &account.settings.language.0;
    let short = |at: model::Timestamp| {
        let text = at.to_rfc3339();
        let day = text.get(8..10).unwrap_or_default().trim_start_matches('0').to_owned();
        format!("{day} {}", t.get(&format!("month-short-{}", text.get(5..7).unwrap_or_default())))
    };
    let bars: Vec<Bar> = counted.days.iter().map(|(at, ends)| Bar { label: short(*at), ends: *ends }).collect();
    let total = counted.total;
    let asked = total.confirmed + total.pending;
    let rate = if asked > 0 { format!("{} %", total.confirmed * 100 / asked) } else { "–".into() };
    let form = |id: Option<i64>| match id.and_then(|id| account.form(FormId(id))) {
        Some(form) => t.pick(&form.form.name, language),
        None => t.get("no-form"),
    };
    let origin = |host: &str| if host.is_empty() { t.get("no-origin") } else { host.to_owned() };
    let (name, base) =
        (|id| account.list(id).map_or_else(String::new, |l| t.pick(&l.name, language)), ctx.at("contacts"));
    let lists = counted.lists.iter().map(|(id, count)| ListSize {
        name: name(*id),
        count: t.number(*count),
        href: format!("{base}?list={id}"),
    });
    let days = counted.days.iter().rev().filter(|(_, ends)| ends.all() > 0).map(|(at, ends)| DayRow {
        day: t.day(*at),
        confirmed: ends.confirmed,
        pending: ends.pending,
        quiet: ends.quiet,
        refused: ends.refused,
    });
    Ok(Some(Counts {
        all: t.number(total.all()),
        confirmed: t.number(total.confirmed),
        pending: t.number(total.pending),
        quiet: t.number(total.quiet),
        refused: t.number(total.refused),
        rate,
        contacts_line: t.with(
            "contacts-line",
            &[("all", &t.number(counted.contacts.0)), ("confirmed", &t.number(counted.contacts.1))],
        ),
        chart: chart::draw(&bars, &t.count("chart-title", total.all())),
        days: days.collect(),
        doors: shares(ctx, counted.doors.iter().map(|(door, ends)| (t.of("door", door), *ends))),
        forms: shares(ctx, counted.forms.iter().map(|(id, ends)| (form(*id), *ends))),
        origins: shares(ctx, counted.origins.iter().map(|(host, ends)| (origin(host), *ends))),
        lists: lists.collect(),
        duties: duties(ctx, &counted),
        owed: t.number(counted.health.owed.iter().map(|(_, count, ..)| count).sum()),
        nothing_yet: counted.contacts.0 == 0 && total.all() == 0,
    }))
}

fn shares(ctx: &Ctx, rows: impl Iterator<Item = (String, Ends)>) -> Vec<Share> {
    let rows: Vec<_> = rows.take(MOST).collect();
    let most = rows.iter().map(|(_, ends)| ends.all()).max().unwrap_or(1).max(1);
    rows.into_iter()
        .map(|(label, ends)| Share {
            label,
            count: ctx.words.number(ends.all()),
            part: (ends.all() * 100 / most).max(1),
            confirmed: ctx.words.number(ends.confirmed),
        })
        .collect()
}

/// What somebody has to look at.
fn duties(ctx: &Ctx, counted: &crate::figures::Counted) -> Vec<Duty> {
    let t = ctx.words;
    let mut duties = Vec::new();
    let mut duty = |key: &str, count: i64, path: &str| {
        if count > 0 {
            let label = t.get(&format!("{key}-link"));
            duties.push(Duty { text: t.count(key, count), href: ctx.at(path), label });
        }
    };
    let dead = |webhook: bool| {
        let fits = |lane: &store::Lane| (*lane == store::Lane::Webhook) == webhook;
        counted.health.dead.iter().filter(|(lane, _)| fits(lane)).map(|(_, count)| count).sum::<i64>()
    };
    duty("duty-mail", dead(false), "deliveries?state=dead");
    duty("duty-webhook", dead(true), "deliveries?state=dead&lane=webhook");
    let late = counted.health.owed.iter().filter(|(.., attempts)| *attempts > 2).map(|(_, count, ..)| count).sum();
    duty("duty-late", late, "deliveries?state=owed");
    duty("duty-quiet", counted.total.quiet, "sign-ups?outcome=quiet");
    duties
}
