//! What reports say. Each is made once, for the page, the spreadsheet and the API.

use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use db::site::{GroupId, HoldFilter, LIST_MAX, Page, PersonId, ReviewView, Site, SiteError, TapSpan, UNUSED_DAYS_MAX};

use crate::app::App;
use crate::chart::Chart;
use crate::explain::Words;
use crate::fault::Fault;
use crate::query::Pairs;
use crate::table::Table;

mod rights;
mod taps;

/// Rows of a table on a page; the spreadsheet has all.
const ROWS: u32 = 50;

/// What a report without a period looks back at, in days.
const DAYS_SHOWN: i64 = 7;

/// What counts as unused if nobody says otherwise, in days.
const UNUSED_DAYS: u32 = 90;

const DAY_MS: i64 = 86_400_000;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Taps by hour and door.
    Taps,
    /// Denials by reason.
    Denials,
    /// Who may pass which doors.
    Holds,
    /// Who may pass doors and does not.
    Unused,
    /// Doors by when they were last used.
    Doors,
    /// Cards that are over and not back.
    Unreturned,
}

impl Kind {
    /// In the order of the tabs.
    pub(crate) const ALL: [Self; 6] =
        [Self::Taps, Self::Denials, Self::Holds, Self::Unused, Self::Doors, Self::Unreturned];

    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Taps => "taps",
            Self::Denials => "denials",
            Self::Holds => "holds",
            Self::Unused => "unused",
            Self::Doors => "doors",
            Self::Unreturned => "unreturned",
        }
    }

    /// The fields of its filter.
    pub(crate) fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Taps | Self::Denials => &["from", "until", "door"],
            Self::Holds => &["text", "person", "group", "door"],
            Self::Unused => &["days", "text", "person", "group", "door"],
            Self::Doors => &["days"],
            Self::Unreturned => &[],
        }
    }

    /// Whether it has the field.
    pub(crate) fn has(self, field: &str) -> bool {
        self.fields().contains(&field)
    }
}

/// A report, ready to be shown.
#[derive(Default)]
pub(crate) struct Report {
    /// What is to be seen, in sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) chart: Option<Chart>,
    /// What the page shows.
    pub(crate) tables: Vec<Table>,
    /// What spreadsheet and API hold, if that is finer than the first table.
    pub(crate) data: Option<Table>,
    /// Where it goes on.
    pub(crate) next: Option<String>,
}

impl Report {
    /// What spreadsheet and API hold.
    pub(crate) fn data(&self) -> Option<&Table> {
        self.data.as_ref().or(self.tables.first())
    }
}

/// Makes a report, or a page of it.
///
/// # Errors
/// [`Fault::Invalid`] with the field of the filter that does not hold.
pub(crate) async fn make(app: &App, words: Words, kind: Kind, pairs: &Pairs, rows: Rows) -> Result<Report, Fault> {
    match kind {
        Kind::Taps => taps::taps(app, words, span(app, pairs)?).await,
        Kind::Denials => taps::denials(app, words, span(app, pairs)?).await,
        Kind::Holds => rights::holds(app, words, hold_filter(pairs)?, after(pairs)?, rows).await,
        Kind::Unused => {
            let filter = HoldFilter { unused_since: Some(unused_since(app, pairs)?), ..hold_filter(pairs)? };
            rights::holds(app, words, filter, after(pairs)?, rows).await
        }
        Kind::Doors => rights::doors(app, words, unused_since(app, pairs)?).await,
        Kind::Unreturned => rights::unreturned(app, words).await,
    }
}

/// How much of a list is wanted at once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows {
    /// What a page shows.
    Page,
    /// So many, for programs.
    Of(u32),
    /// As many as the database hands out, for a spreadsheet that asks again.
    Many,
}

impl Rows {
    fn limit(self) -> u32 {
        match self {
            Self::Page => ROWS,
            Self::Of(rows) => rows.min(LIST_MAX),
            // A person may have a line for each of two hundred doors.
            Self::Many => 200,
        }
    }
}

/// The period that a report looks at, in the fields of its form.
pub(crate) fn period(app: &App, pairs: &Pairs) -> Result<(UtcMs, UtcMs), Fault> {
    let zone = app.context.zone;
    let until = pairs.instant("until", zone)?.unwrap_or_else(|| app.now());
    let from = pairs.instant("from", zone)?;
    Ok((from.unwrap_or(UtcMs(until.0.saturating_sub(DAYS_SHOWN * DAY_MS))), until))
}

/// After how many days something counts as unused.
pub(crate) fn unused_days(pairs: &Pairs) -> Result<u32, Fault> {
    let days = pairs.parse("days", "not-a-number")?.unwrap_or(UNUSED_DAYS);
    if (1..=UNUSED_DAYS_MAX).contains(&days) {
        Ok(days)
    } else {
        Err(Fault::Invalid { field: "days", problem: "out-of-range" })
    }
}

/// Reviews of groups or of people after a number, up to so many; perhaps only those that are due. One more than wanted
/// tells that there are more. All are looked at if need be: a site has ten thousand groups at most.
pub(crate) fn reviews(
    site: &Site,
    of: (bool, bool),
    mut after: Option<i64>,
    most: u32,
    now: UtcS,
) -> Result<Vec<ReviewView>, SiteError> {
    let (people, due) = of;
    let limit = most.min(LIST_MAX);
    let mut found: Vec<ReviewView> = Vec::new();
    loop {
        let page = Page { after, limit };
        let rows = if people { site.person_reviews(page)? } else { site.group_reviews(page)? };
        let is_last = rows.len() < limit as usize;
        after = rows.last().map(|last| last.of.number());
        found.extend(rows.into_iter().filter(|view| !due || view.is_due(now)));
        if is_last || found.len() >= most as usize {
            found.truncate(most as usize);
            return Ok(found);
        }
    }
}

/// Whether only what is due is asked for.
///
/// # Errors
/// [`Fault::Invalid`] with `show`.
pub(crate) fn review_filter(pairs: &Pairs) -> Result<bool, Fault> {
    match pairs.get("show") {
        None | Some("all") => Ok(false),
        Some("due") => Ok(true),
        Some(_) => Err(Fault::Invalid { field: "show", problem: "unknown-code" }),
    }
}

fn span(app: &App, pairs: &Pairs) -> Result<TapSpan, Fault> {
    let (from, until) = period(app, pairs)?;
    Ok(TapSpan { from, until, doors: doors(pairs)? })
}

fn doors(pairs: &Pairs) -> Result<Vec<DoorId>, Fault> {
    let unknown = |_| Fault::Invalid { field: "door", problem: "unknown-door" };
    pairs.all("door").map(|door| door.parse::<DoorId>().map_err(unknown)).collect()
}

fn hold_filter(pairs: &Pairs) -> Result<HoldFilter, Fault> {
    Ok(HoldFilter {
        person: pairs.parse("person", "not-a-number")?.map(PersonId),
        text: pairs.get("text").map(str::to_owned),
        group: pairs.parse("group", "not-a-number")?.map(GroupId),
        door: doors(pairs)?.into_iter().next(),
        unused_since: None,
    })
}

fn unused_since(app: &App, pairs: &Pairs) -> Result<UtcMs, Fault> {
    let days = unused_days(pairs)?;
    Ok(UtcMs(app.now().0.saturating_sub(i64::from(days) * DAY_MS)))
}

fn after(pairs: &Pairs) -> Result<Option<i64>, Fault> {
    pairs.parse("after", "not-a-number")
}
