//! Doors: their keys, what they shall be, and how they are.

use access::envelope::DoorKey;
use access::id::DoorId;
use access::state::{DoorSettings, DoorState, Mode};
use access::time::{ClockTrust, UtcMs, UtcS};
use access::whitelist::{Generation, WhitelistId};

use super::{Actor, Site, SiteError};

/// A door to be added.
#[derive(Clone)]
pub struct NewDoor {
    /// Its name on the wire, never given to another door.
    pub id: DoorId,
    /// What people call it.
    pub name: String,
    /// Its first key; gets key id 1.
    pub key: DoorKey,
    /// How it is set up.
    pub settings: DoorSettings,
}

/// A door as it should be and as it last said it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorView {
    /// Its name on the wire.
    pub id: DoorId,
    /// What people call it.
    pub name: String,
    /// How it is set up.
    pub settings: DoorSettings,
    /// The mode that is wanted.
    pub mode: Mode,
    /// Until when that mode is wanted.
    pub mode_until: Option<UtcS>,
    /// Whether it is connected.
    pub online: bool,
    /// When it last told anything.
    pub last_seen: Option<UtcMs>,
    /// The agent's version.
    pub agent: Option<String>,
    /// The whitelist that the controller last compiled for it.
    pub wanted: Option<WhitelistId>,
    /// The whitelist that it has in force.
    pub in_force: Option<WhitelistId>,
    /// The change that set mode and settings.
    pub wanted_state: Generation,
    /// The state that it has in force.
    pub state_in_force: Option<Generation>,
    /// The newest event of its journal.
    pub journal_head: Option<u64>,
    /// Through which event it has been acknowledged.
    pub journal_acknowledged: Option<u64>,
    /// Whether its reader answers.
    pub reader: Option<bool>,
    /// Whether its lock is released.
    pub lock_released: Option<bool>,
    /// Whether its contact is open.
    pub contact_open: Option<bool>,
    /// How far its clock is ahead of the controller's, with the way of the message in it.
    pub clock_offset_ms: Option<i64>,
    /// How far it trusts its clock.
    pub trust: Option<ClockTrust>,
    /// Messages that it refused since its boot.
    pub messages_refused: Option<u32>,
    /// The epoch of its journal.
    pub epoch: Option<u64>,
    /// Its boot, which a command must name.
    pub boot: Option<u64>,
    /// Its session, which a command must name.
    pub session: Option<u64>,
    /// The mode that it has in force.
    pub mode_in_force: Option<Mode>,
}

impl Site {
    /// Adds a door in mode normal.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if there is a door of this name.
    pub fn add_door(&self, actor: &Actor<'_>, door: NewDoor) -> Result<(), SiteError> {
        let _ = (actor, door);
        Err(SiteError::Busy)
    }

    /// One of a door's keys; none if the door or the key is unknown.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn door_key(&self, door: &DoorId, key_id: u32) -> Result<Option<DoorKey>, SiteError> {
        let _ = (door, key_id);
        Err(SiteError::Busy)
    }

    /// All keys of all doors.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn door_keys(&self) -> Result<Vec<(DoorId, u32, DoorKey)>, SiteError> {
        Err(SiteError::Busy)
    }

    /// Sets how a door behaves. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn set_mode(&self, actor: &Actor<'_>, door: &DoorId, mode: Mode, until: Option<UtcS>) -> Result<(), SiteError> {
        let _ = (actor, door, mode, until);
        Err(SiteError::Busy)
    }

    /// Sets a door up. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Invalid`] for a release outside its bounds.
    pub fn set_settings(&self, actor: &Actor<'_>, door: &DoorId, settings: DoorSettings) -> Result<(), SiteError> {
        let _ = (actor, door, settings);
        Err(SiteError::Busy)
    }

    /// All doors, by name on the wire.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn doors(&self) -> Result<Vec<DoorView>, SiteError> {
        Err(SiteError::Busy)
    }

    /// One door.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn door(&self, door: &DoorId) -> Result<DoorView, SiteError> {
        let _ = door;
        Err(SiteError::Busy)
    }

    /// What a door shall be, as of a generation; its own generation is the change that set it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] if the door did not exist then.
    pub fn door_state(&self, door: &DoorId, as_of: Generation) -> Result<DoorState, SiteError> {
        let _ = (door, as_of);
        Err(SiteError::Busy)
    }
}
