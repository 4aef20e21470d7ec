//! The verbs of people who work in the console: change a contact, send its confirmation again, erase it. A change says
//! what is to be added and taken away, so that two people at work on the same contact do not undo each other.

use std::sync::Arc;

use model::{
    AccountSnapshot, Answer, Basis, ConsentAction, ConsentSubject, ContactId, DeliveryId, Door, EmailAddress, Evidence,
    Fault, FieldId, Given, ListId, Origin, Refusal, Shown, StatementId, TagId, Timestamp,
};
use store::{
    Cause, Contact, ContactChange, ContactKey, ContactRow, Facts, Lane, NewConsent, NewDelivery, Numbers, Owed,
    PersonChange, PersonKey, Plan, Wants,
};

use crate::automations::{self, Starting};
use crate::customers::MOVED;
use crate::decide::may_be_mailed;
use crate::decide_people::{self, ERASED, UNSUBSCRIBED};
use crate::{Intake, refusal};

/// The reason on the suppression list of whom somebody in the console blocked.
const STAFF: &str = "staff";

/// A change of a contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StaffChange {
    /// Another address.
    pub email: Option<EmailAddress>,
    /// Values to set, in canonical text; `None` clears. See [`Intake::check_value`].
    pub values: Vec<(FieldId, Option<String>)>,
    /// Lists to join.
    pub join: Vec<ListId>,
    /// Lists to leave.
    pub leave: Vec<ListId>,
    /// Tags to apply; one that is there already counts one up.
    pub tag: Vec<TagId>,
    /// Tags to take off.
    pub untag: Vec<TagId>,
    /// Statements the person agreed to, as they said to us.
    pub agree: Vec<StatementId>,
    /// Statements the person agrees to no more.
    pub withdraw: Vec<StatementId>,
    /// `true`: nothing is mailed there any more; `false`: mail may go there again, unless the person said "this wasn't me".
    pub suppress: Option<bool>,
}

impl Intake {
    /// A field's value in canonical text, or what is wrong with it.
    pub fn check_value(
        account: &AccountSnapshot,
        name: &str,
        given: &Given<'_>,
    ) -> Result<(FieldId, Option<String>), Fault> {
        let (id, field) = account.field_by_name(name).ok_or_else(|| Fault::FieldUnknown(name.to_owned()))?;
        let value = field.parse(given, id.0 < 100).map_err(|why| Fault::FieldInvalid(name.to_owned(), why))?;
        Ok((id, value))
    }

    /// Changes a contact by the hand of somebody in the console; each change of a list or statement is a consent event.
    /// [`Refusal::Duplicate`] when the new address is somebody else's: then nothing changes.
    pub async fn staff_change(
        &self,
        account: &Arc<AccountSnapshot>,
        contact: ContactId,
        change: StaffChange,
        origin: Origin,
    ) -> Result<(), Refusal> {
        let (key, _) = self.staff_key(account, contact).await?;
        let numbers = change.join.len() + change.leave.len() + change.agree.len() + change.withdraw.len() + 1;
        let wants = Wants {
            tags: true,
            runs: !account.automations.is_empty(),
            numbers: numbers + 2 * account.automations.len(),
            ..Wants::default()
        };
        let at_once = self.store.has_room_for_delivery();
        let also = change.email.as_ref().map(|e| PersonKey { account: account.id, email_key: e.key().to_owned() });
        let account = Arc::clone(account);
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| {
            decide(&account, contact, &change, &origin, at_once, facts, numbers)
        };
        self.store.decide_about(key, also, wants, decision).await.map_err(|e| refusal(&e))?
    }

