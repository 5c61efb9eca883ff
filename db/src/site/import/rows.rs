//! What a register hands over, row by row, and what it would change.

use std::fmt;

use access::time::{UtcMs, Window};
use access::uid::Uid;
use access::whitelist::Generation;

use crate::site::CardKind;

/// Most rows of one import, of all tables together. The transaction holds all other writers up.
pub const IMPORT_ROWS_MAX: usize = 200_000;

/// Most errors that are told one by one; the rest is counted. Whoever has more mends the file first.
pub const IMPORT_ERRORS_MAX: usize = 1_000;

/// Most differences that are told one by one; the rest is counted.
pub const IMPORT_DIFFERENCES_MAX: usize = 1_000;

/// Rows of all tables. Each says which row of its file it was, for the errors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportRows {
    /// People, by external id.
    pub people: Vec<PersonRow>,
    /// Employments, by external id.
    pub employments: Vec<EmploymentRow>,
    /// Rights to practise, by person, profession and source.
    pub rights: Vec<RightRow>,
    /// Cards, by number.
    pub cards: Vec<CardRow>,
}

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Which row of its file.
    pub row: u32,
    /// What the register calls the person.
    pub external_id: String,
    /// As on the badge.
    pub name: String,
}

/// An employment.
#[derive(Clone, PartialEq, Eq)]
pub struct EmploymentRow {
    /// Which row of its file.
    pub row: u32,
    /// What the register calls the employment.
    pub external_id: String,
    /// External id of the person.
    pub person: String,
    /// Where in the house.
    pub unit: String,
    /// What the person does there.
    pub title: String,
    /// From when until when.
    pub window: Window,
}

/// A right to practise.
#[derive(Clone, PartialEq, Eq)]
pub struct RightRow {
    /// Which row of its file.
    pub row: u32,
    /// External id of the person.
    pub person: String,
    /// The profession, as the register writes it.
    pub profession: String,
    /// From when until when.
    pub window: Window,
    /// Which register said so.
    pub source: String,
    /// When it was looked up there.
    pub checked: UtcMs,
}

/// A card.
#[derive(Clone, PartialEq, Eq)]
pub struct CardRow {
    /// Which row of its file.
    pub row: u32,
    /// The chip.
    pub uid: Uid,
    /// What it is for.
    pub kind: CardKind,
    /// External id of the person who holds it; with nobody if none.
    pub person: Option<String>,
    /// The card's own validity.
    pub window: Window,
}

macro_rules! only_the_row_in_debug {
    ($($row:ident),*) => {$(
        /// Names stay out of logs.
        impl fmt::Debug for $row {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($row)).field("row", &self.row).finish_non_exhaustive()
            }
        }
    )*};
}
only_the_row_in_debug!(PersonRow, EmploymentRow, RightRow, CardRow);

/// What an import may do beside adding and changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions<'a> {
    /// Employments that have an external id and are not among the rows end now: the rows are all there are.
    pub end_absent_employments: bool,
    /// Rights to practise of the sources among the rows that are not among the rows end now.
    pub end_absent_rights: bool,
    /// The register whose answer the rows are: its absent rights end also if it has no right left at all.
    pub rights_of: Option<&'a str>,
    /// Somebody has seen how many would end, and means it.
    pub confirm_removals: bool,
    /// Nobody looks at it: a confirmation is needed, too, if more than so many hundredths of the running employments would end, begin
    /// later, or be of another unit or title. In place of the bound for absent employments.
    pub lost_percent: Option<u8>,
}

/// One of the tables of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ImportTable {
    /// People.
    People,
    /// Employments.
    Employments,
    /// Rights to practise.
    Rights,
    /// Cards.
    Cards,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// It is new.
    Added,
    /// It says something else than what is so now.
    Changed,
    /// It is absent, and what was so ends.
    Removed,
}

/// One difference between the rows and the site.
#[derive(Clone, PartialEq, Eq)]
pub struct Difference {
    /// In which table.
    pub table: ImportTable,
    /// In which row; none if it is absent.
    pub row: Option<u32>,
    /// What happens.
    pub kind: DifferenceKind,
    /// External id, or the card's number.
    pub key: String,
    /// Stable codes of the columns that differ.
    pub columns: Vec<&'static str>,
}

/// The key may be a card's number, which stays out of logs.
impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Difference")
            .field("table", &self.table)
            .field("row", &self.row)
            .field("kind", &self.kind)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowError {
    /// In which table.
    pub table: ImportTable,
    /// In which row of its file.
    pub row: u32,
    /// Stable code of the column.
    pub column: &'static str,
    /// Stable code of what is wrong.
    pub problem: &'static str,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportPlan {
    /// So many rows are new.
    pub added: u32,
    /// So many say something else than what is so now.
    pub changed: u32,
    /// So many employments and rights would end.
    pub removed: u32,
    /// So many say what is so already.
    pub unchanged: u32,
    /// So many running employments would end, begin later, or be of another unit or title.
    pub lost: u32,
    /// So many employments run now; counted only with [`ImportOptions::lost_percent`].
    pub running: u32,
    /// So many errors.
    pub error_count: u32,
    /// The first [`IMPORT_ERRORS_MAX`] of them, by table and row.
    pub errors: Vec<RowError>,
    /// The first [`IMPORT_DIFFERENCES_MAX`] differences, by table and row.
    pub differences: Vec<Difference>,
    /// More would end than an import ends without being told so.
    pub needs_confirmation: bool,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it did; or would have done, if there are errors.
    pub plan: ImportPlan,
    /// The change that it made; none if there was nothing to do, or errors.
    pub generation: Option<Generation>,
}

impl ImportTable {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Employments => "employments",
            Self::Rights => "rights",
            Self::Cards => "cards",
        }
    }
}

impl DifferenceKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}
