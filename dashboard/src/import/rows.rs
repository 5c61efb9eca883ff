//! From cells to rows. A row with an error is told of with all its errors and left out.

use std::collections::HashMap;

use access::time::{UtcMs, Window};
use access::uid::Uid;
use db::site::{CardKind, CardRow, EmploymentRow, ImportTable, PersonRow, RightRow};

use super::columns::{Column, Header};
use super::{CELL_CHARS_MAX, FileKind, ReadFile, ReadOptions, day};

/// What a right to practise is said to be from if the file does not say.
const SOURCE: &str = "import";

/// Collects what rows say.
pub(super) struct Reader<'a> {
    kind: FileKind,
    header: &'a Header,
    options: &'a ReadOptions,
    file: ReadFile,
    /// Where each person stands in the rows: one with several employments has several lines in the file.
    people: HashMap<String, usize>,
}

/// One row.
struct Cells<'a> {
    header: &'a Header,
    record: &'a csv::StringRecord,
}

impl Cells<'_> {
    fn get(&self, column: Column) -> &str {
        let place = self.header.places.get(&column);
        place.and_then(|place| self.record.get(*place)).unwrap_or_default().trim()
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(kind: FileKind, header: &'a Header, options: &'a ReadOptions) -> Self {
        Self { kind, header, options, file: ReadFile::default(), people: HashMap::new() }
    }

    /// What was read, once there are no more rows.
    pub(super) fn end(self) -> ReadFile {
        self.file
    }

    /// Reads a row.
    pub(super) fn row(&mut self, row: u32, record: &csv::StringRecord) {
        let cells = Cells { header: self.header, record };
        let before = self.file.error_count;
        if record.len() > self.header.cells && record.iter().skip(self.header.cells).any(|cell| !cell.trim().is_empty())
        {
            // Cells that have moved would say something else than they mean.
            self.wrong(row, self.first_column(), "too-many-cells");
        }
        if record.len() < self.header.needed_cells {
            // A line that was cut off would be a right or an employment without an end.
            self.wrong(row, self.first_column(), "too-few-cells");
        }
        for column in self.kind.columns() {
            let cell = cells.get(*column);
            if cell.chars().count() > CELL_CHARS_MAX {
                self.wrong(row, *column, "too-long");
            } else if cell.chars().any(char::is_control) {
                self.wrong(row, *column, "hidden-character");
            }
        }
        if self.file.error_count > before {
            return;
        }
        match self.kind {
            FileKind::People => self.person(row, &cells),
            FileKind::Cards => self.card(row, &cells),
            FileKind::Rights => self.right(row, &cells),
        }
    }

    fn person(&mut self, row: u32, cells: &Cells<'_>) {
        let person = self.needed(row, cells, Column::Person);
        let name = match cells.get(Column::Name) {
            "" => format!("{} {}", cells.get(Column::GivenName), cells.get(Column::FamilyName)).trim().to_owned(),
            name => name.to_owned(),
        };
        if name.is_empty() {
            self.wrong(row, Column::Name, "empty");
        }
        let window = self.window(row, cells);
        let (Some(external_id), false) = (person, name.is_empty()) else { return };
        match self.people.get(&external_id).and_then(|place| self.file.rows.people.get(*place)) {
            Some(known) if known.name != name => return self.wrong(row, Column::Name, "differs"),
            Some(_) => {}
            None => {
                self.people.insert(external_id.clone(), self.file.rows.people.len());
                self.file.rows.people.push(PersonRow { row, external_id: external_id.clone(), name });
            }
        }
        self.employment(row, cells, external_id, window);
    }

    /// A row with nothing of an employment names a person only. Without a number of its own, the only
    /// employment of a person has the person's.
    fn employment(&mut self, row: u32, cells: &Cells<'_>, person: String, window: Option<Window>) {
        let columns = [Column::Employment, Column::Unit, Column::Title, Column::From, Column::Until];
        let Some(window) = window else { return };
        if columns.iter().all(|column| cells.get(*column).is_empty()) {
            return;
        }
        let external_id = match cells.get(Column::Employment) {
            "" => person.clone(),
            id => id.to_owned(),
        };
        let (unit, title) = (cells.get(Column::Unit).to_owned(), cells.get(Column::Title).to_owned());
        self.file.rows.employments.push(EmploymentRow { row, external_id, person, unit, title, window });
    }

    fn card(&mut self, row: u32, cells: &Cells<'_>) {
        let uid = self.needed(row, cells, Column::Card).and_then(|text| match text.parse::<Uid>() {
            Ok(uid) => Some(uid),
            Err(_) => {
                self.wrong(row, Column::Card, "not-a-uid");
                None
            }
        });
        let kind = self.needed(row, cells, Column::Kind).and_then(|text| {
            let kind = kind_named(&text);
            if kind.is_none() {
                self.wrong(row, Column::Kind, "unknown-code");
            }
            kind
        });
        let window = self.window(row, cells);
        let person = Some(cells.get(Column::Person).to_owned()).filter(|person| !person.is_empty());
        if let (Some(uid), Some(kind), Some(window)) = (uid, kind, window) {
            self.file.rows.cards.push(CardRow { row, uid, kind, person, window });
        }
    }

    fn right(&mut self, row: u32, cells: &Cells<'_>) {
        let person = self.needed(row, cells, Column::Person);
        let profession = self.needed(row, cells, Column::Profession);
        let window = self.window(row, cells);
        let source = match cells.get(Column::Source) {
            "" => SOURCE.to_owned(),
            source => source.to_owned(),
        };
        let checked = self.checked(row, cells);
        if let (Some(person), Some(profession), Some(window), Some(checked)) = (person, profession, window, checked) {
            self.file.rows.rights.push(RightRow { row, person, profession, window, source, checked });
        }
    }

    fn checked(&mut self, row: u32, cells: &Cells<'_>) -> Option<UtcMs> {
        let text = cells.get(Column::Checked);
        if text.is_empty() {
            return Some(self.options.now);
        }
        match day::instant(text, self.options.zone) {
            Some(at) if at <= self.options.now => return Some(at),
            Some(_) => self.wrong(row, Column::Checked, "in-the-future"),
            None => self.wrong(row, Column::Checked, "not-a-date"),
        }
        None
    }

    /// The days from which and until which; both count whole.
    fn window(&mut self, row: u32, cells: &Cells<'_>) -> Option<Window> {
        let from = self.day(row, cells, Column::From, day::begins);
        let until = self.day(row, cells, Column::Until, day::ends);
        let window = Window { from: from?, until: until? };
        if window.is_possible() {
            return Some(window);
        }
        self.wrong(row, Column::Until, "reversed-window");
        None
    }

    #[expect(clippy::option_option, reason = "an open end is a good answer, unlike none")]
    fn day(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        column: Column,
        edge: fn(chrono::NaiveDate, chrono_tz::Tz) -> Option<access::time::UtcS>,
    ) -> Option<Option<access::time::UtcS>> {
        let text = cells.get(column);
        if text.is_empty() {
            return Some(None);
        }
        let at = day::day(text).and_then(|day| edge(day, self.options.zone));
        if at.is_none() {
            self.wrong(row, column, "not-a-date");
        }
        at.map(Some)
    }

    fn needed(&mut self, row: u32, cells: &Cells<'_>, column: Column) -> Option<String> {
        let text = cells.get(column);
        if text.is_empty() {
            self.wrong(row, column, "empty");
            return None;
        }
        Some(text.to_owned())
    }

    fn first_column(&self) -> Column {
        self.kind.columns().first().copied().unwrap_or(Column::Person)
    }

    fn wrong(&mut self, row: u32, column: Column, problem: &'static str) {
        let of_employment =
            matches!(column, Column::Employment | Column::Unit | Column::Title | Column::From | Column::Until);
        let table = match self.kind {
            FileKind::People if of_employment => ImportTable::Employments,
            kind => kind.table(),
        };
        self.file.wrong(table, row, column, problem);
    }
}

/// A kind of card by its code, or as people write it.
fn kind_named(text: &str) -> Option<CardKind> {
    let text = text.to_lowercase();
    CardKind::ALL.into_iter().find(|kind| {
        let words: [&str; 3] = match kind {
            CardKind::Professional => ["professional card", "ammattikortti", "yrkeskort"],
            CardKind::Staff => ["staff card", "henkilöstökortti", "personalkort"],
            CardKind::Actor => ["actor card", "toimijakortti", "aktörskort"],
            CardKind::Backup => ["backup card", "varakortti", "reservkort"],
            CardKind::Visitor => ["visitor card", "vierailijakortti", "besökskort"],
        };
        kind.code() == text || words.contains(&text.as_str())
    })
}
