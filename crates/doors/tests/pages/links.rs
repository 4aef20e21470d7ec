//! The pages behind the links of mails.

use doors::pages::{
    Brand, ConfirmView, Confirming, Page, Stopped, Texts, UnsubscribeView, confirm_page, confirmed_page, error_page,
    expired_page, not_me_page, unknown_link_page, unsubscribe_page, unsubscribed_page,
};
use model::{ConfirmMode, LocalText, SignUpKind};

use crate::weight::loaded;
use crate::{account, sample};

fn view(mode: ConfirmMode) -> ConfirmView<'static> {
    let what = Confirming::SignUp(SignUpKind::Signup);
    ConfirmView { what, email: "a@b.example", action: "/confirm/tok", not_me_url: Some("/not-me/tok2"), mode }
}

fn safe(page: &Page) {
    assert!(page.policy.contains("frame-ancestors 'none'"), "{}", page.policy);
    assert!(!page.policy.contains("unsafe"), "{}", page.policy);
    assert!(page.html.contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[test]
fn the_confirm_page_has_one_button_and_in_auto_mode_a_script() {
    let account = account();
    for (mode, files) in [(ConfirmMode::Auto, 2), (ConfirmMode::Button, 1)] {
        let page = confirm_page(&account, None, view(mode), Texts::of("en"));
        safe(&page);
        assert_eq!(loaded(&page.html).len(), files, "{}", page.html);
        assert_eq!(page.html.contains("data-confirm"), mode == ConfirmMode::Auto);
        assert_eq!(page.html.matches("<button").count(), 1);
        assert!(page.html.contains("<form method=\"post\" action=\"/confirm/tok\""));
        assert!(page.html.contains("<a href=\"/not-me/tok2\">"));
    }
}

#[test]
fn the_forms_message_is_shown_in_paragraphs_and_again() {
    let account = sample::account_with(|_, rows| {
        let messages = &mut rows.forms[0].1;
        messages.signup.confirmed_message = Some(LocalText::One("You are in.\r\n\r\nSee <you> soon.".into()));
        messages.update.confirmed_message = Some(LocalText::One("Changed.".into()));
    });
    let form = account.form_by_external_id("12ABCDE3");
    let show = |kind, used| confirmed_page(&account, form, Confirming::SignUp(kind), used, None, Texts::of("en")).html;
    let first = show(SignUpKind::Signup, false);
    assert!(
        first.contains("<p class=\"lead\">You are in.</p>") && first.contains("See &#60;you&#62; soon."),
        "{first}"
    );
    assert!(!first.contains("followed this link before"));
    assert!(show(SignUpKind::Signup, true).contains("followed this link before"));
    assert!(show(SignUpKind::Update, false).contains("Changed."));
    let built_in = confirmed_page(&account, None, Confirming::Address, false, None, Texts::of("de")).html;
    assert!(built_in.contains("neue Adresse"));
}

#[test]
fn links_that_do_not_work_say_so() {
    let account = account();
    let t = Texts::of("ar");
    let expired = expired_page(&account.settings, "/confirm/tok", t);
    assert_eq!(expired.status, 410);
    assert!(expired.html.contains("name=\"again\" value=\"yes\""));
    assert!(expired.html.contains("<html lang=\"ar\" dir=\"rtl\">"));
    let unknown = unknown_link_page(&Brand::default(), t);
    assert_eq!(unknown.status, 404);
    assert!(!unknown.html.contains("<header>"), "no account is known");
    safe(&expired);
    safe(&unknown);
    let not_me = not_me_page(&account.settings, "/not-me/tok", Texts::of("en"));
    assert!(not_me.html.contains("<form method=\"post\" action=\"/not-me/tok\">"));
    assert_eq!(loaded(&not_me.html).len(), 1, "no script");
}

#[test]
fn unsubscribing_asks_tells_and_offers_the_way_back() {
    let account = account();
    let view = UnsubscribeView {
        email: "a@b.example",
        list: Some("News & more"),
        action: "/unsubscribe/tok",
        preferences_url: Some("/preferences/p"),
    };
    let t = Texts::of("en");
    let ask = unsubscribe_page(&account.settings, view, t).html;
    for part in
        ["name=\"scope\" value=\"list\"", "name=\"scope\" value=\"everything\"", "News &#38; more", "/preferences/p"]
    {
        assert!(ask.contains(part), "{part}\n{ask}");
    }
    let all_only = unsubscribe_page(&account.settings, UnsubscribeView { list: None, ..view }, t).html;
    assert!(!all_only.contains("value=\"list\""));
    let done = unsubscribed_page(&account.settings, view, &Stopped::Everything, t).html;
    assert!(
        done.contains("Demo Theatre no longer writes to a@b.example.") && done.contains("value=\"undo\""),
        "{done}"
    );
}

#[test]
fn every_error_has_words_in_every_language() {
    for language in Texts::shipped() {
        for status in [400, 403, 404, 405, 410, 413, 415, 418, 422, 429, 500, 502, 503] {
            let page = error_page(&Brand::default(), status, 3, Texts::of(language));
            assert_eq!(page.status, status);
            assert!(!page.html.contains("error-") && !page.html.contains('{'), "{language} {status}: {}", page.html);
            safe(&page);
        }
    }
}
