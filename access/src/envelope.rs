//! One envelope for every message, in both directions.
//!
//! ```text
//! byte 0          wire version
//! then            header, in postcard: site, door, key id, epoch, boot, sequence, link
//! then            message, in postcard: `Up` or `Down`
//! last 32 bytes   HMAC-SHA256 over everything before, under the key of the direction
//! ```
//!
//! The key of a direction is HMAC-SHA256 of the door's key over `kulku/up/v1` or `kulku/down/v1`, so that
//! a message can never be turned round. `docs/PROTOCOL.md` describes the bytes and how they may change.

use core::fmt;

use alloc::vec::Vec;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize as DeriveSerialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::chain::Link;
use crate::id::{DoorId, SiteId};
use crate::message::{Down, Up};
use crate::wire::Wire;

/// The oldest wire version that this code understands.
pub const WIRE_MIN: u8 = 1;
/// The wire version that this code speaks.
pub const WIRE_CURRENT: u8 = 1;

/// Heaviest message, in bytes. Brokers are set to the same.
pub const MESSAGE_LENGTH_MAX: usize = 256 * 1024;

const MAC_LENGTH: usize = 32;

/// Who sends, and where the message stands among the others.
#[derive(Debug, Clone, PartialEq, Eq, DeriveSerialize, Deserialize)]
pub struct Header {
    /// The site that both belong to.
    pub site: SiteId,
    /// The door that sends or is meant.
    pub door: DoorId,
    /// Which of the door's keys the MAC is under.
    pub key_id: u32,
    /// The epoch of the door's journal; 0 from a controller that does not know it yet.
    pub epoch: u64,
    /// The sender's boot. Later boots have higher numbers.
    pub boot: u64,
    /// Counted by the sender within its boot, from 1, for each door.
    pub sequence: u64,
    /// From a door: the link of its journal before what this message tells. From the controller: the
    /// head of its own log.
    pub link: Link,
}

/// A direction, and what travels in it.
pub trait Direction: Serialize + DeserializeOwned {
    /// What separates its key from that of the other direction.
    const LABEL: &'static [u8];
}

impl Direction for Up {
    const LABEL: &'static [u8] = b"kulku/up/v1";
}

impl Direction for Down {
    const LABEL: &'static [u8] = b"kulku/down/v1";
}

/// The secret that a door and the controller share.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DoorKey([u8; 32]);

/// Why a message was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not even a header.
    #[error("the message is truncated or is none of ours")]
    Malformed,
    /// Longer than [`MESSAGE_LENGTH_MAX`].
    #[error("the message has {0} bytes; {MESSAGE_LENGTH_MAX} is the most")]
    TooLong(usize),
    /// From a program that is too old or too new.
    #[error(
        "the message has wire version {0}; this program understands {WIRE_MIN} to {WIRE_CURRENT}: upgrade the older side"
    )]
    Version(u8),
    /// The MAC is wrong: the message was changed, or its sender has another key.
    #[error("the message's MAC does not fit the door's key")]
    Forged,
    /// The MAC is right and the content still makes no sense.
    #[error("the message is authentic, but its content is not of this wire version")]
    Content,
}

/// A message whose header has been read and whose MAC has not been checked.
#[derive(Debug)]
pub struct Sealed<'a> {
    /// Not to be believed yet: it tells which key to check with.
    pub header: Header,
    /// What it is said in.
    pub wire: Wire,
    signed: &'a [u8],
    content: &'a [u8],
    mac: &'a [u8],
}

/// Puts a message in its envelope, in the newest version.
#[must_use]
pub fn seal<M: Direction>(key: &DoorKey, header: &Header, message: &M) -> Vec<u8> {
    seal_in(Wire::NEWEST, key, header, message)
}

