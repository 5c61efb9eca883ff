//! Serial numbers of certificates.

use std::fmt;

use thiserror::Error;

/// The longest serial number (RFC 5280, 4.1.2.2).
pub const MAX_SERIAL_BYTES: usize = 20;

/// A certificate's serial number: big-endian without leading zeros, never negative.
///
/// It says nothing without the issuer: two authorities number their certificates by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial {
    length: u8,
    bytes: [u8; MAX_SERIAL_BYTES],
}

/// Why a number is no serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SerialFault {
    /// RFC 5280 wants positive numbers.
    #[error("the serial number is negative; have the certificate issued anew")]
    Negative,
    /// More than [`MAX_SERIAL_BYTES`].
    #[error("the serial number has {0} bytes and at most {MAX_SERIAL_BYTES} are allowed")]
    Long(usize),
    /// No bytes, or text that is no hexadecimal.
    #[error("the serial number is not hexadecimal digits, two for each byte")]
    Text,
}

impl Serial {
    /// From big-endian bytes; leading zeros are dropped.
    ///
    /// # Errors
    /// No bytes at all, or more than [`MAX_SERIAL_BYTES`].
    pub fn from_bytes(number: &[u8]) -> Result<Self, SerialFault> {
        if number.is_empty() {
            return Err(SerialFault::Text);
        }
        let zeros = number.iter().take_while(|&&byte| byte == 0).count().min(number.len() - 1);
        let number = number.get(zeros..).unwrap_or_default();
        let mut bytes = [0; MAX_SERIAL_BYTES];
        let place = bytes.get_mut(..number.len()).ok_or(SerialFault::Long(number.len()))?;
        place.copy_from_slice(number);
        let length = u8::try_from(number.len()).map_err(|_| SerialFault::Long(number.len()))?;
        Ok(Self { length, bytes })
    }

    /// From the text that [`Serial::hex`] gives; colons and spaces, as tools print them, are
    /// passed over.
    ///
    /// # Errors
    /// The text is not hexadecimal, or is too long.
    pub fn from_hex(text: &str) -> Result<Self, SerialFault> {
        let digits: Vec<u8> =
            text.bytes().filter(|byte| !matches!(byte, b':' | b' ')).take(2 * MAX_SERIAL_BYTES + 3).collect();
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).map_err(|_| SerialFault::Text)?;
        Self::from_bytes(&bytes)
    }

    /// From the content of a DER INTEGER.
    pub(crate) fn from_integer(content: &[u8]) -> Result<Self, SerialFault> {
        if content.first().is_some_and(|byte| byte & 0x80 != 0) {
            return Err(SerialFault::Negative);
        }
        Self::from_bytes(content)
    }

    /// Big-endian, without leading zeros; the number zero is one byte.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Lower-case hexadecimal, two digits for each byte.
    #[must_use]
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(self.as_bytes())
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_make_no_other_number() {
        let plain = Serial::from_bytes(&[0xff, 1]).unwrap();
        assert_eq!(Serial::from_integer(&[0, 0xff, 1]), Ok(plain));
        assert_eq!(Serial::from_hex("00:00:FF:01"), Ok(plain));
        assert_eq!(plain.hex(), "ff01");
        assert_eq!(Serial::from_integer(&[0]).unwrap().as_bytes(), [0]);
    }

    #[test]
    fn what_is_no_serial_is_refused() {
        assert_eq!(Serial::from_integer(&[0xff]), Err(SerialFault::Negative));
        assert_eq!(Serial::from_bytes(&[]), Err(SerialFault::Text));
        assert_eq!(Serial::from_bytes(&[1; 21]), Err(SerialFault::Long(21)));
        assert!(Serial::from_bytes(&[1; 20]).is_ok());
        for text in ["", "1", "xy", "12é", &"11".repeat(21), &"11".repeat(400)] {
            assert!(Serial::from_hex(text).is_err(), "{text}");
        }
    }
}
