//! The central log, read: newest first, in the order in which things happened.
//!
//! | module | subject |
//! | --- | --- |
//! | `wanted` | the filter as the tables know it |
//! | `lanes` | the ways into the log, and how they are merged |
//! | `search` | one page, with bounded work |
//! | `watch` | the same filter over events that come in |

use std::fmt;

use access::event::{Event, Subject};
use access::id::DoorId;
use access::reason::Reasons;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::called::door_called;
use super::{AreaId, PersonId, Site, SiteError, row};

mod lanes;
mod search;
mod wanted;
mod watch;

pub use search::{EventMark, Found};
pub use watch::EventWatch;

/// Most doors that one filter may name.
const FILTER_DOORS_MAX: usize = 200;
/// Most areas that one filter may name.
const FILTER_AREAS_MAX: usize = 100;
/// Most cards, and most persons, that one filter may name.
const FILTER_SUBJECTS_MAX: usize = 100;
/// Most codes that one filter may name: more than there are.
const FILTER_WORDS_MAX: usize = 100;
/// Longest event code that a filter may name, in bytes.
const CODE_LENGTH_MAX: usize = 64;

/// How far a door's clock may be ahead of the controller's and still be believed in the order of the list. The
/// database has the same number in the column `happened_ms`.
const AHEAD_MAX_MS: i64 = 5 * 60 * 1_000;

/// Which events to show. Everything that is given must hold; of several values of one kind, any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// At one of these doors; with `areas` empty too, at any.
    pub doors: Vec<DoorId>,
    /// At one of the doors that these areas have now.
    pub areas: Vec<AreaId>,
    /// With one of these cards; with any if empty.
    pub uids: Vec<Uid>,
    /// By one of these persons, who held the card at the event's time; by anybody if empty.
    pub persons: Vec<PersonId>,
    /// With one of these event codes; with any if empty.
    pub codes: Vec<String>,
    /// Denied for one of these reasons, perhaps among others; for any, or none, if empty.
    pub reasons: Reasons,
    /// Only taps, granted or denied.
    pub granted: Option<bool>,
    /// Happened at this instant or later.
    pub from: Option<UtcMs>,
    /// Happened before this instant.
    pub until: Option<UtcMs>,
}

/// Where in the log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seek {
    /// What happened last, newest first.
    #[default]
    Newest,
    /// What happened before the event with this id, newest first.
    Before(i64),
    /// What came in after this id, in the order of the intake.
    After(i64),
}

/// An event in the central log.
#[derive(Clone, PartialEq, Eq)]
pub struct EventView {
    /// Counts up with the intake.
    pub id: i64,
    /// Where.
    pub door: DoorId,
    /// What people call that door.
    pub door_name: String,
    /// The epoch of its journal.
    pub epoch: u64,
    /// Its place there.
    pub sequence: u64,
    /// The event, with its card.
    pub event: Event,
    /// When the controller got it.
    pub received: UtcMs,
    /// Who held the card at the event's time.
    pub holder: Option<(PersonId, String)>,
    /// Whether it fits the chain of its door.
    pub link_ok: bool,
    /// Whether there was a card that was erased when its time was over.
    pub erased: bool,
}

/// The holder's name stays out of logs, as the number does.
impl fmt::Debug for EventView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventView")
            .field("id", &self.id)
            .field("door", &self.door)
            .field("epoch", &self.epoch)
            .field("event", &self.event)
            .field("holder", &self.holder.as_ref().map(|(id, _)| id))
            .field("link_ok", &self.link_ok)
            .finish_non_exhaustive()
    }
}

impl EventView {
    /// When it happened: by the door's clock, unless that was far ahead of the controller's.
    #[must_use]
    pub fn happened(&self) -> UtcMs {
        UtcMs(self.event.utc.0.min(self.received.0.saturating_add(AHEAD_MAX_MS)))
    }
}

impl Site {
    /// One event, as far as whoever asks may see it: nothing if there is none for them.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn event(&self, id: i64) -> Result<Option<EventView>, SiteError> {
        self.read(|db| view_of(db, id))
    }

    /// Events of the central log, as many as one search finds: see [`Site::find_events`].
    ///
    /// # Errors
    /// Those of [`Site::find_events`].
    pub fn events(&self, filter: &EventFilter, seek: Seek, limit: u32) -> Result<Vec<EventView>, SiteError> {
        Ok(self.find_events(filter, seek, limit)?.events)
    }
}

/// The events behind an alarm, oldest first.
pub(super) fn of_alarm(db: &Connection, alarm: i64) -> Result<Vec<EventView>, SiteError> {
    let sql = format!("{EVENTS} AND e.id IN (SELECT event FROM alarm_event WHERE alarm = $1) ORDER BY e.id");
    let mut statement = row::prepare(db, &sql)?;
    row::all(statement.query([alarm])?, view)
}

/// One event; nothing if there is none, or if it is at no door.
pub(super) fn view_of(db: &Connection, id: i64) -> Result<Option<EventView>, SiteError> {
    Ok(views(db, &[id])?.pop())
}

/// Events by their ids, in that order.
fn views(db: &Connection, ids: &[i64]) -> Result<Vec<EventView>, SiteError> {
    let mut statement = row::prepare(db, &format!("{EVENTS} AND e.id = $1"))?;
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        views.extend(row::first(statement.query([id])?, view)?);
    }
    Ok(views)
}

/// Every event with its door and with the person who held its card when it happened. Where somebody was is told with the
/// event, whether or not the door itself is within.
const EVENTS: &str = concat!(
    "SELECT e.id, d.id, ",
    door_called!(),
    ", e.epoch, e.sequence, e.body, e.uid, e.salt, e.received_ms, e.link_ok,
           p.id, p.name, e.uid IS NULL AND e.commitment IS NOT NULL
    FROM event e
    JOIN main.door d ON d.number = e.door
    LEFT JOIN holding h ON h.uid = e.uid AND h.until IS NULL
         AND (h.from_s IS NULL OR h.from_s * 1000 <= e.at_ms)
         AND (h.until_s IS NULL OR e.at_ms < h.until_s * 1000)
    LEFT JOIN person p ON p.id = h.person
    WHERE 1 = 1"
);

fn view(row: &Row<'_>) -> Result<EventView, SiteError> {
    let body = row.get_ref(5)?.as_blob().ok();
    let mut event = body.and_then(|body| Event::from_bytes(body).ok()).ok_or(SiteError::corrupt("event"))?;
    if row.get_ref(6)? != ValueRef::Null {
        event.subject = Some(Subject { uid: row::uid(row, 6)?, salt: row.get(7)? });
    }
    let holder = match row.get::<_, Option<i64>>(10)? {
        Some(person) => Some((PersonId(person), row.get(11)?)),
        None => None,
    };
    Ok(EventView {
        id: row.get(0)?,
        door: row::door(row, 1)?,
        door_name: row.get(2)?,
        epoch: row.get::<_, i64>(3)?.cast_unsigned(),
        sequence: row.get::<_, i64>(4)?.cast_unsigned(),
        event,
        received: UtcMs(row.get(8)?),
        holder,
        link_ok: row.get(9)?,
        erased: row.get(12)?,
    })
}
