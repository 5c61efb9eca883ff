//! What a person saw at a door, and whether the central log says the same.

use serde::Deserialize;
use serde_json::Value;
use site::whole::Whole;

use super::is_listed;

/// One tap.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    uid: String,
    /// What was seen; nothing if the agent was killed meanwhile, or the reader looked away.
    seen: Option<&'static str>,
    /// It was the last thing that was seen before the agent was killed.
    before_crash: bool,
}

/// All taps at one door, in order.
#[derive(Debug, Default)]
pub(super) struct Ledger(Vec<Entry>);

/// An event of the log, as far as it is looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Logged {
    id: i64,
    epoch: String,
    sequence: u64,
    code: String,
    card: Option<String>,
    link_ok: bool,
    #[serde(default)]
    count: u64,
}

/// What the log says of one door.
#[derive(Debug)]
pub(super) struct Log {
    door: String,
    pub(super) events: Vec<Logged>,
}

/// Taps that are rightly not in the log.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The disk was full, and an event says how many were not written.
    pub(super) dropped: u64,
    /// The disk took more than 50 ms, so that the person did not have to wait for it; and the agent was killed before it
    /// had taken it.
    pub(super) lost_in_a_crash: u64,
}

impl Ledger {
    pub(super) fn saw(&mut self, uid: &str, signal: &str) {
        let seen = match signal {
            "granted" => Some("granted"),
            "denied" | "denied-for-good" => Some("denied"),
            _ => None,
        };
        if let Some(seen) = seen {
            assert_eq!(seen, if is_listed(uid) { "granted" } else { "denied" }, "a tap was not answered as listed");
        }
        self.0.push(Entry { uid: uid.to_owned(), seen, before_crash: false });
    }

    pub(super) fn unsure(&mut self, uid: &str) {
        self.0.push(Entry { uid: uid.to_owned(), seen: None, before_crash: false });
    }

    pub(super) fn crashed(&mut self) {
        if let Some(last) = self.0.iter_mut().rev().find(|entry| entry.seen.is_some()) {
            last.before_crash = true;
        }
    }

    /// How many taps were answered.
    pub(super) fn certain(&self) -> usize {
        self.0.iter().filter(|entry| entry.seen.is_some()).count()
    }

    /// Compares with the log up to the tap of the card `last`, which is in no ledger.
    pub(super) fn held_against(&self, log: &Log, last: &str) -> Result<Found, String> {
        log.is_whole()?;
        let mut logged =
            log.events.iter().filter(|event| matches!(event.code.as_str(), "granted" | "denied")).peekable();
        let mut found = Found::default();
        let mut missing = 0;
        for (number, entry) in self.0.iter().enumerate() {
            let same = |event: &&Logged| event.card.as_ref() == Some(&entry.uid);
            let next = logged.next_if(|event| same(event));
            match (entry.seen, next) {
                (Some(seen), Some(event)) if event.code != seen => {
                    return Err(format!("tap {number} was seen as {seen} and is logged as {}", event.code));
                }
                (None, _) | (Some(_), Some(_)) => {}
                (Some(_), None) if entry.before_crash => found.lost_in_a_crash += 1,
                (Some(_), None) => missing += 1,
            }
        }
        let rest: Vec<_> = logged.map(|event| event.card.clone()).collect();
        if !rest.iter().all(|card| card.as_deref() == Some(last)) {
            return Err(format!(
                "{} taps are logged that nobody made, or in another order; {missing} are missing",
                rest.len()
            ));
        }
        found.dropped = log.events.iter().filter(|event| event.code == "events-dropped").map(|event| event.count).sum();
        if missing > found.dropped {
            return Err(format!("{missing} taps are missing, and {} events are told to be", found.dropped));
        }
        Ok(found)
    }
}

impl Log {
    pub(super) fn of(door: &str) -> Self {
        Self { door: door.to_owned(), events: Vec::new() }
    }

    /// Reads on; whether the tap of this card is there.
    pub(super) fn read_until(&mut self, site: &Whole, card: &str) -> bool {
        let after = self.events.last().map_or(0, |event| event.id);
        let path = format!("/api/v1/events?door={}&after={after}&limit=200", self.door);
        let Ok(page) = site.api.read::<Value>(&path) else { return false };
        let events: Vec<Logged> = serde_json::from_value(page["items"].clone()).unwrap();
        self.events.extend(events);
        self.events.iter().rev().any(|event| event.card.as_deref() == Some(card))
    }

    /// Within each epoch every number once and in order, and every link fits.
    fn is_whole(&self) -> Result<(), String> {
        for pair in self.events.windows(2) {
            let [before, after] = pair else { continue };
            let expected = if before.epoch == after.epoch { before.sequence + 1 } else { 1 };
            if after.sequence != expected {
                return Err(format!("event {} comes where {expected} should", after.sequence));
            }
        }
        match self.events.iter().find(|event| !event.link_ok) {
            Some(event) => Err(format!("the link of event {} does not fit", event.sequence)),
            None => Ok(()),
        }
    }
}
