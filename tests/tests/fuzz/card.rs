//! What is read of a card, and what is told about its keys.

use access::credential::block::{Block, Slot, Static, Token};
use access::credential::keys::{KeyVersion, RollingKey, SectorKey, StaticKey};
use access::credential::mad::{Aid, Directory};
use access::credential::rolling::{Reading, judge, next};
use access::credential::sealed::{CardKeys, open, seal};
use access::credential::trailer::Conditions;
use access::encode::{KeyPair, SealedWork, Work};
use access::entry::SealedKeys;

use super::fuzz::{FEW, MANY, alone, run, within};
use super::samples::{key, uid};

/// A block, and what is decrypted of a few hundred bytes, need next to nothing.
const MEMORY_MAX: usize = 16 * 1024;

fn keys() -> CardKeys {
    CardKeys {
        sector: 5.try_into().unwrap(),
        issue: 3,
        key_a: SectorKey([1; 6]),
        static_digest: [2; 16],
        rolling: RollingKey([3; 16]),
    }
}

fn block(bytes: &[u8]) -> Option<Block> {
    bytes.get(..16)?.try_into().ok()
}

#[test]
fn blocks_of_a_card_prove_what_they_say_or_say_nothing() {
    let alone = alone();
    let version = KeyVersion::new(1).unwrap();
    let fixed = Static { version, site_tag: [1, 2], credential: 7, issue: 3 };
    let (static_key, rolling) = (StaticKey([4; 32]), RollingKey([3; 16]));
    let token = Token { counter: u32::MAX - 1, nonce: 9 };
    let slots = [Slot::A, Slot::B];
    let reading = Reading { token, stepped_in: false };
    let mut samples: Vec<Vec<u8>> = slots.iter().map(|slot| reading.to_block(&rolling, *slot, 3).to_vec()).collect();
    samples.push(fixed.to_block(&static_key).to_vec());
    run(&alone, &samples, MANY, |bytes, _| {
        let Some(block) = block(bytes) else { return false };
        within(MEMORY_MAX, || {
            let read = slots.map(|slot| Reading::from_block(&block, &rolling, slot, 3));
            let known = Static::from_block(&block, &static_key);
            let mut found = known.is_some();
            assert!(known.is_none_or(|known| known == fixed), "a static block was made up");
            for reading in read.into_iter().flatten() {
                assert_eq!(reading.token, token, "a counter was made up");
                let _ = next(next(reading.token, &key(), &uid(1), 3), &key(), &uid(1), 3);
                found = true;
            }
            let _ = judge(read[0], read[1], Some(token));
            found
        })
    });
}

#[test]
fn directories_and_access_bits_are_read_or_refused() {
    let alone = alone();
    let mut directory = Directory { info: 0, applications: [Aid::FREE; 15] };
    directory.applications[4] = Aid(0x4811);
    let (first, second) = directory.to_blocks();
    run(&alone, &[[first, second].concat()], MANY, |bytes, _| {
        let (Some(first), Some(second)) = (block(bytes), bytes.get(16..).and_then(block)) else { return false };
        within(MEMORY_MAX, || {
            let _ = Conditions::from_bytes([first[0], first[1], first[2]]);
            Directory::from_blocks(&first, &second).is_ok_and(|read| {
                let _ = read.sector_of(Aid(0x4811));
                true
            })
        })
    });
}

#[test]
fn sealed_keys_open_only_as_they_were_sealed() {
    let alone = alone();
    run(&alone, &[seal(&key(), &uid(1), &keys()).0.clone()], FEW, |bytes, _| {
        within(MEMORY_MAX, || {
            let opened = open(&key(), &uid(1), &SealedKeys(bytes.to_vec()));
            assert!(opened.as_ref().is_ok_and(|opened| *opened == keys()) || opened.is_err());
            assert!(open(&key(), &uid(2), &SealedKeys(bytes.to_vec())).is_err(), "they opened for another card");
            opened.is_ok()
        })
    });
}

#[test]
fn sealed_work_opens_only_as_it_was_sealed() {
    let alone = alone();
    let work = Work {
        sector: 5.try_into().unwrap(),
        keys: vec![KeyPair::TRANSPORT; 6],
        blocks: [[7; 16]; 4],
        application: Some(Aid(0x4811)),
        refuse_magic: true,
    };
    run(&alone, &[work.seal(&key(), &uid(1)).0], FEW, |bytes, _| {
        within(MEMORY_MAX, || {
            let opened = Work::unseal(&SealedWork(bytes.to_vec()), &key(), &uid(1));
            assert!(opened.as_ref().is_ok_and(|opened| *opened == work) || opened.is_err());
            opened.is_ok()
        })
    });
}
