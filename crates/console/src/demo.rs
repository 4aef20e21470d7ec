//! The user of a machine that tries the program out: made anew, with another password, at every start.

use doors::spektrix::passwords::{PasswordFault, Passwords};
use model::{EmailAddress, Secret};
use store::{Role, Store, StoreError};

use crate::second_factor;

/// A user who is ready to sign in.
#[derive(Clone, Debug)]
pub struct DemoUser {
    /// The address.
    pub email: String,
    /// The password, for showing once.
    pub password: String,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordFault),
}

const EMAIL: &str = "demo@demo.example";

/// Makes the user, an owner of every account there is, or gives them another password.
pub async fn demo_user(store: &Store) -> Result<DemoUser, DemoFault> {
    let password = second_factor::new_codes(store.ambient()).swap_remove(0).to_lowercase();
    let hash = Passwords::new(1, 1, store.ambient().random())?
        .hash(Secret::new(password.clone()), store.ambient().random())
        .await?;
    if let Ok(email) = EmailAddress::parse(EMAIL) {
        for account in store.directory().all() {
            let id = store.put_console_user(email.clone(), account.id, Role::Owner).await?;
            store.set_console_password(id, hash.clone()).await?;
        }
    }
    Ok(DemoUser { email: EMAIL.into(), password })
}