    /// Sends the mail that asks for confirmation once more; a link whose time is over is made anew. Whether there was
    /// anything to send: not where nothing waits, and not to an address that may not be mailed.
    pub async fn staff_resend(&self, account: &Arc<AccountSnapshot>, contact: ContactId) -> Result<bool, Refusal> {
        let (key, _) = self.staff_key(account, contact).await?;
        let waiting = self.store.waiting(account.id, contact).await.map_err(|e| refusal(&e))?;
        let Some((pending, _)) = waiting else { return Ok(false) };
        let holding = self.holding(account, None);
        let wants = Wants { pending: Some(pending), ..Wants::default() };
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| resend(&holding, facts, numbers);
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))
    }

    /// Nothing is mailed to an address any more, whether or not it is known here; whether that is news.
    pub async fn staff_block(
        &self,
        account: &Arc<AccountSnapshot>,
        email: &EmailAddress,
        origin: Origin,
    ) -> Result<bool, Refusal> {
        let key = PersonKey { account: account.id, email_key: email.key().to_owned() };
        let wants = Wants { numbers: 1, ..Wants::default() };
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| block(&origin, facts, numbers);
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))
    }

    /// Deletes all that is kept about a contact, but consent events that nobody can tie to it any more.
    pub async fn staff_erase(
        &self,
        account: &Arc<AccountSnapshot>,
        contact: ContactId,
        origin: Origin,
    ) -> Result<(), Refusal> {
        let (key, _) = self.staff_key(account, contact).await?;
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| erase(contact, &origin, facts, numbers);
        self.store.decide(key, Wants::default(), decision).await.map_err(|e| refusal(&e))?
    }

    async fn staff_key(&self, account: &AccountSnapshot, contact: ContactId) -> Result<(PersonKey, Contact), Refusal> {
        let found = self.store.contact(account.id, ContactKey::Id(contact)).await.map_err(|e| refusal(&e))?;
        let found = found.ok_or(Refusal::NotFound)?;
        let email = EmailAddress::parse(&found.row.email).map_err(|_| Refusal::NotFound)?;
        Ok((PersonKey { account: account.id, email_key: email.key().to_owned() }, found))
    }
}

/// The contact, if the address still leads to it.
fn still(facts: &Facts, id: ContactId) -> Result<&ContactRow, Refusal> {
    match &facts.contact {
        Some(contact) if contact.id == id => Ok(contact),
        _ => Err(MOVED),
    }
}

struct Events<'a> {
    contact: &'a ContactRow,
    evidence: Evidence,
}

impl<'a> Events<'a> {
    fn new(contact: &'a ContactRow, origin: &Origin, at: Timestamp) -> Self {
        let evidence = Evidence {
            at,
            door: Door::Console,
            form: None,
            page: None,
            ip: origin.ip,
            user_agent: origin.user_agent.clone(),
        };
        Self { contact, evidence }
    }

    fn event(&self, id: i64, action: ConsentAction, subject: ConsentSubject, basis: Basis) -> NewConsent {
        NewConsent {
            id,
            person: self.contact.person,
            action,
            subject,
            language: None,
            basis,
            shown: Shown::Declared,
            sign_up: None,
            evidence: vec![self.evidence.clone()],
        }
    }
}

fn decide(
    account: &AccountSnapshot,
    id: ContactId,
    change: &StaffChange,
    origin: &Origin,
    at_once: bool,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<(), Refusal>) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let contact = match still(facts, id) {
        Ok(contact) => contact,
        Err(refusal) => return (Plan::default(), Err(refusal)),
    };
    let events = Events::new(contact, origin, now);
    if change.email.is_some() && facts.other.is_some_and(|other| other != id) {
        return (Plan::default(), Err(Refusal::Duplicate));
    }
    let mut plan = Plan {
        cause: Cause::User,
        person: change.email.clone().map(PersonChange::Rename),
        contact: Some(id),
        change: Some(ContactChange { id, confirmed_at: None, suppressed_at: None }),
        values: change.values.clone(),
        tags: change.tag.clone(),
        untag: change.untag.iter().copied().filter(|t| facts.tags.contains(t)).collect(),
        ..Plan::default()
    };
    let list = ConsentSubject::List;
    for join in change.join.iter().filter(|l| !facts.lists.contains(l)) {
        plan.join.push(*join);
        plan.consents.push(events.event(numbers.row(), ConsentAction::Given, list(*join), Basis::Consent));
    }
    for leave in change.leave.iter().filter(|l| facts.lists.contains(l)) {
        plan.leave.push(*leave);
        plan.consents.push(events.event(numbers.row(), ConsentAction::Withdrawn, list(*leave), Basis::Consent));
    }
    answers(account, change, &events, facts, numbers, &mut plan);
    match (change.suppress, facts.suppressed.as_deref()) {
        (Some(true), reason) if reason.is_none() || contact.suppressed_at.is_none() => {
            plan.change = Some(ContactChange { id, confirmed_at: None, suppressed_at: Some(now) });
            // A reason that is there stays.
            plan.suppress = Some(STAFF);
            let everything = ConsentSubject::Everything;
            plan.consents.push(events.event(numbers.row(), ConsentAction::Withdrawn, everything, Basis::Consent));
        }
        (Some(false), Some(reason @ (STAFF | UNSUBSCRIBED))) => {
            let reason = if reason == STAFF { STAFF } else { UNSUBSCRIBED };
            plan.person = Some(PersonChange::Release(reason));
            let everything = ConsentSubject::Everything;
            plan.consents.push(events.event(numbers.row(), ConsentAction::Given, everything, Basis::Consent));
        }
        _ => {}
    }
    let starting = Starting { account, named: None, language: None, at_once };
    automations::start(&starting, facts, numbers, &mut plan);
    (plan, Ok(()))
}

