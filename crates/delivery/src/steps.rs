//! A contact's way through an automation: one outbox row at a time, each writes the next in the transaction that ends it.

use std::sync::Arc;

use model::{AccountSnapshot, EmailAddress};
use store::{
    Attempt, Contact, ContactKey, Facts, Lane, Leased, NewDelivery, Numbers, Of, Owed, PersonKey, Plan, RunRow, Wants,
};

use crate::attempt::{Courier, NoMail};
use crate::automation::{MailValues, Standing, list_of, not_mailed, onward};
use crate::mail::Outgoing;
use crate::personal_mails::unsubscribe_headers;

/// How often passing on is tried before the whole step is: its mail would go out once more.
const TRIES: usize = 4;

impl Courier {
    /// Takes the step of a run that is due, and whatever follows at the same moment.
    pub(crate) async fn automation_step(&self, account: &Arc<AccountSnapshot>, row: &Leased) -> Attempt {
        match self.take_step(account, row).await {
            Ok(attempt) => attempt,
            Err(why) => self.without_mail(row, why),
        }
    }

    async fn take_step(&self, account: &Arc<AccountSnapshot>, row: &Leased) -> Result<Attempt, NoMail> {
        let Owed::AutomationStep { run: run_id, step } = row.owed else {
            return Err(NoMail::Never("not a step".into()));
        };
        let run = self.store.automation_run(row.account, run_id).await?;
        let run = run.ok_or(NoMail::Withdrawn("the run is gone"))?;
        let contact = self.store.contact(row.account, ContactKey::Id(run.contact)).await?;
        let contact = contact.ok_or(NoMail::Withdrawn("the contact is gone"))?;
        let current = usize::try_from(step).ok().and_then(|n| run.definition.steps.get(n));
        let is_mail = matches!(current, Some(model::AutomationStep::SendMail { .. }));
        // Beyond this step only by an operator who replays it: then just its mail goes out again.
        let passed = run.next_step.is_none_or(|next| next != step);
        if passed && !is_mail {
            return Err(NoMail::Withdrawn("the run is past this step"));
        }
        let mut attempt = Attempt::Done;
        if is_mail {
            let without = current.and_then(|step| not_mailed(account, &contact, step, &Standing::of(&contact)));
            attempt = match without {
                // Later steps still run.
                Some(_) => Attempt::Done,
                None => match self.step_mail(account, row, &run, &contact, step).await {
                    Ok(mail) => self.send(account, row, &mail).await,
                    Err(why) => self.without_mail(row, why),
                },
            };
        }
        if passed || matches!(attempt, Attempt::Again { .. } | Attempt::Later { .. }) {
            return Ok(attempt);
        }
        // A mail that was given up does not stop the run.
        let from = if is_mail { step + 1 } else { step };
        let done = attempt.is_done();
        self.pass_on(account, row, run_id, step, from, &run, &contact, done).await?;
        Ok(attempt)
    }

    async fn step_mail(
        &self,
        account: &Arc<AccountSnapshot>,
        row: &Leased,
        run: &RunRow,
        contact: &Contact,
        step: i64,
    ) -> Result<Outgoing, NoMail> {
        let to = EmailAddress::parse(&contact.row.email).map_err(|_| NoMail::Never("the address is none".into()))?;
        let preferences = self.links.preferences(row.account, run.contact);
        let step = usize::try_from(step).ok().and_then(|n| run.definition.steps.get(n));
        let of = Of { account: row.account, contact: run.contact };
        let list = step.and_then(|step| list_of(account, step));
        let unsubscribe = self.links.unsubscribe_from(of, list);
        let values = MailValues {
            account,
            email: to.given(),
            values: &contact.values,
            trx: &run.trx,
            preferences: &preferences,
            unsubscribe: &unsubscribe,
            language: run.language.as_deref().unwrap_or(&account.settings.language.0),
        };
        let mail = step.and_then(|step| values.write(step)).ok_or_else(|| NoMail::Never("not a mail".into()))?;
        let mail = mail.map_err(NoMail::Never)?;
        let mut outgoing = self.addressed(account, row, to.clone(), mail.subject, mail.text).await?;
        outgoing.html = mail.html;
        outgoing.headers = unsubscribe_headers(&self.links, of, list);
        Ok(outgoing)
    }

