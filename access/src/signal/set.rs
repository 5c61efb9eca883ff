//! Which pattern a signal has, and which signals could be taken for each other.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::Signal;
use super::pattern::{Pattern, PatternError};
use super::rhythm::Rhythm;

/// The patterns of a site that differ from those that are built in; at most one of each signal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignalSet(pub Vec<(Signal, Pattern)>);

impl SignalSet {
    /// The pattern of this signal: the site's, or the one that is built in.
    #[must_use]
    pub fn pattern(&self, signal: Signal) -> Pattern {
        let own = self.0.iter().find(|(of, _)| *of == signal);
        own.map_or_else(|| built_in(signal), |(_, pattern)| pattern.clone())
    }

    /// Signals that a person who sees no colour and hears nothing could take for each other. A signal without any light
    /// is told as a pair with itself.
    ///
    /// Two rhythms can be told apart by how many flashes they have, up to four; beyond that there are just many. And by a
    /// flash, or a dark between two, that is at least twice as long as the other's. A pattern that repeats is known by
    /// the flashes between two of its pauses, and from another that repeats also by the length of the pause.
    #[must_use]
    pub fn confused(&self) -> Vec<(Signal, Signal)> {
        let rhythms = Signal::ALL.map(|signal| (signal, Rhythm::of(&self.pattern(signal), signal.repeats())));
        let mut confused = Vec::new();
        for (at, (one, rhythm)) in rhythms.iter().enumerate() {
            if rhythm.is_dark() {
                confused.push((*one, *one));
            }
            let others = rhythms.iter().skip(at + 1).filter(|(_, other)| rhythm.looks_like(other));
            confused.extend(others.map(|(other, _)| (*one, *other)));
        }
        confused
    }

    /// Checks the bounds of each pattern.
    ///
    /// # Errors
    /// The first that is passed.
    pub fn check(&self) -> Result<(), PatternError> {
        let twice = |(at, (signal, _)): (usize, &(Signal, Pattern))| {
            self.0.iter().take(at).any(|(earlier, _)| earlier == signal)
        };
        if self.0.iter().enumerate().any(twice) {
            return Err(PatternError::Twice);
        }
        self.0.iter().try_for_each(|(_, pattern)| pattern.check())
    }
}

/// Short flashes are of 100 ms, middling ones of 300, long ones of 900.
fn built_in(signal: Signal) -> Pattern {
    let text = match signal {
        Signal::Granted => "GB100 G800",
        Signal::EndsSoon => "GB100 G800 .150 GRB100 .150 GRB100",
        Signal::Denied => "RB300 .150 RB300",
        Signal::DeniedForGood => "RB900 .150 RB900 .150 RB900",
        Signal::TryAgain => "GRB100 .150 GR100 .150 GR100",
        Signal::SecondCard => "GB100 .150 G900",
        Signal::Busy => "GR100 .100 GR100 .100 GR100 .100 GR100 .100 GR100 .100 GR100",
        Signal::HeldWarning => "RB300 .300",
        Signal::Test => "GRB3000",
        Signal::IdleUnlocked => "G5000",
        Signal::IdleLockedDown => "R300 .1700",
        Signal::IdleOffline => "G100 .3900",
        Signal::IdleOutOfOrder => "R100 .200 R100 .2600",
    };
    Pattern::parse(text).unwrap_or_else(|_| Pattern(Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn with(changed: &[(Signal, &str)]) -> Vec<(Signal, Signal)> {
        let own = changed.iter().map(|(signal, text)| (*signal, Pattern::parse(text).unwrap()));
        SignalSet(own.collect()).confused()
    }

    #[test]
    fn what_is_built_in_can_be_told_apart_without_colour_and_without_sound() {
        assert_eq!(SignalSet::default().confused(), []);
        for signal in Signal::ALL {
            assert_eq!(built_in(signal).check(), Ok(()), "{}", signal.code());
        }
    }

    #[test]
    fn what_lasts_goes_on_and_the_rest_is_over_within_four_seconds() {
        for signal in Signal::ALL.into_iter().filter(|signal| !signal.repeats()) {
            assert!(built_in(signal).length_ms() <= 4_000, "{}", signal.code());
        }
    }

    #[test]
    fn an_idle_door_is_silent() {
        for signal in Signal::ALL.into_iter().filter(|signal| signal.is_idle()) {
            assert!(built_in(signal).0.iter().all(|step| !step.lamps.buzzer), "{}", signal.code());
        }
    }

    #[test]
    fn another_colour_or_a_sound_tells_nothing_apart() {
        assert_eq!(with(&[(Signal::Denied, "R900")]), [(Signal::Granted, Signal::Denied)]);
        assert_eq!(with(&[(Signal::Denied, "RB800")]), [(Signal::Granted, Signal::Denied)]);
        assert_eq!(with(&[(Signal::Denied, ".100 B100 R400 RB400 B900")]), [(Signal::Granted, Signal::Denied)]);
    }

    #[test]
    fn a_light_that_is_twice_as_long_is_told_apart_and_one_that_is_a_little_longer_is_not() {
        assert_eq!(with(&[(Signal::Denied, "R1500")]), [(Signal::Granted, Signal::Denied)]);
        assert_eq!(with(&[(Signal::Denied, "R1850"), (Signal::Test, "G5000 .5000 G5000")]), []);
    }

    #[test]
    fn nobody_counts_to_five() {
        let five = "R300 .300 R300 .300 R300 .300 R300 .300 R300";
        assert_eq!(with(&[(Signal::Denied, five)]), [(Signal::Denied, Signal::HeldWarning)]);
    }

    #[test]
    fn a_pattern_that_repeats_is_the_same_wherever_one_begins_to_look() {
        let turned = (Signal::IdleUnlocked, ".1000 R100 .200 R100 .1600");
        assert_eq!(with(&[turned]), [(Signal::IdleUnlocked, Signal::IdleOutOfOrder)]);
        let slower = (Signal::IdleUnlocked, "R100 .200 R100 .5000 .500");
        assert_eq!(with(&[slower]), []);
    }

    #[test]
    fn a_signal_without_light_cannot_be_seen() {
        assert_eq!(with(&[(Signal::Denied, "B900")]), vec![(Signal::Denied, Signal::Denied)]);
    }
}
