//! Threads that look at something now and then until the controller stops: what they do may wait for a disk or
//! for another machine, and the loop must not.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::watch;

/// The running threads. Each ends after what it is doing once this is dropped; nobody waits for them, since one
/// may be waiting for a server that does not answer, and whatever they do is one transaction.
pub(crate) struct Workers {
    /// Nothing is ever sent: that it is gone is what a thread hears.
    stops: Vec<Sender<()>>,
    failed: watch::Sender<bool>,
}

impl Workers {
    pub(crate) fn new() -> Self {
        Self { stops: Vec::new(), failed: watch::Sender::new(false) }
    }

    /// Starts a thread that does `work` at once and then again after each `rest`.
    pub(crate) fn start(
        &mut self,
        name: &str,
        rest: Duration,
        mut work: impl FnMut() + Send + 'static,
    ) -> io::Result<()> {
        let (stop, stopped) = channel::<()>();
        let tell = Tell(self.failed.clone());
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _tell = tell;
            loop {
                work();
                if !matches!(stopped.recv_timeout(rest), Err(RecvTimeoutError::Timeout)) {
                    return;
                }
            }
        })?;
        self.stops.push(stop);
        Ok(())
    }

    /// Becomes true when a thread has ended by a fault of the program. Lists that are no longer read must not go
    /// unnoticed.
    pub(crate) fn failed(&self) -> watch::Receiver<bool> {
        self.failed.subscribe()
    }
}

/// Tells of a panic on its way out.
struct Tell(watch::Sender<bool>);

impl Drop for Tell {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.send_replace(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_that_panics_is_told_of_and_one_that_is_stopped_is_not() {
        let mut workers = Workers::new();
        let (did, done) = channel();
        workers.start("well", Duration::ZERO, move || did.send(()).unwrap_or(())).unwrap();
        done.recv().unwrap();
        done.recv().unwrap();
        let mut failed = workers.failed();
        assert!(!*failed.borrow());
        workers.start("ill", Duration::ZERO, || panic!("on purpose")).unwrap();
        failed.wait_for(|failed| *failed).await.unwrap();
        drop(workers);
        // The channel ends with the thread.
        while done.recv().is_ok() {}
    }
}
