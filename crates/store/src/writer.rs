//! Writes the plans of a whole batch: a fixed number of statements, whatever the number of sign-ups.
//!
//! Within a batch each person occurs once and each plan names a list, tag or field once, so no statement meets the
//! same key twice (PostgreSQL would refuse that).

use model::Timestamp;

use crate::consents;
use crate::error::Result;
use crate::facts::kind_name;
use crate::keys::Keys;
use crate::people::{self, People};
use crate::plan::{PersonKey, Plan};
use crate::recipients::{self, ANSWER_MAILS, COUNT_MAILS, NEW_MAIL};
use crate::returns::{MARK_BAD, NEW_RETURN};
use crate::sql::{Batch, Conn, Step, Value, each_statements};

each_statements! {
    NEW_CONTACT (Int, Int, Text, Text, Int, Int, Int, Text, Int, Text, Text, Int, Int, Int, Text) =
        "INSERT INTO contact (account_id, id, email_key, email, person_id, confirmed_at, suppressed_at, source, created_at, \
         created_ip, created_referrer, modified_at, last_sign_up_id, customer_at, public_id) {rows}";
    // An earlier confirmation and an earlier suppression stay.
    CHANGE_CONTACT (Int, Int, Int, Int, Int, Int, Text) = "UPDATE contact SET modified_at = {3}, \
        confirmed_at = COALESCE(confirmed_at, {4}), suppressed_at = COALESCE(suppressed_at, {5}), \
        customer_at = COALESCE(customer_at, {6}), public_id = COALESCE(public_id, {7}) {from} \
        WHERE account_id = {1} AND id = {2}";
    LAST_SIGN_UP (Int, Int, Int) = "UPDATE contact SET last_sign_up_id = {3} {from} \
        WHERE account_id = {1} AND id = {2}";
    // A contact that is made in the same plan has nothing yet, so nothing can conflict: plain inserts cost less.
    FIRST_VALUE (Int, Int, Int, Text) = "INSERT INTO contact_value (account_id, contact_id, field_id, value) {rows}";
    FIRST_LIST (Int, Int, Int, Int) = "INSERT INTO contact_list (account_id, contact_id, list_id, joined_at) {rows}";
    FIRST_TAG (Int, Int, Int, Int, Int, Int) = "INSERT INTO contact_tag (account_id, contact_id, tag_id, applied, first_at, \
        last_at) {rows}";
    FIRST_ANSWER (Int, Int, Int, Int, Int, Text, Int) = "INSERT INTO contact_statement (account_id, contact_id, \
        statement_id, agreed, version, language, answered_at) {rows}";
    SET_VALUE (Int, Int, Int, Text) = "INSERT INTO contact_value (account_id, contact_id, field_id, value) {rows} \
        ON CONFLICT (account_id, contact_id, field_id) DO UPDATE SET value = excluded.value";
    CLEAR_VALUE (Int, Int, Int) = "DELETE FROM contact_value {using} \
        WHERE account_id = {1} AND contact_id = {2} AND field_id = {3}";
    JOIN_LIST (Int, Int, Int, Int) = "INSERT INTO contact_list (account_id, contact_id, list_id, joined_at) {rows} \
        ON CONFLICT (account_id, list_id, contact_id) DO NOTHING";
    LEAVE_LIST (Int, Int, Int) = "DELETE FROM contact_list {using} \
        WHERE account_id = {1} AND contact_id = {2} AND list_id = {3}";
    APPLY_TAG (Int, Int, Int, Int, Int, Int) = "INSERT INTO contact_tag (account_id, contact_id, tag_id, applied, first_at, \
        last_at) {rows} ON CONFLICT (account_id, tag_id, contact_id) \
        DO UPDATE SET applied = contact_tag.applied + excluded.applied, last_at = excluded.last_at";
    TAKE_TAG (Int, Int, Int) = "DELETE FROM contact_tag {using} \
        WHERE account_id = {1} AND contact_id = {2} AND tag_id = {3}";
    ANSWER (Int, Int, Int, Int, Int, Text, Int) = "INSERT INTO contact_statement (account_id, contact_id, statement_id, agreed, \
        version, language, answered_at) {rows} ON CONFLICT (account_id, contact_id, statement_id) DO UPDATE SET \
        agreed = excluded.agreed, version = excluded.version, language = excluded.language, \
        answered_at = excluded.answered_at";
    NEW_CONSENT (Int, Int, Int, Int, Int, Text, Text) =
        "INSERT INTO consent_event (account_id, id, person_id, at, sign_up_id, matters, evidence) {rows}";
    NEW_PENDING (Int, Int, Int, Text, Int, Text, Bytes, Text, Int, Int, Int) =
        "INSERT INTO pending_sign_up (account_id, id, contact_id, email_key, form_id, kind, token_hash, sign_up, sign_up_id, \
         created_at, expires_at) {rows}";
    USE_PENDING (Int, Int, Int) = "UPDATE pending_sign_up SET used_at = {3} {from} \
        WHERE account_id = {1} AND id = {2}";
    DROP_PENDING (Int, Int) = "DELETE FROM pending_sign_up {using} WHERE account_id = {1} AND id = {2}";
    NEW_SIGN_UP (Int, Int, Int, Int, Text, Text, Text, Text, Bytes, Int, Int, Text, Int, Int) =
        "INSERT INTO sign_up (account_id, id, contact_id, form_id, door, kind, outcome, verdict, fingerprint, pending_id, \
         delivery_id, origin, at, previous_id) {rows}";
    NEW_DELIVERY (Int, Int, Text, Int, Int, Int, Int, Int, Int, Text, Int, Int, Int, Int) =
        "INSERT INTO delivery (account_id, id, kind, lane, state, due_at, attempts, leased_by, contact_id, payload, \
         created_at, stream, owed_since, route) {rows}";
    NEW_RUN (Int, Int, Int, Int, Text, Text, Text, Int, Int) =
        "INSERT INTO automation_run (account_id, id, automation_id, contact_id, definition, trx, language, started_at, \
         next_step) {rows}";
    RUN_ON (Int, Int, Int, Int) = "UPDATE automation_run SET next_step = COALESCE({3}, next_step), finished_at = {4} {from} \
        WHERE account_id = {1} AND id = {2}";
    DONE (Int, Int, Int) = "UPDATE delivery SET state = 1, finished_at = {3}, last_error = NULL, leased_by = NULL {from} \
        WHERE account_id = {1} AND id = {2}";
    QUARANTINE (Int, Int, Text, Text, Int) = "INSERT INTO quarantine (account_id, id, sign_up, verdict, at) {rows}";
    NEW_LINK (Int, Bytes, Int, Text, Text, Int, Int) = "INSERT INTO customer_session (account_id, token_hash, contact_id, \
        purpose, host, made_at, used_at) {rows}";
    SET_PASSWORD (Int, Int, Text, Int) = "INSERT INTO contact_password (account_id, contact_id, hash, set_at) {rows} \
        ON CONFLICT (account_id, contact_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at";
    PUT_ADDRESS (Int, Int, Int, Int, Int, Text) = "INSERT INTO contact_address (account_id, contact_id, id, is_billing, \
        is_delivery, details) {rows} ON CONFLICT (account_id, contact_id, id) DO UPDATE SET \
        is_billing = excluded.is_billing, is_delivery = excluded.is_delivery, details = excluded.details";
    DROP_ADDRESS (Int, Int, Int) = "DELETE FROM contact_address {using} \
        WHERE account_id = {1} AND contact_id = {2} AND id = {3}";
    IN_GROUP (Int, Int, Int) = "INSERT INTO upload_contact (account_id, group_id, contact_id) {rows} \
        ON CONFLICT (account_id, group_id, contact_id) DO NOTHING";
    SUPPRESS (Int, Bytes, Text, Int) = "INSERT INTO suppression (account_id, address_hash, reason, at) {rows} \
        ON CONFLICT (account_id, address_hash) DO NOTHING";
}

