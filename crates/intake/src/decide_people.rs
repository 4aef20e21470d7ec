//! Decisions about a known person: preferences, a new address, an end to mail, erasure, and a fresh mail for a link that
//! died. Pure, as in `decide`.

use std::sync::Arc;
use std::time::Duration;

use model::{
    AccountSnapshot, Basis, ConsentAction, ConsentSubject, ContactId, DeliveryId, Door, EmailAddress, Evidence, ListId,
    Origin, PendingId, PersonId, Refusal, Shown, SignUp, SignUpId, SignUpKind, Timestamp,
};
use store::{
    ContactChange, Facts, Keys, Lane, NewConsent, NewDelivery, NewPending, NewSignUp, Numbers, OutcomeName, Owed,
    PersonChange, Plan, TokenKind, pending_token, token_hash,
};

use crate::fingerprint;

/// The reason on the suppression list of who unsubscribed from everything; only that one can be undone by the person.
pub(crate) const UNSUBSCRIBED: &str = "unsubscribed";
/// The reason that outlives an erasure.
pub(crate) const ERASED: &str = "erased";
/// New addresses that one person may ask for within an hour.
const MOST_ADDRESSES: usize = 5;

type Decided = (Plan, Result<(), Refusal>);

fn refuse(why: Refusal) -> Decided {
    (Plan::default(), Err(why))
}

fn evidence(origin: &Origin, at: Timestamp) -> Vec<Evidence> {
    vec![Evidence {
        at,
        door: Door::Pages,
        form: None,
        page: origin.page.clone(),
        ip: origin.ip,
        user_agent: origin.user_agent.clone(),
    }]
}

/// What every consent event of one decision shares.
struct Consents<'a> {
    person: PersonId,
    language: Option<&'a str>,
    evidence: Vec<Evidence>,
}

impl Consents<'_> {
    fn event(&self, id: i64, action: ConsentAction, subject: ConsentSubject, basis: Basis) -> NewConsent {
        NewConsent {
            id,
            person: self.person,
            action,
            subject,
            language: self.language.map(str::to_owned),
            basis,
            shown: Shown::ByUs,
            sign_up: None,
            evidence: self.evidence.clone(),
        }
    }
}

fn touched(contact: ContactId) -> Plan {
    let change = ContactChange { id: contact, confirmed_at: None, suppressed_at: None };
    Plan { contact: Some(contact), change: Some(change), ..Plan::default() }
}