/// Puts a message in its envelope. There is one version yet; the first in which a message is another one tells them apart here
/// and in [`Sealed::open`].
#[must_use]
pub fn seal_in<M: Direction>(wire: Wire, key: &DoorKey, header: &Header, message: &M) -> Vec<u8> {
    // Writing plain data to memory cannot fail in postcard; without content the receiver refuses it.
    let mut bytes = alloc::vec![wire.number()];
    bytes.extend(postcard::to_allocvec(header).unwrap_or_default());
    bytes.extend(postcard::to_allocvec(message).unwrap_or_default());
    let mac = key.mac(M::LABEL, &bytes).finalize().into_bytes();
    bytes.extend_from_slice(&mac);
    bytes
}

impl<'a> Sealed<'a> {
    /// Reads version and header.
    ///
    /// # Errors
    /// [`EnvelopeError`], never for the MAC.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MESSAGE_LENGTH_MAX {
            return Err(EnvelopeError::TooLong(bytes.len()));
        }
        let version = *bytes.first().ok_or(EnvelopeError::Malformed)?;
        let wire = Wire::known(version).ok_or(EnvelopeError::Version(version))?;
        let end = bytes.len().checked_sub(MAC_LENGTH).ok_or(EnvelopeError::Malformed)?;
        let (signed, mac) = bytes.split_at_checked(end).ok_or(EnvelopeError::Malformed)?;
        let body = signed.get(1..).ok_or(EnvelopeError::Malformed)?;
        let (header, content) = postcard::take_from_bytes(body).map_err(|_| EnvelopeError::Malformed)?;
        Ok(Self { header, wire, signed, content, mac })
    }

    /// Checks the MAC, in constant time, and only then reads the message.
    ///
    /// # Errors
    /// [`EnvelopeError::Forged`] or [`EnvelopeError::Content`].
    pub fn open<M: Direction>(self, key: &DoorKey) -> Result<(Header, M), EnvelopeError> {
        key.mac(M::LABEL, self.signed).verify_slice(self.mac).map_err(|_| EnvelopeError::Forged)?;
        match postcard::take_from_bytes(self.content) {
            Ok((message, [])) => Ok((self.header, message)),
            _ => Err(EnvelopeError::Content),
        }
    }
}

impl DoorKey {
    /// From 32 bytes that were drawn at random.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret bytes, for storage and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The door's password at the broker: HMAC-SHA256 of the key over `kulku/mqtt/v1`. It lets a door in
    /// at the broker and proves nothing else.
    #[must_use]
    pub fn broker_password(&self) -> [u8; 32] {
        keyed(&self.0).chain_update(b"kulku/mqtt/v1").finalize().into_bytes().into()
    }

    /// Encrypts what only this door may read: HMAC-SHA256 of the key over `kulku/seal/v1`.
    pub(crate) fn seal_key(&self) -> [u8; 32] {
        keyed(&self.0).chain_update(b"kulku/seal/v1").finalize().into_bytes().into()
    }

    /// Derives the nonces that this door writes to cards: HMAC-SHA256 of the key over `kulku/nonce/v1`.
    pub(crate) fn nonce_key(&self) -> [u8; 32] {
        keyed(&self.0).chain_update(b"kulku/nonce/v1").finalize().into_bytes().into()
    }

    fn mac(&self, label: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
        let mut key: [u8; 32] = keyed(&self.0).chain_update(label).finalize().into_bytes().into();
        let mac = keyed(&key).chain_update(bytes);
        key.zeroize();
        mac
    }
}

impl fmt::Debug for DoorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DoorKey(hidden)")
    }
}

pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC pads a key to a block of 64 bytes; one of 32 always fits.
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    Hmac::new(&block)
}

/// Tells a message that comes again from one that is new, within the boots of one sender. A receiver keeps
/// one for each topic, since a broker keeps the order within a topic only.
///
/// A link delivers at least once and a broker may replay; both look the same and neither may count twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Freshness {
    newest: Option<(u64, u64)>,
}

impl Freshness {
    /// Whether this is newer than all before it; if so, it is the newest now.
    pub fn accept(&mut self, header: &Header) -> bool {
        let this = (header.boot, header.sequence);
        let fresh = self.newest.is_none_or(|newest| this > newest);
        if fresh {
            self.newest = Some(this);
        }
        fresh
    }
}
