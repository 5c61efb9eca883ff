//! The hash chain over a door's journal: each event seals all before it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::event::{Event, Subject};

/// A link of a chain: a SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// Before the first event of an epoch.
    pub const START: Self = Self([0; 32]);
}

/// The link of `event` after `previous`: SHA-256 over the label `kulku/event/v1`, the previous link, the
/// epoch (8 bytes, little-endian), the event without its subject in wire form, and the commitment to the
/// subject.
#[must_use]
pub fn link(previous: Link, epoch: u64, event: &Event) -> Link {
    let mut bare = event.clone();
    bare.subject = None;
    link_parts(previous, epoch, &bare.to_bytes(), &commitment(event.subject.as_ref()))
}

/// The same from its parts, for a log whose subjects have been erased.
#[must_use]
pub fn link_parts(previous: Link, epoch: u64, bare_event: &[u8], commitment: &[u8; 32]) -> Link {
    let mut hash = Sha256::new();
    hash.update(b"kulku/event/v1");
    hash.update(previous.0);
    hash.update(epoch.to_le_bytes());
    hash.update(bare_event);
    hash.update(commitment);
    Link(hash.finalize().into())
}

/// What the chain holds of a subject: SHA-256 over the label `kulku/subject/v1`, the salt and the UID's
/// bytes; 32 zero bytes if there is none.
#[must_use]
pub fn commitment(subject: Option<&Subject>) -> [u8; 32] {
    let Some(subject) = subject else {
        return [0; 32];
    };
    let mut hash = Sha256::new();
    hash.update(b"kulku/subject/v1");
    hash.update(subject.salt);
    hash.update(subject.uid.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::mode::Mode;
    use crate::time::{ClockTrust, MonoMs, UtcMs};
    use crate::uid::Uid;
    use crate::whitelist::Generation;

    fn event(subject: Option<Subject>) -> Event {
        Event {
            sequence: 1,
            boot: 1,
            mono: MonoMs(5),
            utc: UtcMs(6),
            trust: ClockTrust::Kept,
            generation: Generation(7),
            state_generation: Generation(8),
            mode: Mode::Normal,
            kind: EventKind::ExitPressed,
            subject,
        }
    }

    #[test]
    fn a_link_depends_on_everything_before_it_and_in_it() {
        let subject = Subject { uid: Uid::new(&[1; 4]).unwrap(), salt: [2; 16] };
        let first = link(Link::START, 1, &event(Some(subject)));
        assert_ne!(first, link(Link([1; 32]), 1, &event(Some(subject))));
        assert_ne!(first, link(Link::START, 2, &event(Some(subject))));
        assert_ne!(first, link(Link::START, 1, &event(None)));
        assert_ne!(first, link(Link::START, 1, &Event { sequence: 2, ..event(Some(subject)) }));
        assert_ne!(first, link(Link::START, 1, &event(Some(Subject { salt: [3; 16], ..subject }))));
    }

    #[test]
    fn a_log_that_forgot_the_subject_still_verifies() {
        let subject = Subject { uid: Uid::new(&[1; 4]).unwrap(), salt: [2; 16] };
        let kept = commitment(Some(&subject));
        let whole = link(Link::START, 9, &event(Some(subject)));
        assert_eq!(whole, link_parts(Link::START, 9, &event(None).to_bytes(), &kept));
    }
}
