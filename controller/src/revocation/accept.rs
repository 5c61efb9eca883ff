//! From the bytes of a list to cards that are blocked.
//!
//! ```text
//! bytes ─▶ signature, issuer, kind ─▶ entries that the site knows ─▶ number ─▶ one transaction
//!               │ refused                                              │ refused
//!               └──────────────▶ nothing has changed ◀─────────────────┘
//! ```

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

use access::time::{UtcMs, UtcS};
use certificates::list::{Accepted, Bounds, ListNumber, MAX_NUMBER_BYTES, RevocationList, Step, follows, read};
use certificates::{Authorities, Name, Serial};
use db::site::{Actor, IssuerId, ListApplied, ListOutcome, ListView, RevocationReason, RevokedSerial, Site, SiteError};
use sha2::{Digest, Sha256};

use super::fault::Fault;

/// Who changes cards because of a list, in the operator log.
pub(super) const ACTOR: &str = "revocation-list";

/// Reads lists and applies them.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) site: Site,
    pub(super) authorities: Arc<Authorities>,
}

/// A list that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) issuer: IssuerId,
    pub(super) number: String,
    pub(super) entries: u64,
    pub(super) outcome: ListOutcome,
}

impl Reader {
    /// Reads a list and applies it; one that is in force already is applied again, for certificates that were
    /// attached since.
    pub(super) fn take(&self, source: impl Read, size_max: usize, now: UtcMs) -> Result<Taken, Fault> {
        let list = self.read(source, size_max, now)?;
        let issuer = id(&list.issuer);
        let scope = list.scope.as_deref().map(|scope| <[u8; 32]>::from(Sha256::digest(scope)));
        let lists = self.site.revocation_lists()?;
        let known = lists.iter().find(|known| known.issuer == issuer && known.scope == scope);
        let previous = known.and_then(|known| accepted(known, &list));
        if follows(previous.as_ref(), &list)? == Step::Newer {
            tracing::info!(issuer = list.issuer.text(), number = %list.number, "a newer revocation list");
        }
        let revoked: Vec<RevokedSerial> = list.matched.iter().map(revoked).collect();
        let outcome = self.site.apply_list(
            &Actor { operator: ACTOR, at: now },
            &ListApplied {
                issuer,
                issuer_text: list.issuer.text(),
                scope,
                number: &list.number.bytes(),
                digest: list.digest,
                this_update: UtcS(list.this_update_s),
                next_update: list.next_update_s.map(UtcS),
                entries: list.entries,
                revoked: &revoked,
            },
        )?;
        Ok(Taken { issuer, number: list.number.to_string(), entries: list.entries, outcome })
    }

    /// The serial numbers that the site knows are looked up when the issuer's name is: once, and not before the
    /// signature was verified.
    fn read(&self, source: impl Read, size_max: usize, now: UtcMs) -> Result<RevocationList, Fault> {
        let known: RefCell<Option<Result<HashSet<Serial>, SiteError>>> = RefCell::new(None);
        let is_known = |issuer: &Name, serial: &Serial| {
            let mut known = known.borrow_mut();
            match known.get_or_insert_with(|| self.known(issuer)) {
                Ok(serials) => serials.contains(serial),
                Err(_) => false,
            }
        };
        let bounds = Bounds { bytes: size_max, ..Bounds::default() };
        let list = read(source, &self.authorities, &is_known, &bounds, now.second().0)?;
        match known.into_inner() {
            Some(Err(error)) => Err(error.into()),
            _ => Ok(list),
        }
    }

    fn known(&self, issuer: &Name) -> Result<HashSet<Serial>, SiteError> {
        let serials = self.site.known_serials(&id(issuer))?;
        Ok(serials.iter().filter_map(|serial| Serial::from_bytes(serial).ok()).collect())
    }
}

/// What the database calls an issuer.
fn id(issuer: &Name) -> IssuerId {
    Sha256::digest(issuer.der()).into()
}

/// What the crate wants to know of the list in force. Issuer and scope are those of the new one: by them it was
/// found.
fn accepted(known: &ListView, new: &RevocationList) -> Option<Accepted> {
    let mut number = [0; MAX_NUMBER_BYTES];
    let from = MAX_NUMBER_BYTES.checked_sub(known.number.len())?;
    number.get_mut(from..)?.copy_from_slice(&known.number);
    Some(Accepted { number: ListNumber::from_bytes(number), digest: known.digest, ..new.accepted() })
}

fn revoked(entry: &certificates::list::Revoked) -> RevokedSerial {
    RevokedSerial {
        serial: entry.serial.as_bytes().to_vec(),
        at: UtcS(entry.at_s),
        reason: RevocationReason::from_number(entry.reason.code()),
    }
}
