//! Sign-ups as they arrive, as server-sent events: an addition to the overview, which says the same when it is loaded
//! again.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, Sse};
use futures_util::stream;
use model::Refusal;

use super::sign_ups::{self, Line};
use crate::ctx::{Answer, Ctx, Fail};

/// How many such streams one node keeps open.
pub(crate) const MOST_OPEN: usize = 100;
/// How often to look.
const EVERY: Duration = Duration::from_secs(2);
/// After this the browser asks anew, and whether it still may is looked at again.
const LIFE: Duration = Duration::from_secs(300);

#[derive(Template)]
#[template(path = "console/line.html")]
struct Arrival<'a> {
    line: &'a Line,
}

pub(crate) async fn stream(ctx: Ctx) -> Answer {
    let place = ctx.console.inner.live.clone().try_acquire_owned();
    let place = place.map_err(|_| Fail::Refused(Refusal::Busy(Duration::from_secs(30))))?;
    let after = ctx.query.number("after").unwrap_or(0).max(0);
    let stopped = ctx.console.inner.stopped.clone();
    let ends = tokio::time::Instant::now() + LIFE;
    let start = (ctx, after, stopped, place);
    let events = stream::unfold(start, move |(ctx, after, mut stopped, place)| async move {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return None,
        }
        if tokio::time::Instant::now() > ends {
            return None;
        }
        let mut lines = sign_ups::newest(&ctx, Some(after)).await.ok()?;
        if lines.is_empty() {
            // So that a browser that is gone is noticed.
            return Some((Ok::<_, Infallible>(Event::default().comment("")), (ctx, after, stopped, place)));
        }
        let newest = lines.iter().map(|l| l.id).max().unwrap_or(after);
        lines.reverse();
        let html = lines.iter().filter_map(|line| Arrival { line }.render().ok()).collect::<Vec<_>>();
        let data = serde_json::to_string(&html).unwrap_or_else(|_| "[]".into());
        let event = Event::default().event("arrivals").id(newest.to_string()).data(data);
        Some((Ok(event), (ctx, newest, stopped, place)))
    });
    Ok(Sse::new(events).into_response())
}
