//! The number of a chip.

use core::fmt;
use core::str::FromStr;

use alloc::string::String;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The unique identifier of an ISO 14443-3 type A chip: 4, 7 or 10 bytes, in the order in which the
/// chip sends them.
///
/// `Debug` hides the number, since card numbers stay out of logs; [`Uid::hex`] shows it on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uid {
    length: u8,
    bytes: [u8; Uid::LENGTH_MAX],
}

/// Why something is not a UID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UidError {
    /// ISO 14443-3 knows single, double and triple size only.
    #[error("a card's UID has 4, 7 or 10 bytes, not {0}")]
    Length(usize),
    /// The text holds something else than hexadecimal digits.
    #[error("a card's UID is written in hexadecimal digits (0-9, A-F); colons and spaces may part the bytes")]
    NotHex,
}

impl Uid {
    /// The triple size of ISO 14443-3.
    pub const LENGTH_MAX: usize = 10;

    /// Takes the bytes as the chip sent them, cascade tags and check bytes removed.
    ///
    /// # Errors
    /// [`UidError::Length`] if there are not 4, 7 or 10 of them.
    pub fn new(bytes: &[u8]) -> Result<Self, UidError> {
        let length = match bytes.len() {
            4 => 4,
            7 => 7,
            10 => 10,
            other => return Err(UidError::Length(other)),
        };
        let mut padded = [0; Self::LENGTH_MAX];
        for (to, from) in padded.iter_mut().zip(bytes) {
            *to = *from;
        }
        Ok(Self { length, bytes: padded })
    }

    /// The 4, 7 or 10 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&[])
    }

    /// The number as upper-case hexadecimal digits, as it is printed on pages and stored in dumps.
    #[must_use]
    pub fn hex(&self) -> String {
        use fmt::Write;
        let mut text = String::with_capacity(2 * Self::LENGTH_MAX);
        for byte in self.as_bytes() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02X}");
        }
        text
    }

    /// A single-size UID that starts with 08 is drawn anew at each power-up (ISO 14443-3, 6.5.4), so
    /// it names nobody.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.length == 4 && self.bytes.first() == Some(&0x08)
    }
}

impl FromStr for Uid {
    type Err = UidError;

    fn from_str(text: &str) -> Result<Self, UidError> {
        let mut bytes = [0_u8; Self::LENGTH_MAX];
        let mut nibbles = 0_usize;
        for character in text.trim().chars().filter(|c| !matches!(c, ':' | ' ' | '-')) {
            let digit = character.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(UidError::NotHex)?;
            let byte = bytes.get_mut(nibbles / 2).ok_or(UidError::Length(nibbles / 2 + 1))?;
            *byte = (*byte << 4) | digit;
            nibbles += 1;
        }
        if !nibbles.is_multiple_of(2) {
            return Err(UidError::NotHex);
        }
        Self::new(bytes.get(..nibbles / 2).unwrap_or(&[]))
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({} bytes)", self.length)
    }
}

impl Serialize for Uid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

impl<'de> Deserialize<'de> for Uid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Uid;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("4, 7 or 10 bytes")
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Uid, E> {
                Uid::new(bytes).map_err(E::custom)
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn text_with_and_without_separators_is_the_same_uid() {
        let plain: Uid = "04A1B2C3D4E5F6".parse().unwrap();
        let parted: Uid = " 04:a1:b2 c3-d4:e5:f6 ".parse().unwrap();
        assert_eq!(plain, parted);
        assert_eq!(plain.hex(), "04A1B2C3D4E5F6");
        assert_eq!(plain.as_bytes().len(), 7);
    }

    #[test]
    fn other_lengths_and_other_letters_are_refused() {
        assert_eq!(Uid::new(&[1, 2, 3]), Err(UidError::Length(3)));
        assert_eq!("0102030405".parse::<Uid>(), Err(UidError::Length(5)));
        assert_eq!("010203040".parse::<Uid>(), Err(UidError::NotHex));
        assert_eq!("0102030G".parse::<Uid>(), Err(UidError::NotHex));
        assert_eq!("".parse::<Uid>(), Err(UidError::Length(0)));
        assert_eq!("00112233445566778899AA".parse::<Uid>(), Err(UidError::Length(11)));
    }

    #[test]
    fn debug_hides_the_number() {
        let uid: Uid = "01A062BD".parse().unwrap();
        assert_eq!(format!("{uid:?}"), "Uid(4 bytes)");
    }

    #[test]
    fn a_random_uid_is_told_from_a_card_number() {
        assert!("08123456".parse::<Uid>().unwrap().is_random());
        assert!(!"08123456789ABC".parse::<Uid>().unwrap().is_random());
        assert!(!"01A062BD".parse::<Uid>().unwrap().is_random());
    }
}
