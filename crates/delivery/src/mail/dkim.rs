//! DKIM signatures (RFC 6376, and RFC 8463 for Ed25519): RSA-SHA256 or Ed25519-SHA256, relaxed on both sides.
//!
//! Written over `ring`, which TLS brings along anyway: the `rsa` crate that mail libraries sign with has an open advisory
//! (RUSTSEC-2023-0071) on just this operation. An independent verifier checks it in the tests.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::message::MessageFault;

/// Signs mails of one domain with one key.
pub struct DkimSigner {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// Headers that are signed where they occur. A second one of those marked, added on the way, breaks the signature.
const SIGNED: &[(&str, bool)] = &[
    ("From", true),
    ("To", true),
    ("Subject", true),
    ("Date", true),
    ("Message-ID", true),
    ("Reply-To", true),
    ("MIME-Version", false),
    ("Content-Type", false),
    ("Content-Transfer-Encoding", false),
    ("Auto-Submitted", false),
    ("Feedback-ID", false),
    ("List-Unsubscribe", true),
    ("List-Unsubscribe-Post", true),
];

impl std::fmt::Debug for DkimSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DkimSigner({} {})", self.selector, self.domain)
    }
}

impl DkimSigner {
    /// Reads a private key: PEM, PKCS #8 or PKCS #1, RSA of 2,048 to 4,096 bits or Ed25519. The error never repeats the key.
    pub fn from_pem(domain: &str, selector: &str, pem: &[u8]) -> Result<Self, String> {
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| "it holds no private key in PEM form")?;
        let key = match &der {
            PrivateKeyDer::Pkcs1(der) => {
                RsaKeyPair::from_der(der.secret_pkcs1_der()).map(Key::Rsa).map_err(|e| e.to_string())?
            }
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(pair) => Key::Ed25519(pair),
                    Err(_) => RsaKeyPair::from_pkcs8(der)
                        .map(Key::Rsa)
                        .map_err(|e| format!("its key is neither Ed25519 nor RSA of 2048 to 4096 bits ({e})"))?,
                }
            }
            _ => return Err("its key is neither RSA nor Ed25519".into()),
        };
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_owned(), key })
    }

    /// Whether receivers count this signature for a sender of that domain (relaxed alignment, RFC 7489).
    pub fn aligns_with(&self, sender_domain: &str) -> bool {
        let sender = sender_domain.to_ascii_lowercase();
        sender == self.domain || sender.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.'))
    }

    /// The name of the DNS record that holds the public key.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The content of that TXT record.
    pub fn record(&self) -> String {
        match &self.key {
            Key::Ed25519(pair) => format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(pair.public_key())),
            Key::Rsa(pair) => {
                format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public_key_info(pair.public_key().as_ref())))
            }
        }
    }

    /// The `DKIM-Signature` line, with its CRLF, for a finished message. `at` is when it was written.
    pub(crate) fn signature(&self, message: &[u8], at: Timestamp) -> Result<String, MessageFault> {
        let end = find(message, b"\r\n\r\n").ok_or_else(|| MessageFault("the message has no body".into()))?;
        let headers =
            std::str::from_utf8(&message[..end + 2]).map_err(|_| MessageFault("a header is not UTF-8".into()))?;
        let headers = split_headers(headers);
        let body_hash = STANDARD.encode(digest(&SHA256, &relaxed_body(&message[end + 4..])));
        let (mut names, mut data) = (Vec::new(), String::new());
        for (name, over) in SIGNED {
            if let Some((found, value)) = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
                names.push(name.to_ascii_lowercase());
                relaxed_header(found, value, &mut data);
                data.push_str("\r\n");
            }
            if *over {
                names.push(name.to_ascii_lowercase());
            }
        }
        let algorithm = match &self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let unsigned = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={};\r\n t={}; h={};\r\n bh={body_hash};\r\n b=",
            self.domain,
            self.selector,
            at.0.div_euclid(1_000_000),
            names.join(":\r\n "),
        );
        relaxed_header("DKIM-Signature", &unsigned, &mut data);
        let signature = STANDARD.encode(self.sign(data.as_bytes())?);
        let mut line = format!("DKIM-Signature: {unsigned}");
        for (i, part) in signature.as_bytes().chunks(72).enumerate() {
            let fold = if i > 0 { "\r\n " } else { "" };
            let _ = write!(line, "{fold}{}", String::from_utf8_lossy(part));
        }
        line.push_str("\r\n");
        Ok(line)
    }

    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, MessageFault> {
        match &self.key {
            Key::Ed25519(pair) => Ok(pair.sign(digest(&SHA256, data).as_ref()).as_ref().to_vec()),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // The randomness only blinds the computation: the signature is the same every time.
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature)
                    .map_err(|_| MessageFault("the DKIM key cannot sign".into()))?;
                Ok(signature)
            }
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}

/// Names and values, folds kept.
fn split_headers(text: &str) -> Vec<(&str, &str)> {
    let mut headers = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let mut end = from;
        loop {
            end = text[end..].find("\r\n").map_or(text.len(), |at| end + at + 2);
            if !text[end..].starts_with([' ', '\t']) {
                break;
            }
        }
        headers.extend(text[from..end].split_once(':'));
        from = end;
    }
    headers
}

/// RFC 6376, section 3.4.2; without the line end.
fn relaxed_header(name: &str, value: &str, out: &mut String) {
    out.push_str(&name.trim_end().to_ascii_lowercase());
    out.push(':');
    let words = value.split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty());
    for (i, word) in words.enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// RFC 6376, section 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut blank_lines = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let end = find(rest, b"\r\n");
        let line = &rest[..end.unwrap_or(rest.len())];
        rest = &rest[end.map_or(rest.len(), |end| end + 2)..];
        let trimmed = line.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(&[][..], |last| &line[..=last]);
        if trimmed.is_empty() {
            blank_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut blank_lines) {
            out.extend_from_slice(b"\r\n");
        }
        let mut after_space = false;
        for byte in trimmed {
            let space = matches!(byte, b' ' | b'\t');
            if !space {
                out.push(*byte);
            } else if !after_space {
                out.push(b' ');
            }
            after_space = space;
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// An RSA public key as receivers read it: SubjectPublicKeyInfo (RFC 5280) around PKCS #1.
fn public_key_info(pkcs1: &[u8]) -> Vec<u8> {
    // rsaEncryption, no parameters.
    const ALGORITHM: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = tagged(0x03, &[&[0], pkcs1].concat());
    tagged(0x30, &[ALGORITHM, &bits].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let mut out = vec![tag];
    if content.len() < 0x80 {
        out.push(length[length.len() - 1]);
    } else {
        let digits = length.iter().skip_while(|b| **b == 0).copied().collect::<Vec<_>>();
        out.push(0x80 | digits.len() as u8);
        out.extend(digits);
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6376, section 3.4.5.
    #[test]
    fn what_is_signed_is_relaxed() {
        let mut out = String::new();
        for (name, value) in split_headers("A: X\r\nB : Y\t\r\n\tZ  \r\n") {
            relaxed_header(name, value, &mut out);
            out.push_str("\r\n");
        }
        assert_eq!(out, "a:X\r\nb:Y Z\r\n");
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b"\r\n"), b"");
        assert_eq!(relaxed_body(b"a\r\n\r\nb"), b"a\r\n\r\nb\r\n");
    }

    #[test]
    fn keys_are_read_or_refused() {
        for pem in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            let fault = DkimSigner::from_pem("a.example", "v1", pem.as_bytes()).expect_err(pem);
            assert!(!fault.contains("AAAA"), "{fault}");
        }
    }
}
