//! What registers hand over: CSV as HR systems write it, and rights to practise as JSON, read into rows that
//! the site database compares and applies.
//!
//! ```text
//! bytes ──text──▶ text ──columns──▶ which column is what ──rows──▶ rows, and what is wrong with the others
//! ```
//!
//! Reading decides nothing: an unknown column, a date that is none and a cell that is too long are named, and
//! then nothing of the file is applied. A column that were silently left out could be the one with the ends.

use std::collections::HashMap;

use chrono_tz::Tz;
use db::site::{IMPORT_ERRORS_MAX, ImportRows, ImportTable, RowError};
use thiserror::Error;

use access::time::UtcMs;

mod columns;
pub(crate) mod day;
mod json;
mod names;
mod rows;
mod text;

pub use columns::Column;
pub(crate) use day::day;
pub use json::rights_from_json;

/// Longest file. The longest row of ours has some 120 characters, and there are at most 200,000 rows.
pub const FILE_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Longest cell, in characters. The longest names and titles have about 100; a quote that is never closed
/// swallows the rest of the file and ends here.
const CELL_CHARS_MAX: usize = 200;

/// Unknown columns that are named. A file with more is another file.
const UNKNOWN_MAX: usize = 20;

/// Which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// People, and where they work: one row for each employment.
    People,
    /// Cards, and who holds them.
    Cards,
    /// Rights to practise.
    Rights,
}

/// What the reader does where the file leaves it open.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The zone whose days the dates are.
    pub zone: Tz,
    /// When rights to practise were looked up, if the file does not say.
    pub now: UtcMs,
    /// Columns that nobody knows are left out. Otherwise they are named and nothing is read.
    pub ignore_unknown: bool,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadFile {
    /// The rows in which nothing is wrong.
    pub rows: ImportRows,
    /// So many errors in the others.
    pub error_count: u32,
    /// The first of them.
    pub errors: Vec<RowError>,
    /// Columns that were left out, as the file calls them.
    pub ignored: Vec<String>,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileFault {
    /// There is nothing in it, or nothing below the header.
    #[error("the file has no rows; its first row names the columns")]
    Empty,
    /// More than [`FILE_BYTES_MAX`].
    #[error("the file is longer than {FILE_BYTES_MAX} bytes; split it")]
    TooLarge,
    /// More than [`db::site::IMPORT_ROWS_MAX`].
    #[error("the file has more than {} rows; split it", db::site::IMPORT_ROWS_MAX)]
    TooManyRows,
    /// A workbook, an archive or something else that is not text.
    #[error("this is no text; save the table as CSV")]
    NotText,
    /// Columns that nobody knows.
    #[error("the file has unknown columns: {}", .0.join(", "))]
    UnknownColumns(Vec<String>),
    /// Columns that must be there and are not.
    #[error("the file lacks columns")]
    MissingColumns(Vec<Column>),
    /// Two columns with the same meaning.
    #[error("the file has the column {0} twice")]
    RepeatedColumn(String),
    /// JSON that cannot be parsed, in the parser's words.
    #[error("the list cannot be read: {0}")]
    Json(String),
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::People, Self::Cards, Self::Rights];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Cards => "cards",
            Self::Rights => "rights",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Where errors in its rows belong.
    #[must_use]
    pub fn table(self) -> ImportTable {
        match self {
            Self::People => ImportTable::People,
            Self::Cards => ImportTable::Cards,
            Self::Rights => ImportTable::Rights,
        }
    }
}

impl FileFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::TooLarge => "file-too-large",
            Self::TooManyRows => "file-too-many-rows",
            Self::NotText => "file-not-text",
            Self::UnknownColumns(_) => "file-unknown-columns",
            Self::MissingColumns(_) => "file-missing-columns",
            Self::RepeatedColumn(_) => "file-repeated-column",
            Self::Json(_) => "file-json",
        }
    }
}

impl ReadFile {
    fn wrong(&mut self, table: ImportTable, row: u32, column: Column, problem: &'static str) {
        self.error_count = self.error_count.saturating_add(1);
        if self.errors.len() < IMPORT_ERRORS_MAX {
            self.errors.push(RowError { table, row, column: column.code(), problem });
        }
    }
}

/// Reads a CSV file: UTF-8, UTF-16 or Windows-1252; with semicolons, commas or tabs; with or without a mark
/// of its byte order; with a header in Finnish, Swedish or English.
///
/// # Errors
/// [`FileFault`] if it is no such file. What is wrong with single rows stands in [`ReadFile::errors`].
pub fn read_csv(kind: FileKind, bytes: &[u8], options: &ReadOptions) -> Result<ReadFile, FileFault> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(FileFault::TooLarge);
    }
    let text = text::decoded(bytes)?;
    let (skipped, delimiter, body) = text::sniffed(&text);
    let mut records =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    if !next(&mut records, &mut record) {
        return Err(FileFault::Empty);
    }
    let header = columns::Header::read(kind, &record, options.ignore_unknown)?;
    let mut reader = rows::Reader::new(kind, &header, options);
    let mut count = 0;
    let mut lines = text::Lines::new(body, skipped);
    while next(&mut records, &mut record) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        count += 1;
        if count > db::site::IMPORT_ROWS_MAX {
            return Err(FileFault::TooManyRows);
        }
        let byte = record.position().map_or(0, csv::Position::byte);
        reader.row(lines.at(usize::try_from(byte).unwrap_or(usize::MAX)), &record);
    }
    if count == 0 {
        return Err(FileFault::Empty);
    }
    let file = reader.end();
    Ok(ReadFile { ignored: header.ignored, ..file })
}

/// The next record. Text that was decoded and may have rows of any length cannot fail to be one.
fn next(records: &mut csv::Reader<&[u8]>, record: &mut csv::StringRecord) -> bool {
    records.read_record(record).unwrap_or(false)
}

/// Which column of the file is what.
type Places = HashMap<Column, usize>;
