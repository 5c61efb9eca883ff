//! The two small streams of desired state: what a door shall be, and how far cards have counted.
//!
//! Each has its own generation, so that a lockdown never waits behind whitelist chunks and a tap's
//! counter never moves the whitelist.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Zone};
use crate::mode::{Lockdown, Mode, Moment, Order, mode};
use crate::passage::Passback;
use crate::settings::{DoorSettings, SettingsError};
use crate::signal::SignalSet;
use crate::time::UtcS;
use crate::uid::Uid;
use crate::whitelist::Generation;

/// What a door shall be, for the time being. Small, and sent whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorState {
    /// Counted by the site's changes, like a whitelist's, but compared only with its own kind.
    pub generation: Generation,
    /// What an operator has ordered for this door.
    pub order: Option<Order>,
    /// What has been ordered for this door, an area of it or the site in a threat.
    pub lockdown: Option<Lockdown>,
    /// How this door is set up.
    pub settings: DoorSettings,
    /// The site's civil time, for the hour at which passages are forgiven.
    pub zone: Zone,
    /// The rules of the areas that it leads into; at most [`Passback::RULES_MAX`].
    pub passback: Vec<Passback>,
    /// How it speaks to people.
    pub signals: SignalSet,
}

impl Default for DoorState {
    /// What a door is before it has been told anything.
    fn default() -> Self {
        Self {
            generation: Generation(0),
            order: None,
            lockdown: None,
            settings: DoorSettings::default(),
            zone: Calendar::empty().zone,
            passback: Vec::new(),
            signals: SignalSet::default(),
        }
    }
}

impl DoorState {
    /// Whether the door knows how it is set up. Until then a list is worth nothing: the reading that it is meant for, how old
    /// it may be and a lockdown may all be still on their way.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.generation != Generation(0)
    }

    /// The mode that holds.
    #[must_use]
    pub fn mode_at(&self, moment: &Moment<'_>) -> Mode {
        mode(self.lockdown, self.order, self.settings.unlock, moment)
    }

    /// Whether the door is locked down at this second. It is the one mode that a decision depends on, and needs no
    /// schedules.
    #[must_use]
    pub fn is_locked_down(&self, at: UtcS) -> bool {
        self.lockdown.is_some_and(|lockdown| lockdown.holds(at))
    }

    /// Checks the bounds that the types cannot express.
    ///
    /// # Errors
    /// The first value that is out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.settings.check()?;
        if self.passback.len() > Passback::RULES_MAX {
            return Err(SettingsError("passback"));
        }
        self.zone.check().map_err(|_| SettingsError("zone"))?;
        self.signals.check().map_err(|_| SettingsError("signals"))
    }
}

/// Most counters in one message.
pub const COUNTERS_MAX: usize = 4_000;

/// How far the rolling counters of some cards have come, as other doors have seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The stream's own generation after this message.
    pub generation: Generation,
    /// At most [`COUNTERS_MAX`]. A counter never goes back, so their order does not matter.
    pub counters: Vec<Counter>,
}

/// The rolling counter of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The chip.
    pub uid: Uid,
    /// Which encoding of it: a newer one begins anew.
    pub issue: u8,
    /// The highest value that has been committed.
    pub value: u32,
    /// The nonce that stands beside that value on the card.
    pub nonce: u16,
}
