//! Contacts as CSV, as many as a search finds, written while they are read. Cells that a spreadsheet would take for a
//! formula are defused: what strangers typed into a form is opened on somebody's desk.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse as _;
use futures_util::stream;
use model::{AccountSnapshot, Timestamp};
use store::{Contact, ContactKey, ContactSearch, Store, StoreError};

use super::contacts::{search, state};
use crate::ctx::{Answer, Ctx};

/// A byte order mark, without which a spreadsheet takes UTF-8 for something else.
const MARK: &str = "\u{feff}";

/// A cell: quoted where it must be, and never a formula (OWASP, CSV injection: a quote mark before =, +, -, @ and blank
/// controls).
fn cell(out: &mut String, text: &str) {
    let defused = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = text.contains(['"', ',', ';', '\n', '\r', '\t']);
    if !defused && !quoted {
        out.push_str(text);
        return;
    }
    // A string takes whatever is written into it.
    let _ = write!(out, "\"{}{}\"", if defused { "'" } else { "" }, text.replace('"', "\"\""));
}

fn line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for (n, text) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        cell(&mut out, text.as_ref());
    }
    out.push_str("\r\n");
    out
}

fn head(account: &AccountSnapshot) -> String {
    let own = ["Number", "EmailAddress", "State", "Since", "Confirmed"].map(str::to_owned);
    let fields = account.fields.iter().map(|(_, f)| f.system_name.clone());
    let lists = account.lists.iter().map(|(_, l)| format!("List {}", l.external_id));
    let statements = account.statements.iter().map(|(_, s, _)| format!("Statement {}", s.key));
    line(own.into_iter().chain(fields).chain(lists).chain(statements).chain(["Tags".to_owned()]))
}

fn row(account: &AccountSnapshot, contact: &Contact) -> String {
    let at = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339).unwrap_or_default();
    let row = &contact.row;
    let mut cells = vec![
        row.id.to_string(),
        row.email.clone(),
        state(row).0.trim_start_matches("state-").to_owned(),
        at(Some(row.created_at)),
        at(row.confirmed_at),
    ];
    for (id, _) in &account.fields {
        cells.push(contact.values.iter().find(|(f, _)| f == id).map(|(_, v)| v.clone()).unwrap_or_default());
    }
    for (id, _) in &account.lists {
        cells.push(at(contact.lists.iter().find(|(l, _)| l == id).map(|(_, since)| *since)));
    }
    for (id, ..) in &account.statements {
        let answer = contact.statements.iter().find(|a| a.statement == *id);
        cells.push(answer.map_or("", |a| if a.agreed { "yes" } else { "no" }).to_owned());
    }
    let tags = contact.tags.iter().filter_map(|g| Some(account.tag(g.tag)?.name.clone()));
    cells.push(tags.collect::<Vec<_>>().join("; "));
    line(cells)
}

async fn piece(
    store: &Store,
    account: &AccountSnapshot,
    search: &ContactSearch,
) -> Result<(String, Option<i64>), StoreError> {
    let found = store.find_contacts(account.id, search.clone()).await?;
    let mut text = String::new();
    for known in found.found {
        if let Some(contact) = store.contact(account.id, ContactKey::Id(known.row.id)).await? {
            text.push_str(&row(account, &contact));
        }
    }
    Ok((text, found.more))
}

pub(crate) async fn export(ctx: Ctx) -> Answer {
    let account = Arc::clone(ctx.account()?);
    let search = search(&ctx.query);
    // What was looked for may be a name: the trail keeps that something was, not what.
    let filters: Vec<&str> = ctx.query.iter().filter(|(_, v)| !v.is_empty()).map(|(name, _)| name).collect();
    ctx.note("contacts.export", String::new(), None, "", filters.join(", ")).await?;
    let store = ctx.console.store().clone();
    let first = format!("{MARK}{}", head(&account));
    let start = (store, account, Some(search), Some(first));
    // An error ends the file in the middle of a transfer, which the browser tells.
    let pieces = stream::try_unfold(start, |(store, account, search, first)| async move {
        if let Some(first) = first {
            return Ok(Some((first, (store, account, search, None))));
        }
        let Some(mut search) = search else { return Ok::<_, StoreError>(None) };
        let (text, more) = piece(&store, &account, &search).await?;
        search.before = more;
        Ok(Some((text, (store, account, more.is_some().then_some(search), None))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"contacts.csv\""),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        for (given, written) in [
            ("Ann", "Ann"),
            ("", ""),
            ("=HYPERLINK(\"http://evil.example\")", "\"'=HYPERLINK(\"\"http://evil.example\"\")\""),
            ("+441248", "\"'+441248\""),
            ("-2", "\"'-2\""),
            ("@cmd", "\"'@cmd\""),
            ("\t=1", "\"'\t=1\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("1=1", "1=1"),
            ("two\nlines", "\"two\nlines\""),
        ] {
            let mut out = String::new();
            cell(&mut out, given);
            assert_eq!(out, written, "{given}");
        }
        assert_eq!(line(["a", "=b"]), "a,\"'=b\"\r\n");
    }
}
