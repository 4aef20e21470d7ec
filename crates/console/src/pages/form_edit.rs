//! A form by structured edit: made, copied, changed, closed. Nothing is written before it was planned like an account file,
//! and whoever started from a version that somebody else has changed meanwhile is told.

use account_file::ItemKind;
use askama::Template;
use serde_json::{Value, json};
use store::{StoredAccount, StoredItem};

use super::file::stored;
use crate::ctx::{Answer, Ctx, Fail};
use crate::edit::{self, Edit};
use crate::form_draft::{Draft, Editor};
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/form_edit.html")]
struct Page<'a> {
    shell: &'a Shell,
    title: &'a str,
    /// The form's own page; nothing for a new one.
    back: Option<String>,
    action: String,
    preview: String,
    was: String,
    editor: Editor,
    state: State,
}

/// What became of an attempt to save.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) faults: Vec<String>,
    /// What saving would change about what somebody else saved meanwhile.
    pub(crate) conflict: Option<Vec<String>>,
    /// A change that asks twice: what it does.
    pub(crate) sure: Option<Sure>,
}

/// What is asked before a change that has consequences.
pub(crate) struct Sure {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) lines: Vec<String>,
    pub(crate) does: &'static str,
    pub(crate) button: String,
    pub(crate) danger: bool,
}

fn item<'a>(account: &'a StoredAccount, id: &str) -> Option<&'a StoredItem> {
    let mut forms = account.items.iter().filter(|i| i.kind == ItemKind::Form && !i.removed);
    forms.find(|i| i.name.eq_ignore_ascii_case(id.trim()))
}

/// An id for something new, in the alphabet that the vendor's ids have.
pub(crate) fn new_id(ctx: &Ctx) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let random: [u8; 8] = ctx.console.store().ambient().random();
    random.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect()
}

/// A new form: blank, or after another one.
fn blank(ctx: &Ctx, account: &StoredAccount, copy: &str) -> Result<Value, Fail> {
    let id = new_id(ctx);
    if copy.is_empty() {
        let fields = json!([{ "field": "FirstName" }, { "field": "LastName" }]);
        return Ok(json!({ "external_id": id, "name": "", "fields": fields }));
    }
    let mut definition = item(account, copy).ok_or(Fail::NotFound)?.definition.clone();
    let renamed = |name: &str| ctx.words.one("copy-of", "name", name);
    definition["name"] = match &definition["name"] {
        Value::Object(names) => {
            names.iter().map(|(l, n)| (l.clone(), Value::String(renamed(n.as_str().unwrap_or_default())))).collect()
        }
        name => Value::String(renamed(name.as_str().unwrap_or_default())),
    };
    definition["external_id"] = Value::String(id);
    Ok(definition)
}

pub(crate) async fn new(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let definition = blank(&ctx, &stored, ctx.query.get("copy"))?;
    let draft = Draft::of(definition, ctx.account()?, false);
    page(&ctx, 200, &draft, None, State::default(), None)
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let item = item(&stored, ctx.param("id")).ok_or(Fail::NotFound)?;
    let draft = Draft::of(item.definition.clone(), ctx.account()?, true);
    page(&ctx, 200, &draft, Some(&item.definition), State::default(), None)
}

fn page(ctx: &Ctx, status: u16, draft: &Draft, now: Option<&Value>, state: State, touched: Option<&str>) -> Answer {
    let t = ctx.words;
    let account = ctx.account()?;
    let editor = draft.editor(ctx, account, touched);
    let id = draft.definition["external_id"].as_str().unwrap_or_default();
    let title = if now.is_some() { t.get("form-edit-title") } else { t.get("form-new") };
    let own = now.map(|_| ctx.at(&format!("forms/{id}")));
    let shell = ctx.shell(&title, "forms");
    let copy = ctx.query.get("copy");
    let action = match &own {
        Some(own) => format!("{own}/edit"),
        None if copy.is_empty() => ctx.at("new/form"),
        None => format!("{}?copy={copy}", ctx.at("new/form")),
    };
    let page = Page {
        shell: &shell,
        title: &title,
        preview: ctx.at("preview"),
        was: now.map(edit::mark).unwrap_or_default(),
        back: own,
        action,
        editor,
        state,
    };
    Ok(shell::page(status, &page))
}

