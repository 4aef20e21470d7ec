//! The parts of a mail (RFC 2045, 2046), as far as reports need them: lenient with what servers write, bounded in depth and
//! number whatever strangers write, since everybody can send mail to a return path.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

/// How deep parts are looked into.
const DEEPEST: usize = 8;
/// Parts that are looked at.
const MOST_PARTS: usize = 100;
/// Base 64 as servers write it, whole or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A mail, or a mail within a mail.
pub(super) struct Mail {
    /// Its headers as they stand.
    pub(super) head: Bytes,
    /// All that holds no further parts, in order; a mail within a mail also with its own parts behind it.
    pub(super) parts: Vec<Part>,
}

/// A part that holds something.
pub(super) struct Part {
    /// `type/subtype` in lower case.
    pub(super) kind: String,
    /// What it holds, decoded.
    pub(super) content: Bytes,
}

impl Part {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }
}

/// Reads a mail; `None` when what stands first is no header.
pub(super) fn read(raw: &Bytes) -> Option<Mail> {
    // Programs that hand mail on may put mbox's separator before it.
    let start = if raw.starts_with(b"From ") { raw.iter().position(|b| *b == b'\n')? + 1 } else { 0 };
    let raw = raw.slice(start..);
    let body_at = end_of_head(&raw);
    let head = raw.slice(..body_at);
    let (name, _) = fields(&head).into_iter().next()?;
    if name.is_empty() || name.bytes().any(|b| !b.is_ascii_graphic()) {
        return None;
    }
    let mut parts = Vec::new();
    walk(&raw, 0, "text/plain", &mut parts);
    Some(Mail { head, parts })
}

/// Header fields, unfolded, names in lower case.
pub(super) fn fields(head: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(head);
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// Where the headers end: behind the empty line.
fn end_of_head(raw: &[u8]) -> usize {
    let mut at = 0;
    for line in raw.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        if line.iter().all(|b| matches!(b, b'\r' | b'\n')) {
            return at;
        }
    }
    at
}

fn walk(raw: &Bytes, depth: usize, default: &str, parts: &mut Vec<Part>) {
    let body_at = end_of_head(raw);
    let fields = fields(&raw[..body_at]);
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let content_type = field("content-type").unwrap_or(default);
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = raw.slice(body_at..);
    if kind.starts_with("multipart/")
        && depth < DEEPEST
        && let Some(boundary) = parameter(content_type, "boundary")
    {
        let default = if kind == "multipart/digest" { "message/rfc822" } else { "text/plain" };
        let sections = sections(&body, &boundary);
        if !sections.is_empty() {
            for section in sections {
                walk(&section, depth + 1, default, parts);
            }
            return;
        }
    }
    if parts.len() >= MOST_PARTS {
        return;
    }
    let encoding = field("content-transfer-encoding").map(|e| e.trim().to_ascii_lowercase());
    let content = match encoding.as_deref() {
        Some("base64") => from_base64(&body),
        Some("quoted-printable") => from_quoted_printable(&body),
        _ => body,
    };
    let holds_mail = matches!(kind.as_str(), "message/rfc822" | "message/global");
    parts.push(Part { kind, content: content.clone() });
    if holds_mail && depth < DEEPEST {
        walk(&content, depth + 1, "text/plain", parts);
    }
}

/// A parameter of a header's value.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (found, after) = rest.split_once('=')?;
        let (content, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => {
                let mut content = String::new();
                let mut chars = quoted.char_indices();
                let mut end = quoted.len();
                while let Some((at, c)) = chars.next() {
                    match c {
                        '"' => {
                            end = at + 1;
                            break;
                        }
                        '\\' => content.extend(chars.next().map(|(_, c)| c)),
                        c => content.push(c),
                    }
                }
                (content, quoted[end..].split_once(';').map_or("", |(_, rest)| rest))
            }
            None => {
                let (content, rest) = after.split_once(';').unwrap_or((after, ""));
                (content.trim().to_owned(), rest)
            }
        };
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(content).filter(|c| !c.is_empty());
        }
        rest = after;
    }
}

