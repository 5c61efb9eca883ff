//! The thread that owns the journal's file, so that no disk makes the loop wait.
//!
//! It takes whatever has queued up into one transaction. While the disk refuses, it keeps what was not
//! written and tries again; the door machine releases a lock after 50 ms all the same, and reports it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use access::chain::Link;
use access::door::Ticket;
use db::door::{Acknowledged, Draft, Journal};
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

/// The loop's end of the journal.
#[derive(Debug)]
pub struct JournalThread {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl JournalThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the operating system has no thread for it.
    pub fn spawn(journal: Journal) -> std::io::Result<(Self, mpsc::Receiver<JournalAnswer>)> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        let writer = Writer { journal, inbox, answers, unwritten: Vec::new(), acknowledge: None };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run())?;
        Ok((Self { orders: Some(orders), thread: Some(thread) }, answered))
    }

    /// Puts an event in the journal; [`JournalAnswer::Recorded`] follows once it is on disk.
    pub fn append(&self, ticket: Ticket, draft: Draft) {
        self.order(Order::Append(ticket, draft));
    }

    /// The controller has everything through this event. If this is lost it says so again.
    pub fn acknowledge(&self, epoch: u64, through: u64) {
        self.order(Order::Acknowledge { epoch, through });
    }

    /// Writes what is left, and ends the thread. The answers must have been received or dropped before.
    pub fn stop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn order(&self, order: Order) {
        let refused = self.orders.as_ref().is_none_or(|orders| orders.try_send(order).is_err());
        if refused {
            tracing::error!("the journal takes no more: the disk has not answered for {ORDERS_MAX} events");
        }
    }
}

struct Writer {
    journal: Journal,
    inbox: Receiver<Order>,
    answers: mpsc::Sender<JournalAnswer>,
    unwritten: Vec<(Ticket, Draft)>,
    acknowledge: Option<(u64, u64)>,
}

impl Writer {
    fn run(mut self) {
        let mut swept = true;
        loop {
            let wait = match (self.unwritten.is_empty(), swept) {
                (false, _) => Some(RETRY),
                (true, false) => Some(Duration::ZERO),
                (true, true) => None,
            };
            let ended = self.receive(wait);
            self.acknowledge();
            self.write();
            if ended {
                return;
            }
            swept = !self.journal.sweep().unwrap_or(false);
        }
    }

    /// Takes what has queued up; whether the loop has gone.
    fn receive(&mut self, wait: Option<Duration>) -> bool {
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
            Order::Append(..) if self.unwritten.len() >= UNWRITTEN_MAX => {
                tracing::error!("an event is lost: the disk has refused {UNWRITTEN_MAX} events");
            }
            Order::Append(ticket, draft) => self.unwritten.push((ticket, draft)),
        }
    }

    fn acknowledge(&mut self) {
        let Some((epoch, through)) = self.acknowledge.take() else { return };
        match self.journal.acknowledge(epoch, through) {
            Ok(Acknowledged::Through(_) | Acknowledged::Ignored) => {}
            Err(error) => tracing::warn!(%error, "an acknowledgement could not be noted"),
        }
    }

    fn write(&mut self) {
        if self.unwritten.is_empty() {
            return;
        }
        let drafts: Vec<Draft> = self.unwritten.iter().map(|(_, draft)| *draft).collect();
        match self.journal.append(&drafts) {
            Ok(events) => {
                let tickets = self.unwritten.drain(..).map(|(ticket, _)| ticket).collect();
                if let Some((newest, link)) = events.last() {
                    let head = newest.sequence;
                    // Nobody listens any more while the agent stops.
                    let _ = self.answers.blocking_send(JournalAnswer::Recorded { tickets, head, link: *link });
                }
            }
            Err(error) => tracing::error!(%error, "events could not be written; trying again"),
        }
    }
}
