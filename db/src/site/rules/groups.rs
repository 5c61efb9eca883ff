//! Groups of people: members by name, and members by rule.

use access::time::Window;
use rusqlite::{Connection, OptionalExtension, Row};

use super::table::NAME_LENGTH_MAX;
use super::{GroupId, GroupMatch, GroupView, MemberView, match_of, table};
use crate::site::{Actor, Page, PersonId, Site, SiteError, change, row};

/// Most groups of a site: as many as a large one has units, titles and teams together.
const GROUPS_MAX: i64 = 10_000;

/// Most lines by which a group has members by rule.
pub(super) const MATCHES_MAX: usize = 64;

/// Longest name of a unit or a title, in bytes.
const WORD_LENGTH_MAX: usize = 200;

/// Most units, and most titles, that are told of at once: a form offers them.
const WORDS_MAX: u32 = 200;

const SELECT: &str = "
    SELECT g.grp, g.name,
           (SELECT COUNT(*) FROM group_member m WHERE m.grp = g.grp AND m.until IS NULL),
           (SELECT COUNT(*) FROM rule_state r WHERE r.grp = g.grp AND r.until IS NULL)
    FROM group_state g WHERE g.until IS NULL ";

impl Site {
    /// One group.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn group(&self, id: GroupId) -> Result<GroupView, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND g.grp = $1"))?;
            let group = row::first(statement.query([id.0])?, view)?.ok_or_else(|| no_such(id))?;
            with_matches(db, group)
        })
    }

    /// The units and the titles by which groups have members, by the alphabet and at most 200 of each. Whoever is entered
    /// with another spelling is in none of these groups.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn group_words(&self) -> Result<(Vec<String>, Vec<String>), SiteError> {
        self.read(|db| {
            let words = |column: &str| -> Result<Vec<String>, SiteError> {
                let sql = format!(
                    "SELECT DISTINCT {column} FROM group_match WHERE until IS NULL AND {column} IS NOT NULL
                     ORDER BY {column} LIMIT $1"
                );
                row::all(row::prepare(db, &sql)?.query([WORDS_MAX])?, |r| Ok(r.get(0)?))
            };
            Ok((words("unit")?, words("title")?))
        })
    }

    /// The group of this name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn group_by_name(&self, name: &str) -> Result<Option<GroupView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND g.name = $1"))?;
            row::first(statement.query([name])?, view)?.map(|group| with_matches(db, group)).transpose()
        })
    }

    /// Groups by number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn groups(&self, page: Page) -> Result<Vec<GroupView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(db, &format!("{SELECT} AND g.grp > $1 ORDER BY g.grp LIMIT $2"))?;
            let rows = statement.query((page.after.unwrap_or(0), row::limit_of(page.limit)))?;
            row::all(rows, view)?.into_iter().map(|group| with_matches(db, group)).collect()
        })
    }

    /// Members by name, by number of the person.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the group.
    pub fn group_members(&self, group: GroupId, page: Page) -> Result<Vec<MemberView>, SiteError> {
        self.read(|db| {
            name(db, group)?;
            let mut statement = row::prepare(
                db,
                "SELECT m.person, p.name, m.from_s, m.until_s FROM group_member m JOIN person p ON p.id = m.person
                 WHERE m.grp = $1 AND m.until IS NULL AND m.person > $2 ORDER BY m.person LIMIT $3",
            )?;
            let rows = statement.query((group.0, page.after.unwrap_or(0), row::limit_of(page.limit)))?;
            row::all(rows, |r| {
                Ok(MemberView { person: PersonId(r.get(0)?), name: r.get(1)?, window: row::window(r, 2)? })
            })
        })
    }

    /// The groups that have this person by name, with the time of membership. At most
    /// [`LIST_MAX`](crate::site::LIST_MAX) of them.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn groups_of(&self, person: PersonId) -> Result<Vec<(GroupId, String, Window)>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT m.grp, g.name, m.from_s, m.until_s FROM group_member m
                 JOIN group_state g ON g.grp = m.grp AND g.until IS NULL
                 WHERE m.person = $1 AND m.until IS NULL ORDER BY g.name LIMIT $2",
            )?;
            let rows = statement.query((person.0, crate::site::LIST_MAX))?;
            row::all(rows, |r| Ok((GroupId(r.get(0)?), r.get(1)?, row::window(r, 2)?)))
        })
    }
}