/// Keeps what the preference page says: values, exactly the lists ticked, and answers that differ from before.
pub(crate) fn preferences(
    account: &AccountSnapshot,
    wanted: &SignUp,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> Decided {
    let now = facts.now.unwrap_or(Timestamp(0));
    let Some(contact) = &facts.contact else { return refuse(Refusal::NotFound) };
    let mut plan = touched(contact.id);
    let language = wanted.language.as_deref();
    let consents = Consents { person: contact.person, language, evidence: evidence(&wanted.origin, now) };
    plan.values.clone_from(&wanted.wish.values);
    for (list, _) in &account.lists {
        let (before, after) = (facts.lists.contains(list), wanted.wish.lists.contains(list));
        let action = match (before, after) {
            (false, true) => ConsentAction::Given,
            (true, false) => ConsentAction::Withdrawn,
            _ => continue,
        };
        if after {
            plan.join.push(*list);
        } else {
            plan.leave.push(*list);
        }
        plan.consents.push(consents.event(numbers.row(), action, ConsentSubject::List(*list), Basis::Consent));
    }
    for answer in &wanted.wish.statements {
        let before = facts.statements.iter().find(|(id, _)| *id == answer.statement).map(|(_, yes)| *yes);
        let action = match (before, answer.yes) {
            (Some(before), after) if before == after => continue,
            (_, true) => ConsentAction::Given,
            (Some(true), false) => ConsentAction::Withdrawn,
            (_, false) => ConsentAction::Refused,
        };
        let basis = account.statement(answer.statement).map_or(Basis::Consent, |(s, _)| s.basis);
        let subject = ConsentSubject::Statement(answer.statement, answer.version);
        plan.consents.push(consents.event(numbers.row(), action, subject, basis));
        plan.statements.push(answer.clone());
    }
    (plan, Ok(()))
}

/// Ends a list's mail, or all of it.
pub(crate) fn unsubscribe(list: Option<ListId>, origin: &Origin, facts: &Facts, numbers: &mut dyn Numbers) -> Decided {
    let now = facts.now.unwrap_or(Timestamp(0));
    let Some(contact) = &facts.contact else { return refuse(Refusal::NotFound) };
    let consents = Consents { person: contact.person, language: None, evidence: evidence(origin, now) };
    let mut plan = touched(contact.id);
    let subject = match list {
        Some(list) if facts.lists.contains(&list) => {
            plan.leave.push(list);
            ConsentSubject::List(list)
        }
        None if contact.suppressed_at.is_none() || facts.suppressed.is_none() => {
            plan.change = Some(ContactChange { id: contact.id, confirmed_at: None, suppressed_at: Some(now) });
            plan.suppress = Some(UNSUBSCRIBED);
            ConsentSubject::Everything
        }
        // Done before: mail programs repeat themselves.
        _ => return (Plan::default(), Ok(())),
    };
    plan.consents.push(consents.event(numbers.row(), ConsentAction::Withdrawn, subject, Basis::Consent));
    (plan, Ok(()))
}

/// Takes the last [`unsubscribe`] back. Any other reason to send nothing stays.
pub(crate) fn resubscribe(list: Option<ListId>, origin: &Origin, facts: &Facts, numbers: &mut dyn Numbers) -> Decided {
    let now = facts.now.unwrap_or(Timestamp(0));
    let Some(contact) = &facts.contact else { return refuse(Refusal::NotFound) };
    let consents = Consents { person: contact.person, language: None, evidence: evidence(origin, now) };
    let mut plan = touched(contact.id);
    let subject = match list {
        Some(list) if !facts.lists.contains(&list) => {
            plan.join.push(list);
            ConsentSubject::List(list)
        }
        None if facts.suppressed.as_deref() == Some(UNSUBSCRIBED) => {
            plan.change = None;
            plan.person = Some(PersonChange::Release(UNSUBSCRIBED));
            ConsentSubject::Everything
        }
        _ => return (Plan::default(), Ok(())),
    };
    plan.consents.push(consents.event(numbers.row(), ConsentAction::Given, subject, Basis::Consent));
    (plan, Ok(()))
}

/// Deletes all that is kept about a person, but the events that nobody can tie to them any more.
pub(crate) fn erase(origin: &Origin, facts: &Facts, numbers: &mut dyn Numbers) -> Decided {
    let now = facts.now.unwrap_or(Timestamp(0));
    let Some(contact) = &facts.contact else { return refuse(Refusal::NotFound) };
    let consents = Consents { person: contact.person, language: None, evidence: evidence(origin, now) };
    let mut plan = Plan { contact: Some(contact.id), ..Plan::default() };
    let withdrawn = ConsentAction::Withdrawn;
    plan.consents.push(consents.event(numbers.row(), withdrawn, ConsentSubject::Everything, Basis::Consent));
    // An earlier reason to send nothing outlives the erasure as well.
    plan.suppress = Some(ERASED);
    plan.person = Some(PersonChange::Erase);
    (plan, Ok(()))
}

/// A link to the preferences goes to the address, unless it is nobody's or its owner said "this wasn't me".
pub(crate) fn preferences_link(
    language: Option<String>,
    within: Duration,
    at_once: bool,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, ()) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let stopped = facts.suppressed.as_deref().is_some_and(|reason| reason != UNSUBSCRIBED);
    let known = facts.contact.as_ref().filter(|c| c.confirmed_at.is_some() && c.bad_address_at.is_none() && !stopped);
    let Some(contact) = known else { return (Plan::default(), ()) };
    let owed = Owed::PreferencesLink { contact: contact.id, language, expires_at: now.plus(within) };
    let delivery = delivery(DeliveryId(numbers.row()), Lane::Mail, owed, now, at_once);
    (Plan { contact: Some(contact.id), deliveries: vec![delivery], ..Plan::default() }, ())
}

fn delivery(id: DeliveryId, lane: Lane, owed: Owed, due_at: Timestamp, at_once: bool) -> NewDelivery {
    NewDelivery { id, lane, owed, due_at, at_once, receipt: None }
}

/// What holding a change back needs besides the facts.
pub(crate) struct Holding {
    pub(crate) account: Arc<AccountSnapshot>,
    pub(crate) keys: Keys,
    pub(crate) within: Duration,
    pub(crate) at_once: bool,
}

