//! Successful answers: JSON with the vendor's content type and the right caching.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The content type of every JSON answer.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A value as JSON. Writing to memory cannot fail; should a value refuse, `null` stands in for it.
pub(super) fn to_bytes(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).map_or_else(|_| Bytes::from_static(b"null"), Bytes::from)
}

/// An answer about a customer: never kept by anyone.
pub fn private(value: &impl Serialize) -> Response<Bytes> {
    json(StatusCode::OK, HeaderValue::from_static("no-store"), to_bytes(value))
}

/// A list that callers may keep as long as its `ETag` stands; `304` when theirs does.
pub fn list(value: &impl Serialize, if_none_match: Option<&str>) -> Response<Bytes> {
    let body = to_bytes(value);
    let digest = Sha256::digest(&body);
    let tag = digest[..12].iter().fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    let known = if_none_match.is_some_and(|given| {
        given.split(',').map(str::trim).any(|g| g == "*" || g.strip_prefix("W/").unwrap_or(g) == tag)
    });
    let mut response = json(
        if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK },
        HeaderValue::from_static("private, no-cache"),
        if known { Bytes::new() } else { body },
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// `200` without a body, as the session calls answer.
pub fn empty() -> Response<Bytes> {
    bare(StatusCode::OK)
}

/// `204`, as every removal answers.
pub fn removed() -> Response<Bytes> {
    bare(StatusCode::NO_CONTENT)
}

fn bare(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn json(status: StatusCode, cache: HeaderValue, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.headers_mut().insert(CACHE_CONTROL, cache);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sent_again_only_when_it_changed() {
        let first = list(&[1, 2], None);
        assert_eq!(first.status(), 200);
        let tag = first.headers()[ETAG].to_str().expect("ASCII").to_owned();
        for given in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".into()] {
            let again = list(&[1, 2], Some(&given));
            assert_eq!((again.status().as_u16(), again.body().len()), (304, 0), "{given}");
        }
        assert_eq!(list(&[1, 3], Some(&tag)).status(), 200);
        assert_eq!(first.headers()[CACHE_CONTROL], "private, no-cache");
        assert_eq!(private(&1).headers()[CACHE_CONTROL], "no-store");
    }
}
