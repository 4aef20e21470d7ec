//! What comes back of our mails: bounces mark an address bad, a complaint ends all mail. Doors hand in what a report says;
//! which contact it is about, and what follows, is decided here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{
    AccountSnapshot, Basis, ConsentAction, ConsentSubject, ContactId, Door, EmailAddress, Evidence, Refusal, Shown,
    Timestamp,
};
use store::{
    Bounce, ContactChange, ContactKey, Facts, MailHistory, MailMark, MailReturn, NewConsent, Numbers, PersonKey, Plan,
    ReturnKind, Wants,
};

use crate::{Intake, refusal};

/// The reason on the suppression list of who called our mail spam.
pub(crate) const COMPLAINED: &str = "complained";
/// Soft bounces in a row after which an address is marked bad.
const MOST_SOFT: usize = 5;

/// What a report says of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The address takes no mail.
    Hard,
    /// The mail was given up, and the address may take others.
    Soft,
    /// The other side keeps trying.
    Delayed,
    /// The mail arrived.
    Delivered,
    /// The recipient did not want it.
    Complaint,
}

/// A recipient of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedRecipient {
    /// The addresses by which the report names it; none when it names none.
    pub addresses: Vec<String>,
    /// What it says.
    pub said: Said,
}

/// A mail as a mail service names it that speaks for itself: its word on recipients is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceMail {
    /// The service's own id.
    pub id: String,
    /// When the service got it.
    pub mailed_at: Timestamp,
}

/// A report about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailReport {
    /// Which of our mails it is about, as the token in it proves.
    pub mark: Option<MailMark>,
    /// The mail service that reports, where one does.
    pub service: Option<ServiceMail>,
    /// What it says of whom.
    pub recipients: Vec<ReportedRecipient>,
    /// Tells this report from others.
    pub identity: Vec<u8>,
    /// The program or organisation that wrote it.
    pub reporter: Option<String>,
}

/// What became of a report, of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It changed something about a contact, or counts towards it.
    Yes,
    /// It was taken before.
    Repeated,
    /// It says nothing that matters, such as that a mail is late.
    Nothing,
    /// It is about nobody who is known, or about an address that the contact no longer has.
    Unknown,
}

/// Reports, counted since the start.
#[derive(Debug, Default)]
pub struct ReturnCounts {
    /// Hard bounces.
    pub hard: AtomicU64,
    /// Soft bounces.
    pub soft: AtomicU64,
    /// Complaints.
    pub complaints: AtomicU64,
    /// Reports that arrived.
    pub delivered: AtomicU64,
    /// Reports that were taken before.
    pub repeated: AtomicU64,
    /// Reports about nobody who is known.
    pub unknown: AtomicU64,
}

/// Whom a report is about.
struct About {
    contact: ContactId,
    email_key: String,
    mail: i64,
    mailed_at: Timestamp,
}

impl Intake {
    /// Takes a report in: what became of it, for each contact it is about.
    pub async fn mail_report(
        &self,
        account: &Arc<AccountSnapshot>,
        report: &MailReport,
    ) -> Result<Vec<Noted>, Refusal> {
        let marked = self.marked(account, report.mark.as_ref()).await?;
        if let Some(service) = &report.service {
            let mut noted = Vec::new();
            for recipient in &report.recipients {
                noted.push(self.service_report(account, service, recipient, marked.as_ref(), report).await?);
            }
            return Ok(noted);
        }
        let noted = match &marked {
            None => Noted::Unknown,
            Some(about) => match said_of(&report.recipients, &about.email_key) {
                None => Noted::Nothing,
                Some(said) => self.note_report(account, about, said, report).await?,
            },
        };
        self.count_noted(noted);
        Ok(vec![noted])
    }

    async fn service_report(
        &self,
        account: &Arc<AccountSnapshot>,
        service: &ServiceMail,
        recipient: &ReportedRecipient,
        marked: Option<&About>,
        report: &MailReport,
    ) -> Result<Noted, Refusal> {
        let addresses = recipient.addresses.iter().filter_map(|a| EmailAddress::parse(a).ok());
        let keys: Vec<String> = addresses.map(|a| a.key().to_owned()).collect();
        let mut found = marked.filter(|about| keys.contains(&about.email_key)).map(|about| About {
            contact: about.contact,
            email_key: about.email_key.clone(),
            mail: about.mail,
            mailed_at: about.mailed_at,
        });
        for key in keys {
            if found.is_some() {
                break;
            }
            let contact = self.store.contact(account.id, ContactKey::Email(key.clone())).await;
            let contact = contact.map_err(|e| refusal(&e))?;
            found = contact.map(|contact| About {
                contact: contact.row.id,
                email_key: key,
                // Numbers of the outbox are above nought.
                mail: -self.number_of(&[b"mail", service.id.as_bytes()]) - 1,
                mailed_at: service.mailed_at,
            });
        }
        let noted = match found {
            Some(about) => self.note_report(account, &about, recipient.said, report).await?,
            None => Noted::Unknown,
        };
        self.count_noted(noted);
        Ok(noted)
    }

