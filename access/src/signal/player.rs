//! What is lit at which moment.
//!
//! ```text
//!   a signal that is shown once      beats all, and is over with its pattern
//!   the warning                      goes on until it is stopped
//!   the idle signal                  while there is nothing else
//! ```

use alloc::vec::Vec;

use super::Signal;
use super::pattern::{Lamps, Pattern};
use super::set::SignalSet;
use crate::time::MonoMs;

/// The lamps and the buzzer of one reader.
#[derive(Debug, Clone)]
pub struct Player {
    patterns: Vec<(Signal, Pattern)>,
    once: Option<Shown>,
    warning: Option<Shown>,
    idle: Option<Shown>,
}

#[derive(Debug, Clone, Copy)]
struct Shown {
    signal: Signal,
    since: MonoMs,
}

impl Player {
    /// Dark and silent.
    #[must_use]
    pub fn new(signals: &SignalSet) -> Self {
        let mut player = Self { patterns: Vec::new(), once: None, warning: None, idle: None };
        player.set(signals);
        player
    }

    /// From now on these patterns hold.
    pub fn set(&mut self, signals: &SignalSet) {
        self.patterns = Signal::ALL.into_iter().map(|signal| (signal, signals.pattern(signal))).collect();
    }

    /// Shows a signal from now on. One that is shown once begins anew; the warning and an idle signal that are shown
    /// already go on.
    pub fn start(&mut self, signal: Signal, now: MonoMs) {
        let shown = Shown { signal, since: now };
        let place = match signal {
            Signal::HeldWarning => &mut self.warning,
            signal if signal.is_idle() => &mut self.idle,
            _ => {
                self.once = Some(shown);
                return;
            }
        };
        if place.is_none_or(|already| already.signal != signal) {
            *place = Some(shown);
        }
    }

    /// Ends a signal that is being shown.
    pub fn stop(&mut self, signal: Signal) {
        for place in [&mut self.once, &mut self.warning, &mut self.idle] {
            if place.is_some_and(|shown| shown.signal == signal) {
                *place = None;
            }
        }
    }

    /// What an idle door shows from now on.
    pub fn idle(&mut self, signal: Option<Signal>, now: MonoMs) {
        match signal {
            Some(signal) => self.start(signal, now),
            None => self.idle = None,
        }
    }

    /// The signal that is being shown.
    #[must_use]
    pub fn signal(&self, now: MonoMs) -> Option<Signal> {
        self.shown(now).map(|shown| shown.signal)
    }

    /// What is lit now.
    #[must_use]
    pub fn lamps(&self, now: MonoMs) -> Lamps {
        self.step(now).map_or(Lamps::NONE, |(lamps, _)| lamps)
    }

    /// When to look at [`Player::lamps`] again, if nothing is started or stopped before.
    #[must_use]
    pub fn deadline(&self, now: MonoMs) -> Option<MonoMs> {
        self.step(now).map(|(_, until)| until)
    }

    fn shown(&self, now: MonoMs) -> Option<Shown> {
        let runs = |shown: &Shown| now.since(shown.since) < self.pattern(shown.signal).map_or(0, Pattern::length_ms);
        self.once.filter(runs).or(self.warning).or(self.idle)
    }

    fn step(&self, now: MonoMs) -> Option<(Lamps, MonoMs)> {
        let shown = self.shown(now)?;
        let pattern = self.pattern(shown.signal)?;
        // A signal that is shown once is shorter than its length here, so this is for those that repeat.
        let mut into_ms = now.since(shown.since).checked_rem(pattern.length_ms())?;
        for step in &pattern.0 {
            match into_ms.checked_sub(u64::from(step.ms)) {
                Some(rest) => into_ms = rest,
                None => return Some((step.lamps, now + (u64::from(step.ms) - into_ms))),
            }
        }
        None
    }

    fn pattern(&self, signal: Signal) -> Option<&Pattern> {
        self.patterns.iter().find(|(of, _)| *of == signal).map(|(_, pattern)| pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString as _};
    use std::vec;

    /// What is lit, told at each deadline.
    fn played(player: &Player, from: u64, until: u64) -> String {
        let (mut now, mut told) = (MonoMs(from), Vec::new());
        while now.0 < until {
            let next = player.deadline(now).unwrap_or(MonoMs(until));
            assert!(next > now, "a deadline that has passed");
            told.push(std::format!("{}{}", player.lamps(now), next.since(now)));
            now = next;
        }
        told.join(" ")
    }

    #[test]
    fn a_signal_is_shown_once_over_the_idle_one() {
        let mut player = Player::new(&SignalSet::default());
        assert_eq!(player.deadline(MonoMs(0)), None);
        player.idle(Some(Signal::IdleLockedDown), MonoMs(0));
        player.start(Signal::Denied, MonoMs(2_000));
        assert_eq!(played(&player, 2_000, 2_750), "RB300 .150 RB300");
        assert_eq!(player.signal(MonoMs(2_750)), Some(Signal::IdleLockedDown));
        assert_eq!(played(&player, 4_000, 6_000), "R300 .1700");
        player.idle(None, MonoMs(6_000));
        assert_eq!((player.lamps(MonoMs(6_000)), player.deadline(MonoMs(6_000))), (Lamps::NONE, None));
    }

    #[test]
    fn the_warning_goes_on_until_it_is_stopped_and_lets_a_tap_be_answered() {
        let mut player = Player::new(&SignalSet::default());
        player.start(Signal::HeldWarning, MonoMs(0));
        player.start(Signal::HeldWarning, MonoMs(500));
        assert_eq!(played(&player, 0, 1_200), "RB300 .300 RB300 .300");
        player.start(Signal::Granted, MonoMs(1_200));
        assert_eq!(player.signal(MonoMs(1_200)), Some(Signal::Granted));
        assert_eq!(player.signal(MonoMs(9_999)), Some(Signal::HeldWarning));
        player.stop(Signal::HeldWarning);
        assert_eq!(player.signal(MonoMs(9_999)), None);
    }

    #[test]
    fn the_patterns_of_the_site_are_played() {
        let own = SignalSet(vec![(Signal::Granted, Pattern::parse("G50 .60").unwrap())]);
        let mut player = Player::new(&own);
        player.start(Signal::Granted, MonoMs(10));
        assert_eq!(played(&player, 10, 120), own.pattern(Signal::Granted).to_string());
    }
}
