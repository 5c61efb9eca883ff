//! Cards that are not what they say, and the harmless probes that tell. Every probe is a raw frame of the stock
//! driver.

use mfrc522::Error;
use mfrc522_emulator::{Emulator, Personality, VirtualCard, crc_a};

use crate::support::{Driver, Raw, UID_4, UID_7, card, reader, reader_and_card, select};

const GTU: Personality = Personality::Gen4Gtu { password: [0; 4] };
const ALL: [Personality; 12] = [
    Personality::Genuine,
    Personality::Gen1a,
    Personality::Gen1b,
    Personality::Gen2,
    Personality::Gen3,
    GTU,
    Personality::Gen4Gdm,
    Personality::Fm11rf08,
    Personality::Fm11rf08s,
    Personality::Fm11rf32n,
    Personality::Mf1ics50,
    Personality::StaticNonce,
];

fn on_reader(personality: Personality) -> (Emulator, Driver) {
    let (emulator, driver) = reader();
    emulator.place(card(&UID_4).with_personality(personality)).unwrap();
    (emulator, driver)
}

/// The bytes that answer a raw frame, and the bits of the last one; `None` for silence.
fn raw(driver: &mut Driver, frame: &[u8], last_bits: u8) -> Option<(Vec<u8>, usize)> {
    match driver.transceive::<64>(frame, last_bits, 0) {
        Ok(answer) => Some((answer.buffer[..answer.valid_bytes].to_vec(), answer.valid_bits)),
        Err(Error::Timeout) => None,
        Err(other) => panic!("{other:?}"),
    }
}

fn command(driver: &mut Driver, bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    raw(driver, &[bytes, &crc_a(bytes)].concat(), 0)
}

/// Selects the card wherever it is; a card that was under way needs a second request.
fn reselect(driver: &mut Driver) {
    let atqa = driver.wupa().or_else(|_| driver.wupa()).unwrap();
    driver.select(&atqa).unwrap();
}

fn ack() -> Option<(Vec<u8>, usize)> {
    Some((vec![0x0A], 4))
}

fn length(answer: Option<(Vec<u8>, usize)>) -> usize {
    answer.map_or(0, |(bytes, _)| bytes.len())
}

/// Which of the probes the card answers as its personality says; each begins with a card that is selected.
fn probes(driver: &mut Driver) -> [bool; 7] {
    let mut select_and = |bytes: &[u8]| {
        reselect(driver);
        length(command(driver, bytes))
    };
    let reads_without_key = select_and(&[0x30, 0x00]) == 18;
    let gtu = select_and(&[0xCF, 0, 0, 0, 0, 0xC6]) >= 32;
    let gdm = select_and(&[0x80, 0x00]) == 4;
    let backdoor = select_and(&[0x64, 0x00]) == 4;
    let mut nonce = || {
        reselect(driver);
        command(driver, &[0x60, 0x00]).unwrap().0
    };
    let static_nonce = nonce() == nonce();
    reselect(driver);
    driver.hlta().unwrap();
    let gen1 = raw(driver, &[0x40], 7) == ack();
    let gen1a = raw(driver, &[0x43], 0) == ack();
    [gen1, gen1a, reads_without_key, gtu, gdm, backdoor, static_nonce]
}

#[test]
fn each_personality_answers_its_own_probe_and_no_other() {
    let no = [false; 7];
    let at = |index: usize| std::array::from_fn(|other| other == index);
    for personality in ALL {
        let expected = match personality {
            Personality::Gen1a => [true, true, false, false, false, false, false],
            Personality::Gen1b => at(0),
            Personality::Gen3 => at(2),
            Personality::Gen4Gtu { .. } => at(3),
            Personality::Gen4Gdm => at(4),
            Personality::Fm11rf08 | Personality::Fm11rf08s | Personality::Fm11rf32n | Personality::Mf1ics50 => at(5),
            Personality::StaticNonce => at(6),
            _ => no,
        };
        let (_emulator, mut driver) = on_reader(personality);
        assert_eq!(probes(&mut driver), expected, "{personality:?}");
    }
}

#[test]
fn every_personality_is_tapped_like_any_card() {
    for personality in ALL {
        let (_emulator, mut driver) = on_reader(personality);
        crate::support::tap(&mut driver);
    }
}

#[test]
fn only_direct_write_cards_let_block_0_be_written() {
    for personality in ALL {
        let (_emulator, mut driver) = on_reader(personality);
        crate::support::open(&mut driver, 0);
        let answer = command(&mut driver, &[0xA0, 0x00]);
        let writable = matches!(
            personality,
            Personality::Gen1a | Personality::Gen1b | Personality::Gen2 | Personality::Gen4Gdm | GTU
        );
        // Out of the probe without having written: the field goes off in a real one.
        assert_eq!(answer == ack(), writable, "{personality:?}");
    }
}

#[test]
fn a_written_block_0_is_another_card_when_it_is_fed_again() {
    let (emulator, mut driver) = on_reader(Personality::Gen2);
    crate::support::open(&mut driver, 0);
    let mut block = driver.mf_read(0).unwrap();
    block[..5].copy_from_slice(&[1, 2, 3, 4, 0x04]);
    driver.mf_write(0, block).unwrap();
    driver.stop_crypto1().unwrap();
    let mut raw = Raw(emulator.spi());
    raw.write(0x14, 0x80);
    raw.write(0x14, 0x83);
    assert_eq!(select(&mut driver).as_bytes(), [1, 2, 3, 4]);
}

