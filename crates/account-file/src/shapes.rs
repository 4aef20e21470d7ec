//! What single values may look like. Errors read on after the key's name, say what would be right, and never repeat a secret.

use std::net::{IpAddr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{EmailAddress, Language};

use crate::report::quoted;

/// First path segments that are no account (design, section 4).
const RESERVED_SLUGS: &[&str] = &[
    "webhooks",
    "v1",
    "v2.0",
    "api",
    "console",
    "confirm",
    "not-me",
    "preferences",
    "unsubscribe",
    "mailbox",
    "embed.js",
    "assets",
];

/// A name that people read or type: trimmed, one line, up to 200 characters.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("is blank".into());
    }
    if text.chars().any(char::is_control) {
        return Err("holds a control character".into());
    }
    if text.chars().count() > 200 {
        return Err("is longer than 200 characters".into());
    }
    Ok(text.to_owned())
}

/// `{client}` in every URL.
pub(crate) fn slug(text: &str) -> Result<String, String> {
    if RESERVED_SLUGS.contains(&text.to_lowercase().as_str()) {
        return Err(format!("cannot be {}: that path belongs to Vestibule itself", quoted(text)));
    }
    let shape = !text.is_empty()
        && text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    if !shape {
        return Err(format!("must be lower-case letters, digits and inner hyphens, up to 63, not {}", quoted(text)));
    }
    Ok(text.to_owned())
}

/// A field's SystemName: PascalCase. An underscore is kept out because forms name their statements `Statement_…`.
pub(crate) fn system_name(text: &str) -> Result<String, String> {
    let shape = text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if !shape {
        let example = model::attribute_name(text);
        let better = if example.is_ascii() && example.starts_with(|c: char| c.is_ascii_uppercase()) {
            format!(", such as {}", quoted(&example))
        } else {
            String::new()
        };
        return Err(format!("must be a capital letter and then letters and digits{better}, not {}", quoted(text)));
    }
    Ok(text.to_owned())
}

/// An id that a vendor or the account's owner gave: opaque, but safe in a URL.
pub(crate) fn id(text: &str) -> Result<String, String> {
    let shape =
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !shape {
        return Err(format!("must be 1 to 64 letters, digits, hyphens or underscores, not {}", quoted(text)));
    }
    Ok(text.to_owned())
}

/// A language tag: `en`, `cy`, `pt-BR`.
pub(crate) fn language(text: &str) -> Result<Language, String> {
    let mut parts = text.split('-');
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let first = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && letters(p));
    if !(first && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))) {
        return Err(format!("must be a language such as `en`, `cy` or `pt-BR`, not {}", quoted(text)));
    }
    Ok(Language(text.to_owned()))
}

/// An email address, kept as given.
pub(crate) fn address(text: &str) -> Result<String, String> {
    EmailAddress::parse(text)
        .map(|a| a.given().to_owned())
        .map_err(|_| format!("must be an email address, not {}", quoted(text)))
}

/// The longest that stands in the place of `*` in a return path.
const LONGEST_TOKEN: usize = 40;

/// An address, in which one `*` before the `@` may stand for what tells one mail from another.
pub(crate) fn return_path(text: &str) -> Result<String, String> {
    let path = address(text)?;
    let (local, domain) = path.rsplit_once('@').unwrap_or((&path, ""));
    if domain.contains('*') || local.matches('*').count() > 1 {
        return Err(format!("has at most one `*`, and before the `@`, not {}", quoted(text)));
    }
    if let Some((before, after)) = local.split_once('*') {
        let joined =
            before.ends_with(|c: char| c.is_alphanumeric()) || after.starts_with(|c: char| c.is_alphanumeric());
        if joined {
            return Err(format!("needs a sign such as `+` between its `*` and letters or digits: {}", quoted(text)));
        }
        if before.len() + LONGEST_TOKEN + after.len() > 64 {
            return Err(format!("is too long: {LONGEST_TOKEN} characters take the place of `*` in {}", quoted(text)));
        }
    }
    Ok(path)
}

/// The ARN of a topic of Amazon SNS: `arn:aws:sns:REGION:ACCOUNT:NAME`.
pub(crate) fn sns_topic(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split(':').collect();
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    match parts.as_slice() {
        ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws")
                && word(partition)
                && word(region)
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && word(name) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!("holds topics such as `arn:aws:sns:eu-west-1:123456789012:mail`, not {}", quoted(text))),
    }
}

