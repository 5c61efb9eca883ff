//! The JSON of the API. Field names carry their units; times are RFC 3339 in UTC; numbers of 64 random
//! bits are texts, since JavaScript would round them.

use access::mode::Mode;
use access::time::{UtcS, Window};
use access::whitelist::WhitelistId;
use db::site::{CardView, CommandState, CommandView, DoorOrders, DoorView, Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conditions::CertificateShape;
use super::doors::{LockdownShape, OrderShape, SettingsShape};
use super::names::NamesShape;
use crate::fault::Fault;
use crate::pages::standing;
use crate::sentence::{block_codes, command_code, trust_code};
use crate::when;

/// A page of a list, and the cursor of the next.
#[derive(Serialize, JsonSchema)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
    /// What to hand in as `after` (or `before`) to go on; null at the end.
    pub(super) next: Option<String>,
}

/// A time during which something holds; an end that is null is open.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowShape {
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
}

impl WindowShape {
    pub(super) fn read(&self) -> Result<Window, Fault> {
        let end = |text: &Option<String>, field| {
            text.as_deref()
                .map(|text| {
                    when::from_rfc3339(text)
                        .map(access::time::UtcMs::second)
                        .ok_or(Fault::Invalid { field, problem: "not-a-time" })
                })
                .transpose()
        };
        Ok(Window { from: end(&self.from, "from")?, until: end(&self.until, "until")? })
    }
}

impl From<Window> for WindowShape {
    fn from(window: Window) -> Self {
        let end = |at: Option<UtcS>| at.map(when::rfc3339_second);
        Self { from: end(window.from), until: end(window.until) }
    }
}

/// A card.
#[derive(Serialize, JsonSchema)]
pub(super) struct CardShape {
    uid: String,
    kind: &'static str,
    validity: WindowShape,
    blocks: Vec<&'static str>,
    life: &'static str,
    life_cause: &'static str,
    life_since: String,
    life_by: String,
    renews: Option<String>,
    renewed_by: Option<String>,
    stands_in_for: Option<&'static str>,
    certificates: Vec<CertificateShape>,
    holder: Option<Holder>,
    held: WindowShape,
    doors: Vec<ListingShape>,
}

/// A person by number and name.
#[derive(Serialize, JsonSchema)]
pub(super) struct Holder {
    pub(super) id: i64,
    pub(super) name: String,
}

#[derive(Serialize, JsonSchema)]
struct ListingShape {
    door: String,
    from: Option<String>,
    until: Option<String>,
}

impl From<&CardView> for CardShape {
    fn from(card: &CardView) -> Self {
        Self {
            uid: card.uid.hex(),
            kind: card.kind.code(),
            validity: card.window.into(),
            blocks: block_codes(card.blocks),
            life: card.life.code(),
            life_cause: card.cause.code(),
            life_since: when::rfc3339(card.life_since),
            life_by: card.life_by.clone(),
            renews: card.renews.map(|uid| uid.hex()),
            renewed_by: card.renewed_by.map(|uid| uid.hex()),
            stands_in_for: card.as_kind.map(db::site::CardKind::code),
            certificates: card.certificates.iter().map(CertificateShape::from).collect(),
            holder: holder(card.holder.as_ref()),
            held: card.held.into(),
            doors: card
                .listings
                .iter()
                .map(|listing| {
                    let WindowShape { from, until } = listing.window.into();
                    ListingShape { door: listing.door.to_string(), from, until }
                })
                .collect(),
        }
    }
}

pub(super) fn holder(holder: Option<&(db::site::PersonId, String)>) -> Option<Holder> {
    holder.map(|(person, name)| Holder { id: person.0, name: name.clone() })
}

/// A person.
#[derive(Serialize, JsonSchema)]
pub(super) struct PersonShape {
    id: i64,
    name: String,
    external_id: Option<String>,
    /// Whether locks stay released for longer.
    needs_longer: bool,
    cards: Vec<String>,
}

impl From<&Person> for PersonShape {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.0,
            name: person.name.clone(),
            external_id: person.external_id.clone(),
            needs_longer: person.comfort.has(access::entry::Comfort::LONG),
            cards: person.cards.iter().map(|card| card.uid.hex()).collect(),
        }
    }
}

