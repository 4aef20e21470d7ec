//! Every URL of the door. Paths arrive here in lower case and without a slash at the end: see `crate::paths`.

use axum::Router;
use axum::routing::{get, post};

use super::{contacts, refusals, signup};
use crate::Doors;

/// The routes of the Sentori door.
pub fn routes() -> Router<Doors> {
    Router::new()
        .route("/webhooks/contact/signup.ashx", post(signup::handle).fallback(refusals::signup_method))
        .route("/v2.0/contact/get/{key}", get(contacts::get).fallback(refusals::api_method))
        .route("/v2.0/mailinglists", get(contacts::lists).fallback(refusals::api_method))
        .route("/v2.0/mailinglists/{list}", get(contacts::list).fallback(refusals::api_method))
        .route("/v2.0/mailinglists/subscribers/{list}", get(contacts::subscribers).fallback(refusals::api_method))
}
