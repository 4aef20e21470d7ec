//! Draws every page a person can meet into a folder, to be looked at in a browser:
//! `cargo run -p doors --example preview_pages -- FOLDER [COLOUR]`.

#[path = "../tests/pages/sample.rs"]
mod sample;

use std::path::Path;

use doors::pages::{
    Brand, ConfirmView, Confirming, FormView, Happened, Known, Page, PreferencesView, Reading, Slots, Stopped, Texts,
    Typed, UnsubscribeView, asset, confirm_page, confirmed_page, deleted_page, description, error_page, expired_page,
    field_errors, form_page, fresh_mail_page, not_me_done_page, not_me_page, preferences_page,
    preferences_request_page, preferences_requested_page, read, submitted_page, undone_page, unknown_link_page,
    unsubscribe_page, unsubscribed_page,
};
use model::{
    ConfirmMode, ContactId, EmailFault, Fault, MailState, Origin, Outcome, PendingId, SignUpId, SignUpKind,
    StatementControl, Timestamp, ValueFault,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder")?;
    let colour = arguments.next();
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder.join("assets"))?;
    let query = colour.as_ref().map(|c| format!("c={}", c.trim_start_matches('#')));
    for path in ["/assets/vestibule.css", "/assets/confirm.js", "/embed.js"] {
        let file = asset(path, query.as_deref()).ok_or("an asset is missing")?;
        std::fs::write(folder.join(path.trim_start_matches('/')), file.body)?;
    }
    for language in ["en", "cy", "fr", "de", "es", "ar"] {
        for (name, page) in pages(language, colour.as_deref()) {
            // Opened as files, pages find their assets beside them.
            let html = page.html.replace("\"/assets/", "\"assets/");
            std::fs::write(folder.join(format!("{name}.{language}.html")), html)?;
        }
    }
    if let Some(form) = sample::account_with(|_, _| {}).form_by_external_id("EVERYTHING") {
        let account = sample::account_with(|settings, _| settings.colour = colour);
        let slots = Slots { ticket: Some("ticket"), honeypot: Some("website"), ..Slots::default() };
        let view = FormView::build(&account, form, Texts::of("en"), &slots, &Typed::default(), Vec::new());
        let answer = description(&account, form, &view, &["en"], "/demo/forms/EVERYTHING");
        std::fs::write(folder.join("form.json"), answer.body)?;
    }
    Ok(())
}

fn pages(language: &str, colour: Option<&str>) -> Vec<(&'static str, Page)> {
    let t = Texts::of(language);
    let account = sample::account_with(|settings, _| {
        settings.colour = colour.map(str::to_owned);
        settings.statement_control = StatementControl::YesNo;
    });
    let boxes = sample::account_with(|settings, _| settings.colour = colour.map(str::to_owned));
    let settings = &account.settings;
    let brand = Brand::of(settings);
    let languages: Vec<_> = Texts::shipped().collect();
    let slots = Slots { ticket: Some("ticket"), honeypot: Some("website"), ..Slots::default() };
    let mut pages = Vec::new();

    if let Some(form) = boxes.form_by_external_id("12ABCDE3") {
        let view = FormView::build(&boxes, form, t, &slots, &Typed::default(), Vec::new());
        pages.push(("form", form_page(&boxes, form, &view, &languages, "/demo/forms/12ABCDE3")));
        let outcome = Outcome::Pending {
            kind: SignUpKind::Signup,
            contact: ContactId(1),
            sign_up: SignUpId(1),
            pending: PendingId(1),
            mail: MailState::Taken,
        };
        pages.push(("submitted", submitted_page(&boxes, form, &outcome, t)));
    }
    if let Some(form) = account.form_by_external_id("EVERYTHING") {
        let view = FormView::build(&account, form, t, &slots, &Typed::default(), Vec::new());
        pages.push(("form-everything", form_page(&account, form, &view, &languages, "#")));
        let origin = Origin::default();
        let reading = Reading { account: &account, form, honeypot: None, origin: &origin, limit: 10_000 };
        let body = b"EmailAddress=sam&LastName=O%27Neill&BirthDate=1984-03-27&FavouriteGenre=Dance&Times=Evenings&Children=two";
        if let Ok(sent) = read(Some("application/x-www-form-urlencoded"), body, reading) {
            let faults = [
                Fault::Email(EmailFault::Malformed),
                Fault::FieldRequired("FirstName".into()),
                Fault::FieldInvalid("Children".into(), ValueFault::WrongType),
                Fault::FieldRequired("Visited".into()),
                Fault::StatementRequired("email".into()),
            ];
            let errors = field_errors(&faults, &account, Some(form), t);
            let view = FormView::build(&account, form, t, &slots, &sent.typed, errors);
            pages.push(("form-faults", form_page(&account, form, &view, &languages, "#")));
        }
    }

    let what = Confirming::SignUp(SignUpKind::Signup);
    let view =
        ConfirmView { what, email: "sam@example.org", action: "#", not_me_url: Some("#"), mode: ConfirmMode::Button };
    pages.push(("confirm", confirm_page(&account, None, view, t)));
    pages.push(("confirmed", confirmed_page(&account, None, what, false, Some("#"), t)));
    pages.push(("used", confirmed_page(&account, None, what, true, None, t)));
    pages.push(("expired", expired_page(settings, "#", t)));
    pages.push(("fresh-mail", fresh_mail_page(settings, t)));
    pages.push(("unknown-link", unknown_link_page(&Brand::default(), t)));
    pages.push(("not-me", not_me_page(settings, "#", t)));
    pages.push(("not-me-done", not_me_done_page(settings, t)));

    let known = Known {
        email: "sam@example.org".into(),
        values: vec![("FirstName".into(), "Sam".into()), ("Wheelchair".into(), "true".into())],
        lists: vec!["QWERTY1A".into()],
        statements: vec![("email".into(), true, Some(Timestamp(1_454_284_800_000_000)))],
    };
    let view = PreferencesView::build(&account, &known, t, None, Vec::new(), &Happened::Saved);
    pages.push(("preferences", preferences_page(settings, &view, "#", t)));
    pages.push(("preferences-request", preferences_request_page(settings, "#", &[], None, None, t)));
    pages.push(("preferences-requested", preferences_requested_page(settings, t)));
    pages.push(("deleted", deleted_page(settings, t)));

    let list = "Monthly Newsletter";
    let view = UnsubscribeView { email: "sam@example.org", list: Some(list), action: "#", preferences_url: Some("#") };
    pages.push(("unsubscribe", unsubscribe_page(settings, view, t)));
    pages.push(("unsubscribed", unsubscribed_page(settings, view, &Stopped::List(list.into()), t)));
    pages.push(("undone", undone_page(settings, view, &Stopped::Everything, t)));
    pages.push(("error-404", error_page(&Brand::default(), 404, 0, t)));
    pages.push(("error-429", error_page(&brand, 429, 3, t)));
    pages
}
