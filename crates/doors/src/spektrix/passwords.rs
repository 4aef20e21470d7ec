//! Login passwords: Argon2id, off the request threads and only so many at once, so that logins, which are slow on
//! purpose, do not slow down sign-ups.
//!
//! The memory that a hash takes is kept for the next one: given back, the allocator would hold on to as much of it for
//! every thread that ever made one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version};
use model::Secret;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
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
    params: Params,
    /// Memory that no hash is made in at the moment; never more than may be at work.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
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
        // Any 32 bytes are some password's hash; nobody finds out which.
        let nobody = text_of(&params, &random[..16], &Sha256::digest(random))?;
        Ok(Self {
            at_work: Arc::new(Semaphore::new(at_once.max(1))),
            taken: Arc::new(AtomicUsize::new(0)),
            places: at_once.max(1).saturating_add(most_waiting),
            params,
            memory: Arc::default(),
            nobody: nobody.into(),
        })
    }

    /// The hash of a password, with its parameters and salt, as it is kept.
    pub async fn hash(&self, password: Secret, salt: [u8; 16]) -> Result<String, PasswordFault> {
        let params = self.params.clone();
        self.run(move |memory| {
            let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
            fill(&params, password.reveal().as_bytes(), &salt, &mut hash, memory)?;
            text_of(&params, &salt, &hash)
        })
        .await?
    }

    /// Whether this is the password of that hash. Without a hash (an unknown address, or a customer without a password)
    /// the same work is done and the answer is no.
    pub async fn verify(&self, password: Secret, kept: Option<String>) -> Result<bool, PasswordFault> {
        let known = kept.is_some();
        let nobody = Arc::clone(&self.nobody);
        self.run(move |memory| {
            let hash = kept.as_deref().unwrap_or(&nobody);
            matches(password.reveal().as_bytes(), hash, memory) & known
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, PasswordFault> {
        let place = Place::take(&self.taken, self.places)?;
        let permit = Arc::clone(&self.at_work).acquire_owned().await.map_err(|_| PasswordFault::Internal)?;
        let kept = Arc::clone(&self.memory);
        // The permit goes with the work: a caller who hangs up does not let another one in beside it.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (permit, place);
            let mut memory = kept.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let result = work(&mut memory);
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            result
        });
        done.await.map_err(|_| PasswordFault::Internal)
    }
}

/// Argon2id in memory that is made larger where it must be; what an earlier hash left in it is written over.
fn fill(
    params: &Params,
    password: &[u8],
    salt: &[u8],
    hash: &mut [u8],
    memory: &mut Vec<Block>,
) -> Result<(), PasswordFault> {
    if memory.len() < params.block_count() {
        *memory = vec![Block::new(); params.block_count()];
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let filled = argon2.hash_password_into_with_memory(password, salt, hash, memory.as_mut_slice());
    filled.map_err(|_| PasswordFault::Internal)
}

/// A hash with its parameters and salt as text.
fn text_of(params: &Params, salt: &[u8], hash: &[u8]) -> Result<String, PasswordFault> {
    let text = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| PasswordFault::Internal)?,
        salt: Some(Salt::new(salt).map_err(|_| PasswordFault::Internal)?),
        hash: Some(Output::new(hash).map_err(|_| PasswordFault::Internal)?),
    };
    Ok(text.to_string())
}

/// Whether a password is that of a hash as kept. A hash that cannot be read is nobody's.
fn matches(password: &[u8], kept: &str, memory: &mut Vec<Block>) -> bool {
    let Ok(kept) = PasswordHash::new(kept) else { return false };
    let ours = kept.algorithm == ARGON2ID_IDENT && kept.version == Some(Version::V0x13.into());
    let (Ok(params), Some(salt), Some(hash)) = (Params::try_from(&kept), kept.salt, kept.hash) else { return false };
    let mut made = vec![0; hash.len()];
    ours && fill(&params, password, &salt, &mut made, memory).is_ok() && bool::from(made.ct_eq(hash.as_bytes()))
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
            for garbled in [
                "garbled",
                "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
                "$argon2id$v=19$m=8,t=1,p=1",
            ] {
                assert_eq!(passwords.verify(Secret::new("correct horse"), Some(garbled.into())).await, Ok(false));
            }
            // One after the other, all in the same memory.
            assert_eq!(passwords.memory.lock().expect("unharmed").len(), 1);
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
