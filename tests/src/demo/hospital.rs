//! The made-up hospital: its doors, its people, and who may pass where.

use access::entry::Block;
use access::envelope::DoorKey;
use access::id::DoorId;
use access::settings::DoorSettings;
use access::time::{UtcS, Window};
use access::uid::Uid;
use anyhow::Result;
use db::site::{Actor, CardKind, ImportCard, ImportPerson, NewCard, NewDoor, NewEmployment, NewRight, Site, SiteError};

use super::rules::{self, UNITS};
use super::{Dumps, now, settings};
use crate::people::{Invented, invent};

/// How many people work here.
pub(super) const PEOPLE: usize = 300;

/// The doors that have a name; further ones are numbered.
const DOORS: [(&str, &str); 8] = [
    ("main-entrance", "Pääovi"),
    ("emergency", "Päivystys"),
    ("ward-1", "Osasto 1"),
    ("ward-2", "Osasto 2"),
    ("theatre", "Leikkaussali"),
    ("laboratory", "Laboratorio"),
    ("pharmacy", "Apteekki"),
    ("archive", "Arkisto"),
];

/// The encoder at the desk.
pub(super) const DESK: (&str, &str) = ("desk", "Palvelupiste");

/// Blank cards at the desk.
const BLANKS: u8 = 5;

const DAY_S: i64 = 24 * 60 * 60;

/// Doors, people and cards, unless an earlier run has left them in the database.
pub(super) fn furnish(site: &Site, doors: usize, dumps: &Dumps, say: &(dyn Fn(&str) + Sync)) -> Result<()> {
    let ids = add_doors(site, doors)?;
    let people = invent(PEOPLE);
    if site.card(&people.first().map(|person| person.uid).unwrap_or_else(|| unreachable!("there are people"))).is_ok() {
        say("Found the people of an earlier run");
    } else {
        say(&format!("Making up {PEOPLE} people and their cards"));
        let imports: Vec<ImportPerson> = people.iter().enumerate().map(|(n, person)| import(n, person)).collect();
        site.import(&actor(), &imports)?;
        add_blanks(site)?;
        rules::make(site, &actor(), &ids)?;
        settings::make(site, &actor(), &ids)?;
        for person in people.iter().skip(7).step_by(50) {
            site.block_card(&actor(), &person.uid, Block::Blocked)?;
        }
    }
    for (name, uid, _) in dumps.iter() {
        let doors = ids.iter().map(|id| (id.clone(), Window::ALWAYS)).collect();
        let card = ImportCard { uid: *uid, kind: CardKind::Visitor, window: Window::ALWAYS, doors };
        let person = ImportPerson { name: format!("Dump {name}"), cards: vec![card], ..ImportPerson::default() };
        unless_there(site.import(&actor(), &[person]))?;
    }
    Ok(())
}

/// The id of a door by its place, from 0.
pub(super) fn door(number: usize) -> Result<(DoorId, String)> {
    Ok(match DOORS.get(number) {
        Some((id, name)) => (id.parse()?, (*name).to_owned()),
        None => (format!("door-{}", number + 1).parse()?, format!("Ovi {}", number + 1)),
    })
}

/// What a person at the demo's page reads about a card: whose it is, and what is odd about it.
pub(super) fn remark(number: usize) -> &'static str {
    match number % 50 {
        7 => "blocked",
        17 => "expired",
        27 => "not yet valid",
        // Divisible by three, so a profession.
        36 if number.is_multiple_of(3) => "right has ended",
        _ => "",
    }
}

fn add_doors(site: &Site, count: usize) -> Result<Vec<DoorId>> {
    let mut ids = Vec::new();
    for number in 0..count {
        let (id, name) = door(number)?;
        unless_there(site.add_door(&actor(), new_door(id.clone(), name)?))?;
        ids.push(id);
    }
    unless_there(site.add_encoder(&actor(), new_door(DESK.0.parse()?, DESK.1.to_owned())?))?;
    Ok(ids)
}

fn new_door(id: DoorId, name: String) -> Result<NewDoor> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("the system gives no randomness: {error}"))?;
    Ok(NewDoor { id, name, key: DoorKey::new(key), settings: DoorSettings::default() })
}

/// An earlier run may have left it in the database.
fn unless_there<T>(added: Result<T, SiteError>) -> Result<()> {
    match added {
        Ok(_) | Err(SiteError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Every third person has a profession; each works in one of the units.
fn import(number: usize, person: &Invented) -> ImportPerson {
    let now = crate::whole::now().0;
    let window = match remark(number) {
        "expired" => Window { from: None, until: Some(UtcS(now - DAY_S)) },
        "not yet valid" => Window { from: Some(UtcS(now + 30 * DAY_S)), until: None },
        _ => Window::ALWAYS,
    };
    let professional = number.is_multiple_of(3);
    let (unit, title) = UNITS.get(number / 3 % UNITS.len()).copied().unwrap_or_default();
    let title = if professional { "Sairaanhoitaja" } else { title };
    let mut right = NewRight::always("sairaanhoitaja", "Terhikki", actor().at);
    if remark(number) == "right has ended" {
        right.window.until = Some(UtcS(now - DAY_S));
    }
    let kind = if professional { CardKind::Professional } else { CardKind::Staff };
    let card = ImportCard { uid: person.uid, kind, window, doors: Vec::new() };
    ImportPerson {
        name: person.name.clone(),
        external_id: Some(person.external_id.clone()),
        employments: vec![NewEmployment::always(unit, title)],
        rights: professional.then_some(right).into_iter().collect(),
        cards: vec![card],
    }
}

/// Blank backup cards, to be handed out at the desk.
pub(super) fn blanks() -> Result<Vec<Uid>> {
    (1..=BLANKS).map(|number| Ok(Uid::new(&[0x04, 0xB1, 0xA2, 0xC3, 0xD4, 0xE5, number])?)).collect()
}

fn add_blanks(site: &Site) -> Result<()> {
    for uid in blanks()? {
        unless_there(site.add_card(&actor(), NewCard::new(uid, CardKind::Backup, Window::ALWAYS)))?;
    }
    Ok(())
}

fn actor() -> Actor<'static> {
    Actor { operator: "demo", at: now() }
}
