//! Signatures over certificates and lists.
//!
//! Both are the same three parts (RFC 5280, 4.1 and 5.1): what is signed, how, and the signature.

use ring::signature as ring;
use thiserror::Error;

use crate::der::{self, DerFault, Walker};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// Below, a key can be broken; above, a forged certificate could cost seconds to refuse.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureFault {
    /// Not one of the algorithms of this crate.
    #[error(
        "it is signed with algorithm {oid}, which is not accepted; RSA with SHA-256, -384, -512 and ECDSA with SHA-256, -384 are"
    )]
    Algorithm {
        /// The algorithm's object identifier.
        oid: String,
    },
    /// The authority's key is of no use for this signature.
    #[error("the authority's key is {key}, which cannot have made a signature of algorithm {oid}")]
    Key {
        /// What the key is.
        key: String,
        /// The signature's algorithm.
        oid: String,
    },
    /// The signature was not made with this key over these bytes.
    #[error("the signature is wrong: it was altered, or another key has signed it")]
    Wrong,
}

/// A signed object in its three parts, borrowed.
pub(crate) struct Signed<'a> {
    /// What is signed, with its tag and length.
    pub(crate) tbs: der::Element<'a>,
    /// The algorithm, whole, as it must be repeated within what is signed.
    pub(crate) algorithm: &'a [u8],
    oid: &'a [u8],
    /// The BIT STRING's content: the count of unused bits, and the signature.
    bits: &'a [u8],
}

impl<'a> Signed<'a> {
    /// The parts of `whole`, after which nothing may follow.
    pub(crate) fn read(whole: &'a [u8]) -> Result<Self, DerFault> {
        let mut parts = Walker::over(Walker::only(whole, der::SEQUENCE)?.content);
        let tbs = parts.take(der::SEQUENCE)?;
        let algorithm = parts.take(der::SEQUENCE)?;
        let bits = parts.take(der::BIT_STRING)?;
        parts.finish()?;
        let oid = Walker::over(algorithm.content).take(der::OID)?.content;
        Ok(Self { tbs, algorithm: algorithm.raw, oid, bits: bits.content })
    }

    /// Whether `key` has signed this.
    pub(crate) fn check(&self, key: &PublicKey) -> Result<(), SignatureFault> {
        let oid = || der::oid_text(self.oid);
        let wrong_key = || SignatureFault::Key { key: key.describe(), oid: oid() };
        let (algorithm, bits): (&'static dyn ring::VerificationAlgorithm, &[u8]) = match (self.oid, key) {
            (RSA_SHA256, PublicKey::Rsa(bits)) => (&ring::RSA_PKCS1_2048_8192_SHA256, bits),
            (RSA_SHA384, PublicKey::Rsa(bits)) => (&ring::RSA_PKCS1_2048_8192_SHA384, bits),
            (RSA_SHA512, PublicKey::Rsa(bits)) => (&ring::RSA_PKCS1_2048_8192_SHA512, bits),
            (ECDSA_SHA256, PublicKey::P256(bits)) => (&ring::ECDSA_P256_SHA256_ASN1, bits),
            (ECDSA_SHA384, PublicKey::P256(bits)) => (&ring::ECDSA_P256_SHA384_ASN1, bits),
            (ECDSA_SHA256, PublicKey::P384(bits)) => (&ring::ECDSA_P384_SHA256_ASN1, bits),
            (ECDSA_SHA384, PublicKey::P384(bits)) => (&ring::ECDSA_P384_SHA384_ASN1, bits),
            (RSA_SHA256 | RSA_SHA384 | RSA_SHA512 | ECDSA_SHA256 | ECDSA_SHA384, _) => return Err(wrong_key()),
            _ => return Err(SignatureFault::Algorithm { oid: oid() }),
        };
        if key.rsa_bits().is_some_and(|bits| !RSA_BITS.contains(&bits)) {
            return Err(wrong_key());
        }
        // A signature is whole bytes, so none of its bits is unused.
        let [0, signature @ ..] = self.bits else { return Err(SignatureFault::Wrong) };
        ring::UnparsedPublicKey::new(algorithm, bits).verify(self.tbs.raw, signature).map_err(|_| SignatureFault::Wrong)
    }
}

/// A public key of a kind that can check signatures, or the name of another.
#[derive(Clone)]
pub(crate) enum PublicKey {
    /// RSAPublicKey as DER.
    Rsa(Vec<u8>),
    /// An uncompressed point.
    P256(Vec<u8>),
    /// An uncompressed point.
    P384(Vec<u8>),
    /// Another algorithm's or curve's object identifier.
    Other(String),
}

impl PublicKey {
    /// From a SubjectPublicKeyInfo.
    pub(crate) fn read(info: &[u8]) -> Result<Self, DerFault> {
        let mut parts = Walker::over(Walker::only(info, der::SEQUENCE)?.content);
        let algorithm = parts.take(der::SEQUENCE)?;
        let bits = parts.take(der::BIT_STRING)?;
        parts.finish()?;
        let mut algorithm = Walker::over(algorithm.content);
        let oid = algorithm.take(der::OID)?.content;
        let [0, bits @ ..] = bits.content else { return Err(DerFault::Value("the public key")) };
        let curve = algorithm.take_if(der::OID)?.map(|curve| curve.content);
        Ok(match (oid, curve) {
            (RSA, None) => Self::Rsa(bits.to_vec()),
            (ECDSA, Some(P256)) => Self::P256(bits.to_vec()),
            (ECDSA, Some(P384)) => Self::P384(bits.to_vec()),
            (ECDSA, Some(curve)) => Self::Other(der::oid_text(curve)),
            _ => Self::Other(der::oid_text(oid)),
        })
    }

    fn describe(&self) -> String {
        match self {
            Self::Rsa(_) => format!("RSA of {} bits", self.rsa_bits().unwrap_or_default()),
            Self::P256(_) => "on the curve P-256".to_owned(),
            Self::P384(_) => "on the curve P-384".to_owned(),
            Self::Other(oid) => format!("of kind {oid}"),
        }
    }

    fn rsa_bits(&self) -> Option<usize> {
        let Self::Rsa(key) = self else { return None };
        let modulus = Walker::only(key, der::SEQUENCE)
            .and_then(|parts| Walker::over(parts.content).take(der::INTEGER))
            .map(|modulus| modulus.content)
            .unwrap_or_default();
        let zeros = modulus.iter().take_while(|&&byte| byte == 0).count();
        let first_zeros = modulus.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
        Some((modulus.len() - zeros) * 8 - first_zeros)
    }
}
