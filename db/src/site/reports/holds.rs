//! Who may pass which doors, person by person, and when they last did.
//!
//! "May pass" means at some instant from now on, whatever the hours: blocks of cards are looked past, since a card that
//! is paused today gives its holder the same doors again tomorrow. What is over by its own time gives nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::uses;
use crate::site::called::door_called;
use crate::site::whitelist::{self, Graph, Range, Span};
use crate::site::{GroupId, PersonId, Site, SiteError, change, row};

/// Persons that one call looks at, at most: those that have nothing to show cost as much as others.
const LOOKED_AT_MAX: u32 = 500;

/// Longest time without use that can be asked for, in days.
pub const UNUSED_DAYS_MAX: u32 = 1_830;

/// Whom and what to show: all that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HoldFilter {
    /// Only this person.
    pub person: Option<PersonId>,
    /// Part of the name or of the external id, upper and lower case alike.
    pub text: Option<String>,
    /// Only members of this group by name.
    pub group: Option<GroupId>,
    /// Only this door.
    pub door: Option<DoorId>,
    /// Only doors that the person could pass at this instant already, and has not been let in at since.
    pub unused_since: Option<UtcMs>,
}

/// A door that somebody may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldDoor {
    /// Which door.
    pub door: DoorId,
    /// What people call it.
    pub name: String,
    /// When one of their cards was last let in there.
    pub last: Option<UtcMs>,
}

/// What somebody holds.
#[derive(Clone, PartialEq, Eq)]
pub struct HoldView {
    /// Who.
    pub person: PersonId,
    /// As on the badge.
    pub name: String,
    /// The cards that they may pass with, by number.
    pub cards: Vec<Uid>,
    /// Where, by name.
    pub doors: Vec<HeldDoor>,
}

/// Names stay out of logs.
impl fmt::Debug for HoldView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HoldView").field("person", &self.person).field("doors", &self.doors).finish_non_exhaustive()
    }
}

/// A page of those, by number of the person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HoldPage {
    /// Those who hold something.
    pub rows: Vec<HoldView>,
    /// After which person to go on; none at the end. A page may be short, or empty, and yet not the last.
    pub next: Option<i64>,
}

impl Site {
    /// Who may pass which doors at some time from now on, after a person.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door.
    pub fn who_holds(
        &self,
        filter: &HoldFilter,
        now: UtcS,
        after: Option<i64>,
        limit: u32,
    ) -> Result<HoldPage, SiteError> {
        let limit = row::limit_of(limit) as usize;
        self.read(|db| {
            let mut asked = Asked::new(db, filter, now)?;
            let people = people(db, filter, after.unwrap_or(0))?;
            let ended = people.len() < LOOKED_AT_MAX as usize;
            let mut page = HoldPage::default();
            for (person, name) in people {
                if page.rows.len() >= limit {
                    return Ok(page);
                }
                page.next = Some(person.0);
                page.rows.extend(asked.of(db, person, name)?);
            }
            // The last that was looked at is the last there is.
            page.next = page.next.filter(|_| !ended);
            Ok(page)
        })
    }
}

/// What is asked of each person, and what needs to be read once for all of them.
struct Asked {
    door: Option<i64>,
    unused_since: Option<UtcMs>,
    names: BTreeMap<i64, (DoorId, String)>,
    now: (Graph, Span),
    /// As it was when the time without use began, and that instant.
    then: Option<(Graph, Span)>,
}

impl Asked {
    fn new(db: &Connection, filter: &HoldFilter, now: UtcS) -> Result<Self, SiteError> {
        let newest = change::newest(db)?;
        let then = |at: UtcMs| -> Result<(Graph, Span), SiteError> {
            let from = at.second().0;
            Ok((Graph::new(db, generation_at(db, at)?, None)?, Span { from, until: from.saturating_add(1) }))
        };
        Ok(Self {
            door: filter.door.as_ref().map(|door| row::known_door(db, door)).transpose()?,
            unused_since: filter.unused_since,
            names: names(db)?,
            now: (
                Graph::new(db, row::generation(Generation(newest)), None)?,
                Span { from: now.0, until: Span::ALWAYS.until },
            ),
            then: filter.unused_since.map(then).transpose()?,
        })
    }

