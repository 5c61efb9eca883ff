//! An encoder beside the doors, and what it does to a card.

use access::chain::Link;
use access::credential::Sector;
use access::credential::keys::KeyVersion;
use access::encode::{ChipClass, Outcome};
use access::envelope::{DoorKey, Header};
use access::event::EventKind;
use access::message::Status;
use access::settings::DoorSettings;
use access::time::ClockTrust;
use access::uid::Uid;
use db::site::{EncodePlan, EncodeState, EncodeWork, NewDoor};

use crate::support::{Bench, DESK, actor, door};

impl Bench {
    /// Adds the encoder, connected.
    pub(crate) fn add_desk(&self) {
        let settings = DoorSettings::default();
        let name = "Henkilöstötoimisto".to_owned();
        let encoder = NewDoor { id: door(DESK), name, key: DoorKey::new([8; 32]), settings };
        self.site.add_encoder(&actor(), encoder).unwrap();
        self.connect(DESK);
    }

    /// A door or the encoder says that it is there.
    pub(crate) fn connect(&self, number: usize) {
        let header = Header {
            site: "hospital".parse().unwrap(),
            door: door(number),
            key_id: 1,
            epoch: 1,
            boot: 1,
            sequence: 1,
            link: Link::START,
        };
        let status = Status { utc: self.now(), trust: ClockTrust::Synchronised, ..Status::of_new_box("0.1.0") };
        self.site.record_status(&door(number), &header, &status, self.now()).unwrap();
    }

    /// The controller takes up a job.
    pub(crate) fn begin(&self, job: u64) {
        let plan =
            EncodePlan { sector: Sector::try_from(7).unwrap(), version: KeyVersion::new(2).unwrap(), credential: 1 };
        self.site.begin_encoding(job, &plan, self.now()).unwrap().unwrap();
        self.site.set_encoding_stage(job, EncodeState::Sent, self.now()).unwrap();
    }

    /// The encoder says how it ended.
    pub(crate) fn end(&mut self, card: Uid, job: u64, outcome: Outcome, chip: ChipClass) {
        self.happen(DESK, EventKind::Encoded { job, outcome, chip }, Some(card));
    }

    /// A card is encoded, from the request to the event.
    pub(crate) fn encode(&mut self, card: Uid, chip: ChipClass) {
        let job = self.site.request_encoding(&actor(), &card, &door(DESK), EncodeWork::Encode).unwrap().id;
        self.begin(job);
        self.end(card, job, Outcome::Done, chip);
    }
}
