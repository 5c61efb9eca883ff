//! The log as a table for spreadsheets and programs, written while it is read: whatever its length, a thousand rows are
//! in memory.

use std::fmt;

use access::event::EventKind;
use access::reason::{Reason, Reasons};
use axum::body::Bytes;
use axum::response::{IntoResponse as _, Response};
use db::site::{EventFilter, EventView, LIST_MAX, Seek};
use futures_util::stream::{self, Stream};
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::csv::{self, Csv};
use crate::fault::Fault;
use crate::page::Page;
use crate::sentence::{Row, trust_code};
use crate::when;

/// Most rows of a table: with its head and a last line about what is missing, as many as spreadsheets open.
const ROWS_MAX: usize = 1_048_574;

/// For whom a table is.
pub(crate) enum Reader {
    /// In the words of the page's language.
    Person(Box<Page>),
    /// In codes.
    Program,
}

/// Columns for people, by the keys of their names.
const FOR_PEOPLE: [&str; 9] = [
    "column-number",
    "column-time",
    "column-what",
    "column-door",
    "column-who",
    "column-person",
    "column-card",
    "column-why",
    "column-utc",
];

/// Columns for programs; what they hold is named as in the JSON of an event.
const FOR_PROGRAMS: [&str; 14] = [
    "id",
    "at",
    "clock",
    "received",
    "door",
    "door_name",
    "code",
    "reasons",
    "noted",
    "card",
    "holder",
    "holder_name",
    "mode",
    "link_ok",
];

/// A table that is being written.
struct Table {
    app: App,
    filter: EventFilter,
    reader: Reader,
    csv: Csv,
    /// Where to read on; nothing behind the last row.
    seek: Option<Seek>,
    rows: usize,
    _turn: OwnedSemaphorePermit,
}

/// The events of a filter, newest first, as a file.
///
/// # Errors
/// [`Fault::Busy`] if enough tables are being written; [`Fault::Invalid`] if the filter means nothing.
pub(crate) async fn events(app: App, filter: EventFilter, reader: Reader) -> Result<Response, Fault> {
    let turn = app.exports.clone().try_acquire_owned().map_err(|_| Fault::Busy)?;
    let csv = match &reader {
        Reader::Person(page) => Csv::for_people(page.lang),
        Reader::Program => Csv::for_programs(),
    };
    let mut table = Table { app, filter, reader, csv, seek: Some(Seek::Newest), rows: 0, _turn: turn };
    table.head();
    // The first rows are read before anything is answered: what is wrong with a filter is then said as such.
    table.read_on().await?;
    Ok((csv::headers("kulku-events"), csv::body(chunks(table))).into_response())
}

/// What was written, piece by piece. A table that cannot be finished breaks the connection, so that nobody takes a part
/// for the whole.
fn chunks(table: Table) -> impl Stream<Item = Result<Bytes, Cut>> {
    stream::unfold(Some(table), |table| async move {
        let mut table = table?;
        let written = table.csv.take();
        if !written.is_empty() {
            return Some((Ok(Bytes::from(written)), Some(table)));
        }
        table.seek?;
        let stopped = *table.app.context.stop.borrow();
        if stopped || table.read_on().await.is_err() {
            return Some((Err(Cut), None));
        }
        // A search may look at a great many rows and find none: an empty piece, and on it goes.
        Some((Ok(Bytes::from(table.csv.take())), Some(table)))
    })
}

impl Table {
    fn head(&mut self) {
        match &self.reader {
            Reader::Person(page) => self.csv.row(FOR_PEOPLE.map(|key| page.tr(key))),
            Reader::Program => self.csv.row(FOR_PROGRAMS),
        }
    }

    /// Reads and writes what comes next.
    async fn read_on(&mut self) -> Result<(), Fault> {
        let Some(seek) = self.seek else { return Ok(()) };
        let filter = self.filter.clone();
        let found = self.app.db(move |site| site.find_events(&filter, seek, LIST_MAX)).await?;
        let room = ROWS_MAX.saturating_sub(self.rows);
        for view in found.events.iter().take(room) {
            self.row(view);
        }
        self.rows = self.rows.saturating_add(found.events.len());
        self.seek = found.next.map(|mark| Seek::Before(mark.id));
        if self.rows >= ROWS_MAX && (self.seek.is_some() || self.rows > ROWS_MAX) {
            self.seek = None;
            self.cut_short();
        }
        Ok(())
    }

    fn row(&mut self, view: &EventView) {
        match &self.reader {
            Reader::Person(page) => self.csv.row(for_people(page, view)),
            Reader::Program => self.csv.row(for_programs(view)),
        }
    }

    /// Says that there is more than a table holds.
    fn cut_short(&mut self) {
        let said = match &self.reader {
            Reader::Person(page) => page.tr("export-cut"),
            Reader::Program => "cut".to_owned(),
        };
        self.csv.row([said]);
    }
}

fn for_people(page: &Page, view: &EventView) -> [String; 9] {
    let row = Row::new(page, view);
    let (person, name) = row.holder.map_or_else(Default::default, |(person, name)| (person.to_string(), name));
    let card = row.card.unwrap_or_default();
    [row.id.to_string(), row.at, row.word, row.door_name, name, person, card, row.details.join(" "), row.iso]
}

fn for_programs(view: &EventView) -> [String; 14] {
    let event = &view.event;
    let (reasons, noted) = match event.kind {
        EventKind::Tap { decision, noted, .. } => (decision.reasons, noted),
        _ => Default::default(),
    };
    let codes = |reasons: Reasons| reasons.iter().map(Reason::code).collect::<Vec<_>>().join(" ");
    let (holder, name) =
        view.holder.as_ref().map_or_else(Default::default, |(id, name)| (id.0.to_string(), name.clone()));
    [
        view.id.to_string(),
        when::rfc3339(event.utc),
        trust_code(event.trust).to_owned(),
        when::rfc3339(view.received),
        view.door.to_string(),
        view.door_name.clone(),
        event.kind.code().to_owned(),
        codes(reasons),
        codes(noted),
        event.subject.map_or_else(String::new, |subject| subject.uid.hex()),
        holder,
        name,
        event.mode.code().to_owned(),
        view.link_ok.to_string(),
    ]
}

/// The table ends before its last row: the server stops, or the log could not be read on.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the table was not finished; ask for it again")
    }
}

impl std::error::Error for Cut {}
