//! What a door is given for one card, encrypted for that door.
//!
//! ChaCha20-Poly1305 under HMAC-SHA256(door key, `kulku/seal/v1`), bound to the UID. The nonce is the start of
//! HMAC-SHA256(the same key, UID ‖ plaintext): the same content always gives the same bytes, so a whitelist that
//! is compiled again has the same digest, and a nonce only ever comes twice with the same plaintext.

use alloc::vec::Vec;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hmac::Mac as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use super::Sector;
use super::keys::{RollingKey, SectorKey};
use crate::entry::SealedKeys;
use crate::envelope::{DoorKey, keyed};
use crate::uid::Uid;

/// Length of the nonce that goes before the ciphertext.
const NONCE_LENGTH: usize = 12;

/// What a door needs to read and judge one card: no key B, nothing that makes a static block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardKeys {
    /// Where the credential lies.
    pub sector: Sector,
    /// How often the chip has been encoded.
    pub issue: u8,
    /// Reads the sector and writes its slots.
    pub key_a: SectorKey,
    /// Of the static block as it must be.
    pub static_digest: [u8; 16],
    /// Seals the slots.
    pub rolling: RollingKey,
}

#[derive(Serialize, Deserialize)]
struct Plain {
    sector: Sector,
    issue: u8,
    key_a: [u8; 6],
    static_digest: [u8; 16],
    rolling: [u8; 16],
}

/// The block was sealed for another door or card, or was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the card's keys were not sealed for this door and card")]
pub struct SealError;

/// Encrypts for one door.
#[must_use]
pub fn seal(door: &DoorKey, uid: &Uid, keys: &CardKeys) -> SealedKeys {
    let plain = Plain {
        sector: keys.sector,
        issue: keys.issue,
        key_a: keys.key_a.0,
        static_digest: keys.static_digest,
        rolling: keys.rolling.0,
    };
    // Writing plain data to memory cannot fail in postcard; nothing would not open.
    let mut bytes = postcard::to_allocvec(&plain).unwrap_or_default();
    let sealed = encrypt(door, uid, &bytes);
    bytes.zeroize();
    SealedKeys(sealed)
}

/// Decrypts at the door.
///
/// # Errors
/// [`SealError`] if this is not for this door and card.
pub fn open(door: &DoorKey, uid: &Uid, sealed: &SealedKeys) -> Result<CardKeys, SealError> {
    let mut bytes = decrypt(door, uid, &sealed.0)?;
    let plain = postcard::from_bytes::<Plain>(&bytes);
    bytes.zeroize();
    let plain = plain.map_err(|_| SealError)?;
    Ok(CardKeys {
        sector: plain.sector,
        issue: plain.issue,
        key_a: SectorKey(plain.key_a),
        static_digest: plain.static_digest,
        rolling: RollingKey(plain.rolling),
    })
}

/// Nonce and ciphertext.
pub(crate) fn encrypt(door: &DoorKey, uid: &Uid, bytes: &[u8]) -> Vec<u8> {
    let mut secret = door.seal_key();
    let tag = keyed(&secret).chain_update(uid.as_bytes()).chain_update(bytes).finalize().into_bytes();
    let mut whole: Vec<u8> = tag.iter().take(NONCE_LENGTH).copied().collect();
    let sealed =
        run(&secret, &whole, |cipher, nonce| cipher.encrypt(nonce, Payload { msg: bytes, aad: uid.as_bytes() }).ok());
    secret.zeroize();
    // Encryption in memory of a few bytes cannot fail; nothing but a nonce would not open.
    whole.extend(sealed.unwrap_or_default());
    whole
}

/// The bytes that [`encrypt`] was given. They hold keys: the caller wipes them.
pub(crate) fn decrypt(door: &DoorKey, uid: &Uid, whole: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, text) = whole.split_at_checked(NONCE_LENGTH).ok_or(SealError)?;
    let mut secret = door.seal_key();
    let bytes =
        run(&secret, nonce, |cipher, nonce| cipher.decrypt(nonce, Payload { msg: text, aad: uid.as_bytes() }).ok());
    secret.zeroize();
    bytes.ok_or(SealError)
}

fn run(
    secret: &[u8; 32],
    nonce: &[u8],
    with: impl FnOnce(&ChaCha20Poly1305, &Nonce) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let cipher = ChaCha20Poly1305::new_from_slice(secret).ok()?;
    let nonce = <[u8; NONCE_LENGTH]>::try_from(nonce).ok()?;
    with(&cipher, &Nonce::from(nonce))
}
