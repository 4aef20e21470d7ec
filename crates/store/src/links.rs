//! The addresses of the pages behind a mail's links.

use crate::keys::{Keys, TokenClaim, TokenKind};
use model::{AccountId, ContactId, PendingId};

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
}

/// The token of a pending sign-up's link: derived, so that it is kept nowhere.
pub fn pending_token(keys: &Keys, kind: TokenKind, account: AccountId, pending: PendingId) -> String {
    keys.token(kind, TokenClaim { account, row: pending.0, extra: 0 })
}
