//! The disk's end of the journal: what is written, noted, taken over and made anew, and in which order.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use access::confirm::LogHead;
use access::door::Ticket;
use db::door::{DoorDbError, Draft, Journal, Moved};
use tokio::sync::mpsc;

use super::{Beginning, Bounds, JournalAnswer, Order, Source, Standing, Unrescued, Unwritten};

/// Most events of one transaction, so that the first of them does not wait for too many others.
const BATCH_MAX: usize = 256;

/// Events that are kept in memory while the disk refuses them; beyond it the newest are dropped, and counted.
const UNWRITTEN_MAX: usize = 10_000;

/// Wait before a disk that refused is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How long the end of the agent may wait for a disk that refuses. Whoever stops a service waits for it, and a
/// disk that is full is seldom emptied meanwhile.
const FINAL_WAIT: Duration = Duration::from_secs(3);

/// Wait between two attempts at the end.
const FINAL_RETRY: Duration = Duration::from_millis(200);

/// The disk's end of the journal.
pub(crate) struct Writer {
    path: PathBuf,
    /// None while the disk refuses a rescue.
    pub(crate) journal: Option<Journal>,
    bounds: Bounds,
    inbox: Receiver<Order>,
    answers: mpsc::Sender<JournalAnswer>,
    waiting: Vec<(Ticket, Draft)>,
    counted: Unwritten,
    overflowed: Arc<AtomicU64>,
    /// Dropped, and not counted on the disk yet.
    dropped: u64,
    todo: Todo,
    refuses: bool,
    /// As it was told last.
    stood: Standing,
}

/// What is to be done beside events, until the disk has taken it.
#[derive(Default)]
struct Todo {
    acknowledge: Option<(u64, u64, LogHead)>,
    agree: Option<(u64, u64)>,
    begin: Option<Beginning>,
    rescue: Option<Rescue>,
}

/// A journal that is to be made anew.
#[derive(Clone, Copy)]
struct Rescue {
    epoch: u64,
    draft: Draft,
    /// The writer itself has found that it must be.
    sure: bool,
}

/// What a step has found.
pub(crate) enum Found {
    /// Nothing more.
    Nothing,
    /// There is more to do at once.
    More,
    /// Another process has written to the file.
    Contradiction,
}

impl Writer {
    /// Takes orders from here and answers there. `counts` are of what is not on disk, and of what found no room among the
    /// orders.
    pub(super) fn new(
        source: Source,
        bounds: Bounds,
        (inbox, answers): (Receiver<Order>, mpsc::Sender<JournalAnswer>),
        (counted, overflowed): (Unwritten, Arc<AtomicU64>),
    ) -> Self {
        let (path, journal, rescue) = match source {
            Source::Journal(journal) => (journal.path().to_path_buf(), Some(journal), None),
            Source::Damaged(Unrescued { path, epoch, draft }) => {
                (path, None, Some(Rescue { epoch, draft, sure: true }))
            }
        };
        Self {
            path,
            journal: journal.map(|journal| journal.bounded(bounds.events, bounds.bytes)),
            bounds,
            inbox,
            answers,
            waiting: Vec::new(),
            counted,
            overflowed,
            dropped: 0,
            todo: Todo { rescue, ..Todo::default() },
            refuses: false,
            stood: Standing::default(),
        }
    }

    pub(super) fn run(mut self) {
        let mut busy = true;
        loop {
            let wait = match (busy, self.is_behind()) {
                (true, _) if !self.refuses => Some(Duration::ZERO),
                (_, true) | (true, _) => Some(RETRY),
                (false, false) => None,
            };
            let ended = self.receive(wait);
            busy = match self.step() {
                Ok(Found::Contradiction) => return,
                Ok(found) => matches!(found, Found::More),
                Err(error) => {
                    self.failed(&error);
                    if ended {
                        return self.insist(error);
                    }
                    true
                }
            };
            if ended && !self.is_behind() {
                return;
            }
        }
    }

