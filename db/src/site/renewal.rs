//! Cards that take over from others, and cards that end soon.
//!
//! Old and new are both valid for a while. The old one retires when the new one is first used, since then its
//! holder has it and it works; or at its own end.

use access::calendar::Zone;
use access::time::{UtcMs, UtcS};
use access::uid::Uid;
use rusqlite::Connection;

use super::cards::state;
use super::life::{Cause, Transition};
use super::{Actor, CardKind, CardView, Life, NewCard, Site, SiteError, cards, change, holdings, limits, row};

/// When the lists of cards that end soon end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizons {
    /// One week from now.
    pub week: UtcS,
    /// One calendar month from now.
    pub month: UtcS,
    /// Three calendar months from now: from then on a card can be renewed.
    pub three_months: UtcS,
}

impl Site {
    /// Cards whose own validity ends after `now` and at `before` or earlier, soonest first; neither blocked nor
    /// retired ones.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn cards_ending(&self, now: UtcS, before: UtcS, limit: u32) -> Result<Vec<CardView>, SiteError> {
        self.read(|db| cards::ending(db, now, before, limit))
    }

    /// How far the lists of cards that end soon go: through the whole day, on the site's wall.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn horizons(&self, now: UtcMs) -> Result<Horizons, SiteError> {
        self.read(|db| limits::zone(db).map(|zone| horizons(&zone, now.second())))
    }
}

fn horizons(zone: &Zone, now: UtcS) -> Horizons {
    Horizons {
        week: limits::after_days(zone, now, 7),
        month: limits::after_months(zone, now, 1),
        three_months: limits::after_months(zone, now, 3),
    }
}

/// Refuses a renewal that cannot be meant.
pub(super) fn check(db: &Connection, old: &Uid, new: &NewCard) -> Result<(), SiteError> {
    let state = state::find(db, old)?.filter(|_| *old != new.uid);
    let state = state.ok_or(SiteError::invalid("renews", "unknown-card"))?;
    if state.kind == CardKind::Backup || new.kind == CardKind::Backup {
        return Err(SiteError::invalid("renews", "is-backup"));
    }
    if state.life == Life::Retired {
        return Err(SiteError::invalid("renews", "is-retired"));
    }
    let mut statement = row::prepare(
        db,
        "SELECT 1 FROM card c JOIN card_state s ON s.uid = c.uid AND s.until IS NULL
         WHERE c.renews = $1 AND s.life NOT IN ('blocked', 'retired')",
    )?;
    if statement.exists([old.as_bytes()])? {
        return Err(SiteError::invalid("renews", "being-renewed"));
    }
    Ok(())
}

/// Retires the card that this one takes over from, if it is there and belongs to the same person; a card
/// that was blocked stays so, since a tap of it is an alarm.
pub(super) fn first_used(db: &Connection, actor: &Actor<'_>, new: &Uid) -> Result<(), SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT c.renews FROM card c JOIN card_state s ON s.uid = c.renews AND s.until IS NULL
         WHERE c.uid = $1 AND s.life NOT IN ('blocked', 'retired')",
    )?;
    let Some(old) = row::first(statement.query([new.as_bytes()])?, |r| row::uid(r, 0))? else { return Ok(()) };
    let holder = |uid| holdings::from_then_on(db, uid, actor.at.second());
    let person = holder(new)?.first().map(|holding| holding.person);
    if holder(&old)?.iter().any(|holding| Some(holding.person) != person) {
        return Ok(());
    }
    let detail = format!("{} {}", old.hex(), Cause::Renewed.code());
    let change = change::begin(db, actor, Transition::Retire.action(), &detail)?;
    cards::go(db, change, &old, Transition::Retire, Cause::Renewed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::calendar::{Date, Local};

    #[test]
    fn the_lists_go_through_the_last_day_of_the_month_where_the_month_is_shorter() {
        let zone = Zone::HELSINKI;
        let day = |text: &str| zone.utc_of(Local::midnight(text.parse::<Date>().unwrap()));
        let now = UtcS(day("2026-11-30").0 + 40_000);
        let expected = Horizons { week: day("2026-12-08"), month: day("2026-12-31"), three_months: day("2027-03-01") };
        assert_eq!(horizons(&zone, now), expected);
    }
}
