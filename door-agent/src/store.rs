//! The thread that owns the whitelist's file: it puts in force what the controller sends.
//!
//! While it has nothing else to do after its start it looks whether the list is still what it was. A file that is damaged
//! is told, and made anew only when the loop says so: until the controller is there to fill it again, what reads of it is
//! better than nothing.

use std::path::Path;
use std::thread::JoinHandle;

use access::passage::{Passage, Passages};
use access::state::{Counters, DoorState};
use access::time::UtcMs;
use access::uid::Uid;
use access::whitelist::{Generation, WhitelistId, WhitelistPart};
use db::door::{
    Applied, Check, Checked, DoorDbError, KnownTime, Listing, PassagesTaken, Refused, Seen, StateApplied,
    WhitelistStore,
};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Pieces that may wait for the disk. The loop reads no further messages while there is no room, so a
/// long list is held back at the broker and not in the door's memory.
const ORDERS_MAX: usize = 2;

/// Answers that may wait for the loop.
const ANSWERS_MAX: usize = 16;

/// Something to put in force.
#[derive(Debug)]
pub enum StoreOrder {
    /// A piece of a whitelist.
    Whitelist(WhitelistPart),
    /// What the door shall be.
    State(DoorState),
    /// How far cards have counted.
    Counters(Counters),
    /// What cards did at other doors.
    Passages(Passages),
    /// How far cards were seen to count here.
    Seen(Vec<Seen>),
    /// What cards did at the doors of this agent.
    OwnPassages(Vec<Passage>),
    /// The cards of the list in force that come after one.
    List {
        /// Those with a higher number; all if there is none.
        after: Option<Uid>,
        /// At most so many.
        limit: usize,
    },
    /// When a card was granted for which the door had waited to stand unlocked.
    FirstPerson(UtcMs),
    /// The file is damaged: a new one takes its place, with this state.
    Rebuild(DoorState),
    /// To find out whether the disk takes something, this state if it has not taken that.
    Try(DoorState),
    /// What the next boot is to know of the time.
    Time(KnownTime),
}

/// What became of it.
#[derive(Debug)]
pub enum StoreAnswer {
    /// This whitelist is in force.
    Whitelist(WhitelistId),
    /// A piece was put aside until the others come.
    Staged,
    /// This state is in force.
    State(DoorState),
    /// The counters of this generation are in force.
    Counters(Generation),
    /// The passages of this generation are in force.
    Passages(PassagesTaken),
    /// What was seen here is on disk.
    Remembered,
    /// Cards of the list in force.
    Listed(Listing),
    /// They could not be read.
    NotListed(String),
    /// It was not taken, for what it is.
    Refused(String),
    /// The disk did not take it, or does not answer to it. A state is to be ordered again; of all else the controller sends
    /// again what it does not hear of.
    NotWritten(String),
    /// The disk takes what it is given.
    Written,
    /// What is in the file is damaged.
    Damaged(String),
    /// There is a new file, with no list.
    Rebuilt,
}

/// The loop's end of the store.
#[derive(Debug)]
pub struct StoreThread {
    orders: Option<mpsc::Sender<StoreOrder>>,
    thread: Option<JoinHandle<()>>,
}

impl StoreThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the operating system has no thread for it.
    pub fn spawn(store: WhitelistStore) -> std::io::Result<(Self, mpsc::Receiver<StoreAnswer>)> {
        let (mut this, inbox, answers, answered) = Self::detached();
        let run = move || run(store, inbox, &answers);
        this.thread = Some(std::thread::Builder::new().name("whitelist".to_owned()).spawn(run)?);
        Ok((this, answered))
    }

    /// Both ends, without a thread between them.
    pub(crate) fn detached()
    -> (Self, mpsc::Receiver<StoreOrder>, mpsc::Sender<StoreAnswer>, mpsc::Receiver<StoreAnswer>) {
        let (orders, inbox) = mpsc::channel(ORDERS_MAX);
        let (answers, answered) = mpsc::channel(ANSWERS_MAX);
        (Self { orders: Some(orders), thread: None }, inbox, answers, answered)
    }

    /// Gives an order, which is answered.
    ///
    /// # Errors
    /// Gives it back if there is no room, which there will be at the latest with the next answer; or if the thread has
    /// ended.
    #[expect(clippy::result_large_err, reason = "an order that finds no room is given back whole, and is no error")]
    pub fn order(&self, order: StoreOrder) -> Result<(), TrySendError<StoreOrder>> {
        match &self.orders {
            Some(orders) => orders.try_send(order),
            None => Err(TrySendError::Closed(order)),
        }
    }

    /// Ends the thread after the orders that it has. The answers must have been received or dropped before.
    pub fn stop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(store: WhitelistStore, mut inbox: mpsc::Receiver<StoreOrder>, answers: &mpsc::Sender<StoreAnswer>) {
    let path = store.path().to_path_buf();
    let mut files = Some(store);
    let mut check = Some(Check::default());
    loop {
        if let Some(store) = &mut files {
            while inbox.is_empty() && !inbox.is_closed() && store.sweep().unwrap_or(false) {}
            while inbox.is_empty() && !inbox.is_closed() && check.is_some() {
                if let Some(damaged) = look(store, &mut check) {
                    let _ = answers.blocking_send(damaged);
                }
            }
        }
        let Some(order) = inbox.blocking_recv() else { return };
        let answer = match (&order, files.take()) {
            (StoreOrder::Rebuild(state), store) => {
                rebuild(store, &path, &mut files, |store| store.set_state(state).map(drop))
            }
            (order, Some(mut store)) => {
                let applied = apply(&mut store, order);
                files = Some(store);
                applied
            }
            (_, None) => Ok(StoreAnswer::Damaged("there is no file".to_owned())),
        };
        let answer = answer.unwrap_or_else(|error| {
            if error.is_damage() {
                StoreAnswer::Damaged(error.to_string())
            } else {
                StoreAnswer::NotWritten(error.to_string())
            }
        });
        // While the agent stops nobody listens, and what was seen here is written all the same.
        let _ = answers.blocking_send(answer);
    }
}

