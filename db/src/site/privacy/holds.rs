//! Legal holds: what is kept beyond its time, and why.

use std::fmt;

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use rusqlite::{Connection, OptionalExtension, Row};

use super::check_reason;
use crate::site::called::door_called;
use crate::site::open::Wakes;
use crate::site::{Actor, PersonId, Site, SiteError, change, row};

/// Longest time that a hold is set for at once: five years. Whoever needs more says so again.
pub const HOLD_LENGTH_MAX_MS: i64 = 5 * 366 * 86_400_000;

/// Most holds that are on at once: each row that is erased is held against all of them.
const HOLDS_MAX: i64 = 100;

/// What a hold is of.
#[derive(Clone, PartialEq, Eq)]
pub enum HoldSubject {
    /// Of everything.
    All,
    /// Of what the cards of this person did while they held them.
    Person(PersonId),
    /// Of what this card did, known or not.
    Card(Uid),
    /// Of what happened at this door.
    Door(DoorId),
}

/// A hold to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// Of what.
    pub subject: HoldSubject,
    /// From when on it happened; open if not given.
    pub from: Option<UtcMs>,
    /// Before when it happened; open if not given.
    pub until: Option<UtcMs>,
    /// Why.
    pub reason: String,
    /// When the hold ends by itself.
    pub ends: UtcMs,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHoldView {
    /// Its number.
    pub id: i64,
    /// What was set.
    pub hold: NewHold,
    /// What people call a person or a door; empty for others.
    pub name: String,
    /// Who set it, and when.
    pub set: (String, UtcMs),
    /// Who lifted it, when and why.
    pub lifted: Option<(String, UtcMs, String)>,
}

/// Numbers of cards stay out of logs.
impl fmt::Debug for HoldSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Person(person) => write!(f, "Person({})", person.0),
            Self::Card(_) => f.write_str("Card"),
            Self::Door(door) => write!(f, "Door({door})"),
        }
    }
}

impl LegalHoldView {
    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self, at: UtcMs) -> bool {
        self.lifted.is_none() && self.hold.ends > at
    }
}

impl Site {
    /// Sets a hold and returns its number. What was erased before stays erased.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] with `reason`; with `ends` and `out-of-range` for a time that is over or more than
    /// [`HOLD_LENGTH_MAX_MS`] away; with `until` and `reversed-window`; with `person` and `unknown-person`, or `door`
    /// and `unknown-door`; with `hold` and `too-many`.
    pub fn add_hold(&self, actor: &Actor<'_>, new: &NewHold) -> Result<i64, SiteError> {
        check_reason(&new.reason)?;
        let latest = UtcMs(actor.at.0.saturating_add(HOLD_LENGTH_MAX_MS));
        if new.ends <= actor.at || new.ends > latest {
            return Err(SiteError::invalid("ends", "out-of-range"));
        }
        if new.from.zip(new.until).is_some_and(|(from, until)| from >= until) {
            return Err(SiteError::invalid("until", "reversed-window"));
        }
        self.write(Wakes::Changes, |db| {
            let on = "SELECT COUNT(*) FROM legal_hold WHERE until IS NULL AND ends_ms > $1";
            let on: i64 = row::prepare(db, on)?.query_row([actor.at.0], |row| row.get(0))?;
            if on >= HOLDS_MAX {
                return Err(SiteError::invalid("hold", "too-many"));
            }
            let (person, uid, door, named) = columns(db, &new.subject)?;
            let change = change::begin(db, actor, "hold-set", &format!("{named}: {}", new.reason))?;
            let sql = "INSERT INTO legal_hold (person, uid, door, from_ms, until_ms, reason, ends_ms, since)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
            let period = (new.from.map(|at| at.0), new.until.map(|at| at.0));
            let values = (person, uid, door, period.0, period.1, &new.reason, new.ends.0, change);
            Ok(row::prepare(db, sql)?.query_row(values, |row| row.get(0))?)
        })
    }

    /// Lifts a hold: what it kept beyond its time is erased soon.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Refused`] with `is-over`, also for one whose time is over;
    /// [`SiteError::Invalid`] with `reason`.
    pub fn lift_hold(&self, actor: &Actor<'_>, id: i64, reason: &str) -> Result<(), SiteError> {
        check_reason(reason)?;
        self.write(Wakes::Changes, |db| {
            let known: Option<(Option<i64>, i64)> =
                row::prepare(db, "SELECT until, ends_ms FROM legal_hold WHERE id = $1")?
                    .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
            match known {
                None => return Err(SiteError::not_found("hold", &id)),
                Some((None, ends)) if ends > actor.at.0 => {}
                Some(_) => return Err(SiteError::refused("hold", "is-over")),
            }
            let change = change::begin(db, actor, "hold-lift", &format!("{id}: {reason}"))?;
            row::prepare(db, "UPDATE legal_hold SET until = $1, lifted_reason = $2 WHERE id = $3")?
                .execute((change, reason, id))?;
            take_up(db, actor.at)
        })
    }

    /// Holds, newest first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn legal_holds(&self, limit: u32) -> Result<Vec<LegalHoldView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                concat!(
                    "SELECT h.id, h.person, h.uid, d.id, h.from_ms, h.until_ms, h.reason, h.ends_ms,
                        COALESCE(p.name, ",
                    door_called!(),
                    ", ''), s.operator, s.at_ms, l.operator, l.at_ms, h.lifted_reason
                 FROM legal_hold h JOIN change s ON s.number = h.since LEFT JOIN change l ON l.number = h.until
                 LEFT JOIN person p ON p.id = h.person LEFT JOIN door d ON d.number = h.door
                 ORDER BY h.id DESC LIMIT $1"
                ),
            )?;
            row::all(statement.query([row::limit_of(limit)])?, view)
        })
    }
}

