//! The central log, read.

use std::fmt;

use access::event::Event;
use access::id::DoorId;
use access::reason::Reason;
use access::time::UtcMs;
use access::uid::Uid;

use access::event::Subject;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};

use super::{PersonId, Site, SiteError, row};

/// Most doors that one filter may name.
const FILTER_DOORS_MAX: usize = 200;

/// Longest event code that a filter may name, in bytes.
const CODE_LENGTH_MAX: usize = 64;

/// Which events to show. Everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// At one of these doors; at any if empty.
    pub doors: Vec<DoorId>,
    /// With this card.
    pub uid: Option<Uid>,
    /// By the person who held the card at the event's time.
    pub person: Option<PersonId>,
    /// With this event code.
    pub code: Option<String>,
    /// Denied for this reason, perhaps among others.
    pub reason: Option<Reason>,
    /// From this instant on, by the door's clock.
    pub from: Option<UtcMs>,
    /// Before this instant, by the door's clock.
    pub until: Option<UtcMs>,
}

/// Where in the log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seek {
    /// The newest, newest first.
    #[default]
    Newest,
    /// Those before this id, newest first.
    Before(i64),
    /// Those after this id, oldest first.
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

impl Site {
    /// Events of the central log.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for an unknown door, too many doors, or a code that is too long.
    pub fn events(&self, filter: &EventFilter, seek: Seek, limit: u32) -> Result<Vec<EventView>, SiteError> {
        self.read(|db| {
            let mut query = Query::new();
            query.filter(db, filter)?;
            let order = match seek {
                Seek::Newest => "DESC",
                Seek::Before(id) => {
                    query.and("e.id < {}", id);
                    "DESC"
                }
                Seek::After(id) => {
                    query.and("e.id > {}", id);
                    "ASC"
                }
            };
            let limit = row::limit_of(limit);
            query.sql.push_str(&format!(" ORDER BY e.id {order} LIMIT {limit}"));
            let mut statement = row::prepare(db, &query.sql)?;
            row::all(statement.query(params_from_iter(query.values))?, view)
        })
    }
}

/// The events behind an alarm, oldest first.
pub(super) fn of_alarm(db: &Connection, alarm: i64) -> Result<Vec<EventView>, SiteError> {
    let sql = format!("{EVENTS} AND e.id IN (SELECT event FROM alarm_event WHERE alarm = $1) ORDER BY e.id");
    let mut statement = row::prepare(db, &sql)?;
    row::all(statement.query([alarm])?, view)
}

/// Every event with its door and with the person who held its card when it happened.
const EVENTS: &str = "
    SELECT e.id, d.id, d.name, e.epoch, e.sequence, e.body, e.uid, e.salt, e.received_ms, e.link_ok,
           p.id, p.name, e.uid IS NULL AND e.commitment IS NOT NULL
    FROM event e
    JOIN door d ON d.number = e.door
    LEFT JOIN holding h ON h.uid = e.uid AND h.until IS NULL
         AND (h.from_s IS NULL OR h.from_s * 1000 <= e.at_ms)
         AND (h.until_s IS NULL OR e.at_ms < h.until_s * 1000)
    LEFT JOIN person p ON p.id = h.person
    WHERE 1 = 1";

/// A statement in the making. Only the conditions that are asked for stand in it, so that each uses its
/// index; values never become part of the text.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn new() -> Self {
        Self { sql: EVENTS.to_owned(), values: Vec::new() }
    }

    /// Adds a condition; `{}` stands for the value, wherever it stands.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace("{}", &place));
    }

    fn filter(&mut self, db: &Connection, filter: &EventFilter) -> Result<(), SiteError> {
        if filter.doors.len() > FILTER_DOORS_MAX {
            return Err(SiteError::invalid("doors", "too-many"));
        }
        if !filter.doors.is_empty() {
            let numbers = filter.doors.iter().map(|door| row::known_door(db, door));
            let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
            let first = self.values.len() + 1;
            let places: Vec<String> = (first..first + numbers.len()).map(|n| format!("${n}")).collect();
            self.values.extend(numbers.into_iter().map(Value::from));
            // One door is found by its index, already in order. Of several, SQLite would collect and sort
            // everything; the plus keeps it to reading the log backwards, which ends with the page.
            let sign = if places.len() > 1 { "+" } else { "" };
            self.sql.push_str(&format!(" AND {sign}e.door IN ({})", places.join(", ")));
        }
        if let Some(uid) = &filter.uid {
            self.and("e.uid = {}", uid.as_bytes().to_vec());
        }
        if let Some(person) = filter.person {
            let cards = "e.uid IN (SELECT uid FROM holding WHERE person = {} AND until IS NULL)";
            self.and(&format!("h.person = {{}} AND {cards}"), person.0);
        }
        if let Some(code) = &filter.code {
            row::check_text("code", code, CODE_LENGTH_MAX)?;
            self.and("e.code = {}", code.clone());
        }
        if let Some(reason) = filter.reason {
            let bits = access::reason::Reasons::from(reason).bits().cast_signed();
            self.and("(e.reasons & {}) <> 0", bits);
        }
        if let Some(from) = filter.from {
            self.and("e.at_ms >= {}", from.0);
        }
        if let Some(until) = filter.until {
            self.and("e.at_ms < {}", until.0);
        }
        Ok(())
    }
}

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
