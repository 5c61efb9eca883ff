//! Messages to the door: believed only after everything has been checked.

use access::envelope::{EnvelopeError, Freshness, Header, Sealed};
use access::id::{DoorId, SiteId};
use access::message::Down;
use access::topic::{Channel, Topic};
use access::wire::Wire;

use crate::provisioning::Provisioning;

/// Channels on which a door hears something.
const CHANNELS: [Channel; 8] = [
    Channel::DownWhitelist,
    Channel::DownState,
    Channel::DownCounters,
    Channel::DownPassages,
    Channel::DownAck,
    Channel::DownConfirmed,
    Channel::DownCommand,
    Channel::DownEncode,
];

/// Checks what comes in. Freshness is kept for the agent's life only: what an older message could bring
/// back is refused by its generation, its boot or its session.
#[derive(Debug)]
pub struct Downlink {
    identity: Provisioning,
    fresh: [(Channel, Freshness); CHANNELS.len()],
    wire: Wire,
}

/// Why a message was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// The broker kept it from earlier, and nothing of ours is kept.
    #[error("the broker had retained it")]
    Retained,
    /// Its topic or its header is of another site, another door or another channel.
    #[error("its topic, its header and its content do not belong together, or are not of this door")]
    Misplaced,
    /// Its MAC is under a key that this door does not have.
    #[error("it is under key {0}, which this door does not have")]
    Key(u32),
    /// The envelope says why.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It is not newer than all before it.
    #[error("it, or a newer one, has been here before")]
    Repeated,
}

impl Downlink {
    /// For the door with this identity.
    #[must_use]
    pub fn new(identity: Provisioning) -> Self {
        Self { identity, fresh: CHANNELS.map(|channel| (channel, Freshness::default())), wire: Wire::OLDEST }
    }

    /// What the message was said in that was believed last.
    #[must_use]
    pub fn wire(&self) -> Wire {
        self.wire
    }

    /// Opens a message.
    ///
    /// # Errors
    /// The first thing that is wrong with it. Nothing of it is to be used then.
    pub fn open(&mut self, topic: &str, retained: bool, payload: &[u8]) -> Result<(Header, Down), NotBelieved> {
        if retained {
            return Err(NotBelieved::Retained);
        }
        let topic = Topic::parse(topic).map_err(|_| NotBelieved::Misplaced)?;
        let sealed = Sealed::parse(payload)?;
        let ours = |site: &SiteId, door: &DoorId| *site == self.identity.site && *door == self.identity.door;
        if !ours(&topic.site, &topic.door) || !ours(&sealed.header.site, &sealed.header.door) {
            return Err(NotBelieved::Misplaced);
        }
        if sealed.header.key_id != self.identity.key_id {
            return Err(NotBelieved::Key(sealed.header.key_id));
        }
        let wire = sealed.wire;
        let (header, message) = sealed.open::<Down>(&self.identity.key)?;
        if Channel::of_down(&message) != topic.channel {
            return Err(NotBelieved::Misplaced);
        }
        let fresh = self.fresh.iter_mut().find(|(channel, _)| *channel == topic.channel);
        let (_, fresh) = fresh.ok_or(NotBelieved::Misplaced)?;
        if !fresh.accept(&header) {
            return Err(NotBelieved::Repeated);
        }
        self.wire = wire;
        Ok((header, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::chain::Link;
    use access::confirm::LogHead;
    use access::envelope::{DoorKey, seal};
    use access::message::Up;

    fn identity() -> Provisioning {
        Provisioning {
            site: "hospital".parse().unwrap(),
            door: "pharmacy".parse().unwrap(),
            key_id: 1,
            key: DoorKey::new([7; 32]),
            mqtt_host: "broker".to_owned(),
            mqtt_port: 1883,
            identity: None,
        }
    }

    fn header(sequence: u64) -> Header {
        let Provisioning { site, door, .. } = identity();
        Header { site, door, key_id: 1, epoch: 0, boot: 1, sequence, link: Link::START }
    }

    const ACK: Down = Down::Acknowledged { epoch: 1, through: 2, log: LogHead { row: 0, link: Link::START } };
    const TOPIC: &str = "kulku/hospital/pharmacy/down/ack";

    fn sealed(header: &Header) -> Vec<u8> {
        seal(&identity().key, header, &ACK)
    }

    fn opened(topic: &str, payload: &[u8]) -> Result<Down, NotBelieved> {
        Downlink::new(identity()).open(topic, false, payload).map(|(_, message)| message)
    }

    #[test]
    fn a_good_message_is_believed_once() {
        let mut downlink = Downlink::new(identity());
        let payload = sealed(&header(5));
        assert_eq!(downlink.open(TOPIC, false, &payload).unwrap().1, ACK);
        assert_eq!(downlink.open(TOPIC, false, &payload), Err(NotBelieved::Repeated));
        assert_eq!(downlink.open(TOPIC, false, &sealed(&header(4))), Err(NotBelieved::Repeated));
        assert!(downlink.open(TOPIC, false, &sealed(&header(6))).is_ok());
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed_and_does_not_use_up_the_number() {
        let payload = sealed(&header(5));
        for at in 0..payload.len() {
            let mut changed = payload.clone();
            changed[at] ^= 0x20;
            assert!(opened(TOPIC, &changed).is_err(), "byte {at}");
        }
        let mut downlink = Downlink::new(identity());
        let forged = seal(&DoorKey::new([8; 32]), &header(9), &ACK);
        assert_eq!(downlink.open(TOPIC, false, &forged), Err(NotBelieved::Envelope(EnvelopeError::Forged)));
        assert!(downlink.open(TOPIC, false, &payload).is_ok());
    }

    #[test]
    fn truncated_and_unknown_versions_are_refused() {
        let payload = sealed(&header(5));
        for end in 0..payload.len() {
            assert!(opened(TOPIC, &payload[..end]).is_err(), "{end} bytes");
        }
        let mut newer = payload;
        newer[0] = 2;
        assert_eq!(opened(TOPIC, &newer), Err(NotBelieved::Envelope(EnvelopeError::Version(2))));
    }

    #[test]
    fn a_message_of_our_own_direction_is_not_turned_round() {
        let up = seal(&identity().key, &header(5), &Up::Offline { session: 1 });
        assert_eq!(opened(TOPIC, &up), Err(NotBelieved::Envelope(EnvelopeError::Forged)));
    }

    #[test]
    fn another_door_another_channel_another_key_and_a_retained_message_are_refused() {
        let good = sealed(&header(5));
        for topic in ["kulku/hospital/cellar/down/ack", "kulku/hospital/pharmacy/down/command", "nonsense"] {
            assert_eq!(opened(topic, &good), Err(NotBelieved::Misplaced), "{topic}");
        }
        let other_door = Header { door: "cellar".parse().unwrap(), ..header(5) };
        assert_eq!(opened(TOPIC, &sealed(&other_door)), Err(NotBelieved::Misplaced));
        let other_key = Header { key_id: 2, ..header(5) };
        assert_eq!(opened(TOPIC, &sealed(&other_key)), Err(NotBelieved::Key(2)));
        assert_eq!(Downlink::new(identity()).open(TOPIC, true, &good), Err(NotBelieved::Retained));
    }
}
