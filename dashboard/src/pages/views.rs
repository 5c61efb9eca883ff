//! Cards and doors as templates show them.

use access::settings::{Age, Reading};
use db::site::{CardKind, CardView, CredentialRecord, CredentialState, DoorKind, DoorView, Life};

use super::standing;
use crate::page::Page;
use crate::sentence::{block_code, block_codes};

/// A card.
pub(super) struct Card {
    pub(super) uid: String,
    pub(super) kind: &'static str,
    pub(super) holder: Option<(i64, String)>,
    pub(super) held: String,
    pub(super) blocks: Vec<&'static str>,
    pub(super) window: String,
    pub(super) listings: Vec<Listing>,
    pub(super) life: Mark,
    /// Blocks that do not come from its life.
    pub(super) others: Vec<&'static str>,
    pub(super) renews: Option<String>,
    pub(super) renewed_by: Option<String>,
    /// Whether a new card may take over from it.
    pub(super) renewable: bool,
    /// The kind whose conditions bind, if not its own.
    pub(super) as_kind: Option<&'static str>,
}

/// A door that it is listed for.
pub(super) struct Listing {
    pub(super) door: String,
    pub(super) name: String,
    pub(super) window: String,
    /// What the door reads; nothing where that is not shown.
    pub(super) reading: Option<Mark>,
}

impl Card {
    pub(super) fn new(page: &Page, view: &CardView) -> Self {
        Self {
            uid: view.uid.hex(),
            kind: view.kind.code(),
            holder: view.holder.as_ref().map(|(person, name)| (person.0, page.name(name))),
            held: page.window(&view.held),
            blocks: block_codes(view.blocks),
            window: page.days(&view.window),
            life: super::life::mark(page, view.life),
            others: block_codes(view.blocks).into_iter().filter(|code| !of_life(view, code)).collect(),
            renews: view.renews.map(|uid| uid.hex()),
            renewed_by: view.renewed_by.map(|uid| uid.hex()),
            renewable: view.renewed_by.is_none() && view.kind != CardKind::Backup && view.life != Life::Retired,
            as_kind: view.as_kind.map(CardKind::code),
            listings: view
                .listings
                .iter()
                .map(|listing| Listing {
                    door: listing.door.to_string(),
                    name: listing.door_name.clone(),
                    window: page.window(&listing.window),
                    reading: None,
                })
                .collect(),
        }
    }

    /// With what each of its doors reads of it, and whether that is on the card at all.
    pub(super) fn with_readings(mut self, page: &Page, doors: &[DoorView], records: &[CredentialRecord]) -> Self {
        let encoded = records.iter().any(|record| record.state == CredentialState::Active);
        for listing in &mut self.listings {
            listing.reading = doors.iter().find(|door| door.id.as_str() == listing.door).map(|door| {
                if door.settings.reading.asks_for_credential() && !encoded {
                    Mark::bad(page.tr("reading-not-encoded"))
                } else {
                    reading(page, door.settings.reading)
                }
            });
        }
        self
    }

    pub(super) fn all(page: &Page, views: &[CardView]) -> Vec<Self> {
        views.iter().map(|view| Self::new(page, view)).collect()
    }
}

fn of_life(view: &CardView, code: &str) -> bool {
    view.life.block(view.cause).is_some_and(|block| block_code(block) == code)
}

/// A word with its tone and its symbol, so that colour never stands alone.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) tone: &'static str,
    pub(super) symbol: &'static str,
    pub(super) text: String,
}

impl Mark {
    pub(super) fn good(text: String) -> Self {
        Self::new("good", "✓", text)
    }

    pub(super) fn bad(text: String) -> Self {
        Self::new("bad", "✕", text)
    }

    pub(super) fn warn(text: String) -> Self {
        Self::new("warn", "▲", text)
    }

    pub(super) fn plain(text: String) -> Self {
        Self::new("plain", "", text)
    }

    pub(super) fn new(tone: &'static str, symbol: &'static str, text: String) -> Self {
        Self { tone, symbol, text }
    }
}

/// How long something may last, to the second.
pub(super) fn limit(page: &Page, limit_s: u32) -> String {
    let (unit, seconds) = match limit_s {
        s if s.is_multiple_of(3_600) => ("span-hours", 3_600),
        s if s.is_multiple_of(60) => ("span-minutes", 60),
        _ => ("span-seconds", 1),
    };
    page.tr1(unit, "n", &(limit_s / seconds).to_string())
}

