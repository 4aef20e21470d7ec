//! What waits for its call: one line for each URL of an account, each with its own number of calls at one time, so that a
//! slow or dead receiver holds up nobody else's.

use std::collections::{HashMap, VecDeque};

use store::RouteKey;

/// Failures in a row from which on a line makes one call at a time, until one is taken.
const DOUBTS: u32 = 3;

struct Line<T> {
    waiting: VecDeque<T>,
    going: usize,
    failures: u32,
}

/// All lines of a node.
pub(super) struct Lines<T> {
    by_key: HashMap<RouteKey, Line<T>>,
    /// Whose turn it is, where a line has something to call and may.
    turns: VecDeque<RouteKey>,
    at_once: usize,
    at_once_in_all: usize,
    going: usize,
}

impl<T> Lines<T> {
    pub(super) fn new(at_once: usize, at_once_in_all: usize) -> Self {
        let (at_once, at_once_in_all) = (at_once.max(1), at_once_in_all.max(1));
        Self { by_key: HashMap::new(), turns: VecDeque::new(), at_once, at_once_in_all, going: 0 }
    }

    pub(super) fn push(&mut self, key: RouteKey, one: T) {
        let line = self.by_key.entry(key).or_insert_with(|| Line { waiting: VecDeque::new(), going: 0, failures: 0 });
        line.waiting.push_back(one);
        self.turn(key);
    }

    /// How much of a line waits.
    pub(super) fn waiting(&self, key: RouteKey) -> usize {
        self.by_key.get(&key).map_or(0, |line| line.waiting.len())
    }

    /// How much of each line waits.
    pub(super) fn all_waiting(&self) -> HashMap<RouteKey, usize> {
        self.by_key.iter().map(|(key, line)| (*key, line.waiting.len())).collect()
    }

    fn turn(&mut self, key: RouteKey) {
        if !self.turns.contains(&key) {
            self.turns.push_back(key);
        }
    }

    /// The next one that may go. [`Lines::ended`] must be told when it is over.
    pub(super) fn next(&mut self) -> Option<(RouteKey, T)> {
        if self.going >= self.at_once_in_all {
            return None;
        }
        for _ in 0..self.turns.len() {
            let key = self.turns.pop_front()?;
            let Some(line) = self.by_key.get_mut(&key) else { continue };
            let most = if line.failures >= DOUBTS { 1 } else { self.at_once };
            if line.going >= most {
                // Its turn comes when one of its calls has ended.
                continue;
            }
            let Some(one) = line.waiting.pop_front() else { continue };
            line.going += 1;
            self.going += 1;
            if !line.waiting.is_empty() {
                self.turns.push_back(key);
            }
            return Some((key, one));
        }
        None
    }

    /// A call of that line is over; `well` says how, where it says anything about the receiver.
    pub(super) fn ended(&mut self, key: RouteKey, well: Option<bool>) {
        let Some(line) = self.by_key.get_mut(&key) else { return };
        line.going -= 1;
        self.going -= 1;
        match well {
            Some(true) => line.failures = 0,
            Some(false) => line.failures = line.failures.saturating_add(1),
            None => {}
        }
        if !line.waiting.is_empty() {
            self.turn(key);
        } else if line.going == 0 && line.failures == 0 {
            self.by_key.remove(&key);
        }
    }

    /// Everything that waits.
    pub(super) fn drain(&mut self) -> Vec<T> {
        self.turns.clear();
        self.by_key.values_mut().flat_map(|line| std::mem::take(&mut line.waiting)).collect()
    }
}

#[cfg(test)]
mod tests {
    use model::AccountId;

    use super::*;

    fn key(route: i64) -> RouteKey {
        RouteKey { account: AccountId(1), route }
    }

    fn begun(lines: &mut Lines<u32>) -> Vec<(i64, u32)> {
        std::iter::from_fn(|| lines.next()).map(|(key, one)| (key.route, one)).collect()
    }

    #[test]
    fn lines_take_turns_and_a_failing_one_goes_slowly() {
        let mut lines = Lines::new(2, 5);
        for n in 0..4 {
            lines.push(key(1), n);
        }
        lines.push(key(2), 20);
        assert_eq!(begun(&mut lines), [(1, 0), (2, 20), (1, 1)]);
        assert_eq!((lines.waiting(key(1)), lines.waiting(key(2))), (2, 0));
        lines.ended(key(1), Some(false));
        lines.ended(key(1), Some(false));
        assert_eq!(begun(&mut lines), [(1, 2), (1, 3)]);
        lines.ended(key(1), Some(false));
        lines.ended(key(1), Some(false));
        for n in 4..7 {
            lines.push(key(1), n);
        }
        assert_eq!(begun(&mut lines), [(1, 4)], "one at a time");
        lines.ended(key(1), Some(true));
        assert_eq!(begun(&mut lines), [(1, 5), (1, 6)]);
        for n in 30..40 {
            lines.push(key(3), n);
            lines.push(key(4), n);
        }
        assert_eq!(begun(&mut lines), [(3, 30), (4, 30)], "five in all");
        assert_eq!(lines.drain().len(), 18);
    }
}
