//! Reports: how doors are used, who holds what, what nobody uses, and what did not come back.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::{door_names, render, render_refused};
use crate::app::App;
use crate::csv::{self, Csv};
use crate::explain::Words;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::reports::{self, Kind, Report, Rows};
use crate::rights::Right;
use crate::routes::Routes;
use crate::visit::Visit;
use crate::when;

pub(crate) mod review;

/// The tabs: path and key of each.
type Tabs = Vec<(String, String)>;

/// The routes.
pub(super) fn router() -> Routes {
    let routes = Routes::new()
        .get(Right::Reports, "/reports", index)
        .get(Right::Reports, "/reports/review", review::list)
        .post(Right::Review, "/reports/review/days", review::set_days)
        .get(Right::Reports, "/reports/review/groups/{id}", review::group)
        .post(Right::Review, "/reports/review/groups/{id}", review::sign_group)
        .get(Right::Reports, "/reports/review/people/{id}", review::person)
        .post(Right::Review, "/reports/review/people/{id}", review::sign_person);
    Kind::ALL.into_iter().fold(routes, |routes, kind| {
        let page = move |app: State<App>, visit: Visit, pairs: Pairs| show(kind, app, visit, pairs);
        let file = move |app: State<App>, visit: Visit, pairs: Pairs| export(kind, app, visit, pairs);
        let place = place(kind);
        routes.get(Right::Reports, &place, page).get(Right::Export, &format!("{place}.csv"), file)
    })
}

#[derive(Template)]
#[template(path = "reports.html")]
struct Index {
    page: Page,
    kinds: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Shown {
    page: Page,
    kind: Kind,
    tabs: Tabs,
    form: Form,
    doors: Vec<(String, String)>,
    report: Report,
    /// The same as a spreadsheet.
    file: String,
    next: String,
}

/// What reports there are.
async fn index(visit: Visit) -> Result<Response, Fault> {
    let page = visit.page;
    let one =
        |kind: Kind| (place(kind), page.code("report-title", kind.code()), page.code("report-about", kind.code()));
    let mut kinds: Vec<_> = Kind::ALL.into_iter().map(one).collect();
    if !page.limited {
        kinds.push(("/reports/review".to_owned(), page.tr("review-title"), page.tr("review-about")));
    }
    render(&Index { page, kinds })
}

/// One report.
async fn show(kind: Kind, State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let mut form = pairs.as_form();
    let made = reports::make(&app, Words::from(&visit.page), kind, &pairs, Rows::Page).await;
    let report = made.or_else(|fault| form.refused(fault).map(|()| Report::default()))?;
    fill(&app, kind, &pairs, &mut form);
    let doors = if kind.has("door") { app.db(door_names).await? } else { Vec::new() };
    let link = |after: &str| format!("{}?{}", place(kind), again(kind, &pairs, &[("after", after)]));
    let shown = Shown {
        tabs: tabs(&visit.page),
        next: report.next.as_deref().map_or_else(String::new, link),
        file: format!("{}.csv?{}", place(kind), again(kind, &pairs, &[])),
        page: visit.page,
        kind,
        form,
        doors,
        report,
    };
    if shown.form.failed() { render_refused(&shown) } else { render(&shown) }
}

/// The same as a spreadsheet. A list is read page by page while it is sent, so that it costs a page of memory.
async fn export(kind: Kind, State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let words = Words::from(&visit.page);
    let first = reports::make(&app, words, kind, &pairs, Rows::Many).await?;
    let mut csv = Csv::for_people(words.lang);
    if let Some(data) = first.data() {
        data.head(&words, &mut csv);
        data.body(&mut csv);
    }
    let begun = Going { app, words, kind, pairs, csv, next: first.next, ended: false };
    let body = csv::body(stream::unfold(begun, go_on));
    Ok((csv::headers(&format!("kulku-{}", kind.code())), body).into_response())
}

/// A spreadsheet on its way.
struct Going {
    app: App,
    words: Words,
    kind: Kind,
    pairs: Pairs,
    csv: Csv,
    next: Option<String>,
    ended: bool,
}

/// Sends what is there and reads the next page. Of a page that cannot be read the browser hears that the file was cut:
/// half a list must not look like a whole one.
async fn go_on(mut going: Going) -> Option<(Result<Bytes, std::io::Error>, Going)> {
    if going.ended {
        return None;
    }
    let written = going.csv.take();
    match going.next.take() {
        None => going.ended = true,
        Some(after) => {
            let pairs = going.pairs.with("after", &after);
            match reports::make(&going.app, going.words, going.kind, &pairs, Rows::Many).await {
                Ok(report) => {
                    if let Some(data) = report.data() {
                        data.body(&mut going.csv);
                    }
                    going.next = report.next;
                }
                Err(fault) => {
                    going.ended = true;
                    return Some((Err(std::io::Error::other(format!("{fault:?}"))), going));
                }
            }
        }
    }
    Some((Ok(Bytes::from(written)), going))
}

/// Fills in what a report looks at if nobody says otherwise.
fn fill(app: &App, kind: Kind, pairs: &Pairs, form: &mut Form) {
    if kind.has("from")
        && let Ok((from, until)) = reports::period(app, pairs)
    {
        for (name, at) in [("from", from), ("until", until)] {
            if form.value(name).is_empty() {
                form.set(name, when::field(Some(at.second()), app.context.zone));
            }
        }
    }
    if kind.has("days")
        && form.value("days").is_empty()
        && let Ok(days) = reports::unused_days(pairs)
    {
        form.set("days", days.to_string());
    }
}

/// The filter as a query again.
fn again(kind: Kind, pairs: &Pairs, more: &[(&str, &str)]) -> String {
    let kept = kind.fields().iter().flat_map(|name| pairs.all(name).map(move |value| (*name, value)));
    query::join(kept.chain(more.iter().copied()))
}

fn place(kind: Kind) -> String {
    format!("/reports/{}", kind.code())
}

fn tabs(page: &Page) -> Tabs {
    let kinds = Kind::ALL.into_iter().map(|kind| (place(kind), page.code("report-title", kind.code())));
    let review = (!page.limited).then(|| ("/reports/review".to_owned(), page.tr("review-title")));
    kinds.chain(review).collect()
}
