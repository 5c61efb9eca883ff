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

/// Fills `bytes` from twice as many digits; nothing if there are more or fewer, or others.
pub(crate) fn decode(text: &str, bytes: &mut [u8]) -> Option<()> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut digits = text.bytes();
    for byte in bytes {
        *byte = value(digits.next()?)? << 4 | value(digits.next()?)?;
    }
    digits.next().is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_becomes_two_digits() {
        assert_eq!(*encode(&[0x00, 0x9f, 0xa0, 0xff]), "009fa0ff");
        assert_eq!(*encode(&[]), "");
    }

    #[test]
    fn digits_become_bytes_again_and_nothing_else_does() {
        let mut bytes = [0; 4];
        assert_eq!(decode("009FA0ff", &mut bytes), Some(()));
        assert_eq!(bytes, [0x00, 0x9f, 0xa0, 0xff]);
        for wrong in ["009FA0f", "009FA0ff0", "009FA0fg", "", "+09FA0ff"] {
            assert_eq!(decode(wrong, &mut bytes), None, "{wrong}");
        }
    }
}
