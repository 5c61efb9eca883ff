//! The calendar that stands beside the entries of a list.
//!
//! A list without one has the empty calendar: no schedule holds there, and no refusal by hours is lifted.

use access::calendar::Calendar;
use access::whitelist::WhitelistId;
use rusqlite::{OptionalExtension as _, Transaction, params};

/// A calendar takes the place of what the list had. It has another number each time, also when it is repeated:
/// a reader that decodes once too often loses a millisecond, one that decodes too seldom is wrong.
pub(super) fn put(
    transaction: &Transaction<'_>,
    list: i64,
    calendar: &Calendar,
    id: &mut WhitelistId,
) -> rusqlite::Result<()> {
    let old = read(transaction, list)?;
    let number: i64 =
        transaction.query_row("UPDATE meta SET calendars = calendars + 1 RETURNING calendars", [], |row| row.get(0))?;
    transaction.execute(
        "INSERT INTO calendar (list, number, body) VALUES ($1, $2, $3) \
         ON CONFLICT (list) DO UPDATE SET number = excluded.number, body = excluded.body",
        params![list, number, calendar.to_bytes()],
    )?;
    id.replace_calendar(&old, calendar);
    Ok(())
}

/// Forgets the calendar of a list that is not needed any more.
pub(super) fn forget(transaction: &Transaction<'_>, list: i64) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM calendar WHERE list = $1", [list]).map(|_| ())
}

/// One that cannot be read counts as none: the digest comes out otherwise than promised then, and the controller
/// sends the whole.
fn read(transaction: &Transaction<'_>, list: i64) -> rusqlite::Result<Calendar> {
    let body: Option<Vec<u8>> =
        transaction.query_row("SELECT body FROM calendar WHERE list = $1", [list], |row| row.get(0)).optional()?;
    Ok(body.and_then(|bytes| Calendar::from_bytes(&bytes).ok()).unwrap_or_default())
}
