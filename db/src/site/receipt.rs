//! What a door is told of its own journal: how far it has come in, and what one event of it says here.

use access::confirm::{LogHead, Receipt};
use access::id::DoorId;
use rusqlite::Transaction;

use super::{Site, SiteError, log, row};

/// What a status asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptAsked {
    /// Whose journal.
    pub door: DoorId,
    /// Which life of it.
    pub epoch: u64,
    /// The event whose link is to be told.
    pub probe: u64,
}

impl Site {
    /// What has come in of a door's journal. An epoch that was never heard of is through 0, and has no link.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn receipt(&self, asked: &ReceiptAsked) -> Result<Receipt, SiteError> {
        self.read(|db| receipt(db, asked))
    }

    /// The same for many doors at once, in their order, with the head of the log as of the same moment.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for a door.
    pub fn receipts(&self, asked: &[ReceiptAsked]) -> Result<(Vec<Receipt>, LogHead), SiteError> {
        self.read(|db| {
            let receipts = asked.iter().map(|asked| receipt(db, asked)).collect::<Result<_, _>>()?;
            Ok((receipts, log::stored_head(db)?))
        })
    }
}

fn receipt(db: &Transaction<'_>, asked: &ReceiptAsked) -> Result<Receipt, SiteError> {
    let ReceiptAsked { door, epoch, probe } = asked;
    let door = row::need_door(db, door)?;
    let mut through = row::prepare(db, "SELECT through FROM journal WHERE door = $1 AND epoch = $2")?;
    let through = row::first(through.query((door, epoch.cast_signed()))?, |r| Ok(r.get::<_, i64>(0)?.cast_unsigned()))?;
    let mut link = row::prepare(db, "SELECT link FROM event WHERE door = $1 AND epoch = $2 AND sequence = $3")?;
    let link = row::first(link.query((door, epoch.cast_signed(), probe.cast_signed()))?, |r| row::link(r, 0))?;
    Ok(Receipt { epoch: *epoch, through: through.unwrap_or(0), probe: *probe, link })
}
