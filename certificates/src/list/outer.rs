//! Everything of a list but its entries, which are passed over by their length.

use super::ListFault;
use crate::der::{self, DerFault, Walker};
use crate::name::Name;
use crate::signature::Signed;
use crate::time;

const EXTENSIONS: u8 = 0xa0;

/// The parts of a list; nothing of it is verified.
pub(super) struct Outer<'a> {
    pub(super) signed: Signed<'a>,
    pub(super) issuer: Name,
    pub(super) this_update_s: i64,
    pub(super) next_update_s: Option<i64>,
    /// The content of `revokedCertificates`, empty if there is none.
    pub(super) entries: &'a [u8],
    /// The content of `crlExtensions`, empty if there is none.
    pub(super) extensions: &'a [u8],
}

impl<'a> Outer<'a> {
    pub(super) fn read(list: &'a [u8]) -> Result<Self, ListFault> {
        let signed = Signed::read(list)?;
        let mut tbs = Walker::over(signed.tbs.content);
        let version = tbs.take_if(der::INTEGER)?.map(|version| version.content);
        // The algorithm is written twice and only one of them is signed, so they must agree.
        if tbs.take(der::SEQUENCE)?.raw != signed.algorithm {
            return Err(DerFault::Value("the algorithm, of which two are named,").into());
        }
        let issuer = Name::from_der(tbs.take(der::SEQUENCE)?.raw)?;
        let this_update_s = time::take(&mut tbs)?;
        let next_update_s = time::take_if(&mut tbs)?;
        let entries = tbs.take_if(der::SEQUENCE)?.map(|entries| entries.content).unwrap_or_default();
        let extensions = match tbs.take_if(EXTENSIONS)? {
            Some(explicit) => Walker::only(explicit.content, der::SEQUENCE)?.content,
            None => &[],
        };
        tbs.finish()?;
        match version {
            // Version 1 has no extensions, so it has no number either, which is refused as such.
            None if extensions.is_empty() => {}
            Some([1]) => {}
            _ => return Err(DerFault::Value("the list's version").into()),
        }
        Ok(Self { signed, issuer, this_update_s, next_update_s, entries, extensions })
    }
}
