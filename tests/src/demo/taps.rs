//! The virtual cards of the demo, and taps with them from a page. Whoever is granted there opens the door and lets it
//! fall shut; now and then somebody leaves it open.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use access::uid::Uid;
use anyhow::Result;
use dashboard::{DemoCard, DemoDoor, DemoDoors, TapShown};
use db::site::Site;
use door_agent::cards::Cards;
use mfrc522_emulator::VirtualCard;
use serde_json::json;

use super::hospital::{self, PEOPLE};
use super::{Dumps, ReadyDoor, settings};
use crate::http::Client;
use crate::people::invent;

/// How long a person on the page holds a card, in milliseconds.
const HOLD_MS: u32 = 300;

/// How long a person who walks through keeps the door open.
const WALK: Duration = Duration::from_secs(2);

/// How long somebody who carries something does: longer than a door may stand open.
const CARRY: Duration = Duration::from_secs(40);

/// One of so many carries something.
const CARRIES: u32 = 12;

/// What a reader inside is called beside its door's id.
const INSIDE: &str = "-inside";

/// Nobody knows this card.
const STRANGER: &str = "DEADBEEF";
/// A MIFARE Mini: a card of another kind.
const MINI: &str = "C0FFEE09";

/// Cards, and the doors once they run.
pub(super) struct Taps {
    labels: Vec<DemoCard>,
    cards: Cards,
    readers: OnceLock<Vec<Reader>>,
    names: Vec<DemoDoor>,
    openings: AtomicU32,
}

/// A reader, and the leaf beside it.
struct Reader {
    shown: DemoDoor,
    client: Client,
    side: &'static str,
    /// Somebody holds the leaf. It is one that both readers of a door see.
    held: Arc<AtomicBool>,
}

impl Taps {
    /// The cards of all people, of all dumps, the backup cards of the desk, and two that no door likes.
    pub(super) fn new(site: &Site, dumps: &Dumps) -> Result<Self> {
        let mut cards = Vec::new();
        for (name, _, card) in dumps.iter() {
            cards.push((DemoCard { name: name.clone(), label: format!("{name} (dump)") }, card.clone()));
        }
        for (number, person) in invent(PEOPLE).iter().enumerate() {
            let hex = person.uid.hex();
            let label = match hospital::remark(number) {
                "" => format!("{} · {hex}", person.name),
                remark => format!("{} · {hex} ({remark})", person.name),
            };
            cards.push((DemoCard { name: hex, label }, VirtualCard::classic_1k(person.uid.as_bytes())?));
        }
        let stranger: Uid = STRANGER.parse()?;
        let label = |text: &str, uid: &str| DemoCard { name: uid.to_owned(), label: format!("{text} · {uid}") };
        cards.push((label("A card that nobody knows", STRANGER), VirtualCard::classic_1k(stranger.as_bytes())?));
        for (number, uid) in hospital::blanks()?.iter().enumerate() {
            let label = label(&format!("Backup card {}", number + 1), &uid.hex());
            cards.push((label, VirtualCard::classic_1k(uid.as_bytes())?));
        }
        let mini: Uid = MINI.parse()?;
        cards.push((label("A MIFARE Mini", MINI), VirtualCard::mini(mini.as_bytes())?));
        let names =
            site.doors()?.into_iter().map(|door| DemoDoor { id: door.id.to_string(), name: door.name }).collect();
        let (labels, bodies): (Vec<_>, Vec<_>) =
            cards.into_iter().map(|(label, body)| (label.clone(), (label.name, body))).unzip();
        Ok(Self { labels, cards: Cards::from(bodies), readers: OnceLock::new(), names, openings: AtomicU32::new(0) })
    }

    /// The cards themselves, which all doors share.
    pub(super) fn cards(&self) -> &Cards {
        &self.cards
    }

    /// From now on taps go to these doors.
    pub(super) fn connect<'a>(&self, doors: impl Iterator<Item = &'a ReadyDoor>) {
        let connected = doors.flat_map(|door| {
            let name = self.names.iter().find(|name| name.id == door.id);
            name.map(|name| readers(name, door)).unwrap_or_default()
        });
        // Doors are connected once, at the start.
        let _ = self.readers.set(connected.collect());
    }

    /// Walks through. A leaf that somebody holds already is left to them, so no more threads run than there are doors.
    fn walk(&self, reader: &Reader) {
        if reader.held.swap(true, Ordering::Relaxed) {
            return;
        }
        let carries = self.openings.fetch_add(1, Ordering::Relaxed) % CARRIES == CARRIES - 1;
        let (client, held) = (reader.client.clone(), Arc::clone(&reader.held));
        std::thread::spawn(move || {
            // A door that is stopping needs nobody to close it.
            let _ = client.post("/contact", &json!({"open": true}));
            std::thread::park_timeout(if carries { CARRY } else { WALK });
            let _ = client.post("/contact", &json!({"open": false}));
            held.store(false, Ordering::Relaxed);
        });
    }
}

impl DemoDoors for Taps {
    fn doors(&self) -> Vec<DemoDoor> {
        self.readers.get().map(|all| all.iter().map(|reader| reader.shown.clone()).collect()).unwrap_or_default()
    }

    fn cards(&self) -> Vec<DemoCard> {
        self.labels.clone()
    }

    fn tap(&self, door: &str, card: &str) -> Result<TapShown, String> {
        let readers = self.readers.get().ok_or("the doors are not running yet")?;
        let reader = readers.iter().find(|reader| reader.shown.id == door).ok_or("there is no such door")?;
        let body = json!({"card": card, "hold_ms": HOLD_MS, "side": reader.side});
        let answer = reader.client.act("/tap", &body).map_err(|error| error.to_string())?;
        let shown: Shown = serde_json::from_value(answer).map_err(|error| error.to_string())?;
        if matches!(shown.signal.as_str(), "granted" | "ends-soon") {
            self.walk(reader);
        }
        Ok(TapShown { lock: shown.lock, signal: shown.signal, reader_ms: shown.reader_ms, reasons: shown.reasons })
    }
}

/// The reader outside, and the one inside if there is one.
fn readers(name: &DemoDoor, door: &ReadyDoor) -> Vec<Reader> {
    let (client, held) = (Client::new(&door.control, None), Arc::new(AtomicBool::new(false)));
    let mut readers = vec![Reader { shown: name.clone(), client, side: "in", held }];
    let inside = name.id.parse().is_ok_and(|id| settings::has_out_reader(&id));
    if let (true, Some(outside)) = (inside, readers.first()) {
        let shown = DemoDoor { id: format!("{}{INSIDE}", name.id), name: format!("{} (sisältä)", name.name) };
        let (client, held) = (outside.client.clone(), Arc::clone(&outside.held));
        readers.push(Reader { shown, client, side: "out", held });
    }
    readers
}

#[derive(serde::Deserialize)]
struct Shown {
    lock: String,
    signal: String,
    reader_ms: f64,
    #[serde(default)]
    reasons: Vec<String>,
}
