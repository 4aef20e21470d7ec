//! The vendor's two forms of ids, made here. When reading, ids are opaque: compared in any case, never refused by shape.

use model::AccountId;
use sha2::{Digest as _, Sha256};

/// The letters of the long form.
const LETTERS: &[u8; 16] = b"BCDGHJKLMNPQRSTV";
/// The digits of the short form.
const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LONG: usize = 33;
/// How many ids of the short form there are.
pub const CUSTOMER_IDS: u64 = 36_u64.pow(8);

/// The long form, for tags, statements, addresses and the like: `number`, `A`, and letters up to 33 characters, made
/// from random bytes.
pub fn long(number: u64, random: [u8; 16]) -> String {
    let mut id = format!("{number}A");
    let nibbles = random.iter().flat_map(|b| [b >> 4, b & 15]);
    let missing = LONG - id.len();
    id.extend(nibbles.take(missing).map(|n| char::from(LETTERS[usize::from(n)])));
    id
}

/// A stable id in the long form for a row that has none of its own. The letters follow from the row and protect nothing.
pub fn derived(kind: &str, account: AccountId, row: i64) -> String {
    let digest = Sha256::digest(format!("{kind}\0{account}\0{row}"));
    let mut letters = [0; 16];
    letters.copy_from_slice(&digest[..16]);
    // The vendor's numbers end in 01.
    long(row.unsigned_abs().saturating_mul(100).saturating_add(1), letters)
}

/// The short form, for customers, made from random bytes.
pub fn customer(random: [u8; 8]) -> String {
    customer_of(u64::from_be_bytes(random) % CUSTOMER_IDS)
}

/// The short form of a number below [`CUSTOMER_IDS`].
pub(super) fn customer_of(number: u64) -> String {
    let mut id = *b"I-0000-0000";
    let mut rest = number;
    for at in [10, 9, 8, 7, 5, 4, 3, 2] {
        id[at] = DIGITS[(rest % 36) as usize];
        rest /= 36;
    }
    id.iter().map(|b| char::from(*b)).collect()
}

/// The number of an id in the short form, in any case.
pub(super) fn number_of(id: &str) -> Option<u64> {
    let bytes: &[u8; 11] = id.trim().as_bytes().try_into().ok()?;
    let marks = bytes[0].eq_ignore_ascii_case(&b'I') && bytes[1] == b'-' && bytes[6] == b'-';
    if !marks {
        return None;
    }
    let digits = bytes[2..6].iter().chain(&bytes[7..]);
    digits.into_iter().try_fold(0, |number, b| {
        let digit = DIGITS.iter().position(|d| *d == b.to_ascii_uppercase())?;
        Some(number * 36 + digit as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_ids_have_the_vendors_forms() {
        for number in [1, 201, 11001, u64::MAX] {
            let id = long(number, [0x0f; 16]);
            let (digits, letters) = id.split_once('A').expect("an A");
            assert_eq!((id.len(), digits), (33, number.to_string().as_str()));
            assert!(letters.bytes().all(|b| LETTERS.contains(&b)), "{id}");
        }
        assert_eq!(customer([0; 8]), "I-0000-0000");
        assert_eq!(customer_of(CUSTOMER_IDS - 1), "I-ZZZZ-ZZZZ");
        assert_eq!(number_of("i-zzzz-zzzz"), Some(CUSTOMER_IDS - 1));
        assert_eq!(number_of(&customer_of(123_456_789)), Some(123_456_789));
    }

    #[test]
    fn derived_ids_are_stable_and_differ() {
        let id = derived("tag-group", AccountId(1), 7);
        assert_eq!(id, derived("tag-group", AccountId(1), 7));
        assert_ne!(id, derived("tag-group", AccountId(2), 7));
        assert_ne!(id, derived("statement", AccountId(1), 7));
        assert!(id.starts_with("701A") && id.len() == 33);
    }

    #[test]
    fn what_is_no_short_id_has_no_number() {
        for id in ["", "I-", "I-AK11-1AT", "I-AK11-1ATKK", "IAK11-1ATK--", "X-AK11-1ATK", "I-AK11_1ATK", "I-ÄK1-1ATK"]
        {
            assert_eq!(number_of(id), None, "{id}");
        }
    }
}
