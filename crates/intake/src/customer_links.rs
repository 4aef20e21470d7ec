//! The verbs of customers' single-use links: to set a password, and to log in. What a link says is proof enough, because
//! it went to the customer's own address; only a hash of its token is kept.

use std::sync::Arc;
use std::time::Duration;

use model::{AccountSnapshot, ContactId, EmailAddress, Refusal, Timestamp};
use store::{
    ContactRow, CustomerLink, Facts, Keys, Lane, LinkPurpose, NewDelivery, Numbers, Owed, PersonKey, Plan, TokenKind,
    Wants, token_hash,
};

use crate::decide_people::UNSUBSCRIBED;
use crate::guard::recipient::MailCause;
use crate::recipients::Protection;
use crate::{Intake, refusal};

/// How long a link to set a password works (Spektrix reference, section 8).
pub const PASSWORD_WITHIN: Duration = Duration::from_secs(2 * 3600);
/// How long a link to log in works (the same, section 7.5).
pub const LOGIN_WITHIN: Duration = Duration::from_secs(15 * 60);

/// What a link is for, and what its mail needs to know.
#[derive(Clone, Debug)]
pub(crate) enum LinkFor {
    /// A new password; `welcome` when it comes with a new account.
    Password { welcome: bool },
    /// To log in, on this page.
    Login { page: String },
}

/// What making a link needs besides the facts.
pub(crate) struct Linking {
    pub(crate) account: model::AccountId,
    pub(crate) keys: Keys,
    pub(crate) at_once: bool,
    pub(crate) link: LinkFor,
}

impl Linking {
    /// Owes the customer the link's mail.
    pub(crate) fn owe(&self, contact: ContactId, now: Timestamp, numbers: &mut dyn Numbers, plan: &mut Plan) {
        let number = numbers.row();
        let (purpose, kind, within) = match &self.link {
            LinkFor::Password { .. } => (LinkPurpose::Password, TokenKind::Password, PASSWORD_WITHIN),
            LinkFor::Login { .. } => (LinkPurpose::Login, TokenKind::Login, LOGIN_WITHIN),
        };
        let expires_at = now.plus(within);
        let link = CustomerLink { account: self.account, number, dies_at: expires_at };
        let owed = match &self.link {
            LinkFor::Password { welcome } => Owed::PasswordLink { contact, number, expires_at, welcome: *welcome },
            LinkFor::Login { page } => Owed::LoginLink { contact, number, expires_at, page: page.clone() },
        };
        plan.contact = Some(contact);
        plan.link = Some((purpose, token_hash(&link.token(&self.keys, kind))));
        plan.deliveries.push(NewDelivery {
            id: model::DeliveryId(numbers.row()),
            lane: Lane::Confirmation,
            owed,
            due_at: now,
            at_once: self.at_once,
            receipt: None,
        });
    }
}

/// The mail that a new customer gets.
pub(crate) struct Welcome {
    pub(crate) linking: Linking,
    pub(crate) protection: Protection,
}

impl Welcome {
    /// Owes the mail, unless the recipient is protected from it.
    pub(crate) fn owe(&self, contact: ContactId, facts: &Facts, numbers: &mut dyn Numbers, plan: &mut Plan) {
        if crate::decide::may_be_mailed(facts) && self.protection.allows(MailCause::Other, facts) {
            self.linking.owe(contact, facts.now.unwrap_or(Timestamp(0)), numbers, plan);
            self.protection.count(MailCause::Other, plan);
        }
    }
}

/// The customer, if mail that they ask for may go to them. Who unsubscribed from everything can still log in.
fn reachable(facts: &Facts) -> Option<&ContactRow> {
    let stopped = facts.suppressed.as_deref().is_some_and(|reason| reason != UNSUBSCRIBED);
    facts.contact.as_ref().filter(|c| c.is_customer() && c.bad_address_at.is_none() && !stopped)
}

