//! A map that many threads share and that never grows past its bound: entries that nobody touches are forgotten first.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

const SHARDS: usize = 32;

/// Values by key in two generations a shard: what is touched lives in the young one; when that is full, the old one
/// goes. At most `2 × capacity` entries in all.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    shards: Box<[Mutex<Generations<K, V>>]>,
    hasher: RandomState,
    per_shard: usize,
}

#[derive(Debug)]
struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Eq + Hash, V> Bounded<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        let shard = || Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() });
        Self {
            shards: std::iter::repeat_with(shard).take(SHARDS).collect(),
            hasher: RandomState::new(),
            per_shard: (capacity / SHARDS).max(1),
        }
    }

    /// Works on the value of a key, made by `make` when there is none. Other keys of the shard wait meanwhile.
    pub(crate) fn with<R>(&self, key: K, make: impl FnOnce() -> V, work: impl FnOnce(&mut V) -> R) -> R {
        let shard = (self.hasher.hash_one(&key) as usize) % self.shards.len();
        let mut held = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        let Generations { young, old } = &mut *held;
        if let Some(value) = young.get_mut(&key) {
            return work(value);
        }
        let value = old.remove(&key).unwrap_or_else(make);
        if young.len() >= self.per_shard {
            *old = std::mem::take(young);
        }
        work(young.entry(key).or_insert(value))
    }

    /// Looks at every entry, shard by shard.
    pub(super) fn for_each(&self, mut look: impl FnMut(&K, &mut V)) {
        for shard in &self.shards {
            let mut held = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let Generations { young, old } = &mut *held;
            young.iter_mut().chain(old.iter_mut()).for_each(|(k, v)| look(k, v));
        }
    }

    /// How many entries are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let mut count = 0;
        self.for_each(|_, _| count += 1);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_touched_stays_and_the_rest_is_bounded() {
        let map = Bounded::new(320);
        for i in 0..100_000u32 {
            map.with(i, || 0u32, |v| *v += 1);
            map.with(u32::MAX, || 0, |v| *v += 1);
        }
        assert_eq!(map.with(u32::MAX, || 0, |v| *v), 100_000);
        assert!(map.len() <= 2 * 320, "{}", map.len());
    }
}
