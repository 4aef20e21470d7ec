//! One attempt at one outbox row: what is owed becomes a mail, the mail is handed over, and the answer says what
//! becomes of the row.

use std::borrow::Cow;
use std::sync::Arc;

use model::{AccountSnapshot, EmailAddress, FormId, SignUpKind, Timestamp};
use store::{Attempt, ContactKey, Leased, Links, Owed, Place, Store, StoreError};

use crate::backoff;
use crate::mail::{AlertMail, Confirmation, Outgoing, SendFault, Sender, Transport, confirmation};

/// All that an attempt needs.
pub(crate) struct Courier {
    pub(crate) store: Store,
    pub(crate) links: Links,
    pub(crate) transport: Transport,
    /// The sender for accounts that name none.
    pub(crate) fallback_from: Option<String>,
}

/// Why a row cannot become a mail now.
enum NoMail {
    /// It is not owed any more.
    Withdrawn(&'static str),
    /// Something is missing that may come.
    Later(String),
    /// It never will.
    Never(String),
}

impl From<StoreError> for NoMail {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

impl Courier {
    /// Delivers a row once.
    pub(crate) async fn attempt(&self, row: &Leased) -> Attempt {
        match self.write(row).await {
            Ok(mail) => match self.transport.send(&mail).await {
                Ok(_) => Attempt::Done,
                Err(fault) => self.after(row, &fault),
            },
            Err(NoMail::Withdrawn(why)) => Attempt::Withdrawn { error: why.to_owned() },
            Err(NoMail::Later(why)) => self.later(row, why),
            Err(NoMail::Never(why)) => Attempt::Dead { error: why },
        }
    }

    fn after(&self, row: &Leased, fault: &SendFault) -> Attempt {
        let text = fault.code.map_or_else(|| fault.text.clone(), |code| format!("{code} {}", fault.text));
        let error = format!("{}: {text}", fault.kind.name());
        if fault.kind.is_retryable() { self.later(row, error) } else { Attempt::Dead { error } }
    }

    fn later(&self, row: &Leased, error: String) -> Attempt {
        let now = self.store.ambient().now();
        let chance = u16::from_be_bytes(self.store.ambient().random());
        match backoff::next_attempt(row.attempt, row.created_at, now, chance) {
            Some(at) => Attempt::Again { at, error },
            None => Attempt::Dead { error: format!("given up after {} attempts: {error}", row.attempt) },
        }
    }

    async fn write(&self, row: &Leased) -> Result<Outgoing, NoMail> {
        let directory = self.store.directory();
        let account =
            directory.by_id(row.account).ok_or_else(|| NoMail::Later("the account is not known here".into()))?;
        match &row.owed {
            Owed::Confirmation { pending, form, sign_up_kind, to, language } => {
                // What this node has just written is still owed; later it may have been withdrawn.
                if row.receipt.is_none() {
                    self.still_held(row, *pending).await?;
                }
                let place = Place { account: row.account, pending: *pending };
                self.confirmation(account, row, place, *form, *sign_up_kind, to, language.as_deref()).await
            }
            Owed::Alert { form, sign_up_kind, contact, to, at } => {
                self.alert(account, row, *form, *sign_up_kind, *contact, to, *at).await
            }
        }
    }

