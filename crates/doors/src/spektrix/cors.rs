//! Which origins a browser may call from (reference, section 9), and which cross-site calls may change something.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use http::{Response, StatusCode};

/// What kind of path is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// `customer…`: for the origins that the account names.
    Web,
    /// `statements`, `tag-groups`, `tags`, `countries`: for any origin, without credentials.
    PublicList,
    /// `customers…`: for servers only; never any CORS header.
    Signed,
}

/// What an origin may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant<'o> {
    /// Nothing; on Web paths the answer still depends on the origin.
    None,
    /// Call and read, without credentials.
    Anonymous(&'o str),
    /// Call and read, with the customer's session.
    WithCredentials(&'o str),
}

/// Decides. `allowed` are the account's origins; `*` among them lets any origin in, without credentials.
pub fn decide<'o>(reach: Reach, origin: Option<&'o str>, allowed: &[String]) -> Grant<'o> {
    let Some(origin) = origin.filter(|o| is_origin(o)) else { return Grant::None };
    match reach {
        Reach::Web | Reach::PublicList if is_named(origin, allowed) => Grant::WithCredentials(origin),
        Reach::PublicList => Grant::Anonymous(origin),
        Reach::Web if allowed.iter().any(|a| a.trim() == "*") => Grant::Anonymous(origin),
        Reach::Web | Reach::Signed => Grant::None,
    }
}

/// Whether the account names exactly this origin. `*` and `null` name none.
pub fn is_named(origin: &str, allowed: &[String]) -> bool {
    origin != "null" && allowed.iter().any(|a| a.trim().trim_end_matches('/').eq_ignore_ascii_case(origin))
}

/// `scheme://host[:port]` or `null`; anything else is echoed to nobody.
fn is_origin(text: &str) -> bool {
    let shaped = text.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', '\\', '*', ','])
    });
    text.len() <= 300 && text.bytes().all(|b| b.is_ascii_graphic()) && (shaped || text == "null")
}

/// Sets the headers of an answer, errors included: a page could not read them otherwise.
pub fn stamp(reach: Reach, grant: Grant<'_>, headers: &mut HeaderMap) {
    if reach == Reach::Signed {
        return;
    }
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let (origin, credentials) = match grant {
        Grant::None => return,
        Grant::Anonymous(origin) => (origin, false),
        Grant::WithCredentials(origin) => (origin, true),
    };
    let Ok(origin) = HeaderValue::from_str(origin) else { return };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

/// The answer to `OPTIONS`: `204`, with the permissions where there are any.
pub fn preflight(reach: Reach, grant: Grant<'_>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    stamp(reach, grant, headers);
    if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        let methods = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        let allowed = HeaderValue::from_static("accept, content-type, cache-control");
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Whether a call that carries a session cookie may change something (reference, section 7.5). A page of another site
/// can send such a call; it must show itself as JSON, which browsers ask about first, or come from an origin that the
/// account names. An origin that is present and is neither named nor the server's own may not, nor what a browser calls
/// cross-site without naming one. The caller answers 403.
pub fn may_change(headers: &HeaderMap, host: &str, allowed: &[String]) -> bool {
    match headers.get(http::header::ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| {
            let own = origin.split_once("://").is_some_and(|(scheme, own)| {
                matches!(scheme, "https" | "http") && !host.is_empty() && own.eq_ignore_ascii_case(host)
            });
            own || is_named(origin, allowed)
        }),
        None => headers.get(CONTENT_TYPE).is_some_and(is_json) && headers.get("sec-fetch-site").is_none_or(own_site),
    }
}

/// Whether a browser says that the call comes from a page of the same site, or from nobody's.
fn own_site(site: &HeaderValue) -> bool {
    matches!(site.as_bytes(), b"same-origin" | b"same-site" | b"none")
}

fn is_json(content_type: &HeaderValue) -> bool {
    let text = content_type.to_str().unwrap_or_default();
    text.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("application/json"))
}
