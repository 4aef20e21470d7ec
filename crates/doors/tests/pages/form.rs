//! The hosted form as a person sees it.

use std::collections::BTreeMap;

use doors::pages::{Asked, FieldError, FormView, Page, Slots, Texts, Typed, for_form, form_page};
use model::{AccountSnapshot, Language, StatementControl};

use crate::{account, sample};

fn draw(account: &AccountSnapshot, form: &str, typed: &Typed, errors: Vec<FieldError>) -> Page {
    let form = account.form_by_external_id(form).expect("a form");
    let slots = Slots {
        ticket: Some("the-ticket"),
        honeypot: Some("website"),
        source: BTreeMap::from([("utm_source".to_owned(), "\"><script>".to_owned())]),
    };
    let view = FormView::build(account, form, Texts::of("en"), &slots, typed, errors);
    form_page(account, form, &view, &["en", "cy"], "/demo/forms/X")
}

#[test]
fn controls_have_the_names_and_types_others_rely_on() {
    let html = draw(&account(), "EVERYTHING", &Typed::default(), Vec::new()).html;
    for part in [
        "<html lang=\"en\" dir=\"ltr\">",
        "<form method=\"post\" action=\"/demo/forms/X\" novalidate>",
        "type=\"email\" id=\"f-EmailAddress\" name=\"EmailAddress\" value=\"\" autocomplete=\"email\" maxlength=\"254\" dir=\"ltr\" required",
        "name=\"FirstName\" value=\"\" autocomplete=\"given-name\" maxlength=\"255\" required",
        "type=\"tel\" id=\"f-MobilePhoneNumber\"",
        "type=\"date\" id=\"f-BirthDate\" name=\"BirthDate\" value=\"\" autocomplete=\"bday\"",
        "<textarea id=\"f-DietaryRequirements\" name=\"DietaryRequirements\" rows=\"4\" maxlength=\"1000\" aria-describedby=\"h-DietaryRequirements\"",
        "type=\"checkbox\" id=\"f-Wheelchair\" name=\"Wheelchair\" value=\"true\"",
        "<select id=\"f-FavouriteGenre\"",
        "name=\"Times\" value=\"Evenings\"",
        "type=\"number\" id=\"f-Children\" name=\"Children\" value=\"\" step=\"1\"",
        "step=\"0.01\"",
        "type=\"radio\" id=\"f-Visited\" name=\"Visited\" value=\"true\"",
        "name=\"MailingLists\" value=\"QWERTY1A\"",
        "type=\"checkbox\" id=\"f-Statement_email\" name=\"Statement_email\" value=\"yes\"",
        "name=\"wordings\" value=\"email:3 post:3\"",
        "name=\"ticket\" value=\"the-ticket\"",
        "name=\"website\" tabindex=\"-1\"",
        "href=\"https://demo.example/privacy\"",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains(" checked") && !html.contains("<script") && !html.contains("style="), "{html}");
    let (email, post) = (html.find("f-Statement_email").expect("email"), html.find("f-Statement_post").expect("post"));
    assert!(email < post, "channel by channel");
}

