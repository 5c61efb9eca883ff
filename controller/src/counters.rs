//! How far cards have counted, to the doors that it concerns: the third stream of what should be true.
//!
//! ```text
//! tap ──▶ intake ──▶ counter, a new generation ──▶ which doors list the card? ──▶ desired ──▶ due ──▶ Counters
//! ```
//!
//! What moved is looked at with the clock's tick and not at each tap, so that a busy morning sends each door a
//! few messages a second and not hundreds. A door is never told what it said itself.

use access::id::DoorId;
use access::message::Down;
use access::state::{COUNTERS_MAX, Counters};
use access::whitelist::Generation;
use db::site::{Moved, SiteError};
use link::Qos;
use tokio::time::Instant;

use crate::ask::{Answer, Once, ask};
use crate::desk::{Desk, publish};
use crate::line::Line;

/// How far the stream has been looked at.
#[derive(Debug)]
pub(crate) struct Counting {
    pub(crate) through: Generation,
    /// Something came in that may have moved it.
    pub(crate) stale: bool,
    pub(crate) running: Once,
}

/// Until it has been read what concerns a door that has connected.
pub(crate) const UNREAD: Generation = Generation(u64::MAX);

/// What was asked for a door.
pub(crate) struct Asked {
    door: DoorId,
    session: u64,
    /// What the door has, or will have once everything has arrived.
    after: Generation,
    /// How far the stream had been looked at.
    through: Generation,
}

impl Desk {
    /// Looks at what moved, if anything may have.
    pub(crate) fn look_for_counters(&mut self) {
        if self.counters.stale && self.counters.running.begin() {
            self.counters.stale = false;
            let after = self.counters.through;
            ask(&self.site, &self.answers, move |site| site.counters_moved(after), Answer::CountersMoved);
        }
    }

    /// What moved is due to the doors that it concerns.
    pub(crate) fn counters_moved(&mut self, moved: Result<(Generation, Vec<(DoorId, Generation)>), SiteError>) {
        // Whoever asked meanwhile asks again with the next tick.
        self.counters.stale |= self.counters.running.end();
        let (through, doors) = match moved {
            Ok(moved) => moved,
            Err(error) => {
                tracing::error!(%error, "counters could not be read; trying again");
                self.counters.stale = true;
                return;
            }
        };
        self.counters.through = through;
        for (door, newest) in doors {
            if let Some(line) = self.lines.get_mut(&door) {
                line.desired.counters = line.desired.counters.max(newest);
                self.advance(&door);
            }
        }
    }

    /// Reads what is due to a door that moves counters; to others they mean nothing.
    pub(crate) fn read_counters(&mut self, door: &DoorId) {
        let Some(line) = self.lines.get_mut(door) else { return };
        let Some(session) = line.session else { return };
        if !line.state.settings.reading.rolls() || std::mem::replace(&mut line.flight.counters_asked, true) {
            return;
        }
        let after = line.flight.counters_reached(&session.reported);
        let asked = Asked { door: door.clone(), session: session.id, after, through: self.counters.through };
        let (epoch, door) = (line.epochs.current(), door.clone());
        ask(
            &self.site,
            &self.answers,
            move |site| site.counters(&door, epoch, after, COUNTERS_MAX),
            move |moved| Answer::Counters(asked, moved),
        );
    }

    /// Sends them.
    pub(crate) fn counters_read(&mut self, asked: &Asked, moved: Result<Vec<Moved>, SiteError>) {
        let Asked { door, session, after, through } = asked;
        let is_current = |line: &&mut Line| line.session.is_some_and(|current| current.id == *session);
        let Some(line) = self.lines.get_mut(door).filter(is_current) else { return };
        line.flight.counters_asked = false;
        let moved = match moved {
            Ok(moved) => moved,
            Err(error) => {
                // The next tick tries again.
                tracing::error!(%door, %error, "counters could not be read; trying again");
                return;
            }
        };
        let Some(generation) = moved.last().map(|last| last.generation) else {
            // Nothing concerns the door that it has not. If something moved since, that is read in turn.
            if *through == self.counters.through {
                line.desired.counters = line.desired.counters.min(*after);
            }
            return;
        };
        let counters = Counters { generation, counters: moved.into_iter().map(|moved| moved.counter).collect() };
        if let Some(sealer) = line.sealer(&self.sender)
            && publish(&self.link, &sealer, &Down::Counters(counters), Qos::AtLeastOnce)
        {
            line.flight.sent_counters(generation, Instant::now());
            self.advance(door);
        }
    }
}
