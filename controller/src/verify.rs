//! From bytes on a topic to a message that a door really sent, or the reason why it is refused.

use access::envelope::{EnvelopeError, Freshness, Header, Sealed};
use access::event::Event;
use access::id::{DoorId, SiteId};
use access::message::{AGENT_LENGTH_MAX, REPORT_EVENTS_MAX, Status, Up};
use access::topic::{Channel, Topic};

use crate::line::{EpochIs, Line};

/// A message that a door really sent.
#[derive(Debug)]
pub(crate) enum Verified {
    Status(Header, Status),
    Events(Header, Vec<Event>),
    Offline { session: u64 },
}

/// Why a message was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// A topic that is none of a door's.
    #[error("its topic is none that a door of this site publishes to")]
    Topic,
    /// The door does not exist.
    #[error("there is no such door")]
    UnknownDoor,
    /// Version, length, MAC or content.
    #[error("{0}")]
    Envelope(#[from] EnvelopeError),
    /// The envelope names another site or door than the topic.
    #[error("its envelope names another site or door than its topic")]
    Mismatch,
    /// The door has no such key.
    #[error("the door has no key of that number")]
    UnknownKey,
    /// A kind of message that does not belong on this topic.
    #[error("a message of this kind does not belong on its topic")]
    Channel,
    /// More than a report or a name may hold.
    #[error("it holds more than a message of its kind may")]
    Bounds,
    /// Not newer than one that came before.
    #[error("it is not newer than a message that came before")]
    Replayed,
    /// Of a journal that has been replaced.
    #[error("it is of a journal that has been replaced since")]
    PastEpoch,
}

impl Refused {
    /// The alarm that it raises.
    pub(crate) fn alarm(self) -> &'static str {
        match self {
            Self::Envelope(EnvelopeError::Version(_) | EnvelopeError::Content) => "wire-version",
            Self::Replayed | Self::PastEpoch => "replayed-message",
            _ => "forged-message",
        }
    }
}

/// Reads the topic: which door is meant.
pub(crate) fn address(site: &SiteId, topic: &str) -> Result<(DoorId, Channel), Refused> {
    let topic = Topic::parse(topic).map_err(|_| Refused::Topic)?;
    let ours = &topic.site == site && matches!(topic.channel, Channel::UpStatus | Channel::UpEvents);
    if ours { Ok((topic.door, topic.channel)) } else { Err(Refused::Topic) }
}

/// Opens the envelope, and only believes what the MAC covers.
pub(crate) fn open(site: &SiteId, line: &mut Line, channel: Channel, payload: &[u8]) -> Result<Verified, Refused> {
    let sealed = Sealed::parse(payload)?;
    if &sealed.header.site != site || sealed.header.door != line.door {
        return Err(Refused::Mismatch);
    }
    let key = line.keys.by_id(sealed.header.key_id).ok_or(Refused::UnknownKey)?;
    let (header, message) = sealed.open::<Up>(key)?;
    if Channel::of_up(&message) != channel {
        return Err(Refused::Channel);
    }
    match message {
        // The broker publishes it long after the door has sealed it, so its sequence says nothing; what
        // counts is that it names the current session, which was drawn at random.
        Up::Offline { session } => Ok(Verified::Offline { session }),
        Up::Status(status) => {
            if status.agent.len() > AGENT_LENGTH_MAX {
                return Err(Refused::Bounds);
            }
            fresh(line, &header, |line| &mut line.fresh_status)?;
            Ok(Verified::Status(header, status))
        }
        Up::Events(events) => {
            if events.is_empty() || events.len() > REPORT_EVENTS_MAX {
                return Err(Refused::Bounds);
            }
            // An old box that comes back to the net still holds events that belong in the log.
            if line.epochs.find(header.epoch, header.boot) != EpochIs::Past {
                fresh(line, &header, |line| &mut line.fresh_events)?;
            }
            Ok(Verified::Events(header, events))
        }
    }
}

/// A broker may deliver twice and an attacker may replay; both look the same and neither counts.
fn fresh(line: &mut Line, header: &Header, of: impl Fn(&mut Line) -> &mut Freshness) -> Result<(), Refused> {
    match line.epochs.find(header.epoch, header.boot) {
        EpochIs::Current => {}
        EpochIs::Past => return Err(Refused::PastEpoch),
        EpochIs::New => {
            line.fresh_status = Freshness::default();
            line.fresh_events = Freshness::default();
        }
    }
    if of(line).accept(header) {
        line.epochs.begin(header.epoch, header.boot);
        Ok(())
    } else {
        Err(Refused::Replayed)
    }
}
