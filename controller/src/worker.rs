//! Threads that look at something now and then until the controller stops: what they do may wait for a disk or
//! for another machine, and the loop must not.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// A running thread. It ends after what it is doing once this is dropped; nobody waits for it, since it may
/// be waiting for a server that does not answer, and whatever it does is one transaction.
pub(crate) struct Worker {
    /// Nothing is ever sent: that it is gone is what the thread hears.
    _stop: Sender<()>,
}

/// Starts a thread that does `work` at once and then again after each `rest`.
pub(crate) fn start(name: &str, rest: Duration, mut work: impl FnMut() + Send + 'static) -> io::Result<Worker> {
    let (stop, stopped) = channel::<()>();
    std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        loop {
            work();
            if !matches!(stopped.recv_timeout(rest), Err(RecvTimeoutError::Timeout)) {
                return;
            }
        }
    })?;
    Ok(Worker { _stop: stop })
}
