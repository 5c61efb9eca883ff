//! The credential's bytes: public vectors, and what must not verify.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use access::credential::Sector;
use access::credential::block::{Block, Slot, Static, Token, site_tag, static_digest};
use access::credential::keys::{KeyVersion, Masters, Place, SectorKey};
use access::credential::mad::{Aid, Directory};
use access::credential::rolling::Reading;
use access::credential::sealed::{CardKeys, open, seal};
use access::credential::trailer::{Conditions, trailer};
use access::encode::{KEYS_MAX, KeyPair, WORK_LENGTH_MAX, Work};
use access::envelope::DoorKey;
use access::id::SiteId;
use access::uid::Uid;
use proptest::prelude::*;

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn site() -> SiteId {
    "hospital".parse().unwrap()
}

fn uid() -> Uid {
    "04A1B2C3D4E5F6".parse().unwrap()
}

fn masters() -> Masters {
    Masters::new(&std::array::from_fn(|i| u8::try_from(i).unwrap()))
}

fn sector(number: u8) -> Sector {
    number.try_into().unwrap()
}

fn version(number: u8) -> KeyVersion {
    KeyVersion::new(number).unwrap()
}

/// libfreefare's test_mad.c and test_mifare_classic_mad.c, recomputed independently.
#[test]
fn the_directorys_check_byte_fits_the_public_vectors() {
    let vectors = [
        ("89", "01 0108 0108 0108 0000 0000 0000 0400 0310 0310 0210 0210 0000 0000 0000 1130"),
        ("c4", "01 03E1 03E1 03E1 03E1 03E1 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000"),
        ("ab", "01 03E1 03E1 03E1 03E1 03E1 03E1 0000 0000 0000 0000 0000 0000 0000 0000 0000"),
        ("ce", "00 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000"),
    ];
    for (check, rest) in vectors {
        let bytes = unhex(&format!("{check}{rest}"));
        let (first, second): (Block, Block) = (bytes[..16].try_into().unwrap(), bytes[16..].try_into().unwrap());
        let directory = Directory::from_blocks(&first, &second).unwrap();
        assert_eq!(directory.to_blocks(), (first, second));
        let mut torn = first;
        torn[5] ^= 1;
        assert!(Directory::from_blocks(&torn, &second).is_err());
    }
}

#[test]
fn our_sector_is_found_by_its_application_id() {
    let mut directory = Directory { info: 0, applications: [Aid::FREE; 15] };
    directory.applications[4] = Aid(0x4811);
    let (first, second) = directory.to_blocks();
    assert_eq!((first[10], first[11]), (0x11, 0x48), "the low byte comes first");
    let read = Directory::from_blocks(&first, &second).unwrap();
    assert_eq!(read.sector_of(Aid(0x4811)), Some(sector(5)));
    assert_eq!(read.sector_of(Aid(0x4812)), None);
}

#[test]
fn access_conditions_fit_the_published_bytes() {
    let table = [
        ([0b000, 0b000, 0b000, 0b001], "FF0780"),
        ([0b100, 0b100, 0b100, 0b011], "787788"),
        ([0b000, 0b000, 0b000, 0b011], "7F0788"),
        ([0b100, 0b000, 0b000, 0b011], "7E1788"),
        ([0b010, 0b000, 0b000, 0b011], "6F0789"),
        ([0b011, 0b011, 0b011, 0b011], "0F00FF"),
        ([0b010, 0b010, 0b010, 0b111], "07878F"),
    ];
    for (values, bytes) in table {
        assert_eq!(Conditions(values).to_bytes().to_vec(), unhex(bytes));
        assert_eq!(Conditions::from_bytes(unhex(bytes).try_into().unwrap()), Ok(Conditions(values)));
    }
    assert_eq!(Conditions::CREDENTIAL.to_bytes(), [0x7E, 0x17, 0x88]);
}

#[test]
fn a_trailer_fits_the_published_one() {
    let key_b = SectorKey(unhex("DEADBEEFFFFF").try_into().unwrap());
    let bytes = trailer(SectorKey([0xFF; 6]), Conditions::TRANSPORT, 0x42, key_b);
    assert_eq!(bytes.to_vec(), unhex("FFFFFFFFFFFF FF0780 42 DEADBEEFFFFF"));
}

#[test]
fn keys_differ_by_role_card_sector_site_and_version() {
    let (site, other_site, uid) = (site(), "clinic".parse().unwrap(), uid());
    let other_uid: Uid = "04A1B2C3".parse().unwrap();
    let place = Place { site: &site, uid: &uid, sector: sector(1), version: version(0) };
    let masters = masters();
    let mut keys = vec![
        masters.key_a(&place),
        masters.key_b(&place),
        masters.key_a(&Place { uid: &other_uid, ..place }),
        masters.key_a(&Place { site: &other_site, ..place }),
        masters.key_a(&Place { sector: sector(2), ..place }),
        masters.key_a(&Place { version: version(1), ..place }),
        masters.key_a(&place),
    ];
    assert!(keys.pop().unwrap() == keys[0], "the same place gives the same key");
    for (i, one) in keys.iter().enumerate() {
        assert!(keys[i + 1..].iter().all(|other| one != other));
    }
    assert_eq!(format!("{masters:?} {:?}", keys[0]), "Masters(hidden) SectorKey(hidden)");
}

