//! Decisions: pure functions from what is asked and the facts to a plan. They run inside the store's transaction and
//! may run again, so they have no effects.

use std::sync::Arc;

use model::{
    AccountSnapshot, ContactId, DeliveryId, Door, Evidence, GuardMode, MailState, Origin, Outcome, PendingId, PersonId,
    Refusal, SignUp, SignUpId, SignUpKind, Timestamp,
};
use store::{
    ContactChange, DeliveryState, EarlierSignUp, Facts, Keys, Lane, Mailbox, MailboxChange, NewContact, NewDelivery,
    NewPending, NewSignUp, Numbers, OutcomeName, Owed, PersonChange, PersonKey, Plan, Receipt, Store, TokenKind, Wants,
    pending_token, token_hash,
};
use tokio::sync::watch;

use crate::apply::{self, Applying};
use crate::decide_people::{self, ERASED};
use crate::gate::{self, Passed};
use crate::guard::Reason;
use crate::guard::recipient::MailCause;
use crate::{IntakeSettings, fingerprint, pending_outcome, recipients, source_of};

/// A sign-up with all that its decision needs.
pub(crate) struct Ask {
    account: Arc<AccountSnapshot>,
    sign_up: Arc<SignUp>,
    fingerprint: [u8; 16],
    keys: Keys,
    store: Store,
    settings: IntakeSettings,
    passed: Passed,
    mailbox: Option<Mailbox>,
    /// The whole sign-up, where only a part of it goes on.
    quarantine: Option<Arc<SignUp>>,
}

/// What was decided about a sign-up, and how its mail stands.
pub(crate) struct Settled {
    pub(crate) outcome: Outcome,
    /// Whether it was recognised as one that came in just before.
    pub(crate) repeated: bool,
    /// The mail to wait for.
    pub(crate) delivery: Option<DeliveryId>,
    /// Why recipient protection keeps the mail back (or, with `log`, would have kept it back).
    pub(crate) withheld: Option<Reason>,
    /// Its receipt, when this node delivers it.
    pub(crate) receipt: Option<watch::Receiver<Receipt>>,
}

impl Ask {
    pub(crate) fn new(
        store: &Store,
        settings: IntakeSettings,
        account: &Arc<AccountSnapshot>,
        sign_up: SignUp,
        passed: Passed,
        quarantine: Option<SignUp>,
    ) -> Self {
        // Only what may cause a mail locks and reads its mailbox.
        let counts = sign_up.confirm && recipients::are_counted(&passed.policy);
        Self {
            mailbox: counts.then(|| Mailbox::of(store.keys(), &sign_up.email)),
            passed,
            quarantine: quarantine.map(Arc::new),
            fingerprint: fingerprint::of(account.id, &sign_up),
            account: Arc::clone(account),
            sign_up: Arc::new(sign_up),
            keys: store.keys().clone(),
            store: store.clone(),
            settings,
        }
    }

    /// The same about another wish of the same person.
    pub(crate) fn about(&self, sign_up: SignUp) -> Self {
        Self::new(&self.store, self.settings, &self.account, sign_up, self.passed.clone(), None)
    }

    /// The whole sign-up, where only a part of it goes on.
    pub(crate) fn quarantine(&self) -> Option<Arc<SignUp>> {
        self.quarantine.clone()
    }

    pub(crate) fn sign_up(&self) -> &SignUp {
        &self.sign_up
    }

    pub(crate) fn account(&self) -> &AccountSnapshot {
        &self.account
    }

    /// Whether this node's workers can take what is owed at once.
    pub(crate) fn has_room(&self) -> bool {
        self.store.has_room_for_delivery()
    }

    pub(crate) fn key(&self) -> PersonKey {
        PersonKey { account: self.account.id, email_key: self.sign_up.email.key().to_owned() }
    }

