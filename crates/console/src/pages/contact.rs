//! One contact: values, tags with counts, lists, statements with their whole history, sign-ups, mails, what was changed.

use askama::Template;
use model::{ContactId, Field, FieldKind};
use store::{Contact, ContactKey};

use super::contact_history::{Event, Owed, events, owed};
use super::contacts::state;
use super::sign_ups::{self, Line};
use super::trail::{Change, changes};
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

/// Rows of each list on the page.
const MOST: i64 = 30;

/// A field to edit.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: String,
    /// `text`, `area`, `date`, `yes_no`, `choice` or `choices`.
    pub(super) control: &'static str,
    pub(super) options: Vec<(String, bool)>,
    pub(super) fault: Option<String>,
    /// Whether it is shown at once: a name, or something that is there.
    pub(super) filled: bool,
}

struct Membership {
    id: i64,
    name: String,
    since: Option<String>,
}

struct Tag {
    id: i64,
    name: String,
    group: String,
    applied: String,
    last: String,
}

struct Statement {
    id: i64,
    key: String,
    text: String,
    answer: Option<bool>,
    answered: String,
    outdated: bool,
}

#[derive(Template)]
#[template(path = "console/contact.html")]
struct Page<'a> {
    shell: &'a Shell,
    id: i64,
    email: &'a str,
    name: String,
    state: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    values: Vec<Entry>,
    faults: bool,
    email_fault: Option<String>,
    lists: Vec<Membership>,
    tags: Vec<Tag>,
    other_tags: Vec<(i64, String)>,
    statements: Vec<Statement>,
    events: Vec<Event>,
    sign_ups: Vec<Line>,
    owed: Vec<Owed>,
    changes: Vec<Change>,
    waiting: Option<String>,
    suppressed: bool,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let contact = contact(&ctx).await?;
    page(&ctx, 200, &contact, Vec::new(), None).await
}

/// The contact that the path names.
pub(super) async fn contact(ctx: &Ctx) -> Result<Contact, Fail> {
    let key = ContactKey::Id(ContactId(ctx.id()?));
    ctx.console.store().contact(ctx.account()?.id, key).await?.ok_or(Fail::NotFound)
}

