//! Which automations begin: the one a form names, those that a tag or a list starts, the one a call asks for. Pure. What
//! happens on the way is the delivery floor's.

use std::collections::BTreeMap;

use model::{AccountSnapshot, Automation, AutomationId, DeliveryId, Refusal, Trigger};
use store::{Facts, Lane, NewDelivery, NewRun, Numbers, Owed, Plan};

/// What may start automations.
pub(crate) struct Starting<'a> {
    pub(crate) account: &'a AccountSnapshot,
    /// The one that the form names.
    pub(crate) named: Option<&'a str>,
    pub(crate) language: Option<&'a str>,
    /// Whether this node's workers can take the first step.
    pub(crate) at_once: bool,
}

/// Adds the runs that the plan's own tags and lists start, and the one that is named.
pub(crate) fn start(starting: &Starting<'_>, facts: &Facts, numbers: &mut dyn Numbers, plan: &mut Plan) {
    for (id, automation) in &starting.account.automations {
        let named = starting.named.is_some_and(|n| n.eq_ignore_ascii_case(&automation.external_id));
        if named || automation.start_on.iter().any(|trigger| triggered(starting.account, trigger, plan)) {
            begin(starting, *id, automation, &BTreeMap::new(), facts, numbers, plan);
        }
    }
}

fn triggered(account: &AccountSnapshot, trigger: &Trigger, plan: &Plan) -> bool {
    match trigger {
        Trigger::Tag(name) => account.tag_by_name(name).is_some_and(|(id, _)| plan.tags.contains(&id)),
        // Only a list that was not joined before is in the plan.
        Trigger::List(id) => account.list_by_external_id(id).is_some_and(|(id, _)| plan.join.contains(&id)),
    }
}

/// Adds a run, unless the contact is in it or was and it may not be repeated. Whether it did.
fn begin(
    starting: &Starting<'_>,
    id: AutomationId,
    automation: &Automation,
    trx: &BTreeMap<String, String>,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
) -> bool {
    if !automation.repeatable && facts.runs.contains(&id) {
        return false;
    }
    let run = numbers.row();
    plan.runs.push(NewRun {
        id: run,
        automation: id,
        definition: automation.clone(),
        trx: trx.clone(),
        language: starting.language.map(str::to_owned),
    });
    plan.deliveries.push(NewDelivery {
        id: DeliveryId(numbers.row()),
        lane: Lane::Mail,
        owed: Owed::AutomationStep { run, step: 0 },
        due_at: facts.now.unwrap_or(model::Timestamp(0)),
        at_once: starting.at_once,
        receipt: None,
    });
    true
}

/// Decides about a call that puts a contact into an automation.
pub(crate) fn by_call(
    account: &AccountSnapshot,
    id: AutomationId,
    trx: &BTreeMap<String, String>,
    at_once: bool,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<bool, Refusal>) {
    let found = account.automations.iter().find(|(a, _)| *a == id);
    let contact = facts.contact.as_ref().filter(|c| c.confirmed_at.is_some());
    let (Some((_, automation)), Some(contact)) = (found, contact) else {
        return (Plan::default(), Err(Refusal::NotFound));
    };
    let mut plan = Plan { contact: Some(contact.id), ..Plan::default() };
    let starting = Starting { account, named: None, language: None, at_once };
    let began = begin(&starting, id, automation, trx, facts, numbers, &mut plan);
    (plan, Ok(began))
}
