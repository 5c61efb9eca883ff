//! Notifications that were tried and given up.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use db::site::Notification;

use super::one::number;
use super::undelivered;
use crate::app::App;
use crate::fault::Fault;
use crate::form::Form;
use crate::page::Page;
use crate::pages::{ROWS, done, render};
use crate::visit::{Visit, actor};

#[derive(Template)]
#[template(path = "alarm_undelivered.html")]
struct Undelivered {
    page: Page,
    letters: Vec<Letter>,
    undelivered: u32,
}

/// A notification.
struct Letter {
    id: i64,
    alarm: i64,
    name: String,
    what: String,
    at: String,
    iso: String,
    door_name: String,
    channel: String,
    attempts: u32,
    /// In the words of the mail server or the receiver.
    error: String,
}

/// The page: the newest of them; others come up as these are dealt with.
pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Fault> {
    let now = visit.page.now;
    let (letters, undelivered) =
        app.db(move |site| Ok((site.dead_letters(now, ROWS)?, undelivered(site, now)?))).await?;
    let page = visit.page;
    let letters = letters.into_iter().map(|letter| Letter::new(&page, letter)).collect();
    render(&Undelivered { letters, undelivered, page })
}

/// Tries one again, or drops it.
pub(super) async fn decide(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let (id, caller) = (number(&id)?, app.clone());
    let retry = match form.value("do") {
        "retry" => true,
        "drop" => false,
        _ => return Err(Fault::Invalid { field: "do", problem: "unknown-code" }),
    };
    app.db(move |site| {
        let actor = actor(&caller, &visit.operator);
        if retry { site.retry_notification(&actor, id) } else { site.drop_notification(&actor, id) }
    })
    .await?;
    Ok(done("/alarms/undelivered", if retry { "letter-retried" } else { "letter-dropped" }))
}

impl Letter {
    fn new(page: &Page, letter: Notification) -> Self {
        Self {
            id: letter.id,
            alarm: letter.alarm.id,
            name: page.code("alarm", &letter.alarm.kind),
            what: page.code("alarm-step", &letter.what),
            at: page.instant(&letter.at),
            iso: page.iso(&letter.at),
            door_name: letter.alarm.door_name.unwrap_or_default(),
            channel: letter.channel,
            attempts: letter.attempts,
            error: letter.error.unwrap_or_default(),
        }
    }
}