/// Whether a hold keeps the row `e` of the log; `{now}` stands for the time. A door's clock may be off, so what happened
/// in the period by either clock is kept.
pub(super) const HELD_EVENT: &str = "EXISTS (
    SELECT 1 FROM legal_hold h WHERE h.until IS NULL AND h.ends_ms > {now}
        AND (h.from_ms IS NULL OR e.at_ms >= h.from_ms OR e.received_ms >= h.from_ms)
        AND (h.until_ms IS NULL OR e.at_ms < h.until_ms OR e.received_ms < h.until_ms)
        AND (h.door IS NULL OR h.door = e.door) AND (h.uid IS NULL OR h.uid = e.uid)
        AND (h.person IS NULL OR EXISTS (
            SELECT 1 FROM holding o WHERE o.uid = e.uid AND o.person = h.person AND o.until IS NULL
                AND (o.from_s IS NULL OR o.from_s * 1000 <= e.at_ms)
                AND (o.until_s IS NULL OR e.at_ms < o.until_s * 1000))))";

/// Whether a hold keeps the alarm `a`. What is no alarm of the person's card or of the door is none of the hold.
pub(super) const HELD_ALARM: &str = "EXISTS (
    SELECT 1 FROM legal_hold h WHERE h.until IS NULL AND h.ends_ms > {now}
        AND (h.from_ms IS NULL OR a.last_ms >= h.from_ms) AND (h.until_ms IS NULL OR a.first_ms < h.until_ms)
        AND (h.door IS NULL OR h.door = a.door) AND (h.uid IS NULL OR h.uid = a.uid)
        AND (h.person IS NULL OR EXISTS (
            SELECT 1 FROM holding o WHERE o.uid = a.uid AND o.person = h.person AND o.until IS NULL)))";

/// Whether a hold keeps what was done at `{at}`: of whom a detail speaks is words, so a hold of anybody keeps all.
pub(super) const HELD_ACT: &str = "EXISTS (
    SELECT 1 FROM legal_hold h WHERE h.until IS NULL AND h.ends_ms > {now}
        AND (h.from_ms IS NULL OR {at} >= h.from_ms) AND (h.until_ms IS NULL OR {at} < h.until_ms))";

/// Whether any hold is on.
pub(super) fn any(db: &Connection, now: UtcMs) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM legal_hold WHERE until IS NULL AND ends_ms > $1)";
    Ok(row::prepare(db, sql)?.query_row([now.0], |row| row.get(0))?)
}

/// Whether the time of one is over, and what was passed over for it has not been taken up again.
pub(super) fn any_over(db: &Connection, now: UtcMs) -> Result<bool, SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM legal_hold WHERE swept = 0 AND ends_ms <= $1)";
    Ok(row::prepare(db, sql)?.query_row([now.0], |row| row.get(0))?)
}

/// Goes back to what was passed over for holds that are over. What another hold still keeps is passed over again.
pub(super) fn take_up(db: &Connection, now: UtcMs) -> Result<(), SiteError> {
    let sql = "UPDATE legal_hold SET swept = 1 WHERE swept = 0 AND (ends_ms <= $1 OR until IS NOT NULL)";
    if row::prepare(db, sql)?.execute([now.0])? == 0 {
        return Ok(());
    }
    let sql = "UPDATE retention_progress SET through = MIN(through, held_from - 1), held_from = NULL
               WHERE held_from IS NOT NULL";
    row::prepare(db, sql)?.execute([])?;
    Ok(())
}

type Columns<'a> = (Option<i64>, Option<&'a [u8]>, Option<i64>, String);

/// As stored, and as the operator log has it.
fn columns<'a>(db: &Connection, subject: &'a HoldSubject) -> Result<Columns<'a>, SiteError> {
    Ok(match subject {
        HoldSubject::All => (None, None, None, "all".to_owned()),
        HoldSubject::Person(person) => {
            need_person(db, *person)?;
            (Some(person.0), None, None, format!("person {}", person.0))
        }
        HoldSubject::Card(uid) => (None, Some(uid.as_bytes()), None, format!("card {}", uid.hex())),
        HoldSubject::Door(door) => (None, None, Some(row::known_door(db, door)?), format!("door {door}")),
    })
}

pub(super) fn need_person(db: &Connection, person: PersonId) -> Result<(), SiteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM person WHERE id = $1)";
    let known: bool = row::prepare(db, sql)?.query_row([person.0], |row| row.get(0))?;
    if known { Ok(()) } else { Err(SiteError::invalid("person", "unknown-person")) }
}

fn view(r: &Row<'_>) -> Result<LegalHoldView, SiteError> {
    let person: Option<i64> = r.get(1)?;
    let subject = match (person, row::uid_or_none(r, 2)?, r.get::<_, Option<String>>(3)?) {
        (Some(person), _, _) => HoldSubject::Person(PersonId(person)),
        (None, Some(uid), _) => HoldSubject::Card(uid),
        (None, None, Some(_)) => HoldSubject::Door(row::door(r, 3)?),
        (None, None, None) => HoldSubject::All,
    };
    let time = |column| Ok::<_, SiteError>(r.get::<_, Option<i64>>(column)?.map(UtcMs));
    let lifted: Option<String> = r.get(11)?;
    Ok(LegalHoldView {
        id: r.get(0)?,
        hold: NewHold { subject, from: time(4)?, until: time(5)?, reason: r.get(6)?, ends: UtcMs(r.get(7)?) },
        name: r.get(8)?,
        set: (r.get(9)?, UtcMs(r.get(10)?)),
        lifted: match lifted {
            Some(operator) => Some((operator, UtcMs(r.get(12)?), r.get::<_, Option<String>>(13)?.unwrap_or_default())),
            None => None,
        },
    })
}
