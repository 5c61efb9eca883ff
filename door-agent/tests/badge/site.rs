//! Keys and cards of a site, for tests and benches.

use access::credential::Sector;
use access::credential::block::{Block, Slot, Static, Token, site_tag, static_digest};
use access::credential::keys::{KeyVersion, Masters, Place};
use access::credential::rolling::Reading;
use access::credential::sealed::CardKeys;
use access::credential::trailer::{Conditions, trailer};
use access::encode::{KeyPair, Work};
use access::id::SiteId;
use access::uid::Uid;
use mfrc522_emulator::VirtualCard;

pub(crate) const UID_4: [u8; 4] = [0x01, 0xA0, 0x62, 0xBD];
pub(crate) const UID_7: [u8; 7] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];

pub(crate) fn sector() -> Sector {
    Sector::try_from(5).unwrap()
}

/// The card's content and keys as the site makes them.
pub(crate) struct Site {
    masters: Masters,
    name: SiteId,
}

impl Site {
    pub(crate) fn new() -> Self {
        let mut bytes = [0; 128];
        bytes.iter_mut().zip(1_u8..).for_each(|(to, from)| *to = from);
        Self { masters: Masters::new(&bytes), name: "hospital".parse().unwrap() }
    }

    fn place<'a>(&'a self, uid: &'a Uid) -> Place<'a> {
        Place { site: &self.name, uid, sector: sector(), version: KeyVersion::new(1).unwrap() }
    }

    pub(crate) fn pair(&self, uid: &Uid) -> KeyPair {
        let place = self.place(uid);
        KeyPair { a: self.masters.key_a(&place).0, b: self.masters.key_b(&place).0 }
    }

    pub(crate) fn blocks(&self, uid: &Uid, issue: u8) -> [Block; 4] {
        let place = self.place(uid);
        let fixed = Static {
            version: place.version,
            site_tag: site_tag(&self.name),
            credential: 0x00C0_FFEE ^ u32::from(issue),
            issue,
        };
        let slot = |slot, counter, nonce| {
            let reading = Reading { token: Token { counter, nonce }, stepped_in: false };
            reading.to_block(&self.masters.rolling_key(&place), slot, issue)
        };
        let (a, b) = (self.masters.key_a(&place), self.masters.key_b(&place));
        [
            fixed.to_block(&self.masters.static_key(&place)),
            slot(Slot::A, 1, 0x1234),
            slot(Slot::B, 0, 0x4321),
            trailer(a, Conditions::CREDENTIAL, 0x69, b),
        ]
    }

    pub(crate) fn keys(&self, uid: &Uid, issue: u8) -> CardKeys {
        let place = self.place(uid);
        CardKeys {
            sector: sector(),
            issue,
            key_a: self.masters.key_a(&place),
            static_digest: static_digest(&self.blocks(uid, issue)[0]),
            rolling: self.masters.rolling_key(&place),
        }
    }

    pub(crate) fn work(&self, uid: &Uid, issue: u8) -> Work {
        Work {
            sector: sector(),
            keys: vec![self.pair(uid), KeyPair::TRANSPORT],
            blocks: self.blocks(uid, issue),
            application: None,
            refuse_magic: false,
        }
    }

    /// A card that was encoded.
    pub(crate) fn card(&self, uid: &[u8], issue: u8) -> VirtualCard {
        let mut card = VirtualCard::classic_1k(uid).unwrap();
        let first = usize::from(sector().first_block());
        for (offset, block) in self.blocks(&Uid::new(uid).unwrap(), issue).into_iter().enumerate() {
            card.set_block(first + offset, block);
        }
        card
    }
}
