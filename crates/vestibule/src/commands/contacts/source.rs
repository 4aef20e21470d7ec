//! A file before it is read: what it is, how it is encoded, how long it is, and what tells it from another.

use std::fs::File;
use std::io::{Read, Seek as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use doors::decoded::{Decoded, encoding_marked, encoding_named, utf_8};
use encoding_rs::{Encoding, WINDOWS_1252};
use sha2::{Digest, Sha256};

use super::rows::Rows;

/// A file of contacts.
pub(super) struct Source {
    file: File,
    encoding: &'static Encoding,
    /// Bytes, in all.
    pub(super) length: u64,
    /// Bytes read so far.
    pub(super) read: Arc<AtomicU64>,
    /// A hash of what is in it.
    pub(super) fingerprint: [u8; 32],
    json: bool,
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let length = self.file.read(to)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

impl Source {
    /// Looks a file over. `encoding`: its name, where that must not be guessed.
    pub(super) fn open(path: &Path, encoding: Option<&str>) -> Result<Self, String> {
        let mut file = File::open(path).map_err(|e| e.to_string())?;
        let known = match encoding {
            None => None,
            Some(name) => Some(encoding_named(name).ok_or_else(|| format!("the encoding {name} is not known"))?),
        };
        let (mut hash, mut length, mut guess) = (Sha256::new(), 0_u64, Guess::default());
        let mut piece = vec![0; 256 * 1024];
        loop {
            let read = file.read(&mut piece).map_err(|e| e.to_string())?;
            if read == 0 {
                break;
            }
            if length == 0 {
                guess.marked = encoding_marked(&piece[..read]);
            }
            hash.update(&piece[..read]);
            guess.look(&piece[..read]);
            length += read as u64;
        }
        file.rewind().map_err(|e| e.to_string())?;
        let ends = |with: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(with));
        Ok(Self {
            file,
            encoding: known.unwrap_or_else(|| guess.encoding()),
            length,
            read: Arc::default(),
            fingerprint: hash.finalize().into(),
            json: ends("jsonl") || ends("ndjson"),
        })
    }

    /// The name of its encoding.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// Its rows, from the first one on.
    pub(super) fn rows(self) -> Result<Rows, String> {
        let counted = Counted { file: self.file, read: self.read };
        let text = Box::new(Decoded::new(counted, self.encoding));
        if self.json { Ok(Rows::json(text)) } else { Rows::csv(text) }
    }
}

/// Guesses an encoding: a mark says it; what is UTF-8 throughout is that; anything else is what Windows writes.
#[derive(Default)]
struct Guess {
    marked: Option<&'static Encoding>,
    /// The bytes of a character that the last piece cut off.
    cut: Vec<u8>,
    broken: bool,
}

impl Guess {
    fn look(&mut self, piece: &[u8]) {
        if self.broken || self.marked.is_some() {
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            piece
        } else {
            joined = [std::mem::take(&mut self.cut), piece.to_vec()].concat();
            &joined
        };
        if let Err(fault) = std::str::from_utf8(bytes) {
            match fault.error_len() {
                None => self.cut = bytes[fault.valid_up_to()..].to_vec(),
                Some(_) => self.broken = true,
            }
        }
    }

    fn encoding(&self) -> &'static Encoding {
        match self.marked {
            Some(marked) => marked,
            None if self.broken || !self.cut.is_empty() => WINDOWS_1252,
            None => utf_8(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_guessed() {
        for (bytes, name) in [
            ("Zoë,€\n".as_bytes(), "UTF-8"),
            (b"Zoe\n", "UTF-8"),
            (b"Zo\xeb,x\n", "windows-1252"),
            (b"Zo\xeb", "windows-1252"),
            ("名前,😀\n".as_bytes(), "UTF-8"),
        ] {
            for size in [1, 2, 3, 5, 100] {
                let mut guess = Guess::default();
                bytes.chunks(size).for_each(|piece| guess.look(piece));
                assert_eq!(guess.encoding().name(), name, "{bytes:?} {size}");
            }
        }
    }
}