    /// The contact that the mail of a token went to, while it still has that address.
    async fn marked(&self, account: &AccountSnapshot, mark: Option<&MailMark>) -> Result<Option<About>, Refusal> {
        let Some(mark) = mark.filter(|mark| mark.account == account.id) else { return Ok(None) };
        let sent = self.store.sent_to(account.id, mark.delivery).await.map_err(|e| refusal(&e))?;
        Ok(sent.filter(|sent| self.store.keys().went_to(mark, &sent.email_key)).map(|sent| About {
            contact: sent.contact,
            email_key: sent.email_key,
            mail: mark.delivery.0,
            mailed_at: sent.mailed_at,
        }))
    }

    async fn note_report(
        &self,
        account: &AccountSnapshot,
        about: &About,
        said: Said,
        report: &MailReport,
    ) -> Result<Noted, Refusal> {
        let (kind, counter) = match said {
            Said::Hard => (ReturnKind::Hard, &self.counts.returns.hard),
            Said::Soft => (ReturnKind::Soft, &self.counts.returns.soft),
            Said::Complaint => (ReturnKind::Complaint, &self.counts.returns.complaints),
            Said::Delivered => (ReturnKind::Delivered, &self.counts.returns.delivered),
            Said::Delayed => return Ok(Noted::Nothing),
        };
        let back = MailReturn {
            mail: about.mail,
            report: self.number_of(&[b"report", &report.identity]),
            kind,
            mailed_at: about.mailed_at,
        };
        let rule = account.settings.mail.as_ref().and_then(|mail| mail.bad_address_after).unwrap_or(1);
        let (contact, reporter) = (about.contact, report.reporter.clone());
        let key = PersonKey { account: account.id, email_key: about.email_key.clone() };
        let wants = Wants { mails: true, ..Wants::default() };
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| {
            came_back(contact, back, rule, reporter.as_deref(), facts, numbers)
        };
        let noted = self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))?;
        if noted == Noted::Yes {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Ok(noted)
    }

    fn count_noted(&self, noted: Noted) {
        match noted {
            Noted::Repeated => self.counts.returns.repeated.fetch_add(1, Ordering::Relaxed),
            Noted::Unknown => self.counts.returns.unknown.fetch_add(1, Ordering::Relaxed),
            Noted::Yes | Noted::Nothing => 0,
        };
    }

    /// A number from 0 on, made of texts.
    fn number_of(&self, parts: &[&[u8]]) -> i64 {
        let hash = self.store.keys().keyed_hash("mail report", parts);
        hash.first_chunk().map_or(0, |first| i64::from_be_bytes(*first) & i64::MAX)
    }
}

/// What a report of a mail to one address says of it. Where it names others, they got the mail passed on: then the address
/// is no better and no worse than all of them.
fn said_of(recipients: &[ReportedRecipient], email_key: &str) -> Option<Said> {
    let is_it = |r: &&ReportedRecipient| {
        r.addresses.iter().any(|a| EmailAddress::parse(a).is_ok_and(|address| address.key() == email_key))
    };
    let own: Vec<Said> = recipients.iter().filter(is_it).map(|r| r.said).collect();
    let order = if own.is_empty() {
        [Said::Complaint, Said::Delivered, Said::Soft, Said::Hard, Said::Delayed]
    } else {
        [Said::Complaint, Said::Hard, Said::Soft, Said::Delivered, Said::Delayed]
    };
    let all = if own.is_empty() { recipients.iter().map(|r| r.said).collect() } else { own };
    order.into_iter().find(|said| all.contains(said))
}

/// What a report comes to.
fn came_back(
    contact: ContactId,
    back: MailReturn,
    bad_after: u32,
    reporter: Option<&str>,
    facts: &Facts,
    numbers: &mut dyn Numbers,
) -> (Plan, Noted) {
    let nothing = |noted| (Plan::default(), noted);
    let Some(row) = facts.contact.as_ref().filter(|row| row.id == contact) else { return nothing(Noted::Unknown) };
    if facts.mails.returned.iter().any(|known| (known.mail, known.report) == (back.mail, back.report)) {
        return nothing(Noted::Repeated);
    }
    let now = facts.now.unwrap_or(Timestamp(0));
    let mut plan = Plan { contact: Some(contact), returned: Some(back), ..Plan::default() };
    match back.kind {
        ReturnKind::Hard => {
            plan.bounce = Some(Bounce::Hard);
            plan.bad_address = in_a_row(&facts.mails, back) >= bad_after as usize;
        }
        ReturnKind::Soft => {
            plan.bounce = Some(Bounce::Soft);
            plan.bad_address = in_a_row(&facts.mails, back) >= MOST_SOFT;
        }
        ReturnKind::Delivered => {
            // Of use only to those whose mails came back before.
            if !facts.mails.returned.iter().any(|known| known.kind == ReturnKind::Soft) {
                return nothing(Noted::Nothing);
            }
        }
        ReturnKind::Complaint if row.suppressed_at.is_none() || facts.suppressed.is_none() => {
            plan.change = Some(ContactChange { id: contact, confirmed_at: None, suppressed_at: Some(now) });
            plan.suppress = Some(COMPLAINED);
            plan.consents.push(NewConsent {
                id: numbers.row(),
                person: row.person,
                action: ConsentAction::Withdrawn,
                subject: ConsentSubject::Everything,
                language: None,
                basis: Basis::Consent,
                shown: Shown::Declared,
                sign_up: None,
                evidence: vec![Evidence {
                    at: now,
                    door: Door::Mail,
                    form: None,
                    page: None,
                    ip: None,
                    user_agent: reporter.map(str::to_owned),
                }],
            });
        }
        ReturnKind::Complaint => {}
    }
    (plan, Noted::Yes)
}

