//! What is said about certificates and revocation lists.

use std::fmt;

use access::entry::{Block, Blocks};
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;

/// Most certificates of one card. Cards carry one to sign in with and one to sign with; the rest is for
/// those that are being replaced.
pub const CARD_CERTIFICATES_MAX: usize = 4;

/// SHA-256 of an issuer's name in DER.
pub type IssuerId = [u8; 32];

/// The number of a certificate of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateId(pub i64);

/// A certificate to be attached to a card. Who hands it in has checked its chain.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateRecord {
    /// Serial number, big-endian, 1 to 20 bytes; leading zeros do not count.
    pub serial: Vec<u8>,
    /// Whose list revokes it.
    pub issuer: IssuerId,
    /// The issuer's name, for people.
    pub issuer_text: String,
    /// The subject's name, for people.
    pub subject_text: String,
    /// When it is valid. Both ends are there in every certificate.
    pub window: Window,
    /// What its key is for, as stable codes with spaces between, such as `digital-signature`.
    pub usage: String,
    /// SHA-256 of the certificate in DER.
    pub fingerprint: [u8; 32],
}

/// The subject's name stays out of logs.
impl fmt::Debug for CertificateRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateRecord").field("window", &self.window).finish_non_exhaustive()
    }
}

/// What the revocation lists say of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateState {
    /// Nothing against it.
    Good,
    /// Revoked for good.
    Revoked,
    /// On hold: it may come back.
    Held,
    /// The list is too old to tell, and the site does not go on then.
    Unknown,
}

/// Why a certificate was revoked: the codes of RFC 5280, section 5.3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// No reason was given.
    Unspecified,
    /// Its key may be known to others.
    KeyCompromise,
    /// Its issuer's key may be.
    CaCompromise,
    /// The subject is with another organisation or called otherwise.
    AffiliationChanged,
    /// Another one took its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// It is on hold.
    CertificateHold,
    /// It is off hold. Stands in lists of changes only.
    RemoveFromCrl,
    /// What it certifies was withdrawn, such as the right to practise.
    PrivilegeWithdrawn,
    /// The key of the authority over its attributes may be known to others.
    AaCompromise,
}

/// A certificate of a card as it is now.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateView {
    /// Its number, until its state changes.
    pub id: CertificateId,
    /// On which card.
    pub uid: Uid,
    /// What was attached.
    pub record: CertificateRecord,
    /// What the lists say.
    pub state: CertificateState,
    /// Why, if they say something against it.
    pub reason: Option<RevocationReason>,
    /// The number of the list that said so, in decimal digits.
    pub list_number: Option<String>,
}

/// The subject's name stays out of logs.
impl fmt::Debug for CertificateView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateView")
            .field("id", &self.id)
            .field("record", &self.record)
            .field("state", &self.state)
            .field("reason", &self.reason)
            .field("list_number", &self.list_number)
            .finish_non_exhaustive()
    }
}

/// A certificate that a list revokes. Only those of [`crate::site::Site::known_serials`] need be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedSerial {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// Since when, as the list says.
    pub at: UtcS,
    /// Why; [`RevocationReason::CertificateHold`] pauses the card.
    pub reason: RevocationReason,
}

/// A list whose signature and issuer have been checked, with those of its entries that concern this site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListApplied<'a> {
    /// Whose list.
    pub issuer: IssuerId,
    /// The issuer's name, for people.
    pub issuer_text: &'a str,
    /// cRLNumber, big-endian, up to 20 bytes.
    pub number: &'a [u8],
    /// When it was made.
    pub this_update: UtcS,
    /// When the next one is due.
    pub next_update: Option<UtcS>,
    /// How many entries it has in all.
    pub entries: u64,
    /// Those that concern certificates of this site.
    pub revoked: &'a [RevokedSerial],
}

/// What a list changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListOutcome {
    /// So many certificates were revoked.
    pub revoked: u32,
    /// So many were put on hold.
    pub held: u32,
    /// So many came back from hold, or are known again after a list that was too old.
    pub restored: u32,
    /// So many of the entries say what was so already.
    pub unchanged: u32,
}

/// The newest list of an issuer that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListView {
    /// Whose list.
    pub issuer: IssuerId,
    /// The issuer's name, for people.
    pub issuer_text: String,
    /// cRLNumber, big-endian without leading zeros.
    pub number: Vec<u8>,
    /// The same in decimal digits.
    pub number_text: String,
    /// When it was made.
    pub this_update: UtcS,
    /// When the next one is due.
    pub next_update: Option<UtcS>,
    /// How many entries it has.
    pub entries: u64,
    /// When it was accepted, or read again.
    pub accepted: UtcMs,
    /// Whether it is past its next update and the site does not go on then.
    pub stale: bool,
    /// Certificates were attached since: the list must be read once more, though it be the same.
    pub read_again: bool,
}

/// Where lists come from, and how the last attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceView {
    /// File, folder or address, as configured.
    pub location: String,
    /// Whose lists, once one was read.
    pub issuer: Option<IssuerId>,
    /// When it was last tried.
    pub tried: UtcMs,
    /// Stable code of what went wrong; none if the last attempt was well.
    pub fault: Option<String>,
    /// What the server called this version of it.
    pub etag: Option<String>,
    /// When the server said that it was last modified.
    pub modified: Option<String>,
}

impl CertificateState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Good, Self::Revoked, Self::Held, Self::Unknown];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked => "revoked",
            Self::Held => "held",
            Self::Unknown => "unknown",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What it puts in the card's way.
    #[must_use]
    pub fn blocks(self) -> Blocks {
        match self {
            Self::Good => Blocks::NONE,
            Self::Revoked => Blocks::NONE.with(Block::Revoked),
            Self::Held => Blocks::NONE.with(Block::Suspended),
            Self::Unknown => Blocks::NONE.with(Block::RevocationUnknown),
        }
    }
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// The stable code: the name of RFC 5280 in words with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::CaCompromise => "ca-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::CertificateHold => "certificate-hold",
            Self::RemoveFromCrl => "remove-from-crl",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
            Self::AaCompromise => "aa-compromise",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The one with this number in a list (CRLReason); one that RFC 5280 does not know, 7 among them, is
    /// unspecified, since the certificate is revoked all the same.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        match number {
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => Self::Unspecified,
        }
    }
}
