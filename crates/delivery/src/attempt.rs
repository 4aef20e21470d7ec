//! One attempt at one outbox row: what is owed becomes a mail, the mail is handed over, and the answer says what
//! becomes of the row.

use std::borrow::Cow;
use std::sync::Arc;

use model::{AccountId, AccountSnapshot, EmailAddress, FormId, SignUpKind};
use store::{Attempt, Lane, Leased, Links, Owed, Place, Store, StoreError};

use crate::backoff;
use crate::fair::Route;
use crate::mail::{Confirmation, Outgoing, SendFault, Sender, confirmation};
use crate::metrics::DeliveryMetrics;
use crate::rates::Rates;
use crate::ways::Ways;

/// All that an attempt needs.
pub(crate) struct Courier {
    pub(crate) store: Store,
    pub(crate) links: Links,
    pub(crate) ways: Ways,
    pub(crate) rates: Rates,
    /// The sender for accounts that name none.
    pub(crate) fallback_from: Option<String>,
    pub(crate) metrics: Arc<DeliveryMetrics>,
}

/// Why a row cannot become a mail now.
pub(crate) enum NoMail {
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
        let directory = self.store.directory();
        let Some(account) = directory.by_id(row.account) else {
            return self.later(row, "the account is not known here".into());
        };
        match &row.owed {
            Owed::Confirmation { .. } => match self.confirmation_mail(account, row).await {
                Ok(mail) => self.send(account, row, &mail).await,
                Err(why) => self.without_mail(row, why),
            },
            Owed::AddressChange { .. }
            | Owed::AddressChanged { .. }
            | Owed::PreferencesLink { .. }
            | Owed::PasswordLink { .. }
            | Owed::LoginLink { .. } => match self.personal_mail(account, row).await {
                Ok(mail) => self.send(account, row, &mail).await,
                Err(why) => self.without_mail(row, why),
            },
            Owed::Alert { .. } => self.alert(account, row).await,
            Owed::AutomationStep { .. } => self.automation_step(account, row).await,
            Owed::GuardNews { .. } => match self.guard_mail(account, row).await {
                Ok(mail) => self.send(account, row, &mail).await,
                Err(why) => self.without_mail(row, why),
            },
            Owed::EndpointGivenUp { .. } => match self.given_up_mail(account, row).await {
                Ok(mail) => self.send(account, row, &mail).await,
                Err(why) => self.without_mail(row, why),
            },
            Owed::TestMail { .. } => match self.test_mail(account, row).await {
                Ok(mail) => self.send(account, row, &mail).await,
                Err(why) => self.without_mail(row, why),
            },
            Owed::AutomationCall { .. } | Owed::Webhook { .. } => {
                Attempt::Dead { error: "a webhook among the mails".into() }
            }
        }
    }

    /// What becomes of a row for which there is no mail.
    pub(crate) fn without_mail(&self, row: &Leased, why: NoMail) -> Attempt {
        match why {
            NoMail::Withdrawn(why) => Attempt::Withdrawn { error: why.to_owned() },
            NoMail::Later(why) => self.later(row, why),
            NoMail::Never(why) => Attempt::Dead { error: why },
        }
    }

    /// The way an account's mail takes.
    pub(crate) fn route(&self, account: AccountId) -> Route {
        let directory = self.store.directory();
        let own = directory.by_id(account).and_then(|a| a.settings.mail.as_ref()).is_some_and(|m| m.url_env.is_some());
        own.then_some(account)
    }

    fn after(&self, row: &Leased, fault: &SendFault) -> Attempt {
        self.metrics.fault(fault.kind);
        let error = format!("{}: {}", fault.kind.name(), fault.text);
        let rule =
            || self.store.directory().by_id(row.account).and_then(|a| a.settings.mail.as_ref()?.bad_address_after);
        let bad = |counts, error| Attempt::BadAddress { counts, after: rule().unwrap_or(1), error };
        let about_address = fault.about_recipient && goes_to_contact(&row.owed);
        if !fault.kind.is_retryable() {
            return if about_address { bad(store::HARD, error) } else { Attempt::Dead { error } };
        }
        match self.later(row, error) {
            Attempt::Dead { error } if about_address => bad(store::SOFT, error),
            other => other,
        }
    }

    pub(crate) fn later(&self, row: &Leased, error: String) -> Attempt {
        let now = self.store.ambient().now();
        let chance = u16::from_be_bytes(self.store.ambient().random());
        match backoff::next_attempt(row.tries, row.since, now, chance) {
            Some(at) => Attempt::Again { at, error },
            None => Attempt::Dead { error: format!("given up after {} attempts: {error}", row.attempt) },
        }
    }

    async fn confirmation_mail(&self, account: &Arc<AccountSnapshot>, row: &Leased) -> Result<Outgoing, NoMail> {
        let Owed::Confirmation { pending, form, sign_up_kind, to, language, network } = &row.owed else {
            return Err(NoMail::Never("not a confirmation".into()));
        };
        // What this node has just written is still owed; later it may have been withdrawn.
        if row.receipt.is_none() {
            self.still_held(row, *pending).await?;
        }
        let place = Place { account: row.account, pending: *pending };
        let mut mail = self.confirmation(account, row, place, *form, *sign_up_kind, to, language.as_deref()).await?;
        mail.headers.push(form_sub(row.created_at, *network));
        Ok(mail)
    }

    pub(crate) async fn still_held(&self, row: &Leased, pending: model::PendingId) -> Result<(), NoMail> {
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
        let mut outgoing = self.addressed(account, row, to.clone(), mail.subject, mail.text).await?;
        outgoing.html = Some(mail.html);
        Ok(outgoing)
    }

    pub(crate) async fn addressed(
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
        let way = self.ways.of(account).await.map_err(NoMail::Later)?;
        let token = self.store.keys().mail_token(row.account, row.id, &to);
        Ok(Outgoing {
            from: from.clone(),
            to,
            return_path: way.return_path.as_ref().map(|path| own_return_path(path, &token)),
            subject,
            text,
            html: None,
            headers: Vec::new(),
            // The same for every attempt, so that a receiver can drop a repeat.
            message_id: format!("{token}.vestibule@{}", sender.address.domain()),
            date: row.since,
            feedback_id: Some(format!("{}:{}:vestibule", row.owed.kind(), account.settings.slug)),
        })
    }

    /// Hands a mail over, at the account's pace and with its signatures.
    pub(crate) async fn send(&self, account: &AccountSnapshot, row: &Leased, mail: &Outgoing) -> Attempt {
        if let Some(settings) = &account.settings.mail {
            match self.rates.take(&self.store, row.account, settings, mail.to.domain(), row.lane).await {
                Ok(Ok(())) => {}
                Ok(Err(wait)) => {
                    // Spread, so that not all who wait come back at the same moment.
                    let [spread] = self.store.ambient().random::<1>();
                    let at = self.store.ambient().now().plus(wait.mul_f64(1.0 + f64::from(spread) / 64.0));
                    return Attempt::Later { at, why: "waits for the account's rate".into() };
                }
                Err(error) => return self.later(row, error.to_string()),
            }
        }
        let way = match self.ways.of(account).await {
            Ok(way) => way,
            Err(why) => return self.later(row, why),
        };
        match way.transport.send_signed(mail, &way.signers, row.lane == Lane::Confirmation).await {
            Ok(_) if goes_to_contact(&row.owed) => Attempt::Reached,
            Ok(_) => Attempt::Done,
            Err(fault) => self.after(row, &fault),
        }
    }
}

