//! The preference page: what is kept about a person, to see, change, take away and delete.

use std::borrow::Cow;

use askama::Template;
use model::{AccountSettings, AccountSnapshot, FieldKind, Given, GivenAnswer, Shown, Timestamp};

use super::body::{BodyFault, Pairs, urlencoded};
// Templates name the kinds.
use super::controls::{Control, ControlKind, control, email_control, field_label, list_control};
use super::faults::FieldError;
use super::form_view::{StatementView, statement_name, statement_view};
use super::message_page::{Message, message_page};
use super::page::{Brand, Frame, Page};
use super::submission::{Typed, yes_no};
use super::texts::Texts;

/// What is known about a person, by natural names.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The address.
    pub email: String,
    /// Canonical values by SystemName.
    pub values: Vec<(String, String)>,
    /// External ids of the lists joined.
    pub lists: Vec<String>,
    /// Answers by statement key: yes or no, and since when.
    pub statements: Vec<(String, bool, Option<Timestamp>)>,
}

/// What just happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Happened {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Changes were saved.
    Saved,
    /// A link went to that new address.
    AddressMailed(String),
}

/// The preference page as `templates/pages/preferences.html` needs it.
#[derive(Clone, Debug)]
pub struct PreferencesView {
    email: String,
    fields: Vec<Control>,
    more: Vec<Control>,
    lists: Option<Control>,
    statements: Vec<StatementView>,
    wordings: String,
    new_address: Control,
    errors: Vec<FieldError>,
    note: Option<String>,
    texts: Texts,
}

impl PreferencesView {
    /// The view of a person's preferences. With faults, `typed` is shown instead of what is known.
    pub fn build(
        account: &AccountSnapshot,
        known: &Known,
        t: Texts,
        typed: Option<&Typed>,
        errors: Vec<FieldError>,
        happened: &Happened,
    ) -> Self {
        let message = |name: &str| errors.iter().find(|e| e.field.as_deref() == Some(name)).map(|e| e.message.clone());
        let (mut fields, mut more) = (Vec::new(), Vec::new());
        for (id, field) in account.fields.iter().filter(|(_, f)| f.on_forms) {
            let kept = known.values.iter().filter(|(n, _)| *n == field.system_name).map(|(_, v)| v.clone());
            let values: Vec<String> = typed.map_or_else(|| kept.collect(), |t| t.all(&field.system_name).to_vec());
            let label = field_label(account, None, *id, field, t);
            let hint = field.hint.as_ref().map(|h| h.pick(t.tag(), &account.settings.language.0).to_owned());
            // As a pair, so that a yes can be taken back.
            let boolean = field.kind == FieldKind::Boolean;
            let mut control = control(*id, field, label, hint.filter(|h| !h.is_empty()), boolean, t, &values);
            control.required = false;
            control.error = message(&control.name);
            // Built-in fields that nobody asks for and that hold nothing stay out of the way.
            let asked = id.0 >= 100 || account.forms.iter().any(|f| f.fields.iter().any(|(asked, _)| asked == id));
            let held = known.values.iter().any(|(name, _)| *name == field.system_name);
            if asked || held { fields.push(control) } else { more.push(control) }
        }
        let all: Vec<_> = account.lists.iter().map(|(_, list)| list).collect();
        let joined = typed.map_or_else(|| known.lists.clone(), |t| t.all("MailingLists").to_vec());
        let mut lists = list_control(account, &all, t, |id| joined.iter().any(|l| l.eq_ignore_ascii_case(id)));
        if let Some(lists) = &mut lists {
            lists.label = t.get("preferences-lists");
            lists.error = message(&lists.name);
        }
        let statements = statements(account, known, t, typed);
        let mut new_address = email_control(t, "NewEmailAddress", typed.and_then(|t| t.last("NewEmailAddress")));
        new_address.label = t.get("change-address-label");
        new_address.hint = Some(t.get("change-address-hint"));
        new_address.required = false;
        new_address.error = message(&new_address.name);
        let note = match happened {
            Happened::Nothing => None,
            Happened::Saved => Some(t.get("preferences-saved")),
            Happened::AddressMailed(email) => Some(t.one("change-address-sent", "email", email)),
        };
        let wordings = super::form_view::wordings(&statements);
        Self {
            email: known.email.clone(),
            fields,
            more,
            lists,
            statements,
            wordings,
            new_address,
            errors,
            note,
            texts: t,
        }
    }

    fn faults_title(&self) -> String {
        self.texts.count("faults-title", "count", self.errors.len() as u64)
    }

