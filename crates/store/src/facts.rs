//! Reads the facts of a whole batch: one round for what everybody needs, a second only for people already known.

use model::{
    AutomationId, ContactId, DeliveryId, FieldId, ListId, PendingId, PersonId, SignUpId, SignUpKind, StatementId,
    TagId, Timestamp,
};

use crate::error::{Result, StoreError};
use crate::keys::Keys;
use crate::plan::{
    AddressRow, ContactRow, DeliveryState, EarlierSignUp, Facts, OutcomeName, PendingRow, PersonKey, Wants,
};
use crate::recipients::{self, Asked, Mailbox};
use crate::returns::{self, MailHistory};
use crate::sql::{Batch, Conn, Row, Step, each_statements};

each_statements! {
    CONTACT (Int, Text) = "SELECT id, person_id, email, confirmed_at, suppressed_at, bad_address_at, source, created_at, \
        created_ip, created_referrer, modified_at, last_sign_up_id, customer_at, public_id FROM contact \
        WHERE account_id = {1} AND email_key = {2}";
    CONTACT_OF (Int, Text) = "SELECT id FROM contact WHERE account_id = {1} AND email_key = {2}";
    SUPPRESSION (Int, Bytes) = "SELECT reason FROM suppression WHERE account_id = {1} AND address_hash = {2}";
    PENDING (Int, Int) = "SELECT id, contact_id, kind, token_hash, sign_up, sign_up_id, created_at, expires_at, used_at \
        FROM pending_sign_up WHERE account_id = {1} AND id = {2}";
    LISTS (Int, Int) = "SELECT list_id FROM contact_list WHERE account_id = {1} AND contact_id = {2} AND list_id IN \
        (SELECT id FROM config_item WHERE account_id = {1} AND kind = 'mailing_list')";
    STATEMENTS_OF (Int, Int) = "SELECT statement_id, agreed FROM contact_statement \
        WHERE account_id = {1} AND contact_id = {2}";
    VALUES (Int, Int) = "SELECT field_id, value FROM contact_value WHERE account_id = {1} AND contact_id = {2}";
    RUNS (Int, Int) = "SELECT DISTINCT automation_id FROM automation_run WHERE account_id = {1} AND contact_id = {2}";
    RUN (Int, Int) = "SELECT next_step, finished_at FROM automation_run WHERE account_id = {1} AND id = {2}";
    TAGS (Int, Int) = "SELECT tag_id FROM contact_tag WHERE account_id = {1} AND contact_id = {2} \
        AND tag_id IN (SELECT id FROM config_item WHERE account_id = {1} AND kind = 'tag')";
    ADDRESSES (Int, Int) = "SELECT id, is_billing, is_delivery, details FROM contact_address \
        WHERE account_id = {1} AND contact_id = {2} ORDER BY id";
    EARLIER (Int, Int, Int) = "SELECT e.id, e.fingerprint, e.kind, e.outcome, e.pending_id, e.delivery_id, d.state FROM ( \
        WITH RECURSIVE chain AS ( \
            SELECT id, fingerprint, kind, outcome, pending_id, delivery_id, at, previous_id, 0 AS back FROM sign_up \
            WHERE account_id = {1} AND id = {2} AND at >= {3} \
            UNION ALL \
            SELECT s.id, s.fingerprint, s.kind, s.outcome, s.pending_id, s.delivery_id, s.at, s.previous_id, c.back + 1 \
            FROM chain AS c JOIN sign_up AS s ON s.account_id = {1} AND s.id = c.previous_id AND s.at >= {3} \
        ) SELECT * FROM chain LIMIT 50) AS e \
        LEFT JOIN delivery AS d ON d.account_id = {1} AND d.id = e.delivery_id ORDER BY e.back";
}

/// Who a change is about, and what it wants to know.
pub(crate) struct Question<'a> {
    pub(crate) key: &'a PersonKey,
    pub(crate) also: Option<&'a PersonKey>,
    pub(crate) wants: Wants,
}

