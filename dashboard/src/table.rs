//! A table once, for the page, the spreadsheet and the API: what one shows, the others hold.

use access::time::UtcMs;
use serde_json::{Map, Value};

use crate::csv::Csv;
use crate::explain::Words;
use crate::when;

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// What the API calls it.
    pub(crate) key: &'static str,
    /// The key of its heading.
    pub(crate) label: &'static str,
    /// Whether it holds numbers, which stand to the right.
    pub(crate) number: bool,
}

/// A column of texts.
pub(crate) const fn column(key: &'static str, label: &'static str) -> Column {
    Column { key, label, number: false }
}

/// A column of numbers.
pub(crate) const fn numbers(key: &'static str, label: &'static str) -> Column {
    Column { key, label, number: true }
}

/// One value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    /// As people read it.
    pub(crate) text: String,
    /// The page about it; empty if there is none.
    pub(crate) href: String,
    /// As programs read it.
    pub(crate) value: Value,
}

impl Cell {
    /// A text that is the same for people and programs.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { value: Value::from(text.clone()), text, href: String::new() }
    }

    /// A code, with its word.
    pub(crate) fn word(code: &str, word: String) -> Self {
        Self { text: word, href: String::new(), value: Value::from(code) }
    }

    pub(crate) fn number(number: u64) -> Self {
        Self { text: number.to_string(), href: String::new(), value: Value::from(number) }
    }

    /// An instant; nothing for none.
    pub(crate) fn instant(words: &Words, at: Option<UtcMs>) -> Self {
        at.map_or_else(Self::default, |at| Self {
            text: when::shown_minute(at.second(), words.zone, words.lang),
            href: String::new(),
            value: Value::from(when::rfc3339(at)),
        })
    }

    /// The same with a page about it.
    pub(crate) fn at(self, href: String) -> Self {
        Self { href, ..self }
    }

    /// The same, read otherwise by programs.
    pub(crate) fn means(self, value: impl Into<Value>) -> Self {
        Self { value: value.into(), ..self }
    }
}

/// See the module. Every row has a cell for every column; the first heads the row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The cells of a row, each with its column.
    pub(crate) fn cells<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = (&'a Column, &'a Cell)> {
        self.columns.iter().zip(row)
    }

    /// The headings, for a spreadsheet.
    pub(crate) fn head(&self, words: &Words, csv: &mut Csv) {
        csv.row(self.columns.iter().map(|column| words.lang.say(column.label)));
    }

    /// The rows, for a spreadsheet.
    pub(crate) fn body(&self, csv: &mut Csv) {
        for row in &self.rows {
            csv.row(row.iter().map(|cell| cell.text.as_str()));
        }
    }

    /// The rows, for programs.
    pub(crate) fn json(&self) -> Vec<Map<String, Value>> {
        let row = |row: &Vec<Cell>| {
            self.cells(row).map(|(column, cell)| (column.key.to_owned(), cell.value.clone())).collect()
        };
        self.rows.iter().map(row).collect()
    }
}
