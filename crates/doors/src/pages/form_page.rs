//! The hosted form, and what comes after sending it.

use askama::Template;
use model::{AccountSnapshot, MessageSet, Outcome, ResolvedForm};

use super::assets;
// Templates name the kinds.
use super::controls::ControlKind;
use super::form_view::{ChallengeStep, FormView};
use super::message_page::{Message, message_page};
use super::page::{Brand, Frame, LanguageLink, Page, framers, redirects};
use super::texts::Texts;

#[derive(Template)]
#[template(path = "pages/form.html")]
struct FormTemplate<'a> {
    frame: &'a Frame,
    t: Texts,
    view: &'a FormView,
    action: &'a str,
}

/// The form: 200 at first, 422 with faults, 403 where it was sent and a challenge must be solved first. `action` is the address to post to, `languages` those it is offered in.
pub fn form_page(
    account: &AccountSnapshot,
    form: &ResolvedForm,
    view: &FormView,
    languages: &[&'static str],
    action: &str,
) -> Page {
    let t = view.texts;
    let title = if view.has_faults() { format!("{} {}", t.get("error-prefix"), view.name) } else { view.name.clone() };
    let mut frame = Frame::new(t, &Brand::of(&account.settings), &title);
    frame.indexed = true;
    if form.form.language.is_none() {
        let others = languages.iter().copied().filter(|tag| *tag != t.tag());
        let link =
            |tag| LanguageLink { tag, name: Texts::of(tag).get("language-name"), href: format!("?language={tag}") };
        frame.languages = others.map(link).collect();
    }
    let challenged = view.challenge.as_ref().is_some_and(|c| c.mark().is_some());
    match &view.challenge {
        Some(ChallengeStep::Work { .. }) => frame.script = Some(assets::challenge_url()),
        Some(ChallengeStep::Captcha { page, .. }) => {
            frame.script = Some(page.script.to_owned());
            frame.others = page.origins;
        }
        None => {}
    }
    let template = FormTemplate { frame: &frame, t, view, action };
    let status = match () {
        () if view.has_faults() => 422,
        () if challenged => 403,
        () => 200,
    };
    let origins = redirects(&account.settings, Some(form));
    frame.page(status, &template, &framers(&account.settings), &origins)
}

/// The words after sending: the form's own, else the built-in ones.
pub fn submitted_message(account: &AccountSnapshot, form: &ResolvedForm, outcome: &Outcome, t: Texts) -> String {
    let pending = match outcome {
        Outcome::Applied { .. } => false,
        Outcome::Pending { .. } => true,
        Outcome::Quiet { .. } => form.form.require_confirmation,
    };
    let own = after_sending(form, outcome).submission_message.as_ref();
    let own = own.map(|m| m.pick(t.tag(), &account.settings.language.0)).filter(|m| !m.is_empty());
    own.map_or_else(|| t.get(if pending { "submitted-pending" } else { "submitted-applied" }), str::to_owned)
}

/// The message set of an outcome; a quiet one looks like that of someone new.
pub fn messages<'f>(form: &'f ResolvedForm, outcome: &Outcome) -> &'f MessageSet {
    match outcome {
        Outcome::Applied { kind, .. } | Outcome::Pending { kind, .. } => match kind {
            model::SignUpKind::Signup => &form.form.signup,
            model::SignUpKind::Update => &form.form.update,
        },
        Outcome::Quiet { .. } => &form.form.signup,
    }
}

/// The message set whose words or address follow the sending. Somebody known gets those of somebody new unless the form
/// has words of its own for them: otherwise whoever types an address learns whether it is known. A form that has such
/// words tells, because its owner says so.
pub fn after_sending<'f>(form: &'f ResolvedForm, outcome: &Outcome) -> &'f MessageSet {
    let set = messages(form, outcome);
    if set.submission_message.is_none() && set.submission_url.is_none() { &form.form.signup } else { set }
}

/// The page after sending (200).
pub fn submitted_page(account: &AccountSnapshot, form: &ResolvedForm, outcome: &Outcome, t: Texts) -> Page {
    let message = submitted_message(account, form, outcome, t);
    let title = t.get("submitted-title");
    let frame = Frame::new(t, &Brand::of(&account.settings), &title);
    message_page(&frame, 200, &Message::new(title, &message), &framers(&account.settings))
}

/// The page of a form that takes no sign-ups (410).
pub fn closed_page(account: &AccountSnapshot, t: Texts) -> Page {
    let title = t.get("form-closed-title");
    let frame = Frame::new(t, &Brand::of(&account.settings), &title);
    message_page(&frame, 410, &Message::new(title, &t.get("form-closed")), &framers(&account.settings))
}
