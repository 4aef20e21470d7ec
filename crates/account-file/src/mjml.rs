//! Checks MJML, which an HTML part may be written in, so that a template that cannot work is refused with its place.

use mrml::prelude::parser::{Error, Span};

/// The elements there are; `mj-include` is none of them: a template is one text.
const ELEMENTS: &[&str] = &[
    "mjml",
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
];

/// Whether an HTML part is written in MJML.
pub(crate) fn is_mjml(text: &str) -> bool {
    text.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("<mjml"))
}

/// What is wrong with a template, and where in the text (a byte).
pub(crate) fn check_mjml(text: &str) -> Result<(), (usize, String)> {
    check_elements(text)?;
    let parsed = mrml::parse(text).map_err(|error| (place(text, &error), what(&error)))?;
    if let Some(warning) = parsed.warnings.first() {
        return Err((warning.span.start.min(text.len()), format!("has an {}", warning.kind)));
    }
    match parsed.element.render(&mrml::prelude::render::RenderOptions::default()) {
        Ok(_) => Ok(()),
        Err(error) => Err((0, format!("cannot be rendered: {error}"))),
    }
}

/// Unknown elements, and those that are not closed: the parser takes the first for HTML and names no place for the others.
fn check_elements(text: &str) -> Result<(), (usize, String)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('<').map(|n| from + n) {
        from = at + 1;
        if text[at..].starts_with("<!--") {
            from = text[at..].find("-->").map_or(text.len(), |n| at + n);
            continue;
        }
        let closes = text[from..].starts_with('/');
        let name = &text[from + usize::from(closes)..];
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len())];
        let raw = open.last().is_some_and(|(_, n)| matches!(*n, "mj-raw" | "mj-style"));
        if !(name.starts_with("mj-") || name == "mjml") || raw && !closes {
            continue;
        }
        if !ELEMENTS.contains(&name) {
            return Err((at, format!("has the unknown element <{name}>")));
        }
        let end = text[at..].find('>').map(|n| at + n).ok_or_else(|| (at, format!("has a <{name} without \">\"")))?;
        if closes {
            match open.pop() {
                Some((_, opened)) if opened == name => {}
                Some((place, opened)) => return Err((place, format!("has a <{opened}> that is not closed"))),
                None => return Err((at, format!("closes a <{name}> that is not open"))),
            }
        } else if !text[..end].ends_with('/') {
            open.push((at, name));
        }
    }
    match open.pop() {
        Some((place, opened)) => Err((place, format!("has a <{opened}> that is not closed"))),
        None => Ok(()),
    }
}

fn what(error: &Error) -> String {
    match error {
        Error::UnexpectedElement { .. } => "has an element that does not belong there".into(),
        Error::UnexpectedToken { .. } => "has something that does not belong there".into(),
        Error::MissingAttribute { name, .. } => format!("has an element without its attribute `{name}`"),
        Error::InvalidAttribute { .. } => "has an attribute that cannot be read".into(),
        Error::ParserError { .. } | Error::InvalidFormat { .. } => "has markup that cannot be read".into(),
        Error::EndOfStream { .. } => "ends before everything is closed".into(),
        Error::NoRootNode => "has no <mjml>".into(),
        Error::SizeLimit { .. } => "is too long".into(),
        Error::IncludeLoaderError { .. } => "includes another text, which is not possible".into(),
    }
}

fn place(text: &str, error: &Error) -> usize {
    let span = |position: &Span| position.start;
    let at = match error {
        Error::UnexpectedElement { position, .. }
        | Error::UnexpectedToken { position, .. }
        | Error::MissingAttribute { position, .. }
        | Error::InvalidAttribute { position, .. }
        | Error::InvalidFormat { position, .. }
        | Error::IncludeLoaderError { position, .. } => span(position),
        Error::ParserError { source, .. } => {
            let place = source.pos();
            let line: usize = text.split('\n').take(place.row.saturating_sub(1) as usize).map(|l| l.len() + 1).sum();
            let rest = text.get(line..).unwrap_or_default();
            line + rest.char_indices().nth(place.col.saturating_sub(1) as usize).map_or(rest.len(), |(at, _)| at)
        }
        Error::EndOfStream { .. } => text.len(),
        Error::SizeLimit { .. } | Error::NoRootNode => 0,
    };
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_their_place() {
        let good = "<mjml><mj-head><mj-title>{{FormName}}</mj-title></mj-head><mj-body><mj-section><mj-column>\
            <mj-text>Hello {{FirstName default=you & me}} <b>there</b><br/></mj-text><mj-divider/>\
            <mj-button href=\"{{ConfirmLink}}\">Yes</mj-button></mj-column></mj-section></mj-body></mjml>";
        assert_eq!(check_mjml(good), Ok(()));
        for (text, at, what) in [
            ("<mjml><mj-body><mj-foo>x</mj-foo></mj-body></mjml>", 15, "unknown element <mj-foo>"),
            ("<mjml><mj-body><mj-include path=\"x\"/></mj-body></mjml>", 15, "unknown element <mj-include>"),
            ("<mjml><mj-body><mj-text>x</mj-body></mjml>", 15, "<mj-text> that is not closed"),
            ("<mjml><mj-body></mj-body>", 0, "<mjml> that is not closed"),
            ("<mjml></mj-body></mjml>", 0, "<mjml> that is not closed"),
            ("<mjml><mj-body><mj-text a=>x</mj-text></mj-body></mjml>", 23, "cannot be read"),
            ("<mjml><mj-body", 6, "without \">\""),
        ] {
            let (place, said) = check_mjml(text).expect_err(text);
            assert!(place == at && said.contains(what), "{text}: {place} {said}");
        }
    }
}