/// Bounces of a kind since the last mail that arrived: one of which that is reported, or one that came back in no way
/// although a later one did.
fn in_a_row(history: &MailHistory, back: MailReturn) -> usize {
    let all = || history.returned.iter().copied().chain([back]);
    let bounced = |mail: i64| all().any(|r| r.mail == mail && matches!(r.kind, ReturnKind::Soft | ReturnKind::Hard));
    let alike = || all().filter(|r| r.kind == back.kind);
    let newest = alike().map(|r| r.mailed_at).max();
    let reported = all().filter(|r| r.kind == ReturnKind::Delivered && !bounced(r.mail)).map(|r| r.mailed_at);
    let silent = history.sent.iter().filter(|(id, at)| Some(*at) < newest && !bounced(id.0)).map(|(_, at)| *at);
    let arrived = reported.chain(silent).max();
    alike().filter(|r| arrived.is_none_or(|arrived| r.mailed_at > arrived)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::DeliveryId;

    fn back(mail: i64, kind: ReturnKind, at: i64) -> MailReturn {
        MailReturn { mail, report: mail * 10 + at, kind, mailed_at: Timestamp(at) }
    }

    #[test]
    fn only_bounces_in_a_row_count() {
        use ReturnKind::{Delivered, Hard, Soft};
        for (returned, sent, now, wanted) in [
            (vec![], vec![1], back(1, Soft, 10), 1),
            (vec![back(1, Soft, 10), back(2, Soft, 20)], vec![1, 2, 3], back(3, Soft, 30), 3),
            // The second came back in no way although the third did.
            (vec![back(1, Soft, 10)], vec![1, 2, 3], back(3, Soft, 30), 1),
            // The last may come back yet.
            (vec![back(1, Soft, 10)], vec![1, 2, 3], back(2, Soft, 20), 2),
            (vec![back(1, Soft, 10), back(2, Hard, 20)], vec![1, 2, 3], back(3, Soft, 30), 2),
            (vec![back(1, Soft, 10), back(2, Delivered, 20)], vec![], back(3, Soft, 30), 1),
            (vec![back(1, Soft, 10), back(2, Delivered, 40)], vec![], back(3, Soft, 30), 0),
            (vec![back(1, Hard, 10), back(2, Soft, 20)], vec![1, 2, 3], back(3, Hard, 30), 2),
            (vec![back(1, Hard, 10)], vec![1, 2, 3], back(3, Hard, 30), 1),
            // Passed on, and refused after that.
            (vec![back(1, Soft, 10), back(2, Delivered, 20)], vec![1, 2], back(2, Soft, 20), 2),
            // Several reports about one mail.
            (vec![back(1, Soft, 10), back(1, Soft, 10)], vec![1], back(1, Soft, 10), 3),
        ] {
            let sent = sent.into_iter().map(|n| (DeliveryId(n), Timestamp(n * 10))).collect();
            let history = MailHistory { returned, sent };
            assert_eq!(in_a_row(&history, now), wanted, "{history:?} {now:?}");
        }
    }

    #[test]
    fn a_report_speaks_of_the_address_or_of_all_it_was_passed_on_to() {
        let one = |address: &str, said| ReportedRecipient { addresses: vec![address.into()], said };
        let (joe, zoe, ann) = ("joe@example.org", "zoe@example.org", "ann@example.org");
        for (recipients, wanted) in [
            (vec![], None),
            (vec![one("Joe@Example.org", Said::Hard)], Some(Said::Hard)),
            (vec![one(joe, Said::Soft), one(zoe, Said::Hard)], Some(Said::Soft)),
            (vec![one(joe, Said::Delayed), one(joe, Said::Hard)], Some(Said::Hard)),
            (vec![one(zoe, Said::Hard)], Some(Said::Hard)),
            (vec![one(zoe, Said::Hard), one(ann, Said::Hard)], Some(Said::Hard)),
            (vec![one(zoe, Said::Hard), one(ann, Said::Delivered)], Some(Said::Delivered)),
            (vec![one(zoe, Said::Hard), one(ann, Said::Soft)], Some(Said::Soft)),
            (vec![ReportedRecipient { addresses: vec![], said: Said::Complaint }], Some(Said::Complaint)),
            (vec![one("junk", Said::Delayed)], Some(Said::Delayed)),
        ] {
            assert_eq!(said_of(&recipients, joe), wanted, "{recipients:?}");
        }
    }
}
