//! The operator log, chained as it is written.

use access::chain::Link;
use access::time::UtcMs;
use rusqlite::Connection;

use super::chain::{ChangeRow, Said};
use crate::site::{SiteError, row};

/// The newest change that is chained, and its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::site) struct ChangeHead {
    pub(in crate::site) number: u64,
    pub(in crate::site) link: Link,
}

/// Chains the changes that a transaction has added, at its end: what a change is about may be said late. Says how many.
/// Numbers may leave some out: a restored site jumps ahead of what its doors have heard.
pub(in crate::site) fn chain(db: &Connection, most: i64) -> Result<u32, SiteError> {
    let mut head = stored_head(db)?;
    let mut changes = row::prepare(
        db,
        "SELECT number, at_ms, operator, action, detail, before, after FROM change
         WHERE number > $1 ORDER BY number LIMIT $2",
    )?;
    let mut rows = changes.query((head.number.cast_signed(), most))?;
    let mut update = row::prepare(db, "UPDATE change SET salt = $1, commitment = $2, head = $3 WHERE number = $4")?;
    let mut count = 0;
    while let Some(r) = rows.next()? {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| SiteError::Storage(Box::new(error)))?;
        let (number, operator, action): (i64, String, String) = (r.get(0)?, r.get(2)?, r.get(3)?);
        let (detail, before, after): (String, Option<String>, Option<String>) = (r.get(4)?, r.get(5)?, r.get(6)?);
        let said = Said { detail: &detail, before: before.as_deref(), after: after.as_deref() };
        let commitment = said.commitment(&salt);
        let row = ChangeRow {
            number: number.cast_unsigned(),
            at_ms: r.get(1)?,
            operator: &operator,
            action: &action,
            commitment: &commitment,
        };
        head = ChangeHead { number: row.number, link: row.head(head.link) };
        update.execute((salt, commitment, head.link.0, number))?;
        count += 1;
    }
    row::prepare(db, "UPDATE site SET change_number = $1, change_head = $2 WHERE id = 1")?
        .execute((head.number.cast_signed(), head.link.0))?;
    Ok(count)
}

/// What says how far something was erased, and names nobody. It stays, since checking the logs asks for it.
const DECLARATIONS: &str = "('events-erased', 'unknown-cards-erased', 'alarms-erased', 'audit-erased')";

/// Lets the changes after one and through another forget their details, but for those of which `held` is true, where
/// `c` is the change and `{now}` the time. The commitment stays, so the chain holds. Says how many there were.
pub(in crate::site) fn erase(
    db: &Connection,
    (after, through): (i64, i64),
    held: &str,
    now: UtcMs,
) -> Result<u32, SiteError> {
    let sql = format!(
        "UPDATE change AS c SET detail = '', before = NULL, after = NULL, salt = NULL
         WHERE c.number > $1 AND c.number <= $2 AND c.salt IS NOT NULL AND c.action NOT IN {DECLARATIONS} AND NOT {}",
        held.replace("{now}", "$3")
    );
    let rows = row::prepare(db, &sql)?.execute((after, through, now.0))?;
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

/// The first of these changes that still has its detail.
pub(in crate::site) fn first_kept(db: &Connection, (after, through): (i64, i64)) -> Result<Option<i64>, SiteError> {
    let sql = format!(
        "SELECT MIN(number) FROM change
         WHERE number > $1 AND number <= $2 AND salt IS NOT NULL AND action NOT IN {DECLARATIONS}"
    );
    Ok(row::prepare(db, &sql)?.query_row((after, through), |row| row.get(0))?)
}

pub(in crate::site) fn stored_head(db: &Connection) -> Result<ChangeHead, SiteError> {
    Ok(row::prepare(db, "SELECT change_number, change_head FROM site WHERE id = 1")?.query_row([], |row| {
        let link: Option<[u8; 32]> = row.get(1)?;
        Ok(ChangeHead { number: row.get::<_, i64>(0)?.cast_unsigned(), link: link.map_or(Link::START, Link) })
    })?)
}
