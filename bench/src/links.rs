//! The confirm link's token, out of a mail as it goes over the wire.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const MARK: &[u8] = b"/confirm/";

/// The token of the first `/confirm/TOKEN` in a mail, whatever its transfer encoding.
pub fn confirm_token(content: &[u8]) -> Option<String> {
    // 7bit, or quoted-printable that did not break the mark itself: nearly always. Anything else is decoded first.
    find(content)
        .or_else(|| find(&unquote(content)))
        .or_else(|| decoded_parts(content).iter().find_map(|part| find(part)))
}

fn find(text: &[u8]) -> Option<String> {
    let start = text.windows(MARK.len()).position(|w| w == MARK)? + MARK.len();
    let mut token = String::new();
    let mut rest = &text[start..];
    loop {
        match rest {
            [b'=', b'\r', b'\n', after @ ..] => rest = after,
            [c, after @ ..] if c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'~') => {
                token.push(char::from(*c));
                rest = after;
            }
            _ => break,
        }
    }
    // A full stop may end the sentence that the link stands in.
    token.truncate(token.trim_end_matches('.').len());
    (!token.is_empty()).then_some(token)
}

/// Quoted-printable without its soft line breaks and escapes.
fn unquote(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [b'=', b'\r', b'\n', after @ ..] => after,
            [b'=', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |c: u8| char::from(c).to_digit(16).unwrap_or(0) as u8;
                plain.push(digit(*high) << 4 | digit(*low));
                after
            }
            [c, after @ ..] => {
                plain.push(*c);
                after
            }
            [] => return plain,
        };
    }
}

/// Every stretch of base64 lines, decoded.
fn decoded_parts(content: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(content);
    let blocks = text.split("\r\n\r\n").map(|block| block.split("\r\n--").next().unwrap_or(block));
    blocks.filter_map(|block| STANDARD.decode(block.replace("\r\n", "")).ok()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_tokens() {
        let quoted = "Content-Transfer-Encoding: quoted-printable\r\n\r\nhttp://h/con=\r\nfirm/AbC-_1=\r\n2=3D?\r\n";
        let link = "Bitte http://h/confirm/AbC-_12\r\nfolgen";
        let base64 = format!(
            "Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--edge--\r\n",
            STANDARD.encode(link).as_bytes().chunks(20).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n")
        );
        for text in [
            "x http://h/confirm/AbC-_12\r\n",
            "<a href=3D\"http://h/confirm/AbC=\r\n-_12\">",
            quoted,
            &base64,
            "/confirm/AbC-_12.",
        ] {
            assert_eq!(confirm_token(text.as_bytes()).as_deref(), Some("AbC-_12"), "{text}");
        }
        for text in ["", "no link", "/confirm/ x", "/not-me/abc"] {
            assert_eq!(confirm_token(text.as_bytes()), None, "{text}");
        }
    }
}
