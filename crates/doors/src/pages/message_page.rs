//! A page that says something and perhaps offers a button or a link: most pages behind links in mails are one.

use std::collections::BTreeSet;

use askama::Template;

use super::page::{Frame, Page};

/// A button that posts.
#[derive(Clone, Debug)]
pub(super) struct Button {
    pub action: String,
    pub label: String,
    pub sends: Option<(&'static str, &'static str)>,
    /// `plain`, `large`, or `quiet`, or the latter two together.
    pub class: &'static str,
}

impl Button {
    pub fn new(action: &str, label: String) -> Self {
        Self { action: action.into(), label, sends: None, class: "plain" }
    }

    pub fn sending(self, name: &'static str, value: &'static str) -> Self {
        Self { sends: Some((name, value)), ..self }
    }

    pub fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }
}

/// A link, with words before it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub before: Option<String>,
    pub href: String,
    pub label: String,
}

/// What a message page says.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub title: String,
    pub paragraphs: Vec<String>,
    pub notes: Vec<String>,
    pub buttons: Vec<Button>,
    pub links: Vec<Link>,
}

impl Message {
    /// A title and a text; blank lines part its paragraphs.
    pub fn new(title: String, text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let paragraphs = text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect();
        Self { title, paragraphs, notes: Vec::new(), buttons: Vec::new(), links: Vec::new() }
    }
}

#[derive(Template)]
#[template(path = "pages/message.html")]
struct MessageTemplate<'a> {
    frame: &'a Frame,
    title: &'a str,
    paragraphs: &'a [String],
    notes: &'a [String],
    buttons: &'a [Button],
    links: &'a [Link],
}

pub(super) fn message_page(frame: &Frame, status: u16, message: &Message, framers: &str) -> Page {
    let Message { title, paragraphs, notes, buttons, links } = message;
    frame.page(status, &MessageTemplate { frame, title, paragraphs, notes, buttons, links }, framers, &BTreeSet::new())
}
