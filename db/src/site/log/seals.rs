//! A signature a day over both logs. The key is the controller's; here is only what it signs.

use access::chain::Link;
use access::id::SiteId;
use access::time::UtcMs;
use rusqlite::{Connection, Row};
use sha2::{Digest as _, Sha256};

use crate::site::open::Wakes;
use crate::site::{Site, SiteError, row};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Days that are made up for, each with a seal of its own. Before them a controller that was away for long leaves days
/// without.
const MADE_UP_MAX: i64 = 31;

/// What was true of both logs when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Without gaps from 1.
    pub number: u64,
    /// Days since 1970-01-01 UTC: a whole day that was over.
    pub day: i64,
    /// When it was made.
    pub made: UtcMs,
    /// The newest row of the central log; 0 if there was none.
    pub row: u64,
    /// Its head.
    pub head: Link,
    /// The newest change; 0 if there was none.
    pub change: u64,
    /// Its head.
    pub change_head: Link,
    /// [`Seal::digest`] of the seal before; zeros before the first.
    pub previous: [u8; 32],
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Of [`Seal::signed`].
    pub signature: [u8; 64],
}

impl Seal {
    /// The bytes that are signed.
    #[must_use]
    pub fn signed(&self, site: &SiteId) -> Vec<u8> {
        let mut bytes = b"kulku/seal/v1".to_vec();
        let site = site.as_str().as_bytes();
        bytes.push(u8::try_from(site.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(site);
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.day.to_le_bytes());
        bytes.extend_from_slice(&self.made.0.to_le_bytes());
        bytes.extend_from_slice(&self.row.to_le_bytes());
        bytes.extend_from_slice(&self.head.0);
        bytes.extend_from_slice(&self.change.to_le_bytes());
        bytes.extend_from_slice(&self.change_head.0);
        bytes.extend_from_slice(&self.previous);
        bytes.extend_from_slice(&self.public_key);
        bytes
    }

    /// What the next seal holds of this one: SHA-256 over the signed bytes and the signature.
    #[must_use]
    pub fn digest(&self, site: &SiteId) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.signed(site));
        hash.update(self.signature);
        hash.finalize().into()
    }
}

impl Site {
    /// Seals the days that are over and have no seal yet, oldest first. `sign` is given what is to be signed. Says how
    /// many were made.
    ///
    /// A clock that was ahead for a time leaves a seal of a later day; then the days count on from the real one.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read or written.
    pub fn seal_days(
        &self,
        now: UtcMs,
        public_key: [u8; 32],
        sign: &dyn Fn(&[u8]) -> [u8; 64],
    ) -> Result<u32, SiteError> {
        let over = now.0.div_euclid(DAY_MS) - 1;
        if self.read(|db| Ok(newest(db)?.is_some_and(|seal| seal.day == over)))? {
            return Ok(0);
        }
        self.write(Wakes::Nobody, |db| {
            let mut newest = newest(db)?;
            let log = super::stored_head(db)?;
            let changes = super::changes::stored_head(db)?;
            let first = newest.as_ref().map_or(over, |seal| (seal.day + 1).clamp(over - MADE_UP_MAX + 1, over));
            let mut made = 0;
            for day in first..=over {
                let mut seal = Seal {
                    number: newest.as_ref().map_or(0, |seal| seal.number) + 1,
                    day,
                    made: now,
                    row: log.row,
                    head: log.link,
                    change: changes.number,
                    change_head: changes.link,
                    previous: newest.as_ref().map_or([0; 32], |seal| seal.digest(self.id())),
                    public_key,
                    signature: [0; 64],
                };
                seal.signature = sign(&seal.signed(self.id()));
                insert(db, &seal)?;
                newest = Some(seal);
                made += 1;
            }
            Ok(made)
        })
    }

    /// The newest seal; none before the first.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn newest_seal(&self) -> Result<Option<Seal>, SiteError> {
        self.read(|db| newest(db))
    }

    /// One seal, if it is there.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn seal(&self, number: u64) -> Result<Option<Seal>, SiteError> {
        self.read(|db| Ok(after(db, number.saturating_sub(1), 1)?.pop().filter(|seal| seal.number == number)))
    }
}

/// Seals after this one.
pub(super) fn after(db: &Connection, number: u64, most: u32) -> Result<Vec<Seal>, SiteError> {
    let sql = format!("{COLUMNS} WHERE number > $1 ORDER BY number LIMIT $2");
    let mut statement = row::prepare(db, &sql)?;
    row::all(statement.query((i64::try_from(number).unwrap_or(i64::MAX), most))?, read)
}

fn newest(db: &Connection) -> Result<Option<Seal>, SiteError> {
    let sql = format!("{COLUMNS} ORDER BY number DESC LIMIT 1");
    let mut statement = row::prepare(db, &sql)?;
    row::first(statement.query([])?, read)
}

const COLUMNS: &str =
    "SELECT number, day, made_ms, row, head, change, change_head, previous, public_key, signature FROM log_seal";

fn read(r: &Row<'_>) -> Result<Seal, SiteError> {
    // One that has not the length that it should have is no seal, and will not be taken for one.
    let digest = |column| Ok::<_, SiteError>(r.get::<_, Vec<u8>>(column)?.try_into().unwrap_or([0; 32]));
    Ok(Seal {
        number: r.get::<_, i64>(0)?.cast_unsigned(),
        day: r.get(1)?,
        made: UtcMs(r.get(2)?),
        row: r.get::<_, i64>(3)?.cast_unsigned(),
        head: Link(digest(4)?),
        change: r.get::<_, i64>(5)?.cast_unsigned(),
        change_head: Link(digest(6)?),
        previous: digest(7)?,
        public_key: digest(8)?,
        signature: r.get::<_, Vec<u8>>(9)?.try_into().unwrap_or([0; 64]),
    })
}

fn insert(db: &Connection, seal: &Seal) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO log_seal
             (number, day, made_ms, row, head, change, change_head, previous, public_key, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )?
    .execute((
        seal.number.cast_signed(),
        seal.day,
        seal.made.0,
        seal.row.cast_signed(),
        seal.head.0,
        seal.change.cast_signed(),
        seal.change_head.0,
        seal.previous,
        seal.public_key,
        seal.signature.as_slice(),
    ))?;
    Ok(())
}
