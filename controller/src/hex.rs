//! Secrets as text: lower-case hexadecimal digits.

use zeroize::Zeroizing;

/// Two digits for each byte.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    // The capacity is exact, so no copy of a secret is left behind by a reallocation.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0x0f));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_becomes_two_digits() {
        assert_eq!(*encode(&[0x00, 0x9f, 0xa0, 0xff]), "009fa0ff");
        assert_eq!(*encode(&[]), "");
    }
}
