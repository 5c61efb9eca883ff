//! The bytes of wire version 1, frozen. If a test here fails, the code is wrong: agents in the field
//! speak these bytes. A change that is meant gets a new wire version and a file of its own
//! (docs/PROTOCOL.md, section 9).
//!
//! Version 1 moved once before its first release, when entries got holders, conditions, refusals and schedules:
//! there was no agent in the field then.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its case has failed")]

use access::calendar::{Calendar, Date, DayWindow, HolidayPlan, HolidaySet, Holidays, Schedule, Zone};
use access::chain::{Link, link};
use access::command::{Action, Command, Refusal};
use access::credential::block::Token;
use access::decide::{Credential, Decision, Presented};
use access::encode::{ChipClass, EncodeJob, Outcome, SealedWork, Stage};
use access::entry::{Block, Blocks, Condition, Entry, Grant, ScheduleId, SealedKeys, Term};
use access::envelope::{DoorKey, EnvelopeError, Freshness, Header, MESSAGE_LENGTH_MAX, Sealed, seal};
use access::event::{Event, EventKind, Rolling, Subject};
use access::message::{Down, Status, Up};
use access::reason::{Reason, Reasons};
use access::state::{Counter, Counters, DoorSettings, DoorState, Mode, Reading};
use access::time::{ClockTrust, MonoMs, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};
use proptest::prelude::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn uid() -> Uid {
    "04A1B2C3D4E5F6".parse().unwrap()
}

fn entry() -> Entry {
    let until = Window { from: None, until: Some(UtcS(1_790_000_000)) };
    Entry {
        card: Window::new(UtcS(1_700_000_000), UtcS(1_800_000_000)),
        blocks: Blocks::NONE.with(Block::Suspended),
        keys: Some(SealedKeys(vec![1, 2, 3])),
        ..Entry::granting(uid(), [until])
    }
}

/// A backup card that goes from a professional, who needs a right, to one of the staff, who is refused at night.
fn handed_on() -> Entry {
    let (from, between, until) = (UtcS(1_700_000_000), UtcS(1_750_000_000), UtcS(1_800_000_000));
    let professional = Term {
        holding: Window::new(from, between),
        right_to_practise: Condition::Needed(vec![
            Window::new(UtcS(-1), UtcS(0)),
            Window { from: Some(from), until: None },
        ]),
        employment: Condition::NotNeeded,
        grants: vec![Grant { window: Window::ALWAYS, schedule: ScheduleId(300) }],
        refusals: Vec::new(),
    };
    let staff = Term {
        holding: Window { from: Some(between), until: None },
        right_to_practise: Condition::NotNeeded,
        employment: Condition::Needed(Vec::new()),
        grants: vec![Grant { window: Window { from: None, until: Some(until) }, schedule: ScheduleId::ALWAYS }],
        refusals: vec![Grant { window: Window::ALWAYS, schedule: ScheduleId(7) }],
    };
    Entry {
        blocks: Blocks::NONE.with(Block::RevocationUnknown),
        terms: vec![professional, staff],
        ..Entry::new(Uid::new(&[1, 2, 3, 4]).unwrap())
    }
}

/// Helsinki and Finland. Schedule 7 is Mondays from 22:00 to 06:00; it has hours of its own on holidays, and nothing on
/// the last day of 2026. Schedule 300 is empty.
fn calendar() -> Calendar {
    let mut nights = Schedule {
        holiday: HolidayPlan::Own(vec![DayWindow { from_min: 480, until_min: 720 }]),
        exceptions: vec![(Date::from_ymd(2026, 12, 31).unwrap(), Vec::new())],
        ..Schedule::default()
    };
    nights.days[0] = vec![DayWindow { from_min: 1_320, until_min: 1_800 }];
    let changed = vec![(Date::from_ymd(2026, 12, 24).unwrap(), true)];
    Calendar {
        zone: Zone::HELSINKI,
        holidays: Holidays { set: HolidaySet::Finland, changed },
        schedules: vec![(ScheduleId(7), nights), (ScheduleId(300), Schedule::default())],
    }
}

fn event() -> Event {
    Event {
        sequence: 42,
        boot: 3,
        mono: MonoMs(123_456),
        utc: UtcMs(1_764_000_000_123),
        trust: ClockTrust::Synchronised,
        generation: Generation(300),
        state_generation: Generation(5),
        mode: Mode::Normal,
        kind: EventKind::Tap {
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            decision: Decision { reasons: Reason::CardSuspended.into(), generation: Generation(300) },
            rolling: None,
        },
        subject: Some(Subject { uid: uid(), salt: *b"0123456789abcdef" }),
    }
}

fn id(generation: u64) -> WhitelistId {
    let mut id = WhitelistId { generation: Generation(generation), ..WhitelistId::default() };
    id.replace(None, Some(&entry().to_bytes()));
    id
}

fn header() -> Header {
    Header {
        site: "hospital".parse().unwrap(),
        door: "pharmacy".parse().unwrap(),
        key_id: 1,
        epoch: 0x0102_0304_0506_0708,
        boot: 3,
        sequence: 17,
        link: Link([0xAA; 32]),
    }
}

