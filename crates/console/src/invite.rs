//! One-time links by which a user sets a password.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::{Result, Store};

/// How long such a link lives.
pub const LINK_LIFE: Duration = Duration::from_secs(72 * 3600);

/// A fresh token: 256 bits as text for addresses and cookies.
pub(crate) fn token(store: &Store) -> String {
    URL_SAFE_NO_PAD.encode(store.ambient().random::<32>())
}

/// Makes a link for a user; earlier ones die. Its path below the public URL.
pub async fn new_link(store: &Store, user: i64) -> Result<String> {
    let token = token(store);
    let expires_at = store.ambient().now().plus(LINK_LIFE);
    store.new_console_link(user, store::token_hash(&token), expires_at).await?;
    Ok(format!("/console/welcome/{token}"))
}
