//! Time-based one-time passwords (RFC 6238: SHA-1, six digits, half a minute, as every authenticator takes them) and
//! recovery codes. Thirty lines over the workspace's own `hmac`, so no crate of its own.

use hmac::{Hmac, KeyInit as _, Mac as _};
use model::{Ambient, Timestamp};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

const STEP_SECONDS: i64 = 30;
/// RFC 4648's base32.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Recovery codes that a user gets.
const CODES: usize = 10;

/// A fresh secret in base32: 160 bits, as RFC 4226 recommends.
pub(crate) fn new_secret(ambient: &Ambient) -> String {
    base32(&ambient.random::<20>())
}

/// Fresh recovery codes: 50 bits each.
pub(crate) fn new_codes(ambient: &Ambient) -> Vec<String> {
    let one = || {
        let code = base32(&ambient.random::<10>());
        format!("{}-{}", &code[..5], &code[5..10])
    };
    (0..CODES).map(|_| one()).collect()
}

/// How a recovery code is kept: its hash in hex. The codes are random, so a plain hash suffices.
pub(crate) fn kept(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    store::token_hash(&plain).iter().fold(String::new(), |text, b| format!("{text}{b:02x}"))
}

/// The step that a code belongs to: now, or one to either side. `None` when it is wrong.
pub(crate) fn matching_step(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let key = from_base32(secret)?;
    let given: String = code.chars().filter(char::is_ascii_digit).collect();
    let step = now.0.div_euclid(1_000_000).div_euclid(STEP_SECONDS);
    let mut found = None;
    for candidate in [step - 1, step, step + 1] {
        let right = format!("{:06}", code_of(&key, candidate)?);
        if bool::from(right.as_bytes().ct_eq(given.as_bytes())) {
            found = Some(candidate);
        }
    }
    found
}

/// RFC 4226, section 5.3.
fn code_of(key: &[u8], step: i64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest.last()? & 15);
    let bytes: [u8; 4] = digest.get(at..at + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
}

/// The address that authenticators read.
pub(crate) fn uri(secret: &str, email: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(email, percent_encoding::NON_ALPHANUMERIC);
    format!("otpauth://totp/Vestibule:{name}?secret={secret}&issuer=Vestibule")
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|l| *l == letter.to_ascii_uppercase())?;
        held = held << 5 | value as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 255) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, the last six of eight digits.
        let secret = base32(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let at = Timestamp(seconds * 1_000_000);
            assert_eq!(matching_step(&secret, code, at), Some(seconds / 30), "{seconds}");
            assert!(matching_step(&secret, code, Timestamp((seconds + 29) * 1_000_000)).is_some());
            assert_eq!(matching_step(&secret, code, Timestamp((seconds + 90) * 1_000_000)), None);
        }
        assert_eq!(matching_step(&secret, "", Timestamp(0)), None);
        assert_eq!(matching_step("not base 32!", "123456", Timestamp(0)), None);
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let codes = new_codes(&Ambient::system());
        assert_eq!((codes.len(), codes[0].len()), (10, 11));
        assert_eq!(kept(&codes[0]), kept(&format!(" {} ", codes[0].to_lowercase().replace('-', " "))));
        assert_ne!(kept(&codes[0]), kept(&codes[1]));
    }
}
