//! One request to one URL: connected as `target` allows, over TLS where the URL says so, with one limit of time for all of
//! it. Redirects are not followed, proxies not asked. Connections are kept for the next call to the same host.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

use super::target::Targets;
use crate::mail::verified_tls;

/// Why a call was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFaultKind {
    /// The address may not be called.
    Target,
    /// The URL is none, or none that can be called.
    Url,
    /// The name cannot be looked up.
    Name,
    /// No connection.
    Connect,
    /// No encryption, or a certificate that does not fit.
    Tls,
    /// Too slow.
    Timeout,
    /// The connection ended before the answer.
    Closed,
    /// A redirect, which is not followed.
    Redirect,
    /// An answer that is no success.
    Status,
}

impl CallFaultKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Target,
        Self::Url,
        Self::Name,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Closed,
        Self::Redirect,
        Self::Status,
    ];

    /// Its word in commands and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Url => "url",
            Self::Name => "name",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::Redirect => "redirect",
            Self::Status => "status",
        }
    }
}

/// A call that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {text}", kind.name())]
pub struct CallFault {
    /// What kind of fault.
    pub kind: CallFaultKind,
    /// What happened; without addresses or secrets.
    pub text: String,
}

impl CallFault {
    pub(super) fn new(kind: CallFaultKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// Idle connections to one host are kept so long.
const IDLE: Duration = Duration::from_secs(20);
/// Of an answer's body at most so much is read, so that the connection can be used again.
const MOST_READ: usize = 64 * 1024;

/// Makes calls. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    client: Client<Connector, Full<Bytes>>,
    time_limit: Duration,
}

impl Caller {
    /// A caller that goes where `targets` allows.
    pub fn new(targets: Targets, time_limit: Duration, idle_connections: usize) -> Self {
        let connector = Connector { targets, tls: Arc::default() };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(idle_connections)
            .http1_title_case_headers(true)
            .build(connector);
        Self { client, time_limit }
    }

    /// Gets what is behind a URL, at most `most` bytes of it.
    pub async fn get(&self, url: &str, most: usize) -> Result<Bytes, CallFault> {
        let uri: Uri = url.parse().map_err(|_| CallFault::new(CallFaultKind::Url, "the URL cannot be read"))?;
        let mut request = Request::new(Full::default());
        *request.uri_mut() = uri;
        let got = async {
            let answer = self.client.request(request).await.map_err(|error| fault_of(&error))?;
            if !answer.status().is_success() {
                return Err(CallFault::new(CallFaultKind::Status, answer.status().to_string()));
            }
            let whole = Limited::new(answer.into_body(), most).collect().await;
            let whole =
                whole.map_err(|_| CallFault::new(CallFaultKind::Closed, "its body ended early, or is too long"))?;
            Ok(whole.to_bytes())
        };
        let slow = || CallFault::new(CallFaultKind::Timeout, format!("no answer within {:?}", self.time_limit));
        tokio::time::timeout(self.time_limit, got).await.map_err(|_| slow())?
    }

    /// Posts a body; done when the answer is any 2xx.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<(), CallFault> {
        let uri: Uri = url.parse().map_err(|_| CallFault::new(CallFaultKind::Url, "the URL cannot be read"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(CallFault::new(CallFaultKind::Url, "the URL is neither https:// nor http://"));
        }
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let slow = || CallFault::new(CallFaultKind::Timeout, format!("no answer within {:?}", self.time_limit));
        tokio::time::timeout(self.time_limit, self.exchange(request)).await.map_err(|_| slow())?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(), CallFault> {
        let answer = self.client.request(request).await.map_err(|error| fault_of(&error))?;
        let status = answer.status();
        let has_location = answer.headers().contains_key(header::LOCATION);
        let mut body = answer.into_body();
        // What the answer says means nothing here; a short one is read so that the connection can stay.
        let mut read = 0;
        if status.is_success() {
            let drained = async {
                while let Some(Ok(frame)) = body.frame().await {
                    read += frame.data_ref().map_or(0, Bytes::len);
                    if read > MOST_READ {
                        return;
                    }
                }
            };
            // The success stands, however long the rest takes.
            let _ = tokio::time::timeout(Duration::from_secs(1), drained).await;
            return Ok(());
        }
        if status.is_redirection() && has_location {
            let text = format!("{}: redirects are not followed", status.as_u16());
            return Err(CallFault::new(CallFaultKind::Redirect, text));
        }
        Err(CallFault::new(CallFaultKind::Status, status.to_string()))
    }
}

/// The fault behind what the client says: one of ours where the connection failed.
fn fault_of(error: &hyper_util::client::legacy::Error) -> CallFault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut last = String::new();
    while let Some(one) = cause {
        if let Some(fault) = one.downcast_ref::<CallFault>() {
            return fault.clone();
        }
        last = one.to_string();
        cause = one.source();
    }
    CallFault::new(CallFaultKind::Closed, format!("the connection ended before the answer ({last})"))
}

/// Connects for the client.
#[derive(Clone)]
struct Connector {
    targets: Targets,
    /// Reading the system's certificates takes a while: when first needed.
    tls: Arc<OnceCell<TlsConnector>>,
}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<TokioIo<Wire>, CallFault> {
        let secure = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = self.targets.connect(&host, port).await?;
        if !secure {
            return Ok(TokioIo::new(Wire(Box::new(stream))));
        }
        let fault = |text: String| CallFault::new(CallFaultKind::Tls, text);
        let tls = self.tls.get_or_try_init(async || {
            tokio::task::spawn_blocking(|| verified_tls(&[])).await.map_err(|_| "internal fault".to_owned())?
        });
        let tls = tls.await.map_err(fault)?;
        let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned());
        let name = name.map_err(|_| fault("the host is no name that a certificate can have".into()))?;
        let stream = tls.connect(name, stream).await.map_err(|error| fault(error.to_string()))?;
        Ok(TokioIo::new(Wire(Box::new(stream))))
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<Wire>;
    type Error = CallFault;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, CallFault>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), CallFault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection, encrypted or not.
struct Wire(Box<dyn Stream>);

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
