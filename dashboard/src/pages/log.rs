//! What operators did: the list with its filter, one change with what it found and left, and the table for spreadsheets.

use access::time::UtcMs;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use db::site::{ChangeFilter, ChangeView};
use futures_util::stream;

use super::render;
use crate::app::App;
use crate::audit::{Names, Part, Told};
use crate::change_query;
use crate::csv::{self, Csv};
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::visit::Visit;

/// Changes that a table for spreadsheets reads at once.
const CSV_ROWS: u32 = 200;

/// Changes on a page of the list. Each may have several lines, and a page is to be small.
const ROWS: u32 = 25;

/// Fields that the list shows of one change; the change's own page shows all.
const LINES_SHOWN: usize = 3;

#[derive(Template)]
#[template(path = "log.html")]
struct Log {
    page: Page,
    form: Form,
    filtered: bool,
    operators: Vec<(String, String)>,
    actions: Vec<(String, String)>,
    changes: Vec<Line>,
    older: String,
    csv: String,
}

#[derive(Template)]
#[template(path = "change.html")]
struct Change {
    page: Page,
    change: Line,
}

/// A line of the log.
struct Line {
    number: u64,
    at: UtcMs,
    operator: String,
    action: String,
    details: Vec<Part>,
    told: Vec<Told>,
    /// Rows that are not told of.
    more: usize,
    /// Whether the list shows less than there is.
    cut: bool,
}

impl Line {
    fn new(page: &Page, names: &Names, change: ChangeView) -> Self {
        let details = change
            .detail
            .split_whitespace()
            .enumerate()
            .map(|(place, word)| part(page, &change.action, place, word))
            .collect();
        Self {
            told: Told::all(page, names, &change),
            more: usize::try_from(change.more).unwrap_or(usize::MAX),
            cut: false,
            number: change.number,
            at: change.at,
            operator: change.operator,
            action: change.action,
            details,
        }
    }

    /// As the list shows it.
    fn short(mut self) -> Self {
        let (mut left, all) = (LINES_SHOWN, self.told.len());
        self.cut = self.more > 0;
        self.told.retain_mut(|told| {
            if left == 0 {
                return false;
            }
            self.cut |= told.lines.len() > left;
            told.lines.truncate(left);
            left -= told.lines.len().max(1);
            true
        });
        self.cut |= self.told.len() < all;
        self
    }
}

/// The database writes details as words: of a card its number and then what it was about.
fn part(page: &Page, action: &str, place: usize, word: &str) -> Part {
    let link = |folder: &str, text: String| Part { href: format!("/{folder}/{}", query::encode(word)), text };
    match (action, place) {
        ("card-give", 1) | ("person-add" | "person-comfort", 0) => {
            link("people", page.tr1("log-person", "number", word))
        }
        ("card-list" | "card-unlist", 1)
        | (
            "door-add" | "door-mode" | "door-settings" | "door-enrol" | "door-enrolled" | "door-certificate"
            | "door-revoke" | "door-command" | "encoder-add",
            0,
        ) => link("doors", word.to_owned()),
        ("card-block" | "card-unblock", 1) => Part { href: String::new(), text: page.code("reason", word) },
        ("door-settings", 3) => Part { href: String::new(), text: page.code("reading", word) },
        ("door-command", 1) => Part { href: String::new(), text: page.code("action", word) },
        ("door-mode", 1) => Part { href: String::new(), text: page.code("mode", word) },
        ("review-group", 0) => link("reports/review/groups", page.tr1("log-group", "number", word)),
        ("review-person", 0) => link("reports/review/people", page.tr1("log-person", "number", word)),
        ("bulk-undo", 0) => link("bulk", word.to_owned()),
        ("passback-forgive", 0) => link("cards", word.to_owned()),
        ("name-secret" | "name-shown", 0) => link("people", page.tr1("log-person", "number", word)),
        (action, 0) if action.starts_with("card-") => link("cards", word.to_owned()),
        _ => Part { href: String::new(), text: word.to_owned() },
    }
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let filter = change_query::filter(&pairs, app.context.zone)?;
    let before = pairs.parse("before", "not-a-number")?;
    let filtered = filter != ChangeFilter::default();
    let (mut changes, names, operators, actions) = app
        .db(move |site| {
            let changes = site.find_changes(&filter, before, ROWS + 1)?;
            let names = Names::of(site, &changes)?;
            Ok((changes, names, site.change_operators()?, site.change_actions()?))
        })
        .await?;
    let more = changes.len() > ROWS as usize;
    changes.truncate(ROWS as usize);
    let kept = change_query::again(&pairs);
    let older = changes.last().filter(|_| more).map_or_else(String::new, |last| {
        let number = last.number.to_string();
        let pairs = kept.iter().map(|(name, value)| (*name, *value)).chain([("before", number.as_str())]);
        format!("/log?{}", query::join(pairs))
    });
    let page = visit.page;
    let action = |code: String| {
        let text = page.code("change", &code);
        (code, text)
    };
    let mut actions: Vec<_> = actions.into_iter().map(action).collect();
    actions.sort_by(|(_, one), (_, other)| one.cmp(other));
    render(&Log {
        form: pairs.as_form(),
        csv: format!("/log.csv?{}", query::join(kept.into_iter())),
        operators: operators.into_iter().map(|name| (name.clone(), name)).collect(),
        changes: changes.into_iter().map(|change| Line::new(&page, &names, change).short()).collect(),
        page,
        filtered,
        actions,
        older,
    })
}

