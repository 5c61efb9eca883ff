//! What a door must know, compiled as of any generation.
//!
//! A row of a versioned table counts as of generation N if `since <= N < until`. An entry is compiled from what is
//! known of the card and its holders, from their groups, and from the rules that let those groups in at the door; it
//! depends on the generation and on nothing else, above all not on the clock, so that the door and the page of
//! tomorrow agree. Nothing is stored for a card at a door.
//!
//! | module | subject |
//! | --- | --- |
//! | `facts` | what is known of one card and of its holders |
//! | `graph` | from groups to rules and doors |
//! | `terms` | both joined: entries |
//! | `reach` | which cards and doors could have to do with each other at all |
//! | `touched` | what the changes between two generations may have touched |
//! | `clock` | the schedules of a door |

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::calendar::Calendar;
use access::entry::Entry;
use access::id::DoorId;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{Site, SiteError, change, row};

mod clock;
mod facts;
mod graph;
mod reach;
mod span;
mod terms;
mod touched;

pub(super) use clock::calendar;
pub(super) use facts::{Card, Holding};
pub(super) use graph::{Graph, Rule};
pub(super) use reach::{Range, cards_at_door, cards_of_person, doors_of_card, users_of_schedule};
pub(super) use span::Span;
pub(super) use terms::{Bearer, Holder, Made};
use touched::Between;

/// Which entries to compile.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Those of all cards at all doors.
    All,
    /// Those of these cards at these doors.
    Pairs(&'a BTreeMap<Uid, Vec<DoorId>>),
}

/// What may differ between two generations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// The doors and cards whose entry may differ, each pair once, by door and card.
    pub pairs: Vec<(DoorId, Uid)>,
    /// The doors whose calendar differs, in order.
    pub calendars: Vec<DoorId>,
}

impl Site {
    /// The number of the newest change; 0 if nothing has been changed yet.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn latest(&self) -> Result<Generation, SiteError> {
        self.read(|db| change::newest(db).map(Generation))
    }

    /// The entries of a door as of a generation, ordered by the bytes of their numbers. `only` asks for
    /// these cards alone, in any order; one that is not listed is left out.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn entries(&self, door: &DoorId, only: Option<&[Uid]>, as_of: Generation) -> Result<Vec<Entry>, SiteError> {
        let mut entries = Vec::new();
        self.read(|db| at_door(db, door, only, as_of, &mut |entry| entries.push(entry)))?;
        Ok(entries)
    }

    /// Hands every entry of a door to `take`, one by one, for lists that are too large to hold. All of
    /// them are of one state of the file.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn for_each_entry(
        &self,
        door: &DoorId,
        as_of: Generation,
        mut take: impl FnMut(Entry),
    ) -> Result<(), SiteError> {
        self.read(|db| at_door(db, door, None, as_of, &mut take))
    }

    /// Compiles entries card by card, in the order of the bytes of their numbers: what is known of a card is read
    /// once for all its doors, which come in no particular order.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door.
    pub fn compile(
        &self,
        which: Which<'_>,
        as_of: Generation,
        take: &mut dyn FnMut(&DoorId, Entry),
    ) -> Result<(), SiteError> {
        self.read(|db| {
            let doors = Doors::read(db)?;
            let as_of = row::generation(as_of);
            let mut graph = Graph::new(db, as_of, None)?;
            match which {
                Which::All => all(db, &mut graph, &doors, take),
                Which::Pairs(pairs) => {
                    for (uid, at) in pairs {
                        let at = doors.numbers(at)?;
                        let wants = |door: i64| at.contains(&door);
                        listed(db, &mut graph, uid, &wants, &mut |_, made| doors.hand(made, take))?;
                    }
                    Ok(())
                }
            }
        })
    }

    /// The schedules that rules at this door use, with the site's zone and holidays; the empty calendar if they use
    /// none.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn calendar(&self, door: &DoorId, as_of: Generation) -> Result<Calendar, SiteError> {
        self.read(|db| calendar(db, row::need_door(db, door)?, row::generation(as_of)))
    }

    /// What may differ between two generations. Costs what the changes in between touched, however many cards there
    /// are.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn touched(&self, after: Generation, through: Generation) -> Result<Touched, SiteError> {
        self.read(|db| touched(db, after, through))
    }
}

/// The same inside a transaction.
pub(super) fn touched(db: &Connection, after: Generation, through: Generation) -> Result<Touched, SiteError> {
    let between = Between { after: row::generation(after), through: row::generation(through) };
    if between.after >= between.through {
        return Ok(Touched::default());
    }
    let doors = Doors::read(db)?;
    let mut pairs: Vec<(DoorId, Uid)> = Vec::new();
    for (door, uid) in touched::pairs(db, between)? {
        pairs.push((doors.name(door)?.clone(), uid));
    }
    // Doors are in the order of their numbers so far, and each one's cards in theirs.
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let calendars = clock::touched(db, between)?;
    let calendars: BTreeSet<DoorId> =
        calendars.into_iter().map(|door| doors.name(door).cloned()).collect::<Result<_, _>>()?;
    Ok(Touched { pairs, calendars: calendars.into_iter().collect() })
}

