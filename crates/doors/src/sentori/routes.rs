//! Every URL of the door. Paths arrive here in lower case and without a slash at the end: see `crate::paths`.

use axum::Router;
use axum::routing::{get, post};

use super::{acts, contacts, import, refusals, signup};
use crate::Doors;

/// The routes of the Sentori door.
pub fn routes() -> Router<Doors> {
    Router::new()
        .route("/webhooks/contact/signup.ashx", post(signup::handle).fallback(refusals::signup_method))
        .route("/v1/contacts.asmx/import", post(import::import).fallback(refusals::signup_method))
        .route("/v1/contacts.asmx/xmltemplate", get(import::template).fallback(refusals::get_method))
        .route("/v2.0/contact/get/{key}", get(contacts::get).fallback(refusals::api_method))
        .route("/v2.0/contact/add/{email}", post(acts::add).fallback(refusals::api_post_method))
        .route("/v2.0/contact/update/{email}", post(acts::update).fallback(refusals::api_post_method))
        .route("/v2.0/contact/subscribe/{email}/{list}", get(acts::subscribe).fallback(refusals::api_method))
        .route("/v2.0/contact/unsubscribe/{email}/{list}", get(acts::unsubscribe).fallback(refusals::api_method))
        .route("/v2.0/contact/unsubscribe/{email}", get(acts::unsubscribe_all).fallback(refusals::api_method))
        .route(
            "/v2.0/automation/{automation}/addcontact/{email}",
            post(acts::add_to_automation).fallback(refusals::api_post_method),
        )
        .route("/v2.0/mailinglists", get(contacts::lists).fallback(refusals::api_method))
        .route("/v2.0/mailinglists/{list}", get(contacts::list).fallback(refusals::api_method))
        .route("/v2.0/mailinglists/subscribers/{list}", get(contacts::subscribers).fallback(refusals::api_method))
}
