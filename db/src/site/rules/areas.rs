//! Areas: sets of doors that rules speak of.

use std::collections::BTreeSet;

use access::id::DoorId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::table::NAME_LENGTH_MAX;
use super::{AreaId, AreaView, table};
use crate::site::called::{self, Names, Translations, area_called, door_called};
use crate::site::{Actor, DoorKind, Page, Site, SiteError, change, modes, passback, row};

/// Most areas of a site: as many as it may have doors.
const AREAS_MAX: i64 = 10_000;

const SELECT: &str = concat!(
    "SELECT a.area, ",
    area_called!(),
    ", (SELECT COUNT(*) FROM rule_state r WHERE r.area = a.area AND r.until IS NULL), a.name
    FROM area_state a WHERE a.until IS NULL "
);

impl Site {
    /// One area.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn area(&self, id: AreaId) -> Result<AreaView, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND a.area = $1"))?;
            let area = row::first(statement.query([id.0])?, view)?.ok_or_else(|| no_such(id))?;
            with_doors(db, area)
        })
    }

    /// The area of this name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn area_by_name(&self, name: &str) -> Result<Option<AreaView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND a.name = $1"))?;
            row::first(statement.query([name])?, view)?.map(|area| with_doors(db, area)).transpose()
        })
    }

    /// Areas by number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn areas(&self, page: Page) -> Result<Vec<AreaView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND a.area > $1 ORDER BY a.area LIMIT $2"))?;
            let rows = statement.query((page.after.unwrap_or(0), row::limit_of(page.limit)))?;
            row::all(rows, view)?.into_iter().map(|area| with_doors(db, area)).collect()
        })
    }
}

pub(super) fn add(db: &Connection, actor: &Actor<'_>, name: &str, doors: &[DoorId]) -> Result<i64, SiteError> {
    free(db, name)?;
    table::check_count(db, "area_state", "area", AREAS_MAX)?;
    let doors = numbers(db, doors)?;
    let change = change::begin(db, actor, "area-add", name)?;
    let number = row::prepare(db, "INSERT INTO area (since) VALUES ($1) RETURNING number")?
        .query_row([change], |row| row.get(0))?;
    insert(db, change, number, name)?;
    doors.iter().try_for_each(|door| insert_door(db, change, number, *door))?;
    Ok(number)
}

pub(super) fn rename(db: &Connection, actor: &Actor<'_>, area: AreaId, to: &str) -> Result<i64, SiteError> {
    let before = name(db, area)?;
    if before != to {
        free(db, to)?;
        let change = change::begin(db, actor, "area-rename", &format!("{} {before} → {to}", area.0))?;
        table::close(db, change, "area_state", "area", area.0)?;
        insert(db, change, area.0, to)?;
    }
    Ok(area.0)
}

/// Only the doors that come or go get new rows: the others' lists are not touched.
pub(super) fn set_doors(db: &Connection, actor: &Actor<'_>, area: AreaId, doors: &[DoorId]) -> Result<i64, SiteError> {
    let name = name(db, area)?;
    let wanted = numbers(db, doors)?;
    let mut statement = row::prepare(db, "SELECT door FROM area_door WHERE area = $1 AND until IS NULL")?;
    let now: BTreeSet<i64> = row::all(statement.query([area.0])?, |r| Ok(r.get(0)?))?.into_iter().collect();
    if now == wanted {
        return Ok(area.0);
    }
    let change = change::begin(db, actor, "area-doors", &format!("{} {name}", area.0))?;
    for gone in now.difference(&wanted) {
        row::prepare(db, "UPDATE area_door SET until = $1 WHERE area = $2 AND door = $3 AND until IS NULL")?
            .execute((change, area.0, gone))?;
    }
    wanted.difference(&now).try_for_each(|door| insert_door(db, change, area.0, *door))?;
    table::check_doors(db, area)?;
    Ok(area.0)
}

pub(super) fn remove(db: &Connection, actor: &Actor<'_>, area: AreaId) -> Result<i64, SiteError> {
    let name = name(db, area)?;
    table::refuse_used(db, "area", "area", area.0)?;
    table::refuse_led_to(db, area)?;
    table::refuse_locked_down(db, area, actor.at.second())?;
    let change = change::begin(db, actor, "area-remove", &format!("{} {name}", area.0))?;
    for table in ["area_state", "area_door", "area_passback", "area_name"] {
        table::close(db, change, table, "area", area.0)?;
    }
    modes::area_removed(db, change, area)?;
    Ok(area.0)
}

/// The name of an area that is there.
pub(in crate::site) fn name(db: &Connection, area: AreaId) -> Result<String, SiteError> {
    row::prepare(db, "SELECT name FROM area_state WHERE area = $1 AND until IS NULL")?
        .query_row([area.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| no_such(area))
}

fn no_such(area: AreaId) -> SiteError {
    SiteError::not_found("area", &area.0)
}

fn free(db: &Connection, name: &str) -> Result<(), SiteError> {
    row::check_text("name", name, NAME_LENGTH_MAX)?;
    let taken = row::prepare(db, "SELECT 1 FROM area_state WHERE name = $1 AND until IS NULL")?
        .query_row([name], |_| Ok(()))
        .optional()?;
    taken.map_or(Ok(()), |()| Err(SiteError::conflict("area", name)))
}

/// The numbers of doors, each once. Their count is bounded by that of the site's doors, since each must be one.
fn numbers(db: &Connection, doors: &[DoorId]) -> Result<BTreeSet<i64>, SiteError> {
    let number = |door| {
        let number = row::known_door(db, door)?;
        match row::kind(db, number)? {
            DoorKind::Door => Ok(number),
            DoorKind::Encoder => Err(SiteError::invalid("doors", "is-encoder")),
        }
    };
    doors.iter().map(number).collect()
}

fn insert(db: &Connection, change: i64, area: i64, name: &str) -> Result<(), SiteError> {
    row::prepare(db, "INSERT INTO area_state (area, name, since) VALUES ($1, $2, $3)")?
        .execute((area, name, change))?;
    Ok(())
}

fn insert_door(db: &Connection, change: i64, area: i64, door: i64) -> Result<(), SiteError> {
    row::prepare(db, "INSERT INTO area_door (area, door, since) VALUES ($1, $2, $3)")?.execute((area, door, change))?;
    Ok(())
}

fn view(row: &Row<'_>) -> Result<AreaView, SiteError> {
    Ok(AreaView {
        id: AreaId(row.get(0)?),
        name: row.get(1)?,
        names: Names { main: row.get(3)?, own: Translations::new() },
        doors: Vec::new(),
        rules: table::count(row, 2)?,
        passback: None,
    })
}

fn with_doors(db: &Connection, mut area: AreaView) -> Result<AreaView, SiteError> {
    let mut statement = row::prepare(
        db,
        concat!(
            "SELECT d.id, ",
            door_called!(),
            " FROM area_door a JOIN door d ON d.number = a.door
             WHERE a.area = $1 AND a.until IS NULL ORDER BY d.id"
        ),
    )?;
    area.passback = passback::of_area(db, area.id)?;
    area.names.own = called::AREAS.of(db, area.id.0)?;
    area.doors = row::all(statement.query([area.id.0])?, |r| Ok((row::door(r, 0)?, r.get(1)?)))?;
    Ok(area)
}
