//! What a person can see and change of what is kept about them: behind a link, and by asking for that link.

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use intake::Person;
use model::{Caller, ConsentSubject, Door, GivenSignUp, Refusal};
use serde_json::json;
use store::TokenKind;

use crate::Doors;
use crate::body::{self, Unread};
use crate::client::Client;
use crate::page_answers::{account, asked, asks_again, error, origin, other_method, parameter, refusal, shown};
use crate::page_routes::{MOST_POSTED, refused};
use crate::pages::{
    self, Brand, FieldError, Happened, Known, PreferencesPost, PreferencesView, SavedPreferences, Stopped, Texts,
    Typed, UnsubscribeView,
};

/// The routes.
pub(crate) fn routes() -> Router<Doors> {
    Router::new()
        .route("/preferences/{token}", get(show).post(send).fallback(other_method))
        .route("/{client}/preferences", get(request).post(requested).fallback(other_method))
}

/// A request for somebody's page.
struct Asking<'r> {
    doors: &'r Doors,
    client: &'r Client,
    headers: &'r HeaderMap,
    person: Person,
    texts: Texts,
    action: String,
}

impl<'r> Asking<'r> {
    async fn new(
        doors: &'r Doors,
        client: &'r Client,
        token: &str,
        uri: &Uri,
        headers: &'r HeaderMap,
    ) -> Result<Self, Response> {
        let person = doors.intake.person(TokenKind::Preferences, token).await;
        let person = person.and_then(|p| if client.may_see(p.account.id) { Ok(p) } else { Err(Refusal::NotFound) });
        let person = person.map_err(|why| refused(&why, headers))?;
        let chosen = parameter(uri.query(), "language");
        let texts = pages::for_page(&person.account.settings, asked(headers, chosen.as_deref()));
        Ok(Self { doors, client, headers, person, texts, action: format!("/preferences/{token}") })
    }

    fn page(&self, typed: Option<&Typed>, errors: Vec<FieldError>, happened: &Happened) -> Response {
        let view =
            PreferencesView::build(&self.person.account, &known(&self.person), self.texts, typed, errors, happened);
        shown(pages::preferences_page(&self.person.account.settings, &view, &self.action, self.texts))
    }

    fn failed(&self, status: u16) -> Response {
        shown(pages::error_page(&Brand::of(&self.person.account.settings), status, 1, self.texts))
    }

    fn refused(&self, why: &Refusal) -> Response {
        refusal(&Brand::of(&self.person.account.settings), why, self.texts)
    }

    fn expired(&self) -> Response {
        shown(pages::expired_page(&self.person.account.settings, &self.action, self.texts))
    }

    fn origin(&self) -> model::Origin {
        origin(self.client, self.headers)
    }

    async fn save(&mut self, saved: SavedPreferences<'_>) -> Response {
        if saved.wording_changed {
            let errors = vec![FieldError::wording_changed(self.texts)];
            return self.page(Some(&saved.typed), errors, &Happened::Nothing);
        }
        let given = GivenSignUp {
            door: Door::Pages,
            caller: Caller::Public,
            form: None,
            email: self.person.contact.row.email.clone().into(),
            values: saved.values,
            lists: saved.lists,
            tags: Vec::new(),
            statements: saved.statements,
            confirm: Some(false),
            language: Some(self.texts.tag().to_owned()),
            origin: self.origin(),
        };
        match self.doors.intake.update_preferences(&self.person, given).await {
            Ok(()) => self.saved().await,
            Err(Refusal::Faults(faults)) => {
                let errors = pages::field_errors(&faults, &self.person.account, None, self.texts);
                self.page(Some(&saved.typed), errors, &Happened::Nothing)
            }
            Err(why) => self.refused(&why),
        }
    }

    /// The page as it stands after saving.
    async fn saved(&mut self) -> Response {
        let (account, id) = (self.person.account.id, self.person.contact.row.id);
        match self.doors.intake.store().contact(account, store::ContactKey::Id(id)).await {
            Ok(Some(contact)) => {
                self.person.contact = contact;
                self.page(None, Vec::new(), &Happened::Saved)
            }
            Ok(None) => self.refused(&Refusal::NotFound),
            Err(fault) => self.refused(&intake::refusal(&fault)),
        }
    }

    async fn change_address(&self, new: &str) -> Response {
        let language = Some(self.texts.tag().to_owned());
        match self.doors.intake.change_address(&self.person, new, language, self.origin()).await {
            Ok(new) => self.page(None, Vec::new(), &Happened::AddressMailed(new.given().to_owned())),
            Err(Refusal::Faults(faults)) => {
                let mut errors = pages::field_errors(&faults, &self.person.account, None, self.texts);
                for error in &mut errors {
                    error.field = Some("NewEmailAddress".into());
                }
                let mut typed = as_typed(&known(&self.person));
                typed.push("NewEmailAddress", new);
                self.page(Some(&typed), errors, &Happened::Nothing)
            }
            Err(why) => self.refused(&why),
        }
    }

