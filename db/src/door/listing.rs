//! The list in force, card by card, for a controller that asks what its doors know.

use access::entry::{Blocks, Entry};
use access::uid::Uid;
use access::whitelist::WhitelistId;
use rusqlite::params;

use super::whitelist::current;
use super::{DoorDbError, WhitelistStore};

/// Some cards of a list, each with what is in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Of which list.
    pub whitelist: WhitelistId,
    /// In the order of their bytes.
    pub cards: Vec<(Uid, Blocks)>,
}

impl WhitelistStore {
    /// The cards of the list in force that come after one, at most `limit`.
    ///
    /// # Errors
    /// If the file cannot be read, or an entry makes no sense.
    pub fn cards_after(&mut self, after: Option<Uid>, limit: usize) -> Result<Listing, DoorDbError> {
        let (whitelist, bodies) = self.transact(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT body FROM entry WHERE list = (SELECT active FROM meta) AND uid > $1 ORDER BY uid LIMIT $2",
            )?;
            // No bytes at all come before every number.
            let after = after.as_ref().map_or(&[][..], Uid::as_bytes);
            let rows =
                statement.query_map(params![after, i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?;
            Ok((current(transaction)?, rows.collect::<rusqlite::Result<Vec<Vec<u8>>>>()?))
        })?;
        let card = |body: Vec<u8>| {
            let entry = Entry::from_bytes(&body)
                .map_err(|_| DoorDbError::Content { path: self.path().to_path_buf(), what: "whitelist entry" })?;
            Ok((entry.uid, entry.blocks))
        };
        Ok(Listing { whitelist, cards: bodies.into_iter().map(card).collect::<Result<_, DoorDbError>>()? })
    }
}
