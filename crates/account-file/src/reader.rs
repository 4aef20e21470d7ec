//! Reads one TOML table key by key, remembers what was asked for, and reports whatever else stands there.

use std::collections::BTreeMap;

use model::LocalText;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::report::{Report, did_you_mean, quoted};
use crate::shapes;

/// A value with the byte offset where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    pub value: T,
    pub at: usize,
}

/// A text for people with the place of every wording.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub text: LocalText,
    pub at: usize,
    pub wordings: Vec<Placed<String>>,
}

/// Whether a text may have several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    One,
    Many,
}

/// A table being read.
pub(crate) struct Table<'a, 'i> {
    pub report: &'a Report<'a>,
    /// Where its header or its brace stands.
    pub at: usize,
    keys: &'a DeTable<'i>,
    /// How messages call it: `[[form]]`.
    name: &'static str,
    asked: Vec<&'static str>,
}

impl<'a, 'i> Table<'a, 'i> {
    pub fn new(report: &'a Report<'a>, keys: &'a DeTable<'i>, at: usize, name: &'static str) -> Self {
        Self { report, at, keys, name, asked: Vec::new() }
    }

    /// Reports each of these keys that is missing.
    pub fn need(&mut self, keys: &[&'static str]) {
        for key in keys {
            if self.value(key).is_none() {
                self.report.fault(self.at, format!("{} needs `{key}`", self.name));
            }
        }
    }

    /// Ends the reading: keys that nobody asked for are faults.
    pub fn finish(self) {
        for key in self.keys.keys() {
            let given = key.get_ref().as_ref();
            if self.asked.contains(&given) {
                continue;
            }
            let mut near = did_you_mean(given, self.asked.iter().copied());
            if near.is_empty() {
                near = format!("; known here: {}", self.asked.join(", "));
            }
            let message = format!("unknown key {} in {}{near}", quoted(given), self.name);
            self.report.fault(key.span().start, message);
        }
    }

    /// Where a key stands.
    pub fn key_at(&self, key: &str) -> Option<usize> {
        self.keys.keys().find(|k| k.get_ref() == key).map(|k| k.span().start)
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.keys.iter().find(|(k, _)| k.get_ref() == key).map(|(_, value)| value)
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let message = format!("`{key}` must be {wanted}, not {}", type_word(value.get_ref()));
        self.report.fault(value.span().start, message);
    }

    /// A string as it stands.
    pub fn string(&mut self, key: &'static str) -> Option<Placed<&'a str>> {
        let value = self.value(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(key, value, "a string");
            return None;
        };
        Some(Placed { value: text, at: value.span().start })
    }

    /// A string that passes a check, which also brings it into its kept form. Errors of the check read on after the key.
    pub fn checked<T>(&mut self, key: &'static str, check: impl Fn(&str) -> Result<T, String>) -> Option<Placed<T>> {
        let Placed { value, at } = self.string(key)?;
        match check(value) {
            Ok(value) => Some(Placed { value, at }),
            Err(message) => {
                self.report.fault(at, format!("`{key}` {message}"));
                None
            }
        }
    }

    /// Strings that pass a check; none twice, whatever the case.
    pub fn checked_list(
        &mut self,
        key: &'static str,
        check: impl Fn(&str) -> Result<String, String>,
    ) -> Vec<Placed<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of strings");
            return Vec::new();
        };
        let mut found: Vec<Placed<String>> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for entry in array {
            let at = entry.span().start;
            let Some(text) = entry.get_ref().as_str() else {
                self.wrong(key, entry, "a list of strings");
                continue;
            };
            match check(text) {
                Ok(kept) if !seen.insert(kept.to_lowercase()) => {
                    self.report.fault(at, format!("`{key}` names {} twice", quoted(&kept)));
                }
                Ok(kept) => found.push(Placed { value: kept, at }),
                Err(message) => self.report.fault(at, format!("`{key}` {message}")),
            }
        }
        found
    }

    /// Whether a key holds a list of nothing.
    pub fn is_empty_list(&mut self, key: &'static str) -> bool {
        self.value(key).and_then(|v| v.get_ref().as_array()).is_some_and(|a| a.is_empty())
    }

