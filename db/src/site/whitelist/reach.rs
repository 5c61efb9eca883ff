//! Which cards may have an entry at a door, and at which doors a card may have one, at any of a range of
//! generations. More than have one: conditions and times are not looked at here.
//!
//! A row counts that held at any generation from `after` through `through`; with both the same it is the usual
//! "as of".

use std::collections::BTreeMap;

use access::uid::Uid;
use rusqlite::{Connection, ToSql};

use crate::site::{SiteError, row};

/// Generations, both included.
#[derive(Debug, Clone, Copy)]
pub(in crate::site) struct Range {
    pub(in crate::site) after: i64,
    pub(in crate::site) through: i64,
}

impl Range {
    pub(in crate::site) const EVER: Self = Self { after: 0, through: i64::MAX };

    pub(in crate::site) fn as_of(generation: i64) -> Self {
        Self { after: generation, through: generation }
    }
}

/// Whether a row of this table held in the range of `$1` and `$2`.
macro_rules! live {
    ($table:literal) => {
        concat!("(", $table, ".until IS NULL OR ", $table, ".until > $1) AND ", $table, ".since <= $2")
    };
}

const DOORS_OF_CARD: &str = concat!(
    "WITH held (person, kind) AS (
         SELECT h.person, COALESCE(h.as_kind, c.kind) FROM holding h JOIN card c ON c.uid = h.uid WHERE ",
    live!("h"),
    " AND h.uid = $3
     ), within (grp) AS (
         SELECT m.grp FROM held h JOIN group_member m ON m.person = h.person WHERE ",
    live!("m"),
    "    UNION SELECT x.grp FROM held h JOIN employment e ON e.person = h.person
         JOIN group_match x ON (x.unit IS NULL OR x.unit = e.unit) AND (x.title IS NULL OR x.title = e.title)
              AND (x.kind IS NULL OR x.kind = h.kind) AND (x.unit IS NOT NULL OR x.title IS NOT NULL) WHERE ",
    live!("e"),
    " AND ",
    live!("x"),
    "    UNION SELECT x.grp FROM held h JOIN group_match x ON x.kind = h.kind
         WHERE x.unit IS NULL AND x.title IS NULL AND ",
    live!("x"),
    ")
     SELECT a.door FROM within g JOIN rule_state r ON r.grp = g.grp JOIN area_door a ON a.area = r.area WHERE ",
    live!("r"),
    " AND ",
    live!("a"),
    " UNION SELECT l.door FROM listing l WHERE ",
    live!("l"),
    " AND l.uid = $3"
);

/// The doors of one card.
pub(in crate::site) fn doors_of_card(db: &Connection, uid: &Uid, range: Range) -> Result<Vec<i64>, SiteError> {
    numbers(db, DOORS_OF_CARD, range, &uid.as_bytes())
}

/// The doors of one group's rules.
pub(super) fn doors_of_group(db: &Connection, group: i64, range: Range) -> Result<Vec<i64>, SiteError> {
    const SQL: &str = concat!(
        "SELECT DISTINCT a.door FROM rule_state r JOIN area_door a ON a.area = r.area WHERE ",
        live!("r"),
        " AND ",
        live!("a"),
        " AND r.grp = $3"
    );
    numbers(db, SQL, range, &group)
}

/// The doors of an area.
pub(super) fn doors_of_area(db: &Connection, area: i64, range: Range) -> Result<Vec<i64>, SiteError> {
    const SQL: &str = concat!("SELECT DISTINCT a.door FROM area_door a WHERE ", live!("a"), " AND a.area = $3");
    numbers(db, SQL, range, &area)
}

/// The groups that rules of an area name.
pub(super) fn groups_of_area(db: &Connection, area: i64, range: Range) -> Result<Vec<i64>, SiteError> {
    const SQL: &str = concat!("SELECT DISTINCT r.grp FROM rule_state r WHERE ", live!("r"), " AND r.area = $3");
    numbers(db, SQL, range, &area)
}

/// The cards of one person.
pub(in crate::site) fn cards_of_person(
    db: &Connection,
    person: i64,
    range: Range,
    take: &mut dyn FnMut(Uid),
) -> Result<(), SiteError> {
    const SQL: &str = concat!("SELECT h.uid FROM holding h WHERE ", live!("h"), " AND h.person = $3");
    cards(db, SQL, (&range.after, &range.through, &person), take)
}