    fn more_is_faulty(&self) -> bool {
        self.more.iter().any(|c| c.error.is_some())
    }

    fn anchor(&self, error: &FieldError) -> Option<String> {
        let name = error.field.as_deref()?;
        let controls =
            self.fields.iter().chain(&self.more).chain(&self.lists).chain([&self.new_address]).any(|c| c.name == name);
        (controls || self.statements.iter().any(|s| s.name == name)).then(|| format!("f-{name}"))
    }
}

fn statements(account: &AccountSnapshot, known: &Known, t: Texts, typed: Option<&Typed>) -> Vec<StatementView> {
    let mut views: Vec<_> = account
        .statements
        .iter()
        .map(|(_, statement, versions)| {
            let version = versions.last().map_or(1, |v| v.version);
            let mut view = statement_view(account, None, statement, version, t);
            let kept = known.statements.iter().find(|(key, ..)| key.eq_ignore_ascii_case(&statement.key));
            view.pair = true;
            view.answer = kept.map(|(_, yes, _)| *yes);
            if let Some(typed) = typed {
                view.answer = typed.last(&view.name).and_then(|a| yes_no(&a)).or(view.answer);
            }
            view.since = kept.and_then(|(_, yes, since)| {
                let date = t.date(&(*since)?.to_rfc3339());
                Some(t.one(if *yes { "statement-yes-since" } else { "statement-no-since" }, "date", &date))
            });
            view
        })
        .collect();
    views.sort_by_key(|s| s.channel as u8);
    views
}

#[derive(Template)]
#[template(path = "pages/preferences.html")]
struct PreferencesTemplate<'a> {
    frame: &'a Frame,
    t: Texts,
    view: &'a PreferencesView,
    action: &'a str,
}

/// The preference page: 200, or 422 with faults. `action` is its own path, where everything on it posts to.
pub fn preferences_page(settings: &AccountSettings, view: &PreferencesView, action: &str, t: Texts) -> Page {
    let title = t.get("preferences-title");
    let faulty = !view.errors.is_empty();
    let title = if faulty { format!("{} {title}", t.get("error-prefix")) } else { title };
    let frame = Frame::new(t, &Brand::of(settings), &title);
    let template = PreferencesTemplate { frame: &frame, t, view, action };
    frame.plain(if faulty { 422 } else { 200 }, &template)
}

/// The page after everything was deleted (200).
pub fn deleted_page(settings: &AccountSettings, t: Texts) -> Page {
    let brand = Brand::of(settings);
    let title = t.get("deleted-title");
    let frame = Frame::new(t, &brand, &title);
    let text = t.one("deleted-message", "account", &brand.name);
    message_page(&frame, 200, &Message::new(title, &text), "'none'")
}

#[derive(Template)]
#[template(path = "pages/preferences_request.html")]
struct RequestTemplate<'a> {
    frame: &'a Frame,
    t: Texts,
    email: &'a Control,
    hidden: &'a [(String, String)],
    action: &'a str,
}

/// The page to ask for a preference link: 200, or 422 when what was typed is no address. `hidden` carries a ticket.
pub fn preferences_request_page(
    settings: &AccountSettings,
    action: &str,
    hidden: &[(String, String)],
    typed: Option<&str>,
    error: Option<&FieldError>,
    t: Texts,
) -> Page {
    let title = t.get("preferences-request-title");
    let shown = if error.is_some() { format!("{} {title}", t.get("error-prefix")) } else { title };
    let frame = Frame::new(t, &Brand::of(settings), &shown);
    let mut email = email_control(t, "EmailAddress", typed.map(str::to_owned));
    email.error = error.map(|e| e.message.clone());
    let template = RequestTemplate { frame: &frame, t, email: &email, hidden, action };
    frame.plain(if error.is_some() { 422 } else { 200 }, &template)
}

/// The answer to asking for a preference link (200): the same whether or not the address is known.
pub fn preferences_requested_page(settings: &AccountSettings, t: Texts) -> Page {
    let title = t.get("preferences-request-sent-title");
    let frame = Frame::new(t, &Brand::of(settings), &title);
    message_page(&frame, 200, &Message::new(title, &t.get("preferences-request-sent")), "'none'")
}

