//! What happens to a whole person: a new address, an end to all mail and its undoing, erasure, and clearing up what was
//! never confirmed.

use model::{AccountId, ContactId, EmailAddress, PendingId, Timestamp};

use crate::error::Result;
use crate::keys::Keys;
use crate::plan::{PersonKey, Plan};
use crate::sql::{Batch, Conn, Value, each_statements, statements};

statements! {
    DIED = "SELECT account_id, id, contact_id, email_key FROM pending_sign_up WHERE used_at IS NULL AND expires_at < $1 \
        ORDER BY expires_at LIMIT $2";
}

each_statements! {
    RENAME (Int, Int, Text, Text, Int) = "UPDATE contact SET email_key = {3}, email = {4}, bad_address_at = NULL, \
        bounces = NULL, modified_at = {5} {from} WHERE account_id = {1} AND id = {2}";
    // Links that went to the old address.
    END_LINKS (Int, Int) = "DELETE FROM customer_session {using} WHERE account_id = {1} AND contact_id = {2} \
        AND purpose <> 'session'";
    RELEASE (Int, Int, Int) = "UPDATE contact SET suppressed_at = NULL, modified_at = {3} {from} \
        WHERE account_id = {1} AND id = {2}";
    UNSUPPRESS (Int, Bytes, Text) = "DELETE FROM suppression {using} \
        WHERE account_id = {1} AND address_hash = {2} AND reason = {3}";
    ERASE_MAILS (Int, Int) = "DELETE FROM delivery {using} WHERE account_id = {1} AND id IN \
        (WITH RECURSIVE chain AS ( \
        SELECT s.id, s.previous_id, s.delivery_id FROM sign_up AS s JOIN contact AS c ON c.account_id = s.account_id \
            AND c.last_sign_up_id = s.id WHERE c.account_id = {1} AND c.id = {2} \
        UNION ALL SELECT s.id, s.previous_id, s.delivery_id FROM chain AS b JOIN sign_up AS s \
            ON s.account_id = {1} AND s.id = b.previous_id) SELECT delivery_id FROM chain)";
    // What is under way ends first; the word that somebody was erased stays owed.
    ERASE_WEBHOOKS (Int, Int) = "DELETE FROM delivery {using} WHERE account_id = {1} AND contact_id = {2} AND lane = 2 \
        AND kind <> 'webhook_of_erased' AND leased_by IS NULL";
    ERASE_SIGN_UPS (Int, Int) = "UPDATE sign_up SET origin = '{}', contact_id = 0, pending_id = NULL, delivery_id = NULL \
        {from} WHERE account_id = {1} AND id IN (WITH RECURSIVE chain AS ( \
        SELECT s.id, s.previous_id, s.delivery_id FROM sign_up AS s JOIN contact AS c ON c.account_id = s.account_id \
            AND c.last_sign_up_id = s.id WHERE c.account_id = {1} AND c.id = {2} \
        UNION ALL SELECT s.id, s.previous_id, s.delivery_id FROM chain AS b JOIN sign_up AS s \
            ON s.account_id = {1} AND s.id = b.previous_id) SELECT id FROM chain)";
    // What was agreed stays, and from where does not.
    ERASE_EVIDENCE (Int, Int) = "UPDATE consent_event SET evidence = '[]' {from} WHERE account_id = {1} \
        AND person_id = (SELECT c.person_id FROM contact AS c WHERE c.account_id = {1} AND c.id = {2})";
    ERASE_PENDINGS (Int, Int) = "DELETE FROM pending_sign_up {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_RUNS (Int, Int) = "DELETE FROM automation_run {using} WHERE account_id = {1} AND contact_id = {2}";
    // Who changed what stays; what stood there goes.
    ERASE_TRAIL (Int, Int) = "UPDATE console_trail SET before = '', after = '' {from} WHERE account_id = {1} \
        AND contact_id = {2}";
    ERASE_ADDRESSES (Int, Int) = "DELETE FROM contact_address {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_PASSWORD (Int, Int) = "DELETE FROM contact_password {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_SESSIONS (Int, Int) = "DELETE FROM customer_session {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_VALUES (Int, Int) = "DELETE FROM contact_value {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_LISTS (Int, Int) = "DELETE FROM contact_list {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_TAGS (Int, Int) = "DELETE FROM contact_tag {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_ANSWERS (Int, Int) = "DELETE FROM contact_statement {using} WHERE account_id = {1} AND contact_id = {2}";
    // What came back from an address says nothing about another one.
    FORGET_RETURNS (Int, Int) = "DELETE FROM mail_return {using} WHERE account_id = {1} AND contact_id = {2}";
    ERASE_UPLOADS (Int, Int) = "DELETE FROM upload_contact {using} WHERE account_id = {1} AND contact_id = {2} \
        AND group_id IN (SELECT g.id FROM upload_group AS g WHERE g.account_id = {1})";
    // With the row goes the number that ties consent events to the person.
    ERASE_CONTACT (Int, Int) = "DELETE FROM contact {using} WHERE account_id = {1} AND id = {2}";
    CLEAR_CONTACT (Int, Int) = "DELETE FROM contact {using} WHERE account_id = {1} AND id = {2} \
        AND confirmed_at IS NULL AND customer_at IS NULL AND suppressed_at IS NULL \
        AND NOT EXISTS (SELECT 1 FROM pending_sign_up AS p WHERE p.account_id = {1} AND p.contact_id = {2}) \
        AND NOT EXISTS (SELECT 1 FROM contact_list AS l WHERE l.account_id = {1} AND l.contact_id = {2}) \
        AND NOT EXISTS (SELECT 1 FROM contact_tag AS t WHERE t.account_id = {1} AND t.contact_id = {2}) \
        AND NOT EXISTS (SELECT 1 FROM contact_value AS v WHERE v.account_id = {1} AND v.contact_id = {2}) \
        AND NOT EXISTS (SELECT 1 FROM contact_statement AS a WHERE a.account_id = {1} AND a.contact_id = {2})";
}

/// What a plan does to a whole person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonChange {
    /// The contact has another address from now on.
    Rename(EmailAddress),
    /// Mail may go there again: takes the address off the suppression list, where it is for that reason.
    Release(&'static str),
    /// Everything about the contact goes; consent events stay, and nothing says whose they were.
    Erase,
    /// The contact goes if it never was confirmed and holds nothing.
    ClearIfEmpty,
}

/// Texts that rows borrow.
pub(crate) fn hash_of(keys: &Keys, key: &PersonKey, plan: &Plan) -> Option<[u8; 32]> {
    matches!(plan.person, Some(PersonChange::Release(_))).then(|| keys.address_hash(key.account, &key.email_key))
}

/// One batch for each of the statements above; written behind all others.
pub(crate) struct People<'a>(Vec<(Batch<'a>, Kind)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rename,
    EndLinks,
    Returns,
    Release,
    Unsuppress,
    Erase,
    Clear,
}

impl<'a> People<'a> {
    pub(crate) fn new() -> Self {
        let erase = [
            &ERASE_MAILS,
            &ERASE_WEBHOOKS,
            &ERASE_SIGN_UPS,
            &ERASE_EVIDENCE,
            &ERASE_PENDINGS,
            &ERASE_RUNS,
            &ERASE_TRAIL,
            &ERASE_ADDRESSES,
            &ERASE_PASSWORD,
            &ERASE_SESSIONS,
            &ERASE_VALUES,
            &ERASE_LISTS,
            &ERASE_TAGS,
            &ERASE_ANSWERS,
            &ERASE_UPLOADS,
            &ERASE_CONTACT,
        ];
        let mut all = vec![
            (Batch::new(&RENAME), Kind::Rename),
            (Batch::new(&END_LINKS), Kind::EndLinks),
            (Batch::new(&FORGET_RETURNS), Kind::Returns),
            (Batch::new(&RELEASE), Kind::Release),
            (Batch::new(&UNSUPPRESS), Kind::Unsuppress),
            (Batch::new(&CLEAR_CONTACT), Kind::Clear),
        ];
        all.extend(erase.into_iter().map(|each| (Batch::new(each), Kind::Erase)));
        Self(all)
    }

    pub(crate) fn add(&mut self, key: &PersonKey, plan: &'a Plan, hash: Option<&'a [u8; 32]>, now: Timestamp) {
        let (Some(change), Some(contact)) = (&plan.person, plan.contact) else { return };
        let of: [Value<'a>; 2] = [key.account.0.into(), contact.0.into()];
        for (batch, kind) in &mut self.0 {
            match (change, *kind) {
                (PersonChange::Rename(new), Kind::Rename) => {
                    batch.push([of[0], of[1], new.key().into(), new.given().into(), now.into()]);
                }
                (PersonChange::Release(_), Kind::Release) => batch.push([of[0], of[1], now.into()]),
                (PersonChange::Release(reason), Kind::Unsuppress) => {
                    if let Some(hash) = hash {
                        batch.push([of[0], hash.into(), (*reason).into()]);
                    }
                }
                (PersonChange::Erase, Kind::Erase | Kind::Returns)
                | (PersonChange::ClearIfEmpty, Kind::Clear)
                | (PersonChange::Rename(_), Kind::EndLinks | Kind::Returns) => batch.push(of),
                _ => {}
            }
        }
    }

    pub(crate) fn into_batches(self) -> impl Iterator<Item = Batch<'a>> {
        self.0.into_iter().map(|(batch, _)| batch).filter(|batch| !batch.is_empty())
    }
}

/// A pending sign-up whose link died unused.
#[derive(Clone, Debug)]
pub struct Died {
    /// Who it was about.
    pub key: PersonKey,
    /// The contact.
    pub contact: ContactId,
    /// Its number.
    pub pending: PendingId,
}

/// Pending sign-ups whose links died unused before a moment, the oldest first.
pub(crate) fn died(conn: &mut Conn, before: Timestamp, most: i64) -> Result<Vec<Died>> {
    conn.rows(&DIED, &[before.into(), most.into()], |r| {
        let (account, pending, contact) = (AccountId(r.int()?), PendingId(r.int()?), ContactId(r.int()?));
        Ok(Died { key: PersonKey { account, email_key: r.text()? }, contact, pending })
    })
}
