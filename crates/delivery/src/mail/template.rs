//! Merge fields: `{{FirstName default=friend}}` in a subject, a text or an HTML part.
//!
//! A template is checked once, when it is saved, and filled in one pass: what is merged is never read again as a
//! template (Sentori reference, section 10). Which values there are is the caller's business.

use std::borrow::Cow;

/// What a template is for; says which fields it may and must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// The subject of a confirmation mail: no links.
    ConfirmationSubject,
    /// The text part of a confirmation mail: must hold `{{ConfirmLink}}`; gets `{{NotMeLink}}` when it lacks it.
    ConfirmationText,
    /// Its HTML part: likewise.
    ConfirmationHtml,
    /// A mail of an automation, any part of it: also `{{trx:…}}`, `{{PreferencesLink}}`, `{{UnsubscribeLink}}`.
    Mail,
    /// A notification to staff: also `{{n:…}}`.
    Notification,
    /// A built-in mail with a customer's single-use link.
    CustomerLink,
}

/// A name in a template that a value takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MergeField {
    /// A contact's field, by SystemName as configured.
    Field(String),
    /// A value of the call that started the automation; the name in lower case.
    Trx(String),
    /// What a notification is about.
    Notice(Notice),
    /// The link that confirms.
    ConfirmLink,
    /// The link that says "this wasn't me".
    NotMeLink,
    /// The link to the person's preferences.
    PreferencesLink,
    /// The link that ends a subscription.
    UnsubscribeLink,
    /// A customer's single-use link: to log in, or to set a password.
    CustomerLink,
    /// The form's name.
    FormName,
    /// The organisation's name.
    AccountName,
}

/// The fields of a notification: `{{n:Source}}` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// Click or Unsubscribe.
    Source,
    /// When.
    Time,
    /// In which mail.
    EmailName,
    /// Which link.
    LinkName,
    /// Where it led.
    LinkUrl,
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// As they are.
    Text,
    /// With `& < > " '` as entities.
    Html,
    /// As they are; control characters, line ends among them, are left out of the whole.
    Subject,
}

/// A template that has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Field { field: MergeField, default: String },
}

/// What is wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateFault {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Appended to the text part of a confirmation mail that lacks `{{NotMeLink}}`.
const NOT_ME_TEXT: &str = "\n\nIf this wasn't you, please tell us: ";

impl Template {
    /// Checks a template. `known` are the SystemNames of the account's fields; `EmailAddress` is always known. Names
    /// are compared without regard to case.
    pub fn parse(text: &str, kind: TemplateKind, known: &[&str]) -> Result<Self, TemplateFault> {
        Self::read(text, kind, Some(known))
    }

    /// Reads a template that was checked when it was saved. A field that has gone since is no fault: it has no value.
    pub fn parse_saved(text: &str, kind: TemplateKind) -> Result<Self, TemplateFault> {
        Self::read(text, kind, None)
    }

    fn read(text: &str, kind: TemplateKind, known: Option<&[&str]>) -> Result<Self, TemplateFault> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            let at = text.len() - rest.len() + open;
            let fault = |message: String| fault_at(text, at, message);
            if open > 0 {
                pieces.push(Piece::Literal(rest[..open].to_owned()));
            }
            let inner = &rest[open + 2..];
            let close = inner.find("}}").filter(|close| !inner[..*close].contains("{{"));
            let close = close.ok_or_else(|| fault("\"{{\" without \"}}\"".into()))?;
            let (name, default) = split_default(&inner[..close]);
            let field = field(name, known).map_err(fault)?;
            allowed(&field, kind).map_err(|why| fault(format!("{{{{{name}}}}} {why}")))?;
            pieces.push(Piece::Field { field, default: default.to_owned() });
            rest = &inner[close + 2..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        let mut template = Self { pieces };
        if matches!(kind, TemplateKind::ConfirmationText | TemplateKind::ConfirmationHtml) {
            if !template.holds(&MergeField::ConfirmLink) {
                let message = "a confirmation mail must hold {{ConfirmLink}}".into();
                return Err(fault_at(text, text.len(), message));
            }
            if !template.holds(&MergeField::NotMeLink) {
                template.append_not_me(kind == TemplateKind::ConfirmationHtml);
            }
        }
        Ok(template)
    }

    /// Fills the template in. A value that is absent or blank gives way to the default.
    pub fn render<'v>(&self, values: &dyn Fn(&MergeField) -> Option<Cow<'v, str>>, escape: Escape) -> String {
        let mut out = String::with_capacity(self.pieces.iter().map(Piece::length).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Field { field, default } => {
                    let value = values(field).filter(|value| !value.trim().is_empty());
                    let value = value.as_deref().unwrap_or(default);
                    match escape {
                        Escape::Html => escape_html(value, &mut out),
                        Escape::Text | Escape::Subject => out.push_str(value),
                    }
                }
            }
        }
        if escape == Escape::Subject {
            out.retain(|c| !c.is_control());
        }
        out
    }

    /// Whether the field occurs.
    pub fn holds(&self, wanted: &MergeField) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Field { field, .. } if field == wanted))
    }

    fn append_not_me(&mut self, html: bool) {
        let link = || Piece::Field { field: MergeField::NotMeLink, default: String::new() };
        if !html {
            if let Some(Piece::Literal(last)) = self.pieces.last_mut() {
                last.truncate(last.trim_end().len());
            }
            self.pieces.extend([Piece::Literal(NOT_ME_TEXT.into()), link(), Piece::Literal("\n".into())]);
            return;
        }
        // Before the end of the document, where there is one.
        let mut after = String::new();
        if let Some(Piece::Literal(last)) = self.pieces.last_mut() {
            let lower = last.to_ascii_lowercase();
            if let Some(end) = lower.rfind("</body").or_else(|| lower.rfind("</html")) {
                after = last.split_off(end);
            }
        }
        self.pieces.extend([
            Piece::Literal("<p>If this wasn&#39;t you, please tell us: <a href=\"".into()),
            link(),
            Piece::Literal("\">".into()),
            link(),
            Piece::Literal(format!("</a></p>\n{after}")),
        ]);
    }
}

