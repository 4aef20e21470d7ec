//! `signup.aspx`: the integrated form. A POST sends the browser back where it came from; a GET shows a small form of our
//! own, which sites put into an iframe (reference, section 8).

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY, RETRY_AFTER,
};
use http::{Method, Response, StatusCode};
use model::{FormId, Refusal};

use super::call::{Answer, Call};
use super::customer::Sent;
use super::refusals::{self, Resource};
use super::signup_aspx::{FormError, FormPost};
use crate::challenge_answers::{AFTER_WORK, CHALLENGED, honeypot_of, page_of};
use crate::pages;

/// The form of this page has no number: its tickets and challenges are the account's.
const NO_FORM: FormId = FormId(0);

/// Answers GET and POST.
pub(super) async fn answer(call: &Call<'_>) -> Answer {
    if call.reads() {
        let blank =
            FormPost { return_url: call.query.get("ReturnUrl").unwrap_or_default().to_owned(), ..FormPost::default() };
        return Ok(show(call, &blank, Asking::First, StatusCode::OK));
    }
    if *call.method != Method::POST {
        return Err(refusals::method_not_allowed(Resource::Customer, "GET, POST").into());
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
            Err(Refusal::Challenge) => return Ok(show(call, &post, Asking::Challenge, StatusCode::FORBIDDEN)),
            Err(Refusal::TooMany(after)) => return Ok(wait(call, after, StatusCode::TOO_MANY_REQUESTS)),
            Err(Refusal::Busy(after) | Refusal::Unavailable(after)) => {
                return Ok(wait(call, after, StatusCode::SERVICE_UNAVAILABLE));
            }
            Err(other) => return Err(call.refused(Resource::Customer, &other, &post.email, &Sent::default())),
        }
    };
    if let Some(place) = post.redirect(error, &call.account.settings.allowed_return_hosts)
        && let Ok(place) = HeaderValue::from_str(&place)
    {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, place);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return Ok(response);
    }
    Ok(match error {
        None => page(call, "<h1>Thank you</h1>\n<p>You are signed up.</p>", StatusCode::OK),
        Some(error) => show(call, &post, Asking::Again(error), StatusCode::UNPROCESSABLE_ENTITY),
    })
}

/// A page that asks for patience.
fn wait(call: &Call<'_>, after: std::time::Duration, status: StatusCode) -> Response<Bytes> {
    let text = "<h1>Please try again later</h1>\n<p>We cannot take this right now. Nothing was lost: please send it \
        again in a little while.</p>";
    let mut response = page(call, text, status);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
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

fn show(call: &Call<'_>, typed: &FormPost, asking: Asking, status: StatusCode) -> Response<Bytes> {
    let told = match asking {
        Asking::First => String::new(),
        Asking::Again(error) => {
            let text = match error {
                FormError::NoEmail => "Please enter your email address.",
                FormError::InvalidEmail => "Please check your email address.",
                FormError::NoLastName => "Please enter your last name.",
                FormError::EmailExists => "There is an account with this email address already.",
            };
            format!("<p role=\"alert\">{text}</p>\n")
        }
        Asking::Challenge => {
            "<p>One moment: we are checking that no program sends this form. You need not do anything. \
            If nothing happens, press the button once more.</p>\n"
                .to_owned()
        }
    };
    let intake = &call.doors.intake;
    let ticket = intake.tickets().issue(call.account.id, NO_FORM, intake.store().ambient());
    let mut hidden = hidden_field("ticket", &ticket.text);
    // An address to go back to may be in the page's own address.
    if !typed.return_url.is_empty() {
        hidden.push_str(&hidden_field("ReturnUrl", &typed.return_url));
    }
    let challenge = match asking {
        Asking::Challenge => intake.challenge(call.account, None),
        Asking::First if intake.under_attack(call.account, None) => intake.challenge(call.account, None),
        _ => None,
    };
    let mut script = String::new();
    let mut work = String::new();
    if let Some(challenge) = challenge {
        script = format!("<script src=\"{}\" defer></script>", pages::challenge_url());
        let again = if matches!(asking, Asking::Challenge) {
            hidden.push_str(&hidden_field(CHALLENGED, AFTER_WORK));
            " data-again"
        } else {
            ""
        };
        work = format!(
            "<div data-challenge=\"{}\"{again} data-working=\"Checking…\" data-done=\"Checked. Sending…\" \
             data-failed=\"The check did not work. Please press the button once more.\"><p role=\"status\"></p></div>\n",
            escaped(&challenge)
        );
    }
    let (first, last, email) = (escaped(&typed.first_name), escaped(&typed.last_name), escaped(&typed.email));
    let trap = &ticket.honeypot;
    let form = format!(
        "<h1>Sign up</h1>\n{told}<form method=\"post\">\n{work}\
        <p><label for=\"f\">First name</label><br><input id=\"f\" name=\"FirstName\" value=\"{first}\" maxlength=\"30\" autocomplete=\"given-name\"></p>\n\
        <p><label for=\"l\">Last name</label><br><input id=\"l\" name=\"LastName\" value=\"{last}\" maxlength=\"80\" required autocomplete=\"family-name\"></p>\n\
        <p><label for=\"e\">Email</label><br><input id=\"e\" name=\"Email\" type=\"email\" value=\"{email}\" maxlength=\"255\" required autocomplete=\"email\"></p>\n\
        <div hidden aria-hidden=\"true\"><label for=\"hp\">Leave this field empty</label><input id=\"hp\" name=\"{trap}\" tabindex=\"-1\" autocomplete=\"off\"></div>\n\
        {hidden}<p><button type=\"submit\">Sign up</button></p>\n</form>{script}"
    );
    page(call, &form, status)
}

fn hidden_field(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escaped(value))
}

fn page(call: &Call<'_>, main: &str, status: StatusCode) -> Response<Bytes> {
    let settings = &call.account.settings;
    let name = if settings.name.is_empty() { &settings.slug } else { &settings.name };
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title></head>\n\
        <body>\n<main>\n{main}\n</main>\n</body>\n</html>\n",
        escaped(name)
    );
    let mut response = Response::new(Bytes::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    if let Ok(policy) = HeaderValue::from_str(&policy(&settings.allowed_origins)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Sites that the account names may put the page into a frame. A form's redirect is bound by `form-action` too, and goes
/// to hosts that were checked.
fn policy(origins: &[String]) -> String {
    let plain = |o: &&String| o.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',');
    let named: String = origins.iter().filter(plain).flat_map(|o| [" ", o.as_str()]).collect();
    format!("default-src 'none'; script-src 'self'; form-action 'self' https: http:; frame-ancestors 'self'{named}")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
