//! The accepted lists and where they come from.

use access::time::{UtcMs, UtcS};
use rusqlite::{Connection, OptionalExtension, Row};

use super::number;
use super::types::{IssuerId, ListApplied, ListView, SourceView};
use crate::site::open::Wakes;
use crate::site::{Site, SiteError, row};

/// Longest place that lists come from, and longest word of a server about it, in bytes.
const TEXT_LENGTH_MAX: usize = 2_000;

impl Site {
    /// The newest accepted list of each issuer and scope, by the issuer's name.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn revocation_lists(&self) -> Result<Vec<ListView>, SiteError> {
        self.read(|db| {
            // A certificate that was attached after the list was read has been matched against none.
            let mut statement = row::prepare(
                db,
                "SELECT l.issuer, l.issuer_text, l.number, l.this_update_s, l.next_update_s, l.entries, l.accepted_ms,
                        l.stale, EXISTS (
                            SELECT 1 FROM card_certificate c JOIN change h ON h.number = c.since
                            WHERE c.issuer = l.issuer AND c.until IS NULL AND c.state IN ('good', 'unknown')
                              AND h.action = 'certificate-attach' AND h.at_ms >= l.accepted_ms),
                        l.scope, l.digest
                 FROM revocation_list l ORDER BY l.issuer_text, l.issuer, l.scope LIMIT $1",
            )?;
            row::all(statement.query([row::limit_of(u32::MAX)])?, view)
        })
    }

    /// Notes how an attempt to read a list ended. It decides nothing and is no change.
    ///
    /// # Errors
    /// [`SiteError::Invalid`] for a text that is too long.
    pub fn note_source(&self, source: &SourceView) -> Result<(), SiteError> {
        row::check_text("location", &source.location, TEXT_LENGTH_MAX)?;
        for text in [&source.fault, &source.etag, &source.modified].into_iter().flatten() {
            row::check_text("source", text, TEXT_LENGTH_MAX)?;
        }
        self.write(Wakes::News, |db| {
            row::prepare(
                db,
                "INSERT INTO revocation_source (location, issuer, tried_ms, fault, etag, modified)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (location) DO UPDATE SET issuer = COALESCE(excluded.issuer, revocation_source.issuer),
                     tried_ms = excluded.tried_ms, fault = excluded.fault, etag = excluded.etag,
                     modified = excluded.modified",
            )?
            .execute((
                &source.location,
                source.issuer,
                source.tried.0,
                source.fault.as_deref(),
                source.etag.as_deref(),
                source.modified.as_deref(),
            ))?;
            Ok(())
        })
    }

    /// Forgets a place that lists came from; one that is not known is no error.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn forget_source(&self, location: &str) -> Result<(), SiteError> {
        self.write(Wakes::News, |db| {
            row::prepare(db, "DELETE FROM revocation_source WHERE location = $1")?.execute([location])?;
            Ok(())
        })
    }

    /// Where lists come from, and how the last attempt ended.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn revocation_sources(&self) -> Result<Vec<SourceView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT location, issuer, tried_ms, fault, etag, modified FROM revocation_source
                 ORDER BY location LIMIT $1",
            )?;
            row::all(statement.query([row::limit_of(u32::MAX)])?, |r| {
                Ok(SourceView {
                    location: r.get(0)?,
                    issuer: r.get(1)?,
                    tried: UtcMs(r.get(2)?),
                    fault: r.get(3)?,
                    etag: r.get(4)?,
                    modified: r.get(5)?,
                })
            })
        })
    }
}

/// Whether the issuer's list is too old and the site does not go on then.
pub(super) fn is_stale(db: &Connection, issuer: &IssuerId) -> Result<bool, SiteError> {
    let mut statement = row::prepare(db, "SELECT 1 FROM revocation_list WHERE issuer = $1 AND stale = 1")?;
    Ok(statement.exists([issuer.as_slice()])?)
}

/// Notes whether it is; an issuer without a list has nothing that could be too old.
pub(super) fn set_stale(db: &Connection, issuer: &IssuerId, stale: bool) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE revocation_list SET stale = $1 WHERE issuer = $2")?.execute((stale, issuer.as_slice()))?;
    Ok(())
}

/// Number and digest of a list.
pub(super) type Accepted = (Vec<u8>, [u8; 32]);

/// The accepted list of this issuer and scope.
pub(super) fn accepted(db: &Connection, list: &ListApplied<'_>) -> Result<Option<Accepted>, SiteError> {
    let mut statement =
        row::prepare(db, "SELECT number, digest FROM revocation_list WHERE issuer = $1 AND scope = $2")?;
    Ok(statement.query_row((list.issuer, scope(list)), |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Whether the issuer's lists are within their time, this one counted. A list of everything that the issuer revokes is
/// enough; without one each scope must have its own, since nobody knows which scope a certificate belongs to.
pub(super) fn others_are_fresh(db: &Connection, list: &ListApplied<'_>, now: UtcS) -> Result<bool, SiteError> {
    let whole = "SELECT 1 FROM revocation_list WHERE issuer = $1 AND length(scope) = 0 AND length($2) > 0
                 AND (next_update_s IS NULL OR next_update_s > $3)";
    let is_whole = list.scope.is_none() && list.next_update.is_none_or(|next| next > now);
    if is_whole || row::prepare(db, whole)?.exists((list.issuer, scope(list), now.0))? {
        return Ok(true);
    }
    let mut statement =
        row::prepare(db, "SELECT 1 FROM revocation_list WHERE issuer = $1 AND scope <> $2 AND next_update_s <= $3")?;
    Ok(!statement.exists((list.issuer, scope(list), now.0))?)
}

/// A scope as it is written: without one there are no bytes.
pub(super) fn scope<'a>(list: &'a ListApplied<'_>) -> &'a [u8] {
    list.scope.as_ref().map_or(&[], <[u8; 32]>::as_slice)
}

/// Takes a list for the issuer's newest.
pub(super) fn accept(db: &Connection, list: &ListApplied<'_>, at: UtcMs) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO revocation_list
             (issuer, issuer_text, number, this_update_s, next_update_s, entries, accepted_ms, stale, scope, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)
         ON CONFLICT (issuer, scope) DO UPDATE SET digest = excluded.digest, issuer_text = excluded.issuer_text, number = excluded.number,
             this_update_s = excluded.this_update_s, next_update_s = excluded.next_update_s,
             entries = excluded.entries, accepted_ms = excluded.accepted_ms",
    )?
    .execute((
        list.issuer,
        list.issuer_text,
        number::trimmed(list.number),
        list.this_update.0,
        list.next_update.map(|next| next.0),
        i64::try_from(list.entries).unwrap_or(i64::MAX),
        at.0,
        scope(list),
        list.digest,
    ))?;
    Ok(())
}

fn view(row: &Row<'_>) -> Result<ListView, SiteError> {
    let number: Vec<u8> = row.get(2)?;
    let scope: Vec<u8> = row.get(9)?;
    Ok(ListView {
        issuer: row.get(0)?,
        issuer_text: row.get(1)?,
        number_text: number::decimal(&number),
        number,
        this_update: UtcS(row.get(3)?),
        next_update: row.get::<_, Option<i64>>(4)?.map(UtcS),
        entries: row.get::<_, i64>(5)?.cast_unsigned(),
        accepted: UtcMs(row.get(6)?),
        stale: row.get(7)?,
        read_again: row.get(8)?,
        scope: scope.try_into().ok(),
        digest: row.get(10)?,
    })
}
