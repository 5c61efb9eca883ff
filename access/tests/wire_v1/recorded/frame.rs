//! The envelope of wire version 1, from `docs/PROTOCOL.md` alone: the program under test has no part in it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What stands around a message.
pub(crate) struct Frame {
    /// Byte 0.
    pub(crate) version: u8,
    /// Of the direction key.
    pub(crate) label: &'static str,
    pub(crate) key: [u8; 32],
    pub(crate) door: &'static str,
    pub(crate) epoch: u64,
    pub(crate) boot: u64,
    pub(crate) sequence: u64,
    pub(crate) link: [u8; 32],
    /// The message.
    pub(crate) content: Vec<u8>,
}

impl Frame {
    /// As it crosses the wire, from or to a door of the site `hospital`, under key 1.
    pub(crate) fn seal(&self) -> Vec<u8> {
        let mut bytes = vec![self.version];
        for name in ["hospital", self.door] {
            bytes.extend(number(u64::try_from(name.len()).unwrap()));
            bytes.extend(name.bytes());
        }
        for value in [1, self.epoch, self.boot, self.sequence] {
            bytes.extend(number(value));
        }
        bytes.extend(self.link);
        bytes.extend(&self.content);
        let seal = mac(&mac(&self.key, self.label.as_bytes()), &bytes);
        [bytes, seal].concat()
    }
}

/// A number of any width: seven bits a byte, lowest first.
pub(crate) fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7F).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// The bytes of hexadecimal digits; blanks are for whoever reads them.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: String = digits.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2).unwrap(), 16).unwrap()).collect()
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}
