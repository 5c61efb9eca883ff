//! What a change can be about, and the version that a thing is in.
//!
//! Two admins who edit one thing do not overwrite each other: a form carries the number of the newest change that its
//! reader could know of, and [`Site::as_seen`] saves only if nobody has edited the thing since.

use access::entry::ScheduleId;
use access::id::DoorId;
use access::uid::Uid;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::Told;
use crate::site::{AreaId, EmploymentId, GroupId, PersonId, RightId, RuleId, Site, SiteError, row};

/// Something that can be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A card: its life, its validity, what is in its way.
    Card(Uid),
    /// A person: how long doors wait for them.
    Person(PersonId),
    /// A door: how it is set up, and its names in each language.
    Door(DoorId),
    /// A group: its name and its members by rule. Members by name are edited one by one.
    Group(GroupId),
    /// An area: its names, its doors, its rule against passing back.
    Area(AreaId),
    /// A schedule.
    Schedule(ScheduleId),
    /// A rule.
    Rule(RuleId),
    /// An employment.
    Employment(EmploymentId),
    /// A right to practise.
    Right(RightId),
    /// The site's zone and holidays.
    Calendar,
    /// What doors show and sound.
    Signals,
}

/// A thing as of a change that somebody has seen.
#[derive(Debug, Clone)]
pub(in crate::site) struct Seen {
    thing: Thing,
    version: u64,
}

impl Thing {
    /// What it is, as a stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Card(_) => "card",
            Self::Person(_) => "person",
            Self::Door(_) => "door",
            Self::Group(_) => "group",
            Self::Area(_) => "area",
            Self::Schedule(_) => "schedule",
            Self::Rule(_) => "rule",
            Self::Employment(_) => "employment",
            Self::Right(_) => "right",
            Self::Calendar => "calendar",
            Self::Signals => "signals",
        }
    }

    /// The tables that one form edits, and the column that names it there.
    fn own(&self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Card(_) => (&["card_state"], "uid"),
            Self::Person(_) => (&["person_comfort"], "person"),
            Self::Door(_) => (&["door_setting", "door_name"], "door"),
            Self::Group(_) => (&["group_state", "group_match"], "grp"),
            Self::Area(_) => (&["area_state", "area_door", "area_passback", "area_name"], "area"),
            Self::Schedule(_) => (&["schedule_state"], "schedule"),
            Self::Rule(_) => (&["rule_state"], "rule"),
            Self::Employment(_) => (&["employment"], "number"),
            Self::Right(_) => (&["right_to_practise"], "number"),
            Self::Calendar => (&["calendar_state"], ""),
            Self::Signals => (&["signal_state"], ""),
        }
    }

    /// The table where it was added, which has one row of it.
    fn born(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Card(_) => Some(("card", "uid")),
            Self::Person(_) => Some(("person", "id")),
            Self::Door(_) => Some(("door", "number")),
            _ => None,
        }
    }

    /// How the columns name it.
    fn key(&self, db: &Connection) -> Result<Value, SiteError> {
        Ok(match self {
            Self::Card(uid) => Value::Blob(uid.as_bytes().to_vec()),
            Self::Person(PersonId(number))
            | Self::Group(GroupId(number))
            | Self::Area(AreaId(number))
            | Self::Rule(RuleId(number))
            | Self::Employment(EmploymentId(number))
            | Self::Right(RightId(number)) => Value::Integer(*number),
            Self::Schedule(schedule) => Value::Integer(schedule.0.into()),
            Self::Door(door) => row::door_number(db, door)?.map_or(Value::Null, Value::Integer),
            Self::Calendar | Self::Signals => Value::Null,
        })
    }

    /// A statement for the numbers of all changes that touched it, wherever it stands, and what `$1` is in it.
    pub(in crate::site) fn touched(&self, db: &Connection, told: &Told) -> Result<(String, Value), SiteError> {
        let (own, column) = self.own();
        let everywhere = told.tables().iter().filter(|table| {
            // The numbers of employments and rights are two rows of numbers, and a site has one calendar.
            let alone = matches!(column, "number" | "");
            if alone { own.contains(&table.name) } else { table.columns.iter().any(|name| name == column) }
        });
        let mut parts: Vec<String> = everywhere.map(|table| versions(table.name, column)).collect();
        if let Some((table, column)) = self.born() {
            parts.push(format!("SELECT since FROM {table} WHERE {column} = $1"));
        }
        Ok((parts.join(" UNION "), self.key(db)?))
    }

    /// The changes that made it what it is: those that its forms make.
    pub(in crate::site) fn edits(&self, db: &Connection) -> Result<(String, Value), SiteError> {
        let (own, column) = self.own();
        let parts: Vec<String> = own.iter().map(|table| versions(table, column)).collect();
        Ok((parts.join(" UNION "), self.key(db)?))
    }
}

/// Numbers of the changes that began or closed a version. `$1` stands in it even where nothing is named.
fn versions(table: &str, column: &str) -> String {
    let named = if column.is_empty() { "$1 IS NULL".to_owned() } else { format!("{column} = $1") };
    format!(
        "SELECT since AS number FROM {table} WHERE {named}
         UNION SELECT until FROM {table} WHERE {named} AND until IS NOT NULL"
    )
}

impl Seen {
    /// Refuses if the thing has been edited since.
    pub(in crate::site) fn check(&self, db: &Connection) -> Result<(), SiteError> {
        if version(db, &self.thing)? <= self.version {
            return Ok(());
        }
        Err(SiteError::Stale { what: self.thing.code() })
    }
}

impl Site {
    /// The number of the change by which a thing became what it is; 0 if nobody has edited it.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn version(&self, thing: &Thing) -> Result<u64, SiteError> {
        self.read(|db| version(db, thing))
    }

    /// The same site, for one edit: it writes, and tries out, only while nobody has edited the thing after this change.
    /// [`SiteError::Stale`] otherwise.
    #[must_use]
    pub fn as_seen(&self, thing: Thing, version: u64) -> Self {
        self.guarded(Seen { thing, version })
    }
}

fn version(db: &Connection, thing: &Thing) -> Result<u64, SiteError> {
    let (edits, key) = thing.edits(db)?;
    let sql = format!("SELECT COALESCE(MAX(number), 0) FROM ({edits})");
    let number: i64 = row::prepare(db, &sql)?.query_row([key], |r| r.get(0))?;
    Ok(number.cast_unsigned())
}