    /// Writes what the run does at this moment, and its next row, in one transaction with the end of this one.
    #[expect(clippy::too_many_arguments, reason = "the parts of one change")]
    async fn pass_on(
        &self,
        account: &Arc<AccountSnapshot>,
        row: &Leased,
        run_id: i64,
        step: i64,
        from: i64,
        run: &RunRow,
        contact: &Contact,
        done: bool,
    ) -> Result<(), NoMail> {
        let email = EmailAddress::parse(&contact.row.email).map_err(|_| NoMail::Never("the address is none".into()))?;
        let key = PersonKey { account: row.account, email_key: email.key().to_owned() };
        let numbers = run.definition.steps.len();
        let wants = Wants { run: Some(run_id), numbers, ..Wants::default() };
        let mut fault = None;
        for _ in 0..TRIES {
            let (account, definition, standing) = (Arc::clone(account), run.definition.clone(), Standing::of(contact));
            let (id, at_once) = (row.id, self.store.has_room_for_delivery());
            let run_told = run.clone();
            let decide = move |facts: &Facts, numbers: &mut dyn Numbers| {
                // Somebody else was faster: this row's lease had run out.
                let stands = facts.run == Some(Some(step));
                let Some(contact) = facts.contact.as_ref().filter(|_| stands) else {
                    return (Plan::default(), ());
                };
                let now = facts.now.unwrap_or(model::Timestamp(0));
                let onward = onward(&account, &definition, from, standing.clone());
                let mut plan = Plan {
                    contact: Some(contact.id),
                    tags: onward.tags,
                    untag: onward.untag,
                    join: onward.join,
                    leave: onward.leave,
                    run_on: Some((run_id, onward.next.map(|(step, _)| step))),
                    done: done.then_some(id),
                    ..Plan::default()
                };
                for (step, url) in onward.calls {
                    let owed = Owed::AutomationCall {
                        run: run_id,
                        step,
                        url,
                        contact: contact.id,
                        body: call_body(&account, &run_told, contact, step, now),
                    };
                    plan.deliveries.push(new_row(numbers, Lane::Webhook, owed, now, false));
                }
                if let Some((step, pause)) = onward.next {
                    let owed = Owed::AutomationStep { run: run_id, step };
                    let at_once = at_once && pause.is_zero();
                    plan.deliveries.push(new_row(numbers, Lane::Mail, owed, now.plus(pause), at_once));
                }
                (plan, ())
            };
            match self.store.decide(key.clone(), wants, decide).await {
                Ok(()) => return Ok(()),
                Err(error) => fault = Some(error),
            }
        }
        Err(fault.map_or_else(|| NoMail::Later("the step could not be passed".into()), NoMail::from))
    }
}

/// What a webhook of an automation says.
fn call_body(
    account: &AccountSnapshot,
    run: &RunRow,
    contact: &store::ContactRow,
    step: i64,
    now: model::Timestamp,
) -> String {
    #[derive(serde::Serialize)]
    struct Body<'a> {
        r#type: &'a str,
        timestamp: String,
        data: serde_json::Value,
    }
    let known = account.automations.iter().find(|(id, _)| *id == run.automation).map(|(_, a)| a);
    let automation = known.unwrap_or(&run.definition);
    let data = serde_json::json!({
        "automation": { "external_id": automation.external_id, "name": automation.name, "step": step },
        "contact": { "id": contact.id.0, "email": contact.email },
        "trx": run.trx,
    });
    let body = Body { r#type: "automation.step", timestamp: now.to_rfc3339(), data };
    // Text and numbers always have a JSON form.
    serde_json::to_string(&body).unwrap_or_default()
}

fn new_row(numbers: &mut dyn Numbers, lane: Lane, owed: Owed, due_at: model::Timestamp, at_once: bool) -> NewDelivery {
    NewDelivery { id: model::DeliveryId(numbers.row()), lane, owed, due_at, at_once, receipt: None }
}
