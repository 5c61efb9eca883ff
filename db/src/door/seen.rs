//! How far the door itself has seen cards count.
//!
//! It shares its rows with the counters that come from elsewhere: what a door insists on is that a card never goes
//! back, wherever it was seen.

use access::credential::block::Token;
use access::uid::Uid;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{COUNTERS_ROWS_MAX, DoorDbError, Lookup, WhitelistStore};

const READ: &str = "SELECT issue, value, nonce, in_doubt FROM counter WHERE uid = $1";

/// What the door remembers of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The chip.
    pub uid: Uid,
    /// Which encoding of it.
    pub issue: u8,
    /// The furthest that was seen.
    pub token: Token,
    /// Taps in a row whose write could not be read back.
    pub in_doubt: u8,
}

impl WhitelistStore {
    /// Takes note of what was seen at this door. A counter never goes back, but a new encoding begins anew: which one
    /// is the present one is known from the card's entry, so another issue replaces what was there. When there is
    /// no room, cards that are on no list any more are forgotten.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_seen(&mut self, seen: &[Seen]) -> Result<(), DoorDbError> {
        self.transact(|transaction| {
            let rows: u32 = transaction.query_row("SELECT count(*) FROM counter", [], |row| row.get(0))?;
            if rows.saturating_add(u32::try_from(seen.len()).unwrap_or(u32::MAX)) > COUNTERS_ROWS_MAX {
                transaction.execute(
                    "DELETE FROM counter WHERE NOT EXISTS (SELECT 1 FROM entry, meta \
                     WHERE entry.list = meta.active AND entry.uid = counter.uid)",
                    [],
                )?;
            }
            let mut note = transaction.prepare_cached(
                "INSERT INTO counter (uid, issue, value, nonce, in_doubt) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (uid) DO UPDATE SET in_doubt = excluded.in_doubt, issue = excluded.issue, \
                 nonce = CASE WHEN excluded.issue = counter.issue AND excluded.value <= counter.value \
                 THEN counter.nonce ELSE excluded.nonce END, \
                 value = CASE WHEN excluded.issue = counter.issue AND excluded.value <= counter.value \
                 THEN counter.value ELSE excluded.value END",
            )?;
            for Seen { uid, issue, token, in_doubt } in seen {
                note.execute(params![uid.as_bytes(), issue, token.counter, token.nonce, in_doubt])?;
            }
            Ok(())
        })
    }
}

impl Lookup {
    /// How far a card has been seen to count, here or elsewhere.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn seen(&self, uid: &Uid) -> Result<Option<Seen>, DoorDbError> {
        let read = |row: &Row<'_>| {
            let token = Token { counter: row.get(1)?, nonce: row.get(2)? };
            Ok(Seen { uid: *uid, issue: row.get(0)?, token, in_doubt: row.get(3)? })
        };
        self.connection
            .prepare_cached(READ)
            .and_then(|mut statement| statement.query_row([uid.as_bytes()], read).optional())
            .map_err(|source| self.sql(source))
    }
}