/// Texts that the rows borrow: made before the batches, one set a plan.
struct Texts {
    origin: Option<String>,
    consents: Vec<consents::Act>,
    pending: Option<String>,
    quarantine: Option<String>,
    payloads: Vec<String>,
    runs: Vec<(String, String)>,
    address_hash: Option<[u8; 32]>,
    released: Option<[u8; 32]>,
}

pub(crate) fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| crate::StoreError::Fault(e.to_string()))
}

fn texts(keys: &Keys, key: &PersonKey, plan: &Plan) -> Result<Texts> {
    Ok(Texts {
        origin: plan.sign_up.as_ref().map(|s| json(&s.origin)).transpose()?,
        consents: consents::acts(&plan.consents)?,
        pending: plan.pending.as_ref().map(|p| json(&*p.sign_up)).transpose()?,
        quarantine: plan.quarantine.as_deref().map(json).transpose()?,
        payloads: plan.deliveries.iter().map(|d| json(&d.owed)).collect::<Result<_>>()?,
        runs: plan.runs.iter().map(|r| Ok((json(&r.definition)?, json(&r.trx)?))).collect::<Result<_>>()?,
        address_hash: plan.suppress.map(|_| keys.address_hash(key.account, &key.email_key)),
        released: people::hash_of(keys, key, plan),
    })
}

