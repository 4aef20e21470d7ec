//! When to call again, and when to give up.

use std::time::Duration;

use model::Timestamp;

const MINUTE: u64 = 60;
/// Pauses after the first, second … failed attempt, in seconds; the last one goes on.
const PAUSES: [u64; 8] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE, 240 * MINUTE, 360 * MINUTE];
/// Nothing is tried for longer than this.
const PATIENCE: Duration = Duration::from_secs(72 * 3600);

/// When to try again after a failed attempt (counted from 1), or `None` to give up. `chance` is a random number that
/// spreads attempts by a sixth either way, so that a receiver that comes back is not met by all at once.
pub(super) fn next_attempt(attempt: i64, since: Timestamp, now: Timestamp, chance: u16) -> Option<Timestamp> {
    let place = usize::try_from(attempt.max(1) - 1).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
    let spread = (5.0 + 2.0 * f64::from(chance) / f64::from(u16::MAX)) / 6.0;
    (now.since(since) < PATIENCE).then(|| now.plus(Duration::from_secs(PAUSES[place]).mul_f64(spread)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_for_at_least_two_days() {
        let start = Timestamp(0);
        for (chance, first) in [(0, 50), (u16::MAX, 70)] {
            let (mut now, mut attempts, mut last) = (start, 0, Duration::ZERO);
            while let Some(next) = next_attempt(attempts + 1, start, now, chance) {
                let pause = next.since(now);
                assert!(pause >= last, "pauses grow");
                if attempts == 0 {
                    assert_eq!(pause.as_secs(), first);
                }
                (now, attempts, last) = (next, attempts + 1, pause);
            }
            assert!(now.since(start) >= Duration::from_secs(48 * 3600), "{attempts} attempts");
            assert!((14..=24).contains(&attempts), "{attempts}");
        }
    }
}
