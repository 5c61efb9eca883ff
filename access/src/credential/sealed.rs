//! What a door is given for one card, encrypted for that door.
//!
//! AES-SIV (RFC 5297, AEAD_AES_SIV_CMAC_256) under HMAC-SHA256(door key, `kulku/seal/v1`), bound to the UID. It
//! needs no nonce: the same content always gives the same bytes, so a whitelist that is compiled again has the
//! same digest, and all that anybody learns from two equal blocks is that they are equal.

use alloc::vec::Vec;

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes128Siv;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use super::Sector;
use super::keys::{RollingKey, SectorKey};
use crate::entry::SealedKeys;
use crate::envelope::DoorKey;
use crate::uid::Uid;

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

/// The synthetic initialisation vector, which is also the tag, and the ciphertext.
pub(crate) fn encrypt(door: &DoorKey, uid: &Uid, bytes: &[u8]) -> Vec<u8> {
    // Encryption in memory of a few bytes cannot fail; nothing would not open.
    with(door, |siv| siv.encrypt([uid.as_bytes()], bytes).ok()).unwrap_or_default()
}

/// The bytes that [`encrypt`] was given. They hold keys: the caller wipes them.
pub(crate) fn decrypt(door: &DoorKey, uid: &Uid, whole: &[u8]) -> Result<Vec<u8>, SealError> {
    with(door, |siv| siv.decrypt([uid.as_bytes()], whole).ok()).ok_or(SealError)
}

fn with<T>(door: &DoorKey, act: impl FnOnce(&mut Aes128Siv) -> Option<T>) -> Option<T> {
    let mut secret = door.seal_key();
    let siv = Aes128Siv::new_from_slice(&secret);
    secret.zeroize();
    act(&mut siv.ok()?)
}
