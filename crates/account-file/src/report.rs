//! Faults with their places, gathered so that all of them are told at once.

use std::cell::RefCell;

/// A place in the file, both counted from 1; columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// Something wrong with a file, and where. Its `Display` is `file:line:column: message`. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The name of the file, as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for Fault {}

/// Gathers faults and hints while a file is read. Takes `&self`, so that nested readers can share it.
pub(crate) struct Report<'a> {
    file: &'a str,
    text: &'a str,
    line_starts: Vec<usize>,
    faults: RefCell<Vec<Fault>>,
    hints: RefCell<Vec<Fault>>,
}

impl<'a> Report<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, line_starts, faults: RefCell::default(), hints: RefCell::default() }
    }

    /// The place of a byte offset; the end of the text for one beyond it.
    pub fn place(&self, at: usize) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= at).max(1);
        let start = self.line_starts[line - 1];
        let before = self.text.as_bytes().get(start..at.min(self.text.len())).unwrap_or_default();
        // Characters, not bytes: count what does not continue a UTF-8 sequence. A byte order mark is no column.
        let characters = before.iter().filter(|b| (**b & 0xc0) != 0x80).count();
        let mark = usize::from(line == 1 && self.text.starts_with('\u{feff}') && characters > 0);
        Place { line, column: characters - mark + 1 }
    }

    pub fn fault(&self, at: usize, message: impl Into<String>) {
        self.faults.borrow_mut().push(self.at(at, message));
    }

    pub fn hint(&self, at: usize, message: impl Into<String>) {
        self.hints.borrow_mut().push(self.at(at, message));
    }

    fn at(&self, at: usize, message: impl Into<String>) -> Fault {
        let Place { line, column } = self.place(at);
        Fault { file: self.file.to_owned(), line, column, message: message.into() }
    }

    /// The hints in the order of the file, or, if there are any, the faults.
    pub fn finish(self) -> Result<Vec<Fault>, Vec<Fault>> {
        let in_order = |found: RefCell<Vec<Fault>>| {
            let mut found = found.into_inner();
            found.sort_by_key(|f| (f.line, f.column));
            found.dedup();
            found
        };
        let faults = in_order(self.faults);
        if faults.is_empty() { Ok(in_order(self.hints)) } else { Err(faults) }
    }
}

/// `; did you mean X?` when one of the known words is close, else nothing.
pub(crate) fn did_you_mean<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    // A very long word resembles nothing, and comparing it costs its length squared.
    if given.chars().count() > 100 {
        return String::new();
    }
    let folded = given.to_lowercase();
    let far_enough = 1 + folded.chars().count() / 4;
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&folded, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= far_enough)
        .min_by_key(|(distance, _)| *distance)
        .map_or_else(String::new, |(_, word)| format!("; did you mean {}?", quoted(word)))
}

/// A word of the file as messages show it: in back ticks, without control characters, not endless.
pub(crate) fn quoted(word: &str) -> String {
    let shown: String = word.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let dots = if word.chars().nth(80).is_some() { "…" } else { "" };
    format!("`{shown}{dots}`")
}
