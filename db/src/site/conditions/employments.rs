//! Employments: a person works here, in this unit, as this, from and until.

use access::time::{UtcS, Window};
use rusqlite::{Connection, Row};

use super::types::{EmploymentId, EmploymentView, NewEmployment};
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, change, holdings, row};

/// Longest name of a unit or a title, in bytes.
const TEXT_LENGTH_MAX: usize = 200;

/// Longest external id, in bytes.
const EXTERNAL_ID_LENGTH_MAX: usize = 64;

/// An employment as a row has it.
pub(in crate::site) type Employment = EmploymentView;

impl Site {
    /// Adds an employment. One that the same register already told of the same person is changed instead.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if another person has this external id.
    pub fn add_employment(
        &self,
        actor: &Actor<'_>,
        person: PersonId,
        new: &NewEmployment,
    ) -> Result<EmploymentView, SiteError> {
        check(new)?;
        self.write(Wakes::Changes, |db| {
            holdings::need_person(db, person)?;
            match same(db, new.external_id.as_deref())? {
                Some(known) if known.person == person => update(db, actor, &known, new),
                Some(_) => Err(SiteError::conflict("employment", new.external_id.as_deref().unwrap_or(""))),
                None => {
                    let change = change::begin(db, actor, "employment-add", &person.0.to_string())?;
                    one(db, insert(db, change, person, new)?)
                }
            }
        })
    }

    /// Changes an employment. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], [`SiteError::Invalid`], or [`SiteError::Conflict`] if another employment has
    /// this external id.
    pub fn change_employment(
        &self,
        actor: &Actor<'_>,
        id: EmploymentId,
        to: &NewEmployment,
    ) -> Result<EmploymentView, SiteError> {
        check(to)?;
        self.write(Wakes::Changes, |db| {
            let known = one(db, id)?;
            match same(db, to.external_id.as_deref())? {
                Some(other) if other.id != id => {
                    Err(SiteError::conflict("employment", to.external_id.as_deref().unwrap_or("")))
                }
                _ => update(db, actor, &known, to),
            }
        })
    }

    /// Ends an employment at an instant. One that ends earlier stays so.
    ///
    /// # Errors
    /// [`SiteError::NotFound`], or [`SiteError::Invalid`] if it begins later: then it is to be removed.
    pub fn end_employment(&self, actor: &Actor<'_>, id: EmploymentId, at: UtcS) -> Result<EmploymentView, SiteError> {
        self.write(Wakes::Changes, |db| {
            let known = one(db, id)?;
            if known.window.until.is_some_and(|until| until <= at) {
                return Ok(known);
            }
            let window = Window { until: Some(at), ..known.window };
            row::check_window("window", window)?;
            update(db, actor, &known, &NewEmployment { window, ..NewEmployment::from(&known) })
        })
    }

    /// Takes back an employment that never was.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn remove_employment(&self, actor: &Actor<'_>, id: EmploymentId) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            one(db, id)?;
            let change = change::begin(db, actor, "employment-remove", &id.0.to_string())?;
            close(db, change, id)
        })
    }

    /// The employments of a person, those without an end first, then the one that ends last.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn employments(&self, person: PersonId) -> Result<Vec<EmploymentView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT number, person, external_id, unit, title, from_s, until_s FROM employment
                 WHERE person = $1 AND until IS NULL ORDER BY until_s DESC NULLS FIRST, number LIMIT $2",
            )?;
            row::all(statement.query((person.0, row::limit_of(u32::MAX)))?, view)
        })
    }
}

/// Refuses what cannot be an employment.
pub(in crate::site) fn check(new: &NewEmployment) -> Result<(), SiteError> {
    new.external_id.as_deref().map_or(Ok(()), |id| row::check_text("external_id", id, EXTERNAL_ID_LENGTH_MAX))?;
    row::check_text("unit", &new.unit, TEXT_LENGTH_MAX)?;
    row::check_text("title", &new.title, TEXT_LENGTH_MAX)?;
    row::check_window("window", new.window)
}

/// Inserts an employment that has been checked and has no number yet.
pub(in crate::site) fn insert(
    db: &Connection,
    change: i64,
    person: PersonId,
    new: &NewEmployment,
) -> Result<EmploymentId, SiteError> {
    let number: i64 =
        row::prepare(db, "SELECT COALESCE(MAX(number), 0) + 1 FROM employment")?.query_row([], |row| row.get(0))?;
    version(db, change, EmploymentId(number), person, new)?;
    Ok(EmploymentId(number))
}

/// The next version of an employment.
pub(in crate::site) fn set(
    db: &Connection,
    change: i64,
    known: &Employment,
    to: &NewEmployment,
) -> Result<(), SiteError> {
    close(db, change, known.id)?;
    version(db, change, known.id, known.person, to)
}

impl From<&Employment> for NewEmployment {
    fn from(known: &Employment) -> Self {
        Self {
            external_id: known.external_id.clone(),
            unit: known.unit.clone(),
            title: known.title.clone(),
            window: known.window,
        }
    }
}

fn update(
    db: &Connection,
    actor: &Actor<'_>,
    known: &Employment,
    to: &NewEmployment,
) -> Result<EmploymentView, SiteError> {
    if NewEmployment::from(known) != *to {
        let change = change::begin(db, actor, "employment-change", &known.id.0.to_string())?;
        set(db, change, known, to)?;
    }
    one(db, known.id)
}

fn version(
    db: &Connection,
    change: i64,
    id: EmploymentId,
    person: PersonId,
    new: &NewEmployment,
) -> Result<(), SiteError> {
    let (from, until) = row::bounds(new.window);
    row::prepare(
        db,
        "INSERT INTO employment (number, person, external_id, unit, title, from_s, until_s, since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )?
    .execute((id.0, person.0, new.external_id.as_deref(), &new.unit, &new.title, from, until, change))?;
    Ok(())
}

fn close(db: &Connection, change: i64, id: EmploymentId) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE employment SET until = $1 WHERE number = $2 AND until IS NULL")?
        .execute((change, id.0))?;
    Ok(())
}

fn one(db: &Connection, id: EmploymentId) -> Result<Employment, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT number, person, external_id, unit, title, from_s, until_s FROM employment
         WHERE number = $1 AND until IS NULL",
    )?;
    row::first(statement.query([id.0])?, view)?.ok_or_else(|| SiteError::not_found("employment", &id.0))
}

/// The employment with this external id.
pub(in crate::site) fn same(db: &Connection, external_id: Option<&str>) -> Result<Option<Employment>, SiteError> {
    let Some(external_id) = external_id else { return Ok(None) };
    let mut statement = row::prepare(
        db,
        "SELECT number, person, external_id, unit, title, from_s, until_s FROM employment
         WHERE external_id = $1 AND until IS NULL",
    )?;
    row::first(statement.query([external_id])?, view)
}

/// The columns in the order in which the statements above name them.
pub(in crate::site) fn view(row: &Row<'_>) -> Result<Employment, SiteError> {
    Ok(EmploymentView {
        id: EmploymentId(row.get(0)?),
        person: PersonId(row.get(1)?),
        external_id: row.get(2)?,
        unit: row.get(3)?,
        title: row.get(4)?,
        window: row::window(row, 5)?,
    })
}
