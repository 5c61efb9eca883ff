//! What the site knows of a person, to be given to that person: to read, and as a file.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::secret::id_of;
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::pages::render;
use crate::sentence::Row;
use crate::subject::Data;
use crate::visit::Visit;

/// Events of the page. The file has all.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "privacy_data.html")]
struct DataPage {
    page: Page,
    id: i64,
    name: String,
    external_id: String,
    longer: bool,
    /// Of each: a heading and lines of what it is, and when it holds.
    lists: Vec<(&'static str, Vec<(String, String)>)>,
    rows: Vec<Row>,
    more: bool,
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let mut data = app.db(move |site| Data::read(site, id)).await?;
    let page = visit.page;
    let more = data.more_events || data.events.len() > SHOWN;
    data.events.truncate(SHOWN);
    render(&DataPage {
        id: id.0,
        name: page.name(&data.person.name),
        external_id: data.person.external_id.clone().unwrap_or_default(),
        longer: data.person.comfort.has(access::entry::Comfort::LONG),
        lists: lists(&page, &data),
        rows: Row::all(&page, &data.events),
        more,
        page,
    })
}

/// The file.
pub(super) async fn download(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let data = app.db(move |site| Data::read(site, id)).await?;
    let name = visit.page.name(&data.person.name);
    let value = data.shape(app.context.site.id().as_str(), &name, app.now());
    let text = serde_json::to_string_pretty(&value).map_err(|error| {
        tracing::error!(%error, "a person's data could not be written");
        Fault::Broken
    })?;
    let file = format!("attachment; filename=\"person-{}.json\"", id.0);
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, file)];
    Ok((headers, text).into_response())
}

fn lists(page: &Page, data: &Data) -> Vec<(&'static str, Vec<(String, String)>)> {
    let cards = data
        .holdings
        .iter()
        .map(|one| (format!("{} · {}", one.uid.hex(), page.code("kind", one.kind.code())), page.window(&one.window)));
    let employments =
        data.employments.iter().map(|one| (format!("{}, {}", one.title, one.unit), page.days(&one.window)));
    let rights = data.rights.iter().map(|one| (format!("{} ({})", one.profession, one.source), page.days(&one.window)));
    let groups = data.groups.iter().map(|(name, window)| (name.clone(), page.window(window)));
    let outs = data.hand_outs.iter().map(|out| {
        let said = format!("{} · {} · {}", out.backup.hex(), page.code("document", out.document.code()), out.place);
        (said, format!("{} – {}", page.instant(&out.given), page.last_day(&out.until)))
    });
    let requests = data.requests.iter().map(|one| {
        let state = page.code("request-state", one.state.code());
        (format!("{}: {} ({state})", one.group_name, one.wanted.reason), page.instant(&one.asked.1))
    });
    let searches = data.searches.iter().map(|one| (one.reason.clone(), page.instant(&one.at)));
    vec![
        ("person-cards", cards.collect()),
        ("employments-title", employments.collect()),
        ("rights-title", rights.collect()),
        ("data-groups", groups.collect()),
        ("handouts-title", outs.collect()),
        ("requests-title", requests.collect()),
        ("data-searches", searches.collect()),
    ]
}
