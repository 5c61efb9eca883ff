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
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use access::chain::Link;
use access::confirm::LogHead;
use access::door::Ticket;
use access::event::EpochCause;
use db::door::{DoorDbError, Draft, JOURNAL_FILE, Journal, JournalStart, Moved};
use tokio::sync::mpsc;

/// Orders that may wait for the disk. A busy door makes two events a second.
const ORDERS_MAX: usize = 4_096;

/// Answers that may wait for the loop.
const ANSWERS_MAX: usize = 64;

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
        let (path, journal, rescue) = match journal.into() {
            Source::Journal(journal) => (journal.path().to_path_buf(), Some(journal), None),
            Source::Damaged(Unrescued { path, epoch, draft }) => {
                (path, None, Some(Rescue { epoch, draft, sure: true }))
            }
        };
        let writer = Writer {
            path,
            journal: journal.map(|journal| journal.bounded(bounds.events, bounds.bytes)),
            bounds,
            inbox,
            answers,
            waiting: Vec::new(),
            counted: unwritten.clone(),
            overflowed: Arc::clone(&overflowed),
            dropped: 0,
            todo: Todo { rescue, ..Todo::default() },
            refuses: false,
            stood: Standing::default(),
        };
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
    fn run(mut self) {
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
