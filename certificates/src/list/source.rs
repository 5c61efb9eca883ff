//! From a file or a socket to the list's DER, within a bound.

use std::io::Read;

use super::ListFault;
use crate::der;
use crate::pem;

/// The list's DER.
///
/// The text form is decoded into a second buffer of three quarters of its size, and then let go.
pub(super) fn whole(source: impl Read, bound: usize) -> Result<Vec<u8>, ListFault> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(bound).unwrap_or(u64::MAX).saturating_add(1);
    source.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > bound {
        return Err(ListFault::Large { bound });
    }
    if bytes.first() == Some(&der::SEQUENCE) {
        return Ok(bytes);
    }
    match pem::first(&bytes)? {
        Some(block) if block.label == "X509 CRL" => Ok(block.decode()?),
        _ => Err(ListFault::Unknown),
    }
}
