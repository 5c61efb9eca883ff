//! A revocation list, applied in one change; and lists that are too old.

use std::cmp::Ordering;
use std::collections::HashSet;

use rusqlite::Connection;

use super::types::{CertificateState, CertificateView, IssuerId, ListApplied, ListOutcome, RevocationReason};
use super::{NAME_LENGTH_MAX, SERIAL_LENGTH_MAX, find, lists, number};
use crate::site::open::Wakes;
use crate::site::{Actor, Site, SiteError, change, row};

impl Site {
    /// Applies a list that has been checked: what it revokes is revoked, or on hold; what was on hold and is no
    /// longer listed is good again; what was revoked stays so. A list that is newer than now also ends the state
    /// unknown. The list that was accepted before may be applied again, which matches certificates that were
    /// attached since. If no certificate is touched there is no change, but the list is noted as accepted.
    ///
    /// # Errors
    /// [`SiteError::Refused`] with `older-list` if its number is lower than that of the accepted one;
    /// [`SiteError::Invalid`] for the number or the issuer's name.
    pub fn apply_list(&self, actor: &Actor<'_>, list: &ListApplied<'_>) -> Result<ListOutcome, SiteError> {
        row::check_text("issuer", list.issuer_text, NAME_LENGTH_MAX)?;
        if list.number.is_empty() || number::trimmed(list.number).len() > SERIAL_LENGTH_MAX {
            return Err(SiteError::invalid("number", "out-of-range"));
        }
        self.write(Wakes::News, |db| {
            let accepted = lists::accepted(db, &list.issuer)?;
            if accepted.is_some_and(|accepted| number::compare(list.number, &accepted) == Ordering::Less) {
                return Err(SiteError::refused("revocation list", "older-list"));
            }
            lists::accept(db, list, actor.at)?;
            let mut applying = Applying::new(db, actor, list);
            applying.revoke()?;
            // Before those on hold, which otherwise would be unknown for a moment of no length.
            if list.next_update.is_none_or(|next| next > actor.at.second()) {
                applying.restore_unknown()?;
            }
            applying.restore_held()?;
            Ok(applying.outcome)
        })
    }

    /// Says whether an issuer's list is past its next update and the site does not go on then: its certificates
    /// that were good are unknown, or good again. Returns how many.
    ///
    /// # Errors
    /// [`SiteError`] if the file cannot be written.
    pub fn set_stale(&self, actor: &Actor<'_>, issuer: &IssuerId, stale: bool) -> Result<u32, SiteError> {
        let (from, to) = if stale {
            (CertificateState::Good, CertificateState::Unknown)
        } else {
            (CertificateState::Unknown, CertificateState::Good)
        };
        self.write(Wakes::News, |db| {
            lists::set_stale(db, issuer, stale)?;
            if !any(db, issuer, from)? {
                return Ok(0);
            }
            let action = if stale { "revocation-unknown" } else { "revocation-known" };
            let change = change::begin(db, actor, action, &issuer_code(issuer))?;
            turn_all(db, change, issuer, from, to)
        })
    }
}

/// A list on its way in. The change is begun when the first certificate is touched.
struct Applying<'a> {
    db: &'a Connection,
    actor: &'a Actor<'a>,
    list: &'a ListApplied<'a>,
    list_number: String,
    change: Option<i64>,
    outcome: ListOutcome,
}

impl<'a> Applying<'a> {
    fn new(db: &'a Connection, actor: &'a Actor<'a>, list: &'a ListApplied<'a>) -> Self {
        let list_number = number::decimal(number::trimmed(list.number));
        Self { db, actor, list, list_number, change: None, outcome: ListOutcome::default() }
    }

    fn revoke(&mut self) -> Result<(), SiteError> {
        for entry in self.list.revoked.iter().filter(|entry| entry.reason != RevocationReason::RemoveFromCrl) {
            let Some(known) = find(self.db, &self.list.issuer, number::trimmed(&entry.serial))? else { continue };
            let hold = entry.reason == RevocationReason::CertificateHold;
            match (known.state, hold) {
                (CertificateState::Revoked, _) | (CertificateState::Held, true) => self.outcome.unchanged += 1,
                (_, true) => {
                    self.turn(&known, CertificateState::Held, Some(entry.reason))?;
                    self.outcome.held += 1;
                }
                (_, false) => {
                    self.turn(&known, CertificateState::Revoked, Some(entry.reason))?;
                    self.outcome.revoked += 1;
                }
            }
        }
        Ok(())
    }

