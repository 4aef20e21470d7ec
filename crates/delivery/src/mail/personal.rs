//! Built-in mails to one known person: a new address to confirm, the old one told, the link to the preferences,
//! links that log a customer in.

use std::borrow::Cow;

use model::AccountSettings;

use super::built_in::{self, BuiltInMail};
use super::html;
use super::template::{Escape, MergeField, Template, TemplateKind};

/// The links that such a mail may hold.
#[derive(Clone, Debug, Default)]
pub struct PersonalLinks {
    /// Makes the new address theirs.
    pub confirm: Option<String>,
    /// Says "this wasn't me".
    pub not_me: Option<String>,
    /// Opens their preferences.
    pub preferences: Option<String>,
    /// Logs a customer in or lets them set a password.
    pub customer: Option<String>,
    /// Ends all mail; with it comes the footer.
    pub unsubscribe: Option<String>,
}

/// The parts of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalMail {
    /// Subject.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: String,
}

/// Writes the mail.
pub fn render(kind: BuiltInMail, account: &AccountSettings, language: &str, links: &PersonalLinks) -> PersonalMail {
    let mail = built_in::mail(kind, language);
    let mut text = mail.text;
    if links.unsubscribe.is_some() && kind != BuiltInMail::Preferences {
        text.push_str("\n\n");
        text.push_str(&built_in::mail_footer(language));
    }
    let of = match links {
        PersonalLinks { confirm: Some(_), .. } => TemplateKind::ConfirmationText,
        PersonalLinks { customer: Some(_), .. } => TemplateKind::CustomerLink,
        _ => TemplateKind::Mail,
    };
    let (subject, text) = (built_in::template(&mail.subject, TemplateKind::Mail), built_in::template(&text, of));
    let html: Template = html::from_text(&text, mail.language);
    let name = if account.name.trim().is_empty() { &account.slug } else { &account.name };
    let values = |field: &MergeField| -> Option<Cow<'_, str>> {
        let link = match field {
            MergeField::AccountName => return Some(name.into()),
            MergeField::ConfirmLink => &links.confirm,
            MergeField::NotMeLink => &links.not_me,
            MergeField::PreferencesLink => &links.preferences,
            MergeField::UnsubscribeLink => &links.unsubscribe,
            MergeField::CustomerLink => &links.customer,
            MergeField::Field(_) | MergeField::Trx(_) | MergeField::Notice(_) | MergeField::FormName => return None,
        };
        link.as_deref().map(Cow::from)
    };
    PersonalMail {
        subject: subject.render(&values, Escape::Subject),
        text: text.render(&values, Escape::Text),
        html: html.render(&values, Escape::Html),
    }
}