/// How long ago something was, as exactly as anybody cares.
pub(super) fn span(page: &Page, seconds: i64) -> String {
    let (unit, length) = match seconds {
        ..120 => ("span-seconds", 1),
        120..7_200 => ("span-minutes", 60),
        7_200..345_600 => ("span-hours", 3_600),
        _ => ("span-days", 86_400),
    };
    page.tr1(unit, "n", &(seconds / length).to_string())
}

/// How old a door's list may become, and what holds then.
pub(super) fn age(page: &Page, age: Option<Age>) -> String {
    let Some(Age { limit_s, beyond }) = age else { return page.tr("age-none") };
    let then = page.code("age-beyond", beyond.code());
    page.lang.say_with("age-rule", &[("limit", limit(page, limit_s).into()), ("then", then.into())])
}

/// A door in the list.
pub(super) struct Door {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) connection: Mark,
    pub(super) mode: Mark,
    pub(super) leaf: Vec<Mark>,
    pub(super) faults: Vec<Mark>,
    pub(super) reading: Mark,
    pub(super) in_force: Vec<Mark>,
    pub(super) last_seen: String,
    pub(super) backlog: String,
}

impl Door {
    pub(super) fn new(page: &Page, view: &DoorView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name.clone(),
            connection: connection(page, view),
            mode: standing::mode(page, view),
            leaf: [standing::leaf(page, view), standing::lock(page, view)].into_iter().flatten().collect(),
            faults: standing::faults(page, view).unwrap_or_default(),
            reading: reading(page, view.settings.reading),
            in_force: in_force(page, view),
            last_seen: last_seen(page, view),
            backlog: backlog(view).map_or_else(String::new, |events| events.to_string()),
        }
    }
}

pub(super) fn connection(page: &Page, view: &DoorView) -> Mark {
    if view.online { Mark::good(page.tr("door-online")) } else { Mark::bad(page.tr("door-offline")) }
}

/// What a door reads. Only where the counter moves does a copy of the whole card show itself.
pub(super) fn reading(page: &Page, reading: Reading) -> Mark {
    let text = page.code("reading", reading.code());
    match reading {
        Reading::UidOnly => Mark::warn(text),
        Reading::Sector => Mark::plain(text),
        Reading::RollingLenient | Reading::RollingStrict => Mark::good(text),
    }
}

/// Whether whitelist and state in force are those that should be.
pub(super) fn in_force(page: &Page, view: &DoorView) -> Vec<Mark> {
    vec![list_in_force(page, view), state_in_force(page, view)]
}

/// Which whitelist is in force, beside the one that should be.
fn list_in_force(page: &Page, view: &DoorView) -> Mark {
    let number = |id: Option<access::whitelist::WhitelistId>| {
        id.map_or_else(|| page.tr("generation-none"), |id| id.generation.to_string())
    };
    compared(page, "generation-list", view.wanted == view.in_force, number(view.in_force), number(view.wanted))
}

/// Which state is in force, beside the one that should be.
fn state_in_force(page: &Page, view: &DoorView) -> Mark {
    let current = view.state_in_force.map_or_else(|| page.tr("generation-none"), |current| current.to_string());
    let same = view.state_in_force == Some(view.wanted_state);
    compared(page, "generation-state", same, current, view.wanted_state.to_string())
}

fn compared(page: &Page, key: &str, same: bool, current: String, wanted: String) -> Mark {
    let shown = if same {
        current
    } else {
        page.lang.say_with("generation-behind", &[("current", current.into()), ("wanted", wanted.into())])
    };
    let text = page.tr1(key, "generation", &shown);
    if same { Mark::good(text) } else { Mark::warn(text) }
}

/// Whether the door still decides by an older whitelist or state than it should. An encoder decides nothing.
pub(crate) fn is_behind(view: &DoorView) -> bool {
    view.kind == DoorKind::Door && differs(view)
}

fn differs(view: &DoorView) -> bool {
    view.wanted != view.in_force || view.state_in_force != Some(view.wanted_state)
}

pub(super) fn last_seen(page: &Page, view: &DoorView) -> String {
    view.last_seen.map_or_else(|| page.tr("never"), |at| page.instant(&at))
}

/// Events at the door that the controller has not acknowledged.
pub(super) fn backlog(view: &DoorView) -> Option<u64> {
    Some(view.journal_head?.saturating_sub(view.journal_acknowledged.unwrap_or(0)))
}
