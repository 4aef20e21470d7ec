//! `signup.aspx`: the integrated form. A POST sends the browser back where it came from; a GET shows a small form of our
//! own, which sites put into an iframe (reference, section 8).

use axum::body::Body;
use http::header::{CACHE_CONTROL, HeaderValue, LOCATION, REFERRER_POLICY, RETRY_AFTER};
use http::{Method, Response, StatusCode};
use model::{FormId, Refusal};

use super::call::Call;
use super::customer::Sent;
use super::refusals::{self, Resource};
use super::signup_aspx::{FormError, FormPost};
use crate::challenge_answers::{AFTER_WORK, CHALLENGED, honeypot_of, page_of};
use crate::page_answers::{asked, shown};
use crate::pages::{self, IntegratedFault, IntegratedForm, Page, Texts};

/// The form of this page has no number: its tickets and challenges are the account's.
const NO_FORM: FormId = FormId(0);

/// Answers GET and POST.
pub(super) async fn answer(call: &Call<'_>) -> Response<Body> {
    let settings = &call.account.settings;
    let texts = pages::for_page(settings, asked(call.headers, call.query.get("language")));
    if call.reads() {
        let blank =
            FormPost { return_url: call.query.get("ReturnUrl").unwrap_or_default().to_owned(), ..FormPost::default() };
        return form(call, &blank, Asking::First, texts);
    }
    if *call.method != Method::POST {
        return refusals::method_not_allowed(Resource::Customer, "GET, POST").map(Body::from);
    }
    let ticket = pages::ticket_in(Some("application/x-www-form-urlencoded"), call.body);
    let rotated = ticket.and_then(|t| call.doors.intake.tickets().honeypot(&t));
    let post = FormPost::parse(call.body, &[rotated.as_deref(), honeypot_of(call.account)]);
    let error = if let Some(fault) = post.fault() {
        Some(fault)
    } else {
        let given = post.sign_up(call.account, call.origin());
        let signals = post.challenge.signals(Some(page_of(call.account, call.headers)));
        match call.doors.intake.create_customer(call.account, given, None, &signals).await {
            Ok(_) => None,
            Err(Refusal::Duplicate) => Some(FormError::EmailExists),
            Err(Refusal::Faults(_)) => Some(FormError::InvalidEmail),
            Err(Refusal::Challenge) => return form(call, &post, Asking::Challenge, texts),
            Err(why @ (Refusal::TooMany(_) | Refusal::Busy(_) | Refusal::Unavailable(_))) => {
                let mut response = framed(pages::integrated_wait_page(settings, &why, texts));
                if let Some(seconds) = pages::retry_after(&why) {
                    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
                }
                return response;
            }
            Err(other) => {
                let refused = call.refused(Resource::Customer, &other, &post.email, &Sent::default());
                return super::call::whole(Err(refused)).map(Body::from);
            }
        }
    };
    if let Some(place) = post.redirect(error, &settings.allowed_return_hosts)
        && let Ok(place) = HeaderValue::from_str(&place)
    {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, place);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return response;
    }
    match error {
        None => framed(pages::integrated_done_page(settings, texts)),
        Some(error) => form(call, &post, Asking::Again(error), texts),
    }
}

/// A page of this door. Its form says which site it is on: the guard asks.
fn framed(page: Page) -> Response<Body> {
    let mut response = shown(page);
    let policy = HeaderValue::from_static("strict-origin-when-cross-origin");
    response.headers_mut().insert(REFERRER_POLICY, policy);
    response
}

/// Why the form is shown.
#[derive(Clone, Copy)]
enum Asking {
    First,
    Again(FormError),
    /// It was sent, and something is to be solved first.
    Challenge,
}

fn form(call: &Call<'_>, typed: &FormPost, asking: Asking, texts: Texts) -> Response<Body> {
    let fault = match asking {
        Asking::Again(error) => Some(match error {
            FormError::NoEmail => IntegratedFault::EmailBlank,
            FormError::InvalidEmail => IntegratedFault::EmailMalformed,
            FormError::NoLastName => IntegratedFault::LastNameBlank,
            FormError::EmailExists => IntegratedFault::EmailKnown,
        }),
        Asking::First | Asking::Challenge => None,
    };
    let again = matches!(asking, Asking::Challenge);
    let intake = &call.doors.intake;
    let ticket = intake.tickets().issue(call.account.id, NO_FORM, intake.store().ambient());
    let mut hidden = vec![("ticket", ticket.text)];
    // An address to go back to may be in the page's own address.
    if !typed.return_url.is_empty() {
        hidden.push(("ReturnUrl", typed.return_url.clone()));
    }
    let wanted = again || matches!(asking, Asking::First) && intake.under_attack(call.account, None);
    let challenge = if wanted { intake.challenge(call.account, None) } else { None };
    if again && challenge.is_some() {
        hidden.push((CHALLENGED, AFTER_WORK.to_owned()));
    }
    let view = IntegratedForm {
        first_name: &typed.first_name,
        last_name: &typed.last_name,
        email: &typed.email,
        fault,
        hidden,
        honeypot: &ticket.honeypot,
        challenge,
        again,
    };
    framed(pages::integrated_page(&call.account.settings, &view, texts))
}
