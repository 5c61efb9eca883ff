//! A filter as the tables know it: numbers instead of names.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row};

use super::lanes::LANES_MAX;
use super::{CODE_LENGTH_MAX, EventFilter, FILTER_AREAS_MAX, FILTER_DOORS_MAX, FILTER_SUBJECTS_MAX, FILTER_WORDS_MAX};
use crate::site::{AreaId, SiteError, row, rules, within as limit};

/// When a card belonged to somebody who is asked for, in milliseconds: from, until.
type Held = Vec<(i64, i64)>;

/// The cards that are asked for, with when; nothing for one that is asked for itself.
type Cards = BTreeMap<Vec<u8>, Option<Held>>;

/// See the module. What is `None` is not asked for; what is empty is asked for and nothing can be it.
pub(super) struct Wanted {
    pub(super) doors: Option<BTreeSet<i64>>,
    pub(super) codes: Option<BTreeSet<String>>,
    /// Any of these bits.
    pub(super) reasons: Option<i64>,
    /// With the times that count, if not all do.
    pub(super) cards: Option<Cards>,
    /// What is within, for somebody who is limited.
    pub(super) reach: Option<Reach>,
    /// The first millisecond.
    pub(super) from: i64,
    /// The first millisecond that is not meant any more.
    pub(super) until: i64,
}

/// Doors and cards that are within. An event of either is.
pub(super) struct Reach {
    pub(super) doors: BTreeSet<i64>,
    /// With when somebody who is within held it.
    pub(super) cards: BTreeMap<Vec<u8>, Held>,
}

impl Wanted {
    pub(super) fn new(db: &Connection, filter: &EventFilter) -> Result<Self, SiteError> {
        check(filter)?;
        Ok(Self {
            doors: doors(db, filter)?,
            codes: filter.wanted_codes(),
            reasons: (!filter.reasons.is_empty()).then(|| filter.reasons.bits().cast_signed()),
            cards: cards(db, filter)?,
            reach: reach(db)?,
            from: filter.from.map_or(i64::MIN, |from| from.0),
            until: filter.until.map_or(i64::MAX, |until| until.0),
        })
    }

    /// Whether every event is meant.
    pub(super) fn is_everything(&self) -> bool {
        let any = self.doors.is_none() && self.codes.is_none() && self.reasons.is_none() && self.cards.is_none();
        any && self.reach.is_none() && self.from == i64::MIN && self.until == i64::MAX
    }

    /// Whether a row is meant: its id, when it happened, door, code, reasons, card, and time by the door's clock.
    pub(super) fn takes(&self, row: &Row<'_>) -> Result<bool, SiteError> {
        let happened: i64 = row.get(1)?;
        if happened < self.from || happened >= self.until {
            return Ok(false);
        }
        if let Some(doors) = &self.doors
            && !doors.contains(&row.get::<_, i64>(2)?)
        {
            return Ok(false);
        }
        if let Some(codes) = &self.codes
            && !row.get_ref(3)?.as_str().is_ok_and(|code| codes.contains(code))
        {
            return Ok(false);
        }
        if let Some(reasons) = self.reasons
            && row.get::<_, Option<i64>>(4)?.is_none_or(|of_row| of_row & reasons == 0)
        {
            return Ok(false);
        }
        if self.cards.is_none() && self.reach.is_none() {
            return Ok(true);
        }
        let (uid, at) = (row.get_ref(5)?.as_blob().ok(), row.get::<_, i64>(6)?);
        if let Some(reach) = &self.reach
            && !reach.doors.contains(&row.get::<_, i64>(2)?)
            && !uid.and_then(|uid| reach.cards.get(uid)).is_some_and(|held| within(held, at))
        {
            return Ok(false);
        }
        let Some(cards) = &self.cards else { return Ok(true) };
        let held = uid.and_then(|uid| cards.get(uid));
        Ok(held.is_some_and(|held| held.as_ref().is_none_or(|held| within(held, at))))
    }
}

impl EventFilter {
    /// The codes that an event may have; nothing if any. A reason is one of a denial.
    pub(super) fn wanted_codes(&self) -> Option<BTreeSet<String>> {
        let mut codes = (!self.codes.is_empty()).then(|| self.codes.iter().cloned().collect::<BTreeSet<_>>());
        let taps = self.granted.map(|granted| if granted { "granted" } else { "denied" });
        for only in taps.into_iter().chain((!self.reasons.is_empty()).then_some("denied")) {
            let has = codes.as_ref().is_none_or(|codes| codes.contains(only));
            codes = Some(has.then(|| only.to_owned()).into_iter().collect());
        }
        codes
    }
}

