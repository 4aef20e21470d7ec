//! The page on which a customer sets a password, and what follows.

use askama::Template;
use model::AccountSettings;

use super::controls::{Control, ControlKind};
use super::message_page::{Message, message_page};
use super::page::{Brand, Frame, Page};
use super::texts::Texts;

#[derive(Template)]
#[template(path = "pages/password.html")]
struct PasswordTemplate<'a> {
    frame: &'a Frame,
    t: Texts,
    intro: &'a str,
    action: &'a str,
    token: &'a str,
    password: &'a Control,
}

/// The page behind the link of a password mail (200): posts `token` and `password` to `action`. `faulty`: the password
/// that was sent is too short or too long (422); it is not shown again.
pub fn password_page(settings: &AccountSettings, action: &str, token: &str, faulty: bool, t: Texts) -> Page {
    let title = t.get("password-title");
    let shown = if faulty { format!("{} {title}", t.get("error-prefix")) } else { title };
    let frame = Frame::new(t, &Brand::of(settings), &shown);
    let intro = t.one("password-intro", "account", &frame.brand.name);
    let password = Control {
        name: "password".into(),
        kind: ControlKind::Input,
        input_type: "password",
        label: t.get("password-label"),
        hint: Some(t.get("password-hint")),
        required: true,
        autocomplete: Some("new-password"),
        max_length: Some(100),
        step: None,
        options: Vec::new(),
        value: String::new(),
        error: faulty.then(|| t.get("password-fault")),
    };
    let template = PasswordTemplate { frame: &frame, t, intro: &intro, action, token, password: &password };
    frame.plain(if faulty { 422 } else { 200 }, &template)
}

/// The page after the password was set (200).
pub fn password_set_page(settings: &AccountSettings, t: Texts) -> Page {
    show(settings, 200, t.get("password-set-title"), &t.get("password-set-message"), t)
}

/// The page of a link that was used before (200); a password is set once.
pub fn password_used_page(settings: &AccountSettings, t: Texts) -> Page {
    show(settings, 200, t.get("password-used-title"), &t.get("password-used-message"), t)
}

/// The page of a link whose time is over (410).
pub fn password_expired_page(settings: &AccountSettings, t: Texts) -> Page {
    show(settings, 410, t.get("expired-title"), &t.get("password-expired-message"), t)
}

fn show(settings: &AccountSettings, status: u16, title: String, text: &str, t: Texts) -> Page {
    let message = Message::new(title, text);
    let frame = Frame::new(t, &Brand::of(settings), &message.title);
    message_page(&frame, status, &message, "'none'")
}
