//! The live tail: the rows of the list, as they come in.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use access::time::UtcMs;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use db::site::{EventFilter, EventView, Seek};
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tower_sessions::Session;
use tower_sessions::session::Id;

use crate::app::App;
use crate::fault::Fault;
use crate::page::Page;
use crate::query::{self, Pairs};
use crate::sentence::Row;
use crate::session;
use crate::visit::Visit;

/// A silent connection is cut by proxies; this often something is said. Also how often it is asked
/// whether the session still holds.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Rows read at once.
const ROWS_AT_ONCE: u32 = 100;

#[derive(Template)]
#[template(path = "event_row.html")]
struct RowOnly<'a> {
    page: &'a Page,
    row: &'a Row,
}

struct Tail {
    app: App,
    page: Page,
    session: Option<Id>,
    filter: EventFilter,
    after: i64,
    news: watch::Receiver<u64>,
    ready: VecDeque<EventView>,
    checked: UtcMs,
    ended: bool,
    _turn: OwnedSemaphorePermit,
}

/// The stream. It ends with the session, with the server, or with the reader.
pub(super) async fn follow(
    State(app): State<App>,
    visit: Visit,
    session: Session,
    pairs: Pairs,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let turn = app.streams.clone().try_acquire_owned().map_err(|_| Fault::Busy)?;
    let filter = query::event_filter(&pairs, app.context.zone)?;
    // Subscribed before the log is read, so that nothing falls in between.
    let news = app.context.site.news();
    let after = match resumed(&headers).or(pairs.parse("after", "not-a-number")?) {
        Some(after) => after,
        None => newest(&app, &filter).await?,
    };
    let mut stop = app.context.stop.clone();
    let tail = Tail {
        page: visit.page,
        session: session.id(),
        filter,
        after,
        news,
        ready: VecDeque::new(),
        checked: app.now(),
        ended: false,
        _turn: turn,
        app,
    };
    let stopped = async move {
        // An error means that whoever stops the server is gone.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let events = rows(tail).take_until(stopped);
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(([(HeaderName::from_static("x-accel-buffering"), "no")], sse).into_response())
}

/// The id of the last row that a browser got before its connection broke.
fn resumed(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

async fn newest(app: &App, filter: &EventFilter) -> Result<i64, Fault> {
    let filter = filter.clone();
    let newest = app.db(move |site| site.events(&filter, Seek::Newest, 1)).await?;
    Ok(newest.first().map_or(0, |view| view.id))
}

fn rows(tail: Tail) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(tail, |mut tail| async move {
        if tail.ended {
            return None;
        }
        let event = tail.next().await;
        Some((Ok(event), tail))
    })
}

impl Tail {
    async fn next(&mut self) -> Event {
        loop {
            if let Some(view) = self.ready.pop_front() {
                return self.row(&view);
            }
            if !self.session_holds().await {
                self.ended = true;
                return Event::default().event("ended").data("session");
            }
            self.news.borrow_and_update();
            match self.read().await {
                Ok(views) if views.is_empty() => {}
                Ok(views) => {
                    self.ready = views.into();
                    continue;
                }
                // The reader reloads and sees what is the matter.
                Err(_) => {
                    self.ended = true;
                    return Event::default().event("lagged").data("fault");
                }
            }
            // Whatever comes first: news, or the time to ask whether the session still holds.
            let _ = tokio::time::timeout(KEEP_ALIVE, self.news.changed()).await;
        }
    }

    async fn read(&mut self) -> Result<Vec<EventView>, Fault> {
        let (filter, after) = (self.filter.clone(), self.after);
        let views = self.app.db(move |site| site.events(&filter, Seek::After(after), ROWS_AT_ONCE)).await?;
        if let Some(last) = views.last() {
            self.after = last.id;
        }
        Ok(views)
    }

    async fn session_holds(&mut self) -> bool {
        let now = self.app.now();
        let age_ms = now.0.saturating_sub(self.checked.0);
        if u128::try_from(age_ms).is_ok_and(|age| age < KEEP_ALIVE.as_millis()) {
            return true;
        }
        self.checked = now;
        session::still_holds(&self.app, self.session).await
    }

    fn row(&self, view: &EventView) -> Event {
        let row = Row::new(&self.page, view);
        let html = RowOnly { page: &self.page, row: &row }
            .render()
            .unwrap_or_default()
            // A line of the stream must not be broken by what somebody typed.
            .replace(['\r', '\n'], " ");
        Event::default().event("row").id(view.id.to_string()).data(html)
    }
}