fn check(filter: &EventFilter) -> Result<(), SiteError> {
    for (field, count, most) in [
        ("doors", filter.doors.len(), FILTER_DOORS_MAX),
        ("areas", filter.areas.len(), FILTER_AREAS_MAX),
        ("card", filter.uids.len(), FILTER_SUBJECTS_MAX),
        ("person", filter.persons.len(), FILTER_SUBJECTS_MAX),
        ("code", filter.codes.len(), FILTER_WORDS_MAX),
    ] {
        if count > most {
            return Err(SiteError::invalid(field, "too-many"));
        }
    }
    filter.codes.iter().try_for_each(|code| row::check_text("code", code, CODE_LENGTH_MAX))
}

/// The numbers of the doors, and of those that the areas have now.
fn doors(db: &Connection, filter: &EventFilter) -> Result<Option<BTreeSet<i64>>, SiteError> {
    if filter.doors.is_empty() && filter.areas.is_empty() {
        return Ok(None);
    }
    let mut doors = filter.doors.iter().map(|door| row::known_door(db, door)).collect::<Result<BTreeSet<_>, _>>()?;
    for area in &filter.areas {
        doors.extend(of_area(db, *area)?);
    }
    Ok(Some(doors))
}

fn of_area(db: &Connection, area: AreaId) -> Result<Vec<i64>, SiteError> {
    if !rules::has_area(db, area)? {
        return Err(SiteError::invalid("area", "unknown-area"));
    }
    let mut statement = row::prepare(db, "SELECT door FROM area_door WHERE area = $1 AND until IS NULL")?;
    row::all(statement.query([area.0])?, |row| Ok(row.get(0)?))
}

/// The cards, and those that the persons have or had, with when.
fn cards(db: &Connection, filter: &EventFilter) -> Result<Option<Cards>, SiteError> {
    let asked: BTreeSet<Vec<u8>> = filter.uids.iter().map(|uid| uid.as_bytes().to_vec()).collect();
    if filter.persons.is_empty() {
        return Ok((!asked.is_empty()).then(|| asked.into_iter().map(|uid| (uid, None)).collect()));
    }
    let mut cards = BTreeMap::new();
    let mut statement =
        row::prepare(db, "SELECT uid, from_s, until_s FROM holding WHERE person = $1 AND until IS NULL")?;
    for person in &filter.persons {
        let mut rows = statement.query([person.0])?;
        while let Some(row) = rows.next()? {
            let uid: Vec<u8> = row.get(0)?;
            if !asked.is_empty() && !asked.contains(&uid) {
                continue;
            }
            cards.entry(uid).or_insert(None::<Held>).get_or_insert_default().push(span(row, 1)?);
        }
    }
    if cards.len() > LANES_MAX {
        return Err(SiteError::invalid("person", "too-many"));
    }
    Ok(Some(cards))
}

/// What is within; nothing if whoever asks is not limited. The holdings that such a reader has are those of people who are.
fn reach(db: &Connection) -> Result<Option<Reach>, SiteError> {
    if !limit::is_narrow(db)? {
        return Ok(None);
    }
    let mut doors = row::prepare(db, "SELECT number FROM temp.within_door")?;
    let doors = row::all(doors.query([])?, |row| Ok(row.get(0)?))?.into_iter().collect();
    let mut cards: BTreeMap<Vec<u8>, Held> = BTreeMap::new();
    let mut statement = row::prepare(db, "SELECT uid, from_s, until_s FROM holding WHERE until IS NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        cards.entry(row.get(0)?).or_default().push(span(row, 1)?);
    }
    Ok(Some(Reach { doors, cards }))
}

/// A window as milliseconds.
fn span(row: &Row<'_>, column: usize) -> Result<(i64, i64), SiteError> {
    let window = row::window(row, column)?;
    let from = window.from.map_or(i64::MIN, |from| from.0.saturating_mul(1_000));
    let until = window.until.map_or(i64::MAX, |until| until.0.saturating_mul(1_000));
    Ok((from, until))
}

fn within(held: &Held, at: i64) -> bool {
    held.iter().any(|(from, until)| *from <= at && at < *until)
}
