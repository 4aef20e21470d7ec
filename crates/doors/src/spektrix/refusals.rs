//! Every error body of this dialect, and how the domain's refusals become one.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use model::{AccountSnapshot, EmailFault, Fault, Refusal, ValueFault};
use serde::Serialize;

use super::answers;
use super::auth::{AuthFault, SCHEME};
use super::customer::{Sent, key_of};
use super::wire::{BodyFault, InputFault, Invalid};

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Resource {
    /// A customer.
    Customer,
    /// A tag.
    Tag,
    /// A statement.
    Statement,
    /// A tag group.
    TagGroup,
    /// A postal address.
    Address,
    /// A country.
    Country,
    /// The account that the URL names.
    Client,
}

/// A row of the error table: the vendor's number and phrase, and the status it goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Internal,
    NotFound,
    BadRequest,
    Duplicate,
    Forbidden,
    MethodNotAllowed,
    TooMany,
    Unavailable,
}

impl Row {
    /// Only number 3 is documented by the vendor.
    fn parts(self) -> (u8, &'static str, StatusCode) {
        match self {
            Self::Internal => (0, "Internal Server Error", StatusCode::INTERNAL_SERVER_ERROR),
            Self::NotFound => (1, "Not Found", StatusCode::NOT_FOUND),
            Self::BadRequest => (2, "Bad Request", StatusCode::BAD_REQUEST),
            Self::Duplicate => (3, "Duplicate Entry", StatusCode::BAD_REQUEST),
            Self::Forbidden => (4, "Forbidden", StatusCode::FORBIDDEN),
            Self::MethodNotAllowed => (5, "Method Not Allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::TooMany => (6, "Too Many Requests", StatusCode::TOO_MANY_REQUESTS),
            Self::Unavailable => (0, "Service Unavailable", StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorObject<'a> {
    resource_type: Resource,
    resource_identifiers: &'a [&'a str],
    error_code: u8,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_inputs: Option<Vec<InvalidInput<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<ChallengeOffer>,
}

/// Where and what to solve: fetch `url`, do the work, send the same call again with the solution as `name`.
#[derive(Serialize)]
struct ChallengeOffer {
    kind: &'static str,
    url: String,
    name: &'static str,
}

#[derive(Serialize)]
struct InvalidInput<'a> {
    key: &'a str,
    value: Vec<&'a str>,
}

fn error(row: Row, resource: Resource, identifiers: &[&str]) -> Response<Bytes> {
    let (error_code, message, status) = row.parts();
    let body = ErrorObject {
        resource_type: resource,
        resource_identifiers: identifiers,
        error_code,
        message,
        invalid_inputs: None,
        problems: None,
        challenge: None,
    };
    no_store(status, &body)
}

/// `403`: solve a challenge first, then the same call passes.
pub fn challenge(resource: Resource, client: &str) -> Response<Bytes> {
    let (error_code, message, status) = Row::Forbidden.parts();
    let offer = ChallengeOffer { kind: "altcha", url: format!("/{client}/challenge"), name: "altcha" };
    let body = ErrorObject {
        resource_type: resource,
        resource_identifiers: &[],
        error_code,
        message,
        invalid_inputs: None,
        problems: None,
        challenge: Some(offer),
    };
    no_store(status, &body)
}

fn no_store(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    answers::json(status, HeaderValue::from_static("no-store"), answers::to_bytes(body))
}

fn with(mut response: Response<Bytes>, name: HeaderName, value: &str) -> Response<Bytes> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// `400` with every fault, once by key and once as sentences.
pub fn invalid(resource: Resource, faults: &[Invalid]) -> Response<Bytes> {
    let mut inputs: Vec<InvalidInput<'_>> = Vec::new();
    for fault in faults {
        match inputs.iter_mut().find(|i| i.key == fault.key) {
            Some(known) => known.value.push(&fault.text),
            None => inputs.push(InvalidInput { key: &fault.key, value: vec![&fault.text] }),
        }
    }
    bad_request(resource, inputs, faults.iter().map(|f| f.text.as_str()).collect())
}

/// `400` for a body that could not be read.
pub fn unreadable(resource: Resource, fault: BodyFault) -> Response<Bytes> {
    bad_request(resource, Vec::new(), vec![fault.text()])
}

fn bad_request<'a>(resource: Resource, inputs: Vec<InvalidInput<'a>>, problems: Vec<&'a str>) -> Response<Bytes> {
    let (error_code, message, status) = Row::BadRequest.parts();
    let body = ErrorObject {
        resource_type: resource,
        resource_identifiers: &[],
        error_code,
        message,
        invalid_inputs: Some(inputs),
        problems: Some(problems),
        challenge: None,
    };
    no_store(status, &body)
}

/// `400` for either kind of input that was not taken.
pub fn input(resource: Resource, fault: &InputFault) -> Response<Bytes> {
    match fault {
        InputFault::Body(fault) => unreadable(resource, *fault),
        InputFault::Invalid(faults) => invalid(resource, faults),
    }
}

/// `400`: the address, as sent, belongs to a customer already.
pub fn duplicate(email: &str) -> Response<Bytes> {
    error(Row::Duplicate, Resource::Customer, &[email])
}

/// `404`, also for a failed login.
pub fn not_found(resource: Resource, identifiers: &[&str]) -> Response<Bytes> {
    error(Row::NotFound, resource, identifiers)
}

/// `403`: known and not allowed.
pub fn forbidden(resource: Resource) -> Response<Bytes> {
    error(Row::Forbidden, resource, &[])
}

/// `405` with `Allow`.
pub fn method_not_allowed(resource: Resource, allow: &str) -> Response<Bytes> {
    with(error(Row::MethodNotAllowed, resource, &[]), ALLOW, allow)
}

/// `413` as the vendor's table has no row for it: a bad request that was too large to read.
pub fn too_large(resource: Resource) -> Response<Bytes> {
    let mut response = bad_request(resource, Vec::new(), vec!["The request body is too large."]);
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    response
}

/// `429`; try again after this time.
pub fn too_many(resource: Resource, after: Duration) -> Response<Bytes> {
    with(error(Row::TooMany, resource, &[]), RETRY_AFTER, &seconds(after))
}

/// `503`; try again after this time.
pub fn unavailable(resource: Resource, after: Duration) -> Response<Bytes> {
    with(error(Row::Unavailable, resource, &[]), RETRY_AFTER, &seconds(after))
}

/// `500`, without details.
pub fn internal(resource: Resource) -> Response<Bytes> {
    error(Row::Internal, resource, &[])
}

/// Whole seconds, rounded up, at least one.
fn seconds(after: Duration) -> String {
    (after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1).to_string()
}

#[derive(Serialize)]
struct Message {
    key: &'static str,
    value: &'static str,
}

const DENIED: Message = Message { key: "Message", value: "Authorization has been denied for this request." };

/// `401` of a call without credentials where some are needed.
pub fn unauthorized() -> Response<Bytes> {
    no_store(StatusCode::UNAUTHORIZED, &[DENIED])
}

/// `401` of a signed call.
pub fn signature_refused(fault: AuthFault) -> Response<Bytes> {
    let body = [DENIED, Message { key: "MessageDetail", value: fault.detail() }];
    with(no_store(StatusCode::UNAUTHORIZED, &body), WWW_AUTHENTICATE, SCHEME)
}

/// `401` of a signed call to a path for browsers.
pub fn signed_on_web_path() -> Response<Bytes> {
    with(unauthorized(), WWW_AUTHENTICATE, SCHEME)
}

/// The page that a call taken for a robot gets: `403`, HTML as the vendor's protection sends.
pub fn blocked() -> Response<Bytes> {
    const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head><meta charset=\"utf-8\"><title>Access \
        denied</title></head>\n<body>\n<h1>Access denied</h1>\n<p>This request looks as if it was made by a program. \
        Please use the sign-up form in your browser, or ask the organisation for help.</p>\n</body>\n</html>\n";
    let mut response = Response::new(Bytes::from_static(PAGE.as_bytes()));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let response = with(response, http::header::CACHE_CONTROL, "no-store");
    with(response, http::header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")
}

/// What a refusal of the intake is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The kind of thing.
    pub resource: Resource,
    /// What names it in a `404`.
    pub identifiers: &'a [&'a str],
    /// The address as sent, for a duplicate.
    pub email: &'a str,
    /// Names attributes.
    pub account: &'a AccountSnapshot,
    /// The keys that came.
    pub sent: &'a Sent<'a>,
}

