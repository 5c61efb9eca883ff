//! Checks the operator log.

use access::chain::Link;
use rusqlite::Connection;

use super::chain::{ChangeRow, Said};
use super::changes::ChangeHead;
use super::check::{LogCheck, Stage};
use super::types::{Damage, Harm, LogPart};
use crate::site::{SiteError, privacy, row};

/// A restored site jumps to the time in milliseconds. Whoever leaves fewer numbers out has removed rows.
const JUMP_MIN: u64 = 1_000_000;

/// What gives a change away of which not all fits its commitment.
const WHAT_WAS_SAID: &str = "detail, before, after, salt or commitment";

struct Stored {
    number: u64,
    at_ms: i64,
    operator: String,
    action: String,
    detail: String,
    before: Option<String>,
    after: Option<String>,
    salt: Option<Vec<u8>>,
    commitment: Option<Vec<u8>>,
    head: Option<Vec<u8>>,
}

pub(super) fn step(db: &Connection, check: &mut LogCheck, rows: u32) -> Result<Option<Damage>, SiteError> {
    let found = read(db, check.changes.number, i64::from(rows))?;
    let erased = privacy::changes_erased(db)?;
    let mut within = found.iter().filter(|row| row.number <= check.changes_end.number).peekable();
    if within.peek().is_none() {
        check.stage = Stage::Seals;
        return Ok(ended(check, &found));
    }
    for row in within {
        let wrong = match row.committed(erased) {
            Ok(()) if row.follows(row.number, check.changes.link) => None,
            Ok(()) => Some(None),
            Err(column) => Some(Some(column)),
        };
        if let Some(column) = wrong {
            return explain(db, &check.changes, row, column, check.changes_end).map(Some);
        }
        check.changes = ChangeHead { number: row.number, link: row.stored_head() };
        check.summary.changes += 1;
    }
    Ok(None)
}

fn ended(check: &LogCheck, beyond: &[Stored]) -> Option<Damage> {
    let next = check.changes.number.saturating_add(1);
    let harm = if check.changes != check.changes_end {
        Harm::Removed { through: check.changes_end.number.max(next) }
    } else if beyond.first().is_some_and(|row| row.head.is_none()) {
        // Whatever is added by us has a head when it is committed.
        let through = beyond.first().map_or(next, |row| row.number);
        return Some(Damage { part: LogPart::Changes, row: through, harm: Harm::Added { through } });
    } else {
        return None;
    };
    Some(Damage { part: LogPart::Changes, row: next, harm })
}

fn explain(
    db: &Connection,
    before: &ChangeHead,
    row: &Stored,
    column: Option<&'static str>,
    end: ChangeHead,
) -> Result<Damage, SiteError> {
    let found = |row, harm| Damage { part: LogPart::Changes, row, harm };
    let changed = found(row.number, Harm::Changed { column });
    let next = read(db, row.number, 1)?.pop();
    let own = row.row(row.number).map(|own| own.head(before.link));
    let heads = [Some(row.stored_head()), own];
    let kept = match &next {
        Some(next) => heads.into_iter().flatten().any(|head| next.follows(next.number, head)),
        None => row.number == end.number && heads.contains(&Some(end.link)),
    };
    let expected = before.number.saturating_add(1);
    let gone = found(expected, Harm::Removed { through: row.number.saturating_sub(1) });
    let gap = row.number > expected && row.number - expected < JUMP_MIN;
    if kept || row.follows(row.number, before.link) {
        return Ok(if gap && column.is_none() { gone } else { changed });
    }
    if gap {
        return Ok(gone);
    }
    if let Some(next) = next
        && next.follows(row.number, before.link)
    {
        let back = row.row(next.number).is_some_and(|own| own.head(next.stored_head()) == row.stored_head());
        let harm = if back { Harm::Moved { to: next.number } } else { Harm::Added { through: row.number } };
        return Ok(found(row.number, harm));
    }
    Ok(changed)
}

fn read(db: &Connection, after: u64, most: i64) -> Result<Vec<Stored>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT number, at_ms, operator, action, detail, salt, commitment, head, before, after FROM change
         WHERE number > $1 ORDER BY number LIMIT $2",
    )?;
    let text_or_none = |r: &rusqlite::Row<'_>, column| {
        let bytes = r.get_ref(column)?.as_bytes_or_null().unwrap_or_default();
        Ok::<_, SiteError>(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    };
    let text = |r: &rusqlite::Row<'_>, column| text_or_none(r, column).map(Option::unwrap_or_default);
    row::all(statement.query((i64::try_from(after).unwrap_or(i64::MAX), most))?, |r| {
        Ok(Stored {
            number: r.get::<_, i64>(0)?.cast_unsigned(),
            at_ms: r.get(1)?,
            operator: text(r, 2)?,
            action: text(r, 3)?,
            detail: text(r, 4)?,
            before: text_or_none(r, 8)?,
            after: text_or_none(r, 9)?,
            salt: r.get(5)?,
            commitment: r.get(6)?,
            head: r.get(7)?,
        })
    })
}

impl Stored {
    /// Whether it says what it was chained with; a change through `erased` may have forgotten that.
    fn committed(&self, erased: u64) -> Result<(), &'static str> {
        let is_empty = self.detail.is_empty() && self.before.is_none() && self.after.is_none();
        if self.salt.is_none() && is_empty && self.number <= erased {
            return self.commitment().map(|_| ()).ok_or("commitment");
        }
        let salt = self.salt.as_deref().and_then(|salt| salt.try_into().ok()).ok_or("salt")?;
        let commitment = self.commitment().ok_or("commitment")?;
        let said = Said { detail: &self.detail, before: self.before.as_deref(), after: self.after.as_deref() };
        if said.commitment(&salt) == commitment { Ok(()) } else { Err(WHAT_WAS_SAID) }
    }

    fn commitment(&self) -> Option<[u8; 32]> {
        self.commitment.as_deref().and_then(|bytes| bytes.try_into().ok())
    }

    fn row(&self, number: u64) -> Option<Owned<'_>> {
        Some(Owned { number, stored: self, commitment: self.commitment()? })
    }

    fn follows(&self, number: u64, previous: Link) -> bool {
        self.row(number).is_some_and(|row| self.head.as_deref() == Some(row.head(previous).0.as_slice()))
    }

    fn stored_head(&self) -> Link {
        self.head.as_deref().and_then(|head| head.try_into().ok()).map_or(Link::START, Link)
    }
}

struct Owned<'a> {
    number: u64,
    stored: &'a Stored,
    commitment: [u8; 32],
}

impl Owned<'_> {
    fn head(&self, previous: Link) -> Link {
        let Stored { at_ms, operator, action, .. } = self.stored;
        ChangeRow { number: self.number, at_ms: *at_ms, operator, action, commitment: &self.commitment }.head(previous)
    }
}