/// `Name <address>`, or an address alone.
pub(crate) fn sender(text: &str) -> Result<String, String> {
    let wrong = || format!("must be `Name <address>`, not {}", quoted(text));
    let text = text.trim();
    let (name, bare) = match text.strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
        Some((name, bare)) => (name.trim(), bare),
        None => ("", text),
    };
    let clean = !name.contains(['<', '>']) && !text.chars().any(char::is_control);
    match EmailAddress::parse(bare) {
        Ok(_) if clean => Ok(text.to_owned()),
        _ => Err(wrong()),
    }
}

/// A host name or IP address without port, in lower case and ASCII.
pub(crate) fn host(text: &str) -> Result<String, String> {
    let wrong = || format!("must be a host name without scheme, port or path, not {}", quoted(text));
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = bare.parse::<Ipv6Addr>() {
        return Ok(format!("[{ip}]"));
    }
    if text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    // Names in private networks may hold underscores, which IDNA does not know.
    let plain = text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    let ascii = if plain { text.to_lowercase() } else { idna::domain_to_ascii_strict(text).map_err(|_| wrong())? };
    let digits = ascii.rsplit('.').next().is_none_or(|top| top.is_empty() || top.bytes().all(|b| b.is_ascii_digit()));
    if digits { Err(wrong()) } else { Ok(ascii) }
}

/// A host name of the organisation's own: with a dot, no IP address.
pub(crate) fn domain(text: &str) -> Result<String, String> {
    let found = host(text)?;
    if !found.contains('.') || found.parse::<IpAddr>().is_ok() || found.starts_with('[') {
        return Err(format!("must be a full host name such as `tickets.example.org`, not {}", quoted(text)));
    }
    Ok(found)
}

/// Scheme (`http` or `https`), host and port of an address, and what follows.
fn split_url(text: &str) -> Option<(&'static str, String, Option<u16>, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = ["https", "http"].into_iter().find(|s| scheme.eq_ignore_ascii_case(s))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host_part, port) = match authority.rsplit_once(':') {
        Some((host_part, port)) if !port.contains(']') => (host_part, Some(port.parse::<u16>().ok()?)),
        _ => (authority, None),
    };
    if port == Some(0) {
        return None;
    }
    Some((scheme, host(host_part).ok()?, port, path))
}

/// An `http` or `https` address, kept as given.
pub(crate) fn web_url(text: &str) -> Result<String, String> {
    let fits = |c: char| !(c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c));
    if text.len() > 2_000 || !text.chars().all(fits) || split_url(text).is_none() {
        return Err("must be an address that starts with https:// or http://, without a user name".into());
    }
    Ok(text.to_owned())
}

/// The host of an address that [`web_url`] takes.
pub(crate) fn host_of(url: &str) -> Option<String> {
    split_url(url).map(|(_, host, ..)| host)
}

/// An origin as browsers send it, or `*`.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    if text == "*" {
        return Ok(text.to_owned());
    }
    let wrong = || format!("must be an origin such as `https://www.example.org`, or `*`, not {}", quoted(text));
    let (scheme, host, port, path) = split_url(text).ok_or_else(wrong)?;
    if !path.is_empty() {
        return Err(format!("is an origin without path or final slash, not {}", quoted(text)));
    }
    let default = if scheme == "https" { 443 } else { 80 };
    Ok(match port.filter(|p| *p != default) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// A network in CIDR form, or one address.
pub(crate) fn network(text: &str) -> Result<String, String> {
    let (ip, bits) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
    let fits = ip.parse::<IpAddr>().is_ok_and(|ip| {
        let most = if ip.is_ipv4() { 32 } else { 128 };
        bits.is_none_or(|b| b.bytes().all(|b| b.is_ascii_digit()) && b.parse::<u8>().is_ok_and(|b| b <= most))
    });
    if !fits {
        return Err(format!("must be a network such as `203.0.113.0/24`, not {}", quoted(text)));
    }
    Ok(text.to_owned())
}

/// `#rrggbb`.
pub(crate) fn colour(text: &str) -> Result<String, String> {
    let fits = text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit());
    if !fits {
        return Err(format!("must be a colour such as `#7a1f5c`, not {}", quoted(text)));
    }
    Ok(text.to_lowercase())
}

/// The name of an environment variable. What was given is not repeated: it may be the secret itself.
pub(crate) fn variable(text: &str) -> Result<String, String> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !fits {
        return Err("must be the name of an environment variable; the variable holds the address".into());
    }
    Ok(text.to_owned())
}

