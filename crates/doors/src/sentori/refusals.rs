//! Sentori's answers: the status text is the HTTP/1.1 reason phrase and, since many clients hide that, the body too
//! (reference, section 2.2). v2.0 answers with a code and a message in JSON (section 11).

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::ext::ReasonPhrase;
use model::{Fault, Refusal};

/// The longest reason phrase, as in ASP.NET.
const LONGEST_PHRASE: usize = 512;

/// A status with its text and, where a caller should come back, when.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    code: StatusCode,
    text: String,
    retry_after: Option<Duration>,
}

impl Status {
    fn new(code: StatusCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), retry_after: None }
    }

    pub(super) fn invalid(parameter: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid Parameters [{parameter}]"))
    }

    pub(super) fn no_key() -> Self {
        Self::new(StatusCode::FORBIDDEN, "No API Key Specified")
    }

    pub(super) fn no_account() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Account not found")
    }

    pub(super) fn mail_failed() -> Self {
        Self::new(StatusCode::PARTIAL_CONTENT, "Contact created but failed to send confirmation email")
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large")
    }

    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Error")
    }

    /// One fault of a signup.
    pub(super) fn of_fault(fault: &Fault) -> Self {
        let missing = |text: String| Self::new(StatusCode::NOT_FOUND, text);
        match fault {
            Fault::Email(_) => Self::invalid("EmailAddress"),
            Fault::FormUnknown => missing("Signup Form not found".into()),
            Fault::ListUnknown(list) => missing(format!("Mailing list not found [{list}]")),
            Fault::NoFieldsGiven => missing("No Contact Fields submitted, but form has required fields".into()),
            Fault::FieldRequired(name) => missing(format!("Required Contact Field is missing or blank [{name}]")),
            Fault::FieldUnknown(name) | Fault::FieldNotOnForms(name) | Fault::FieldInvalid(name, _) => {
                Self::invalid(name)
            }
            Fault::TagUnknown(tag) => missing(format!("Tag not found [{tag}]")),
            // No statement can be sent through this door.
            Fault::StatementUnknown(name) | Fault::StatementRequired(name) => Self::invalid(name),
        }
    }

    /// Any other refusal.
    pub(super) fn of_refusal(refusal: &Refusal) -> Self {
        let later = |code, text: &str, after: &Duration| Self { retry_after: Some(*after), ..Self::new(code, text) };
        match refusal {
            Refusal::Faults(faults) => faults.first().map_or_else(Self::internal, Self::of_fault),
            Refusal::TooMany(after) => later(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", after),
            Refusal::Busy(after) | Refusal::Unavailable(after) => {
                later(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", after)
            }
            // Callers with credentials are spared challenges and rules for browsers.
            Refusal::Challenge
            | Refusal::Blocked
            | Refusal::Duplicate
            | Refusal::NotFound
            | Refusal::Expired
            | Refusal::Used
            | Refusal::Internal => Self::internal(),
        }
    }
}

/// `200 OK` with an empty body.
pub(super) fn ok() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    response
}

/// Any other answer of `signup.ashx`.
pub(super) fn respond(status: &Status) -> Response {
    let text = without_controls(&status.text);
    let phrase = phrase(&text);
    let mut response = (status.code, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    if let Some(after) = status.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
    }
    if let Ok(phrase) = ReasonPhrase::try_from(phrase.into_bytes()) {
        response.extensions_mut().insert(phrase);
    }
    response
}

