//! HTML parts written in MJML: made into HTML that mail programs show alike. Merge fields are text to it, and are filled in
//! afterwards as in any HTML part.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use mrml::prelude::render::RenderOptions;

/// Texts whose HTML is kept: those of the forms and automations in use.
const MOST_KEPT: usize = 512;

static KEPT: LazyLock<Mutex<HashMap<String, Arc<str>>>> = LazyLock::new(Mutex::default);

/// Whether an HTML part is written in MJML.
pub fn is_mjml(text: &str) -> bool {
    text.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("<mjml"))
}

/// The HTML of a text in MJML. The error is for the operator: the text was checked when it was saved.
pub fn to_html(text: &str) -> Result<Arc<str>, String> {
    if let Some(html) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Ok(Arc::clone(html));
    }
    // No web fonts: opening a mail must ask nobody else.
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    let parsed = mrml::parse(text).map_err(|fault| fault.to_string())?;
    let html: Arc<str> = parsed.element.render(&options).map_err(|fault| fault.to_string())?.into();
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(text.to_owned(), Arc::clone(&html));
    Ok(html)
}
