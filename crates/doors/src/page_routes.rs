//! The pages behind a mail's links, as routes: a GET shows and changes nothing, a POST does it.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use intake::Confirmed;
use model::{ConfirmMode, Refusal};

use crate::Doors;
use crate::body;
use crate::client::Client;
use crate::page_answers::{asked, asks_again, led, origin, other_method, refusal, shown};
use crate::pages::{self, Brand, ConfirmView, Confirming, Texts};

/// The largest body of a page behind a link: a page of preferences with its largest texts.
pub(crate) const MOST_POSTED: usize = 128 * 1024;

/// The routes behind mails' links, and the files that pages load.
pub(crate) fn routes() -> Router<Doors> {
    Router::new()
        .route("/confirm/{token}", get(confirm_page).post(confirm).fallback(other_method))
        .route("/not-me/{token}", get(not_me_page).post(not_me).fallback(other_method))
        .route(pages::STYLES_PATH, get(asset))
        .route(pages::CONFIRM_PATH, get(asset))
        .route(pages::CHALLENGE_PATH, get(asset))
        .route(pages::EMBED_PATH, get(asset))
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
    // Files of ours that hold nothing of anybody: any page may load them.
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let everywhere = HeaderValue::from_static("cross-origin");
    response.headers_mut().insert(HeaderName::from_static("cross-origin-resource-policy"), everywhere);
    response
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
pub(crate) fn refused(why: &Refusal, headers: &HeaderMap) -> Response {
    let texts = pages::for_nobody(asked(headers, None));
    match why {
        Refusal::NotFound => shown(pages::unknown_link_page(&Brand::default(), texts)),
        other => refusal(&Brand::default(), other, texts),
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
        Err(Refusal::Expired) => expired(&doors, &client, &token, &headers).await,
        Err(refusal) => refused(&refusal, &headers),
        Ok(confirmed) if !confirmed.now => after(&doors, &token, &confirmed, &headers, true),
        Ok(confirmed) => {
            let texts = words(&confirmed, &headers);
            let form = confirmed.form.and_then(|f| confirmed.account.form(f));
            let not_me = not_me_path(&doors, &token);
            let view = ConfirmView {
                what: what(&confirmed),
                email: &confirmed.email,
                action: &format!("/confirm/{token}"),
                not_me_url: not_me.as_deref(),
                // Whoever floods a form may also follow its links.
                mode: if doors.intake.under_attack(&confirmed.account, confirmed.form) {
                    ConfirmMode::Button
                } else {
                    form.map_or_else(Default::default, |f| f.form.confirm_mode)
                },
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
    body: Body,
) -> Response {
    // A genuine link confirms whatever is posted; only one whose time is over looks into it.
    let posted = body::read(body, MOST_POSTED, doors.body_patience).await.unwrap_or_default();
    // The page of another account's host must not confirm either.
    let found = doors.intake.confirm_page(&token).await.and_then(|c| visible(&client, c));
    match found {
        Ok(_) => {}
        Err(Refusal::Expired) if asks_again(&posted) => return fresh_mail(&doors, &client, &token, &headers).await,
        Err(Refusal::Expired) => return expired(&doors, &client, &token, &headers).await,
        Err(refusal) => return refused(&refusal, &headers),
    }
    match doors.intake.confirm(&token, origin(&client, &headers)).await {
        Ok(confirmed) => after(&doors, &token, &confirmed, &headers, !confirmed.now),
        Err(Refusal::Expired) => expired(&doors, &client, &token, &headers).await,
        Err(refusal) => refused(&refusal, &headers),
    }
}

/// The page of a link whose time is over, with its button for a fresh mail.
async fn expired(doors: &Doors, client: &Client, token: &str, headers: &HeaderMap) -> Response {
    match doors.intake.expired_page(token).await.and_then(|c| visible(client, c)) {
        Ok(about) => {
            let action = format!("/confirm/{token}");
            shown(pages::expired_page(&about.account.settings, &action, words(&about, headers)))
        }
        Err(refusal) => refused(&refusal, headers),
    }
}

async fn fresh_mail(doors: &Doors, client: &Client, token: &str, headers: &HeaderMap) -> Response {
    let about = match doors.intake.expired_page(token).await.and_then(|c| visible(client, c)) {
        Ok(about) => about,
        Err(refusal) => return refused(&refusal, headers),
    };
    match doors.intake.resend(token).await {
        Ok(()) => shown(pages::fresh_mail_page(&about.account.settings, words(&about, headers))),
        Err(refusal) => refused(&refusal, headers),
    }
}

fn what(confirmed: &Confirmed) -> Confirming {
    if confirmed.new_address { Confirming::Address } else { Confirming::SignUp(confirmed.kind) }
}

/// The other link of the mail that a confirm link was in.
fn not_me_path(doors: &Doors, token: &str) -> Option<String> {
    doors.intake.not_me_token(token).map(|token| format!("/not-me/{token}"))
}

/// What is shown when the link was followed: the form's URL or its message.
fn after(doors: &Doors, token: &str, confirmed: &Confirmed, headers: &HeaderMap, used: bool) -> Response {
    let form = confirmed.form.and_then(|f| confirmed.account.form(f));
    let set = form.map(|f| match confirmed.kind {
        model::SignUpKind::Signup => &f.form.signup,
        model::SignUpKind::Update => &f.form.update,
    });
    let url = set.and_then(|s| s.confirmed_url.as_deref());
    if let Some(url) = pages::redirect(&confirmed.account.settings, url).filter(|_| !used) {
        return led(url);
    }
    let texts = words(confirmed, headers);
    // Whoever confirmed just now is not asked whether it was them; behind a link that was followed before it may matter.
    let not_me = if used { not_me_path(doors, token) } else { None };
    shown(pages::confirmed_page(&confirmed.account, form, what(confirmed), used, not_me.as_deref(), texts))
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
