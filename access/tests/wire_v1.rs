//! The bytes of wire version 1, frozen. If a test here fails, the code is wrong: agents in the field
//! speak these bytes. A change that is meant gets a new wire version and a file of its own.

use access::chain::{self, Link};
use access::command::{Action, Command};
use access::decide::{Credential, Decision, Presented};
use access::entry::{Block, Blocks, Entry, Grant, ScheduleId, SealedKeys};
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::event::{Event, EventKind, Subject};
use access::message::{Down, Status, Up};
use access::reason::Reason;
use access::state::{Counter, Counters, DoorSettings, DoorState, Mode, Reading};
use access::time::{ClockTrust, MonoMs, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::{Change, Generation, WhitelistId, WhitelistPart};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn uid() -> Uid {
    "04A1B2C3D4E5F6".parse().unwrap()
}

fn entry() -> Entry {
    Entry {
        card: Window::new(UtcS(1_700_000_000), UtcS(1_800_000_000)),
        blocks: Blocks::NONE.with(Block::Suspended),
        grants: vec![Grant {
            window: Window {
                from: None,
                until: Some(UtcS(1_790_000_000)),
            },
            schedule: ScheduleId::ALWAYS,
        }],
        keys: Some(SealedKeys(vec![1, 2, 3])),
        ..Entry::new(uid())
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
            decision: Decision {
                reasons: Reason::CardSuspended.into(),
                generation: Generation(300),
            },
        },
        subject: Some(Subject {
            uid: uid(),
            salt: *b"0123456789abcdef",
        }),
    }
}

fn id(generation: u64) -> WhitelistId {
    let mut id = WhitelistId {
        generation: Generation(generation),
        ..WhitelistId::default()
    };
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

fn sealed_up(message: &Up) -> String {
    hex(&seal(&DoorKey::new([7; 32]), &header(), message))
}

fn sealed_down(message: &Down) -> String {
    hex(&seal(&DoorKey::new([7; 32]), &header(), message))
}

/// Everything of a message between the header, which is the same in all of these, and the MAC.
fn content(frame: &str) -> &str {
    let header = 2 * (1 + 9 + 9 + 1 + 9 + 1 + 1 + 32);
    &frame[header..frame.len() - 64]
}
