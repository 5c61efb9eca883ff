//! The certificate by which broker and controller know this door, with its private key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use access::enrol::Place;
use access::time::UtcS;
use link::{Pem, ServerTime, Tls, provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, Error, RootCertStore};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// A door's certificate and key, which have been checked to belong together and to the authority.
pub struct Identity {
    /// Where it is renewed.
    pub enrol: Place,
    authority: String,
    certificate: String,
    private_key: Zeroizing<String>,
    life: Life,
}

/// From when to when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// The first second.
    pub from: UtcS,
    /// The last second.
    pub until: UtcS,
}

/// As it is written in files: PEM, each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdentity {
    authority: String,
    certificate: String,
    private_key: String,
}

impl Identity {
    /// Checks that the key is the certificate's, and that the authority has signed it for a client.
    ///
    /// # Errors
    /// What is wrong, without the key.
    pub fn new(
        enrol: Place,
        authority: String,
        certificate: String,
        private_key: Zeroizing<String>,
    ) -> Result<Self, String> {
        let life = Life::of(&authority, &certificate)?;
        let identity = Self { enrol, authority, certificate, private_key, life };
        identity.tls()?;
        Ok(identity)
    }

    pub(super) fn from_raw(raw: RawIdentity, enrol: Place) -> Result<Self, String> {
        Self::new(enrol, raw.authority, raw.certificate, Zeroizing::new(raw.private_key))
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "authority": self.authority,
            "certificate": self.certificate,
            "private_key": self.private_key.as_str(),
        })
    }

    /// TLS that shows this certificate and believes its authority only.
    ///
    /// # Errors
    /// What cannot be used; an identity that could be made can be used.
    pub fn tls(&self) -> Result<Tls, String> {
        Tls::new(self.pem(), ServerTime::Ignored).map_err(|error| error.to_string())
    }

    /// Shows this certificate from now on in everything that shares `tls`.
    ///
    /// # Errors
    /// As [`Identity::tls`].
    pub fn show_in(&self, tls: &Tls) -> Result<(), String> {
        tls.renew(self.pem(), ServerTime::Ignored).map_err(|error| error.to_string())
    }

    /// The site's authority in PEM.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// How long it is valid.
    #[must_use]
    pub fn life(&self) -> Life {
        self.life
    }

    fn pem(&self) -> Pem<'_> {
        Pem { authority: &self.authority, certificate: &self.certificate, private_key: &self.private_key }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("enrol", &self.enrol).field("life", &self.life).finish_non_exhaustive()
    }
}

impl Life {
    /// When the next certificate is due: two thirds are over, and a third is left for whatever may go wrong.
    #[must_use]
    pub fn renew_at(self) -> UtcS {
        UtcS(self.from.0.saturating_add(self.until.0.saturating_sub(self.from.0) / 3 * 2))
    }

    /// The library that checks chains names the ends of a life when it is asked before the beginning and after the
    /// end of time, so nothing of X.509 is read here. It looks at the time first: whether the authority has signed is
    /// asked once more, at the first second of that life.
    fn of(authority: &str, certificate: &str) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(authority.as_bytes())
            .map_err(|error| format!("the authority cannot be read: {error}"))?;
        roots.add(authority).map_err(|error| format!("the authority cannot be used: {error}"))?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| format!("the authority cannot be used: {error}"))?;
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|error| format!("the certificate cannot be read: {error}"))?;
        let asked = |at| verifier.verify_client_cert(&certificate, &[], at).err();
        let second = |time: UnixTime| UtcS(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
        let wrong = |error: Option<Error>| {
            let error = error.map_or_else(|| "it is valid for ever".to_owned(), |error| error.to_string());
            format!("the certificate is none of a door of this authority: {error}")
        };
        let from = match asked(UnixTime::since_unix_epoch(Duration::ZERO)) {
            Some(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => not_before,
            other => return Err(wrong(other)),
        };
        let until = match asked(UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX))) {
            Some(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => not_after,
            other => return Err(wrong(other)),
        };
        match asked(from) {
            None => Ok(Self { from: second(from), until: second(until) }),
            other => Err(wrong(other)),
        }
    }
}
