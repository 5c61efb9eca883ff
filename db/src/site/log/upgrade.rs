//! Heads for the rows of a database from before rows had any: once, in parts, from where it was left.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::chain::EventRow;
use super::{changes, store_head, stored_head};
use crate::site::{SiteError, row};

/// Rows in one transaction: a power cut costs so many, and the file beside the database stays small.
const ROWS_AT_ONCE: i64 = 20_000;

/// Gives the rows of before their heads. What they say is taken as it stands: from now on it cannot be changed
/// unseen, and what was changed before cannot be told.
pub(in crate::site) fn bring_up(connection: &mut Connection) -> Result<(), SiteError> {
    let mut done = 0_u64;
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 = transaction.query_row("SELECT log_chain FROM site WHERE id = 1", [], |row| row.get(0))?;
        if version != 1 {
            return Ok(());
        }
        let mut rows = part(&transaction)?;
        if rows == 0 {
            rows = changes::chain(&transaction, ROWS_AT_ONCE)?;
        }
        if rows == 0 {
            transaction.execute("UPDATE site SET log_chain = 2 WHERE id = 1", [])?;
        }
        transaction.commit()?;
        done += u64::from(rows);
        tracing::info!(rows = done, "the log of before is being chained, row by row; this happens once");
    }
}

/// Says how many rows.
fn part(db: &Transaction<'_>) -> Result<u32, SiteError> {
    let mut log = stored_head(db)?;
    let mut select = row::prepare(
        db,
        "SELECT e.id, d.id, e.epoch, e.sequence, e.received_ms, e.body, e.commitment, e.link, e.link_ok
         FROM event e JOIN door d ON d.number = e.door WHERE e.id > $1 ORDER BY e.id LIMIT $2",
    )?;
    let mut update = row::prepare(db, "UPDATE event SET head = $1 WHERE id = $2")?;
    let mut rows = select.query((log.row.cast_signed(), ROWS_AT_ONCE))?;
    let mut count = 0;
    while let Some(r) = rows.next()? {
        let (id, door, body): (i64, String, Vec<u8>) = (r.get(0)?, r.get(1)?, r.get(5)?);
        let commitment: Option<[u8; 32]> = r.get(6)?;
        let event = EventRow {
            row: id.cast_unsigned(),
            door: &door,
            epoch: r.get::<_, i64>(2)?.cast_unsigned(),
            sequence: r.get::<_, i64>(3)?.cast_unsigned(),
            received_ms: r.get(4)?,
            body: &body,
            commitment: commitment.as_ref(),
            link: row::link(r, 7)?,
            link_ok: r.get(8)?,
        };
        log.link = event.head(log.link);
        log.row = event.row;
        update.execute((log.link.0, id))?;
        count += 1;
    }
    store_head(db, log)?;
    Ok(count)
}