fn key() -> DoorKey {
    DoorKey::new([7; 32])
}

/// The content of a frame: what stands between the header, which is the same in all of these, and the MAC.
fn content(frame: &[u8]) -> String {
    let header = 1 + 9 + 9 + 1 + 9 + 1 + 1 + 32;
    hex(&frame[header..frame.len() - 32])
}

fn up(message: &Up) -> String {
    content(&seal(&key(), &header(), message))
}

fn down(message: &Down) -> String {
    content(&seal(&key(), &header(), message))
}

fn status() -> Status {
    Status {
        session: 9,
        mono: MonoMs(60_000),
        utc: UtcMs(1_764_000_000_000),
        trust: ClockTrust::Kept,
        wire_min: 1,
        wire_max: 1,
        agent: "0.1.0".into(),
        whitelist: id(300),
        state_generation: Generation(5),
        counters_generation: Generation(0),
        mode: Mode::LockedDown,
        journal_head: 42,
        journal_acknowledged: 41,
        reader: true,
        lock_released: false,
        contact_open: true,
        messages_refused: 2,
    }
}

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
fn messages_of_a_door() {
    assert_eq!(
        up(&Up::Status(status())),
        "0009e0d40380a0bfe9d66601010105302e312e30ac0284b0f9e7ebc5dcdcce01b9cbb4d6a8a5a9b1b801d2f996fcfbf5bc8025d7cc9da18e97b0d89b01010500012a2901000102"
    );
    assert_eq!(
        up(&Up::Events(vec![event()])),
        "01012a03c0c407f6a1bfe9d66602ac0205000000008001ac0200010704a1b2c3d4e5f630313233343536373839616263646566"
    );
    assert_eq!(up(&Up::Offline { session: 9 }), "0209");
    assert_eq!(up(&Up::Encoding { job: 7, stage: Stage::Locking }), "030703");
}

#[test]
fn messages_to_a_door() {
    let changes = vec![Change::Put(entry()), Change::Remove(Uid::new(&[1, 2, 3, 4]).unwrap())];
    let delta = WhitelistPart::Delta { from: id(299), to: id(300), changes };
    let chunk = WhitelistPart::Chunk {
        to: id(300),
        index: 0,
        count: 2,
        calendar: Some(Calendar::empty()),
        entries: vec![entry()],
    };
    let settings = DoorSettings { release_ms: 5_000, reading: Reading::UidOnly };
    let state = DoorState {
        generation: Generation(5),
        mode: Mode::LockedDown,
        mode_until: Some(UtcS(1_800_000_000)),
        settings,
    };
    let counters = Counters {
        generation: Generation(1),
        counters: vec![Counter { uid: uid(), issue: 7, value: 1_000, nonce: 0xBEEF }],
    };
    let command = Command { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), action: Action::UnlockOnce };
    assert_eq!(
        down(&Down::Whitelist(delta)),
        "0000ab0284b0f9e7ebc5dcdcce01b9cbb4d6a8a5a9b1b801d2f996fcfbf5bc8025d7cc9da18e97b0d89b0101ac0284b0f9e7ebc5dcdcce01b9cbb4d6a8a5a9b1b801d2f996fcfbf5bc8025d7cc9da18e97b0d89b010102000704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d0000010301020300010401020304"
    );
    assert_eq!(
        down(&Down::Whitelist(chunk)),
        "0001ac0284b0f9e7ebc5dcdcce01b9cbb4d6a8a5a9b1b801d2f996fcfbf5bc8025d7cc9da18e97b0d89b01010002010000000000010704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d0000010301020300"
    );
    assert_eq!(down(&Down::State(state)), "0105010180c8ceb40d882700");
    assert_eq!(down(&Down::Counters(counters)), "0201010704a1b2c3d4e5f607e807effd02");
    assert_eq!(down(&Down::Acknowledged { epoch: 0x0102, through: 41 }), "03820229");
    assert_eq!(down(&Down::Command(command)), "044d0309e8fb0300");
    let sealed = SealedWork(vec![1, 2, 3]);
    let job = EncodeJob { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), uid: uid(), sealed };
    assert_eq!(down(&Down::Encode(job)), "054d0309e8fb030704a1b2c3d4e5f603010203");
}

#[test]
fn an_entry_of_two_holders() {
    let bytes = handed_on().to_bytes();
    assert_eq!(
        hex(&bytes),
        "04010203040000000080010281c49fd50c8186f7840d0102020181c49fd50c0000010000ac02008186f7840d00000100010081c8ceb40d00010000070000"
    );
    assert_eq!(Entry::from_bytes(&bytes).unwrap(), handed_on());
}

