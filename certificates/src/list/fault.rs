//! Why a list is refused. Each text names the list by its issuer where that is known, and says what
//! to do; none of them holds a card's number or a person's name.

use std::io;

use thiserror::Error;

use crate::chain::ChainFault;
use crate::der::DerFault;
use crate::pem::PemFault;
use crate::signature::SignatureFault;
use crate::time;

/// Why a list is refused; nothing of it may be used.
#[derive(Debug, Error)]
pub enum ListFault {
    /// It cannot be read where it is.
    #[error("the revocation list cannot be read: {0}")]
    Source(#[from] io::Error),
    /// More bytes than [`super::Bounds::bytes`].
    #[error("the revocation list has more than {bound} bytes and is not read; raise that bound if it is genuine")]
    Large {
        /// How many there may be.
        bound: usize,
    },
    /// Neither PEM nor DER.
    #[error("this is no revocation list, neither as PEM text nor as DER; check its address")]
    Unknown,
    /// The text form is damaged.
    #[error("the revocation list's text is damaged: {0}; fetch it again")]
    Pem(#[from] PemFault),
    /// The list is damaged.
    #[error("the revocation list is damaged: {0}; fetch it again")]
    Der(#[from] DerFault),
    /// One entry is damaged, though the list is genuine.
    #[error("entry {entry} of the revocation list is damaged: {fault}; tell its issuer")]
    Entry {
        /// Which, counted from 1.
        entry: u64,
        /// What is wrong.
        fault: DerFault,
    },
    /// No configured authority has the issuer's name.
    #[error(
        "the revocation list is issued by «{issuer}», which is not among the authorities; add that authority's certificate if you trust it"
    )]
    UnknownIssuer {
        /// Who says to have issued it.
        issuer: String,
    },
    /// Signed by nobody who might.
    #[error(
        "the revocation list that names «{issuer}» as its issuer was not signed by it: {fault}; it changes nothing"
    )]
    Signature {
        /// Who says to have issued it.
        issuer: String,
        /// What is wrong.
        fault: SignatureFault,
    },
    /// The authority may not sign lists.
    #[error("«{issuer}» has signed the revocation list but may not sign lists (no cRLSign); ask that authority")]
    NoCrlSign {
        /// The issuer.
        issuer: String,
    },
    /// The authority itself does not hold.
    #[error("the revocation list's issuer «{issuer}» does not hold: {fault}")]
    Chain {
        /// The issuer.
        issuer: String,
        /// Which link breaks.
        fault: ChainFault,
    },
    /// It says what has changed since another list.
    #[error("this is a delta list (deltaCRLIndicator), which is not read; configure the address of the complete list")]
    Delta,
    /// It speaks for other issuers than its own.
    #[error(
        "this is an indirect list (indirectCRL or certificateIssuer), which is not read; configure each issuer's own list"
    )]
    Indirect,
    /// It leaves other reasons to another list.
    #[error("this list covers some reasons only (onlySomeReasons) and is not read; configure the complete list")]
    SomeReasons,
    /// It has no cards in it.
    #[error("this list is not of holders' certificates ({kind}) and is not read; configure the one that is")]
    OtherKind {
        /// `onlyContainsCACerts` or `onlyContainsAttributeCerts`.
        kind: &'static str,
    },
    /// It cannot be told from an older copy.
    #[error("the list has no cRLNumber, so an older one could not be told from it; have its issuer number its lists")]
    NoNumber,
    /// It depends on something that is not evaluated.
    #[error("the list depends on extension {oid}, which is not evaluated here; it changes nothing")]
    Extension {
        /// The extension's object identifier.
        oid: String,
    },
    /// An extension that is there twice.
    #[error("the list has extension {oid} twice; tell its issuer")]
    Twice {
        /// The extension's object identifier.
        oid: String,
    },
    /// It was made after now.
    #[error("the list of «{issuer}» was made at {}, which is yet to come; check this machine's clock", time::text(*.this_update_s))]
    Future {
        /// The issuer.
        issuer: String,
        /// When it says that it was made, Unix seconds.
        this_update_s: i64,
    },
    /// More known entries than [`super::Bounds::matched`].
    #[error(
        "the list revokes more than {bound} of the known certificates and is not used; raise that bound if it is genuine"
    )]
    Matched {
        /// How many there may be.
        bound: usize,
    },
}
