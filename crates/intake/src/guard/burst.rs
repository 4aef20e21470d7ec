//! Attack mode: a form that takes far more sign-ups than it used to asks everybody for a challenge until it is over.
//!
//! The form's rate of the last ten minutes is held against its own slow average. It goes on at `factor` times the
//! average (and never below a floor), and off only when the rate has stayed below half of that for five minutes, so
//! that it does not flutter.

use std::time::Duration;

use model::{AccountId, FormId, Timestamp};

use super::bounded::Bounded;
use super::settings::GuardSettings;

const MINUTE: i64 = 60_000_000;
/// The average forgets half of what it knew in about a day.
const FORGET_PER_MINUTE: f64 = 1.0 / (24.0 * 60.0) * std::f64::consts::LN_2;
const CALM: Duration = Duration::from_secs(300);

/// A change of a form's mode, told once, for the mail to the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Attack mode has begun.
    Began,
    /// It is over.
    Ended,
}

/// What a look at every form found.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Attacks that are over.
    pub ended: Vec<(AccountId, Option<FormId>)>,
    /// Attacks that go on, each with its end if nothing more comes.
    pub under_attack: Vec<(AccountId, Option<FormId>, Timestamp)>,
}

#[derive(Clone, Debug)]
struct Pulse {
    /// Sign-ups by minute, the last ten.
    minutes: [u32; 10],
    /// The current minute.
    minute: i64,
    /// Sign-ups per ten minutes, slowly averaged over calm minutes.
    average: f64,
    /// When the rate last was high, while under attack.
    attacked: Option<Timestamp>,
    /// Switched by hand until then.
    forced: Option<Timestamp>,
}

/// The pulse of every form.
#[derive(Debug)]
pub struct Bursts {
    forms: Bounded<(AccountId, Option<FormId>), Pulse>,
}

impl Bursts {
    /// For about so many forms.
    pub fn new(capacity: usize) -> Self {
        Self { forms: Bounded::new(capacity) }
    }

    /// Counts a sign-up through a form and says whether it is under attack, and whether that has just changed.
    pub fn count(
        &self,
        account: AccountId,
        form: Option<FormId>,
        at: Timestamp,
        settings: &GuardSettings,
    ) -> (bool, Option<Turn>) {
        let minute = at.0.div_euclid(MINUTE);
        self.forms.with(
            (account, form),
            || Pulse::new(minute),
            |pulse| {
                pulse.roll(minute);
                pulse.minutes[(minute.rem_euclid(10)) as usize] += 1;
                pulse.judge(at, settings)
            },
        )
    }

    /// Whether a form is under attack now, without counting; for pages that render it and for confirm links.
    pub fn under_attack(
        &self,
        account: AccountId,
        form: Option<FormId>,
        at: Timestamp,
        settings: &GuardSettings,
    ) -> bool {
        let minute = at.0.div_euclid(MINUTE);
        self.forms.with(
            (account, form),
            || Pulse::new(minute),
            |pulse| {
                pulse.roll(minute);
                pulse.is_attacked(at, settings)
            },
        )
    }

    /// Looks at every form under attack: what is over although nothing more came (told once), and what goes on, with the
    /// moment when it will be over if nothing more comes. `settings` may know no more of an account.
    pub fn sweep<S: std::ops::Deref<Target = GuardSettings>>(
        &self,
        at: Timestamp,
        settings: impl Fn(AccountId, Option<FormId>) -> Option<S>,
    ) -> Sweep {
        let minute = at.0.div_euclid(MINUTE);
        let mut found = Sweep::default();
        self.forms.for_each(|(account, form), pulse| {
            let Some(attacked) = pulse.attacked else { return };
            let Some(settings) = settings(*account, *form) else { return };
            pulse.roll(minute);
            if pulse.is_high(0.5, &settings) {
                found.under_attack.push((*account, *form, at.plus(CALM)));
            } else if at.since(attacked) < CALM {
                found.under_attack.push((*account, *form, attacked.plus(CALM)));
            } else {
                pulse.attacked = None;
                found.ended.push((*account, *form));
            }
        });
        found
    }

    /// Switches attack mode on until a moment, for what another node or the owner has seen.
    pub fn force(&self, account: AccountId, form: Option<FormId>, at: Timestamp, until: Timestamp) {
        let minute = at.0.div_euclid(MINUTE);
        self.forms.with((account, form), || Pulse::new(minute), |pulse| pulse.forced = Some(until));
    }
}

impl Pulse {
    fn new(minute: i64) -> Self {
        Self { minutes: [0; 10], minute, average: 0.0, attacked: None, forced: None }
    }