    fn of(&mut self, db: &Connection, person: PersonId, name: String) -> Result<Option<HoldView>, SiteError> {
        let (graph, span) = &mut self.now;
        let mut held = passable(db, graph, *span, person, self.door)?;
        if let Some((graph, span)) = self.then.as_mut().filter(|_| !held.is_empty()) {
            let before: BTreeSet<i64> = passable(db, graph, *span, person, self.door)?.into_keys().collect();
            held.retain(|door, _| before.contains(door));
        }
        let cards_ever = cards_ever(db, person)?;
        let mut view = HoldView { person, name, cards: Vec::new(), doors: Vec::new() };
        for (door, cards) in held {
            let last = last_use(db, &cards_ever, door)?;
            if self.unused_since.is_some_and(|since| last.is_some_and(|last| last >= since)) {
                continue;
            }
            let (id, name) = self.names.get(&door).ok_or(SiteError::corrupt("door"))?;
            view.doors.push(HeldDoor { door: id.clone(), name: name.clone(), last });
            view.cards.extend(cards);
        }
        view.doors.sort_by(|a, b| (&a.name, &a.door).cmp(&(&b.name, &b.door)));
        view.cards.sort_unstable();
        view.cards.dedup();
        Ok((!view.doors.is_empty()).then_some(view))
    }
}

/// The doors that a person may pass at some instant of a span, each with the cards that they pass with.
pub(super) fn passable(
    db: &Connection,
    graph: &mut Graph,
    span: Span,
    person: PersonId,
    door: Option<i64>,
) -> Result<BTreeMap<i64, BTreeSet<Uid>>, SiteError> {
    let mut cards = BTreeSet::new();
    whitelist::cards_of_person(db, person.0, Range::as_of(graph.as_of()), &mut |uid| {
        cards.insert(uid);
    })?;
    let mut held: BTreeMap<i64, BTreeSet<Uid>> = BTreeMap::new();
    for uid in cards {
        let wants = |other: i64| door.is_none_or(|door| door == other);
        whitelist::listed(db, graph, &uid, &wants, &mut |bearer, made| {
            let passes = bearer.holders.iter().zip(&made.entry.terms).any(|(holder, term)| {
                holder.holding.is_some_and(|holding| holding.person == person.0) && holder.can_pass_within(term, span)
            });
            if passes {
                held.entry(made.door).or_default().insert(uid);
            }
            Ok(())
        })?;
    }
    Ok(held)
}

/// A right that was used with a card of before was used.
fn cards_ever(db: &Connection, person: PersonId) -> Result<Vec<Uid>, SiteError> {
    let mut statement = row::prepare(db, "SELECT DISTINCT uid FROM holding WHERE person = $1")?;
    row::all(statement.query([person.0])?, |r| row::uid(r, 0))
}

fn last_use(db: &Connection, cards: &[Uid], door: i64) -> Result<Option<UtcMs>, SiteError> {
    cards.iter().try_fold(None, |last: Option<UtcMs>, uid| Ok(last.max(uses::last(db, uid, door)?)))
}

/// The newest change at an instant; 0 if there was none yet.
fn generation_at(db: &Connection, at: UtcMs) -> Result<i64, SiteError> {
    let mut statement = row::prepare(db, "SELECT number FROM change WHERE at_ms <= $1 ORDER BY number DESC LIMIT 1")?;
    Ok(row::first(statement.query([at.0])?, |r| Ok(r.get(0)?))?.unwrap_or(0))
}

fn people(db: &Connection, filter: &HoldFilter, after: i64) -> Result<Vec<(PersonId, String)>, SiteError> {
    let pattern = filter.text.as_deref().map(|text| row::containing(&text.trim().to_lowercase()));
    let mut statement = row::prepare(
        db,
        r"SELECT p.id, p.name FROM person p
          WHERE p.id > $1 AND ($2 IS NULL OR p.id = $2) AND ($3 IS NULL OR p.search LIKE $3 ESCAPE '\')
            AND ($4 IS NULL OR EXISTS (
                SELECT 1 FROM group_member m WHERE m.person = p.id AND m.grp = $4 AND m.until IS NULL))
            AND EXISTS (SELECT 1 FROM holding h WHERE h.person = p.id AND h.until IS NULL)
          ORDER BY p.id LIMIT $5",
    )?;
    let (person, group) = (filter.person.map(|person| person.0), filter.group.map(|group| group.0));
    row::all(statement.query((after, person, pattern, group, LOOKED_AT_MAX))?, |r| Ok((PersonId(r.get(0)?), r.get(1)?)))
}

fn names(db: &Connection) -> Result<BTreeMap<i64, (DoorId, String)>, SiteError> {
    let mut statement = row::prepare(db, concat!("SELECT d.number, d.id, ", door_called!(), " FROM door d"))?;
    let all = row::all(statement.query([])?, |r| Ok((r.get(0)?, (row::door(r, 1)?, r.get(2)?))))?;
    Ok(all.into_iter().collect())
}
