//! The site's masters, and everything that is derived from them. The only module that knows them.
//!
//! ```text
//! credential file ──▶ Keyring ──▶ what doors are given for one card      (key A, static digest, rolling key)
//!                        │
//!                        └──────▶ what an encoder is given for one job  (both keys, blocks, trailer)
//! ```
//!
//! Masters are read once, at the start, and never written to the database, a backup or a log. Everything that is
//! derived is deterministic but for the nonces of a new encoding: a list that is compiled again has the same
//! bytes.

use std::collections::BTreeMap;
use std::fmt;

use access::credential::Sector;
use access::credential::block::{Block, Slot, Static, Token, site_tag, static_digest};
use access::credential::keys::{KeyVersion, Masters, Place};
use access::credential::rolling::Reading;
use access::credential::sealed::CardKeys;
use access::credential::trailer::{Conditions, trailer};
use access::encode::KeyPair;
use access::id::SiteId;
use access::uid::Uid;
use db::site::CredentialRecord;
use zeroize::{Zeroize, Zeroizing};

mod file;

pub use file::{KeysError, add};

/// The general purpose byte of our trailer: as delivered, it says nothing.
const GENERAL_PURPOSE: u8 = 0x69;

/// The masters of a site, by version.
pub struct Keyring {
    site: SiteId,
    masters: BTreeMap<KeyVersion, Masters>,
    newest: KeyVersion,
}

impl Keyring {
    /// The version that new encodings use: the highest.
    #[must_use]
    pub fn newest(&self) -> KeyVersion {
        self.newest
    }

    /// All versions, the newest first.
    pub fn versions(&self) -> impl Iterator<Item = KeyVersion> {
        self.masters.keys().rev().copied()
    }

    /// What doors are given for a card; nothing if the masters of the card's version are gone.
    #[must_use]
    pub fn card_keys(&self, record: &CredentialRecord) -> Option<CardKeys> {
        let masters = self.masters.get(&record.version)?;
        let place = self.place(&record.uid, record.sector, record.version);
        Some(CardKeys {
            sector: record.sector,
            issue: record.issue,
            key_a: masters.key_a(&place),
            static_digest: static_digest(&self.fixed(record).to_block(&masters.static_key(&place))),
            rolling: masters.rolling_key(&place),
        })
    }

    /// The two keys of a sector under one version; nothing if its masters are gone.
    #[must_use]
    pub fn pair(&self, uid: &Uid, sector: Sector, version: KeyVersion) -> Option<KeyPair> {
        let masters = self.masters.get(&version)?;
        let place = self.place(uid, sector, version);
        Some(KeyPair { a: masters.key_a(&place).0, b: masters.key_b(&place).0 })
    }

    /// The four blocks of a newly encoded sector: static, slot A at 1, slot B at 0, trailer. The nonces of the
    /// slots are random, in that order.
    #[must_use]
    pub fn blocks(&self, record: &CredentialRecord, nonces: [u16; 2]) -> Option<Zeroizing<[Block; 4]>> {
        let masters = self.masters.get(&record.version)?;
        let place = self.place(&record.uid, record.sector, record.version);
        let rolling = masters.rolling_key(&place);
        let [nonce_a, nonce_b] = nonces;
        let slot = |counter, nonce, slot| {
            Reading { token: Token { counter, nonce }, stepped_in: false }.to_block(&rolling, slot, record.issue)
        };
        let (mut a, mut b) = (masters.key_a(&place), masters.key_b(&place));
        let blocks = Zeroizing::new([
            self.fixed(record).to_block(&masters.static_key(&place)),
            slot(1, nonce_a, Slot::A),
            slot(0, nonce_b, Slot::B),
            trailer(a, Conditions::CREDENTIAL, GENERAL_PURPOSE, b),
        ]);
        a.zeroize();
        b.zeroize();
        Some(blocks)
    }

    fn fixed(&self, record: &CredentialRecord) -> Static {
        Static {
            version: record.version,
            site_tag: site_tag(&self.site),
            credential: record.credential,
            issue: record.issue,
        }
    }

    fn place<'a>(&'a self, uid: &'a Uid, sector: Sector, version: KeyVersion) -> Place<'a> {
        Place { site: &self.site, uid, sector, version }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: Vec<u8> = self.versions().map(KeyVersion::number).collect();
        write!(f, "Keyring(versions {versions:?}, hidden)")
    }
}
