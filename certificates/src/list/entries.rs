//! The walk over the entries: each is read whole and none is kept that nobody knows.

use std::cmp::Reverse;

use super::extensions::Extension;
use super::{ListFault, RevocationReason};
use crate::der::{self, DerFault, Walker};
use crate::serial::Serial;
use crate::time;

const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];
/// holdInstructionCode and invalidityDate inform, and decide nothing here.
const HARMLESS: [&[u8]; 2] = [&[0x55, 0x1d, 23], &[0x55, 0x1d, 24]];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];

/// One revoked certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number.
    pub serial: Serial,
    /// From when on, Unix seconds. What happened before stays valid.
    pub at_s: i64,
    /// Why.
    pub reason: RevocationReason,
}

pub(super) struct Walked {
    pub(super) entries: u64,
    pub(super) matched: Vec<Revoked>,
}

pub(super) fn walk(content: &[u8], known: &dyn Fn(&Serial) -> bool, bound: usize) -> Result<Walked, ListFault> {
    let mut rest = Walker::over(content);
    let mut walked = Walked { entries: 0, matched: Vec::new() };
    while !rest.is_empty() {
        walked.entries += 1;
        let entry = entry(&mut rest).map_err(|refusal| refusal.of(walked.entries))?;
        let Some(revoked) = entry.filter(|revoked| known(&revoked.serial)) else { continue };
        if walked.matched.len() >= bound {
            return Err(ListFault::Matched { bound });
        }
        walked.matched.push(revoked);
    }
    once_each(&mut walked.matched);
    Ok(walked)
}

/// One entry, or none if its number can be no certificate's: those that are negative or too long
/// are refused when they are read, and must not be mistaken for others here.
fn entry(rest: &mut Walker<'_>) -> Result<Option<Revoked>, Refusal> {
    let mut parts = Walker::over(rest.take(der::SEQUENCE)?.content);
    let number = parts.take(der::INTEGER)?;
    let serial = Serial::from_integer(der::integer(&number)?);
    let at_s = time::take(&mut parts)?;
    let reason = match parts.take_if(der::SEQUENCE)? {
        Some(extensions) => reason(extensions.content)?,
        None => RevocationReason::Unspecified,
    };
    parts.finish()?;
    Ok(serial.ok().map(|serial| Revoked { serial, at_s, reason }))
}

fn reason(content: &[u8]) -> Result<RevocationReason, Refusal> {
    let mut rest = Walker::over(content);
    let mut reason = None;
    while !rest.is_empty() {
        let extension = Extension::take(&mut rest)?;
        match extension.oid {
            REASON_CODE if reason.is_some() => return Err(Refusal::Twice(der::oid_text(REASON_CODE))),
            REASON_CODE => reason = Some(RevocationReason::from_extension(extension.value)?),
            // Found here even if it is not marked as critical, as it has to be.
            CERTIFICATE_ISSUER => return Err(Refusal::Indirect),
            oid if extension.critical && !HARMLESS.contains(&oid) => {
                return Err(Refusal::Extension(der::oid_text(oid)));
            }
            _ => {}
        }
    }
    Ok(reason.unwrap_or(RevocationReason::Unspecified))
}

/// A number that a list has twice is revoked by the graver of its reasons, and of equals by the
/// earlier date.
fn once_each(matched: &mut Vec<Revoked>) {
    matched.sort_by_key(|revoked| (revoked.serial, Reverse(revoked.reason.weight()), revoked.at_s));
    matched.dedup_by_key(|revoked| revoked.serial);
}

/// Why an entry is refused; its place is known one floor up.
enum Refusal {
    Der(DerFault),
    Indirect,
    Extension(String),
    Twice(String),
}

impl From<DerFault> for Refusal {
    fn from(fault: DerFault) -> Self {
        Self::Der(fault)
    }
}

impl Refusal {
    fn of(self, entry: u64) -> ListFault {
        match self {
            Self::Der(fault) => ListFault::Entry { entry, fault },
            Self::Indirect => ListFault::Indirect,
            Self::Extension(oid) => ListFault::Extension { oid },
            Self::Twice(oid) => ListFault::Twice { oid },
        }
    }
}
