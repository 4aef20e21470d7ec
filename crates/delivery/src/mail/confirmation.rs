//! The confirmation mail of a form: its own texts, or built-in ones in the reader's language.
//!
//! Nothing that a stranger typed gets into it, or forms would carry spam: values come from a closure that knows only what
//! was confirmed earlier, and where it knows nothing the template's default stands.

use std::borrow::Cow;

use model::{AccountSettings, Form, Language, LocalText, MessageSet, SignUpKind};

use super::built_in::{self, BuiltInMail};
use super::template::{Escape, MergeField, Template, TemplateFault, TemplateKind};
use super::{html, mjml};

/// Whose mail it is and where its links lead.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation<'a> {
    /// The organisation.
    pub account: &'a AccountSettings,
    /// The form that was used.
    pub form: &'a Form,
    /// Which of the form's message sets.
    pub kind: SignUpKind,
    /// The reader's language.
    pub language: &'a str,
    /// The link that confirms.
    pub confirm_link: &'a str,
    /// The link that says "this wasn't me".
    pub not_me_link: &'a str,
}

/// The parts of a confirmation mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationMail {
    /// Subject.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: String,
}

/// A fault in a form's confirmation texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationFault {
    /// Which message set.
    pub kind: SignUpKind,
    /// The key in the account file: `confirmation_subject`, `confirmation_text` or `confirmation_html`.
    pub key: &'static str,
    /// The wording, where there are several.
    pub language: Option<Language>,
    /// What is wrong, and where in that text.
    pub fault: TemplateFault,
}

/// Checks all confirmation texts of a form as it is saved. `known` are the SystemNames of the account's fields.
pub fn check(form: &Form, known: &[&str]) -> Vec<ConfirmationFault> {
    let mut faults = Vec::new();
    for (kind, set) in [(SignUpKind::Signup, &form.signup), (SignUpKind::Update, &form.update)] {
        for (key, text, template) in [
            ("confirmation_subject", &set.confirmation_subject, TemplateKind::ConfirmationSubject),
            ("confirmation_text", &set.confirmation_text, TemplateKind::ConfirmationText),
            ("confirmation_html", &set.confirmation_html, TemplateKind::ConfirmationHtml),
        ] {
            let wordings: Vec<(Option<Language>, &str)> = match text {
                None => Vec::new(),
                Some(LocalText::One(text)) => vec![(None, text)],
                Some(LocalText::ByLanguage(texts)) => {
                    texts.iter().map(|(l, t)| (Some(l.clone()), t.as_str())).collect()
                }
            };
            for (language, text) in wordings {
                if let Err(fault) = Template::parse(text, template, known) {
                    faults.push(ConfirmationFault { kind, key, language, fault });
                }
            }
        }
    }
    faults
}

/// Writes the mail. `confirmed` gives a contact's values by SystemName, and only values that were confirmed earlier. A
/// text that is no longer valid gives way to the built-in one.
pub fn render<'v>(
    confirmation: &Confirmation<'_>,
    confirmed: &dyn Fn(&str) -> Option<Cow<'v, str>>,
) -> ConfirmationMail {
    let Confirmation { account, form, kind, language, .. } = *confirmation;
    let set = match kind {
        SignUpKind::Signup => &form.signup,
        SignUpKind::Update => &form.update,
    };
    let fallback = account.language.0.as_str();
    let templates = Templates::of(set, kind, language, fallback);
    let form_name = form.name.pick(language, fallback);
    let account_name = if account.name.trim().is_empty() { &account.slug } else { &account.name };
    let values = |field: &MergeField| -> Option<Cow<'_, str>> {
        match field {
            MergeField::ConfirmLink => Some(confirmation.confirm_link.into()),
            MergeField::NotMeLink => Some(confirmation.not_me_link.into()),
            MergeField::FormName => Some(form_name.into()),
            MergeField::AccountName => Some(account_name.into()),
            MergeField::Field(name) => confirmed(name).map(|value| Cow::Owned(value.into_owned())),
            MergeField::Trx(_)
            | MergeField::Notice(_)
            | MergeField::PreferencesLink
            | MergeField::UnsubscribeLink
            | MergeField::CustomerLink => None,
        }
    };
    ConfirmationMail {
        subject: templates.subject.render(&values, Escape::Subject),
        text: templates.text.render(&values, Escape::Text),
        html: templates.html.render(&values, Escape::Html),
    }
}

struct Templates {
    subject: Template,
    text: Template,
    html: Template,
}

impl Templates {
    fn of(set: &MessageSet, kind: SignUpKind, language: &str, fallback: &str) -> Self {
        let ours = || {
            built_in::mail(
                match kind {
                    SignUpKind::Signup => BuiltInMail::Confirm,
                    SignUpKind::Update => BuiltInMail::Update,
                },
                language,
            )
        };
        let own = |text: &Option<LocalText>, kind| {
            let text = text.as_ref()?;
            let picked = text.pick(language, fallback);
            let made = if mjml::is_mjml(picked) { Some(mjml::to_html(picked).ok()?) } else { None };
            let template = Template::parse_saved(made.as_deref().unwrap_or(picked), kind).ok()?;
            Some((template, language_of(text, language, fallback)))
        };
        let subject = own(&set.confirmation_subject, TemplateKind::ConfirmationSubject).map_or_else(
            || built_in::template(&ours().subject, TemplateKind::ConfirmationSubject),
            |(subject, _)| subject,
        );
        let (text, language) = own(&set.confirmation_text, TemplateKind::ConfirmationText).unwrap_or_else(|| {
            let ours = ours();
            (built_in::template(&ours.text, TemplateKind::ConfirmationText), ours.language.to_owned())
        });
        let html = own(&set.confirmation_html, TemplateKind::ConfirmationHtml)
            .map_or_else(|| html::from_text(&text, &language), |(html, _)| html);
        Self { subject, text, html }
    }
}

/// The language of the wording that `LocalText::pick` picks. One wording for all is taken to be in the account's.
fn language_of(text: &LocalText, language: &str, fallback: &str) -> String {
    let LocalText::ByLanguage(texts) = text else {
        return fallback.to_owned();
    };
    let picked = text.pick(language, fallback);
    let base = language.split('-').next().unwrap_or(language);
    let same = |l: &str| texts.iter().find(|(key, wording)| key.0.eq_ignore_ascii_case(l) && *wording == picked);
    let found = same(language).or_else(|| same(base)).or_else(|| same(fallback)).or_else(|| same("en"));
    let found = found.or_else(|| texts.iter().find(|(_, wording)| *wording == picked));
    found.map_or_else(|| fallback.to_owned(), |(key, _)| key.0.clone())
}
