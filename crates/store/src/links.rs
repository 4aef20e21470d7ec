//! The addresses of the pages behind a mail's links.

use crate::keys::{Keys, TokenClaim, TokenKind};
use model::{AccountId, ContactId, ListId, PendingId, Timestamp};

/// Makes links below the public URL.
#[derive(Clone, Debug)]
pub struct Links {
    base: String,
    keys: Keys,
}

/// What a link is about.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The pending sign-up.
    pub pending: PendingId,
}

impl Links {
    /// Links below `public_url`, with or without a slash at its end.
    pub fn new(public_url: &str, keys: Keys) -> Self {
        Self { base: public_url.trim_end_matches('/').to_owned(), keys }
    }

    /// The public URL, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The link that confirms.
    pub fn confirm(&self, place: Place) -> String {
        let token = pending_token(&self.keys, TokenKind::Confirm, place.account, place.pending);
        format!("{}/confirm/{token}", self.base)
    }

    /// The link that says "this wasn't me".
    pub fn not_me(&self, place: Place) -> String {
        let token = pending_token(&self.keys, TokenKind::NotMe, place.account, place.pending);
        format!("{}/not-me/{token}", self.base)
    }

    /// The page of a contact's preferences.
    pub fn preferences(&self, account: AccountId, contact: ContactId) -> String {
        let claim = TokenClaim { account, row: contact.0, extra: 0 };
        format!("{}/preferences/{}", self.base, self.keys.token(TokenKind::Preferences, claim))
    }

    /// The link that unsubscribes a contact, by a click or by its mail program (RFC 8058).
    pub fn unsubscribe(&self, account: AccountId, contact: ContactId) -> String {
        let claim = TokenClaim { account, row: contact.0, extra: 0 };
        format!("{}/unsubscribe/{}", self.base, self.keys.token(TokenKind::Unsubscribe, claim))
    }

    /// The page on which a customer sets a password; its path is the vendor's.
    pub fn password(&self, slug: &str, link: CustomerLink) -> String {
        let token = link.token(&self.keys, TokenKind::Password);
        format!("{}/{slug}/website/secure/SetPassword.aspx?token={token}", self.base)
    }

    /// A page of the organisation's own that logs a customer in: `{token}` in it gives way to the token, which needs no
    /// escapes.
    pub fn login(&self, page: &str, link: CustomerLink) -> String {
        page.replace("{token}", &link.token(&self.keys, TokenKind::Login))
    }

    /// The link to a contact's preferences; it dies at the end of the given minute, or never.
    pub fn preferences_until(&self, of: Of, dies_at: Option<Timestamp>) -> String {
        let extra = dies_at.map_or(0, |at| at.0 / 60_000_000 + 1);
        let claim = TokenClaim { account: of.account, row: of.contact.0, extra };
        format!("{}/preferences/{}", self.base, self.keys.token(TokenKind::Preferences, claim))
    }

    /// The link that ends a list's mail, or all of it.
    pub fn unsubscribe_from(&self, of: Of, list: Option<ListId>) -> String {
        let claim = TokenClaim { account: of.account, row: of.contact.0, extra: list.map_or(0, |l| l.0) };
        format!("{}/unsubscribe/{}", self.base, self.keys.token(TokenKind::Unsubscribe, claim))
    }
}

/// What a link to a contact's own pages is about.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// The account.
    pub account: AccountId,
    /// The contact.
    pub contact: ContactId,
}

/// What a customer's single-use link is about.
#[derive(Clone, Copy, Debug)]
pub struct CustomerLink {
    /// The account.
    pub account: AccountId,
    /// Its number.
    pub number: i64,
    /// When it dies.
    pub dies_at: Timestamp,
}

impl CustomerLink {
    /// Its token: derived, so that only a hash of it is kept.
    pub fn token(self, keys: &Keys, kind: TokenKind) -> String {
        keys.token(kind, TokenClaim { account: self.account, row: self.number, extra: self.dies_at.0 })
    }
}

/// When a preferences link dies, from its second number; `None` = never.
pub fn dies_at(extra: i64) -> Option<Timestamp> {
    (extra > 0).then(|| Timestamp(extra.saturating_mul(60_000_000)))
}

/// The token of a pending sign-up's link: derived, so that it is kept nowhere.
pub fn pending_token(keys: &Keys, kind: TokenKind, account: AccountId, pending: PendingId) -> String {
    keys.token(kind, TokenClaim { account, row: pending.0, extra: 0 })
}
