//! What may be used once: form tickets and solved challenges. In memory and bounded; under a flood the oldest are
//! forgotten first, and their expiry limits what a forgotten one is worth.

use std::sync::{Mutex, PoisonError};

use model::{AccountId, Timestamp};

use super::bounded::Bounded;

/// How something meant for one use was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// For the first time.
    First,
    /// Again, by the same person: a second click, or the way back in the browser.
    SameAgain,
    /// Again, by somebody else.
    Replayed,
}

/// Something that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// In whose forms.
    pub account: AccountId,
    /// What.
    pub id: [u8; 16],
    /// By whom.
    pub by: u64,
    /// When it expires by itself.
    pub until: Timestamp,
}

/// Marks that wait to be told to other nodes; beyond this they are a node's own.
const MOST_UNTOLD: usize = 20_000;

/// The set of what was used.
#[derive(Debug)]
pub struct Seen {
    by: Bounded<[u8; 16], (Timestamp, u64)>,
    /// Kept since somebody asked for them: where there are other nodes.
    untold: Mutex<Option<Vec<Mark>>>,
}

impl Seen {
    /// Remembers about so many (some 60 bytes each).
    pub fn new(capacity: usize) -> Self {
        Self { by: Bounded::new(capacity), untold: Mutex::default() }
    }

    /// As [`Seen::mark`], and other nodes are told.
    pub fn tell_and_mark(&self, mark: Mark, at: Timestamp) -> Use {
        let found = self.mark(mark.id, mark.by, at, mark.until);
        if found == Use::First
            && let Some(untold) = &mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner)
            && untold.len() < MOST_UNTOLD
        {
            untold.push(mark);
        }
        found
    }

    /// What was used since the last call; the first one begins to keep it.
    pub fn take_untold(&self) -> Vec<Mark> {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        untold.replace(Vec::new()).unwrap_or_default()
    }

    /// Marks something as used by a person (any number that tells people apart, such as a hash of the mailbox). An
    /// entry is good until `until`, the moment when the thing expires by itself.
    pub fn mark(&self, id: [u8; 16], by: u64, at: Timestamp, until: Timestamp) -> Use {
        let mut first = false;
        let make = || {
            first = true;
            (until, by)
        };
        let (ends, owner) = self.by.with(id, make, |entry| {
            if entry.0 < at {
                *entry = (until, by);
            }
            *entry
        });
        match () {
            () if first || ends < at => Use::First,
            () if owner == by => Use::SameAgain,
            () => Use::Replayed,
        }
    }
}
