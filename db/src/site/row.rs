//! Between rows and the words of `access`, in one place: how each is stored, and how it is checked when
//! it is read.

use access::chain::Link;
use access::id::DoorId;
use access::time::{ClockTrust, UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Digest, Generation, WhitelistId};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Rows};

use super::{DoorKind, LIST_MAX, SiteError};

/// Stands for "no bound" where a statement compares with a number.
pub(super) const LIMIT_ALL: i64 = i64::MAX;

/// Farthest bound of a window, in seconds either side of 1970: the year 5138. Multiplied by 1000 it still
/// fits.
const WINDOW_BOUND_S: u64 = 100_000_000_000;

/// Prepares a statement, or takes it from those that the connection keeps.
///
/// SQLite takes `$1` for a name and counts parameters in the order in which they first stand, so that
/// order must be the numbers' own: otherwise values would go to the wrong places without any error.
pub(super) fn prepare<'a>(db: &'a Connection, sql: &str) -> Result<CachedStatement<'a>, SiteError> {
    let statement = db.prepare_cached(sql)?;
    debug_assert!(
        (1..=statement.parameter_count()).all(|at| statement.parameter_name(at) == Some(&format!("${at}"))),
        "parameters out of order: {sql}"
    );
    Ok(statement)
}

/// All rows.
pub(super) fn all<T>(
    mut rows: Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, SiteError>,
) -> Result<Vec<T>, SiteError> {
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

/// The first row, if there is one.
pub(super) fn first<T>(
    mut rows: Rows<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, SiteError>,
) -> Result<Option<T>, SiteError> {
    rows.next()?.map(read).transpose()
}

pub(super) fn limit_of(limit: u32) -> u32 {
    limit.min(LIST_MAX)
}

pub(super) fn uid(row: &Row<'_>, column: usize) -> Result<Uid, SiteError> {
    let bytes = row.get_ref(column)?.as_blob().ok();
    bytes.and_then(|bytes| Uid::new(bytes).ok()).ok_or(SiteError::corrupt("card"))
}

pub(super) fn uid_or_none(row: &Row<'_>, column: usize) -> Result<Option<Uid>, SiteError> {
    if row.get_ref(column)? == ValueRef::Null { Ok(None) } else { uid(row, column).map(Some) }
}

pub(super) fn door(row: &Row<'_>, column: usize) -> Result<DoorId, SiteError> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| SiteError::corrupt("door"))
}

/// Two neighbouring columns.
pub(super) fn window(row: &Row<'_>, column: usize) -> Result<Window, SiteError> {
    Ok(Window {
        from: row.get::<_, Option<i64>>(column)?.map(UtcS),
        until: row.get::<_, Option<i64>>(column + 1)?.map(UtcS),
    })
}

pub(super) fn link(row: &Row<'_>, column: usize) -> Result<Link, SiteError> {
    Ok(Link(row.get(column)?))
}

/// Three neighbouring columns: generation, digest, number of entries.
pub(super) fn whitelist_id(row: &Row<'_>, column: usize) -> Result<WhitelistId, SiteError> {
    Ok(WhitelistId {
        generation: Generation(row.get::<_, i64>(column)?.cast_unsigned()),
        digest: Digest::from_bytes(row.get(column + 1)?),
        entries: row.get(column + 2)?,
    })
}

pub(super) fn trust_code(trust: ClockTrust) -> &'static str {
    match trust {
        ClockTrust::Unknown => "unknown",
        ClockTrust::Kept => "kept",
        ClockTrust::Synchronised => "synchronised",
    }
}

pub(super) fn trust_from_code(code: &str) -> Option<ClockTrust> {
    [ClockTrust::Unknown, ClockTrust::Kept, ClockTrust::Synchronised]
        .into_iter()
        .find(|trust| trust_code(*trust) == code)
}

/// A generation as stored; one that is larger than any stored asks for the newest.
pub(super) fn generation(generation: Generation) -> i64 {
    i64::try_from(generation.0).unwrap_or(i64::MAX)
}

/// The seconds of a window as stored.
pub(super) fn bounds(window: Window) -> (Option<i64>, Option<i64>) {
    (window.from.map(|from| from.0), window.until.map(|until| until.0))
}

/// Refuses a window that can never hold: whoever types one means another.
pub(super) fn check_window(field: &'static str, window: Window) -> Result<(), SiteError> {
    let far = |bound: UtcS| bound.0.unsigned_abs() > WINDOW_BOUND_S;
    if window.from.is_some_and(far) || window.until.is_some_and(far) {
        return Err(SiteError::invalid(field, "out-of-range"));
    }
    if !window.is_possible() {
        return Err(SiteError::invalid(field, "reversed-window"));
    }
    Ok(())
}

/// Refuses a text that is blank, longer than `most` bytes, or reads otherwise than it is stored.
pub(super) fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), SiteError> {
    if text.trim().is_empty() {
        return Err(SiteError::invalid(field, "empty"));
    }
    if text.len() > most {
        return Err(SiteError::invalid(field, "too-long"));
    }
    if text.chars().any(is_hidden) {
        return Err(SiteError::invalid(field, "hidden-character"));
    }
    Ok(())
}

/// Controls, characters without width, and those that turn the direction of writing (Unicode Technical
/// Report 36, section 2.10.3): with them a name looks like another's, in lists and in the log.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// A pattern for LIKE ... ESCAPE '\' that finds `text` anywhere.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// The number that stands for a door in other tables.
pub(super) fn door_number(db: &Connection, door: &DoorId) -> Result<Option<i64>, SiteError> {
    Ok(prepare(db, "SELECT number FROM door WHERE id = $1")?.query_row([door.as_str()], |row| row.get(0)).optional()?)
}

/// The same for a door that the call is about.
pub(super) fn need_door(db: &Connection, door: &DoorId) -> Result<i64, SiteError> {
    door_number(db, door)?.ok_or_else(|| SiteError::not_found("door", door))
}

/// The same for a door that is an argument beside what the call is about.
pub(super) fn known_door(db: &Connection, door: &DoorId) -> Result<i64, SiteError> {
    door_number(db, door)?.ok_or(SiteError::invalid("door", "unknown-door"))
}

/// Whether a number stands for a door or for an encoder.
pub(super) fn kind(db: &Connection, door: i64) -> Result<DoorKind, SiteError> {
    let code: String = prepare(db, "SELECT kind FROM door WHERE number = $1")?.query_row([door], |row| row.get(0))?;
    DoorKind::from_code(&code).ok_or(SiteError::corrupt("kind of door"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_it_is_stored() {
        for hidden in [
            '\0', '\t', '\n', '\u{1F}', '\u{7F}', '\u{9F}', '\u{200B}', '\u{200F}', '\u{202A}', '\u{202E}', '\u{2066}',
            '\u{2069}', '\u{FEFF}',
        ] {
            let refused = check_text("name", &format!("Mai{hidden}ja"), 100);
            assert!(
                matches!(refused, Err(SiteError::Invalid { field: "name", problem: "hidden-character" })),
                "{hidden:?}"
            );
        }
        for name in [
            "Maija Meikäläinen",
            "Åsa d’Arc-Öhman",
            "Ngô Thị Hoa",
            "محمد",
            "O\u{2019}Brien\u{A0}Jr",
            "山田\u{2010}太郎",
        ] {
            assert!(check_text("name", name, 100).is_ok(), "{name}");
        }
    }
}