/// What every row of a batch shares.
#[derive(Clone, Copy)]
pub(crate) struct Own {
    /// The time of the transaction.
    pub(crate) now: Timestamp,
    /// This node.
    pub(crate) node: i64,
    /// Until when rows are leased that this node delivers at once.
    pub(crate) lease_until: Timestamp,
    /// The committer's rows of shared counters.
    pub(crate) shard: i64,
}

/// Writes the plans, the counts of mails by domain and the marks, and ends the transaction.
pub(crate) fn write<'a>(
    conn: &mut Conn,
    keys: &Keys,
    own: Own,
    plans: &'a [(&'a PersonKey, &'a Plan)],
    counts: &'a [([u8; 16], i64)],
    marks: Vec<Step<'a, 'static>>,
) -> Result<()> {
    let texts = plans.iter().map(|(key, plan)| texts(keys, key, plan)).collect::<Result<Vec<_>>>()?;
    let (mut b, mut people) = (Batches::new(), People::new());
    for ((key, plan), texts) in plans.iter().zip(&texts) {
        b.add(key, plan, texts, own);
        people.add(key, plan, texts.released.as_ref(), own.now);
    }
    recipients::write_counts(counts, own.now, own.shard, &mut b.count_mails);
    conn.steps(b.into_steps(marks, people))
}

macro_rules! batches {
    ($($name:ident: $each:ident),* $(,)?) => {
        struct Batches<'a> { $($name: Batch<'a>),* }

        impl<'a> Batches<'a> {
            fn new() -> Self {
                Self { $($name: Batch::new(&$each)),* }
            }

            /// All that is not empty, in the order written here, and the commit.
            fn into_steps(self, marks: Vec<Step<'a, 'static>>, people: People<'a>) -> Vec<Step<'a, 'static>> {
                let mut steps = marks;
                $(if !self.$name.is_empty() { steps.push(Step::Write(self.$name)); })*
                steps.extend(people.into_batches().map(Step::Write));
                steps.push(Step::Commit);
                steps
            }
        }
    };
}

