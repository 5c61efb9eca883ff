//! Checks the seals against the logs that have been checked before.

use access::chain::Link;
use access::confirm::LogHead;
use access::id::SiteId;
use rusqlite::{Connection, OptionalExtension};

use super::check::{LogCheck, Stage};
use super::has;
use super::seals::{self, Seal};
use super::types::{Damage, Harm, LogPart};
use crate::site::{SiteError, row};

pub(super) fn step(
    db: &Connection,
    site: &SiteId,
    check: &mut LogCheck,
    rows: u32,
    signed: &dyn Fn(&Seal) -> bool,
) -> Result<Option<Damage>, SiteError> {
    let last = check.seal.as_ref().map_or(0, |seal| seal.number);
    let found = seals::after(db, last, rows)?;
    if found.is_empty() {
        check.stage = Stage::Done;
    }
    for seal in found {
        if let Some((row, harm)) = wrong(db, site, check.seal.as_ref(), &seal, signed)? {
            return Ok(Some(Damage { part: LogPart::Seals, row, harm }));
        }
        check.summary.seals += 1;
        check.seal = Some(seal);
    }
    Ok(None)
}

fn wrong(
    db: &Connection,
    site: &SiteId,
    before: Option<&Seal>,
    seal: &Seal,
    signed: &dyn Fn(&Seal) -> bool,
) -> Result<Option<(u64, Harm)>, SiteError> {
    let expected = before.map_or(1, |before| before.number + 1);
    if seal.number != expected {
        return Ok(Some((expected, Harm::Removed { through: seal.number - 1 })));
    }
    if !signed(seal) {
        return Ok(Some((seal.number, Harm::Unsigned)));
    }
    if seal.previous != before.map_or([0; 32], |before| before.digest(site)) {
        return Ok(Some((seal.number, Harm::Changed { column: Some("previous") })));
    }
    let kept = has(db, LogHead { row: seal.row, link: seal.head })? && has_change(db, seal)?;
    Ok((!kept).then_some((seal.number, Harm::Rewritten)))
}

fn has_change(db: &Connection, seal: &Seal) -> Result<bool, SiteError> {
    let Ok(number) = i64::try_from(seal.change) else { return Ok(false) };
    if number == 0 {
        return Ok(seal.change_head == Link::START);
    }
    let head: Option<Option<[u8; 32]>> = row::prepare(db, "SELECT head FROM change WHERE number = $1")?
        .query_row([number], |row| row.get(0))
        .optional()?;
    Ok(head.flatten() == Some(seal.change_head.0))
}
