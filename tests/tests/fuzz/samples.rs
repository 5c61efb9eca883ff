//! Valid messages, one of each kind and a few heavy ones.

use access::calendar::{Calendar, Date, DayWindow, HolidayPlan, HolidaySet, Holidays, Schedule, Zone};
use access::chain::Link;
use access::command::{Action, Command, Refusal};
use access::confirm::{Confirmation, LogHead, Nonce, Receipt};
use access::credential::block::Token;
use access::decide::{Credential, Decision, Presented};
use access::encode::{ChipClass, EncodeJob, Outcome, SealedWork, Stage};
use access::entry::{Block, Blocks, Condition, Entry, Grant, ScheduleId, SealedKeys, Term};
use access::envelope::{DoorKey, Header};
use access::event::{
    ClockSource, DoorFile, EpochCause, Event, EventKind, Faults, ModeCause, Rolling, Subject, Watched,
};
use access::latency::Latencies;
use access::message::{Down, Figures, Leaf, Listed, Status, Up};
use access::mode::{Lockdown, Mode, Order, Unlock};
use access::passage::{AreaId, Passage, Passages, Passback, Side, Step};
use access::reason::{Reason, Reasons};
use access::settings::{Age, Beyond, DoorSettings, Lockout};
use access::signal::{Pattern, Signal, SignalSet};
use access::state::{Counter, Counters, DoorState};
use access::time::{ClockTrust, MonoMs, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};

pub(crate) fn key() -> DoorKey {
    DoorKey::new([7; 32])
}

