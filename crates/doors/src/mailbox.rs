//! The built-in mailbox, for trying out: what would have been sent, shown to callers on the same machine only.

use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use delivery::mail::{Mailbox, MailboxMessage};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::client::Client;
use crate::page_answers::{error, shown};
use crate::pages::{self, Brand};
use crate::{Doors, Peer};

/// The most messages that one answer holds.
const MOST: usize = 1000;
/// The most messages on a page for people.
const MOST_SHOWN: usize = 50;
/// A mail is a stranger's document: it runs nothing, loads nothing, and its links open apart.
const HTML_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                           style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'; form-action 'none'";

/// The mailbox's routes; none where mail goes to a server.
pub(crate) fn routes(enabled: bool) -> Router<Doors> {
    if !enabled {
        return Router::new();
    }
    Router::new()
        .route("/", get(front))
        .route("/mailbox", get(page))
        .route("/mailbox.json", get(json))
        .route("/mailbox/{id}/html", get(html))
}

/// The mailbox, for callers on this machine.
fn mailbox(doors: &Doors, peer: Peer, client: &Client) -> Option<Mailbox> {
    let here = peer.0.to_canonical().is_loopback() && client.ip.to_canonical().is_loopback();
    doors.mailbox.clone().filter(|_| here)
}

async fn list(mailbox: &Mailbox, most: usize) -> Result<Vec<MailboxMessage>, Response> {
    mailbox.list(most).await.map_err(|error| unreadable(&error))
}

async fn front(State(doors): State<Doors>, peer: Extension<Peer>, client: Client, headers: HeaderMap) -> Response {
    match mailbox(&doors, peer.0, &client) {
        Some(_) => shown(pages::front_page(doors.directory().all())),
        None => error(&Brand::default(), 404, &headers),
    }
}

async fn page(State(doors): State<Doors>, peer: Extension<Peer>, client: Client, headers: HeaderMap) -> Response {
    let Some(mailbox) = mailbox(&doors, peer.0, &client) else { return error(&Brand::default(), 404, &headers) };
    let address = |id: &str| format!("/mailbox/{}/html", utf8_percent_encode(id, NON_ALPHANUMERIC));
    list(&mailbox, MOST_SHOWN).await.map_or_else(|e| e, |mails| shown(pages::mailbox_page(&mails, address)))
}

async fn html(
    State(doors): State<Doors>,
    peer: Extension<Peer>,
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(mailbox) = mailbox(&doors, peer.0, &client) else { return error(&Brand::default(), 404, &headers) };
    let mails = match list(&mailbox, MOST).await {
        Ok(mails) => mails,
        Err(response) => return response,
    };
    let Some(html) = mails.into_iter().find(|m| m.id == id).and_then(|m| m.html) else {
        return error(&Brand::default(), 404, &headers);
    };
    // The pages behind the links let nobody frame them.
    let mut response = format!("<base target=\"_blank\">{html}").into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, HTML_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn json(State(doors): State<Doors>, peer: Extension<Peer>, client: Client) -> Response {
    let Some(mailbox) = mailbox(&doors, peer.0, &client) else { return StatusCode::NOT_FOUND.into_response() };
    let messages = match list(&mailbox, MOST).await {
        Ok(messages) => messages,
        Err(response) => return response,
    };
    match serde_json::to_string(&messages) {
        Ok(text) => {
            let mut response = text.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => unreadable(&error),
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "the mailbox cannot be read");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