/// The cards of the pairs that may differ.
pub(super) fn touched_cards(
    db: &Connection,
    after: Generation,
    through: Generation,
) -> Result<BTreeSet<Uid>, SiteError> {
    let between = Between { after: row::generation(after), through: row::generation(through) };
    Ok(touched::pairs(db, between)?.into_iter().map(|(_, uid)| uid).collect())
}

/// Whether a card could ever have been listed at a door.
pub(super) fn was_listed(db: &Connection, door: i64, uid: &Uid) -> Result<bool, SiteError> {
    Ok(doors_of_card(db, uid, Range::EVER)?.contains(&door))
}

/// What is done with a card's entry at a door.
type Take<'a> = &'a mut dyn FnMut(&Bearer, Made) -> Result<(), SiteError>;

/// The entries of one card that are sent to doors.
pub(super) fn listed(
    db: &Connection,
    graph: &mut Graph,
    uid: &Uid,
    wants: &dyn Fn(i64) -> bool,
    take: Take<'_>,
) -> Result<(), SiteError> {
    match Card::of(db, uid, graph.as_of())? {
        Some(card) => entries_of(db, graph, card, wants, take),
        None => Ok(()),
    }
}

fn entries_of(
    db: &Connection,
    graph: &mut Graph,
    card: Card,
    wants: &dyn Fn(i64) -> bool,
    take: Take<'_>,
) -> Result<(), SiteError> {
    if card.is_retired() {
        return Ok(());
    }
    let bearer = Bearer::of(db, card, graph.as_of())?;
    bearer.entries(db, graph, wants, &mut |made| if made.is_possible { take(&bearer, made) } else { Ok(()) })
}

fn all(
    db: &Connection,
    graph: &mut Graph,
    doors: &Doors,
    take: &mut dyn FnMut(&DoorId, Entry),
) -> Result<(), SiteError> {
    let sql = format!(
        "SELECT {} FROM card c JOIN card_state s ON s.uid = c.uid
         WHERE s.since <= $1 AND (s.until IS NULL OR s.until > $1) ORDER BY c.uid",
        facts::CARD_COLUMNS
    );
    let mut statement = row::prepare(db, &sql)?;
    let mut rows = statement.query([graph.as_of()])?;
    while let Some(row) = rows.next()? {
        let card = Card::read(db, row, graph.as_of())?;
        entries_of(db, graph, card, &|_| true, &mut |_, made| doors.hand(made, take))?;
    }
    Ok(())
}

/// The entries of a door inside a transaction, ordered by the bytes of their numbers.
pub(super) fn at_door(
    db: &Connection,
    door: &DoorId,
    only: Option<&[Uid]>,
    as_of: Generation,
    take: &mut dyn FnMut(Entry),
) -> Result<(), SiteError> {
    let door = row::need_door(db, door)?;
    let as_of = row::generation(as_of);
    let mut cards = only.map_or_else(Vec::new, <[Uid]>::to_vec);
    if only.is_none() {
        cards_at_door(db, door, Range::as_of(as_of), &mut |uid| cards.push(uid))?;
    }
    cards.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    cards.dedup();
    let mut graph = Graph::new(db, as_of, Some(door))?;
    let is_it = |wanted: i64| wanted == door;
    cards.iter().try_for_each(|uid| {
        listed(db, &mut graph, uid, &is_it, &mut |_, made| {
            take(made.entry);
            Ok(())
        })
    })
}

/// The names of the doors, by their numbers.
pub(super) struct Doors {
    names: HashMap<i64, DoorId>,
    numbers: HashMap<DoorId, i64>,
}

impl Doors {
    pub(super) fn read(db: &Connection) -> Result<Self, SiteError> {
        let mut statement = row::prepare(db, "SELECT number, id FROM door")?;
        let all: Vec<(i64, DoorId)> = row::all(statement.query([])?, |r| Ok((r.get(0)?, row::door(r, 1)?)))?;
        let numbers = all.iter().map(|(number, name)| (name.clone(), *number)).collect();
        Ok(Self { names: all.into_iter().collect(), numbers })
    }

    pub(super) fn name(&self, door: i64) -> Result<&DoorId, SiteError> {
        self.names.get(&door).ok_or(SiteError::corrupt("door"))
    }

    /// The same as far as whoever asks may see it.
    pub(super) fn seen(&self, door: i64) -> Option<&DoorId> {
        self.names.get(&door)
    }

    pub(super) fn numbers(&self, names: &[DoorId]) -> Result<Vec<i64>, SiteError> {
        let number = |name| self.numbers.get(name).copied().ok_or_else(|| SiteError::not_found("door", name));
        names.iter().map(number).collect()
    }

    fn hand(&self, made: Made, take: &mut dyn FnMut(&DoorId, Entry)) -> Result<(), SiteError> {
        take(self.name(made.door)?, made.entry);
        Ok(())
    }
}
