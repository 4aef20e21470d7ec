//! What is shown when something cannot be done.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use model::Refusal;

use crate::access::status;
use crate::ctx::{Ctx, Fail};
use crate::shell::{self, Shell};

#[derive(Template)]
#[template(path = "console/message.html")]
struct Message<'a> {
    shell: &'a Shell,
    title: &'a str,
    text: &'a str,
}

/// The page of a failure.
pub(crate) fn show(ctx: &Ctx, fail: Fail) -> Response {
    let refusal = match &fail {
        Fail::Store(error) => Some(intake::refusal(error)),
        Fail::Refused(refusal) => Some(refusal.clone()),
        _ => None,
    };
    let conflict = matches!(&fail, Fail::Store(store::StoreError::Conflict(_)));
    let (status, key) = match (&fail, &refusal) {
        _ if conflict => (409, "conflict"),
        (Fail::NotFound, _) => (404, "not-found"),
        (Fail::Forbidden, _) => (403, "forbidden"),
        (Fail::Malformed, _) => (400, "malformed"),
        (_, Some(refusal)) => (status(refusal), refused(refusal)),
        (_, None) => (500, "internal"),
    };
    let title = ctx.words.get(&format!("fail-{key}-title"));
    let text = ctx.words.get(&format!("fail-{key}"));
    let shell = ctx.shell(&title, "");
    let mut response = shell::page(status, &Message { shell: &shell, title: &title, text: &text });
    let wait = match refusal {
        Some(Refusal::Busy(wait) | Refusal::Unavailable(wait) | Refusal::TooMany(wait)) => Some(wait),
        _ => None,
    };
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

fn refused(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotFound => "not-found",
        Refusal::Faults(_) => "malformed",
        Refusal::Duplicate | Refusal::Used => "conflict",
        Refusal::Busy(_) | Refusal::Unavailable(_) | Refusal::TooMany(_) => "busy",
        _ => "internal",
    }
}
