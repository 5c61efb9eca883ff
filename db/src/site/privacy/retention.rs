//! How long rows know whom they are about, and the erasing in bounded steps.
//!
//! What is erased is declared first: a change whose detail is the number of the last row that may be. So whoever checks
//! the logs can tell what was forgotten in time from what somebody took away.

use access::calendar::{Date, Local};
use access::time::{UtcMs, UtcS};
use rusqlite::Connection;

use super::{alarms, audit, events, holds};
use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, change, limits, row};

/// Most rows of one step: others that write wait for it.
const STEP_ROWS_MAX: u32 = 2_000;

/// Rows that one declaration covers at most. They are read to find where it ends.
pub(super) const DECLARED_AT_ONCE: u32 = 50_000;

/// A kind of row that forgets whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Retained {
    /// Rows of the central log.
    Events,
    /// The same, of cards that the site does not know: of strangers, and other cards that staff carry.
    UnknownCards,
    /// Closed alarms.
    Alarms,
    /// What operators did: details of the operator log, commands, and searches of movements.
    Audit,
}

/// What is set for a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionView {
    /// Of which.
    pub kind: Retained,
    /// After so many months.
    pub months: u32,
    /// Who set it and when; nobody if it is as built in.
    pub set: Option<(String, UtcMs)>,
    /// What was received before this may be erased now.
    pub before: UtcMs,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Rows that forgot somebody.
    pub rows: u32,
    /// Whether another step has something to do.
    pub more: bool,
}

impl Retained {
    /// All kinds, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Events, Self::UnknownCards, Self::Alarms, Self::Audit];

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::UnknownCards => "unknown-cards",
            Self::Alarms => "alarms",
            Self::Audit => "audit",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Fewest and most months. An alarm is looked into for weeks; an operator log is what audits of years back ask for.
    #[must_use]
    pub fn bounds(self) -> (u32, u32) {
        match self {
            Self::Events => (1, 24),
            Self::UnknownCards => (1, 12),
            Self::Alarms => (3, 60),
            Self::Audit => (12, 120),
        }
    }

    /// Months where nobody has set any.
    #[must_use]
    pub fn months_built_in(self) -> u32 {
        match self {
            Self::Events => 12,
            Self::UnknownCards => 3,
            Self::Alarms | Self::Audit => 24,
        }
    }

    /// What the operator log calls the erasing.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Events => "events-erased",
            Self::UnknownCards => "unknown-cards-erased",
            Self::Alarms => "alarms-erased",
            Self::Audit => "audit-erased",
        }
    }
}

/// The end of a walk and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) through: i64,
    pub(super) bound: i64,
}

impl Site {
    /// What is set for each kind, in the order of [`Retained::ALL`].
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn retention(&self, at: UtcMs) -> Result<Vec<RetentionView>, SiteError> {
        self.read(|db| Retained::ALL.into_iter().map(|kind| view(db, kind, at)).collect())
    }

    /// Sets after how many months rows of a kind forget whom they are about. What is so already is no change. A longer
    /// time brings nothing back.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `months` and `out-of-range`.
    pub fn set_retention(&self, actor: &Actor<'_>, kind: Retained, months: u32) -> Result<(), SiteError> {
        let (least, most) = kind.bounds();
        if !(least..=most).contains(&months) {
            return Err(SiteError::invalid("months", "out-of-range"));
        }
        self.write(Wakes::Changes, |db| {
            if current(db, kind)? == months {
                return Ok(());
            }
            let change = change::begin(db, actor, "retention-set", &format!("{} {months}", kind.code()))?;
            row::prepare(db, "UPDATE retention_state SET until = $1 WHERE kind = $2 AND until IS NULL")?
                .execute((change, kind.code()))?;
            row::prepare(db, "INSERT INTO retention_state (kind, months, since) VALUES ($1, $2, $3)")?.execute((
                kind.code(),
                months,
                change,
            ))?;
            Ok(())
        })
    }

    /// One step of the erasing of a kind: it declares what comes next, or erases in at most `limit` rows. If nothing is
    /// due, nothing is written.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn erase_due(&self, actor: &Actor<'_>, kind: Retained, limit: u32) -> Result<Erased, SiteError> {
        let limit = limit.clamp(1, STEP_ROWS_MAX);
        let is_due = self.read(|db| {
            let cut = cut(db, kind, actor.at)?;
            Ok(holds::any_over(db, actor.at)?
                || match kind {
                    Retained::Events | Retained::UnknownCards => events::is_due(db, kind, cut, actor.at)?,
                    Retained::Alarms => alarms::is_due(db, cut, actor.at)?,
                    Retained::Audit => audit::is_due(db, cut, actor.at)?,
                })
        })?;
        if !is_due {
            return Ok(Erased::default());
        }
        self.write(Wakes::Changes, |db| {
            holds::take_up(db, actor.at)?;
            let cut = cut(db, kind, actor.at)?;
            match kind {
                Retained::Events | Retained::UnknownCards => events::step(db, actor, kind, cut, limit),
                Retained::Alarms => alarms::step(db, actor, cut, limit),
                Retained::Audit => audit::step(db, actor, cut, limit),
            }
        })
    }
}

