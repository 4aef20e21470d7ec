//! Outbox rows that become a built-in mail to one known person, and the headers of every mail that can be unsubscribed
//! from.

use model::{AccountSnapshot, ContactId, EmailAddress, ListId, PendingId, Timestamp};
use store::{ContactKey, CustomerLink, Leased, LinkPurpose, Links, Of, Owed, Place, TokenKind};

use crate::attempt::{Courier, NoMail};
use crate::mail::personal::{self, PersonalLinks};
use crate::mail::{BuiltInMail, Outgoing};

/// `List-Unsubscribe` and `List-Unsubscribe-Post` (RFC 8058): for every mail to a contact that is no confirmation.
/// `list` is the mailing list that the mail is for; without one, it ends everything.
pub fn unsubscribe_headers(links: &Links, of: Of, list: Option<ListId>) -> Vec<(String, String)> {
    vec![
        ("List-Unsubscribe".into(), format!("<{}>", links.unsubscribe_from(of, list))),
        ("List-Unsubscribe-Post".into(), "List-Unsubscribe=One-Click".into()),
    ]
}

impl Courier {
    /// The mail of a row of this kind.
    pub(crate) async fn personal_mail(&self, account: &AccountSnapshot, row: &Leased) -> Result<Outgoing, NoMail> {
        match &row.owed {
            Owed::AddressChange { pending, to, language } => {
                self.address_change(account, row, *pending, to, language.as_deref()).await
            }
            Owed::AddressChanged { to, language } => self.address_changed(account, row, to, language.as_deref()).await,
            Owed::PreferencesLink { contact, language, expires_at } => {
                self.preferences_link(account, row, *contact, language.as_deref(), *expires_at).await
            }
            Owed::PasswordLink { contact, number, expires_at, welcome } => {
                let link = CustomerLink { account: row.account, number: *number, dies_at: *expires_at };
                let kind = if *welcome { BuiltInMail::Welcome } else { BuiltInMail::Password };
                let url = self.links.password(&account.settings.slug, link);
                self.customer_link(account, row, *contact, kind, link, url).await
            }
            Owed::LoginLink { contact, number, expires_at, page } => {
                let link = CustomerLink { account: row.account, number: *number, dies_at: *expires_at };
                let url = self.links.login(page, link);
                self.customer_link(account, row, *contact, BuiltInMail::Login, link, url).await
            }
            _ => Err(NoMail::Never("not a mail to one known person".into())),
        }
    }

    /// The mail to a new address.
    async fn address_change(
        &self,
        account: &AccountSnapshot,
        row: &Leased,
        pending: PendingId,
        to: &EmailAddress,
        language: Option<&str>,
    ) -> Result<Outgoing, NoMail> {
        self.still_held(row, pending).await?;
        let place = Place { account: row.account, pending };
        let links = PersonalLinks {
            confirm: Some(self.links.confirm(place)),
            not_me: Some(self.links.not_me(place)),
            ..PersonalLinks::default()
        };
        self.personal(account, row, BuiltInMail::Address, to.clone(), language, &links).await
    }

    /// The mail that tells the old address. The preferences are no longer that address's to see: it gets no link to them.
    async fn address_changed(
        &self,
        account: &AccountSnapshot,
        row: &Leased,
        to: &EmailAddress,
        language: Option<&str>,
    ) -> Result<Outgoing, NoMail> {
        let kind = BuiltInMail::AddressChanged;
        let mut mail = self.personal(account, row, kind, to.clone(), language, &PersonalLinks::default()).await?;
        if let Some(contact) = row.contact {
            mail.headers = unsubscribe_headers(&self.links, Of { account: row.account, contact }, None);
        }
        Ok(mail)
    }

    /// The link to the preferences, to the address that the contact has by now.
    async fn preferences_link(
        &self,
        account: &AccountSnapshot,
        row: &Leased,
        contact: ContactId,
        language: Option<&str>,
        expires_at: Timestamp,
    ) -> Result<Outgoing, NoMail> {
        if expires_at <= self.store.ambient().now() {
            return Err(NoMail::Withdrawn("the link's time is over"));
        }
        let known = self.store.contact(row.account, ContactKey::Id(contact)).await?;
        let known = known.ok_or(NoMail::Withdrawn("the contact is gone"))?;
        let to = EmailAddress::parse(&known.row.email).map_err(|_| NoMail::Never("the address is none".into()))?;
        let of = Of { account: row.account, contact };
        let links = PersonalLinks {
            preferences: Some(self.links.preferences_until(of, Some(expires_at))),
            ..PersonalLinks::default()
        };
        let mut mail = self.personal(account, row, BuiltInMail::Preferences, to, language, &links).await?;
        mail.headers = unsubscribe_headers(&self.links, of, None);
        Ok(mail)
    }

    /// A customer's single-use link. It goes to nobody once it was used or the customer has another address.
    async fn customer_link(
        &self,
        account: &AccountSnapshot,
        row: &Leased,
        contact: ContactId,
        kind: BuiltInMail,
        link: CustomerLink,
        url: String,
    ) -> Result<Outgoing, NoMail> {
        if link.dies_at <= self.store.ambient().now() {
            return Err(NoMail::Withdrawn("the link's time is over"));
        }
        let (purpose, token) = match kind {
            BuiltInMail::Login => (LinkPurpose::Login, TokenKind::Login),
            _ => (LinkPurpose::Password, TokenKind::Password),
        };
        let hash = store::token_hash(&link.token(self.store.keys(), token));
        if self.store.link(row.account, purpose, hash).await? != Some(contact) {
            return Err(NoMail::Withdrawn("the link is used or no longer theirs"));
        }
        let known = self.store.contact(row.account, ContactKey::Id(contact)).await?;
        let known = known.ok_or(NoMail::Withdrawn("the contact is gone"))?;
        let to = EmailAddress::parse(&known.row.email).map_err(|_| NoMail::Never("the address is none".into()))?;
        let links = PersonalLinks { customer: Some(url), ..PersonalLinks::default() };
        self.personal(account, row, kind, to, None, &links).await
    }

    async fn personal(
        &self,
        account: &AccountSnapshot,
        row: &Leased,
        kind: BuiltInMail,
        to: EmailAddress,
        language: Option<&str>,
        links: &PersonalLinks,
    ) -> Result<Outgoing, NoMail> {
        let language = language.unwrap_or(&account.settings.language.0);
        let mail = personal::render(kind, &account.settings, language, links);
        let mut outgoing = self.addressed(account, row, to, mail.subject, mail.text).await?;
        outgoing.html = Some(mail.html);
        Ok(outgoing)
    }
}
