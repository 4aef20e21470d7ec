//! Acts of an account's own people, by hand or through a call: add, change, subscribe and unsubscribe one contact. They
//! count at once, whatever a form would ask for.

use std::sync::Arc;

use model::{
    AccountSnapshot, Basis, ConsentAction, ConsentSubject, ContactId, EmailAddress, Fault, GivenSignUp, ListId, Origin,
    Refusal, Shown, SignUp, SignUpId, SignUpKind, Timestamp,
};
use store::{
    Cause, ContactChange, ContactRow, Facts, NewConsent, Numbers, OutcomeName, PersonChange, PersonKey, Plan,
    StoreError, Wants,
};

use crate::apply::{self, Applying};
use crate::automations::{self, Starting};
use crate::decide::{self, Ask};
use crate::decide_people::UNSUBSCRIBED;
use crate::gate::Passed;
use crate::{Intake, refusal, validate};

/// Why an act changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActRefusal {
    /// There is no contact with that address.
    NotFound,
    /// A contact has the address already.
    InUse,
    /// The address is suppressed.
    Suppressed,
    /// The address is known to be bad.
    BadAddress,
    /// What was given is not right; at least one fault.
    Faults(Vec<Fault>),
    /// Anything else: the store's trouble.
    Other(Refusal),
}

impl From<StoreError> for ActRefusal {
    fn from(error: StoreError) -> Self {
        Self::Other(refusal(&error))
    }
}

type Decided<T> = (Plan, Result<T, ActRefusal>);

impl Intake {
    /// Adds a contact; it counts as confirmed.
    pub async fn add_contact(
        &self,
        account: &Arc<AccountSnapshot>,
        given: GivenSignUp<'_>,
    ) -> Result<ContactId, ActRefusal> {
        let sign_up = validate::resolve(account, given).map_err(ActRefusal::Faults)?;
        // An act of the account's own people is not judged.
        let passed = Passed { policy: self.gate.policy(account, None), judgement: None };
        let ask = Ask::new(&self.store, self.settings, account, SignUp { confirm: false, ..sign_up }, passed, None);
        self.store.decide(ask.key(), ask.wants(), move |facts, numbers| add(&ask, facts, numbers)).await?
    }

    /// Changes a contact's values, and its address where a new one is given.
    pub async fn change_contact(
        &self,
        account: &Arc<AccountSnapshot>,
        given: GivenSignUp<'_>,
        new: Option<EmailAddress>,
    ) -> Result<(), ActRefusal> {
        let sign_up = validate::resolve(account, given).map_err(ActRefusal::Faults)?;
        let key = PersonKey { account: account.id, email_key: sign_up.email.key().to_owned() };
        let other = new.as_ref().filter(|new| new.key() != key.email_key).cloned();
        if let Some(other) = &other {
            self.still_free_for(account, &key, other).await?;
        }
        let change = move |facts: &Facts, _: &mut dyn Numbers| change(&sign_up, new.as_ref(), facts);
        let changed = self.store.decide(key.clone(), Wants::default(), change).await;
        match (changed, &other) {
            // Somebody may have taken the address in this very moment.
            (Err(StoreError::Fault(_)), Some(other)) => {
                self.still_free_for(account, &key, other).await?;
                Err(ActRefusal::Other(Refusal::Internal))
            }
            (changed, _) => changed?,
        }
    }

    /// Whether a contact may have another address from now on.
    async fn still_free_for(
        &self,
        account: &AccountSnapshot,
        old: &PersonKey,
        new: &EmailAddress,
    ) -> Result<(), ActRefusal> {
        // Who is not there cannot take it: said first.
        let there = |facts: &Facts, _: &mut dyn Numbers| (Plan::default(), facts.contact.is_some());
        if !self.store.decide(old.clone(), Wants::default(), there).await? {
            return Err(ActRefusal::NotFound);
        }
        let key = PersonKey { account: account.id, email_key: new.key().to_owned() };
        let look = |facts: &Facts, _: &mut dyn Numbers| {
            (
                Plan::default(),
                match &facts.contact {
                    Some(_) => Err(ActRefusal::InUse),
                    None => unmailable(facts).map_or(Ok(()), Err),
                },
            )
        };
        self.store.decide(key, Wants::default(), look).await?
    }

    /// Puts a contact on a list.
    pub async fn join_list(
        &self,
        account: &Arc<AccountSnapshot>,
        email: &EmailAddress,
        list: ListId,
        by: By,
    ) -> Result<(), ActRefusal> {
        let key = PersonKey { account: account.id, email_key: email.key().to_owned() };
        let runs = !account.automations.is_empty();
        let wants = Wants { runs, numbers: 2 * account.automations.len(), ..Wants::default() };
        let (account, at_once) = (Arc::clone(account), self.store.has_room_for_delivery());
        let join = move |facts: &Facts, numbers: &mut dyn Numbers| join(&account, list, &by, at_once, facts, numbers);
        self.store.decide(key, wants, join).await?
    }

    /// Takes a contact off a list; off all lists, and onto the suppression list, where none is named.
    pub async fn leave_lists(
        &self,
        account: &AccountSnapshot,
        email: &EmailAddress,
        list: Option<ListId>,
        by: By,
    ) -> Result<(), ActRefusal> {
        let key = PersonKey { account: account.id, email_key: email.key().to_owned() };
        let leave = move |facts: &Facts, numbers: &mut dyn Numbers| leave(list, &by, facts, numbers);
        self.store.decide(key, Wants::default(), leave).await?
    }
}

