//! `.json` of the proxmark client: a header with UID, ATQA (low byte first) and SAK, and blocks by number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::error::{At, DumpFault};
use super::text::{hex, hex_array, quote, text, to_hex};
use super::{Blocks, Dump, identity};
use crate::card::{BLOCKS_1K, Identity};

#[derive(Deserialize)]
struct File {
    #[serde(rename = "FileType")]
    file_type: String,
    #[serde(rename = "Card")]
    card: Header,
    blocks: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Header {
    #[serde(rename = "UID")]
    uid: String,
    #[serde(rename = "ATQA")]
    atqa: String,
    #[serde(rename = "SAK")]
    sak: String,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Dump, At> {
    let text = text(bytes)?;
    let file: File = serde_json::from_str(text).map_err(|error| At {
        line: Some(error.line()).filter(|line| *line > 0),
        fault: DumpFault::Json(quote(&error.to_string())),
    })?;
    let at = |key: &str, value: &str| {
        let line = line_of(text, key, value);
        move |fault| At { line, fault }
    };
    if !["mfcard", "mfc v2", "mfc v3"].contains(&file.file_type.as_str()) {
        return Err(at("FileType", &file.file_type)(DumpFault::Unsupported {
            what: "FileType",
            found: quote(&file.file_type),
        }));
    }
    let card = &file.card;
    let [sak] = hex_array("the SAK", &card.sak).map_err(at("SAK", &card.sak))?;
    let identity = Identity {
        uid: hex(&card.uid).map_err(at("UID", &card.uid))?,
        atqa: hex_array("the ATQA", &card.atqa).map_err(at("ATQA", &card.atqa))?,
        sak,
    };
    // The kind of card comes first: the blocks of another kind are no faults of their own.
    identity::check_header(&identity, &[]).map_err(at("SAK", &card.sak))?;
    let mut blocks: Blocks = [[0; 16]; BLOCKS_1K];
    for (number, block) in blocks.iter_mut().enumerate() {
        let key = number.to_string();
        let Some(value) = file.blocks.get(&key) else {
            return Err(missing(number, file.blocks.len()).into());
        };
        *block = hex_array(&format!("block {number}"), value).map_err(at(&key, value))?;
    }
    identity::check_size(file.blocks.len(), 1, "blocks", &blocks[0])?;
    let block_0: Vec<Option<u8>> = blocks[0].iter().copied().map(Some).collect();
    let value = file.blocks.get("0").map_or("", String::as_str);
    identity::check_header(&identity, &block_0).map_err(at("0", value))?;
    Ok(Dump::known(identity, blocks))
}

pub(super) fn encode(dump: &Dump) -> Result<Vec<u8>, DumpFault> {
    let mut json =
        String::from("{\n  \"Created\": \"mfrc522-emulator\",\n  \"FileType\": \"mfcard\",\n  \"Card\": {\n");
    let identity = &dump.identity;
    let header = [
        ("UID", to_hex(&identity.uid, "")),
        ("ATQA", to_hex(&identity.atqa, "")),
        ("SAK", to_hex(&[identity.sak], "")),
    ];
    json += &header.map(|(key, value)| format!("    \"{key}\": \"{value}\"")).join(",\n");
    json += "\n  },\n  \"blocks\": {\n";
    for (number, block) in dump.known_blocks()?.iter().enumerate() {
        let comma = if number + 1 < BLOCKS_1K { "," } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(json, "    \"{number}\": \"{}\"{comma}", to_hex(block, ""));
    }
    json += "  }\n}\n";
    Ok(json.into_bytes())
}

fn missing(number: usize, found: usize) -> DumpFault {
    if found < BLOCKS_1K && number >= found {
        return DumpFault::Truncated { found, needed: BLOCKS_1K, unit: "blocks" };
    }
    DumpFault::Missing(format!("block {number}"))
}

/// The line in which a key has this value. The parser does not keep it.
fn line_of(text: &str, key: &str, value: &str) -> Option<usize> {
    let key = format!("\"{key}\"");
    let holds = |line: &str| {
        line.find(&key).is_some_and(|at| line.get(at + key.len()..).is_some_and(|rest| rest.contains(value)))
    };
    text.lines().position(holds).map(|index| index + 1)
}
