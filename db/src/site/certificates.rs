//! The certificates of cards, and the revocation lists that speak of them.
//!
//! ```text
//!            listed, for good                       listed, for good
//! good ────────────────────────▶ revoked ◀──────────────────────────── held
//!  │ ▲  ◀───────────────────────────────────────────────────────────── │ ▲
//!  │ │                         no longer listed                          │
//!  │ │                                                                   │
//!  │ └─ newer list ─ unknown ──── listed ──▶ revoked or held             │
//!  └─── list too old ──▶ │                                               │
//!  └──────────────────────── listed, on hold ────────────────────────────┘
//! ```
//!
//! A list's entries are matched as they come and not kept, so a certificate that is attached later is matched
//! when the list is read once more ([`ListView::read_again`]).

use access::uid::Uid;
use rusqlite::{Connection, Row, params};

use super::cards;
use super::open::Wakes;
use super::{Actor, Site, SiteError, change, row};

mod apply;
mod lists;
mod number;
mod types;

pub use types::{
    CARD_CERTIFICATES_MAX, CertificateId, CertificateRecord, CertificateState, CertificateView, IssuerId, ListApplied,
    ListOutcome, ListView, RevocationReason, RevokedSerial, SourceView,
};

/// Longest name of an issuer or a subject, in bytes.
const NAME_LENGTH_MAX: usize = 1_000;

/// Longest list of usages, in bytes.
const USAGE_LENGTH_MAX: usize = 200;

/// Longest serial number, in bytes (RFC 5280, section 4.1.2.2).
const SERIAL_LENGTH_MAX: usize = 20;

impl Site {
    /// Attaches a certificate to a card. One that is attached to it already is no change. It counts as good until
    /// the issuer's list is read again; as unknown if that list is too old.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, [`SiteError::Invalid`], [`SiteError::Conflict`] if another card has
    /// it, [`SiteError::Refused`] (`too-many`) beyond [`CARD_CERTIFICATES_MAX`].
    pub fn attach_certificate(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        record: &CertificateRecord,
    ) -> Result<CertificateView, SiteError> {
        check(record)?;
        let serial = number::trimmed(&record.serial);
        self.write(Wakes::Changes, |db| {
            cards::need(db, uid)?;
            if let Some(known) = find(db, &record.issuer, serial)? {
                let same = known.uid == *uid && known.record.fingerprint == record.fingerprint;
                return if same { Ok(known) } else { Err(SiteError::conflict("certificate", "this certificate")) };
            }
            if of_card(db, uid)?.len() >= CARD_CERTIFICATES_MAX {
                return Err(SiteError::refused("card", "too-many"));
            }
            let state =
                if lists::is_stale(db, &record.issuer)? { CertificateState::Unknown } else { CertificateState::Good };
            let change = change::begin(db, actor, "certificate-attach", &uid.hex())?;
            insert(db, change, uid, record, state)?;
            inherit(db, &record.issuer, serial)?;
            find(db, &record.issuer, serial)?.ok_or(SiteError::corrupt("certificate"))
        })
    }

    /// Takes a certificate that is good off a card. Any other stays: without it the card would open again.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card, or if it has no such certificate; [`SiteError::Refused`] (`is-revoked`,
    /// `is-held`, `is-unknown`) if it is not good.
    pub fn detach_certificate(
        &self,
        actor: &Actor<'_>,
        uid: &Uid,
        issuer: &IssuerId,
        serial: &[u8],
    ) -> Result<(), SiteError> {
        self.write(Wakes::Changes, |db| {
            cards::need(db, uid)?;
            let known = find(db, issuer, number::trimmed(serial))?.filter(|known| known.uid == *uid);
            let known = known.ok_or_else(|| SiteError::not_found("certificate", "this certificate"))?;
            if let Some(code) = refusal(known.state) {
                return Err(SiteError::refused("certificate", code));
            }
            let change = change::begin(db, actor, "certificate-detach", &uid.hex())?;
            close(db, change, known.id)
        })
    }

    /// The certificates of a card, the one that ends last first.
    ///
    /// # Errors
    /// [`SiteError::NotFound`] for the card.
    pub fn certificates(&self, uid: &Uid) -> Result<Vec<CertificateView>, SiteError> {
        self.read(|db| {
            cards::need(db, uid)?;
            of_card(db, uid)
        })
    }

    /// The serial numbers of all certificates of an issuer, in the order of their bytes, without leading zeros:
    /// what a list is matched against while it is read.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be read.
    pub fn known_serials(&self, issuer: &IssuerId) -> Result<Vec<Vec<u8>>, SiteError> {
        self.read(|db| {
            let sql = "SELECT serial FROM card_certificate WHERE issuer = $1 AND until IS NULL ORDER BY serial";
            let mut statement = row::prepare(db, sql)?;
            row::all(statement.query([issuer.as_slice()])?, |r| Ok(r.get(0)?))
        })
    }
}

