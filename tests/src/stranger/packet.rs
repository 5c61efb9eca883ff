//! Packets of MQTT 3.1.1 (OASIS standard, sections 2 and 3).

use std::io::{Read, Result};

/// CONNECT, CONNACK and so on: the first four bits of a packet.
pub mod kind {
    /// Section 3.1.
    pub const CONNECT: u8 = 1;
    /// Section 3.2.
    pub const CONNACK: u8 = 2;
    /// Section 3.3.
    pub const PUBLISH: u8 = 3;
    /// Section 3.4.
    pub const PUBACK: u8 = 4;
    /// Section 3.8.
    pub const SUBSCRIBE: u8 = 8;
    /// Section 3.9.
    pub const SUBACK: u8 = 9;
}

/// Any packet, with the bytes that follow its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Type and flags.
    pub first: u8,
    /// Variable header and payload.
    pub body: Vec<u8>,
}

/// A PUBLISH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where.
    pub topic: String,
    /// What.
    pub payload: Vec<u8>,
    /// 0 or 1.
    pub qos: u8,
    /// Whether the broker keeps it, or had kept it.
    pub retain: bool,
    /// With QoS 1.
    pub id: u16,
}

impl Packet {
    /// One packet of this type and these flags.
    #[must_use]
    pub fn new(kind: u8, flags: u8, parts: &[&[u8]]) -> Self {
        Self { first: kind << 4 | flags, body: parts.concat() }
    }

    /// See [`kind`].
    #[must_use]
    pub fn kind(&self) -> u8 {
        self.first >> 4
    }

    /// As it travels.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.first];
        let mut length = self.body.len();
        loop {
            let low = u8::try_from(length & 0x7F).unwrap_or_default();
            length >>= 7;
            bytes.push(low | u8::from(length > 0) << 7);
            if length == 0 {
                break;
            }
        }
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The next one of a stream.
    ///
    /// # Errors
    /// At the stream's end, or if a length has more than four bytes.
    pub fn read(stream: &mut impl Read) -> Result<Self> {
        let mut first = [0];
        stream.read_exact(&mut first)?;
        let mut length = 0_usize;
        for shift in [0, 7, 14, 21] {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            let [byte] = byte;
            length |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let mut body = vec![0; length];
                stream.read_exact(&mut body)?;
                let [first] = first;
                return Ok(Self { first, body });
            }
        }
        Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "a remaining length of more than four bytes"))
    }

    /// The message of a PUBLISH; none of anything else.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        if self.kind() != kind::PUBLISH {
            return None;
        }
        let (topic, rest) = take_text(&self.body)?;
        let qos = self.first >> 1 & 3;
        let (id, payload) = match rest {
            [high, low, rest @ ..] if qos > 0 => (u16::from_be_bytes([*high, *low]), rest),
            rest => (0, rest),
        };
        Some(Message { topic, payload: payload.to_vec(), qos, retain: self.first & 1 == 1, id })
    }
}

impl Message {
    /// Its PUBLISH.
    #[must_use]
    pub fn packet(&self) -> Packet {
        let id = self.id.to_be_bytes();
        let id: &[u8] = if self.qos > 0 { &id } else { &[] };
        Packet::new(kind::PUBLISH, self.qos << 1 | u8::from(self.retain), &[&text(&self.topic), id, &self.payload])
    }
}

/// A text with its length (section 1.5.3).
#[must_use]
pub fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

fn take_text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let [high, low, rest @ ..] = bytes else { return None };
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
    Some((String::from_utf8(text.to_vec()).ok()?, rest))
}
