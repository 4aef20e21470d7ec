//! The figures of the overview: counted in the background over the last 30 days, kept for a while, so that the page is
//! quick whatever the size of the account. What takes long to count is counted less often.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::{AccountId, AccountSnapshot, ListId, Timestamp};
use store::{Figure, OutboxHealth, OutcomeName, Result, Store};

/// How many days are shown.
pub(crate) const DAYS: usize = 30;
const DAY: i64 = 86_400_000_000;
/// Rows counted at a time, so that others get their turn in between.
const PIECE: i64 = 20_000;
/// A count is good for at least this long, and for this many times as long as it took.
const FRESH: Duration = Duration::from_secs(2);
const TIMES: u32 = 60;
/// How long a page waits for a count.
const PATIENCE: Duration = Duration::from_millis(400);

/// How sign-ups ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    /// Applied at once, or their link was followed.
    pub(crate) confirmed: i64,
    /// Wait for their link, or waited in vain.
    pub(crate) pending: i64,
    /// In quarantine.
    pub(crate) quiet: i64,
    /// Turned away.
    pub(crate) refused: i64,
}

impl Ends {
    pub(crate) fn all(self) -> i64 {
        self.confirmed + self.pending + self.quiet + self.refused
    }

    fn add(&mut self, figure: &Figure) {
        match figure.outcome {
            OutcomeName::Applied => self.confirmed += 1,
            OutcomeName::Pending if figure.confirmed => self.confirmed += 1,
            OutcomeName::Pending => self.pending += 1,
            // What went on from there has a record of its own.
            OutcomeName::Quiet if figure.released => {}
            OutcomeName::Quiet => self.quiet += 1,
            OutcomeName::Refused => self.refused += 1,
        }
    }
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    /// The days, the oldest first: when each began, and how its sign-ups ended.
    pub(crate) days: Vec<(Timestamp, Ends)>,
    pub(crate) total: Ends,
    /// By door's name.
    pub(crate) doors: Vec<(String, Ends)>,
    /// By form; `None` = through none.
    pub(crate) forms: Vec<(Option<i64>, Ends)>,
    /// By the page's host; empty = not told.
    pub(crate) origins: Vec<(String, Ends)>,
    pub(crate) lists: Vec<(ListId, i64)>,
    /// Contacts: all, confirmed, suppressed.
    pub(crate) contacts: (i64, i64, i64),
    pub(crate) health: OutboxHealth,
}

struct Kept {
    counted: Arc<Counted>,
    at: Instant,
    took: Duration,
}

/// What was counted of each account, on this node.
#[derive(Clone, Default)]
pub(crate) struct Figures(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    kept: HashMap<AccountId, Kept>,
    under_way: HashMap<AccountId, tokio::sync::watch::Receiver<bool>>,
}

impl Figures {
    /// The figures of an account, a little old perhaps; `None` while they are counted for the first time.
    pub(crate) async fn of(&self, store: &Store, account: &Arc<AccountSnapshot>) -> Option<Arc<Counted>> {
        let (old, mut done) = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let old = state.kept.get(&account.id).map(|k| (Arc::clone(&k.counted), k.at.elapsed(), k.took));
            if let Some((counted, age, took)) = &old
                && *age < FRESH.max(*took * TIMES)
            {
                return Some(Arc::clone(counted));
            }
            let done = match state.under_way.get(&account.id) {
                Some(done) => done.clone(),
                None => {
                    let (sender, done) = tokio::sync::watch::channel(false);
                    state.under_way.insert(account.id, done.clone());
                    tokio::spawn(self.clone().count(store.clone(), Arc::clone(account), sender));
                    done
                }
            };
            (old, done)
        };
        if let Some((counted, _, took)) = old
            && took > PATIENCE
        {
            return Some(counted);
        }
        let _ = tokio::time::timeout(PATIENCE, done.wait_for(|done| *done)).await;
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.kept.get(&account.id).map(|k| Arc::clone(&k.counted))
    }

    async fn count(self, store: Store, account: Arc<AccountSnapshot>, done: tokio::sync::watch::Sender<bool>) {
        let started = Instant::now();
        let counted = count(&store, &account).await;
        {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.under_way.remove(&account.id);
            match counted {
                Ok(counted) => {
                    let kept = Kept { counted: Arc::new(counted), at: Instant::now(), took: started.elapsed() };
                    state.kept.insert(account.id, kept);
                }
                Err(error) => tracing::warn!(%error, "the figures of an account could not be counted"),
            }
        }
        let _ = done.send(true);
    }
}