impl Holding {
    fn pending(&self, id: PendingId, kind: SignUpKind, held: &Arc<SignUp>, of: SignUpId, now: Timestamp) -> NewPending {
        let token = pending_token(&self.keys, TokenKind::Confirm, self.account.id, id);
        NewPending {
            id,
            kind,
            token_hash: token_hash(&token),
            sign_up: Arc::clone(held),
            sign_up_id: of,
            expires_at: now.plus(self.within),
        }
    }
}

/// Holds a new address until the link that goes there is followed.
pub(crate) fn change_address(
    holding: &Holding,
    asked: &Arc<SignUp>,
    new: &EmailAddress,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> Decided {
    let now = facts.now.unwrap_or(Timestamp(0));
    let Some(contact) = &facts.contact else { return refuse(Refusal::NotFound) };
    if facts.earlier.iter().filter(|e| e.outcome == OutcomeName::Pending).count() >= MOST_ADDRESSES {
        return refuse(Refusal::TooMany(Duration::from_secs(3600)));
    }
    let (sign_up, pending) = (SignUpId(numbers.row()), PendingId(numbers.row()));
    let mail = DeliveryId(numbers.row());
    let owed = Owed::AddressChange { pending, to: new.clone(), language: asked.language.clone() };
    let plan = Plan {
        contact: Some(contact.id),
        pending: Some(holding.pending(pending, SignUpKind::Update, asked, sign_up, now)),
        sign_up: Some(NewSignUp {
            id: sign_up,
            form: None,
            door: asked.door.name(),
            kind: SignUpKind::Update,
            outcome: OutcomeName::Pending,
            verdict: None,
            fingerprint: fingerprint::of(holding.account.id, asked),
            pending: Some(pending),
            delivery: Some(mail),
            previous: contact.last_sign_up,
            origin: asked.origin.clone(),
        }),
        deliveries: vec![delivery(mail, Lane::Confirmation, owed, now, holding.at_once)],
        ..Plan::default()
    };
    (plan, Ok(()))
}

/// Makes a new address the contact's, and tells the old one.
pub(crate) fn rename(
    contact: &store::ContactRow,
    new: &EmailAddress,
    language: Option<String>,
    at_once: bool,
    now: Timestamp,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
) {
    plan.contact = Some(contact.id);
    plan.person = Some(PersonChange::Rename(new.clone()));
    if let Ok(to) = EmailAddress::parse(&contact.email) {
        let owed = Owed::AddressChanged { to, language };
        plan.deliveries.push(delivery(DeliveryId(numbers.row()), Lane::Mail, owed, now, at_once));
    }
}

/// A link whose time is over is held anew, once, and its mail sent again. The old link stays dead: a mark later than its
/// end says that it was renewed.
pub(crate) fn resend(holding: &Holding, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, ()) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let (Some(old), Some(contact)) = (&facts.pending, &facts.contact) else { return (Plan::default(), ()) };
    let mailable = crate::decide::may_be_mailed(facts);
    if old.used_at.is_some() || old.expires_at > now || !mailable {
        return (Plan::default(), ());
    }
    let held = Arc::new(old.sign_up.clone());
    let (pending, mail) = (PendingId(numbers.row()), DeliveryId(numbers.row()));
    let owed = match &held.wish.new_email {
        Some(new) => Owed::AddressChange { pending, to: new.clone(), language: held.language.clone() },
        None => Owed::Confirmation {
            pending,
            form: held.form,
            sign_up_kind: old.kind,
            to: held.email.clone(),
            language: held.language.clone(),
            network: held.origin.ip.map(model::network_of),
        },
    };
    let plan = Plan {
        contact: Some(contact.id),
        pending: Some(holding.pending(pending, old.kind, &held, old.sign_up_id, now)),
        used: Some(old.id),
        deliveries: vec![delivery(mail, Lane::Confirmation, owed, now, holding.at_once)],
        ..Plan::default()
    };
    (plan, ())
}

/// Forgets a sign-up whose link died long ago, and its contact where that holds nothing else.
pub(crate) fn clear(contact: ContactId, before: Timestamp, facts: &Facts) -> (Plan, bool) {
    let dead = facts.pending.as_ref().filter(|p| p.used_at.is_none() && p.expires_at < before);
    let Some(dead) = dead else { return (Plan::default(), false) };
    let plan = Plan {
        contact: Some(contact),
        drop_pending: Some(dead.id),
        person: Some(PersonChange::ClearIfEmpty),
        ..Plan::default()
    };
    (plan, true)
}