/// The name that a contact goes by, as far as known.
pub(super) fn name(contact: &Contact) -> String {
    let part = |id: i64| contact.values.iter().find(|(f, _)| f.0 == id).map(|(_, v)| v.as_str());
    [part(2), part(3)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The page; after a post that did not fit, with what was typed and what is wrong with it, by SystemName.
pub(super) async fn page(
    ctx: &Ctx,
    status: u16,
    contact: &Contact,
    typed: Vec<(String, String, Option<String>)>,
    email_fault: Option<String>,
) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let store = ctx.console.store();
    let row = &contact.row;
    let language = &account.settings.language.0;
    let (key, class) = state(row);
    let mut sign_ups = Vec::new();
    for found in store.sign_ups_of(account.id, row.id).await?.iter().take(MOST as usize) {
        sign_ups.push(sign_ups::line(ctx, found).await?);
    }
    let records = store.consents(account.id, row.person).await?;
    let deliveries = store.deliveries_of(account.id, row.id, MOST).await?;
    let trail = store.trail_of(account.id, row.id, MOST).await?;
    let waiting = store.waiting(account.id, row.id).await?;
    let shell = ctx.shell(&row.email, "contacts");
    let tagged = |id: i64| contact.tags.iter().any(|g| g.tag.0 == id);
    let faults = email_fault.is_some() || typed.iter().any(|(.., fault)| fault.is_some());
    let template = Page {
        shell: &shell,
        id: row.id.0,
        email: &row.email,
        name: name(contact),
        state: t.get(key),
        class,
        facts: facts(ctx, contact),
        values: values(ctx, contact, typed)?,
        faults,
        email_fault,
        lists: account
            .lists
            .iter()
            .map(|(id, list)| Membership {
                id: id.0,
                name: t.pick(&list.name, language),
                since: contact.lists.iter().find(|(l, _)| l == id).map(|(_, at)| t.day(*at)),
            })
            .collect(),
        tags: contact
            .tags
            .iter()
            .filter_map(|g| {
                let tag = account.tag(g.tag)?;
                let applied = t.count("applied", g.applied);
                Some(Tag {
                    id: g.tag.0,
                    name: tag.name.clone(),
                    group: tag.group.clone(),
                    applied,
                    last: t.day(g.last_at),
                })
            })
            .collect(),
        other_tags: account
            .tags
            .iter()
            .filter(|(id, _)| !tagged(id.0))
            .map(|(id, tag)| (id.0, tag.name.clone()))
            .collect(),
        statements: account
            .statements
            .iter()
            .map(|(id, statement, versions)| {
                let answer = contact.statements.iter().find(|a| a.statement == *id);
                let newest = versions.last().map_or(1, |v| v.version);
                Statement {
                    id: id.0,
                    key: statement.key.clone(),
                    text: t.pick(&statement.text, language),
                    answer: answer.map(|a| a.agreed),
                    answered: answer.map(|a| t.day(a.at)).unwrap_or_default(),
                    outdated: answer.is_some_and(|a| a.agreed && a.version < newest),
                }
            })
            .collect(),
        events: events(ctx, &records)?,
        sign_ups,
        owed: owed(ctx, &deliveries),
        changes: changes(t, trail),
        waiting: waiting.map(|(_, until)| {
            let over = until <= store.ambient().now();
            t.one(if over { "waiting-over" } else { "waiting-until" }, "when", &t.when(until))
        }),
        suppressed: row.suppressed_at.is_some(),
    };
    Ok(shell::page(status, &template))
}

fn facts(ctx: &Ctx, contact: &Contact) -> Vec<(String, String)> {
    let t = ctx.words;
    let row = &contact.row;
    let mut facts = vec![
        (t.get("fact-id"), row.id.to_string()),
        (t.get("fact-since"), t.when(row.created_at)),
        (t.get("fact-from"), t.of("made-by", &row.source.to_lowercase().replace(' ', "-"))),
    ];
    let mut add = |key: &str, value: Option<String>| facts.extend(value.map(|v| (t.get(key), v)));
    add("fact-confirmed", row.confirmed_at.map(|at| t.when(at)));
    add("fact-suppressed", row.suppressed_at.map(|at| t.when(at)));
    add("fact-bad-address", row.bad_address_at.map(|at| t.when(at)));
    add("fact-ip", row.created_ip.clone());
    add("fact-page", row.created_referrer.clone());
    add("fact-changed", Some(t.when(row.modified_at)));
    facts
}

/// The account's fields with what the contact has in them: those with a value and those that forms ask for.
fn values(ctx: &Ctx, contact: &Contact, typed: Vec<(String, String, Option<String>)>) -> Result<Vec<Entry>, Fail> {
    let account = ctx.account()?;
    let language = &account.settings.language.0;
    let all = account.fields.iter().map(|(id, field)| {
        let kept = contact.values.iter().find(|(f, _)| f == id).map(|(_, v)| v.clone()).unwrap_or_default();
        let own = typed.iter().find(|(name, ..)| *name == field.system_name);
        let value = own.map_or(kept, |(_, value, _)| value.clone());
        Entry {
            name: field.system_name.clone(),
            label: ctx.words.pick(&field.label, language),
            control: control(field),
            options: options(field, &value),
            filled: matches!(id.0, 2 | 3) || !value.is_empty() || own.is_some(),
            value,
            fault: own.and_then(|(.., fault)| fault.clone()),
        }
    });
    Ok(all.collect())
}

pub(super) fn control(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::LargeText => "area",
        FieldKind::Date => "date",
        FieldKind::Boolean => "yes_no",
        FieldKind::OptionList => "choice",
        FieldKind::CheckList => "choices",
        _ => "text",
    }
}

fn options(field: &Field, value: &str) -> Vec<(String, bool)> {
    match field.kind {
        FieldKind::Boolean => ["true", "false"].into_iter().map(|o| (o.to_owned(), o == value)).collect(),
        FieldKind::CheckList => {
            let chosen: Vec<String> =
                serde_json::from_str(value).unwrap_or_else(|_| value.split(',').map(|v| v.trim().to_owned()).collect());
            field.options.iter().map(|o| (o.clone(), chosen.contains(o))).collect()
        }
        _ => field.options.iter().map(|o| (o.clone(), o == value)).collect(),
    }
}
