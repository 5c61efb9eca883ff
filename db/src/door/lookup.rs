//! What the door knows about the card in front of it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::calendar::Calendar;
use access::entry::Entry;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::{Connection, params};

use super::{DoorDbError, from_sql, schema};

/// One statement, so that generation, entry and calendar are of the same list even while it is being replaced.
/// The calendar comes along only if it has another number than the one that is known. SQLite numbers parameters by
/// their first place in the text, so the first must be `$1`.
const LOOKUP: &str = "SELECT meta.generation, entry.body, calendar.number, \
    CASE WHEN calendar.number = $1 THEN NULL ELSE calendar.body END FROM meta \
    LEFT JOIN entry ON entry.list = meta.active AND entry.uid = $2 \
    LEFT JOIN calendar ON calendar.list = meta.active WHERE meta.one = 1";

/// No calendar has this number.
const NO_CALENDAR: i64 = 0;

/// A reading connection to `whitelist.db`. The writer never makes it wait.
#[derive(Debug)]
pub struct Lookup {
    path: PathBuf,
    pub(super) connection: Connection,
    /// The calendar as it was decoded last, under its number in the file.
    calendar: RefCell<(i64, Arc<Calendar>)>,
}

/// What one list in force says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Of the list; 0 if there is none.
    pub generation: Generation,
    /// The card's entry in it.
    pub entry: Option<Entry>,
    /// The schedules that its entries speak of.
    pub calendar: Arc<Calendar>,
}

struct Row {
    generation: i64,
    entry: Option<Vec<u8>>,
    number: i64,
    calendar: Option<Vec<u8>>,
}

impl Lookup {
    /// Opens a file that a [`super::WhitelistStore`] has opened before, and prepares the statement.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(path: &Path) -> Result<Self, DoorDbError> {
        let connection = schema::open_reader(path)?;
        let calendar = RefCell::new((NO_CALENDAR, Arc::default()));
        let lookup = Self { path: path.to_path_buf(), connection, calendar };
        lookup.connection.prepare_cached(LOOKUP).map(|_| ()).map_err(|source| lookup.sql(source))?;
        Ok(lookup)
    }

    /// Opens what lies under the same name now.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn reopen(&mut self) -> Result<(), DoorDbError> {
        *self = Self::open(&self.path)?;
        Ok(())
    }

    /// The list in force, as far as it concerns this card.
    ///
    /// # Errors
    /// If the file cannot be read, or the entry or the calendar makes no sense; the caller denies then.
    pub fn lookup(&self, uid: &Uid) -> Result<Found, DoorDbError> {
        self.found(uid.as_bytes())
    }

    /// The schedules of the list in force.
    ///
    /// # Errors
    /// If the file cannot be read, or the calendar makes no sense.
    pub fn calendar(&self) -> Result<Arc<Calendar>, DoorDbError> {
        self.found(&[]).map(|found| found.calendar)
    }

    fn found(&self, uid: &[u8]) -> Result<Found, DoorDbError> {
        let row = crate::file::reading_twice(|| self.row(uid)).map_err(|source| self.sql(source))?;
        let content = |what| DoorDbError::Content { path: self.path.clone(), what };
        let entry = row.entry.map(|bytes| Entry::from_bytes(&bytes)).transpose();
        if row.number == NO_CALENDAR {
            self.calendar.replace((NO_CALENDAR, Arc::default()));
        } else if let Some(bytes) = row.calendar {
            let calendar = Calendar::from_bytes(&bytes).map_err(|_| content("calendar"))?;
            self.calendar.replace((row.number, Arc::new(calendar)));
        }
        Ok(Found {
            generation: Generation(from_sql(row.generation)),
            entry: entry.map_err(|_| content("whitelist entry"))?,
            calendar: Arc::clone(&self.calendar.borrow().1),
        })
    }

    fn row(&self, uid: &[u8]) -> rusqlite::Result<Row> {
        let known = self.calendar.borrow().0;
        self.connection.prepare_cached(LOOKUP)?.query_row(params![known, uid], |row| {
            Ok(Row {
                generation: row.get(0)?,
                entry: row.get(1)?,
                number: row.get::<_, Option<i64>>(2)?.unwrap_or(NO_CALENDAR),
                calendar: row.get(3)?,
            })
        })
    }

    pub(super) fn sql(&self, source: rusqlite::Error) -> DoorDbError {
        DoorDbError::Sql { path: self.path.clone(), source }
    }
}
