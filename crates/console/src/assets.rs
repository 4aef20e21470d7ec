//! The console's stylesheet and its script, named by their content so that browsers may keep them for good.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

const STYLES: &str = include_str!("../assets/console.css");
const SCRIPT: &str = include_str!("../assets/console.js");

static STYLES_URL: LazyLock<String> =
    LazyLock::new(|| format!("/console-assets/console.css?v={}", fingerprint(STYLES)));
static SCRIPT_URL: LazyLock<String> = LazyLock::new(|| format!("/console-assets/console.js?v={}", fingerprint(SCRIPT)));

pub(crate) fn styles_url() -> &'static str {
    &STYLES_URL
}

pub(crate) fn script_url() -> &'static str {
    &SCRIPT_URL
}

/// The routes of the files.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/console-assets/console.css", get(async || file("text/css; charset=utf-8", STYLES)))
        .route("/console-assets/console.js", get(async || file("text/javascript; charset=utf-8", SCRIPT)))
}

fn file(content_type: &'static str, body: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// FNV-1a, 64 bit: tells versions of our own files apart, nothing more.
pub(crate) fn fingerprint(body: &str) -> String {
    let hash = body
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}
