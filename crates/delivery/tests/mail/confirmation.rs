//! Confirmation mails.

use std::borrow::Cow;

use delivery::mail::confirmation::{Confirmation, check, render};
use delivery::mail::{ConfirmationMail, direction};
use model::{AccountSettings, Form, Language, LocalText, SignUpKind};

const CONFIRM: &str = "https://demo.example/confirm/AbC-_1";
const NOT_ME: &str = "https://demo.example/not-me/XyZ";

fn form() -> Form {
    serde_json::from_value(serde_json::json!({ "external_id": "MEMBER01", "name": "Membership" })).expect("form")
}

fn account() -> AccountSettings {
    AccountSettings { slug: "demo".into(), name: "Demo & Theatre".into(), ..AccountSettings::default() }
}

fn written(form: &Form, kind: SignUpKind, language: &str, first_name: Option<&str>) -> ConfirmationMail {
    let account = account();
    let confirmation =
        Confirmation { account: &account, form, kind, language, confirm_link: CONFIRM, not_me_link: NOT_ME };
    render(&confirmation, &|name| if name == "FirstName" { first_name.map(Cow::from) } else { None })
}

/// The distinct web addresses with `/confirm/` in them.
fn confirm_links(part: &str) -> Vec<&str> {
    let mut links: Vec<_> = part
        .split(|c: char| c.is_whitespace() || "\"<>".contains(c))
        .filter(|word| word.contains("/confirm/"))
        .collect();
    links.dedup();
    links
}

#[test]
fn built_in_texts_serve_both_kinds() {
    for kind in [SignUpKind::Signup, SignUpKind::Update] {
        let mail = written(&form(), kind, "fr-CH", None);
        assert!(mail.subject.contains("Demo & Theatre"), "{}", mail.subject);
        assert!(mail.text.starts_with("Bonjour") && mail.text.contains("Demo & Theatre"), "{}", mail.text);
        assert!(mail.html.contains("Demo &amp; Theatre"), "{}", mail.html);
        assert!(mail.html.contains("<html lang=\"fr\" dir=\"ltr\">"), "{}", mail.html);
        for part in [&mail.text, &mail.html] {
            assert_eq!(confirm_links(part), [CONFIRM]);
            assert!(part.contains(NOT_ME) && !part.contains("{{"), "{part}");
        }
        assert!(mail.html.contains(&format!("<a href=\"{CONFIRM}\">{CONFIRM}</a>")));
    }
    let texts = [SignUpKind::Signup, SignUpKind::Update].map(|kind| written(&form(), kind, "en", None).text);
    assert_ne!(texts[0], texts[1]);
}

#[test]
fn own_texts_are_used_and_completed() {
    let mut form = form();
    form.signup.confirmation_subject = Some("Welcome,\n{{FirstName default=friend}}".into());
    form.signup.confirmation_text = Some(
        "Dear {{FirstName default=friend}},\njoin here: {{ConfirmLink}}\n\nMore: https://demo.example/a?b&c.\n".into(),
    );
    let mail = written(&form, SignUpKind::Signup, "en", None);
    assert_eq!(mail.subject, "Welcome,friend");
    let expected = format!(
        "Dear friend,\njoin here: {CONFIRM}\n\nMore: https://demo.example/a?b&c.\n\nIf this wasn't you, please tell us: {NOT_ME}\n"
    );
    assert_eq!(mail.text, expected);
    let body = format!(
        "<p>Dear friend,<br>\njoin here: <a href=\"{CONFIRM}\">{CONFIRM}</a></p>\n\
         <p>More: <a href=\"https://demo.example/a?b&amp;c\">https://demo.example/a?b&amp;c</a>.</p>\n\
         <p>If this wasn&#39;t you, please tell us: <a href=\"{NOT_ME}\">{NOT_ME}</a></p>\n</body>\n</html>\n"
    );
    assert!(mail.html.ends_with(&body), "{}", mail.html);

    let known = written(&form, SignUpKind::Signup, "en", Some("<Zo\u{eb}> https://evil.example/"));
    assert!(known.html.contains("Dear &lt;Zo\u{eb}&gt; https://evil.example/,<br>"), "{}", known.html);
}

#[test]
fn an_own_html_part_is_used() {
    let mut form = form();
    form.update.confirmation_html = Some("<body><a href='{{ConfirmLink}}'>{{FirstName}}</a></body>".into());
    let mail = written(&form, SignUpKind::Update, "en", Some("<i>"));
    assert!(mail.html.starts_with(&format!("<body><a href='{CONFIRM}'>&lt;i&gt;</a>")), "{}", mail.html);
    assert!(mail.html.contains(NOT_ME));
}

#[test]
fn the_wording_is_in_the_readers_language() {
    let mut form = form();
    let texts = [("en", "Confirm: {{ConfirmLink}}"), ("ar", "\u{623}\u{643}\u{62f}: {{ConfirmLink}}")];
    let texts = texts.map(|(language, text)| (Language(language.into()), text.to_owned()));
    form.signup.confirmation_text = Some(LocalText::ByLanguage(texts.into_iter().collect()));
    assert!(written(&form, SignUpKind::Signup, "ar-EG", None).html.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(written(&form, SignUpKind::Signup, "de", None).html.contains("<html lang=\"en\" dir=\"ltr\">"));
    for (language, dir) in
        [("he", "rtl"), ("fa-IR", "rtl"), ("en", "ltr"), ("cy", "ltr"), ("ur-Latn", "ltr"), ("", "ltr")]
    {
        assert_eq!(direction(language), dir, "{language}");
    }
}

#[test]
fn a_text_that_went_bad_gives_way_to_the_built_in_one() {
    let mut form = form();
    form.signup.confirmation_text = Some("no link".into());
    form.signup.confirmation_subject = Some("{{".into());
    let mail = written(&form, SignUpKind::Signup, "en", None);
    assert_eq!(mail, written(&self::form(), SignUpKind::Signup, "en", None));
}

#[test]
fn faults_are_found_when_a_form_is_saved() {
    let mut form = form();
    assert_eq!(check(&form, &[]), []);
    form.signup.confirmation_subject = Some("{{FirstName}}".into());
    form.update.confirmation_text = Some(LocalText::ByLanguage([(Language("cy".into()), "Helo".to_owned())].into()));
    let faults = check(&form, &[]);
    let places: Vec<_> = faults.iter().map(|f| (f.kind, f.key, f.language.as_ref().map(|l| l.0.as_str()))).collect();
    let expected =
        [(SignUpKind::Signup, "confirmation_subject", None), (SignUpKind::Update, "confirmation_text", Some("cy"))];
    assert_eq!(places, expected);
    assert_eq!(check(&form, &["FirstName"]).len(), 1);
}
