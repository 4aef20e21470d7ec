//! Alert mails: one by one, or gathered into a digest because the form says so or because there are many.

use std::sync::Arc;
use std::time::Duration;

use model::{AccountSnapshot, Alert, EmailAddress, FormId, Timestamp};
use store::{Attempt, Contact, ContactKey, Leased, Owed};

use crate::attempt::{Courier, NoMail};
use crate::mail::{AlertDigest, AlertMail, Outgoing};

/// More than this many alerts to one address in an hour become digests by themselves.
const MOST_AN_HOUR: i64 = 20;
/// How often such digests go out.
const WINDOW: u64 = 15 * 60;
/// Most alerts in one digest.
const MOST_IN_DIGEST: i64 = 500;

impl Courier {
    /// Delivers an alert that is the oldest of its stream, with others where they are gathered.
    pub(crate) async fn alert(&self, account: &Arc<AccountSnapshot>, row: &Leased) -> Attempt {
        match self.alert_or_digest(account, row).await {
            Ok(attempt) => attempt,
            Err(why) => self.without_mail(row, why),
        }
    }

    async fn alert_or_digest(&self, account: &Arc<AccountSnapshot>, row: &Leased) -> Result<Attempt, NoMail> {
        let Owed::Alert { form, to, .. } = &row.owed else { return Err(NoMail::Never("not an alert".into())) };
        let Some(stream) = row.owed.stream() else { return Err(NoMail::Never("not an alert".into())) };
        let now = self.store.ambient().now();
        let window = match account.form(*form).map(|f| &f.form.actions.alert) {
            Some(Alert::Digest(seconds)) => Some((*seconds).max(1)),
            _ => {
                let hour_ago = now.minus(Duration::from_secs(3600));
                let told = self.store.told_since(row.account, stream, hour_ago).await?;
                (told >= MOST_AN_HOUR).then_some(WINDOW)
            }
        };
        let to = EmailAddress::parse(to).map_err(|_| NoMail::Never("the alert's recipient is no address".into()))?;
        let Some(window) = window else {
            let contact = self.contact_of(row).await?;
            let mail = Self::alert_mail(account, row, &contact);
            let outgoing = self.addressed(account, row, to, mail.subject(), mail.text()).await?;
            return Ok(self.send(account, row, &outgoing).await);
        };
        let due = end_of_window(row.created_at, window);
        if now < due {
            return Ok(Attempt::Later { at: due, why: "gathered for a digest".into() });
        }
        let others = self.store.lease_stream(row.account, stream, MOST_IN_DIGEST - 1).await?;
        let attempt = match self.digest(account, *form, row, &others, to).await {
            Ok(digest) => self.send(account, row, &digest).await,
            Err(why) => self.without_mail(row, why),
        };
        for other in &others {
            self.metrics.note(&attempt);
            self.store.settle(other, attempt.clone());
        }
        Ok(attempt)
    }

    async fn digest(
        &self,
        account: &Arc<AccountSnapshot>,
        form: FormId,
        row: &Leased,
        others: &[Leased],
        to: EmailAddress,
    ) -> Result<Outgoing, NoMail> {
        let mut contacts = Vec::with_capacity(others.len() + 1);
        for one in std::iter::once(row).chain(others) {
            // Somebody erased meanwhile has no record to show.
            match self.contact_of(one).await {
                Ok(contact) => contacts.push((one, contact)),
                Err(NoMail::Withdrawn(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let language = &account.settings.language.0;
        let digest = AlertDigest {
            form_name: account.form(form).map_or("", |f| f.form.name.pick(language, language)),
            alerts: contacts.iter().map(|(row, contact)| Self::alert_mail(account, row, contact)).collect(),
        };
        if digest.alerts.is_empty() {
            return Err(NoMail::Withdrawn("the contacts are gone"));
        }
        let mut outgoing = self.addressed(account, row, to, digest.subject(), digest.text()).await?;
        // A digest that grew since an earlier attempt is another mail: it must not be taken for a repeat.
        let last = others.last().unwrap_or(row);
        outgoing.message_id = outgoing.message_id.replacen(".vestibule@", &format!(".to.{}.vestibule@", last.id), 1);
        Ok(outgoing)
    }

    async fn contact_of(&self, row: &Leased) -> Result<Contact, NoMail> {
        let Owed::Alert { contact, .. } = &row.owed else { return Err(NoMail::Never("not an alert".into())) };
        let found = self.store.contact(row.account, ContactKey::Id(*contact)).await?;
        found.ok_or(NoMail::Withdrawn("the contact is gone"))
    }

    fn alert_mail<'a>(account: &'a AccountSnapshot, row: &Leased, contact: &'a Contact) -> AlertMail<'a> {
        let language = &account.settings.language.0;
        let kept = |id| contact.values.iter().find(|(f, _)| *f == id).map_or("", |(_, v)| v.as_str());
        let (form, kind, at) = match &row.owed {
            Owed::Alert { form, sign_up_kind, at, .. } => (account.form(*form), *sign_up_kind, *at),
            _ => (None, model::SignUpKind::Signup, row.created_at),
        };
        AlertMail {
            form_name: form.map_or("", |f| f.form.name.pick(language, language)),
            action: kind,
            date: at,
            email_address: &contact.row.email,
            fields: account.fields.iter().map(|(id, f)| (f.system_name.as_str(), kept(*id))).collect(),
            mailing_lists: contact
                .lists
                .iter()
                .filter_map(|(id, _)| account.list(*id).map(|l| l.name.pick(language, language)))
                .collect(),
            tags: contact.tags.iter().filter_map(|t| account.tag(t.tag).map(|t| t.name.as_str())).collect(),
        }
    }
}

/// The end of the window that a moment falls in; windows of all nodes begin at the same moments.
fn end_of_window(at: Timestamp, seconds: u64) -> Timestamp {
    let window = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000).max(1);
    Timestamp(at.0.div_euclid(window).saturating_add(1).saturating_mul(window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_on_the_clock() {
        let at = |s: i64| Timestamp(s * 1_000_000);
        assert_eq!(end_of_window(at(899), 900), at(900));
        assert_eq!(end_of_window(at(900), 900), at(1800));
        assert_eq!(end_of_window(Timestamp(1), u64::MAX), Timestamp(i64::MAX));
    }
}
