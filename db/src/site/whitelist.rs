//! What a door must know, compiled as of any generation.

use access::entry::Entry;
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;

use super::{Site, SiteError};

impl Site {
    /// The number of the newest change; 0 if nothing has been changed yet.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn latest(&self) -> Result<Generation, SiteError> {
        Err(SiteError::Busy)
    }

    /// The entries of a door as of a generation, ordered by the bytes of their numbers. `only` asks for
    /// these cards alone; one that is not listed is left out.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn entries(&self, door: &DoorId, only: Option<&[Uid]>, as_of: Generation) -> Result<Vec<Entry>, SiteError> {
        let _ = (door, only, as_of);
        Err(SiteError::Busy)
    }

    /// Hands every entry of a door to `take`, one by one, for lists that are too large to hold.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn for_each_entry(&self, door: &DoorId, as_of: Generation, take: impl FnMut(Entry)) -> Result<(), SiteError> {
        let _ = (door, as_of, take);
        Err(SiteError::Busy)
    }

    /// The pairs of door and card whose entry may differ between two generations, each once.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn touched(&self, after: Generation, through: Generation) -> Result<Vec<(DoorId, Uid)>, SiteError> {
        let _ = (after, through);
        Err(SiteError::Busy)
    }
}
