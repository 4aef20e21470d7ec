//! Text in any common encoding as a stream of UTF-8, bit by bit.

use std::io::{Error, ErrorKind, Read, Result};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

const PIECE: usize = 64 * 1024;

/// The encoding that goes by a name, as in XML declarations and settings.
pub fn encoding_named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes())
}

/// The encoding that the first bytes of a text give away: a byte order mark, or the zeros of UTF-16 without one.
pub fn encoding_marked(first: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(first) {
        return Some(encoding);
    }
    match first {
        [0, low, ..] if *low != 0 => Some(UTF_16BE),
        [low, 0, ..] if *low != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// Reads a source of some encoding as UTF-8, without a byte order mark. What is malformed is an error.
pub struct Decoded<R> {
    source: R,
    decoder: Decoder,
    input: Box<[u8]>,
    /// What of the input is not decoded yet.
    waiting: std::ops::Range<usize>,
    output: Box<[u8]>,
    /// What of the output is not taken yet.
    ready: std::ops::Range<usize>,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Reads `source`, which is in this encoding.
    pub fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; PIECE].into(),
            waiting: 0..0,
            // Three bytes for one, at worst.
            output: vec![0; PIECE * 3 + 64].into(),
            ready: 0..0,
            ended: false,
        }
    }

    fn decode_more(&mut self) -> Result<()> {
        while self.ready.is_empty() && !self.ended {
            if self.waiting.is_empty() {
                let length = self.source.read(&mut self.input)?;
                self.waiting = 0..length;
            }
            let last = self.waiting.is_empty();
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                &self.input[self.waiting.clone()],
                &mut self.output,
                last,
            );
            if let DecoderResult::Malformed(..) = result {
                let name = self.decoder.encoding().name();
                return Err(Error::new(ErrorKind::InvalidData, format!("the text is not in the encoding {name}")));
            }
            self.waiting.start += read;
            self.ready = 0..written;
            self.ended = last;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        self.decode_more()?;
        let length = self.ready.len().min(to.len());
        to[..length].copy_from_slice(&self.output[self.ready.start..self.ready.start + length]);
        self.ready.start += length;
        Ok(length)
    }
}

/// UTF-8, for callers that know no other.
pub fn utf_8() -> &'static Encoding {
    UTF_8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, to: &mut [u8]) -> Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            (to[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    fn read(bytes: &[u8], encoding: &'static Encoding) -> Result<String> {
        let mut text = String::new();
        Decoded::new(Drops(bytes), encoding).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn every_encoding_becomes_utf_8() {
        let utf_16 = |text: &str, big: bool, mark: bool| -> Vec<u8> {
            let units = mark.then_some(0xfeff_u16).into_iter().chain(text.encode_utf16());
            units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        for (bytes, name) in [
            ("Zoë €".as_bytes().to_vec(), "utf-8"),
            ("\u{feff}Zoë €".as_bytes().to_vec(), "UTF-8"),
            (b"Zo\xeb \x80".to_vec(), "windows-1252"),
            (b"Zo\xeb \x80".to_vec(), "iso-8859-1"),
            (utf_16("Zoë €", false, true), "utf-16le"),
            (utf_16("Zoë €", true, true), "utf-16be"),
            (utf_16("Zoë €", true, false), "utf-16be"),
        ] {
            let encoding = encoding_named(name).expect(name);
            assert_eq!(read(&bytes, encoding).expect(name), "Zoë €", "{name}");
        }
        assert!(read(b"Zo\xeb", UTF_8).is_err());
        assert!(read(b"Zo\xc3", UTF_8).is_err());
        assert_eq!(encoding_marked(b"\xef\xbb\xbfx"), Some(UTF_8));
        assert_eq!(encoding_marked(b"<\0C\0"), Some(UTF_16LE));
        assert_eq!(encoding_marked(b"<Con"), None);
    }
}
