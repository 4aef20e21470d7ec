//! From the network into the dialect: which account, which kind of path, who calls, and the headers of the answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::routing::any;
use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::{Method, Response};
use model::{AccountSnapshot, ApiUserId, ApiUserKind, Door, Secret};
use percent_encoding::percent_decode_str;

use super::auth::{self, SignedRequest, Terms};
use super::call::{Answer, Call, Stop, whole};
use super::cors::{self, Reach};
use super::query::Query;
use super::refusals::{self, Resource};
use super::wire::BodyFault;
use super::{Mode, form, login, owner, set_password, web};
use crate::client::Client;
use crate::paths::RawTarget;
use crate::{Doors, body};

pub(crate) fn routes() -> Router<Doors> {
    Router::new().route("/{client}/api/v3/{*rest}", any(api)).route("/{client}/website/{*rest}", any(website))
}

/// A path taken apart: the account's segment as sent and what follows the fixed part, decoded.
struct Target {
    raw: String,
    client: String,
    rest: Vec<String>,
}

impl Target {
    fn of(parts: &Parts, fixed: usize) -> Self {
        let sent = parts.extensions.get::<RawTarget>().map(|t| t.0.as_str());
        let raw = sent.unwrap_or_else(|| parts.uri.path_and_query().map_or("/", |t| t.as_str())).to_owned();
        let path = raw.split('?').next().unwrap_or_default().trim_end_matches('/');
        let mut segments = path.split('/').skip(1);
        let client = segments.next().unwrap_or_default().to_owned();
        let decode = |s: &str| percent_decode_str(s).decode_utf8_lossy().into_owned();
        let rest = segments.skip(fixed).map(decode).collect();
        Self { raw, client, rest }
    }

    /// The account of the path, if this host serves it.
    fn account(&self, doors: &Doors, client: &Client) -> Option<Arc<AccountSnapshot>> {
        let slug = percent_decode_str(&self.client).decode_utf8_lossy();
        doors.directory().by_slug(&slug).filter(|a| client.may_see(a.id)).cloned()
    }
}

fn header<'h>(parts: &'h Parts, name: &HeaderName) -> Option<&'h [u8]> {
    parts.headers.get(name).map(http::HeaderValue::as_bytes)
}

async fn api(State(doors): State<Doors>, client: Client, request: Request) -> Response<Body> {
    let (parts, request_body) = request.into_parts();
    let target = Target::of(&parts, 2);
    let first = target.rest.first().map(|s| s.to_ascii_lowercase()).unwrap_or_default();
    let signed = parts.headers.contains_key(AUTHORIZATION);
    let (reach, door) = match first.as_str() {
        "customers" => (Reach::Signed, Door::SpektrixOwner),
        "customer" => (Reach::Web, Door::SpektrixWeb),
        _ => (Reach::PublicList, if signed { Door::SpektrixOwner } else { Door::SpektrixWeb }),
    };
    let response = match target.account(&doors, &client) {
        None => refusals::not_found(Resource::Client, &[&refusals::shown(&target.client)]),
        Some(account) => {
            let origin = parts.headers.get(ORIGIN).and_then(|o| o.to_str().ok());
            let grant = cors::decide(reach, origin, &account.settings.allowed_origins);
            if parts.method == Method::OPTIONS {
                cors::preflight(reach, grant)
            } else {
                let answer = answer(&doors, &client, &account, &parts, request_body, &target, reach).await;
                let mut response = whole(answer);
                cors::stamp(reach, grant, response.headers_mut());
                response
            }
        }
    };
    doors.counts.note(door, response.status());
    response.map(Body::from)
}

async fn answer(
    doors: &Doors,
    client: &Client,
    account: &Arc<AccountSnapshot>,
    parts: &Parts,
    request_body: Body,
    target: &Target,
    reach: Reach,
) -> Answer {
    let signed = parts.headers.contains_key(AUTHORIZATION);
    if reach == Reach::Web && signed {
        return Err(refusals::signed_on_web_path().into());
    }
    if reach == Reach::Signed && !signed {
        return Err(refusals::unauthorized().into());
    }
    let read = body::read(request_body, body::LIMIT, doors.body_patience).await;
    let bytes = read.map_err(|fault| {
        Stop::from(match fault {
            body::Unread::TooLarge => refusals::too_large(Resource::Customer),
            body::Unread::Broken | body::Unread::TooSlow => {
                refusals::unreadable(Resource::Customer, BodyFault::NotJson)
            }
        })
    })?;
    let mode = if signed { Mode::Owner } else { Mode::Web };
    if mode == Mode::Owner {
        check(doors, client, account, parts, target, &bytes)?;
    }
    let query = Query::parse(target.raw.split_once('?').map_or("", |(_, query)| query));
    let call = Call {
        doors,
        account,
        client,
        mode,
        method: &parts.method,
        headers: &parts.headers,
        query: &query,
        body: &bytes,
        client_segment: &target.client,
    };
    let rest: Vec<&str> = target.rest.iter().map(String::as_str).collect();
    match reach {
        Reach::Signed => owner::answer(&call, &rest[1..]).await,
        Reach::Web => customer(&call, &rest[1..]).await,
        Reach::PublicList => web::list(&call, &rest).await,
    }
}

