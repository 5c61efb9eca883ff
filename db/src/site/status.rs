//! How doors are: the controller writes it, pages read it with the doors.

use access::envelope::Header;
use access::id::DoorId;
use access::message::Status;
use access::time::UtcMs;
use access::whitelist::{Generation, WhitelistId};

use super::{Site, SiteError};

impl Site {
    /// Notes how a door says it is, and that it is online. The caller has checked that the message is
    /// newer than [`Site::freshness`].
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door, [`SiteError::Invalid`] for an agent's name that is too long.
    pub fn record_status(
        &self,
        door: &DoorId,
        header: &Header,
        status: &Status,
        received: UtcMs,
    ) -> Result<(), SiteError> {
        let _ = (door, header, status, received);
        Err(SiteError::Busy)
    }

    /// Notes that a door is away. With a session, only if that is the door's current one: the last will
    /// of an old connection may come after the new connection. Without, the controller itself has lost
    /// the door. Says whether the door was online until now.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn record_offline(&self, door: &DoorId, session: Option<u64>, at: UtcMs) -> Result<bool, SiteError> {
        let _ = (door, session, at);
        Err(SiteError::Busy)
    }

    /// Notes what the controller has compiled for doors, so that pages can compare it with what is in
    /// force.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door.
    pub fn record_wanted(&self, wanted: &[(DoorId, WhitelistId, Generation)]) -> Result<(), SiteError> {
        let _ = wanted;
        Err(SiteError::Busy)
    }

    /// Epoch, boot and sequence of the newest status that was recorded; none if there was none.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn freshness(&self, door: &DoorId) -> Result<Option<(u64, u64, u64)>, SiteError> {
        let _ = door;
        Err(SiteError::Busy)
    }

    /// The controller's boot number: more than any before, and at least the time in milliseconds, so
    /// that it stays ahead of what doors have seen even if an old database is restored.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn next_boot(&self, at: UtcMs) -> Result<u64, SiteError> {
        let _ = at;
        Err(SiteError::Busy)
    }
}
