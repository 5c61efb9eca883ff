//! A site database that was put back from a backup.
//!
//! ```text
//! backup ──▶ … blocks, events, lockdowns … ──▶ put back ──▶ hold ──▶ an operator decides ──▶ doors follow again
//!                                                  │          ▲
//!                                  generations jump│          │ doors tell what they have in force,
//!                                                  ▼          │ and send again the events that are missing
//!                                        higher than any that doors know
//! ```
//!
//! Doors know of blocks that the backup has never heard of. So while it holds, a door is sent nothing, and is asked for
//! its list. What it tells is held against this file; the operator has the cards kept out that a door keeps out, or says
//! that the backup is right. A door that was away then is left alone until it has told; if it keeps cards out that are let in
//! here, it goes on waiting, since days may have passed and a person has to look.
//!
//! | module | subject |
//! | --- | --- |
//! | `types` | what pages and the command line see |
//! | `begin` | the jump of the generations, and the beginning of the hold |
//! | `told` | what doors tell, piece by piece |
//! | `compare` | a door's list held against this file |
//! | `decide` | the operator's decision, and what it does to cards and doors |
//! | `view` | how it stands |
//! | `make` | making a backup |
//! | `digest` | what says that no byte of it went bad |
//! | `sound` | a backup that was looked at |
//! | `put` | putting it in the place of the database |

use access::id::DoorId;
use access::whitelist::Generation;
use rusqlite::Connection;

use super::{Site, SiteError, row};

mod begin;
mod compare;
mod decide;
mod digest;
mod make;
mod put;
mod sound;
mod told;
mod types;
mod view;

pub use make::{BackupDone, BackupError, back_up};
pub(super) use put::RESTORING;
pub use put::{PutBack, RestoreError, put_back};
pub use sound::{SoundBackup, UnfitBackup, WithoutDigest};
pub use types::{Decided, Decision, Differs, Known, RestoredDoor, RestoredView, Told};

/// The first schema with the table `backup`.
const SCHEMA_WITH_BACKUP: i64 = 8;

impl Site {
    /// The doors that have been left alone since the file was put back, each with the change from which on it is sent
    /// what it should have; without one it is left alone.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn holds(&self) -> Result<Vec<(DoorId, Option<Generation>)>, SiteError> {
        self.read(|db| {
            let sql = "SELECT d.id, r.released FROM restored_door r JOIN door d ON d.number = r.door ORDER BY d.id";
            row::all(row::prepare(db, sql)?.query([])?, |r| {
                let released: Option<i64> = r.get(1)?;
                Ok((row::door(r, 0)?, released.map(|change| Generation(change.cast_unsigned()))))
            })
        })
    }
}

/// Whether an operator has to decide: about the whole file, or about a door that has told later than that.
pub(super) fn waits(db: &Connection) -> Result<bool, SiteError> {
    let Some(restored) = latest(db)? else { return Ok(false) };
    Ok(restored.decision.is_none() || !decide::told(db)?.is_empty())
}

/// The time when the file was last put back, by its change, and whether that is decided.
struct Restored {
    change: i64,
    last_change: i64,
    decision: Option<Decision>,
    reason: String,
}

fn latest(db: &Connection) -> Result<Option<Restored>, SiteError> {
    let sql = "SELECT change, last_change, decision, COALESCE(reason, '') FROM restored ORDER BY change DESC LIMIT 1";
    row::first(row::prepare(db, sql)?.query([])?, |r| {
        let decision: Option<String> = r.get(2)?;
        Ok(Restored {
            change: r.get(0)?,
            last_change: r.get(1)?,
            decision: decision
                .map(|code| Decision::from_code(&code).ok_or(SiteError::corrupt("decision")))
                .transpose()?,
            reason: r.get(3)?,
        })
    })
}
