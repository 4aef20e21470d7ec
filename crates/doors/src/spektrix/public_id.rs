//! Customer ids of contacts that brought none along: a keyed permutation of the contact's number, written as
//! `I-XXXX-XXXX`.
//!
//! It only hides how many contacts there are and in which order they came. It protects no secret: an id opens nothing
//! by itself. The construction is the usual one of format-preserving encryption: a balanced Feistel network with
//! HMAC-SHA256 as its round function over the smallest even number of bits that holds all ids, and cycle walking for
//! the numbers beyond them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ids;

const ROUNDS: usize = 10;
/// Two halves of 21 bits hold 36^8 ids, with 36 % of the numbers left over.
const HALF_BITS: u32 = 21;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;

/// The permutation under one key; made once, cheap to use.
#[derive(Clone)]
pub struct PublicIds {
    rounds: [Hmac<Sha256>; ROUNDS],
}

impl std::fmt::Debug for PublicIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PublicIds")
    }
}

impl PublicIds {
    /// Derives the round keys. The same key must be used for good: another one gives every contact another id.
    pub fn new(key: &[u8; 32]) -> Self {
        let rounds = std::array::from_fn(|round| {
            let mut mac = hmac(key);
            mac.update(b"vestibule customer id round ");
            mac.update(&[round as u8]);
            hmac(&mac.finalize().into_bytes())
        });
        Self { rounds }
    }

    /// The customer id of a contact's number; `None` for a number that no engine gives (negative or beyond 36^8).
    pub fn encode(&self, contact: i64) -> Option<String> {
        let mut number = u64::try_from(contact).ok().filter(|n| *n < ids::CUSTOMER_IDS)?;
        loop {
            number = self.permute(number);
            if number < ids::CUSTOMER_IDS {
                return Some(ids::customer_of(number));
            }
        }
    }

    /// The contact's number behind a customer id, in any case; `None` when it is not of the form. Every id of the form
    /// leads to a number, whether or not there is such a contact.
    pub fn decode(&self, id: &str) -> Option<i64> {
        let mut number = ids::number_of(id)?;
        loop {
            number = self.invert(number);
            if number < ids::CUSTOMER_IDS {
                return i64::try_from(number).ok();
            }
        }
    }

    fn permute(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> HALF_BITS, number & HALF_MASK);
        for round in &self.rounds {
            (left, right) = (right, left ^ mix(round, right));
        }
        left << HALF_BITS | right
    }

    fn invert(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> HALF_BITS, number & HALF_MASK);
        for round in self.rounds.iter().rev() {
            (left, right) = (right ^ mix(round, left), left);
        }
        left << HALF_BITS | right
    }
}

fn mix(round: &Hmac<Sha256>, half: u64) -> u64 {
    let mut mac = round.clone();
    mac.update(&half.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    u64::from(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])) & HALF_MASK
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_comes_back(contact in 0..ids::CUSTOMER_IDS as i64, key in any::<[u8; 32]>()) {
            let public = PublicIds::new(&key);
            let id = public.encode(contact).expect("in range");
            prop_assert_eq!(id.len(), 11);
            prop_assert_eq!(public.decode(&id), Some(contact));
            prop_assert_eq!(public.decode(&id.to_lowercase()), Some(contact));
        }

        #[test]
        fn every_id_leads_to_a_number_and_back(id in "I-[0-9A-Z]{4}-[0-9A-Z]{4}") {
            let public = PublicIds::new(&[7; 32]);
            let contact = public.decode(&id).expect("of the form");
            prop_assert_eq!(public.encode(contact), Some(id));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = PublicIds::new(&[7; 32]).decode(&text);
        }
    }

    #[test]
    fn neighbours_look_unrelated_and_keys_differ() {
        let public = PublicIds::new(&[1; 32]);
        let all: std::collections::HashSet<_> = (0..2000).filter_map(|n| public.encode(n)).collect();
        assert_eq!(all.len(), 2000);
        assert_ne!(public.encode(1), PublicIds::new(&[2; 32]).encode(1));
        assert_eq!(public.encode(-1), None);
        assert_eq!(public.encode(ids::CUSTOMER_IDS as i64), None);
    }
}
