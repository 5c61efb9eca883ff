//! The rules of areas against passing back: who is inside must leave before coming in again.

use std::collections::BTreeMap;

use access::passage::{AreaId as WireAreaId, Passback};
use rusqlite::{Connection, Row};

use super::open::Wakes;
use super::rules::AreaId;
use super::{Actor, Site, SiteError, change, row, rules};

/// The rule of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassbackRule {
    /// Whether a card that is inside is denied, or let in with an alarm.
    pub hard: bool,
    /// How long a card counts as inside, in seconds; until it leaves if there is none.
    pub within_s: Option<u32>,
    /// At which minute of the day all are forgiven, by the site's clock.
    pub forgiven_at: Option<u16>,
}

impl Site {
    /// Gives an area a rule against passing back, or takes it away. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the area; [`SiteError::Invalid`] with `within_s` or `forgiven_at` and
    /// `out-of-range`.
    pub fn set_passback(&self, actor: &Actor<'_>, area: AreaId, rule: Option<PassbackRule>) -> Result<(), SiteError> {
        rule.map_or(Ok(()), check)?;
        self.write(Wakes::Changes, |db| {
            let name = rules::area_name(db, area)?;
            if of_area(db, area)? == rule {
                return Ok(());
            }
            let what = rule.map_or("none", |rule| if rule.hard { "hard" } else { "soft" });
            let change = change::begin(db, actor, "area-passback", &format!("{} {name}: {what}", area.0))?;
            row::prepare(db, "UPDATE area_passback SET until = $1 WHERE area = $2 AND until IS NULL")?
                .execute((change, area.0))?;
            if let Some(PassbackRule { hard, within_s, forgiven_at }) = rule {
                row::prepare(
                    db,
                    "INSERT INTO area_passback (area, hard, within_s, forgiven_at, since) VALUES ($1, $2, $3, $4, $5)",
                )?
                .execute((area.0, hard, within_s, forgiven_at, change))?;
            }
            Ok(())
        })
    }
}

/// The rule of an area now.
pub(super) fn of_area(db: &Connection, area: AreaId) -> Result<Option<PassbackRule>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT hard, within_s, forgiven_at FROM area_passback WHERE area = $1 AND until IS NULL")?;
    row::first(statement.query([area.0])?, |r| rule(r, 0))
}

/// The rules of all areas as of a change, as doors hear them, by number.
pub(super) fn as_of(db: &Connection, as_of: i64) -> Result<BTreeMap<i64, Passback>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT area, hard, within_s, forgiven_at FROM area_passback
         WHERE since <= $1 AND (until IS NULL OR until > $1)",
    )?;
    let all = row::all(statement.query([as_of])?, |r| {
        let (area, PassbackRule { hard, within_s, forgiven_at }) = (r.get(0)?, rule(r, 1)?);
        Ok((area, Passback { area: wire_area(area)?, hard, within_s, forgiven_at }))
    })?;
    Ok(all.into_iter().collect())
}

/// The number of an area as doors hear it.
pub(super) fn wire_area(area: i64) -> Result<WireAreaId, SiteError> {
    u32::try_from(area).map(WireAreaId).map_err(|_| SiteError::corrupt("area"))
}

fn check(rule: PassbackRule) -> Result<(), SiteError> {
    let within = Passback::WITHIN_S_MIN..=Passback::WITHIN_S_MAX;
    if rule.within_s.is_some_and(|within_s| !within.contains(&within_s)) {
        return Err(SiteError::invalid("within_s", "out-of-range"));
    }
    if rule.forgiven_at.is_some_and(|minute| minute > Passback::FORGIVEN_AT_MAX) {
        return Err(SiteError::invalid("forgiven_at", "out-of-range"));
    }
    Ok(())
}

fn rule(row: &Row<'_>, column: usize) -> Result<PassbackRule, SiteError> {
    Ok(PassbackRule { hard: row.get(column)?, within_s: row.get(column + 1)?, forgiven_at: row.get(column + 2)? })
}
