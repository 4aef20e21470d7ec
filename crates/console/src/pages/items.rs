//! Lists, tag groups, statements, fields and receivers of webhooks: each kind is a table of parts, and all go the same way
//! from the page to the account.

use account_file::ItemKind;
use askama::Template;
use serde_json::{Value, json};
use store::{StoredAccount, StoredItem};

use super::file::stored;
use super::form_edit::{State, Sure, new_id};
use super::{statement_versions, webhook};
use crate::ctx::{Answer, Ctx, Fail};
use crate::edit::{self, Edit};
use crate::input::{self, Draw, Input, Part, Shape, part, required};
use crate::shell::{self, Shell};

/// A kind of item: where it is, what it is, and its parts. The first part is what it is known by.
struct Kind {
    path: &'static str,
    item: ItemKind,
    family: &'static str,
    parts: &'static [Part],
}

const TEXT: Shape = Shape::Line("text");
const URL: Shape = Shape::Line("url");

static KINDS: [Kind; 5] = [
    Kind {
        path: "lists",
        item: ItemKind::MailingList,
        family: "list",
        parts: &[required("external_id", TEXT), required("name", Shape::Words), part("description", Shape::Words)],
    },
    Kind {
        path: "tags",
        item: ItemKind::TagGroup,
        family: "tag-group",
        parts: &[required("name", TEXT), part("description", TEXT), part("web", Shape::Tick)],
    },
    Kind {
        path: "statements",
        item: ItemKind::Statement,
        family: "statement",
        parts: &[
            required("key", TEXT),
            required("text", Shape::Areas),
            part("channel", Shape::Choice(&["email", "post", "sms", "phone", "other"])),
            part("basis", Shape::Choice(&["consent", "legitimate_interest"])),
            part("web", Shape::Tick),
            part("linked_to_email", Shape::Tick),
        ],
    },
    Kind {
        path: "fields",
        item: ItemKind::Field,
        family: "field",
        parts: &[
            required("system_name", TEXT),
            part("label", Shape::Words),
            part(
                "type",
                Shape::Choice(&[
                    "text",
                    "large_text",
                    "boolean",
                    "date",
                    "whole_number",
                    "decimal",
                    "currency",
                    "option_list",
                    "check_list",
                ]),
            ),
            part("options", Shape::Lines),
            part("on_forms", Shape::Tick),
            part("hint", Shape::Words),
        ],
    },
    Kind {
        path: "webhooks",
        item: ItemKind::Webhook,
        family: "webhook",
        parts: &[
            required("name", TEXT),
            part("urls.url", URL),
            part(
                "events",
                Shape::Ticks(&[
                    "contact.created",
                    "contact.updated",
                    "contact.confirmed",
                    "contact.unsubscribed",
                    "contact.erased",
                    "sign_up.pending",
                    "sign_up.confirmed",
                    "consent.given",
                    "consent.withdrawn",
                    "list.joined",
                    "list.left",
                    "tag.added",
                ]),
            ),
            part("disabled", Shape::Tick),
        ],
    },
];

/// The vendor's webhooks have a URL for each kind, and no events to choose.
static VENDOR_WEBHOOK: [Part; 6] = [
    part("urls.contact_subscribe", URL),
    part("urls.contact_unsubscribe", URL),
    part("urls.list_subscribe", URL),
    part("urls.list_unsubscribe", URL),
    part("urls.bounce", URL),
    part("disabled", Shape::Tick),
];

