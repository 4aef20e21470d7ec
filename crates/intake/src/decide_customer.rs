//! Decisions about customers: pure functions from what is asked and the facts to a plan.

use model::{
    AccountSnapshot, Answer, Basis, Caller, ConsentAction, ConsentSubject, ContactId, Door, EmailAddress, Evidence,
    FieldId, PersonId, Refusal, Shown, SignUp, SignUpId, StatementId, Timestamp, Wish,
};
use store::{AddressRow, ContactChange, ContactRow, Facts, NewConsent, Numbers, OutcomeName, PersonChange, Plan};

use crate::apply::{self, Applying};
use crate::customer_links::Welcome;
use crate::customers::{MOVED, MadeCustomer, StatementChange, TagChange, Through, conceals};
use crate::decide::{self, Ask};
use crate::guard::Reason;

/// What a new customer comes with, besides the sign-up.
pub(crate) struct New<'a> {
    /// The login password's hash.
    pub(crate) password: Option<&'a str>,
    /// The mail that it gets.
    pub(crate) welcome: Option<&'a Welcome>,
    /// It was in quarantine, and what is new of it counts for a customer that exists by now too.
    pub(crate) released: bool,
}

/// Decides about a new customer.
pub(crate) fn create(
    ask: &Ask,
    new: &New<'_>,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<MadeCustomer, Refusal>) {
    let sign_up = ask.sign_up();
    if let Some(known) = facts.contact.as_ref().filter(|c| c.is_customer()) {
        if sign_up.caller == Caller::Public && conceals(ask.account(), sign_up.door) && !new.released {
            return concealed(ask, known, facts, numbers);
        }
        let plan = match sign_up.door {
            _ if new.released => still_updated(ask, known, facts, numbers),
            Door::SpektrixForm => still_updated(ask, known, facts, numbers),
            _ => Plan::default(),
        };
        return (plan, Err(Refusal::Duplicate));
    }
    let now = facts.now.unwrap_or(Timestamp(0));
    let kind = decide::kind_of(facts);
    let mut plan = Plan::default();
    let (contact, person) = match &facts.contact {
        Some(known) => (known.id, known.person),
        None => decide::create(ask, facts, numbers, &mut plan, now),
    };
    let (direct, held) = split(sign_up, facts);
    let id = SignUpId(numbers.row());
    let applied = SignUp { wish: Wish { statements: direct, ..sign_up.wish.clone() }, ..sign_up.clone() };
    apply_now(ask, &applied, id, kind, contact, person, facts, numbers, &mut plan);
    // With the confirmation or the release still to come, the customer exists and is not confirmed.
    let quarantine = ask.quarantine();
    let waits = sign_up.confirm || quarantine.is_some();
    if waits && let Some(change) = &mut plan.change {
        change.confirmed_at = None;
    }
    plan.customer = true;
    plan.password = new.password.map(str::to_owned);
    if let Some(welcome) = new.welcome.filter(|_| held.is_empty()) {
        welcome.owe(contact, facts, numbers, &mut plan);
    }
    let mut withheld = None;
    if sign_up.confirm && quarantine.is_none() || !held.is_empty() {
        withheld = wait(ask, answers(held), facts, numbers, &mut plan, kind, contact, person, id, now);
    } else {
        plan.sign_up = Some(decide::record(ask, facts, id, kind, OutcomeName::Applied, None, None));
    }
    plan.quarantine = quarantine;
    let mut values = facts.values.clone();
    for (field, value) in &plan.values {
        values.retain(|(f, _)| f != field);
        values.extend(value.clone().map(|v| (*field, v)));
    }
    let public_id = facts.contact.as_ref().and_then(|c| c.public_id.clone());
    (plan, Ok(MadeCustomer { contact, public_id, values, withheld }))
}

/// A customer has this address already and nobody is to learn so: the answer is that of a new one, with a number that is
/// nobody's, and all that was asked waits for the mail that goes to the address.
fn concealed(
    ask: &Ask,
    known: &ContactRow,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<MadeCustomer, Refusal>) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let (sign_up, kind, id) = (ask.sign_up(), decide::kind_of(facts), SignUpId(numbers.row()));
    let mut plan = Plan { contact: Some(known.id), ..Plan::default() };
    let wish = sign_up.wish.clone();
    let withheld = wait(ask, wish, facts, numbers, &mut plan, kind, known.id, known.person, id, now);
    let values = sign_up.wish.values.iter().filter_map(|(field, value)| Some((*field, value.clone()?))).collect();
    (plan, Ok(MadeCustomer { contact: numbers.contact(), public_id: None, values, withheld }))
}

