//! What a certificate's extensions say that decides.

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;

use crate::certificate::CertificateFault;

/// What a certificate's key may be used for (RFC 5280, 4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// Bit 0 is `digitalSignature`, bit 8 `decipherOnly`.
    flags: u16,
}

impl KeyUsage {
    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// The names of the uses, as RFC 5280 writes them and in its order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(bit, _)| self.flags >> bit & 1 == 1).map(|(_, name)| name)
    }

    /// To sign in with: the certificate of a card that speaks for presence.
    #[must_use]
    pub fn digital_signature(self) -> bool {
        self.flags & 1 != 0
    }

    /// To sign documents with.
    #[must_use]
    pub fn non_repudiation(self) -> bool {
        self.flags & 1 << 1 != 0
    }

    /// To sign certificates with.
    #[must_use]
    pub fn cert_sign(self) -> bool {
        self.flags & 1 << 5 != 0
    }

    /// To sign revocation lists with.
    #[must_use]
    pub fn crl_sign(self) -> bool {
        self.flags & 1 << 6 != 0
    }
}

/// What makes a certificate one of an authority (`basicConstraints` with `cA`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Authority {
    pub(crate) path_length: Option<u32>,
}

/// keyUsage, basicConstraints, nameConstraints and policyConstraints decide even where an authority
/// has not marked them as critical. Damage in what only informs must not keep a card out.
const DECIDING: [&str; 4] = ["2.5.29.15", "2.5.29.19", "2.5.29.30", "2.5.29.36"];

/// Those of a certificate that decide.
pub(crate) struct Extensions {
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) authority: Option<Authority>,
    pub(crate) unhandled: Option<String>,
}

impl Extensions {
    pub(crate) fn of(certificate: &X509Certificate<'_>) -> Result<Self, CertificateFault> {
        let mut found = Self { key_usage: None, authority: None, unhandled: None };
        let mut seen = Vec::new();
        for extension in certificate.extensions() {
            let oid = extension.oid.to_id_string();
            let damaged = extension.parsed_extension().error().is_some();
            let decides = extension.critical || DECIDING.contains(&oid.as_str());
            if seen.contains(&oid) || damaged && decides {
                return Err(CertificateFault::Extension { oid });
            }
            match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => found.key_usage = Some(KeyUsage { flags: usage.flags }),
                ParsedExtension::BasicConstraints(constraints) if constraints.ca => {
                    found.authority = Some(Authority { path_length: constraints.path_len_constraint });
                }
                // What they forbid is not evaluated, so nothing below them may be accepted.
                ParsedExtension::NameConstraints(_) => found.unhandled = Some(oid.clone()),
                ParsedExtension::PolicyConstraints(policy) if policy.require_explicit_policy.is_some() => {
                    found.unhandled = Some(oid.clone());
                }
                other if other.unsupported() && extension.critical => found.unhandled = Some(oid.clone()),
                // No policy decides unless requireExplicitPolicy demands one; the others inform.
                _ => {}
            }
            seen.push(oid);
        }
        Ok(found)
    }
}