/// Why nothing is done around a certificate in this state.
pub(super) fn refusal(state: CertificateState) -> Option<&'static str> {
    match state {
        CertificateState::Good => None,
        CertificateState::Revoked => Some("is-revoked"),
        CertificateState::Held => Some("is-held"),
        CertificateState::Unknown => Some("is-unknown"),
    }
}

fn check(record: &CertificateRecord) -> Result<(), SiteError> {
    if record.serial.is_empty() || number::trimmed(&record.serial).len() > SERIAL_LENGTH_MAX {
        return Err(SiteError::invalid("serial", "out-of-range"));
    }
    row::check_text("issuer", &record.issuer_text, NAME_LENGTH_MAX)?;
    row::check_text("subject", &record.subject_text, NAME_LENGTH_MAX)?;
    if record.usage.len() > USAGE_LENGTH_MAX {
        return Err(SiteError::invalid("usage", "too-long"));
    }
    if record.window.from.is_none() || record.window.until.is_none() {
        return Err(SiteError::invalid("window", "empty"));
    }
    row::check_window("window", record.window)
}

fn insert(
    db: &Connection,
    change: i64,
    uid: &Uid,
    record: &CertificateRecord,
    state: CertificateState,
) -> Result<(), SiteError> {
    let (from, until) = row::bounds(record.window);
    row::prepare(
        db,
        "INSERT INTO card_certificate
             (uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage, fingerprint, state, since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )?
    .execute(params![
        uid.as_bytes(),
        number::trimmed(&record.serial),
        record.issuer,
        record.issuer_text,
        record.subject_text,
        from,
        until,
        record.usage,
        record.fingerprint,
        state.code(),
        change,
    ])?;
    Ok(())
}

/// A certificate that was revoked or on hold when it was last attached is so still.
fn inherit(db: &Connection, issuer: &IssuerId, serial: &[u8]) -> Result<(), SiteError> {
    row::prepare(
        db,
        "UPDATE card_certificate
         SET state = last.state, reason = last.reason, list_number = last.list_number, list_scope = last.list_scope
         FROM (SELECT state, reason, list_number, list_scope FROM card_certificate
               WHERE issuer = $1 AND serial = $2 AND until IS NOT NULL ORDER BY id DESC LIMIT 1) AS last
         WHERE issuer = $1 AND serial = $2 AND until IS NULL AND last.state IN ('revoked', 'held')",
    )?
    .execute((issuer.as_slice(), serial))?;
    Ok(())
}

fn close(db: &Connection, change: i64, id: CertificateId) -> Result<(), SiteError> {
    row::prepare(db, "UPDATE card_certificate SET until = $1 WHERE id = $2")?.execute((change, id.0))?;
    Ok(())
}

/// Certificates as pages show them. The subject is a person's name, so it is kept back where that is.
const CERTIFICATES: &str = "
    SELECT id, uid, serial, issuer, issuer_text,
           COALESCE((SELECT p.name FROM holding o JOIN secret_name n ON n.person = o.person
                     JOIN person p ON p.id = o.person
                     WHERE o.uid = card_certificate.uid AND o.until IS NULL LIMIT 1), subject_text),
           from_s, until_s, usage, fingerprint, state, reason, list_number
    FROM card_certificate";

/// The certificate with this serial number, which has no leading zeros.
fn find(db: &Connection, issuer: &IssuerId, serial: &[u8]) -> Result<Option<CertificateView>, SiteError> {
    let sql = format!("{CERTIFICATES} WHERE issuer = $1 AND serial = $2 AND until IS NULL");
    let mut statement = row::prepare(db, &sql)?;
    row::first(statement.query((issuer.as_slice(), serial))?, view)
}

/// The certificates of a card, the one that ends last first.
pub(super) fn of_card(db: &Connection, uid: &Uid) -> Result<Vec<CertificateView>, SiteError> {
    let sql = format!("{CERTIFICATES} WHERE uid = $1 AND until IS NULL ORDER BY until_s DESC, id");
    let mut statement = row::prepare(db, &sql)?;
    row::all(statement.query([uid.as_bytes()])?, view)
}

fn view(row: &Row<'_>) -> Result<CertificateView, SiteError> {
    let (state, reason): (String, Option<String>) = (row.get(10)?, row.get(11)?);
    let read_reason =
        |code: String| RevocationReason::from_code(&code).ok_or(SiteError::corrupt("reason of a revocation"));
    Ok(CertificateView {
        id: CertificateId(row.get(0)?),
        uid: row::uid(row, 1)?,
        record: CertificateRecord {
            serial: row.get(2)?,
            issuer: row.get(3)?,
            issuer_text: row.get(4)?,
            subject_text: row.get(5)?,
            window: row::window(row, 6)?,
            usage: row.get(8)?,
            fingerprint: row.get(9)?,
        },
        state: CertificateState::from_code(&state).ok_or(SiteError::corrupt("state of a certificate"))?,
        reason: reason.map(read_reason).transpose()?,
        list_number: row.get(12)?,
    })
}
