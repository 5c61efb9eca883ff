//! What is logged, to a receiver outside of the site: a SIEM. A task of its own, which the loop knows nothing of.
//!
//! ```text
//! log, operator log, alarms ──a page──▶ messages ──TLS──▶ receiver
//!        ▲                                                   │ answers the close
//!        └──── through here it was handed over ◀─────────────┘
//! ```
//!
//! Nothing is queued in memory: the logs are what waits, however long the receiver is away, and what is kept is how far they
//! were handed over. That moves only when the receiver has answered a close (see [`connection`]); after anything else
//! all since then is sent again, with the same numbers.
//!
//! | module | subject |
//! | --- | --- |
//! | [`tell`] | from what is logged to messages |
//! | [`message`] | one message, escaped and bounded |
//! | [`connection`] | the way there, and what a close says |

use std::sync::Arc;
use std::time::Duration;

use access::time::UtcMs;
use db::site::{Actor, Condition, Site, SiteError, SyslogPosition};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::clock::utc_now;
use crate::config::Syslog;

pub(crate) mod connection;
mod message;
#[cfg(test)]
mod received;
mod tell;
#[cfg(test)]
mod tests;

use connection::{Connection, Fault};
use message::Head;
use tell::{Teller, Told};

/// Most rows of each log that are read at once: some hundred kilobytes of messages.
const PAGE_ROWS: u32 = 200;

/// Messages of one connection, after which it is closed to hear whether they have arrived: what is sent again at most.
const WINDOW_MESSAGES: u32 = 5_000;

/// What comes within this time is read together, so that a busy morning costs the database a few pages a second.
const GATHER: Duration = Duration::from_millis(200);

/// How often it is looked without any news: what another process writes, such as the command line, wakes nobody.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The alarm of a receiver that takes nothing.
const ALARM: &str = "siem-waits";

/// How often the process log says again that it is away.
const AWAY_AGAIN: Duration = Duration::from_secs(3_600);

/// Who did it, in the operator log.
const ACTOR: &str = "configuration";

/// Starts the task. It ends when it is told to.
pub(crate) fn start(site: &Site, settings: Syslog, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(Sender::new(site, settings).run(stopped))
}

/// Why a turn came to nothing.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the receiver: {0}")]
    Receiver(#[from] Fault),
    #[error(transparent)]
    Database(#[from] SiteError),
}

/// The task.
struct Sender {
    site: Site,
    settings: Syslog,
    teller: Arc<Teller>,
}

/// What it wakes for.
struct Wake {
    news: watch::Receiver<u64>,
    changes: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
}

/// What was said of a receiver that takes nothing.
#[derive(Default)]
struct Complaints {
    since: Option<Instant>,
    said: Option<(Instant, String)>,
    /// Whether the alarm is raised, as far as is known: one that was raised before a start may be.
    raised: Option<bool>,
}

impl Sender {
    fn new(site: &Site, settings: Syslog) -> Self {
        let head = Head { host: settings.host.clone(), enterprise: settings.enterprise, process: std::process::id() };
        // Programs read main names, in which the log was written.
        let teller = Teller { head, site: site.id().to_string(), names: settings.names };
        Self { site: site.clone(), settings, teller: Arc::new(teller) }
    }

    async fn run(self, stop: watch::Receiver<bool>) {
        let mut wake = Wake { news: self.site.news(), changes: self.site.changes(), stop };
        let (first, most) = self.settings.pace.pause;
        let (mut complaints, mut pause) = (Complaints::default(), first);
        while !wake.is_stopping() {
            match self.turn(&mut wake).await {
                Ok(handed_over) => {
                    complaints.over(&self).await;
                    pause = first;
                    if !handed_over {
                        wake.within(LOOK_EVERY).await;
                    }
                }
                Err(trouble) => {
                    complaints.complain(&self, &trouble).await;
                    tokio::select! {
                        () = sleep(pause) => {}
                        () = wake.stopping() => {}
                    }
                    pause = pause.saturating_mul(2).min(most);
                }
            }
        }
    }

    /// One connection, from the first message that waits to the answer to its close. Says whether anything waited.
    async fn turn(&self, wake: &mut Wake) -> Result<bool, Trouble> {
        wake.seen();
        let mut told = self.page(None).await?;
        if told.frames.is_empty() {
            return Ok(false);
        }
        let pace = &self.settings.pace;
        let mut line = Connection::open(&self.settings).await?;
        let (end, mut messages) = (Instant::now() + pace.window, 0_u32);
        let mut quiet_since = Instant::now();
        loop {
            if !told.frames.is_empty() {
                line.write(&told.frames).await?;
                quiet_since = Instant::now();
                messages = messages.saturating_add(told.messages);
            }
            let is_over = Instant::now() >= end || quiet_since.elapsed() >= pace.idle || wake.is_stopping();
            if is_over || messages >= WINDOW_MESSAGES {
                break;
            }
            // A page that was full may have another behind it.
            if told.messages < PAGE_ROWS {
                tokio::select! {
                    fault = line.ended() => return Err(fault.into()),
                    () = wake.within((quiet_since + pace.idle).min(end).saturating_duration_since(Instant::now())) => {}
                }
            }
            wake.seen();
            told = self.page(Some(told.through)).await?;
        }
        tokio::select! {
            fault = line.ended() => return Err(fault.into()),
            () = sleep_until(quiet_since + pace.settle) => {}
        }
        line.close().await?;
        self.note(told.through).await?;
        Ok(true)
    }

    /// The next page behind a position, or behind what was handed over, as messages.
    async fn page(&self, after: Option<SyslogPosition>) -> Result<Told, SiteError> {
        let (server, names) = (self.settings.server.to_string(), self.settings.names);
        let teller = Arc::clone(&self.teller);
        self.blocking(move |site| {
            let now = utc_now();
            let after = match after {
                Some(after) => after,
                None => site.syslog_begin(&Actor { operator: ACTOR, at: now }, &server, names)?,
            };
            Ok(teller.page(&site.syslog_page(&after, PAGE_ROWS)?, after, now))
        })
        .await
    }

    async fn note(&self, through: SyslogPosition) -> Result<(), SiteError> {
        self.blocking(move |site| site.syslog_through(&through, utc_now())).await
    }

    /// On a thread that may wait for a disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
    ) -> Result<T, SiteError> {
        let site = self.site.clone();
        match tokio::task::spawn_blocking(move || work(&site)).await {
            Ok(done) => done,
            // The runtime ends, or a fault of the program: the next turn tries again.
            Err(_) => Err(SiteError::Busy),
        }
    }
}

