//! Rights to practise as a supervisor's register hands them over: a JSON list.

use access::time::Window;
use db::site::{ImportTable, RightRow};
use serde::Deserialize;

use super::columns::Column;
use super::{FILE_BYTES_MAX, FileFault, ReadFile, ReadOptions, day};

/// One right. Days are `2026-11-24`, and both count whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Right {
    /// External id of the person.
    person: String,
    /// As the register writes it.
    profession: String,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
    /// When the register was asked: RFC 3339 or a day; the time of reading if it is left out.
    #[serde(default)]
    checked: Option<String>,
}

/// Reads the list, as `docs/API.md` describes it. `source` is what the register is called; rows are counted
/// from 1.
///
/// # Errors
/// [`FileFault`] if it is no such list. What is wrong with single rights stands in [`ReadFile::errors`].
pub fn rights_from_json(json: &[u8], source: &str, options: &ReadOptions) -> Result<ReadFile, FileFault> {
    if json.len() > FILE_BYTES_MAX {
        return Err(FileFault::TooLarge);
    }
    let rights: Vec<Right> = serde_json::from_slice(json).map_err(|error| FileFault::Json(error.to_string()))?;
    if rights.len() > db::site::IMPORT_ROWS_MAX {
        return Err(FileFault::TooManyRows);
    }
    let mut file = ReadFile::default();
    for (row, right) in (1..).zip(rights) {
        match read(&right, source, row, options) {
            Ok(right) => file.rows.rights.push(right),
            Err((column, problem)) => file.wrong(ImportTable::Rights, row, column, problem),
        }
    }
    Ok(file)
}

fn read(right: &Right, source: &str, row: u32, options: &ReadOptions) -> Result<RightRow, (Column, &'static str)> {
    let zone = options.zone;
    for (column, text) in [(Column::Person, &right.person), (Column::Profession, &right.profession)] {
        if text.trim().is_empty() {
            return Err((column, "empty"));
        }
        if text.chars().count() > super::CELL_CHARS_MAX {
            return Err((column, "too-long"));
        }
    }
    let day_of = |text: &Option<String>, column, edge: fn(_, _) -> _| match text.as_deref() {
        None => Ok(None),
        Some(text) => day::day(text).and_then(|day| edge(day, zone)).map(Some).ok_or((column, "not-a-date")),
    };
    let window = Window {
        from: day_of(&right.from, Column::From, day::begins)?,
        until: day_of(&right.until, Column::Until, day::ends)?,
    };
    if !window.is_possible() {
        return Err((Column::Until, "reversed-window"));
    }
    let checked = match right.checked.as_deref() {
        None => options.now,
        Some(text) => day::instant(text, zone).ok_or((Column::Checked, "not-a-date"))?,
    };
    if checked > options.now {
        return Err((Column::Checked, "in-the-future"));
    }
    Ok(RightRow {
        row,
        person: right.person.trim().to_owned(),
        profession: right.profession.trim().to_owned(),
        window,
        source: source.to_owned(),
        checked,
    })
}
