//! The thread that owns the journal's file, so that no disk makes the loop wait.
//!
//! It takes whatever has queued up into one transaction. While the disk refuses, it keeps what was not
//! written and tries again; the door machine releases a lock after 50 ms all the same, and reports it.
//! [`Unwritten`] counts what is in memory only.
//!
//! ```text
//!             written                  the file contradicts (somebody else wrote to it)
//!    ┌──────┐ ◀────── ┌────────────┐ ─────────────────────────────────▶ the thread ends,
//!    │ idle │         │ some wait  │                                    and the agent with it
//!    └──────┘ ──────▶ └────────────┘ ─────────────────────────────────▶ told at the end as lost
//!        │    append      ↺ refused     the agent stops, FINAL_WAIT over
//!        │                │ no room ──▶ dropped and counted, nobody waits
//!        │                └ damaged ──▶ what reads goes into a new file and a new epoch
//!        └─ one step at a time: takes events over into a new epoch, sweeps
//! ```
//!
//! An event gets its number and its link only when it is written, so the chain that the controller sees has no gap. What
//! is dropped, since the journal is full or the disk has refused for so long that memory is full too, is counted on the
//! disk, and an event says so as soon as there is room. What is lost with the agent is in no count but that of its log.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use access::chain::Link;
use access::confirm::LogHead;
use access::door::Ticket;
use access::event::EpochCause;
use db::door::{Draft, JOURNAL_FILE, Journal, JournalStart};
use tokio::sync::mpsc;

mod writer;

#[cfg(feature = "trial")]
pub(crate) use writer::Found;
pub(crate) use writer::Writer;

/// Orders that may wait for the disk. A busy door makes two events a second.
const ORDERS_MAX: usize = 4_096;

/// Answers that may wait for the loop.
const ANSWERS_MAX: usize = 64;

/// What a journal may take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Events without acknowledgement.
    pub events: u64,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// A new epoch that is ordered.
#[derive(Debug, Clone, Copy)]
pub struct Beginning {
    /// Its number, drawn at random.
    pub epoch: u64,
    /// The last event that it does not take over.
    pub common: u64,
    /// Why.
    pub cause: EpochCause,
    /// When.
    pub draft: Draft,
}

/// What there is on the disk when the thread starts.
#[derive(Debug)]
pub enum Source {
    /// A journal.
    Journal(Journal),
    /// A damaged one, which the disk did not let be made anew yet.
    Damaged(Unrescued),
}

/// A damaged journal. Until it is made anew, what happens is in memory only.
#[derive(Debug, Clone)]
pub struct Unrescued {
    /// Where it lies.
    pub path: PathBuf,
    /// The epoch that is to begin.
    pub epoch: u64,
    /// When, and in which boot.
    pub draft: Draft,
}

impl From<Journal> for Source {
    fn from(journal: Journal) -> Self {
        Self::Journal(journal)
    }
}

impl Source {
    /// The journal as it is; one that waits to be made anew has nothing in it.
    #[must_use]
    pub fn start(&self) -> JournalStart {
        match self {
            Self::Journal(journal) => journal.start(),
            Self::Damaged(Unrescued { epoch, .. }) => JournalStart { epoch: *epoch, ..JournalStart::default() },
        }
    }

    /// How much there is of it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Journal(journal) => Standing { before: journal.start().before, percent: journal.percent() },
            Self::Damaged(_) => Standing::default(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Append(Ticket, Draft),
    Acknowledge { epoch: u64, through: u64, log: LogHead },
    Agree { epoch: u64, through: u64 },
    Begin(Beginning),
    Rescue { epoch: u64, draft: Draft },
}

/// How much there is of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// The event before the oldest that is held.
    pub before: u64,
    /// How full it is, in hundredths.
    pub percent: u8,
}

/// What the thread tells.
#[derive(Debug)]
pub enum JournalAnswer {
    /// These are on disk.
    Recorded {
        /// What was asked for.
        tickets: Vec<Ticket>,
        /// The newest event.
        head: u64,
        /// Its link.
        link: Link,
        /// How much there is.
        standing: Standing,
    },
    /// The journal is full. These are in it as a number only, and nobody is to wait for them.
    Dropped {
        /// What was asked for.
        tickets: Vec<Ticket>,
        /// How much there is.
        standing: Standing,
    },
    /// Some was acknowledged or forgotten.
    Stands(Standing),
    /// A new epoch is in force.
    Began {
        /// Its number.
        epoch: u64,
        /// The newest event.
        head: u64,
        /// Its link.
        link: Link,
        /// How much there is.
        standing: Standing,
        /// The file is a new one, since the former was damaged.
        rebuilt: bool,
    },
    /// The disk refuses, or does not any more.
    Disk {
        /// Whether it refuses.
        refuses: bool,
    },
}