/// Through which door an act came, and from where.
#[derive(Clone, Debug)]
pub struct By {
    /// The door.
    pub door: model::Door,
    /// From where.
    pub origin: Origin,
}

/// Why nothing may be mailed to an address, if so.
fn unmailable(facts: &Facts) -> Option<ActRefusal> {
    let contact = facts.contact.as_ref();
    if facts.suppressed.is_some() || contact.is_some_and(|c| c.suppressed_at.is_some()) {
        return Some(ActRefusal::Suppressed);
    }
    contact.is_some_and(|c| c.bad_address_at.is_some()).then_some(ActRefusal::BadAddress)
}

fn refused<T>(why: ActRefusal) -> Decided<T> {
    (Plan::default(), Err(why))
}

fn now_of(facts: &Facts) -> Timestamp {
    facts.now.unwrap_or(Timestamp(0))
}

fn add(ask: &Ask, facts: &Facts, numbers: &mut dyn Numbers) -> Decided<ContactId> {
    if let Some(why) = unmailable(facts) {
        return refused(why);
    }
    // Who is known only by an unconfirmed sign-up is nobody's customer yet.
    if facts.contact.as_ref().is_some_and(ContactRow::is_customer) {
        return refused(ActRefusal::InUse);
    }
    let (now, sign_up) = (now_of(facts), ask.sign_up());
    let mut plan = Plan { cause: Cause::User, ..Plan::default() };
    let (contact, person) = match &facts.contact {
        Some(known) => (known.id, known.person),
        None => decide::create(ask, facts, numbers, &mut plan, now),
    };
    let sign_up_id = SignUpId(numbers.row());
    let applying = Applying {
        account: ask.account(),
        sign_up,
        sign_up_id,
        kind: SignUpKind::Signup,
        contact,
        person,
        now,
        evidence: vec![decide::evidence(&sign_up.origin, sign_up.door, None, now)],
    };
    apply::apply(&applying, facts, numbers, ask.has_room(), &mut plan);
    plan.sign_up = Some(decide::record(ask, facts, sign_up_id, SignUpKind::Signup, OutcomeName::Applied, None, None));
    (plan, Ok(contact))
}

fn touched(contact: &ContactRow) -> Plan {
    let change = ContactChange { id: contact.id, confirmed_at: None, suppressed_at: None };
    Plan { cause: Cause::User, contact: Some(contact.id), change: Some(change), ..Plan::default() }
}

fn change(sign_up: &SignUp, new: Option<&EmailAddress>, facts: &Facts) -> Decided<()> {
    let Some(contact) = &facts.contact else { return refused(ActRefusal::NotFound) };
    let renamed = new.filter(|new| new.given() != contact.email);
    if renamed.is_none() && sign_up.wish.values.is_empty() {
        return (Plan::default(), Ok(()));
    }
    let mut plan = touched(contact);
    plan.values.clone_from(&sign_up.wish.values);
    plan.person = renamed.map(|new| PersonChange::Rename(new.clone()));
    (plan, Ok(()))
}

fn consent(
    contact: &ContactRow,
    action: ConsentAction,
    subject: ConsentSubject,
    by: &By,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> NewConsent {
    NewConsent {
        id: numbers.row(),
        person: contact.person,
        action,
        subject,
        language: None,
        basis: Basis::Consent,
        shown: Shown::Declared,
        sign_up: None,
        evidence: vec![decide::evidence(&by.origin, by.door, None, now_of(facts))],
    }
}

fn join(
    account: &AccountSnapshot,
    list: ListId,
    by: &By,
    at_once: bool,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> Decided<()> {
    let Some(contact) = &facts.contact else { return refused(ActRefusal::NotFound) };
    if let Some(why) = unmailable(facts) {
        return refused(why);
    }
    if facts.lists.contains(&list) {
        return (Plan::default(), Ok(()));
    }
    let mut plan = touched(contact);
    plan.join.push(list);
    plan.consents.push(consent(contact, ConsentAction::Given, ConsentSubject::List(list), by, facts, numbers));
    automations::start(&Starting { account, named: None, language: None, at_once }, facts, numbers, &mut plan);
    (plan, Ok(()))
}

fn leave(list: Option<ListId>, by: &By, facts: &Facts, numbers: &mut dyn Numbers) -> Decided<()> {
    let Some(contact) = &facts.contact else { return refused(ActRefusal::NotFound) };
    let mut plan = touched(contact);
    let subject = match list {
        Some(list) if facts.lists.contains(&list) => {
            plan.leave.push(list);
            ConsentSubject::List(list)
        }
        None if contact.suppressed_at.is_none() || facts.suppressed.is_none() || !facts.lists.is_empty() => {
            plan.leave.clone_from(&facts.lists);
            plan.change =
                Some(ContactChange { id: contact.id, confirmed_at: None, suppressed_at: Some(now_of(facts)) });
            plan.suppress = Some(UNSUBSCRIBED);
            ConsentSubject::Everything
        }
        // Done before.
        _ => return (Plan::default(), Ok(())),
    };
    plan.consents.push(consent(contact, ConsentAction::Withdrawn, subject, by, facts, numbers));
    (plan, Ok(()))
}
