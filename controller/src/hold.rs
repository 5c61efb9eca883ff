//! Doors that are left alone since a backup of the site was put back, and what they tell meanwhile.
//!
//! ```text
//! held ──▶ nothing is sent; each status is answered with "hold", and the door tells its list
//!   └── an operator decides, as change R ──▶ released, once states and lists through R have been read
//! ```
//!
//! A door is let go only when what it will be sent has the decision in it: with a list of a moment before, it would let in
//! a card that the decision keeps out.

use std::collections::BTreeMap;
use std::io;
use std::thread::JoinHandle;

use access::id::DoorId;
use access::message::Listed;
use access::whitelist::Generation;
use db::site::{Site, SiteError, Told};
use tokio::sync::mpsc;

use crate::clerk::Note;
use crate::clock::utc_now;
use crate::desk::Desk;

/// Pieces that may wait to be compared: some 6 MB. What finds no room is told again by the door in a while.
pub(crate) const QUEUE: usize = 64;

/// The doors that were there when a backup was put back, each with the change that let it go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holds(BTreeMap<DoorId, Option<Generation>>);

impl Holds {
    pub(crate) fn read(site: &Site) -> Result<Self, SiteError> {
        Ok(Self(site.holds()?.into_iter().collect()))
    }

    /// Whether the door is left alone by somebody who has read everything through a change.
    fn holds(&self, door: &DoorId, through: Generation) -> bool {
        match self.0.get(door) {
            None => false,
            Some(None) => true,
            Some(Some(released)) => *released > through,
        }
    }
}

/// What a door tells, on its way to be compared.
pub(crate) struct Piece {
    door: DoorId,
    listed: Listed,
}

/// The thread that compares, and the way to it. It ends when `pieces` is dropped.
pub(crate) struct Comparing {
    pub(crate) pieces: mpsc::Sender<Piece>,
    pub(crate) thread: JoinHandle<()>,
}

/// Starts the thread: to hold a long list against the file takes seconds.
pub(crate) fn start(site: Site) -> io::Result<Comparing> {
    let (pieces, mut waiting) = mpsc::channel::<Piece>(QUEUE);
    let thread = std::thread::Builder::new().name("restore".to_owned()).spawn(move || {
        while let Some(piece) = waiting.blocking_recv() {
            let door = piece.door.clone();
            match compare(&site, piece) {
                Ok(Told::All { released }) => tracing::info!(%door, released, "the door has told what it knows"),
                Ok(Told::Mismatch) => tracing::warn!(%door, "what the door told is not the list that it named"),
                Ok(Told::Kept | Told::NotAsked) => {}
                Err(error) => tracing::error!(%door, %error, "what the door told could not be compared"),
            }
        }
    })?;
    Ok(Comparing { pieces, thread })
}

/// Holds what a door tells against the file.
pub(crate) fn compare(site: &Site, Piece { door, listed }: Piece) -> Result<Told, SiteError> {
    site.take_listed(&door, &listed, utc_now())
}

impl Desk {
    /// Takes note of who is left alone. Whoever is not any more gets what is due.
    pub(crate) fn take_holds(&mut self, holds: Holds) {
        self.holds = holds;
        let through = self.states.through.min(self.looking.through);
        let mut released = Vec::new();
        for line in self.lines.values_mut() {
            let held = self.holds.holds(&line.door, through);
            if std::mem::replace(&mut line.held, held) && !held {
                // The door may have a list of a higher number than the backup's, whatever is in it.
                let list = &mut line.desired.whitelist;
                list.generation = list.generation.max(through);
                released.push((line.door.clone(), line.wanted()));
            }
        }
        for (door, wanted) in released {
            tracing::info!(%door, "the door gets again what the site says");
            self.note(Note::Wanted(wanted.into_iter().collect()));
            self.advance(&door);
        }
    }

    /// A door tells a piece of its list.
    pub(crate) fn listed(&self, door: &DoorId, listed: Listed) {
        let asked = |listed: &Listed| {
            let line = self.lines.get(door).filter(|line| line.held);
            // What it told before about another list is of no use.
            let session = line.and_then(|line| line.session);
            session.is_some_and(|session| session.reported.whitelist == listed.whitelist)
        };
        if asked(&listed) && self.pieces.try_send(Piece { door: door.clone(), listed }).is_err() {
            tracing::debug!(%door, "too many doors tell at once; this one tells again in a while");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_let_go_only_by_whoever_has_read_the_decision() {
        let id = |text: &str| text.parse::<DoorId>().unwrap();
        let holds = Holds([(id("held"), None), (id("free"), Some(Generation(7)))].into());
        for through in [0, 6, 7, 8] {
            assert!(holds.holds(&id("held"), Generation(through)));
            assert_eq!(holds.holds(&id("free"), Generation(through)), through < 7);
            assert!(!holds.holds(&id("new"), Generation(through)));
        }
    }
}
