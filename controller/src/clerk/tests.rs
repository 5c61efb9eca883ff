//! Statuses that wait are written together, and one that cannot be written takes no other along.

use access::chain::Link;
use access::envelope::{DoorKey, Header};
use access::message::Status;
use access::settings::DoorSettings;
use access::time::UtcMs;
use db::site::{Actor, NewDoor};

use super::*;

const NOW: UtcMs = UtcMs(1_800_000_000_000);

fn heard(door: &str, sequence: u64) -> Note {
    let door: DoorId = door.parse().unwrap();
    let (site, link) = ("hospital".parse().unwrap(), Link::START);
    let header = Header { site, door: door.clone(), key_id: 1, epoch: 1, boot: 1, sequence, link };
    Note::Status(Heard { door, header, status: Box::new(Status::of_new_box("test")), received: NOW })
}

#[test]
fn what_waits_is_written_in_its_order_and_a_door_that_is_gone_takes_nothing_along() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(&folder.path().join("site.db"), &"hospital".parse().unwrap()).unwrap();
    for (id, byte) in [("attic", 1), ("ward", 2)] {
        let (key, settings) = (DoorKey::new([byte; 32]), DoorSettings::default());
        let door = NewDoor { id: id.parse().unwrap(), name: id.to_owned(), key, settings };
        site.add_door(&Actor { operator: "maija", at: NOW }, door).unwrap();
    }
    let clerk = start(site.clone()).unwrap();
    let away = Note::Offline { door: "attic".parse().unwrap(), session: None, at: NOW };
    for note in [heard("ward", 1), heard("gone", 1), heard("attic", 1), heard("ward", 2), away, heard("ward", 3)] {
        clerk.notes.blocking_send(note).unwrap();
    }
    drop(clerk.notes);
    clerk.thread.join().unwrap();
    let of = |door: &str| site.freshness(&door.parse().unwrap()).unwrap();
    assert_eq!((of("attic"), of("ward")), (Some((1, 1, 1)), Some((1, 1, 3))));
    let online = site.doors().unwrap().into_iter().map(|door| door.online).collect::<Vec<_>>();
    assert_eq!(online, [false, true]);
}
