//! The operator's endpoints, on a listener of their own: `/healthz`, `/readyz`, `/metrics`, `/tls-allowed?domain=`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use delivery::DeliveryMetrics;
use delivery::webhook::WebhookMetrics;
use doors::RequestCounts;
use intake::Intake;
use store::{DeliveryState, Histogram, Lane};
use tokio::sync::watch;

/// What the endpoints look at.
#[derive(Clone)]
pub(crate) struct Ops {
    pub(crate) intake: Intake,
    pub(crate) requests: Arc<RequestCounts>,
    pub(crate) spektrix: Arc<doors::spektrix::DoorState>,
    pub(crate) deliveries: Arc<DeliveryMetrics>,
    pub(crate) webhooks: Arc<WebhookMetrics>,
    /// True while the server stops.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The routes.
pub(crate) fn routes(ops: Ops) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/tls-allowed", get(tls_allowed))
        .with_state(ops)
}

async fn ready(State(ops): State<Ops>) -> Response {
    if *ops.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match tokio::time::timeout(Duration::from_secs(2), ops.intake.store().ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is slow to answer\n").into_response(),
    }
}

#[derive(serde::Deserialize)]
struct Domain {
    domain: String,
}

async fn tls_allowed(State(ops): State<Ops>, Query(asked): Query<Domain>) -> Response {
    let known = ops.intake.store().directory().by_domain(asked.domain.trim_end_matches('.')).is_some();
    if known { "yes\n".into_response() } else { (StatusCode::NOT_FOUND, "no\n").into_response() }
}

