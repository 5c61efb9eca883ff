//! Small notes into the database, in the order in which things happened, on a thread of their own: the
//! loop must not wait for a disk while a revocation waits for the loop.

use std::io;
use std::thread::JoinHandle;

use access::id::DoorId;
use access::time::UtcMs;
use access::whitelist::{Generation, WhitelistId};
use db::site::{CommandState, Condition, EncodeState, Heard, Site, SiteError};
use tokio::sync::mpsc;

/// Notes that may wait. A large site's doors report a few dozen times a second and a note takes about a
/// millisecond, so a full queue means that the disk stands still; then notes are dropped, and statuses
/// come again by themselves.
pub(crate) const QUEUE: usize = 4_096;

/// Statuses that are written at once, if so many wait. A thousand doors that follow a change all say so within a second, and
/// whoever blocks the next card waits for the same file: so many at once, and then it is their turn.
const STATUSES_AT_ONCE: usize = 256;

/// Something to note.
pub(crate) enum Note {
    Status(Heard),
    Offline {
        door: DoorId,
        session: Option<u64>,
        at: UtcMs,
    },
    Wanted(Vec<(DoorId, WhitelistId, Generation)>),
    Command {
        id: u64,
        state: CommandState,
        at: UtcMs,
    },
    Encoding {
        id: u64,
        state: EncodeState,
        at: UtcMs,
    },
    Alarm {
        kind: &'static str,
        door: Option<DoorId>,
        at: UtcMs,
    },
    /// Something of the whole site is wrong, or is no more.
    Condition {
        kind: &'static str,
        wrong: bool,
        at: UtcMs,
    },
}

/// The thread and the way to it. It ends when `notes` is dropped and everything in it is written.
pub(crate) struct Clerk {
    pub(crate) notes: mpsc::Sender<Note>,
    pub(crate) thread: JoinHandle<()>,
}

/// Starts the thread.
pub(crate) fn start(site: Site) -> io::Result<Clerk> {
    let (notes, mut waiting) = mpsc::channel(QUEUE);
    let thread = std::thread::Builder::new().name("clerk".to_owned()).spawn(move || {
        while let Some(note) = waiting.blocking_recv() {
            let (heard, after) = match note {
                Note::Status(first) => gather(first, &mut waiting),
                other => (Vec::new(), Some(other)),
            };
            write_statuses(&site, &heard);
            if let Some(note) = after {
                logged(write(&site, note));
            }
        }
    })?;
    Ok(Clerk { notes, thread })
}

/// The statuses that wait behind this one, up to the first note of another kind, which is taken as well.
fn gather(first: Heard, waiting: &mut mpsc::Receiver<Note>) -> (Vec<Heard>, Option<Note>) {
    let mut heard = vec![first];
    while heard.len() < STATUSES_AT_ONCE {
        match waiting.try_recv() {
            Ok(Note::Status(next)) => heard.push(next),
            Ok(other) => return (heard, Some(other)),
            Err(_) => break,
        }
    }
    (heard, None)
}

/// One that cannot be written, of a door that is gone say, takes no other along.
fn write_statuses(site: &Site, heard: &[Heard]) {
    if !heard.is_empty() && site.record_statuses(heard).is_err() {
        heard.iter().for_each(|one| logged(site.record_statuses(std::slice::from_ref(one))));
    }
}

fn logged(written: Result<(), SiteError>) {
    if let Err(error) = written {
        tracing::error!(%error, "a note could not be written to the site database");
    }
}

pub(crate) fn write(site: &Site, note: Note) -> Result<(), SiteError> {
    match note {
        Note::Status(heard) => site.record_statuses(&[heard]),
        Note::Offline { door, session, at } => site.record_offline(&door, session, at).map(drop),
        Note::Wanted(wanted) => site.record_wanted(&wanted),
        Note::Command { id, state, at } => site.set_command_state(id, state, at).map(drop),
        Note::Encoding { id, state, at } => site.set_encoding_stage(id, state, at).map(drop),
        Note::Condition { kind, wrong, at } => site.note_conditions(&[Condition { kind, door: None, wrong }], at),
        Note::Alarm { kind, door, at } => site.raise_alarm(kind, door.as_ref(), None, at),
    }
}

#[cfg(test)]
mod tests;