#[test]
fn a_static_block_verifies_only_as_it_was_made() {
    let (site, uid) = (site(), uid());
    let place = Place { site: &site, uid: &uid, sector: sector(1), version: version(3) };
    let key = masters().static_key(&place);
    let made = Static { version: version(3), site_tag: site_tag(&site), credential: 0xDEAD_BEEF, issue: 7 };
    let block = made.to_block(&key);
    assert_eq!(Static::from_block(&block, &key), Some(made));
    for bit in 0..128 {
        let mut changed = block;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Static::from_block(&changed, &key), None);
        assert_ne!(static_digest(&changed), static_digest(&block));
    }
    let elsewhere = masters().static_key(&Place { sector: sector(2), ..place });
    assert_eq!(Static::from_block(&block, &elsewhere), None);
}

#[test]
fn a_slot_verifies_only_in_its_place_and_issue() {
    let (site, uid) = (site(), uid());
    let key = masters().rolling_key(&Place { site: &site, uid: &uid, sector: sector(1), version: version(0) });
    let reading = Reading { token: Token { counter: 0x0102_0304, nonce: 0xBEEF }, stepped_in: true };
    let block = reading.to_block(&key, Slot::A, 7);
    assert_eq!(Reading::from_block(&block, &key, Slot::A, 7), Some(reading));
    assert_eq!(Reading::from_block(&block, &key, Slot::B, 7), None);
    assert_eq!(Reading::from_block(&block, &key, Slot::A, 8), None);
    for bit in 0..128 {
        let mut changed = block;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(Reading::from_block(&changed, &key, Slot::A, 7), None);
    }
}

#[test]
fn sealed_keys_open_at_one_door_for_one_card_and_are_the_same_each_time() {
    let (site, uid, door) = (site(), uid(), DoorKey::new([7; 32]));
    let place = Place { site: &site, uid: &uid, sector: sector(1), version: version(0) };
    let keys = CardKeys {
        sector: sector(1),
        issue: 7,
        key_a: masters().key_a(&place),
        static_digest: [9; 16],
        rolling: masters().rolling_key(&place),
    };
    let sealed = seal(&door, &uid, &keys);
    assert_eq!(open(&door, &uid, &sealed), Ok(keys.clone()));
    assert_eq!(seal(&door, &uid, &keys), sealed, "a whitelist compiled again has the same digest");
    assert!(open(&DoorKey::new([8; 32]), &uid, &sealed).is_err());
    assert!(open(&door, &"04A1B2C3".parse().unwrap(), &sealed).is_err());
    for byte in 0..sealed.0.len() {
        let mut changed = sealed.clone();
        changed.0[byte] ^= 1;
        assert!(open(&door, &uid, &changed).is_err());
    }
    assert!(sealed.0.len() <= access::entry::SEALED_KEYS_LENGTH_MAX);
    assert!(!sealed.0.windows(6).any(|part| part == keys.key_a.0), "the broker sees no key");
}

#[test]
fn work_opens_at_one_encoder_for_one_card_and_shows_nothing() {
    let (uid, encoder) = (uid(), DoorKey::new([7; 32]));
    let work = Work {
        sector: sector(1),
        keys: vec![KeyPair::TRANSPORT; KEYS_MAX],
        blocks: [[0xAB; 16]; 4],
        application: Some(Aid(0x4811)),
        refuse_magic: true,
    };
    let sealed = work.seal(&encoder, &uid);
    assert!(sealed.0.len() <= WORK_LENGTH_MAX);
    assert!(Work::unseal(&sealed, &encoder, &uid) == Ok(work.clone()));
    assert!(Work::unseal(&sealed, &DoorKey::new([8; 32]), &uid).is_err());
    assert!(Work::unseal(&sealed, &encoder, &"04A1B2C3".parse().unwrap()).is_err());
    assert_eq!(format!("{work:?}"), "Work(hidden)");
    let too_many = Work { keys: vec![KeyPair::TRANSPORT; KEYS_MAX + 1], ..work };
    assert!(Work::unseal(&too_many.seal(&encoder, &uid), &encoder, &uid).is_err());
}

proptest! {
    #[test]
    fn parsers_of_card_bytes_never_panic_and_accept_nothing_by_chance(a: [u8; 16], b: [u8; 16], bytes: [u8; 3], text in proptest::collection::vec(any::<u8>(), 0..100)) {
        let (site, uid) = (site(), uid());
        let place = Place { site: &site, uid: &uid, sector: sector(1), version: version(0) };
        prop_assert_eq!(Static::from_block(&a, &masters().static_key(&place)), None);
        prop_assert_eq!(Reading::from_block(&a, &masters().rolling_key(&place), Slot::A, 0), None);
        let _ = Directory::from_blocks(&a, &b);
        if let Ok(conditions) = Conditions::from_bytes(bytes) {
            prop_assert_eq!(conditions.to_bytes(), bytes);
        }
        prop_assert!(open(&DoorKey::new([7; 32]), &uid, &access::entry::SealedKeys(text)).is_err());
    }
}
