//! The largest site that is promised, on the wire: 100,000 people, 120,000 cards, 500 doors, 200 groups, 1,000 rules,
//! 40 doors a card.
//!
//! ```sh
//! cargo bench -p kulku-tests --bench scale
//! ```
//!
//! The real controller with its broker runs in this process. The doors that a change touches are connected and say that
//! they have the list that is wanted; each change is timed from before it is written to the database until the last of
//! them has heard it. Changes are counted by `KULKU_CHANGES`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use access::credential::Sector;
use access::credential::keys::{RollingKey, SectorKey};
use access::credential::sealed::{CardKeys, seal as seal_keys};
use access::entry::{Block, ScheduleId};
use access::envelope::DoorKey;
use access::id::{DoorId, SiteId};
use access::settings::DoorSettings;
use access::time::{UtcMs, Window};
use access::uid::Uid;
use anyhow::{Context, Result, ensure};
use controller::Controller;
use controller::config::{Badge, Config, Https, Mqtt};
use db::site::{
    Actor, CardKind, Effect, GroupMatch, ImportCard, ImportPerson, NewDoor, NewEmployment, NewRight, NewRule, RuleEdit,
    Site,
};

#[path = "scale/ear.rs"]
mod ear;

use ear::Ear;

const PEOPLE: u32 = 100_000;
/// Who have two cards.
const TWO_CARDS: u32 = 20_000;
const DOORS: u32 = 500;
const GROUPS: u32 = 200;
const AREAS: u32 = 250;
/// Rules of a group, and doors of an area: 5 × 8 = 40.
const RULES_A_GROUP: u32 = 5;
const DOORS_AN_AREA: u32 = 8;
/// Whom the last rule touches, in an area of its own.
const MANY: u32 = 20_000;
const MANY_DOORS: u32 = 10;

#[tokio::main]
async fn main() -> Result<()> {
    let changes = std::env::var("KULKU_CHANGES").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("site.db");
    let site_id: SiteId = "hospital".parse()?;
    let begun = Instant::now();
    build(&Site::open(&database, &site_id)?)?;
    println!("built in {:.1} s, {} MB", begun.elapsed().as_secs_f64(), std::fs::metadata(&database)?.len() / 1_000_000);
    let begun = Instant::now();
    let controller = controller::start(config(site_id, &database)).await?;
    println!("started, with the first full compilation, in {:.2} s", begun.elapsed().as_secs_f64());
    weigh(&controller.site)?;
    one_card(&controller, changes).await?;
    many(&controller).await?;
    println!("VmHWM: {} MiB", peak_kib()? / 1024);
    controller.stop().await;
    Ok(())
}

fn config(site: SiteId, database: &Path) -> Config {
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    Config {
        site,
        database: database.to_path_buf(),
        dashboard: any,
        https: Https::Off,
        mqtt: Mqtt::Embedded { listen: any, doors_connect_to: None, tls: false },
        identity: database.with_file_name("identity"),
        enrol: None,
        observe: None,
        zone: chrono_tz::Europe::Helsinki,
        masters_file: None,
        badge: Badge::default(),
        authorities: vec![],
        lists: vec![],
        register: None,
        notify: controller::config::Notify::default(),
        syslog: None,
        demo: None,
    }
}

fn build(site: &Site) -> Result<()> {
    let mut doors = Vec::new();
    for number in 0..DOORS {
        let id: DoorId = format!("door-{number}").parse()?;
        let (name, settings) = (format!("Door {number}"), DoorSettings::default());
        site.add_door(&actor(), NewDoor { id: id.clone(), name, key: key(&id), settings })?;
        doors.push(id);
    }
    let people: Vec<ImportPerson> = (0..PEOPLE).map(person).collect::<Result<_>>()?;
    site.import(&actor(), &people)?;
    let mut areas = Vec::new();
    for number in 0..AREAS {
        let doors = doors.iter().cycle().skip(usize::try_from(number * 2)?).take(usize::try_from(DOORS_AN_AREA)?);
        areas.push(site.add_area(&actor(), &format!("Area {number}"), &doors.cloned().collect::<Vec<_>>())?);
    }
    for number in 0..GROUPS {
        let group = site.add_group(&actor(), &format!("Group {number}"))?;
        let matches = vec![GroupMatch { unit: Some(unit(number)), title: None, kind: None }];
        site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches })?;
        for rule in 0..RULES_A_GROUP {
            let area = (number + rule * (AREAS / RULES_A_GROUP)) % AREAS;
            let area = *areas.get(usize::try_from(area)?).context("there is such an area")?;
            let (schedule, effect, window) = (ScheduleId::ALWAYS, Effect::Allow, Window::ALWAYS);
            site.add_rule(&actor(), NewRule { group, area, schedule, effect, window, note: String::new() })?;
        }
    }
    Ok(())
}

