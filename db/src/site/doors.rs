//! Doors: their keys and how they are set up. What they shall be for the time being is composed in `states`, how they
//! are is in `status`, and both together in `view`.

use access::envelope::DoorKey;
use access::id::DoorId;
use access::settings::DoorSettings;
use rusqlite::Row;
use zeroize::Zeroizing;

use super::open::Wakes;
use super::{Actor, Site, SiteError, change, row, rules};

mod settings;
mod view;

pub(super) use settings::{age as read_age, as_of as settings_as_of, read as read_settings, setting_columns};
pub use view::DoorView;

/// Longest name that people call a door by, in bytes.
const NAME_LENGTH_MAX: usize = 100;

/// Most doors of a site. Lists of doors are read whole.
const DOORS_MAX: i64 = 10_000;

/// The id of a door's first key.
const FIRST_KEY: u32 = 1;

/// What stands at an opening, and what at a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorKind {
    /// A reader and a lock.
    Door,
    /// A reader that writes credentials. It has no list, and does not count where doors are counted.
    Encoder,
}

impl DoorKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Encoder => "encoder",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Door, Self::Encoder].into_iter().find(|kind| kind.code() == code)
    }
}

/// A door to be added.
#[derive(Clone)]
pub struct NewDoor {
    /// Its name on the wire, never given to another door.
    pub id: DoorId,
    /// What people call it.
    pub name: String,
    /// Its first key; gets key id 1.
    pub key: DoorKey,
    /// How it is set up.
    pub settings: DoorSettings,
}

impl Site {
    /// Adds a door in mode normal.
    ///
    /// # Errors
    /// [`SiteError::Invalid`], or [`SiteError::Conflict`] if there is a door of this name.
    pub fn add_door(&self, actor: &Actor<'_>, door: NewDoor) -> Result<(), SiteError> {
        self.add(actor, door, DoorKind::Door)
    }

    /// Adds an encoder. It has an id and a key as a door has; its settings mean nothing.
    ///
    /// # Errors
    /// As [`Site::add_door`].
    pub fn add_encoder(&self, actor: &Actor<'_>, encoder: NewDoor) -> Result<(), SiteError> {
        self.add(actor, encoder, DoorKind::Encoder)
    }

    fn add(&self, actor: &Actor<'_>, door: NewDoor, kind: DoorKind) -> Result<(), SiteError> {
        let NewDoor { id, name, key, settings } = door;
        row::check_text("name", &name, NAME_LENGTH_MAX)?;
        let added = match kind {
            DoorKind::Door => "door-add",
            DoorKind::Encoder => "encoder-add",
        };
        self.write(Wakes::Changes, |db| {
            if row::door_number(db, &id)?.is_some() {
                return Err(SiteError::conflict("door", &id));
            }
            let count: i64 = row::prepare(db, "SELECT COUNT(*) FROM door")?.query_row([], |row| row.get(0))?;
            if count >= DOORS_MAX {
                return Err(SiteError::invalid("door", "too-many"));
            }
            settings::check(db, &settings)?;
            let change = change::begin(db, actor, added, id.as_str())?;
            let number =
                row::prepare(db, "INSERT INTO door (id, name, kind, since) VALUES ($1, $2, $3, $4) RETURNING number")?
                    .query_row((id.as_str(), &name, kind.code(), change), |row| row.get(0))?;
            row::prepare(db, "INSERT INTO door_key (door, key_id, secret, since) VALUES ($1, $2, $3, $4)")?
                .execute((number, FIRST_KEY, key.expose(), change))?;
            settings::insert(db, change, number, &settings)
        })
    }

    /// One of a door's keys; none if the door or the key is unknown.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn door_key(&self, door: &DoorId, key_id: u32) -> Result<Option<DoorKey>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT k.secret FROM door_key k JOIN door d ON d.number = k.door
                 WHERE d.id = $1 AND k.key_id = $2",
            )?;
            row::first(statement.query((door.as_str(), key_id))?, |r| key(r, 0))
        })
    }

    /// All keys of all doors.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn door_keys(&self) -> Result<Vec<(DoorId, u32, DoorKey)>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT d.id, k.key_id, k.secret FROM door_key k JOIN door d ON d.number = k.door
                 ORDER BY d.id, k.key_id",
            )?;
            row::all(statement.query([])?, |r| Ok((row::door(r, 0)?, r.get(1)?, key(r, 2)?)))
        })
    }

    /// The newest key of a door, with its number: what is sealed for the door is sealed with it.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn newest_door_key(&self, door: &DoorId) -> Result<(u32, DoorKey), SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT k.key_id, k.secret FROM door_key k JOIN door d ON d.number = k.door
                 WHERE d.id = $1 ORDER BY k.key_id DESC LIMIT 1",
            )?;
            let newest = row::first(statement.query([door.as_str()])?, |r| Ok((r.get(0)?, key(r, 1)?)))?;
            newest.ok_or_else(|| SiteError::not_found("door", door))
        })
    }

    /// Sets a door up. What is so already is no change.
    ///
    /// # Errors
    /// [`SiteError::NotFound`]; [`SiteError::Invalid`] with the value and `out-of-range`, with `unlock` and
    /// `unknown-schedule` or `schedule` and `too-many-at-door`, or with `leads_into` or `leads_out_of` and
    /// `unknown-area`.
    pub fn set_settings(&self, actor: &Actor<'_>, door: &DoorId, settings: DoorSettings) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let number = row::need_door(db, door)?;
            settings::check(db, &settings)?;
            let now = settings::as_of(db, number, i64::MAX)?.ok_or(SiteError::corrupt("door"))?;
            if settings == now {
                return Ok(());
            }
            let detail = format!("{door} {} ms {}", settings.times.release_ms, settings.reading.code());
            let change = change::begin(db, actor, "door-settings", &detail)?;
            row::prepare(db, "UPDATE door_setting SET until = $1 WHERE door = $2 AND until IS NULL")?
                .execute((change, number))?;
            settings::insert(db, change, number, &settings)?;
            rules::check_schedules_at(db, number)
        })
    }

    /// All doors, by name on the wire.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn doors(&self) -> Result<Vec<DoorView>, SiteError> {
        self.read(|db| view::all(db))
    }

    /// One door.
    ///
    /// # Errors
    /// [`SiteError::NotFound`].
    pub fn door(&self, door: &DoorId) -> Result<DoorView, SiteError> {
        self.read(|db| view::one(db, door))
    }
}

fn key(row: &Row<'_>, column: usize) -> Result<DoorKey, SiteError> {
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(row.get(column)?);
    Ok(DoorKey::new(*bytes))
}
