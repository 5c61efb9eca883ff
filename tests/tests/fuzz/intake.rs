//! The central log under events that an authentic but broken door reports: they are stored as they are or refused, and
//! those of the other doors go on.

use access::chain::{Link, link};
use access::envelope::DoorKey;
use access::event::Event;
use access::message::Up;
use access::settings::DoorSettings;
use access::time::UtcMs;
use db::site::{Actor, NewDoor, Report, Site};

use super::files::memory;
use super::fuzz::{FEW, alone, run};
use super::samples::{bytes_of, events};

fn site(folder: &std::path::Path) -> Site {
    let site = Site::open(&folder.join("site.db"), &"hospital".parse().unwrap()).unwrap();
    for door in ["pharmacy", "ward"] {
        let key = DoorKey::new([7; 32]);
        let new = NewDoor { id: door.parse().unwrap(), name: door.to_owned(), key, settings: DoorSettings::default() };
        site.add_door(&Actor { operator: "tests", at: UtcMs(1) }, new).unwrap();
    }
    site
}

fn report(door: &str, epoch: u64, previous: Link, events: Vec<Event>) -> Report {
    Report { door: door.parse().unwrap(), epoch, boot: 3, previous, events, received: UtcMs(1_764_000_000_000) }
}

#[test]
fn events_with_any_content_are_stored_or_refused_and_disturb_nobody_else() {
    let alone = alone();
    let folder = memory();
    let site = site(folder.path());
    let one = |event: &Event| Up::Events(vec![event.clone()]);
    let mut samples = bytes_of(&events().iter().map(one).collect::<Vec<_>>());
    samples.extend(bytes_of(&[Up::Events(events())]));
    let template = events();
    let (mut last, mut through) = (Link::START, 0);
    run(&alone, &samples, FEW, |bytes, chance| {
        let Ok(Up::Events(mut reported)) = postcard::from_bytes::<Up>(bytes) else { return false };
        if reported.is_empty() {
            return false;
        }
        // Half of them continue an epoch of their own, so that what stands in them is looked at.
        if chance.below(2) == 0 {
            (1..).zip(&mut reported).for_each(|(number, event)| event.sequence = number);
        }
        let epoch = chance.next();
        let broken = site.intake(&[report("pharmacy", epoch, Link::START, reported.clone())]).unwrap();
        let again = site.intake(&[report("pharmacy", epoch, Link::START, reported)]).unwrap();
        assert_eq!(again[0].inserted, 0, "events were stored twice");
        assert_eq!(again[0].through, broken[0].through);

        through += 1;
        let good = Event { sequence: through, ..template[1].clone() };
        let outcomes = site.intake(&[report("ward", 1, last, vec![good.clone()])]).unwrap();
        assert_eq!((outcomes[0].through, outcomes[0].fault), (through, None));
        last = link(last, 1, &good);
        true
    });
}
