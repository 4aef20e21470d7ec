//! An HTML part made from a text template: paragraphs, clickable links, and nothing a screen reader stumbles over.

use super::template::{MergeField, Piece, Template, escape_html};

/// Makes the HTML template that says the same as a text template, in `language`.
pub(crate) fn from_text(text: &Template, language: &str) -> Template {
    let mut page = Page::default();
    page.literal.push_str("<!doctype html>\n<html lang=\"");
    escape_html(language, &mut page.literal);
    page.literal.push_str("\" dir=\"");
    page.literal.push_str(direction(language));
    page.literal.push_str(HEAD);
    page.flush();
    page.pieces.push(Piece::Field { field: MergeField::AccountName, default: String::new() });
    page.literal.push_str(BODY);
    let mut pieces = text.pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(literal) => page.text(literal, matches!(pieces.peek(), Some(Piece::Field { .. }))),
            Piece::Field { field, default } => page.field(field, default),
        }
    }
    page.close_paragraph();
    page.literal.push_str("</body>\n</html>\n");
    page.flush();
    Template { pieces: page.pieces }
}

const HEAD: &str = "\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";

const BODY: &str = "</title>\n</head>\n\
    <body style=\"font-family: sans-serif; font-size: 1rem; line-height: 1.5; max-width: 40em\">\n";

/// `rtl` for the languages whose usual script runs from right to left.
pub fn direction(language: &str) -> &'static str {
    let mut subtags = language.split(['-', '_']);
    let base = subtags.next().unwrap_or("").to_ascii_lowercase();
    let latin = subtags.any(|subtag| subtag.eq_ignore_ascii_case("latn"));
    let right_to_left = ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"];
    if right_to_left.contains(&base.as_str()) && !latin { "rtl" } else { "ltr" }
}

#[derive(Default)]
struct Page {
    pieces: Vec<Piece>,
    literal: String,
    in_paragraph: bool,
    /// Line ends met since the last word.
    line_ends: usize,
}

impl Page {
    fn text(&mut self, text: &str, field_follows: bool) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let last = text.matches('\n').count();
        for (i, line) in text.split('\n').enumerate() {
            if i > 0 {
                self.line_ends += 1;
            }
            if line.trim().is_empty() {
                if self.line_ends == 0 && !line.is_empty() {
                    self.literal.push(' ');
                }
                continue;
            }
            self.begin();
            self.line(line, field_follows && i == last);
        }
    }

    fn field(&mut self, field: &MergeField, default: &str) {
        self.begin();
        let piece = Piece::Field { field: field.clone(), default: default.to_owned() };
        let is_link = matches!(
            field,
            MergeField::ConfirmLink
                | MergeField::NotMeLink
                | MergeField::PreferencesLink
                | MergeField::UnsubscribeLink
                | MergeField::CustomerLink
        );
        if is_link {
            self.literal.push_str("<a href=\"");
            self.flush();
            self.pieces.push(piece.clone());
            self.literal.push_str("\">");
        }
        self.flush();
        self.pieces.push(piece);
        if is_link {
            self.literal.push_str("</a>");
        }
    }

    /// Turns the line ends met into a new paragraph or a line break.
    fn begin(&mut self) {
        if self.line_ends > 1 {
            self.close_paragraph();
        } else if self.line_ends == 1 && self.in_paragraph {
            self.literal.push_str("<br>\n");
        }
        self.line_ends = 0;
        if !self.in_paragraph {
            self.literal.push_str("<p>");
            self.in_paragraph = true;
        }
    }

    fn close_paragraph(&mut self) {
        if self.in_paragraph {
            self.literal.push_str("</p>\n");
            self.in_paragraph = false;
        }
    }

    /// One line; addresses of web pages become links, unless a merge field follows right behind and may belong to it.
    fn line(&mut self, line: &str, field_follows: bool) {
        let mut rest = line;
        while let Some(at) = find_url(rest) {
            let end = rest[at..].find(|c: char| c.is_whitespace() || "<>\"".contains(c)).map_or(rest.len(), |n| at + n);
            if end == rest.len() && field_follows {
                break;
            }
            let url = rest[at..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
            escape_html(&rest[..at], &mut self.literal);
            self.literal.push_str("<a href=\"");
            escape_html(url, &mut self.literal);
            self.literal.push_str("\">");
            escape_html(url, &mut self.literal);
            self.literal.push_str("</a>");
            rest = &rest[at + url.len()..];
        }
        escape_html(rest, &mut self.literal);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }
}

fn find_url(text: &str) -> Option<usize> {
    ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min()
}