batches! {
    new_contact: NEW_CONTACT,
    change_contact: CHANGE_CONTACT,
    last_sign_up: LAST_SIGN_UP,
    first_value: FIRST_VALUE,
    first_list: FIRST_LIST,
    first_tag: FIRST_TAG,
    first_answer: FIRST_ANSWER,
    set_value: SET_VALUE,
    clear_value: CLEAR_VALUE,
    join_list: JOIN_LIST,
    leave_list: LEAVE_LIST,
    apply_tag: APPLY_TAG,
    take_tag: TAKE_TAG,
    answer: ANSWER,
    new_consent: NEW_CONSENT,
    new_pending: NEW_PENDING,
    use_pending: USE_PENDING,
    drop_pending: DROP_PENDING,
    new_sign_up: NEW_SIGN_UP,
    new_delivery: NEW_DELIVERY,
    new_run: NEW_RUN,
    run_on: RUN_ON,
    done: DONE,
    suppress: SUPPRESS,
    quarantine: QUARANTINE,
    new_mail: NEW_MAIL,
    answer_mails: ANSWER_MAILS,
    count_mails: COUNT_MAILS,
    set_password: SET_PASSWORD,
    new_link: NEW_LINK,
    put_address: PUT_ADDRESS,
    drop_address: DROP_ADDRESS,
    in_group: IN_GROUP,
    new_return: NEW_RETURN,
    mark_bad: MARK_BAD,
}

