//! One thing that a request names, and whether it is within.

use access::id::DoorId;
use access::uid::Uid;
use rusqlite::types::Value;

use crate::site::{PersonId, Site, SiteError, row};

/// A thing that an address names. What is no such thing has no part that could lie outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// A card.
    Card(Uid),
    /// A door or an encoder.
    Door(DoorId),
    /// An event of the log.
    Event(i64),
    /// An alarm.
    Alarm(i64),
    /// A mute of alarms.
    Mute(i64),
    /// An employment.
    Employment(i64),
    /// A right to practise.
    Right(i64),
    /// A backup card that was handed out.
    HandOut(i64),
    /// A command to a door.
    Command(i64),
    /// A card that is to be written.
    Encoding(i64),
    /// A lockdown.
    Lockdown(i64),
    /// A request for access.
    Request(i64),
}

impl Subject {
    fn key(&self) -> (&'static str, Value) {
        match self {
            Self::Person(PersonId(id)) => ("person WHERE id", Value::Integer(*id)),
            Self::Card(uid) => ("card WHERE uid", Value::Blob(uid.as_bytes().to_vec())),
            Self::Door(id) => ("door WHERE id", Value::Text(id.to_string())),
            Self::Event(id) => ("event WHERE id", Value::Integer(*id)),
            Self::Alarm(id) => ("alarm WHERE id", Value::Integer(*id)),
            Self::Mute(id) => ("alarm_mute WHERE id", Value::Integer(*id)),
            Self::Employment(number) => ("employment WHERE number", Value::Integer(*number)),
            Self::Right(number) => ("right_to_practise WHERE number", Value::Integer(*number)),
            Self::HandOut(id) => ("handout WHERE id", Value::Integer(*id)),
            Self::Command(id) => ("command WHERE id", Value::Integer(*id)),
            Self::Encoding(id) => ("encode_job WHERE id", Value::Integer(*id)),
            Self::Lockdown(id) => ("lockdown WHERE id", Value::Integer(*id)),
            Self::Request(id) => ("access_request WHERE id", Value::Integer(*id)),
        }
    }
}

impl Site {
    /// Whether there is such a thing, as far as whoever asks may see. What is not there and what is outside look alike.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn sees(&self, subject: &Subject) -> Result<bool, SiteError> {
        let (place, key) = subject.key();
        self.read(|db| Ok(row::prepare(db, &format!("SELECT 1 FROM {place} = $1"))?.exists([key])?))
    }
}
