//! Section 3 of the page: version, header, message, MAC.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::postcard::{Reader, Writer};

/// The label of the direction key of a door.
pub const UP: &[u8] = b"kulku/up/v1";
/// The label of the direction key of a controller.
pub const DOWN: &[u8] = b"kulku/down/v1";
/// What a broker's password is made of.
pub const PASSWORD: &[u8] = b"kulku/mqtt/v1";

/// The heaviest message.
pub const MESSAGE_MAX: usize = 262_144;

const MAC_LENGTH: usize = 32;

/// A message with all that stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Wire version.
    pub version: u8,
    /// As in the topic.
    pub site: String,
    /// As in the topic.
    pub door: String,
    /// Which key.
    pub key_id: u64,
    /// Of the door's journal.
    pub epoch: u64,
    /// Of the sender.
    pub boot: u64,
    /// Of the sender.
    pub sequence: u64,
    /// See the page.
    pub link: [u8; 32],
    /// The message, as it is.
    pub message: Vec<u8>,
}

impl Frame {
    /// Takes it apart without looking at its MAC; nothing if it is none.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let (signed, _) = payload.split_at_checked(payload.len().checked_sub(MAC_LENGTH)?)?;
        let mut reader = Reader(signed);
        let version = reader.byte()?;
        let mut name = || String::from_utf8(reader.bytes()?.to_vec()).ok();
        let (site, door) = (name()?, name()?);
        let [key_id, epoch, boot, sequence] = [reader.number()?, reader.number()?, reader.number()?, reader.number()?];
        let link = reader.array(32)?.try_into().ok()?;
        Some(Self { version, site, door, key_id, epoch, boot, sequence, link, message: reader.0.to_vec() })
    }

    /// Seals it under a door key and the label of a direction.
    #[must_use]
    pub fn seal(&self, key: &[u8], label: &[u8]) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(self.version).bytes(self.site.as_bytes()).bytes(self.door.as_bytes()).number(self.key_id);
        writer.number(self.epoch).number(self.boot).number(self.sequence).array(&self.link).array(&self.message);
        let mac = mac(&mac(key, label), &writer.0);
        [writer.0, mac].concat()
    }

    /// Whether the MAC of a payload is right under a door key and the label of a direction.
    #[must_use]
    pub fn is_sealed(payload: &[u8], key: &[u8], label: &[u8]) -> bool {
        let end = payload.len().saturating_sub(MAC_LENGTH);
        payload.split_at_checked(end).is_some_and(|(signed, seal)| mac(&mac(key, label), signed) == seal)
    }
}

/// The password of a door at its broker.
#[must_use]
pub fn password(key: &[u8]) -> String {
    mac(key, PASSWORD).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // Keys of any length fit; an empty MAC would be refused.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page prints this frame and this password in section 10.
    #[test]
    fn the_printed_vectors_are_read_and_made() {
        let page = include_str!("../../../docs/PROTOCOL.md");
        let (_, vectors) = page.split_once("## 10. Vectors").unwrap();
        let printed = vectors.split("```").nth(1).unwrap().trim_start_matches("text").trim();
        let digit = |at: usize| u8::from_str_radix(printed.get(at..at + 2).unwrap(), 16).unwrap();
        let payload: Vec<u8> = (0..printed.len()).step_by(2).map(digit).collect();
        let key = [7; 32];
        assert!(Frame::is_sealed(&payload, &key, UP) && !Frame::is_sealed(&payload, &key, DOWN));
        let frame = Frame::read(&payload).unwrap();
        assert_eq!((frame.site.as_str(), frame.door.as_str(), frame.key_id), ("hospital", "pharmacy", 1));
        assert_eq!((frame.epoch, frame.boot, frame.sequence), (0x0102_0304_0506_0708, 3, 17));
        assert_eq!((frame.link, frame.message.as_slice()), ([0xAA; 32], &[2, 9][..]));
        assert_eq!(frame.seal(&key, UP), payload);
        assert!(vectors.contains(&password(&key)));
    }
}
