//! Who may call from a browser.

use doors::spektrix::cors::{Grant, Reach, decide, may_change, preflight, stamp};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use proptest::prelude::*;

fn allowed(origins: &[&str]) -> Vec<String> {
    origins.iter().map(|o| (*o).to_owned()).collect()
}

#[test]
fn origins_get_what_the_account_says() {
    let named = allowed(&["https://www.demo.example/", "http://localhost:3000"]);
    let any = allowed(&["*"]);
    let both = allowed(&["*", "https://www.demo.example"]);
    let good = "https://www.demo.example";
    let evil = "https://evil.example";
    for (reach, origin, list, grant) in [
        (Reach::Web, Some(good), &named, Grant::WithCredentials(good)),
        (Reach::Web, Some("http://localhost:3000"), &named, Grant::WithCredentials("http://localhost:3000")),
        (Reach::Web, Some("http://localhost:3001"), &named, Grant::None),
        (Reach::Web, Some("http://www.demo.example"), &named, Grant::None),
        (Reach::Web, Some(evil), &named, Grant::None),
        (Reach::Web, Some("https://www.demo.example.evil.example"), &named, Grant::None),
        (Reach::Web, Some("null"), &named, Grant::None),
        (Reach::Web, None, &named, Grant::None),
        (Reach::Web, Some(evil), &any, Grant::Anonymous(evil)),
        (Reach::Web, Some("*"), &any, Grant::None),
        (Reach::Web, Some(good), &both, Grant::WithCredentials(good)),
        (Reach::Web, Some(evil), &both, Grant::Anonymous(evil)),
        (Reach::PublicList, Some(evil), &named, Grant::Anonymous(evil)),
        (Reach::PublicList, Some(good), &named, Grant::WithCredentials(good)),
        (Reach::PublicList, Some("x y\r\n"), &named, Grant::None),
        (Reach::Signed, Some(good), &named, Grant::None),
        (Reach::Signed, Some(evil), &any, Grant::None),
    ] {
        assert_eq!(decide(reach, origin, list), grant, "{reach:?} {origin:?}");
    }
}

#[test]
fn a_preflight_is_answered_with_the_permissions() {
    // H34
    let response = preflight(Reach::Web, Grant::WithCredentials("https://www.demo.example"));
    let headers: Vec<_> = response.headers().iter().map(|(n, v)| (n.as_str(), v.to_str().expect("ASCII"))).collect();
    assert_eq!(response.status(), 204);
    assert_eq!(
        headers,
        [
            ("vary", "Origin"),
            ("access-control-allow-origin", "https://www.demo.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
            ("access-control-allow-headers", "accept, content-type, cache-control"),
            ("access-control-max-age", "600"),
        ]
    );
    // H35
    let refused = preflight(Reach::Web, Grant::None);
    assert_eq!(refused.headers().keys().map(http::HeaderName::as_str).collect::<Vec<_>>(), ["vary"]);
    assert!(preflight(Reach::Signed, Grant::None).headers().is_empty());
    let mut anonymous = HeaderMap::new();
    stamp(Reach::Web, Grant::Anonymous("https://x"), &mut anonymous);
    assert_eq!(anonymous.get("access-control-allow-credentials"), None);
    let mut signed = HeaderMap::new();
    stamp(Reach::Signed, Grant::WithCredentials("https://x"), &mut signed);
    assert!(signed.is_empty());
}

#[test]
fn another_site_cannot_change_anything_with_a_customers_cookie() {
    let named = allowed(&["https://www.demo.example"]);
    let any = allowed(&["*"]);
    for (origin, content_type, list, may) in [
        (None, Some("application/json; charset=utf-8"), &named, true),
        (None, Some("text/plain"), &named, false),
        (None, None, &named, false),
        (Some("https://www.demo.example"), None, &named, true),
        (Some("https://tickets.demo.example"), Some("text/plain"), &named, true),
        (Some("https://evil.example"), Some("application/json"), &named, false),
        (Some("https://evil.example"), Some("application/json"), &any, false),
        (Some("null"), Some("application/json"), &any, false),
        (Some(""), Some("application/json"), &named, false),
    ] {
        let mut headers = HeaderMap::new();
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        assert_eq!(may_change(&headers, "tickets.demo.example", list), may, "{origin:?} {content_type:?}");
    }
}

proptest! {
    #[test]
    fn no_origin_panics_or_is_let_in(origin in ".*") {
        let named = allowed(&["https://www.demo.example"]);
        prop_assert_eq!(decide(Reach::Web, Some(&origin), &named), Grant::None);
        let grant = decide(Reach::PublicList, Some(&origin), &named);
        let mut headers = HeaderMap::new();
        stamp(Reach::PublicList, grant, &mut headers);
    }
}
