//! Who a card is: UID, SAK and ATQA, from block 0 or from a header, and whether it is a MIFARE Classic 1K at all.

use super::error::DumpFault;
use super::text::to_hex;
use crate::card::{BLOCKS_1K, Identity, SAK_1K, SAK_MINI};

/// Bit 7 of the SAK in block 0 is set on many cards that do not send it.
const SAK_ON_AIR: u8 = 0x7F;

const ATQA_4: [u8; 2] = [0x04, 0x00];
const ATQA_7: [u8; 2] = [0x44, 0x00];

/// Reads block 0 of a dump that has nothing else to say who it is.
///
/// A fifth byte that is not the check byte is taken for part of a 7-byte UID only if SAK and ATQA stand where such a
/// card has them: otherwise a damaged dump would become another card.
pub(crate) fn of_block_0(block: &[u8; 16]) -> Result<Identity, DumpFault> {
    let [a, b, c, d, bcc, sak_4, atqa_4 @ ..] = *block;
    let expected = a ^ b ^ c ^ d;
    let is_double = says_double(block);
    let says_single = sak_4 & SAK_ON_AIR == SAK_1K && atqa_4.starts_with(&ATQA_4);
    if is_double && (bcc != expected || !says_single) {
        return Ok(Identity { uid: block.iter().copied().take(7).collect(), atqa: ATQA_7, sak: SAK_1K });
    }
    if bcc != expected {
        return Err(DumpFault::WrongBcc { found: bcc, expected });
    }
    check_sak(sak_4 & SAK_ON_AIR)?;
    Ok(Identity { uid: vec![a, b, c, d], atqa: ATQA_4, sak: SAK_1K })
}

/// Checks what a header says, against block 0 as far as that is known.
pub(crate) fn check_header(identity: &Identity, block_0: &[Option<u8>]) -> Result<(), DumpFault> {
    check_sak(identity.sak & SAK_ON_AIR)?;
    let length = identity.uid.len();
    if ![4, 7, 10].contains(&length) {
        return Err(DumpFault::Length { what: "the UID (4, 7 or 10 bytes)".to_owned(), found: length, needed: 4 });
    }
    let differs = |(own, cell): (&u8, &Option<u8>)| cell.is_some_and(|byte| byte != *own);
    if identity.uid.iter().zip(block_0).any(differs) {
        let beginning: Vec<u8> = block_0.iter().take(length).map(|byte| byte.unwrap_or(0)).collect();
        return Err(DumpFault::UidMismatch { header: to_hex(&identity.uid, ""), block_0: to_hex(&beginning, "") });
    }
    let expected = identity.uid.iter().fold(0, |bcc, byte| bcc ^ byte);
    match block_0.get(4).copied().flatten() {
        Some(found) if length == 4 && found != expected => Err(DumpFault::WrongBcc { found, expected }),
        _ => Ok(()),
    }
}

/// Checks the number of blocks or bytes; the manufacturer's block may name the card that has so many.
pub(crate) fn check_size(found: usize, per_block: usize, unit: &'static str, block_0: &[u8]) -> Result<(), DumpFault> {
    let needed = BLOCKS_1K * per_block;
    if found == needed {
        return Ok(());
    }
    let sak = block_0.get(5).map(|sak| sak & SAK_ON_AIR);
    if found == 20 * per_block && sak == Some(SAK_MINI) {
        return Err(DumpFault::NotA1k(card_name(SAK_MINI)));
    }
    if found == 256 * per_block {
        return Err(DumpFault::NotA1k(card_name(0x18)));
    }
    Err(if found < needed {
        DumpFault::Truncated { found, needed, unit }
    } else {
        DumpFault::TooLong { found, needed, unit }
    })
}

fn check_sak(sak: u8) -> Result<(), DumpFault> {
    match sak {
        SAK_1K => Ok(()),
        other => Err(DumpFault::NotA1k(card_name(other))),
    }
}

/// SAK and ATQA behind seven bytes of UID.
fn says_double(block: &[u8; 16]) -> bool {
    let [_, _, _, _, _, _, _, sak, atqa @ ..] = *block;
    sak & SAK_ON_AIR == SAK_1K && atqa.starts_with(&ATQA_7)
}

/// What cards with this SAK are called (AN10833).
fn card_name(sak: u8) -> String {
    let name = match sak {
        0x00 => "MIFARE Ultralight or NTAG",
        SAK_MINI => "MIFARE Mini",
        0x10 | 0x11 => "MIFARE Plus",
        0x18 => "MIFARE Classic 4K",
        0x19 => "MIFARE Classic 2K",
        0x20 => "card of ISO/IEC 14443-4",
        0x28 | 0x38 => "SmartMX",
        _ => "card of an unknown kind",
    };
    format!("{name} (SAK {sak:02X})")
}