#[test]
fn an_unlocked_gen1a_shows_its_keys_and_takes_any_block() {
    let (emulator, mut driver) = on_reader(Personality::Gen1a);
    assert_eq!(raw(&mut driver, &[0x40], 7), ack());
    assert_eq!(raw(&mut driver, &[0x43], 0), ack());
    let (trailer, _) = command(&mut driver, &[0x30, 0x07]).unwrap();
    assert_eq!(trailer[..6], [0xFF; 6], "key A, which no other card ever shows");
    assert_eq!(command(&mut driver, &[0xA0, 0x07]), ack());
    assert_eq!(command(&mut driver, &[0x77; 16]), ack());
    let card = emulator.remove_uid(&UID_4).unwrap();
    assert_eq!(card.block(7), Some([0x77; 16]));
}

#[test]
fn a_halt_locks_an_unlocked_card() {
    let (_emulator, mut driver) = on_reader(Personality::Gen1b);
    assert_eq!(raw(&mut driver, &[0x40], 7), ack());
    assert_eq!(length(command(&mut driver, &[0x30, 0x00])), 18);
    driver.hlta().unwrap();
    reselect(&mut driver);
    assert_eq!(length(command(&mut driver, &[0x30, 0x00])), 1, "refused");
}

#[test]
fn a_gdm_card_wakes_and_tells_its_configuration() {
    let (_emulator, mut driver) = on_reader(Personality::Gen4Gdm);
    assert_eq!(raw(&mut driver, &[0x20], 7), ack());
    assert_eq!(raw(&mut driver, &[0x23], 0), ack());
    assert_eq!(length(command(&mut driver, &[0xE0, 0x00])), 18);
}

#[test]
fn a_gtu_card_with_another_password_keeps_silent() {
    let (_emulator, mut driver) = on_reader(Personality::Gen4Gtu { password: [1, 2, 3, 4] });
    select(&mut driver);
    assert_eq!(command(&mut driver, &[0xCF, 0, 0, 0, 0, 0xC6]), None);
    select(&mut driver);
    assert_eq!(length(command(&mut driver, &[0xCF, 1, 2, 3, 4, 0xC6])), 32);
}

#[test]
fn a_backdoor_opens_any_sector_to_reading_with_the_makers_key() {
    let keys = [
        (Personality::Fm11rf08, [0xA3, 0x16, 0x67, 0xA8, 0xCE, 0xC1]),
        (Personality::Mf1ics50, [0xA3, 0x16, 0x67, 0xA8, 0xCE, 0xC1]),
        (Personality::Fm11rf08s, [0xA3, 0x96, 0xEF, 0xA4, 0xE2, 0x4F]),
        (Personality::Fm11rf32n, [0x51, 0x8B, 0x33, 0x54, 0xE7, 0x60]),
    ];
    for (personality, key) in keys {
        let (emulator, mut driver) = reader();
        let mut card = card(&UID_4).with_personality(personality);
        card.set_block(4, *b"a secret of ours");
        // Keys that nobody knows, and no right to read for anybody.
        card.set_block(7, [0xA0, 1, 2, 3, 4, 5, 0x00, 0xF0, 0xFF, 0x69, 0xB0, 1, 2, 3, 4, 5]);
        emulator.place(card).unwrap();
        for code in [0x64, 0x65] {
            reselect(&mut driver);
            let mut raw = Raw(emulator.spi());
            assert!(raw.authenticate(code, 4, key, UID_4), "{personality:?}");
            assert_eq!(driver.mf_read(4), Ok(*b"a secret of ours"));
            let trailer = driver.mf_read(7).unwrap();
            assert_eq!((&trailer[..6], &trailer[10..]), (&[0; 6][..], &[0; 6][..]), "keys stay hidden");
            assert_eq!(command(&mut driver, &[0xA0, 0x04]), Some((vec![0x04], 4)), "and nothing is written");
            driver.stop_crypto1().unwrap();
        }
        reselect(&mut driver);
        assert!(!Raw(emulator.spi()).authenticate(0x64, 4, [0xFF; 6], UID_4), "a wrong key");
    }
}

#[test]
fn a_genuine_nonce_is_raw_four_bytes_and_never_twice_the_same() {
    let (_emulator, mut driver) = reader_and_card(&UID_7);
    let nonces: Vec<Vec<u8>> = (0..20)
        .map(|block| {
            reselect(&mut driver);
            command(&mut driver, &[0x60 | block & 1, block]).unwrap().0
        })
        .collect();
    assert!(nonces.iter().all(|nonce| nonce.len() == 4));
    let mut different = nonces.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), nonces.len());
}

#[test]
fn the_static_nonce_is_the_one_that_clones_send() {
    let (_emulator, mut driver) = on_reader(Personality::StaticNonce);
    select(&mut driver);
    assert_eq!(command(&mut driver, &[0x60, 0x00]), Some((vec![0x01, 0x20, 0x01, 0x45], 0)));
}

#[test]
fn a_genuine_card_is_silent_to_every_unlocking() {
    let (_emulator, mut driver) = reader_and_card(&UID_4);
    for frame in [0x40, 0x20] {
        assert_eq!(raw(&mut driver, &[frame], 7), None);
        assert_eq!(raw(&mut driver, &[frame | 3], 0), None);
    }
    assert_eq!(VirtualCard::classic_1k(&UID_4).unwrap().personality(), Personality::Genuine);
    assert_eq!(select(&mut driver).as_bytes(), UID_4);
}
