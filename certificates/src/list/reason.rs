//! Why a certificate was revoked (RFC 5280, 5.3.1).

use std::fmt;

use crate::der::{self, DerFault, Walker};

/// Why a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// No reason is given.
    Unspecified,
    /// The key on the card is in other hands.
    KeyCompromise,
    /// The authority's key is in other hands.
    CaCompromise,
    /// The holder belongs elsewhere now.
    AffiliationChanged,
    /// Another certificate has taken its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// Paused; it may come back.
    CertificateHold,
    /// No longer on hold. Belongs in delta lists, and is read wherever it is found.
    RemoveFromCrl,
    /// The right that it stood for was taken away.
    PrivilegeWithdrawn,
    /// The attribute authority's key is in other hands.
    AaCompromise,
}

impl RevocationReason {
    /// All of them, by code.
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

    /// The code on the wire; 7 is not used.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// The reason of a code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The name in RFC 5280.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }

    /// From an entry's extension. A code that RFC 5280 does not have revokes for no reason given:
    /// the entry is there all the same.
    pub(super) fn from_extension(value: &[u8]) -> Result<Self, DerFault> {
        match Walker::only(value, der::ENUMERATED)?.content {
            [code] => Ok(Self::from_code(*code).unwrap_or(Self::Unspecified)),
            _ => Err(DerFault::Value("the reasonCode")),
        }
    }

    /// How much it takes away, for an entry that is there twice: all, for a while, nothing.
    pub(super) fn weight(self) -> u8 {
        match self {
            Self::RemoveFromCrl => 0,
            Self::CertificateHold => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
