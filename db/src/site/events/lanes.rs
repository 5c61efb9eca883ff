//! The ways into the log, and how several of them are read as one list.
//!
//! What a filter names stands in an index, door by door or code by code, each in the order of time. Such a run is a
//! lane; lanes are merged, newest first, and each is read only as far as the page needs it.
//!
//! ```text
//! pharmacy, denied  ─┐
//! pharmacy, granted ─┼─▶ the newest of all heads, one by one, until the page is full or enough was looked at
//! ward 3, denied    ─┘
//! ```
//!
//! The lanes read the file's own table and its indexes, past the view of an operator who is limited; what is within is
//! asked of each row in [`Wanted::takes`].

use std::collections::{BinaryHeap, VecDeque};

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params_from_iter};

use super::wanted::Wanted;
use crate::site::{SiteError, row};

/// Most lanes of one search. Each costs a step down an index, so these together cost about 20 ms. Where a filter would
/// need more, rows are looked at instead.
pub(super) const LANES_MAX: usize = 4_096;

/// What one search may cost, in rows of an index: about 25 ms of reading.
pub(super) const LOOKS_MAX: u32 = 50_000;

/// What it costs to step down an index, in the same unit.
const STEP: u32 = 4;

/// What it costs to look at the row itself and not only at the index.
const WHOLE_ROW: u32 = 5;

/// Rows that a lane reads at once: at first, and at the most. Twice as many at each turn.
const FIRST_MIN: u32 = 4;
const CHUNK_MAX: u32 = 1_024;

/// Where in the list: when something happened, and its id.
pub(super) type Place = (i64, i64);

/// Sets of reasons that are looked for in the log. A site knows some dozens; of more, denials are looked at instead.
const REASONS_MAX: usize = 1_024;

/// A way into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Time,
    Door,
    Code,
    DoorAndCode,
    Reason,
    ReasonAndDoor,
    Card,
}

impl Way {
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] =
        [Self::Time, Self::Door, Self::Code, Self::DoorAndCode, Self::Reason, Self::ReasonAndDoor, Self::Card];

    pub(super) fn index(self) -> &'static str {
        match self {
            Self::Time => "event_by_time",
            Self::Door => "event_by_door",
            Self::Code => "event_by_code",
            Self::DoorAndCode => "event_by_door_and_code",
            Self::Reason => "event_by_reason",
            Self::ReasonAndDoor => "event_by_reason_and_door",
            Self::Card => "event_by_card",
        }
    }

    /// What stands before the time in the index.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Time => &[],
            Self::Door => &["door"],
            Self::Code => &["code"],
            Self::DoorAndCode => &["door", "code"],
            Self::Reason => &["reasons"],
            Self::ReasonAndDoor => &["reasons", "door"],
            Self::Card => &["uid"],
        }
    }

    /// The rows of a lane behind a place, newest first; with what [`Wanted::takes`] looks at, unless the way implies it.
    pub(super) fn sql(self, checks: bool) -> String {
        let columns = if checks { ", e.door, e.code, e.reasons, e.uid, e.at_ms" } else { "" };
        let equal: String = self.keys().iter().zip(1..).map(|(key, n)| format!("e.{key} = ${n} AND ")).collect();
        let n = self.keys().len();
        let (at, id, from, limit) = (n + 1, n + 2, n + 3, n + 4);
        format!(
            "SELECT e.id, e.happened_ms{columns} FROM main.event e INDEXED BY {} WHERE {equal}e.happened_ms <= ${at}
             AND (e.happened_ms < ${at} OR e.id < ${id}) AND e.happened_ms >= ${from}
             ORDER BY e.happened_ms DESC, e.id DESC LIMIT ${limit}",
            self.index()
        )
    }
}

/// By which way, along which lanes, and whether each row must be looked at besides.
pub(super) struct Plan {
    pub(super) way: Way,
    pub(super) checks: bool,
    pub(super) keys: Vec<Vec<Value>>,
    /// Cards whose lanes are read beside those. What stands in two lanes is told once.
    pub(super) cards: Vec<Vec<Value>>,
}

