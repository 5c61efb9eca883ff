//! What doors and areas are called, in the language of whoever reads.
//!
//! A door and an area have one main name, and may have one in each language beside it. [`Site::speaking`] is the site
//! as somebody reads it who speaks a language: wherever it names a door or an area, it does so in that language, or by
//! the main name if there is none. Statements ask for it with [`door_called`] and [`area_called`], which ask the
//! connection by the function `speaks()`: so no page and no list has to remember it, and programs, which speak no
//! language, get the main name.

use std::cell::Cell;
use std::collections::BTreeMap;

use access::id::DoorId;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::open::Wakes;
use super::{Actor, AreaId, Site, SiteError, change, row, rules};

/// Longest name in a language, in bytes: as of a main name.
const NAME_LENGTH_MAX: usize = 100;

/// A language that names are given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Finnish.
    Finnish,
    /// Swedish.
    Swedish,
    /// English.
    English,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Finnish, Self::Swedish, Self::English];

    /// The code of BCP 47.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Finnish => "fi",
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    /// The language with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// Names by language. There need not be one in each.
pub type Translations = BTreeMap<Language, String>;

/// All that a door or an area is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// What it is called where no other name is given.
    pub main: String,
    /// What it is called in a language.
    pub own: Translations,
}

impl Names {
    /// The name for whoever speaks this language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        self.own.get(&language).unwrap_or(&self.main)
    }

    /// Whether any of the names contains a text, whatever the case.
    #[must_use]
    pub fn contain(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        std::iter::once(&self.main).chain(self.own.values()).any(|name| name.to_lowercase().contains(&text))
    }
}

/// The name of the door `d` for whoever reads.
macro_rules! door_called {
    () => {
        "COALESCE((SELECT own.name FROM door_name own
                   WHERE own.door = d.number AND own.language = speaks() AND own.until IS NULL), d.name)"
    };
}
pub(super) use door_called;

/// The name of the area whose row of `area_state` is `a`, for whoever reads.
macro_rules! area_called {
    () => {
        "COALESCE((SELECT own.name FROM area_name own
                   WHERE own.area = a.area AND own.language = speaks() AND own.until IS NULL), a.name)"
    };
}
pub(super) use area_called;

thread_local! {
    /// What whoever reads on this thread speaks.
    static SPEAKS: Cell<Option<Language>> = const { Cell::new(None) };
}

/// As long as this lives, who reads on this thread speaks a language, or none.
pub(super) struct Speaking {
    before: Option<Language>,
}

impl Speaking {
    pub(super) fn begin(language: Option<Language>) -> Self {
        Self { before: SPEAKS.replace(language) }
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        SPEAKS.set(self.before);
    }
}

/// Gives a connection the function that [`door_called`] and [`area_called`] ask.
pub(super) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function("speaks", 0, FunctionFlags::SQLITE_UTF8, |_| Ok(SPEAKS.get().map(Language::code)))
}

impl Site {
    /// Sets what a door is called in each language; a name that is left out or empty is taken away. What is so already
    /// is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] with the language's code and `too-long` or `hidden-character`.
    pub fn set_door_names(&self, actor: &Actor<'_>, door: &DoorId, names: &Translations) -> Result<(), SiteError> {
        let wanted = checked(names)?;
        self.write(Wakes::Changes, |db| {
            let number = row::need_door(db, door)?;
            DOORS.set(db, number, &wanted, || change::begin(db, actor, "door-names", door.as_str()))
        })
    }

    /// The same of an area.
    ///
    /// # Errors
    /// As [`Site::set_door_names`].
    pub fn set_area_names(&self, actor: &Actor<'_>, area: AreaId, names: &Translations) -> Result<(), SiteError> {
        let wanted = checked(names)?;
        self.write(Wakes::Changes, |db| {
            let detail = format!("{} {}", area.0, rules::area_name(db, area)?);
            AREAS.set(db, area.0, &wanted, || change::begin(db, actor, "area-names", &detail))
        })
    }

