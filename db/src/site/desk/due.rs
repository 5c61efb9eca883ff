//! What the passing of time asks for. Doors end what is over by themselves; here the records follow.

use access::time::{UtcMs, UtcS};
use access::uid::Uid;
use rusqlite::Connection;

use super::types::{Due, HandOutEnd};
use super::{record, restore};
use crate::site::cards::state::{self, State};
use crate::site::life::Cause;
use crate::site::open::Wakes;
use crate::site::{Actor, CardKind, Life, Site, SiteError, cards, change, restore as site_restore, row};

/// Most hand-outs and most cards of one call: a change that other writers wait for.
const DUE_MAX: u32 = 500;

/// How long after its end a card stays as it was. Until then a window that was typed wrongly can be mended,
/// and its tap is told from one of an unknown card.
const RETIRES_AFTER_S: i64 = 30 * 86_400;

impl Site {
    /// Does what the passing of time asks for, at most some hundreds at once, in one change: ends hand-outs whose
    /// time is over and restores their originals, retires cards thirty days after their end and those that
    /// another card has taken over from at their end. If nothing is due there is no change. While a restored backup waits
    /// for a decision, hand-outs go on.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn end_due(&self, actor: &Actor<'_>, now: UtcMs) -> Result<Due, SiteError> {
        self.write(Wakes::Changes, |db| {
            let now = now.second();
            // Until somebody has decided about a restored backup, it is not known why an original is paused at doors.
            let outs = if site_restore::waits(db)? { Vec::new() } else { record::over(db, now, DUE_MAX)? };
            let old = old_cards(db, now)?;
            if outs.is_empty() && old.is_empty() {
                return Ok(Due::default());
            }
            let change = change::begin(db, actor, "cards-due", &format!("{} {}", outs.len(), old.len()))?;
            let mut due = Due { more: outs.len().max(old.len()) >= DUE_MAX as usize, ..Due::default() };
            for (backup, out) in outs {
                // Its holding has ended by its own window; exceptions of its holder must not wait for the next.
                cards::unlist_all(db, change, &backup)?;
                record::end(db, out.id, HandOutEnd::Ended)?;
                restore(db, change, &out, Cause::Ended)?;
                due.ended += 1;
            }
            for (uid, renewed) in old {
                retire(db, change, actor, &uid, renewed)?;
                due.retired += 1;
            }
            Ok(due)
        })
    }
}

/// Cards that are to retire, and whether another card took over from them.
fn old_cards(db: &Connection, now: UtcS) -> Result<Vec<(Uid, bool)>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT s.uid, EXISTS (
                    SELECT 1 FROM card c JOIN card_state n ON n.uid = c.uid AND n.until IS NULL
                    WHERE c.renews = s.uid AND n.life IN ('delivered', 'active', 'suspended')) AS renewed
         FROM card_state s
         WHERE s.until IS NULL AND s.life <> 'retired' AND s.until_s <= $1 AND (s.until_s <= $2 OR renewed)
         ORDER BY s.until_s, s.uid LIMIT $3",
    )?;
    let rows = statement.query((now.0, now.0.saturating_sub(RETIRES_AFTER_S), DUE_MAX))?;
    row::all(rows, |r| Ok((row::uid(r, 0)?, r.get(1)?)))
}

/// A card that was blocked keeps the cause: a tap of a lost one is an alarm for ever.
fn retire(db: &Connection, change: i64, actor: &Actor<'_>, uid: &Uid, renewed: bool) -> Result<(), SiteError> {
    let card = state::get(db, uid)?;
    let cause = match (card.life, renewed) {
        (Life::Blocked, _) => card.cause,
        (_, true) => Cause::Renewed,
        (_, false) => Cause::Ended,
    };
    state::set(db, change, uid, &State { life: Life::Retired, cause, ..card })?;
    match card.kind {
        CardKind::Backup => super::end_of_card(db, change, actor, uid, HandOutEnd::Ended),
        _ => Ok(()),
    }
}