impl Piece {
    fn length(&self) -> usize {
        match self {
            Self::Literal(text) => text.len(),
            Self::Field { default, .. } => default.len() + 24,
        }
    }
}

/// `Name default=text`: the default runs to the closing braces, unquoted.
fn split_default(inner: &str) -> (&str, &str) {
    let inner = inner.trim_start();
    let name_end = inner.find(char::is_whitespace).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(name_end);
    let rest = rest.trim_start();
    match rest.get(..8) {
        Some(word) if word.eq_ignore_ascii_case("default=") => (name, &rest[8..]),
        // Anything else behind the name is a part of it, and so makes it unknown.
        _ => (inner.trim_end(), ""),
    }
}

fn field(name: &str, known: Option<&[&str]>) -> Result<MergeField, String> {
    let is = |word: &str| name.eq_ignore_ascii_case(word);
    if let Some((prefix, rest)) = name.split_once(':') {
        return prefixed(prefix, rest.trim(), name);
    }
    let built_in = [
        ("ConfirmLink", MergeField::ConfirmLink),
        ("NotMeLink", MergeField::NotMeLink),
        ("PreferencesLink", MergeField::PreferencesLink),
        ("UnsubscribeLink", MergeField::UnsubscribeLink),
        ("CustomerLink", MergeField::CustomerLink),
        ("FormName", MergeField::FormName),
        ("AccountName", MergeField::AccountName),
    ];
    if name.is_empty() || name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("default=")) {
        return Err("a merge field without a name".into());
    }
    if let Some((_, field)) = built_in.into_iter().find(|(word, _)| is(word)) {
        return Ok(field);
    }
    let Some(known) = known else {
        return Ok(MergeField::Field(name.to_owned()));
    };
    let folded = name.to_lowercase();
    let mut names = known.iter().copied().chain(["EmailAddress"]);
    let found = names.find(|k| is(k) || k.to_lowercase() == folded);
    found.map(|k| MergeField::Field(k.to_owned())).ok_or_else(|| unknown(name))
}

fn prefixed(prefix: &str, rest: &str, name: &str) -> Result<MergeField, String> {
    if prefix.eq_ignore_ascii_case("trx") {
        return match rest {
            "" => Err("a merge field without a name".into()),
            _ if rest.contains(char::is_whitespace) => Err(unknown(name)),
            _ => Ok(MergeField::Trx(rest.to_lowercase())),
        };
    }
    let notices = [
        ("Source", Notice::Source),
        ("Time", Notice::Time),
        ("EmailName", Notice::EmailName),
        ("LinkName", Notice::LinkName),
        ("LinkURL", Notice::LinkUrl),
    ];
    let notice =
        notices.into_iter().find(|(word, _)| prefix.eq_ignore_ascii_case("n") && rest.eq_ignore_ascii_case(word));
    match notice {
        Some((_, notice)) => Ok(MergeField::Notice(notice)),
        None if prefix.eq_ignore_ascii_case("n") && rest.is_empty() => Err("a merge field without a name".into()),
        None => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> String {
    let shown: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    format!("unknown merge field {{{{{shown}}}}}")
}

fn allowed(field: &MergeField, kind: TemplateKind) -> Result<(), &'static str> {
    use TemplateKind::{ConfirmationHtml, ConfirmationSubject, ConfirmationText, CustomerLink, Mail, Notification};
    let (kinds, why): (&[TemplateKind], _) = match field {
        MergeField::Field(_) | MergeField::FormName | MergeField::AccountName => return Ok(()),
        MergeField::ConfirmLink | MergeField::NotMeLink => {
            (&[ConfirmationText, ConfirmationHtml], "belongs in the text and HTML of confirmation mails only")
        }
        MergeField::PreferencesLink | MergeField::UnsubscribeLink => {
            (&[Mail], "is not for confirmation mails and notifications")
        }
        MergeField::CustomerLink => (&[CustomerLink], "is for the built-in mails only"),
        MergeField::Trx(_) => (&[Mail], "is for the mails of automations only"),
        MergeField::Notice(_) => (&[Notification], "is for notifications only"),
    };
    debug_assert!(!kinds.contains(&ConfirmationSubject), "subjects hold no links");
    if kinds.contains(&kind) { Ok(()) } else { Err(why) }
}

fn fault_at(text: &str, at: usize, message: String) -> TemplateFault {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    TemplateFault { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1, message }
}

/// Appends `text` with what is special in HTML text and attributes as entities.
pub(crate) fn escape_html(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\0' => {}
            c => out.push(c),
        }
    }
}
