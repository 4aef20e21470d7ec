//! What happens when far more strangers call than the node can serve: callers with credentials go first, strangers wait in
//! a short line, and who finds the line full is kept waiting before being sent away, so that a flood is as slow as its
//! connections are many. Decided by a request's head; no body is read and no store asked for those sent away.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Door;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::counts::RequestCounts;

/// Strangers who are served at one time: two batches' worth of the committer.
const SERVED: usize = 256;
/// Strangers who wait for that.
const LINE: usize = 1_024;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long somebody is kept waiting who finds the line full.
const HELD_OFF: Duration = Duration::from_secs(2);
/// Most who are kept waiting; beyond that a connection is closed at once.
const MOST_HELD_OFF: usize = 4_096;
/// A call that takes longer waits for others, such as a mail server, and needs no place for that.
const WORK: Duration = Duration::from_millis(50);
/// A flood is over when nobody was sent away for so long.
const CALM: Duration = Duration::from_secs(2);
/// Calls with credentials under way at one time, averaged, from which they come first while a flood lasts.
const BUSY: f64 = 0.5;
/// Over which time that is averaged, in seconds.
const AVERAGED: f64 = 0.25;
/// While they come first, one stranger is let in for so many calls with credentials…
const CALLS_FOR_A_STRANGER: f64 = 50.0;
/// …and so many a second whatever happens.
const STRANGERS_AT_LEAST: f64 = 50.0;

/// The line in front of the public doors, one for each node.
#[derive(Debug)]
pub(crate) struct Overload {
    state: Mutex<Line>,
}

#[derive(Debug)]
struct Line {
    served: usize,
    waiting: VecDeque<oneshot::Sender<Place>>,
    held_off: usize,
    /// When somebody was sent away last.
    full: Option<Instant>,
    /// Calls with credentials under way, averaged up to `at`.
    busy: f64,
    at: Instant,
    /// Strangers who may be let in while callers with credentials come first.
    credit: f64,
}

/// Why somebody is sent away, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    /// After some waiting; the connection may be used again.
    Later,
    /// There are so many that the connection ends here.
    Close,
}

/// A place at a public door; given back when dropped.
#[derive(Debug)]
struct Place(Arc<Overload>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.line().served -= 1;
        self.0.let_in();
    }
}

impl Overload {
    pub(crate) fn new() -> Self {
        let line = Line {
            served: 0,
            waiting: VecDeque::new(),
            held_off: 0,
            full: None,
            busy: 0.0,
            at: Instant::now(),
            credit: 0.0,
        };
        Self { state: Mutex::new(line) }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call with credentials was answered.
    fn answered(self: &Arc<Self>, took: Duration) {
        let now = Instant::now();
        let waiting = {
            let mut line = self.line();
            line.pass_time(now);
            line.busy += took.as_secs_f64() / AVERAGED;
            line.credit = (line.credit + 1.0 / CALLS_FOR_A_STRANGER).min(STRANGERS_AT_LEAST);
            !line.waiting.is_empty()
        };
        if waiting {
            self.let_in();
        }
    }

    /// Lets in from the line who may.
    fn let_in(self: &Arc<Self>) {
        let now = Instant::now();
        loop {
            let next = {
                let mut line = self.line();
                while line.waiting.front().is_some_and(oneshot::Sender::is_closed) {
                    line.waiting.pop_front();
                }
                if line.waiting.is_empty() || !line.admits(now) {
                    return;
                }
                line.waiting.pop_front()
            };
            // Whoever has just gone gives the place back by dropping it.
            drop(next.map(|waiter| waiter.send(Place(Arc::clone(self)))));
        }
    }

    /// A place, at once or after some waiting in line.
    async fn enter(self: &Arc<Self>) -> Result<Place, Full> {
        let now = Instant::now();
        let turn = {
            let mut line = self.line();
            if line.waiting.is_empty() && line.admits(now) {
                return Ok(Place(Arc::clone(self)));
            }
            if line.waiting.len() < LINE {
                let (waiter, turn) = oneshot::channel();
                line.waiting.push_back(waiter);
                Some(turn)
            } else {
                line.full = Some(now);
                if line.held_off >= MOST_HELD_OFF {
                    return Err(Full::Close);
                }
                line.held_off += 1;
                None
            }
        };
        let Some(turn) = turn else {
            let _held_off = HeldOff(Arc::clone(self));
            sleep(HELD_OFF).await;
            return Err(Full::Later);
        };
        // Others may be over: nobody else looks while no place is given back.
        self.let_in();
        timeout(PATIENCE, turn).await.ok().and_then(Result::ok).ok_or(Full::Later)
    }
}

/// Counts somebody who is kept waiting, until dropped.
struct HeldOff(Arc<Overload>);

impl Drop for HeldOff {
    fn drop(&mut self) {
        self.0.line().held_off -= 1;
    }
}

impl Line {
    fn pass_time(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.busy *= (-seconds / AVERAGED).exp();
        self.credit = (self.credit + seconds * STRANGERS_AT_LEAST).min(STRANGERS_AT_LEAST);
        self.at = self.at.max(now);
    }

    /// Takes a place if there is one.
    fn admits(&mut self, now: Instant) -> bool {
        if self.served >= SERVED {
            return false;
        }
        if self.full.is_some_and(|at| now.saturating_duration_since(at) < CALM) {
            self.pass_time(now);
            if self.busy >= BUSY {
                if self.credit < 1.0 {
                    return false;
                }
                self.credit -= 1.0;
            }
        }
        self.served += 1;
        true
    }
}

/// Who calls, as far as the head of a request tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Anybody, at a public door.
    Stranger(Door),
    /// Somebody who says to have credentials; the answer tells whether they are good.
    Credentials,
    /// Somebody with a link or a console user, and everything that costs next to nothing.
    Other,
}

