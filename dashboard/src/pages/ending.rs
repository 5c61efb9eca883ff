//! Cards that end soon.

use access::time::UtcS;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::Horizons;

use super::views::Card;
use super::{ROWS, render};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::Pairs;
use crate::visit::Visit;

/// How far the list can be leafed through: the database hands out a thousand rows at most. Those that end
/// soonest come first, and leave the list when they are renewed.
const SKIP_MAX: u32 = 900;

/// The periods, by their codes.
pub(crate) const PERIODS: [&str; 3] = ["week", "month", "three-months"];

#[derive(Template)]
#[template(path = "ending.html")]
struct Ending {
    page: Page,
    within: &'static str,
    periods: [&'static str; 3],
    cards: Vec<Card>,
    more: String,
}

/// The list, soonest first.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let within = period(pairs.get("within"))?;
    let skip = pairs.parse::<u32>("skip", "not-a-number")?.unwrap_or(0);
    if skip > SKIP_MAX {
        return Err(Fault::Invalid { field: "skip", problem: "out-of-range" });
    }
    let now = visit.page.now;
    let cards = app.db(move |site| {
        let before = horizon(&site.horizons(now)?, within);
        site.cards_ending(now.second(), before, skip + ROWS + 1)
    });
    let mut cards: Vec<_> = cards.await?.into_iter().skip(skip as usize).collect();
    let more = cards.len() > ROWS as usize && skip + ROWS <= SKIP_MAX;
    cards.truncate(ROWS as usize);
    let more = if more { format!("/cards/ending?within={within}&skip={}", skip + ROWS) } else { String::new() };
    render(&Ending {
        cards: Card::all(&visit.page, &cards),
        page: visit.page.at("/cards/ending"),
        within,
        periods: PERIODS,
        more,
    })
}

/// The period with this code; three months if none is named.
///
/// # Errors
/// [`Fault::Invalid`] if there is no such period.
pub(crate) fn period(code: Option<&str>) -> Result<&'static str, Fault> {
    let code = code.unwrap_or("three-months");
    let known = PERIODS.into_iter().find(|period| *period == code);
    known.ok_or(Fault::Invalid { field: "within", problem: "unknown-code" })
}

/// When a period ends.
pub(crate) fn horizon(horizons: &Horizons, period: &str) -> UtcS {
    match period {
        "week" => horizons.week,
        "month" => horizons.month,
        _ => horizons.three_months,
    }
}
