//! Who doors are to the broker: one-time codes, certificates, and the end of both.
//!
//! ```text
//! code ──enrol──▶ certificate ──renew──▶ certificate …
//!                     └──────revoke, or enrol again──────▶ revoked for good
//! ```
//!
//! To enrol a door, and to revoke it, changes its key for messages as well: whoever had the one before is believed
//! nothing, whatever broker lets them in.

use access::envelope::DoorKey;
use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use rusqlite::{Connection, OptionalExtension, Row};

use super::open::Wakes;
use super::{Actor, Site, SiteError, change, row};

mod kept;
mod list;

pub use kept::KeptCertificate;
pub use list::RevocationList;

/// Certificates of one door that are valid at a time. Usually it is one, and two after a renewal.
pub const DOOR_CERTIFICATES_MAX: u32 = 8;

/// A certificate that the authority has issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCertificate<'a> {
    /// SHA-256 of it, in DER.
    pub fingerprint: [u8; 32],
    /// Its serial number, at most 20 bytes.
    pub serial: &'a [u8],
    /// The first second in which it is valid.
    pub not_before: UtcS,
    /// The last one.
    pub not_after: UtcS,
}

/// Whose a certificate is that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The door.
    pub door: DoorId,
    /// The first second in which it is valid.
    pub not_before: UtcS,
    /// The last one.
    pub not_after: UtcS,
}

/// How a door stands with its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityView {
    /// The door.
    pub door: DoorId,
    /// Its newest certificate that is not revoked.
    pub certificate: Option<CertificateSpan>,
    /// The one that it has shown last, if it is not revoked: an answer with a newer one may never have reached it. None
    /// if it has shown none yet, to the site's own broker or for a renewal.
    pub shown: Option<CertificateSpan>,
    /// Certificates that were revoked.
    pub revoked: u32,
    /// Until when its one-time code is good, if it has one that nobody has used.
    pub code_until: Option<UtcMs>,
}

/// A certificate of a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateSpan {
    /// SHA-256 of it, in DER.
    pub fingerprint: [u8; 32],
    /// The first second in which it is valid.
    pub not_before: UtcS,
    /// The last one.
    pub not_after: UtcS,
}