    pub(crate) fn wants(&self) -> Wants {
        Wants {
            sign_ups_since: Some(self.store.ambient().now().minus(self.settings.repeat_window)),
            runs: !self.account.automations.is_empty(),
            numbers: apply::numbers(&self.account, &self.sign_up),
            mailbox: self.mailbox,
            ..Wants::default()
        }
    }
}

/// Decides about a sign-up: a repeat, held until confirmed, or applied at once.
pub(crate) fn sign_up(ask: &Ask, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, Settled) {
    if let Some(hook) = ask.settings.before_deciding {
        hook(&ask.sign_up);
    }
    if let Some((contact, earlier)) = repeat_of(ask, facts) {
        return (Plan::default(), settled_before(contact, earlier));
    }
    let now = facts.now.unwrap_or(Timestamp(0));
    let kind = kind_of(facts);
    let mut plan = Plan::default();
    let (contact, person) = match &facts.contact {
        Some(known) => (known.id, known.person),
        None => create(ask, facts, numbers, &mut plan, now),
    };
    plan.contact = Some(contact);
    plan.quarantine.clone_from(&ask.quarantine);
    let sign_up_id = SignUpId(numbers.row());
    let settled = if ask.sign_up.confirm {
        hold(ask, facts, numbers, &mut plan, kind, contact, sign_up_id, now)
    } else {
        let applying = Applying {
            account: &ask.account,
            sign_up: &ask.sign_up,
            sign_up_id,
            kind,
            contact,
            person,
            now,
            evidence: vec![evidence(&ask.sign_up.origin, ask.sign_up.door, ask.sign_up.form, now)],
        };
        apply::apply(&applying, facts, numbers, ask.store.has_room_for_delivery(), &mut plan);
        plan.sign_up = Some(record(ask, facts, sign_up_id, kind, OutcomeName::Applied, None, None));
        let outcome = Outcome::Applied { kind, contact, sign_up: sign_up_id };
        Settled { outcome, repeated: false, delivery: None, withheld: None, receipt: None }
    };
    (plan, settled)
}

pub(crate) fn repeat_of<'f>(ask: &Ask, facts: &'f Facts) -> Option<(ContactId, &'f EarlierSignUp)> {
    let same = |e: &&EarlierSignUp| {
        e.fingerprint == ask.fingerprint && matches!(e.outcome, OutcomeName::Applied | OutcomeName::Pending)
    };
    let found = facts.earlier.iter().find(same)?;
    // What was applied and then changed by another sign-up is asked for anew.
    let applied = |e: &&EarlierSignUp| e.outcome == OutcomeName::Applied;
    let overtaken = applied(&found) && facts.earlier.iter().find(applied).is_some_and(|latest| latest.id != found.id);
    if overtaken { None } else { Some((facts.contact.as_ref()?.id, found)) }
}

/// Reports how the first of several equal sign-ups stands.
fn settled_before(contact: ContactId, earlier: &EarlierSignUp) -> Settled {
    let (kind, sign_up) = (earlier.kind, earlier.id);
    let Some(pending) = earlier.pending else {
        let outcome = Outcome::Applied { kind, contact, sign_up };
        return Settled { outcome, repeated: true, delivery: None, withheld: None, receipt: None };
    };
    let mail = match earlier.delivery_state {
        Some(DeliveryState::Done) => MailState::Taken,
        Some(DeliveryState::Owed | DeliveryState::Dead) => MailState::Owed,
        Some(DeliveryState::Withdrawn) | None => MailState::Withheld,
    };
    let waits = earlier.delivery_state == Some(DeliveryState::Owed);
    Settled {
        outcome: pending_outcome(kind, contact, sign_up, pending, mail),
        repeated: true,
        delivery: earlier.delivery.filter(|_| waits),
        withheld: None,
        receipt: None,
    }
}

pub(crate) fn kind_of(facts: &Facts) -> SignUpKind {
    let known = facts.contact.as_ref().is_some_and(|c| c.confirmed_at.is_some());
    if known { SignUpKind::Update } else { SignUpKind::Signup }
}

