//! One delivery with its attempts: try it again, or drop it.

use askama::Template;
use model::DeliveryId;
use store::{DeliveryState, Handled};

use super::contact_history::delivery_state;
use crate::ctx::{Answer, Ctx, Fail};
use crate::shell::{self, Shell};

struct Attempt {
    number: i64,
    when: String,
    result: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "console/delivery.html")]
struct Page<'a> {
    shell: &'a Shell,
    id: i64,
    what: &'a str,
    state: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    contact: Option<String>,
    payload: String,
    attempts: Vec<Attempt>,
    may_replay: bool,
    may_drop: bool,
}

pub(crate) async fn show(ctx: Ctx) -> Answer {
    let t = ctx.words;
    let id = DeliveryId(ctx.id()?);
    let found = ctx.console.store().outbox_row(ctx.account()?.id, id).await?;
    let (row, attempts) = found.ok_or(Fail::NotFound)?;
    let what = t.of("owed", &row.kind);
    let shell = ctx.shell(&what, "deliveries");
    let (key, class) = delivery_state(row.state);
    let owed = row.state == DeliveryState::Owed;
    let mut facts = vec![
        (t.get("fact-number"), row.id.to_string()),
        (t.get("filter-lane"), t.get(&format!("lane-{}", row.lane.name()))),
        (t.get("fact-since"), t.when(row.created_at)),
        (t.get("fact-attempts"), t.number(row.attempts)),
    ];
    if owed {
        facts.push((t.get("fact-due"), t.when(row.due_at)));
    }
    facts.extend(row.finished_at.map(|at| (t.get("fact-finished"), t.when(at))));
    facts.extend(row.last_error.clone().map(|e| (t.get("fact-error"), e)));
    let payload = serde_json::from_str::<serde_json::Value>(&row.payload)
        .and_then(|json| serde_json::to_string_pretty(&json))
        .unwrap_or(row.payload);
    let free = shell.editor && !row.in_hand;
    shell::ok(&Page {
        shell: &shell,
        id: row.id.0,
        what: &what,
        state: t.get(key),
        class,
        facts,
        contact: row.contact.map(|c| ctx.at(&format!("contacts/{c}"))),
        payload,
        attempts: attempts
            .into_iter()
            .map(|a| Attempt {
                number: a.attempt,
                when: t.when(a.at),
                result: t.of("attempt", &a.result),
                error: a.error,
            })
            .collect(),
        may_replay: free && row.state != DeliveryState::Done,
        may_drop: free && matches!(row.state, DeliveryState::Owed | DeliveryState::Dead),
    })
}

async fn handled(ctx: &Ctx, action: &'static str, all: Vec<(DeliveryId, Handled)>, did: &str) -> Answer {
    let Some((id, handled)) = all.into_iter().next() else { return Err(Fail::NotFound) };
    let back = ctx.at(&format!("deliveries/{id}"));
    match handled {
        Handled::Yes => {
            ctx.note(action, id.to_string(), None, "", "").await?;
            ctx.to(&back, did)
        }
        Handled::Unknown => Err(Fail::NotFound),
        Handled::InHand => ctx.to(&back, "in-hand"),
        Handled::Over => ctx.to(&back, "over"),
    }
}

pub(crate) async fn replay(ctx: Ctx) -> Answer {
    let ids = vec![DeliveryId(ctx.id()?)];
    let all = ctx.console.store().replay(ctx.account()?.id, ids).await?;
    handled(&ctx, "delivery.replay", all, "replayed").await
}

pub(crate) async fn drop_it(ctx: Ctx) -> Answer {
    let ids = vec![DeliveryId(ctx.id()?)];
    let all = ctx.console.store().drop_deliveries(ctx.account()?.id, ids).await?;
    handled(&ctx, "delivery.drop", all, "dropped").await
}
