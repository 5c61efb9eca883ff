//! What a door shall be, composed of all that bears on it, as of any change.
//!
//! ```text
//! door_setting ───────────────────────────┐
//! mode_order ─────────────────────────────┤
//! lockdown of the door ───────────────────┤
//! lockdown of an area ──▶ area_door ──────┼──▶ DoorState, of the newest change that touched any of it
//! lockdown of the site ───────────────────┤
//! area_passback of where it leads ────────┤
//! the site's zone and signals ────────────┘
//! ```
//!
//! Which changes touched which door's state is written with each change, by [`touch`], so no edit can forget it.
//!
//! | module | subject |
//! | --- | --- |
//! | `compose` | the state itself |
//! | `touched` | whose state a change touched |

use access::id::DoorId;
use access::state::DoorState;
use access::whitelist::Generation;

use super::{Site, SiteError, row, whitelist};

mod compose;
mod touched;

pub(super) use compose::of;
pub(super) use touched::touch;

impl Site {
    /// What a door shall be, as of a change; its own generation is the newest change that touched any of it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] if the door did not exist then.
    pub fn door_state(&self, door: &DoorId, as_of: Generation) -> Result<DoorState, SiteError> {
        self.read(|db| {
            let number = row::need_door(db, door)?;
            let mut found = of(db, Some(&[number]), row::generation(as_of))?;
            found.pop().map(|(_, state)| state).ok_or_else(|| SiteError::not_found("door", door))
        })
    }

    /// The same for several doors, or for all, by name on the wire; those that did not exist then are left out.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door.
    pub fn door_states(
        &self,
        only: Option<&[DoorId]>,
        as_of: Generation,
    ) -> Result<Vec<(DoorId, DoorState)>, SiteError> {
        self.read(|db| {
            let names = whitelist::Doors::read(db)?;
            let only = only.map(|doors| names.numbers(doors)).transpose()?;
            let found = of(db, only.as_deref(), row::generation(as_of))?;
            let mut named = found
                .into_iter()
                .map(|(door, state)| Ok((names.name(door)?.clone(), state)))
                .collect::<Result<Vec<_>, SiteError>>()?;
            named.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            Ok(named)
        })
    }

    /// The doors whose state the changes after one generation, through another, have touched, by name on the wire.
    /// Costs what they touched.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn states_touched(&self, after: Generation, through: Generation) -> Result<Vec<DoorId>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT DISTINCT d.id FROM state_change c JOIN door d ON d.number = c.door
                 WHERE c.change > $1 AND c.change <= $2 ORDER BY d.id",
            )?;
            let rows = statement.query((row::generation(after), row::generation(through)))?;
            row::all(rows, |r| row::door(r, 0))
        })
    }
}
