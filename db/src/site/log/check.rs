//! Checks both logs and the seals, part by part, so that a log of any length can be checked beside everything else.
//!
//! ```text
//! rows ──▶ agree with themselves? ──▶ follow the head before? ──▶ follow in the chain of their door? ──▶ …
//! the last row is where the log says that it ends, and where each door's journal has come
//! changes ──▶ the same      seals ──▶ signed, without gaps, of these very rows
//! ```

use std::collections::HashMap;

use access::chain::Link;
use access::confirm::LogHead;
use rusqlite::Connection;

use super::changes::ChangeHead;
use super::explain::{Place, explain};
use super::seals::Seal;
use super::stored::{self, Stored};
use super::types::{Checked, Damage, Harm, LogPart, LogSummary};
use super::{changes, check_changes, check_seals, stored_head};
use crate::site::{Site, SiteError, privacy, row};

/// Most rows of one step: some 3 MB.
const STEP_ROWS_MAX: u32 = 10_000;

/// A check on its way. It is of what was there when it began; what is added meanwhile is left to the next.
pub struct LogCheck {
    pub(super) stage: Stage,
    pub(super) end: LogHead,
    /// Rows that were there after the end when the check began.
    beyond: bool,
    pub(super) changes_end: ChangeHead,
    journals_end: Vec<(Journal, Reached)>,
    /// How far each door's journal has come in the rows that are done.
    journals: HashMap<Journal, Reached>,
    heads: (Link, Link),
    pub(super) changes: ChangeHead,
    pub(super) seal: Option<Seal>,
    pub(super) summary: LogSummary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Events,
    Changes,
    Seals,
    Done,
}

/// Door and epoch.
type Journal = (i64, u64);

/// Its last event, and that one's link.
type Reached = (u64, Link);

impl Site {
    /// Begins a check of the logs.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn check_log(&self) -> Result<LogCheck, SiteError> {
        self.read(|db| {
            let end = stored_head(db)?;
            let newest: i64 =
                row::prepare(db, "SELECT COALESCE(MAX(id), 0) FROM event")?.query_row([], |row| row.get(0))?;
            let mut journals = row::prepare(db, "SELECT door, epoch, through, link FROM journal")?;
            let journals = row::all(journals.query([])?, |r| {
                let number = |column| r.get::<_, i64>(column).map(i64::cast_unsigned);
                Ok(((r.get(0)?, number(1)?), (number(2)?, row::link(r, 3)?)))
            })?;
            Ok(LogCheck {
                stage: Stage::Events,
                end,
                beyond: newest.cast_unsigned() > end.row,
                changes_end: changes::stored_head(db)?,
                journals_end: journals,
                journals: HashMap::new(),
                heads: (Link::START, Link::START),
                changes: ChangeHead { number: 0, link: Link::START },
                seal: None,
                summary: LogSummary::default(),
            })
        })
    }

    /// Checks so many rows more, at most ten thousand. `signed` tells whether a seal was signed by a key that is
    /// trusted.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read. Then the step can be tried again.
    pub fn check_log_on(
        &self,
        check: &mut LogCheck,
        rows: u32,
        signed: &dyn Fn(&Seal) -> bool,
    ) -> Result<Checked, SiteError> {
        let rows = rows.clamp(1, STEP_ROWS_MAX);
        let damage = self.read(|db| match check.stage {
            Stage::Events => check.events(db, rows),
            Stage::Changes => check_changes::step(db, check, rows),
            Stage::Seals => check_seals::step(db, self.id(), check, rows, signed),
            Stage::Done => Ok(None),
        })?;
        Ok(match damage {
            Some(damage) => Checked::Damaged(damage),
            None if check.stage == Stage::Done => Checked::Whole(check.summary),
            None => Checked::More { rows: check.summary.rows, of: check.end.row },
        })
    }
}

impl LogCheck {
    fn events(&mut self, db: &Connection, rows: u32) -> Result<Option<Damage>, SiteError> {
        let from = self.summary.rows.saturating_add(1);
        let found = stored::read(db, from, self.end.row, rows)?;
        let erased = privacy::events_erased(db)?;
        for row in &found {
            if let Err(column) = self.event(row, erased) {
                return self.damage(db, Some(row), column).map(Some);
            }
        }
        if !found.is_empty() {
            return Ok(None);
        }
        self.stage = Stage::Changes;
        self.ended(db)
    }

    /// Takes the next row; or says which column is wrong, if a single one is. Rows through `erased` may have forgotten
    /// their card.
    fn event(&mut self, row: &Stored, erased: u64) -> Result<(), Option<&'static str>> {
        if row.id != self.summary.rows.saturating_add(1) {
            return Err(None);
        }
        let sound = row.sound(row.id <= erased).map_err(Some)?;
        if sound.row.head(self.heads.0) != sound.head {
            return Err(None);
        }
        if row.link_ok == 1 && !self.links(row) {
            return Err(Some("link"));
        }
        self.journals.insert((row.door_number, row.epoch), (row.sequence, sound.row.link));
        self.heads = (sound.head, self.heads.0);
        self.summary.rows = row.id;
        Ok(())
    }

    /// Whether it follows in the chain of its door. Where events are missing the log says so by `link_ok`.
    fn links(&self, row: &Stored) -> bool {
        match self.journals.get(&(row.door_number, row.epoch)) {
            Some((sequence, link)) => sequence.saturating_add(1) == row.sequence && row.links(*link),
            None => row.sequence == 1 && row.links(Link::START),
        }
    }

    /// Whether the log ends where it says that it does.
    fn ended(&self, db: &Connection) -> Result<Option<Damage>, SiteError> {
        let next = self.summary.rows.saturating_add(1);
        let found = |row, harm| Ok(Some(Damage { part: LogPart::Events, row, harm }));
        if self.summary.rows < self.end.row {
            return self.damage(db, None, None).map(Some);
        }
        if self.heads.0 != self.end.link {
            return found(self.end.row, Harm::Changed { column: Some("place as the newest row") });
        }
        if self.beyond {
            return found(next, Harm::Added { through: next });
        }
        let short = |(journal, reached): &(Journal, Reached)| self.journals.get(journal) != Some(reached);
        if self.journals_end.iter().any(short) {
            return found(next, Harm::Removed { through: next });
        }
        Ok(None)
    }

    fn damage(&self, db: &Connection, row: Option<&Stored>, column: Option<&'static str>) -> Result<Damage, SiteError> {
        let expected = self.summary.rows.saturating_add(1);
        let before = row.map(|row| (row, self.journals.get(&(row.door_number, row.epoch))));
        let skips =
            before.is_some_and(|(row, before)| row.sequence > before.map_or(0, |(last, _)| *last).saturating_add(1));
        explain(db, &Place { expected, row, heads: self.heads, column, end: self.end, skips })
    }
}
