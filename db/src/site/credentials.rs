//! What stands, or may stand, in our sector of a card. Version by version, like all that decides.
//!
//! ```text
//!           begun              the card bears it
//!   none ─────────▶ pending ───────────────────▶ active ──another one is, or it was wiped──▶ none
//!                     └──the card is as it was──▶ none
//! ```
//!
//! A pending record stands beside the active one: after a torn encoding the card may open with the keys of
//! either, so both stay known until one of them is known to be there.

use access::credential::Sector;
use access::credential::keys::KeyVersion;
use access::encode::ChipClass;
use access::uid::Uid;
use access::whitelist::Generation;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::{Site, SiteError, row};

/// Cards that one statement asks for: far below SQLite's bound on parameters.
const ONLY_AT_ONCE: usize = 500;

/// Sectors that may be ours: 1 to 15.
const SECTORS: u8 = 15;

/// What stands in a card's sector. There is no key here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialRecord {
    /// The chip.
    pub uid: Uid,
    /// Where.
    pub sector: Sector,
    /// Under which masters.
    pub version: KeyVersion,
    /// Drawn at random for this encoding.
    pub credential: u32,
    /// Counted up with each encoding of the chip, modulo 256.
    pub issue: u8,
    /// Whether it is known to be there.
    pub state: CredentialState,
    /// What the chip turned out to be.
    pub chip: ChipClass,
    /// The change that made it so.
    pub since: Generation,
}

/// Whether a credential is known to be on its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialState {
    /// It was begun, and may be there in part.
    Pending,
    /// It is there.
    Active,
}

impl CredentialState {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
        }
    }

    /// The state with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Pending, Self::Active].into_iter().find(|state| state.code() == code)
    }
}

macro_rules! select_credentials {
    ($rest:literal) => {
        concat!(
            "SELECT c.uid, c.sector, c.key_version, c.credential, c.issue, c.state, c.chip, c.since
             FROM card_credential c WHERE ",
            $rest
        )
    };
}

impl Site {
    /// The credentials of all cards or of these, as of a generation: for each card the active one, if there is
    /// one, and then the pending ones.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn credentials(&self, only: Option<&[Uid]>, as_of: Generation) -> Result<Vec<CredentialRecord>, SiteError> {
        self.read(|db| {
            let Some(only) = only else {
                let mut statement = row::prepare(
                    db,
                    select_credentials!(
                        "c.since <= $1 AND (c.until IS NULL OR c.until > $1) ORDER BY c.uid, c.state, c.id DESC"
                    ),
                )?;
                return row::all(statement.query([row::generation(as_of)])?, view);
            };
            let mut records = Vec::new();
            for part in only.chunks(ONLY_AT_ONCE) {
                records.extend(some(db, part, as_of)?);
            }
            Ok(records)
        })
    }
}

fn some(db: &Connection, only: &[Uid], as_of: Generation) -> Result<Vec<CredentialRecord>, SiteError> {
    let places: Vec<String> = (2..only.len() + 2).map(|n| format!("${n}")).collect();
    let sql = format!(
        "{} c.since <= $1 AND (c.until IS NULL OR c.until > $1) AND c.uid IN ({}) ORDER BY c.uid, c.state, c.id DESC",
        select_credentials!(""),
        places.join(", ")
    );
    let mut values = vec![Value::from(row::generation(as_of))];
    values.extend(only.iter().map(|uid| Value::Blob(uid.as_bytes().to_vec())));
    row::all(row::prepare(db, &sql)?.query(params_from_iter(values))?, view)
}

/// What may be on a card now.
pub(super) fn now(db: &Connection, uid: &Uid) -> Result<Vec<CredentialRecord>, SiteError> {
    some(db, &[*uid], Generation(i64::MAX.cast_unsigned()))
}

/// One record, whatever became of it.
pub(super) fn one(db: &Connection, id: i64) -> Result<CredentialRecord, SiteError> {
    let mut statement = row::prepare(db, select_credentials!("c.id = $1"))?;
    row::first(statement.query([id])?, view)?.ok_or(SiteError::corrupt("credential"))
}

