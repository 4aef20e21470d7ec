//! What is behind the links of a confirmation mail: confirm, "this wasn't me", and what follows.

use askama::Template;
use model::{AccountSettings, AccountSnapshot, ConfirmMode, ResolvedForm, SignUpKind};

use super::assets;
use super::message_page::{Button, Link, Message, message_page};
use super::page::{Brand, Frame, Page, redirects};
use super::texts::Texts;

/// What following the link will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirming {
    /// A sign-up of someone new, or changes by someone known.
    SignUp(SignUpKind),
    /// A new address.
    Address,
}

impl Confirming {
    fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SignUp(SignUpKind::Signup) => ("confirm-title", "confirm-intro", "confirmed-message"),
            Self::SignUp(SignUpKind::Update) => {
                ("confirm-update-title", "confirm-update-intro", "confirmed-update-message")
            }
            Self::Address => ("confirm-address-title", "confirm-address-intro", "confirmed-address-message"),
        }
    }
}

/// What the confirm page shows.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmView<'a> {
    /// What is confirmed.
    pub what: Confirming,
    /// The address it is about.
    pub email: &'a str,
    /// Where the button posts to: the page's own path.
    pub action: &'a str,
    /// The other link of the mail.
    pub not_me_url: Option<&'a str>,
    /// Whether the page may confirm by itself.
    pub mode: ConfirmMode,
}

#[derive(Template)]
#[template(path = "pages/confirm.html")]
struct ConfirmTemplate<'a> {
    frame: &'a Frame,
    t: Texts,
    title: &'a str,
    intro: &'a str,
    action: &'a str,
    not_me_url: Option<&'a str>,
}

/// The page that a GET of a confirm link shows (200). It changes nothing.
pub fn confirm_page(account: &AccountSnapshot, form: Option<&ResolvedForm>, view: ConfirmView<'_>, t: Texts) -> Page {
    let (title, intro, _) = view.what.keys();
    let title = t.get(title);
    let mut frame = Frame::new(t, &Brand::of(&account.settings), &title);
    if view.mode == ConfirmMode::Auto {
        frame.script = Some(assets::confirm_url());
    }
    let intro = t.with(intro, &[("account", &frame.brand.name), ("email", view.email)]);
    let ConfirmView { action, not_me_url, .. } = view;
    let template = ConfirmTemplate { frame: &frame, t, title: &title, intro: &intro, action, not_me_url };
    frame.page(200, &template, "'none'", &redirects(&account.settings, form))
}

/// The page after confirming (200): the form's message or the built-in one; `used` when the link had been followed
/// before, which applies nothing.
pub fn confirmed_page(
    account: &AccountSnapshot,
    form: Option<&ResolvedForm>,
    what: Confirming,
    used: bool,
    not_me_url: Option<&str>,
    t: Texts,
) -> Page {
    let messages = form.and_then(|f| match what {
        Confirming::SignUp(SignUpKind::Signup) => Some(&f.form.signup),
        Confirming::SignUp(SignUpKind::Update) => Some(&f.form.update),
        Confirming::Address => None,
    });
    let own = messages
        .and_then(|m| m.confirmed_message.as_ref())
        .map(|m| m.pick(t.tag(), &account.settings.language.0).to_owned())
        .filter(|m| !m.is_empty());
    let text = own.unwrap_or_else(|| t.get(what.keys().2));
    let mut message = Message::new(t.get("confirmed-title"), &text);
    if used {
        message.notes.push(t.get("used-note"));
    }
    message.links.extend(not_me_url.map(|url| not_me_link(url, t)));
    show(&account.settings, 200, &message, t)
}

fn not_me_link(url: &str, t: Texts) -> Link {
    Link { before: Some(t.get("not-me-question")), href: url.to_owned(), label: t.get("not-me-link") }
}

/// The page of an expired link (410). Its button posts `again=yes` to `action`: send a fresh mail.
pub fn expired_page(settings: &AccountSettings, action: &str, t: Texts) -> Page {
    let mut message = Message::new(t.get("expired-title"), &t.get("expired-message"));
    message.buttons.push(Button::new(action, t.get("expired-button")).sending("again", "yes"));
    show(settings, 410, &message, t)
}

/// The page after asking for a fresh mail (200); the same whatever came of it.
pub fn fresh_mail_page(settings: &AccountSettings, t: Texts) -> Page {
    let message = Message::new(t.get("expired-sent-title"), &t.get("expired-sent-message"));
    show(settings, 200, &message, t)
}

/// The page of a link that leads nowhere (404). Which account it might have been is not known.
pub fn unknown_link_page(brand: &Brand, t: Texts) -> Page {
    let title = t.get("unknown-link-title");
    let frame = Frame::new(t, brand, &title);
    message_page(&frame, 404, &Message::new(title, &t.get("unknown-link-message")), "'none'")
}

/// The page behind "this wasn't me" (200): one button that posts to `action`.
pub fn not_me_page(settings: &AccountSettings, action: &str, t: Texts) -> Page {
    let account = Brand::of(settings).name;
    let mut message = Message::new(t.get("not-me-title"), &t.one("not-me-intro", "account", &account));
    message.buttons.push(Button::new(action, t.get("not-me-button")).class("large"));
    show(settings, 200, &message, t)
}

/// The page after "this wasn't me" (200).
pub fn not_me_done_page(settings: &AccountSettings, t: Texts) -> Page {
    let account = Brand::of(settings).name;
    let text = t.one("not-me-done-message", "account", &account);
    show(settings, 200, &Message::new(t.get("not-me-done-title"), &text), t)
}

fn show(settings: &AccountSettings, status: u16, message: &Message, t: Texts) -> Page {
    let frame = Frame::new(t, &Brand::of(settings), &message.title);
    message_page(&frame, status, message, "'none'")
}