impl<'a> Batches<'a> {
    fn add(&mut self, key: &'a PersonKey, plan: &'a Plan, texts: &'a Texts, own: Own) {
        let Own { now, node, lease_until, .. } = own;
        let account = Value::from(key.account.0);
        let contact = Value::Int(plan.contact.map(|c| c.0));
        if let Some(new) = &plan.create {
            self.new_contact.push([
                account,
                new.id.0.into(),
                key.email_key.as_str().into(),
                new.email.given().into(),
                new.person.0.into(),
                new.confirmed_at.into(),
                new.suppressed_at.into(),
                new.source.into(),
                now.into(),
                (&new.ip).into(),
                (&new.referrer).into(),
                now.into(),
                plan.sign_up.as_ref().map(|s| s.id.0).into(),
                plan.customer.then_some(now).into(),
                (&plan.public_id).into(),
            ]);
        }
        if let Some(change) = &plan.change {
            self.change_contact.push([
                account,
                change.id.0.into(),
                now.into(),
                change.confirmed_at.into(),
                change.suppressed_at.into(),
                plan.customer.then_some(now).into(),
                (&plan.public_id).into(),
            ]);
        }
        let is_new = plan.create.is_some();
        let (set_value, join_list, apply_tag, answers) = if is_new {
            (&mut self.first_value, &mut self.first_list, &mut self.first_tag, &mut self.first_answer)
        } else {
            (&mut self.set_value, &mut self.join_list, &mut self.apply_tag, &mut self.answer)
        };
        for (field, value) in &plan.values {
            match value {
                Some(value) => set_value.push([account, contact, field.0.into(), value.into()]),
                None if is_new => {}
                None => self.clear_value.push([account, contact, field.0.into()]),
            }
        }
        for list in &plan.join {
            join_list.push([account, contact, list.0.into(), now.into()]);
        }
        for list in &plan.leave {
            self.leave_list.push([account, contact, list.0.into()]);
        }
        for tag in &plan.tags {
            apply_tag.push([account, contact, tag.0.into(), 1.into(), now.into(), now.into()]);
        }
        for tag in &plan.untag {
            self.take_tag.push([account, contact, tag.0.into()]);
        }
        for answer in &plan.statements {
            answers.push([
                account,
                contact,
                answer.statement.0.into(),
                answer.yes.into(),
                answer.version.into(),
                (&answer.language).into(),
                plan.answered_at.iter().find(|(s, _)| *s == answer.statement).map_or(now, |(_, at)| *at).into(),
            ]);
        }
        for act in &texts.consents {
            self.new_consent.push([
                account,
                act.id.into(),
                act.person.0.into(),
                now.into(),
                act.sign_up.map(|s| s.0).into(),
                (&act.matters).into(),
                (&act.evidence).into(),
            ]);
        }
        if let Some(pending) = &plan.pending {
            self.new_pending.push([
                account,
                pending.id.0.into(),
                contact,
                key.email_key.as_str().into(),
                pending.sign_up.form.map(|f| f.0).into(),
                kind_name(pending.kind).into(),
                (&pending.token_hash).into(),
                (&texts.pending).into(),
                pending.sign_up_id.0.into(),
                now.into(),
                pending.expires_at.into(),
            ]);
        }
        if let Some(used) = plan.used {
            self.use_pending.push([account, used.0.into(), now.into()]);
        }
        if let Some(dropped) = plan.drop_pending {
            self.drop_pending.push([account, dropped.0.into()]);
        }
        if let Some(sign_up) = &plan.sign_up {
            self.new_sign_up.push([
                account,
                sign_up.id.0.into(),
                // What is refused or in quarantine is nobody's yet.
                plan.contact.map_or(0, |c| c.0).into(),
                sign_up.form.map(|f| f.0).into(),
                sign_up.door.into(),
                kind_name(sign_up.kind).into(),
                sign_up.outcome.as_str().into(),
                (&sign_up.verdict).into(),
                (&sign_up.fingerprint).into(),
                sign_up.pending.map(|p| p.0).into(),
                sign_up.delivery.map(|d| d.0).into(),
                (&texts.origin).into(),
                now.into(),
                sign_up.previous.map(|p| p.0).into(),
            ]);
            if plan.create.is_none() {
                self.last_sign_up.push([account, contact, sign_up.id.0.into()]);
            }
        }
        for (delivery, payload) in plan.deliveries.iter().zip(&texts.payloads) {
            // A row that this node delivers at once is born leased.
            let (due, leased_by) = if delivery.at_once { (lease_until, Some(node)) } else { (delivery.due_at, None) };
            self.new_delivery.push([
                account,
                delivery.id.0.into(),
                delivery.owed.kind().into(),
                delivery.lane.code().into(),
                0.into(),
                due.into(),
                delivery.at_once.into(),
                leased_by.into(),
                contact,
                payload.into(),
                now.into(),
                delivery.owed.stream().into(),
                delivery.due_at.into(),
                delivery.owed.route().into(),
            ]);
        }
        if let (Some(held), Some(sign_up)) = (&texts.quarantine, &plan.sign_up) {
            let verdict = sign_up.verdict.as_deref().unwrap_or("{}");
            self.quarantine.push([account, sign_up.id.0.into(), held.into(), verdict.into(), now.into()]);
        }
        recipients::write(key.account, &plan.mailboxes, now, &mut self.new_mail, &mut self.answer_mails);
        for (run, (definition, trx)) in plan.runs.iter().zip(&texts.runs) {
            self.new_run.push([
                account,
                run.id.into(),
                run.automation.0.into(),
                contact,
                definition.into(),
                trx.into(),
                (&run.language).into(),
                now.into(),
                0.into(),
            ]);
        }
        if let Some((run, next)) = plan.run_on {
            self.run_on.push([account, run.into(), next.into(), next.is_none().then_some(now).into()]);
        }
        if let Some(done) = plan.done {
            self.done.push([account, done.0.into(), now.into()]);
        }
        if let Some(hash) = &plan.password {
            self.set_password.push([account, contact, hash.into(), now.into()]);
        }
        if let Some((purpose, hash)) = &plan.link {
            let purpose = purpose.as_str().into();
            self.new_link.push([account, hash.into(), contact, purpose, "".into(), now.into(), now.into()]);
        }
        for address in &plan.put_addresses {
            self.put_address.push([
                account,
                contact,
                address.id.into(),
                address.is_billing.into(),
                address.is_delivery.into(),
                (&address.details).into(),
            ]);
        }
        if let Some(group) = plan.upload {
            self.in_group.push([account, group.into(), contact]);
        }
        if let Some(back) = &plan.returned {
            self.new_return.push([
                account,
                contact,
                back.mail.into(),
                back.report.into(),
                back.kind.code().into(),
                back.mailed_at.into(),
                now.into(),
            ]);
        }
        if plan.bad_address {
            self.mark_bad.push([account, contact, now.into()]);
        }
        for address in &plan.drop_addresses {
            self.drop_address.push([account, contact, (*address).into()]);
        }
        if let (Some(reason), Some(hash)) = (plan.suppress, &texts.address_hash) {
            self.suppress.push([account, hash.into(), reason.into(), now.into()]);
        }
    }
}
