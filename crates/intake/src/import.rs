//! Taking in customers of another system, row by row: nothing that is there is doubled or overruled, so that the same
//! file may be run again.

use model::{
    AccountSnapshot, Answer, Basis, ConsentAction, ConsentSubject, Door, Evidence, Fault, GivenSignUp, PersonId,
    SignUp, StatementId, Timestamp,
};
use store::{Cause, ContactChange, Facts, NewConsent, NewContact, Numbers, Plan};

use crate::{Intake, validate};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// A row that is checked and can be taken in.
#[derive(Debug)]
pub struct ImportRow {
    pub(crate) sign_up: SignUp,
    pub(crate) public_id: Option<String>,
    pub(crate) answered: Vec<(StatementId, Option<Timestamp>, Option<String>)>,
}

impl ImportRow {
    /// What people are told apart by.
    pub fn key(&self) -> &str {
        self.sign_up.email.key()
    }

    /// The vendor's customer id that comes with it.
    pub fn public_id(&self) -> Option<&str> {
        self.public_id.as_deref()
    }
}

pub(crate) fn resolve(account: &AccountSnapshot, row: ImportedContact<'_>) -> Result<ImportRow, Vec<Fault>> {
    let sign_up = validate::resolve(account, row.given)?;
    let statement = |key: &str| account.statement_by_key(key).map(|(id, _)| id);
    let answered =
        row.answered.into_iter().filter_map(|(key, at, source)| Some((statement(&key)?, at, source))).collect();
    Ok(ImportRow { sign_up, public_id: row.public_id, answered })
}

impl Intake {
    /// A row that can be taken in, or all that is wrong with it.
    pub fn check_import(&self, account: &AccountSnapshot, row: ImportedContact<'_>) -> Result<ImportRow, Vec<Fault>> {
        resolve(account, row)
    }
}

/// Decides about a row: nothing that is there is doubled or overruled, but for values that differ. `group`: the import.
pub(crate) fn decide(
    account: &AccountSnapshot,
    row: &ImportRow,
    group: i64,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Imported) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let wish = &row.sign_up.wish;
    let mut plan = Plan { cause: Cause::Import, upload: Some(group), ..Plan::default() };
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
    plan.join = wish.lists.iter().copied().filter(|l| !facts.lists.contains(l)).collect();
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
    let idle = plan.values.is_empty() && plan.join.is_empty() && plan.tags.is_empty() && plan.statements.is_empty();
    if plan.create.is_some() {
        return (plan, Imported::New);
    }
    if idle && plan.public_id.is_none() && !unconfirmed {
        return (plan, Imported::Same);
    }
    plan.change = Some(ContactChange { id: contact, confirmed_at: Some(now), suppressed_at: None });
    (plan, Imported::Changed)
}

fn answered(
    account: &AccountSnapshot,
    row: &ImportRow,
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
