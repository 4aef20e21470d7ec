//! The token that each of our mails carries, in its `Message-ID` and where the account wishes in its return path: it says
//! which row of the outbox the mail was and to whom it went. It is keyed, so that nobody can make a report up about a mail
//! that they never saw; and written in letters and digits of one case, since servers fold addresses.

use model::{AccountId, DeliveryId, EmailAddress};
use subtle::ConstantTimeEq;

use crate::keys::{Keys, push_number, take_number};

/// The longest a token gets, in characters.
pub const LONGEST_MAIL_TOKEN: usize = 40;
/// The shortest: one byte for each number.
const SHORTEST: usize = 26;
const PROOF: usize = 10;
const LABEL: &str = "mail";
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Words of a text that are looked at as tokens; more say nothing.
const MOST_WORDS: usize = 5_000;

/// What a genuine token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailMark {
    /// Whose mail it was.
    pub account: AccountId,
    /// The row of the outbox.
    pub delivery: DeliveryId,
    to: [u8; 4],
}

impl Keys {
    /// The token of a mail.
    pub fn mail_token(&self, account: AccountId, delivery: DeliveryId, to: &EmailAddress) -> String {
        let mut bytes = Vec::with_capacity(32);
        push_number(&mut bytes, account.0 as u64);
        push_number(&mut bytes, delivery.0 as u64);
        bytes.extend_from_slice(&self.recipient(account, to.key()));
        let proof = self.keyed_hash(LABEL, &[&bytes]);
        bytes.extend_from_slice(&proof[..PROOF]);
        written(&bytes)
    }

    /// What a token names, when it is genuine.
    pub fn read_mail_token(&self, token: &str) -> Option<MailMark> {
        if !(SHORTEST..=LONGEST_MAIL_TOKEN).contains(&token.len()) {
            return None;
        }
        // Each token is written in one way only.
        let bytes = read(token).filter(|bytes| written(bytes).eq_ignore_ascii_case(token))?;
        let (body, proof) = bytes.split_at_checked(bytes.len().checked_sub(PROOF)?)?;
        let wanted = self.keyed_hash(LABEL, &[body]);
        if !bool::from(wanted[..PROOF].ct_eq(proof)) {
            return None;
        }
        let mut rest = body;
        let account = AccountId(take_number(&mut rest)? as i64);
        let delivery = DeliveryId(take_number(&mut rest)? as i64);
        Some(MailMark { account, delivery, to: rest.try_into().ok()? })
    }

    /// The first genuine token in a text, whatever stands around it.
    pub fn find_mail_token(&self, text: &str) -> Option<MailMark> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let long = words.filter(|word| (SHORTEST..=LONGEST_MAIL_TOKEN).contains(&word.len()));
        long.take(MOST_WORDS).find_map(|word| self.read_mail_token(word))
    }

    /// Whether the mail went to this address ([`EmailAddress::key`]).
    pub fn went_to(&self, mark: &MailMark, email_key: &str) -> bool {
        self.recipient(mark.account, email_key) == mark.to
    }

    fn recipient(&self, account: AccountId, email_key: &str) -> [u8; 4] {
        let [a, b, c, d, ..] = self.address_hash(account, email_key);
        [a, b, c, d]
    }
}

/// Base 32 in lower case without padding (RFC 4648).
fn written(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::with_capacity(bytes.len() * 8 / 5 + 1), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(LETTERS[(held >> bits & 31) as usize] as char);
        }
    }
    if bits > 0 {
        text.push(LETTERS[(held << (5 - bits) & 31) as usize] as char);
    }
    text
}

fn read(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len() * 5 / 8), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        held = held << 5 | u32::from(value);
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
    fn tokens_are_found_in_any_text_and_cannot_be_made_up() {
        let keys = Keys::new(&[7; 32]);
        let joe = EmailAddress::parse("Joe@example.org").expect("an address");
        for (account, delivery) in [(1, 1), (1, 123_456), (70_000, 9_876_543_210), (1 << 27, 1 << 48)] {
            let token = keys.mail_token(AccountId(account), DeliveryId(delivery), &joe);
            assert!((SHORTEST..=LONGEST_MAIL_TOKEN).contains(&token.len()), "{token}");
            for text in [
                token.clone(),
                token.to_uppercase(),
                format!("bounces+{token}@demo.example"),
                format!("To: <bounces-{token}@demo.example>\r\nMessage-ID: <x@y>"),
                format!("<{token}.to.77.vestibule@demo.example>"),
                format!("{} é {token}\n", "a".repeat(30)),
            ] {
                let mark = keys.find_mail_token(&text).unwrap_or_else(|| panic!("{text}"));
                assert_eq!((mark.account.0, mark.delivery.0), (account, delivery), "{text}");
                assert!(keys.went_to(&mark, "joe@example.org") && !keys.went_to(&mark, "zoe@example.org"));
            }
            assert_eq!(Keys::new(&[8; 32]).find_mail_token(&token), None);
            let other = if token.starts_with('a') { 'b' } else { 'a' };
            for broken in [format!("{other}{}", &token[1..]), token[1..].to_owned(), format!("{token}a")] {
                assert_eq!(keys.find_mail_token(&broken), None, "{broken}");
            }
        }
        for nothing in ["", "a", &"a".repeat(40), &"7".repeat(33), &"é".repeat(20)] {
            assert_eq!(keys.find_mail_token(nothing), None);
        }
    }
}
