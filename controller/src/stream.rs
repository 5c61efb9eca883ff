//! What doors have seen of cards, to the other doors that it concerns: the third and the fourth stream of what should
//! be true.
//!
//! ```text
//! tap ──▶ intake ──▶ counter ──▶ a new generation ──▶ which doors does it concern? ──▶ desired ──▶ due ──▶ Counters
//!               └──▶ passage ──▶                                                                      ──▶ Passages
//! ```
//!
//! A passage is looked for as soon as it is stored: until another door knows of it, the card goes in there as well.
//! Counters are looked for with the clock's tick, so that a busy morning sends each door a few messages a second and
//! not hundreds: a copy is found at the centre whatever doors know. A door is not told the counters that it said itself.

use access::id::DoorId;
use access::message::Down;
use access::passage::PASSAGES_MAX;
use access::state::{COUNTERS_MAX, Counters};
use access::whitelist::Generation;
use db::site::{Site, SiteError};
use link::Qos;
use tokio::time::Instant;

use crate::ask::{Answer, Once, ask};
use crate::desk::{Desk, publish};
use crate::distribute::Stream;
use crate::line::Line;

/// How far a stream has been looked at.
#[derive(Debug)]
pub(crate) struct Following {
    pub(crate) through: Generation,
    /// Something came in that may have moved it.
    pub(crate) stale: bool,
    pub(crate) running: Once,
}

/// Through which generation of a stream was looked, and for each door that is concerned the newest that does.
pub(crate) type Moved = (Generation, Vec<(DoorId, Generation)>);

/// Until it has been read what concerns a door that has connected.
pub(crate) const UNREAD: Generation = Generation(u64::MAX);

/// What was asked for a door.
pub(crate) struct Asked {
    stream: Stream,
    door: DoorId,
    session: u64,
    /// What the door has, or will have once everything has arrived.
    after: Generation,
    /// How far the stream had been looked at.
    through: Generation,
}

/// What a door is told next.
pub(crate) struct Piece {
    /// Of the stream, once the door has this.
    generation: Generation,
    message: Down,
}

impl Following {
    /// Through this generation. Whatever moved before is found for each door when it connects.
    pub(crate) fn new(through: Generation) -> Self {
        Self { through, stale: true, running: Once::default() }
    }
}

impl Stream {
    /// Where it moved after a generation, and whom it concerns.
    pub(crate) fn moved(self, site: &Site, after: Generation) -> Result<Moved, SiteError> {
        match self {
            Self::Counters => site.counters_moved(after),
            Self::Passages => site.passages_moved(after),
        }
    }

    /// To other doors it means nothing.
    fn concerns(self, line: &Line) -> bool {
        match self {
            Self::Counters => line.state.settings.reading.rolls(),
            Self::Passages => !line.state.passback.is_empty(),
        }
    }

    /// Whether it is looked for at once and not with the tick.
    fn is_urgent(self) -> bool {
        self == Self::Passages
    }

    fn read(self, site: &Site, door: &DoorId, epoch: u64, after: Generation) -> Result<Option<Piece>, SiteError> {
        match self {
            Self::Counters => {
                let moved = site.counters(door, epoch, after, COUNTERS_MAX)?;
                let Some(generation) = moved.last().map(|last| last.generation) else { return Ok(None) };
                let counters = moved.into_iter().map(|moved| moved.counter).collect();
                Ok(Some(Piece { generation, message: Down::Counters(Counters { generation, counters }) }))
            }
            Self::Passages => {
                let moved = site.passages_after(after, door, PASSAGES_MAX)?;
                let generation = moved.generation;
                Ok((!moved.passages.is_empty()).then_some(Piece { generation, message: Down::Passages(moved) }))
            }
        }
    }
}

impl Desk {
    /// Something may have moved.
    pub(crate) fn streams_stale(&mut self) {
        for stream in Stream::ALL {
            self.streams.of_mut(stream).stale = true;
            if stream.is_urgent() {
                self.look_for_stream(stream);
            }
        }
    }

    /// Looks at what moved, where anything may have.
    pub(crate) fn look_for_streams(&mut self) {
        Stream::ALL.into_iter().for_each(|stream| self.look_for_stream(stream));
    }

    fn look_for_stream(&mut self, stream: Stream) {
        let following = self.streams.of_mut(stream);
        if following.stale && following.running.begin() {
            following.stale = false;
            let after = following.through;
            ask(
                &self.site,
                &self.answers,
                move |site| stream.moved(site, after),
                move |moved| Answer::StreamMoved(stream, moved),
            );
        }
    }

    /// What moved is due to the doors that it concerns.
    pub(crate) fn stream_moved(&mut self, stream: Stream, moved: Result<Moved, SiteError>) {
        let following = self.streams.of_mut(stream);
        following.stale |= following.running.end();
        let (through, doors) = match moved {
            Ok(moved) => moved,
            Err(error) => {
                // The next tick tries again.
                tracing::error!(?stream, %error, "what moved could not be read; trying again");
                following.stale = true;
                return;
            }
        };
        following.through = through;
        if stream.is_urgent() {
            // Whoever asked meanwhile; for the other the tick does.
            self.look_for_stream(stream);
        }
        for (door, newest) in doors {
            if let Some(line) = self.lines.get_mut(&door) {
                let desired = line.desired.streams.of_mut(stream);
                *desired = newest.max(*desired);
                self.advance(&door);
            }
        }
    }

    /// Reads what is due to a door.
    pub(crate) fn read_stream(&mut self, stream: Stream, door: &DoorId) {
        let Some(line) = self.lines.get_mut(door) else { return };
        let Some(session) = line.session else { return };
        if !stream.concerns(line) || std::mem::replace(line.flight.asked.of_mut(stream), true) {
            return;
        }
        let after = line.flight.stream_reached(stream, &session.reported);
        let through = self.streams.of(stream).through;
        let asked = Asked { stream, door: door.clone(), session: session.id, after, through };
        let (epoch, door) = (line.epochs.current(), door.clone());
        ask(
            &self.site,
            &self.answers,
            move |site| stream.read(site, &door, epoch, after),
            move |piece| Answer::StreamRead(asked, piece),
        );
    }

    /// Sends it.
    pub(crate) fn stream_read(&mut self, asked: &Asked, piece: Result<Option<Piece>, SiteError>) {
        let Asked { stream, door, session, after, through } = asked;
        let is_current = |line: &&mut Line| !line.held && line.session.is_some_and(|current| current.id == *session);
        let Some(line) = self.lines.get_mut(door).filter(is_current) else { return };
        *line.flight.asked.of_mut(*stream) = false;
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => {
                // The next tick tries again.
                tracing::error!(%door, ?stream, %error, "what is due could not be read; trying again");
                return;
            }
        };
        let Some(Piece { generation, message }) = piece else {
            // Nothing concerns the door that it has not. If something moved since, that is read in turn.
            if *through == self.streams.of(*stream).through {
                let desired = line.desired.streams.of_mut(*stream);
                *desired = (*after).min(*desired);
            }
            return;
        };
        if let Some(sealer) = line.sealer(&self.sender)
            && publish(&self.link, &sealer, &message, Qos::AtLeastOnce)
        {
            line.flight.sent_stream(*stream, generation, Instant::now());
            self.advance(door);
        }
    }
}
