//! What the made-up site has in it.

use std::sync::OnceLock;

use access::envelope::DoorKey;
use access::settings::DoorSettings;
use access::time::Window;
use dashboard::{DemoCard, DemoDoor, DemoDoors, TapShown};
use db::site::{CardKind, NewCard, NewDoor, NewEmployment, NewPerson, Site};

use super::{DOORS, EVIL, actor, door, open, uid};

/// The file of a site that is filled, made once.
pub(super) fn filled() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        fill(&open(&path));
        let rest = std::fs::metadata(path.with_file_name("site.db-wal")).map_or(0, |rest| rest.len());
        assert_eq!(rest, 0, "all of it stands in the file");
        std::fs::read(&path).unwrap()
    })
}

fn fill(site: &Site) {
    for (id, name) in DOORS {
        let settings = DoorSettings::default();
        let door = NewDoor { id: id.parse().unwrap(), name: name.to_owned(), key: DoorKey::new([7; 32]), settings };
        site.add_door(&actor(), door).unwrap();
    }
    for ((name, external_id), number) in [("Maija Meikäläinen", Some("1001")), (EVIL, None)].into_iter().zip(1..) {
        let person = NewPerson { name: name.to_owned(), external_id: external_id.map(str::to_owned) };
        let person = site.add_person(&actor(), person).unwrap().id;
        let card = NewCard::new(uid(number), CardKind::Staff, Window::ALWAYS);
        site.add_card(&actor(), card).unwrap();
        site.give_card(&actor(), &uid(number), person, Window::ALWAYS).unwrap();
        // A staff card opens nothing for somebody who does not work here.
        site.add_employment(&actor(), person, &NewEmployment::always("Päivystys", "Sairaanhoitaja")).unwrap();
        site.list_card(&actor(), &uid(number), &door(0), Window::ALWAYS).unwrap();
    }
}

/// The demo's doors: one card opens, the other does not.
pub(super) struct Emulated;

impl DemoDoors for Emulated {
    fn doors(&self) -> Vec<DemoDoor> {
        vec![DemoDoor { id: "pharmacy".to_owned(), name: "Apteekki".to_owned() }]
    }

    fn cards(&self) -> Vec<DemoCard> {
        ["good", "bad"].map(|name| DemoCard { name: name.to_owned(), label: format!("Card {name}") }).to_vec()
    }

    fn tap(&self, door: &str, card: &str) -> Result<TapShown, String> {
        if door != "pharmacy" {
            return Err("there is no such door".to_owned());
        }
        let good = card == "good";
        let reasons = if good { Vec::new() } else { vec!["card-expired".to_owned()] };
        Ok(TapShown {
            lock: if good { "released" } else { "locked" }.to_owned(),
            signal: if good { "granted" } else { "denied" }.to_owned(),
            reader_ms: 12.34,
            reasons,
        })
    }
}