/// Decides about a link that somebody asks for; whether there is such a customer.
fn ask(linking: &Linking, facts: &Facts, numbers: &mut dyn Numbers) -> (Plan, bool) {
    let mut plan = Plan::default();
    if let Some(contact) = reachable(facts) {
        linking.owe(contact.id, facts.now.unwrap_or(Timestamp(0)), numbers, &mut plan);
    }
    (plan, facts.contact.as_ref().is_some_and(ContactRow::is_customer))
}

impl Intake {
    pub(crate) fn linking(&self, account: &AccountSnapshot, link: LinkFor) -> Linking {
        Linking {
            account: account.id,
            keys: self.store.keys().clone(),
            at_once: self.store.has_room_for_delivery(),
            link,
        }
    }

    /// Sends a customer a link to set a password; whether there is a customer of that address.
    pub async fn ask_password(&self, account: &Arc<AccountSnapshot>, email: &EmailAddress) -> Result<bool, Refusal> {
        self.ask_link(account, email, LinkFor::Password { welcome: false }).await
    }

    /// Sends a customer a link to log in; whether there is a customer of that address. `page` holds `{token}`.
    pub async fn ask_login(
        &self,
        account: &Arc<AccountSnapshot>,
        email: &EmailAddress,
        page: String,
    ) -> Result<bool, Refusal> {
        self.ask_link(account, email, LinkFor::Login { page }).await
    }

    async fn ask_link(
        &self,
        account: &Arc<AccountSnapshot>,
        email: &EmailAddress,
        link: LinkFor,
    ) -> Result<bool, Refusal> {
        let key = PersonKey { account: account.id, email_key: email.key().to_owned() };
        let (linking, protection) = (self.linking(account, link), self.protection(account, email));
        let wants = Wants { mailbox: protection.mailbox, ..Wants::default() };
        let decision = move |facts: &Facts, numbers: &mut dyn Numbers| {
            protection.over(MailCause::Link, facts, ask(&linking, facts, numbers))
        };
        self.store.decide(key, wants, decision).await.map_err(|e| refusal(&e))
    }

    /// Whether a link to set a password still works: [`Refusal::NotFound`] for a token that is not genuine,
    /// [`Refusal::Expired`] when its time is over, [`Refusal::Used`].
    pub async fn password_link(&self, account: &AccountSnapshot, token: &str) -> Result<(), Refusal> {
        let hash = self.genuine(account, TokenKind::Password, token)?;
        let whose = self.store.link(account.id, LinkPurpose::Password, hash).await.map_err(|e| refusal(&e))?;
        whose.map(|_| ()).ok_or(Refusal::Used)
    }

    /// Sets a password (a hash) by a link, once; every session and every other link of the customer ends. Refused as
    /// [`Intake::password_link`] says.
    pub async fn set_password(&self, account: &AccountSnapshot, token: &str, password: String) -> Result<(), Refusal> {
        let hash = self.genuine(account, TokenKind::Password, token)?;
        let set = self.store.set_password(account.id, hash, password).await.map_err(|e| refusal(&e))?;
        set.map(|_| ()).ok_or(Refusal::Used)
    }

    /// Whose a link to log in was; it works once. Refused as [`Intake::password_link`] says.
    pub async fn log_in(&self, account: &AccountSnapshot, token: &str) -> Result<ContactId, Refusal> {
        let hash = self.genuine(account, TokenKind::Login, token)?;
        let used = self.store.use_link(account.id, LinkPurpose::Login, hash).await.map_err(|e| refusal(&e))?;
        used.ok_or(Refusal::Used)
    }

    fn genuine(&self, account: &AccountSnapshot, kind: TokenKind, token: &str) -> Result<[u8; 32], Refusal> {
        let claim = self.store.keys().read_token(kind, token).filter(|c| c.account == account.id);
        let claim = claim.ok_or(Refusal::NotFound)?;
        if Timestamp(claim.extra) <= self.store.ambient().now() {
            return Err(Refusal::Expired);
        }
        Ok(token_hash(token))
    }
}
