//! The HTTP server: connections with limits of number and time, each request with an id, an orderly end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use doors::Peer;
use futures_util::FutureExt as _;
use http::{HeaderValue, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;
use tracing::Instrument as _;

/// How long a request's head may take to arrive, also the pause between two requests of one connection.
pub(crate) const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// The largest head of a request.
const HEAD_LIMIT: usize = 32 * 1024;
/// How long open connections may take to end when the server stops.
const DRAIN_PATIENCE: Duration = Duration::from_secs(20);

/// A listening server.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    most: usize,
    head_patience: Duration,
}

impl Server {
    /// Listens; nothing is answered yet.
    pub async fn listen(address: SocketAddr, most: usize) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, most, head_patience: HEAD_PATIENCE })
    }

    /// Closes connections whose request's head takes longer than this to arrive.
    #[must_use]
    pub fn with_head_patience(mut self, head_patience: Duration) -> Self {
        self.head_patience = head_patience;
        self
    }

    /// The address, with the port that was chosen for port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until told to stop, then lets what is in flight end.
    pub async fn run<S>(self, service: S, mut stop: watch::Receiver<bool>)
    where
        S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
    {
        let places = Arc::new(Semaphore::new(self.most));
        let graceful = GracefulShutdown::new();
        let ids = Arc::new(RequestIds::default());
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.head_patience).max_buf_size(HEAD_LIMIT);
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = told(&mut stop) => break,
            };
            let Ok(place) = place else { break };
            let (stream, peer) = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file handles, mostly: others may end soon.
                        tracing::warn!(%error, "could not accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = told(&mut stop) => break,
            };
            let connection = builder.serve_connection(io(stream), {
                let (service, ids) = (service.clone(), Arc::clone(&ids));
                service_fn(move |request| answer(service.clone(), request, peer, ids.next()))
            });
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // Broken connections are the callers' affair.
                let _ = connection.await;
                drop(place);
            });
        }
        drop(self.listener);
        if tokio::time::timeout(DRAIN_PATIENCE, graceful.shutdown()).await.is_err() {
            tracing::warn!("connections were still open when time ran out");
        }
    }
}

/// Returns when the server is to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that went away is a stop too.
    drop(stop.wait_for(|s| *s).await);
}

fn io(stream: TcpStream) -> TokioIo<TcpStream> {
    // Answers are small and must not wait for more.
    let _ = stream.set_nodelay(true);
    TokioIo::new(stream)
}

/// Ids of requests: rising within a process.
#[derive(Default)]
struct RequestIds(AtomicU64);

impl RequestIds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// What every door says of a fault of ours, also as the reason phrase (Sentori reference, section 2).
fn internal_error() -> Response {
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, "Internal Error").into_response();
    response.extensions_mut().insert(hyper::ext::ReasonPhrase::from_static(b"Internal Error"));
    response
}

async fn answer<S>(
    mut service: S,
    request: Request<Incoming>,
    peer: SocketAddr,
    id: u64,
) -> Result<Response, Infallible>
where
    S: Service<Request, Response = Response, Error = Infallible> + Send,
    S::Future: Send,
{
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer.ip()));
    // Neither path nor query: they hold tokens and addresses.
    let span = tracing::info_span!("request", id, method = %request.method());
    let started = Instant::now();
    let answered = AssertUnwindSafe(service.call(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = match answered {
        Ok(Ok(response)) => response,
        Err(_) => {
            span.in_scope(|| tracing::error!("a request panicked"));
            internal_error()
        }
    };
    let (status, took) = (response.status().as_u16(), started.elapsed());
    span.in_scope(|| tracing::debug!(status, took_us = took.as_micros() as u64, "answered"));
    response.headers_mut().insert("x-request-id", HeaderValue::from(id));
    Ok(response)
}
