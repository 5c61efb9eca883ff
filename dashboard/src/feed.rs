//! The live feed: one reader of the log for all who watch it.
//!
//! ```text
//! news of the site ──▶ the reader: what came in since ──▶ every watcher: its filter, its language, its connection
//! ```
//!
//! A row is read once and rendered once for each language, however many watch. Whoever cannot keep up is told to load
//! the page anew instead of being waited for. There is a reader only while somebody watches.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use askama::Template;
use db::site::{EventFilter, EventView, Names, Seek};
use tokio::sync::{Mutex, broadcast};

use crate::app::App;
use crate::fault::Fault;
use crate::language::Lang;
use crate::page::Page;
use crate::sentence::Row;

/// Events that a watcher may be behind: some four seconds of the busiest site. A page shows two hundred.
const BEHIND_MAX: usize = 2_048;
/// Rows read at once.
const ROWS_AT_ONCE: u32 = 200;
/// Between two full reads, so that the log of a door that was away for days does not flood who watches: 4,000 rows a
/// second are more than anybody sees.
const BREATH: Duration = Duration::from_millis(50);
/// How often a reader that has no news looks whether anybody is still there.
const IDLE: Duration = Duration::from_secs(15);

/// See the module.
pub(crate) struct Feed {
    /// Whether there is a reader. Held while that changes, so that nobody joins a reader that leaves.
    reads: Mutex<bool>,
    sender: broadcast::Sender<Message>,
}

/// What watchers hear.
#[derive(Clone)]
pub(crate) enum Message {
    /// An event came in.
    Row(Arc<Told>),
    /// The log cannot be read just now: whoever watches must not believe that nothing happens.
    Lost,
}

/// An event, with its row in each language as soon as somebody needs it.
pub(crate) struct Told {
    pub(crate) view: EventView,
    /// What the door is called, if it has a name of its own in some language.
    names: Option<Names>,
    rows: [OnceLock<Arc<str>>; Lang::ALL.len()],
}

#[derive(Template)]
#[template(path = "event_row.html")]
struct RowOnly<'a> {
    page: &'a Page,
    row: &'a Row,
}

impl Told {
    /// With the names of its door, if it is for readers of more than one language.
    pub(crate) fn new(view: EventView, names: Option<Names>) -> Self {
        Self { view, names, rows: Default::default() }
    }

    /// The row as the page shows it. Of the page only its language and its zone matter, unless whoever watches is shown
    /// names that are kept back from others: then it is for them alone.
    pub(crate) fn row(&self, page: &Page) -> Arc<str> {
        if !page.names.is_empty() {
            return self.render(page);
        }
        let place = Lang::ALL.iter().position(|lang| *lang == page.lang).and_then(|at| self.rows.get(at));
        place.map_or_else(|| self.render(page), |row| row.get_or_init(|| self.render(page)).clone())
    }

    fn render(&self, page: &Page) -> Arc<str> {
        let mut row = Row::new(page, &self.view);
        if let Some(names) = &self.names {
            names.in_language(page.lang.into()).clone_into(&mut row.door_name);
        }
        let html = RowOnly { page, row: &row }.render().unwrap_or_default();
        // A line of the stream must not be broken by what somebody typed.
        html.replace(['\r', '\n'], " ").into()
    }
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { reads: Mutex::new(false), sender: broadcast::Sender::new(BEHIND_MAX) }
    }

    /// Everything that comes in from now on. What is in the log already has come in before this returns.
    ///
    /// # Errors
    /// [`Fault`] if the log cannot be read.
    pub(crate) async fn join(&self, app: &App) -> Result<broadcast::Receiver<Message>, Fault> {
        let mut reads = self.reads.lock().await;
        let receiver = self.sender.subscribe();
        if !*reads {
            let newest = newest(app).await?;
            *reads = true;
            tokio::spawn(read(app.clone(), newest));
        }
        Ok(receiver)
    }

    /// Whether the reader may leave.
    async fn deserted(&self) -> bool {
        let mut reads = self.reads.lock().await;
        *reads = self.sender.receiver_count() > 0;
        !*reads
    }

    fn tell(&self, message: Message) {
        // An error means that nobody watches.
        let _ = self.sender.send(message);
    }
}

/// The newest id of the log.
pub(crate) async fn newest(app: &App) -> Result<i64, Fault> {
    Ok(app.db(|site| site.find_events(&EventFilter::default(), Seek::Newest, 0)).await?.newest)
}

async fn read(app: App, mut after: i64) {
    let mut news = app.context.site.news();
    let mut stop = app.context.stop.clone();
    while !app.feed.deserted().await {
        news.borrow_and_update();
        let read = app.db(move |site| {
            Ok((site.events(&EventFilter::default(), Seek::After(after), ROWS_AT_ONCE)?, site.door_names()?))
        });
        let read = read.await;
        let full = read.as_ref().is_ok_and(|(views, _)| views.len() >= ROWS_AT_ONCE as usize);
        match read {
            Ok((views, names)) => {
                for view in views {
                    after = view.id;
                    let called = names.get(&view.door).cloned();
                    app.feed.tell(Message::Row(Arc::new(Told::new(view, called))));
                }
            }
            Err(_) => app.feed.tell(Message::Lost),
        }
        let wait = if full { BREATH } else { IDLE };
        tokio::select! {
            // An error means that whoever stops the server is gone.
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(wait) => {}
            _ = news.changed(), if !full => {}
        }
    }
}
