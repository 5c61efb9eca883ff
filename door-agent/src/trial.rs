//! For tests of other crates: one door without a machine under it.
//!
//! The loop is the real one ([`crate::run`]), and so is everything that it owns. The network is the caller's
//! ([`link::trial`]), the cards are, and so are the two threads that write: the caller says when the disk takes what it is
//! given, and what is only in memory when the power goes.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::confirm::LogHead;
use access::decide::Presented;
use access::message::{JOURNAL_BYTES_MAX, JOURNAL_EVENTS_MAX};
use access::passage::Side;
use access::time::UtcMs;
use access::uid::Uid;
use db::door::{DoorDbError, Journal, JournalStart, WhitelistStore};
use link::{Event, Handle, WillFactory};
use service::notify::Watchdog;
use tokio::sync::{mpsc, watch};

use crate::StartError;
use crate::assemble::{Around, Disk, join};
use crate::clock::Clock;
use crate::io::DoorIo;
use crate::journal::{Bounds, Found, JournalThread, Writer};
use crate::provisioning::Provisioning;
use crate::reader::{REPORTS_MAX, Reader, Report};
use crate::run::{AgentLoop, Ears, Gate, PassageMemory, Shared};
use crate::store::{self, StoreAnswer, StoreOrder, StoreThread};
use crate::uplink::{Sealer, wills};

const BOUNDS: Bounds = Bounds { events: JOURNAL_EVENTS_MAX, bytes: JOURNAL_BYTES_MAX };

/// Who a trial's door is, and what is around it.
pub struct Setup<'a> {
    /// Who it is.
    pub identity: &'a Provisioning,
    /// Its data folder.
    pub data: &'a Path,
    /// Its wires.
    pub io: Box<dyn DoorIo>,
    /// What its machine takes for the time.
    pub system: fn() -> UtcMs,
    /// The machine's clock is synchronised while this file exists.
    pub synchronised: PathBuf,
    /// Its way to the broker.
    pub link: (Handle, mpsc::Receiver<Event>),
}

/// A door that is about to begin.
pub struct Door<F> {
    /// Its loop. Dropped, the door is as if the power had gone.
    pub looped: F,
    /// The last wills of its connections.
    pub wills: WillFactory,
    /// Its reader.
    pub reader: TrialReader,
    /// Whoever writes its journal.
    pub journal: JournalDesk,
    /// Whoever writes its whitelist.
    pub store: StoreDesk,
}

/// Whoever holds cards to the reader.
pub struct TrialReader {
    reports: mpsc::Sender<Report>,
    number: u64,
}

/// Whoever writes the journal in the place of its thread.
pub struct JournalDesk(Writer);

/// Whoever writes the whitelist in the place of its thread.
pub struct StoreDesk {
    store: WhitelistStore,
    orders: mpsc::Receiver<StoreOrder>,
    answers: mpsc::Sender<StoreAnswer>,
}

/// Makes a door ready.
///
/// # Errors
/// If its files cannot be opened.
pub fn door(setup: Setup<'_>) -> Result<Door<impl Future<Output = ()> + use<>>, StartError> {
    let mut passages = PassageMemory::default();
    let seconds = u64::try_from((setup.system)().second().0).unwrap_or(0);
    let disk = Disk::open(setup.data, JOURNAL_BYTES_MAX, seconds, &mut passages)?;
    let start = disk.rest.start;
    let seal = Sealer { identity: setup.identity.clone(), epoch: start.epoch, boot: disk.rest.boot };
    let (wills, sessions) = wills(seal);
    let (journal, writer, journal_answers) = JournalThread::detached(disk.journal, BOUNDS);
    let (store, orders, answers, store_answers) = StoreThread::detached();
    let (reports, reported) = mpsc::channel(REPORTS_MAX);
    let around = Around {
        clock: Clock::of(setup.system, setup.synchronised, start.last_utc.max(disk.rest.time.known), false),
        link: (setup.link.0, setup.link.1, sessions),
        readers: vec![(Gate::new(Side::In, Reader::absent(), None), (Side::In, reported))],
        journal: (journal, journal_answers),
        store: (store, store_answers),
    };
    let (door, inboxes, senders) = join(0, setup.identity, setup.io, disk.rest, around)?;
    let agent = AgentLoop { doors: vec![door], shared: Shared::new(1, false, passages), watchdog: Watchdog::default() };
    let (stop, stopped) = watch::channel(false);
    let ears = Ears::new(vec![inboxes], stopped);
    let looped = async move {
        let _held = (senders, stop);
        if let Err(died) = agent.run(ears).await {
            tracing::warn!(%died, "a door of a trial has ended");
        }
    };
    let reader = TrialReader { reports, number: 0 };
    let store = StoreDesk { store: disk.store, orders, answers };
    Ok(Door { looped, wills, reader, journal: JournalDesk(writer), store })
}

impl TrialReader {
    /// Holds a card to the reader. `false` if the door has gone.
    pub fn tap(&mut self, uid: Uid) -> bool {
        self.number += 1;
        let came = Report::Came {
            number: self.number,
            presented: Presented::Classic1k,
            uid: Some(uid),
            took: Duration::from_millis(40),
            at: tokio::time::Instant::now(),
        };
        self.reports.try_send(came).is_ok() && self.reports.try_send(Report::Left).is_ok()
    }

    /// The reader answers for the first time.
    pub fn ready(&self) -> bool {
        self.reports.try_send(Report::Ready).is_ok()
    }
}

impl JournalDesk {
    /// Takes what the loop has given; whether there is anything to write.
    pub fn take(&mut self) -> bool {
        let _gone = self.0.receive(Some(Duration::ZERO));
        self.0.is_behind() || self.start().beginning
    }

    /// Has everything on the disk that was taken, and tells the loop.
    ///
    /// # Errors
    /// If the disk refuses; nothing is lost then.
    pub fn write(&mut self) -> Result<(), DoorDbError> {
        while matches!(self.0.step()?, Found::More) {}
        Ok(())
    }

    /// The journal as it is on the disk.
    #[must_use]
    pub fn start(&self) -> JournalStart {
        self.0.journal.as_ref().map(Journal::start).unwrap_or_default()
    }

    /// Forgets what the controller does not have, for whoever wants to spoil it.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn acknowledge(&mut self, epoch: u64, through: u64) -> Result<(), DoorDbError> {
        let Some(journal) = &mut self.0.journal else { return Ok(()) };
        journal.acknowledge(epoch, through, LogHead::default()).map(|_| ())
    }
}

impl StoreDesk {
    /// What is to be put in force next; none once the door has gone.
    pub async fn next(&mut self) -> Option<StoreOrder> {
        self.orders.recv().await
    }

    /// Puts it in force, and tells the loop. Whether it still listens.
    pub async fn apply(&mut self, order: &StoreOrder) -> bool {
        let applied = store::apply(&mut self.store, order);
        let answer = applied.unwrap_or_else(|error| StoreAnswer::NotWritten(error.to_string()));
        self.answers.send(answer).await.is_ok()
    }

    /// The file itself, for whoever wants to spoil it.
    pub fn store(&mut self) -> &mut WhitelistStore {
        &mut self.store
    }
}
