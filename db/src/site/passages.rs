//! Who has gone into which area, as a stream with a generation of its own.
//!
//! ```text
//! Entered ──▶ intake ──▶ passage, by time ──▶ presence, the latest of each card and area ──▶ doors with a rule there
//! operator ──▶ forgive ─┘
//! ```
//!
//! A passage decides nothing at the centre, so it is no change. Its generation is the time in milliseconds, or one
//! more than the last if that is more, as that of the counters. A door is told everything that concerns it, its own
//! too: a box that was replaced knows nothing, and one that knows takes only what is newer.
//!
//! So there are two times of each. The order of steps at the centre is that of their times by the doors' clocks, but
//! none is later than when it was told: a clock that is ahead must not hide what comes after. What doors are told must
//! be newer than what any door of the area has of that card, or a door whose clock was ahead would go on with its own:
//! it is that time, or a millisecond after the newest that any door has.

use std::collections::{BTreeMap, BTreeSet};

use access::id::DoorId;
use access::passage::{PASSAGES_MAX, Passage, Passages, Step};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::{Connection, Row};

use super::called::door_called;
use super::open::Wakes;
use super::passback::wire_area;
use super::rules::AreaId;
use super::{Actor, PersonId, Site, SiteError, cards, change, holdings, modes, row, rules, whitelist};

mod types;

pub use types::PresenceView;

/// The doors that lead into or out of an area under a rule, with that area: whom its passages concern.
const CONCERNED: &str = "SELECT s.door, p.area FROM area_passback p JOIN door_setting s ON s.leads_into = p.area
     WHERE p.until IS NULL AND s.until IS NULL
     UNION SELECT s.door, p.area FROM area_passback p JOIN door_setting s ON s.leads_out_of = p.area
     WHERE p.until IS NULL AND s.until IS NULL";

