//! `SetPassword.aspx`: the page behind the link of a password mail. A GET shows it and changes nothing, because programs
//! that scan mail follow links; a POST sets the password.

use axum::body::Body;
use http::{Method, Response};
use model::Refusal;

use super::call::Call;
use super::logins::checked_password;
use super::web;
use crate::page_answers::{asked, refusal, shown};
use crate::pages::{self, Brand};

/// Answers GET and POST.
pub(super) async fn answer(call: &Call<'_>) -> Response<Body> {
    let settings = &call.account.settings;
    let texts = pages::for_page(settings, asked(call.headers, None));
    let post = *call.method == Method::POST;
    if !call.reads() && !post {
        return crate::page_answers::other_method(call.headers.clone()).await;
    }
    let control = |name: &str| {
        let found = form_urlencoded::parse(call.body).find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.into_owned())
    };
    let token = if post { control("token") } else { None };
    let token = token.or_else(|| call.query.get("token").map(str::to_owned)).unwrap_or_default();
    let refused = |why: &Refusal| match why {
        Refusal::NotFound => shown(pages::unknown_link_page(&Brand::of(settings), texts)),
        Refusal::Expired => shown(pages::password_expired_page(settings, texts)),
        Refusal::Used => shown(pages::password_used_page(settings, texts)),
        other => refusal(&Brand::of(settings), other, texts),
    };
    if let Err(why) = call.doors.intake.password_link(call.account, &token).await {
        return refused(&why);
    }
    let action = format!("/{}/website/secure/SetPassword.aspx", settings.slug);
    let page = |faulty| shown(pages::password_page(settings, &action, &token, faulty, texts));
    if !post {
        return page(false);
    }
    let Ok(password) = checked_password("Password", &control("password").unwrap_or_default()) else {
        return page(true);
    };
    let Ok(hash) = web::hash(call, password).await else {
        return refused(&Refusal::Busy(std::time::Duration::from_secs(1)));
    };
    match call.doors.intake.set_password(call.account, &token, hash).await {
        Ok(()) => shown(pages::password_set_page(settings, texts)),
        Err(why) => refused(&why),
    }
}
