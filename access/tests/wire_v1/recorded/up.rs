//! What a door of wire version 1 says, as bytes that stay as they are.

use super::frame::{hex, number};

pub(crate) const LABEL: &str = "kulku/up/v1";

/// Session 9, list 300, state 5, locked down, held open, two faults, 42 events of which 41 are acknowledged.
pub(crate) const STATUS: &str = "00 09e0d40380a0bfe9d66601010105302e312e30
    ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae01010500
    0401a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a501ac02
    e807111111111111111111111111111111111111111111111111111111111111111128292a29510100032102";

/// The last will of session 9.
pub(crate) const OFFLINE: &str = "0209";

/// Card 04A1B2C3D4E5F6 of list 300, which is inactive.
pub(crate) const LISTED: &str =
    "04 ac02879a93f7aed8d7b28501cd8384b6aee4f5a09701ebd4ecc0a5d0e39840ea86fd869be784ffae0101
    0001010704a1b2c3d4e5f68002";

/// Every kind of event, and the code that it has in the log.
pub(crate) const KINDS: [(&str, &str); 35] = [
    ("0001000200ac0280808080800801070105e7ac010106f7cc0100", "granted"),
    ("01", "exit-pressed"),
    ("0207010103", "command-refused"),
    ("0207000104", "command-refused"),
    ("0301", "opened"),
    ("04", "closed"),
    ("0532", "journal-slow"),
    ("06", "started"),
    ("07", "stopped"),
    ("08", "reader-blind"),
    ("09", "reader-recovered"),
    ("0a", "whitelist-applied"),
    ("0b", "state-applied"),
    ("0cac02", "messages-refused"),
    ("0d070309", "encoding-failed"),
    ("0e", "presented"),
    ("0f00", "entered"),
    ("1001", "not-entered"),
    ("11", "held-warning"),
    ("12", "held-open"),
    ("13", "held-cleared"),
    ("14", "forced-open"),
    ("15", "forced-cleared"),
    ("1604", "exit-button-stuck"),
    ("1703", "fire-cleared"),
    ("180302", "mode-changed"),
    ("19ac02", "locked-out"),
    ("1aac02", "forgiven"),
    ("1b052901", "epoch-began"),
    ("1cac02", "events-dropped"),
    ("1db71701", "clock-stepped"),
    ("1e", "list-too-old"),
    ("1f", "list-confirmed"),
    ("2001", "file-rebuilt"),
    ("1606", "disk-refuses"),
];

/// One of each kind, numbered from 1, each with card 04A1B2C3D4E5F6 where a card can be.
pub(crate) fn events() -> Vec<u8> {
    // Boot, mono, utc, trust, generation of list and state, mode.
    let around = hex("03 c0c407 f6a1bfe9d666 02 ac02 05 00");
    let card = hex("01 0704a1b2c3d4e5f6 30313233343536373839616263646566");
    let has_card = ["granted", "encoding-failed", "presented", "entered", "not-entered", "locked-out", "forgiven"];
    let mut bytes = [hex("01"), number(KINDS.len().try_into().unwrap())].concat();
    for (sequence, (kind, code)) in (1..).zip(KINDS) {
        bytes.extend([number(sequence), around.clone(), hex(kind)].concat());
        bytes.extend(if has_card.contains(&code) { card.clone() } else { hex("00") });
    }
    bytes
}

/// Where a job stands.
pub(crate) fn encoding(job: u64, stage: u64) -> Vec<u8> {
    [hex("03"), number(job), number(stage)].concat()
}

/// Since so many seconds: 300 taps that took some 15 ms, 7 somewhat longer, and one that took minutes.
pub(crate) fn figures(for_s: u64) -> Vec<u8> {
    [hex("05"), number(for_s), hex("000000 ac02 07 000000000000000000000000000001 c096b102")].concat()
}
