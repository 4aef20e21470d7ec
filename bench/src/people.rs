//! Who signs up: people and requests made from numbers, so that every body is unique, costs a copy and a few patched
//! bytes, and can be told again later from its number alone.

use crate::random::mix;

/// Where sign-ups go.
pub const SIGN_UP_PATH: &str = "/webhooks/contact/signup.ashx";
/// The two lists each sign-up names.
pub const LISTS: [&str; 2] = ["QWERTY1A", "ABCDEFG1"];
/// The two tags each sign-up names.
pub const TAGS: [&str; 2] = ["Example", "SentoriApp"];
/// A tag no account has.
pub const UNKNOWN_TAG: &str = "NoSuchTagX";
/// The form each sign-up names.
pub const FORM: &str = "12ABCDE3";

/// One person's wish: person, account and which version of the details is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which account, from 0.
    pub account: u32,
    /// Which person: unique in a run.
    pub person: u64,
    /// `A` for the first details, then `B`…
    pub version: u8,
}

impl Wish {
    /// First details of a person.
    pub fn new(account: u32, person: u64) -> Self {
        Self { account, person, version: b'A' }
    }

    /// The person's address.
    pub fn address(self) -> String {
        format!("{}@people.example", self.digits())
    }

    /// The first name this version sends.
    pub fn first_name(self) -> String {
        format!("{}da {}", char::from(self.version), self.words())
    }

    /// The last name.
    pub fn last_name(self) -> String {
        format!("L{}", self.words())
    }

    fn digits(self) -> String {
        String::from_utf8_lossy(&hex(self.person)).into_owned()
    }

    fn words(self) -> String {
        String::from_utf8_lossy(&spoken(&hex(self.person))).into_owned()
    }
}

/// The person's number as 16 digits in no order, as addresses come in none.
fn hex(person: u64) -> [u8; 16] {
    let mut number = mix(person);
    std::array::from_fn(|_| {
        number = number.rotate_left(4);
        b"0123456789abcdef"[(number & 15) as usize]
    })
}

/// Two words that can be said, made of a number's digits: the guard takes digits for a bot's.
fn spoken(digits: &[u8; 16]) -> [u8; 16] {
    std::array::from_fn(|at| {
        let digit = usize::from(digits[at]);
        match at {
            7 => b' ',
            8 => b"AEIO"[digit % 4],
            _ if at % 2 == 0 => b"aeio"[digit % 4],
            _ => b"bdfgklmnprstvzhj"[digit % 16],
        }
    })
}

/// The Sentori key of an account of the bench.
pub fn api_key(account: u32) -> String {
    format!("b0000000-0000-4000-8000-{account:012}")
}

/// What a kind of request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `RequireConfirmation:"false"`: applied at once.
    Applied,
    /// Waits for the link in the mail.
    Confirmed,
    /// Names a tag that is unknown: 404.
    Refused,
}

/// A whole request of one kind, patched for each wish. Its length never changes.
#[derive(Clone, Debug)]
pub struct SignUpRequest {
    bytes: Vec<u8>,
    key_at: usize,
    address_at: usize,
    first_name_at: usize,
    last_name_at: usize,
}

impl SignUpRequest {
    /// The request of a kind, addressed to `host`.
    pub fn new(kind: Kind, host: &str) -> Self {
        let wish = Wish::new(0, 0);
        let (tag, confirmation) = match kind {
            Kind::Applied => (TAGS[1], r#","RequireConfirmation":"false""#),
            Kind::Confirmed => (TAGS[1], ""),
            Kind::Refused => (UNKNOWN_TAG, ""),
        };
        let body = format!(
            r#"{{"ApiKey":"{}","EmailAddress":"{}","SignUpFormExternalID":"{FORM}","MailingLists":["{}","{}"],"ContactFields":{{"FirstName":"{}","LastName":"{}"}},"Tags":["{}","{tag}"]{confirmation}}}"#,
            api_key(0),
            wish.address(),
            LISTS[0],
            LISTS[1],
            wish.first_name(),
            wish.last_name(),
            TAGS[0],
        );
        let text = format!(
            "POST {SIGN_UP_PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let place = |what: &str| text.find(what).map_or(0, |at| at + what.len());
        Self {
            key_at: place(r#""ApiKey":""#),
            address_at: place(r#""EmailAddress":""#),
            first_name_at: place(r#""FirstName":""#),
            last_name_at: place(r#""LastName":"L"#),
            bytes: text.into_bytes(),
        }
    }

    /// The request's bytes for a wish.
    pub fn of(&mut self, wish: Wish) -> &[u8] {
        let digits = hex(wish.person);
        let mut account = wish.account;
        for at in (0..12).rev() {
            self.bytes[self.key_at + 24 + at] = b'0' + (account % 10) as u8;
            account /= 10;
        }
        self.bytes[self.first_name_at] = wish.version;
        let words = spoken(&digits);
        for (at, text) in [(self.address_at, &digits), (self.first_name_at + 4, &words), (self.last_name_at, &words)] {
            self.bytes[at..at + 16].copy_from_slice(text);
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_say_what_the_wish_says() {
        for kind in [Kind::Applied, Kind::Confirmed, Kind::Refused] {
            let mut request = SignUpRequest::new(kind, "127.0.0.1");
            for wish in [Wish::new(0, 0), Wish::new(49, 7), Wish { account: 123, person: u64::MAX, version: b'C' }] {
                let text = String::from_utf8(request.of(wish).to_vec()).unwrap();
                let (head, body) = text.split_once("\r\n\r\n").unwrap();
                assert!(head.contains(&format!("Content-Length: {}", body.len())));
                let body: serde_json::Value = serde_json::from_str(body).unwrap();
                assert_eq!(body["ApiKey"], api_key(wish.account));
                assert_eq!(body["EmailAddress"], wish.address());
                assert_eq!(body["ContactFields"]["FirstName"], wish.first_name());
                assert_eq!(body["ContactFields"]["LastName"], wish.last_name());
                assert_eq!(body["MailingLists"][1], LISTS[1]);
                assert_eq!(body["Tags"][1] == UNKNOWN_TAG, kind == Kind::Refused);
                assert_eq!(body.get("RequireConfirmation").is_some(), kind == Kind::Applied);
            }
        }
    }

    #[test]
    fn people_differ() {
        let all: std::collections::HashSet<_> = (0..10_000).map(|n| Wish::new(0, n).address()).collect();
        assert_eq!(all.len(), 10_000);
    }
}