/// A refusal of the intake, in this dialect.
pub fn from_refusal(refusal: &Refusal, about: &About<'_>) -> Response<Bytes> {
    match refusal {
        Refusal::Faults(faults) => {
            let faults: Vec<_> = faults.iter().map(|f| from_fault(f, about.account, about.sent)).collect();
            invalid(about.resource, &faults)
        }
        Refusal::Duplicate => duplicate(about.email),
        // A link that is over or used is one that is not there.
        Refusal::NotFound | Refusal::Expired | Refusal::Used => not_found(about.resource, about.identifiers),
        Refusal::Challenge => challenge(about.resource, &about.account.settings.slug),
        Refusal::Blocked => blocked(),
        Refusal::TooMany(after) => too_many(about.resource, *after),
        Refusal::Busy(after) | Refusal::Unavailable(after) => unavailable(about.resource, *after),
        Refusal::Internal => internal(about.resource),
    }
}

/// One fault of the intake, under the key that the caller knows.
pub fn from_fault(fault: &Fault, account: &AccountSnapshot, sent: &Sent<'_>) -> Invalid {
    let key = |name: &str| key_of(name, account, sent);
    match fault {
        Fault::Email(EmailFault::Blank) => Invalid::required("Email"),
        Fault::Email(EmailFault::TooLong | EmailFault::Malformed) => Invalid::not_an_email("Email"),
        Fault::FormUnknown => Invalid::other("Form", "The form is not known."),
        Fault::ListUnknown(id) => Invalid::value("MailingLists", id),
        Fault::NoFieldsGiven => Invalid::other("Form", "The form requires fields and none was given."),
        Fault::FieldRequired(name) => Invalid::required(&key(name)),
        Fault::FieldUnknown(name) | Fault::FieldNotOnForms(name) => {
            let key = key(name);
            Invalid::other(&key, format!("The field {key} is not known."))
        }
        Fault::FieldInvalid(name, ValueFault::TooLong(most)) => Invalid::too_long(&key(name), *most),
        Fault::FieldInvalid(name, ValueFault::WrongType | ValueFault::NotAnOption | ValueFault::Control) => {
            let key = key(name);
            Invalid::other(&key, format!("The value is not valid for {key}."))
        }
        Fault::TagUnknown(id) => Invalid::value("Tags", id),
        Fault::StatementUnknown(id) => Invalid::value("AgreedStatements", id),
        Fault::StatementRequired(id) => {
            Invalid::other("AgreedStatements", format!("The statement '{id}' must be agreed to."))
        }
    }
}

/// An identifier fit to be shown back: without control characters, at most 255 characters.
pub fn shown(identifier: &str) -> Cow<'_, str> {
    if identifier.len() <= 255 && !identifier.chars().any(char::is_control) {
        return Cow::Borrowed(identifier);
    }
    Cow::Owned(identifier.chars().filter(|c| !c.is_control()).take(255).collect())
}