fn person(number: u32) -> Result<ImportPerson> {
    let second = (number < TWO_CARDS).then_some((PEOPLE + number, CardKind::Professional));
    let cards = [Some((number, CardKind::Staff)), second].into_iter().flatten();
    let card = |(number, kind)| Ok(ImportCard { uid: uid(number)?, kind, window: Window::ALWAYS, doors: vec![] });
    let title = if number < MANY { "Nurse" } else { "Clerk" };
    Ok(ImportPerson {
        name: format!("Person {number}"),
        external_id: Some(format!("E{number}")),
        employments: vec![NewEmployment::always(&unit(number % GROUPS), title)],
        rights: second.map(|_| NewRight::always("nurse", "register", actor().at)).into_iter().collect(),
        cards: cards.map(card).collect::<Result<_>>()?,
    })
}

/// What an entry weighs with keys, at one door.
fn weigh(site: &Site) -> Result<()> {
    let door: DoorId = "door-100".parse()?;
    let keys = CardKeys {
        sector: Sector::try_from(5).map_err(|error| anyhow::anyhow!("{error:?}"))?,
        issue: 1,
        key_a: SectorKey([7; 6]),
        static_digest: [7; 16],
        rolling: RollingKey([7; 16]),
    };
    let (key, mut entries, mut bytes) = (key(&door), 0, 0);
    site.for_each_entry(&door, site.latest()?, |mut entry| {
        entry.keys = Some(seal_keys(&key, &entry.uid, &keys));
        entries += 1;
        bytes += entry.to_bytes().len();
    })?;
    println!("{door}: {entries} entries, {} bytes each on average with keys", bytes / entries.max(1));
    Ok(())
}

/// A card is blocked, and its forty doors hear of it.
async fn one_card(controller: &Controller, changes: u32) -> Result<()> {
    let site = &controller.site;
    let doors = site.where_can(&uid(7)?, access::time::UtcS(site::whole::now().0), site.latest()?)?;
    ensure!(doors.len() == 40, "a card has {} doors", doors.len());
    let mut ears = Ear::all(controller, &doors).await?;
    let (mut times, mut heaviest) = (Vec::new(), 0);
    for change in 0..changes {
        // Everybody of one unit has the same doors.
        let card = uid(7 + change * GROUPS)?;
        let begun = Instant::now();
        site.block_card(&actor(), &card, Block::Suspended)?;
        for ear in &mut ears {
            heaviest = heaviest.max(ear.delta().await?);
        }
        times.push(begun.elapsed());
    }
    times.sort();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).map_or(0.0, ms);
    println!("{changes} cards, heard by 40 doors: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms", at(50), at(99), at(100));
    println!("one card's delta: at most {heaviest} bytes, envelope and all");
    Ok(())
}

/// A rule of 20,000 people at ten doors.
async fn many(controller: &Controller) -> Result<()> {
    let site = &controller.site;
    let doors: Vec<DoorId> = (0..MANY_DOORS).map(|n| Ok(format!("door-{n}").parse()?)).collect::<Result<_>>()?;
    let group = site.add_group(&actor(), "Nurses")?;
    let matches = vec![GroupMatch { unit: None, title: Some("Nurse".to_owned()), kind: None }];
    site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches })?;
    let area = site.add_area(&actor(), "Nurses' doors", &doors)?;
    let (schedule, effect, window) = (ScheduleId::ALWAYS, Effect::Allow, Window::ALWAYS);
    let mut ears = Ear::all(controller, &doors).await?;
    let begun = Instant::now();
    site.add_rule(&actor(), NewRule { group, area, schedule, effect, window, note: String::new() })?;
    let latest = site.latest()?;
    for door in &doors {
        while site.door(door)?.wanted.is_none_or(|wanted| wanted.generation < latest) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    println!("a rule of {MANY} people at {MANY_DOORS} doors, compiled: {:.2} s", begun.elapsed().as_secs_f64());
    for ear in &mut ears {
        ear.first_of(latest).await?;
    }
    println!("until each door's first piece: {:.2} s", begun.elapsed().as_secs_f64());
    for ear in &mut ears {
        ear.last().await?;
    }
    println!("and until each door's last piece: {:.2} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn uid(number: u32) -> Result<Uid> {
    let [a, b, c, d] = number.to_be_bytes();
    Ok(Uid::new(&[4, 0xC0, 0xDE, a, b, c, d])?)
}

fn unit(number: u32) -> String {
    format!("Unit {number}")
}

fn key(door: &DoorId) -> DoorKey {
    let mut bytes = [1; 32];
    bytes.iter_mut().zip(door.as_str().bytes()).for_each(|(to, from)| *to = from);
    DoorKey::new(bytes)
}

fn actor() -> Actor<'static> {
    Actor { operator: "bench", at: UtcMs(site::whole::now().0 * 1_000) }
}

fn ms(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the system tells no peak")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