pub(super) fn add(db: &Connection, actor: &Actor<'_>, name: &str) -> Result<i64, SiteError> {
    free(db, name)?;
    table::check_count(db, "group_state", "group", GROUPS_MAX)?;
    let change = change::begin(db, actor, "group-add", name)?;
    let number = row::prepare(db, "INSERT INTO person_group (since) VALUES ($1) RETURNING number")?
        .query_row([change], |row| row.get(0))?;
    insert(db, change, number, name)?;
    Ok(number)
}

pub(super) fn rename(db: &Connection, actor: &Actor<'_>, group: GroupId, to: &str) -> Result<i64, SiteError> {
    let before = name(db, group)?;
    if before != to {
        free(db, to)?;
        let change = change::begin(db, actor, "group-rename", &format!("{} {before} → {to}", group.0))?;
        table::close(db, change, "group_state", "grp", group.0)?;
        insert(db, change, group.0, to)?;
    }
    Ok(group.0)
}

pub(super) fn remove(db: &Connection, actor: &Actor<'_>, group: GroupId) -> Result<i64, SiteError> {
    let name = name(db, group)?;
    table::refuse_used(db, "grp", "group", group.0)?;
    let change = change::begin(db, actor, "group-remove", &format!("{} {name}", group.0))?;
    for table in ["group_state", "group_member", "group_match", "review"] {
        table::close(db, change, table, "grp", group.0)?;
    }
    Ok(group.0)
}

/// The person is a member for this time. What is so already is no change.
pub(in crate::site) fn set_member(
    db: &Connection,
    actor: &Actor<'_>,
    group: GroupId,
    person: PersonId,
    window: Window,
) -> Result<i64, SiteError> {
    row::check_window("window", window)?;
    name(db, group)?;
    row::prepare(db, "SELECT 1 FROM person WHERE id = $1")?
        .query_row([person.0], |_| Ok(()))
        .optional()?
        .ok_or(SiteError::invalid("person", "unknown-person"))?;
    if member(db, group, person)? != Some(window) {
        let change = change::begin(db, actor, "group-member", &format!("{} {}", group.0, person.0))?;
        put_member(db, change, group, person, window)?;
    }
    Ok(group.0)
}

/// The person is a member for this time, within a change.
pub(in crate::site) fn put_member(
    db: &Connection,
    change: i64,
    group: GroupId,
    person: PersonId,
    window: Window,
) -> Result<(), SiteError> {
    close_member(db, change, group, person)?;
    let (from, until) = row::bounds(window);
    row::prepare(db, "INSERT INTO group_member (grp, person, from_s, until_s, since) VALUES ($1, $2, $3, $4, $5)")?
        .execute((group.0, person.0, from, until, change))?;
    Ok(())
}

pub(super) fn remove_member(
    db: &Connection,
    actor: &Actor<'_>,
    group: GroupId,
    person: PersonId,
) -> Result<i64, SiteError> {
    name(db, group)?;
    if member(db, group, person)?.is_some() {
        let change = change::begin(db, actor, "group-member-remove", &format!("{} {}", group.0, person.0))?;
        close_member(db, change, group, person)?;
    }
    Ok(group.0)
}

