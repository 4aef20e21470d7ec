//! Pages and JSON as responses, and what every page's route shares: languages, refusals, HSTS.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use model::Refusal;

use crate::Doors;
use crate::client::{Client, header_text};
use crate::pages::{self, Asked, Brand, JsonAnswer, Page};

/// A page as a response.
pub(crate) fn shown(page: Page) -> Response {
    let headers: Vec<(&'static str, String)> =
        page.headers().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, page.html).into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// A JSON answer as a response.
pub(crate) fn sent(answer: JsonAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, answer.content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "accept, accept-language"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// 303 to another address, which learns nothing of where it was led from.
pub(crate) fn led(url: &str) -> Response {
    let mut response = Redirect::to(url).into_response();
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page for a refusal.
pub(crate) fn refusal(brand: &Brand, refusal: &Refusal, texts: pages::Texts) -> Response {
    let mut response = shown(pages::refusal_page(brand, refusal, texts));
    if let Some(seconds) = pages::retry_after(refusal) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A page for a status.
pub(crate) fn error(brand: &Brand, status: u16, headers: &HeaderMap) -> Response {
    shown(pages::error_page(brand, status, 1, pages::for_nobody(asked(headers, None))))
}

/// What is known about the reader's language.
pub(crate) fn asked<'a>(headers: &'a HeaderMap, chosen: Option<&'a str>) -> Asked<'a> {
    Asked { chosen, accept: text(headers, &header::ACCEPT_LANGUAGE) }
}

/// A header that is plain text.
pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// The value of a parameter of the address.
pub(crate) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes()).find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

/// Where a request came from.
pub(crate) fn origin(client: &Client, headers: &HeaderMap) -> model::Origin {
    model::Origin {
        ip: Some(client.ip),
        user_agent: header_text(headers, &header::USER_AGENT),
        ..model::Origin::default()
    }
}

/// The account of a path's first segment, as far as the host that was called shows it.
pub(crate) fn account(doors: &Doors, client: &Client, slug: &str) -> Option<std::sync::Arc<model::AccountSnapshot>> {
    let directory = doors.directory();
    let found = directory.by_slug(slug)?;
    client.may_see(found.id).then(|| found.clone())
}

/// Tells browsers to come back by https only, where that is how they came.
pub(crate) async fn strict_transport(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if https {
        let value = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// Whether a post asks for a fresh mail in place of a link whose time is over.
pub(crate) fn asks_again(body: &[u8]) -> bool {
    form_urlencoded::parse(body).any(|(name, value)| name == "again" && value == "yes")
}

/// Any method that a page does not know.
pub(crate) async fn other_method(headers: HeaderMap) -> Response {
    let mut response = error(&Brand::default(), 405, &headers);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

/// Any address that is none of ours: a page for people, nothing for programs.
pub(crate) async fn nowhere(headers: HeaderMap) -> Response {
    let person = text(&headers, &header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    if person { error(&Brand::default(), 404, &headers) } else { StatusCode::NOT_FOUND.into_response() }
}
