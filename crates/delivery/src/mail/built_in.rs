//! The built-in mails, for accounts and forms that have no texts of their own: from the Fluent files in `locales/`. What
//! a language lacks falls back to English.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use super::template::{Template, TemplateKind};

/// The languages that ship, English first.
const SOURCES: &[(&str, &str)] = &[
    ("en", include_str!("../../locales/en/mails.ftl")),
    ("cy", include_str!("../../locales/cy/mails.ftl")),
    ("fr", include_str!("../../locales/fr/mails.ftl")),
    ("de", include_str!("../../locales/de/mails.ftl")),
    ("es", include_str!("../../locales/es/mails.ftl")),
    ("ar", include_str!("../../locales/ar/mails.ftl")),
];

struct Locale {
    tag: &'static str,
    bundle: FluentBundle<FluentResource>,
}

static LOCALES: LazyLock<Vec<Locale>> = LazyLock::new(|| SOURCES.iter().map(load).collect());

fn load((tag, source): &(&'static str, &'static str)) -> Locale {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // A link between isolation marks would not be recognised as one by mail programs.
    bundle.set_use_isolating(false);
    // The files are part of the program and a test reads each of them; what parses in a broken one still serves.
    let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partial, _)| partial);
    let _ = bundle.add_resource(resource);
    Locale { tag, bundle }
}

/// A built-in mail of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltInMail {
    /// Someone new confirms.
    Confirm,
    /// Someone known confirms changes.
    Update,
    /// A new address is confirmed, at that address.
    Address,
    /// Tells the old address that it was changed.
    AddressChanged,
    /// The link to the preference page.
    Preferences,
    /// The link by which a customer sets a password, as asked for.
    Password,
    /// The same for a customer who is new.
    Welcome,
    /// The link by which a customer logs in.
    Login,
    /// Tells the organisation of a sign-up.
    Alert,
}

impl BuiltInMail {
    fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Update => "update",
            Self::Address => "address",
            Self::AddressChanged => "address-changed",
            Self::Preferences => "preferences",
            Self::Password => "password",
            Self::Welcome => "welcome",
            Self::Login => "login",
            Self::Alert => "alert",
        }
    }
}

/// A built-in mail in one language, with merge fields for everything that differs from mail to mail: `{{AccountName}}`,
/// `{{ConfirmLink}}`, `{{NotMeLink}}`, `{{PreferencesLink}}`, `{{CustomerLink}}`, `{{FormName}}`, `{{EmailAddress}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The language it is in.
    pub language: &'static str,
}

const MERGE_FIELDS: &[(&str, &str)] = &[
    ("account", "{{AccountName}}"),
    ("confirm", "{{ConfirmLink}}"),
    ("notme", "{{NotMeLink}}"),
    ("preferences", "{{PreferencesLink}}"),
    ("unsubscribe", "{{UnsubscribeLink}}"),
    ("link", "{{CustomerLink}}"),
    ("form", "{{FormName}}"),
    ("email", "{{EmailAddress}}"),
];

/// The built-in mail of that kind in that language, its base language (`en` for `en-GB`), else English.
pub fn mail(kind: BuiltInMail, language: &str) -> MailText {
    let locale = locale(language);
    let text = |part: &str| merged(locale, &format!("{}-mail-{part}", kind.name()));
    MailText { subject: text("subject"), text: text("text"), language: locale.tag }
}

/// The lines below every mail that is not a confirmation: `{{PreferencesLink}}` and `{{UnsubscribeLink}}`.
pub fn mail_footer(language: &str) -> String {
    merged(locale(language), "mail-footer")
}

fn locale(language: &str) -> &'static Locale {
    let base = language.split('-').next().unwrap_or(language);
    LOCALES.iter().find(|l| l.tag.eq_ignore_ascii_case(base)).unwrap_or(&LOCALES[0])
}

fn merged(locale: &Locale, key: &str) -> String {
    let mut args = FluentArgs::with_capacity(MERGE_FIELDS.len());
    for (name, value) in MERGE_FIELDS {
        args.set(*name, *value);
    }
    let find = |locale: &Locale| {
        let pattern = locale.bundle.get_message(key)?.value()?;
        Some(locale.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
    };
    find(locale).or_else(|| find(&LOCALES[0])).unwrap_or_else(|| key.to_owned())
}

/// A built-in text as a template; a test reads them all.
pub(super) fn template(text: &str, kind: TemplateKind) -> Template {
    Template::parse_saved(text, kind).unwrap_or(Template { pieces: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_mails_hold_their_links_in_every_language() {
        for (language, _) in SOURCES {
            for kind in [BuiltInMail::Confirm, BuiltInMail::Update, BuiltInMail::Address] {
                let mail = mail(kind, language);
                assert!(mail.text.contains("\n{{ConfirmLink}}\n"), "{language} {mail:?}");
                assert!(mail.text.contains("{{NotMeLink}}"), "{language} {mail:?}");
                assert!(mail.subject.contains("{{AccountName}}"), "{language} {mail:?}");
                assert!(Template::parse_saved(&mail.text, TemplateKind::ConfirmationText).is_ok(), "{language}");
            }
            let preferences = mail(BuiltInMail::Preferences, language);
            assert!(preferences.text.contains("\n{{PreferencesLink}}\n"));
            assert!(Template::parse_saved(&preferences.text, TemplateKind::Mail).is_ok(), "{language}");
            for kind in [BuiltInMail::Password, BuiltInMail::Welcome, BuiltInMail::Login] {
                let mail = mail(kind, language);
                assert!(
                    mail.text.contains("\n{{CustomerLink}}\n") && mail.language == *language,
                    "{language} {mail:?}"
                );
                assert!(Template::parse_saved(&mail.text, TemplateKind::CustomerLink).is_ok(), "{language}");
                assert!(Template::parse_saved(&mail.subject, TemplateKind::Mail).is_ok(), "{language}");
            }
            assert!(mail_footer(language).contains("{{UnsubscribeLink}}"));
            assert_eq!(mail(BuiltInMail::AddressChanged, language).language, *language);
        }
        assert_eq!(mail(BuiltInMail::Confirm, "pt-BR").language, "en");
    }
}
