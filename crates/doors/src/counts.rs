//! Requests by door and outcome, counted without locks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use model::Door;

use crate::Doors;

/// How a request ended, as far as metrics tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx, but for 206.
    Ok,
    /// 206: accepted, and its mail is still owed.
    MailOwed,
    /// 3xx.
    Redirected,
    /// 4xx, but for 429.
    Refused,
    /// 429.
    Limited,
    /// 503: the store is out of reach or too busy.
    Unavailable,
    /// Any other 5xx.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] =
        [Self::Ok, Self::MailOwed, Self::Redirected, Self::Refused, Self::Limited, Self::Unavailable, Self::Failed];

    /// The label in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::MailOwed => "mail_owed",
            Self::Redirected => "redirected",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
        }
    }

    fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            206 => Self::MailOwed,
            429 => Self::Limited,
            503 => Self::Unavailable,
            300..=399 => Self::Redirected,
            400..=499 => Self::Refused,
            500..=599 => Self::Failed,
            _ => Self::Ok,
        }
    }
}

/// The counters.
#[derive(Debug, Default)]
pub struct RequestCounts([[AtomicU64; Outcome::ALL.len()]; Door::ALL.len()]);

impl RequestCounts {
    /// Counts one answer.
    pub fn note(&self, door: Door, status: StatusCode) {
        self.0[door as usize][Outcome::of(status) as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Every door and outcome with its count; pairs that never occurred are left out.
    pub fn read(&self) -> Vec<(Door, Outcome, u64)> {
        let mut all = Vec::new();
        for door in Door::ALL {
            for outcome in Outcome::ALL {
                let count = self.0[door as usize][outcome as usize].load(Ordering::Relaxed);
                if count > 0 {
                    all.push((door, outcome, count));
                }
            }
        }
        all
    }
}

/// A door's routes with each answer counted.
pub(crate) fn counted(door: Door, routes: Router<Doors>, doors: &Doors) -> Router<Doors> {
    let counts = (door, Arc::clone(&doors.counts));
    // axum refuses a layer over nothing.
    if !routes.has_routes() {
        return routes;
    }
    routes.route_layer(from_fn_with_state(counts, count))
}

async fn count(State((door, counts)): State<(Door, Arc<RequestCounts>)>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    counts.note(door, response.status());
    response
}
