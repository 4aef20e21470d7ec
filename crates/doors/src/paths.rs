//! Vendors' servers match paths in any case and with or without a slash at the end. Their paths are rewritten to one
//! form before routing; the target as sent stays with the request for signatures.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::Response;
use tower::Service;

/// The request target as it was sent, byte for byte.
#[derive(Clone, Debug)]
pub struct RawTarget(pub String);

/// First segments below which everything is matched in lower case.
const FOLDED: [&str; 3] = ["webhooks", "v1", "v2.0"];

/// A router behind the rewriting.
#[derive(Clone)]
pub(crate) struct Normalised {
    router: Router,
}

impl Normalised {
    pub(crate) fn new(router: Router) -> Self {
        Self { router }
    }
}

impl Service<Request> for Normalised {
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        <Router as Service<Request>>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if let Some(path) = rewritten(request.uri().path()) {
            let sent = request.uri().path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
            let query = request.uri().query().map(|q| format!("?{q}")).unwrap_or_default();
            if let Ok(target) = format!("{path}{query}").parse::<PathAndQuery>() {
                let mut parts = request.uri().clone().into_parts();
                parts.path_and_query = Some(target);
                if let Ok(uri) = Uri::from_parts(parts) {
                    *request.uri_mut() = uri;
                }
            }
            request.extensions_mut().insert(RawTarget(sent));
        }
        self.router.call(request)
    }
}

/// The path in its one form; `None` when it is in that form already.
fn rewritten(path: &str) -> Option<String> {
    let first = path.strip_prefix('/')?.split('/').next()?;
    let folded = FOLDED.iter().any(|f| f.eq_ignore_ascii_case(first));
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let trimmed = if trimmed.is_empty() { "/" } else { trimmed };
    let upper = folded && trimmed.bytes().any(|b| b.is_ascii_uppercase());
    (upper || trimmed.len() != path.len()).then(|| if folded { trimmed.to_ascii_lowercase() } else { trimmed.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendor_paths_have_one_form() {
        for (sent, wanted) in [
            ("/webhooks/contact/signup.ashx", None),
            ("/Webhooks/Contact/SignUp.ashx/", Some("/webhooks/contact/signup.ashx")),
            ("/V2.0/contact/get/Joe%40Example.org/", Some("/v2.0/contact/get/joe%40example.org")),
            ("/confirm/AbC", None),
            ("/", None),
            ("//", Some("/")),
        ] {
            assert_eq!(rewritten(sent).as_deref(), wanted, "{sent}");
        }
    }
}
