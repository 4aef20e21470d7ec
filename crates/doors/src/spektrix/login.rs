//! The customer's session: log in and out, a new password, and the calls about the customer that is logged in
//! (reference, section 7.5).

use http::header::{HOST, ORIGIN, SET_COOKIE};
use http::{Method, Response};
use intake::CustomerRef;
use model::{Caller, EmailAddress, GivenSignUp, Secret};
use store::{CustomerKey, NewSession};

use super::call::{Answer, Call, Stop};
use super::refusals::{self, Resource};
use super::wire::Invalid;
use super::{answers, cors, customer_links, details, logins, session, web};

const SESSION: &str = "session";
/// A session in use is noted so often at most.
const TOUCH_EVERY: std::time::Duration = std::time::Duration::from_secs(60);

/// Answers below `customer`, but for its creation.
pub(super) async fn answer(call: &Call<'_>, rest: &[&str]) -> Answer {
    let lower: Vec<String> = rest.iter().map(|s| s.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let post = *call.method == Method::POST;
    match lower.as_slice() {
        [] if call.reads() => {
            let customer = logged_in(call).await?;
            Ok(call.show(&customer, call.query.expand()))
        }
        [] if *call.method == Method::PATCH => {
            let customer = may_change(call).await?;
            details::patch(call, customer).await
        }
        [] => Err(refusals::method_not_allowed(Resource::Customer, "GET, POST, PATCH").into()),
        ["authenticate"] if post => authenticate(call).await,
        ["deauthenticate"] if post => deauthenticate(call).await,
        ["change-password"] if post => change_password(call).await,
        ["forgot-password"] if post => customer_links::forgot_password(call).await,
        ["send-magic-link"] if post => customer_links::send_magic_link(call),
        ["authenticate-magic-link"] if post => customer_links::authenticate(call).await,
        [
            "authenticate"
            | "deauthenticate"
            | "change-password"
            | "forgot-password"
            | "send-magic-link"
            | "authenticate-magic-link",
        ] => Err(refusals::method_not_allowed(Resource::Customer, "POST").into()),
        ["agreed-statements" | "addresses", ..] => {
            let customer = if call.reads() { logged_in(call).await? } else { may_change(call).await? };
            details::answer(call, customer, rest).await
        }
        _ => {
            logged_in(call).await?;
            Err(refusals::not_found(Resource::Customer, &[]).into())
        }
    }
}

/// Sessions count for the host they were begun on.
fn host(call: &Call<'_>) -> String {
    let host = call.headers.get(HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    host.to_ascii_lowercase().chars().take(300).collect()
}

/// The customer whose session the call brings; `401` without one.
pub(super) async fn logged_in(call: &Call<'_>) -> Result<store::Customer, Stop> {
    let store = call.doors.intake.store();
    let now = store.ambient().now();
    for token in session::tokens(call.headers) {
        let hash = session::token_hash(&token);
        let row = store.session(call.account.id, hash, SESSION, host(call)).await;
        let Some(row) = row.map_err(|e| call.store_fault(&e))? else { continue };
        if !session::is_live(row.made_at, row.used_at, now) {
            continue;
        }
        if let Some(customer) = call.find(CustomerKey::Id(row.contact)).await? {
            if now.since(row.used_at) >= TOUCH_EVERY {
                store.touch_session(call.account.id, hash).await.map_err(|e| call.store_fault(&e))?;
            }
            return Ok(customer);
        }
    }
    Err(refusals::unauthorized().into())
}

/// The same for a call that changes something: another site's page must not be able to send it.
async fn may_change(call: &Call<'_>) -> Result<store::Customer, Stop> {
    let customer = logged_in(call).await?;
    if cors::may_change(call.headers, &host(call), &call.account.settings.allowed_origins) {
        Ok(customer)
    } else {
        Err(refusals::forbidden(Resource::Customer).into())
    }
}

async fn authenticate(call: &Call<'_>) -> Answer {
    let (email, password) =
        logins::parse_login(call.body).map_err(|fault| Stop::from(refusals::unreadable(Resource::Customer, fault)))?;
    let parsed = EmailAddress::parse(&email).ok();
    let key = parsed.as_ref().map_or("", EmailAddress::key);
    let guesses = Guesses::of(call, key);
    guesses.may_go_on(call)?;
    let customer = match &parsed {
        Some(email) => call.find(CustomerKey::Email(email.key().to_owned())).await?,
        None => None,
    };
    let kept = customer.as_ref().and_then(|c| c.password.clone());
    let right = call.doors.spektrix.passwords.verify(password, kept).await.map_err(web::password_fault)?;
    let Some(customer) = customer.filter(|_| right) else {
        guesses.note(call);
        return Err(refusals::not_found(Resource::Customer, &[&refusals::shown(&email)]).into());
    };
    call.doors.spektrix.failed_logins.forget(&guesses.by_email);
    let cookie = begin(call, &customer).await?;
    let mut response = call.show(&customer, call.query.expand());
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// Who guesses: an address and a client, each with a limit of its own.
pub(super) struct Guesses {
    by_email: String,
    by_ip: String,
}

impl Guesses {
    /// The guess of this call.
    pub(super) fn of(call: &Call<'_>, email: &str) -> Self {
        let account = call.account.id;
        Self { by_email: format!("{account}\0{email}"), by_ip: format!("{account}\0{}", call.client.ip) }
    }

    /// `429` when too many went wrong.
    pub(super) fn may_go_on(&self, call: &Call<'_>) -> Result<(), Stop> {
        let now = call.doors.intake.store().ambient().now();
        match call.doors.spektrix.failed_logins.wait(&self.by_email, &self.by_ip, now) {
            Some(after) => Err(refusals::too_many(Resource::Customer, after).into()),
            None => Ok(()),
        }
    }

    /// Counts a guess that went wrong.
    pub(super) fn note(&self, call: &Call<'_>) {
        let now = call.doors.intake.store().ambient().now();
        call.doors.spektrix.failed_logins.note(&self.by_email, &self.by_ip, now);
    }
}

/// Begins a session; the cookie.
pub(super) async fn begin(call: &Call<'_>, customer: &store::Customer) -> Result<http::HeaderValue, Stop> {
    let store = call.doors.intake.store();
    let token: Secret = session::token(store.ambient().random());
    let new = NewSession {
        account: call.account.id,
        token_hash: session::token_hash(&token),
        contact: customer.contact.row.id,
        purpose: SESSION,
        host: host(call),
    };
    let oldest = store.ambient().now().minus(session::ABSOLUTE);
    store.new_session(new, oldest).await.map_err(|e| call.store_fault(&e))?;
    Ok(session::cookie(&token, call.client_segment))
}

async fn deauthenticate(call: &Call<'_>) -> Answer {
    let store = call.doors.intake.store();
    // Clients send it without a content type; another site's page shows itself by its origin.
    let foreign = call.headers.contains_key(ORIGIN)
        && !cors::may_change(call.headers, &host(call), &call.account.settings.allowed_origins);
    if foreign && !session::tokens(call.headers).is_empty() {
        return Err(refusals::forbidden(Resource::Customer).into());
    }
    for token in session::tokens(call.headers) {
        let ended = store.end_session(call.account.id, session::token_hash(&token)).await;
        ended.map_err(|e| call.store_fault(&e))?;
    }
    let mut response: Response<bytes::Bytes> = answers::empty();
    response.headers_mut().append(SET_COOKIE, session::removal(call.client_segment));
    Ok(response)
}

async fn change_password(call: &Call<'_>) -> Answer {
    let customer = may_change(call).await?;
    let (old, new) = logins::parse_password_change(call.body)
        .map_err(|fault| Stop::from(refusals::input(Resource::Customer, &fault)))?;
    let kept = customer.password.clone();
    if !call.doors.spektrix.passwords.verify(old, kept).await.map_err(web::password_fault)? {
        let wrong = Invalid::other("OldPassword", "The OldPassword field is not the current password.");
        return Err(refusals::invalid(Resource::Customer, &[wrong]).into());
    }
    let hash = web::hash(call, new).await?;
    let who = CustomerRef { id: customer.contact.row.id, email: customer.contact.row.email.clone() };
    let nothing = GivenSignUp {
        door: call.mode.door(),
        caller: Caller::Public,
        form: None,
        email: who.email.as_str().into(),
        values: Vec::new(),
        lists: Vec::new(),
        tags: Vec::new(),
        statements: Vec::new(),
        confirm: Some(false),
        language: None,
        origin: call.origin(),
    };
    let done = call.doors.intake.update_customer(call.account, &who, nothing, None, Some(hash)).await;
    done.map_err(|r| call.refused(Resource::Customer, &r, "", &super::customer::Sent::default()))?;
    // Whoever knew the old password is out; this browser goes on with a new session.
    let store = call.doors.intake.store();
    store.end_sessions_of(call.account.id, who.id).await.map_err(|e| call.store_fault(&e))?;
    let cookie = begin(call, &customer).await?;
    let mut response = answers::empty();
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}