/// A return path of one mail's own, where the account's has a `*` for its token: a report that comes back says by its
/// recipient alone which mail it is about.
fn own_return_path(path: &EmailAddress, token: &str) -> EmailAddress {
    let own = path.given().contains('*').then(|| EmailAddress::parse(&path.given().replacen('*', token, 1)).ok());
    own.flatten().unwrap_or_else(|| path.clone())
}

/// Whether a mail goes to the address that its contact has: an alert goes to staff, mails about a change of address to one
/// that is not, or no longer, the contact's.
fn goes_to_contact(owed: &Owed) -> bool {
    !matches!(
        owed,
        Owed::Alert { .. }
            | Owed::AddressChange { .. }
            | Owed::AddressChanged { .. }
            | Owed::EndpointGivenUp { .. }
            | Owed::TestMail { .. }
            | Owed::GuardNews { .. }
    )
}

/// The header by which receivers recognise mail that somebody caused at a form, as M3AAWG advises
/// (draft-levine-mailbomb-header): the time, and the network it came from.
fn form_sub(at: model::Timestamp, network: Option<std::net::IpAddr>) -> (String, String) {
    let network = network.map_or_else(String::new, |ip| format!("; ip={ip}"));
    ("Form-Sub".into(), format!("v=1{network}; date={}", at.to_rfc3339()))
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
        guard: model::FormGuard::default(),
        disabled: false,
        actions: model::FormActions::default(),
        signup: model::MessageSet::default(),
        update: model::MessageSet::default(),
    }
}
