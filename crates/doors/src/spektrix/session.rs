//! The customer's session: a random token in a cookie, of which only a hash is kept.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{COOKIE, HeaderValue};
use model::{Secret, Timestamp};
use sha2::{Digest as _, Sha256};

/// The cookie's name.
pub const COOKIE_NAME: &str = "SpektrixCustomerSession";
/// A session that is not used for so long is over.
pub const IDLE: Duration = Duration::from_secs(20 * 60);
/// No session lives longer, used or not.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
/// As many cookies of one name are looked at: another site under the same domain can plant some.
const MOST_TOKENS: usize = 4;
const TOKEN_LENGTH: usize = 43;

/// A new session's token, made from 256 random bits.
pub fn token(random: [u8; 32]) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random))
}

/// What the store keeps of a token. The token has 256 random bits, so a plain hash is enough.
pub fn token_hash(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.reveal().as_bytes()).into()
}

/// Whether a session made and last used at these moments still stands.
pub fn is_live(made: Timestamp, last_used: Timestamp, now: Timestamp) -> bool {
    now.since(last_used) < IDLE && now.since(made) < ABSOLUTE
}

/// `Set-Cookie` after a login. `client_segment` is the account's path segment as the caller wrote it, because browsers
/// compare paths exactly. `SameSite=None`: sites call across origins with credentials.
pub fn cookie(token: &Secret, client_segment: &str) -> HeaderValue {
    set_cookie(token.reveal(), client_segment, "")
}

/// `Set-Cookie` that removes the session's cookie.
pub fn removal(client_segment: &str) -> HeaderValue {
    set_cookie("", client_segment, "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
}

fn set_cookie(value: &str, client_segment: &str, expiry: &str) -> HeaderValue {
    let plain = client_segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b));
    let path = if plain { client_segment } else { "" };
    let text = format!("{COOKIE_NAME}={value}; Path=/{path}; HttpOnly; Secure; SameSite=None{expiry}");
    // Cannot fail: every part is visible ASCII.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The tokens that a request brings, at most four. Anything that is no token of ours is left out.
pub fn tokens(headers: &HeaderMap) -> Vec<Secret> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let ours = pairs.filter(|(name, _)| name.trim() == COOKIE_NAME).map(|(_, value)| value.trim().trim_matches('"'));
    let shaped = ours
        .filter(|t| t.len() == TOKEN_LENGTH && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    shaped.take(MOST_TOKENS).map(Secret::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cookies(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).expect("a header"));
        }
        headers
    }

    #[test]
    fn a_cookie_comes_back_as_the_token_it_was_made_from() {
        let token = token([7; 32]);
        let line = cookie(&token, "demo");
        let line = line.to_str().expect("ASCII");
        assert_eq!(
            line,
            format!("SpektrixCustomerSession={}; Path=/demo; HttpOnly; Secure; SameSite=None", token.reveal())
        );
        let pair = line.split(';').next().expect("a pair");
        let headers = with_cookies(&[format!("a=b; {pair};c=d").as_bytes()]);
        assert_eq!(tokens(&headers), [token]);
        assert!(
            removal("demo").to_str().expect("ASCII").contains("Path=/demo; HttpOnly; Secure; SameSite=None; Max-Age=0")
        );
        assert!(cookie(&Secret::new("x"), "a;b\r\n").to_str().expect("ASCII").contains("Path=/;"));
    }

    #[test]
    fn what_is_no_token_is_left_out() {
        let good = "A".repeat(43);
        for line in [
            "SpektrixCustomerSession=",
            "SpektrixCustomerSession=short",
            &format!("spektrixcustomersession={good}"),
            &format!("SpektrixCustomerSession={}é", "A".repeat(41)),
            ";;;=;=",
        ] {
            assert_eq!(tokens(&with_cookies(&[line.as_bytes()])), [], "{line}");
        }
        assert_eq!(tokens(&with_cookies(&[b"SpektrixCustomerSession=\xff\xfe"])), []);
        let many = format!("SpektrixCustomerSession={good}; ").repeat(9);
        assert_eq!(tokens(&with_cookies(&[many.as_bytes()])).len(), 4);
    }

    #[test]
    fn sessions_end_when_unused_and_in_any_case_after_twelve_hours() {
        let made = Timestamp(1_000_000);
        let minutes = |n: u64| made.plus(Duration::from_secs(n * 60));
        assert!(is_live(made, minutes(5), minutes(24)));
        assert!(!is_live(made, minutes(5), minutes(25)));
        assert!(!is_live(made, minutes(719), minutes(720)));
    }
}