/// The integrated form still updates the statements of a customer that exists (Spektrix reference, section 8).
fn still_updated(ask: &Ask, known: &ContactRow, facts: &Facts, numbers: &mut dyn Numbers) -> Plan {
    let now = facts.now.unwrap_or(Timestamp(0));
    let sign_up = ask.sign_up();
    let kind = decide::kind_of(facts);
    let news = |a: &Answer| !facts.statements.contains(&(a.statement, true));
    let (mut direct, mut held) = split(sign_up, facts);
    direct.retain(news);
    held.retain(news);
    let mut plan = Plan { contact: Some(known.id), ..Plan::default() };
    let id = SignUpId(numbers.row());
    if !direct.is_empty() {
        let applied = SignUp { wish: answers(direct), ..sign_up.clone() };
        apply_now(ask, &applied, id, kind, known.id, known.person, facts, numbers, &mut plan);
        plan.change = Some(ContactChange { id: known.id, confirmed_at: None, suppressed_at: None });
        plan.sign_up = Some(decide::record(ask, facts, id, kind, OutcomeName::Applied, None, None));
    }
    if !held.is_empty() {
        wait(ask, answers(held), facts, numbers, &mut plan, kind, known.id, known.person, id, now);
    }
    plan
}

/// Which answers count at once, and which wait for the emailed confirmation.
fn split(sign_up: &SignUp, facts: &Facts) -> (Vec<Answer>, Vec<Answer>) {
    let contact = facts.contact.as_ref();
    let suppressed = facts.suppressed.is_some() || contact.is_some_and(|c| c.suppressed_at.is_some());
    let said_no = |a: &Answer| facts.statements.contains(&(a.statement, false));
    let waits =
        |a: &Answer| a.yes && (sign_up.confirm || sign_up.caller == Caller::Public && (suppressed || said_no(a)));
    let (held, direct) = sign_up.wish.statements.iter().cloned().partition(waits);
    (direct, held)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one decision")]
fn apply_now(
    ask: &Ask,
    sign_up: &SignUp,
    sign_up_id: SignUpId,
    kind: model::SignUpKind,
    contact: ContactId,
    person: PersonId,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let evidence = vec![decide::evidence(&sign_up.origin, sign_up.door, sign_up.form, now)];
    let applying = Applying { account: ask.account(), sign_up, sign_up_id, kind, contact, person, now, evidence };
    apply::apply(&applying, facts, numbers, ask.has_room(), plan);
}

/// A wish of nothing but answers.
fn answers(statements: Vec<Answer>) -> Wish {
    Wish { statements, ..Wish::default() }
}

/// Holds a wish until the link is followed; the same one just before is not mailed about again.
#[expect(clippy::too_many_arguments, reason = "the parts of one decision")]
fn wait(
    ask: &Ask,
    wish: Wish,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
    kind: model::SignUpKind,
    contact: ContactId,
    person: PersonId,
    id: SignUpId,
    now: Timestamp,
) -> Option<Reason> {
    let sign_up = ask.sign_up();
    let held = ask.about(SignUp { wish, confirm: true, ..sign_up.clone() });
    if decide::repeat_of(&held, facts).is_some() {
        return None;
    }
    for answer in &held.sign_up().wish.statements {
        plan.consents.push(NewConsent {
            id: numbers.row(),
            person,
            action: ConsentAction::Asked,
            subject: ConsentSubject::Statement(answer.statement, answer.version),
            language: answer.language.clone(),
            basis: basis(ask.account(), answer.statement),
            shown: answer.shown,
            sign_up: Some(id),
            evidence: vec![decide::evidence(&sign_up.origin, sign_up.door, sign_up.form, now)],
        });
    }
    decide::hold(&held, facts, numbers, plan, kind, contact, id, now).withheld
}

fn basis(account: &AccountSnapshot, statement: StatementId) -> Basis {
    account.statement(statement).map_or(Basis::Consent, |(s, _)| s.basis)
}

/// The contact, if the address still leads to it.
fn still(facts: &Facts, id: ContactId) -> Result<&ContactRow, Refusal> {
    match &facts.contact {
        Some(contact) if contact.id == id => Ok(contact),
        _ => Err(MOVED),
    }
}

fn touched(id: ContactId) -> Plan {
    Plan {
        contact: Some(id),
        change: Some(ContactChange { id, confirmed_at: None, suppressed_at: None }),
        ..Plan::default()
    }
}

/// Decides about a customer's new values, address and password: all or nothing.
pub(crate) fn update(
    id: ContactId,
    values: &[(FieldId, Option<String>)],
    new_email: Option<&EmailAddress>,
    password: Option<&str>,
    facts: &Facts,
) -> (Plan, Result<(), Refusal>) {
    if let Err(refusal) = still(facts, id) {
        return (Plan::default(), Err(refusal));
    }
    if new_email.is_some() && facts.other.is_some_and(|other| other != id) {
        return (Plan::default(), Err(Refusal::Duplicate));
    }
    let plan = Plan {
        values: values.to_vec(),
        person: new_email.cloned().map(PersonChange::Rename),
        password: password.map(str::to_owned),
        ..touched(id)
    };
    (plan, Ok(()))
}

/// Decides about a customer's tags.
pub(crate) fn tags(id: ContactId, change: &TagChange, facts: &Facts) -> (Plan, Result<(), Refusal>) {
    if let Err(refusal) = still(facts, id) {
        return (Plan::default(), Err(refusal));
    }
    let mut plan = touched(id);
    match change {
        TagChange::Add(tags) => plan.tags.clone_from(tags),
        TagChange::Replace(tags) => {
            // What stays is not applied a second time.
            plan.tags = tags.iter().copied().filter(|t| !facts.tags.contains(t)).collect();
            plan.untag = facts.tags.iter().copied().filter(|t| !tags.contains(t)).collect();
        }
        TagChange::Remove(tags) => plan.untag = tags.iter().copied().filter(|t| facts.tags.contains(t)).collect(),
    }
    (plan, Ok(()))
}

/// Decides about a customer's answers.
pub(crate) fn statements(
    account: &AccountSnapshot,
    id: ContactId,
    through: &Through,
    change: &StatementChange,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<(), Refusal>) {
    let person = match still(facts, id) {
        Ok(contact) => contact.person,
        Err(refusal) => return (Plan::default(), Err(refusal)),
    };
    let now = facts.now.unwrap_or(Timestamp(0));
    let said = |s: StatementId| facts.statements.iter().find(|(known, _)| *known == s).map(|(_, yes)| *yes);
    let answers: Vec<(StatementId, ConsentAction)> = match change {
        StatementChange::Add(agreed) => agreed.iter().map(|s| (*s, ConsentAction::Given)).collect(),
        StatementChange::Replace { agreed, visible } => {
            let given = agreed.iter().map(|s| (*s, ConsentAction::Given));
            let dropped = visible.iter().filter(|s| !agreed.contains(s) && said(**s) == Some(true));
            given.chain(dropped.map(|s| (*s, ConsentAction::Withdrawn))).collect()
        }
        StatementChange::Withdraw(no) => {
            let news = no.iter().filter_map(|s| match said(*s) {
                Some(true) => Some((*s, ConsentAction::Withdrawn)),
                None => Some((*s, ConsentAction::Refused)),
                Some(false) => None,
            });
            news.collect()
        }
    };
    let mut plan = touched(id);
    for (statement, action) in answers {
        let version = account.statement(statement).and_then(|(_, versions)| versions.last()).map_or(1, |v| v.version);
        plan.statements.push(Answer {
            statement,
            version,
            language: None,
            yes: action == ConsentAction::Given,
            shown: Shown::Declared,
        });
        plan.consents.push(NewConsent {
            id: numbers.row(),
            person,
            action,
            subject: ConsentSubject::Statement(statement, version),
            language: None,
            basis: basis(account, statement),
            shown: Shown::Declared,
            sign_up: None,
            evidence: vec![Evidence {
                at: now,
                door: through.door,
                form: None,
                page: through.origin.page.clone(),
                ip: through.origin.ip,
                user_agent: through.origin.user_agent.clone(),
            }],
        });
    }
    (plan, Ok(()))
}

/// Decides about a customer's addresses.
pub(crate) fn addresses(
    id: ContactId,
    edit: &mut dyn FnMut(Vec<AddressRow>) -> Result<Vec<AddressRow>, Refusal>,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<Vec<AddressRow>, Refusal>) {
    let edited = still(facts, id).and_then(|_| edit(facts.addresses.clone()));
    let mut edited = match edited {
        Ok(edited) => edited,
        Err(refusal) => return (Plan::default(), Err(refusal)),
    };
    for new in edited.iter_mut().filter(|a| a.id == 0) {
        new.id = numbers.row();
    }
    let plan = Plan {
        put_addresses: edited.iter().filter(|a| !facts.addresses.contains(a)).cloned().collect(),
        drop_addresses: facts
            .addresses
            .iter()
            .map(|a| a.id)
            .filter(|old| !edited.iter().any(|a| a.id == *old))
            .collect(),
        ..touched(id)
    };
    (plan, Ok(edited))
}