/// Begins the transaction, takes the locks and reads the facts for each question.
pub(crate) fn read(
    conn: &mut Conn,
    keys: &Keys,
    now: Timestamp,
    questions: &[Question<'_>],
    locks: Vec<i64>,
) -> Result<Vec<Facts>> {
    let mut facts: Vec<Facts> = questions.iter().map(|_| Facts { now: Some(now), ..Facts::default() }).collect();
    first_round(conn, keys, now, questions, &mut facts, locks)?;
    if questions.iter().zip(&facts).any(|(q, f)| f.contact.is_some() || late_mailbox(q, f).is_some()) {
        second_round(conn, now, questions, &mut facts)?;
    }
    Ok(facts)
}

/// The mailbox that is read only once it has shown that the address is known or suppressed.
fn late_mailbox(question: &Question<'_>, facts: &Facts) -> Option<Mailbox> {
    let known = facts.contact.is_some() || facts.suppressed.is_some();
    question.wants.mailbox.filter(|_| question.wants.mailbox_of_known && known)
}

fn first_round(
    conn: &mut Conn,
    keys: &Keys,
    now: Timestamp,
    questions: &[Question<'_>],
    facts: &mut [Facts],
    locks: Vec<i64>,
) -> Result<()> {
    let hashes: Vec<[u8; 32]> = questions.iter().map(|q| keys.address_hash(q.key.account, &q.key.email_key)).collect();
    let mut contacts = Batch::new(&CONTACT);
    let mut suppressions = Batch::new(&SUPPRESSION);
    let (mut pendings, mut others) = (Batch::new(&PENDING), Batch::new(&CONTACT_OF));
    let (mut asked, mut with_other) = (Vec::new(), Vec::new());
    for (i, (q, hash)) in questions.iter().zip(&hashes).enumerate() {
        contacts.push([q.key.account.0.into(), q.key.email_key.as_str().into()]);
        suppressions.push([q.key.account.0.into(), hash.into()]);
        if let Some(also) = q.also {
            others.push([also.account.0.into(), also.email_key.as_str().into()]);
            with_other.push(i);
        }
        if let Some(pending) = q.wants.pending {
            pendings.push([q.key.account.0.into(), pending.0.into()]);
            asked.push(i);
        }
    }
    let first = |q: &Question<'_>| q.wants.mailbox.filter(|_| !q.wants.mailbox_of_known);
    let mailboxes = Asked::new(questions.iter().enumerate().filter_map(|(i, q)| Some((i, first(q)?))));
    let (mut rows, mut reasons, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let (mut mails, mut counts, mut found) = (Vec::new(), Vec::new(), Vec::new());
    let mut read_contact = |i: usize, row: &mut Row<'_>| -> Result<()> {
        rows.push((i, contact_row(row)?));
        Ok(())
    };
    let mut read_suppression = |i: usize, row: &mut Row<'_>| -> Result<()> {
        reasons.push((i, row.text()?));
        Ok(())
    };
    let mut read_pending = |i: usize, row: &mut Row<'_>| -> Result<()> {
        held.push((asked[i], pending_row(row)?));
        Ok(())
    };
    let mut read_other = |i: usize, row: &mut Row<'_>| -> Result<()> {
        found.push((with_other[i], ContactId(row.int()?)));
        Ok(())
    };
    let mut read_mail = |i: usize, row: &mut Row<'_>| -> Result<()> {
        mails.push((i, recipients::mail_row(row)?));
        Ok(())
    };
    let mut read_count = |i: usize, row: &mut Row<'_>| -> Result<()> {
        counts.push((i, row.int()?));
        Ok(())
    };
    let mut steps = vec![
        Step::Begin,
        Step::Lock(locks),
        Step::Read(contacts, &mut read_contact),
        Step::Read(suppressions, &mut read_suppression),
    ];
    if !pendings.is_empty() {
        steps.push(Step::Read(pendings, &mut read_pending));
    }
    if !others.is_empty() {
        steps.push(Step::Read(others, &mut read_other));
    }
    if !mailboxes.is_empty() {
        let (of_mailboxes, of_domains) = mailboxes.batches(now);
        steps.push(Step::Read(of_mailboxes, &mut read_mail));
        steps.push(Step::Read(of_domains, &mut read_count));
    }
    conn.steps(steps)?;
    mailboxes.fill(mails, counts, facts);
    for (i, other) in found {
        facts[i].other = Some(other);
    }
    for (i, contact) in rows {
        facts[i].contact = Some(contact);
    }
    for (i, reason) in reasons {
        facts[i].suppressed = Some(reason);
    }
    for (i, pending) in held {
        facts[i].pending = Some(pending);
    }
    Ok(())
}

