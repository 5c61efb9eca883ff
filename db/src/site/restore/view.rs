//! How it stands with a file that was put back.

use access::entry::Blocks;
use access::mode::Mode;
use access::time::UtcMs;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::super::called::door_called;
use super::super::{Site, SiteError, row};
use super::types::{Decision, Differs, Known, RestoredDoor, RestoredView};

impl Site {
    /// The last time that this file was put back, if ever, and how it stands with it.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn restored(&self) -> Result<Option<RestoredView>, SiteError> {
        self.read(view)
    }

    /// Whether the file was put back and waits for an operator, and otherwise how many doors are left alone until they
    /// have told; for the line that every page shows.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn restore_waits(&self) -> Result<(bool, u32), SiteError> {
        self.read(|db| {
            let sql = "SELECT EXISTS (SELECT 1 FROM restored WHERE decision IS NULL),
                              (SELECT COUNT(*) FROM restored_door WHERE released IS NULL)";
            Ok(row::prepare(db, sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
        })
    }

    /// The cards about which doors that are newer than the backup differ from this file, by differs and number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn restored_cards(&self, limit: u32) -> Result<Vec<Known>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT c.uid, c.differs, MAX(c.there), MAX(c.here), COUNT(*),
                        (SELECT p.name FROM holding h JOIN person p ON p.id = h.person
                         WHERE h.uid = c.uid AND h.until IS NULL ORDER BY h.from_s DESC NULLS LAST LIMIT 1)
                 FROM restored_card c JOIN restored_door r ON r.door = c.door
                 WHERE r.list_generation > (SELECT last_change FROM restored ORDER BY change DESC LIMIT 1)
                 GROUP BY c.differs, c.uid
                 ORDER BY CASE c.differs WHEN 'blocked' THEN 0 WHEN 'unlisted' THEN 1 WHEN 'only-there' THEN 2 ELSE 3 END,
                          c.uid
                 LIMIT $1",
            )?;
            row::all(statement.query([row::limit_of(limit)])?, |r| {
                let differs: String = r.get(1)?;
                Ok(Known {
                    uid: row::uid(r, 0)?,
                    differs: Differs::from_code(&differs).ok_or(SiteError::corrupt("differs"))?,
                    there: r.get::<_, Option<u16>>(2)?.map(Blocks::from_bits),
                    here: r.get::<_, Option<u16>>(3)?.map(Blocks::from_bits),
                    doors: r.get(4)?,
                    holder: r.get(5)?,
                })
            })
        })
    }
}

fn view(db: &rusqlite::Transaction<'_>) -> Result<Option<RestoredView>, SiteError> {
    let sql = "SELECT r.change, c.at_ms, c.operator, r.made_ms, r.last_change, r.decision
               FROM restored r JOIN change c ON c.number = r.change ORDER BY r.change DESC LIMIT 1";
    let found = row::first(row::prepare(db, sql)?.query([])?, |r| {
        let number = |column: usize| r.get::<_, i64>(column).map(|number| Generation(number.cast_unsigned()));
        let decision: Option<String> = r.get(5)?;
        Ok(RestoredView {
            change: number(0)?,
            at: UtcMs(r.get(1)?),
            operator: r.get(2)?,
            made: r.get::<_, Option<i64>>(3)?.map(UtcMs),
            last_change: number(4)?,
            decision: decision
                .map(|code| Decision::from_code(&code).ok_or(SiteError::corrupt("decision")))
                .transpose()?,
            doors: Vec::new(),
            cards: [0; Differs::ALL.len()],
        })
    })?;
    let Some(mut view) = found else { return Ok(None) };
    view.doors = doors(db, &view)?;
    let last_change = row::generation(view.last_change);
    for (differs, count) in Differs::ALL.into_iter().zip(&mut view.cards) {
        *count = counted(db, differs, last_change)?;
    }
    Ok(Some(view))
}

fn doors(db: &Connection, view: &RestoredView) -> Result<Vec<RestoredDoor>, SiteError> {
    let mut statement = row::prepare(
        db,
        concat!(
            "SELECT d.id, ",
            door_called!(),
            " AS called, COALESCE(s.online, 0),
                COALESCE(r.list_generation, CASE WHEN s.last_seen_ms >= $1 THEN s.list_generation END),
                r.told_ms, COALESCE(s.mode = $2 AND s.last_seen_ms >= $1, 0), r.released IS NOT NULL
         FROM restored_door r JOIN door d ON d.number = r.door LEFT JOIN door_status s ON s.door = r.door
         ORDER BY r.released IS NOT NULL, called, d.id"
        ),
    )?;
    row::all(statement.query((view.at.0, Mode::LockedDown.code()))?, |r| {
        let generation = r.get::<_, Option<i64>>(3)?.map(|number| Generation(number.cast_unsigned()));
        Ok(RestoredDoor {
            door: row::door(r, 0)?,
            name: r.get(1)?,
            online: r.get(2)?,
            generation,
            told: r.get::<_, Option<i64>>(4)?.map(UtcMs),
            newer: generation.is_some_and(|generation| generation > view.last_change),
            locked_down: r.get(5)?,
            released: r.get(6)?,
        })
    })
}

fn counted(db: &Connection, differs: Differs, last_change: i64) -> Result<u32, SiteError> {
    let sql = "SELECT COUNT(DISTINCT c.uid) FROM restored_card c JOIN restored_door r ON r.door = c.door
               WHERE c.differs = $1 AND r.list_generation > $2";
    Ok(row::prepare(db, sql)?.query_row((differs.code(), last_change), |r| r.get(0))?)
}
