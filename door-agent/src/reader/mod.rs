//! The reader: one thread that looks into the field, tells the loop who is there, and does what the loop wants of it.
//!
//! ```text
//!   reader thread                        loop
//!     Came(number, UID) ───────────────▶ looks the card up
//!                       ◀─────────────── Verdict: done, or read it with these keys, or write it
//!     Read(findings), Encoded(outcome) ▶ decides
//! ```
//!
//! A tap has two steps, because the keys to the card's sector come from its whitelist entry. Neither side waits for
//! the other without a bound. What the thread does is in [`watch`]; frames and sectors are in [`chip`], [`select`],
//! [`sector`]; the work on a card in [`tap`], [`encode`] and the probes.

pub mod chip;
mod crc;
pub mod encode;
mod presence;
mod probe;
pub mod sector;
pub mod select;
pub mod tap;
#[cfg(test)]
mod tests;
pub mod watch;

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use access::decide::Presented;
use access::encode::{Stage, Work};
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;
use tokio::sync::mpsc;

use encode::Ended;
use tap::{Findings, Task};
use watch::{Then, Watch};

/// Reports that may wait for the loop. It takes one in microseconds; a person makes two a second.
pub const REPORTS_MAX: usize = 16;

/// Orders that may wait for the reader. The loop gives one for each report.
const ORDERS_MAX: usize = 4;

/// Longest wait for the loop's verdict. Beyond it the card is let go; the tap is decided all the same.
const VERDICT_WAIT: Duration = Duration::from_millis(200);

/// What the reader tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Report {
    /// Somebody holds this to the reader. It waits for the verdict with the same number.
    Came {
        /// Counted by the reader.
        number: u64,
        /// What it is.
        presented: Presented,
        /// Its number, if one was read.
        uid: Option<Uid>,
        /// How long the reader was busy with it, by the reader's own clock.
        took: Duration,
        /// When it had done so, by the clock of whoever decides.
        at: tokio::time::Instant,
    },
    /// The card of this number was read as the verdict said.
    Read {
        /// Of the card that came.
        number: u64,
        /// What was found.
        findings: Findings,
        /// How long that took, by the reader's own clock.
        took: Duration,
    },
    /// The writing of a card is at this stage.
    Encoding {
        /// The job.
        job: u64,
        /// Where it stands.
        stage: Stage,
    },
    /// The writing of a card is over.
    Encoded {
        /// The job.
        job: u64,
        /// How it ended.
        ended: Ended,
    },
    /// The field is empty again.
    Left,
    /// The reader answers for the first time.
    Ready,
    /// The reader does not answer.
    Blind,
    /// The reader answers again.
    Recovered,
}

/// What is to be done with the card that came.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing more: its number was enough.
    Done,
    /// Read its credential; [`Report::Read`] answers.
    Read(Box<Task>),
}

/// A card to be written; [`Report::Encoded`] answers.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub id: u64,
    /// The chip.
    pub uid: Uid,
    /// What to do.
    pub work: Work,
}

#[derive(Debug)]
enum Order {
    Verdict(u64, Verdict),
    Encode(Box<Job>),
    Stop,
}

/// How a reader is made. Everything is made in the reader's own thread.
pub struct Hardware<S> {
    /// Pulls the chip's reset line if there is one, and makes the bus.
    pub bus: Box<dyn FnMut() -> Result<S, String> + Send>,
    /// Time, by which the reader's work is measured.
    pub now: Box<dyn Fn() -> Duration + Send>,
    /// From one look at an empty field to the next.
    pub interval: Duration,
}