/// Events that are not on disk: on their way there, or lost. Clones count the same.
#[derive(Debug, Clone, Default)]
pub struct Unwritten(Arc<AtomicU64>);

/// The disk has not taken everything until the end.
#[derive(Debug, thiserror::Error)]
#[error(
    "events lost: {0}. The disk did not take them into {JOURNAL_FILE} before the agent ended; the log says why. Make room, or mend the disk"
)]
pub struct EventsLost(u64);

impl Unwritten {
    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// To be asked after the thread has ended: what is counted then will never be on disk.
    ///
    /// # Errors
    /// If there is any.
    pub fn at_the_end(&self) -> Result<(), EventsLost> {
        match self.count() {
            0 => Ok(()),
            lost => Err(EventsLost(lost)),
        }
    }

    fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn written(&self, events: u64) {
        self.0.fetch_sub(events, Ordering::Relaxed);
    }
}

/// The loop's end of the journal.
#[derive(Debug)]
pub struct JournalThread {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    unwritten: Unwritten,
    /// Events for which there was no room among the orders.
    overflowed: Arc<AtomicU64>,
}

impl JournalThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the operating system has no thread for it.
    pub fn spawn(journal: impl Into<Source>, bounds: Bounds) -> std::io::Result<(Self, mpsc::Receiver<JournalAnswer>)> {
        let (mut this, writer, answered) = Self::detached(journal, bounds);
        this.thread = Some(std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run())?);
        Ok((this, answered))
    }

    /// Both ends, without a thread between them.
    pub(crate) fn detached(
        journal: impl Into<Source>,
        bounds: Bounds,
    ) -> (Self, Writer, mpsc::Receiver<JournalAnswer>) {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        let (unwritten, overflowed) = (Unwritten::default(), Arc::<AtomicU64>::default());
        let counts = (unwritten.clone(), Arc::clone(&overflowed));
        let writer = Writer::new(journal.into(), bounds, (inbox, answers), counts);
        (Self { orders: Some(orders), thread: None, unwritten, overflowed }, writer, answered)
    }

    /// Puts an event in the journal; [`JournalAnswer::Recorded`] follows once it is on disk.
    pub fn append(&self, ticket: Ticket, draft: Draft) {
        // Before it is there, so that the thread never takes off more than was put on.
        self.unwritten.one_more();
        if !self.order(Order::Append(ticket, draft)) {
            self.overflowed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What is not on disk.
    #[must_use]
    pub fn unwritten(&self) -> Unwritten {
        self.unwritten.clone()
    }

    /// The controller has everything through this event. If this is lost it says so again.
    pub fn acknowledge(&self, epoch: u64, through: u64, log: LogHead) {
        self.order(Order::Acknowledge { epoch, through, log });
    }

    /// The controller has everything through this event and nothing after it.
    pub fn agree(&self, epoch: u64, through: u64) {
        self.order(Order::Agree { epoch, through });
    }

    /// Begins a new epoch; [`JournalAnswer::Began`] follows, perhaps much later. `false` if there was no room for the order.
    #[must_use]
    pub fn begin(&self, beginning: Beginning) -> bool {
        self.order(Order::Begin(beginning))
    }

    /// The file cannot be read: if this is so, what reads is to go into another one, under a new epoch.
    pub fn rescue(&self, epoch: u64, draft: Draft) {
        self.order(Order::Rescue { epoch, draft });
    }

    /// Writes what is left, for at most three seconds if the disk refuses, and ends the thread. The answers must have been received or dropped before.
    pub fn stop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn order(&self, order: Order) -> bool {
        let Some(orders) = &self.orders else { return false };
        match orders.try_send(order) {
            Ok(()) => return true,
            Err(TrySendError::Full(_)) => {
                tracing::error!("the journal takes no more: the disk has not answered for {ORDERS_MAX} events");
            }
            Err(TrySendError::Disconnected(_)) => tracing::error!("the journal takes no more: its thread has ended"),
        }
        false
    }
}
