//! Requests for certificates (PKCS#10, RFC 2986), of which nothing but the key is believed.

use thiserror::Error;

use crate::der::{self, DerFault, Walker};
use crate::pem::{self, PemFault};
use crate::signature::{PublicKey, SignatureFault, Signed};

/// Largest request, as PEM. One with a key of P-256 has about 500 bytes.
pub const MAX_REQUEST_BYTES: usize = 8 * 1024;

/// Bytes of an uncompressed point of P-256.
const POINT_BYTES: usize = 65;

const LABEL: &str = "CERTIFICATE REQUEST";

/// Who asks for a certificate, as far as it is proved: they have the private key to this public one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// An uncompressed point of P-256.
    pub point: [u8; POINT_BYTES],
}

/// Why a request is not heard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestFault {
    /// More than [`MAX_REQUEST_BYTES`].
    #[error("the request has {0} bytes; {MAX_REQUEST_BYTES} is the most")]
    Large(usize),
    /// Not such a text.
    #[error("this is no certificate request in PEM")]
    Unknown,
    /// The text.
    #[error("{0}")]
    Pem(#[from] PemFault),
    /// What is in it.
    #[error("the request cannot be read: {0}")]
    Der(#[from] DerFault),
    /// Another kind of key.
    #[error("the request's key is not on the curve P-256")]
    Key,
    /// Whoever asks does not have the key.
    #[error("the request is not signed with its own key: {0}")]
    Signature(#[from] SignatureFault),
}

impl Request {
    /// Reads a request and checks that it is signed with its own key.
    ///
    /// # Errors
    /// [`RequestFault`].
    pub fn from_pem(text: &str) -> Result<Self, RequestFault> {
        if text.len() > MAX_REQUEST_BYTES {
            return Err(RequestFault::Large(text.len()));
        }
        let block = pem::first(text.as_bytes())?.filter(|block| block.label == LABEL).ok_or(RequestFault::Unknown)?;
        let bytes = block.decode()?;
        let signed = Signed::read(&bytes)?;
        let mut info = Walker::over(signed.tbs.content);
        info.take(der::INTEGER)?;
        info.take(der::SEQUENCE)?;
        let key = PublicKey::read(info.take(der::SEQUENCE)?.raw)?;
        let PublicKey::P256(bits) = &key else { return Err(RequestFault::Key) };
        // 04: neither compressed nor hybrid, which others would read otherwise.
        let point: [u8; POINT_BYTES] = bits.as_slice().try_into().map_err(|_| RequestFault::Key)?;
        if point.first() != Some(&0x04) {
            return Err(RequestFault::Key);
        }
        // A point beside the curve has no signature.
        signed.check(&key)?;
        Ok(Self { point })
    }
}
