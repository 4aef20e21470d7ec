//! Vendors' servers match paths in any case and with or without a slash at the end. Their paths are rewritten to one
//! form before routing.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::Response;
use tower::Service;

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
        let kept = |path: &str| spektrix(path).is_some() || is_sentori_api(path);
        if let Some(target) = request.uri().path_and_query().filter(|t| kept(t.path())).cloned() {
            request.extensions_mut().insert(RawTarget(target));
        }
        if let Some(path) = rewritten(request.uri().path()) {
            let query = request.uri().query().map(|q| format!("?{q}")).unwrap_or_default();
            if let Ok(target) = format!("{path}{query}").parse::<PathAndQuery>() {
                let mut parts = request.uri().clone().into_parts();
                parts.path_and_query = Some(target);
                if let Ok(uri) = Uri::from_parts(parts) {
                    *request.uri_mut() = uri;
                }
            }
        }
        self.router.call(request)
    }
}

/// The request target as it was sent, where a signature covers it or an address in it is kept as given.
#[derive(Clone, Debug)]
pub(crate) struct RawTarget(pub(crate) PathAndQuery);

/// Whether a path is one of Sentori's v2.0.
fn is_sentori_api(path: &str) -> bool {
    path.get(..6).is_some_and(|p| p.eq_ignore_ascii_case("/v2.0/"))
}

/// The length of the `/{client}` of a Spektrix path: it is followed by `api/v3/` or `website/`, in any case.
fn spektrix(path: &str) -> Option<usize> {
    let client = path.strip_prefix('/')?.find('/')? + 1;
    let starts = |fixed: &str| path.get(client..client + fixed.len()).is_some_and(|p| p.eq_ignore_ascii_case(fixed));
    (client > 1 && (starts("/api/v3/") || starts("/website/"))).then_some(client)
}

/// The path in its one form; `None` when it is in that form already.
fn rewritten(path: &str) -> Option<String> {
    let first = path.strip_prefix('/')?.split('/').next()?;
    let folded = FOLDED.iter().any(|f| f.eq_ignore_ascii_case(first));
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let trimmed = if trimmed.is_empty() { "/" } else { trimmed };
    if let Some(client) = spektrix(path) {
        // Only the fixed part: what follows is compared in any case by the door itself.
        let fixed =
            client + if path[client..].get(..4).is_some_and(|p| p.eq_ignore_ascii_case("/api")) { 8 } else { 9 };
        let lower = format!("{}{}", path[..fixed].to_ascii_lowercase(), trimmed.get(fixed..).unwrap_or_default());
        return (lower != path).then_some(lower);
    }
    let upper = folded && trimmed.bytes().any(|b| b.is_ascii_uppercase());
    (upper || trimmed.len() != path.len())
        .then(|| if folded { trimmed.to_ascii_lowercase() } else { trimmed.to_owned() })
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
            ("/demo/api/v3/customers/I-AK11-1ATK", None),
            ("/Demo/API/v3/Customers/I-AK11-1ATK/", Some("/demo/api/v3/Customers/I-AK11-1ATK")),
            ("/demo/Website/Secure/SignUp.aspx", Some("/demo/website/Secure/SignUp.aspx")),
            ("/demo/api/v3/", None),
            ("//api/v3/x", None),
            ("/", None),
            ("//", Some("/")),
        ] {
            assert_eq!(rewritten(sent).as_deref(), wanted, "{sent}");
        }
    }
}
