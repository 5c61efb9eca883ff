//! The reader: one thread that looks into the field, and tells the loop who is there.
//!
//! ```text
//!            chip answers               sight, verdict, halt
//!  Blind ───────────────────▶ Looking ◀─────────────────────┐
//!   │ ▲                        │ │                          │
//!   │ │ 3 failures in a row    │ └──────────────────────────┘
//!   └─┴────────────────────────┘
//!   tries again after 0.25, 0.5, … 8 s
//! ```
//!
//! A tap has two steps. The first reads the card's number and tells it. Then the thread waits for the loop's
//! [`Verdict`], because the keys to the card's sector come from the whitelist entry. Today the loop
//! always answers [`Verdict::Done`]; reading the sector is another variant, and its place is
//! `Watch::second_step`.

mod chip;
mod crc;
mod presence;
#[cfg(test)]
mod tests;

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use access::decide::Presented;
use access::uid::Uid;
use embedded_hal::spi::SpiDevice;
use tokio::sync::mpsc;

use chip::{Chip, ChipError, Sight};
use presence::{News, Presence};

/// Reports that may wait for the loop. It takes one in microseconds; a person makes two a second.
pub const REPORTS_MAX: usize = 16;

/// Orders that may wait for the reader. The loop gives one for each report.
const ORDERS_MAX: usize = 4;

/// Wait between two looks while somebody holds a card there.
const BUSY_INTERVAL: Duration = Duration::from_millis(5);

/// Longest wait for the loop's verdict. Beyond it the card is let go; the tap is decided all the same.
const VERDICT_WAIT: Duration = Duration::from_millis(200);

/// Failures in a row until the chip is brought up anew.
const FAILURES_MAX: u32 = 3;

/// First and longest wait before a chip that does not answer is tried again.
const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_LONGEST: Duration = Duration::from_secs(8);

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing more: its number was enough.
    Done,
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Verdict(u64, Verdict),
    Stop,
}

/// How a reader is made. Everything is made in the reader's own thread.
pub struct Hardware<S> {
    /// Makes the bus, and pulls the chip's reset line if there is one.
    pub bus: Box<dyn FnMut() -> Result<S, String> + Send>,
    /// Time, by which the reader's work is measured.
    pub now: Box<dyn Fn() -> Duration + Send>,
    /// Wait between two looks at an empty field.
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
            let watch = Watch { hardware, reports, orders: inbox, presence: Presence::default(), number: 0 };
            watch.run();
        };
        let thread = std::thread::Builder::new().name("reader".to_owned()).spawn(run)?;
        Ok(Self { orders, thread: Some(thread) })
    }

    /// Answers [`Report::Came`]. Never waits: a reader that has gone on does not need it.
    pub fn answer(&self, number: u64, verdict: Verdict) {
        match self.orders.try_send(Order::Verdict(number, verdict)) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Ends the thread and waits for it: at most a look and a wait for a verdict. The reports must be
    /// received or dropped meanwhile.
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

struct Watch<S> {
    hardware: Hardware<S>,
    reports: mpsc::Sender<Report>,
    orders: Receiver<Order>,
    presence: Presence,
    number: u64,
}

impl<S: SpiDevice> Watch<S> {
    fn run(mut self) {
        let mut retry = RETRY_FIRST;
        let mut blind = false;
        loop {
            let went_well = match self.start() {
                Ok(mut chip) => {
                    let up = if blind { Report::Recovered } else { Report::Ready };
                    if self.report(up).is_err() {
                        return;
                    }
                    blind = false;
                    match self.look_until_it_fails(&mut chip) {
                        Ok(looked) => looked,
                        Err(Stopped) => return,
                    }
                }
                Err(reason) => {
                    tracing::warn!(%reason, "the reader does not answer");
                    false
                }
            };
            if !blind && self.report(Report::Blind).is_err() {
                return;
            }
            blind = true;
            retry = if went_well { RETRY_FIRST } else { (retry * 2).min(RETRY_LONGEST) };
            if self.pause(retry).is_err() {
                return;
            }
        }
    }

    fn start(&mut self) -> Result<Chip<S>, String> {
        let bus = (self.hardware.bus)()?;
        Chip::start(bus).map_err(|error| error.to_string())
    }

    /// Whether at least one look went well before too many failed.
    fn look_until_it_fails(&mut self, chip: &mut Chip<S>) -> Result<bool, Stopped> {
        let (mut failures, mut looked) = (0, false);
        while failures < FAILURES_MAX {
            match self.look(chip)? {
                Ok(()) => (failures, looked) = (0, true),
                Err(reason) => {
                    failures += 1;
                    tracing::debug!(%reason, failures, "a look into the field failed");
                }
            }
            let interval = if self.presence.is_busy() { BUSY_INTERVAL } else { self.hardware.interval };
            self.pause(interval)?;
        }
        Ok(looked)
    }

    fn look(&mut self, chip: &mut Chip<S>) -> Result<Result<(), ChipError>, Stopped> {
        let begun = (self.hardware.now)();
        let sight = match chip.look() {
            Ok(sight) => sight,
            Err(error) => return Ok(Err(error)),
        };
        let took = (self.hardware.now)().saturating_sub(begun);
        match self.presence.observe(sight) {
            Some(News::Came(presented, uid)) => {
                self.number += 1;
                self.report(Report::Came { number: self.number, presented, uid, took })?;
                self.second_step()?;
            }
            Some(News::Left) => self.report(Report::Left)?,
            None => {}
        }
        Ok(if sight == Sight::Empty { Ok(()) } else { chip.halt() })
    }

    /// Waits for what the loop wants of the card that came.
    fn second_step(&mut self) -> Result<(), Stopped> {
        loop {
            match self.orders.recv_timeout(VERDICT_WAIT) {
                Ok(Order::Verdict(number, Verdict::Done)) if number == self.number => return Ok(()),
                // A verdict that came too late for an earlier card.
                Ok(Order::Verdict(..)) => {}
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return Err(Stopped),
            }
        }
    }

    /// Waits, but hears an order to stop at once.
    fn pause(&mut self, interval: Duration) -> Result<(), Stopped> {
        match self.orders.recv_timeout(interval) {
            Ok(Order::Verdict(..)) | Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => Err(Stopped),
        }
    }

    fn report(&self, report: Report) -> Result<(), Stopped> {
        self.reports.blocking_send(report).map_err(|_| Stopped)
    }
}
