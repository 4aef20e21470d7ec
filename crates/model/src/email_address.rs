//! Email addresses: checked once at the edge, compared by a normalised key.

use unicode_normalization::UnicodeNormalization;

/// A valid address, kept as given, with the key by which people are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    given: String,
    key: String,
}

/// Why a text is no email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailFault {
    /// Nothing but white space.
    Blank,
    /// Longer than 254 bytes in the form that goes on the wire, or a local part over 64.
    TooLong,
    /// Not of the shape `(thing)@(thing).(thing)`.
    Malformed,
}

impl EmailAddress {
    /// Checks and normalises: trimmed, Unicode NFC, domain to IDNA ASCII, lower case. The domain needs a dot
    /// ("shape (thing)@(thing).(thing)", as clients of both vendors check); literals such as `[127.0.0.1]`,
    /// quoted local parts, control characters and display names are refused.
    pub fn parse(text: &str) -> Result<Self, EmailFault> {
        let given = text.trim();
        if given.is_empty() {
            return Err(EmailFault::Blank);
        }
        if given.len() > 1000 {
            return Err(EmailFault::TooLong);
        }
        if given.chars().any(|c| c.is_control() || c.is_whitespace() || is_invisible(c)) {
            return Err(EmailFault::Malformed);
        }
        if let Some(key) = plain_key(given) {
            return Ok(Self { given: given.into(), key });
        }
        let composed: String = given.nfc().collect();
        let (local, domain) = composed.rsplit_once('@').ok_or(EmailFault::Malformed)?;
        if local.is_empty() || local.starts_with('"') || domain.starts_with('[') {
            return Err(EmailFault::Malformed);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailFault::Malformed)?;
        if local.len() > 64 || local.len() + 1 + domain.len() > 254 {
            return Err(EmailFault::TooLong);
        }
        if domain.rsplit('.').next().is_none_or(|top| top.len() < 2 || top.bytes().all(|b| b.is_ascii_digit())) {
            return Err(EmailFault::Malformed);
        }
        let wire = format!("{local}@{domain}");
        let options =
            email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
        email_address::EmailAddress::parse_with_options(&wire, options).map_err(|_| EmailFault::Malformed)?;
        let key = wire.to_lowercase().nfc().collect();
        Ok(Self { given: given.into(), key })
    }

    /// The address as it was given, trimmed.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// What people are told apart by within an account.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The part behind the `@`, in ASCII and lower case.
    pub fn domain(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(_, d)| d)
    }

    /// The form to hand to a mail server: local part as given, domain in ASCII.
    pub fn wire(&self) -> String {
        let local = self.given.rsplit_once('@').map_or("", |(l, _)| l);
        format!("{local}@{}", self.domain())
    }

    /// One key for all spellings that reach the same inbox, for counting mails: without `+tag`, and at Google
    /// without dots.
    pub fn mailbox_key(&self) -> String {
        let (local, domain) = self.key.rsplit_once('@').unwrap_or((&self.key, ""));
        let base = local.split('+').next().filter(|b| !b.is_empty()).unwrap_or(local);
        if domain == "gmail.com" || domain == "googlemail.com" {
            return format!("{}@gmail.com", base.replace('.', ""));
        }
        format!("{base}@{domain}")
    }
}

/// The common case without allocation beyond the key: plain ASCII letters, digits, dots, hyphens and the like.
fn plain_key(given: &str) -> Option<String> {
    let (local, domain) = given.split_once('@')?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-'".contains(&b)));
    let mut labels = 0;
    let domain_ok = domain.len() <= 180
        && domain.split('.').all(|label| {
            labels += 1;
            let inner = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            // A label with "--" in third place may be punycode and takes the slow way.
            let hyphens = !label.starts_with('-') && !label.ends_with('-') && label.as_bytes().get(2..4) != Some(b"--");
            !label.is_empty() && label.len() <= 63 && inner && hyphens
        });
    let top_ok =
        domain.rsplit('.').next().is_some_and(|top| top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit()));
    (local_ok && domain_ok && labels >= 2 && top_ok).then(|| given.to_ascii_lowercase())
}

/// Characters that cannot be seen and would make two addresses look alike.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}

impl TryFrom<String> for EmailAddress {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|fault| format!("{fault:?}"))
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.given
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart_by_key() {
        for (given, key) in [
            ("example@sentoriapp.com", "example@sentoriapp.com"),
            ("  Joe.Bloggs+News@Example.ORG ", "joe.bloggs+news@example.org"),
            ("josé@example.com", "josé@example.com"),
            ("jose\u{301}@example.com", "josé@example.com"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("A@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("o'brien@example.co.uk", "o'brien@example.co.uk"),
            ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
        ] {
            assert_eq!(EmailAddress::parse(given).map(|e| e.key), Ok(key.into()), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.com", "b".repeat(300));
        for given in [
            "",
            "  ",
            "x",
            "@example.com",
            "a@",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "a@example..com",
            "a@.example.com",
            ".a@example.com",
            "a.@example.com",
            "a@[127.0.0.1]",
            "\"a b\"@example.com",
            "a@example.com\r\nBcc: x@y.zz",
            "a\0@example.com",
            "Joe <a@example.com>",
            "a@-x.com",
            "a@b.1",
            "a@@example.com",
            "a@example.com,b@example.com",
            "a\u{200b}@example.com",
            &long,
            &longer,
        ] {
            assert!(EmailAddress::parse(given).is_err(), "{given}");
        }
    }

    #[test]
    fn spellings_of_one_mailbox_share_a_key() {
        for (given, key) in [
            ("J.Doe+x@gmail.com", "jdoe@gmail.com"),
            ("jdoe@googlemail.com", "jdoe@gmail.com"),
            ("j.doe+x@example.org", "j.doe@example.org"),
            ("+x@example.org", "+x@example.org"),
        ] {
            assert_eq!(EmailAddress::parse(given).expect(given).mailbox_key(), key);
        }
    }
}