    async fn download(&self) -> Response {
        let consents = self.doors.intake.store().consents(self.person.account.id, self.person.contact.row.person).await;
        match consents {
            Ok(consents) => file(&self.person, &consents, self.texts),
            Err(fault) => self.refused(&intake::refusal(&fault)),
        }
    }

    async fn delete(&self) -> Response {
        match self.doors.intake.erase(&self.person, self.origin()).await {
            Ok(()) => shown(pages::deleted_page(&self.person.account.settings, self.texts)),
            Err(why) => self.refused(&why),
        }
    }

    async fn unsubscribe(&self) -> Response {
        if let Err(why) = self.doors.intake.unsubscribe(&self.person, None, self.origin()).await {
            return self.refused(&why);
        }
        let of = store::Of { account: self.person.account.id, contact: self.person.contact.row.id };
        let url = self.doors.links.unsubscribe_from(of, None);
        let view = UnsubscribeView {
            email: &self.person.contact.row.email,
            list: None,
            action: url.strip_prefix(self.doors.links.base()).unwrap_or(&url),
            preferences_url: Some(&self.action),
        };
        shown(pages::unsubscribed_page(&self.person.account.settings, view, &Stopped::Everything, self.texts))
    }
}

async fn show(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match Asking::new(&doors, &client, &token, &uri, &headers).await {
        Ok(asking) if asking.person.expired => asking.expired(),
        Ok(asking) => asking.page(None, Vec::new(), &Happened::Nothing),
        Err(response) => response,
    }
}

async fn send(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    posted: Body,
) -> Response {
    let posted = read(&doors, posted).await;
    let mut asking = match Asking::new(&doors, &client, &token, &uri, &headers).await {
        Ok(asking) => asking,
        Err(response) => return response,
    };
    let posted = match posted {
        Ok(posted) => posted,
        Err(status) => return asking.failed(status),
    };
    if asking.person.expired {
        if !asks_again(&posted) {
            return asking.expired();
        }
        let email = asking.person.contact.row.email.clone();
        let language = Some(asking.texts.tag().to_owned());
        return match doors.intake.ask_preferences(&asking.person.account, &email, language).await {
            Ok(()) => shown(pages::preferences_requested_page(&asking.person.account.settings, asking.texts)),
            Err(why) => asking.refused(&why),
        };
    }
    let account = asking.person.account.clone();
    match pages::read_preferences(&account, &posted, MOST_POSTED) {
        Ok(PreferencesPost::Save(saved)) => asking.save(saved).await,
        Ok(PreferencesPost::ChangeAddress(new)) => asking.change_address(&new).await,
        Ok(PreferencesPost::Download) => asking.download().await,
        Ok(PreferencesPost::Delete) => asking.delete().await,
        Ok(PreferencesPost::Unsubscribe) => asking.unsubscribe().await,
        Err(fault) => asking.failed(fault.status()),
    }
}

async fn read(doors: &Doors, posted: Body) -> Result<Bytes, u16> {
    body::read(posted, MOST_POSTED, doors.body_patience).await.map_err(|unread| match unread {
        Unread::TooLarge => 413,
        Unread::Broken => 400,
        Unread::TooSlow => 408,
    })
}

type Slug = Result<Path<String>, PathRejection>;

async fn request(State(doors): State<Doors>, client: Client, slug: Slug, uri: Uri, headers: HeaderMap) -> Response {
    let Some(account) = slug.ok().and_then(|Path(slug)| account(&doors, &client, &slug)) else {
        return error(&Brand::default(), 404, &headers);
    };
    let chosen = parameter(uri.query(), "language");
    let texts = pages::for_page(&account.settings, asked(&headers, chosen.as_deref()));
    shown(pages::preferences_request_page(&account.settings, uri.path(), &[], None, None, texts))
}

async fn requested(
    State(doors): State<Doors>,
    client: Client,
    slug: Slug,
    uri: Uri,
    headers: HeaderMap,
    posted: Body,
) -> Response {
    let posted = read(&doors, posted).await;
    let Some(account) = slug.ok().and_then(|Path(slug)| account(&doors, &client, &slug)) else {
        return error(&Brand::default(), 404, &headers);
    };
    let chosen = parameter(uri.query(), "language");
    let texts = pages::for_page(&account.settings, asked(&headers, chosen.as_deref()));
    let brand = Brand::of(&account.settings);
    let posted = match posted {
        Ok(posted) => posted,
        Err(status) => return shown(pages::error_page(&brand, status, 1, texts)),
    };
    let email = parameter(std::str::from_utf8(&posted).ok(), "EmailAddress").unwrap_or_default();
    match doors.intake.ask_preferences(&account, &email, Some(texts.tag().to_owned())).await {
        Ok(()) => shown(pages::preferences_requested_page(&account.settings, texts)),
        Err(Refusal::Faults(faults)) => {
            let errors = pages::field_errors(&faults, &account, None, texts);
            let (action, first) = (uri.path(), errors.first());
            shown(pages::preferences_request_page(&account.settings, action, &[], Some(&email), first, texts))
        }
        Err(why) => refusal(&brand, &why, texts),
    }
}