impl Site {
    /// Keeps the digest of a door's one-time code until `expires`; the one before ends.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn issue_enrol_code(
        &self,
        actor: &Actor<'_>,
        door: &DoorId,
        sha256: [u8; 32],
        expires: UtcMs,
    ) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            let number = row::need_door(db, door)?;
            let change = change::begin(db, actor, "door-enrol", door.as_str())?;
            row::prepare(
                db,
                "INSERT INTO enrol_code (door, sha256, expires_ms, since) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (door) DO UPDATE
                 SET sha256 = excluded.sha256, expires_ms = excluded.expires_ms, since = excluded.since",
            )?
            .execute((number, sha256, expires.0, change))?;
            Ok(())
        })
    }

    /// The doors that have a code which is good now, with its digest. All of them, so that whoever compares can take
    /// the same time for each.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn enrol_codes(&self, at: UtcMs) -> Result<Vec<(DoorId, [u8; 32])>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT d.id, c.sha256 FROM enrol_code c JOIN door d ON d.number = c.door WHERE c.expires_ms > $1",
            )?;
            row::all(statement.query([at.0])?, |r| Ok((row::door(r, 0)?, r.get(1)?)))
        })
    }

    /// Uses up a door's code: its earlier certificates are revoked, this one counts, and its key for messages is this
    /// one. Returns the key's number.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the code if it has been used, replaced or is over: then nothing has changed.
    pub fn enrol(
        &self,
        actor: &Actor<'_>,
        door: &DoorId,
        sha256: [u8; 32],
        certificate: &NewCertificate<'_>,
        key: &DoorKey,
    ) -> Result<u32, SiteError> {
        self.write(Wakes::Changes, |db| {
            let number = row::need_door(db, door)?;
            let used = row::prepare(db, "DELETE FROM enrol_code WHERE door = $1 AND sha256 = $2 AND expires_ms > $3")?
                .execute((number, sha256, actor.at.0))?;
            if used == 0 {
                return Err(SiteError::not_found("code", door));
            }
            let change = change::begin(db, actor, "door-enrolled", door.as_str())?;
            revoke(db, number, change, actor.at.second())?;
            insert(db, number, change, certificate)?;
            replace_key(db, number, change, key)
        })
    }

    /// Adds the next certificate of a door to whoever has shown this one of its. Newer ones that the door has never
    /// shown are revoked: their answers were lost, and they would fill its room until it may not renew any more.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] if the one that was shown does not count any more; [`SiteError::Refused`] with
    /// `too-many` if the door has [`DOOR_CERTIFICATES_MAX`] already.
    pub fn renew_certificate(
        &self,
        actor: &Actor<'_>,
        shown: [u8; 32],
        certificate: &NewCertificate<'_>,
    ) -> Result<(), SiteError> {
        let now = actor.at.second();
        self.write(Wakes::Changes, |db| {
            let Some((number, holder)) = holder(db, shown, now)? else {
                return Err(SiteError::not_found("certificate", "shown"));
            };
            mark_shown(db, shown, now)?;
            let valid: u32 = row::prepare(
                db,
                "SELECT COUNT(*) FROM door_certificate
                 WHERE door = $1 AND not_after_s >= $2 AND revoked IS NULL AND shown_s IS NOT NULL",
            )?
            .query_row((number, now.0), |row| row.get(0))?;
            if valid >= DOOR_CERTIFICATES_MAX {
                return Err(SiteError::refused("certificate", "too-many"));
            }
            let change = change::begin(db, actor, "door-certificate", holder.door.as_str())?;
            revoke_lost(db, number, shown, change, now)?;
            insert(db, number, change, certificate)
        })
    }

    /// A door has shown this certificate of its, and was believed.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read or written.
    pub fn certificate_shown(&self, fingerprint: [u8; 32], at: UtcS) -> Result<(), SiteError> {
        if self.read(|db| is_shown_last(db, fingerprint))? {
            return Ok(());
        }
        self.write(Wakes::Nobody, |db| mark_shown(db, fingerprint, at))
    }

    /// Whose this certificate is, if it counts now.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn certificate_holder(&self, fingerprint: [u8; 32], at: UtcS) -> Result<Option<Holder>, SiteError> {
        self.read(|db| Ok(holder(db, fingerprint, at)?.map(|(_, holder)| holder)))
    }

    /// Whose this certificate was, whether it counts or not: for the alarm.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn certificate_door(&self, fingerprint: [u8; 32]) -> Result<Option<DoorId>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT d.id FROM door_certificate c JOIN door d ON d.number = c.door WHERE c.fingerprint = $1",
            )?;
            row::first(statement.query([fingerprint])?, |r| row::door(r, 0))
        })
    }

    /// Ends a door's identity: its certificates are revoked, its code is gone, and its key for messages becomes this
    /// one, which nobody has. Returns how many certificates there were.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the door.
    pub fn revoke_identity(&self, actor: &Actor<'_>, door: &DoorId, key: &DoorKey) -> Result<u32, SiteError> {
        self.write(Wakes::Changes, |db| {
            let number = row::need_door(db, door)?;
            let change = change::begin(db, actor, "door-revoke", door.as_str())?;
            row::prepare(db, "DELETE FROM enrol_code WHERE door = $1")?.execute([number])?;
            let revoked = revoke(db, number, change, actor.at.second())?;
            replace_key(db, number, change, key)?;
            Ok(revoked)
        })
    }

    /// How all doors stand with their identity, by name on the wire.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn identities(&self, at: UtcMs) -> Result<Vec<IdentityView>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT d.id, c.fingerprint, c.not_before_s, c.not_after_s,
                        (SELECT COUNT(*) FROM door_certificate r WHERE r.door = d.number AND r.revoked IS NOT NULL),
                        (SELECT e.expires_ms FROM enrol_code e WHERE e.door = d.number AND e.expires_ms > $1),
                        l.fingerprint, l.not_before_s, l.not_after_s
                 FROM door d LEFT JOIN door_certificate c ON c.fingerprint = (
                     SELECT n.fingerprint FROM door_certificate n WHERE n.door = d.number AND n.revoked IS NULL
                     ORDER BY n.not_after_s DESC, n.since DESC LIMIT 1)
                 LEFT JOIN door_certificate l ON l.fingerprint = (
                     SELECT s.fingerprint FROM door_certificate s
                     WHERE s.door = d.number AND s.revoked IS NULL AND s.shown_s IS NOT NULL
                     ORDER BY s.shown_s DESC, s.not_after_s DESC, s.since DESC LIMIT 1)
                 ORDER BY d.id",
            )?;
            row::all(statement.query([at.0])?, view)
        })
    }

    /// Doors whose key for messages is another since a change after this one, through that one: what is sealed for
    /// them has other bytes.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn keys_changed(
        &self,
        after: access::whitelist::Generation,
        through: access::whitelist::Generation,
    ) -> Result<Vec<DoorId>, SiteError> {
        self.read(|db| {
            let mut statement = row::prepare(
                db,
                "SELECT DISTINCT d.id FROM door_key k JOIN door d ON d.number = k.door
                 WHERE k.since > $1 AND k.since <= $2 AND d.since <= $1",
            )?;
            let span = (row::generation(after), row::generation(through));
            row::all(statement.query(span)?, |r| row::door(r, 0))
        })
    }
}