pub(crate) async fn take_new(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let definition = blank(&ctx, &stored, ctx.query.get("copy"))?;
    take_over(ctx, stored, definition, false).await
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let definition = item(&stored, ctx.param("id")).ok_or(Fail::NotFound)?.definition.clone();
    take_over(ctx, stored, definition, true).await
}

async fn take_over(ctx: Ctx, stored: StoredAccount, before: Value, existing: bool) -> Answer {
    let account = ctx.account()?.clone();
    let what = ctx.form.get("do").to_owned();
    let mut draft = Draft::of(before.clone(), &account, existing).read(&ctx, &account);
    let now = existing.then_some(&before);
    let moved = draft.moved(&what);
    if draft.rearrange(&what, &ctx.form) {
        return page(&ctx, 200, &draft, now, State::default(), moved.as_deref());
    }
    if what != "save" {
        return Err(Fail::Malformed);
    }
    if !draft.faults.is_empty() {
        let faults = draft.faults.clone();
        return page(&ctx, 422, &draft, now, State { faults, ..State::default() }, None);
    }
    let id = edit::natural_name(ItemKind::Form, &draft.definition);
    let current = existing.then(|| id.clone());
    let put = Edit::Put { kind: ItemKind::Form, current, definition: draft.definition.clone() };
    let planned = match edit::plan(&ctx, &stored, vec![put]) {
        Ok(planned) => planned,
        Err(faults) => return page(&ctx, 422, &draft, now, State { faults, ..State::default() }, None),
    };
    let home = ctx.at(&format!("forms/{id}"));
    if planned.is_empty() {
        return ctx.to(&home, "nothing");
    }
    if existing && ctx.form.get("was") != edit::mark(&before) {
        let conflict = Some(planned.lines());
        return page(&ctx, 409, &draft, now, State { conflict, ..State::default() }, None);
    }
    let action = if existing { "item.change" } else { "item.make" };
    if !edit::apply(&ctx, &stored, planned, action, format!("form {id}")).await? {
        let conflict = Some(Vec::new());
        return page(&ctx, 409, &draft, now, State { conflict, ..State::default() }, None);
    }
    ctx.to(&home, if existing { "saved" } else { "made" })
}

/// Closes a form, or opens it again.
pub(crate) async fn state(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let item = item(&stored, ctx.param("id")).ok_or(Fail::NotFound)?;
    let mut definition = item.definition.clone();
    let disabled = match ctx.form.get("do") {
        "close" => true,
        "open" => false,
        _ => return Err(Fail::Malformed),
    };
    definition["disabled"] = Value::Bool(disabled);
    let put = Edit::Put { kind: ItemKind::Form, current: Some(item.name.clone()), definition };
    let home = ctx.at(&format!("forms/{}", item.name));
    let planned = edit::plan(&ctx, &stored, vec![put]).map_err(|_| Fail::Malformed)?;
    if planned.is_empty() {
        return ctx.to(&home, "nothing");
    }
    let done = edit::apply(&ctx, &stored, planned, "item.change", format!("form {}", item.name)).await?;
    ctx.to(&home, if done { "saved" } else { "again" })
}

/// What the editor holds, as a visitor would see it.
pub(crate) async fn preview(ctx: Ctx) -> Answer {
    let stored = stored(&ctx).await?;
    let account = ctx.account()?.clone();
    let known = item(&stored, ctx.form.get("of")).map(|i| i.definition.clone());
    let existing = known.is_some();
    let before = known.unwrap_or_else(|| json!({ "external_id": "", "name": "", "fields": [] }));
    let draft = Draft::of(before, &account, existing).read(&ctx, &account);
    let Some(form) = draft.resolved(&account) else { return Err(Fail::Malformed) };
    Ok(super::form_preview::drawn(&ctx, &account, &form, "", "#"))
}
