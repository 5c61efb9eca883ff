//! Hexadecimal, and what the text formats have in common.

use super::error::DumpFault;

/// Longest piece of a file that an error quotes.
const QUOTE_CHARS: usize = 40;

/// The file as text.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, DumpFault> {
    std::str::from_utf8(bytes).map_err(|_| DumpFault::NotText)
}

/// Bytes of hexadecimal digits without spaces.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>, DumpFault> {
    let digits = text.trim().as_bytes();
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| byte(*high, *low)).collect();
    match bytes {
        Some(bytes) if rest.is_empty() => Ok(bytes),
        _ => Err(not_hex(text)),
    }
}

/// A fixed number of bytes in hexadecimal.
pub(crate) fn hex_array<const N: usize>(what: &str, text: &str) -> Result<[u8; N], DumpFault> {
    let bytes = hex(text)?;
    let found = bytes.len();
    bytes.try_into().map_err(|_| DumpFault::Length { what: what.to_owned(), found, needed: N })
}

/// Bytes with spaces between; `??` is a byte that is not known.
pub(crate) fn spaced_hex(text: &str) -> Result<Vec<Option<u8>>, DumpFault> {
    text.split_whitespace()
        .map(|token| match *token.as_bytes() {
            [b'?', b'?'] => Ok(None),
            [high, low] => byte(high, low).map(Some).ok_or_else(|| not_hex(token)),
            _ => Err(not_hex(token)),
        })
        .collect()
}

/// Upper-case hexadecimal with something between the bytes.
pub(crate) fn to_hex(bytes: &[u8], between: &str) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(between)
}

fn byte(high: u8, low: u8) -> Option<u8> {
    Some(digit(high)? << 4 | digit(low)?)
}

fn digit(character: u8) -> Option<u8> {
    let value = char::from(character).to_digit(16)?;
    u8::try_from(value).ok()
}

fn not_hex(text: &str) -> DumpFault {
    DumpFault::NotHex(quote(text))
}

/// The beginning of a text, short enough for an error.
pub(crate) fn quote(text: &str) -> String {
    text.trim().chars().take(QUOTE_CHARS).collect()
}