async fn count(store: &Store, account: &AccountSnapshot) -> Result<Counted> {
    let id = account.id;
    let today = store.ambient().now().0.div_euclid(DAY);
    let first = today - DAYS as i64 + 1;
    let since = Timestamp(first * DAY);
    let mut counted = Counted {
        days: (first..=today).map(|day| (Timestamp(day * DAY), Ends::default())).collect(),
        contacts: store.contact_counts(id).await?,
        health: store.outbox_health(id).await?,
        ..Counted::default()
    };
    for (list, _) in &account.lists {
        counted.lists.push((*list, store.list_size(id, *list).await?));
    }
    let mut by = By::default();
    let (mut from, end) = store.figures_range(id, since).await?;
    while from < end {
        let until = (from + PIECE).min(end);
        for figure in store.figures(id, from, until).await?.iter().filter(|f| f.at >= since) {
            by.add(figure, &mut counted, first);
        }
        from = until;
    }
    for (door, at) in store.refused_since(id, since).await? {
        let outcome = OutcomeName::Refused;
        let origin = String::from("{}");
        let figure = Figure { at, door, form: None, outcome, origin, confirmed: false, released: false };
        by.add(&figure, &mut counted, first);
    }
    by.into(&mut counted);
    Ok(counted)
}

#[derive(Default)]
struct By {
    doors: BTreeMap<String, Ends>,
    forms: BTreeMap<Option<i64>, Ends>,
    origins: BTreeMap<String, Ends>,
}

impl By {
    fn add(&mut self, figure: &Figure, counted: &mut Counted, first: i64) {
        let day = figure.at.0.div_euclid(DAY) - first;
        if let Some((_, ends)) = usize::try_from(day).ok().and_then(|day| counted.days.get_mut(day)) {
            ends.add(figure);
        }
        counted.total.add(figure);
        self.doors.entry(figure.door.clone()).or_default().add(figure);
        self.forms.entry(figure.form.map(|f| f.0)).or_default().add(figure);
        self.origins.entry(host_of(&figure.origin)).or_default().add(figure);
    }

    fn into(self, counted: &mut Counted) {
        counted.doors = sorted(self.doors);
        counted.forms = sorted(self.forms);
        counted.origins = sorted(self.origins);
    }
}

fn sorted<K>(map: BTreeMap<K, Ends>) -> Vec<(K, Ends)> {
    let mut all: Vec<_> = map.into_iter().filter(|(_, ends)| ends.all() > 0).collect();
    all.sort_by_key(|(_, ends)| std::cmp::Reverse(ends.all()));
    all
}

/// The host of the page that a sign-up came from.
fn host_of(origin: &str) -> String {
    if !origin.contains("\"page\"") {
        return String::new();
    }
    let page = serde_json::from_str::<model::Origin>(origin).ok().and_then(|o| o.page).unwrap_or_default();
    let rest = page.split_once("://").map_or(page.as_str(), |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_the_host() {
        for (origin, host) in [
            (r#"{"page":"https://demo.example/whats-on?x=1"}"#, "demo.example"),
            (r#"{"page":"demo.example"}"#, "demo.example"),
            (r#"{"ip":"127.0.0.1"}"#, ""),
            ("{}", ""),
            ("no JSON with \"page\"", ""),
        ] {
            assert_eq!(host_of(origin), host, "{origin}");
        }
    }
}
