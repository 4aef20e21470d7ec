//! Creating a customer, and the public lists: calls that browsers make without a login, and signed ones alike.

use http::{Method, header};
use intake::GuardSignals;
use model::Secret;

use super::call::{Answer, Call, Stop, agreed_of};
use super::customer::NewCustomer;
use super::owner::PLAIN;
use super::passwords::PasswordFault;
use super::refusals::{self, Resource};
use super::{Mode, answers, countries, lists, login, session};
use crate::challenge_answers::page_of;
use crate::client::header_text;

/// `POST customer` and `POST customers`.
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let new = NewCustomer::parse(call.body, call.setting(), call.origin())
        .map_err(|fault| Stop::from(refusals::input(Resource::Customer, &fault)))?;
    call.count_unknown(&new.sent);
    let password = match new.password {
        Some(password) => Some(hash(call, password).await?),
        None => None,
    };
    let email = new.sign_up.email.clone().into_owned();
    let password_set = password.is_some();
    // A signed call is a server's: it shows no page and solves nothing.
    let signals = match call.mode {
        Mode::Web => new.challenge.signals(Some(page_of(call.account, call.headers))),
        Mode::Owner => GuardSignals::default(),
    };
    let made = call.doors.intake.create_customer(call.account, new.sign_up, password, &signals).await;
    let made = made.map_err(|refusal| call.refused(Resource::Customer, &refusal, &email, &new.sent))?;
    let id = call.doors.spektrix.public_id(made.contact, made.public_id.as_deref());
    Ok(call.object(&id, email.trim(), &made.values, password_set, &[], &[], &[], PLAIN))
}

/// The hash of a new password, made off the request threads.
pub(super) async fn hash(call: &Call<'_>, password: Secret) -> Result<String, Stop> {
    let salt = call.doors.intake.store().ambient().random();
    call.doors.spektrix.passwords.hash(password, salt).await.map_err(password_fault)
}

pub(super) fn password_fault(fault: PasswordFault) -> Stop {
    match fault {
        PasswordFault::Busy => refusals::unavailable(Resource::Customer, std::time::Duration::from_secs(1)).into(),
        PasswordFault::Internal => refusals::internal(Resource::Customer).into(),
    }
}

/// `statements`, `tag-groups`, `tags`, `countries` and the look-up of postcodes, which finds nothing.
pub(super) async fn list(call: &Call<'_>, path: &[&str]) -> Answer {
    if !call.reads() && *call.method != Method::OPTIONS {
        return Err(refusals::method_not_allowed(Resource::Client, "GET").into());
    }
    let known = header_text(call.headers, &header::IF_NONE_MATCH);
    let known = known.as_deref();
    let lower: Vec<String> = path.iter().map(|s| s.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    // A customer who is logged in sees their own answers.
    let agreed = match lower.as_slice() {
        ["statements"] if call.mode == Mode::Web && !session::tokens(call.headers).is_empty() => {
            login::logged_in(call).await.map(|c| agreed_of(&c)).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    Ok(match lower.as_slice() {
        ["statements"] => answers::list(&lists::statements(call.account, call.mode, &agreed), known),
        ["tag-groups"] => answers::list(&lists::tag_groups(call.account, call.mode), known),
        ["tags"] => answers::list(&lists::tags(call.account, call.mode), known),
        ["countries"] => answers::list(&countries::all(), known),
        ["countries", code] => match countries::find(code) {
            Some(country) => answers::list(country, known),
            None => refusals::not_found(Resource::Country, &[&refusals::shown(path[1])]),
        },
        ["postcode-lookup"] => answers::list(&[0; 0], known),
        ["postcode-lookup", _] => refusals::not_found(Resource::Address, &[&refusals::shown(path[1])]),
        _ => refusals::not_found(Resource::Client, &[]),
    })
}
