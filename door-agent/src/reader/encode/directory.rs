//! The card's directory names our sector, if the card has one that can be written.
//!
//! No door needs it: what a door is given for a card names the sector. It keeps other systems out of ours, and ours
//! out of theirs, so a card without one, or with one that is somebody else's, is left as it is.

use access::credential::block::Block;
use access::credential::mad::{self, Aid, Directory};
use access::credential::trailer::Conditions;
use embedded_hal::spi::SpiDevice;

use super::Encoding;
use super::keys::{Part, ROUNDS};
use crate::reader::sector::{CardError, KeyKind};

impl<S: SpiDevice> Encoding<'_, S> {
    /// Enters the sector, or takes the entry back when the card is wiped. No sector is open afterwards.
    pub(super) fn enter_in_directory(&mut self) -> Result<(), CardError> {
        let Some(application) = self.work.application else { return Ok(()) };
        if self.directory.is_none() {
            let Some((first, second)) = self.read_directory()? else { return Ok(()) };
            self.directory = self.amended(application, &first, &second);
        }
        let Some((first, second)) = self.directory else { return Ok(()) };
        if self.open(Part::Directory)?.is_none() {
            return Ok(());
        }
        // The check byte is in the first block: until it is written the second one's entry does not count.
        self.write(2, &second)?;
        self.write(1, &first)
    }

    fn read_directory(&mut self) -> Result<Option<(Block, Block)>, CardError> {
        for _ in 0..ROUNDS {
            self.wake()?;
            match self.chip.authenticate(KeyKind::A, 0, &mad::KEY_A, self.uid) {
                Ok(()) => return Ok(Some((self.chip.read_block(1)?, self.chip.read_block(2)?))),
                Err(error @ CardError::Chip(_)) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(None)
    }

    /// The directory with our entry; nothing if it is none, or if the sector is entered as somebody else's.
    fn amended(&self, application: Aid, first: &Block, second: &Block) -> Option<(Block, Block)> {
        let wiped = self.conditions() == Some(Conditions::TRANSPORT);
        let mut directory = Directory::from_blocks(first, second).ok().or_else(|| {
            // One that was torn while it was amended fits with the entry as it was, or as it was to be.
            [Aid::FREE, application].into_iter().find_map(|entry| self.with_entry(entry, first, second))
        })?;
        let entry = directory.applications.get_mut(usize::from(self.work.sector.number()).checked_sub(1)?)?;
        if *entry != Aid::FREE && *entry != application {
            return None;
        }
        *entry = if wiped { Aid::FREE } else { application };
        Some(directory.to_blocks())
    }

    fn with_entry(&self, entry: Aid, first: &Block, second: &Block) -> Option<Directory> {
        let at = 2 * usize::from(self.work.sector.number());
        let mut bytes: Vec<u8> = first.iter().chain(second).copied().collect();
        for (to, from) in bytes.iter_mut().skip(at).zip(entry.0.to_le_bytes()) {
            *to = from;
        }
        let (first, second) = bytes.split_first_chunk::<16>()?;
        Directory::from_blocks(first, second.first_chunk::<16>()?).ok()
    }
}
