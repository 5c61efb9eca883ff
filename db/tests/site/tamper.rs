//! Whoever changes, removes, adds or moves a row of the logs is found out, and the row is named.

use access::chain::Link;
use access::reason::Reason;
use db::site::{Checked, Damage, EventFilter, Harm, LogPart, Seal, Seek};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::{Bench, Journal, NOW, tap, uid};

const DAY_MS: i64 = 86_400_000;

/// A signature that only a test believes.
fn sign(bytes: &[u8]) -> [u8; 64] {
    std::array::from_fn(|at| bytes.iter().fold(u8::try_from(at).unwrap(), |sum, byte| sum.rotate_left(3) ^ byte))
}

fn signed(bench: &Bench) -> impl Fn(&Seal) -> bool + '_ {
    |seal| seal.public_key == [9; 32] && seal.signature == sign(&seal.signed(bench.site.id()))
}

fn check(bench: &Bench) -> Checked {
    let mut check = bench.site.check_log().unwrap();
    loop {
        match bench.site.check_log_on(&mut check, 64, &signed(bench)).unwrap() {
            Checked::More { .. } => {}
            end => return end,
        }
    }
}

fn damage(bench: &Bench) -> Damage {
    match check(bench) {
        Checked::Damaged(damage) => damage,
        other => panic!("{other:?}"),
    }
}

fn seal(bench: &Bench, days: i64) -> u32 {
    let now = access::time::UtcMs(NOW.0 + days * DAY_MS);
    bench.site.seal_days(now, [9; 32], &sign).unwrap()
}

/// Two doors with this many events each, told in turn, some with cards, one broken; operators' changes; two seals.
fn filled(events: u64) -> Bench {
    let bench = Bench::with_doors(&["attic", "ward"]);
    let (mut attic, mut ward) = (Journal::of("attic", 1, events), Journal::of("ward", u64::MAX - 3, events));
    for (number, event) in ward.events.iter_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
        let reason = (number % 2 == 0).then_some(Reason::CardBlocked);
        *event = tap(event.sequence, Some(uid(u8::try_from(number % 50).unwrap())), reason);
    }
    let mut from = 1;
    while from <= events {
        let through = (from + 6).min(events);
        if from > events / 2 && from <= events / 2 + 7 {
            // Somebody rewrote an event at this door after it had been reported.
            attic.events[1].mono.0 += 1;
        }
        bench.site.intake(&[ward.report(from, through), attic.report(from, through)]).unwrap();
        bench.add_card(u8::try_from(from % 250).unwrap());
        if from < events / 2 && through >= events / 2 {
            assert_eq!(seal(&bench, 0), 1);
        }
        from = through + 1;
    }
    assert_eq!(seal(&bench, 3), 3, "the days without are made up for");
    assert_eq!(seal(&bench, 3), 0);
    bench
}