pub(crate) fn header() -> Header {
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

pub(crate) fn uid(number: u8) -> Uid {
    Uid::new(&[0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, number]).unwrap()
}

/// Some cards with everything that an entry can say.
pub(crate) fn entries() -> Vec<Entry> {
    let window = Window::new(UtcS(1_700_000_000), UtcS(1_800_000_000));
    let grant = |schedule| Grant { window, schedule: ScheduleId(schedule) };
    let term = Term {
        holding: window,
        right_to_practise: Condition::Needed(vec![window, Window::ALWAYS]),
        employment: Condition::Needed(Vec::new()),
        grants: vec![grant(0), grant(7)],
        refusals: vec![grant(300)],
        exemptions: vec![grant(0)],
        visitor: true,
        ..Term::always()
    };
    let full = Entry {
        card: window,
        certificate: window,
        blocks: Blocks::NONE.with(Block::Suspended),
        terms: vec![term, Term { holding: Window::new(UtcS(1), UtcS(2)), ..Term::always() }],
        keys: Some(SealedKeys(vec![9; 56])),
        ..Entry::new(uid(1))
    };
    vec![full, Entry::granting(uid(2), [Window::ALWAYS]), Entry::new(Uid::new(&[1, 2, 3, 4]).unwrap())]
}

/// A calendar with everything that one can say.
pub(crate) fn calendar() -> Calendar {
    let window = |from_min, until_min| DayWindow { from_min, until_min };
    let mut nights = Schedule {
        holiday: HolidayPlan::Own(vec![window(480, 720)]),
        exceptions: vec![(Date::from_ymd(2026, 12, 31).unwrap(), vec![window(0, 60)])],
        ..Schedule::default()
    };
    nights.days[0] = vec![window(60, 120), window(1_320, 1_800)];
    let changed = vec![(Date::from_ymd(2026, 12, 24).unwrap(), true)];
    Calendar {
        zone: Zone::HELSINKI,
        holidays: Holidays { set: HolidaySet::Finland, changed },
        schedules: vec![(ScheduleId(7), nights), (ScheduleId(300), Schedule::default())],
    }
}

/// The list of [`entries`] and [`calendar`] under this generation.
pub(crate) fn list(generation: u64) -> WhitelistId {
    let mut id = WhitelistId { generation: Generation(generation), ..WhitelistId::default() };
    entries().iter().for_each(|entry| id.replace(None, Some(&entry.to_bytes())));
    id.replace_calendar(&Calendar::empty(), &calendar());
    id
}

pub(crate) fn whole(generation: u64) -> WhitelistPart {
    WhitelistPart::Chunk { to: list(generation), index: 0, count: 1, calendar: Some(calendar()), entries: entries() }
}

/// From the list of one generation to the same list without its second card.
pub(crate) fn delta(from: u64, to: u64) -> WhitelistPart {
    let mut after = list(to);
    after.replace(Some(&entries()[1].to_bytes()), None);
    WhitelistPart::Delta { from: list(from), to: after, changes: vec![Change::Remove(uid(2))] }
}

pub(crate) fn state(generation: u64) -> DoorState {
    let settings = DoorSettings {
        unlock: Some(Unlock { schedule: ScheduleId(7), first_person_in: true }),
        two_person_s: Some(10),
        lockout: Lockout { denials: 5, within_s: 60, for_s: 300 },
        age: Some(Age { limit_s: 3_600, beyond: Beyond::Denies }),
        leads_into: Some(AreaId(300)),
        ..DoorSettings::default()
    };
    DoorState {
        generation: Generation(generation),
        order: Some(Order { unlock: true, until: UtcS(1_800_000_000) }),
        lockdown: Some(Lockdown { until: None }),
        settings,
        zone: Zone::HELSINKI,
        passback: vec![Passback { area: AreaId(300), hard: true, within_s: Some(3_600), forgiven_at: Some(240) }],
        signals: SignalSet(vec![(Signal::Denied, Pattern::parse("RB300 .150").unwrap())]),
    }
}

/// Every kind of event.
fn kinds() -> Vec<EventKind> {
    let tap = EventKind::Tap {
        side: Side::In,
        presented: Presented::Classic1k,
        credential: Credential::NotAsked,
        decision: Decision { reasons: Reason::CardSuspended.into(), generation: Generation(300) },
        noted: Reasons::NONE,
        rolling: Some(Rolling {
            issue: 3,
            found: Some(Token { counter: 7, nonce: 9 }),
            written: None,
            stepped_in: true,
        }),
    };
    vec![
        tap,
        EventKind::ExitPressed,
        EventKind::Command { id: 7, action: Action::UnlockOnce, refused: Some(Refusal::Expired) },
        EventKind::Opened { released: true },
        EventKind::Closed,
        EventKind::JournalSlow { waited_ms: 60 },
        EventKind::Started,
        EventKind::Stopped,
        EventKind::ReaderBlind,
        EventKind::ReaderRecovered,
        EventKind::WhitelistApplied,
        EventKind::StateApplied,
        EventKind::MessagesRefused { count: 3 },
        EventKind::Encoded { job: 7, outcome: Outcome::Done, chip: ChipClass::Gen1a },
        EventKind::Presented,
        EventKind::Entered { side: Side::In },
        EventKind::NotEntered { side: Side::Out },
        EventKind::HeldWarning,
        EventKind::HeldOpen,
        EventKind::HeldCleared,
        EventKind::ForcedOpen,
        EventKind::ForcedCleared,
        EventKind::Raised(Watched::Fire),
        EventKind::Cleared(Watched::Disk),
        EventKind::ModeChanged { from: Mode::Normal, cause: ModeCause::Time },
        EventKind::LockedOut { for_s: 300 },
        EventKind::Forgiven { area: AreaId(300) },
        EventKind::EpochBegan { before: 9, through: 40, cause: EpochCause::Behind },
        EventKind::EventsDropped { count: 12 },
        EventKind::ClockStepped { by_ms: -3_600_000, by: ClockSource::Controller },
        EventKind::ListTooOld,
        EventKind::ListConfirmed,
        EventKind::Rebuilt { file: DoorFile::Whitelist },
    ]
}

/// One event of each kind, numbered from 1.
pub(crate) fn events() -> Vec<Event> {
    let event = |(number, kind)| Event {
        sequence: number,
        boot: 3,
        mono: MonoMs(123_456),
        utc: UtcMs(1_764_000_000_123),
        trust: ClockTrust::Synchronised,
        generation: Generation(300),
        state_generation: Generation(5),
        mode: Mode::Normal,
        kind,
        subject: (number % 2 == 1).then(|| Subject { uid: uid(1), salt: *b"0123456789abcdef" }),
    };
    (1..).zip(kinds()).map(event).collect()
}

pub(crate) fn status() -> Status {
    Status {
        session: 9,
        mono: MonoMs(60_000),
        utc: UtcMs(1_764_000_000_000),
        trust: ClockTrust::Kept,
        wire_min: 1,
        wire_max: 1,
        agent: "0.1.0".into(),
        whitelist: list(300),
        state_generation: Generation(5),
        counters_generation: Generation(0),
        passages_generation: Generation(4),
        mode: Mode::LockedDown,
        nonce: Nonce([5; 16]),
        confirmed_age_s: Some(30),
        log: LogHead { row: 77, link: Link([1; 32]) },
        journal_oldest: 1,
        probe: 41,
        journal_head: 42,
        journal_acknowledged: 41,
        journal_percent: 81,
        reader: true,
        lock_released: false,
        leaf: Leaf::HeldOpen,
        faults: Faults::from_bits(0x21),
        messages_refused: 2,
    }
}

pub(crate) fn ups() -> Vec<Up> {
    let mut taps = Latencies::default();
    (1..300).for_each(|ms| taps.record(std::time::Duration::from_millis(ms)));
    let cards = entries().iter().map(|entry| (entry.uid, entry.blocks)).collect();
    vec![
        Up::Status(status()),
        Up::Events(events()),
        Up::Events(events().into_iter().cycle().take(200).collect()),
        Up::Offline { session: 9 },
        Up::Encoding { job: 7, stage: Stage::Locking },
        Up::Listed(Listed { whitelist: list(300), index: 0, count: 1, cards }),
        Up::Figures(Figures { for_s: 3_600, taps }),
    ]
}

pub(crate) fn downs() -> Vec<Down> {
    let counter = Counter { uid: uid(1), issue: 7, value: 1_000, nonce: 0xBEEF };
    let passage = Passage { uid: uid(1), area: AreaId(300), step: Step::Left, at: UtcMs(1_764_000_000_123) };
    let log = LogHead { row: 77, link: Link([1; 32]) };
    let command = Command { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), action: Action::UnlockOnce };
    let sealed = SealedWork(vec![1; 64]);
    let receipt = Receipt { epoch: 1, through: 41, probe: 41, link: Some(Link([2; 32])) };
    let heavy = WhitelistPart::Chunk {
        to: list(300),
        index: 1,
        count: 9,
        calendar: None,
        entries: entries().into_iter().cycle().take(120).collect(),
    };
    vec![
        Down::Whitelist(whole(300)),
        Down::Whitelist(delta(299, 300)),
        Down::Whitelist(heavy),
        Down::State(state(5)),
        Down::State(DoorState::default()),
        Down::Counters(Counters { generation: Generation(1), counters: vec![counter; 20] }),
        Down::Passages(Passages { generation: Generation(2), passages: vec![passage; 20] }),
        Down::Acknowledged { epoch: 0x0102, through: 41, log },
        Down::Command(command),
        Down::Encode(EncodeJob { id: 77, boot: 3, session: 9, expires: MonoMs(65_000), uid: uid(1), sealed }),
        Down::Confirmed(Confirmation {
            nonce: Nonce([5; 16]),
            issued: UtcMs(1_764_000_000_000),
            expires: UtcMs(1_764_003_600_000),
            whitelist: list(300),
            state: Generation(5),
            receipt,
            log,
            hold: false,
        }),
    ]
}

/// The postcard bytes of each.
pub(crate) fn bytes_of<M: serde::Serialize>(messages: &[M]) -> Vec<Vec<u8>> {
    messages.iter().map(|message| postcard::to_allocvec(message).unwrap()).collect()
}

#[test]
fn every_kind_of_message_and_event_is_among_the_samples() {
    let _alone = super::fuzz::alone();
    let first = |bytes: Vec<Vec<u8>>| bytes.iter().map(|bytes| bytes[0]).collect::<std::collections::BTreeSet<u8>>();
    let numbers = |end: u8| (0..end).collect::<std::collections::BTreeSet<u8>>();
    // A number beyond the last is none: whoever adds a kind is reminded here.
    for (end, seen, more) in [
        (6, first(bytes_of(&ups())), postcard::from_bytes::<Up>(&[6; 64]).is_ok()),
        (8, first(bytes_of(&downs())), postcard::from_bytes::<Down>(&[8; 256]).is_ok()),
        (33, first(bytes_of(&kinds())), postcard::from_bytes::<EventKind>(&[33; 64]).is_ok()),
    ] {
        assert_eq!((seen, more), (numbers(end), false));
    }
}
