//! `/{client}/challenge`: a proof of work for callers whom the guard has asked for one. The answer goes into the same call
//! again, as `altcha`.

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Doors;
use crate::client::Client;
use crate::page_answers::{account, parameter};

/// The route of challenges.
pub(crate) fn routes() -> Router<Doors> {
    Router::new().route("/{client}/challenge", get(challenge))
}

/// A challenge for the form that `?form=` names, or for a door without forms. It is worth nothing elsewhere.
async fn challenge(
    State(doors): State<Doors>,
    client: Client,
    name: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let nothing = || StatusCode::NOT_FOUND.into_response();
    let Some(account) = name.ok().and_then(|Path(slug)| account(&doors, &client, &slug)) else { return nothing() };
    let form = match parameter(uri.query(), "form") {
        None => None,
        Some(name) => match account.form_by_external_id(&name) {
            Some(form) => Some(form.id),
            None => return nothing(),
        },
    };
    let Some(text) = doors.intake.challenge(&account, form) else { return nothing() };
    let mut response = text.into_response();
    let answered = response.headers_mut();
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answered.insert(header::VARY, HeaderValue::from_static("origin"));
    // A challenge is no secret and bound to no cookie; whether the call itself may come from there is checked with it.
    if let Some(origin) = headers.get(header::ORIGIN) {
        answered.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}
