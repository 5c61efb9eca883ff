//! Certificate revocation lists (RFC 5280, section 5).
//!
//! ```text
//! bytes ─▶ outer parts ─▶ authority of the issuer's name ─▶ signature over everything
//!                                                                    │ only now
//!          RevocationList ◀─ entries that the caller knows ◀─ walk the entries
//! ```
//!
//! A list is one signed message and must be in memory once, because its signature covers all of
//! it. Its entries are walked one by one and never held: of a million, only those stay whose
//! serial number the caller knows.
//!
//! What is refused by its name, because to read half of it would be to restore cards that are
//! revoked elsewhere: delta lists, indirect lists, lists for some reasons only, lists of authorities'
//! or attribute certificates only, and lists of version 1 or without a `cRLNumber`. The last cannot
//! be told from an older copy of themselves, so that a thief could put back the list of last week;
//! an authority of the site's own has to number its lists (`crlnumber` in OpenSSL's configuration).
//!
//! A list whose `nextUpdate` has passed is read like any other: what a stale list means is for the
//! administrator to choose.

mod entries;
mod extensions;
mod fault;
mod follows;
mod number;
mod outer;
mod reason;
mod source;

use std::io::Read;

pub use entries::Revoked;
pub use fault::ListFault;
pub use follows::{Accepted, FollowFault, Step, follows};
pub use number::{ListNumber, MAX_NUMBER_BYTES};
pub use reason::RevocationReason;

use crate::authorities::Authorities;
use crate::certificate::{Certificate, sha256};
use crate::name::Name;
use crate::serial::Serial;
use outer::Outer;

/// What a list may cost, and how far clocks may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most bytes of the file, be it PEM or DER.
    pub bytes: usize,
    /// Most entries that the caller knows, and that are kept.
    pub matched: usize,
    /// How far in the future `thisUpdate` may lie, seconds.
    pub ahead_s: i64,
}

impl Default for Bounds {
    /// 64 MiB hold 1.4 million entries as DER or the largest list known (45 MB) as PEM, and stay
    /// under 200 MiB of memory in either form. A site has 100,000 cards, and a list that revokes
    /// 200,000 of its certificates is more likely a fault. Five minutes is what clocks are off by
    /// that nobody has looked after.
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, matched: 200_000, ahead_s: 300 }
    }
}

/// A list whose signature was verified, and what it says of the certificates that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// Whose certificates it revokes.
    pub issuer: Name,
    /// SHA-256 of the certificate of the authority whose key has signed it.
    pub authority: [u8; 32],
    /// `cRLNumber`: grows from list to list of one issuer and scope.
    pub number: ListNumber,
    /// The DER of the distribution point that the list is for, if it is for one only. Two lists of
    /// one issuer and different scopes stand side by side: a certificate that is missing in one may
    /// be revoked in the other.
    pub scope: Option<Vec<u8>>,
    /// When it was made, Unix seconds.
    pub this_update_s: i64,
    /// When the next is promised, Unix seconds.
    pub next_update_s: Option<i64>,
    /// How many entries it has.
    pub entries: u64,
    /// Those that are known, by serial number, each once.
    pub matched: Vec<Revoked>,
    /// SHA-256 of what is signed: the same for the same list as PEM, as DER and signed anew.
    pub digest: [u8; 32],
}

impl RevocationList {
    /// What to keep of it, so that its successor can be told from an older list.
    #[must_use]
    pub fn accepted(&self) -> Accepted {
        Accepted { issuer: self.issuer.clone(), scope: self.scope.clone(), number: self.number, digest: self.digest }
    }
}

/// Reads a list, PEM or DER, at `now_s` (Unix seconds).
///
/// `known` says whether the caller has a certificate of this issuer and serial number; it is asked
/// once for each entry, after the signature was verified, with the list's issuer.
///
/// # Errors
/// The list is too large, damaged, of a kind that is refused, in the future, or not signed by a
/// configured authority of its issuer's name that may sign lists and to which a chain leads. Nothing
/// of a refused list is returned.
pub fn read(
    source: impl Read,
    authorities: &Authorities,
    known: &dyn Fn(&Name, &Serial) -> bool,
    bounds: &Bounds,
    now_s: i64,
) -> Result<RevocationList, ListFault> {
    let der = source::whole(source, bounds.bytes)?;
    let outer = Outer::read(&der)?;
    let authority = signer(&outer, authorities, now_s)?;
    // Only a list that is what its issuer wrote is worth a complaint about what it says.
    let extensions = extensions::read(outer.extensions)?;
    if outer.this_update_s > now_s.saturating_add(bounds.ahead_s) {
        return Err(ListFault::Future { issuer: outer.issuer.text().to_owned(), this_update_s: outer.this_update_s });
    }
    let found = entries::walk(outer.entries, &|serial| known(&outer.issuer, serial), bounds.matched)?;
    Ok(RevocationList {
        authority: authority.fingerprint(),
        number: extensions.number,
        scope: extensions.scope,
        this_update_s: outer.this_update_s,
        next_update_s: outer.next_update_s,
        entries: found.entries,
        matched: found.matched,
        digest: sha256(outer.signed.tbs.raw),
        issuer: outer.issuer,
    })
}

/// The configured authority that has signed the list and may.
fn signer<'a>(outer: &Outer<'_>, authorities: &'a Authorities, now_s: i64) -> Result<&'a Certificate, ListFault> {
    let issuer = || outer.issuer.text().to_owned();
    let mut fault = ListFault::UnknownIssuer { issuer: issuer() };
    for authority in authorities.named(&outer.issuer) {
        // An authority that has changed its key is there twice, and one of the keys must fit.
        if let Err(wrong) = outer.signed.check(authority.key()) {
            fault = ListFault::Signature { issuer: issuer(), fault: wrong };
            continue;
        }
        if authority.key_usage().is_some_and(|usage| !usage.crl_sign()) {
            return Err(ListFault::NoCrlSign { issuer: issuer() });
        }
        authorities.check(authority, now_s).map_err(|fault| ListFault::Chain { issuer: issuer(), fault })?;
        return Ok(authority);
    }
    Err(fault)
}
