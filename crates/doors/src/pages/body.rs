//! Bodies of requests, before anybody knows what they are about: content types, and urlencoded pairs in strict UTF-8.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// Names in one body; more is no form of ours.
pub(super) const MOST_NAMES: usize = 1000;
/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Longer than the limit (413).
    #[error("the body is too large")]
    TooLarge,
    /// Neither urlencoded nor JSON (415).
    #[error("the content type is not taken here")]
    ContentType,
    /// Not UTF-8 once decoded (400).
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not of the shape its content type promises, or with too many names (400).
    #[error("the body is malformed")]
    Malformed,
}

impl BodyFault {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::ContentType => 415,
            Self::NotUtf8 | Self::Malformed => 400,
        }
    }
}

/// Whether a content type is JSON, which decides the shape of every answer, faults too.
pub fn is_json(content_type: Option<&str>) -> bool {
    essence(content_type) == "application/json"
}

pub(super) fn essence(content_type: Option<&str>) -> String {
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Names and values in the order of the body.
pub(super) type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The pairs of an urlencoded body, strictly UTF-8.
pub(super) fn urlencoded(body: &[u8], limit: usize) -> Result<Pairs<'_>, BodyFault> {
    if body.len() > limit {
        return Err(BodyFault::TooLarge);
    }
    let mut pairs = Vec::new();
    for piece in body.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
        if pairs.len() == MOST_NAMES {
            return Err(BodyFault::Malformed);
        }
        let at = piece.iter().position(|b| *b == b'=');
        let (name, value) = at.map_or((piece, &[][..]), |at| (&piece[..at], &piece[at + 1..]));
        pairs.push((decoded(name)?, decoded(value)?));
    }
    Ok(pairs)
}

fn decoded(piece: &[u8]) -> Result<Cow<'_, str>, BodyFault> {
    if piece.contains(&b'+') {
        let spaced: Vec<u8> = piece.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        let text = percent_decode(&spaced).decode_utf8().map_err(|_| BodyFault::NotUtf8)?;
        return Ok(Cow::Owned(text.into_owned()));
    }
    percent_decode(piece).decode_utf8().map_err(|_| BodyFault::NotUtf8)
}
