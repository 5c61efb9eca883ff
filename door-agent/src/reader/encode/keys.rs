//! Which of the keys that may open a sector do, and which of them may write it.

use access::credential::block::Block;
use access::credential::mad;
use access::credential::trailer::Conditions;
use access::encode::Work;
use embedded_hal::spi::SpiDevice;
use zeroize::Zeroize as _;

use super::{Encoding, TRAILER};
use crate::reader::sector::{CardError, KeyKind};

/// Rounds through all keys until none counts as fitting: a wrong key and a lost frame look the same.
pub(super) const ROUNDS: usize = 2;

/// Which sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The one of the job, with its trailer.
    Ours,
    /// The directory's two blocks.
    Directory,
}

/// The key that may write a sector, and the trailer as it was read.
pub(super) struct Opened {
    pub(super) kind: KeyKind,
    pub(super) key: [u8; 6],
    pub(super) block: u8,
    pub(super) trailer: Block,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.key.zeroize();
        self.trailer.zeroize();
    }
}

/// Keys A that may open sector 0.
pub(super) fn of_sector_0(work: &Work) -> impl Iterator<Item = [u8; 6]> + '_ {
    once_each([mad::KEY_A].into_iter().chain(work.keys.iter().map(|pair| pair.a)))
}

/// The access conditions of a trailer, if they do not contradict themselves.
pub(super) fn conditions(trailer: &Block) -> Option<Conditions> {
    let [_, _, _, _, _, _, six, seven, eight, ..] = *trailer;
    Conditions::from_bytes([six, seven, eight]).ok()
}

impl<S: SpiDevice> Encoding<'_, S> {
    /// Opens a sector with the key that may write it. Nothing if none of the keys does.
    pub(super) fn open(&mut self, part: Part) -> Result<Option<Opened>, CardError> {
        let block = match part {
            Part::Ours => self.work.sector.first_block(),
            Part::Directory => 0,
        };
        let of_a: Vec<[u8; 6]> = match part {
            Part::Ours => once_each(self.work.keys.iter().map(|pair| pair.a)).collect(),
            Part::Directory => of_sector_0(self.work).collect(),
        };
        let of_b: Vec<[u8; 6]> = once_each(self.work.keys.iter().map(|pair| pair.b)).collect();
        for _ in 0..ROUNDS {
            for key in &of_a {
                if let Some(trailer) = self.try_key(KeyKind::A, block, key)?
                    && writer(part, &trailer) == Some(KeyKind::A)
                {
                    return Ok(Some(Opened { kind: KeyKind::A, key: *key, block, trailer }));
                }
            }
            for key in &of_b {
                // A key B that can be read opens nothing.
                if let Some(trailer) = self.try_key(KeyKind::B, block, key)?
                    && writer(part, &trailer) == Some(KeyKind::B)
                {
                    return Ok(Some(Opened { kind: KeyKind::B, key: *key, block, trailer }));
                }
            }
        }
        Ok(None)
    }

    /// Opens again what [`Encoding::open`] has opened.
    pub(super) fn reopen(&mut self, opened: &Opened) -> Result<(), CardError> {
        self.unlock(opened.kind, opened.block, &opened.key)
    }

    /// Whether the trailer is as it shall be. Key A never shows; it is, if it opens.
    pub(super) fn trailer_is(&mut self, opened: &Opened) -> Result<bool, CardError> {
        let [.., wanted] = self.work.blocks;
        let shown = |trailer: &Block| trailer.iter().copied().skip(6).take(4).collect::<Vec<u8>>();
        if shown(&wanted) != shown(&opened.trailer) {
            return Ok(false);
        }
        let (Some(a), Some(b)) = (wanted.first_chunk::<6>(), wanted.last_chunk::<6>()) else { return Ok(false) };
        if self.try_key(KeyKind::A, opened.block, a)?.is_none() {
            return Ok(false);
        }
        if conditions(&wanted) == Some(Conditions::TRANSPORT) {
            return Ok(opened.trailer.last_chunk::<6>() == Some(b));
        }
        Ok(self.try_key(KeyKind::B, opened.block, b)?.is_some())
    }

    /// The trailer as this key shows it, if it opens the sector.
    fn try_key(&mut self, kind: KeyKind, block: u8, key: &[u8; 6]) -> Result<Option<Block>, CardError> {
        match self.unlock_or_not(kind, block, key)? {
            true => match self.chip.read_block(block + TRAILER) {
                // As some chips do with a key B that is data.
                Err(CardError::Refused(_)) => Ok(None),
                read => read.map(Some),
            },
            false => Ok(None),
        }
    }

    fn unlock_or_not(&mut self, kind: KeyKind, block: u8, key: &[u8; 6]) -> Result<bool, CardError> {
        self.wake()?;
        match self.chip.authenticate(kind, block, key, self.uid) {
            Ok(()) => Ok(true),
            Err(CardError::Silent | CardError::Refused(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

/// The key that may write everything that is to be written, if one may.
fn writer(part: Part, trailer: &Block) -> Option<KeyKind> {
    let Conditions([zero, one, two, last]) = conditions(trailer)?;
    let data: &[u8] = match part {
        Part::Ours => &[zero, one, two],
        Part::Directory => &[one, two],
    };
    let by_b = |condition: &u8| matches!(condition, 0b000 | 0b100 | 0b110 | 0b011);
    // Where key B can be read it opens nothing, and key A writes the trailer or nobody does.
    match last {
        0b001 if data.iter().all(|condition| *condition == 0b000) => Some(KeyKind::A),
        0b011 if data.iter().all(by_b) => Some(KeyKind::B),
        _ => None,
    }
}

fn once_each(keys: impl Iterator<Item = [u8; 6]>) -> impl Iterator<Item = [u8; 6]> {
    let mut seen: Vec<[u8; 6]> = Vec::new();
    keys.filter(move |key| {
        let new = !seen.contains(key);
        if new {
            seen.push(*key);
        }
        new
    })
}
