//! Login passwords: Argon2id, off the request threads and only so many at once, so that logins, which are slow on
//! purpose, do not slow down sign-ups.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use model::Secret;
use tokio::sync::Semaphore;

/// OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password could not be hashed or checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// As many are waiting as may wait.
    #[error("too many logins at once")]
    Busy,
    /// The hash could not be made; a fault of ours.
    #[error("the password could not be hashed")]
    Internal,
}

/// Makes and checks hashes.
#[derive(Clone)]
pub struct Passwords {
    at_work: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
    places: usize,
    argon2: Argon2<'static>,
    /// The hash of no one's password, checked for addresses that are not known.
    nobody: Arc<str>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    /// At most `at_once` hashes are worked on at a time, each in 19 MiB; `most_waiting` more may wait. `random` makes the
    /// hash that stands in for unknown addresses.
    pub fn new(at_once: usize, most_waiting: usize, random: [u8; 32]) -> Result<Self, PasswordFault> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordFault::Internal)?;
        Self::with_params(params, at_once, most_waiting, random)
    }

    fn with_params(
        params: Params,
        at_once: usize,
        most_waiting: usize,
        random: [u8; 32],
    ) -> Result<Self, PasswordFault> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let (password, salt) = random.split_at(16);
        let nobody = hash_with(&argon2, password, salt)?;
        Ok(Self {
            at_work: Arc::new(Semaphore::new(at_once.max(1))),
            taken: Arc::new(AtomicUsize::new(0)),
            places: at_once.max(1).saturating_add(most_waiting),
            argon2,
            nobody: nobody.into(),
        })
    }

    /// The hash of a password, with its parameters and salt, as it is kept.
    pub async fn hash(&self, password: Secret, salt: [u8; 16]) -> Result<String, PasswordFault> {
        let argon2 = self.argon2.clone();
        self.run(move || hash_with(&argon2, password.reveal().as_bytes(), &salt)).await?
    }

    /// Whether this is the password of that hash. Without a hash (an unknown address, or a customer without a password)
    /// the same work is done and the answer is no.
    pub async fn verify(&self, password: Secret, kept: Option<String>) -> Result<bool, PasswordFault> {
        let argon2 = self.argon2.clone();
        let known = kept.is_some();
        let nobody = Arc::clone(&self.nobody);
        self.run(move || {
            let hash = kept.as_deref().unwrap_or(&nobody);
            let matches = argon2.verify_password(password.reveal().as_bytes(), hash).is_ok();
            matches & known
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordFault> {
        let place = Place::take(&self.taken, self.places)?;
        let permit = Arc::clone(&self.at_work).acquire_owned().await.map_err(|_| PasswordFault::Internal)?;
        // The permit goes with the work: a caller who hangs up does not let another one in beside it.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (permit, place);
            work()
        });
        done.await.map_err(|_| PasswordFault::Internal)
    }
}

/// A place at work or in the queue, given back when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(places: &Arc<AtomicUsize>, most: usize) -> Result<Self, PasswordFault> {
        let taken = places.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| (n < most).then_some(n + 1));
        taken.map(|_| Self(Arc::clone(places))).map_err(|_| PasswordFault::Busy)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn hash_with(argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<String, PasswordFault> {
    let hash = argon2.hash_password_with_salt(password, salt).map_err(|_| PasswordFault::Internal)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick(at_once: usize, most_waiting: usize) -> Passwords {
        let params = Params::new(Params::MIN_M_COST, 1, 1, None).expect("valid");
        Passwords::with_params(params, at_once, most_waiting, [9; 32]).expect("made")
    }

    fn block_on<F: Future>(work: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::new(1, 4, [9; 32]).expect("made");
        block_on(async {
            let kept = passwords.hash(Secret::new("correct horse"), [1; 16]).await.expect("hashed");
            assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
            assert_eq!(passwords.verify(Secret::new("correct horse"), Some(kept.clone())).await, Ok(true));
            assert_eq!(passwords.verify(Secret::new("correct house"), Some(kept)).await, Ok(false));
            assert_eq!(passwords.verify(Secret::new("correct horse"), Some("garbled".into())).await, Ok(false));
        });
    }

    #[test]
    fn nobody_has_no_password() {
        let passwords = quick(1, 4);
        let nobody = Secret::new("\u{9}".repeat(16));
        assert_eq!(block_on(passwords.verify(nobody, None)), Ok(false));
    }

    #[test]
    fn who_comes_when_the_queue_is_full_is_turned_away() {
        let passwords = quick(1, 1);
        let one = || passwords.verify(Secret::new("x"), None);
        block_on(async {
            // Nothing is worked on until all three have come.
            let held = Arc::clone(&passwords.at_work).acquire_owned().await.expect("open");
            let third = async {
                let answer = one().await;
                drop(held);
                answer
            };
            let (a, b, c) = tokio::join!(one(), one(), third);
            assert_eq!((a, b, c), (Ok(false), Ok(false), Err(PasswordFault::Busy)));
            assert_eq!(one().await, Ok(false));
        });
    }
}