impl Kind {
    fn of(path: &str) -> Result<&'static Self, Fail> {
        KINDS.iter().find(|k| k.path == path).ok_or(Fail::NotFound)
    }

    /// The kind that the request's path is about: `/console/{account}/lists/…`, or `/console/{account}/new/lists`.
    fn asked(ctx: &Ctx) -> Result<&'static Self, Fail> {
        let mut parts = ctx.path.split('/').skip(3);
        match parts.next() {
            Some("new") => Self::of(parts.next().unwrap_or_default()),
            path => Self::of(path.unwrap_or_default()),
        }
    }

    fn parts(&self, definition: &Value, existing: bool) -> Vec<Part> {
        let vendor = self.item == ItemKind::Webhook && definition["kind"] == "sentori";
        let mut parts = if vendor { VENDOR_WEBHOOK.to_vec() } else { self.parts.to_vec() };
        // Under another id it would be another thing. Groups and receivers with a name of their own can be renamed.
        match self.item {
            _ if !existing || vendor => {}
            // Without a name, a receiver is known by its URL.
            ItemKind::Webhook if definition["name"].is_null() => parts[1].shape = Shape::Fixed,
            ItemKind::TagGroup | ItemKind::Webhook => {}
            _ => parts[0].shape = Shape::Fixed,
        }
        parts
    }

    fn blank(&self, ctx: &Ctx) -> Value {
        match self.item {
            ItemKind::MailingList => json!({ "external_id": new_id(ctx), "name": "" }),
            ItemKind::Statement => json!({ "key": "", "spektrix_id": "", "text": "", "channel": "email" }),
            ItemKind::Field => json!({ "system_name": "", "type": "text", "on_forms": true }),
            ItemKind::Webhook => json!({ "kind": "standard", "name": "", "urls": {} }),
            _ => json!({ "name": "", "web": false }),
        }
    }

    fn title(&self, ctx: &Ctx) -> String {
        ctx.words.get(&format!("nav-{}", self.path))
    }
}

struct Row {
    href: String,
    name: String,
    about: String,
    badge: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/items.html")]
struct Items<'a> {
    shell: &'a Shell,
    title: String,
    lead: String,
    none: String,
    new: String,
    make: String,
    rows: Vec<Row>,
}

fn of_kind(account: &StoredAccount, kind: ItemKind) -> Vec<&StoredItem> {
    let mut items: Vec<_> = account.items.iter().filter(|i| i.kind == kind && !i.removed).collect();
    items.sort_by_key(|i| (i.position, i.id));
    items
}

pub(crate) async fn list(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let kind = Kind::asked(&ctx)?;
    let stored = stored(&ctx).await?;
    let own = ctx.account()?.settings.language.0.clone();
    let pick = |value: &Value| {
        let texts = input::wordings(value, &own);
        texts.get(t.tag()).or_else(|| texts.get(&own)).or_else(|| texts.values().next()).cloned().unwrap_or_default()
    };
    let tags = of_kind(&stored, ItemKind::Tag);
    let mut rows = Vec::new();
    for item in of_kind(&stored, kind.item) {
        let d = &item.definition;
        let said = |key: &str| d[key].as_str().unwrap_or_default().to_owned();
        let (name, about) = match kind.item {
            ItemKind::MailingList => (pick(&d["name"]), [said("external_id"), pick(&d["description"])].join(" · ")),
            ItemKind::TagGroup => {
                let of: Vec<String> = tags
                    .iter()
                    .filter(|tag| tag.definition["group"].as_str().is_some_and(|g| g.eq_ignore_ascii_case(&item.name)))
                    .map(|tag| tag.name.clone())
                    .collect();
                (said("name"), of.join(", "))
            }
            ItemKind::Statement => (pick(&d["text"]), said("key")),
            ItemKind::Field => {
                let label = pick(&d["label"]);
                (if label.is_empty() { said("system_name") } else { label }, said("system_name"))
            }
            _ => (item.name.clone(), webhook::about(d)),
        };
        let badge = match kind.item {
            ItemKind::Statement => Some((t.of("choice-channel", &said("channel")), "plain")),
            ItemKind::Field => Some((t.of("choice-type", &said("type")), "plain")),
            ItemKind::TagGroup if d["web"] == true => Some((t.get("on-web"), "good")),
            ItemKind::Webhook => webhook::badge(&ctx, item.id),
            _ => None,
        };
        let href = ctx.at(&format!("{}/{}", kind.path, item.id));
        rows.push(Row { href, name, about: about.trim_matches([' ', '·']).to_owned(), badge });
    }
    let shell = ctx.shell(&kind.title(&ctx), kind.path);
    shell::ok(&Items {
        shell: &shell,
        title: kind.title(&ctx),
        lead: t.get(&format!("{}-lead", kind.path)),
        none: t.get(&format!("{}-empty", kind.path)),
        new: ctx.at(&format!("new/{}", kind.path)),
        make: t.get(&format!("{}-new", kind.path)),
        rows,
    })
}