impl Plan {
    /// The way that looks at the fewest rows.
    pub(super) fn of(db: &Connection, wanted: &Wanted) -> Result<Self, SiteError> {
        if let Some(cards) = &wanted.cards {
            return Ok(Self::new(Way::Card, true, cards.keys().map(|uid| vec![uid.clone().into()])));
        }
        if let Some(plan) = Self::of_reach(wanted) {
            return Ok(plan);
        }
        let mut plan = Self::of_all(db, wanted)?;
        plan.checks |= wanted.reach.is_some();
        Ok(plan)
    }

    /// Of somebody who is limited, and asks for no door: the doors that are within, and the cards of people who are.
    fn of_reach(wanted: &Wanted) -> Option<Self> {
        let reach = wanted.reach.as_ref().filter(|_| wanted.doors.is_none())?;
        let doors = reach.doors.iter().map(|door| vec![(*door).into()]);
        let cards = reach.cards.keys().map(|uid| vec![uid.clone().into()]).collect();
        let few = reach.doors.len().saturating_add(reach.cards.len()) <= LANES_MAX;
        few.then(|| Self { cards, ..Self::new(Way::Door, true, doors) })
    }

    /// Of the log as it is.
    fn of_all(db: &Connection, wanted: &Wanted) -> Result<Self, SiteError> {
        if let Some(plan) = Self::of_reasons(db, wanted)? {
            return Ok(plan);
        }
        let codes = wanted.codes.as_ref();
        let by_code = || codes.into_iter().flatten().map(|code| vec![Value::from(code.clone())]);
        Ok(match (&wanted.doors, codes) {
            (None, None) => Self::new(Way::Time, false, [Vec::new()]),
            (None, Some(_)) => Self::new(Way::Code, wanted.reasons.is_some(), by_code()),
            (Some(doors), None) if doors.len() <= LANES_MAX => {
                Self::new(Way::Door, false, doors.iter().map(|door| vec![(*door).into()]))
            }
            (Some(_), None) => Self::new(Way::Time, true, [Vec::new()]),
            (Some(doors), Some(codes)) if doors.len().saturating_mul(codes.len()) <= LANES_MAX => {
                let at = |door: i64| codes.iter().map(move |code| vec![door.into(), code.clone().into()]);
                Self::new(Way::DoorAndCode, wanted.reasons.is_some(), doors.iter().flat_map(|door| at(*door)))
            }
            (Some(_), Some(_)) => Self::new(Way::Code, true, by_code()),
        })
    }

    /// A denial stands in its index under all of its reasons together: each set that has a wanted one is a lane.
    fn of_reasons(db: &Connection, wanted: &Wanted) -> Result<Option<Self>, SiteError> {
        let Some(reasons) = wanted.reasons.filter(|_| wanted.codes.as_ref().is_some_and(|codes| !codes.is_empty()))
        else {
            return Ok(None);
        };
        let Some(sets) = sets_of_reasons(db, reasons)? else { return Ok(None) };
        Ok(Some(match &wanted.doors {
            Some(doors) if doors.len().saturating_mul(sets.len()) <= LANES_MAX => {
                let with = |set: i64| doors.iter().map(move |door| vec![set.into(), (*door).into()]);
                Self::new(Way::ReasonAndDoor, false, sets.into_iter().flat_map(with))
            }
            doors => Self::new(Way::Reason, doors.is_some(), sets.into_iter().map(|set| vec![set.into()])),
        }))
    }

    fn new(way: Way, checks: bool, keys: impl IntoIterator<Item = Vec<Value>>) -> Self {
        Self { way, checks, keys: keys.into_iter().collect(), cards: Vec::new() }
    }
}

/// The sets of reasons in the log that have one of these; nothing if the log has too many sets.
fn sets_of_reasons(db: &Connection, wanted: i64) -> Result<Option<Vec<i64>>, SiteError> {
    let sql = "SELECT reasons FROM main.event INDEXED BY event_by_reason WHERE reasons > $1 ORDER BY reasons LIMIT 1";
    let (mut next, mut known, mut sets) = (row::prepare(db, sql)?, i64::MIN, Vec::new());
    for _ in 0..REASONS_MAX {
        let Some(set) = next.query_row([known], |row| row.get::<_, i64>(0)).optional()? else {
            return Ok(Some(sets));
        };
        known = set;
        if set & wanted != 0 {
            sets.push(set);
        }
    }
    Ok(None)
}

/// A row that was looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    pub(super) place: Place,
    /// Whether the filter means it.
    pub(super) taken: bool,
}