impl Site {
    /// What cards last did in the areas that this door leads into or out of under a rule, after a generation of the
    /// stream, oldest first. Its generation is that of the last of them; if there is none, `after`.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn passages_after(&self, after: Generation, door: &DoorId, limit: usize) -> Result<Passages, SiteError> {
        self.read(|db| {
            let number = row::need_door(db, door)?;
            let limit = u32::try_from(limit.min(PASSAGES_MAX)).unwrap_or(u32::MAX);
            let mut statement = row::prepare(
                db,
                "SELECT p.uid, p.area, p.step, p.told_ms, p.generation FROM presence p
                 WHERE p.generation > $1 AND p.area IN (
                     SELECT r.area FROM door_setting s
                     JOIN area_passback r ON r.area IN (s.leads_into, s.leads_out_of)
                     WHERE s.door = $2 AND s.until IS NULL AND r.until IS NULL)
                 ORDER BY p.generation LIMIT $3",
            )?;
            let found = row::all(statement.query((row::generation(after), number, limit))?, |r| {
                Ok((passage(r)?, Generation(r.get::<_, i64>(4)?.cast_unsigned())))
            })?;
            let generation = found.last().map_or(after, |(_, generation)| *generation);
            Ok(Passages { generation, passages: found.into_iter().map(|(passage, _)| passage).collect() })
        })
    }

    /// What moved after a generation of the stream: through which generation this tells, and for each door that it
    /// concerns the newest generation that does. Costs what moved.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn passages_moved(&self, after: Generation) -> Result<(Generation, Vec<(DoorId, Generation)>), SiteError> {
        self.read(|db| {
            let through: i64 =
                row::prepare(db, "SELECT passages FROM site WHERE id = 1")?.query_row([], |row| row.get(0))?;
            let mut statement =
                row::prepare(db, "SELECT area, MAX(generation) FROM presence WHERE generation > $1 GROUP BY area")?;
            let moved: BTreeMap<i64, i64> =
                row::all(statement.query([row::generation(after)])?, |r| Ok((r.get(0)?, r.get(1)?)))?
                    .into_iter()
                    .collect();
            let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
            if !moved.is_empty() {
                let mut statement = row::prepare(db, CONCERNED)?;
                for (door, area) in row::all(statement.query([])?, |r| Ok((r.get(0)?, r.get::<_, i64>(1)?)))? {
                    if let Some(generation) = moved.get(&area) {
                        let known = newest.entry(door).or_default();
                        *known = (*known).max(*generation);
                    }
                }
            }
            let doors = whitelist::Doors::read(db)?;
            let moved = newest
                .into_iter()
                .map(|(door, generation)| Ok((doors.name(door)?.clone(), Generation(generation.cast_unsigned()))));
            let mut moved = moved.collect::<Result<Vec<_>, SiteError>>()?;
            moved.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            Ok((Generation(through.cast_unsigned()), moved))
        })
    }

    /// The newest generation of the stream.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn passages_newest(&self) -> Result<Generation, SiteError> {
        self.read(|db| {
            let newest: i64 =
                row::prepare(db, "SELECT passages FROM site WHERE id = 1")?.query_row([], |row| row.get(0))?;
            Ok(Generation(newest.cast_unsigned()))
        })
    }

    /// Forgives a card: in this area, or in all where it is inside. Says in how many it was inside.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card or the area; [`SiteError::Invalid`] with `reason`.
    pub fn forgive(&self, actor: &Actor<'_>, uid: &Uid, area: Option<AreaId>, reason: &str) -> Result<u32, SiteError> {
        modes::check_reason(reason)?;
        self.write(Wakes::News, |db| {
            cards::need(db, uid)?;
            if let Some(area) = area {
                rules::area_name(db, area)?;
            }
            let mut statement = row::prepare(
                db,
                "SELECT area, at_ms FROM presence WHERE uid = $1 AND step = 'entered' AND ($2 IS NULL OR area = $2)",
            )?;
            let inside: Vec<(i64, i64)> =
                row::all(statement.query((uid.as_bytes(), area.map(|area| area.0)))?, |r| Ok((r.get(0)?, r.get(1)?)))?;
            if inside.is_empty() {
                return Ok(0);
            }
            let areas: Vec<String> = inside.iter().map(|(area, _)| area.to_string()).collect();
            change::begin(db, actor, "passback-forgive", &format!("{} {}: {reason}", uid.hex(), areas.join(" ")))?;
            for (area, at) in &inside {
                let at = actor.at.max(UtcMs(*at));
                let told = Told::Operator { operator: actor.operator, reason };
                note(db, &New { uid, area: *area, step: Step::Forgiven, at, own: at, told, received: actor.at })?;
            }
            Ok(u32::try_from(inside.len()).unwrap_or(u32::MAX))
        })
    }

    /// The cards that are inside an area as far as doors have told, by the bytes of their numbers. Whether a rule
    /// forgives them by its time does not matter here.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the area.
    pub fn presence(&self, area: AreaId, after: Option<&Uid>, limit: u32) -> Result<Vec<PresenceView>, SiteError> {
        self.read(|db| {
            rules::area_name(db, area)?;
            let mut statement = row::prepare(
                db,
                concat!(
                    "SELECT p.uid, p.at_ms, d.id, ",
                    door_called!(),
                    " FROM presence p
                 LEFT JOIN passage g ON g.id = (
                     SELECT MIN(same.id) FROM passage same
                     WHERE same.uid = p.uid AND same.area = p.area AND same.at_ms = p.at_ms AND same.step = p.step)
                 LEFT JOIN event e ON e.id = g.event
                 LEFT JOIN door d ON d.number = e.door
                 WHERE p.area = $1 AND p.step = 'entered' AND p.uid > $2
                 ORDER BY p.uid LIMIT $3"
                ),
            )?;
            let after = after.map_or(&[][..], Uid::as_bytes);
            let found = row::all(statement.query((area.0, after, row::limit_of(limit)))?, |r| {
                let door = r.get::<_, Option<String>>(2)?.zip(r.get::<_, Option<String>>(3)?);
                let door = door
                    .map(|(id, name)| Ok::<_, SiteError>((id.parse().map_err(|_| SiteError::corrupt("door"))?, name)));
                Ok((row::uid(r, 0)?, UtcMs(r.get(1)?), door.transpose()?))
            })?;
            let with_person = |(uid, at, door): (Uid, UtcMs, Option<(DoorId, String)>)| {
                let person: Option<(PersonId, String)> = holdings::holder(db, &uid, at.second())?;
                Ok(PresenceView { uid, person, door, at })
            };
            found.into_iter().map(with_person).collect()
        })
    }
}

/// Who told of a passage.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told<'a> {
    /// This event of a door.
    Event { event: i64, door: i64 },
    /// An operator, who forgave.
    Operator { operator: &'a str, reason: &'a str },
}

/// A passage to be noted.
#[derive(Debug, Clone, Copy)]
pub(super) struct New<'a> {
    pub(super) uid: &'a Uid,
    pub(super) area: i64,
    pub(super) step: Step,
    /// For the order of steps: not after `received`.
    pub(super) at: UtcMs,
    /// As the door has it.
    pub(super) own: UtcMs,
    pub(super) told: Told<'a>,
    /// By the controller's clock.
    pub(super) received: UtcMs,
}

/// The latest of a card in an area.
struct Latest {
    step: String,
    at: i64,
    told: i64,
    newest: i64,
    door: Option<i64>,
}