/// Calls about the customer that is logged in, and the one that makes a customer.
async fn customer(call: &Call<'_>, rest: &[&str]) -> Answer {
    match rest {
        [] if *call.method == Method::POST => web::create(call).await,
        _ => login::answer(call, rest).await,
    }
}

/// The scopes that a login may be held to.
const READ: &str = "contacts:read";
const WRITE: &str = "contacts:write";

/// Checks the signature, notes which secret made it, and holds its login to its scopes.
fn check(
    doors: &Doors,
    client: &Client,
    account: &AccountSnapshot,
    parts: &Parts,
    target: &Target,
    bytes: &Bytes,
) -> Result<(), Stop> {
    let host = header(parts, &HOST).and_then(|h| std::str::from_utf8(h).ok());
    let host = host.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str)).unwrap_or_default();
    let request = SignedRequest {
        method: parts.method.as_str(),
        raw_target: &target.raw,
        host,
        date: header(parts, &DATE),
        authorization: header(parts, &AUTHORIZATION),
        body: bytes,
    };
    let now = doors.intake.store().ambient().now();
    // The public URL stands for the main host only.
    let public_base = client.domain_of.is_none().then(|| doors.links.base());
    let terms = Terms { now, window: auth::DEFAULT_WINDOW, public_base };
    let of_login = |login: &str| -> Vec<(ApiUserId, Secret)> {
        let users = account.api_users.iter().filter(|(_, u)| u.kind == ApiUserKind::Spektrix);
        users.filter(|(_, u)| u.name.eq_ignore_ascii_case(login)).map(|(id, u)| (*id, u.secret.clone())).collect()
    };
    let secrets = |login: &str| of_login(login).into_iter().map(|(_, secret)| secret).collect();
    let login = auth::verify(&request, secrets, &terms).map_err(|f| Stop::from(refusals::signature_refused(f)))?;
    let live = of_login(&login.0);
    let by = match live.as_slice() {
        [(only, _)] => Some(*only),
        several => several
            .iter()
            .find(|(_, secret)| auth::verify(&request, |_| vec![secret.clone()], &terms).is_ok())
            .map(|(id, _)| *id),
    };
    let Some(user) = by else { return Ok(()) };
    doors.spektrix.used(account.id, user, now);
    // A login that names no scopes may do all that the door offers, as at the vendor.
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let needed = if reads { READ } else { WRITE };
    let user = account.api_users.iter().find(|(id, _)| *id == user).map(|(_, u)| u);
    match user {
        Some(user) if !user.scopes.is_empty() && !user.scopes.iter().any(|s| s == needed) => {
            Err(refusals::forbidden(Resource::Customer).into())
        }
        _ => Ok(()),
    }
}

async fn website(State(doors): State<Doors>, client: Client, request: Request) -> Response<Body> {
    let (parts, request_body) = request.into_parts();
    let target = Target::of(&parts, 1);
    let Some(account) = target.account(&doors, &client) else {
        return refusals::not_found(Resource::Client, &[&refusals::shown(&target.client)]).map(Body::from);
    };
    let path: Vec<String> = target.rest.iter().map(|s| s.to_ascii_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let known = matches!(path.as_slice(), ["secure", "signup.aspx" | "setpassword.aspx"]);
    let response = match body::read(request_body, body::LIMIT, doors.body_patience).await {
        _ if !known => refusals::not_found(Resource::Client, &[]).map(Body::from),
        Err(body::Unread::TooLarge) => refusals::too_large(Resource::Customer).map(Body::from),
        Err(_) => refusals::unreadable(Resource::Customer, BodyFault::NotJson).map(Body::from),
        Ok(bytes) => {
            let query = Query::parse(target.raw.split_once('?').map_or("", |(_, query)| query));
            let call = Call {
                doors: &doors,
                account: &account,
                client: &client,
                mode: Mode::Web,
                method: &parts.method,
                headers: &parts.headers,
                query: &query,
                body: &bytes,
                client_segment: &target.client,
            };
            match path.as_slice() {
                ["secure", "setpassword.aspx"] => set_password::answer(&call).await,
                _ => form::answer(&call).await,
            }
        }
    };
    doors.counts.note(Door::SpektrixForm, response.status());
    response
}
