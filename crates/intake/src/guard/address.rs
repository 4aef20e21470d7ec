//! The address: throw-away mailboxes, functions rather than people, local parts typed at random, and typing errors in
//! the names of well-known providers (for a hint on the form, never a verdict).

use std::collections::HashSet;
use std::sync::LazyLock;

use model::EmailAddress;

use super::name_shape::{RANDOM, randomness};
use super::verdict::{Reason, Reasons};

/// Domains of throw-away mailboxes: the list that ships with the program, and what a file adds or takes away.
#[derive(Clone, Debug, Default)]
pub struct Disposable {
    added: HashSet<String>,
    removed: HashSet<String>,
}

static SHIPPED: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("disposable_domains.txt").lines().filter(|l| !l.starts_with('#')).collect());

/// Services that forward to a person's real mailbox: people who mind their privacy, and no throw-away boxes. Their
/// local parts are made at random.
const FORWARDERS: [&str; 14] = [
    "privaterelay.appleid.com",
    "icloud.com",
    "duck.com",
    "mozmail.com",
    "simplelogin.com",
    "simplelogin.co",
    "slmails.com",
    "aleeas.com",
    "addy.io",
    "anonaddy.com",
    "anonaddy.me",
    "passmail.net",
    "passinbox.com",
    "fastmail.com",
];

impl Disposable {
    /// Reads an update: one domain a line, `#` for remarks, `!domain` to take one off the list.
    pub fn with_file(text: &str) -> Self {
        let mut list = Self::default();
        for line in text.lines().map(|l| l.split('#').next().unwrap_or("").trim().to_lowercase()) {
            match line.strip_prefix('!') {
                Some(domain) => drop(list.removed.insert(domain.trim().into())),
                None if line.is_empty() => {}
                None => drop(list.added.insert(line)),
            }
        }
        list
    }

    /// Whether a domain (ASCII, lower case) or one it lies under is on the list.
    pub fn contains(&self, domain: &str) -> bool {
        let mut rest = Some(domain);
        while let Some(domain) = rest.filter(|d| d.contains('.')) {
            if self.removed.contains(domain) || FORWARDERS.contains(&domain) {
                return false;
            }
            if SHIPPED.contains(domain) || self.added.contains(domain) {
                // Slips such as `gmial.com` are on every such list, as squatters own them; who makes one is a person.
                return typo_hint(domain).is_none();
            }
            rest = domain.split_once('.').map(|(_, parent)| parent);
        }
        false
    }
}

/// Names of functions; the mailbox is often read by several people.
const ROLES: [&str; 30] = [
    "admin",
    "administrator",
    "webmaster",
    "hostmaster",
    "postmaster",
    "abuse",
    "info",
    "contact",
    "sales",
    "support",
    "office",
    "hello",
    "help",
    "helpdesk",
    "service",
    "billing",
    "accounts",
    "marketing",
    "press",
    "jobs",
    "hr",
    "enquiries",
    "security",
    "root",
    "kontakt",
    "team",
    "mail",
    "privacy",
    "legal",
    "noc",
];
/// Mailboxes that nobody reads, or that exist for other machines.
const NOBODY: [&str; 12] = [
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "mailer-daemon",
    "nobody",
    "null",
    "devnull",
    "bounce",
    "bounces",
    "test",
];

/// The signs in an address.
pub(super) fn reasons(email: &EmailAddress, disposable: &Disposable, mail_host: Option<bool>) -> Reasons {
    let mut reasons = Reasons::NONE;
    let (local, domain) = email.key().rsplit_once('@').unwrap_or((email.key(), ""));
    reasons.add_if(disposable.contains(domain), Reason::DisposableDomain);
    reasons.add_if(mail_host == Some(false), Reason::NoMailHost);
    let name = local.split('+').next().unwrap_or(local);
    reasons.add_if(ROLES.contains(&name), Reason::RoleAddress);
    reasons.add_if(NOBODY.contains(&name), Reason::NoReplyAddress);
    if !FORWARDERS.contains(&domain) {
        // The local part as given: capitals in odd places count too.
        let given = email.given().rsplit_once('@').map_or(local, |(l, _)| l);
        let given = given.split('+').next().unwrap_or(given);
        let random = given.split(['.', '-', '_']).any(|part| {
            let name = part.trim_end_matches(|c: char| c.is_ascii_digit());
            randomness(if name.len() + 4 >= part.len() { name } else { part }) >= RANDOM
        });
        reasons.add_if(random, Reason::RandomAddress);
    }
    reasons
}

