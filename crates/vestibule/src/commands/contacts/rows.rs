//! Rows of a file, one at a time: CSV as spreadsheets write it (RFC 4180: quotes, doubled quotes, line breaks in fields,
//! commas, semicolons or tabs), or a JSON object on each line. Any length of file needs the same memory.

use std::io::{BufRead, BufReader, Read};

/// The longest row, in bytes.
const LONGEST: usize = 1024 * 1024;

/// One row with the number of the line it begins on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// Its fields; columns that it leaves out at the end are missing.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| &self.text[begin..*end])
    }

    /// How many fields it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}

/// A file of rows.
pub(super) enum Rows {
    Csv(Csv),
    Json(Json),
}

impl Rows {
    /// Reads rows of CSV; the first names the columns.
    pub(super) fn csv(source: Box<dyn Read + Send>) -> Result<Self, String> {
        let mut csv = Csv::new(source)?;
        let head = csv.next()?.ok_or("it is empty")?;
        csv.head = head.fields().map(str::to_owned).collect();
        Ok(Self::Csv(csv))
    }

    /// Reads JSON objects, one a line; their keys name the columns.
    pub(super) fn json(source: Box<dyn Read + Send>) -> Self {
        Self::Json(Json { source: BufReader::with_capacity(64 * 1024, source), line: 0, head: Vec::new() })
    }

    /// The names of the columns that are known so far.
    pub(super) fn head(&self) -> &[String] {
        match self {
            Self::Csv(csv) => &csv.head,
            Self::Json(json) => &json.head,
        }
    }

    /// The next row. The error names the line, and there is nothing to read behind it.
    pub(super) fn next(&mut self) -> Result<Option<Row>, String> {
        match self {
            Self::Csv(csv) => csv.next(),
            Self::Json(json) => json.next(),
        }
    }
}

pub(super) struct Csv {
    source: BufReader<Box<dyn Read + Send>>,
    separator: u8,
    line: u64,
    head: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    /// At the beginning of a field.
    Begin,
    Plain,
    Quoted,
    /// Behind a quote in a quoted field: its end, or half of a doubled one.
    Quote,
}

impl Csv {
    fn new(source: Box<dyn Read + Send>) -> Result<Self, String> {
        let mut source = BufReader::with_capacity(64 * 1024, source);
        let mut first = Vec::new();
        (&mut source).take(LONGEST as u64).read_until(b'\n', &mut first).map_err(|e| e.to_string())?;
        let head = first.as_slice();
        let count = |wanted: u8| memchr::memchr_iter(wanted, head).count();
        let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(|b| count(*b)).unwrap_or(b',');
        let separator = if count(separator) == 0 { b',' } else { separator };
        let whole: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(first).chain(source));
        Ok(Self { source: BufReader::with_capacity(64 * 1024, whole), separator, line: 1, head: Vec::new() })
    }

    fn next(&mut self) -> Result<Option<Row>, String> {
        loop {
            match self.row()? {
                Some(row) if row.is_blank() => {}
                row => return Ok(row),
            }
        }
    }

    fn row(&mut self) -> Result<Option<Row>, String> {
        let (begin, mut quoted_at) = (self.line, self.line);
        let (mut text, mut ends): (Vec<u8>, Vec<usize>) = (Vec::with_capacity(128), Vec::new());
        let (mut state, mut any, mut returned) = (In::Begin, false, false);
        'file: loop {
            let buffer = self.source.fill_buf().map_err(|e| format!("line {}: {e}", self.line))?;
            if buffer.is_empty() {
                break;
            }
            any = true;
            let mut at = 0;
            while at < buffer.len() {
                let byte = buffer[at];
                // A carriage return belongs to the line end behind it, or else to the text.
                if std::mem::take(&mut returned) && byte != b'\n' {
                    text.push(b'\r');
                }
                at += 1;
                match (state, byte) {
                    (In::Quoted, b'"') => state = In::Quote,
                    (In::Quoted, _) => {
                        let rest = &buffer[at - 1..];
                        let plain = rest.iter().position(|b| *b == b'"').unwrap_or(rest.len());
                        text.extend_from_slice(&rest[..plain]);
                        self.line += memchr::memchr_iter(b'\n', &rest[..plain]).count() as u64;
                        at += plain - 1;
                    }
                    (In::Quote, b'"') => {
                        text.push(b'"');
                        state = In::Quoted;
                    }
                    (In::Begin, b'"') => {
                        quoted_at = self.line;
                        state = In::Quoted;
                    }
                    (_, b'\n') => {
                        self.line += 1;
                        self.source.consume(at);
                        state = In::Plain;
                        break 'file;
                    }
                    (_, b'\r') => returned = true,
                    (_, b) if b == self.separator => {
                        ends.push(text.len());
                        state = In::Begin;
                    }
                    _ => {
                        let rest = &buffer[at - 1..];
                        let ends_it = |b: &u8| *b == self.separator || matches!(*b, b'\n' | b'\r');
                        let plain = rest.iter().position(ends_it).unwrap_or(rest.len());
                        text.extend_from_slice(&rest[..plain]);
                        at += plain - 1;
                        state = In::Plain;
                    }
                }
            }
            let length = buffer.len();
            self.source.consume(length);
            if text.len() > LONGEST {
                let hint = if state == In::Quoted {
                    format!("; is the quote that opens on line {quoted_at} closed?")
                } else {
                    String::new()
                };
                return Err(format!("the row on line {begin} is too long{hint}"));
            }
        }
        if state == In::Quoted {
            return Err(format!("the quote that opens on line {quoted_at} is never closed"));
        }
        if !any {
            return Ok(None);
        }
        ends.push(text.len());
        let text = String::from_utf8(text).map_err(|_| format!("line {begin} is no text"))?;
        Ok(Some(Row { line: begin, text, ends }))
    }
}