/// A tag of a group, as it is called now.
struct TagRow {
    id: String,
    name: String,
}

/// What is being edited: a new item, or one that is there.
struct Editing {
    kind: &'static Kind,
    stored: StoredAccount,
    id: Option<i64>,
    before: Value,
}

#[derive(Template)]
#[template(path = "console/item.html")]
struct Page<'a> {
    shell: &'a Shell,
    title: String,
    kind_title: String,
    list: String,
    action: String,
    was: String,
    existing: bool,
    inputs: Vec<Input>,
    languages: String,
    more_languages: Vec<(String, String)>,
    tags: Option<Vec<TagRow>>,
    more_tags: String,
    state: State,
    versions: Option<statement_versions::Versions>,
    webhook: Option<webhook::Ops>,
}

impl Editing {
    async fn asked(ctx: &Ctx) -> Result<Self, Fail> {
        let kind = Kind::asked(ctx)?;
        let stored = stored(ctx).await?;
        if ctx.params.iter().any(|(name, _)| name == "id") {
            let id = ctx.id()?;
            let found = stored.items.iter().find(|i| i.id == id && i.kind == kind.item && !i.removed);
            let before = found.ok_or(Fail::NotFound)?.definition.clone();
            return Ok(Self { kind, stored, id: Some(id), before });
        }
        let mut before = kind.blank(ctx);
        if kind.item == ItemKind::Webhook && ctx.query.get("kind") == "sentori" {
            before = json!({ "kind": "sentori", "urls": {} });
        }
        Ok(Self { kind, stored, id: None, before })
    }

    fn tags(&self) -> Vec<TagRow> {
        let group = edit::natural_name(ItemKind::TagGroup, &self.before);
        let tags = of_kind(&self.stored, ItemKind::Tag).into_iter();
        tags.filter(|tag| tag.definition["group"].as_str().is_some_and(|g| g.eq_ignore_ascii_case(&group)))
            .map(|tag| TagRow { id: tag.id.to_string(), name: tag.name.clone() })
            .collect()
    }

    /// Tells apart what a page was made from: the item, and of a group its tags too.
    fn mark(&self) -> String {
        let tags: Vec<String> = match self.kind.item {
            ItemKind::TagGroup if self.id.is_some() => self.tags().into_iter().map(|tag| tag.name).collect(),
            _ => Vec::new(),
        };
        edit::mark(&json!([self.before, tags]))
    }

    fn languages(&self, ctx: &Ctx, definition: &Value) -> Result<Vec<String>, Fail> {
        let own = &ctx.account()?.settings.language.0;
        let parts = self.kind.parts.iter().filter(|p| matches!(p.shape, Shape::Words | Shape::Areas));
        let mut languages = input::languages(definition, parts.map(|p| p.key), own);
        let asked = ctx.form.get("languages").split(' ').chain([ctx.form.get("new-language")]).take(20);
        for tag in asked {
            let new = tag == ctx.form.get("new-language") && ctx.form.get("do") != "add-language";
            let fits = (2..=20).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if fits && !new && !languages.iter().any(|l| l == tag) {
                languages.push(tag.to_owned());
            }
        }
        Ok(languages)
    }

