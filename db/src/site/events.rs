//! The central log, read.

use access::event::Event;
use access::id::DoorId;
use access::reason::Reason;
use access::time::UtcMs;
use access::uid::Uid;

use super::{PersonId, Site, SiteError};

/// Which events to show. Everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// At one of these doors; at any if empty.
    pub doors: Vec<DoorId>,
    /// With this card.
    pub uid: Option<Uid>,
    /// By the person who held the card at the event's time.
    pub person: Option<PersonId>,
    /// With this event code.
    pub code: Option<String>,
    /// Denied for this reason, perhaps among others.
    pub reason: Option<Reason>,
    /// From this instant on, by the door's clock.
    pub from: Option<UtcMs>,
    /// Before this instant, by the door's clock.
    pub until: Option<UtcMs>,
}

/// Where in the log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seek {
    /// The newest, newest first.
    #[default]
    Newest,
    /// Those before this id, newest first.
    Before(i64),
    /// Those after this id, oldest first.
    After(i64),
}

/// An event in the central log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    /// Counts up with the intake.
    pub id: i64,
    /// Where.
    pub door: DoorId,
    /// What people call that door.
    pub door_name: String,
    /// The epoch of its journal.
    pub epoch: u64,
    /// Its place there.
    pub sequence: u64,
    /// The event, with its card.
    pub event: Event,
    /// When the controller got it.
    pub received: UtcMs,
    /// Who held the card at the event's time.
    pub holder: Option<(PersonId, String)>,
    /// Whether it fits the chain of its door.
    pub link_ok: bool,
}

impl Site {
    /// Events of the central log.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door or too many doors.
    pub fn events(&self, filter: &EventFilter, seek: Seek, limit: u32) -> Result<Vec<EventView>, SiteError> {
        let _ = (filter, seek, limit);
        Err(SiteError::Busy)
    }
}
