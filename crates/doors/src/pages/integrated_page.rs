//! The small form that `signup.aspx` shows when it is opened rather than posted to, and what follows it: sites put it into
//! a frame (Spektrix reference, section 8).

use std::collections::BTreeSet;

use askama::Template;
use model::{AccountSettings, Refusal};

use super::assets;
use super::controls::{Control, ControlKind};
use super::error_page::words;
use super::json_form::{refusal_minutes, refusal_status};
use super::message_page::{Message, message_page};
use super::page::{Brand, Frame, Page, framers};
use super::texts::Texts;

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegratedFault {
    /// No address.
    EmailBlank,
    /// Something that is none.
    EmailMalformed,
    /// No last name.
    LastNameBlank,
    /// The address is a customer's.
    EmailKnown,
}

/// What the form shows.
#[derive(Clone, Debug, Default)]
pub struct IntegratedForm<'a> {
    /// As typed.
    pub first_name: &'a str,
    /// As typed.
    pub last_name: &'a str,
    /// As typed.
    pub email: &'a str,
    /// What is wrong with it.
    pub fault: Option<IntegratedFault>,
    /// Hidden controls: name and value.
    pub hidden: Vec<(&'static str, String)>,
    /// The name of the field that people leave empty.
    pub honeypot: &'a str,
    /// A proof of work to do before it is sent, as JSON for the widget.
    pub challenge: Option<String>,
    /// Whether it was sent before, and that is why.
    pub again: bool,
}

#[derive(Template)]
#[template(path = "pages/integrated.html")]
struct IntegratedTemplate<'a> {
    frame: &'a Frame,
    t: Texts,
    view: &'a IntegratedForm<'a>,
    fields: &'a [Control],
    bad: Option<&'a Control>,
}

/// The form: 200 at first, 422 with a fault, 403 where it was sent and a challenge must be solved first.
pub fn integrated_page(settings: &AccountSettings, view: &IntegratedForm<'_>, t: Texts) -> Page {
    let title = t.get("form-send");
    let shown = if view.fault.is_some() { format!("{} {title}", t.get("error-prefix")) } else { title };
    let mut frame = Frame::new(t, &Brand::of(settings), &shown);
    frame.script = view.challenge.as_ref().map(|_| assets::challenge_url());
    let (email_error, last_name_error) = match view.fault {
        None => (None, None),
        Some(IntegratedFault::EmailBlank) => (Some(t.get("fault-email-blank")), None),
        Some(IntegratedFault::EmailMalformed) => (Some(t.get("fault-email-malformed")), None),
        Some(IntegratedFault::EmailKnown) => (Some(t.get("fault-email-known")), None),
        Some(IntegratedFault::LastNameBlank) => (None, Some(t.one("fault-required", "label", &label(t, "LastName")))),
    };
    let fields = [
        Control { autocomplete: Some("given-name"), ..control(t, "FirstName", 30, view.first_name) },
        Control {
            required: true,
            autocomplete: Some("family-name"),
            error: last_name_error,
            ..control(t, "LastName", 80, view.last_name)
        },
        Control {
            name: "Email".into(),
            input_type: "email",
            required: true,
            autocomplete: Some("email"),
            error: email_error,
            ..control(t, "EmailAddress", 255, view.email)
        },
    ];
    let bad = fields.iter().find(|c| c.error.is_some());
    let template = IntegratedTemplate { frame: &frame, t, view, fields: &fields, bad };
    let status = if view.again {
        403
    } else if bad.is_some() {
        422
    } else {
        200
    };
    // Where it leads in the end is an address that was checked; browsers hold redirects of a form to this list too.
    let anywhere = BTreeSet::from(["https:".to_owned(), "http:".to_owned()]);
    frame.page(status, &template, &framers(settings), &anywhere)
}

/// The page after sending, where no address to go back to was given (200).
pub fn integrated_done_page(settings: &AccountSettings, t: Texts) -> Page {
    says(settings, 200, t.get("submitted-title"), &t.get("submitted-applied"), t)
}

/// The page that asks for patience (429 or 503).
pub fn integrated_wait_page(settings: &AccountSettings, refusal: &Refusal, t: Texts) -> Page {
    let status = refusal_status(refusal);
    let (title, text) = words(status, refusal_minutes(refusal), t);
    says(settings, status, title, &text, t)
}

fn says(settings: &AccountSettings, status: u16, title: String, text: &str, t: Texts) -> Page {
    let frame = Frame::new(t, &Brand::of(settings), &title);
    message_page(&frame, status, &Message::new(title, text), &framers(settings))
}

fn label(t: Texts, system_name: &str) -> String {
    t.field_label(system_name).unwrap_or_else(|| system_name.to_owned())
}

fn control(t: Texts, system_name: &str, most: u16, value: &str) -> Control {
    Control {
        name: system_name.into(),
        kind: ControlKind::Input,
        input_type: "text",
        label: label(t, system_name),
        hint: None,
        required: false,
        autocomplete: None,
        max_length: Some(most),
        step: None,
        options: Vec::new(),
        value: value.to_owned(),
        error: None,
    }
}
