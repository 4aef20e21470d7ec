//! What waits for its attempt, and whose turn is next: routes side by side, on each route confirmations first, and within
//! a lane one account after the other.
//!
//! A route is a way out that can be slow or dead on its own: the installation's mail server, or an account's. Each has its
//! own number of attempts at one time, so that none holds up another.

use std::collections::{BTreeMap, HashMap, VecDeque};

use model::AccountId;
use store::Lane;

/// A way out: the installation's, or an account's own.
pub(crate) type Route = Option<AccountId>;

/// Where a row waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spot {
    pub(crate) route: Route,
    pub(crate) lane: Lane,
    pub(crate) account: AccountId,
}

/// Attempts at one time on one route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// Of all lanes.
    pub(crate) all: usize,
    /// Of all but confirmations: the rest is kept free for those.
    pub(crate) others: usize,
}

pub(crate) struct Fair<T> {
    routes: BTreeMap<Route, RouteQueue<T>>,
    waiting: HashMap<(AccountId, Lane), usize>,
    most: Most,
}

struct RouteQueue<T> {
    lanes: BTreeMap<Lane, Ring<T>>,
    going: usize,
    going_others: usize,
}

impl<T> Default for RouteQueue<T> {
    fn default() -> Self {
        Self { lanes: BTreeMap::new(), going: 0, going_others: 0 }
    }
}

/// Accounts take turns.
struct Ring<T> {
    turns: VecDeque<AccountId>,
    rows: HashMap<AccountId, VecDeque<T>>,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { turns: VecDeque::new(), rows: HashMap::new() }
    }
}

impl<T> Ring<T> {
    fn push(&mut self, account: AccountId, row: T) {
        let rows = self.rows.entry(account).or_default();
        if rows.is_empty() {
            self.turns.push_back(account);
        }
        rows.push_back(row);
    }

    fn pop(&mut self) -> Option<(AccountId, T)> {
        let account = self.turns.pop_front()?;
        let rows = self.rows.get_mut(&account)?;
        let row = rows.pop_front()?;
        if rows.is_empty() {
            self.rows.remove(&account);
        } else {
            self.turns.push_back(account);
        }
        Some((account, row))
    }
}

impl<T> Fair<T> {
    pub(crate) fn new(most: Most) -> Self {
        Self { routes: BTreeMap::new(), waiting: HashMap::new(), most }
    }

    pub(crate) fn push(&mut self, spot: Spot, row: T) {
        *self.waiting.entry((spot.account, spot.lane)).or_default() += 1;
        self.routes.entry(spot.route).or_default().lanes.entry(spot.lane).or_default().push(spot.account, row);
    }

    /// How many rows of an account and lane wait.
    pub(crate) fn waiting(&self, account: AccountId, lane: Lane) -> usize {
        self.waiting.get(&(account, lane)).copied().unwrap_or(0)
    }

    /// The next row whose route is free. [`Fair::ended`] must be told when its attempt is over.
    pub(crate) fn next(&mut self) -> Option<(Spot, T)> {
        let most = self.most;
        let (route, lane, (account, row)) = self.routes.iter_mut().find_map(|(route, queue)| {
            if queue.going >= most.all {
                return None;
            }
            let others = queue.going_others < most.others;
            let mut open = queue.lanes.iter_mut().filter(|(lane, _)| others || **lane == Lane::Confirmation);
            open.find_map(|(lane, ring)| Some((*route, *lane, ring.pop()?)))
        })?;
        let spot = Spot { route, lane, account };
        self.forget(spot);
        let queue = self.routes.entry(route).or_default();
        queue.going += 1;
        queue.going_others += usize::from(lane != Lane::Confirmation);
        Some((spot, row))
    }

    pub(crate) fn ended(&mut self, spot: Spot) {
        if let Some(queue) = self.routes.get_mut(&spot.route) {
            queue.going = queue.going.saturating_sub(1);
            if spot.lane != Lane::Confirmation {
                queue.going_others = queue.going_others.saturating_sub(1);
            }
            if queue.going == 0 && queue.lanes.values().all(|ring| ring.turns.is_empty()) {
                self.routes.remove(&spot.route);
            }
        }
    }

    /// Everything that waits.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        self.waiting.clear();
        let mut all = Vec::new();
        for queue in self.routes.values_mut() {
            for ring in std::mem::take(&mut queue.lanes).into_values() {
                all.extend(ring.rows.into_values().flatten());
            }
        }
        all
    }

    fn forget(&mut self, spot: Spot) {
        if let Some(count) = self.waiting.get_mut(&(spot.account, spot.lane)) {
            *count -= 1;
            if *count == 0 {
                self.waiting.remove(&(spot.account, spot.lane));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(route: Option<i64>, lane: Lane, account: i64) -> Spot {
        Spot { route: route.map(AccountId), lane, account: AccountId(account) }
    }

    #[test]
    fn nobody_waits_for_a_route_that_is_full_or_an_account_that_floods() {
        let mut fair = Fair::new(Most { all: 3, others: 2 });
        for n in 0..10 {
            fair.push(spot(Some(9), Lane::Mail, 9), format!("hangs {n}"));
            fair.push(spot(None, Lane::Mail, 1), format!("flood {n}"));
        }
        fair.push(spot(None, Lane::Mail, 2), "small".into());
        fair.push(spot(None, Lane::Confirmation, 3), "confirm".into());
        let mut begun = Vec::new();
        while let Some((spot, row)) = fair.next() {
            begun.push((spot, row));
        }
        let names: Vec<_> = begun.iter().map(|(_, row)| row.as_str()).collect();
        // Confirmations first, accounts in turn, and one place of each route kept for confirmations.
        assert_eq!(names, ["confirm", "flood 0", "small", "hangs 0", "hangs 1"]);
        assert_eq!(fair.waiting(AccountId(9), Lane::Mail), 8);
        fair.push(spot(Some(9), Lane::Confirmation, 9), "confirm 9".into());
        assert_eq!(fair.next().expect("a kept place").1, "confirm 9");
        fair.ended(begun[1].0);
        assert_eq!(fair.next().expect("a free place").1, "flood 1");
        assert_eq!(fair.next().map(|(_, row)| row), None);
        assert_eq!(fair.drain().len(), 8 + 8);
        assert_eq!(fair.waiting(AccountId(1), Lane::Mail), 0);
    }
}
