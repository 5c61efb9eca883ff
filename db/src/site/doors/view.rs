//! Doors, read: what they should be beside what they last said.

use std::collections::BTreeMap;

use access::event::Faults;
use access::id::DoorId;
use access::message::Leaf;
use access::mode::{Lockdown, Mode, Order};
use access::settings::DoorSettings;
use access::state::DoorState;
use access::time::{ClockTrust, UtcMs};
use access::whitelist::{Generation, WhitelistId};
use rusqlite::{Connection, Row};

use super::DoorKind;
use crate::site::called::{self, Names, Translations, door_called};
use crate::site::{SiteError, row, states};

/// A door as it should be and as it last said it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorView {
    /// Its name on the wire.
    pub id: DoorId,
    /// What whoever reads calls it.
    pub name: String,
    /// All that it is called.
    pub names: Names,
    /// Whether it is a door at all: an encoder is shown apart, and not counted among them.
    pub kind: DoorKind,
    /// How it is set up.
    pub settings: DoorSettings,
    /// What an operator has ordered; its time may be over.
    pub order: Option<Order>,
    /// All lockdowns that reach it, made one; its time may be over.
    pub lockdown: Option<Lockdown>,
    /// Whether it is connected.
    pub online: bool,
    /// When it was last known to be there.
    pub last_seen: Option<UtcMs>,
    /// The agent's version.
    pub agent: Option<String>,
    /// The whitelist that the controller last compiled for it.
    pub wanted: Option<WhitelistId>,
    /// The whitelist that it has in force.
    pub in_force: Option<WhitelistId>,
    /// The newest change that touched what it shall be.
    pub wanted_state: Generation,
    /// The state that it has in force.
    pub state_in_force: Option<Generation>,
    /// The newest event of its journal.
    pub journal_head: Option<u64>,
    /// Through which event it has come in, which is what the door is told; its last status may be older.
    pub journal_acknowledged: Option<u64>,
    /// How full its journal is, in hundredths.
    pub journal_percent: Option<u8>,
    /// Whether its readers answer.
    pub reader: Option<bool>,
    /// Whether its lock is released.
    pub lock_released: Option<bool>,
    /// How it stands.
    pub leaf: Option<Leaf>,
    /// What is wrong with it.
    pub faults: Option<Faults>,
    /// The passages that it has in force.
    pub passages_in_force: Option<Generation>,
    /// How far its clock is ahead of the controller's, with the way of the message in it.
    pub clock_offset_ms: Option<i64>,
    /// How far it trusts its clock.
    pub trust: Option<ClockTrust>,
    /// When its list was last confirmed, by the controller's clock, as far as it has told.
    pub confirmed: Option<UtcMs>,
    /// Messages that it refused since its boot.
    pub messages_refused: Option<u32>,
    /// The epoch of its journal.
    pub epoch: Option<u64>,
    /// Its boot, which a command must name.
    pub boot: Option<u64>,
    /// Its session, which a command must name.
    pub session: Option<u64>,
    /// The mode that it has in force.
    pub mode_in_force: Option<Mode>,
}

macro_rules! select_doors {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, ",
            door_called!(),
            ", d.number, d.kind, j.through, r.passages_generation, r.faults,
                    w.list_generation, w.list_digest, w.list_entries,
                    r.list_generation, r.list_digest, r.list_entries,
                    r.online, r.last_seen_ms, r.agent, r.state_generation, r.journal_head,
                    r.journal_acknowledged, r.reader, r.lock_released, r.leaf,
                    r.clock_offset_ms, r.trust, r.messages_refused, r.epoch, r.boot, r.session, r.mode,
                    r.journal_percent, r.confirmed_ms, d.name
             FROM door d
             LEFT JOIN door_wanted w ON w.door = d.number
             LEFT JOIN door_status r ON r.door = d.number
             LEFT JOIN journal j ON j.door = r.door AND j.epoch = r.epoch ",
            $rest
        )
    };
}

pub(super) fn all(db: &Connection) -> Result<Vec<DoorView>, SiteError> {
    let mut states: BTreeMap<i64, DoorState> = states::of(db, None, i64::MAX)?.into_iter().collect();
    let mut statement = row::prepare(db, select_doors!("ORDER BY d.id"))?;
    let mut names = called::DOORS.all(db)?;
    row::all(statement.query([])?, |r| {
        let number = r.get(2)?;
        let state = states.remove(&number).ok_or(SiteError::corrupt("door"))?;
        view(r, &state, names.remove(&number).unwrap_or_default())
    })
}

pub(super) fn one(db: &Connection, door: &DoorId) -> Result<DoorView, SiteError> {
    let number = row::need_door(db, door)?;
    let state = states::of(db, Some(&[number]), i64::MAX)?.pop();
    let (_, state) = state.ok_or(SiteError::corrupt("door"))?;
    let mut statement = row::prepare(db, select_doors!("WHERE d.number = $1"))?;
    let own = called::DOORS.of(db, number)?;
    row::first(statement.query([number])?, |r| view(r, &state, own))?.ok_or_else(|| SiteError::not_found("door", door))
}

fn view(row: &Row<'_>, state: &DoorState, own: Translations) -> Result<DoorView, SiteError> {
    let unsigned =
        |column| -> Result<Option<u64>, SiteError> { Ok(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned)) };
    Ok(DoorView {
        id: row::door(row, 0)?,
        name: row.get(1)?,
        names: Names { main: row.get(31)?, own },
        kind: code(row, 3, DoorKind::from_code)?.ok_or(SiteError::corrupt("kind of door"))?,
        settings: state.settings,
        order: state.order,
        lockdown: state.lockdown,
        online: row.get::<_, Option<bool>>(13)?.unwrap_or(false),
        last_seen: row.get::<_, Option<i64>>(14)?.map(UtcMs),
        agent: row.get(15)?,
        wanted: whitelist(row, 7)?,
        in_force: whitelist(row, 10)?,
        wanted_state: state.generation,
        state_in_force: unsigned(16)?.map(Generation),
        passages_in_force: unsigned(5)?.map(Generation),
        journal_head: unsigned(17)?,
        // What has come in is more than what the door had heard when it last spoke.
        journal_acknowledged: unsigned(4)?.or(unsigned(18)?),
        journal_percent: row.get(29)?,
        reader: row.get(19)?,
        lock_released: row.get(20)?,
        leaf: code(row, 21, Leaf::from_code)?,
        faults: row.get::<_, Option<u16>>(6)?.map(Faults::from_bits),
        clock_offset_ms: row.get(22)?,
        trust: code(row, 23, row::trust_from_code)?,
        confirmed: row.get::<_, Option<i64>>(30)?.map(UtcMs),
        messages_refused: row.get(24)?,
        epoch: unsigned(25)?,
        boot: unsigned(26)?,
        session: unsigned(27)?,
        mode_in_force: code(row, 28, Mode::from_code)?,
    })
}

fn whitelist(row: &Row<'_>, column: usize) -> Result<Option<WhitelistId>, SiteError> {
    match row.get::<_, Option<i64>>(column)? {
        Some(_) => row::whitelist_id(row, column).map(Some),
        None => Ok(None),
    }
}

fn code<T>(row: &Row<'_>, column: usize, from_code: fn(&str) -> Option<T>) -> Result<Option<T>, SiteError> {
    match row.get::<_, Option<String>>(column)? {
        Some(text) => from_code(&text).map(Some).ok_or(SiteError::corrupt("door's status")),
        None => Ok(None),
    }
}
