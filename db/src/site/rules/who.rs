//! Who may pass a door at an instant, and where a card may pass.

use std::collections::BTreeSet;
use std::fmt;

use access::calendar::Calendar;
use access::decide::{Credential, Presented, Question, decide};
use access::entry::Entry;
use access::id::DoorId;
use access::passage::Side;
use access::state::DoorState;
use access::time::{ClockTrust, Position, UtcMs, UtcS};
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use crate::site::whitelist::{self, Bearer, Card, Doors, Graph, Holder, Holding, Range};
use crate::site::{PersonId, Site, SiteError, row};

/// A card that would be granted, and whose it is then.
#[derive(Clone, PartialEq, Eq)]
pub struct CardHolder {
    /// The chip.
    pub uid: Uid,
    /// Whose it is at that instant; `None` if it belongs to nobody and is listed by itself.
    pub person: Option<(PersonId, String)>,
}

/// Names stay out of logs.
impl fmt::Debug for CardHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardHolder")
            .field("uid", &self.uid)
            .field("person", &self.person.as_ref().map(|(id, _)| id))
            .finish()
    }
}

/// A page of cards, ordered by the bytes of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WhoPage {
    /// The last card of the page before.
    pub after: Option<Uid>,
    /// Most rows; cut to [`crate::site::LIST_MAX`].
    pub limit: u32,
}

impl Site {
    /// The cards that this door would grant at that second, if their credentials are read well.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn who(&self, door: &DoorId, at: UtcS, as_of: Generation, page: WhoPage) -> Result<Vec<CardHolder>, SiteError> {
        let state = self.door_state(door, as_of)?;
        let limit = usize::try_from(row::limit_of(page.limit)).unwrap_or(usize::MAX);
        self.read(|db| {
            let (door, generation) = (row::need_door(db, door)?, row::generation(as_of));
            let question = Asked { calendar: whitelist::calendar(db, door, generation)?, state, at, as_of };
            let mut graph = Graph::new(db, generation, Some(door))?;
            let mut granted = Vec::new();
            for uid in cards(db, door, generation, page.after)? {
                if granted.len() >= limit {
                    break;
                }
                whitelist::listed(db, &mut graph, &uid, &|wanted| wanted == door, &mut |bearer, made| {
                    if question.grants(&made.entry) {
                        granted.push(CardHolder { uid, person: holder(db, bearer, at)? });
                    }
                    Ok(())
                })?;
            }
            Ok(granted)
        })
    }

    /// The doors that would grant this card at that second, by name on the wire. None for a card that the site does
    /// not have.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn where_can(&self, uid: &Uid, at: UtcS, as_of: Generation) -> Result<Vec<DoorId>, SiteError> {
        let mut listed = Vec::new();
        self.read(|db| {
            let doors = Doors::read(db)?;
            let mut graph = Graph::new(db, row::generation(as_of), None)?;
            whitelist::listed(db, &mut graph, uid, &|_| true, &mut |_, made| {
                listed.push((doors.name(made.door)?.clone(), made.entry));
                Ok(())
            })
        })?;
        let mut granted = Vec::new();
        for (door, entry) in listed {
            let state = self.door_state(&door, as_of)?;
            let question = Asked { calendar: self.calendar(&door, as_of)?, state, at, as_of };
            if question.grants(&entry) {
                granted.push(door);
            }
        }
        granted.sort_unstable();
        Ok(granted)
    }

    /// The same for all cards that this person holds at that second.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn where_can_person(
        &self,
        person: PersonId,
        at: UtcS,
        as_of: Generation,
    ) -> Result<Vec<(Uid, DoorId)>, SiteError> {
        let mut granted = Vec::new();
        for uid in self.cards_held(person, at, as_of)? {
            granted.extend(self.where_can(&uid, at, as_of)?.into_iter().map(|door| (uid, door)));
        }
        Ok(granted)
    }

    /// The cards that this person holds at that second, by number.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn cards_held(&self, person: PersonId, at: UtcS, as_of: Generation) -> Result<Vec<Uid>, SiteError> {
        let mut cards = Vec::new();
        let held = |holder: &Holder| {
            let is_theirs =
                |held: Holding| held.person == person.0 && held.span.window().position(at) == Position::Within;
            holder.holding.is_some_and(is_theirs)
        };
        self.read(|db| {
            let generation = row::generation(as_of);
            let mut all = BTreeSet::new();
            whitelist::cards_of_person(db, person.0, Range::as_of(generation), &mut |uid| {
                all.insert(uid);
            })?;
            for uid in all {
                let Some(card) = Card::of(db, &uid, generation)? else { continue };
                if Bearer::of(db, card, generation)?.holders.iter().any(held) {
                    cards.push(uid);
                }
            }
            Ok(())
        })?;
        Ok(cards)
    }
}

/// What a door would be asked.
struct Asked {
    calendar: Calendar,
    state: DoorState,
    at: UtcS,
    as_of: Generation,
}

impl Asked {
    fn grants(&self, entry: &Entry) -> bool {
        let question = Question {
            presented: Presented::Classic1k,
            entry: Some(entry),
            credential: Credential::Verified,
            calendar: &self.calendar,
            door: &self.state,
            side: Side::In,
            generation: self.as_of,
            utc: UtcMs(self.at.0.saturating_mul(1000)),
            trust: ClockTrust::Synchronised,
        };
        decide(&question).granted()
    }
}

/// The cards that could be listed at a door, after one of them.
fn cards(db: &Connection, door: i64, as_of: i64, after: Option<Uid>) -> Result<Vec<Uid>, SiteError> {
    let mut cards = Vec::new();
    whitelist::cards_at_door(db, door, Range::as_of(as_of), &mut |uid| {
        if after.is_none_or(|after| uid.as_bytes() > after.as_bytes()) {
            cards.push(uid);
        }
    })?;
    cards.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    cards.dedup();
    Ok(cards)
}

fn holder(db: &Connection, bearer: &Bearer, at: UtcS) -> Result<Option<(PersonId, String)>, SiteError> {
    let mut holdings = bearer.holders.iter().filter_map(|holder| holder.holding);
    let holding = holdings.find(|holding| holding.span.window().position(at) == Position::Within);
    holding.map(|holding| Ok((PersonId(holding.person), name(db, holding.person)?))).transpose()
}

/// The name of a person.
pub(super) fn name(db: &Connection, person: i64) -> Result<String, SiteError> {
    Ok(row::prepare(db, "SELECT name FROM person WHERE id = $1")?.query_row([person], |row| row.get(0))?)
}
