//! `.eml`: one block in hexadecimal on each line. Lines that are empty or begin with `#` mean nothing.

use super::error::{At, DumpFault};
use super::text::{hex_array, text, to_hex};
use super::{Blocks, Dump, identity};

pub(super) fn parse(bytes: &[u8]) -> Result<Dump, At> {
    let mut blocks: Vec<[u8; 16]> = Vec::new();
    let mut first_line = 1;
    for (index, line) in text(bytes)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        if blocks.is_empty() {
            first_line = number;
        }
        let what = format!("block {}", blocks.len());
        blocks.push(hex_array(&what, line).map_err(|fault| At::line(number, fault))?);
    }
    let block_0 = blocks.first().copied().unwrap_or_default();
    identity::check_size(blocks.len(), 1, "blocks", &block_0)?;
    let identity = identity::of_block_0(&block_0).map_err(|fault| At::line(first_line, fault))?;
    let blocks = Blocks::try_from(blocks).map_err(|_| DumpFault::Missing("a block".to_owned()))?;
    Ok(Dump::known(identity, blocks))
}

pub(super) fn encode(dump: &Dump) -> Result<Vec<u8>, DumpFault> {
    dump.check_block_0()?;
    let lines = dump.known_blocks()?.iter().map(|block| to_hex(block, "") + "\n");
    Ok(lines.collect::<String>().into_bytes())
}
