//! What a monitoring system asks, on a listener of its own: nobody signs in there, so nobody is named there.
//!
//! ```text
//! GET /metrics   figures, as Prometheus reads them (text format 0.0.4); doors by their ids, never a person or a card
//! GET /healthz   200 while the loop gives signs of life, else 503: start it anew
//! GET /readyz    200 while the database answers and the broker is connected, else 503: doors decide, and nobody hears of it
//! ```

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use dashboard::figures::Ask;
use db::site::{Site, SiteError};
use service::notify::Watchdog;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::clock::utc_now;
use crate::pages::Pages;

mod figures;

/// A loop that has given no sign of life for so long hangs. It gives one at least every half second.
const SILENT: Duration = Duration::from_secs(10);

/// Questions that read the database at a time: each reads all doors, and a monitoring system asks one after the other.
const READERS_MAX: usize = 2;

/// Longest wait for those before, so that two who ask at once are both answered.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// The content type of the text format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Signs of life of the loop that owns the state: to systemd, and to whoever asks here.
pub(crate) struct Pulse {
    watchdog: Watchdog,
    last: watch::Sender<Instant>,
}

impl Pulse {
    /// With this watchdog.
    pub(crate) fn new(watchdog: Watchdog) -> Self {
        Self { watchdog, last: watch::Sender::new(Instant::now()) }
    }

    /// Once in every turn of the loop.
    pub(crate) fn beat(&mut self) {
        self.watchdog.feed();
        self.last.send_replace(Instant::now());
    }

    /// When it last was.
    pub(crate) fn seen(&self) -> watch::Receiver<Instant> {
        self.last.subscribe()
    }
}

/// What is looked at.
#[derive(Clone)]
pub(crate) struct Observed {
    pub(crate) site: Site,
    /// The database's file.
    pub(crate) path: PathBuf,
    pub(crate) link: link::Handle,
    /// When the loop last gave a sign of life.
    pub(crate) seen: watch::Receiver<Instant>,
    /// Whether what is logged is sent to a receiver.
    pub(crate) sends: bool,
    /// Who counts how long things take.
    pub(crate) figures: Ask,
}

#[derive(Clone)]
struct Shared {
    observed: Observed,
    readers: Arc<Semaphore>,
}

/// The listener at its work.
pub(crate) struct Observing {
    pub(crate) addr: SocketAddr,
    pub(crate) task: JoinHandle<io::Result<()>>,
}

impl Observing {
    /// Answers until it is told to stop.
    pub(crate) fn start(listener: TcpListener, observed: Observed, stopped: watch::Receiver<bool>) -> io::Result<Self> {
        let (addr, router) = (listener.local_addr()?, router(observed));
        // Everybody comes from this machine.
        let pages = Pages { listener, https: None, behind_proxy: true, router };
        Ok(Self { addr, task: tokio::spawn(pages.serve(stopped)) })
    }
}

fn router(observed: Observed) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(Shared { observed, readers: Arc::new(Semaphore::new(READERS_MAX)) })
}

async fn alive(State(shared): State<Shared>) -> (StatusCode, &'static str) {
    let last = *shared.observed.seen.borrow();
    if hangs(last, Instant::now()) {
        (StatusCode::SERVICE_UNAVAILABLE, "the loop that owns the state gives no sign of life\n")
    } else {
        (StatusCode::OK, "alive\n")
    }
}

fn hangs(last: Instant, now: Instant) -> bool {
    now.saturating_duration_since(last) >= SILENT
}

async fn ready(State(shared): State<Shared>) -> (StatusCode, &'static str) {
    if !shared.observed.is_connected() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the broker is not connected\n");
    }
    match shared.read(|site| site.log_head().map(drop)).await {
        Some(Ok(())) => (StatusCode::OK, "ready\n"),
        Some(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "too many ask at once\n"),
    }
}

async fn metrics(State(shared): State<Shared>) -> axum::response::Response {
    let (connected, sends) = (shared.observed.is_connected(), shared.observed.sends);
    let path = shared.observed.path.clone();
    // A loop that does not answer is told of by /healthz.
    let latencies = shared.observed.figures.now().await;
    let totals = latencies.map(|told| told.totals);
    match shared.read(move |site| figures::text(site, &path, (connected, sends), totals.as_ref(), utc_now())).await {
        Some(Ok(text)) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Some(Err(error)) => {
            tracing::warn!(%error, "figures for the monitoring system could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Observed {
    fn is_connected(&self) -> bool {
        matches!(self.link.state(), link::State::Connected { .. })
    }
}

impl Shared {
    /// Reads on a thread that may wait for a disk; nothing if too many do.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
    ) -> Option<Result<T, SiteError>> {
        let permit = timeout(TURN_WAIT, Arc::clone(&self.readers).acquire_owned()).await.ok()?.ok()?;
        let site = self.observed.site.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read = work(&site);
            drop(permit);
            read
        });
        read.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_gives_no_sign_of_life_hangs_until_it_gives_one() {
        let mut pulse = Pulse::new(Watchdog::default());
        let (seen, now) = (pulse.seen(), Instant::now());
        assert!(!hangs(*seen.borrow(), now));
        let later = now + SILENT + Duration::from_secs(1);
        assert!(hangs(*seen.borrow(), later), "it has been silent for too long");
        assert!(!seen.has_changed().unwrap());
        pulse.beat();
        assert!(seen.has_changed().unwrap(), "it has given one");
    }
}
