//! Rights to practise: which register said that a person may, from and until, and when it was last asked.

use access::time::{UtcMs, UtcS, Window};
use rusqlite::{Connection, Row};

use super::types::{NewRight, RightId, RightView};
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, audit, change, holdings, row};

/// Longest name of a profession or a source, in bytes.
const TEXT_LENGTH_MAX: usize = 200;

/// A right to practise as a row has it.
pub(in crate::site) type Right = RightView;

impl Site {
    /// Adds a right to practise.
    ///
    /// # Errors
    /// [`SiteError::Invalid`].
    pub fn add_right(&self, actor: &Actor<'_>, person: PersonId, new: &NewRight) -> Result<RightView, SiteError> {
        check(new)?;
        self.write(Wakes::Changes, |db| {
            holdings::need_person(db, person)?;
            let change = change::begin(db, actor, "right-add", &person.0.to_string())?;
            one(db, insert(db, change, person, new)?)
        })
    }

    /// Changes a right to practise. If only the time of the check differs, that is noted and is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Invalid`].
    pub fn change_right(&self, actor: &Actor<'_>, id: RightId, to: &NewRight) -> Result<RightView, SiteError> {
        check(to)?;
        self.write(Wakes::Changes, |db| {
            let known = one(db, id)?;
            update(db, actor, &known, to)
        })
    }

    /// Ends a right to practise at an instant. One that ends earlier stays so.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Invalid`] if it begins later: then it is to be removed.
    pub fn end_right(&self, actor: &Actor<'_>, id: RightId, at: UtcS) -> Result<RightView, SiteError> {
        self.write(Wakes::Changes, |db| {
            let known = one(db, id)?;
            if known.window.until.is_some_and(|until| until <= at) {
                return Ok(known);
            }
            let window = Window { until: Some(at), ..known.window };
            row::check_window("window", window)?;
            update(db, actor, &known, &NewRight { window, ..NewRight::from(&known) })
        })
    }

    /// Takes back a right to practise that never was.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn remove_right(&self, actor: &Actor<'_>, id: RightId) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            one(db, id)?;
            let change = change::begin(db, actor, "right-remove", &id.0.to_string())?;
            close(db, change, id)
        })
    }

    /// Notes that the operator has looked a right up and that it is as it was: no version, as it decides nothing. A later
    /// check stays noted.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn note_checked(&self, actor: &Actor<'_>, id: RightId) -> Result<RightView, SiteError> {
        self.write(Wakes::News, |db| {
            looked_up(db, actor, &one(db, id)?, actor.at)?;
            one(db, id)
        })
    }

    /// The rights to practise of a person, those without an end first, then the one that ends last.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn rights(&self, person: PersonId) -> Result<Vec<RightView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT number, person, profession, from_s, until_s, source, checked_ms FROM right_to_practise
                 WHERE person = $1 AND until IS NULL ORDER BY until_s DESC NULLS FIRST, number LIMIT $2",
            )?;
            row::all(statement.query((person.0, row::limit_of(u32::MAX)))?, view)
        })
    }
}

/// Refuses what cannot be a right to practise.
pub(in crate::site) fn check(new: &NewRight) -> Result<(), SiteError> {
    row::check_text("profession", &new.profession, TEXT_LENGTH_MAX)?;
    row::check_text("source", &new.source, TEXT_LENGTH_MAX)?;
    row::check_window("window", new.window)
}

/// Inserts a right that has been checked and has no number yet.
pub(in crate::site) fn insert(
    db: &Connection,
    change: i64,
    person: PersonId,
    new: &NewRight,
) -> Result<RightId, SiteError> {
    let number: i64 = row::prepare(db, "SELECT COALESCE(MAX(number), 0) + 1 FROM right_to_practise")?
        .query_row([], |row| row.get(0))?;
    version(db, change, RightId(number), person, new)?;
    Ok(RightId(number))
}

/// The next version of a right.
pub(in crate::site) fn set(db: &Connection, change: i64, known: &Right, to: &NewRight) -> Result<(), SiteError> {
    close(db, change, known.id)?;
    version(db, change, known.id, known.person, to)
}

/// Notes that an operator looked it up, and says so in the log.
fn looked_up(db: &Connection, actor: &Actor<'_>, known: &Right, at: UtcMs) -> Result<(), SiteError> {
    if at <= known.checked {
        return Ok(());
    }
    let change = change::begin(db, actor, "right-checked", &known.id.0.to_string())?;
    audit::tell(db, change, "right_to_practise", "checked_ms", (Some(known.checked.0), Some(at.0)))?;
    note(db, known.id, at)
}

/// Notes the time of a check in the version that holds.
pub(in crate::site) fn note(db: &Connection, id: RightId, at: UtcMs) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE right_to_practise SET checked_ms = MAX(checked_ms, $1) WHERE number = $2 AND until IS NULL",
    )?
    .execute((at.0, id.0))?;
    Ok(())
}

impl From<&Right> for NewRight {
    fn from(known: &Right) -> Self {
        Self {
            profession: known.profession.clone(),
            window: known.window,
            source: known.source.clone(),
            checked: known.checked,
        }
    }
}

fn update(db: &Connection, actor: &Actor<'_>, known: &Right, to: &NewRight) -> Result<RightView, SiteError> {
    let unchecked = NewRight { checked: known.checked, ..to.clone() };
    if NewRight::from(known) == unchecked {
        looked_up(db, actor, known, to.checked)?;
    } else {
        let change = change::begin(db, actor, "right-change", &known.id.0.to_string())?;
        set(db, change, known, to)?;
    }
    one(db, known.id)
}

fn version(db: &Connection, change: i64, id: RightId, person: PersonId, new: &NewRight) -> Result<(), SiteError> {
    let (from, until) = row::bounds(new.window);
    row::prepare(
        db,
        "INSERT INTO right_to_practise (number, person, profession, from_s, until_s, source, checked_ms, since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )?
    .execute((id.0, person.0, &new.profession, from, until, &new.source, new.checked.0, change))?;
    Ok(())
}

fn close(db: &Connection, change: i64, id: RightId) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE right_to_practise SET until = $1 WHERE number = $2 AND until IS NULL")?
        .execute((change, id.0))?;
    Ok(())
}

fn one(db: &Connection, id: RightId) -> Result<Right, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT number, person, profession, from_s, until_s, source, checked_ms FROM right_to_practise
         WHERE number = $1 AND until IS NULL",
    )?;
    row::first(statement.query([id.0])?, view)?.ok_or_else(|| SiteError::not_found("right to practise", &id.0))
}

/// The columns in the order in which the statements above name them.
pub(in crate::site) fn view(row: &Row<'_>) -> Result<Right, SiteError> {
    Ok(RightView {
        id: RightId(row.get(0)?),
        person: PersonId(row.get(1)?),
        profession: row.get(2)?,
        window: row::window(row, 3)?,
        source: row.get(5)?,
        checked: UtcMs(row.get(6)?),
    })
}
