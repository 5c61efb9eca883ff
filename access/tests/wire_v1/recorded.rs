//! What the tests of both programs are fed with is what version 1 says, and is sealed as it seals.

mod down;
mod frame;
mod up;

use access::chain::Link;
use access::command::{Action, Command};
use access::confirm::{Confirmation, LogHead, NEVER, Nonce, Receipt};
use access::encode::Stage;
use access::envelope::{EnvelopeError, Sealed, seal};
use access::event::EventKind;
use access::message::{Down, Up};
use access::time::{MonoMs, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;

use self::frame::{Frame, hex};
use crate::support::{header, id, key};

/// The list of generation 300 with one card, as a `WhitelistId`.
const LIST: &str = "ac02 879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01 01";

const EPOCH: u64 = 0x0102_0304_0506_0708;

fn frame(label: &'static str, content: Vec<u8>) -> Frame {
    let key = *key().expose();
    Frame { version: 1, label, key, door: "pharmacy", epoch: EPOCH, boot: 3, sequence: 17, link: [0xAA; 32], content }
}

/// As it is read today.
fn read_down(content: Vec<u8>) -> Down {
    let bytes = frame(down::LABEL, content).seal();
    let (read, message) = Sealed::parse(&bytes).unwrap().open::<Down>(&key()).unwrap();
    assert_eq!((read, seal(&key(), &header(), &message)), (header(), bytes), "what was read says the same");
    message
}

fn read_up(content: Vec<u8>) -> Up {
    let bytes = frame(up::LABEL, content).seal();
    let (read, message) = Sealed::parse(&bytes).unwrap().open::<Up>(&key()).unwrap();
    assert_eq!((read, seal(&key(), &header(), &message)), (header(), bytes), "what was read says the same");
    message
}

#[test]
fn what_a_controller_said_in_version_1_is_read_as_what_it_meant() {
    for content in [down::LIST, down::CALENDAR, down::DELTA] {
        assert!(matches!(read_down(hex(content)), Down::Whitelist(_)));
    }
    assert!(matches!(read_down(hex(down::STATE)), Down::State(state) if state.generation == Generation(5)));
    assert!(matches!(read_down(hex(down::COUNTERS)), Down::Counters(told) if told.counters.len() == 1));
    assert!(matches!(read_down(hex(down::PASSAGES)), Down::Passages(told) if told.passages.len() == 1));
    let log = LogHead { row: 1_000, link: Link([0x11; 32]) };
    assert_eq!(read_down(down::acknowledged(258, 41)), Down::Acknowledged { epoch: 258, through: 41, log });
    let command = Command { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), action: Action::UnlockOnce };
    assert_eq!(read_down(down::command(3, 9, 65_000)), Down::Command(command));
    assert!(
        matches!(read_down(down::encode(3, 9, 65_000)), Down::Encode(job) if job.id == 77 && job.is_for(3, 9, MonoMs(1)))
    );
    let receipt = Receipt { epoch: 258, through: 0, probe: 0, link: None };
    let nonce = Nonce([5; 16]);
    let (issued, whitelist, state) = (UtcMs(1_764_000_000_000), id(300), Generation(5));
    let wanted = Confirmation { nonce, issued, expires: NEVER, whitelist, state, receipt, log, hold: false };
    let list = hex(LIST);
    assert_eq!(read_down(down::confirmed([5; 16], 1_764_000_000_000, &list, 5, 258)), Down::Confirmed(wanted));
}

#[test]
fn what_a_door_said_in_version_1_is_read_as_what_it_meant() {
    let Up::Status(status) = read_up(hex(up::STATUS)) else { panic!("no status") };
    assert_eq!((status.session, status.whitelist, status.journal_head), (9, id(300), 42));
    assert_eq!(read_up(hex(up::OFFLINE)), Up::Offline { session: 9 });
    assert_eq!(read_up(up::encoding(7, 3)), Up::Encoding { job: 7, stage: Stage::Locking });
    let Up::Listed(listed) = read_up(hex(up::LISTED)) else { panic!("no list") };
    assert_eq!((listed.whitelist, listed.cards.len()), (id(300), 1));
    let Up::Figures(figures) = read_up(up::figures(86_400)) else { panic!("no figures") };
    assert_eq!((figures.for_s, figures.taps.count(), figures.taps.sum_us), (86_400, 308, 5_000_000));
    let Up::Events(events) = read_up(up::events()) else { panic!("no events") };
    let codes: Vec<&str> = events.iter().map(|event| event.kind.code()).collect();
    assert_eq!(codes, up::KINDS.map(|(_, code)| code));
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), (1..=35).collect::<Vec<_>>());
    let card = events.first().unwrap().subject.unwrap().uid;
    assert_eq!(card, Uid::new(&[4, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]).unwrap());
    let kinds = |bytes: &[u8]| bytes.first().copied();
    let numbers: std::collections::BTreeSet<u8> = up::KINDS.iter().filter_map(|(kind, _)| kinds(&hex(kind))).collect();
    assert_eq!(numbers, (0..33).collect(), "every kind of event is there");
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::Tap { rolling: Some(_), .. })));
}

/// Whoever is asked to mend it must know which side is to be upgraded.
#[test]
fn a_version_that_is_not_known_is_named_with_those_that_are() {
    let bytes = Frame { version: 2, ..frame(up::LABEL, hex(up::OFFLINE)) }.seal();
    let refused = Sealed::parse(&bytes).unwrap_err();
    assert_eq!(refused, EnvelopeError::Version(2));
    assert!(refused.to_string().contains("wire version 2; this program understands 1 to 1: upgrade"), "{refused}");
}