fn second_round(conn: &mut Conn, now: Timestamp, questions: &[Question<'_>], facts: &mut [Facts]) -> Result<()> {
    let mut lists = Batch::new(&LISTS);
    let mut statements = Batch::new(&STATEMENTS_OF);
    let (mut runs, mut run) = (Batch::new(&RUNS), Batch::new(&RUN));
    let (mut with_runs, mut with_run) = (Vec::new(), Vec::new());
    let mut values = Batch::new(&VALUES);
    let mut earlier = Batch::new(&EARLIER);
    let (mut tags, mut addresses) = (Batch::new(&TAGS), Batch::new(&ADDRESSES));
    let (mut with_tags, mut with_addresses) = (Vec::new(), Vec::new());
    let (mut tagged, mut lives) = (Vec::new(), Vec::new());
    let (mut known, mut with_values, mut with_earlier) = (Vec::new(), Vec::new(), Vec::new());
    let (mut returned, mut sent, mut steps_of) =
        (Batch::new(&returns::RETURNS), Batch::new(&returns::SENT), Batch::new(&returns::RUNS_OF));
    let mut with_mails = Vec::new();
    for (i, (q, f)) in questions.iter().zip(facts.iter()).enumerate() {
        let Some(contact) = &f.contact else { continue };
        let key = [q.key.account.0.into(), contact.id.0.into()];
        lists.push(key);
        statements.push(key);
        known.push(i);
        if q.wants.runs {
            runs.push(key);
            with_runs.push(i);
        }
        if q.wants.mails {
            returned.push(key);
            sent.push(key);
            steps_of.push(key);
            with_mails.push(i);
        }
        if let Some(id) = q.wants.run {
            run.push([key[0], id.into()]);
            with_run.push(i);
        }
        if q.wants.values {
            values.push(key);
            with_values.push(i);
        }
        if q.wants.tags {
            tags.push(key);
            with_tags.push(i);
        }
        if q.wants.addresses {
            addresses.push(key);
            with_addresses.push(i);
        }
        if let (Some(since), Some(last)) = (q.wants.sign_ups_since, contact.last_sign_up) {
            earlier.push([key[0], last.0.into(), since.into()]);
            with_earlier.push(i);
        }
    }
    let (mut on_lists, mut answers, mut has, mut before) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut read_list = |i: usize, row: &mut Row<'_>| -> Result<()> {
        on_lists.push((known[i], ListId(row.int()?)));
        Ok(())
    };
    let mut read_statement = |i: usize, row: &mut Row<'_>| -> Result<()> {
        answers.push((known[i], (StatementId(row.int()?), row.flag()?)));
        Ok(())
    };
    let mut read_value = |i: usize, row: &mut Row<'_>| -> Result<()> {
        has.push((with_values[i], (FieldId(row.int()?), row.text()?)));
        Ok(())
    };
    let mut read_tag = |i: usize, row: &mut Row<'_>| -> Result<()> {
        tagged.push((with_tags[i], TagId(row.int()?)));
        Ok(())
    };
    let mut read_address = |i: usize, row: &mut Row<'_>| -> Result<()> {
        lives.push((with_addresses[i], address_row(row)?));
        Ok(())
    };
    let mut read_earlier = |i: usize, row: &mut Row<'_>| -> Result<()> {
        before.push((with_earlier[i], earlier_row(row)?));
        Ok(())
    };
    let (mut been_in, mut stands_at) = (Vec::new(), Vec::new());
    let mut read_runs = |i: usize, row: &mut Row<'_>| -> Result<()> {
        been_in.push((with_runs[i], AutomationId(row.int()?)));
        Ok(())
    };
    let mut read_run = |i: usize, row: &mut Row<'_>| -> Result<()> {
        let next = row.int()?;
        stands_at.push((with_run[i], row.int_opt()?.is_none().then_some(next)));
        Ok(())
    };
    let late = questions.iter().zip(facts.iter()).enumerate();
    let mailboxes = Asked::new(late.filter_map(|(i, (q, f))| Some((i, late_mailbox(q, f)?))));
    let (mut mails, mut counts) = (Vec::new(), Vec::new());
    let mut read_mail = |i: usize, row: &mut Row<'_>| -> Result<()> {
        mails.push((i, recipients::mail_row(row)?));
        Ok(())
    };
    let mut read_count = |i: usize, row: &mut Row<'_>| -> Result<()> {
        counts.push((i, row.int()?));
        Ok(())
    };
    let (mut came_back, mut mailed, mut definitions) = (Vec::new(), Vec::new(), Vec::new());
    let mut read_returned = |i: usize, row: &mut Row<'_>| -> Result<()> {
        came_back.push((with_mails[i], returns::return_row(row)?));
        Ok(())
    };
    let mut read_sent = |i: usize, row: &mut Row<'_>| -> Result<()> {
        mailed.push((with_mails[i], returns::sent_row(row)?));
        Ok(())
    };
    let mut read_definition = |i: usize, row: &mut Row<'_>| -> Result<()> {
        definitions.push((with_mails[i], returns::run_row(row)?));
        Ok(())
    };
    let mut steps = vec![Step::Read(lists, &mut read_list), Step::Read(statements, &mut read_statement)];
    if !mailboxes.is_empty() {
        let (of_mailboxes, of_domains) = mailboxes.batches(now);
        steps.push(Step::Read(of_mailboxes, &mut read_mail));
        steps.push(Step::Read(of_domains, &mut read_count));
    }
    if !returned.is_empty() {
        steps.push(Step::Read(returned, &mut read_returned));
        steps.push(Step::Read(sent, &mut read_sent));
        steps.push(Step::Read(steps_of, &mut read_definition));
    }
    if !runs.is_empty() {
        steps.push(Step::Read(runs, &mut read_runs));
    }
    if !run.is_empty() {
        steps.push(Step::Read(run, &mut read_run));
    }
    if !values.is_empty() {
        steps.push(Step::Read(values, &mut read_value));
    }
    if !tags.is_empty() {
        steps.push(Step::Read(tags, &mut read_tag));
    }
    if !addresses.is_empty() {
        steps.push(Step::Read(addresses, &mut read_address));
    }
    if !earlier.is_empty() {
        steps.push(Step::Read(earlier, &mut read_earlier));
    }
    conn.steps(steps)?;
    mailboxes.fill(mails, counts, facts);
    for &i in &with_mails {
        fn of<T>(rows: &mut Vec<(usize, T)>, i: usize) -> Vec<T> {
            rows.extract_if(.., |(of, _)| *of == i).map(|(_, row)| row).collect()
        }
        let (rows, runs) = (of(&mut mailed, i), of(&mut definitions, i));
        facts[i].mails = MailHistory { returned: of(&mut came_back, i), sent: returns::mails(rows, &runs) };
    }
    for (i, automation) in been_in {
        facts[i].runs.push(automation);
    }
    for (i, next) in stands_at {
        facts[i].run = Some(next);
    }
    for (i, list) in on_lists {
        facts[i].lists.push(list);
    }
    for (i, answer) in answers {
        facts[i].statements.push(answer);
    }
    for (i, value) in has {
        facts[i].values.push(value);
    }
    for (i, sign_up) in before {
        facts[i].earlier.push(sign_up);
    }
    for (i, tag) in tagged {
        facts[i].tags.push(tag);
    }
    for (i, address) in lives {
        facts[i].addresses.push(address);
    }
    Ok(())
}