/// What a post to the preference page asks for.
#[derive(Clone, Debug)]
pub enum PreferencesPost<'a> {
    /// Keep what is on the page.
    Save(SavedPreferences<'a>),
    /// Send a link to that address.
    ChangeAddress(Cow<'a, str>),
    /// Hand over everything as a file.
    Download,
    /// Delete everything.
    Delete,
    /// Stop all mail.
    Unsubscribe,
}

/// The whole page as it was sent.
#[derive(Clone, Debug)]
pub struct SavedPreferences<'a> {
    /// Every field that people may set; a blank clears.
    pub values: Vec<(Cow<'a, str>, Given<'a>)>,
    /// External ids of the lists ticked; all others are left.
    pub lists: Vec<Cow<'a, str>>,
    /// Answers by key; shown by us.
    pub statements: Vec<GivenAnswer<'a>>,
    /// What was typed, in case the page must be shown again.
    pub typed: Typed,
    /// Whether a wording changed since the page was shown: then show it again, do not save.
    pub wording_changed: bool,
}

/// Reads a post to the preference page. Without a known `action` it is malformed: nothing here happens by accident.
pub fn read_preferences<'a>(
    account: &AccountSnapshot,
    body: &'a [u8],
    limit: usize,
) -> Result<PreferencesPost<'a>, BodyFault> {
    let pairs = urlencoded(body, limit)?;
    let action = pairs.iter().rev().find(|(n, _)| n == "action").map(|(_, v)| v.clone());
    match action.as_deref() {
        Some("save") => Ok(PreferencesPost::Save(saved(account, pairs))),
        Some("change_address") => {
            let new = pairs.into_iter().rev().find(|(n, _)| n.eq_ignore_ascii_case("NewEmailAddress"));
            Ok(PreferencesPost::ChangeAddress(new.map_or(Cow::Borrowed(""), |(_, value)| value)))
        }
        Some("download") => Ok(PreferencesPost::Download),
        Some("delete") => Ok(PreferencesPost::Delete),
        Some("unsubscribe") => Ok(PreferencesPost::Unsubscribe),
        _ => Err(BodyFault::Malformed),
    }
}

fn saved<'a>(account: &AccountSnapshot, pairs: Pairs<'a>) -> SavedPreferences<'a> {
    let mut typed = Typed::default();
    let (mut lists, mut wordings) = (Vec::new(), None);
    let mut by_field: Vec<(&str, Vec<Cow<'a, str>>)> = Vec::new();
    let mut answers: Vec<(&str, bool)> = Vec::new();
    for (name, value) in pairs {
        if name.eq_ignore_ascii_case("MailingLists") {
            if account.list_by_external_id(&value).is_some() {
                typed.push("MailingLists", value.clone());
                lists.push(value);
            }
        } else if name == "wordings" {
            wordings = Some(value);
        } else if let Some((_, s)) = name.strip_prefix("Statement_").and_then(|k| account.statement_by_key(k)) {
            if let Some(yes) = yes_no(&value) {
                typed.push(&statement_name(&s.key), value);
                answers.retain(|(key, _)| *key != s.key);
                answers.push((&s.key, yes));
            }
        } else if let Some((_, field)) = account.field_by_name(&name).filter(|(_, f)| f.on_forms) {
            typed.push(&field.system_name, value.clone());
            match by_field.iter_mut().find(|(n, _)| *n == field.system_name) {
                Some((_, values)) => values.push(value),
                None => by_field.push((&field.system_name, vec![value])),
            }
        }
    }
    // Boxes that are all unticked send nothing: for a check list that is an answer too.
    for (_, field) in account.fields.iter().filter(|(_, f)| f.on_forms && f.kind == FieldKind::CheckList) {
        if !by_field.iter().any(|(n, _)| *n == field.system_name) {
            by_field.push((&field.system_name, vec![Cow::Borrowed("")]));
        }
    }
    let values = by_field.into_iter().map(|(name, mut values)| {
        let value = if values.len() > 1 && is_check_list(account, name) {
            Given::Many(values)
        } else {
            values.pop().map_or(Given::Nothing, Given::Text)
        };
        (Cow::Owned(name.to_owned()), value)
    });
    let wording_changed = !answers.iter().all(|(key, _)| {
        let now =
            account.statement_by_key(key).and_then(|(id, _)| account.statement(id)?.1.last()).map_or(1, |v| v.version);
        wordings.as_deref().unwrap_or_default().split(' ').any(|w| *w == format!("{key}:{now}"))
    });
    let statements = answers
        .iter()
        .map(|(key, yes)| GivenAnswer { statement: Cow::Owned((*key).to_owned()), yes: *yes, shown: Shown::ByUs })
        .collect();
    SavedPreferences { values: values.collect(), lists, statements, typed, wording_changed }
}

fn is_check_list(account: &AccountSnapshot, name: &str) -> bool {
    account.field_by_name(name).is_some_and(|(_, f)| f.kind == FieldKind::CheckList)
}
