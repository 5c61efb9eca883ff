//! The one virtual time of a run: tokio's paused clock. Each machine sees it by its own clock.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use access::time::UtcMs;
use tokio::sync::Notify;
use tokio::time::Instant;

/// When every run begins.
pub const BEGIN: UtcMs = UtcMs(1_800_000_000_000);

thread_local! {
    static START: Cell<Option<Instant>> = const { Cell::new(None) };
    /// By how much the clock of the machine that is running is ahead, in milliseconds.
    static AHEAD: Cell<i64> = const { Cell::new(0) };
}

/// A run begins now.
pub fn begin() {
    START.set(Some(Instant::now()));
    AHEAD.set(0);
}

/// Milliseconds since the beginning.
#[must_use]
pub fn elapsed_ms() -> u64 {
    let elapsed = START.get().map_or(0, |start| start.elapsed().as_millis());
    u64::try_from(elapsed).unwrap_or(u64::MAX)
}

/// The true time, which is also the controller's.
#[must_use]
pub fn utc() -> UtcMs {
    UtcMs(BEGIN.0 + i64::try_from(elapsed_ms()).unwrap_or(i64::MAX / 2))
}

/// The time that the machine shows whose turn it is.
#[must_use]
pub fn utc_of_machine() -> UtcMs {
    UtcMs(utc().0 + AHEAD.get())
}

/// A machine's work: its own clock is what it sees meanwhile.
pub struct Machine<F> {
    work: Pin<Box<F>>,
    ahead: Rc<Cell<i64>>,
    /// Told after each turn.
    turned: Rc<Notify>,
}

impl<F: Future> Machine<F> {
    /// With a clock that is ahead by so many milliseconds.
    pub fn new(work: F, ahead: Rc<Cell<i64>>, turned: Rc<Notify>) -> Self {
        Self { work: Box::pin(work), ahead, turned }
    }
}

impl<F: Future> Future for Machine<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        AHEAD.set(self.ahead.get());
        let polled = self.work.as_mut().poll(cx);
        AHEAD.set(0);
        self.turned.notify_one();
        polled
    }
}
