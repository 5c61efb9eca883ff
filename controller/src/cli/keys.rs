//! `keys new`.

use std::path::PathBuf;

use clap::Args;

use super::say;
use crate::keys;

#[derive(Args)]
pub(super) struct New {
    /// The file to write: made readable by its owner only, or, if it is there, added to. Keep it apart from the
    /// database and its backups, and keep a copy of it somewhere safe: without it no card can be read.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Number of the new masters, 0 to 15; the one after the highest if left out. The highest is what cards are
    /// encoded with from the next start on.
    #[arg(long, value_name = "N")]
    version: Option<u8>,
}

pub(super) fn new(new: &New) -> anyhow::Result<()> {
    let version = keys::add(&new.out, new.version)?;
    say(&format!(
        "Masters of version {} are in {}. Name the file as masters_file in the configuration, and start the \
         controller anew.",
        version.number(),
        new.out.display()
    ))
}
