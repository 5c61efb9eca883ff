//! What cards last did in the areas beside the door, here and elsewhere, and when somebody came in first.
//!
//! The file has what is certain. A grant that nobody has followed yet is in the loop's memory only.

use access::passage::{AreaId, Passage, Passages, Step};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::{DoorDbError, WhitelistStore, from_sql, to_sql};

/// Most passages that a door keeps: two areas for each card of a large hospital, about 5 MB. When there are more,
/// the oldest of cards that are outside go first, and then the oldest of all.
pub const PASSAGES_ROWS_MAX: u32 = 100_000;

/// What was taken of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassagesTaken {
    /// The generation in force.
    pub generation: Generation,
    /// What was newer than what the door knew.
    pub newer: Vec<Passage>,
}

impl WhitelistStore {
    /// Everything that is known, in no order.
    ///
    /// # Errors
    /// If the file cannot be read, or holds a step that this version does not know.
    pub fn passages(&mut self) -> Result<Vec<Passage>, DoorDbError> {
        let rows: Vec<Option<Passage>> = self.transact(|transaction| {
            transaction
                .prepare_cached("SELECT uid, area, step, at FROM passage")?
                .query_map([], read)?
                .collect::<rusqlite::Result<_>>()
        })?;
        let unknown = || DoorDbError::Content { path: self.path().to_path_buf(), what: "passage" };
        rows.into_iter().collect::<Option<_>>().ok_or_else(unknown)
    }

    /// The generation of the passages in force.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn passages_generation(&mut self) -> Result<Generation, DoorDbError> {
        self.transact(generation)
    }

    /// Takes over what cards did elsewhere. The later step of a card counts, so old news does no harm. A card that a
    /// newer message forgives is forgiven whatever this door's clock said before, which may have been ahead.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take_passages(&mut self, passages: &Passages) -> Result<PassagesTaken, DoorDbError> {
        self.transact(|transaction| {
            let known = generation(transaction)?;
            let newer = keep_newer(transaction, &passages.passages, passages.generation > known)?;
            let generation = known.max(passages.generation);
            transaction.execute("UPDATE meta SET passages_generation = $1", [to_sql(generation.0)])?;
            Ok(PassagesTaken { generation, newer })
        })
    }

    /// Takes note of what cards did at the doors of this agent.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_passages(&mut self, passages: &[Passage]) -> Result<(), DoorDbError> {
        self.transact(|transaction| keep_newer(transaction, passages, false)).map(drop)
    }

    /// When a card was last granted for which the door had waited to stand unlocked.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn first_person(&mut self) -> Result<Option<UtcMs>, DoorDbError> {
        self.transact(|transaction| {
            let at = transaction.query_row("SELECT at FROM first_person", [], |row| row.get(0)).optional()?;
            Ok(at.map(UtcMs))
        })
    }

    /// Takes note of it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_first_person(&mut self, at: UtcMs) -> Result<(), DoorDbError> {
        self.transact(|transaction| {
            transaction.execute(
                "INSERT INTO first_person (one, at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET at = excluded.at",
                [at.0],
            )
        })
        .map(drop)
    }
}

fn generation(transaction: &Transaction<'_>) -> rusqlite::Result<Generation> {
    transaction.query_row("SELECT passages_generation FROM meta", [], |row| Ok(Generation(from_sql(row.get(0)?))))
}

/// Keeps those that are newer than what is there, or forgive it, and returns them as they are kept.
fn keep_newer(transaction: &Transaction<'_>, passages: &[Passage], forgives: bool) -> rusqlite::Result<Vec<Passage>> {
    let mut newer = Vec::new();
    let mut put = transaction.prepare_cached(
        "INSERT INTO passage (uid, area, step, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (uid, area) DO UPDATE SET step = excluded.step, at = max(excluded.at, passage.at + 1) \
         WHERE excluded.at > passage.at OR ($5 AND passage.step <> excluded.step) RETURNING at",
    )?;
    for passage in passages {
        let Passage { uid, area, step, at } = passage;
        let forgives = forgives && *step == Step::Forgiven;
        let parameters = params![uid.as_bytes(), area.0, step.code(), at.0, forgives];
        let kept = put.query_row(parameters, |row| row.get(0)).optional()?;
        newer.extend(kept.map(|at| Passage { at: UtcMs(at), ..*passage }));
    }
    make_room(transaction)?;
    Ok(newer)
}

fn make_room(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let rows: u32 = transaction.query_row("SELECT count(*) FROM passage", [], |row| row.get(0))?;
    let too_many = rows.saturating_sub(PASSAGES_ROWS_MAX);
    if too_many > 0 {
        transaction.execute(
            "DELETE FROM passage WHERE (uid, area) IN \
             (SELECT uid, area FROM passage ORDER BY step = $1, at LIMIT $2)",
            params![Step::Entered.code(), too_many],
        )?;
    }
    Ok(())
}

/// `None` if this version does not know it.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Passage>> {
    let uid = Uid::new(&row.get::<_, Vec<u8>>(0)?);
    let step = Step::from_code(&row.get::<_, String>(2)?);
    let (area, at) = (AreaId(row.get(1)?), UtcMs(row.get(3)?));
    Ok(uid.ok().zip(step).map(|(uid, step)| Passage { uid, area, step, at }))
}