/// The loop's end of a reader.
#[derive(Debug)]
pub struct Reader {
    orders: SyncSender<Order>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the operating system has no thread for it.
    pub fn spawn<S: SpiDevice + 'static>(
        hardware: Hardware<S>,
        reports: mpsc::Sender<Report>,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let run = move || {
            let mut desk = Desk { reports, orders: inbox };
            // The only way out is that somebody stops the thread, or went away.
            let _ = desk.run(&mut Watch::new(hardware));
        };
        let thread = std::thread::Builder::new().name("reader".to_owned()).spawn(run)?;
        Ok(Self { orders, thread: Some(thread) })
    }

    /// A reader without a thread: the test reports in its place.
    #[cfg(feature = "trial")]
    pub(crate) fn absent() -> Self {
        Self { orders: sync_channel(ORDERS_MAX).0, thread: None }
    }

    /// Answers [`Report::Came`]. Never waits: a reader that has gone on does not need it.
    pub fn answer(&self, number: u64, verdict: Verdict) {
        match self.orders.try_send(Order::Verdict(number, verdict)) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Has a card written that lies there. `false` if the reader has no room for an order.
    #[must_use = "a job that was not taken is over"]
    pub fn encode(&self, job: Job) -> bool {
        self.orders.try_send(Order::Encode(Box::new(job))).is_ok()
    }

    /// Ends the thread and waits for it: at most a look, or the work on one card. The reports must be received or
    /// dropped meanwhile.
    pub fn stop(&mut self) {
        // A full queue is emptied by the thread within one look.
        let told = self.orders.send(Order::Stop).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| told) {
            let _ = thread.join();
        }
    }
}

/// Somebody told the thread to stop, or went away.
struct Stopped;

/// The thread's end of the queues.
struct Desk {
    reports: mpsc::Sender<Report>,
    orders: Receiver<Order>,
}

impl Desk {
    fn run<S: SpiDevice>(&mut self, watch: &mut Watch<S>) -> Result<(), Stopped> {
        loop {
            let turn = watch.turn();
            if let Some(report) = turn.report {
                self.report(report)?;
            }
            match (turn.then, turn.report) {
                (Then::Verdict, Some(Report::Came { number, .. })) => self.second_step(watch, number)?,
                (Then::Verdict, _) => watch.let_go(),
                (Then::Wait(interval), _) => self.pause(watch, interval)?,
            }
        }
    }

    /// Waits for what the loop wants of the card that came, and does it.
    fn second_step<S: SpiDevice>(&mut self, watch: &mut Watch<S>, of: u64) -> Result<(), Stopped> {
        let until = Instant::now() + VERDICT_WAIT;
        loop {
            match self.orders.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Order::Verdict(number, Verdict::Read(task))) if number == of => {
                    return watch.follow(&task).map_or(Ok(()), |report| self.report(report));
                }
                Ok(Order::Verdict(number, Verdict::Done)) if number == of => break,
                // A verdict that came too late for an earlier card.
                Ok(Order::Verdict(..)) => {}
                Ok(Order::Encode(job)) => return self.encode(watch, &job),
                Err(RecvTimeoutError::Timeout) => break,
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return Err(Stopped),
            }
        }
        watch.let_go();
        Ok(())
    }

    /// Waits, but hears an order at once.
    fn pause<S: SpiDevice>(&mut self, watch: &mut Watch<S>, interval: Duration) -> Result<(), Stopped> {
        match self.orders.recv_timeout(interval) {
            // The loop was late. The card may still be there, and if not, then the loop need not wait.
            Ok(Order::Verdict(number, Verdict::Read(task))) => {
                let late = (number == watch.number()).then(|| watch.follow(&task)).flatten();
                let nothing = Report::Read { number, findings: Findings::UNREADABLE, took: Duration::ZERO };
                self.report(late.unwrap_or(nothing))
            }
            Ok(Order::Verdict(_, Verdict::Done)) | Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(Order::Encode(job)) => self.encode(watch, &job),
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => Err(Stopped),
        }
    }

    fn encode<S: SpiDevice>(&mut self, watch: &mut Watch<S>, job: &Job) -> Result<(), Stopped> {
        let mut gone = false;
        let report = watch.encode(job, &mut |stage| {
            gone |= self.report(Report::Encoding { job: job.id, stage }).is_err();
        });
        if gone { Err(Stopped) } else { self.report(report) }
    }

    fn report(&self, report: Report) -> Result<(), Stopped> {
        self.reports.blocking_send(report).map_err(|_| Stopped)
    }
}
