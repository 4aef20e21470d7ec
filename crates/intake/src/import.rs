//! Taking in customers of another system, row by row: nothing that is there is doubled or overruled, so that the same
//! file may be run again.

use std::sync::Arc;

use model::{
    AccountSnapshot, Answer, Basis, ConsentAction, ConsentSubject, ContactId, Door, Evidence, Fault, GivenSignUp,
    PersonId, Refusal, SignUp, StatementId, Timestamp,
};
use store::{Cause, ContactChange, CustomerKey, Facts, NewConsent, NewContact, Numbers, PersonKey, Plan, Wants};

use crate::{Intake, refusal, validate};

/// One person of another system.
#[derive(Clone, Debug)]
pub struct ImportedContact<'a> {
    /// What is known; names as in settings, the door is [`Door::Import`].
    pub given: GivenSignUp<'a>,
    /// The vendor's customer id.
    pub public_id: Option<String>,
    /// When statements were answered, and by which source, by key.
    pub answered: Vec<(String, Option<Timestamp>, Option<String>)>,
}

/// What a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// A contact was made.
    New,
    /// A contact that was there was changed.
    Changed,
    /// Everything was there.
    Same,
    /// The address belongs to a contact with another customer id.
    OtherId,
    /// Another contact has this customer id.
    IdTaken,
}

struct Row {
    sign_up: SignUp,
    public_id: Option<String>,
    answered: Vec<(StatementId, Option<Timestamp>, Option<String>)>,
}

fn resolve(account: &AccountSnapshot, row: ImportedContact<'_>) -> Result<Row, Vec<Fault>> {
    let sign_up = validate::resolve(account, row.given)?;
    let statement = |key: &str| account.statement_by_key(key).map(|(id, _)| id);
    let answered =
        row.answered.into_iter().filter_map(|(key, at, source)| Some((statement(&key)?, at, source))).collect();
    Ok(Row { sign_up, public_id: row.public_id, answered })
}

impl Intake {
    /// All that is wrong with a row, without taking it in.
    pub fn check_import(&self, account: &AccountSnapshot, row: ImportedContact<'_>) -> Vec<Fault> {
        resolve(account, row).err().unwrap_or_default()
    }

    /// Takes a row in. `decode`: the contact whose own id a customer id would be, if it brought none along.
    pub async fn import(
        &self,
        account: &Arc<AccountSnapshot>,
        row: ImportedContact<'_>,
        decode: impl Fn(&str) -> Option<ContactId> + Send,
    ) -> Result<Imported, Refusal> {
        let row = resolve(account, row).map_err(Refusal::Faults)?;
        if let Some(id) = &row.public_id {
            let key = CustomerKey::Public(id.clone(), decode(id));
            let holder = self.store.customer(account.id, key).await.map_err(|e| refusal(&e))?;
            let other = |c: &store::Customer| {
                model::EmailAddress::parse(&c.contact.row.email).is_ok_and(|e| e.key() != row.sign_up.email.key())
            };
            if holder.is_some_and(|c| other(&c)) {
                return Ok(Imported::IdTaken);
            }
        }
        let key = PersonKey { account: account.id, email_key: row.sign_up.email.key().to_owned() };
        let wants =
            Wants { values: true, tags: true, numbers: row.sign_up.wish.statements.len() * 2, ..Wants::default() };
        let account = Arc::clone(account);
        self.store
            .decide(key, wants, move |facts, numbers| decide(&account, &row, facts, numbers))
            .await
            .map_err(|e| refusal(&e))
    }
}

fn decide(account: &AccountSnapshot, row: &Row, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, Imported) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let wish = &row.sign_up.wish;
    let mut plan = Plan { cause: Cause::Import, ..Plan::default() };
    let (contact, person) = if let Some(known) = &facts.contact {
        let other = |id: &String| known.public_id.as_ref().is_some_and(|own| own != id);
        if row.public_id.as_ref().is_some_and(other) {
            return (Plan::default(), Imported::OtherId);
        }
        (known.id, known.person)
    } else {
        let (id, person) = (numbers.contact(), PersonId(numbers.row()));
        plan.create = Some(NewContact {
            id,
            person,
            email: row.sign_up.email.clone(),
            confirmed_at: Some(now),
            suppressed_at: facts.suppressed.is_some().then_some(now),
            source: crate::source_of(Door::Import),
            ip: None,
            referrer: None,
        });
        (id, person)
    };
    let known = |field, value: &str| facts.values.iter().any(|(f, v)| *f == field && v == value);
    let values = wish.values.iter().filter(|(f, v)| v.as_ref().is_some_and(|v| !known(*f, v)));
    plan.values = values.cloned().collect();
    plan.tags = wish.tags.iter().copied().filter(|t| !facts.tags.contains(t)).collect();
    // What the person has answered here since counts, whatever the file says.
    let news = wish.statements.iter().filter(|a| !facts.statements.iter().any(|(s, _)| *s == a.statement));
    for answer in news {
        answered(account, row, answer, person, now, numbers, &mut plan);
    }
    let first_id = facts.contact.as_ref().is_none_or(|c| c.public_id.is_none());
    plan.public_id = row.public_id.clone().filter(|_| first_id);
    plan.contact = Some(contact);
    let unconfirmed = facts.contact.as_ref().is_some_and(|c| c.confirmed_at.is_none());
    let idle = plan.values.is_empty() && plan.tags.is_empty() && plan.statements.is_empty();
    if plan.create.is_some() {
        return (plan, Imported::New);
    }
    if idle && plan.public_id.is_none() && !unconfirmed {
        return (Plan::default(), Imported::Same);
    }
    plan.change = Some(ContactChange { id: contact, confirmed_at: Some(now), suppressed_at: None });
    (plan, Imported::Changed)
}

fn answered(
    account: &AccountSnapshot,
    row: &Row,
    answer: &Answer,
    person: PersonId,
    now: Timestamp,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
) {
    let (at, source) = row
        .answered
        .iter()
        .find(|(s, ..)| *s == answer.statement)
        .map_or((None, None), |(_, at, source)| (*at, source.clone()));
    plan.statements.push(answer.clone());
    plan.answered_at.extend(at.map(|at| (answer.statement, at)));
    plan.consents.push(NewConsent {
        id: numbers.row(),
        person,
        action: if answer.yes { ConsentAction::Given } else { ConsentAction::Refused },
        subject: ConsentSubject::Statement(answer.statement, answer.version),
        language: None,
        basis: account.statement(answer.statement).map_or(Basis::Consent, |(s, _)| s.basis),
        shown: answer.shown,
        sign_up: None,
        evidence: vec![Evidence {
            at: at.unwrap_or(now),
            door: Door::Import,
            form: None,
            page: source,
            ip: None,
            user_agent: None,
        }],
    });
}
