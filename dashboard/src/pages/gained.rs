//! Which doors a person gained and lost by what was just saved: it stands on the page that the saving leads to.

use std::collections::HashMap;

use access::id::DoorId;
use access::whitelist::Generation;
use axum::response::{IntoResponse as _, Redirect, Response};
use db::site::{PersonId, Preview, PreviewRow, Site, SiteError};

use super::place_names;
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Pairs;
use crate::rights::Right;

/// Doors of one list that the page names; of more it says how many.
const SHOWN: usize = 50;

/// The generations before and after what was saved.
pub(super) type Between = (Generation, Generation);

/// What became of the person's doors.
pub(super) struct Gained {
    pub(super) lines: Vec<Line>,
}

/// The doors that the person gained, lost, or passes at other times.
pub(super) struct Line {
    pub(super) title: String,
    pub(super) tone: &'static str,
    pub(super) symbol: &'static str,
    /// Id and name.
    pub(super) doors: Vec<(String, String)>,
    pub(super) hidden: usize,
}

/// Does something, and notes the generations around it: what others have changed in between is told as well, if it
/// concerns the person.
pub(super) fn noted<T>(site: &Site, work: impl FnOnce() -> Result<T, SiteError>) -> Result<Between, SiteError> {
    let before = site.latest()?;
    work()?;
    Ok((before, site.latest()?))
}

/// After a change: look at this place, which will say what it did to somebody's doors.
pub(super) fn done(place: &str, code: &str, (before, after): Between) -> Response {
    let (path, anchor) = place.split_once('#').map_or((place, String::new()), |(path, to)| (path, format!("#{to}")));
    Redirect::to(&format!("{path}?done={code}&before={}&after={}{anchor}", before.0, after.0)).into_response()
}

/// What became of a person's doors, if the address asks and the reader may see it.
///
/// # Errors
/// [`Fault::Invalid`] for what is no number.
pub(super) async fn read(app: &App, page: &Page, pairs: &Pairs, person: PersonId) -> Result<Option<Gained>, Fault> {
    let before = pairs.parse::<u64>("before", "not-a-number")?.map(Generation);
    let after = pairs.parse::<u64>("after", "not-a-number")?.map(Generation);
    let (Some(before), Some(after), true) = (before, after, page.may(Right::Rules)) else { return Ok(None) };
    let now = page.now.second();
    let (preview, names) =
        app.db(move |site| Ok((site.gained(person, (before, after), now)?, place_names(site)?))).await?;
    Ok(Some(Gained::new(page, &preview, &names.into_iter().collect())))
}

impl Gained {
    fn new(page: &Page, preview: &Preview, names: &HashMap<String, String>) -> Self {
        let lists = [
            ("gained-gives", "good", "+", &preview.gains, preview.gain_count),
            ("gained-takes", "bad", "−", &preview.loses, preview.lose_count),
            ("gained-others", "warn", "◷", &preview.other_times, preview.other_times_count),
        ];
        let named = |door: &DoorId| names.get(door.as_str()).cloned().unwrap_or_else(|| door.to_string());
        let shown = |rows: &[PreviewRow]| {
            let mut doors: Vec<_> = rows.iter().map(|row| (row.door.to_string(), named(&row.door))).collect();
            doors.sort_by_key(|(_, name)| name.to_lowercase());
            doors.truncate(SHOWN);
            doors
        };
        let line = |(title, tone, symbol, rows, count): (&str, _, _, &Vec<PreviewRow>, usize)| {
            let doors = shown(rows);
            Line { title: page.number(title, "count", &count), tone, symbol, hidden: count - doors.len(), doors }
        };
        Self { lines: lists.into_iter().filter(|(.., count)| *count > 0).map(line).collect() }
    }
}