pub(super) struct Json {
    source: BufReader<Box<dyn Read + Send>>,
    line: u64,
    head: Vec<String>,
}

impl Json {
    fn next(&mut self) -> Result<Option<Row>, String> {
        loop {
            self.line += 1;
            let mut text = String::new();
            let mut limited = (&mut self.source).take(LONGEST as u64 + 1);
            let length = limited.read_line(&mut text).map_err(|e| format!("line {}: {e}", self.line))?;
            if length == 0 {
                return Ok(None);
            }
            if length > LONGEST {
                return Err(format!("the row on line {} is too long", self.line));
            }
            if text.trim().is_empty() {
                continue;
            }
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&text).map_err(|e| format!("line {}: {e}", self.line))?;
            return self.row(object).map(Some);
        }
    }

    fn row(&mut self, object: serde_json::Map<String, serde_json::Value>) -> Result<Row, String> {
        let mut fields = vec![String::new(); self.head.len()];
        for (key, value) in object {
            let at = self.head.iter().position(|known| *known == key).unwrap_or_else(|| {
                self.head.push(key.clone());
                fields.push(String::new());
                fields.len() - 1
            });
            fields[at] = flat(&value).ok_or_else(|| format!("line {}: {key} is nested", self.line))?;
        }
        let mut row = Row { line: self.line, ..Row::default() };
        for field in fields {
            row.text.push_str(&field);
            row.ends.push(row.text.len());
        }
        Ok(row)
    }
}

/// A value as a field of CSV would have it; lists are joined by `;`.
fn flat(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    Some(match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => {
            let flat = |item: &Value| if item.is_array() { None } else { flat(item) };
            items.iter().map(flat).collect::<Option<Vec<_>>>()?.join(";")
        }
        Value::Object(_) => return None,
    })
}

/// A row as CSV, with its line end.
pub(super) fn line<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let mut text = String::new();
    for field in fields {
        let field = field.as_ref();
        if field.contains([',', ';', '\t', '"', '\n', '\r']) || field.trim() != field {
            text.extend(["\"", &field.replace('"', "\"\""), "\""]);
        } else {
            text.push_str(field);
        }
        text.push(',');
    }
    text.pop();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, so that every row crosses a buffer's end somewhere.
    struct Bits(std::io::Cursor<Vec<u8>>, usize);

    impl Read for Bits {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let most = self.1.min(to.len());
            self.0.read(&mut to[..most])
        }
    }

    fn read(text: &str, bits: usize) -> Result<Vec<(u64, Vec<String>)>, String> {
        let source = Bits(std::io::Cursor::new(text.as_bytes().to_vec()), bits);
        let mut rows = Rows::csv(Box::new(source))?;
        let mut all = vec![(1, rows.head().to_vec())];
        while let Some(row) = rows.next()? {
            all.push((row.line, row.fields().map(str::to_owned).collect()));
        }
        Ok(all)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let fields = ["plain", "a,b", "say \"hi\"", "two\r\nlines", " spaced ", "Zoë", ""];
        for bits in [1, 2, 3, 7, 4096] {
            assert_eq!(read(&line(fields), bits).expect("rows"), [(1, fields.map(str::to_owned).to_vec())], "{bits}");
        }
    }

    #[test]
    fn spreadsheets_of_every_kind_are_read() {
        let rows = [(1, vec!["a".to_owned(), "b".into()]), (2, vec!["1".into(), "2".into()])];
        for text in ["a,b\n1,2\n", "a;b\r\n1;2", "a,b\r\n\"1\",\"2\"\r\n\r\n", "a\tb\n1\t2", "a;b\n\"1\";2\n\n"] {
            for bits in [1, 2, 5, 4096] {
                assert_eq!(read(text, bits).expect("rows"), rows, "{text:?} {bits}");
            }
        }
        assert_eq!(read("a\n\"x\ny\"\nz\n", 2).expect("rows")[2], (4, vec!["z".to_owned()]));
        assert_eq!(read("a,b\n1", 4096).expect("rows")[1].1, ["1"]);
        assert_eq!(read("a\n1\r2\n", 1).expect("rows")[1].1, ["1\r2"]);
        assert!(read("a\n\"x", 4096).is_err_and(|e| e.contains("line 2")));
        assert!(read("", 4096).is_err());
        let endless = format!("a\n\"{}", "x\n".repeat(LONGEST));
        assert!(
            read(&endless, 4096).is_err_and(|e| e.contains("line 2 is too long; is the quote that opens on line 2"))
        );
    }

    #[test]
    fn objects_become_rows() {
        let text = "{\"Email\":\"a@b.cd\",\"Age\":7,\"Tags\":[\"x\",\"y\"]}\n\n{\"Yes\":true,\"Email\":null}\n";
        let mut rows = Rows::json(Box::new(text.as_bytes()));
        let first = rows.next().expect("a row").expect("a row");
        assert_eq!((first.line, first.fields().collect::<Vec<_>>()), (1, vec!["7", "a@b.cd", "x;y"]));
        let second = rows.next().expect("a row").expect("a row");
        assert_eq!((second.line, second.fields().collect::<Vec<_>>()), (3, vec!["", "", "", "true"]));
        assert_eq!(rows.head(), ["Age", "Email", "Tags", "Yes"]);
        assert!(rows.next().expect("the end").is_none());
        for text in ["[1]", "{\"a\":{}}", "{\"a\":[[1]]}", "{", "x"] {
            assert!(Rows::json(Box::new(text.as_bytes())).next().is_err(), "{text}");
        }
    }
}