/// What is kept about a person, by natural names.
fn known(person: &Person) -> Known {
    let (account, contact) = (&person.account, &person.contact);
    let name = |id: &model::FieldId| account.field(*id).map(|f| f.system_name.clone());
    Known {
        email: contact.row.email.clone(),
        values: contact.values.iter().filter_map(|(id, value)| Some((name(id)?, value.clone()))).collect(),
        lists: contact.lists.iter().filter_map(|(id, _)| Some(account.list(*id)?.external_id.clone())).collect(),
        statements: contact
            .statements
            .iter()
            .filter_map(|a| Some((account.statement(a.statement)?.0.key.clone(), a.agreed, Some(a.at))))
            .collect(),
    }
}

/// The same as if it had been typed, for a page that is shown again for the sake of one control.
fn as_typed(known: &Known) -> Typed {
    let mut typed = Typed::default();
    for (name, value) in &known.values {
        typed.push(name, value.as_str());
    }
    for list in &known.lists {
        typed.push("MailingLists", list.as_str());
    }
    typed
}

/// What a consent event is about, in words.
fn subject(person: &Person, subject: ConsentSubject, texts: Texts) -> serde_json::Value {
    let (account, last) = (&person.account, &person.account.settings.language.0);
    match subject {
        ConsentSubject::List(id) => {
            json!({ "list": account.list(id).map(|l| l.name.pick(texts.tag(), last)) })
        }
        ConsentSubject::Statement(id, version) => {
            let found = account.statement(id);
            let text =
                found.and_then(|(_, v)| Some(v.iter().find(|v| v.version == version)?.text.pick(texts.tag(), last)));
            json!({ "statement": text, "version": version })
        }
        ConsentSubject::Everything => json!("everything"),
    }
}

/// Everything about a person as a file, readable by people and programs (GDPR, article 20).
fn file(person: &Person, consents: &[store::ConsentRecord], texts: Texts) -> Response {
    let (account, contact) = (&person.account, &person.contact);
    let last = &account.settings.language.0;
    let known = known(person);
    let values: serde_json::Map<String, serde_json::Value> =
        known.values.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let lists = contact.lists.iter().filter_map(|(id, since)| {
        let list = account.list(*id)?;
        Some(json!({ "name": list.name.pick(texts.tag(), last), "since": since.to_rfc3339() }))
    });
    let tags = contact.tags.iter().filter_map(|t| {
        let times = [t.first_at.to_rfc3339(), t.last_at.to_rfc3339()];
        Some(json!({ "name": account.tag(t.tag)?.name, "first": times[0], "last": times[1], "times": t.applied }))
    });
    let statements = contact.statements.iter().filter_map(|a| {
        let (statement, versions) = account.statement(a.statement)?;
        let text = versions.iter().find(|v| v.version == a.version).map_or(&statement.text, |v| &v.text);
        let language = a.language.as_deref().unwrap_or(last);
        Some(json!({ "statement": text.pick(language, last), "agreed": a.agreed, "at": a.at.to_rfc3339() }))
    });
    let events = consents.iter().map(|c| {
        let steps = c.evidence.iter().map(|e| {
            json!({ "at": e.at.to_rfc3339(), "door": e.door, "page": e.page, "ip": e.ip, "user_agent": e.user_agent })
        });
        json!({
            "at": c.at.to_rfc3339(), "action": c.action, "about": subject(person, c.subject, texts),
            "language": c.language, "basis": c.basis, "steps": steps.collect::<Vec<_>>(),
        })
    });
    let row = &contact.row;
    let whole = json!({
        "organisation": account.settings.name,
        "EmailAddress": row.email,
        "confirmed": row.confirmed_at.map(model::Timestamp::to_rfc3339),
        "unsubscribed": row.suppressed_at.map(model::Timestamp::to_rfc3339),
        "source": row.source,
        "created": row.created_at.to_rfc3339(),
        "created_from_ip": row.created_ip,
        "created_on_page": row.created_referrer,
        "modified": row.modified_at.to_rfc3339(),
        "values": values,
        "lists": lists.collect::<Vec<_>>(),
        "tags": tags.collect::<Vec<_>>(),
        "statements": statements.collect::<Vec<_>>(),
        "consent_events": events.collect::<Vec<_>>(),
    });
    let mut response = serde_json::to_string_pretty(&whole).unwrap_or_default().into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