pub(super) fn set_matches(
    db: &Connection,
    actor: &Actor<'_>,
    group: GroupId,
    matches: &[GroupMatch],
) -> Result<i64, SiteError> {
    let name = name(db, group)?;
    let mut wanted = matches.to_vec();
    wanted.sort_by_key(GroupMatch::sort_key);
    wanted.dedup();
    if wanted.len() > MATCHES_MAX {
        return Err(SiteError::invalid("matches", "too-many"));
    }
    wanted.iter().try_for_each(check_match)?;
    let mut now = self::matches(db, group)?;
    now.sort_by_key(GroupMatch::sort_key);
    if now != wanted {
        let change = change::begin(db, actor, "group-match", &format!("{} {name}", group.0))?;
        table::close(db, change, "group_match", "grp", group.0)?;
        for GroupMatch { unit, title, kind } in &wanted {
            row::prepare(db, "INSERT INTO group_match (grp, unit, title, kind, since) VALUES ($1, $2, $3, $4, $5)")?
                .execute((group.0, unit, title, kind.map(|kind| kind.code()), change))?;
        }
    }
    Ok(group.0)
}

/// The name of a group that is there.
pub(in crate::site) fn name(db: &Connection, group: GroupId) -> Result<String, SiteError> {
    row::prepare(db, "SELECT name FROM group_state WHERE grp = $1 AND until IS NULL")?
        .query_row([group.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| no_such(group))
}

fn no_such(group: GroupId) -> SiteError {
    SiteError::not_found("group", &group.0)
}

fn free(db: &Connection, name: &str) -> Result<(), SiteError> {
    row::check_text("name", name, NAME_LENGTH_MAX)?;
    let taken = row::prepare(db, "SELECT 1 FROM group_state WHERE name = $1 AND until IS NULL")?
        .query_row([name], |_| Ok(()))
        .optional()?;
    taken.map_or(Ok(()), |()| Err(SiteError::conflict("group", name)))
}

fn check_match(wanted: &GroupMatch) -> Result<(), SiteError> {
    if *wanted == GroupMatch::default() {
        return Err(SiteError::invalid("matches", "empty"));
    }
    let word = |word: &Option<String>| {
        word.as_deref().map_or(Ok(()), |word| row::check_text("matches", word, WORD_LENGTH_MAX))
    };
    word(&wanted.unit).and(word(&wanted.title))
}

fn insert(db: &Connection, change: i64, group: i64, name: &str) -> Result<(), SiteError> {
    row::prepare(db, "INSERT INTO group_state (grp, name, since) VALUES ($1, $2, $3)")?
        .execute((group, name, change))?;
    Ok(())
}

/// From when until when somebody is a member by name; none if they are not.
pub(in crate::site) fn member(db: &Connection, group: GroupId, person: PersonId) -> Result<Option<Window>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT from_s, until_s FROM group_member WHERE grp = $1 AND person = $2 AND until IS NULL")?;
    row::first(statement.query((group.0, person.0))?, |r| row::window(r, 0))
}

/// Nobody's member by name any more, within a change.
pub(in crate::site) fn close_member(
    db: &Connection,
    change: i64,
    group: GroupId,
    person: PersonId,
) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE group_member SET until = $1 WHERE grp = $2 AND person = $3 AND until IS NULL")?
        .execute((change, group.0, person.0))?;
    Ok(())
}

fn matches(db: &Connection, group: GroupId) -> Result<Vec<GroupMatch>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT unit, title, kind FROM group_match WHERE grp = $1 AND until IS NULL ORDER BY id")?;
    row::all(statement.query([group.0])?, |r| match_of(r, 0))
}

fn view(row: &Row<'_>) -> Result<GroupView, SiteError> {
    Ok(GroupView {
        id: GroupId(row.get(0)?),
        name: row.get(1)?,
        members: table::count(row, 2)?,
        matches: Vec::new(),
        rules: table::count(row, 3)?,
    })
}

fn with_matches(db: &Connection, mut group: GroupView) -> Result<GroupView, SiteError> {
    group.matches = matches(db, group.id)?;
    Ok(group)
}
