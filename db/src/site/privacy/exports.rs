//! What has left the site as a file stands in the operator log: from then on nobody here rules over it.

use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, change};

/// Longest description of what was exported, in bytes: the address of a list with a long filter. What is longer is cut.
const WHAT_LENGTH_MAX: usize = 1_000;

impl Site {
    /// Notes that an operator takes a list along, before any of it leaves. `what` is its address, filter and all; like every
    /// detail of a change it is forgotten when the time of the log is over.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn note_export(&self, actor: &Actor<'_>, what: &str) -> Result<(), SiteError> {
        let what = what.get(..what.floor_char_boundary(WHAT_LENGTH_MAX)).unwrap_or_default();
        self.write(Wakes::Changes, |db| change::begin(db, actor, "export", what).map(drop))
    }
}
