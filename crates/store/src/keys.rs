//! The master key: secrets at rest, tokens, keyed hashes of addresses. Everything is derived from it by label.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use model::{AccountId, Ambient, Secret};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::{Result, StoreError};

/// The installation's master key and what is derived from it. Cheap to clone; never shown.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    address: [u8; 32],
    token: [u8; 32],
    fingerprint: [u8; 32],
    public: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// Which link a token is for. A token of one kind is worth nothing as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Confirms a pending sign-up.
    Confirm,
    /// Says "this wasn't me" about a pending sign-up.
    NotMe,
    /// Opens a contact's preferences.
    Preferences,
    /// Unsubscribes a contact.
    Unsubscribe,
    /// Sets a customer's password.
    Password,
    /// Logs a customer in.
    Login,
}

impl TokenKind {
    fn code(self) -> u8 {
        match self {
            Self::Confirm => 1,
            Self::NotMe => 2,
            Self::Preferences => 3,
            Self::Unsubscribe => 4,
            Self::Password => 5,
            Self::Login => 6,
        }
    }
}

/// What a genuine token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenClaim {
    /// The account.
    pub account: AccountId,
    /// The row the token is about: a pending sign-up or a contact, by kind.
    pub row: i64,
    /// A second number of the kind's own, such as an expiry or a list.
    pub extra: i64,
}

const TAG: usize = 20;

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A MAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl Keys {
    /// Derives all keys from the master key's 32 bytes.
    pub fn new(master: &[u8; 32]) -> Self {
        let derive = |label: &str| hmac(master, &[b"vestibule/1/", label.as_bytes()]);
        Self {
            seal: derive("seal"),
            address: derive("address"),
            token: derive("token"),
            fingerprint: derive("fingerprint"),
            public: derive("public"),
        }
    }

    /// What the store keeps to recognise its key.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// A key for another purpose, told apart by its label.
    pub fn derived(&self, label: &str) -> [u8; 32] {
        hmac(&self.public, &[label.as_bytes()])
    }

    /// Encrypts a secret of an account for the disk (XChaCha20-Poly1305, random nonce, bound to the account).
    pub fn seal(&self, account: AccountId, secret: &Secret, ambient: &Ambient) -> Result<Vec<u8>> {
        let nonce: [u8; 24] = ambient.random();
        let aad = account.0.to_be_bytes();
        let sealed = XChaCha20Poly1305::new(&self.seal.into())
            .encrypt(&XNonce::from(nonce), Payload { msg: secret.reveal().as_bytes(), aad: &aad })
            .map_err(|_| StoreError::Fault("a secret could not be sealed".into()))?;
        Ok([&[1], nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Keys::seal`] made.
    pub fn open(&self, account: AccountId, sealed: &[u8]) -> Result<Secret> {
        let fault = || StoreError::Fault("a sealed secret cannot be opened with this key".into());
        let (nonce, rest) = match sealed {
            [1, rest @ ..] if rest.len() > 24 => rest.split_at(24),
            _ => return Err(fault()),
        };
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| fault())?;
        let aad = account.0.to_be_bytes();
        let plain = XChaCha20Poly1305::new(&self.seal.into())
            .decrypt(&XNonce::from(nonce), Payload { msg: rest, aad: &aad })
            .map_err(|_| fault())?;
        String::from_utf8(plain).map(Secret::new).map_err(|_| fault())
    }

    /// The keyed hash under which an address is suppressed.
    pub fn address_hash(&self, account: AccountId, email_key: &str) -> [u8; 32] {
        hmac(&self.address, &[&account.0.to_be_bytes(), email_key.as_bytes()])
    }

    /// A keyed hash of anything, such as a password reset's address.
    pub fn keyed_hash(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        hmac(&self.derived(label), parts)
    }

    /// A token for a link: it carries what it is about and 160 bits of proof, so that a made-up one never reaches the
    /// database.
    pub fn token(&self, kind: TokenKind, claim: TokenClaim) -> String {
        let mut bytes = Vec::with_capacity(48);
        for number in [claim.account.0, claim.row, claim.extra] {
            push_number(&mut bytes, number as u64);
        }
        let tag = hmac(&self.token, &[&[kind.code()], &bytes]);
        bytes.extend_from_slice(&tag[..TAG]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token names, when it is genuine and of this kind.
    pub fn read_token(&self, kind: TokenKind, token: &str) -> Option<TokenClaim> {
        if token.len() > 80 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        let wanted = hmac(&self.token, &[&[kind.code()], body]);
        if !bool::from(wanted[..TAG].ct_eq(tag)) {
            return None;
        }
        let mut rest = body;
        let claim = TokenClaim {
            account: AccountId(take_number(&mut rest)? as i64),
            row: take_number(&mut rest)? as i64,
            extra: take_number(&mut rest)? as i64,
        };
        rest.is_empty().then_some(claim)
    }
}

/// What the store keeps of a token.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

pub(crate) fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Reads a master key: 32 bytes in base64, white space around it allowed.
pub fn parse_master_key(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

/// Writes a master key as [`parse_master_key`] reads it.
pub fn format_master_key(key: &[u8; 32]) -> String {
    let mut text = STANDARD.encode(key);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_prove_what_they_name() {
        let keys = Keys::new(&[7; 32]);
        let claim = TokenClaim { account: AccountId(3), row: 123_456_789, extra: 0 };
        let token = keys.token(TokenKind::Confirm, claim);
        assert_eq!(keys.read_token(TokenKind::Confirm, &token), Some(claim));
        assert_eq!(keys.read_token(TokenKind::NotMe, &token), None);
        assert_eq!(Keys::new(&[8; 32]).read_token(TokenKind::Confirm, &token), None);
        for broken in ["", "x", "%%%", &token[1..], &format!("{token}A"), &"A".repeat(81), "AAAA"] {
            assert_eq!(keys.read_token(TokenKind::Confirm, broken), None, "{broken}");
        }
    }

    #[test]
    fn secrets_open_only_for_their_account_and_key() {
        let (keys, ambient) = (Keys::new(&[7; 32]), Ambient::system());
        let sealed = keys.seal(AccountId(1), &Secret::new("s3cret"), &ambient).expect("seals");
        assert!(!sealed.windows(6).any(|w| w == b"s3cret"));
        assert_eq!(keys.open(AccountId(1), &sealed).expect("opens").reveal(), "s3cret");
        assert!(keys.open(AccountId(2), &sealed).is_err());
        assert!(Keys::new(&[8; 32]).open(AccountId(1), &sealed).is_err());
    }
}
