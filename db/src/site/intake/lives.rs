//! What a tap means in the life of its card: a card that is lost is seen again, or a new card takes over.

use access::decide::Decision;
use access::event::Event;
use access::time::ClockTrust;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::Connection;

use super::clones::{SYSTEM, Tap};
use crate::site::alarms::{self, Raised};
use crate::site::cards::state;
use crate::site::life::{Cause, Transition};
use crate::site::{Actor, Life, SiteError, cards, inactivity, renewal, reports, row};

/// Takes what a tap says about the card's life, whatever the door decided and why.
pub(super) fn tapped(db: &Connection, tap: &Tap<'_>, event: &Event, decision: &Decision) -> Result<(), SiteError> {
    let Some(card) = state::find(db, tap.uid)? else { return Ok(()) };
    let kind = match (card.life, card.cause) {
        (Life::Blocked | Life::Retired, Cause::Lost) => "lost-card-used",
        (Life::Blocked | Life::Retired, Cause::Stolen) => "stolen-card-used",
        (Life::Suspended, Cause::Forgotten) => "forgotten-card-used",
        _ => {
            if decision.granted() {
                // A clock that nobody vouches for may say anything, and no door knows of tomorrow.
                let known = if event.trust == ClockTrust::Unknown { tap.received } else { event.utc };
                let known = known.min(tap.received);
                inactivity::used(db, tap.uid, known)?;
                reports::used(db, tap.uid, tap.door, known)?;
                let system = Actor { operator: SYSTEM, at: tap.received };
                let unused = (card.life, card.cause) == (Life::Suspended, Cause::Inactive);
                if unused && event.trust != ClockTrust::Unknown && was_in_use(db, tap, known)? {
                    cards::by_hand(db, &system, tap.uid, Transition::Resume, Cause::Mistake)?;
                }
                renewal::first_used(db, &system, tap.uid)?;
            }
            return Ok(());
        }
    };
    // A tap of its holder in the morning, told by a door that was away, accuses nobody. A clock that nobody
    // vouches for excuses nobody either.
    if event.trust == ClockTrust::Synchronised && event.utc < since(db, tap.uid)? {
        return Ok(());
    }
    let raised =
        Raised { door: Some(tap.door), event: Some(tap.event), uid: Some(tap.uid), ..Raised::new(kind, tap.received) };
    alarms::raise(db, &raised)
}

/// Whether a use that is told late shows that the card was paused for nothing. One after it was paused does not: a door
/// that had not heard of it must not make a card that was lost unnoticed good everywhere.
fn was_in_use(db: &Connection, tap: &Tap<'_>, used: UtcMs) -> Result<bool, SiteError> {
    Ok(used < since(db, tap.uid)? && inactivity::in_time(db, used, tap.received)?)
}

/// Since when the card is out of use for that cause. A lost card that retires later has been lost since before.
fn since(db: &Connection, uid: &Uid) -> Result<UtcMs, SiteError> {
    let at: i64 = row::prepare(
        db,
        "SELECT MIN(h.at_ms) FROM card_state now
         JOIN card_state same ON same.uid = now.uid AND same.cause = now.cause
         JOIN change h ON h.number = same.since
         WHERE now.uid = $1 AND now.until IS NULL AND same.since > COALESCE((
             SELECT MAX(other.since) FROM card_state other
             WHERE other.uid = now.uid AND other.cause <> now.cause), 0)",
    )?
    .query_row([uid.as_bytes()], |row| row.get(0))?;
    Ok(UtcMs(at))
}
