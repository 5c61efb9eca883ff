//! Section 4 of the page, as far as an attacker needs it: what a door says of itself, what a controller may order, and the
//! MAC-less middle of both.

use super::postcard::{Reader, Writer};

/// What a status tells, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Of the connection.
    pub session: u64,
    /// The door's own time.
    pub mono: u64,
    /// The whitelist in force.
    pub whitelist: u64,
    /// The state in force.
    pub state: u64,
    /// 0 normal, 1 locked down, 2 unlocked, 3 locked.
    pub mode: u8,
    /// Random for each status.
    pub nonce: [u8; 16],
    /// Seconds since the newest confirmation.
    pub confirmed_age_s: Option<u64>,
    /// Whether the lock is released.
    pub released: bool,
    /// Messages refused since the boot.
    pub refused: u64,
}

impl Status {
    /// Reads a message of a door; nothing if it is no status.
    #[must_use]
    pub fn read(message: &[u8]) -> Option<Self> {
        let mut reader = Reader(message);
        if reader.number()? != 0 {
            return None;
        }
        let (session, mono, _utc) = (reader.number()?, reader.number()?, reader.signed()?);
        // Trust, and the wire versions.
        reader.array(3)?;
        reader.bytes()?;
        let whitelist = list(&mut reader)?;
        let (state, _counters, _passages) = (reader.number()?, reader.number()?, reader.number()?);
        let mode = reader.byte()?;
        let nonce = reader.array(16)?.try_into().ok()?;
        let confirmed_age_s = reader.optional(Reader::number)?;
        head(&mut reader)?;
        // The journal: oldest, probe, newest, acknowledged, how full.
        for _ in 0..4 {
            reader.number()?;
        }
        reader.array(1)?;
        let (_reader, released, _leaf) = (reader.byte()?, reader.byte()? == 1, reader.byte()?);
        let (_faults, refused) = (reader.number()?, reader.number()?);
        reader.0.is_empty().then_some(Self {
            session,
            mono,
            whitelist,
            state,
            mode,
            nonce,
            confirmed_age_s,
            released,
            refused,
        })
    }
}

/// A command to unlock once, by the door's own time.
#[must_use]
pub fn unlock(id: u64, boot: u64, session: u64, expires: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.number(5).number(id).number(boot).number(session).number(expires).number(0);
    writer.0
}

/// Everything through this event is on disk, says somebody.
#[must_use]
pub fn acknowledged(epoch: u64, through: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.number(4).number(epoch).number(through).number(0).array(&[0; 32]);
    writer.0
}

/// An event with nothing in it but its number and its kind, which needs no fields, such as 1: somebody has pressed the
/// exit button.
#[must_use]
pub fn events(sequences: &[u64], kind: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.number(1).number(u64::try_from(sequences.len()).unwrap_or(u64::MAX));
    for sequence in sequences {
        writer.number(*sequence).number(1).number(1).signed(1).number(2).number(1).number(1).number(0);
        writer.number(kind).byte(0);
    }
    writer.0
}

/// Which variant a message is, in either direction.
#[must_use]
pub fn variant(message: &[u8]) -> Option<u64> {
    Reader(message).number()
}

/// A `WhitelistId`; its generation.
fn list(reader: &mut Reader<'_>) -> Option<u64> {
    let generation = reader.number()?;
    for _ in 0..4 {
        reader.number()?;
    }
    reader.number()?;
    Some(generation)
}

/// A `LogHead`; its row.
fn head(reader: &mut Reader<'_>) -> Option<u64> {
    let row = reader.number()?;
    reader.array(32)?;
    Some(row)
}
