//! Which mode is in force, by the door's own clock.
//!
//! It is looked at when the controller tells something, at the start, and each second: what ends, ends also while
//! nobody can tell the door.

use access::door::{Drive, Input, JOURNAL_WAIT_MS};
use access::event::ModeCause;
use access::mode::{Mode, Moment, Unlock};
use access::passage::Side;
use access::time::{At, ClockTrust, MonoMs, UtcMs, UtcS};

use super::{DoorLoop, Shared};

/// From one look to the next, in milliseconds: schedules and orders are of whole seconds. A lock that is held is told
/// so each time, and rests by itself if this loop hangs.
const LOOK_EVERY_MS: u64 = 1_000;

/// A gap between two looks, in seconds, within which a schedule may have ended and begun anew unseen: they are of
/// whole minutes.
const UNSEEN_S: i64 = 60;

/// Whether somebody has come in since the schedule began that unlocks the door.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FirstPerson {
    /// When a card was last granted for it, or before that if the door knows of none.
    pub(super) at: Option<UtcMs>,
    /// Whether that still counts.
    is_in: bool,
    looked: Option<UtcS>,
    /// Not on the disk yet.
    pub(super) unsaved: Option<UtcMs>,
}

impl FirstPerson {
    /// As the disk has it.
    pub(crate) fn known(at: Option<UtcMs>) -> Self {
        Self { at, ..Self::default() }
    }
}

impl DoorLoop {
    /// Looks at the clock, the state and the schedules, and puts another mode in force if they say so.
    pub(super) fn look_at_mode(&mut self, cause: ModeCause, shared: &mut Shared) {
        let at = self.clock.at();
        self.facts.mode_due = at.mono + LOOK_EVERY_MS;
        self.look_at_first_person(at.utc.second(), cause != ModeCause::Time);
        let moment = Moment {
            at: at.utc.second(),
            trust: at.trust,
            sure: self.clock.is_sure(),
            calendar: &self.facts.calendar,
            first_person_is_in: self.facts.first_person.is_in,
        };
        let mode = self.facts.state.mode_at(&moment);
        let before = std::mem::replace(&mut self.facts.mode, mode);
        let cause = match cause {
            ModeCause::Time if mode == Mode::Unlocked && self.facts.first_person_came => ModeCause::FirstPerson,
            cause => cause,
        };
        self.facts.first_person_came = false;
        if mode != before || cause == ModeCause::Start {
            self.handle(Input::Mode(mode, cause), shared);
        } else if self.facts.held_released {
            self.drive(Drive::Hold);
        }
    }

    /// When to look next.
    pub(super) fn mode_deadline(&self) -> MonoMs {
        self.facts.mode_due
    }

    /// A card was granted. Where the schedule waits for somebody, this is who it waited for: the door is unlocked once
    /// that grant is in the journal, and at the latest after the time for which a release waits for it.
    pub(super) fn somebody_came(&mut self, side: Side, at: At) {
        let waits =
            |unlock: &Unlock| unlock.first_person_in && self.facts.calendar.holds(unlock.schedule, at.utc.second());
        let waits = self.facts.state.settings.unlock.as_ref().is_some_and(waits);
        let first = &mut self.facts.first_person;
        if !waits || side != Side::In || first.is_in || at.trust == ClockTrust::Unknown {
            return;
        }
        (first.at, first.is_in, first.unsaved) = (Some(at.utc), true, Some(at.utc));
        self.facts.first_person_came = true;
        self.facts.mode_due = self.facts.mode_due.min(at.mono + JOURNAL_WAIT_MS);
    }

    /// Whoever came first counts for as long as the schedule holds without a break.
    fn look_at_first_person(&mut self, now: UtcS, anew: bool) {
        let unlock = self.facts.state.settings.unlock;
        let first = &mut self.facts.first_person;
        let unseen = first.looked.is_none_or(|looked| !(looked.0..looked.0 + UNSEEN_S).contains(&now.0));
        first.looked = Some(now);
        first.is_in = match (unlock, first.at) {
            (Some(unlock), Some(at)) if anew || unseen => {
                self.facts.calendar.held_since(unlock.schedule, at.second(), now)
            }
            (Some(unlock), Some(_)) => first.is_in && self.facts.calendar.holds(unlock.schedule, now),
            _ => false,
        };
    }
}
