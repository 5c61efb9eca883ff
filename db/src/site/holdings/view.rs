//! The cards of a person over time, read.

use access::time::Window;
use access::uid::Uid;

use crate::site::cards::state;
use crate::site::{CardKind, PersonId, Site, SiteError, row};

/// A time for which a person has, had or will have a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldingView {
    /// The card.
    pub uid: Uid,
    /// Its kind.
    pub kind: CardKind,
    /// The kind whose conditions bind meanwhile, if not its own.
    pub as_kind: Option<CardKind>,
    /// From when until when.
    pub window: Window,
}

impl Site {
    /// The holdings of a person as they are recorded now, the one that begins last first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn holdings_of(&self, person: PersonId, limit: u32) -> Result<Vec<HoldingView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT h.uid, c.kind, h.as_kind, h.from_s, h.until_s FROM holding h JOIN card c ON c.uid = h.uid
                 WHERE h.person = $1 AND h.until IS NULL
                 ORDER BY h.from_s IS NULL, h.from_s DESC, h.id DESC LIMIT $2",
            )?;
            row::all(statement.query((person.0, row::limit_of(limit)))?, |row| {
                Ok(HoldingView {
                    uid: row::uid(row, 0)?,
                    kind: state::kind(row, 1)?,
                    as_kind: state::kind_or_none(row, 2)?,
                    window: row::window(row, 3)?,
                })
            })
        })
    }
}
