//! CSV as spreadsheets write it (RFC 4180): quotes, doubled quotes, line breaks in fields, a byte order mark, commas or
//! semicolons.

/// One row with the number of the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) fields: Vec<String>,
}

/// Reads a whole file. The error names the line.
pub(super) fn parse(text: &str) -> Result<Vec<Row>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or_default();
    let separator = if head.matches(';').count() > head.matches(',').count() { ';' } else { ',' };
    let (mut rows, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut start, mut quoted) = (1, 1, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if quoted.is_some() => {
                if chars.peek() == Some(&'"') {
                    chars.next();
                    field.push('"');
                } else {
                    quoted = None;
                }
            }
            _ if quoted.is_some() => field.push(c),
            '"' if field.is_empty() => quoted = Some(line),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                fields.push(std::mem::take(&mut field));
                push(&mut rows, start, &mut fields);
                start = line;
            }
            c if c == separator => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    if let Some(line) = quoted {
        return Err(format!("the quote that opens on line {line} is never closed"));
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        push(&mut rows, start, &mut fields);
    }
    Ok(rows)
}

fn push(rows: &mut Vec<Row>, line: usize, fields: &mut Vec<String>) {
    let fields = std::mem::take(fields);
    if fields.iter().any(|f| !f.is_empty()) {
        rows.push(Row { line, fields });
    }
}

/// A row as text, with its line end.
pub(super) fn row<S: AsRef<str>>(fields: &[S]) -> String {
    let quoted = |field: &str| {
        if field.contains([',', ';', '"', '\n', '\r']) || field.trim() != field {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    };
    fields.iter().map(|f| quoted(f.as_ref())).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        parse(text).expect("readable").into_iter().map(|r| (r.line, r.fields)).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let fields = ["plain", "a,b", "say \"hi\"", "two\nlines", " spaced ", ""];
        assert_eq!(read(&row(&fields)), [(1, fields.map(str::to_owned).to_vec())]);
    }

    #[test]
    fn spreadsheets_of_every_kind_are_read() {
        let rows = [(1, vec!["a".to_owned(), "b".into()]), (2, vec!["1".into(), "2".into()])];
        for text in ["a,b\n1,2\n", "\u{feff}a;b\r\n1;2", "a,b\r\n\"1\",\"2\"\r\n\r\n"] {
            assert_eq!(read(text), rows, "{text:?}");
        }
        assert_eq!(read("a\n\"x\ny\"\nz\n")[2], (4, vec!["z".to_owned()]));
        assert!(parse("a\n\"x").is_err_and(|e| e.contains("line 2")));
        assert_eq!(read(""), []);
    }
}
