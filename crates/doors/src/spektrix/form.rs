//! `signup.aspx`: the integrated form. A POST sends the browser back where it came from; a GET shows a small form of our
//! own, which sites put into an iframe (reference, section 8).

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY};
use http::{Method, Response, StatusCode};
use intake::GuardSignals;
use model::Refusal;

use super::call::{Answer, Call};
use super::customer::Sent;
use super::refusals::{self, Resource};
use super::signup_aspx::{FormError, FormPost};

/// Answers GET and POST.
pub(super) async fn answer(call: &Call<'_>) -> Answer {
    if call.reads() {
        return Ok(show(call, call.query.get("ReturnUrl").unwrap_or_default(), None, StatusCode::OK));
    }
    if *call.method != Method::POST {
        return Err(refusals::method_not_allowed(Resource::Customer, "GET, POST").into());
    }
    let post = FormPost::parse(call.body);
    let error = if let Some(fault) = post.fault() {
        Some(fault)
    } else {
        let given = post.sign_up(call.account, call.origin());
        match call.doors.intake.create_customer(call.account, given, None, &GuardSignals::default()).await {
            Ok(_) => None,
            Err(Refusal::Duplicate) => Some(FormError::EmailExists),
            Err(Refusal::Faults(_)) => Some(FormError::InvalidEmail),
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
        Some(error) => show(call, "", Some(error), StatusCode::UNPROCESSABLE_ENTITY),
    })
}

fn show(call: &Call<'_>, return_url: &str, error: Option<FormError>, status: StatusCode) -> Response<Bytes> {
    let told = error.map_or_else(String::new, |error| {
        let text = match error {
            FormError::NoEmail => "Please enter your email address.",
            FormError::InvalidEmail => "Please check your email address.",
            FormError::NoLastName => "Please enter your last name.",
            FormError::EmailExists => "There is an account with this email address already.",
        };
        format!("<p role=\"alert\">{text}</p>\n")
    });
    let hidden = if return_url.is_empty() {
        String::new()
    } else {
        format!("<input type=\"hidden\" name=\"ReturnUrl\" value=\"{}\">\n", escaped(return_url))
    };
    let form = format!(
        "<h1>Sign up</h1>\n{told}<form method=\"post\">\n\
        <p><label for=\"f\">First name</label><br><input id=\"f\" name=\"FirstName\" maxlength=\"30\" autocomplete=\"given-name\"></p>\n\
        <p><label for=\"l\">Last name</label><br><input id=\"l\" name=\"LastName\" maxlength=\"80\" required autocomplete=\"family-name\"></p>\n\
        <p><label for=\"e\">Email</label><br><input id=\"e\" name=\"Email\" type=\"email\" maxlength=\"255\" required autocomplete=\"email\"></p>\n\
        {hidden}<p><button type=\"submit\">Sign up</button></p>\n</form>"
    );
    page(call, &form, status)
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
    format!("default-src 'none'; form-action 'self' https: http:; frame-ancestors 'self'{named}")
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
