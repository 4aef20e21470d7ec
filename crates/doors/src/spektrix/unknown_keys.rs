//! Keys of requests that nothing here knows, counted by account and name without their values: what a client that moved
//! here sends must not vanish unseen.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// As many names are told apart; any more are counted together.
const MOST: usize = 1000;
const LONGEST: usize = 64;
/// Stands for the names that found no room.
const OTHERS: &str = "…";

/// The counters.
#[derive(Debug, Default)]
pub struct UnknownKeys(Mutex<BTreeMap<(String, String), u64>>);

impl UnknownKeys {
    /// Counts keys of one request. A name that is new is logged once.
    pub fn note<S: AsRef<str>>(&self, account: &str, keys: &[S]) {
        if keys.is_empty() {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            let name: String = key.as_ref().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
            let mut entry = (account.to_owned(), name);
            if !counts.contains_key(&entry) {
                if counts.len() >= MOST {
                    OTHERS.clone_into(&mut entry.1);
                } else {
                    tracing::info!(account, key = %entry.1, "a request brought a key that is not known; its value is ignored");
                }
            }
            *counts.entry(entry).or_default() += 1;
        }
    }

    /// Account, name and count of each.
    pub fn read(&self) -> Vec<(String, String, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|((account, key), count)| (account.clone(), key.clone(), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_and_bounded() {
        let keys = UnknownKeys::default();
        keys.note("demo", &["submit", "submit", "a\r\nb"]);
        assert_eq!(keys.read(), [("demo".into(), "ab".into(), 1), ("demo".into(), "submit".into(), 2)]);
        for n in 0..2 * MOST {
            keys.note("demo", &[format!("{n}{}", "x".repeat(100))]);
        }
        assert!(keys.read().len() <= MOST + 1);
    }
}
