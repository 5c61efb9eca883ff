//! `.mfd` and `.bin`: the 1024 bytes of the card, block after block, and nothing else.

use super::error::{At, DumpFault};
use super::{Blocks, Dump, identity};

pub(super) fn parse(bytes: &[u8]) -> Result<Dump, At> {
    identity::check_size(bytes.len(), 16, "bytes", bytes)?;
    let (chunks, _) = bytes.as_chunks::<16>();
    let blocks = Blocks::try_from(chunks).map_err(|_| DumpFault::Missing("a block".to_owned()))?;
    Ok(Dump::known(identity::of_block_0(&blocks[0])?, blocks))
}

pub(super) fn encode(dump: &Dump) -> Result<Vec<u8>, DumpFault> {
    dump.check_block_0()?;
    Ok(dump.known_blocks()?.as_flattened().to_vec())
}
