//! From bytes on a topic to a message that a door really sent, or the reason why it is refused.

use access::encode::Stage;
use access::envelope::{EnvelopeError, Freshness, Header, Sealed};
use access::event::Event;
use access::id::{DoorId, SiteId};
use access::message::{AGENT_LENGTH_MAX, Figures, LISTED_CARDS_MAX, Listed, REPORT_EVENTS_MAX, Status, Up};
use access::topic::{Channel, Topic};

use crate::line::{Line, Said, StatusIs};

/// A message that a door really sent.
#[derive(Debug)]
pub(crate) enum Verified {
    Status(Header, Status),
    Events(Header, Vec<Event>),
    Offline {
        session: u64,
    },
    Encoding {
        job: u64,
        stage: Stage,
    },
    Listed(Listed),
    Figures {
        boot: u64,
        figures: Figures,
    },
    /// It says nothing that counts, and nobody is to blame for it.
    Nothing,
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
    let ours = &topic.site == site
        && matches!(
            topic.channel,
            Channel::UpStatus | Channel::UpEvents | Channel::UpEncoding | Channel::UpListed | Channel::UpFigures
        );
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
            hear(line, &header)?;
            Ok(Verified::Status(header, status))
        }
        Up::Encoding { job, stage } => {
            fresh(line, &header, |line| &mut line.fresh_encoding)?;
            Ok(Verified::Encoding { job, stage })
        }
        Up::Listed(listed) => {
            if listed.cards.len() > LISTED_CARDS_MAX || listed.index >= listed.count {
                return Err(Refused::Bounds);
            }
            fresh(line, &header, |line| &mut line.fresh_listed)?;
            Ok(Verified::Listed(listed))
        }
        // Without an acknowledgement it may overtake the status that begins its epoch. The next one counts all of it.
        Up::Figures(_) if line.epochs.current() != header.epoch => Ok(Verified::Nothing),
        Up::Figures(figures) => {
            fresh(line, &header, |line| &mut line.fresh_figures)?;
            Ok(Verified::Figures { boot: header.boot, figures })
        }
        Up::Events(events) => {
            if events.is_empty() || events.len() > REPORT_EVENTS_MAX {
                return Err(Refused::Bounds);
            }
            // An old box that comes back to the net still holds events that belong in the log.
            if line.epochs.current() == header.epoch {
                fresh(line, &header, |line| &mut line.fresh_events)?;
            }
            Ok(Verified::Events(header, events))
        }
    }
}

/// A broker may deliver twice and an attacker may replay; both look the same and neither counts.
fn fresh(line: &mut Line, header: &Header, of: impl Fn(&mut Line) -> &mut Freshness) -> Result<(), Refused> {
    // A box says how it is before it says anything else.
    if line.epochs.current() != header.epoch {
        return Err(Refused::PastEpoch);
    }
    if of(line).accept(header) { Ok(()) } else { Err(Refused::Replayed) }
}