    async fn still_held(&self, row: &Leased, pending: model::PendingId) -> Result<(), NoMail> {
        let held = self.store.pending(row.account, pending).await?;
        let now = self.store.ambient().now();
        match held {
            None => Err(NoMail::Withdrawn("the sign-up was withdrawn")),
            Some(held) if held.used_at.is_some() => Err(NoMail::Withdrawn("the sign-up is confirmed already")),
            Some(held) if held.expires_at <= now => Err(NoMail::Withdrawn("the sign-up has expired")),
            Some(_) => Ok(()),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one mail")]
    async fn confirmation(
        &self,
        account: &Arc<AccountSnapshot>,
        row: &Leased,
        place: Place,
        form: Option<FormId>,
        kind: SignUpKind,
        to: &EmailAddress,
        language: Option<&str>,
    ) -> Result<Outgoing, NoMail> {
        // A sign-up through no form is asked about in the built-in words.
        let plain = plain_form();
        let form = match form {
            Some(form) => &account.form(form).ok_or_else(|| NoMail::Never("its form is gone".into()))?.form,
            None => &plain,
        };
        // Only someone known has values, and all of them were confirmed.
        let values = match (kind, row.contact) {
            (SignUpKind::Update, Some(contact)) => self.store.values(row.account, contact).await?,
            _ => Vec::new(),
        };
        let confirmed = |name: &str| -> Option<Cow<'_, str>> {
            if name.eq_ignore_ascii_case("EmailAddress") {
                return Some(to.given().into());
            }
            let (id, _) = account.field_by_name(name)?;
            values.iter().find(|(field, _)| *field == id).map(|(_, value)| value.as_str().into())
        };
        let (confirm_link, not_me_link) = (self.links.confirm(place), self.links.not_me(place));
        let mail = confirmation::render(
            &Confirmation {
                account: &account.settings,
                form,
                kind,
                language: language.unwrap_or(&account.settings.language.0),
                confirm_link: &confirm_link,
                not_me_link: &not_me_link,
            },
            &confirmed,
        );
        let mut outgoing = self.addressed(account, row, to.clone(), mail.subject, mail.text)?;
        outgoing.html = Some(mail.html);
        Ok(outgoing)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one mail")]
    async fn alert(
        &self,
        account: &Arc<AccountSnapshot>,
        row: &Leased,
        form: FormId,
        kind: SignUpKind,
        contact: model::ContactId,
        to: &str,
        at: Timestamp,
    ) -> Result<Outgoing, NoMail> {
        let to = EmailAddress::parse(to).map_err(|_| NoMail::Never("the alert's recipient is no address".into()))?;
        let contact = self.store.contact(row.account, ContactKey::Id(contact)).await?;
        let contact = contact.ok_or(NoMail::Withdrawn("the contact is gone"))?;
        let language = &account.settings.language.0;
        let kept = |id| contact.values.iter().find(|(f, _)| *f == id).map_or("", |(_, v)| v.as_str());
        let mail = AlertMail {
            form_name: account.form(form).map_or("", |f| f.form.name.pick(language, language)),
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
        };
        self.addressed(account, row, to, mail.subject(), mail.text())
    }

    fn addressed(
        &self,
        account: &AccountSnapshot,
        row: &Leased,
        to: EmailAddress,
        subject: String,
        text: String,
    ) -> Result<Outgoing, NoMail> {
        let from = account.settings.from.as_ref().or(self.fallback_from.as_ref());
        let from =
            from.ok_or_else(|| NoMail::Later("the account has no sender and VESTIBULE_MAIL_FROM is not set".into()))?;
        let sender = Sender::parse(from).map_err(NoMail::Never)?;
        Ok(Outgoing {
            from: from.clone(),
            to,
            return_path: None,
            subject,
            text,
            html: None,
            headers: Vec::new(),
            // The same for every attempt, so that a receiver can drop a repeat.
            message_id: format!("{}.{}.vestibule@{}", row.account, row.id, sender.address.domain()),
            date: row.created_at,
            feedback_id: None,
        })
    }
}

/// What a confirmation mail goes by when the sign-up came through no form.
fn plain_form() -> model::Form {
    model::Form {
        external_id: String::new(),
        name: model::LocalText::default(),
        fields: Vec::new(),
        lists: Vec::new(),
        statements: Vec::new(),
        require_confirmation: true,
        confirm_mode: model::ConfirmMode::default(),
        confirm_within: None,
        language: None,
        source: None,
        disabled: false,
        actions: model::FormActions::default(),
        signup: model::MessageSet::default(),
        update: model::MessageSet::default(),
    }
}
