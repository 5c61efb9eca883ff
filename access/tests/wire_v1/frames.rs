//! Frames that are changed, cut, turned round or repeated.

use access::calendar::Calendar;
use access::entry::Entry;
use access::envelope::{DoorKey, EnvelopeError, Freshness, Header, MESSAGE_LENGTH_MAX, Sealed, seal};
use access::event::Event;
use access::message::{Down, Up};
use proptest::prelude::*;

use crate::support::{event, header, hex, key};

#[test]
fn a_whole_frame() {
    let frame = seal(&key(), &header(), &Up::Offline { session: 9 });
    assert_eq!(
        hex(&frame),
        "0108686f73706974616c08706861726d61637901888e98a8c0e08081010311aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa02098fd78a98090d7587baa5b771e798d2e0f8781af5e21e9f6207ba24913d24b7ed"
    );
    let (read, message) = Sealed::parse(&frame).unwrap().open::<Up>(&key()).unwrap();
    assert_eq!((read, message), (header(), Up::Offline { session: 9 }));
}

#[test]
fn a_frame_is_refused_when_any_bit_of_it_is_changed() {
    let frame = seal(&key(), &header(), &Up::Events(vec![event()]));
    for byte in 0..frame.len() {
        for bit in 0..8 {
            let mut changed = frame.clone();
            changed[byte] ^= 1 << bit;
            let opened = Sealed::parse(&changed).and_then(|sealed| sealed.open::<Up>(&key()));
            assert!(opened.is_err(), "byte {byte}, bit {bit}");
        }
    }
}

#[test]
fn a_frame_is_refused_truncated_prolonged_turned_round_or_under_another_key() {
    let frame = seal(&key(), &header(), &Up::Offline { session: 9 });
    for end in 0..frame.len() {
        assert!(Sealed::parse(&frame[..end]).and_then(|sealed| sealed.open::<Up>(&key())).is_err(), "{end}");
    }
    let mut longer = frame.clone();
    longer.push(0);
    assert!(Sealed::parse(&longer).and_then(|sealed| sealed.open::<Up>(&key())).is_err());
    assert_eq!(Sealed::parse(&frame).unwrap().open::<Down>(&key()).unwrap_err(), EnvelopeError::Forged);
    assert_eq!(Sealed::parse(&frame).unwrap().open::<Up>(&DoorKey::new([8; 32])).unwrap_err(), EnvelopeError::Forged);
}

#[test]
fn versions_and_lengths_out_of_range_are_named() {
    let mut frame = seal(&key(), &header(), &Up::Offline { session: 9 });
    for version in [0, 2, 255] {
        frame[0] = version;
        assert_eq!(Sealed::parse(&frame).unwrap_err(), EnvelopeError::Version(version));
    }
    let heavy = vec![1; MESSAGE_LENGTH_MAX + 1];
    assert_eq!(Sealed::parse(&heavy).unwrap_err(), EnvelopeError::TooLong(MESSAGE_LENGTH_MAX + 1));
}

#[test]
fn the_key_does_not_show_in_debug() {
    assert_eq!(format!("{:?}", key()), "DoorKey(hidden)");
}

#[test]
fn a_message_counts_once_and_an_older_one_never() {
    let mut freshness = Freshness::default();
    let mut at = |boot, sequence| freshness.accept(&Header { boot, sequence, ..header() });
    assert!(at(3, 17));
    assert!(!at(3, 17));
    assert!(!at(3, 16));
    assert!(!at(2, 99));
    assert!(at(4, 1));
}

proptest! {
    #[test]
    fn whatever_arrives_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut framed = vec![1];
        framed.extend_from_slice(&bytes);
        for bytes in [&bytes, &framed] {
            prop_assert!(Sealed::parse(bytes).and_then(|sealed| sealed.open::<Up>(&key())).is_err());
            let _ = Entry::from_bytes(bytes);
            let _ = Calendar::from_bytes(bytes);
            let _ = Event::from_bytes(bytes);
        }
    }

    #[test]
    fn authentic_nonsense_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        // Only a holder of the key can send it, but a door must survive a controller with a fault, too.
        if let Ok(message) = postcard::from_bytes::<Down>(&bytes) {
            let frame = seal(&key(), &header(), &message);
            let (_, read) = Sealed::parse(&frame).unwrap().open::<Down>(&key()).unwrap();
            prop_assert_eq!(read, message);
        }
    }
}
