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
//!             append      ↺ refused     the agent stops, FINAL_WAIT over
//! ```
//!
//! What is lost is lost: an event gets its number and its link only when it is written, so the chain that the
//! controller sees has no gap, and the next life of the journal cannot know of it. All that tells of a loss is the
//! log, the exit status, and a `started` without a `stopped` before it, as after a power cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use access::chain::Link;
use access::door::Ticket;
use db::door::{Acknowledged, DoorDbError, Draft, JOURNAL_FILE, Journal};
use tokio::sync::mpsc;

/// Orders that may wait for the disk. A busy door makes two events a second.
const ORDERS_MAX: usize = 4_096;

/// Answers that may wait for the loop.
const ANSWERS_MAX: usize = 64;

/// Most events of one transaction, so that the first of them does not wait for too many others.
const BATCH_MAX: usize = 256;

/// Events that are kept in memory while the disk refuses them; beyond it the newest are lost, loudly.
const UNWRITTEN_MAX: usize = 10_000;

/// Wait before a disk that refused is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How long the end of the agent may wait for a disk that refuses. Whoever stops a service waits for it, and a
/// disk that is full is seldom emptied meanwhile.
const FINAL_WAIT: Duration = Duration::from_secs(3);

/// Wait between two attempts at the end.
const FINAL_RETRY: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, Copy)]
enum Order {
    Append(Ticket, Draft),
    Acknowledge { epoch: u64, through: u64 },
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

    fn written(&self, events: usize) {
        self.0.fetch_sub(u64::try_from(events).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The loop's end of the journal.
#[derive(Debug)]
pub struct JournalThread {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    unwritten: Unwritten,
}

impl JournalThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the operating system has no thread for it.
    pub fn spawn(journal: Journal) -> std::io::Result<(Self, mpsc::Receiver<JournalAnswer>)> {
        let (mut this, writer, answered) = Self::detached(journal);
        this.thread = Some(std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run())?);
        Ok((this, answered))
    }

    /// Both ends, without a thread between them.
    pub(crate) fn detached(journal: Journal) -> (Self, Writer, mpsc::Receiver<JournalAnswer>) {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        let unwritten = Unwritten::default();
        let counted = unwritten.clone();
        let writer = Writer { journal, inbox, answers, waiting: Vec::new(), counted, acknowledge: None };
        (Self { orders: Some(orders), thread: None, unwritten }, writer, answered)
    }

    /// Puts an event in the journal; [`JournalAnswer::Recorded`] follows once it is on disk.
    pub fn append(&self, ticket: Ticket, draft: Draft) {
        // Before it is there, so that the thread never takes off more than was put on.
        self.unwritten.one_more();
        self.order(Order::Append(ticket, draft));
    }

    /// What is not on disk.
    #[must_use]
    pub fn unwritten(&self) -> Unwritten {
        self.unwritten.clone()
    }

    /// The controller has everything through this event. If this is lost it says so again.
    pub fn acknowledge(&self, epoch: u64, through: u64) {
        self.order(Order::Acknowledge { epoch, through });
    }

    /// Writes what is left, for at most three seconds if the disk refuses, and ends the thread. The answers must have been received or dropped before.
    pub fn stop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn order(&self, order: Order) {
        let Some(orders) = &self.orders else { return };
        match orders.try_send(order) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                tracing::error!("the journal takes no more: the disk has not answered for {ORDERS_MAX} events");
            }
            Err(TrySendError::Disconnected(_)) => tracing::error!("the journal takes no more: its thread has ended"),
        }
    }
}

/// The disk's end of the journal.
pub(crate) struct Writer {
    pub(crate) journal: Journal,
    inbox: Receiver<Order>,
    answers: mpsc::Sender<JournalAnswer>,
    pub(crate) waiting: Vec<(Ticket, Draft)>,
    counted: Unwritten,
    pub(crate) acknowledge: Option<(u64, u64)>,
}

impl Writer {
    fn run(mut self) {
        let mut swept = true;
        loop {
            let wait = match (self.waiting.is_empty(), swept) {
                (false, _) => Some(RETRY),
                (true, false) => Some(Duration::ZERO),
                (true, true) => None,
            };
            let ended = self.receive(wait);
            self.acknowledge();
            match self.write() {
                Err(error) if error.is_contradiction() => {
                    tracing::error!(
                        %error,
                        "the journal is not as this agent left it: somebody else has written to it; the agent ends"
                    );
                    return;
                }
                Err(error) if !ended => tracing::error!(%error, "events could not be written; trying again"),
                Err(error) => return self.insist(error),
                Ok(()) if ended => return,
                Ok(()) => {}
            }
            swept = !self.journal.sweep().unwrap_or(false);
        }
    }

    /// Takes what has queued up; whether the loop has gone.
    pub(crate) fn receive(&mut self, wait: Option<Duration>) -> bool {
        let first = match wait {
            None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => self.inbox.recv_timeout(wait),
        };
        match first {
            Ok(order) => self.take(order),
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
        for _ in 1..BATCH_MAX {
            let Ok(order) = self.inbox.try_recv() else { break };
            self.take(order);
        }
        false
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Acknowledge { epoch, through } => self.acknowledge = Some((epoch, through)),
            Order::Append(..) if self.waiting.len() >= UNWRITTEN_MAX => {
                tracing::error!("an event is lost: the disk has refused {UNWRITTEN_MAX} events");
            }
            Order::Append(ticket, draft) => self.waiting.push((ticket, draft)),
        }
    }

    pub(crate) fn acknowledge(&mut self) {
        let Some((epoch, through)) = self.acknowledge.take() else { return };
        match self.journal.acknowledge(epoch, through) {
            Ok(Acknowledged::Through(_) | Acknowledged::Ignored) => {}
            Err(error) => tracing::warn!(%error, "an acknowledgement could not be noted"),
        }
    }

    pub(crate) fn write(&mut self) -> Result<(), DoorDbError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let drafts: Vec<Draft> = self.waiting.iter().map(|(_, draft)| *draft).collect();
        let events = self.journal.append(&drafts)?;
        self.counted.written(events.len());
        let tickets = self.waiting.drain(..).map(|(ticket, _)| ticket).collect();
        if let Some((newest, link)) = events.last() {
            let head = newest.sequence;
            // Nobody listens any more while the agent stops.
            let answer = JournalAnswer::Recorded { tickets, head, link: *link };
            if let Err(mpsc::error::TrySendError::Full(answer)) = self.answers.try_send(answer) {
                let _ = self.answers.blocking_send(answer);
            }
        }
        Ok(())
    }

    /// The last attempts, after `refused`.
    fn insist(&mut self, mut refused: DoorDbError) {
        let end = Instant::now() + FINAL_WAIT;
        while Instant::now() < end {
            // Nobody wakes it: the loop has gone, and the disk does not call.
            std::thread::park_timeout(FINAL_RETRY);
            match self.write() {
                Ok(()) => return,
                Err(error) => refused = error,
            }
        }
        tracing::error!(error = %refused, events = self.waiting.len(), "events are lost: the disk does not take them");
    }
}
