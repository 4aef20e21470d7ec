//! What may be used once: form tickets and solved challenges. In memory and bounded; under a flood the oldest are
//! forgotten first, and their expiry limits what a forgotten one is worth.

use model::Timestamp;

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

/// The set of what was used.
#[derive(Debug)]
pub struct Seen {
    by: Bounded<[u8; 16], (Timestamp, u64)>,
}

impl Seen {
    /// Remembers about so many (some 60 bytes each).
    pub fn new(capacity: usize) -> Self {
        Self { by: Bounded::new(capacity) }
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
