//! What is owed to the outside and what became of it, the newest first.

use askama::Template;
use model::DeliveryId;
use store::{DeliveryState, Lane, OutboxFilter};

use super::contact_history::{Owed, owed};
use crate::ctx::{Answer, Ctx};
use crate::shell::{self, Shell};

const A_PAGE: i64 = 50;
/// Given-up rows that are replayed at a time.
const MOST_REPLAYED: i64 = 10_000;

#[derive(Template)]
#[template(path = "console/deliveries.html")]
struct Deliveries<'a> {
    shell: &'a Shell,
    rows: Vec<Owed>,
    states: Vec<(&'static str, String, bool)>,
    lanes: Vec<(&'static str, String, bool)>,
    more: Option<String>,
    dead: bool,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let state = DeliveryState::ALL.into_iter().find(|s| s.name() == ctx.query.get("state"));
    let lane = Lane::ALL.into_iter().find(|l| l.name() == ctx.query.get("lane"));
    let before = ctx.query.number("before").map(DeliveryId);
    let filter = OutboxFilter { lane, state, before, most: A_PAGE + 1 };
    let mut rows = ctx.console.store().outbox(ctx.account()?.id, filter).await?;
    let more = (rows.len() as i64 > A_PAGE).then(|| {
        rows.truncate(A_PAGE as usize);
        let before = rows.last().map_or(0, |r| r.id.0);
        let (state, lane) = (state.map_or("", DeliveryState::name), lane.map_or("", Lane::name));
        format!("{}?state={state}&lane={lane}&before={before}", ctx.at("deliveries"))
    });
    let shell = ctx.shell(&t.get("nav-deliveries"), "deliveries");
    shell::ok(&Deliveries {
        shell: &shell,
        rows: owed(&ctx, &rows),
        states: DeliveryState::ALL
            .into_iter()
            .map(|s| (s.name(), t.get(&format!("delivery-{}", s.name())), state == Some(s)))
            .collect(),
        lanes: Lane::ALL
            .into_iter()
            .map(|l| (l.name(), t.get(&format!("lane-{}", l.name())), lane == Some(l)))
            .collect(),
        more,
        dead: state == Some(DeliveryState::Dead) && !rows.is_empty(),
    })
}

/// Tries everything again that was given up.
pub(crate) async fn replay_dead(ctx: Ctx) -> Answer {
    let account = ctx.account()?.id;
    let store = ctx.console.store();
    let lane = Lane::ALL.into_iter().find(|l| l.name() == ctx.form.get("lane"));
    let filter = OutboxFilter { lane, state: Some(DeliveryState::Dead), before: None, most: MOST_REPLAYED };
    let ids: Vec<DeliveryId> = store.outbox(account, filter).await?.into_iter().map(|r| r.id).collect();
    let count = ids.len().to_string();
    store.replay(account, ids).await?;
    ctx.note("delivery.replay", ctx.words.one("so-many-deliveries", "count", &count), None, "", "").await?;
    ctx.to(&ctx.at("deliveries"), "replayed")
}