    fn roll(&mut self, minute: i64) {
        let passed = (minute - self.minute).max(0);
        if passed == 0 {
            return;
        }
        // An attack must not become the new normal while it lasts.
        if self.attacked.is_none() {
            let rate = f64::from(self.rate());
            let forgotten = 1.0 - (1.0 - FORGET_PER_MINUTE).powf(passed as f64);
            let seen = if passed >= 10 { 0.0 } else { rate };
            self.average += (seen - self.average) * forgotten;
        }
        for gone in 1..=passed.min(10) {
            self.minutes[((self.minute + gone).rem_euclid(10)) as usize] = 0;
        }
        self.minute = minute;
    }

    fn rate(&self) -> u32 {
        self.minutes.iter().sum()
    }

    fn is_high(&self, share: f64, settings: &GuardSettings) -> bool {
        if settings.attack_floor == 0 {
            return false;
        }
        let line = f64::from(settings.attack_floor).max(self.average * f64::from(settings.attack_factor));
        f64::from(self.rate()) > line * share
    }

    fn judge(&mut self, at: Timestamp, settings: &GuardSettings) -> (bool, Option<Turn>) {
        let was = self.attacked.is_some();
        if self.is_high(if was { 0.5 } else { 1.0 }, settings) {
            self.attacked = Some(at);
        } else if !self.is_attacked(at, settings) {
            self.attacked = None;
        }
        let now = self.attacked.is_some();
        let turn = match (was, now) {
            (false, true) => Some(Turn::Began),
            (true, false) => Some(Turn::Ended),
            _ => None,
        };
        (now || self.is_forced(at), turn)
    }

    fn is_attacked(&self, at: Timestamp, settings: &GuardSettings) -> bool {
        self.is_forced(at) || self.attacked.is_some_and(|since| at.since(since) < CALM || self.is_high(0.5, settings))
    }

    fn is_forced(&self, at: Timestamp) -> bool {
        self.forced.is_some_and(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(bursts: &Bursts, from: i64, until: i64, every_ms: i64) -> Vec<(i64, Turn)> {
        let settings = GuardSettings::default();
        let mut turns = Vec::new();
        let mut ms = from * 1000;
        while ms < until * 1000 {
            let (_, turn) = bursts.count(AccountId(1), None, Timestamp(ms * 1000), &settings);
            turns.extend(turn.map(|t| (ms / 1000, t)));
            ms += every_ms;
        }
        turns
    }

    #[test]
    fn a_burst_switches_on_once_and_off_once() {
        let bursts = Bursts::new(10);
        assert!(run(&bursts, 0, 7200, 20_000).is_empty(), "an ordinary day");
        let turns = run(&bursts, 7200, 9000, 500);
        assert_eq!(turns.len(), 1, "{turns:?}");
        assert_eq!(turns[0].1, Turn::Began);
        assert!(turns[0].0 < 7260, "within a minute: {turns:?}");
        let turns = run(&bursts, 9000, 12_000, 20_000);
        assert_eq!(turns.len(), 1, "{turns:?}");
        assert_eq!(turns[0].1, Turn::Ended);
    }

    #[test]
    fn an_attack_that_stops_dead_is_found_to_be_over_once() {
        let bursts = Bursts::new(10);
        let settings = GuardSettings::default();
        let sweep = |s: i64| bursts.sweep(Timestamp(s * 1_000_000), |_, _| Some(&settings));
        assert_eq!(run(&bursts, 0, 100, 500).len(), 1);
        assert_eq!(sweep(110).under_attack.len(), 1);
        let later = sweep(1_200);
        assert_eq!((later.ended.len(), later.under_attack.len()), (1, 0));
        assert!(sweep(1_201).ended.is_empty());
    }

    #[test]
    fn a_busy_form_is_not_under_attack_for_being_busy() {
        let bursts = Bursts::new(10);
        // Grows over two days to six a second in steps that stay below the factor.
        let mut from = 0;
        for every_ms in [20_000, 10_000, 7_000] {
            assert!(run(&bursts, from, from + 48 * 3600, every_ms).is_empty(), "{every_ms}");
            from += 48 * 3600;
        }
        assert!(run(&bursts, from, from + 3600, 2_000).is_empty(), "three times as busy as usual");
    }

    #[test]
    fn attack_mode_can_be_forced_and_ends_by_itself() {
        let bursts = Bursts::new(10);
        let settings = GuardSettings::default();
        bursts.force(AccountId(1), None, Timestamp(0), Timestamp(10_000_000));
        assert!(bursts.under_attack(AccountId(1), None, Timestamp(5_000_000), &settings));
        assert!(!bursts.under_attack(AccountId(1), None, Timestamp(11_000_000), &settings));
    }
}