    /// What doors are called that have a name of their own in some language.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn door_names(&self) -> Result<BTreeMap<DoorId, Names>, SiteError> {
        self.read(|db| {
            let sql = "SELECT d.id, d.name, n.language, n.name FROM door_name n JOIN door d ON d.number = n.door
                       WHERE n.until IS NULL";
            let mut statement = row::prepare(db, sql)?;
            let mut rows = statement.query([])?;
            let mut all = BTreeMap::new();
            while let Some(r) = rows.next()? {
                let main = r.get(1)?;
                let names = all.entry(row::door(r, 0)?).or_insert_with(|| Names { main, own: Translations::new() });
                names.own.insert(language(&r.get::<_, String>(2)?)?, r.get(3)?);
            }
            Ok(all)
        })
    }
}

/// Where the names of one kind of place are.
pub(super) struct Kept {
    table: &'static str,
    column: &'static str,
}

/// The names of doors.
pub(super) const DOORS: Kept = Kept { table: "door_name", column: "door" };

/// The names of areas.
pub(super) const AREAS: Kept = Kept { table: "area_name", column: "area" };

impl Kept {
    /// The names of one place, by its number.
    pub(super) fn of(&self, db: &Connection, number: i64) -> Result<Translations, SiteError> {
        let Self { table, column } = self;
        let sql = format!("SELECT language, name FROM {table} WHERE {column} = $1 AND until IS NULL");
        let mut statement = row::prepare(db, &sql)?;
        let all = row::all(statement.query([number])?, |r| Ok((language(&r.get::<_, String>(0)?)?, r.get(1)?)))?;
        Ok(all.into_iter().collect())
    }

    /// The names of all places, by their numbers.
    pub(super) fn all(&self, db: &Connection) -> Result<BTreeMap<i64, Translations>, SiteError> {
        let Self { table, column } = self;
        let mut statement =
            row::prepare(db, &format!("SELECT {column}, language, name FROM {table} WHERE until IS NULL"))?;
        let mut rows = statement.query([])?;
        let mut all: BTreeMap<i64, Translations> = BTreeMap::new();
        while let Some(r) = rows.next()? {
            all.entry(r.get(0)?).or_default().insert(language(&r.get::<_, String>(1)?)?, r.get(2)?);
        }
        Ok(all)
    }

    /// Only the names that become others get new rows, so that the log tells of no other.
    fn set(
        &self,
        db: &Connection,
        number: i64,
        wanted: &Translations,
        begin: impl FnOnce() -> Result<i64, SiteError>,
    ) -> Result<(), SiteError> {
        let now = self.of(db, number)?;
        if now == *wanted {
            return Ok(());
        }
        let Self { table, column } = self;
        let change = begin()?;
        for language in Language::ALL.into_iter().filter(|language| now.get(language) != wanted.get(language)) {
            let sql = format!("UPDATE {table} SET until = $1 WHERE {column} = $2 AND language = $3 AND until IS NULL");
            row::prepare(db, &sql)?.execute((change, number, language.code()))?;
            if let Some(name) = wanted.get(&language) {
                let sql = format!("INSERT INTO {table} ({column}, language, name, since) VALUES ($1, $2, $3, $4)");
                row::prepare(db, &sql)?.execute((number, language.code(), name, change))?;
            }
        }
        Ok(())
    }
}

/// The names without blanks around them, and without those that are empty.
fn checked(names: &Translations) -> Result<Translations, SiteError> {
    let given = names.iter().map(|(language, name)| (*language, name.trim().to_owned()));
    let given: Translations = given.filter(|(_, name)| !name.is_empty()).collect();
    given.iter().try_for_each(|(language, name)| row::check_text(language.code(), name, NAME_LENGTH_MAX))?;
    Ok(given)
}

fn language(code: &str) -> Result<Language, SiteError> {
    Language::from_code(code).ok_or(SiteError::corrupt("language of a name"))
}
