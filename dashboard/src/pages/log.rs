//! What operators did.

use access::time::UtcMs;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use db::site::ChangeView;

use super::{ROWS, render};
use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "log.html")]
struct Log {
    page: Page,
    changes: Vec<Line>,
    older: String,
}

/// A line of the log.
struct Line {
    number: u64,
    at: UtcMs,
    operator: String,
    action: String,
    details: Vec<Part>,
}

/// A piece of what a change was made to; with a link if there is a page about it.
struct Part {
    href: String,
    text: String,
}

impl Line {
    fn new(page: &Page, change: ChangeView) -> Self {
        let details = change
            .detail
            .split_whitespace()
            .enumerate()
            .map(|(place, word)| part(page, &change.action, place, word))
            .collect();
        Self { number: change.number, at: change.at, operator: change.operator, action: change.action, details }
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
            | "door-revoke" | "encoder-add",
            0,
        ) => link("doors", word.to_owned()),
        ("card-block" | "card-unblock", 1) => Part { href: String::new(), text: page.code("reason", word) },
        ("door-settings", 3) => Part { href: String::new(), text: page.code("reading", word) },
        ("door-mode", 1) => Part { href: String::new(), text: page.code("mode", word) },
        ("passback-forgive", 0) => link("cards", word.to_owned()),
        ("name-secret" | "name-shown", 0) => link("people", page.tr1("log-person", "number", word)),
        (action, 0) if action.starts_with("card-") => link("cards", word.to_owned()),
        _ => Part { href: String::new(), text: word.to_owned() },
    }
}

/// The page.
pub(super) async fn show(State(app): State<App>, visit: Visit, pairs: Pairs) -> Result<Response, Fault> {
    let before = pairs.parse("before", "not-a-number")?;
    let mut changes = app.db(move |site| site.change_log(before, ROWS + 1)).await?;
    let more = changes.len() > ROWS as usize;
    changes.truncate(ROWS as usize);
    let older = changes.last().filter(|_| more).map_or_else(String::new, |last| format!("/log?before={}", last.number));
    let page = visit.page;
    let changes = changes.into_iter().map(|change| Line::new(&page, change)).collect();
    render(&Log { page, changes, older })
}
