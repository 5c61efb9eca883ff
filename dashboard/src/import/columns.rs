//! Which column is what, in the words of three languages.

use super::names::NAMES;
use super::{FileFault, FileKind, Places, UNKNOWN_MAX};

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// What the register calls the person.
    Person,
    /// As on the badge.
    Name,
    /// The first half of the name.
    GivenName,
    /// The second half of the name.
    FamilyName,
    /// What the register calls the employment.
    Employment,
    /// Where in the house.
    Unit,
    /// What the person does there.
    Title,
    /// The first day.
    From,
    /// The last day.
    Until,
    /// The number of the chip.
    Card,
    /// What kind of card.
    Kind,
    /// The profession, as the register writes it.
    Profession,
    /// Which register said so.
    Source,
    /// When it was looked up there.
    Checked,
}

impl Column {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Name => "name",
            Self::GivenName => "given-name",
            Self::FamilyName => "family-name",
            Self::Employment => "employment",
            Self::Unit => "unit",
            Self::Title => "title",
            Self::From => "from",
            Self::Until => "until",
            Self::Card => "card",
            Self::Kind => "kind",
            Self::Profession => "profession",
            Self::Source => "source",
            Self::Checked => "checked",
        }
    }

    fn named(header: &str) -> Option<Self> {
        let bare: String = header.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())).map(|(column, _)| *column)
    }
}

impl FileKind {
    /// The columns that a file of this kind may have.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        use Column as C;
        match self {
            Self::People => {
                &[C::Person, C::Name, C::GivenName, C::FamilyName, C::Employment, C::Unit, C::Title, C::From, C::Until]
            }
            Self::Cards => &[C::Card, C::Kind, C::Person, C::From, C::Until],
            Self::Rights => &[C::Person, C::Profession, C::From, C::Until, C::Source, C::Checked],
        }
    }

    /// Those that it must have, each with those that do instead.
    pub(super) fn needed(self) -> &'static [(Column, &'static [Column])] {
        use Column as C;
        match self {
            Self::People => &[(C::Person, &[]), (C::Name, &[C::GivenName, C::FamilyName])],
            Self::Cards => &[(C::Card, &[]), (C::Kind, &[])],
            Self::Rights => &[(C::Person, &[]), (C::Profession, &[])],
        }
    }
}

/// The first row.
pub(super) struct Header {
    pub(super) places: Places,
    pub(super) ignored: Vec<String>,
    pub(super) cells: usize,
    /// So many cells a row has to have: all but one without a name at the end.
    pub(super) needed_cells: usize,
}

impl Header {
    /// Reads it.
    pub(super) fn read(kind: FileKind, record: &csv::StringRecord, ignore_unknown: bool) -> Result<Self, FileFault> {
        let mut places = Places::new();
        let mut unknown = Vec::new();
        for (place, text) in record.iter().enumerate() {
            let text = text.trim();
            match Column::named(text).filter(|column| kind.columns().contains(column)) {
                Some(column) => {
                    if places.insert(column, place).is_some() {
                        return Err(FileFault::RepeatedColumn(cut(text)));
                    }
                }
                // A mark at the end of each line makes a column without a name.
                None if text.is_empty() => {}
                None => unknown.push(cut(text)),
            }
        }
        unknown.truncate(UNKNOWN_MAX);
        if !unknown.is_empty() && !ignore_unknown {
            return Err(FileFault::UnknownColumns(unknown));
        }
        let missing: Vec<Column> = kind
            .needed()
            .iter()
            .filter(|(column, instead)| {
                let all = !instead.is_empty() && instead.iter().all(|other| places.contains_key(other));
                !places.contains_key(column) && !all
            })
            .map(|(column, _)| *column)
            .collect();
        if !missing.is_empty() {
            return Err(FileFault::MissingColumns(missing));
        }
        let cells = record.len();
        let unnamed = record.iter().next_back().is_some_and(|text| text.trim().is_empty());
        Ok(Self { places, ignored: unknown, cells, needed_cells: cells - usize::from(unnamed) })
    }
}

/// A name is shown to people, and may be a whole file in one line.
fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_two_things() {
        let mut seen = std::collections::HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.iter()) {
            assert!(seen.insert(*name), "{name}");
            assert!(name.chars().all(char::is_alphanumeric), "{name}");
        }
    }

    #[test]
    fn headers_are_known_however_they_are_written() {
        for (header, column) in [
            ("Henkilöstönumero", Some(Column::Person)),
            ("Employee ID", Some(Column::Person)),
            ("external_id", Some(Column::Person)),
            ("TEHTÄVÄNIMIKE", Some(Column::Title)),
            ("Till och med", Some(Column::Until)),
            ("kortin numero", Some(Column::Card)),
            ("Päättymispvm.", Some(Column::Until)),
            ("Palkka", None),
        ] {
            assert_eq!(Column::named(header), column, "{header}");
        }
    }
}
