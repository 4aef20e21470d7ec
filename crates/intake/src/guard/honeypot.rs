//! The honeypot: a field that people cannot see. Its name changes with every rendering (see `ticket`); an account may
//! also have a fixed one for snippets.

use super::verdict::{Reason, Reasons};

/// What the text found in the honeypot says. White space counts as nothing.
pub(super) fn reasons(text: Option<&str>) -> Reasons {
    let mut reasons = Reasons::NONE;
    reasons.add_if(text.is_some_and(|t| !t.trim().is_empty()), Reason::HoneypotFilled);
    reasons
}
