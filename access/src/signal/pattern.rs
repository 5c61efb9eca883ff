//! Lamps and milliseconds.

use core::fmt::{self, Write as _};

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What is lit or sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lamps {
    /// The green lamp shines.
    pub green: bool,
    /// The red lamp shines.
    pub red: bool,
    /// The buzzer sounds.
    pub buzzer: bool,
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is lit or sounds.
    pub lamps: Lamps,
    /// For how long, in milliseconds.
    pub ms: u16,
}

/// Steps, one after the other. Those of an idle signal and of the warning begin anew when they are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern(pub Vec<Step>);

/// A pattern is out of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// See [`Pattern::STEPS_MAX`].
    #[error("a pattern has {0} steps; between 1 and {max} are allowed", max = Pattern::STEPS_MAX)]
    Steps(usize),
    /// See [`Pattern::STEP_MS_MIN`] and [`Pattern::STEP_MS_MAX`].
    #[error("a step of a pattern lasts {0} ms; between {min} and {max} are allowed",
        min = Pattern::STEP_MS_MIN, max = Pattern::STEP_MS_MAX)]
    StepMs(u16),
    /// It cannot be read.
    #[error("step {0} of a pattern cannot be read: write lamps and milliseconds, as in `G300 .100 RB200`")]
    Text(usize),
    /// A signal has two patterns.
    #[error("a signal has two patterns")]
    Twice,
}

impl Pattern {
    /// Most steps: nobody counts further.
    pub const STEPS_MAX: usize = 12;
    /// Shortest step, in milliseconds: less is not seen.
    pub const STEP_MS_MIN: u16 = 50;
    /// Longest step, in milliseconds: the pause of an idle signal.
    pub const STEP_MS_MAX: u16 = 5_000;

    /// Reads what [`Pattern`]'s `Display` writes: `G300 .100 RB200`.
    ///
    /// # Errors
    /// If it cannot be read, or passes a bound.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut steps = Vec::new();
        for (at, word) in text.split_whitespace().enumerate() {
            if at >= Self::STEPS_MAX {
                return Err(PatternError::Steps(text.split_whitespace().count()));
            }
            steps.push(Step::parse(word).ok_or(PatternError::Text(at + 1))?);
        }
        let pattern = Self(steps);
        pattern.check()?;
        Ok(pattern)
    }

    /// How long it lasts, in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        self.0.iter().map(|step| u64::from(step.ms)).sum()
    }

    /// Checks its bounds.
    ///
    /// # Errors
    /// The first that is passed.
    pub fn check(&self) -> Result<(), PatternError> {
        if self.0.is_empty() || self.0.len() > Self::STEPS_MAX {
            return Err(PatternError::Steps(self.0.len()));
        }
        let odd = self.0.iter().find(|step| !(Self::STEP_MS_MIN..=Self::STEP_MS_MAX).contains(&step.ms));
        odd.map_or(Ok(()), |step| Err(PatternError::StepMs(step.ms)))
    }
}

impl Step {
    fn parse(word: &str) -> Option<Self> {
        let digits = word.find(|c: char| c.is_ascii_digit())?;
        let (letters, ms) = word.split_at_checked(digits)?;
        Some(Self { lamps: Lamps::parse(letters)?, ms: ms.parse().ok()? })
    }
}

impl Lamps {
    /// Nothing.
    pub const NONE: Self = Self { green: false, red: false, buzzer: false };

    /// Whether anything shines.
    #[must_use]
    pub fn shine(self) -> bool {
        self.green || self.red
    }

    fn parse(letters: &str) -> Option<Self> {
        let mut lamps = Self::NONE;
        for letter in letters.strip_prefix('.').unwrap_or(letters).chars() {
            let lamp = match letter {
                'G' => &mut lamps.green,
                'R' => &mut lamps.red,
                'B' => &mut lamps.buzzer,
                _ => return None,
            };
            if core::mem::replace(lamp, true) {
                return None;
            }
        }
        // Nothing is written as a point, and a point says nothing else.
        ((lamps == Self::NONE) == letters.starts_with('.')).then_some(lamps)
    }
}

impl fmt::Display for Lamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = [(self.green, 'G'), (self.red, 'R'), (self.buzzer, 'B'), (*self == Self::NONE, '.')];
        letters.into_iter().filter(|(lit, _)| *lit).try_for_each(|(_, letter)| f.write_char(letter))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{}{}", step.lamps, step.ms)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString as _;

    fn any_pattern() -> impl Strategy<Value = Pattern> {
        let lamps = any::<(bool, bool, bool)>().prop_map(|(green, red, buzzer)| Lamps { green, red, buzzer });
        let step = (lamps, Pattern::STEP_MS_MIN..=Pattern::STEP_MS_MAX).prop_map(|(lamps, ms)| Step { lamps, ms });
        proptest::collection::vec(step, 1..=Pattern::STEPS_MAX).prop_map(Pattern)
    }

    proptest! {
        #[test]
        fn a_pattern_comes_back_from_its_text(pattern in any_pattern()) {
            prop_assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_step() {
        for (text, error) in [
            ("", PatternError::Steps(0)),
            ("G300 100", PatternError::Text(2)),
            ("GG300", PatternError::Text(1)),
            (".G300", PatternError::Text(1)),
            ("G", PatternError::Text(1)),
            ("G300 X100", PatternError::Text(2)),
            ("G70000", PatternError::Text(1)),
            ("G49", PatternError::StepMs(49)),
            ("G5001", PatternError::StepMs(5_001)),
            (&"G50 ".repeat(13), PatternError::Steps(13)),
        ] {
            assert_eq!(Pattern::parse(text), Err(error), "{text}");
        }
    }
}