/// Through which row the newest declaration of a kind lets rows be erased; 0 if there is none. It is read from the
/// operator log, which is chained, and not from a table that is not.
pub(super) fn declared(db: &Connection, kind: Retained) -> Result<i64, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT c.detail FROM retention_progress p JOIN change c ON c.number = p.declared
         WHERE p.kind = $1 AND c.action = $2",
    )?;
    let detail = row::first(statement.query((kind.code(), kind.action()))?, |r| Ok(r.get::<_, String>(0)?))?;
    Ok(detail.and_then(|detail| detail.parse().ok()).unwrap_or(0))
}

pub(super) fn progress(db: &Connection, kind: Retained) -> Result<Progress, SiteError> {
    let mut statement = row::prepare(db, "SELECT through FROM retention_progress WHERE kind = $1")?;
    let through = row::first(statement.query([kind.code()])?, |r| Ok(r.get(0)?))?.unwrap_or(0);
    Ok(Progress { through, bound: declared(db, kind)? })
}

/// Notes that rows through this one are done, but for those from `held` on that a hold keeps.
pub(super) fn done(db: &Connection, kind: Retained, through: i64, held: Option<i64>) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO retention_progress (kind, through, held_from) VALUES ($1, $2, $3)
         ON CONFLICT (kind) DO UPDATE SET through = excluded.through,
             held_from = COALESCE(MIN(held_from, excluded.held_from), held_from, excluded.held_from)",
    )?
    .execute((kind.code(), through, held))?;
    Ok(())
}

/// Says in the operator log that rows through this one are erased.
pub(super) fn declare(db: &Connection, actor: &Actor<'_>, kind: Retained, through: i64) -> Result<(), SiteError> {
    let change = change::begin(db, actor, kind.action(), &through.to_string())?;
    row::prepare(
        db,
        "INSERT INTO retention_progress (kind, declared) VALUES ($1, $2)
         ON CONFLICT (kind) DO UPDATE SET declared = excluded.declared",
    )?
    .execute((kind.code(), change))?;
    Ok(())
}

fn view(db: &Connection, kind: Retained, at: UtcMs) -> Result<RetentionView, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT c.operator, c.at_ms FROM retention_state r JOIN change c ON c.number = r.since
         WHERE r.kind = $1 AND r.until IS NULL",
    )?;
    let set = row::first(statement.query([kind.code()])?, |r| Ok((r.get(0)?, UtcMs(r.get(1)?))))?;
    Ok(RetentionView { kind, months: current(db, kind)?, set, before: cut(db, kind, at)? })
}

fn current(db: &Connection, kind: Retained) -> Result<u32, SiteError> {
    let mut statement = row::prepare(db, "SELECT months FROM retention_state WHERE kind = $1 AND until IS NULL")?;
    let set = row::first(statement.query([kind.code()])?, |r| Ok(r.get(0)?))?;
    Ok(set.unwrap_or(kind.months_built_in()))
}

/// What was received before this is erased: the midnight of the site that begins the day so many months ago. So a day is
/// declared once.
fn cut(db: &Connection, kind: Retained, now: UtcMs) -> Result<UtcMs, SiteError> {
    let zone = limits::zone(db)?;
    let day = months_before(zone.local(now.second()).date, current(db, kind)?);
    let UtcS(second) = zone.utc_of(Local::midnight(day));
    Ok(UtcMs(second.saturating_mul(1_000)))
}

/// The same day of the month so many months earlier, or that month's last if it has no such day.
fn months_before(date: Date, months: u32) -> Date {
    let (year, month, day) = date.ymd();
    let from_year_0 = i64::from(year) * 12 + i64::from(month) - 1 - i64::from(months);
    let year = i32::try_from(from_year_0.div_euclid(12)).unwrap_or(i32::MIN);
    let month = u8::try_from(from_year_0.rem_euclid(12) + 1).unwrap_or(1);
    (1..=day).rev().find_map(|day| Date::from_ymd(year, month, day)).unwrap_or(Date::FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_back_to_the_day_of_the_same_number_or_the_last_of_the_month() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (from, months, to) in [
            ("2026-11-29", 12, "2025-11-29"),
            ("2026-05-31", 3, "2026-02-28"),
            ("2028-02-29", 12, "2027-02-28"),
            ("2026-01-15", 1, "2025-12-15"),
            ("2026-01-15", 24, "2024-01-15"),
        ] {
            assert_eq!(months_before(day(from), months), day(to), "{from} less {months}");
        }
    }
}