/// A status alone begins an epoch.
fn hear(line: &mut Line, header: &Header) -> Result<(), Refused> {
    let said = Said { epoch: header.epoch, boot: header.boot, sequence: header.sequence };
    match line.epochs.hear(said, line.session.is_none()) {
        StatusIs::Next => Ok(()),
        StatusIs::First => {
            line.fresh_events = Freshness::default();
            line.fresh_encoding = Freshness::default();
            line.fresh_listed = Freshness::default();
            line.fresh_figures = Freshness::default();
            Ok(())
        }
        StatusIs::Repeated => Err(Refused::Replayed),
        StatusIs::Past => Err(Refused::PastEpoch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::chain::Link;
    use access::envelope::{DoorKey, MESSAGE_LENGTH_MAX, seal};
    use access::event::EventKind;
    use access::message::Down;
    use access::mode::Mode;
    use access::state::DoorState;
    use access::time::{ClockTrust, MonoMs, UtcMs};
    use access::whitelist::{Generation, WhitelistId};
    use db::site::DoorKind;

    fn key() -> DoorKey {
        DoorKey::new([1; 32])
    }

    fn line() -> Line {
        let keys = vec![(1, key())];
        Line::new("ward".parse().unwrap(), DoorKind::Door, keys, WhitelistId::default(), DoorState::default())
    }

    fn header() -> Header {
        Header {
            site: "hospital".parse().unwrap(),
            door: "ward".parse().unwrap(),
            key_id: 1,
            epoch: 1,
            boot: 1,
            sequence: 1,
            link: Link::START,
        }
    }

    fn events(count: usize) -> Up {
        let event = Event {
            sequence: 1,
            boot: 1,
            mono: MonoMs(1),
            utc: UtcMs(1),
            trust: ClockTrust::Kept,
            generation: Generation(0),
            state_generation: Generation(0),
            mode: Mode::Normal,
            kind: EventKind::ExitPressed,
            subject: None,
        };
        Up::Events(vec![event; count])
    }

    fn status(agent: &str) -> Up {
        Up::Status(Status::of_new_box(agent))
    }

    fn open_one(line: &mut Line, channel: Channel, payload: &[u8]) -> Result<Verified, Refused> {
        open(&"hospital".parse().unwrap(), line, channel, payload)
    }

    #[test]
    fn each_flaw_is_refused_for_what_it_is() {
        let sealed = |header: Header, message: &Up| seal(&key(), &header, message);
        let of = |change: fn(&mut Header)| {
            let mut header = header();
            change(&mut header);
            header
        };
        let mut newer = sealed(header(), &events(1));
        newer[0] = 9;
        let mut bent = sealed(header(), &events(1));
        *bent.last_mut().unwrap() ^= 1;
        let turned = seal(
            &key(),
            &header(),
            &Down::Acknowledged { epoch: 1, through: 1, log: access::confirm::LogHead::default() },
        );
        let long = "a".repeat(AGENT_LENGTH_MAX + 1);
        use EnvelopeError::{Forged, Malformed, TooLong, Version};
        let cases = [
            (vec![], Refused::Envelope(Malformed)),
            (vec![1; 20], Refused::Envelope(Malformed)),
            (vec![1; MESSAGE_LENGTH_MAX + 1], Refused::Envelope(TooLong(MESSAGE_LENGTH_MAX + 1))),
            (newer, Refused::Envelope(Version(9))),
            (bent, Refused::Envelope(Forged)),
            (turned, Refused::Envelope(Forged)),
            (sealed(of(|h| h.door = "pharmacy".parse().unwrap()), &events(1)), Refused::Mismatch),
            (sealed(of(|h| h.site = "elsewhere".parse().unwrap()), &events(1)), Refused::Mismatch),
            (sealed(of(|h| h.key_id = 2), &events(1)), Refused::UnknownKey),
            (sealed(header(), &status("agent")), Refused::Channel),
            (sealed(header(), &events(0)), Refused::Bounds),
            (sealed(header(), &events(REPORT_EVENTS_MAX + 1)), Refused::Bounds),
        ];
        for (payload, refused) in cases {
            assert_eq!(open_one(&mut line(), Channel::UpEvents, &payload).unwrap_err(), refused);
        }
        let payload = sealed(header(), &status(&long));
        assert_eq!(open_one(&mut line(), Channel::UpStatus, &payload).unwrap_err(), Refused::Bounds);
    }

    #[test]
    fn a_refused_message_changes_nothing_that_a_later_one_is_measured_by() {
        let mut line = line();
        let forged = seal(&DoorKey::new([2; 32]), &Header { boot: 99, epoch: 99, ..header() }, &status("agent"));
        assert!(open_one(&mut line, Channel::UpStatus, &forged).is_err());
        for (channel, message) in [(Channel::UpStatus, status("agent")), (Channel::UpEvents, events(1))] {
            let right = seal(&key(), &header(), &message);
            assert!(open_one(&mut line, channel, &right).is_ok());
            assert_eq!(open_one(&mut line, channel, &right).unwrap_err(), Refused::Replayed);
        }
    }

    #[test]
    fn events_of_whatever_epoch_are_taken_and_begin_none() {
        let mut line = line();
        let right = seal(&key(), &header(), &status("agent"));
        assert!(open_one(&mut line, Channel::UpStatus, &right).is_ok());
        let old = seal(&key(), &Header { boot: 9, epoch: 5, ..header() }, &events(1));
        for _ in 0..2 {
            assert!(
                open_one(&mut line, Channel::UpEvents, &old).is_ok(),
                "their numbers keep them from counting twice"
            );
        }
        assert_eq!(line.epochs.current(), 1);
    }

    #[test]
    fn figures_count_once_and_what_overtakes_the_status_of_its_epoch_is_nobodys_fault() {
        let mut line = line();
        let figures = Up::Figures(Figures { for_s: 1, taps: access::latency::Latencies::default() });
        let early = seal(&key(), &header(), &figures);
        assert!(matches!(open_one(&mut line, Channel::UpFigures, &early), Ok(Verified::Nothing)));
        let status = seal(&key(), &header(), &status("agent"));
        assert!(open_one(&mut line, Channel::UpStatus, &status).is_ok());
        assert!(matches!(open_one(&mut line, Channel::UpFigures, &early), Ok(Verified::Figures { boot: 1, .. })));
        assert_eq!(open_one(&mut line, Channel::UpFigures, &early).unwrap_err(), Refused::Replayed);
    }

    #[test]
    fn topics_that_a_door_does_not_publish_to_are_none_of_ours() {
        let site: SiteId = "hospital".parse().unwrap();
        assert!(address(&site, "kulku/hospital/ward/up/events").is_ok());
        for foreign in ["kulku/hospital/ward/down/command", "kulku/elsewhere/ward/up/events", "x", ""] {
            assert_eq!(address(&site, foreign).unwrap_err(), Refused::Topic, "{foreign}");
        }
    }
}
