//! The trail: who changed what, when, from where, before and after.

use askama::Template;
use store::TrailRow;

use crate::ctx::{Answer, Ctx};
use crate::shell::{self, Shell};
use crate::words::Words;

const A_PAGE: i64 = 50;

/// A change as people read it.
pub(crate) struct Change {
    pub(crate) at: String,
    pub(crate) when: String,
    pub(crate) who: String,
    pub(crate) ip: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

#[derive(Template)]
#[template(path = "console/trail.html")]
struct Trail<'a> {
    shell: &'a Shell,
    text: &'a str,
    changes: Vec<Change>,
    more: Option<String>,
}

pub(crate) fn changes(t: Words, rows: Vec<TrailRow>) -> Vec<Change> {
    rows.into_iter()
        .map(|row| Change {
            at: row.at.to_rfc3339(),
            when: t.when(row.at),
            who: row.who,
            ip: row.ip,
            action: t.of("act", &row.action),
            subject: row.subject,
            before: row.before,
            after: row.after,
        })
        .collect()
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let text = ctx.query.get("q");
    let before = ctx.query.number("before").unwrap_or(i64::MAX);
    let mut rows = ctx.console.store().trail(ctx.account()?.id, before, text.to_owned(), A_PAGE + 1).await?;
    let more = (rows.len() as i64 > A_PAGE).then(|| {
        rows.truncate(A_PAGE as usize);
        let before = rows.last().map_or(0, |r| r.id).to_string();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", text)
            .append_pair("before", &before)
            .finish();
        format!("{}?{query}", ctx.at("trail"))
    });
    let shell = ctx.shell(&ctx.words.get("nav-trail"), "trail");
    shell::ok(&Trail { shell: &shell, text, changes: changes(ctx.words, rows), more })
}
