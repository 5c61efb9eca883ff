//! Rows of the central log as they lie in the file, whatever has become of them, and whether each agrees with itself.

use access::chain::{Link, commitment, link_parts};
use access::event::{Event, Subject};
use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::chain::EventRow;
use crate::site::intake::denied_for;
use crate::site::{SiteError, row};

/// A row. What should have 32 bytes may have any number.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: u64,
    pub(super) door_number: i64,
    pub(super) door: Option<String>,
    pub(super) epoch: u64,
    pub(super) sequence: u64,
    pub(super) received_ms: i64,
    pub(super) at_ms: i64,
    pub(super) code: String,
    pub(super) reasons: Option<i64>,
    pub(super) uid: Option<Vec<u8>>,
    pub(super) salt: Option<Vec<u8>>,
    pub(super) commitment: Option<Vec<u8>>,
    pub(super) body: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) link_ok: i64,
    pub(super) head: Option<Vec<u8>>,
}

/// The columns that cannot be derived from others, in the form that the chain takes; or the one that cannot be right.
pub(super) struct Sound<'a> {
    pub(super) row: EventRow<'a>,
    /// As it is stored.
    pub(super) head: Link,
}

const COLUMNS: &str = "
    SELECT e.id, e.door, d.id, e.epoch, e.sequence, e.received_ms, e.at_ms, e.code, e.reasons, e.uid, e.salt,
           e.commitment, e.body, e.link, e.link_ok, e.head
    FROM event e LEFT JOIN door d ON d.number = e.door";

/// Rows from this one on.
pub(super) fn read(db: &Connection, from: u64, through: u64, most: u32) -> Result<Vec<Stored>, SiteError> {
    let sql = format!("{COLUMNS} WHERE e.id >= $1 AND e.id <= $2 ORDER BY e.id LIMIT $3");
    let mut statement = row::prepare(db, &sql)?;
    let bound = |row: u64| i64::try_from(row).unwrap_or(i64::MAX);
    row::all(statement.query((bound(from), bound(through), most))?, stored)
}

/// This row, if it is there.
pub(super) fn at(db: &Connection, row: u64) -> Result<Option<Stored>, SiteError> {
    Ok(read(db, row, row, 1)?.pop())
}

fn stored(r: &Row<'_>) -> Result<Stored, SiteError> {
    Ok(Stored {
        id: r.get::<_, i64>(0)?.cast_unsigned(),
        door_number: r.get(1)?,
        door: r.get(2)?,
        epoch: r.get::<_, i64>(3)?.cast_unsigned(),
        sequence: r.get::<_, i64>(4)?.cast_unsigned(),
        received_ms: r.get(5)?,
        at_ms: r.get(6)?,
        // Text that is no longer UTF-8 is none of ours.
        code: String::from_utf8_lossy(r.get_ref(7)?.as_bytes().unwrap_or_default()).into_owned(),
        reasons: r.get(8)?,
        uid: r.get(9)?,
        salt: r.get(10)?,
        commitment: r.get(11)?,
        body: r.get(12)?,
        link: r.get(13)?,
        link_ok: r.get(14)?,
        head: r.get(15)?,
    })
}

impl Stored {
    /// Whether the columns agree with each other; else the one that does not. Heads and links are not looked at. The card
    /// may be gone only where `erased` says that its time was over.
    pub(super) fn sound(&self, erased: bool) -> Result<Sound<'_>, &'static str> {
        let row = self.row(self.id)?;
        let event = Event::from_bytes(&self.body).map_err(|_| "body")?;
        if event.subject.is_some() {
            return Err("body");
        }
        if event.sequence != self.sequence {
            return Err("sequence");
        }
        if event.utc.0 != self.at_ms {
            return Err("at_ms");
        }
        if event.kind.code() != self.code {
            return Err("code");
        }
        if denied_for(&event.kind).map(|reasons| reasons.bits().cast_signed()) != self.reasons {
            return Err("reasons");
        }
        self.subject(row.commitment, erased)?;
        let head = self.head.as_deref().and_then(|head| head.try_into().ok()).map(Link).ok_or("head")?;
        Ok(Sound { row, head })
    }

    /// As the chain takes it, if it were row `number`.
    pub(super) fn row(&self, number: u64) -> Result<EventRow<'_>, &'static str> {
        Ok(EventRow {
            row: number,
            door: self.door.as_deref().ok_or("door")?,
            epoch: self.epoch,
            sequence: self.sequence,
            received_ms: self.received_ms,
            body: &self.body,
            commitment: match &self.commitment {
                Some(bytes) => Some(bytes.as_slice().try_into().map_err(|_| "commitment")?),
                None => None,
            },
            link: self.link()?,
            link_ok: match self.link_ok {
                0 => false,
                1 => true,
                _ => return Err("link_ok"),
            },
        })
    }

    /// Whether its stored head is what it has as row `number` after this head.
    pub(super) fn follows(&self, number: u64, previous: Link) -> bool {
        self.row(number).is_ok_and(|row| self.head.as_deref() == Some(row.head(previous).0.as_slice()))
    }

    /// The head as it is stored; zeros if it has not the length of one.
    pub(super) fn stored_head(&self) -> Link {
        self.head.as_deref().and_then(|head| head.try_into().ok()).map_or(Link::START, Link)
    }

    /// Its link after this one, in the chain of its door.
    pub(super) fn links(&self, previous: Link) -> bool {
        let none = commitment(None);
        let commitment = self.commitment.as_deref().and_then(|bytes| bytes.try_into().ok()).unwrap_or(&none);
        self.link.as_slice() == link_parts(previous, self.epoch, &self.body, commitment).0
    }

    pub(super) fn link(&self) -> Result<Link, &'static str> {
        self.link.as_slice().try_into().map(Link).map_err(|_| "link")
    }

    /// A card that is gone while its commitment is there was erased.
    fn subject(&self, kept: Option<&[u8; 32]>, erased: bool) -> Result<(), &'static str> {
        match (&self.uid, &self.salt, kept) {
            (None, None, None) => Ok(()),
            (None, None, Some(_)) if erased => Ok(()),
            (Some(uid), Some(salt), Some(kept)) => {
                let uid = Uid::new(uid).map_err(|_| "uid")?;
                let salt = salt.as_slice().try_into().map_err(|_| "salt")?;
                if commitment(Some(&Subject { uid, salt })) == *kept { Ok(()) } else { Err("uid, salt or commitment") }
            }
            _ => Err("uid, salt or commitment"),
        }
    }
}