/// Sentori's `ApiKey`: a GUID with hyphens (Sentori reference, section 1).
pub(crate) fn sentori_key(text: &str) -> Result<String, String> {
    let groups: Vec<&str> = text.split('-').collect();
    let fits = groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_hexdigit()));
    if !fits {
        return Err("must be a GUID: 32 hexadecimal digits in groups of 8-4-4-4-12".into());
    }
    Ok(text.to_owned())
}

/// A Spektrix secret key: standard base64 of at least one byte (Spektrix reference, section 3).
pub(crate) fn spektrix_secret(text: &str) -> Result<String, String> {
    match STANDARD.decode(text) {
        Ok(bytes) if !bytes.is_empty() => Ok(text.to_owned()),
        _ => Err("must be standard base64".into()),
    }
}

/// A bearer token: the characters of RFC 6750, at least 16.
pub(crate) fn token(text: &str) -> Result<String, String> {
    let bare = text.trim_end_matches('=');
    let fits =
        (16..=512).contains(&text.len()) && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    if !fits {
        return Err("must be 16 to 512 letters, digits or any of -._~+/".into());
    }
    Ok(text.to_owned())
}

/// The secret of a Standard Webhooks endpoint: `whsec_` and base64 of 24 to 64 bytes (the specification's own bounds).
pub(crate) fn webhook_secret(text: &str) -> Result<String, String> {
    match text.strip_prefix("whsec_").map(|b| STANDARD.decode(b)) {
        Some(Ok(bytes)) if (24..=64).contains(&bytes.len()) => Ok(text.to_owned()),
        _ => Err("must be `whsec_` followed by the base64 of 24 to 64 bytes".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Check = fn(&str) -> Result<String, String>;

    #[test]
    fn shapes_are_kept_or_refused() {
        let table: &[(Check, &[&str], &[&str])] = &[
            (slug, &["demo", "a-1"], &["", "Demo", "-a", "a_b", "v1", "v2.0", "Console", "embed.js"]),
            (system_name, &["Shoe2"], &["", "shoe", "Shoe Size", "Statement_x", "Größe"]),
            (id, &["12ABCDE3", "a-b_c"], &["", "a b", "a/b", "é"]),
            (
                sender,
                &["a@b.example", "A B <a@b.example>"],
                &["", "A B", "A <b>", "A\n <a@b.example>", "<a@b.example> x"],
            ),
            (
                host,
                &["localhost", "127.0.0.1", "[::1]", "mock_server"],
                &["", "a/b", "a:80", "http://a", "1.2.3", "a b", "*"],
            ),
            (domain, &["tickets.example.org"], &["localhost", "127.0.0.1", "[::1]"]),
            (
                web_url,
                &["https://a.example/x?y#z", "http://localhost:8080"],
                &[
                    "",
                    "a.example",
                    "ftp://a",
                    "https://",
                    "javascript:x",
                    "https://u@a.example",
                    "https://a b",
                    "https://a:0",
                    "https://a:x",
                ],
            ),
            (
                origin,
                &["*", "https://a.example", "http://localhost:3000"],
                &["", "null", "a.example", "https://a.example/", "https://*.a.example"],
            ),
            (
                network,
                &["203.0.113.0/24", "::1", "2001:db8::/32"],
                &["", "203.0.113.0/33", "x/8", "1.2.3.4/+8", "1.2.3.4/"],
            ),
            (colour, &["#7a1f5c"], &["", "red", "#fff", "#12345é"]),
            (variable, &["DEMO_MAIL_URL"], &["", "smtp://u:p@h", "1A"]),
            (
                sentori_key,
                &["00000000-0000-0000-0000-000000000000"],
                &["", "x", "0000000-00000-0000-0000-000000000000"],
            ),
            (spektrix_secret, &["c2VjcmV0LWtleS1mb3ItdGVzdHM="], &["", "not base64", "c2VjcmV0LWtleS1mb3ItdGVzdHM"]),
            (
                token,
                &["demo-token-for-trying-out-only"],
                &["", "short", "with spaces in the middle", "====================!"],
            ),
            (
                webhook_secret,
                &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
                &["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            ),
        ];
        for (check, good, bad) in table {
            for text in *good {
                assert_eq!(check(text).as_deref(), Ok(*text));
            }
            for text in *bad {
                assert!(check(text).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn hosts_and_origins_get_one_spelling() {
        assert_eq!(host("Bücher.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(origin("HTTPS://A.example:443").as_deref(), Ok("https://a.example"));
        assert_eq!(host_of("https://A.example:8443/x?y").as_deref(), Some("a.example"));
    }
}
