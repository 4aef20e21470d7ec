//! The cookie that holds a session's token.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// With TLS, the prefix keeps neighbouring hosts from planting one of their own.
fn name(https: bool) -> &'static str {
    if https { "__Host-vestibule_console" } else { "vestibule_console" }
}

/// The token that a request brings along.
pub(crate) fn token(headers: &HeaderMap, https: bool) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(n, _)| *n == name(https))?;
    (!value.is_empty() && value.len() <= 100).then(|| value.to_owned())
}

/// The header that sets the cookie; an empty token takes it away.
pub(crate) fn set(token: &str, https: bool, life: Duration) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { life.as_secs() };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", name(https));
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_for_the_server_only() {
        let set = |token: &str, https| set(token, https, Duration::from_secs(60)).expect("a header");
        assert_eq!(set("abc", false), "vestibule_console=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(
            set("abc", true),
            "__Host-vestibule_console=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert!(set("", true).to_str().expect("text").contains("Max-Age=0"));
        for (sent, found) in [
            ("a=b; vestibule_console=t1", Some("t1")),
            ("vestibule_console=", None),
            ("__Host-vestibule_console=t2", None),
            ("nonsense", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(sent));
            assert_eq!(token(&headers, false).as_deref(), found, "{sent}");
        }
    }
}
