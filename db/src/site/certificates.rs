//! The certificates of cards, and the revocation lists that speak of them.

use access::uid::Uid;
use rusqlite::{Connection, Row};

use super::{SiteError, row};

mod types;

pub use types::{
    CARD_CERTIFICATES_MAX, CertificateId, CertificateRecord, CertificateState, CertificateView, IssuerId, ListApplied,
    ListOutcome, ListView, RevocationReason, RevokedSerial, SourceView,
};

/// The certificates of a card, the one that ends last first.
pub(super) fn of_card(db: &Connection, uid: &Uid) -> Result<Vec<CertificateView>, SiteError> {
    let mut statement = row::prepare(
        db,
        "SELECT id, uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage, fingerprint,
                state, reason, list_number
         FROM card_certificate WHERE uid = $1 AND until IS NULL ORDER BY until_s DESC, id",
    )?;
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
