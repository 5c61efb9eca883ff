//! What is said about who is inside.

use std::fmt;

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;

use crate::site::PersonId;

/// A card that is inside an area.
#[derive(Clone, PartialEq, Eq)]
pub struct PresenceView {
    /// The card.
    pub uid: Uid,
    /// Who held it when it went in.
    pub person: Option<(PersonId, String)>,
    /// The door through which it went in, with what people call it.
    pub door: Option<(DoorId, String)>,
    /// When it went in.
    pub at: UtcMs,
}

/// Names stay out of logs.
impl fmt::Debug for PresenceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresenceView")
            .field("uid", &self.uid)
            .field("person", &self.person.as_ref().map(|(id, _)| id))
            .field("door", &self.door.as_ref().map(|(id, _)| id))
            .field("at", &self.at)
            .finish()
    }
}