/// What a caller sent is echoed without control characters, so that it cannot add headers.
fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn phrase(text: &str) -> String {
    text.chars().take(LONGEST_PHRASE).map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

/// An import refused: in the body also what is wrong where.
pub(super) fn import_refused(code: StatusCode, text: &'static str, report: &[String]) -> Response {
    let mut response = respond(&Status::new(code, text));
    if !report.is_empty() {
        let lines: Vec<_> = report.iter().map(|line| without_controls(line)).collect();
        *response.body_mut() = format!("{text}\n{}\n", lines.join("\n")).into();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

/// Any other method than POST on the signup and the import.
pub(super) async fn signup_method() -> Response {
    not_allowed("POST")
}

/// Any other method than GET on the template.
pub(super) async fn get_method() -> Response {
    not_allowed("GET")
}

fn not_allowed(allowed: &'static str) -> Response {
    let mut response = respond(&Status::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// Any other method than GET on a v2.0 call.
pub(super) async fn api_method() -> Response {
    other_method("GET")
}

/// Any other method than POST on a v2.0 call.
pub(super) async fn api_post_method() -> Response {
    other_method("POST")
}

fn other_method(allowed: &'static str) -> Response {
    let mut response = ApiFault { status: StatusCode::METHOD_NOT_ALLOWED, ..ApiFault::REQUEST }.respond();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// An error of v2.0.
#[derive(Clone, Copy, Debug)]
pub(super) struct ApiFault {
    code: i32,
    message: &'static str,
    status: StatusCode,
}

impl ApiFault {
    const fn of(code: i32, message: &'static str, status: StatusCode) -> Self {
        Self { code, message, status }
    }

    pub(super) const REQUEST: Self = Self::of(-1, "Bad request", StatusCode::BAD_REQUEST);
    pub(super) const TOO_LARGE: Self = Self::of(-1, "Bad request", StatusCode::PAYLOAD_TOO_LARGE);
    pub(super) const KEY: Self = Self::of(1, "API Key not valid", StatusCode::FORBIDDEN);
    pub(super) const EMAIL: Self = Self::of(100, "Email Address not valid", StatusCode::BAD_REQUEST);
    pub(super) const CONTACT: Self = Self::of(101, "Contact not found", StatusCode::NOT_FOUND);
    pub(super) const IN_USE: Self = Self::of(102, "Email Address already in use", StatusCode::BAD_REQUEST);
    pub(super) const FIELDS: Self = Self::of(103, "Contact Fields not valid", StatusCode::BAD_REQUEST);
    pub(super) const MISMATCH: Self =
        Self::of(104, "Email Addresses not valid (URI and body must match)", StatusCode::BAD_REQUEST);
    pub(super) const SUPPRESSED: Self = Self::of(106, "Email Address is Suppressed", StatusCode::BAD_REQUEST);
    pub(super) const BAD_ADDRESS: Self = Self::of(107, "Email Address marked as Bad", StatusCode::BAD_REQUEST);
    pub(super) const LIST: Self = Self::of(200, "Mailing List not found", StatusCode::NOT_FOUND);
    /// The vendor's table is cut off before automations; this is the nearest that it says.
    pub(super) const AUTOMATION: Self = Self::of(300, "Document not found", StatusCode::NOT_FOUND);

    /// The answer, with `Retry-After` where the store is out of reach.
    pub(super) fn respond(self) -> Response {
        let body = serde_json::json!({ "Code": self.code, "Message": self.message }).to_string();
        api_json(self.status, body)
    }

    /// What a v2.0 caller is told of the store's trouble.
    pub(super) fn of_store(error: &store::StoreError) -> Response {
        Self::of_refusal(&intake::refusal(error))
    }

    /// What a v2.0 caller is told of trouble of ours.
    pub(super) fn of_refusal(refusal: &Refusal) -> Response {
        let status = Status::of_refusal(refusal);
        let body = serde_json::json!({ "Code": -1, "Message": status.text }).to_string();
        let mut response = api_json(status.code, body);
        if let Some(after) = status.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

/// A JSON answer of v2.0.
pub(super) fn api_json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_echoed_cannot_add_a_header() {
        let status = Status::of_fault(&Fault::TagUnknown("V\r\nX: y\0 é".into()));
        let response = respond(&status);
        let phrase = response.extensions().get::<ReasonPhrase>().expect("a phrase");
        assert_eq!(phrase.as_bytes(), b"Tag not found [V  X: y  ?]");
        let long = Status::of_fault(&Fault::TagUnknown("x".repeat(2000)));
        assert_eq!(respond(&long).extensions().get::<ReasonPhrase>().expect("a phrase").as_bytes().len(), 512);
    }
}