    pub(crate) fn is_behind(&self) -> bool {
        let Todo { acknowledge, agree, begin, rescue } = &self.todo;
        let todo = acknowledge.is_some() || agree.is_some() || begin.is_some() || rescue.is_some();
        todo || !self.waiting.is_empty() || self.dropped > 0 || self.journal.is_none()
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
            Order::Acknowledge { epoch, through, log } => self.todo.acknowledge = Some((epoch, through, log)),
            Order::Agree { epoch, through } => self.todo.agree = Some((epoch, through)),
            Order::Begin(beginning) => self.todo.begin = Some(beginning),
            Order::Rescue { epoch, draft } => {
                self.todo.rescue.get_or_insert(Rescue { epoch, draft, sure: false });
            }
            Order::Append(..) if self.waiting.len() >= UNWRITTEN_MAX => {
                tracing::error!("an event is dropped: the disk has refused {UNWRITTEN_MAX} events");
                self.dropped += 1;
            }
            Order::Append(ticket, draft) => self.waiting.push((ticket, draft)),
        }
        self.dropped += self.overflowed.swap(0, Ordering::Relaxed);
    }

    /// Everything that is to be done, the people at the door first. An error is of a disk that refuses.
    pub(crate) fn step(&mut self) -> Result<Found, DoorDbError> {
        let found = self.rescue().and_then(|()| self.write()).and_then(|()| self.notes()).and_then(|()| self.tidy());
        match found {
            Err(error) if error.is_contradiction() => {
                tracing::error!(
                    %error,
                    "the journal is not as this agent left it: somebody else has written to it; the agent ends"
                );
                return Ok(Found::Contradiction);
            }
            Err(error) if error.is_damage() => {
                tracing::error!(%error, "the journal is damaged; what reads of it goes into a new one");
                let (epoch, draft) = (getrandom::u64().unwrap_or_default(), self.newest());
                self.todo.rescue.get_or_insert(Rescue { epoch, draft, sure: true }).sure = true;
                return Ok(Found::More);
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        self.tell_disk(false);
        self.tell_standing();
        found
    }

    fn journal(&mut self) -> Result<&mut Journal, DoorDbError> {
        if self.journal.is_none() {
            // The damaged one has been moved away, and the disk did not take another.
            self.rescue()?;
        }
        self.journal.as_mut().ok_or_else(|| DoorDbError::Content { path: self.path.clone(), what: "journal" })
    }

    fn write(&mut self) -> Result<(), DoorDbError> {
        while !self.waiting.is_empty() {
            let all = self.waiting.len().min(BATCH_MAX);
            match self.write_some(all) {
                // What waits to be noted makes room.
                Err(DoorDbError::JournalFull) if self.todo.acknowledge.is_some() || self.todo.agree.is_some() => {
                    self.notes()?;
                }
                Err(DoorDbError::JournalFull) if all > 1 => match self.write_some(1) {
                    Err(DoorDbError::JournalFull) => self.drop_waiting(),
                    other => other?,
                },
                Err(DoorDbError::JournalFull) => self.drop_waiting(),
                other => other?,
            }
        }
        let dropped = self.dropped;
        if dropped > 0 {
            self.journal()?.note_dropped(dropped)?;
            self.counted.written(dropped);
            self.dropped = 0;
        }
        Ok(())
    }

    fn write_some(&mut self, count: usize) -> Result<(), DoorDbError> {
        let drafts: Vec<Draft> = self.waiting.iter().take(count).map(|(_, draft)| *draft).collect();
        let events = self.journal()?.append(&drafts)?;
        self.counted.written(drafts.len() as u64);
        let tickets = self.waiting.drain(..drafts.len()).map(|(ticket, _)| ticket).collect();
        let standing = self.standing();
        if let Some((newest, link)) = events.last() {
            let head = newest.sequence;
            self.stood = standing;
            // Nobody listens any more while the agent stops.
            self.tell(JournalAnswer::Recorded { tickets, head, link: *link, standing });
        }
        Ok(())
    }

    /// The declared rule for a full journal: the door goes on, the oldest events are kept, and the newest are counted.
    fn drop_waiting(&mut self) {
        tracing::error!(events = self.waiting.len(), "the journal is full: events are counted, and not kept");
        self.dropped += self.waiting.len() as u64;
        let tickets = self.waiting.drain(..).map(|(ticket, _)| ticket).collect();
        let standing = self.standing();
        self.tell(JournalAnswer::Dropped { tickets, standing });
    }

    fn notes(&mut self) -> Result<(), DoorDbError> {
        if let Some((epoch, through)) = self.todo.agree {
            self.journal()?.agree(epoch, through)?;
            self.todo.agree = None;
        }
        if let Some((epoch, through, log)) = self.todo.acknowledge {
            self.journal()?.acknowledge(epoch, through, log)?;
            self.todo.acknowledge = None;
        }
        if let Some(Beginning { epoch, common, cause, draft }) = self.todo.begin {
            self.journal()?.begin(epoch, common, cause, &draft)?;
            self.todo.begin = None;
        }
        Ok(())
    }

    /// One step of what takes long.
    fn tidy(&mut self) -> Result<Found, DoorDbError> {
        let more = match self.journal()?.move_on()? {
            Moved::Some => true,
            Moved::All => {
                self.tell_began(false);
                true
            }
            Moved::Nothing => self.journal()?.sweep()?,
        };
        Ok(if more { Found::More } else { Found::Nothing })
    }

    fn rescue(&mut self) -> Result<(), DoorDbError> {
        let Some(Rescue { epoch, draft, sure }) = self.todo.rescue else { return Ok(()) };
        if !sure && self.is_sound() {
            self.todo.rescue = None;
            return Ok(());
        }
        // Before the file is moved: who closes it takes the log beside it away, by its name.
        drop(self.journal.take());
        // If the disk refuses, it is tried again with the same file.
        let opened = Journal::rescue(&self.path, epoch, &draft)?;
        tracing::error!(rescued = ?opened.rescued, "the journal was made anew");
        self.journal = Some(opened.journal.bounded(self.bounds.events, self.bounds.bytes));
        self.todo = Todo::default();
        self.tell_began(true);
        Ok(())
    }

    /// Whether the file reads, though another connection has found that it does not. It may have read the one before.
    fn is_sound(&self) -> bool {
        let found = self.journal.as_ref().map_or(Ok(()), Journal::verify);
        match &found {
            Ok(()) => tracing::warn!("the journal was said to be damaged, and reads to its end"),
            Err(error) => tracing::error!(%error, "the journal is damaged; what reads of it goes into a new one"),
        }
        !found.is_err_and(|error| error.is_damage())
    }

    /// When it is, as far as the thread knows.
    fn newest(&self) -> Draft {
        use access::event::EventKind::Started;
        let unknown = Draft {
            boot: 0,
            mono: access::time::MonoMs(0),
            utc: self.journal.as_ref().map_or(access::time::UtcMs(0), |journal| journal.start().last_utc),
            trust: access::time::ClockTrust::Unknown,
            generation: access::whitelist::Generation(0),
            state_generation: access::whitelist::Generation(0),
            mode: access::mode::Mode::Normal,
            kind: Started,
            subject: None,
        };
        self.waiting.last().map_or(unknown, |(_, draft)| *draft)
    }

    fn standing(&self) -> Standing {
        self.journal
            .as_ref()
            .map_or(self.stood, |journal| Standing { before: journal.start().before, percent: journal.percent() })
    }

    fn tell_standing(&mut self) {
        let standing = self.standing();
        if std::mem::replace(&mut self.stood, standing) != standing {
            self.tell(JournalAnswer::Stands(standing));
        }
    }

    fn tell_began(&mut self, rebuilt: bool) {
        let Some(journal) = &self.journal else { return };
        let start = journal.start();
        let standing = self.standing();
        self.stood = standing;
        self.tell(JournalAnswer::Began {
            epoch: start.epoch,
            head: start.head,
            link: start.head_link,
            standing,
            rebuilt,
        });
    }

    fn failed(&mut self, error: &DoorDbError) {
        tracing::error!(%error, "the disk does not take what happened; trying again");
        self.tell_disk(true);
    }

    fn tell_disk(&mut self, refuses: bool) {
        if std::mem::replace(&mut self.refuses, refuses) != refuses {
            self.tell(JournalAnswer::Disk { refuses });
        }
    }

    /// Nobody listens any more while the agent stops.
    fn tell(&self, answer: JournalAnswer) {
        if let Err(mpsc::error::TrySendError::Full(answer)) = self.answers.try_send(answer) {
            let _ = self.answers.blocking_send(answer);
        }
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