#[test]
fn faults_stand_beside_their_fields_with_everything_typed_kept() {
    let account = account();
    let mut typed = Typed::default();
    for (name, value) in [
        ("EmailAddress", "sam<script>alert(1)</script>"),
        ("LastName", "O'Neill {{ 7*7 }}"),
        ("DietaryRequirements", "\nnuts </textarea><b>"),
        ("Children", "two"),
        ("BirthDate", "27/03/1984"),
        ("FavouriteGenre", "dance"),
        ("Times", "Evenings"),
        ("Wheelchair", "true"),
        ("Visited", "false"),
        ("MailingLists", "ABCDEFG1"),
        ("Statement_email", "yes"),
    ] {
        typed.push(name, value);
    }
    let faults = [model::Fault::Email(model::EmailFault::Malformed), model::Fault::FieldRequired("firstname".into())];
    let form = account.form_by_external_id("EVERYTHING");
    let mut errors = doors::pages::field_errors(&faults, &account, form, Texts::of("en"));
    errors.push(FieldError { field: None, code: "x", message: "Of the whole".into() });
    let page = draw(&account, "EVERYTHING", &typed, errors);
    assert_eq!(page.status, 422);
    for part in [
        "<title>Error: Everything we ask – Demo Theatre</title>",
        "role=\"alert\" tabindex=\"-1\" autofocus",
        "There are 3 problems",
        "<a href=\"#f-FirstName\">Please fill in “First name”.</a>",
        "<li>Of the whole</li>",
        "id=\"e-FirstName\"",
        "aria-describedby=\"e-FirstName\" aria-invalid=\"true\"",
        "value=\"sam&#60;script&#62;alert(1)&#60;/script&#62;\"",
        "value=\"O&#39;Neill {{ 7*7 }}\"",
        "nuts &#60;/textarea&#62;&#60;b&#62;</textarea>",
        "type=\"text\" id=\"f-Children\" name=\"Children\" value=\"two\"",
        "type=\"date\" id=\"f-BirthDate\" name=\"BirthDate\" value=\"1984-03-27\"",
        "<option value=\"Dance\" dir=\"auto\" selected>",
        "name=\"Times\" value=\"Evenings\" checked",
        "name=\"Wheelchair\" value=\"true\" checked",
        "name=\"Visited\" value=\"false\" checked",
        "name=\"MailingLists\" value=\"ABCDEFG1\" checked",
        "name=\"Statement_email\" value=\"yes\" checked",
    ] {
        assert!(page.html.contains(part), "{part}\n{}", page.html);
    }
    assert!(!page.html.contains("<script"), "nothing typed becomes markup");
}

#[test]
fn statements_can_be_asked_as_a_pair() {
    let account = sample::account_with(|settings, _| settings.statement_control = StatementControl::YesNo);
    let html = draw(&account, "12ABCDE3", &Typed::default(), Vec::new()).html;
    assert!(
        html.contains("type=\"radio\" id=\"f-Statement_email\" name=\"Statement_email\" value=\"yes\" aria-"),
        "{html}"
    );
    assert!(html.contains("name=\"Statement_email\" value=\"no\" aria-"), "{html}");
}

#[test]
fn a_form_is_offered_in_the_languages_of_its_wordings() {
    let cymraeg = Asked { chosen: None, accept: Some("cy, en;q=0.5") };
    let of = |account: &AccountSnapshot, form: &str| {
        let (t, offered) = for_form(account, account.form_by_external_id(form).expect("a form"), cymraeg);
        (t.tag(), offered)
    };
    let account = account();
    assert_eq!(of(&account, "12ABCDE3"), ("cy", vec!["en", "cy", "fr", "de", "es", "ar"]));
    assert_eq!(of(&account, "EVERYTHING"), ("en", vec!["en"]), "a wording without a language is in the account's");
    assert_eq!(of(&account, "BALLOT01"), ("cy", vec!["en", "cy", "fr", "de", "es", "ar"]), "no wordings, any language");
    let fixed = sample::account_with(|_, rows| rows.forms[0].1.language = Some(Language("ar".into())));
    assert_eq!(of(&fixed, "12ABCDE3").0, "ar");
}

#[test]
fn headers_keep_the_page_safe() {
    let account = sample::account_with(|settings, rows| {
        settings.allowed_origins = vec!["https://www.demo.example".into()];
        settings.logo_url = Some("https://cdn.example/logo.svg".into());
        settings.colour = Some("#0050a0".into());
        rows.forms[0].1.signup.submission_url = Some("https://thanks.example/x?y".into());
    });
    let page = draw(&account, "12ABCDE3", &Typed::default(), Vec::new());
    let headers = BTreeMap::from(page.headers());
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(
        headers["content-security-policy"],
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: https://cdn.example; \
         form-action 'self' https://demo.example https://thanks.example; \
         frame-ancestors 'self' https://www.demo.example; base-uri 'none'"
    );
    assert!(page.html.contains("<img src=\"https://cdn.example/logo.svg\" alt=\"Demo Theatre\">"));
    assert!(page.html.contains("&#38;c=0050a0\"") || page.html.contains("&amp;c=0050a0\""), "{}", page.html);
}
