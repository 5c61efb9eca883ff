//! The text form (RFC 7468): base64 between a line that begins and a line that ends.

use data_encoding::BASE64_MIME;
use thiserror::Error;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// Labels are short ("X509 CRL"); a longer one is something else.
const MAX_LABEL_BYTES: usize = 64;

/// Why text between such lines cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PemFault {
    /// No line that ends the block, or not with the same label.
    #[error("the line that ends the PEM block is missing; the file was cut short")]
    End,
    /// What is between the lines is not base64.
    #[error("what is between the PEM lines is not base64")]
    Base64,
    /// The line that begins the block is none.
    #[error("the line that begins the PEM block is damaged")]
    Begin,
}

/// One block of a text.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    body: &'a [u8],
    /// What follows it.
    pub(crate) rest: &'a [u8],
}

impl Block<'_> {
    pub(crate) fn decode(&self) -> Result<Vec<u8>, PemFault> {
        BASE64_MIME.decode(self.body).map_err(|_| PemFault::Base64)
    }
}

/// The first block of a text, whatever stands before it (tools write a description there).
pub(crate) fn first(text: &[u8]) -> Result<Option<Block<'_>>, PemFault> {
    let Some(begin) = find(text, BEGIN) else { return Ok(None) };
    let after_begin = text.get(begin + BEGIN.len()..).unwrap_or_default();
    let head = after_begin.get(..MAX_LABEL_BYTES.min(after_begin.len())).unwrap_or_default();
    let label_end = find(head, DASHES).ok_or(PemFault::Begin)?;
    let label = head.get(..label_end).and_then(|label| str::from_utf8(label).ok()).ok_or(PemFault::Begin)?;
    let after_line = after_begin.get(label_end + DASHES.len()..).unwrap_or_default();
    let body_end = find(after_line, END).ok_or(PemFault::End)?;
    let body = after_line.get(..body_end).unwrap_or_default();
    let rest = after_line.get(body_end + END.len()..).unwrap_or_default();
    let rest = rest.strip_prefix(label.as_bytes()).and_then(|rest| rest.strip_prefix(DASHES)).ok_or(PemFault::End)?;
    Ok(Some(Block { label, body, rest }))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let candidate = from + text.get(from..)?.iter().position(|&byte| byte == first)?;
        if text.get(candidate..)?.starts_with(wanted) {
            return Some(candidate);
        }
        from = candidate + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_after_a_description() {
        let text = b"CRL of ---- someone\n-----BEGIN X509 CRL-----\r\nAQID\r\nBA==\r\n-----END X509 CRL-----\nrest";
        let block = first(text).unwrap().unwrap();
        assert_eq!((block.label, block.decode()), ("X509 CRL", Ok(vec![1, 2, 3, 4])));
        assert_eq!(block.rest, b"\nrest");
        assert!(first(b"no block").unwrap().is_none());
    }

    #[test]
    fn damage_is_named() {
        for (text, fault) in [
            ("-----BEGIN A-----\nAQID\n", PemFault::End),
            ("-----BEGIN A-----\nAQID\n-----END B-----", PemFault::End),
            ("-----BEGIN A-----\nAQID\n-----END A", PemFault::End),
            ("-----BEGIN A", PemFault::Begin),
            ("-----BEGIN A-----\nAQI\n-----END A-----", PemFault::Base64),
            ("-----BEGIN A-----\nA!ID\n-----END A-----", PemFault::Base64),
        ] {
            let found = first(text.as_bytes()).and_then(|block| block.unwrap().decode());
            assert_eq!(found, Err(fault), "{text}");
        }
    }
}
