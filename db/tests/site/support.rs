//! A site in a folder of its own, and short ways to say what a test needs.

use std::sync::OnceLock;

use access::chain::{Link, link};
use access::credential::Sector;
use access::credential::keys::KeyVersion;
use access::decide::{Credential, Decision, Presented};
use access::encode::{ChipClass, Outcome};
use access::envelope::DoorKey;
use access::event::{Event, EventKind, Subject};
use access::id::{DoorId, SiteId};
use access::mode::Mode;
use access::passage::Side;
use access::reason::{Reason, Reasons};
use access::state::DoorState;
use access::time::{ClockTrust, MonoMs, UtcMs, UtcS, Window};
use access::uid::Uid;
use access::whitelist::Generation;
use db::site::{
    Actor, CardKind, EncodePlan, EncodeWork, NewCard, NewDoor, NewPerson, PersonId, Report, Site, SiteError,
};
use tempfile::TempDir;

pub(crate) const NOW: UtcMs = UtcMs(1_800_000_000_000);
pub(crate) const ACTOR: Actor<'static> = Actor { operator: "maija", at: NOW };

/// The file of a site with nothing in it: migrations take most of the time of a small test, and a property has hundreds.
static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) site: Site,
}

fn empty() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.db");
    drop(Site::open(&path, &site_id()).unwrap());
    std::fs::read(path).unwrap()
}

pub(crate) fn site_id() -> SiteId {
    "hospital".parse().unwrap()
}

pub(crate) fn door(name: &str) -> DoorId {
    name.parse().unwrap()
}

pub(crate) fn uid(number: u8) -> Uid {
    Uid::new(&[1, 2, 3, number]).unwrap()
}

pub(crate) fn window(from: i64, until: i64) -> Window {
    Window::new(UtcS(from), UtcS(until))
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.db");
        std::fs::write(&path, EMPTY.get_or_init(empty)).unwrap();
        let site = Site::open(&path, &site_id()).unwrap();
        Self { folder, site }
    }

    /// With these doors.
    pub(crate) fn with_doors(names: &[&str]) -> Self {
        let bench = Self::new();
        for name in names {
            bench.add_door(name).unwrap();
        }
        bench
    }

    /// As after a crash: the old handle is gone, and the file is opened again.
    pub(crate) fn reopen(self) -> Self {
        let Self { folder, site } = self;
        drop(site);
        let site = Site::open(&folder.path().join("site.db"), &site_id()).unwrap();
        Self { folder, site }
    }

    pub(crate) fn add_door(&self, name: &str) -> Result<(), SiteError> {
        let new = NewDoor {
            id: door(name),
            name: format!("Door {name}"),
            key: DoorKey::new([7; 32]),
            settings: DoorState::default().settings,
        };
        self.site.add_door(&ACTOR, new)
    }

    pub(crate) fn add_encoder(&self, name: &str) -> DoorId {
        let new = NewDoor {
            id: door(name),
            name: format!("Encoder {name}"),
            key: DoorKey::new([8; 32]),
            settings: DoorState::default().settings,
        };
        self.site.add_encoder(&ACTOR, new).unwrap();
        door(name)
    }

    /// What an encoder says about a job, as the only event of a new epoch.
    pub(crate) fn encoded(&self, name: &str, epoch: u64, card: Uid, job: u64, outcome: Outcome) {
        let mut journal = Journal::of(name, epoch, 0);
        let said = event(1, EventKind::Encoded { job, outcome, chip: ChipClass::Plain });
        journal.events = vec![Event { subject: Some(Subject { uid: card, salt: [1; 16] }), ..said }];
        self.site.intake(&[journal.report(1, 1)]).unwrap();
    }

    /// Encodes a card at an encoder, from the request to the event, and returns the issue number.
    pub(crate) fn encode(&self, encoder: &DoorId, epoch: u64, card: Uid) -> u8 {
        let job = self.site.request_encoding(&ACTOR, &card, encoder, EncodeWork::Encode).unwrap().id;
        let begun = self.site.begin_encoding(job, &plan(1), NOW).unwrap().unwrap();
        self.encoded(encoder.as_str(), epoch, card, job, Outcome::Done);
        begun.record.unwrap().issue
    }

    /// A card of a kind that needs nothing of its holder.
    pub(crate) fn add_card(&self, number: u8) -> Uid {
        let new = NewCard::new(uid(number), CardKind::Visitor, Window::ALWAYS);
        self.site.add_card(&ACTOR, new).unwrap().uid
    }

    pub(crate) fn add_person(&self, name: &str) -> PersonId {
        let new = NewPerson { name: name.to_owned(), external_id: None };
        self.site.add_person(&ACTOR, new).unwrap().id
    }

    pub(crate) fn latest(&self) -> Generation {
        self.site.latest().unwrap()
    }
}

/// Sector 5, with masters of this version.
pub(crate) fn plan(version: u8) -> EncodePlan {
    EncodePlan {
        sector: Sector::try_from(5).unwrap(),
        version: KeyVersion::new(version).unwrap(),
        credential: 0x00C0_FFEE,
    }
}

/// A refused value, as its field and its code.
pub(crate) fn problem<T: std::fmt::Debug>(result: Result<T, SiteError>) -> (&'static str, &'static str) {
    match result {
        Err(SiteError::Invalid { field, problem }) => (field, problem),
        other => panic!("{other:?}"),
    }
}

/// A tap with a card, denied for one reason or granted.
pub(crate) fn tap(sequence: u64, card: Option<Uid>, reason: Option<Reason>) -> Event {
    Event {
        subject: card.map(|uid| Subject { uid, salt: [sequence.to_le_bytes()[0]; 16] }),
        ..event(
            sequence,
            EventKind::Tap {
                side: Side::In,
                noted: Reasons::NONE,
                presented: Presented::Classic1k,
                credential: Credential::NotAsked,
                rolling: None,
                decision: Decision { reasons: reason.map_or(Reasons::NONE, Reasons::from), generation: Generation(1) },
            },
        )
    }
}

pub(crate) fn event(sequence: u64, kind: EventKind) -> Event {
    Event {
        sequence,
        boot: 1,
        mono: MonoMs(sequence * 10),
        utc: UtcMs(NOW.0 + i64::try_from(sequence).unwrap() * 1000),
        trust: ClockTrust::Synchronised,
        generation: Generation(1),
        state_generation: Generation(1),
        mode: Mode::Normal,
        kind,
        subject: None,
    }
}

/// The journal of one door, which knows its own links.
pub(crate) struct Journal {
    pub(crate) door: DoorId,
    pub(crate) epoch: u64,
    pub(crate) events: Vec<Event>,
}

impl Journal {
    /// So many exit presses.
    pub(crate) fn of(name: &str, epoch: u64, events: u64) -> Self {
        Self {
            door: door(name),
            epoch,
            events: (1..=events).map(|sequence| event(sequence, EventKind::ExitPressed)).collect(),
        }
    }

    /// The link of an event; of 0 before the first.
    pub(crate) fn link(&self, sequence: u64) -> Link {
        self.events
            .iter()
            .take_while(|event| event.sequence <= sequence)
            .fold(Link::START, |previous, event| link(previous, self.epoch, event))
    }

    /// A report of these events.
    pub(crate) fn report(&self, from: u64, through: u64) -> Report {
        Report {
            door: self.door.clone(),
            epoch: self.epoch,
            boot: 1,
            previous: self.link(from - 1),
            events: self.events.iter().filter(|event| (from..=through).contains(&event.sequence)).cloned().collect(),
            received: NOW,
        }
    }
}