/// All lanes of a search, merged.
pub(super) struct Lanes<'a> {
    statement: CachedStatement<'a>,
    /// The same for cards beside them.
    of_cards: CachedStatement<'a>,
    /// Lanes from here on are of cards beside them.
    cards_from: usize,
    /// The row that was told last.
    told: Option<Place>,
    wanted: &'a Wanted,
    checks: bool,
    /// What a row costs.
    cost: u32,
    lanes: Vec<Lane>,
    /// The head of each lane that has one.
    heads: BinaryHeap<(Place, usize)>,
    looks: u32,
    tired: bool,
}

struct Lane {
    keys: Vec<Value>,
    rows: VecDeque<Looked>,
    /// Where it was read to.
    place: Place,
    chunk: u32,
    /// Whether nothing is left behind `rows`.
    over: bool,
}

impl<'a> Lanes<'a> {
    /// Opens every lane behind a place, for so many rows.
    pub(super) fn open(
        db: &'a Connection,
        wanted: &'a Wanted,
        plan: Plan,
        behind: Place,
        rows: u32,
    ) -> Result<Self, SiteError> {
        let cards_from = plan.keys.len();
        let count = u32::try_from(cards_from.saturating_add(plan.cards.len())).unwrap_or(u32::MAX).max(1);
        let chunk = (rows.saturating_mul(2) / count).clamp(FIRST_MIN, rows.clamp(FIRST_MIN, CHUNK_MAX));
        let place = behind.min((wanted.until, i64::MIN));
        let lane = |keys| Lane { keys, rows: VecDeque::new(), place, chunk, over: false };
        let mut lanes = Self {
            statement: row::prepare(db, &plan.way.sql(plan.checks))?,
            of_cards: row::prepare(db, &Way::Card.sql(plan.checks))?,
            cards_from,
            told: None,
            wanted,
            checks: plan.checks,
            cost: if plan.checks { WHOLE_ROW } else { 1 },
            lanes: plan.keys.into_iter().chain(plan.cards).map(lane).collect(),
            heads: BinaryHeap::new(),
            looks: 0,
            tired: false,
        };
        for number in 0..lanes.lanes.len() {
            lanes.read(number)?;
        }
        Ok(lanes)
    }

    /// The next row of the list, whether it is meant or not; nothing at the end, or when enough was looked at.
    pub(super) fn next(&mut self) -> Result<Option<Looked>, SiteError> {
        loop {
            let row = self.step()?;
            if let Some(row) = row
                && self.told.replace(row.place) == Some(row.place)
            {
                continue;
            }
            return Ok(row);
        }
    }

    fn step(&mut self) -> Result<Option<Looked>, SiteError> {
        if self.tired {
            return Ok(None);
        }
        let Some((_, number)) = self.heads.pop() else {
            return Ok(None);
        };
        let Some(lane) = self.lanes.get_mut(number) else {
            return Ok(None);
        };
        let row = lane.rows.pop_front();
        match lane.rows.front() {
            Some(next) => self.heads.push((next.place, number)),
            None if lane.over => {}
            None if self.looks >= LOOKS_MAX => self.tired = true,
            None => self.read(number)?,
        }
        Ok(row)
    }

    /// Whether the search ended because it had looked at enough, and not because there was no more.
    pub(super) fn tired(&self) -> bool {
        self.tired
    }

    /// Reads a lane on.
    fn read(&mut self, number: usize) -> Result<(), SiteError> {
        let Some(lane) = self.lanes.get_mut(number) else {
            return Ok(());
        };
        let bounds = [lane.place.0, lane.place.1, self.wanted.from, lane.chunk.into()];
        let values = lane.keys.iter().cloned().chain(bounds.map(Value::from));
        let statement = if number < self.cards_from { &mut self.statement } else { &mut self.of_cards };
        let mut rows = statement.query(params_from_iter(values))?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            let place = (row.get(1)?, row.get(0)?);
            let taken = !self.checks || self.wanted.takes(row)?;
            lane.rows.push_back(Looked { place, taken });
            lane.place = place;
            read += 1;
        }
        self.looks = self.looks.saturating_add(STEP + read * self.cost);
        lane.over = read < lane.chunk;
        lane.chunk = lane.chunk.saturating_mul(2).min(CHUNK_MAX);
        if let Some(head) = lane.rows.front() {
            self.heads.push((head.place, number));
        }
        Ok(())
    }
}
