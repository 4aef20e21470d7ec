//! Links that a customer asks for by mail: to set a password, and to log in without one (reference, section 7.5).

use http::header::SET_COOKIE;
use model::EmailAddress;
use store::CustomerKey;

use super::call::{Answer, Call, Stop};
use super::customer::Sent;
use super::logins::{self, MagicLinkWish};
use super::refusals::{self, Resource};
use super::wire::Invalid;
use super::{answers, login};

/// `POST customer/forgot-password?emailAddress=`: says whether there is such a customer, unless the account conceals it.
pub(super) async fn forgot_password(call: &Call<'_>) -> Answer {
    let Some(sent) = call.query.emails("emailAddress") else {
        return Err(refusals::invalid(Resource::Customer, &[Invalid::required("EmailAddress")]).into());
    };
    let emails: Vec<EmailAddress> = sent.iter().filter_map(|e| EmailAddress::parse(e).ok()).collect();
    if call.account.settings.conceal_unknown {
        // Not waited for: how long it takes would tell as well.
        let (intake, account) = (call.doors.intake.clone(), call.account.clone());
        tokio::spawn(async move {
            for email in &emails {
                if intake.ask_password(&account, email).await.unwrap_or(true) {
                    break;
                }
            }
        });
        return Ok(answers::empty());
    }
    // Apart from failed logins: whoever has forgotten a password has tried some.
    let guesses = login::Guesses::of(call, &format!("forgot\0{}", sent[0].to_lowercase()));
    guesses.may_go_on(call)?;
    for email in &emails {
        let known = call.doors.intake.ask_password(call.account, email).await;
        if known.map_err(|r| call.refused(Resource::Customer, &r, &sent[0], &Sent::default()))? {
            return Ok(answers::empty());
        }
    }
    guesses.note(call);
    Err(refusals::not_found(Resource::Customer, &[&refusals::shown(&sent[0])]).into())
}

/// `POST customer/send-magic-link`: the same answer whether or not there is such a customer.
pub(super) fn send_magic_link(call: &Call<'_>) -> Answer {
    let wish = MagicLinkWish::parse(call.body, &call.account.settings.allowed_origins)
        .map_err(|fault| Stop::from(refusals::input(Resource::Customer, &fault)))?;
    if let Ok(email) = EmailAddress::parse(&wish.email) {
        let (intake, account) = (call.doors.intake.clone(), call.account.clone());
        // Not waited for: how long it takes would tell who is a customer.
        tokio::spawn(async move { intake.ask_login(&account, &email, wish.link_url).await });
    }
    Ok(answers::empty())
}

/// `POST customer/authenticate-magic-link`: begins a session, once for each link.
pub(super) async fn authenticate(call: &Call<'_>) -> Answer {
    let token =
        logins::parse_token(call.body).map_err(|fault| Stop::from(refusals::unreadable(Resource::Customer, fault)))?;
    let contact = call.doors.intake.log_in(call.account, token.trim()).await;
    let contact = contact.map_err(|r| call.refused(Resource::Customer, &r, "", &Sent::default()))?;
    let customer = call.find(CustomerKey::Id(contact)).await?;
    let customer = customer.ok_or_else(|| refusals::not_found(Resource::Customer, &[]))?;
    let cookie = login::begin(call, &customer).await?;
    let mut response = call.show(&customer, call.query.expand());
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}