    fn restore_held(&mut self) -> Result<(), SiteError> {
        let listed = self.list.revoked.iter().filter(|entry| entry.reason != RevocationReason::RemoveFromCrl);
        let listed: HashSet<&[u8]> = listed.map(|entry| number::trimmed(&entry.serial)).collect();
        for serial in serials(self.db, &self.list.issuer, CertificateState::Held)? {
            if listed.contains(serial.as_slice()) {
                continue;
            }
            if let Some(known) = find(self.db, &self.list.issuer, &serial)? {
                // A list that is too old already does not say that it is good.
                let stale = lists::is_stale(self.db, &self.list.issuer)?;
                let to = if stale { CertificateState::Unknown } else { CertificateState::Good };
                self.turn(&known, to, None)?;
                self.outcome.restored += 1;
            }
        }
        Ok(())
    }

    fn restore_unknown(&mut self) -> Result<(), SiteError> {
        let issuer = &self.list.issuer;
        lists::set_stale(self.db, issuer, false)?;
        if any(self.db, issuer, CertificateState::Unknown)? {
            let change = self.change()?;
            let turned = turn_all(self.db, change, issuer, CertificateState::Unknown, CertificateState::Good)?;
            self.outcome.restored += turned;
        }
        Ok(())
    }

    fn turn(
        &mut self,
        known: &CertificateView,
        to: CertificateState,
        reason: Option<RevocationReason>,
    ) -> Result<(), SiteError> {
        let change = self.change()?;
        super::close(self.db, change, known.id)?;
        let list_number = reason.map(|_| self.list_number.as_str());
        row::prepare(
            self.db,
            "INSERT INTO card_certificate (uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage,
                                           fingerprint, state, reason, list_number, since)
             SELECT uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage, fingerprint, $1, $2, $3, $4
             FROM card_certificate WHERE id = $5",
        )?
        .execute((to.code(), reason.map(RevocationReason::code), list_number, change, known.id.0))?;
        Ok(())
    }

    fn change(&mut self) -> Result<i64, SiteError> {
        if let Some(change) = self.change {
            return Ok(change);
        }
        let detail = format!("{} {}", issuer_code(&self.list.issuer), self.list_number);
        let change = change::begin(self.db, self.actor, "revocation-list", &detail)?;
        self.change = Some(change);
        Ok(change)
    }
}

fn serials(db: &Connection, issuer: &IssuerId, state: CertificateState) -> Result<Vec<Vec<u8>>, SiteError> {
    let sql = "SELECT serial FROM card_certificate WHERE issuer = $1 AND state = $2 AND until IS NULL";
    let mut statement = row::prepare(db, sql)?;
    row::all(statement.query((issuer.as_slice(), state.code()))?, |r| Ok(r.get(0)?))
}

fn any(db: &Connection, issuer: &IssuerId, state: CertificateState) -> Result<bool, SiteError> {
    let sql = "SELECT 1 FROM card_certificate WHERE issuer = $1 AND state = $2 AND until IS NULL LIMIT 1";
    Ok(row::prepare(db, sql)?.exists((issuer.as_slice(), state.code()))?)
}

/// All certificates of an issuer that are in one state are in another from this change on.
fn turn_all(
    db: &Connection,
    change: i64,
    issuer: &IssuerId,
    from: CertificateState,
    to: CertificateState,
) -> Result<u32, SiteError> {
    let sql = "UPDATE card_certificate SET until = $1 WHERE issuer = $2 AND state = $3 AND until IS NULL";
    row::prepare(db, sql)?.execute((change, issuer.as_slice(), from.code()))?;
    let inserted = row::prepare(
        db,
        "INSERT INTO card_certificate
             (uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage, fingerprint, state, since)
         SELECT uid, serial, issuer, issuer_text, subject_text, from_s, until_s, usage, fingerprint, $1, $2
         FROM card_certificate WHERE until = $2 AND since < $2 AND issuer = $3 AND state = $4",
    )?
    .execute((to.code(), change, issuer.as_slice(), from.code()))?;
    Ok(u32::try_from(inserted).unwrap_or(u32::MAX))
}

/// The issuer for the operator log: as much of the digest as tells issuers apart.
fn issuer_code(issuer: &IssuerId) -> String {
    issuer.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
