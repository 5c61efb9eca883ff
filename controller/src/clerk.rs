//! Small notes into the database, in the order in which things happened, on a thread of their own: the
//! loop must not wait for a disk while a revocation waits for the loop.

use std::io;
use std::thread::JoinHandle;

use access::envelope::Header;
use access::id::DoorId;
use access::message::Status;
use access::time::UtcMs;
use access::whitelist::{Generation, WhitelistId};
use db::site::{CommandState, Condition, EncodeState, Site, SiteError};
use tokio::sync::mpsc;

/// Notes that may wait. A large site's doors report a few dozen times a second and a note takes about a
/// millisecond, so a full queue means that the disk stands still; then notes are dropped, and statuses
/// come again by themselves.
pub(crate) const QUEUE: usize = 4_096;

/// Something to note.
pub(crate) enum Note {
    Status {
        door: DoorId,
        header: Header,
        status: Box<Status>,
        received: UtcMs,
    },
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
            if let Err(error) = write(&site, note) {
                tracing::error!(%error, "a note could not be written to the site database");
            }
        }
    })?;
    Ok(Clerk { notes, thread })
}

pub(crate) fn write(site: &Site, note: Note) -> Result<(), SiteError> {
    match note {
        Note::Status { door, header, status, received } => site.record_status(&door, &header, &status, received),
        Note::Offline { door, session, at } => site.record_offline(&door, session, at).map(drop),
        Note::Wanted(wanted) => site.record_wanted(&wanted),
        Note::Command { id, state, at } => site.set_command_state(id, state, at).map(drop),
        Note::Encoding { id, state, at } => site.set_encoding_stage(id, state, at).map(drop),
        Note::Condition { kind, wrong, at } => site.note_conditions(&[Condition { kind, door: None, wrong }], at),
        Note::Alarm { kind, door, at } => site.raise_alarm(kind, door.as_ref(), None, at),
    }
}
