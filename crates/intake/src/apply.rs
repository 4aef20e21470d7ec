//! Applies a wish: what a sign-up changes once nothing stands in its way, in the order of the Sentori reference's
//! section 3.2. Pure: facts in, changes of the plan out.

use crate::automations::{self, Starting};
use model::{
    AccountSnapshot, Basis, ConsentAction, ConsentSubject, ContactId, DeliveryId, Evidence, ListId, PersonId,
    ResolvedForm, Shown, SignUp, SignUpId, SignUpKind, Timestamp,
};
use store::{ContactChange, Facts, Lane, NewConsent, NewDelivery, Numbers, Owed, Plan};

/// Who and what is applied.
pub(crate) struct Applying<'a> {
    pub(crate) account: &'a AccountSnapshot,
    pub(crate) sign_up: &'a SignUp,
    pub(crate) sign_up_id: SignUpId,
    pub(crate) kind: SignUpKind,
    pub(crate) contact: ContactId,
    pub(crate) person: PersonId,
    pub(crate) now: Timestamp,
    /// The steps that led here, the first one first.
    pub(crate) evidence: Vec<Evidence>,
}

/// How many row numbers applying may take, at most.
pub(crate) fn numbers(account: &AccountSnapshot, sign_up: &SignUp) -> usize {
    let form = sign_up.form.and_then(|f| account.form(f));
    let of_form = form.map_or(0, |f| f.action_lists.len() + f.form.actions.alert_to.len());
    // Each automation may begin: a run and its first step.
    sign_up.wish.lists.len() + sign_up.wish.statements.len() + of_form + 2 * account.automations.len()
}

/// Adds to the plan all that the sign-up changes. `at_once`: whether this node's workers can take what is owed.
pub(crate) fn apply(applying: &Applying<'_>, facts: &Facts, numbers: &mut dyn Numbers, at_once: bool, plan: &mut Plan) {
    let form = applying.sign_up.form.and_then(|f| applying.account.form(f));
    plan.contact = Some(applying.contact);
    plan.values.clone_from(&applying.sign_up.wish.values);
    // A contact that is made in this very plan is confirmed by its creation.
    if plan.create.is_none() {
        plan.change =
            Some(ContactChange { id: applying.contact, confirmed_at: Some(applying.now), suppressed_at: None });
    }
    join_lists(applying, form, facts, numbers, plan);
    plan.tags = with_actions(&applying.sign_up.wish.tags, form.map(|f| f.action_tags.as_slice()));
    answer_statements(applying, numbers, plan);
    alerts(applying, form, numbers, plan);
    let named = form.and_then(|f| f.form.actions.automation.as_deref());
    let language = applying.sign_up.language.as_deref();
    automations::start(&Starting { account: applying.account, named, language, at_once }, facts, numbers, plan);
}

/// What is asked for, then what the form adds; each once.
fn with_actions<T: Copy + PartialEq>(asked: &[T], of_form: Option<&[T]>) -> Vec<T> {
    let mut all = asked.to_vec();
    for item in of_form.unwrap_or_default() {
        if !all.contains(item) {
            all.push(*item);
        }
    }
    all
}

fn join_lists(
    applying: &Applying<'_>,
    form: Option<&ResolvedForm>,
    facts: &Facts,
    numbers: &mut dyn Numbers,
    plan: &mut Plan,
) {
    let asked = &applying.sign_up.wish.lists;
    let all: Vec<ListId> = with_actions(asked, form.map(|f| f.action_lists.as_slice()));
    for list in all {
        // Who is on it already has agreed before.
        if facts.lists.contains(&list) {
            continue;
        }
        plan.join.push(list);
        plan.consents.push(NewConsent {
            id: numbers.row(),
            person: applying.person,
            action: ConsentAction::Given,
            subject: ConsentSubject::List(list),
            language: applying.sign_up.language.clone(),
            basis: Basis::Consent,
            shown: shown(applying, asked.contains(&list)),
            sign_up: Some(applying.sign_up_id),
            evidence: applying.evidence.clone(),
        });
    }
}

/// How a list came before the person's eyes.
fn shown(applying: &Applying<'_>, asked: bool) -> Shown {
    use model::Door;
    match applying.sign_up.door {
        _ if !asked => Shown::VendorDefault,
        Door::Hosted | Door::Json | Door::Pages => Shown::ByUs,
        _ => Shown::Declared,
    }
}

fn answer_statements(applying: &Applying<'_>, numbers: &mut dyn Numbers, plan: &mut Plan) {
    plan.statements.clone_from(&applying.sign_up.wish.statements);
    for answer in &applying.sign_up.wish.statements {
        let basis = applying.account.statement(answer.statement).map_or(Basis::Consent, |(s, _)| s.basis);
        plan.consents.push(NewConsent {
            id: numbers.row(),
            person: applying.person,
            action: if answer.yes { ConsentAction::Given } else { ConsentAction::Refused },
            subject: ConsentSubject::Statement(answer.statement, answer.version),
            language: answer.language.clone(),
            basis,
            shown: answer.shown,
            sign_up: Some(applying.sign_up_id),
            evidence: applying.evidence.clone(),
        });
    }
}

fn alerts(applying: &Applying<'_>, form: Option<&ResolvedForm>, numbers: &mut dyn Numbers, plan: &mut Plan) {
    let Some(form) = form else { return };
    for to in &form.form.actions.alert_to {
        plan.deliveries.push(NewDelivery {
            id: DeliveryId(numbers.row()),
            lane: Lane::Mail,
            owed: Owed::Alert {
                form: form.id,
                sign_up_kind: applying.kind,
                contact: applying.contact,
                to: to.clone(),
                at: applying.now,
            },
            due_at: applying.now,
            // Rows of one stream go out in order: the outbox says which is next.
            at_once: false,
            receipt: None,
        });
    }
}