/// Providers whose names people mistype, with the number of edits that is still surely a slip.
const PROVIDERS: [&str; 34] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.fr",
    "yahoo.de",
    "hotmail.com",
    "hotmail.co.uk",
    "hotmail.fr",
    "outlook.com",
    "live.com",
    "live.co.uk",
    "icloud.com",
    "me.com",
    "aol.com",
    "msn.com",
    "btinternet.com",
    "virginmedia.com",
    "sky.com",
    "talktalk.net",
    "ntlworld.com",
    "blueyonder.co.uk",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "freenet.de",
    "orange.fr",
    "wanadoo.fr",
    "laposte.net",
    "libero.it",
    "ziggo.nl",
    "protonmail.com",
    "comcast.net",
];
/// Real domains one edit away from a provider.
const NEIGHBOURS: [&str; 20] = [
    "mail.com",
    "email.com",
    "ymail.com",
    "gmx.com",
    "gmx.at",
    "gmx.ch",
    "live.ca",
    "live.de",
    "live.fr",
    "live.nl",
    "yahoo.ca",
    "yahoo.it",
    "yahoo.es",
    "hotmail.de",
    "hotmail.it",
    "hotmail.es",
    "outlook.de",
    "outlook.fr",
    "ok.com",
    "we.com",
];

/// The domain that was probably meant, for the form to ask: `gmial.com` → `gmail.com`. Never a verdict.
pub fn typo_hint(domain: &str) -> Option<&'static str> {
    if PROVIDERS.contains(&domain) || NEIGHBOURS.contains(&domain) || domain.len() < 6 {
        return None;
    }
    // Short names have too many real neighbours.
    PROVIDERS.iter().copied().find(|p| p.len() >= 8 && is_one_slip(domain, p))
}

/// The address that was probably meant, for the form to ask.
pub fn perhaps_meant(typed: &str) -> Option<String> {
    let (local, domain) = typed.trim().rsplit_once('@')?;
    Some(format!("{local}@{}", typo_hint(&domain.to_lowercase())?))
}

/// One letter too many, too few, wrong, or two swapped.
fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([first, second], [other_first, other_second]) => first == other_second && second == other_first,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(email: &str) -> Vec<&'static str> {
        reasons(&EmailAddress::parse(email).expect(email), &Disposable::default(), None).codes()
    }

    #[test]
    fn addresses_are_told_apart() {
        for (email, found) in [
            ("anna.smith87@gmail.com", vec![]),
            ("x@mailinator.com", vec!["disposable_domain"]),
            ("x@some.sub.mailinator.com", vec!["disposable_domain"]),
            ("info@theatre.example", vec!["role_address"]),
            ("noreply@theatre.example", vec!["no_reply_address"]),
            ("x7k2m9qp4d@privaterelay.appleid.com", vec![]),
            ("xkjqzwvb@gmail.com", vec!["random_address"]),
            ("a7x9k2m4@gmail.com", vec!["random_address"]),
            ("123456789@qq.com", vec![]),
            ("mzk1987@web.de", vec![]),
            ("k.szczepanski@wp.pl", vec![]),
            ("用户@例え.jp", vec![]),
            ("anna@new.museum", vec![]),
            ("anna@gmial.com", vec![]),
        ] {
            assert_eq!(codes(email), found, "{email}");
        }
    }

    #[test]
    fn a_file_adds_and_takes_away() {
        let list = Disposable::with_file("# ours\nThrow.example\n!mailinator.com # we test with it\n\n");
        assert!(list.contains("throw.example") && list.contains("a.throw.example"));
        assert!(!list.contains("mailinator.com") && list.contains("yopmail.com"));
        assert!(!list.contains("com") && !list.contains(""));
    }

    #[test]
    fn slips_are_hinted_at() {
        for (domain, hint) in [
            ("gmial.com", Some("gmail.com")),
            ("gmai.com", Some("gmail.com")),
            ("gmaill.com", Some("gmail.com")),
            ("hotnail.com", Some("hotmail.com")),
            ("yaho.com", Some("yahoo.com")),
            ("outlok.com", Some("outlook.com")),
            ("gmail.com", None),
            ("mail.com", None),
            ("example.com", None),
            ("gmx.at", None),
        ] {
            assert_eq!(typo_hint(domain), hint, "{domain}");
        }
    }
}
