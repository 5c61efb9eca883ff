//! Every kind of event, and the numbers of reasons, blocks and faults.

use access::command::{Action, Refusal};
use access::credential::block::Token;
use access::decide::{Credential, Decision, Presented};
use access::encode::{ChipClass, Outcome};
use access::entry::{Block, Blocks};
use access::event::{ClockSource, DoorFile, EpochCause, Event, EventKind, Faults, ModeCause, Rolling, Watched};
use access::mode::Mode;
use access::passage::{AreaId, Side};
use access::reason::{Reason, Reasons};
use access::whitelist::Generation;

use crate::support::{event, hex};

#[test]
fn reasons_and_blocks_have_the_numbers_that_the_protocol_names() {
    let numbers: Vec<u8> = Reason::ALL.iter().map(|reason| *reason as u8).collect();
    assert_eq!(numbers, (0..=44).collect::<Vec<u8>>());
    let document = include_str!("../../../docs/PROTOCOL.md");
    for reason in Reason::ALL {
        assert!(document.contains(&format!("| {} | `{}` |", *reason as u8, reason.code())), "{}", reason.code());
    }
    assert_eq!(Blocks::NONE.with(Block::Inactive).bits(), 1 << 8);
}

fn tap_with_a_step() -> EventKind {
    let token = |counter, nonce| Some(Token { counter, nonce });
    let rolling = Rolling { issue: 7, found: token(5, 0x5667), written: token(6, 0x6677), stepped_in: false };
    EventKind::Tap {
        side: Side::Out,
        presented: Presented::Classic1k,
        credential: Credential::Verified,
        decision: Decision { reasons: Reasons::NONE, generation: Generation(300) },
        noted: Reason::Passback.into(),
        rolling: Some(rolling),
    }
}

#[test]
fn every_kind_of_event() {
    let kinds = [
        (tap_with_a_step(), "0001000200ac0280808080800801070105e7ac010106f7cc0100"),
        (EventKind::ExitPressed, "01"),
        (EventKind::Command { id: 7, action: Action::TestSignal, refused: Some(Refusal::Repeated) }, "0207010103"),
        (EventKind::Command { id: 7, action: Action::UnlockOnce, refused: Some(Refusal::Interlocked) }, "0207000104"),
        (EventKind::Opened { released: true }, "0301"),
        (EventKind::Closed, "04"),
        (EventKind::JournalSlow { waited_ms: 50 }, "0532"),
        (EventKind::Started, "06"),
        (EventKind::Stopped, "07"),
        (EventKind::ReaderBlind, "08"),
        (EventKind::ReaderRecovered, "09"),
        (EventKind::WhitelistApplied, "0a"),
        (EventKind::StateApplied, "0b"),
        (EventKind::MessagesRefused { count: 300 }, "0cac02"),
        (EventKind::Encoded { job: 7, outcome: Outcome::InDoubt, chip: ChipClass::BackDoor }, "0d070309"),
        (EventKind::Presented, "0e"),
        (EventKind::Entered { side: Side::In }, "0f00"),
        (EventKind::NotEntered { side: Side::Out }, "1001"),
        (EventKind::HeldWarning, "11"),
        (EventKind::HeldOpen, "12"),
        (EventKind::HeldCleared, "13"),
        (EventKind::ForcedOpen, "14"),
        (EventKind::ForcedCleared, "15"),
        (EventKind::Raised(Watched::ExitButton), "1604"),
        (EventKind::Cleared(Watched::Fire), "1703"),
        (EventKind::ModeChanged { from: Mode::Locked, cause: ModeCause::FirstPerson }, "180302"),
        (EventKind::LockedOut { for_s: 300 }, "19ac02"),
        (EventKind::Forgiven { area: AreaId(300) }, "1aac02"),
        (EventKind::EpochBegan { before: 5, through: 41, cause: EpochCause::Forked }, "1b052901"),
        (EventKind::EventsDropped { count: 300 }, "1cac02"),
        (EventKind::ClockStepped { by_ms: -1_500, by: ClockSource::Controller }, "1db71701"),
        (EventKind::ListTooOld, "1e"),
        (EventKind::ListConfirmed, "1f"),
        (EventKind::Rebuilt { file: DoorFile::Journal }, "2001"),
        (EventKind::Raised(Watched::Disk), "1606"),
    ];
    for (kind, expected) in kinds {
        let bytes = Event { kind, subject: None, ..event() }.to_bytes();
        // sequence 1, boot 1, mono 3, utc 6, trust 1, generation 2, state generation 1, mode 1; subject 1.
        assert_eq!(hex(&bytes[16..bytes.len() - 1]), expected, "{kind:?}");
        assert!(EventKind::CODES.contains(&kind.code()), "{kind:?} has a code that nobody is offered");
    }
    let watched = Watched::ALL.into_iter().flat_map(|of| [EventKind::Raised(of), EventKind::Cleared(of)]);
    assert!(watched.into_iter().all(|kind| EventKind::CODES.contains(&kind.code())));
}

#[test]
fn faults_have_the_bits_that_the_protocol_names() {
    for (bit, watched) in Watched::ALL.into_iter().enumerate() {
        let mut faults = Faults::NONE;
        faults.set(watched, true);
        assert_eq!(faults.bits(), 1 << bit, "{}", watched.code());
    }
}
