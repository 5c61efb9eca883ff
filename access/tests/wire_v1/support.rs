//! What the frozen messages are made of.

use access::calendar::{Calendar, Date, DayWindow, HolidayPlan, HolidaySet, Holidays, Schedule, Zone};
use access::chain::Link;
use access::decide::{Credential, Decision, Presented};
use access::entry::{Block, Blocks, Comfort, Condition, Entry, Grant, ScheduleId, SealedKeys, Term};
use access::envelope::{DoorKey, Header, seal};
use access::event::{Event, EventKind, Subject};
use access::message::{Down, Up};
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::time::{ClockTrust, MonoMs, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Generation, WhitelistId};

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn uid() -> Uid {
    "04A1B2C3D4E5F6".parse().unwrap()
}

pub(crate) fn entry() -> Entry {
    let until = Window { from: None, until: Some(UtcS(1_790_000_000)) };
    Entry {
        card: Window::new(UtcS(1_700_000_000), UtcS(1_800_000_000)),
        blocks: Blocks::NONE.with(Block::Suspended),
        keys: Some(SealedKeys(vec![1, 2, 3])),
        ..Entry::granting(uid(), [until])
    }
}

/// A backup card that goes from a professional, who needs a right, to one of the staff, who is a visitor, refused at
/// night, exempt from lockdowns, and needs longer.
pub(crate) fn handed_on() -> Entry {
    let (from, between, until) = (UtcS(1_700_000_000), UtcS(1_750_000_000), UtcS(1_800_000_000));
    let professional = Term {
        holding: Window::new(from, between),
        right_to_practise: Condition::Needed(vec![
            Window::new(UtcS(-1), UtcS(0)),
            Window { from: Some(from), until: None },
        ]),
        employment: Condition::NotNeeded,
        grants: vec![Grant { window: Window::ALWAYS, schedule: ScheduleId(300) }],
        ..Term::always()
    };
    let staff = Term {
        holding: Window { from: Some(between), until: None },
        right_to_practise: Condition::NotNeeded,
        employment: Condition::Needed(Vec::new()),
        grants: vec![Grant { window: Window { from: None, until: Some(until) }, schedule: ScheduleId::ALWAYS }],
        refusals: vec![Grant { window: Window::ALWAYS, schedule: ScheduleId(7) }],
        exemptions: vec![Grant { window: Window::ALWAYS, schedule: ScheduleId::ALWAYS }],
        visitor: true,
        comfort: Comfort::LONG,
    };
    Entry {
        blocks: Blocks::NONE.with(Block::RevocationUnknown),
        terms: vec![professional, staff],
        ..Entry::new(Uid::new(&[1, 2, 3, 4]).unwrap())
    }
}

/// Helsinki and Finland. Schedule 7 is Mondays from 22:00 to 06:00; it has hours of its own on holidays, and nothing on
/// the last day of 2026. Schedule 300 is empty.
pub(crate) fn calendar() -> Calendar {
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

pub(crate) fn event() -> Event {
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
            side: Side::In,
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            decision: Decision { reasons: Reason::CardSuspended.into(), generation: Generation(300) },
            noted: Reasons::NONE,
            rolling: None,
        },
        subject: Some(Subject { uid: uid(), salt: *b"0123456789abcdef" }),
    }
}

pub(crate) fn id(generation: u64) -> WhitelistId {
    let mut id = WhitelistId { generation: Generation(generation), ..WhitelistId::default() };
    id.replace(None, Some(&entry().to_bytes()));
    id
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

pub(crate) fn key() -> DoorKey {
    DoorKey::new([7; 32])
}

/// The content of a frame: what stands between the header, which is the same in all of these, and the MAC.
pub(crate) fn content(frame: &[u8]) -> String {
    let header = 1 + 9 + 9 + 1 + 9 + 1 + 1 + 32;
    hex(&frame[header..frame.len() - 32])
}

pub(crate) fn up(message: &Up) -> String {
    content(&seal(&key(), &header(), message))
}

pub(crate) fn down(message: &Down) -> String {
    content(&seal(&key(), &header(), message))
}
