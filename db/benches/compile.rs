//! What a whitelist costs at the largest site that is promised: 100,000 people, 120,000 cards, 500 doors, 200 groups,
//! 1,000 rules, and some 40 doors a card. `cargo bench -p kulku-db --bench compile`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench prints its figures, and must stop if it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use access::entry::{Block, ScheduleId};
use access::envelope::DoorKey;
use access::id::DoorId;
use access::state::DoorState;
use access::time::{UtcMs, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{Actor, AreaId, Effect, GroupId, NewDoor, NewRule, RuleEdit, Site, Which};
use rusqlite::Connection;

const PEOPLE: u32 = 100_000;
const CARDS: u32 = 120_000;
const DOORS: u32 = 500;
const GROUPS: u32 = 200;
const AREAS: u32 = 250;
const RULES: u32 = 1_000;
/// Groups that a person is in, rules of a group, and doors of an area: 4 × 5 × 2 = 40.
const GROUPS_A_PERSON: u32 = 4;
const DOORS_AN_AREA: u32 = 2;
/// A group of this many has one more rule in the end.
const LARGE_GROUP: u32 = 20_000;
const ACTOR: Actor<'static> = Actor { operator: "bench", at: UtcMs(1_800_000_000_000) };

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    let site = Site::open(&path, &"bench".parse().unwrap()).unwrap();
    let doors = timed("built", || build(&site, &path));
    println!("file: {} MB", std::fs::metadata(&path).unwrap().len() / 1_000_000);
    whole(&site);
    one_door(&site, &doors);
    one_card(&site);
    large_rule(&site, &doors);
    println!("VmHWM: {} kB", peak_kb());
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    println!("{what}: {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
    result
}

fn whole(site: &Site) {
    let (mut entries, mut bytes) = (0_u64, 0_u64);
    let latest = site.latest().unwrap();
    timed("all entries compiled", || {
        site.compile(Which::All, latest, &mut |_, _| entries += 1).unwrap();
    });
    println!("entries: {entries}");
    timed("all entries compiled and written", || {
        let add = &mut |_: &DoorId, entry: access::entry::Entry| {
            bytes += entry.to_bytes().len() as u64;
        };
        site.compile(Which::All, latest, add).unwrap();
    });
    println!("bytes an entry: {:.1}", bytes as f64 / entries as f64);
}

fn one_door(site: &Site, doors: &[DoorId]) {
    let latest = site.latest().unwrap();
    let mut entries = 0;
    timed("one door compiled", || site.for_each_entry(&doors[7], latest, |_| entries += 1).unwrap());
    println!("its entries: {entries}");
}

fn one_card(site: &Site) {
    let before = site.latest().unwrap();
    timed("a card blocked", || site.block_card(&ACTOR, &card(77_777), Block::Cloned).unwrap());
    changed(site, before, "one card");
}

fn large_rule(site: &Site, doors: &[DoorId]) {
    let area = site.add_area(&ACTOR, "ten doors", &doors[..10]).unwrap();
    let group = GroupId(i64::from(GROUPS) + 1);
    let rule = NewRule {
        group,
        area,
        schedule: ScheduleId::ALWAYS,
        effect: Effect::Allow,
        window: Window::ALWAYS,
        note: String::new(),
    };
    let preview = timed("previewed", || site.preview(&ACTOR, &RuleEdit::AddRule(rule.clone())).unwrap());
    println!("preview: {} gain, {} other times", preview.gain_count, preview.other_times_count);
    let before = site.latest().unwrap();
    timed("a rule of 20,000 people added", || site.add_rule(&ACTOR, rule).unwrap());
    changed(site, before, "a rule of 20,000 people");
}

fn changed(site: &Site, before: Generation, what: &str) {
    let latest = site.latest().unwrap();
    let touched = timed(&format!("{what}: touched"), || site.touched(before, latest).unwrap());
    let mut pairs: BTreeMap<Uid, Vec<DoorId>> = BTreeMap::new();
    for (door, uid) in &touched.pairs {
        pairs.entry(*uid).or_default().push(door.clone());
    }
    for (as_of, when) in [(before, "before"), (latest, "after")] {
        let mut entries = 0;
        timed(&format!("{what}: compiled as {when}"), || {
            site.compile(Which::Pairs(&pairs), as_of, &mut |_, _| entries += 1).unwrap();
        });
        println!("{what}: {} pairs, {entries} entries", touched.pairs.len());
    }
}

fn card(number: u32) -> Uid {
    // Chips have numbers in no order.
    let [a, b, c, d] = number.wrapping_mul(2_654_435_761).to_be_bytes();
    Uid::new(&[4, a, b, c, d, 1, 2]).unwrap()
}

fn build(site: &Site, path: &Path) -> Vec<DoorId> {
    let names: Vec<DoorId> = (0..DOORS).map(|n| format!("door-{n}").parse().unwrap()).collect();
    for id in &names {
        let settings = DoorState::default().settings;
        let door = NewDoor { id: id.clone(), name: id.to_string(), key: DoorKey::new([7; 32]), settings };
        site.add_door(&ACTOR, door).unwrap();
    }
    for number in 0..=GROUPS {
        site.add_group(&ACTOR, &format!("Group {number}")).unwrap();
    }
    for area in 0..AREAS {
        let doors: Vec<DoorId> =
            (0..DOORS_AN_AREA).map(|n| names[((area * DOORS_AN_AREA + n) % DOORS) as usize].clone()).collect();
        site.add_area(&ACTOR, &format!("Area {area}"), &doors).unwrap();
    }
    let body = access::calendar::Schedule::default();
    let schedules: Vec<ScheduleId> =
        (0..20).map(|n| site.add_schedule(&ACTOR, &format!("Schedule {n}"), body.clone()).unwrap()).collect();
    for rule in 0..RULES {
        let schedule = if rule % 3 == 0 { schedules[(rule % 20) as usize] } else { ScheduleId::ALWAYS };
        let rule = NewRule {
            group: GroupId(i64::from(rule % GROUPS) + 1),
            area: AreaId(i64::from((rule * 7 + rule / GROUPS) % AREAS) + 1),
            schedule,
            effect: Effect::Allow,
            window: Window::ALWAYS,
            note: String::new(),
        };
        site.add_rule(&ACTOR, rule).unwrap();
    }
    people(path, site.latest().unwrap());
    names
}

/// People, cards, employments and members as one change, past the checks: a hundred thousand calls would only say
/// how fast the disk syncs.
fn people(path: &Path, latest: Generation) {
    let mut db = Connection::open(path).unwrap();
    let db = db.transaction().unwrap();
    let change = latest.0 as i64 + 1;
    db.execute("INSERT INTO change VALUES (?1, 1800000000000, 'bench', 'bench', '')", [change]).unwrap();
    let member = "INSERT INTO group_member (grp, person, since) VALUES (?1, ?2, ?3)";
    for person in 1..=PEOPLE {
        db.prepare_cached("INSERT INTO person (id, name, search, since) VALUES (?1, ?2, ?2, ?3)")
            .unwrap()
            .execute((person, format!("person {person}"), change))
            .unwrap();
        db.prepare_cached(
            "INSERT INTO employment (number, person, unit, title, from_s, since) VALUES (?1, ?1, 'unit', ?2, 1700000000, ?3)",
        )
        .unwrap()
        .execute((person, person % 40, change))
        .unwrap();
        for nth in 0..GROUPS_A_PERSON {
            let group = (person.wrapping_mul(7) + nth * 51 + person / 1_000) % GROUPS + 1;
            db.prepare_cached(member).unwrap().execute((group, person, change)).unwrap();
        }
        if person <= LARGE_GROUP {
            db.prepare_cached(member).unwrap().execute((GROUPS + 1, person, change)).unwrap();
        }
    }
    for number in 1..=CARDS {
        let uid = card(number);
        db.prepare_cached("INSERT INTO card (uid, kind, hex, since) VALUES (?1, 'staff', ?2, ?3)")
            .unwrap()
            .execute((uid.as_bytes(), uid.hex(), change))
            .unwrap();
        db.prepare_cached(
            "INSERT INTO card_state (uid, blocks, from_s, until_s, since) VALUES (?1, 0, 1700000000, 1850000000, ?2)",
        )
        .unwrap()
        .execute((uid.as_bytes(), change))
        .unwrap();
        db.prepare_cached("INSERT INTO holding (uid, person, from_s, since) VALUES (?1, ?2, 1700000000, ?3)")
            .unwrap()
            .execute((uid.as_bytes(), (number - 1) % PEOPLE + 1, change))
            .unwrap();
        db.prepare_cached(
            "INSERT INTO card_certificate (uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage,
                 fingerprint, state, since)
             VALUES (?1, ?1, ?2, 'CA', 'S', 1700000000, 1850000000, '', ?2, 'good', ?3)",
        )
        .unwrap()
        .execute((uid.as_bytes(), [7_u8; 32], change))
        .unwrap();
    }
    db.commit().unwrap();
}

/// The most memory that this process ever had.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
