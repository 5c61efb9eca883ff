//! Cards that nobody uses are suspended, so that one that was lost unnoticed does not open doors for ever.
//!
//! A card's time counts from its last granted tap, or from when it came into use or to its holder if that was later.

use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::Connection;

use super::life::{Cause, Transition};
use super::open::Wakes;
use super::{Actor, Site, SiteError, cards, change, row};

/// Fewest days: a holiday is no reason.
const DAYS_MIN: u32 = 14;

/// Most days: a card is valid for five years at most.
const DAYS_MAX: u32 = 1_830;

/// Most cards of one call: a change that other writers wait for.
const CARDS_MAX: u32 = 500;

impl Site {
    /// Sets after how many days without use a card is suspended; `None`: never. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `days` and `out-of-range`.
    pub fn set_inactivity(&self, actor: &Actor<'_>, days: Option<u32>) -> Result<(), SiteError> {
        if days.is_some_and(|days| !(DAYS_MIN..=DAYS_MAX).contains(&days)) {
            return Err(SiteError::invalid("days", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            if current(db)? == days {
                return Ok(());
            }
            let detail = days.map_or("off".to_owned(), |days| days.to_string());
            let change = change::begin(db, actor, "inactivity-set", &detail)?;
            row::prepare(db, "UPDATE inactivity_state SET until = $1 WHERE until IS NULL")?.execute([change])?;
            if let Some(days) = days {
                row::prepare(db, "INSERT INTO inactivity_state (days, since) VALUES ($1, $2)")?
                    .execute((days, change))?;
            }
            Ok(())
        })
    }

    /// After how many days without use a card is suspended; `None`: never.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn inactivity(&self) -> Result<Option<u32>, SiteError> {
        self.read(|db| current(db))
    }

    /// Suspends cards that were not used for so long, at most `limit` of them in one change, and says how many they
    /// were. If there is none, or no such time is set, there is no change.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn suspend_inactive(&self, actor: &Actor<'_>, at: UtcMs, limit: u32) -> Result<u32, SiteError> {
        // Most of the time nothing is due, which is seen without keeping others from writing.
        let limit = limit.min(CARDS_MAX);
        if self.read(|db| unused(db, at, 1))?.is_empty() {
            return Ok(0);
        }
        self.write(Wakes::Changes, |db| {
            let cards = unused(db, at, limit)?;
            if cards.is_empty() {
                return Ok(0);
            }
            let change = change::begin(db, actor, "cards-inactive", &cards.len().to_string())?;
            for uid in &cards {
                cards::go(db, change, uid, Transition::Suspend, Cause::Inactive)?;
            }
            Ok(u32::try_from(cards.len()).unwrap_or(u32::MAX))
        })
    }
}

/// Notes a granted tap. A door that was away tells of its taps late.
pub(super) fn used(db: &Connection, uid: &Uid, at: UtcMs) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO card_use (uid, last_ms) SELECT uid, $1 FROM card WHERE uid = $2
         ON CONFLICT (uid) DO UPDATE SET last_ms = CASE WHEN excluded.last_ms > card_use.last_ms
                                                        THEN excluded.last_ms ELSE card_use.last_ms END",
    )?
    .execute((at.0, uid.as_bytes()))?;
    Ok(())
}

fn current(db: &Connection) -> Result<Option<u32>, SiteError> {
    let mut statement = row::prepare(db, "SELECT days FROM inactivity_state WHERE until IS NULL")?;
    row::first(statement.query([])?, |r| Ok(r.get(0)?))
}

/// Whether a use at that time keeps a card in use still at `now`: if no such time is set, every use does.
pub(super) fn in_time(db: &Connection, used: UtcMs, now: UtcMs) -> Result<bool, SiteError> {
    Ok(current(db)?.is_none_or(|days| used > since(days, now)))
}

/// What was last used then or before has not been used for so long.
fn since(days: u32, now: UtcMs) -> UtcMs {
    UtcMs(now.0.saturating_sub(i64::from(days) * 86_400_000))
}

/// Active cards without a granted tap since then, that were active and with their holder by then. A backup card that
/// nobody holds waits in a drawer to be handed out, for as long as it takes.
fn unused(db: &Connection, at: UtcMs, limit: u32) -> Result<Vec<Uid>, SiteError> {
    let Some(days) = current(db)? else { return Ok(Vec::new()) };
    let since = since(days, at).0;
    let mut statement = row::prepare(
        db,
        "SELECT s.uid FROM card_state s JOIN change h ON h.number = s.since JOIN card c ON c.uid = s.uid
         LEFT JOIN card_use u ON u.uid = s.uid
         WHERE s.until IS NULL AND s.life = 'active' AND h.at_ms <= $1 AND COALESCE(u.last_ms, $1) <= $1
           AND NOT EXISTS (
               SELECT 1 FROM holding o JOIN change g ON g.number = o.since
               WHERE o.uid = s.uid AND o.until IS NULL AND (g.at_ms > $1 OR o.from_s > $2))
           AND (c.kind <> 'backup' OR EXISTS (
               SELECT 1 FROM holding o
               WHERE o.uid = s.uid AND o.until IS NULL AND (o.until_s IS NULL OR o.until_s > $3)))
         ORDER BY s.uid LIMIT $4",
    )?;
    let rows = statement.query((since, since.div_euclid(1_000), at.second().0, limit))?;
    row::all(rows, |r| row::uid(r, 0))
}