impl Wake {
    fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Whatever was written until now is about to be read.
    fn seen(&mut self) {
        self.news.mark_unchanged();
        self.changes.mark_unchanged();
    }

    async fn stopping(&mut self) {
        // An error means that whoever could tell is gone, which is the same.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }

    /// Waits until something was written, but no longer than this, and not when it is to stop.
    async fn within(&mut self, most: Duration) {
        let Self { news, changes, stop } = self;
        let written = async {
            // Whoever could tell of news is gone only when the site is.
            tokio::select! {
                _ = news.changed() => {}
                _ = changes.changed() => {}
            }
            sleep(GATHER).await;
        };
        tokio::select! {
            () = written => {}
            () = sleep(most) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

impl Complaints {
    /// It takes what is sent.
    async fn over(&mut self, sender: &Sender) {
        if self.since.take().is_some() {
            tracing::info!(server = %sender.settings.server, "what is logged is handed over again");
        }
        self.said = None;
        self.raise(sender, false).await;
    }

    /// Says what is wrong: at first, when it is something else, and now and then, with how much waits.
    async fn complain(&mut self, sender: &Sender, trouble: &Trouble) {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let why = trouble.to_string();
        let is_long = now.duration_since(since) >= sender.settings.pace.away;
        if is_long {
            self.raise(sender, true).await;
        }
        let is_said = self.said.as_ref().is_some_and(|(at, said)| {
            *said == why && now.duration_since(*at) < if is_long { AWAY_AGAIN } else { sender.settings.pace.away }
        });
        if is_said {
            return;
        }
        self.said = Some((now, why.clone()));
        let server = &sender.settings.server;
        let standing = sender.blocking(Site::syslog_standing).await.ok().flatten();
        let behind = standing.as_ref().map_or(0, |standing| standing.behind);
        let since = message::stamp(standing.and_then(|standing| standing.waiting_since));
        if is_long {
            tracing::error!(%server, why, behind, since, "what is logged waits for the receiver; it is kept, and sent when it is back");
        } else {
            tracing::warn!(%server, why, behind, "what is logged cannot be handed over; trying again");
        }
    }

    /// Raises the alarm, or says that its cause is over. What the database does not take is tried again at the next turn.
    async fn raise(&mut self, sender: &Sender, wrong: bool) {
        if self.raised == Some(wrong) {
            return;
        }
        let condition = [Condition { kind: ALARM, door: None, wrong }];
        if sender.blocking(move |site| site.note_conditions(&condition, utc_now())).await.is_ok() {
            self.raised = Some(wrong);
        }
    }
}

/// A time as it stands in messages, for whoever looks.
pub(crate) fn stamp(at: UtcMs) -> String {
    message::stamp(Some(at))
}
