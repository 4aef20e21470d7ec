//! Looking contacts up.

use askama::Template;
use model::Timestamp;
use store::{ContactRow, ContactSearch, ContactState};

use crate::ctx::{Answer, Ctx};
use crate::shell::{self, Shell};

struct Row {
    href: String,
    email: String,
    name: String,
    since: String,
    state: String,
    class: &'static str,
}

/// An option of a filter: value, label, whether it is chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "console/contacts.html")]
struct Contacts<'a> {
    shell: &'a Shell,
    text: &'a str,
    origin: &'a str,
    since: &'a str,
    until: &'a str,
    filters: Vec<(&'static str, String, Vec<Choice>)>,
    filtered: bool,
    rows: Vec<Row>,
    more: Option<String>,
    nobody: bool,
    /// The same as a file.
    csv: String,
}

/// A contact's state: the key of its word, and the badge's class.
pub(crate) fn state(row: &ContactRow) -> (&'static str, &'static str) {
    if row.suppressed_at.is_some() {
        ("state-suppressed", "bad")
    } else if row.bad_address_at.is_some() {
        ("state-bad-address", "warn")
    } else if row.confirmed_at.is_some() {
        ("state-confirmed", "good")
    } else {
        ("state-unconfirmed", "wait")
    }
}

/// A day as a browser's date input writes it; `next` is the one after it.
fn day(text: &str, next: bool) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let date = if next { date.tomorrow().ok()? } else { date };
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp(at.as_microsecond()))
}

const STATES: [(&str, ContactState); 4] = [
    ("confirmed", ContactState::Confirmed),
    ("unconfirmed", ContactState::Unconfirmed),
    ("suppressed", ContactState::Suppressed),
    ("bad-address", ContactState::BadAddress),
];

/// What a request looks for.
pub(crate) fn search(q: &crate::ctx::Pairs) -> ContactSearch {
    let wanted = q.get("state");
    ContactSearch {
        text: q.get("q").to_owned(),
        tag: q.number("tag"),
        list: q.number("list"),
        statement: q.number("statement"),
        form: q.number("form"),
        origin: q.get("origin").to_owned(),
        since: day(q.get("since"), false),
        until: day(q.get("until"), true),
        state: STATES.into_iter().find(|(name, _)| *name == wanted).map(|(_, state)| state),
        before: q.number("before"),
    }
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let q = &ctx.query;
    let search = search(q);
    let filtered = ["tag", "list", "statement", "form", "origin", "since", "until", "state"]
        .iter()
        .any(|name| !q.get(name).is_empty());
    let found = ctx.console.store().find_contacts(account.id, search.clone()).await?;
    let rows: Vec<Row> = found
        .found
        .into_iter()
        .map(|c| {
            let (key, class) = state(&c.row);
            Row {
                href: ctx.at(&format!("contacts/{}", c.row.id)),
                email: c.row.email,
                name: c.name,
                since: t.day(c.row.created_at),
                state: t.get(key),
                class,
            }
        })
        .collect();
    let more = found.more.map(|before| {
        let kept = q.iter().filter(|(name, value)| *name != "before" && *name != "did" && !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("before", &before.to_string())
            .finish();
        format!("{}?{query}", ctx.at("contacts"))
    });
    let language = &account.settings.language.0;
    let choice = |id: i64, label: String, chosen: Option<i64>| (id.to_string(), label, chosen == Some(id));
    let filters = vec![
        (
            "state",
            t.get("filter-state"),
            STATES
                .iter()
                .map(|(n, s)| ((*n).to_owned(), t.get(&format!("state-{n}")), search.state == Some(*s)))
                .collect(),
        ),
        (
            "list",
            t.get("filter-list"),
            account.lists.iter().map(|(id, l)| choice(id.0, t.pick(&l.name, language), search.list)).collect(),
        ),
        (
            "tag",
            t.get("filter-tag"),
            account.tags.iter().map(|(id, g)| choice(id.0, g.name.clone(), search.tag)).collect(),
        ),
        (
            "statement",
            t.get("filter-statement"),
            account.statements.iter().map(|(id, s, _)| choice(id.0, s.key.clone(), search.statement)).collect(),
        ),
        (
            "form",
            t.get("filter-form"),
            account.forms.iter().map(|f| choice(f.id.0, t.pick(&f.form.name, language), search.form)).collect(),
        ),
    ];
    let shell = ctx.shell(&t.get("nav-contacts"), "contacts");
    let nobody = rows.is_empty() && more.is_none() && !filtered && search.text.is_empty();
    shell::ok(&Contacts {
        shell: &shell,
        text: &search.text,
        origin: &search.origin,
        since: q.get("since"),
        until: q.get("until"),
        filters,
        filtered,
        rows,
        more,
        nobody,
        csv: {
            let kept = q.iter().filter(|(name, value)| !matches!(*name, "before" | "did") && !value.is_empty());
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
            format!("{}?{query}", ctx.at("contacts/export.csv"))
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight() {
        assert_eq!(day("1970-01-02", false), Some(Timestamp(86_400_000_000)));
        assert_eq!(day("1970-01-01", true), Some(Timestamp(86_400_000_000)));
        assert_eq!(day("soon", false), None);
    }
}
