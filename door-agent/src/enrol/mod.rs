//! From a one-time code to a door of a site, and from one certificate to the next.
//!
//! | module | subject |
//! | --- | --- |
//! | `trust` | whom an enrolment believes |
//! | `post` | one request to the controller |
//! | `renew` | the task that renews a certificate in time |
//!
//! The key pair is drawn here and never leaves the door: what is sent is a request that it has signed.

mod post;
mod renew;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use access::enrol::{ENROL_FORMAT, EnrolAnswer, EnrolCode, EnrolRequest, Place, RenewAnswer, RenewRequest};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use crate::provisioning::{Identity, Provisioning, hex, key};
pub(crate) use renew::{Renewal, SureTime};

/// Why a door got no certificate. No text holds a code or a key.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Nobody answered, or not to the end.
    #[error("the controller at {}:{} does not answer: {reason}", place.host, place.port)]
    Unreachable {
        /// Where it was looked for.
        place: Place,
        /// What went wrong.
        reason: String,
    },
    /// Its authority is another.
    #[error(
        "what answers at {}:{} is not the controller of this site: its certificate is of another authority. Nothing was \
         said to it. Check address and code; if both are right, somebody stands in between",
        place.host, place.port
    )]
    Foreign {
        /// What answered.
        place: Place,
    },
    /// Our certificate does not count any more.
    #[error(
        "the controller at {}:{} does not accept this door's certificate: it was revoked or has run out. Enrol the \
         door again: kulku-controller door enrol NAME",
        place.host, place.port
    )]
    NotBelieved {
        /// Who refused it.
        place: Place,
    },
    /// It said no.
    #[error("the controller at {}:{} refuses: {}", place.host, place.port, meaning(code))]
    Refused {
        /// Who refused.
        place: Place,
        /// The code in its answer; docs/PROTOCOL.md lists them.
        code: String,
        /// When it may be asked again, if it said so.
        retry_after: Option<Duration>,
    },
    /// It said yes, and what it sent cannot be used.
    #[error("the controller's answer cannot be used: {reason}. Controller and door may be of different versions")]
    Answer {
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing was asked: this machine could not.
    #[error("no key pair could be made: {reason}")]
    Key {
        /// What the library says.
        reason: String,
    },
}

impl EnrolError {
    /// Whether it makes sense to ask again without a person having done anything.
    #[must_use]
    pub fn passes_by_itself(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Key { .. } => true,
            Self::Refused { code, .. } => matches!(code.as_str(), "not-due" | "too-many" | "internal"),
            Self::Foreign { .. } | Self::NotBelieved { .. } | Self::Answer { .. } => false,
        }
    }
}

/// For the person at the terminal.
fn meaning(code: &str) -> String {
    let known = match code {
        "code-refused" => {
            "there is no such code, or it has been used, or its 24 hours are over. Make another: kulku-controller door \
             enrol NAME"
        }
        "format" => "it speaks another version of the enrolment; upgrade the older of the two",
        "too-many" => "too many attempts from here; wait a minute",
        "internal" => "it cannot do it now; see its log",
        "not-due" => "the certificate is too new to be renewed",
        "identity-refused" => {
            "this door's certificate counts no more. Enrol it again: kulku-controller door enrol NAME"
        }
        other => return format!("{other:?}"),
    };
    known.to_owned()
}

/// How often the same request is sent: an answer may be lost, and the code is used up then. The controller gives the same
/// answer to the same request.
const TRIES: u32 = 3;

/// Becomes the door that the code stands for.
///
/// # Errors
/// [`EnrolError`]. A code is used up once the controller has said yes.
pub async fn enrol(code: &EnrolCode, controller: &Place) -> Result<Provisioning, EnrolError> {
    let config = trust::config(code.authority).map_err(|error| EnrolError::Key { reason: error.to_string() })?;
    let (request, private_key) = request()?;
    let question = EnrolRequest { format: ENROL_FORMAT, secret: hex(&code.secret), request };
    let mut tries = 1;
    let answer: EnrolAnswer = loop {
        match post::post(controller, Arc::clone(&config), "/enrol", &question).await {
            Err(EnrolError::Unreachable { .. }) if tries < TRIES => tries += 1,
            answer => break answer?,
        }
    };
    let unusable = |reason: &str| EnrolError::Answer { reason: reason.to_owned() };
    if answer.format != ENROL_FORMAT {
        return Err(unusable("its format is another"));
    }
    let authority = CertificateDer::from_pem_slice(answer.authority.as_bytes())
        .map_err(|_| unusable("its authority is no certificate"))?;
    if EnrolCode::fingerprint(&authority) != code.authority {
        return Err(unusable("its authority is not the one of the code"));
    }
    let key = key(&answer.key).ok_or_else(|| unusable("its key is not 64 hexadecimal digits"))?;
    let (authority, certificate) = (answer.authority.clone(), answer.certificate.clone());
    let identity = Identity::new(controller.clone(), authority, certificate, private_key)
        .map_err(|reason| EnrolError::Answer { reason })?;
    Ok(Provisioning {
        site: answer.site.clone(),
        door: answer.door.clone(),
        key_id: answer.key_id,
        key,
        mqtt_host: answer.mqtt.host.clone(),
        mqtt_port: answer.mqtt.port,
        identity: Some(Arc::new(identity)),
    })
}

/// Asks for the next certificate, with the present one.
///
/// # Errors
/// [`EnrolError`]. The present one stays as it is, whatever happens.
pub async fn renew(present: &Identity) -> Result<(Place, Identity), EnrolError> {
    let tls = present.tls().map_err(|reason| EnrolError::Key { reason })?;
    let (request, private_key) = request()?;
    let question = RenewRequest { format: ENROL_FORMAT, request };
    let answer: RenewAnswer = post::post(&present.enrol, tls.client_config(), "/renew", &question).await?;
    if answer.format != ENROL_FORMAT {
        return Err(EnrolError::Answer { reason: "its format is another".to_owned() });
    }
    // The authority stays the one that a person has brought here with the code.
    let authority = present.authority().to_owned();
    let next = Identity::new(present.enrol.clone(), authority, answer.certificate, private_key)
        .map_err(|reason| EnrolError::Answer { reason })?;
    Ok((answer.mqtt, next))
}

/// A new key pair: what is sent, and what stays here.
fn request() -> Result<(String, Zeroizing<String>), EnrolError> {
    let failed = |error: rcgen::Error| EnrolError::Key { reason: error.to_string() };
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
    let request = CertificateParams::default().serialize_request(&pair).map_err(failed)?;
    Ok((request.pem().map_err(failed)?, Zeroizing::new(pair.serialize_pem())))
}
