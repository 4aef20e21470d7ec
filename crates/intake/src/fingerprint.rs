//! Recognises the same sign-up sent again: neither vendor's wire has an idempotency key.

use model::{AccountId, SignUp};
use sha2::{Digest, Sha256};

/// A hash of account, form, address and everything asked for; the same wish in another spelling of JSON has the same.
pub(crate) fn of(account: AccountId, sign_up: &SignUp) -> [u8; 16] {
    let wish = serde_json::to_vec(&sign_up.wish).unwrap_or_default();
    let digest = Sha256::new()
        .chain_update(account.0.to_be_bytes())
        .chain_update(sign_up.form.map_or(0, |f| f.0).to_be_bytes())
        .chain_update([u8::from(sign_up.confirm)])
        .chain_update(sign_up.door.name())
        .chain_update([0])
        .chain_update(sign_up.email.key())
        .chain_update([0])
        .chain_update(&wish)
        .finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}