fn raw(bench: &Bench) -> Connection {
    let db = Connection::open(bench.folder.path().join("site.db")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
    db.pragma_update(None, "foreign_keys", false).unwrap();
    db.pragma_update(None, "synchronous", "OFF").unwrap();
    db
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Another value that differs in one byte; none if there is no byte.
fn bent(value: &Value, random: &mut Random) -> Option<Value> {
    let twist = u8::try_from(1 + random.below(255)).unwrap();
    Some(match value {
        Value::Integer(number) => {
            let mut bytes = number.to_le_bytes();
            bytes[random.below(8)] ^= twist;
            Value::Integer(i64::from_le_bytes(bytes))
        }
        Value::Blob(bytes) if !bytes.is_empty() => {
            let mut bytes = bytes.clone();
            let at = random.below(bytes.len());
            bytes[at] ^= twist;
            Value::Blob(bytes)
        }
        Value::Text(text) if !text.is_empty() => {
            let mut bytes = text.clone().into_bytes();
            let at = random.below(bytes.len());
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            Value::Text(String::from_utf8(bytes).ok()?)
        }
        _ => return None,
    })
}

const EVENT: [&str; 15] = [
    "id",
    "door",
    "epoch",
    "sequence",
    "received_ms",
    "at_ms",
    "code",
    "reasons",
    "uid",
    "salt",
    "commitment",
    "body",
    "link",
    "link_ok",
    "head",
];
const CHANGE: [&str; 10] =
    ["number", "at_ms", "operator", "action", "detail", "salt", "commitment", "head", "before", "after"];

/// Bends one byte of this column of this row, checks, and mends it. Says what the check said, if there was a byte.
fn bend(bench: &Bench, db: &Connection, place: (&str, &str, &str, i64), random: &mut Random) -> Option<Damage> {
    let (table, key, column, row) = place;
    let sql = format!("SELECT {column} FROM {table} WHERE {key} = $1");
    let before: Value = db.query_row(&sql, [row], |row| row.get(0)).unwrap();
    let after = bent(&before, random)?;
    let update = |value: &Value, row: i64| {
        db.execute(&format!("UPDATE {table} SET {column} = $1 WHERE {key} = $2"), (value, row))
    };
    update(&after, row).ok()?;
    let found = damage(bench);
    let row = match after {
        Value::Integer(moved) if column == key => moved,
        _ => row,
    };
    update(&before, row).unwrap();
    Some(found)
}

#[test]
fn one_byte_of_any_of_a_thousand_random_rows_is_found_and_the_row_is_named() {
    let bench = filled(140);
    // Changes that found something.
    for card in (1..=140).step_by(7) {
        bench.site.block_card(&crate::support::ACTOR, &uid(card), access::entry::Block::Suspended).unwrap();
    }
    assert!(matches!(check(&bench), Checked::Whole(whole) if whole.rows == 280 && whole.seals == 4));
    let db = raw(&bench);
    let changes: i64 = db.query_row("SELECT MAX(number) FROM change", [], |row| row.get(0)).unwrap();
    let seed = 6;
    let mut random = Random(seed);
    let (mut done, mut columns) = (0, std::collections::BTreeSet::new());
    while done < 1_000 {
        let (table, key, names, last, part) = if random.below(5) > 0 {
            ("event", "id", &EVENT[..], 280, LogPart::Events)
        } else {
            ("change", "number", &CHANGE[..], changes, LogPart::Changes)
        };
        let row = i64::try_from(1 + random.below(usize::try_from(last).unwrap())).unwrap();
        let column = names[random.below(names.len())];
        let Some(found) = bend(&bench, &db, (table, key, column, row), &mut random) else { continue };
        assert_eq!(
            (found.part, found.row),
            (part, row.cast_unsigned()),
            "seed {seed}: {table} {row} {column}: {found}"
        );
        done += 1;
        columns.insert((table, column));
    }
    assert_eq!(columns.len(), EVENT.len() + CHANGE.len(), "{columns:?}");
    assert!(matches!(check(&bench), Checked::Whole(_)), "all is as it was");
}

/// What the check says of a log of forty rows that was treated so.
fn treated(sql: &str) -> Damage {
    let bench = filled(20);
    raw(&bench).execute_batch(sql).unwrap();
    damage(&bench)
}

fn events(row: u64, harm: Harm) -> Damage {
    Damage { part: LogPart::Events, row, harm }
}

/// Moves what stands at and after a row, so that there is room or none is left.
fn shift(from: i64, by: i64) -> String {
    format!("UPDATE event SET id = -id WHERE id >= {from}; UPDATE event SET id = {by} - id WHERE id < 0;")
}

#[test]
fn a_row_that_was_removed_is_named() {
    let gone = |row, through| events(row, Harm::Removed { through });
    assert_eq!(treated("DELETE FROM event WHERE id = 17"), gone(17, 17));
    assert_eq!(treated("DELETE FROM event WHERE id BETWEEN 5 AND 9"), gone(5, 9));
    assert_eq!(treated("DELETE FROM event WHERE id = 1"), gone(1, 1));
    assert_eq!(treated(&format!("DELETE FROM event WHERE id = 17; {}", shift(18, -1))), gone(17, 17), "closed up");
}

#[test]
fn newest_rows_that_were_cut_off_are_missed() {
    let gone = |row, through| events(row, Harm::Removed { through });
    assert_eq!(treated("DELETE FROM event WHERE id > 30"), gone(31, 40));
    assert_eq!(treated("DELETE FROM event"), gone(1, 40));
    let and_the_end = "DELETE FROM event WHERE id > 30;
        UPDATE site SET log_row = 30, log_head = (SELECT head FROM event WHERE id = 30);";
    assert_eq!(treated(and_the_end), gone(31, 31), "the journals tell");
    let and_the_journals = format!(
        "{and_the_end} UPDATE journal SET
             through = (SELECT MAX(e.sequence) FROM event e WHERE e.door = journal.door),
             link = (SELECT e.link FROM event e WHERE e.door = journal.door ORDER BY e.sequence DESC LIMIT 1);"
    );
    let found = treated(&and_the_journals);
    assert_eq!(found, Damage { part: LogPart::Seals, row: 2, harm: Harm::Rewritten }, "the seals tell");
}

#[test]
fn a_row_that_was_added_is_named() {
    let added = |row| events(row, Harm::Added { through: row });
    let copy = |id: u64| {
        format!(
            "INSERT INTO event (id, door, epoch, sequence, received_ms, at_ms, code, body, link, link_ok, head)
             SELECT {id}, door, 77, 1, received_ms, at_ms, code, body, link, 0, head FROM event WHERE id = 2;"
        )
    };
    assert_eq!(treated(&copy(41)), added(41));
    assert_eq!(treated(&format!("{} {}", shift(17, 1), copy(17))), added(17));
    let bench = filled(20);
    raw(&bench).execute_batch(&copy(41)).unwrap();
    bench.site.intake(&[Journal::of("attic", 5, 3).report(1, 3)]).unwrap();
    assert_eq!(damage(&bench).row, 41, "what doors tell is taken all the same, after it");
    assert_eq!(bench.site.log_head().unwrap().row, 44);
}

#[test]
fn rows_that_have_changed_places_are_named() {
    let swap = |a: i64, b: i64| {
        format!(
            "UPDATE event SET id = -1 WHERE id = {a}; UPDATE event SET id = {a} WHERE id = {b};
                 UPDATE event SET id = {b} WHERE id = -1;"
        )
    };
    assert_eq!(treated(&swap(12, 13)), events(12, Harm::Moved { to: 13 }));
    assert_eq!(treated(&swap(7, 31)), events(7, Harm::Moved { to: 31 }));
    assert_eq!(treated(&swap(39, 40)), events(39, Harm::Moved { to: 40 }));
}

#[test]
fn a_log_that_was_written_anew_does_not_fit_its_seals() {
    let bench = filled(20);
    raw(&bench)
        .execute_batch(
            "DELETE FROM event WHERE id > 4; DELETE FROM journal;
             UPDATE site SET log_row = 4, log_head = (SELECT head FROM event WHERE id = 4);",
        )
        .unwrap();
    bench.site.intake(&[Journal::of("ward", 8, 36).report(1, 36)]).unwrap();
    raw(&bench).execute_batch("DELETE FROM journal WHERE epoch <> 8").unwrap();
    assert_eq!(damage(&bench), Damage { part: LogPart::Seals, row: 1, harm: Harm::Rewritten });
}

#[test]
fn seals_that_are_changed_removed_or_forged_are_named() {
    let seals = |row, harm| Damage { part: LogPart::Seals, row, harm };
    let gone = seals(2, Harm::Removed { through: 2 });
    assert_eq!(treated("DELETE FROM log_seal WHERE number = 2"), gone);
    for column in ["day", "made_ms", "row", "change"] {
        let found = treated(&format!("UPDATE log_seal SET {column} = {column} + 1 WHERE number = 3"));
        assert_eq!(found, seals(3, Harm::Unsigned), "{column}");
    }
    for column in ["head", "change_head", "previous", "public_key", "signature"] {
        let length = if column == "signature" { 64 } else { 32 };
        let found = treated(&format!("UPDATE log_seal SET {column} = zeroblob({length}) WHERE number = 3"));
        assert_eq!(found, seals(3, Harm::Unsigned), "{column}");
    }
    let closed_up = "DELETE FROM log_seal WHERE number = 2; UPDATE log_seal SET number = number - 1 WHERE number > 2";
    assert_eq!(treated(closed_up), seals(2, Harm::Unsigned));
}

#[test]
fn the_operator_log_is_watched_likewise() {
    let changes = |row, harm| Damage { part: LogPart::Changes, row, harm };
    let gone = |row, through| changes(row, Harm::Removed { through });
    assert_eq!(treated("DELETE FROM change WHERE number = 3"), gone(3, 3));
    assert_eq!(treated("DELETE FROM change WHERE number > 3"), gone(4, 5));
    let added = "INSERT INTO change (number, at_ms, operator, action, detail) VALUES (6, 1, 'eve', 'door-add', 'x')";
    assert_eq!(treated(added), changes(6, Harm::Added { through: 6 }));
    let moved = "UPDATE change SET number = 90 WHERE number = 3; UPDATE change SET number = 3 WHERE number = 4;
                 UPDATE change SET number = 4 WHERE number = 90";
    assert_eq!(treated(moved), changes(3, Harm::Moved { to: 4 }));
}

#[test]
fn a_card_that_was_erased_is_named() {
    let bench = filled(20);
    raw(&bench).execute_batch("UPDATE event SET uid = NULL, salt = NULL WHERE uid IS NOT NULL").unwrap();
    let Damage { part, harm, .. } = damage(&bench);
    assert_eq!((part, harm), (LogPart::Events, Harm::Changed { column: Some("uid, salt or commitment") }));
}

#[test]
fn a_check_is_of_what_was_there_when_it_began() {
    let bench = filled(20);
    let mut check = bench.site.check_log().unwrap();
    bench.site.intake(&[Journal::of("attic", 5, 3).report(1, 3)]).unwrap();
    bench.add_card(251);
    let whole = loop {
        match bench.site.check_log_on(&mut check, 7, &signed(&bench)).unwrap() {
            Checked::More { .. } => {}
            Checked::Whole(whole) => break whole,
            Checked::Damaged(damage) => panic!("{damage}"),
        }
    };
    assert_eq!(whole.rows, 40);
}

#[test]
fn a_clock_that_was_ahead_leaves_one_seal_of_a_day_to_come_and_the_days_go_on() {
    let bench = filled(20);
    assert_eq!(seal(&bench, 3_000), 31, "not one for every day of eight years");
    assert_eq!((seal(&bench, 4), seal(&bench, 4), seal(&bench, 5)), (1, 0, 1));
    assert!(matches!(check(&bench), Checked::Whole(_)));
}

#[test]
fn what_a_report_brings_is_chained_from_the_row_that_is_there() {
    let bench = filled(20);
    let log = bench.site.log_head().unwrap();
    assert_ne!(log.link, Link::START);
    let newest = bench.site.events(&EventFilter::default(), Seek::Newest, 1).unwrap();
    assert_eq!(newest[0].id.cast_unsigned(), log.row);
    let bench = bench.reopen();
    assert_eq!(bench.site.log_head().unwrap(), log);
}