/// A door.
#[derive(Serialize, JsonSchema)]
pub(super) struct DoorShape {
    id: String,
    name: String,
    names: NamesShape,
    kind: &'static str,
    online: bool,
    last_seen: Option<String>,
    mode_ordered: Option<&'static str>,
    mode_ordered_until: Option<String>,
    mode_in_force: Option<&'static str>,
    leaf: Option<&'static str>,
    lock_released: Option<bool>,
    faults: Option<Vec<&'static str>>,
    settings: SettingsShape,
    /// What is ordered of it, with who and why; only of a door that is asked for by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Option<OrderShape>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lockdowns: Option<Vec<LockdownShape>>,
    generation_wanted: Option<u64>,
    generation_in_force: Option<u64>,
    entries_in_force: Option<u32>,
    state_generation_wanted: u64,
    state_generation_in_force: Option<u64>,
    up_to_date: bool,
    journal_head: Option<u64>,
    journal_acknowledged: Option<u64>,
    journal_percent: Option<u8>,
    reader_answers: Option<bool>,
    clock: Option<&'static str>,
    clock_offset_ms: Option<i64>,
    list_confirmed: Option<String>,
    messages_refused: Option<u32>,
    agent: Option<String>,
    epoch: Option<String>,
}

impl DoorShape {
    /// With what is ordered of it, if that is to be told.
    pub(super) fn new(door: &DoorView, now: UtcS, orders: Option<&DoorOrders>) -> Self {
        let generation = |id: Option<WhitelistId>| id.map(|id| id.generation.0);
        let ordered = standing::ordered(door, now);
        let until = match ordered {
            Some(Mode::LockedDown) => door.lockdown.and_then(|lockdown| lockdown.until),
            Some(_) => door.order.map(|order| order.until),
            None => None,
        };
        Self {
            id: door.id.to_string(),
            name: door.name.clone(),
            names: NamesShape::from(&door.names),
            kind: door.kind.code(),
            online: door.online,
            last_seen: door.last_seen.map(when::rfc3339),
            mode_ordered: ordered.map(Mode::code),
            mode_ordered_until: until.map(when::rfc3339_second),
            mode_in_force: door.mode_in_force.map(Mode::code),
            leaf: door.leaf.map(access::message::Leaf::code),
            lock_released: door.lock_released,
            faults: door.faults.map(|faults| faults.iter().map(access::event::Watched::code).collect()),
            settings: SettingsShape::from(&door.settings),
            order: orders.map(|orders| {
                let order = orders.order.as_ref().filter(|(view, _)| now < view.order.until);
                order.map(|(view, in_force)| OrderShape::new(view, *in_force))
            }),
            lockdowns: orders.map(|orders| {
                let on = orders.lockdowns.iter().filter(|(lockdown, _)| lockdown.is_on(now));
                on.map(|(lockdown, _)| LockdownShape::from(lockdown)).collect()
            }),
            generation_wanted: generation(door.wanted),
            generation_in_force: generation(door.in_force),
            entries_in_force: door.in_force.map(|id| id.entries),
            state_generation_wanted: door.wanted_state.0,
            state_generation_in_force: door.state_in_force.map(|generation| generation.0),
            up_to_date: !crate::pages::is_behind(door),
            journal_head: door.journal_head,
            journal_acknowledged: door.journal_acknowledged,
            journal_percent: door.journal_percent,
            reader_answers: door.reader,
            clock: door.trust.map(trust_code),
            clock_offset_ms: door.clock_offset_ms,
            list_confirmed: door.confirmed.map(when::rfc3339),
            messages_refused: door.messages_refused,
            agent: door.agent.clone(),
            epoch: door.epoch.map(|epoch| epoch.to_string()),
        }
    }
}

/// A command.
#[derive(Serialize, JsonSchema)]
pub(super) struct CommandShape {
    id: String,
    door: String,
    action: &'static str,
    operator: String,
    reason: String,
    requested: String,
    state: &'static str,
    refusal: Option<String>,
}

impl From<&CommandView> for CommandShape {
    fn from(command: &CommandView) -> Self {
        Self {
            id: command.id.to_string(),
            door: command.door.to_string(),
            action: command.action.code(),
            operator: command.operator.clone(),
            reason: command.reason.clone(),
            requested: when::rfc3339(command.requested),
            state: command_code(&command.state),
            refusal: match &command.state {
                CommandState::Refused(code) => Some(code.clone()),
                _ => None,
            },
        }
    }
}
