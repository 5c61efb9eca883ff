//! The search for a chain (RFC 5280, 6.1, without policies and name constraints).
//!
//! ```text
//! certificate ── issuer's name ──▶ authorities of that name
//!                                   │ signature, cA, keyCertSign, path length, window
//!                                   ├─ anchor  ──▶ done
//!                                   └─ another ──▶ its issuer's name, and so on
//! ```

use thiserror::Error;

use crate::authorities::Configured;
use crate::certificate::Certificate;
use crate::der::DerFault;
use crate::signature::{SignatureFault, Signed};
use crate::time;

/// How many authorities may follow one another. Those of Finnish cards have two.
pub const MAX_PATH: usize = 8;

/// How many signatures one search may verify: authorities that have all signed one another must
/// not make it endless.
const MAX_SIGNATURES: usize = 64;

/// Why no chain leads from a certificate to a trusted authority.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChainFault {
    /// A link's time has not come.
    #[error("certificate {certificate} is valid only from {}; check the clock, or wait", time::text(*.from_s))]
    NotYetValid {
        /// Which certificate.
        certificate: String,
        /// Its first second.
        from_s: i64,
    },
    /// A link's time is over.
    #[error("certificate {certificate} ended at {}; have it issued anew", time::text(*.until_s))]
    Expired {
        /// Which certificate.
        certificate: String,
        /// Its last second.
        until_s: i64,
    },
    /// No configured authority has the issuer's name.
    #[error(
        "certificate {certificate} is issued by «{issuer}», which is not among the authorities; add that authority's certificate if you trust it"
    )]
    UnknownIssuer {
        /// Which certificate.
        certificate: String,
        /// Who has issued it.
        issuer: String,
    },
    /// No authority of that name has signed it.
    #[error("certificate {certificate} was not signed by {authority}: {fault}")]
    Signature {
        /// Which certificate.
        certificate: String,
        /// The authority whose key was tried.
        authority: String,
        /// What is wrong.
        fault: SignatureFault,
    },
    /// The issuer may not sign certificates.
    #[error("{authority} has signed {certificate} but may not sign certificates (no keyCertSign); ask that authority")]
    NoCertSign {
        /// Which certificate.
        certificate: String,
        /// Who has signed it.
        authority: String,
    },
    /// More authorities below one than it allows.
    #[error("{authority} allows {allowed} authorities below itself and there are {found}; ask that authority")]
    PathLength {
        /// The authority with the limit.
        authority: String,
        /// How many it allows.
        allowed: u32,
        /// How many there are.
        found: u32,
    },
    /// A certificate depends on something that is not evaluated.
    #[error("certificate {certificate} depends on extension {oid}, which is not evaluated here; it cannot be accepted")]
    Extension {
        /// Which certificate.
        certificate: String,
        /// The extension's object identifier.
        oid: String,
    },
    /// More than [`MAX_PATH`] authorities, or too many ways to try.
    #[error(
        "no chain of at most {MAX_PATH} authorities leads from {certificate} to a trusted one; remove authorities that are not needed"
    )]
    Long {
        /// Where the search ended.
        certificate: String,
    },
}

/// One search, with what it may still spend.
pub(crate) struct Search<'a> {
    all: &'a [Configured],
    at_s: i64,
    signatures_left: usize,
}

impl<'a> Search<'a> {
    pub(crate) fn over(all: &'a [Configured], at_s: i64) -> Self {
        Self { all, at_s, signatures_left: MAX_SIGNATURES }
    }

    pub(crate) fn check(&mut self, certificate: &Certificate) -> Result<(), ChainFault> {
        self.usable(certificate)?;
        let trusted = |known: &&Configured| known.anchor && known.certificate.der() == certificate.der();
        if self.all.iter().any(|known| trusted(&known)) {
            return Ok(());
        }
        self.climb(certificate, 0, &mut Vec::new())
    }

    /// Whether `authority` has signed `certificate`.
    pub(crate) fn signed_by(certificate: &Certificate, authority: &Certificate) -> Result<(), SignatureFault> {
        // It was read from this very DER, so that it cannot be read again is as good as forged.
        let signed = Signed::read(certificate.der()).map_err(|_: DerFault| SignatureFault::Wrong)?;
        signed.check(authority.key())
    }

    /// Goes on from `certificate`, below which are `below` authorities (those of a changed key do
    /// not count), having passed the authorities of `passed`.
    fn climb(&mut self, certificate: &Certificate, below: u32, passed: &mut Vec<usize>) -> Result<(), ChainFault> {
        let all = self.all;
        let mut fault = None;
        for (place, known) in all.iter().enumerate() {
            let authority = &known.certificate;
            if authority.subject_name() != certificate.issuer() || passed.contains(&place) {
                continue;
            }
            if passed.len() >= MAX_PATH || self.signatures_left == 0 {
                return Err(ChainFault::Long { certificate: certificate.label() });
            }
            passed.push(place);
            let way = self.link(certificate, authority, below).and_then(|()| {
                if known.anchor {
                    return Ok(());
                }
                let below = if authority.is_self_issued() { below } else { below.saturating_add(1) };
                self.climb(authority, below, passed)
            });
            passed.pop();
            match way {
                Ok(()) => return Ok(()),
                Err(found) => fault = Some(more_telling(fault, found)),
            }
        }
        Err(fault.unwrap_or_else(|| ChainFault::UnknownIssuer {
            certificate: certificate.label(),
            issuer: certificate.issuer().text().to_owned(),
        }))
    }

    /// Whether `authority` may have signed `certificate`, and has.
    fn link(&mut self, certificate: &Certificate, authority: &Certificate, below: u32) -> Result<(), ChainFault> {
        self.signatures_left = self.signatures_left.saturating_sub(1);
        Self::signed_by(certificate, authority).map_err(|fault| ChainFault::Signature {
            certificate: certificate.label(),
            authority: authority.label(),
            fault,
        })?;
        self.usable(authority)?;
        // Without keyUsage a key may do everything (RFC 5280, 4.2.1.3).
        if authority.key_usage().is_some_and(|usage| !usage.cert_sign()) {
            let (certificate, authority) = (certificate.label(), authority.label());
            return Err(ChainFault::NoCertSign { certificate, authority });
        }
        match authority.authority().and_then(|limits| limits.path_length) {
            Some(allowed) if below > allowed => {
                Err(ChainFault::PathLength { authority: authority.label(), allowed, found: below })
            }
            _ => Ok(()),
        }
    }

    fn usable(&self, certificate: &Certificate) -> Result<(), ChainFault> {
        let label = || certificate.label();
        if let Some(oid) = certificate.unhandled() {
            return Err(ChainFault::Extension { certificate: label(), oid: oid.to_owned() });
        }
        if self.at_s < certificate.not_before_s() {
            return Err(ChainFault::NotYetValid { certificate: label(), from_s: certificate.not_before_s() });
        }
        if self.at_s > certificate.not_after_s() {
            return Err(ChainFault::Expired { certificate: label(), until_s: certificate.not_after_s() });
        }
        Ok(())
    }
}

/// Of several ways that failed, one whose signature was right says more than one of another key.
fn more_telling(before: Option<ChainFault>, found: ChainFault) -> ChainFault {
    match before {
        Some(before) if matches!(found, ChainFault::Signature { .. }) => before,
        _ => found,
    }
}
