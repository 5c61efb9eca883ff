//! How fast the log takes what doors tell, against plain SQLite with the same rows, indexes and transactions.
//! `cargo bench -p kulku-db --bench intake`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures, and must stop if it cannot go on"
)]

use std::path::Path;
use std::time::Instant;

use access::chain::{Link, link};
use access::decide::{Credential, Decision, Presented};
use access::envelope::DoorKey;
use access::event::{Event, EventKind, Subject};
use access::id::DoorId;
use access::mode::Mode;
use access::passage::Side;
use access::reason::Reasons;
use access::settings::DoorSettings;
use access::time::{ClockTrust, MonoMs, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{Actor, NewDoor, Report, Site};
use rusqlite::{Connection, params};

const DOORS: u64 = 50;
/// Events of each door: what it held while it was away.
const EVENTS: u64 = 2_000;
/// Events of one report, and of one transaction.
const REPORT: u64 = 500;
const TRANSACTION: u64 = 1_000;
const NOW: UtcMs = UtcMs(1_800_000_000_000);

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"bench".parse().unwrap()).unwrap();
    let actor = Actor { operator: "bench", at: NOW };
    for door in 0..DOORS {
        let (id, settings) = (id(door), DoorSettings::default());
        site.add_door(&actor, NewDoor { name: id.to_string(), id, key: DoorKey::new([7; 32]), settings }).unwrap();
    }
    let reports: Vec<Report> = (0..DOORS).flat_map(reports).collect();
    let begun = Instant::now();
    let per_transaction = usize::try_from(TRANSACTION / REPORT).unwrap();
    for batch in reports.chunks(per_transaction) {
        site.intake(batch).unwrap();
    }
    let ours = rate(begun);
    let plain = plain(folder.path(), &reports);
    println!("intake: {ours:.0} events/s; plain SQLite: {plain:.0} events/s; ratio {:.2}", ours / plain);
    let begun = Instant::now();
    let mut check = site.check_log().unwrap();
    while let db::site::Checked::More { .. } = site.check_log_on(&mut check, 10_000, &|_| false).unwrap() {}
    println!("check: {:.0} rows/s", rate(begun));
}

fn rate(begun: Instant) -> f64 {
    let events = u32::try_from(DOORS * EVENTS).unwrap();
    f64::from(events) / begun.elapsed().as_secs_f64()
}

fn id(door: u64) -> DoorId {
    format!("door-{door}").parse().unwrap()
}

/// A granted card, the door opens, somebody goes in, the door closes.
fn kind(sequence: u64) -> EventKind {
    match sequence % 4 {
        0 => EventKind::Opened { released: true },
        1 => EventKind::Closed,
        2 => EventKind::Entered { side: Side::In },
        _ => EventKind::Tap {
            side: Side::In,
            presented: Presented::Classic1k,
            credential: Credential::NotAsked,
            decision: Decision { reasons: Reasons::NONE, generation: Generation(50) },
            noted: Reasons::NONE,
            rolling: None,
        },
    }
}

fn reports(door: u64) -> Vec<Report> {
    let (epoch, mut previous, mut reports) = (door + 1, Link::START, Vec::new());
    for first in (1..=EVENTS).step_by(usize::try_from(REPORT).unwrap()) {
        let before = previous;
        let mut events = Vec::new();
        for sequence in first..first + REPORT {
            let number = u32::try_from(sequence % 1_000).unwrap().to_be_bytes();
            let event = Event {
                sequence,
                boot: 3,
                mono: MonoMs(sequence * 1_000),
                utc: UtcMs(NOW.0 + i64::try_from(sequence * 1_000 + door).unwrap()),
                trust: ClockTrust::Synchronised,
                generation: Generation(50),
                state_generation: Generation(50),
                mode: Mode::Normal,
                kind: kind(sequence),
                subject: (sequence % 4 > 1).then(|| Subject { uid: Uid::new(&number).unwrap(), salt: [9; 16] }),
            };
            previous = link(previous, epoch, &event);
            events.push(event);
        }
        reports.push(Report { door: id(door), epoch, boot: 3, previous: before, events, received: NOW });
    }
    reports
}

/// The same rows into the same table with the same indexes, and nothing else.
fn plain(folder: &Path, reports: &[Report]) -> f64 {
    let mut db = Connection::open(folder.join("plain.db")).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.pragma_update(None, "synchronous", "FULL").unwrap();
    db.execute_batch(
        "CREATE TABLE event (id INTEGER PRIMARY KEY, door INTEGER NOT NULL, epoch INTEGER NOT NULL,
             sequence INTEGER NOT NULL, received_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, code TEXT NOT NULL,
             reasons INTEGER, uid BLOB, salt BLOB, commitment BLOB, body BLOB NOT NULL, link BLOB NOT NULL,
             link_ok INTEGER NOT NULL, head BLOB,
             happened_ms INTEGER GENERATED ALWAYS AS (MIN(at_ms, received_ms + 300000)) VIRTUAL) STRICT;
         CREATE UNIQUE INDEX event_once ON event (door, epoch, sequence);
         CREATE INDEX event_by_time ON event (happened_ms);
         CREATE INDEX event_by_door ON event (door, happened_ms);
         CREATE INDEX event_by_code ON event (code, happened_ms);
         CREATE INDEX event_by_door_and_code ON event (door, code, happened_ms);
         CREATE INDEX event_by_reason ON event (reasons, happened_ms) WHERE reasons IS NOT NULL;
         CREATE INDEX event_by_reason_and_door ON event (reasons, door, happened_ms) WHERE reasons IS NOT NULL;
         CREATE INDEX event_by_card ON event (uid, happened_ms) WHERE uid IS NOT NULL;",
    )
    .unwrap();
    let rows: Vec<_> = reports
        .iter()
        .flat_map(|report| report.events.iter().map(|event| (report.epoch, event, event.to_bytes())))
        .collect();
    let begun = Instant::now();
    for batch in rows.chunks(usize::try_from(TRANSACTION).unwrap()) {
        let transaction = db.transaction().unwrap();
        let mut insert = transaction
            .prepare_cached(
                "INSERT INTO event (door, epoch, sequence, received_ms, at_ms, code, reasons, uid, salt, commitment, body,
                     link, link_ok, head)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            )
            .unwrap();
        for (epoch, event, body) in batch {
            let subject = event.subject.as_ref();
            let digest = [7_u8; 32];
            insert
                .execute(params![
                    epoch.cast_signed(),
                    epoch.cast_signed(),
                    event.sequence.cast_signed(),
                    NOW.0,
                    event.utc.0,
                    event.kind.code(),
                    None::<i64>,
                    subject.map(|subject| subject.uid.as_bytes()),
                    subject.map(|subject| subject.salt),
                    subject.map(|_| digest),
                    body,
                    digest,
                    true,
                    digest,
                ])
                .unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
    }
    rate(begun)
}
