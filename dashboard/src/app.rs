//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use access::time::UtcMs;
use db::site::{Site, SiteError};
use tokio::sync::Semaphore;

use crate::Context;
use crate::attempts::Attempts;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::language::{self, Lang};
use crate::once;
use crate::within;

/// Live tails at once. Each costs a task and what its browser has not taken yet; a control room has a dozen screens.
const STREAMS_MAX: usize = 64;

/// Sign-ins at once, those whose password waits for its turn included, under whatever names: a few seconds
/// of work. A site has a handful of operators; what is more is a stranger with a program.
const SIGN_INS_MAX: usize = 16;

/// Imports at once. Each holds a file of up to 24 MiB, its form and its rows, some 200 MiB together; a register
/// hands over one at a time.
const IMPORTS_MAX: usize = 2;

/// Tables of the log at once. Each reads as fast as it can until its last row; somebody proves something once a day.
const EXPORTS_MAX: usize = 4;

/// Cheap to clone, as axum does for each request.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

/// What it points to.
pub(crate) struct Inner {
    pub(crate) context: Context,
    pub(crate) attempts: Attempts,
    pub(crate) sign_ins: Semaphore,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) imports: Arc<Semaphore>,
    pub(crate) exports: Arc<Semaphore>,
    pub(crate) feed: Feed,
    /// Tells this run from others.
    pub(crate) run: i64,
}

impl App {
    pub(crate) fn new(context: Context) -> Self {
        Self(Arc::new(Inner {
            context,
            attempts: Attempts::default(),
            sign_ins: Semaphore::new(SIGN_INS_MAX),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            imports: Arc::new(Semaphore::new(IMPORTS_MAX)),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            feed: Feed::new(),
            run: run(),
        }))
    }

    pub(crate) fn now(&self) -> UtcMs {
        (self.context.clock)()
    }

    /// Runs database work on a thread that may block. The only place where pages and API touch it.
    pub(crate) async fn db<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, SiteError> + Send + 'static,
    ) -> Result<T, Fault> {
        let site = self.context.site.speaking(language::reader().map(Lang::into));
        let site = once::doing().map_or_else(|| site.clone(), |key| site.doing(key));
        let site = within::current().map_or_else(|| site.clone(), |within| site.within(within));
        match tokio::task::spawn_blocking(move || work(&site)).await {
            Ok(result) => result.map_err(Fault::from),
            Err(error) => {
                tracing::error!(%error, "a database call did not end");
                Err(Fault::Broken)
            }
        }
    }
}

/// A number that no other run has, and that is not 0.
fn run() -> i64 {
    getrandom::u64().map_or(1, |number| ((number >> 1) | 1).cast_signed())
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}
