//! Pages for what went wrong as a whole.

use model::Refusal;

use super::json_form::{refusal_minutes, refusal_status};
use super::message_page::{Message, message_page};
use super::page::{Brand, Frame, Page};
use super::texts::Texts;

/// The page for a status of 400, 403, 404, 405, 410, 413, 415, 422, 429, 500 or 503; any other shows the words of 400 or
/// 500. `minutes` is the wait that 429 names. Where no account is known, the brand is `Brand::default()`.
pub fn error_page(brand: &Brand, status: u16, minutes: u64, t: Texts) -> Page {
    let (title, text) = words(status, minutes, t);
    let frame = Frame::new(t, brand, &title);
    message_page(&frame, status, &Message::new(title, &text), "'none'")
}

/// The page for a refusal that is not shown in another way.
pub fn refusal_page(brand: &Brand, refusal: &Refusal, t: Texts) -> Page {
    error_page(brand, refusal_status(refusal), refusal_minutes(refusal), t)
}

/// Title and text for a status.
pub(super) fn words(status: u16, minutes: u64, t: Texts) -> (String, String) {
    let known = [400, 403, 404, 405, 410, 413, 415, 422, 429, 500, 503];
    let shown = match status {
        status if known.contains(&status) => status,
        400..500 => 400,
        _ => 500,
    };
    let key = format!("error-{shown}");
    (t.get(&format!("{key}-title")), t.count(&key, "minutes", minutes.max(1)))
}
