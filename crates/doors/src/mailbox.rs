//! The built-in mailbox, for trying out: what would have been sent, shown to callers on the same machine only.

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::{Doors, Peer};

/// The most messages that one answer holds.
const MOST: usize = 1000;

/// The mailbox's routes; none where mail goes to a server.
pub(crate) fn routes(enabled: bool) -> Router<Doors> {
    if !enabled {
        return Router::new();
    }
    Router::new().route("/mailbox.json", get(json))
}

async fn json(State(doors): State<Doors>, Extension(peer): Extension<Peer>) -> Response {
    let Some(mailbox) = doors.mailbox.filter(|_| peer.0.to_canonical().is_loopback()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match mailbox.list(MOST).await.map(|messages| serde_json::to_string(&messages)) {
        Ok(Ok(text)) => {
            let mut response = text.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(Err(error)) => unreadable(&error),
        Err(error) => unreadable(&error),
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "the mailbox cannot be read");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
