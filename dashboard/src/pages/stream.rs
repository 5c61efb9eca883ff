//! The live tail: the rows of the list, as they come in.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use access::time::UtcMs;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use db::site::{EventWatch, Seek, Within};
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tower_sessions::Session;
use tower_sessions::session::Id;

use crate::app::App;
use crate::asked::Asked;
use crate::fault::Fault;
use crate::feed::{self, Message, Told};
use crate::page::Page;
use crate::query::Pairs;
use crate::session;
use crate::visit::Visit;
use crate::within;

/// A silent connection is cut by proxies; this often something is said. Also how often it is asked
/// whether the session still holds.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Rows that a browser whose connection broke is given at once; one that has missed more loads the page anew.
const CAUGHT_UP_MAX: u32 = 500;

struct Tail {
    app: App,
    page: Page,
    session: Option<Id>,
    watch: EventWatch,
    feed: broadcast::Receiver<Message>,
    /// The newest row that was in the log when the feed was joined: `ready` has what is asked for of it.
    seen: i64,
    ready: VecDeque<Arc<Told>>,
    /// Whether more was missed than can be given.
    lagged: bool,
    checked: UtcMs,
    ended: bool,
    /// Whose it is: what they are limited to may change while they watch.
    operator: i64,
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
    let filter = Asked::read(&pairs, app.context.zone)?.filter;
    // Joined before the log is read, so that nothing falls in between.
    let feed = app.feed.join(&app).await?;
    let after = match resumed(&headers).or(pairs.parse("after", "not-a-number")?) {
        Some(after) => after,
        None => feed::newest(&app).await?,
    };
    let missed = app.db(move |site| {
        Ok((site.watch_events(&filter)?, site.find_events(&filter, Seek::After(after), CAUGHT_UP_MAX)?))
    });
    let (watch, missed) = missed.await?;
    let mut stop = app.context.stop.clone();
    let tail = Tail {
        page: visit.page,
        session: session.id(),
        watch,
        feed,
        seen: missed.newest,
        lagged: missed.unfinished || missed.events.len() >= CAUGHT_UP_MAX as usize,
        ready: missed.events.into_iter().map(|view| Arc::new(Told::new(view, None))).collect(),
        checked: app.now(),
        ended: false,
        operator: visit.operator.id,
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
        if self.lagged {
            return self.end("lagged", "behind");
        }
        loop {
            let next = match self.ready.pop_front() {
                Some(told) => Some(told),
                None => match tokio::time::timeout(KEEP_ALIVE, self.feed.recv()).await {
                    Ok(Ok(Message::Row(told))) if !self.is_asked_for(&told) => None,
                    Ok(Ok(Message::Row(told))) => match self.as_seen(told).await {
                        Ok(seen) => seen,
                        Err(_) => return self.end("lagged", "fault"),
                    },
                    // The reader loads the page anew, and sees what is the matter.
                    Ok(Ok(Message::Lost)) => return self.end("lagged", "fault"),
                    Ok(Err(_)) => return self.end("lagged", "behind"),
                    Err(_) => None,
                },
            };
            if !self.session_holds().await {
                return self.end("ended", "session");
            }
            if let Some(told) = next {
                return Event::default().event("row").id(told.view.id.to_string()).data(told.row(&self.page));
            }
        }
    }

    fn is_asked_for(&self, told: &Told) -> bool {
        told.view.id > self.seen && self.watch.sees(&told.view)
    }

    /// The event as whoever watches may see it: of somebody who is limited it is asked once more, since the feed has it whole,
    /// and as of now, since employments end while somebody watches.
    async fn as_seen(&self, told: Arc<Told>) -> Result<Option<Arc<Told>>, Fault> {
        let Some(began) = within::current() else { return Ok(Some(told)) };
        let now = Within::new(began.limit().clone(), self.app.now()).map_or(began, Arc::new);
        let id = told.view.id;
        let view = self.app.db(move |site| site.within(now).event(id)).await?;
        Ok(view.filter(|view| self.watch.sees(view)).map(|view| Arc::new(Told::new(view, None))))
    }

    /// The last that is said.
    fn end(&mut self, event: &str, why: &str) -> Event {
        self.ended = true;
        Event::default().event(event).data(why)
    }

    async fn limit_holds(&self) -> bool {
        let (began, operator) = (within::current(), self.operator);
        let now = self.app.db(move |site| site.limit_of(operator)).await;
        now.is_ok_and(|now| began.map_or_else(|| now.is_none(), |began| *began.limit() == now))
    }

    async fn session_holds(&mut self) -> bool {
        let now = self.app.now();
        let age_ms = now.0.saturating_sub(self.checked.0);
        if u128::try_from(age_ms).is_ok_and(|age| age < KEEP_ALIVE.as_millis()) {
            return true;
        }
        self.checked = now;
        session::still_holds(&self.app, self.session).await && self.limit_holds().await
    }
}