/// Notes a passage, and that it is the latest if it is. Of two at the same time the one that is told later is, as both
/// may have been cut to when they were told; and one door's steps are in the order in which it tells them, also if its
/// clock was set back between them.
pub(super) fn note(db: &Connection, new: &New<'_>) -> Result<(), SiteError> {
    let (event, door, operator, reason) = match new.told {
        Told::Event { event, door } => (Some(event), Some(door), None, None),
        Told::Operator { operator, reason } => (None, None, Some(operator), Some(reason)),
    };
    let known = latest(db, new.uid, new.area)?;
    let of_same_door = known.as_ref().filter(|known| door.is_some() && known.door == door);
    let at = of_same_door.map_or(new.at.0, |known| new.at.0.max(known.at));
    row::prepare(
        db,
        "INSERT INTO passage (uid, area, step, at_ms, event, operator, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )?
    .execute((new.uid.as_bytes(), new.area, new.step.code(), at, event, operator, reason))?;
    let step = new.step.code().to_owned();
    let latest = match known {
        None => Latest { step, at, told: at, newest: at.max(new.own.0), door },
        Some(known) if at >= known.at => {
            let told = at.max(known.newest.saturating_add(1));
            Latest { step, at, told, newest: told.max(new.own.0), door }
        }
        Some(known) if new.own.0 < known.told => return Ok(()),
        // It is not the latest, but its door takes it for that.
        Some(known) => {
            let told = known.newest.max(new.own.0).saturating_add(1);
            Latest { told, newest: told, ..known }
        }
    };
    let generation = next(db, new.received)?;
    let Latest { step, at, told, newest, door } = latest;
    row::prepare(
        db,
        "INSERT INTO presence (uid, area, step, at_ms, told_ms, newest_ms, door, generation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (uid, area) DO UPDATE
         SET step = excluded.step, at_ms = excluded.at_ms, told_ms = excluded.told_ms,
             newest_ms = excluded.newest_ms, door = excluded.door, generation = excluded.generation",
    )?
    .execute((new.uid.as_bytes(), new.area, step, at, told, newest, door, generation))?;
    Ok(())
}

fn latest(db: &Connection, uid: &Uid, area: i64) -> Result<Option<Latest>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT step, at_ms, told_ms, newest_ms, door FROM presence WHERE uid = $1 AND area = $2")?;
    row::first(statement.query((uid.as_bytes(), area))?, |r| {
        Ok(Latest { step: r.get(0)?, at: r.get(1)?, told: r.get(2)?, newest: r.get(3)?, door: r.get(4)? })
    })
}

/// Makes the passages of areas news again where changes have made them concern a door that they did not: a rule is
/// new, or a door leads there from now on.
pub(super) fn tell(db: &Connection, before: u64, newest: u64) -> Result<(), SiteError> {
    let any: bool = row::prepare(db, "SELECT EXISTS (SELECT 1 FROM presence)")?.query_row([], |row| row.get(0))?;
    if !any {
        return Ok(());
    }
    let span = (before.cast_signed(), newest.cast_signed());
    let mut areas: BTreeSet<i64> = BTreeSet::new();
    for sql in [
        "SELECT area FROM area_passback WHERE since > $1 AND since <= $2",
        "SELECT n.leads_into FROM door_setting n WHERE n.since > $1 AND n.since <= $2 AND n.leads_into IS NOT NULL",
        "SELECT n.leads_out_of FROM door_setting n WHERE n.since > $1 AND n.since <= $2 AND n.leads_out_of IS NOT NULL",
    ] {
        areas.extend(row::all(row::prepare(db, sql)?.query(span)?, |r| Ok(r.get::<_, i64>(0)?))?);
    }
    for area in areas {
        let mut statement = row::prepare(db, "SELECT uid FROM presence WHERE area = $1 ORDER BY generation")?;
        for uid in row::all(statement.query([area])?, |r| row::uid(r, 0))? {
            let generation = next(db, UtcMs(0))?;
            row::prepare(db, "UPDATE presence SET generation = $1 WHERE uid = $2 AND area = $3")?.execute((
                generation,
                uid.as_bytes(),
                area,
            ))?;
        }
    }
    Ok(())
}

fn next(db: &Connection, at: UtcMs) -> Result<i64, SiteError> {
    let sql = "UPDATE site SET passages = CASE WHEN passages + 1 > $1 THEN passages + 1 ELSE $1 END
               WHERE id = 1 RETURNING passages";
    Ok(row::prepare(db, sql)?.query_row([at.0], |row| row.get(0))?)
}

/// Four neighbouring columns: card, area, step, time.
fn passage(row: &Row<'_>) -> Result<Passage, SiteError> {
    let step: String = row.get(2)?;
    Ok(Passage {
        uid: row::uid(row, 0)?,
        area: wire_area(row.get(1)?)?,
        step: Step::from_code(&step).ok_or(SiteError::corrupt("passage"))?,
        at: UtcMs(row.get(3)?),
    })
}