/// One change.
pub(super) async fn one(State(app): State<App>, visit: Visit, Path(number): Path<String>) -> Result<Response, Fault> {
    let number = number.parse().map_err(|_| Fault::NotFound)?;
    let (change, names) = app
        .db(move |site| {
            let change = site.change(number)?;
            let names = Names::of(site, std::slice::from_ref(&change))?;
            Ok((change, names))
        })
        .await?;
    render(&Change { change: Line::new(&visit.page, &names, change), page: visit.page })
}

/// What a table for spreadsheets still has to write.
struct Rest {
    app: App,
    page: Page,
    filter: ChangeFilter,
    before: Option<u64>,
    csv: Csv,
    ended: bool,
}

/// The same list as a table, with a row for each field. It is written as it is read, so its length costs no memory.
pub(super) async fn table(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let filter = change_query::filter(&pairs, app.context.zone)?;
    let page = visit.page;
    let mut csv = Csv::for_people(page.lang);
    let heads = ["log-number", "column-time", "log-operator", "column-what", "log-detail"];
    let more = ["audit-what", "audit-which", "audit-field", "audit-before", "audit-after"];
    csv.row(heads.into_iter().chain(more).map(|key| page.tr(key)));
    let rest = Rest { before: pairs.parse("before", "not-a-number")?, app, page, filter, csv, ended: false };
    // The first rows are read before the answer begins, so that what is wrong with the filter can still be said.
    let (first, rest) = rest.next().await?;
    let rows = stream::unfold(Some((first, rest)), |state| async move {
        let (bytes, rest) = state?;
        if bytes.is_empty() && rest.ended {
            return None;
        }
        let next = if rest.ended { Ok((Vec::new(), rest)) } else { rest.next().await };
        match next {
            Ok(next) => Some((Ok(Bytes::from(bytes)), Some(next))),
            // What is cut off must not look whole.
            Err(_) => Some((Err(std::io::Error::other("the log could not be read on")), None)),
        }
    });
    Ok((csv::headers("log"), csv::body(rows)).into_response())
}

impl Rest {
    /// The next rows as bytes.
    async fn next(mut self) -> Result<(Vec<u8>, Self), Fault> {
        let (filter, before) = (self.filter.clone(), self.before);
        let (changes, names) = self
            .app
            .db(move |site| {
                let changes = site.find_changes(&filter, before, CSV_ROWS)?;
                let names = Names::of(site, &changes)?;
                Ok((changes, names))
            })
            .await?;
        self.ended = changes.len() < CSV_ROWS as usize;
        self.before = changes.last().map(|last| last.number).or(self.before);
        for change in changes {
            self.write(&names, change);
        }
        Ok((self.csv.take(), self))
    }

    fn write(&mut self, names: &Names, change: ChangeView) {
        let action = self.page.code("change", &change.action);
        let line = Line::new(&self.page, names, change);
        let words = |parts: &[Part]| parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ");
        let head = [line.number.to_string(), self.page.iso(&line.at), line.operator, action, words(&line.details)];
        if line.told.is_empty() {
            self.csv.row(head.iter().map(String::as_str).chain([""; 5]));
        }
        for told in &line.told {
            let which = words(&told.which);
            if told.lines.is_empty() {
                self.csv.row(head.iter().map(String::as_str).chain([
                    told.what.as_str(),
                    which.as_str(),
                    told.symbol,
                    "",
                    "",
                ]));
            }
            for field in &told.lines {
                let cells = [&told.what, &which, &field.field, &field.was.text, &field.is.text];
                self.csv.row(head.iter().chain(cells));
            }
        }
    }
}