    async fn page(&self, ctx: &Ctx, status: u16, definition: &Value, state: State) -> Answer {
        let t = ctx.words;
        let languages = self.languages(ctx, definition)?;
        let draw = Draw { t, family: self.kind.family, languages: &languages };
        let existing = self.id.is_some();
        let inputs = draw.inputs(&self.kind.parts(&self.before, existing), definition);
        let worded = inputs.iter().any(|i| !i.texts.is_empty());
        let shipped = doors::pages::Texts::shipped().filter(|tag| worded && !languages.iter().any(|l| l == tag));
        let more_languages = shipped.map(|tag| (tag.to_owned(), input::language_name(tag))).collect();
        let own = match self.id {
            Some(id) => format!("{}/{id}", self.kind.path),
            None if definition["kind"] == "sentori" => format!("new/{}?kind=sentori", self.kind.path),
            None => format!("new/{}", self.kind.path),
        };
        let name = edit::natural_name(self.kind.item, &self.before);
        let title = if existing { name } else { t.get(&format!("{}-new", self.kind.path)) };
        let shell = ctx.shell(&title, self.kind.path);
        let versions = match (self.kind.item, self.id) {
            (ItemKind::Statement, Some(id)) => Some(statement_versions::of(ctx, id).await?),
            _ => None,
        };
        let webhook = match (self.kind.item, self.id) {
            (ItemKind::Webhook, Some(id)) => Some(webhook::ops(ctx, id).await?),
            _ => None,
        };
        let page = Page {
            title,
            kind_title: self.kind.title(ctx),
            list: ctx.at(self.kind.path),
            action: ctx.at(&own),
            was: if existing { self.mark() } else { String::new() },
            existing,
            inputs,
            languages: languages.join(" "),
            more_languages,
            tags: (self.kind.item == ItemKind::TagGroup).then(|| self.tags()),
            more_tags: ctx.form.raw("more-tags").to_owned(),
            state,
            versions,
            webhook,
            shell: &shell,
        };
        Ok(shell::page(status, &page))
    }

    /// The changes that saving comes to: the item, and the tags of a group.
    fn edits(&self, ctx: &Ctx, definition: &Value) -> Vec<Edit> {
        let name = edit::natural_name(self.kind.item, &self.before);
        let current = self.id.map(|_| name);
        let mut edits = vec![Edit::Put { kind: self.kind.item, current, definition: definition.clone() }];
        if self.kind.item != ItemKind::TagGroup {
            return edits;
        }
        let group = edit::natural_name(ItemKind::TagGroup, definition);
        let tags = if self.id.is_some() { self.tags() } else { Vec::new() };
        for tag in tags {
            let Some(item) = self.stored.items.iter().find(|i| i.id.to_string() == tag.id) else { continue };
            let new = ctx.form.get(&format!("tag.{}", tag.id));
            if new.is_empty() {
                edits.push(Edit::Remove { kind: ItemKind::Tag, name: tag.name });
            } else {
                let mut definition = item.definition.clone();
                definition["name"] = new.into();
                definition["group"] = group.as_str().into();
                edits.push(Edit::Put { kind: ItemKind::Tag, current: Some(tag.name), definition });
            }
        }
        for new in ctx.form.get("more-tags").lines().map(str::trim).filter(|l| !l.is_empty()) {
            let definition = json!({ "name": new, "group": group, "spektrix_id": "" });
            edits.push(Edit::Put { kind: ItemKind::Tag, current: None, definition });
        }
        edits
    }

    fn removal(&self) -> Vec<Edit> {
        let name = edit::natural_name(self.kind.item, &self.before);
        let mut edits = vec![Edit::Remove { kind: self.kind.item, name }];
        if self.kind.item == ItemKind::TagGroup {
            edits.extend(self.tags().into_iter().map(|tag| Edit::Remove { kind: ItemKind::Tag, name: tag.name }));
        }
        edits
    }

    fn subject(&self, definition: &Value) -> String {
        format!("{} {}", self.kind.item.word(), edit::natural_name(self.kind.item, definition))
    }
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let editing = Editing::asked(&ctx).await?;
    editing.page(&ctx, 200, &editing.before, State::default()).await
}