/// Looks at some entries; what is to be told.
fn look(store: &mut WhitelistStore, check: &mut Option<Check>) -> Option<StoreAnswer> {
    let check_once = |store: &mut WhitelistStore, check: &mut Option<Check>| check.as_mut().map(|on| store.check(on));
    // What does not read is tried once more.
    let found = match check_once(store, check)? {
        Err(_) => check_once(store, check)?,
        found => found,
    };
    match found {
        Ok(Checked::Some) => return None,
        Ok(Checked::Sound) => *check = None,
        Ok(Checked::Damaged) => {
            *check = None;
            return Some(StoreAnswer::Damaged("the list is not the one that was put in force".to_owned()));
        }
        Err(error) => {
            *check = None;
            return error.is_damage().then(|| StoreAnswer::Damaged(error.to_string()));
        }
    }
    None
}

fn rebuild(
    store: Option<WhitelistStore>,
    path: &Path,
    files: &mut Option<WhitelistStore>,
    set_state: impl FnOnce(&mut WhitelistStore) -> Result<(), DoorDbError>,
) -> Result<StoreAnswer, DoorDbError> {
    // Before the file is moved: who closes it takes the log beside it away, by its name.
    drop(store);
    let store = files.insert(WhitelistStore::make_anew(path)?);
    // The file is there whatever becomes of the state, which the loop orders once more: who looks cards up must turn to it.
    if let Err(error) = set_state(store) {
        tracing::error!(%error, "the new whitelist has no state yet");
    }
    Ok(StoreAnswer::Rebuilt)
}

pub(crate) fn apply(store: &mut WhitelistStore, order: &StoreOrder) -> Result<StoreAnswer, DoorDbError> {
    Ok(match order {
        StoreOrder::Whitelist(part) => match store.apply(part)? {
            Applied::InForce(id) => StoreAnswer::Whitelist(id),
            Applied::Staged { .. } => StoreAnswer::Staged,
            // A status follows, by which the controller finds the right base.
            Applied::Refused(Refused::OtherBase) => StoreAnswer::Whitelist(store.current()?),
            Applied::Refused(refused) => StoreAnswer::Refused(refused.to_string()),
        },
        StoreOrder::State(state) => match store.set_state(state)? {
            StateApplied::InForce => StoreAnswer::State(state.clone()),
            StateApplied::Unchanged | StateApplied::Stale => StoreAnswer::State(store.state()?),
            StateApplied::OutOfBounds => {
                StoreAnswer::Refused("a value of the door's state is out of bounds".to_owned())
            }
        },
        StoreOrder::Passages(passages) => StoreAnswer::Passages(store.take_passages(passages)?),
        StoreOrder::Seen(seen) => {
            store.note_seen(seen)?;
            StoreAnswer::Remembered
        }
        StoreOrder::OwnPassages(passages) => {
            store.note_passages(passages)?;
            StoreAnswer::Remembered
        }
        StoreOrder::List { after, limit } => match store.cards_after(*after, *limit) {
            Ok(listing) => StoreAnswer::Listed(listing),
            Err(error) => StoreAnswer::NotListed(error.to_string()),
        },
        StoreOrder::FirstPerson(at) => {
            store.note_first_person(*at)?;
            StoreAnswer::Remembered
        }
        StoreOrder::Time(time) => {
            store.note_known_time(time)?;
            StoreAnswer::Remembered
        }
        StoreOrder::Counters(counters) => StoreAnswer::Counters(store.raise_counters(counters)?),
        StoreOrder::Try(state) => {
            store.set_state(state)?;
            store.try_to_write()?;
            StoreAnswer::Written
        }
        StoreOrder::Rebuild(_) => StoreAnswer::Rebuilt,
    })
}

#[cfg(test)]
mod tests {
    use access::whitelist::WhitelistId;
    use db::door::WHITELIST_FILE;

    use super::*;

    /// A full disk is no attack, and must not be counted as one.
    #[test]
    fn what_the_disk_does_not_take_is_not_called_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(WHITELIST_FILE);
        let (mut thread, mut answers) = StoreThread::spawn(WhitelistStore::open(&path).unwrap()).unwrap();
        db::trial::refuse(&path, "meta").unwrap();
        let to = WhitelistId { generation: Generation(1), ..WhitelistId::default() };
        let part = WhitelistPart::Delta { from: WhitelistId::default(), to, changes: Vec::new() };
        thread.order(StoreOrder::Whitelist(part)).unwrap();
        let answer = answers.blocking_recv().unwrap();
        assert!(matches!(answer, StoreAnswer::NotWritten(_)), "{answer:?}");
        drop(answers);
        thread.stop();
    }

    /// The list that people pass by is in the new file from then on, whether or not that has taken the state.
    #[test]
    fn a_new_file_is_told_though_it_does_not_take_the_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(WHITELIST_FILE);
        let store = WhitelistStore::open(&path).unwrap();
        let mut files = None;
        let answer = rebuild(Some(store), &path, &mut files, |_| Err(DoorDbError::JournalFull));
        assert!(matches!(answer, Ok(StoreAnswer::Rebuilt)), "{answer:?}");
        assert!(files.is_some());
    }
}
