//! The two calls.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use intake::Noted;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::certificates::NoKey;
use super::problem::Problem;
use super::report::{self, NoReport};
use super::ses;
use super::sns::{self, Kind, Message};
use crate::Doors;
use crate::body::{self, Unread};
use crate::client::Client;

/// The largest report: our mails are much smaller than this, so a report that returns one is too.
const LARGEST_REPORT: usize = 2 * 1024 * 1024;
/// The largest message of SNS: 256 KiB, with JSON in JSON.
const LARGEST_MESSAGE: usize = 1024 * 1024;
/// What a token must be allowed to do.
const SCOPE: &str = "mail_reports:write";

/// The routes.
pub(crate) fn routes() -> Router<Doors> {
    Router::new()
        .route("/api/v1/mail-reports", post(raw).fallback(other_method))
        .route("/api/v1/mail-reports/ses/{client}", post(from_sns).fallback(other_method))
}

async fn other_method() -> Response {
    let mut response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Reports are posted.").into_response();
    response.headers_mut().insert(header::ALLOW, axum::http::HeaderValue::from_static("POST"));
    response
}

fn unread(why: Unread) -> Problem {
    match why {
        Unread::TooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
        Unread::Broken => Problem::new(StatusCode::BAD_REQUEST, "The body did not arrive whole."),
        Unread::TooSlow => Problem::new(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time."),
    }
}

fn noted(all: &[Noted]) -> Response {
    let word = |noted: &Noted| match noted {
        Noted::Yes => "yes",
        Noted::Repeated => "repeated",
        Noted::Nothing => "nothing",
        Noted::Unknown => "unknown",
    };
    let words: Vec<_> = all.iter().map(word).collect();
    axum::Json(serde_json::json!({ "noted": words })).into_response()
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn raw(State(doors): State<Doors>, client: Client, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    const NO_TOKEN: Problem = Problem::new(StatusCode::UNAUTHORIZED, "The token of a native API user is needed.");
    let token = bearer(&headers).ok_or(NO_TOKEN)?;
    let directory = doors.directory();
    let (account, user, caller) = directory.by_native_token(token).ok_or(NO_TOKEN)?;
    if !bool::from(caller.secret.reveal().as_bytes().ct_eq(token.as_bytes())) || !client.may_see(account.id) {
        return Err(NO_TOKEN);
    }
    doors.spektrix.used(account.id, user, doors.intake.store().ambient().now());
    if !caller.scopes.iter().any(|scope| scope == SCOPE) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "The token lacks the scope mail_reports:write."));
    }
    let body = body::read(body, LARGEST_REPORT, doors.body_patience).await.map_err(unread)?;
    let report = report::read(&body, doors.intake.store().keys()).map_err(|why| match why {
        NoReport::NotMail => Problem::new(StatusCode::BAD_REQUEST, "The body is no mail: it begins with no header."),
        NoReport::Other => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The mail is neither a delivery report (RFC 3464) nor a complaint (RFC 5965).",
        ),
        NoReport::Incomplete => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The mail says that it is a report, and not of whom or of what kind.",
        ),
    })?;
    let all = doors.intake.mail_report(account, &report).await?;
    Ok(noted(&all))
}

async fn from_sns(
    State(doors): State<Doors>,
    client: Client,
    Path(slug): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let directory = doors.directory();
    let account = directory.by_slug(&slug).filter(|account| client.may_see(account.id));
    let topics = account.and_then(|account| account.settings.mail.as_ref()).map(|mail| mail.ses_topics.as_slice());
    let (Some(account), Some(topics @ [_, ..])) = (account, topics) else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "No such account takes messages of Amazon SNS."));
    };
    let body = body::read(body, LARGEST_MESSAGE, doors.body_patience).await.map_err(unread)?;
    let message: Message = serde_json::from_slice(&body)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The body is no message of Amazon SNS."))?;
    let refused = |detail| Problem::new(StatusCode::FORBIDDEN, detail);
    if !topics.contains(&message.topic) {
        return Err(refused("The account's settings do not name this topic in ses_topics."));
    }
    let store = doors.intake.store();
    let now = store.ambient().now();
    if !message.is_fresh(now) {
        return Err(refused("The message is too old, or from the future."));
    }
    let certificate = message.certificate().ok_or(refused("The signing certificate is not at Amazon's place."))?;
    let key = doors.certificates.key(&certificate, now).await.map_err(|why| match why {
        NoKey::Later => Problem::later("The signing certificate cannot be fetched now.", Duration::from_secs(60)),
        NoKey::Never => refused("The signing certificate does not hold."),
    })?;
    if !message.is_signed_by(&key) {
        return Err(refused("The signature does not fit."));
    }
    let id: [u8; 32] = Sha256::digest(format!("{}\n{}", message.topic, message.id)).into();
    let seen = || Problem::new(StatusCode::CONFLICT, "The message was taken before.");
    if store.was_taken(account.id, id).await.map_err(|e| intake::refusal(&e))? {
        return Err(seen());
    }
    let answer = take(&doors, account, &message, now).await?;
    // Only now: what failed on the way is sent again, and what it did counts once anyway.
    if store.take_message(account.id, id, sns::KEPT).await.map_err(|e| intake::refusal(&e))? {
        Ok(answer)
    } else {
        Err(seen())
    }
}

/// Acts on a message that is Amazon's.
async fn take(
    doors: &Doors,
    account: &std::sync::Arc<model::AccountSnapshot>,
    message: &Message,
    now: model::Timestamp,
) -> Result<Response, Problem> {
    let slug = &account.settings.slug;
    match message.kind {
        Kind::SubscriptionConfirmation => {
            let link = message.subscribe();
            let link = link.ok_or(Problem::new(StatusCode::FORBIDDEN, "The link to subscribe is not Amazon's."))?;
            if !doors.certificates.follow(&link).await {
                let why = "The subscription cannot be confirmed now.";
                return Err(Problem::later(why, Duration::from_secs(60)));
            }
            tracing::info!(account = %slug, topic = %message.topic, "a subscription of Amazon SNS is confirmed");
            Ok(noted(&[]))
        }
        Kind::UnsubscribeConfirmation => {
            tracing::warn!(account = %slug, topic = %message.topic, "Amazon SNS sends no more notifications");
            Ok(noted(&[]))
        }
        Kind::Notification => {
            let sent_at = message.sent_at().unwrap_or(now);
            let read = ses::read(&message.text, sent_at, doors.intake.store().keys());
            let read = read.map_err(|_| {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "The notification of Amazon SES cannot be read.")
            })?;
            match read {
                None => Ok(noted(&[])),
                Some(report) => Ok(noted(&doors.intake.mail_report(account, &report).await?)),
            }
        }
    }
}