fn insert(db: &Connection, door: i64, change: i64, new: &NewCertificate<'_>) -> Result<(), SiteError> {
    row::prepare(
        db,
        "INSERT INTO door_certificate (fingerprint, serial, door, not_before_s, not_after_s, since)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )?
    .execute((new.fingerprint, new.serial, door, new.not_before.0, new.not_after.0, change))?;
    Ok(())
}

fn revoke(db: &Connection, door: i64, change: i64, at: UtcS) -> Result<u32, SiteError> {
    let sql = "UPDATE door_certificate SET revoked = $1, revoked_s = $2 WHERE door = $3 AND revoked IS NULL";
    let revoked = row::prepare(db, sql)?.execute((change, at.0, door))?;
    Ok(u32::try_from(revoked).unwrap_or(u32::MAX))
}

/// Those of the door that are newer than this one, and that it has never shown.
fn revoke_lost(db: &Connection, door: i64, than: [u8; 32], change: i64, at: UtcS) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE door_certificate SET revoked = $1, revoked_s = $2
         WHERE door = $3 AND revoked IS NULL AND shown_s IS NULL AND (since, not_before_s) >
               (SELECT o.since, o.not_before_s FROM door_certificate o WHERE o.fingerprint = $4)",
    )?
    .execute((change, at.0, door, than))?;
    Ok(())
}

/// Nothing has to be written at the many connections at which a door shows what it did before.
fn is_shown_last(db: &Connection, fingerprint: [u8; 32]) -> Result<bool, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT 1 FROM door_certificate c
         WHERE c.fingerprint = $1 AND c.shown_s IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM door_certificate o
             WHERE o.door = c.door AND o.fingerprint <> c.fingerprint AND o.shown_s >= c.shown_s)",
    )?;
    Ok(row::first(statement.query([fingerprint])?, |_| Ok(()))?.is_some())
}

/// After everything that the door has shown before, also if the clock was set back since.
fn mark_shown(db: &Connection, fingerprint: [u8; 32], at: UtcS) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE door_certificate SET shown_s = MAX($1, (
             SELECT COALESCE(MAX(o.shown_s), 0) + 1 FROM door_certificate o WHERE o.door = door_certificate.door))
         WHERE fingerprint = $2",
    )?
    .execute((at.0, fingerprint))?;
    Ok(())
}

/// A number is never given twice, so that what was sealed with another key is told from a forgery.
fn replace_key(db: &Connection, door: i64, change: i64, key: &DoorKey) -> Result<u32, SiteError> {
    let last: u32 = row::prepare(db, "SELECT COALESCE(MAX(key_id), 0) FROM door_key WHERE door = $1")?
        .query_row([door], |row| row.get(0))?;
    let next = last.checked_add(1).ok_or(SiteError::corrupt("key of a door"))?;
    row::prepare(db, "DELETE FROM door_key WHERE door = $1")?.execute([door])?;
    row::prepare(db, "INSERT INTO door_key (door, key_id, secret, since) VALUES ($1, $2, $3, $4)")?.execute((
        door,
        next,
        key.expose(),
        change,
    ))?;
    Ok(next)
}

fn holder(db: &Connection, fingerprint: [u8; 32], at: UtcS) -> Result<Option<(i64, Holder)>, SiteError> {
    let found = row::prepare(
        db,
        "SELECT d.number, d.id, c.not_before_s, c.not_after_s
         FROM door_certificate c JOIN door d ON d.number = c.door
         WHERE c.fingerprint = $1 AND c.revoked IS NULL AND c.not_before_s <= $2 AND c.not_after_s >= $2",
    )?
    .query_row((fingerprint, at.0), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, UtcS(row.get(2)?), UtcS(row.get(3)?)))
    })
    .optional()?;
    let Some((number, door, not_before, not_after)) = found else { return Ok(None) };
    let door = door.parse().map_err(|_| SiteError::corrupt("door"))?;
    Ok(Some((number, Holder { door, not_before, not_after })))
}

fn view(row: &Row<'_>) -> Result<IdentityView, SiteError> {
    let span = |from: usize| -> Result<Option<CertificateSpan>, SiteError> {
        let Some(fingerprint) = row.get::<_, Option<[u8; 32]>>(from)? else { return Ok(None) };
        let (not_before, not_after) = (UtcS(row.get(from + 1)?), UtcS(row.get(from + 2)?));
        Ok(Some(CertificateSpan { fingerprint, not_before, not_after }))
    };
    Ok(IdentityView {
        door: row::door(row, 0)?,
        certificate: span(1)?,
        shown: span(6)?,
        revoked: row.get(4)?,
        code_until: row.get::<_, Option<i64>>(5)?.map(UtcMs),
    })
}
