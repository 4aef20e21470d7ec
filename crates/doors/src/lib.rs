//! The doors: one module per dialect, side by side. A door only translates: wire format in, wire format out. What is
//! valid and what happens is the intake's business; reading goes through the store's read side.
//!
//! | path | module |
//! |---|---|
//! | `/webhooks/contact/signup.ashx`, `/v1/…`, `/v2.0/…` | [`sentori`] |
//! | `/{client}/forms/{form}` | `form_routes` |
//! | `/{client}/challenge` | `challenge_routes` |
//! | `/confirm/{token}`, `/not-me/{token}`, `/embed.js` | `page_routes` |
//! | `/preferences/{token}`, `/{client}/preferences` | `preference_routes` |
//! | `/unsubscribe/{token}` | `unsubscribe_routes` |
//! | `/{client}/api/v3/…`, `/{client}/website/…` | [`spektrix`] |
//! | `/api/v1/mail-reports` | [`mail_reports`] |
//! | `/mailbox`, `/mailbox.json` | `mailbox` |

mod body;
mod challenge_answers;
mod challenge_routes;
mod client;
mod counts;
pub mod decoded;
mod form_routes;
pub mod mail_reports;
mod mailbox;
mod overload;
mod page_answers;
mod page_routes;
pub mod pages;
mod paths;
mod preference_routes;
pub mod sentori;
pub mod spektrix;
mod unsubscribe_routes;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use intake::Intake;
use model::Directory;

pub use body::PATIENCE as BODY_PATIENCE;
pub use client::{Client, TrustedProxies, TrustedProxiesFault, header_text};
pub use counts::{Outcome, RequestCounts};

/// What every door needs. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    /// The verbs.
    pub intake: Intake,
    /// The built-in mailbox, where mail goes there.
    pub mailbox: Option<delivery::mail::Mailbox>,
    /// Links for pages and mails.
    pub links: store::Links,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Requests by door and outcome.
    pub counts: Arc<RequestCounts>,
    /// How long a request's body may take to arrive: usually [`BODY_PATIENCE`].
    pub body_patience: std::time::Duration,
    /// What the Spektrix door holds between calls.
    pub spektrix: Arc<spektrix::DoorState>,
    /// Keys by which Amazon SNS signs.
    pub certificates: Arc<mail_reports::Certificates>,
}

impl Doors {
    /// Every account, as this node knows it.
    pub fn directory(&self) -> Arc<Directory> {
        self.intake.store().directory()
    }
}

/// The address of the peer, put into each request by the server.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// All doors behind one service, with what else is served beside them.
pub fn service(
    doors: Doors,
    more: Router,
) -> impl tower::Service<
    axum::extract::Request,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static {
    let people = Router::new()
        .merge(counts::counted(model::Door::Hosted, form_routes::routes(), &doors))
        .merge(counts::counted(model::Door::Pages, challenge_routes::routes(), &doors))
        .merge(counts::counted(model::Door::Pages, page_routes::routes(), &doors))
        .merge(counts::counted(model::Door::Pages, preference_routes::routes(), &doors))
        .merge(counts::counted(model::Door::Pages, unsubscribe_routes::routes(), &doors))
        .merge(counts::counted(model::Door::Pages, mailbox::routes(doors.mailbox.is_some()), &doors));
    let in_order = (Arc::new(overload::Overload::new()), Arc::clone(&doors.counts));
    let https = doors.links.base().starts_with("https://");
    let router = Router::new()
        .merge(counts::counted(model::Door::Sentori, sentori::routes(), &doors))
        .merge(counts::counted(model::Door::Mail, mail_reports::routes(), &doors))
        .merge(spektrix::routes())
        .merge(people.route_layer(from_fn_with_state(https, page_answers::strict_transport)))
        .fallback(page_answers::nowhere)
        .with_state(doors)
        .merge(more)
        .layer(from_fn_with_state(in_order, overload::keep_order));
    paths::Normalised::new(router)
}
