//! The number of a list.

use std::fmt;

use crate::der::{self, DerFault, Walker};

/// The longest list number (RFC 5280, 5.2.3).
pub const MAX_NUMBER_BYTES: usize = 20;

const FAULT: DerFault = DerFault::Value("the cRLNumber");

/// A `cRLNumber`, compared by value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListNumber([u8; MAX_NUMBER_BYTES]);

impl ListNumber {
    /// From what [`ListNumber::bytes`] gave: big-endian, all [`MAX_NUMBER_BYTES`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; MAX_NUMBER_BYTES]) -> Self {
        Self(bytes)
    }

    /// Big-endian with its leading zeros, so that byte strings sort as numbers do.
    #[must_use]
    pub fn bytes(&self) -> [u8; MAX_NUMBER_BYTES] {
        self.0
    }

    /// From the extension's value, an INTEGER.
    pub(super) fn from_extension(value: &[u8]) -> Result<Self, DerFault> {
        let content = der::integer(&Walker::only(value, der::INTEGER)?)?;
        if content.first().is_some_and(|byte| byte & 0x80 != 0) {
            return Err(FAULT);
        }
        let digits = content.strip_prefix(&[0]).unwrap_or(content);
        let mut bytes = [0; MAX_NUMBER_BYTES];
        let from = MAX_NUMBER_BYTES.checked_sub(digits.len()).ok_or(FAULT)?;
        bytes.get_mut(from..).ok_or(FAULT)?.copy_from_slice(digits);
        Ok(Self(bytes))
    }
}

impl From<u64> for ListNumber {
    fn from(number: u64) -> Self {
        let mut bytes = [0; MAX_NUMBER_BYTES];
        for (to, from) in bytes.iter_mut().rev().zip(number.to_be_bytes().iter().rev()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Display for ListNumber {
    /// Decimal as authorities write it, and hexadecimal if it has more than 128 bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = self.0.split_at(4);
        if high.iter().all(|&byte| byte == 0) {
            let number = low.iter().fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
            write!(f, "{number}")
        } else {
            write!(f, "0x{}", data_encoding::HEXLOWER.encode(&self.0).trim_start_matches('0'))
        }
    }
}

impl fmt::Debug for ListNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<ListNumber, DerFault> {
        let mut der = vec![der::INTEGER, u8::try_from(content.len()).unwrap()];
        der.extend(content);
        ListNumber::from_extension(&der)
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let nine = read(&[9]).unwrap();
        let many = read(&[0, 0x80]).unwrap();
        let most = read(&[0x7f; 20]).unwrap();
        assert!(nine < many && many < most);
        assert_eq!((nine, many), (9.into(), 128.into()));
        assert_eq!((nine.to_string(), many.to_string()), ("9".into(), "128".into()));
        assert_eq!(most.to_string(), format!("0x{}", "7f".repeat(20)));
        assert_eq!(ListNumber::from_bytes(most.bytes()), most);
        assert_eq!(ListNumber::from(0).to_string(), "0");
        assert_eq!(ListNumber::from(u64::MAX).to_string(), u64::MAX.to_string());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for content in [&[][..], &[0x80], &[0, 1], &[0x01; 21]] {
            assert!(read(content).is_err(), "{content:02x?}");
        }
        // A leading zero that keeps 20 bytes positive is no digit.
        let mut padded = vec![0];
        padded.extend([0x80; 20]);
        assert!(read(&padded).is_ok());
    }
}
