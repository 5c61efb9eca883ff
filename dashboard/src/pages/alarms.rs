//! Alarms: the list, one of them, what is muted, and what could not be told.

use access::id::DoorId;
use access::time::UtcMs;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::{AlarmFilter, AlarmKey, AlarmKind, AlarmState, Site, SiteError};

use super::{ROWS, place_names, render, render_refused};
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::Visit;

mod acts;
mod letters;
mod mutes;
mod one;
mod shown;

use shown::Shown;

/// All routes of alarms.
pub(super) fn router() -> Routes {
    Routes::new()
        .get(Right::Look, "/alarms", show)
        .get(Right::Look, "/alarms/mutes", mutes::show)
        .post(Right::Alarms, "/alarms/mutes/{id}/end", mutes::end)
        .get(Right::Alarms, "/alarms/undelivered", letters::show)
        .post(Right::Alarms, "/alarms/undelivered/{id}", letters::decide)
        .get(Right::Look, "/alarms/{id}", one::show)
        .post(Right::Alarms, "/alarms/{id}/acknowledge", acts::acknowledge)
        .post(Right::Alarms, "/alarms/{id}/close", acts::close)
        .post(Right::Alarms, "/alarms/{id}/owner", acts::own)
        .post(Right::Alarms, "/alarms/{id}/mute", acts::mute)
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct Alarms {
    page: Page,
    form: Form,
    states: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    doors: Vec<(String, String)>,
    alarms: Vec<Shown>,
    /// Acknowledged and not closed: of the first page of open ones, so that nobody forgets them.
    still: usize,
    undelivered: u32,
    older: String,
}

/// The list; without a wish those that nobody has acknowledged.
async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    let now = visit.page.now;
    let found = match filter(&pairs) {
        Ok(filter) => app.db(move |site| site.alarms(&filter, now, ROWS + 1)).await,
        Err(fault) => Err(fault),
    };
    let mut views = match found {
        Ok(views) => views,
        Err(fault) => {
            form.refused(fault)?;
            Vec::new()
        }
    };
    let more = views.len() > ROWS as usize;
    views.truncate(ROWS as usize);
    let older = views.last().filter(|_| more).map_or_else(String::new, |last| {
        let key = cursor(last.key());
        let kept = ["state", "kind", "door"].into_iter().filter_map(|name| Some((name, pairs.get(name)?)));
        format!("/alarms?{}", query::join(kept.chain([("after", key.as_str())])))
    });
    let (counts, doors) = app.db(move |site| Ok((site.alarm_counts(now)?, place_names(site)?))).await?;
    let page = visit.page;
    let plain = ["state", "kind", "door", "after"].into_iter().all(|name| pairs.get(name).is_none());
    let any = || vec![(String::new(), page.tr("any"))];
    let kind = |kind: &AlarmKind| (kind.code.to_owned(), page.code("alarm", kind.code));
    let mut kinds: Vec<_> = AlarmKind::all().iter().map(kind).collect();
    kinds.sort_by_key(|(_, name)| name.to_lowercase());
    let failed = form.failed();
    let template = Alarms {
        states: STATES.map(|code| (code.to_owned(), page.code("alarm-state", code))).to_vec(),
        kinds: [any(), kinds].concat(),
        doors: [any(), doors].concat(),
        alarms: views.iter().map(|view| Shown::new(&page, view)).collect(),
        still: if plain { (counts.open.saturating_sub(counts.unacknowledged)) as usize } else { 0 },
        undelivered: counts.dead_letters,
        form,
        older,
        page,
    };
    if failed { render_refused(&template) } else { render(&template) }
}

/// What can be wished for; without a wish the first.
pub(crate) const STATES: [&str; 4] = ["open", "acknowledged", "closed", "all"];

/// Reads the filter of the list, for the page and for the API.
///
/// # Errors
/// [`Fault::Invalid`] with the field and the code of its problem.
pub(crate) fn filter(pairs: &Pairs) -> Result<AlarmFilter, Fault> {
    let invalid = |field, problem| Fault::Invalid { field, problem };
    let state = match pairs.get("state") {
        None | Some("open") => Some(AlarmState::Open),
        Some("acknowledged") => Some(AlarmState::Acknowledged),
        Some("closed") => Some(AlarmState::Closed),
        Some("all") => None,
        Some(_) => return Err(invalid("state", "unknown-code")),
    };
    let closed_too = !matches!(state, Some(AlarmState::Open | AlarmState::Acknowledged));
    let after = pairs.get("after").map(|text| key(text).ok_or(invalid("after", "not-a-number"))).transpose()?;
    Ok(AlarmFilter { closed_too, state, kind: pairs.get("kind").map(str::to_owned), door: door(pairs)?, after })
}

fn door(pairs: &Pairs) -> Result<Option<DoorId>, Fault> {
    pairs.parse("door", "unknown-door")
}

/// Where the list goes on, as a text.
pub(crate) fn cursor(key: AlarmKey) -> String {
    format!("{}-{}", key.last.0, key.id)
}

fn key(text: &str) -> Option<AlarmKey> {
    let (last, id) = text.split_once('-')?;
    Some(AlarmKey { last: UtcMs(last.parse().ok()?), id: id.parse().ok()? })
}

/// How many notifications were given up, for the tab that leads to them.
fn undelivered(site: &Site, now: UtcMs) -> Result<u32, SiteError> {
    Ok(site.alarm_counts(now)?.dead_letters)
}