async fn metrics(State(ops): State<Ops>) -> Response {
    let mut text = Exposition::default();
    requests(&ops, &mut text);
    sign_ups(&ops, &mut text);
    guard(&ops, &mut text);
    unknown_keys(&ops, &mut text);
    store(&ops, &mut text);
    deliveries(&ops, &mut text).await;
    let mut response = text.0.into_response();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn requests(ops: &Ops, text: &mut Exposition) {
    text.head("vestibule_requests_total", "counter", "Requests by door and outcome.");
    for (door, outcome, count) in ops.requests.read() {
        let labels = format!("door=\"{}\",outcome=\"{}\"", door.name(), outcome.name());
        text.line("vestibule_requests_total", &labels, count);
    }
}

fn sign_ups(ops: &Ops, text: &mut Exposition) {
    let counts = ops.intake.counts();
    text.head("vestibule_sign_ups_total", "counter", "What sign-ups came to.");
    for (name, count) in [
        ("applied", &counts.applied),
        ("pending", &counts.pending),
        ("repeated", &counts.repeated),
        ("refused", &counts.refused),
        ("quiet", &counts.quiet),
        ("turned_away", &counts.turned_away),
        ("mail_withheld", &counts.withheld),
        ("confirmed", &counts.confirmed),
        ("cleared", &counts.cleared),
    ] {
        text.line("vestibule_sign_ups_total", &format!("outcome=\"{name}\""), read(count));
    }
}

fn guard(ops: &Ops, text: &mut Exposition) {
    let counts = ops.intake.guard_counts();
    text.head("vestibule_guard_verdicts_total", "counter", "The guard's verdicts by door.");
    for (door, verdict, count) in counts.verdicts() {
        let labels = format!("door=\"{}\",verdict=\"{verdict}\"", door.name());
        text.line("vestibule_guard_verdicts_total", &labels, count);
    }
    text.head("vestibule_guard_reasons_total", "counter", "What the guard saw, by door.");
    for (door, reason, count) in counts.reasons() {
        let labels = format!("door=\"{}\",reason=\"{reason}\"", door.name());
        text.line("vestibule_guard_reasons_total", &labels, count);
    }
}

fn unknown_keys(ops: &Ops, text: &mut Exposition) {
    text.head("vestibule_unknown_keys_total", "counter", "Keys of Spektrix requests that nothing knows, ignored.");
    let escaped = |label: &str| label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    for (account, key, count) in ops.spektrix.unknown_keys.read() {
        let labels = format!("account=\"{}\",key=\"{}\"", escaped(&account), escaped(&key));
        text.line("vestibule_unknown_keys_total", &labels, count);
    }
}

fn store(ops: &Ops, text: &mut Exposition) {
    let store = ops.intake.store();
    text.histogram("vestibule_commit_batch_size", "Changes in one commit.", &store.metrics().batch_sizes, 1.0);
    text.histogram("vestibule_commit_seconds", "Time of one commit.", &store.metrics().commit_times, 1e-6);
    text.head("vestibule_commit_failures_total", "counter", "Changes that could not be committed.");
    text.line("vestibule_commit_failures_total", "", read(&store.metrics().failures));
    text.head("vestibule_queue_length", "gauge", "Changes that wait to be committed.");
    text.line("vestibule_queue_length", "", store.queued() as u64);
    text.head("vestibule_accounts", "gauge", "Accounts.");
    text.line("vestibule_accounts", "", store.directory().all().len() as u64);
}

async fn deliveries(ops: &Ops, text: &mut Exposition) {
    text.head("vestibule_delivery_attempts_total", "counter", "Attempts at deliveries by result.");
    for (name, count) in [
        ("done", &ops.deliveries.done),
        ("again", &ops.deliveries.again),
        ("dead", &ops.deliveries.dead),
        ("withdrawn", &ops.deliveries.withdrawn),
        ("later", &ops.deliveries.later),
    ] {
        text.line("vestibule_delivery_attempts_total", &format!("result=\"{name}\""), read(count));
    }
    text.head("vestibule_mail_faults_total", "counter", "Mails that were not taken, by kind of fault.");
    for (kind, count) in ops.deliveries.faults() {
        text.line("vestibule_mail_faults_total", &format!("kind=\"{}\"", kind.name()), count);
    }
    returns(ops, text);
    webhooks(ops, text);
    // Left out while the database does not answer: a gauge of nought would be a lie.
    if let Ok(counts) = ops.intake.store().delivery_counts().await {
        text.head("vestibule_deliveries", "gauge", "Outbox rows that are owed or were given up.");
        for lane in Lane::ALL {
            for (state, name) in [(DeliveryState::Owed, "owed"), (DeliveryState::Dead, "dead")] {
                let count = counts.iter().find(|(l, s, _)| *l == lane && *s == state).map_or(0, |(.., n)| *n);
                let labels = format!("lane=\"{}\",state=\"{name}\"", lane.name());
                text.line("vestibule_deliveries", &labels, count as u64);
            }
        }
    }
}

fn returns(ops: &Ops, text: &mut Exposition) {
    let counts = &ops.intake.counts().returns;
    text.head("vestibule_mail_returns_total", "counter", "Reports about mails, by what came of them.");
    for (name, count) in [
        ("hard", &counts.hard),
        ("soft", &counts.soft),
        ("complaint", &counts.complaints),
        ("delivered", &counts.delivered),
        ("repeated", &counts.repeated),
        ("unknown", &counts.unknown),
    ] {
        text.line("vestibule_mail_returns_total", &format!("kind=\"{name}\""), read(count));
    }
}

fn webhooks(ops: &Ops, text: &mut Exposition) {
    text.head("vestibule_webhook_attempts_total", "counter", "Attempts at webhooks by result.");
    for (name, count) in [
        ("done", &ops.webhooks.done),
        ("again", &ops.webhooks.again),
        ("dead", &ops.webhooks.dead),
        ("withdrawn", &ops.webhooks.withdrawn),
    ] {
        text.line("vestibule_webhook_attempts_total", &format!("result=\"{name}\""), read(count));
    }
    text.head("vestibule_webhook_faults_total", "counter", "Webhooks that were not taken, by kind of fault.");
    for (kind, count) in ops.webhooks.faults() {
        text.line("vestibule_webhook_faults_total", &format!("kind=\"{}\"", kind.name()), count);
    }
    text.head("vestibule_webhooks_given_up_total", "counter", "URLs that were switched off after days of failure.");
    text.line("vestibule_webhooks_given_up_total", "", read(&ops.webhooks.given_up));
    let off = |account: &Arc<model::AccountSnapshot>| {
        account.webhooks.iter().map(|(_, endpoint)| endpoint.state.given_up.len()).sum::<usize>()
    };
    text.head("vestibule_webhooks_off", "gauge", "URLs that are switched off after days of failure.");
    text.line("vestibule_webhooks_off", "", ops.intake.store().directory().all().iter().map(off).sum::<usize>() as u64);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Text in Prometheus' format, version 0.0.4. Numbers and labels are all our own, so nothing needs escaping.
#[derive(Default)]
struct Exposition(String);

impl Exposition {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: u64) {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn histogram<const N: usize>(&mut self, name: &str, help: &str, histogram: &Histogram<N>, unit: f64) {
        self.head(name, "histogram", help);
        let (buckets, above, sum) = histogram.read();
        let mut cumulated = 0;
        for (bound, count) in buckets {
            cumulated += count;
            self.line(&format!("{name}_bucket"), &format!("le=\"{}\"", bound as f64 * unit), cumulated);
        }
        self.line(&format!("{name}_bucket"), "le=\"+Inf\"", cumulated + above);
        let _ = writeln!(self.0, "{name}_sum {}", sum as f64 * unit);
        self.line(&format!("{name}_count"), "", cumulated + above);
    }
}