fn who(request: &Request) -> Who {
    let mut segments = request.uri().path().split('/').skip(1);
    let (first, second) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    let signed = request.headers().contains_key(header::AUTHORIZATION);
    match (first, second) {
        ("webhooks" | "v1" | "v2.0", _) => Who::Credentials,
        ("api", "v1") if signed => Who::Credentials,
        ("api" | "console" | "confirm" | "not-me" | "preferences" | "unsubscribe" | "mailbox", _) => Who::Other,
        (_, "api") if signed => Who::Credentials,
        (_, "api") => Who::Stranger(Door::SpektrixWeb),
        (_, "website") => Who::Stranger(Door::SpektrixForm),
        (_, "forms") => Who::Stranger(Door::Hosted),
        (_, "challenge" | "preferences") => Who::Stranger(Door::Pages),
        _ => Who::Other,
    }
}

/// Lets a request through, has it wait, or sends it away.
pub(crate) async fn keep_order(
    State((overload, counts)): State<(Arc<Overload>, Arc<RequestCounts>)>,
    request: Request,
    next: Next,
) -> Response {
    match who(&request) {
        Who::Other => next.run(request).await,
        Who::Credentials => {
            let started = Instant::now();
            let response = next.run(request).await;
            if !matches!(response.status().as_u16(), 401 | 403 | 429 | 500..) {
                overload.answered(started.elapsed().min(WORK));
            }
            response
        }
        Who::Stranger(door) => match overload.enter().await {
            Ok(place) => {
                let mut answer = std::pin::pin!(next.run(request));
                match timeout(WORK, &mut answer).await {
                    Ok(response) => response,
                    Err(_) => {
                        drop(place);
                        answer.await
                    }
                }
            }
            Err(full) => {
                counts.note(door, StatusCode::SERVICE_UNAVAILABLE);
                sent_away(&request, full)
            }
        },
    }
}

/// 503 and when to try again, readable for scripts of any page: it tells nothing.
fn sent_away(request: &Request, full: Full) -> Response {
    const PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><title>Very busy</title><p>Very many people are here at the moment. \
        Please try again in a few seconds.</p></html>";
    let page = request.headers().get(header::ACCEPT).is_some_and(|a| a.to_str().is_ok_and(|a| a.contains("text/html")));
    let (kind, text) = if page {
        ("text/html; charset=utf-8", PAGE)
    } else {
        ("application/json; charset=utf-8", r#"{"error":"Service Unavailable","message":"Service Unavailable"}"#)
    };
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    if full == Full::Close {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_tell_who_calls() {
        let request = |path: &str, signed: bool| {
            let request = Request::builder().uri(path);
            let request = if signed { request.header("authorization", "x") } else { request };
            who(&request.body(axum::body::Body::empty()).expect("a request"))
        };
        for (path, signed, expected) in [
            ("/webhooks/contact/signup.ashx", false, Who::Credentials),
            ("/v2.0/contact/get/x", false, Who::Credentials),
            ("/demo/api/v3/customers", true, Who::Credentials),
            ("/demo/api/v3/customer", false, Who::Stranger(Door::SpektrixWeb)),
            ("/demo/website/secure/signup.aspx", false, Who::Stranger(Door::SpektrixForm)),
            ("/demo/forms/12ABCDE3", false, Who::Stranger(Door::Hosted)),
            ("/demo/challenge", false, Who::Stranger(Door::Pages)),
            ("/demo/preferences", false, Who::Stranger(Door::Pages)),
            ("/preferences/token", false, Who::Other),
            ("/confirm/token", false, Who::Other),
            ("/console/contacts", false, Who::Other),
            ("/api/v1/contacts", true, Who::Credentials),
            ("/", false, Who::Other),
        ] {
            assert_eq!(request(path, signed), expected, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_wait_in_line_and_the_rest_is_sent_away_slowly() {
        let overload = Arc::new(Overload::new());
        let mut served = Vec::new();
        for _ in 0..SERVED {
            served.push(overload.enter().await.expect("a place"));
        }
        let in_line: Vec<_> = (0..LINE)
            .map(|_| {
                let overload = Arc::clone(&overload);
                tokio::spawn(async move { overload.enter().await.map(drop) })
            })
            .collect();
        tokio::task::yield_now().await;
        let began = Instant::now();
        assert_eq!(overload.enter().await.err(), Some(Full::Later), "the line is full");
        assert!(began.elapsed() >= HELD_OFF);
        let mut late = 0;
        for waiter in in_line {
            late += usize::from(waiter.await.expect("no panic").is_err());
        }
        assert_eq!(late, LINE, "nobody gave a place back in time");
        drop(served);
        assert!(overload.enter().await.is_ok());
        assert_eq!(overload.line().served, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_with_credentials_come_first_while_a_flood_lasts() {
        let overload = Arc::new(Overload::new());
        let calls = || (0..20).for_each(|_| overload.answered(Duration::from_millis(20)));
        calls();
        for _ in 0..100 {
            assert!(overload.enter().await.is_ok(), "nobody was sent away yet");
        }
        overload.line().full = Some(Instant::now());
        let mut let_in = 0;
        for _ in 0..10 {
            calls();
            sleep(Duration::from_millis(100)).await;
            let mut line = overload.line();
            line.full = Some(Instant::now());
            line.credit = line.credit.min(1.0);
            let_in += usize::from(line.admits(Instant::now()));
        }
        assert!((5..=10).contains(&let_in), "{let_in}");
        calls();
        overload.line().credit = 0.0;
        assert!(!overload.line().admits(Instant::now()));
        sleep(CALM).await;
        assert!(overload.line().admits(Instant::now()), "the flood is over");
    }
}
