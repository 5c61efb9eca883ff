//! Certificates as they are kept beside the authority as well, so that a backup of the database that is put back
//! neither shuts out doors that have renewed since nor lets in a box that was revoked since.

use access::id::DoorId;
use access::time::UtcS;
use rusqlite::OptionalExtension;

use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, change, row};

/// A certificate and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCertificate {
    /// SHA-256 of it, in DER.
    pub fingerprint: [u8; 32],
    /// Its serial number.
    pub serial: Vec<u8>,
    /// Whose it is.
    pub door: DoorId,
    /// The first second in which it is valid.
    pub not_before: UtcS,
    /// The last one.
    pub not_after: UtcS,
    /// Since when it is revoked, if it is.
    pub revoked: Option<UtcS>,
}

impl Site {
    /// All certificates whose time is not over.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn kept_certificates(&self, at: UtcS) -> Result<Vec<KeptCertificate>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT c.fingerprint, c.serial, d.id, c.not_before_s, c.not_after_s, c.revoked_s
                 FROM door_certificate c JOIN door d ON d.number = c.door
                 WHERE c.not_after_s >= $1 ORDER BY c.since, c.fingerprint",
            )?;
            row::all(statement.query([at.0])?, |r| {
                Ok(KeptCertificate {
                    fingerprint: r.get(0)?,
                    serial: r.get(1)?,
                    door: row::door(r, 2)?,
                    not_before: UtcS(r.get(3)?),
                    not_after: UtcS(r.get(4)?),
                    revoked: r.get::<_, Option<i64>>(5)?.map(UtcS),
                })
            })
        })
    }

    /// The doors with a certificate that counts here and was revoked, as these say: their identity has to be ended here
    /// too, since their key here is the one from before.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn revoked_elsewhere(&self, kept: &[KeptCertificate]) -> Result<Vec<DoorId>, SiteError> {
        self.read(|db| {
            let mut doors = Vec::new();
            for kept in kept.iter().filter(|kept| kept.revoked.is_some()) {
                let counts =
                    row::prepare(db, "SELECT 1 FROM door_certificate WHERE fingerprint = $1 AND revoked IS NULL")?
                        .query_row([kept.fingerprint], |_| Ok(()))
                        .optional()?
                        .is_some();
                if counts && !doors.contains(&kept.door) {
                    doors.push(kept.door.clone());
                }
            }
            Ok(doors)
        })
    }

    /// Takes those that are not known here, of doors that are. Returns how many.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read or written.
    pub fn adopt_certificates(&self, actor: &Actor<'_>, kept: &[KeptCertificate]) -> Result<u32, SiteError> {
        let unknown = self.read(|db| {
            let mut unknown = Vec::new();
            for kept in kept {
                let known = row::prepare(db, "SELECT 1 FROM door_certificate WHERE fingerprint = $1")?
                    .query_row([kept.fingerprint], |_| Ok(()))
                    .optional()?;
                if known.is_none()
                    && let Some(door) = row::door_number(db, &kept.door)?
                {
                    unknown.push((door, kept));
                }
            }
            Ok(unknown)
        })?;
        if unknown.is_empty() {
            return Ok(0);
        }
        self.write(Wakes::Changes, |db| {
            let change = change::begin(db, actor, "certificates-adopt", &unknown.len().to_string())?;
            let mut adopted = 0_u32;
            for (door, kept) in &unknown {
                let revoked = kept.revoked.map(|_| change);
                let inserted = row::prepare(
                    db,
                    "INSERT INTO door_certificate
                         (fingerprint, serial, door, not_before_s, not_after_s, since, revoked, revoked_s)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
                )?
                .execute((
                    kept.fingerprint,
                    &kept.serial,
                    door,
                    kept.not_before.0,
                    kept.not_after.0,
                    change,
                    revoked,
                    kept.revoked.map(|at| at.0),
                ))?;
                adopted = adopted.saturating_add(u32::from(inserted > 0));
            }
            Ok(adopted)
        })
    }
}