pub(crate) async fn take(ctx: Ctx) -> Answer {
    let editing = Editing::asked(&ctx).await?;
    let t = ctx.words;
    let what = ctx.form.get("do");
    if matches!(what, "remove" | "remove-now") && editing.id.is_some() {
        return remove(&ctx, &editing, what == "remove-now").await;
    }
    let mut definition = editing.before.clone();
    let mut faults = Vec::new();
    let languages = editing.languages(&ctx, &definition)?;
    let draw = Draw { t, family: editing.kind.family, languages: &languages };
    for part in editing.kind.parts(&editing.before, editing.id.is_some()) {
        draw.read(&part, &ctx.form, "", &mut definition, &mut faults);
    }
    // Tables that a definition always has.
    if editing.kind.item == ItemKind::Webhook && definition["urls"].is_null() {
        definition["urls"] = json!({});
    }
    match what {
        "add-language" => return editing.page(&ctx, 200, &definition, State::default()).await,
        "save" | "save-now" => {}
        _ => return Err(Fail::Malformed),
    }
    if !faults.is_empty() {
        return editing.page(&ctx, 422, &definition, State { faults, ..State::default() }).await;
    }
    let planned = match edit::plan(&ctx, &editing.stored, editing.edits(&ctx, &definition)) {
        Ok(planned) => planned,
        Err(faults) => return editing.page(&ctx, 422, &definition, State { faults, ..State::default() }).await,
    };
    let existing = editing.id.is_some();
    if planned.is_empty() {
        return ctx.to(&ctx.at(editing.kind.path), "nothing");
    }
    if existing && ctx.form.get("was") != editing.mark() {
        let conflict = Some(planned.lines());
        return editing.page(&ctx, 409, &definition, State { conflict, ..State::default() }).await;
    }
    // What people agreed to before keeps its wording: that is worth a second look.
    if let (Some(version), "save", Some(id)) = (planned.new_version(), what, editing.id) {
        let sure = statement_versions::sure(&ctx, id, version, planned.lines()).await?;
        return editing.page(&ctx, 200, &definition, State { sure: Some(sure), ..State::default() }).await;
    }
    let action = if existing { "item.change" } else { "item.make" };
    let subject = editing.subject(&definition);
    let name = edit::natural_name(editing.kind.item, &definition);
    if !edit::apply(&ctx, &editing.stored, planned, action, subject).await? {
        let conflict = Some(Vec::new());
        return editing.page(&ctx, 409, &definition, State { conflict, ..State::default() }).await;
    }
    if !existing && editing.kind.item == ItemKind::Webhook && definition["kind"] == "standard" {
        return webhook::made(&ctx, &name).await;
    }
    ctx.to(&ctx.at(editing.kind.path), if existing { "saved" } else { "made" })
}

/// Takes an item out, after it was said what goes with it.
async fn remove(ctx: &Ctx, editing: &Editing, now: bool) -> Answer {
    let planned = match edit::plan(ctx, &editing.stored, editing.removal()) {
        Ok(planned) => planned,
        Err(faults) => return editing.page(ctx, 422, &editing.before, State { faults, ..State::default() }).await,
    };
    if !now || ctx.form.get("was") != editing.mark() {
        let t = ctx.words;
        let name = edit::natural_name(editing.kind.item, &editing.before);
        let sure = Sure {
            title: t.one("remove-title", "name", &name),
            lead: t.get(&format!("{}-remove", editing.kind.path)),
            lines: planned.lines(),
            does: "remove-now",
            button: t.get("remove-now"),
            danger: true,
        };
        return editing.page(ctx, 200, &editing.before, State { sure: Some(sure), ..State::default() }).await;
    }
    if !edit::apply(ctx, &editing.stored, planned, "item.remove", editing.subject(&editing.before)).await? {
        return ctx.to(&ctx.at(editing.kind.path), "again");
    }
    ctx.to(&ctx.at(editing.kind.path), "removed")
}
