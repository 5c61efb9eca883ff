//! Dumps of other makers' chips, full of other people's keys: what we did not write must stay, byte for byte.

use mfrc522_emulator::{Dump, Format, Personality, VirtualCard};

use crate::support::{Driver, Raw, reader, select};

const FORMATS: [Format; 4] = [Format::Mfd, Format::Eml, Format::Proxmark, Format::Flipper];
const SECTOR: usize = 5;
const OUR_KEY: [u8; 6] = [0x0A, 0x1B, 0x2C, 0x3D, 0x4E, 0x5F];

/// Block 0 of a Fudan and of an Infineon chip, as their dumps show them; the second says SAK 88 and sends 08.
const FUDAN: [u8; 16] =
    [0x6E, 0x8A, 0xE2, 0xB0, 0xB6, 0x08, 0x04, 0x00, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69];
const INFINEON: [u8; 16] =
    [0x0C, 0x5D, 0x91, 0x3E, 0xFE, 0x88, 0x04, 0x00, 0xC8, 0x2D, 0x00, 0x20, 0x00, 0x00, 0x00, 0x18];
/// A clone whose eight bytes of maker's data are ours to guess.
const CLONE: [u8; 16] =
    [0xDE, 0xAD, 0xBE, 0xEF, 0x22, 0x08, 0x04, 0x00, 0x01, 0x99, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x1D];

/// Sector trailers as others leave them: frozen, locked by a mistake, key B only, keys in transport.
const FOREIGN_ACCESS: [[u8; 4]; 4] =
    [[0x07, 0x87, 0x8F, 0x69], [0x00, 0x00, 0x00, 0x00], [0x0F, 0x00, 0xFF, 0xC1], [0xFF, 0x07, 0x80, 0x69]];

/// 1024 bytes, no two blocks alike, and a sector of ours in their midst.
fn foreign(block_0: [u8; 16]) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..64_u16)
        .flat_map(|block| (0..16_u16).map(move |at| ((block * 37 + at * 11 + 5) % 251).to_be_bytes()[1]))
        .collect();
    bytes[..16].copy_from_slice(&block_0);
    for sector in 0..16 {
        let access = sector * 64 + 54;
        bytes[access..access + 4].copy_from_slice(&FOREIGN_ACCESS[sector % 4]);
    }
    let trailer = SECTOR * 64 + 48;
    bytes[trailer..trailer + 16].fill(0xB0);
    bytes[trailer..trailer + 6].copy_from_slice(&OUR_KEY);
    bytes[trailer + 6..trailer + 10].copy_from_slice(&[0x7E, 0x17, 0x88, 0x69]);
    bytes
}

/// Writes the two blocks of our sector that key A may write, and asks everything else for more than it gives.
fn use_our_sector(driver: &mut Driver, raw: &mut Raw) {
    let uid = select(driver);
    let first = u8::try_from(SECTOR * 4).unwrap();
    driver.mf_authenticate(&uid, first, &OUR_KEY).expect("our key");
    driver.mf_read(first).expect("the static block");
    for slot in [first + 1, first + 2] {
        driver.mf_write(slot, [slot; 16]).expect("a slot");
        assert_eq!(driver.mf_read(slot), Ok([slot; 16]));
    }
    assert!(driver.mf_write(first, [0; 16]).is_err(), "the static block is for key B");
    let four = <[u8; 4]>::try_from(uid.as_bytes()).unwrap();
    for sector in (0..16).filter(|sector| usize::from(*sector) != SECTOR) {
        driver.stop_crypto1().unwrap();
        let atqa = driver.wupa().or_else(|_| driver.wupa()).unwrap();
        driver.select(&atqa).unwrap();
        assert!(!raw.authenticate(0x60 + sector % 2, sector * 4, [0xFF; 6], four), "a stranger's sector {sector}");
    }
}

#[test]
fn a_foreign_dump_keeps_every_byte_that_was_not_written() {
    let chips = [
        (FUDAN, Personality::Fm11rf08),
        (INFINEON, Personality::Mf1ics50),
        (CLONE, Personality::StaticNonce),
        (CLONE, Personality::Gen2),
        (CLONE, Personality::Gen1a),
    ];
    for (block_0, personality) in chips {
        let before = foreign(block_0);
        let dump = Dump::parse("foreign", Format::Mfd, &before).unwrap();
        let (emulator, mut driver) = reader();
        let card = emulator.place(dump.card().with_personality(personality)).unwrap();
        use_our_sector(&mut driver, &mut Raw(emulator.spi()));
        let after = Dump::of_card(&emulator.remove(card).unwrap()).unwrap();
        let after = after.encode(Format::Mfd).unwrap();
        for (at, (old, new)) in before.iter().zip(&after).enumerate() {
            let written = [SECTOR * 4 + 1, SECTOR * 4 + 2].contains(&(at / 16));
            assert!(written || old == new, "byte {at} of {personality:?}");
        }
    }
}

#[test]
fn a_foreign_dump_goes_through_every_format_unchanged() {
    for block_0 in [FUDAN, INFINEON, CLONE] {
        let before = foreign(block_0);
        let mut dump = Dump::parse("foreign", Format::Mfd, &before).unwrap();
        for format in FORMATS {
            let bytes = dump.encode(format).unwrap();
            dump = Dump::parse("foreign", format, &bytes).unwrap();
            dump = Dump::of_card(&dump.card()).unwrap();
        }
        assert_eq!(dump.encode(Format::Mfd).unwrap(), before);
    }
}

#[test]
fn a_cloned_dump_is_the_same_card_to_a_reader() {
    let original = Dump::parse("original", Format::Mfd, &foreign(FUDAN)).unwrap().card();
    let copy: VirtualCard = Dump::of_card(&original).unwrap().card().with_personality(Personality::Gen2);
    assert_eq!((copy.uid(), copy.atqa(), copy.sak()), (original.uid(), original.atqa(), original.sak()));
    assert_eq!(copy.blocks(), original.blocks());
}
