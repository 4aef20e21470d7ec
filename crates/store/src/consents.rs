//! Consent events as rows: what is said in one act, with one set of evidence, is one row.

use model::{AccountId, Basis, ConsentAction, ConsentSubject, Evidence, PersonId, Shown, SignUpId, Timestamp};

use crate::error::Result;
use crate::plan::NewConsent;
use crate::sql::{Conn, statements};
use crate::writer::json;

statements! {
    CONSENTS_OF = "SELECT at, sign_up_id, matters, evidence FROM consent_event \
        WHERE account_id = $1 AND person_id = $2 ORDER BY at, id";
}

/// What was said about one thing.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Matter {
    action: ConsentAction,
    subject: ConsentSubject,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    basis: Basis,
    shown: Shown,
}

/// One row to write.
pub(crate) struct Act {
    pub(crate) id: i64,
    pub(crate) person: PersonId,
    pub(crate) sign_up: Option<SignUpId>,
    pub(crate) matters: String,
    pub(crate) evidence: String,
}

/// A consent event, as it stands in the store.
#[derive(Clone, Debug)]
pub struct ConsentRecord {
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub action: ConsentAction,
    /// What it is about.
    pub subject: ConsentSubject,
    /// The language shown.
    pub language: Option<String>,
    /// The legal ground.
    pub basis: Basis,
    /// How the wording was shown.
    pub shown: Shown,
    /// The record of the sign-up.
    pub sign_up: Option<SignUpId>,
    /// The evidence of the steps that led here, the first one first.
    pub evidence: Vec<Evidence>,
}

/// Folds a plan's events into rows: those that share person, sign-up and evidence into one.
pub(crate) fn acts(consents: &[NewConsent]) -> Result<Vec<Act>> {
    let mut acts: Vec<Act> = Vec::new();
    let mut rest = consents;
    while let Some(first) = rest.first() {
        let same =
            |c: &NewConsent| c.person == first.person && c.sign_up == first.sign_up && c.evidence == first.evidence;
        let length = rest.iter().take_while(|c| same(c)).count();
        let (together, others) = rest.split_at(length);
        let matters: Vec<Matter> = together
            .iter()
            .map(|c| Matter {
                action: c.action,
                subject: c.subject,
                language: c.language.clone(),
                basis: c.basis,
                shown: c.shown,
            })
            .collect();
        acts.push(Act {
            id: first.id,
            person: first.person,
            sign_up: first.sign_up,
            matters: json(&matters)?,
            evidence: json(&first.evidence)?,
        });
        rest = others;
    }
    Ok(acts)
}

/// A person's consent events, the oldest first.
pub(crate) fn of(conn: &mut Conn, account: AccountId, person: PersonId) -> Result<Vec<ConsentRecord>> {
    let rows = conn.rows(&CONSENTS_OF, &[account.0.into(), person.0.into()], |r| {
        Ok((r.time()?, r.int_opt()?.map(SignUpId), r.json::<Vec<Matter>>()?, r.json::<Vec<Evidence>>()?))
    })?;
    let mut records = Vec::with_capacity(rows.len());
    for (at, sign_up, matters, evidence) in rows {
        records.extend(matters.into_iter().map(|m| ConsentRecord {
            at,
            action: m.action,
            subject: m.subject,
            language: m.language,
            basis: m.basis,
            shown: m.shown,
            sign_up,
            evidence: evidence.clone(),
        }));
    }
    Ok(records)
}
