//! What a list says of itself (RFC 5280, 5.2).

use super::{ListFault, ListNumber};
use crate::der::{self, DerFault, Walker};

const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const DELTA_INDICATOR: &[u8] = &[0x55, 0x1d, 27];
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
/// issuerAltName, authorityKeyIdentifier and freshestCRL: they inform, and decide nothing here.
const HARMLESS: [&[u8]; 3] = [&[0x55, 0x1d, 18], &[0x55, 0x1d, 35], &[0x55, 0x1d, 46]];

/// More than a list can sensibly have; RFC 5280 knows seven.
const MAX_EXTENSIONS: usize = 32;

pub(super) struct Extensions {
    pub(super) number: ListNumber,
    pub(super) scope: Option<Vec<u8>>,
}

/// One extension, of a list or of an entry.
pub(super) struct Extension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(super) fn take(walker: &mut Walker<'a>) -> Result<Self, DerFault> {
        let mut parts = Walker::over(walker.take(der::SEQUENCE)?.content);
        let oid = parts.take(der::OID)?.content;
        let critical = parts.take_if(der::BOOLEAN)?.map(|critical| der::boolean(critical.content));
        let value = parts.take(der::OCTET_STRING)?.content;
        parts.finish()?;
        Ok(Self { oid, critical: critical.transpose()?.unwrap_or(false), value })
    }
}

pub(super) fn read(content: &[u8]) -> Result<Extensions, ListFault> {
    let (mut number, mut scope) = (None, None);
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut rest = Walker::over(content);
    while !rest.is_empty() {
        let extension = Extension::take(&mut rest)?;
        if seen.contains(&extension.oid) {
            return Err(ListFault::Twice { oid: der::oid_text(extension.oid) });
        }
        if seen.len() >= MAX_EXTENSIONS {
            return Err(DerFault::Value("a list of so many extensions").into());
        }
        seen.push(extension.oid);
        match extension.oid {
            CRL_NUMBER => number = Some(ListNumber::from_extension(extension.value)?),
            // Found here even if it is not marked as critical, as it has to be.
            DELTA_INDICATOR => return Err(ListFault::Delta),
            ISSUING_DISTRIBUTION_POINT => scope = distribution_point(extension.value)?,
            oid if extension.critical && !HARMLESS.contains(&oid) => {
                return Err(ListFault::Extension { oid: der::oid_text(oid) });
            }
            _ => {}
        }
    }
    Ok(Extensions { number: number.ok_or(ListFault::NoNumber)?, scope })
}

/// The distribution point's DER, if the list is for one; refuses lists that are not whole
/// (RFC 5280, 5.2.5).
fn distribution_point(value: &[u8]) -> Result<Option<Vec<u8>>, ListFault> {
    let mut parts = Walker::over(Walker::only(value, der::SEQUENCE)?.content);
    let point = parts.take_if(0xa0)?.map(|point| point.raw.to_vec());
    let flag = |parts: &mut Walker<'_>, tag| -> Result<bool, DerFault> {
        parts.take_if(tag)?.map_or(Ok(false), |flag| der::boolean(flag.content))
    };
    let _only_users = flag(&mut parts, 0x81)?;
    let only_authorities = flag(&mut parts, 0x82)?;
    let some_reasons = parts.take_if(0x83)?.is_some();
    let indirect = flag(&mut parts, 0x84)?;
    let only_attributes = flag(&mut parts, 0x85)?;
    parts.finish()?;
    if indirect {
        return Err(ListFault::Indirect);
    }
    if some_reasons {
        return Err(ListFault::SomeReasons);
    }
    if only_authorities {
        return Err(ListFault::OtherKind { kind: "onlyContainsCACerts" });
    }
    if only_attributes {
        return Err(ListFault::OtherKind { kind: "onlyContainsAttributeCerts" });
    }
    Ok(point)
}
