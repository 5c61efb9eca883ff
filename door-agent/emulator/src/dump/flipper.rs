//! `.nfc` of the Flipper: a header of `Key: value` lines and a `Block n:` line for each block, `??` for what is not
//! known. Lines that are empty or begin with `#` mean nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::error::{At, DumpFault};
use super::text::{quote, spaced_hex, text, to_hex};
use super::{Dump, identity};
use crate::card::{BLOCKS_1K, Identity};

/// The header's lines, by key.
type Header<'a> = BTreeMap<&'a str, (usize, &'a str)>;

pub(super) fn parse(bytes: &[u8]) -> Result<Dump, At> {
    let mut header = Header::new();
    let mut blocks: BTreeMap<usize, (usize, Vec<Option<u8>>)> = BTreeMap::new();
    for (index, line) in text(bytes)?.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(':').ok_or_else(|| At::line(number, DumpFault::BadLine))?;
        let (key, value) = (key.trim(), value.trim());
        let Some(block) = key.strip_prefix("Block ") else {
            header.insert(key, (number, value));
            continue;
        };
        let (block, data) = block_line(block, value).map_err(|fault| At::line(number, fault))?;
        if blocks.insert(block, (number, data)).is_some() {
            return Err(At::line(number, DumpFault::DuplicateBlock(block)));
        }
    }
    let identity = read_header(&header)?;
    let (line, block_0) = match blocks.get(&0) {
        Some((line, block_0)) => (Some(*line), block_0.clone()),
        None => (None, Vec::new()),
    };
    let said: Vec<u8> = block_0.iter().map(|byte| byte.unwrap_or(0)).collect();
    identity::check_size(blocks.len(), 1, "blocks", &said)?;
    if let Some(gap) = (0..BLOCKS_1K).find(|block| !blocks.contains_key(block)) {
        return Err(DumpFault::Missing(format!("block {gap}")).into());
    }
    identity::check_header(&identity, &block_0).map_err(|fault| At { line, fault })?;
    let data = blocks.into_values().map(|(_, data)| data);
    Ok(Dump::partly_known(identity, data))
}

pub(super) fn encode(dump: &Dump) -> Vec<u8> {
    let Identity { uid, atqa, sak } = &dump.identity;
    let [low, high] = *atqa;
    let mut file = format!(
        "Filetype: Flipper NFC device\nVersion: 4\nDevice type: Mifare Classic\nUID: {}\nATQA: {}\nSAK: {sak:02X}\n\
         Mifare Classic type: 1K\nData format version: 2\n# '??' is a byte that is not known\n",
        to_hex(uid, " "),
        to_hex(&[high, low], " "),
    );
    for number in 0..BLOCKS_1K {
        let bytes: Vec<String> = dump.cells(number).map(cell_text).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(file, "Block {number}: {}", bytes.join(" "));
    }
    file.into_bytes()
}

fn cell_text(cell: Option<u8>) -> String {
    cell.map_or_else(|| "??".to_owned(), |byte| format!("{byte:02X}"))
}

fn block_line(number: &str, value: &str) -> Result<(usize, Vec<Option<u8>>), DumpFault> {
    let block: usize = number.parse().map_err(|_| DumpFault::BadLine)?;
    let data = spaced_hex(value)?;
    if data.len() == 16 {
        return Ok((block, data));
    }
    Err(DumpFault::Length { what: format!("block {block}"), found: data.len(), needed: 16 })
}

fn read_header(header: &Header<'_>) -> Result<Identity, At> {
    let field = |key: &'static str| {
        let missing = || At::from(DumpFault::Missing(format!("{key:?}")));
        header.get(key).copied().ok_or_else(missing)
    };
    let unsupported = |line, what, found| At::line(line, DumpFault::Unsupported { what, found: quote(found) });
    let (line, filetype) = field("Filetype")?;
    if filetype != "Flipper NFC device" {
        return Err(unsupported(line, "Filetype", filetype));
    }
    let (line, version) = field("Version")?;
    // Version 4 turned the ATQA round.
    let high_first = match version {
        "2" | "3" => false,
        "4" => true,
        _ => return Err(unsupported(line, "Version", version)),
    };
    let (line, device) = field("Device type")?;
    if !device.eq_ignore_ascii_case("Mifare Classic") {
        return Err(At::line(line, DumpFault::NotA1k(quote(device))));
    }
    let uid = bytes(field("UID")?)?;
    let mut atqa = array("the ATQA", field("ATQA")?)?;
    if high_first {
        atqa.reverse();
    }
    let (sak_line, sak) = field("SAK")?;
    let [sak] = array("the SAK", (sak_line, sak))?;
    let identity = Identity { uid, atqa, sak };
    identity::check_header(&identity, &[]).map_err(|fault| At::line(sak_line, fault))?;
    let (line, kind) = field("Mifare Classic type")?;
    if kind != "1K" {
        return Err(At::line(line, DumpFault::NotA1k(format!("MIFARE Classic {}", quote(kind)))));
    }
    Ok(identity)
}

/// A header's value, none of whose bytes may be unknown.
fn bytes((line, value): (usize, &str)) -> Result<Vec<u8>, At> {
    let bytes: Option<Vec<u8>> = spaced_hex(value).map_err(|fault| At::line(line, fault))?.into_iter().collect();
    bytes.ok_or_else(|| At::line(line, DumpFault::NotHex(quote(value))))
}

fn array<const N: usize>(what: &str, field: (usize, &str)) -> Result<[u8; N], At> {
    let bytes = bytes(field)?;
    let found = bytes.len();
    bytes.try_into().map_err(|_| {
        let what = what.to_owned();
        At::line(field.0, DumpFault::Length { what, found, needed: N })
    })
}
