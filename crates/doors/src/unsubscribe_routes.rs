//! Unsubscribing, by a program's one click (RFC 8058) or by a person, and its undoing. A GET changes nothing.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use intake::Person;
use model::{ListId, Refusal};
use store::TokenKind;

use crate::Doors;
use crate::body::{self, Unread};
use crate::client::Client;
use crate::page_answers::{asked, origin, other_method, parameter, refusal, shown};
use crate::page_routes::{MOST_POSTED, refused};
use crate::pages::{self, Brand, Stopped, Texts, UnsubscribePost, UnsubscribeView};

/// The routes.
pub(crate) fn routes() -> Router<Doors> {
    Router::new().route("/unsubscribe/{token}", get(show).post(send).fallback(other_method))
}

async fn person(doors: &Doors, client: &Client, token: &str) -> Result<Person, Refusal> {
    let person = doors.intake.person(TokenKind::Unsubscribe, token).await?;
    if client.may_see(person.account.id) { Ok(person) } else { Err(Refusal::NotFound) }
}

fn words(person: &Person, uri: &Uri, headers: &HeaderMap) -> Texts {
    let chosen = parameter(uri.query(), "language");
    pages::for_page(&person.account.settings, asked(headers, chosen.as_deref()))
}

/// The name of the list that the mail was for.
fn list_name(person: &Person, texts: Texts) -> Option<String> {
    let list = person.account.list(person.list?)?;
    Some(list.name.pick(texts.tag(), &person.account.settings.language.0).to_owned())
}

async fn show(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match person(&doors, &client, &token).await {
        Ok(person) => {
            let texts = words(&person, &uri, &headers);
            let list = list_name(&person, texts);
            let (action, preferences) = places(&person, &token);
            let view = view(&person, list.as_deref(), &action, &preferences);
            shown(pages::unsubscribe_page(&person.account.settings, view, texts))
        }
        Err(why) => refused(&why, &headers),
    }
}

fn places(person: &Person, token: &str) -> (String, String) {
    (format!("/unsubscribe/{token}"), format!("/{}/preferences", person.account.settings.slug))
}

fn view<'a>(person: &'a Person, list: Option<&'a str>, action: &'a str, preferences: &'a str) -> UnsubscribeView<'a> {
    UnsubscribeView { email: &person.contact.row.email, list, action, preferences_url: Some(preferences) }
}

async fn send(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    posted: Body,
) -> Response {
    let posted = body::read(posted, MOST_POSTED, doors.body_patience).await;
    let person = match person(&doors, &client, &token).await {
        Ok(person) => person,
        Err(why) => return refused(&why, &headers),
    };
    let texts = words(&person, &uri, &headers);
    let brand = Brand::of(&person.account.settings);
    let failed = |status| shown(pages::error_page(&brand, status, 1, texts));
    let post = match posted {
        Ok(posted) => pages::read_unsubscribe(&posted, MOST_POSTED).map_err(pages::BodyFault::status),
        Err(Unread::TooLarge) => Err(413),
        Err(Unread::Broken) => Err(400),
        Err(Unread::TooSlow) => Err(408),
    };
    let post = match post {
        Ok(post) => post,
        Err(status) => return failed(status),
    };
    let from = origin(&client, &headers);
    // Mail may have ended altogether since: then that is what an undo is about.
    let list: Option<ListId> = match post {
        UnsubscribePost::OneClick | UnsubscribePost::List => person.list,
        UnsubscribePost::Everything => None,
        UnsubscribePost::Undo => person.list.filter(|_| person.contact.row.suppressed_at.is_none()),
    };
    let done = match post {
        UnsubscribePost::Undo => doors.intake.resubscribe(&person, list, from).await,
        UnsubscribePost::OneClick | UnsubscribePost::List | UnsubscribePost::Everything => {
            doors.intake.unsubscribe(&person, list, from).await
        }
    };
    if let Err(why) = done {
        return refusal(&brand, &why, texts);
    }
    let name = list_name(&person, texts);
    let stopped = match (list, &name) {
        (Some(_), Some(name)) => Stopped::List(name.clone()),
        // A list that is no more has no name that would tell anybody anything.
        (Some(_), None) => Stopped::List(String::new()),
        (None, _) => Stopped::Everything,
    };
    let (action, preferences) = places(&person, &token);
    let view = view(&person, name.as_deref(), &action, &preferences);
    let settings = &person.account.settings;
    shown(if post == UnsubscribePost::Undo {
        pages::undone_page(settings, view, &stopped, texts)
    } else {
        pages::unsubscribed_page(settings, view, &stopped, texts)
    })
}
