//! Signatures as the Standard Webhooks specification has them (<https://www.standardwebhooks.com>): HMAC-SHA256 over id,
//! time and body, one for each live secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// The header that carries the id: the same over every attempt.
pub const ID: &str = "webhook-id";
/// The header that carries the time of the attempt, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header that carries the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// The value of the signature header: one signature for each secret, separated by spaces. A secret is `whsec_` and base64;
/// one that is not is left out.
pub fn signatures<'s>(secrets: impl IntoIterator<Item = &'s str>, id: &str, seconds: i64, body: &[u8]) -> String {
    let each = secrets.into_iter().filter_map(|secret| signature(secret, id, seconds, body));
    each.collect::<Vec<_>>().join(" ")
}

fn signature(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    let mut signing = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    signing.update(format!("{id}.{seconds}.").as_bytes());
    signing.update(body);
    Some(format!("v1,{}", STANDARD.encode(signing.sign())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_published_example_is_met() {
        // From the specification's libraries' own tests.
        let wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let signed = |secrets: &[&str]| {
            let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
            signatures(secrets.iter().copied(), id, 1_614_265_330, body)
        };
        assert_eq!(signed(&[SECRET]), wanted);
        let two = signed(&["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", SECRET]);
        assert_eq!(two.split(' ').nth(1), Some(wanted));
        assert_eq!(signed(&["whsec_%%%", SECRET]), wanted);
    }
}