/// Answers to statements, in the version that is shown today.
fn answers(
    account: &AccountSnapshot,
    change: &StaffChange,
    events: &Events<'_>,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
) {
    let said = |s: StatementId| facts.statements.iter().find(|(known, _)| *known == s).map(|(_, yes)| *yes);
    let given = change.agree.iter().filter(|s| said(**s) != Some(true)).map(|s| (*s, ConsentAction::Given));
    let withdrawn = change.withdraw.iter().filter_map(|s| match said(*s) {
        Some(true) => Some((*s, ConsentAction::Withdrawn)),
        None => Some((*s, ConsentAction::Refused)),
        Some(false) => None,
    });
    for (statement, action) in given.chain(withdrawn) {
        let Some((known, versions)) = account.statement(statement) else { continue };
        let version = versions.last().map_or(1, |v| v.version);
        let yes = action == ConsentAction::Given;
        plan.statements.push(Answer { statement, version, language: None, yes, shown: Shown::Declared });
        let subject = ConsentSubject::Statement(statement, version);
        plan.consents.push(events.event(numbers.row(), action, subject, known.basis));
    }
}

fn resend(holding: &decide_people::Holding, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, bool) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let (Some(old), Some(contact)) = (&facts.pending, &facts.contact) else { return (Plan::default(), false) };
    if old.used_at.is_some() || !may_be_mailed(facts) {
        return (Plan::default(), false);
    }
    if old.expires_at <= now {
        let (plan, ()) = decide_people::resend(holding, facts, numbers);
        return (plan, true);
    }
    let owed = match &old.sign_up.wish.new_email {
        Some(new) => Owed::AddressChange { pending: old.id, to: new.clone(), language: old.sign_up.language.clone() },
        None => Owed::Confirmation {
            pending: old.id,
            form: old.sign_up.form,
            sign_up_kind: old.kind,
            to: old.sign_up.email.clone(),
            language: old.sign_up.language.clone(),
            network: old.sign_up.origin.ip.map(model::network_of),
        },
    };
    let mail = NewDelivery {
        id: DeliveryId(numbers.row()),
        lane: Lane::Confirmation,
        owed,
        due_at: now,
        at_once: holding.at_once,
        receipt: None,
    };
    (Plan { contact: Some(contact.id), deliveries: vec![mail], ..Plan::default() }, true)
}

fn block(origin: &Origin, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, bool) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let contact = facts.contact.as_ref();
    if facts.suppressed.is_some() && contact.is_none_or(|c| c.suppressed_at.is_some()) {
        return (Plan::default(), false);
    }
    let mut plan = Plan { cause: Cause::User, suppress: Some(STAFF), ..Plan::default() };
    if let Some(contact) = contact {
        let events = Events::new(contact, origin, now);
        let (withdrawn, everything) = (ConsentAction::Withdrawn, ConsentSubject::Everything);
        plan.contact = Some(contact.id);
        plan.change = Some(ContactChange { id: contact.id, confirmed_at: None, suppressed_at: Some(now) });
        plan.consents.push(events.event(numbers.row(), withdrawn, everything, Basis::Consent));
    }
    (plan, true)
}

fn erase(id: ContactId, origin: &Origin, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, Result<(), Refusal>) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let contact = match still(facts, id) {
        Ok(contact) => contact,
        Err(refusal) => return (Plan::default(), Err(refusal)),
    };
    let events = Events::new(contact, origin, now);
    let (withdrawn, everything) = (ConsentAction::Withdrawn, ConsentSubject::Everything);
    let plan = Plan {
        cause: Cause::User,
        contact: Some(id),
        consents: vec![events.event(numbers.row(), withdrawn, everything, Basis::Consent)],
        // An earlier reason to send nothing outlives the erasure as well.
        suppress: Some(ERASED),
        person: Some(PersonChange::Erase),
        ..Plan::default()
    };
    (plan, Ok(()))
}
