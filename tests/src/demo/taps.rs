//! The virtual cards of the demo, and taps with them from a page.

use std::sync::OnceLock;

use access::uid::Uid;
use anyhow::Result;
use dashboard::{DemoCard, DemoDoor, DemoDoors, TapShown};
use db::site::Site;
use door_agent::cards::Cards;
use mfrc522_emulator::VirtualCard;
use serde_json::json;

use super::hospital::{self, PEOPLE};
use super::{Dumps, ReadyDoor};
use crate::http::Client;
use crate::people::invent;

/// How long a person on the page holds a card, in milliseconds.
const HOLD_MS: u32 = 300;

/// Nobody knows this card.
const STRANGER: &str = "DEADBEEF";
/// A MIFARE Mini: a card of another kind.
const MINI: &str = "C0FFEE09";

/// Cards, and the doors once they run.
pub(super) struct Taps {
    labels: Vec<DemoCard>,
    cards: Cards,
    doors: OnceLock<Vec<(DemoDoor, Client)>>,
    names: Vec<DemoDoor>,
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
        Ok(Self { labels, cards: Cards::from(bodies), doors: OnceLock::new(), names })
    }

    /// The cards themselves, which all doors share.
    pub(super) fn cards(&self) -> &Cards {
        &self.cards
    }

    /// From now on taps go to these doors.
    pub(super) fn connect<'a>(&self, doors: impl Iterator<Item = &'a ReadyDoor>) {
        let connected = doors.filter_map(|door| {
            let name = self.names.iter().find(|name| name.id == door.id)?;
            Some((name.clone(), Client::new(&door.control, None)))
        });
        // Doors are connected once, at the start.
        let _ = self.doors.set(connected.collect());
    }
}

impl DemoDoors for Taps {
    fn doors(&self) -> Vec<DemoDoor> {
        self.doors.get().map(|doors| doors.iter().map(|(door, _)| door.clone()).collect()).unwrap_or_default()
    }

    fn cards(&self) -> Vec<DemoCard> {
        self.labels.clone()
    }

    fn tap(&self, door: &str, card: &str) -> Result<TapShown, String> {
        let doors = self.doors.get().ok_or("the doors are not running yet")?;
        let (_, client) = doors.iter().find(|(known, _)| known.id == door).ok_or("there is no such door")?;
        let body = json!({"card": card, "hold_ms": HOLD_MS});
        let answer = client.post("/tap", &body).and_then(|answer| answer.success("/tap")).map_err(|e| e.to_string())?;
        let shown: Shown = serde_json::from_value(answer).map_err(|error| error.to_string())?;
        Ok(TapShown { lock: shown.lock, signal: shown.signal, reader_ms: shown.reader_ms, reasons: shown.reasons })
    }
}

#[derive(serde::Deserialize)]
struct Shown {
    lock: String,
    signal: String,
    reader_ms: f64,
    #[serde(default)]
    reasons: Vec<String>,
}