/// The cards of one group's members; some of them more than once.
pub(super) fn cards_of_group(
    db: &Connection,
    group: i64,
    range: Range,
    take: &mut dyn FnMut(Uid),
) -> Result<(), SiteError> {
    const NAMED: &str = concat!(
        "SELECT h.uid FROM group_member m JOIN holding h ON h.person = m.person WHERE ",
        live!("m"),
        " AND ",
        live!("h"),
        " AND m.grp = $3"
    );
    const MATCHES: &str =
        concat!("SELECT x.unit, x.title, x.kind FROM group_match x WHERE ", live!("x"), " AND x.grp = $3");
    cards(db, NAMED, (&range.after, &range.through, &group), take)?;
    let mut statement = row::prepare(db, MATCHES)?;
    let matches = row::all(statement.query((range.after, range.through, group))?, |r| {
        Ok(Matching { unit: r.get(0)?, title: r.get(1)?, kind: r.get(2)? })
    })?;
    matches.iter().try_for_each(|matching| cards_matching(db, matching, range, take))
}

/// What makes somebody a member by rule, as stored.
pub(super) struct Matching {
    pub(super) unit: Option<String>,
    pub(super) title: Option<String>,
    pub(super) kind: Option<String>,
}

/// The cards of those who are members by this rule.
pub(super) fn cards_matching(
    db: &Connection,
    matching: &Matching,
    range: Range,
    take: &mut dyn FnMut(Uid),
) -> Result<(), SiteError> {
    const EMPLOYED: &str = concat!(
        "FROM employment e JOIN holding h ON h.person = e.person JOIN card c ON c.uid = h.uid WHERE ",
        live!("e"),
        " AND ",
        live!("h"),
    );
    const BY_KIND: &str = concat!(
        "SELECT h.uid FROM holding h JOIN card c ON c.uid = h.uid WHERE ",
        live!("h"),
        " AND COALESCE(h.as_kind, c.kind) = $3"
    );
    const OF_KIND: &str = "($4 IS NULL OR COALESCE(h.as_kind, c.kind) = $4)";
    let Matching { unit, title, kind } = matching;
    match (unit, title) {
        (Some(unit), title) => {
            let sql = format!("SELECT h.uid {EMPLOYED} AND e.unit = $3 AND {OF_KIND} AND ($5 IS NULL OR e.title = $5)");
            cards(db, &sql, (&range.after, &range.through, unit, kind, title), take)
        }
        (None, Some(title)) => {
            let sql = format!("SELECT h.uid {EMPLOYED} AND e.title = $3 AND {OF_KIND}");
            cards(db, &sql, (&range.after, &range.through, title, kind), take)
        }
        (None, None) => cards(db, BY_KIND, (&range.after, &range.through, kind), take),
    }
}

/// The cards of one door; some of them more than once.
pub(in crate::site) fn cards_at_door(
    db: &Connection,
    door: i64,
    range: Range,
    take: &mut dyn FnMut(Uid),
) -> Result<(), SiteError> {
    const GROUPS: &str = concat!(
        "SELECT DISTINCT r.grp FROM area_door a JOIN rule_state r ON r.area = a.area WHERE ",
        live!("a"),
        " AND ",
        live!("r"),
        " AND a.door = $3"
    );
    const LISTED: &str = concat!("SELECT l.uid FROM listing l WHERE ", live!("l"), " AND l.door = $3");
    for group in numbers(db, GROUPS, range, &door)? {
        cards_of_group(db, group, range, take)?;
    }
    cards(db, LISTED, (&range.after, &range.through, &door), take)
}

/// The doors and cards of rules that use a schedule.
pub(in crate::site) fn users_of_schedule(
    db: &Connection,
    schedule: i64,
    as_of: i64,
) -> Result<Vec<(i64, Uid)>, SiteError> {
    const SQL: &str = concat!(
        "SELECT DISTINCT r.grp, a.door FROM rule_state r JOIN area_door a ON a.area = r.area WHERE ",
        live!("r"),
        " AND ",
        live!("a"),
        " AND r.schedule = $3"
    );
    let range = Range::as_of(as_of);
    let mut statement = row::prepare(db, SQL)?;
    let mut doors_of: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut rows = statement.query((range.after, range.through, schedule))?;
    while let Some(row) = rows.next()? {
        doors_of.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let mut users = Vec::new();
    for (group, doors) in doors_of {
        cards_of_group(db, group, range, &mut |uid| users.extend(doors.iter().map(|door| (*door, uid))))?;
    }
    Ok(users)
}

fn numbers(db: &Connection, sql: &str, range: Range, of: &dyn ToSql) -> Result<Vec<i64>, SiteError> {
    let mut statement = row::prepare(db, sql)?;
    let rows = statement.query((range.after, range.through, of))?;
    row::all(rows, |r| Ok(r.get(0)?))
}

fn cards(
    db: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    take: &mut dyn FnMut(Uid),
) -> Result<(), SiteError> {
    let mut statement = row::prepare(db, sql)?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        take(row::uid(row, 0)?);
    }
    Ok(())
}
