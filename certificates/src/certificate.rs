//! One certificate.

use std::fmt;

use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::der::{self, DerFault, Walker};
use crate::extensions::{Authority, Extensions, KeyUsage};
use crate::name::Name;
use crate::pem::{self, PemFault};
use crate::serial::{Serial, SerialFault};
use crate::signature::{PublicKey, Signed};
use crate::subject::Subject;

/// The largest certificate, as PEM or DER. Those of cards have about 2 KiB; a photograph or a
/// signed letter that was picked by mistake is refused before it is parsed.
pub const MAX_CERTIFICATE_BYTES: usize = 64 * 1024;

/// A certificate as it was read; nothing is verified yet (see [`crate::Authorities::check`]).
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    serial: Serial,
    issuer: Name,
    subject: Subject,
    subject_name: Name,
    not_before_s: i64,
    not_after_s: i64,
    key_usage: Option<KeyUsage>,
    authority: Option<Authority>,
    unhandled: Option<String>,
    key: PublicKey,
}

/// Why bytes are no certificate that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CertificateFault {
    /// More than [`MAX_CERTIFICATE_BYTES`] for each certificate.
    #[error("the file has {bytes} bytes and a certificate at most {bound}; choose the certificate alone")]
    Large {
        /// How many there are.
        bytes: usize,
        /// How many may be.
        bound: usize,
    },
    /// Neither PEM nor DER.
    #[error("this is no certificate, neither as PEM text nor as DER; export it from the card as .pem, .crt or .cer")]
    Unknown,
    /// A private key belongs on its card and nowhere else.
    #[error("the file holds a private key; do not hand it on, and choose a file with the certificate alone")]
    PrivateKey,
    /// A PEM block of another kind.
    #[error("the file holds a {label:?} and not a certificate")]
    Other {
        /// What the PEM block says that it is.
        label: String,
    },
    /// More than one, where one is wanted.
    #[error("the file holds {count} certificates and one is wanted; choose the card's own")]
    Several {
        /// How many.
        count: usize,
    },
    /// The text form is damaged.
    #[error("the certificate's text is damaged: {0}")]
    Pem(#[from] PemFault),
    /// The certificate is damaged.
    #[error("the certificate is damaged: {0}; export it again")]
    Der(#[from] DerFault),
    /// Its serial number cannot be matched with a revocation list.
    #[error("the certificate cannot be matched with revocation lists: {0}")]
    Serial(#[from] SerialFault),
    /// An extension that is present twice, or cannot be read.
    #[error("the certificate's extension {oid} is there twice or damaged; have it issued anew")]
    Extension {
        /// The extension's object identifier.
        oid: String,
    },
}

impl Certificate {
    /// The only certificate of a PEM or DER file.
    ///
    /// # Errors
    /// The file is too large, holds something else or several, or is damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, CertificateFault> {
        bounded(bytes, MAX_CERTIFICATE_BYTES)?;
        let mut all = Self::read_all(bytes, 1)?;
        match (all.pop(), all.len()) {
            (Some(certificate), 0) => Ok(certificate),
            (_, count) => Err(CertificateFault::Several { count: count + 1 }),
        }
    }

    /// Every certificate of a file: one as DER, or as many as there are in PEM, at most
    /// `most` × [`MAX_CERTIFICATE_BYTES`] bytes.
    pub(crate) fn read_all(bytes: &[u8], most: usize) -> Result<Vec<Self>, CertificateFault> {
        bounded(bytes, MAX_CERTIFICATE_BYTES.saturating_mul(most))?;
        if bytes.first() == Some(&der::SEQUENCE) {
            return Ok(vec![Self::from_der(bytes)?]);
        }
        let mut all = Vec::new();
        let mut rest = bytes;
        while let Some(block) = pem::first(rest)? {
            match block.label {
                "CERTIFICATE" | "X509 CERTIFICATE" => {
                    all.push(Self::from_der(&block.decode()?)?);
                }
                label if label.contains("PRIVATE KEY") => return Err(CertificateFault::PrivateKey),
                label => return Err(CertificateFault::Other { label: label.to_owned() }),
            }
            rest = block.rest;
        }
        if all.is_empty() { Err(CertificateFault::Unknown) } else { Ok(all) }
    }

    /// From DER alone, after which nothing may follow.
    ///
    /// # Errors
    /// As for [`Certificate::read`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateFault> {
        bounded(der, MAX_CERTIFICATE_BYTES)?;
        let signed = Signed::read(der)?;
        same_algorithm(&signed)?;
        let parsed = match X509Certificate::from_der(der) {
            Ok(([], parsed)) => parsed,
            Ok((rest, _)) => return Err(DerFault::Trailing { bytes: rest.len() }.into()),
            Err(_) => return Err(DerFault::Value("what the certificate says").into()),
        };
        let extensions = Extensions::of(&parsed)?;
        Ok(Self {
            der: der.to_vec(),
            serial: Serial::from_integer(parsed.raw_serial())?,
            issuer: Name::of(parsed.issuer()),
            subject: Subject::of(parsed.subject()),
            subject_name: Name::of(parsed.subject()),
            not_before_s: parsed.validity().not_before.timestamp(),
            not_after_s: parsed.validity().not_after.timestamp(),
            key_usage: extensions.key_usage,
            authority: extensions.authority,
            unhandled: extensions.unhandled,
            key: PublicKey::read(parsed.public_key().raw)?,
        })
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its number, unique for its issuer only.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The authority that has issued it.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Who it is about. Personal data, unless this is an authority.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Who it is about, as one name. Personal data, unless this is an authority.
    #[must_use]
    pub fn subject_name(&self) -> &Name {
        &self.subject_name
    }

    /// The first second of its validity, Unix time.
    #[must_use]
    pub fn not_before_s(&self) -> i64 {
        self.not_before_s
    }

    /// The last second of its validity (RFC 5280, 4.1.2.5: inclusive), Unix time.
    #[must_use]
    pub fn not_after_s(&self) -> i64 {
        self.not_after_s
    }

    /// What its key may be used for; none if the certificate does not say.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.key_usage
    }

    /// Whether it is an authority's.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.authority.is_some()
    }

    /// SHA-256 of the DER: what tells this certificate from every other.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&self.der)
    }

    /// How faults and logs call it: an authority by its name, a card's certificate by its number
    /// and its issuer, because its subject is a person.
    #[must_use]
    pub fn label(&self) -> String {
        if self.is_authority() {
            format!("«{}»", self.subject_name)
        } else {
            format!("{} of «{}»", self.serial, self.issuer)
        }
    }

    pub(crate) fn authority(&self) -> Option<Authority> {
        self.authority
    }

    /// An extension that decides and that this crate does not evaluate.
    pub(crate) fn unhandled(&self) -> Option<&str> {
        self.unhandled.as_deref()
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject_name
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial", &self.serial)
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("not_before_s", &self.not_before_s)
            .field("not_after_s", &self.not_after_s)
            .finish_non_exhaustive()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut array = [0; 32];
    for (to, from) in array.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    array
}

fn bounded(bytes: &[u8], bound: usize) -> Result<(), CertificateFault> {
    if bytes.len() > bound {
        return Err(CertificateFault::Large { bytes: bytes.len(), bound });
    }
    Ok(())
}

/// The algorithm is written twice and only one of them is signed, so they must agree.
fn same_algorithm(signed: &Signed<'_>) -> Result<(), DerFault> {
    let mut tbs = Walker::over(signed.tbs.content);
    tbs.take_if(0xa0)?;
    tbs.take(der::INTEGER)?;
    if tbs.take(der::SEQUENCE)?.raw == signed.algorithm {
        return Ok(());
    }
    Err(DerFault::Value("the algorithm, of which two are named,"))
}
