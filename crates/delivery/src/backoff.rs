//! When to try again, and when to give up.

use std::time::Duration;

use model::Timestamp;

/// Longest pause between two attempts.
const LONGEST: Duration = Duration::from_secs(2 * 3600);
/// First pause; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(15);
/// Nothing is tried for longer than this.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 3600);

/// When to try again after a failed attempt (counted from 1), or `None` to give up. `chance` is a random number that
/// spreads attempts by up to a fifth either way, so that a server that comes back is not met by all at once.
pub(crate) fn next_attempt(attempt: i64, since: Timestamp, now: Timestamp, chance: u16) -> Option<Timestamp> {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    let pause = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let spread = 0.8 + 0.4 * f64::from(chance) / f64::from(u16::MAX);
    (now.since(since) < PATIENCE).then(|| now.plus(pause.mul_f64(spread)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let at = |attempt, chance| {
            next_attempt(attempt, Timestamp(0), Timestamp(0), chance).map(|t| t.since(Timestamp(0)).as_secs())
        };
        assert_eq!(at(1, 0), Some(12));
        assert_eq!(at(1, u16::MAX), Some(18));
        assert_eq!(at(2, u16::MAX), Some(36));
        assert_eq!(at(30, u16::MAX), Some(8640));
        let late = Timestamp(0).plus(PATIENCE);
        assert_eq!(next_attempt(40, Timestamp(0), late, 0), None);
    }
}