/// Columns: as in `CONTACT`.
pub(crate) fn contact_row(row: &mut Row<'_>) -> Result<ContactRow> {
    Ok(ContactRow {
        id: ContactId(row.int()?),
        person: PersonId(row.int()?),
        email: row.text()?,
        confirmed_at: row.time_opt()?,
        suppressed_at: row.time_opt()?,
        bad_address_at: row.time_opt()?,
        source: row.text()?,
        created_at: row.time()?,
        created_ip: row.text_opt()?,
        created_referrer: row.text_opt()?,
        modified_at: row.time()?,
        last_sign_up: row.int_opt()?.map(SignUpId),
        customer_at: row.time_opt()?,
        public_id: row.text_opt()?,
    })
}

/// Columns: as in `ADDRESSES`.
pub(crate) fn address_row(row: &mut Row<'_>) -> Result<AddressRow> {
    Ok(AddressRow { id: row.int()?, is_billing: row.flag()?, is_delivery: row.flag()?, details: row.text()? })
}

/// Columns: as in `PENDING`.
pub(crate) fn pending_row(row: &mut Row<'_>) -> Result<PendingRow> {
    Ok(PendingRow {
        id: PendingId(row.int()?),
        contact: ContactId(row.int()?),
        kind: sign_up_kind(&row.text()?)?,
        token_hash: row.bytes()?,
        sign_up: row.json()?,
        sign_up_id: SignUpId(row.int()?),
        created_at: row.time()?,
        expires_at: row.time()?,
        used_at: row.time_opt()?,
    })
}

fn earlier_row(row: &mut Row<'_>) -> Result<EarlierSignUp> {
    Ok(EarlierSignUp {
        id: SignUpId(row.int()?),
        fingerprint: row.bytes()?,
        kind: sign_up_kind(&row.text()?)?,
        outcome: OutcomeName::from_stored(&row.text()?),
        pending: row.int_opt()?.map(PendingId),
        delivery: row.int_opt()?.map(DeliveryId),
        delivery_state: row.int_opt()?.map(DeliveryState::from_code),
    })
}

/// A kind as stored.
pub(crate) fn sign_up_kind(text: &str) -> Result<SignUpKind> {
    match text {
        "signup" => Ok(SignUpKind::Signup),
        "update" => Ok(SignUpKind::Update),
        other => Err(StoreError::Fault(format!("unreadable row: sign-up kind {other}"))),
    }
}

/// A kind as stored.
pub(crate) fn kind_name(kind: SignUpKind) -> &'static str {
    match kind {
        SignUpKind::Signup => "signup",
        SignUpKind::Update => "update",
    }
}