/// The issue number for the next encoding of a chip.
pub(super) fn next_issue(db: &Connection, uid: &Uid) -> Result<u8, SiteError> {
    let mut statement = row::prepare(db, "SELECT issue FROM card_credential WHERE uid = $1 ORDER BY id DESC LIMIT 1")?;
    let last: Option<u8> = row::first(statement.query([uid.as_bytes()])?, |r| Ok(r.get(0)?))?;
    Ok(last.unwrap_or(0).wrapping_add(1))
}

/// The sector after the last one that was tried on a chip, going round, that was never tried; where all were,
/// simply the next.
pub(super) fn untried_sector(db: &Connection, uid: &Uid, first: Sector) -> Result<Sector, SiteError> {
    let mut statement = row::prepare(db, "SELECT sector FROM card_credential WHERE uid = $1 ORDER BY id DESC")?;
    let tried: Vec<u8> = row::all(statement.query([uid.as_bytes()])?, |r| Ok(r.get(0)?))?;
    let last = tried.first().copied().unwrap_or(first.number());
    let mut round = (0..SECTORS).map(|step| (last + step) % SECTORS + 1);
    let next = round.clone().next();
    let untried = round.find(|sector| !tried.contains(sector)).or(next);
    untried.and_then(|sector| Sector::try_from(sector).ok()).ok_or(SiteError::corrupt("credential"))
}

/// Inserts a record and returns its number; its `since` is this change.
pub(super) fn insert(db: &Connection, change: i64, record: &CredentialRecord) -> Result<i64, SiteError> {
    Ok(row::prepare(
        db,
        "INSERT INTO card_credential (uid, sector, key_version, credential, issue, state, chip, since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )?
    .query_row(
        (
            record.uid.as_bytes(),
            record.sector.number(),
            record.version.number(),
            record.credential,
            record.issue,
            record.state.code(),
            record.chip.code(),
            change,
        ),
        |row| row.get(0),
    )?)
}

/// Closes everything that may be on a card.
pub(super) fn close_all(db: &Connection, change: i64, uid: &Uid) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE card_credential SET until = $1 WHERE uid = $2 AND until IS NULL")?
        .execute((change, uid.as_bytes()))?;
    Ok(())
}

/// Closes the pending records that open with the same keys as a new one will: they add nothing.
pub(super) fn close_same_keys(db: &Connection, change: i64, new: &CredentialRecord) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE card_credential SET until = $1
         WHERE uid = $2 AND until IS NULL AND state = 'pending' AND sector = $3 AND key_version = $4",
    )?
    .execute((change, new.uid.as_bytes(), new.sector.number(), new.version.number()))?;
    Ok(())
}

/// Closes one record, if it is open.
pub(super) fn close(db: &Connection, change: i64, id: i64) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE card_credential SET until = $1 WHERE id = $2 AND until IS NULL")?.execute((change, id))?;
    Ok(())
}

/// Whether a record is open.
pub(super) fn is_open(db: &Connection, id: i64) -> Result<bool, SiteError> {
    let mut statement = row::prepare(db, "SELECT until IS NULL FROM card_credential WHERE id = $1")?;
    Ok(row::first(statement.query([id])?, |r| Ok(r.get(0)?))?.unwrap_or(false))
}

fn view(row: &Row<'_>) -> Result<CredentialRecord, SiteError> {
    let corrupt = || SiteError::corrupt("credential");
    let (state, chip): (String, String) = (row.get(5)?, row.get(6)?);
    Ok(CredentialRecord {
        uid: row::uid(row, 0)?,
        sector: Sector::try_from(row.get::<_, u8>(1)?).map_err(|_| corrupt())?,
        version: KeyVersion::new(row.get(2)?).ok_or_else(corrupt)?,
        credential: row.get(3)?,
        issue: row.get(4)?,
        state: CredentialState::from_code(&state).ok_or_else(corrupt)?,
        chip: ChipClass::from_code(&chip).ok_or_else(corrupt)?,
        since: Generation(row.get::<_, i64>(7)?.cast_unsigned()),
    })
}