#[test]
fn a_calendar_as_a_change_and_in_the_first_piece_of_a_whole() {
    let bytes = calendar().to_bytes();
    assert_eq!(
        hex(&bytes),
        "c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac02000000000000000000"
    );
    assert_eq!(Calendar::from_bytes(&bytes).unwrap(), calendar());
    let mut with = id(300);
    with.replace_calendar(&Calendar::empty(), &calendar());
    assert_eq!((with.generation, with.entries), (Generation(300), 1));
    assert_eq!(hex(&with.digest.to_bytes()), "570a85a67e5dcfa3271020c3d73b3d39cbd7b3bf143dd5ee09de74a75d510adc");
    let delta = WhitelistPart::Delta { from: id(299), to: with, changes: vec![Change::Calendar(calendar())] };
    let piece = |index, calendar| WhitelistPart::Chunk { to: with, index, count: 2, calendar, entries: Vec::new() };
    assert_eq!(
        down(&Down::Whitelist(delta)),
        "0000ab0284b0f9e7ebc5dcdcce01b9cbb4d6a8a5a9b1b801d2f996fcfbf5bc8025d7cc9da18e97b0d89b0101ac02d79494b4eaafd7e7a301a7a08099fcface9e39cbafcffdcba2cfeaee0189bcd3bbdaab9485dc01010102c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac02000000000000000000"
    );
    assert_eq!(
        down(&Down::Whitelist(piece(0, Some(calendar())))),
        "0001ac02d79494b4eaafd7e7a301a7a08099fcface9e39cbafcffdcba2cfeaee0189bcd3bbdaab9485dc0101000201c07001e0a801030506b0540a0506c070010196c50201020701a80a880e0000000000000201e003d00501a4c50200ac0200000000000000000000"
    );
    assert_eq!(
        down(&Down::Whitelist(piece(1, None))),
        "0001ac02d79494b4eaafd7e7a301a7a08099fcface9e39cbafcffdcba2cfeaee0189bcd3bbdaab9485dc010101020000"
    );
}

#[test]
fn the_ends_of_windows() {
    for (window, expected) in [
        (Window::ALWAYS, "0000"),
        (Window::new(UtcS(0), UtcS(-1)), "0102"),
        (Window::new(UtcS(1), UtcS(1_800_000_000)), "0381c8ceb40d"),
    ] {
        let bytes = Entry { card: window, ..Entry::new(uid()) }.to_bytes();
        assert!(hex(&bytes[8..]).starts_with(expected), "{window:?} {}", hex(&bytes[8..]));
    }
}

#[test]
fn reasons_and_blocks_have_the_numbers_that_the_protocol_names() {
    let numbers: Vec<u8> = Reason::ALL.iter().map(|reason| *reason as u8).collect();
    assert_eq!(numbers, (0..=37).collect::<Vec<u8>>());
    let document = include_str!("../../docs/PROTOCOL.md");
    for reason in Reason::ALL {
        assert!(document.contains(&format!("| {} | `{}` |", *reason as u8, reason.code())), "{}", reason.code());
    }
    assert_eq!(Blocks::NONE.with(Block::RevocationUnknown).bits(), 1 << 7);
}

#[test]
fn an_entry_its_digest_and_a_link_of_the_chain() {
    assert_eq!(
        hex(&entry().to_bytes()),
        "0704a1b2c3d4e5f681c49fd50c81c8ceb40d0000020100000000010081ee89ab0d0000010301020300"
    );
    assert_eq!(hex(&id(300).digest.to_bytes()), "0458febc2e72b9ceb925cd8a2aa562b8d2bc85bfaff30025576627e4b8c0b09b");
    assert_eq!(
        hex(&event().to_bytes()),
        "2a03c0c407f6a1bfe9d66602ac0205000000008001ac0200010704a1b2c3d4e5f630313233343536373839616263646566"
    );
    assert_eq!(
        hex(&link(Link::START, 1, &event()).0),
        "2ca8eaf1989e7a9ff14dc46daa9ea5a88ff91a4302c911b5704fda5299cfefe9"
    );
    assert_eq!(hex(&key().broker_password()), "364b21727f397cf40666335d133890cd3da16e78bac7b197f36460568b6f2aa3");
}

fn tap_with_a_step() -> EventKind {
    let token = |counter, nonce| Some(Token { counter, nonce });
    let rolling = Rolling { issue: 7, found: token(5, 0x5667), written: token(6, 0x6677), stepped_in: false };
    EventKind::Tap {
        presented: Presented::Classic1k,
        credential: Credential::Verified,
        decision: Decision { reasons: Reasons::NONE, generation: Generation(300) },
        rolling: Some(rolling),
    }
}

#[test]
fn every_kind_of_event() {
    let kinds = [
        (tap_with_a_step(), "00000200ac0201070105e7ac010106f7cc0100"),
        (EventKind::ExitPressed, "01"),
        (EventKind::Command { id: 7, action: Action::TestSignal, refused: Some(Refusal::Repeated) }, "0207010103"),
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
    ];
    for (kind, expected) in kinds {
        let bytes = Event { kind, subject: None, ..event() }.to_bytes();
        // sequence 1, boot 1, mono 3, utc 6, trust 1, generation 2, state generation 1, mode 1; subject 1.
        assert_eq!(hex(&bytes[16..bytes.len() - 1]), expected, "{kind:?}");
    }
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
