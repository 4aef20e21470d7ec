//! The pages behind a mail's links, as routes: a GET shows and changes nothing, a POST does it.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use intake::Confirmed;
use model::{AccountSettings, Origin, Refusal};

use crate::Doors;
use crate::client::{Client, header_text};
use crate::pages::{self, Asked, Brand, ConfirmView, Confirming, Page, Texts};

/// The routes behind mails' links, and the files that pages load.
pub(crate) fn routes() -> Router<Doors> {
    Router::new()
        .route("/confirm/{token}", get(confirm_page).post(confirm))
        .route("/not-me/{token}", get(not_me_page).post(not_me))
        .route(pages::STYLES_PATH, get(asset))
        .route(pages::CONFIRM_PATH, get(asset))
}

async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = pages::asset(uri.path(), uri.query()) else { return StatusCode::NOT_FOUND.into_response() };
    let same = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == asset.etag.as_bytes());
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { asset.body.into_response() };
    for (name, value) in [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(asset.cache_control)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ] {
        response.headers_mut().insert(name, value);
    }
    if let Ok(tag) = HeaderValue::from_str(&asset.etag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// A page as a response.
fn shown(page: Page) -> Response {
    let headers: Vec<(&'static str, String)> =
        page.headers().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, page.html).into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn asked<'a>(headers: &'a HeaderMap, chosen: Option<&'a str>) -> Asked<'a> {
    Asked { chosen, accept: headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()) }
}

/// The words for a page about a sign-up: its own language first.
fn words(confirmed: &Confirmed, headers: &HeaderMap) -> Texts {
    let asked = asked(headers, confirmed.language.as_deref());
    let form = confirmed.form.and_then(|f| confirmed.account.form(f));
    match form {
        Some(form) => pages::for_form(&confirmed.account, form, asked).0,
        None => pages::for_page(&confirmed.account.settings, asked),
    }
}

/// A refusal where the account may not be known.
fn refused(refusal: &Refusal, headers: &HeaderMap) -> Response {
    let texts = pages::for_nobody(asked(headers, None));
    match refusal {
        Refusal::NotFound => shown(pages::unknown_link_page(&Brand::default(), texts)),
        Refusal::Expired => shown(pages::expired_page(&AccountSettings::default(), "", texts)),
        other => {
            let mut response = shown(pages::refusal_page(&Brand::default(), other, texts));
            if let Some(seconds) = pages::retry_after(other) {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// Only pages of the account whose host was called, or of any on the main host.
fn visible(client: &Client, confirmed: Confirmed) -> Result<Confirmed, Refusal> {
    if client.may_see(confirmed.account.id) { Ok(confirmed) } else { Err(Refusal::NotFound) }
}

async fn confirm_page(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = doors.intake.confirm_page(&token).await.and_then(|c| visible(&client, c));
    match found {
        Err(refusal) => refused(&refusal, &headers),
        Ok(confirmed) if !confirmed.now => after(&confirmed, &headers, true),
        Ok(confirmed) => {
            let texts = words(&confirmed, &headers);
            let form = confirmed.form.and_then(|f| confirmed.account.form(f));
            let view = ConfirmView {
                what: Confirming::SignUp(confirmed.kind),
                email: &confirmed.email,
                action: &format!("/confirm/{token}"),
                not_me_url: None,
                mode: form.map_or_else(Default::default, |f| f.form.confirm_mode),
            };
            shown(pages::confirm_page(&confirmed.account, form, view, texts))
        }
    }
}

async fn confirm(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    // The page of another account's host must not confirm either.
    let found = doors.intake.confirm_page(&token).await.and_then(|c| visible(&client, c));
    if let Err(refusal) = found {
        return refused(&refusal, &headers);
    }
    match doors.intake.confirm(&token, origin(&client, &headers)).await {
        Ok(confirmed) => after(&confirmed, &headers, !confirmed.now),
        Err(refusal) => refused(&refusal, &headers),
    }
}

/// What is shown when the link was followed: the form's URL or its message.
fn after(confirmed: &Confirmed, headers: &HeaderMap, used: bool) -> Response {
    let form = confirmed.form.and_then(|f| confirmed.account.form(f));
    let set = form.map(|f| match confirmed.kind {
        model::SignUpKind::Signup => &f.form.signup,
        model::SignUpKind::Update => &f.form.update,
    });
    let url = set.and_then(|s| s.confirmed_url.as_deref());
    if let Some(url) = pages::redirect(&confirmed.account.settings, url).filter(|_| !used) {
        let mut response = Redirect::to(url).into_response();
        let headers = response.headers_mut();
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return response;
    }
    let texts = words(confirmed, headers);
    shown(pages::confirmed_page(&confirmed.account, form, Confirming::SignUp(confirmed.kind), used, None, texts))
}

async fn not_me_page(
    State(doors): State<Doors>,
    client: Client,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match doors.intake.not_me_page(&token).await.and_then(|c| visible(&client, c)) {
        Ok(confirmed) => {
            let texts = words(&confirmed, &headers);
            shown(pages::not_me_page(&confirmed.account.settings, &format!("/not-me/{token}"), texts))
        }
        Err(refusal) => refused(&refusal, &headers),
    }
}

async fn not_me(State(doors): State<Doors>, client: Client, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let found = doors.intake.not_me_page(&token).await.and_then(|c| visible(&client, c));
    let confirmed = match found {
        Ok(confirmed) => confirmed,
        Err(refusal) => return refused(&refusal, &headers),
    };
    match doors.intake.not_me(&token).await {
        Ok(()) => {
            let texts = words(&confirmed, &headers);
            shown(pages::not_me_done_page(&confirmed.account.settings, texts))
        }
        Err(refusal) => refused(&refusal, &headers),
    }
}

fn origin(client: &Client, headers: &HeaderMap) -> Origin {
    Origin { ip: Some(client.ip), user_agent: header_text(headers, &header::USER_AGENT), ..Origin::default() }
}
