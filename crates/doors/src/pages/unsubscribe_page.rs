//! Unsubscribing: the question, what happened, and the way back.

use model::AccountSettings;

use super::body::{BodyFault, urlencoded};
use super::message_page::{Button, Link, Message, message_page};
use super::page::{Brand, Frame, Page};
use super::texts::Texts;

/// What a person wants no more of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// One list, by the name people read.
    List(String),
    /// Everything.
    Everything,
}

/// What an unsubscribe page is about.
#[derive(Clone, Copy, Debug)]
pub struct UnsubscribeView<'a> {
    /// The address.
    pub email: &'a str,
    /// The name of the list that the mail was for, if it was for one.
    pub list: Option<&'a str>,
    /// Where its buttons post to: the page's own path.
    pub action: &'a str,
    /// The preference page, if there is a link to it.
    pub preferences_url: Option<&'a str>,
}

/// A post to an unsubscribe link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsubscribePost {
    /// `List-Unsubscribe=One-Click` (RFC 8058): what the mail was for, at once, answered to a program.
    OneClick,
    /// This list only.
    List,
    /// Everything.
    Everything,
    /// Take the last one back.
    Undo,
}

/// Reads a post: `scope=list`, `scope=everything`, `action=undo`, or the one-click body. A program that posts anything
/// else still means to unsubscribe.
pub fn read_unsubscribe(body: &[u8], limit: usize) -> Result<UnsubscribePost, BodyFault> {
    let pairs = urlencoded(body, limit)?;
    let find = |name: &str| pairs.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_ref());
    Ok(match (find("action"), find("scope")) {
        (Some("undo"), _) => UnsubscribePost::Undo,
        (_, Some("list")) => UnsubscribePost::List,
        (_, Some("everything")) => UnsubscribePost::Everything,
        _ => UnsubscribePost::OneClick,
    })
}

/// The question (200). A GET changes nothing.
pub fn unsubscribe_page(settings: &AccountSettings, view: UnsubscribeView<'_>, t: Texts) -> Page {
    let account = Brand::of(settings).name;
    let mut message = Message::new(t.get("unsubscribe-title"), &t.one("unsubscribe-intro", "email", view.email));
    if let Some(list) = view.list {
        let label = t.one("unsubscribe-list-button", "list", list);
        message.buttons.push(Button::new(view.action, label).sending("scope", "list").class("large"));
    }
    let class = if view.list.is_some() { "large quiet" } else { "large" };
    let all = Button::new(view.action, t.one("unsubscribe-all-button", "account", &account));
    message.buttons.push(all.sending("scope", "everything").class(class));
    show(settings, message, view, t)
}

/// What happened (200), with an undo.
pub fn unsubscribed_page(settings: &AccountSettings, view: UnsubscribeView<'_>, stopped: &Stopped, t: Texts) -> Page {
    let text = what(settings, "unsubscribed", view.email, stopped, t);
    let mut message = Message::new(t.get("unsubscribed-title"), &text);
    message.notes.push(t.get("undo-question"));
    message.buttons.push(Button::new(view.action, t.get("undo-button")).sending("action", "undo").class("quiet"));
    show(settings, message, view, t)
}

/// What the undo did (200).
pub fn undone_page(settings: &AccountSettings, view: UnsubscribeView<'_>, stopped: &Stopped, t: Texts) -> Page {
    let text = what(settings, "undone", view.email, stopped, t);
    show(settings, Message::new(t.get("undone-title"), &text), view, t)
}

fn what(settings: &AccountSettings, key: &str, email: &str, stopped: &Stopped, t: Texts) -> String {
    match stopped {
        Stopped::List(list) => t.with(&format!("{key}-list"), &[("list", list), ("email", email)]),
        Stopped::Everything => {
            let account = Brand::of(settings).name;
            t.with(&format!("{key}-all"), &[("account", &account), ("email", email)])
        }
    }
}

fn show(settings: &AccountSettings, mut message: Message, view: UnsubscribeView<'_>, t: Texts) -> Page {
    let link = |url: &str| Link { before: None, href: url.to_owned(), label: t.get("preferences-link") };
    message.links.extend(view.preferences_url.map(link));
    let frame = Frame::new(t, &Brand::of(settings), &message.title);
    message_page(&frame, 200, &message, "'none'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_says_what_to_stop() {
        for (body, post) in [
            ("List-Unsubscribe=One-Click", UnsubscribePost::OneClick),
            ("", UnsubscribePost::OneClick),
            ("scope=list", UnsubscribePost::List),
            ("scope=everything&x=1", UnsubscribePost::Everything),
            ("action=undo", UnsubscribePost::Undo),
        ] {
            assert_eq!(read_unsubscribe(body.as_bytes(), 1000), Ok(post), "{body}");
        }
        assert_eq!(read_unsubscribe(b"scope=%ff", 1000), Err(BodyFault::NotUtf8));
    }
}
