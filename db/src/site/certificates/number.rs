//! Numbers of up to 20 bytes, big-endian: serials of certificates and numbers of lists.

use std::cmp::Ordering;

/// Without leading zeros; zero itself keeps one byte.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros.min(bytes.len().saturating_sub(1))..).unwrap_or(bytes)
}

/// Which is larger; leading zeros do not count.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (trimmed(a), trimmed(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// In decimal digits, as people and other tools show it.
pub(super) fn decimal(bytes: &[u8]) -> String {
    // Least significant digit first.
    let mut digits: Vec<u8> = vec![0];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or(0);
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value_and_read_in_decimal() {
        assert_eq!(trimmed(&[0, 0, 5]), [5]);
        assert_eq!(trimmed(&[0, 0]), [0]);
        assert!(trimmed(&[]).is_empty());
        assert_eq!(compare(&[1, 0], &[255]), Ordering::Greater);
        assert_eq!(compare(&[0, 7], &[7]), Ordering::Equal);
        for value in [0_u64, 9, 10, 255, 256, 65_535, 1_234_567_890_123, u64::MAX] {
            assert_eq!(decimal(&value.to_be_bytes()), value.to_string());
        }
        assert_eq!(decimal(&[0xFF; 20]), "1461501637330902918203684832716283019655932542975");
    }
}
