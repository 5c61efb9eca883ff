//! Dumps of real cards, from a folder.

use std::path::Path;

use access::uid::Uid;
use anyhow::{Context, Result};
use mfrc522_emulator::{Dump, VirtualCard};

/// Most dumps of one folder.
const DUMPS_MAX: usize = 200;

/// The cards that could be read.
#[derive(Debug, Default)]
pub struct Dumps(Vec<(String, Uid, VirtualCard)>);

impl Dumps {
    /// Reads every file of the folder. What is no dump of a MIFARE Classic 1K is named and left out.
    ///
    /// # Errors
    /// If the folder itself cannot be read.
    pub fn load(folder: Option<&Path>, say: &(dyn Fn(&str) + Sync)) -> Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self::default());
        };
        let files =
            std::fs::read_dir(folder).with_context(|| format!("--cards {} cannot be read", folder.display()))?;
        let mut paths = files.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
        paths.retain(|path| path.is_file());
        paths.sort();
        let mut dumps = Self::default();
        for path in paths.iter().take(DUMPS_MAX) {
            match read(path) {
                Ok(dump) => {
                    say(&format!("Read the card {}", path.display()));
                    dumps.0.push(dump);
                }
                Err(error) => say(&format!("Left out: {error:#}")),
            }
        }
        Ok(dumps)
    }

    /// Name, number and card.
    pub fn iter(&self) -> impl Iterator<Item = &(String, Uid, VirtualCard)> {
        self.0.iter()
    }
}

fn read(path: &Path) -> Result<(String, Uid, VirtualCard)> {
    let dump = Dump::load(path, None)?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, Uid::new(dump.uid())?, dump.card()))
}