pub(crate) fn create(
    ask: &Ask,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
    now: Timestamp,
) -> (ContactId, PersonId) {
    let (id, person) = (numbers.contact(), PersonId(numbers.row()));
    let origin = &ask.sign_up.origin;
    plan.create = Some(NewContact {
        id,
        person,
        email: ask.sign_up.email.clone(),
        confirmed_at: (!ask.sign_up.confirm).then_some(now),
        suppressed_at: facts.suppressed.as_deref().is_some_and(|reason| reason != ERASED).then_some(now),
        source: source_of(ask.sign_up.door),
        ip: origin.ip.map(|ip| ip.to_string()),
        referrer: origin.page.clone(),
    });
    (id, person)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one decision")]
pub(crate) fn hold(
    ask: &Ask,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
    kind: SignUpKind,
    contact: ContactId,
    sign_up_id: SignUpId,
    now: Timestamp,
) -> Settled {
    let pending = PendingId(numbers.row());
    let form = ask.sign_up.form.and_then(|f| ask.account.form(f));
    let within =
        form.and_then(|f| f.form.confirm_within).map_or(ask.settings.confirm_within, std::time::Duration::from_secs);
    let token = pending_token(&ask.keys, TokenKind::Confirm, ask.account.id, pending);
    plan.pending = Some(NewPending {
        id: pending,
        kind,
        token_hash: token_hash(&token),
        sign_up: Arc::clone(&ask.sign_up),
        sign_up_id,
        expires_at: now.plus(within),
    });
    let mut settled = Settled {
        outcome: pending_outcome(kind, contact, sign_up_id, pending, MailState::Withheld),
        repeated: false,
        delivery: None,
        withheld: None,
        receipt: None,
    };
    let cause = MailCause::Confirmation;
    let withheld = ask.mailbox.and_then(|_| recipients::withheld(ask.account.id, cause, facts, &ask.passed.policy));
    let enforced = ask.passed.policy.mode == GuardMode::Enforce;
    if may_be_mailed(facts) && !(enforced && withheld.is_some()) {
        let id = DeliveryId(numbers.row());
        plan.mailboxes.extend(ask.mailbox.map(|m| (m, MailboxChange::Mail(cause, id.0))));
        let (sender, receiver) = watch::channel(Receipt::Waiting);
        let at_once = ask.store.has_room_for_delivery();
        plan.deliveries.push(NewDelivery {
            id,
            lane: Lane::Confirmation,
            owed: Owed::Confirmation {
                pending,
                form: ask.sign_up.form,
                sign_up_kind: kind,
                to: ask.sign_up.email.clone(),
                language: ask.sign_up.language.clone(),
                network: ask.sign_up.origin.ip.map(model::network_of),
            },
            due_at: now,
            at_once,
            receipt: at_once.then_some(sender),
        });
        settled.outcome = pending_outcome(kind, contact, sign_up_id, pending, MailState::Owed);
        settled.delivery = Some(id);
        settled.receipt = at_once.then_some(receiver);
    }
    let delivery = settled.delivery;
    let record = record(ask, facts, sign_up_id, kind, OutcomeName::Pending, Some(pending), delivery);
    let verdict = gate::record(ask.passed.judgement, withheld);
    plan.sign_up = Some(NewSignUp { verdict, ..record });
    settled.withheld = withheld;
    settled
}

/// Nobody suppressed or with a bad address is mailed (Sentori reference, section 3.3).
pub(crate) fn may_be_mailed(facts: &Facts) -> bool {
    let contact = facts.contact.as_ref();
    // Who had everything deleted may come back of their own accord.
    facts.suppressed.as_deref().is_none_or(|reason| reason == ERASED)
        && contact.is_none_or(|c| c.suppressed_at.is_none() && c.bad_address_at.is_none())
}

pub(crate) fn record(
    ask: &Ask,
    facts: &Facts,
    id: SignUpId,
    kind: SignUpKind,
    outcome: OutcomeName,
    pending: Option<PendingId>,
    delivery: Option<DeliveryId>,
) -> NewSignUp {
    NewSignUp {
        id,
        form: ask.sign_up.form,
        door: ask.sign_up.door.name(),
        kind,
        outcome,
        verdict: gate::record(ask.passed.judgement, None),
        fingerprint: ask.fingerprint,
        pending,
        delivery,
        previous: facts.contact.as_ref().and_then(|c| c.last_sign_up),
        origin: ask.sign_up.origin.clone(),
    }
}

pub(crate) fn evidence(origin: &Origin, door: Door, form: Option<model::FormId>, at: Timestamp) -> Evidence {
    Evidence { at, door, form, page: origin.page.clone(), ip: origin.ip, user_agent: origin.user_agent.clone() }
}

/// Decides about a sign-up that goes into quarantine: its record, and the whole of it for a release.
pub(crate) fn quiet(ask: &Ask, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, SignUpId) {
    let id = SignUpId(numbers.row());
    let sign_up = record(ask, facts, id, SignUpKind::Signup, OutcomeName::Quiet, None, None);
    let plan = Plan { sign_up: Some(sign_up), quarantine: Some(Arc::clone(&ask.sign_up)), ..Plan::default() };
    (plan, id)
}

/// The same about a wish to become a customer, with a number for the answer that is nobody's.
pub(crate) fn quiet_customer(ask: &Ask, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, (SignUpId, ContactId)) {
    let (plan, id) = quiet(ask, facts, numbers);
    (plan, (id, numbers.contact()))
}

/// Decides about a confirm link that was followed. `mailbox`: where its mails are counted.
pub(crate) fn confirm(
    account: &AccountSnapshot,
    mailbox: Option<Mailbox>,
    origin: &Origin,
    at_once: bool,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Result<(), Refusal>) {
    let nothing = |refusal| (Plan::default(), Err(refusal));
    let now = facts.now.unwrap_or(Timestamp(0));
    let (Some(pending), Some(contact)) = (&facts.pending, &facts.contact) else { return nothing(Refusal::NotFound) };
    if pending.used_at.is_some() {
        return nothing(Refusal::Used);
    }
    if pending.expires_at <= now {
        return nothing(Refusal::Expired);
    }
    let sign_up = &pending.sign_up;
    if let Some(new) = &sign_up.wish.new_email {
        let mut plan = Plan { used: Some(pending.id), ..Plan::default() };
        decide_people::rename(contact, new, sign_up.language.clone(), at_once, now, numbers, &mut plan);
        return (plan, Ok(()));
    }
    let applying = Applying {
        account,
        sign_up,
        sign_up_id: pending.sign_up_id,
        kind: pending.kind,
        contact: contact.id,
        person: contact.person,
        now,
        evidence: vec![
            evidence(&sign_up.origin, sign_up.door, sign_up.form, pending.created_at),
            evidence(origin, Door::Pages, sign_up.form, now),
        ],
    };
    let mut plan = Plan { used: Some(pending.id), ..Plan::default() };
    plan.mailboxes.extend(mailbox.map(|m| (m, MailboxChange::Answered)));
    apply::apply(&applying, facts, numbers, at_once, &mut plan);
    if facts.suppressed.as_deref() == Some(ERASED) {
        plan.person = Some(PersonChange::Release(ERASED));
    }
    (plan, Ok(()))
}

/// Decides about "this wasn't me".
pub(crate) fn not_me(mailbox: Mailbox, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, ()) {
    let now = facts.now.unwrap_or(Timestamp(0));
    let plan = Plan {
        contact: facts.contact.as_ref().map(|c| c.id),
        change: facts.contact.as_ref().map(|c| ContactChange {
            id: c.id,
            confirmed_at: None,
            suppressed_at: Some(now),
        }),
        drop_pending: facts.pending.as_ref().filter(|p| p.used_at.is_none()).map(|p| p.id),
        suppress: Some("not_me"),
        mailboxes: vec![(mailbox, MailboxChange::NotMe(numbers.row()))],
        ..Plan::default()
    };
    (plan, ())
}