    /// A boolean.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong(key, value, "true or false");
        }
        found
    }

    /// A whole number in a range.
    pub fn number(&mut self, key: &'static str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let value = self.value(key)?;
        let (least, most) = (range.start(), range.end());
        let wanted = format!("a whole number from {least} to {most}");
        let Some(number) = value.get_ref().as_integer() else {
            self.wrong(key, value, &wanted);
            return None;
        };
        let found = u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| range.contains(n));
        if found.is_none() {
            self.report.fault(value.span().start, format!("`{key}` must be {wanted}"));
        }
        found
    }

    /// A list of whole numbers in a range.
    pub fn numbers(&mut self, key: &'static str, range: std::ops::RangeInclusive<u32>) -> Option<Vec<u32>> {
        let value = self.value(key)?;
        let wanted = format!("a list of whole numbers from {} to {}", range.start(), range.end());
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, value, &wanted);
            return None;
        };
        let mut found = Vec::new();
        for entry in array {
            let number = entry.get_ref().as_integer();
            let number = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
            let Some(number) = number.filter(|n| range.contains(n)) else {
                self.report.fault(entry.span().start, format!("`{key}` must be {wanted}"));
                return None;
            };
            found.push(number);
        }
        Some(found)
    }

    /// One of a few words.
    pub fn one_of<T: Copy>(&mut self, key: &'static str, words: &[(&'static str, T)]) -> Option<Placed<T>> {
        let Placed { value, at } = self.string(key)?;
        if let Some((_, found)) = words.iter().find(|(word, _)| *word == value) {
            return Some(Placed { value: *found, at });
        }
        let allowed = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let near = did_you_mean(value, words.iter().map(|(word, _)| *word));
        self.report.fault(at, format!("`{key}` must be one of {allowed}, not {}{near}", quoted(value)));
        None
    }

    /// A text for people: a string, or a table by language.
    pub fn words(&mut self, key: &'static str, lines: Lines) -> Option<Words> {
        let value = self.value(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => {
                let text = self.wording(key, text, at, lines)?;
                let wordings = vec![Placed { value: text.clone(), at }];
                Some(Words { text: LocalText::One(text), at, wordings })
            }
            DeValue::Table(table) => {
                let mut wordings = Vec::new();
                let mut texts = BTreeMap::new();
                let mut whole = true;
                let mut languages = std::collections::HashSet::new();
                // The table is sorted by key; of two spellings of one language the first in the file stands.
                let mut entries: Vec<_> = table.iter().collect();
                entries.sort_by_key(|(language, _)| language.span().start);
                for (language, wording) in entries {
                    let at = wording.span().start;
                    let language_at = language.span().start;
                    let language = match shapes::language(language.get_ref()) {
                        Ok(language) if languages.insert(language.0.to_lowercase()) => language,
                        Ok(_) => {
                            whole = false;
                            self.report.fault(language_at, format!("`{key}` has this language twice"));
                            continue;
                        }
                        Err(message) => {
                            whole = false;
                            self.report.fault(language_at, format!("`{key}`: {message}"));
                            continue;
                        }
                    };
                    let Some(text) = wording.get_ref().as_str() else {
                        whole = false;
                        self.wrong(key, wording, "one string for each language");
                        continue;
                    };
                    match self.wording(key, text, at, lines) {
                        Some(text) => {
                            wordings.push(Placed { value: text.clone(), at });
                            texts.insert(language, text);
                        }
                        None => whole = false,
                    }
                }
                if table.is_empty() {
                    self.report.fault(at, format!("`{key}` needs a text for at least one language"));
                }
                (whole && !table.is_empty()).then_some(Words { text: LocalText::ByLanguage(texts), at, wordings })
            }
            _ => {
                self.wrong(key, value, "a string, or a table by language such as { en = \"…\", cy = \"…\" }");
                None
            }
        }
    }

    fn wording(&self, key: &str, text: &str, at: usize, lines: Lines) -> Option<String> {
        let message = match lines {
            _ if text.trim().is_empty() => "is blank",
            Lines::One if text.contains(['\n', '\r']) => "must be a single line",
            _ if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
                "holds a control character"
            }
            Lines::One => return Some(text.trim().to_owned()),
            Lines::Many => return Some(text.replace("\r\n", "\n")),
        };
        self.report.fault(at, format!("`{key}` {message}"));
        None
    }

    /// A table of that key.
    pub fn table(&mut self, key: &'static str, name: &'static str) -> Option<Table<'a, 'i>> {
        let value = self.value(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, value, "a table");
            return None;
        };
        // A table made by dotted keys alone has no place of its own: its first key stands for it.
        let span = value.span();
        let at = if span.is_empty() { self.key_at(key).unwrap_or(self.at) } else { span.start };
        Some(Table::new(self.report, table, at, name))
    }

    /// The tables of that key.
    pub fn tables(&mut self, key: &'static str, name: &'static str) -> Vec<Table<'a, 'i>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, value, &format!("a list of tables, {name}"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for entry in array {
            match entry.get_ref().as_table() {
                Some(table) => tables.push(Table::new(self.report, table, entry.span().start, name)),
                None => self.wrong(key, entry, &format!("a list of tables, {name}")),
            }
        }
        tables
    }

    /// How many keys stand here.
    pub fn len(&self) -> usize {
        self.keys.len()
    }
}

fn type_word(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