/// What stands between the delimiters.
fn sections(body: &Bytes, boundary: &str) -> Vec<Bytes> {
    let (mut sections, mut start, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|b| *b == b'\n') {
        let found =
            line.strip_prefix(b"--").and_then(|l| l.strip_prefix(boundary.as_bytes())).map(|l| l.trim_ascii_end());
        if let Some(rest @ (b"" | b"--")) = found {
            if let Some(start) = start {
                sections.push(body.slice(start..at));
            }
            start = (rest.is_empty() && sections.len() < MOST_PARTS).then_some(at + line.len());
        }
        at += line.len();
    }
    sections.extend(start.map(|start| body.slice(start..)));
    sections
}

fn from_base64(body: &[u8]) -> Bytes {
    let is_letter = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let mut letters: Vec<u8> = body.iter().copied().filter(is_letter).collect();
    // A single letter left over stands for nothing.
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    BASE64.decode(letters).unwrap_or_default().into()
}

fn from_quoted_printable(body: &[u8]) -> Bytes {
    let hex = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    let mut bytes = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|b| *b == b'\n') {
        let text = line.trim_ascii_end();
        let (text, goes_on) = text.strip_suffix(b"=").map_or((text, false), |text| (text, true));
        let mut rest = text;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            if let (b'=', [high, low, after @ ..]) = (*first, after)
                && let (Some(high), Some(low)) = (hex(*high), hex(*low))
            {
                bytes.push(high << 4 | low);
                rest = after;
            } else {
                bytes.push(*first);
            }
        }
        if !goes_on && line.ends_with(b"\n") {
            bytes.push(b'\n');
        }
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(mail: &str) -> Vec<String> {
        read(&Bytes::from(mail.to_owned()))
            .map_or_else(Vec::new, |mail| mail.parts.into_iter().map(|p| p.kind).collect())
    }

    #[test]
    fn parts_are_found_however_they_are_written() {
        let mail = "From x@y Mon Jan  1 00:00:00 2024\nSubject: x\nContent-Type: multipart/report;\n\treport-type=delivery-status; \
            boundary=\"a \\\"b\"\n\npreamble\n--a \"b\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n\
            caf=C3=A9 =\nau lait=\n--a \"b  \r\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: BASE64\n\n\
            QWN0aW9u\nOiBmYWlsZWQK\n--a \"b\nContent-Type: Message/RFC822\n\nMessage-ID: <1@x>\nContent-Type: text/html\n\n<p>\n\
            --a \"b--\nepilogue\n";
        let read = read(&Bytes::from(mail)).expect("a mail");
        let parts: Vec<_> = read.parts.iter().map(|p| (p.kind.as_str(), p.text().trim().to_owned())).collect();
        assert_eq!(parts[0], ("text/plain", "café au lait".to_owned()));
        assert_eq!(parts[1], ("message/delivery-status", "Action: failed".to_owned()));
        assert_eq!((parts[2].0, parts[3].0, parts[3].1.as_str()), ("message/rfc822", "text/html", "<p>"));
        assert!(read.head.starts_with(b"Subject: x"));
        for (mail, wanted) in [
            ("A: b\r\n\r\nbody", vec!["text/plain"]),
            ("Content-Type: multipart/mixed; boundary=x\n\nnone of them", vec!["multipart/mixed"]),
            ("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nno end", vec!["text/plain"]),
            (
                "Content-Type: multipart/digest; boundary=x\n\n--x\n\nA: b\n\nc\n--x--",
                vec!["message/rfc822", "text/plain"],
            ),
            ("no header at all", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(kinds(mail), wanted, "{mail}");
        }
    }

    #[test]
    fn nothing_strangers_write_goes_deeper_than_the_limit() {
        let nested = "Content-Type: message/rfc822\n\n".repeat(50_000);
        assert_eq!(kinds(&nested).len(), DEEPEST + 1);
        let mut wide = "Content-Type: multipart/mixed; boundary=x\n\n".to_owned();
        wide += &"--x\n\na\n".repeat(10_000);
        assert!(kinds(&wide).len() <= MOST_PARTS);
        let layer = |n: u32| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
        let deep = (0..5_000).map(layer).collect::<Vec<_>>().concat();
        assert!(kinds(&deep).len() <= MOST_PARTS);
    }
}
