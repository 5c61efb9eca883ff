//! Dump files: what is read, what is refused and in which words, and that nothing is lost on the way.

use std::path::Path;

use mfrc522_emulator::{Dump, DumpFault, Format, MAX_DUMP_BYTES, VirtualCard};
use proptest::prelude::*;

use crate::support::{Raw, UID_4, UID_7, card, reader, seeded, select};

const FORMATS: [Format; 4] = [Format::Mfd, Format::Eml, Format::Proxmark, Format::Flipper];

fn dump(card: &VirtualCard) -> Dump {
    Dump::of_card(card).expect("a 1K card")
}

fn encoded(format: Format) -> String {
    let bytes = dump(&card(&UID_4)).encode(format).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The words of the error that parsing gives.
fn refusal(format: Format, bytes: impl AsRef<[u8]>) -> String {
    Dump::parse("card", format, bytes.as_ref()).expect_err("a fault").to_string()
}

#[test]
fn every_format_keeps_a_card_with_four_and_with_seven_bytes() {
    for uid in [&UID_4[..], &UID_7] {
        let mut card = card(uid);
        card.set_block(5, [0x5A; 16]);
        let before = dump(&card);
        for format in FORMATS {
            let bytes = before.encode(format).unwrap();
            let after = Dump::parse("card", format, &bytes).unwrap();
            assert!(after == before, "{format:?} of {uid:02X?}");
            assert_eq!((after.uid(), after.sak()), (uid, 0x08));
        }
    }
}

#[test]
fn files_are_saved_and_loaded_by_their_extension() {
    let folder = std::env::temp_dir().join(format!("mfrc522-emulator-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["a.mfd", "a.bin", "a.eml", "a.json", "a.NFC"] {
        let path = folder.join(name);
        dump(&card(&UID_7)).save(&path, None).unwrap();
        assert_eq!(Dump::load(&path, None).unwrap().uid(), UID_7, "{name}");
    }
    let unnamed = folder.join("a.dump");
    std::fs::copy(folder.join("a.eml"), &unnamed).unwrap();
    let fault = Dump::load(&unnamed, None).unwrap_err().fault;
    assert_eq!(fault, DumpFault::UnknownFormat);
    assert!(Dump::load(&unnamed, Some(Format::Eml)).is_ok());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_missing_file_is_named() {
    let error = Dump::load(Path::new("no/such/card.mfd"), None).unwrap_err();
    assert_eq!(error.file, "no/such/card.mfd");
    assert!(matches!(error.fault, DumpFault::Io(_)));
}

#[test]
fn a_truncated_file_is_refused_in_every_format() {
    let raw = dump(&card(&UID_4)).encode(Format::Mfd).unwrap();
    assert_eq!(refusal(Format::Mfd, &raw[..1023]), "card: truncated: 1023 of 1024 bytes");
    assert_eq!(refusal(Format::Mfd, []), "card: truncated: 0 of 1024 bytes");
    let eml: Vec<String> = encoded(Format::Eml).lines().take(63).map(str::to_owned).collect();
    assert_eq!(refusal(Format::Eml, eml.join("\n")), "card: truncated: 63 of 64 blocks");
    let nfc: Vec<String> = encoded(Format::Flipper).lines().take(40).map(str::to_owned).collect();
    assert_eq!(refusal(Format::Flipper, nfc.join("\n")), "card: truncated: 31 of 64 blocks");
    let json = encoded(Format::Proxmark);
    assert!(refusal(Format::Proxmark, &json[..json.len() / 2]).contains("line "));
}

#[test]
fn a_line_cut_short_is_named() {
    let eml = encoded(Format::Eml).replacen("FFFFFFFFFFFFFF078069FFFFFFFFFFFF", "FFFFFFFFFFFFFF078069", 1);
    assert_eq!(refusal(Format::Eml, eml), "card, line 4: block 3 has 10 bytes instead of 16");
}

#[test]
fn what_is_not_hexadecimal_is_named_with_its_line() {
    let bad = "0000000000000000000000000000000G";
    let good = "00000000000000000000000000000000";
    let eml = encoded(Format::Eml).replacen(good, bad, 1);
    assert_eq!(refusal(Format::Eml, eml), format!("card, line 2: not hexadecimal: {bad:?}"));
    let json = encoded(Format::Proxmark).replacen(good, bad, 1);
    assert_eq!(refusal(Format::Proxmark, json), format!("card, line 11: not hexadecimal: {bad:?}"));
    let nfc = encoded(Format::Flipper).replacen("Block 2: 00", "Block 2: 0Z", 1);
    assert_eq!(refusal(Format::Flipper, nfc), "card, line 12: not hexadecimal: \"0Z\"");
    assert_eq!(refusal(Format::Eml, [0xFF; 40]), "card: not text");
}

#[test]
fn a_wrong_check_byte_is_refused_in_every_format() {
    let mut card = card(&UID_4);
    let mut block = card.block(0).unwrap();
    block[4] ^= 0x01;
    card.set_block(0, block);
    let fault = "wrong BCC: the UID's check byte is 23 and should be 22";
    let raw = card.blocks().as_flattened();
    assert_eq!(refusal(Format::Mfd, raw), format!("card: {fault}"));
    let eml = encoded(Format::Eml).replacen("DEADBEEF22", "DEADBEEF23", 1);
    assert_eq!(refusal(Format::Eml, eml), format!("card, line 1: {fault}"));
    let json = encoded(Format::Proxmark).replacen("DEADBEEF22", "DEADBEEF23", 1);
    assert_eq!(refusal(Format::Proxmark, json), format!("card, line 10: {fault}"));
    let nfc = encoded(Format::Flipper).replacen("DE AD BE EF 22", "DE AD BE EF 23", 1);
    assert_eq!(refusal(Format::Flipper, nfc), format!("card, line 10: {fault}"));
}

#[test]
fn a_raw_dump_is_taken_for_seven_bytes_only_if_sak_and_atqa_say_so() {
    let raw = |block_0: [u8; 16]| {
        let mut card = card(&UID_4);
        card.set_block(0, block_0);
        Dump::parse("card", Format::Mfd, card.blocks().as_flattened())
    };
    let seven = [4, 1, 2, 3, 9, 5, 6, 0x88, 0x44, 0x00, 0, 0, 0, 0, 0, 0];
    assert_eq!(raw(seven).unwrap().uid(), [4, 1, 2, 3, 9, 5, 6]);
    assert_eq!(raw(seven).unwrap().atqa(), [0x44, 0x00]);
    for (at, byte) in [(7, 0x09), (8, 0x04), (9, 0x01)] {
        let mut other = seven;
        other[at] = byte;
        assert!(matches!(raw(other).unwrap_err().fault, DumpFault::WrongBcc { .. }));
    }
    // One in 256 has a fifth byte that happens to be the check byte of the four before it.
    let unlucky = [4, 1, 2, 3, 4, 5, 6, 0x08, 0x44, 0x00, 0, 0, 0, 0, 0, 0];
    assert_eq!(unlucky[4], 4 ^ 1 ^ 2 ^ 3);
    assert_eq!(raw(unlucky).unwrap().uid().len(), 7);
}

#[test]
fn another_kind_of_card_is_refused_by_name() {
    let mini = VirtualCard::mini(&UID_4).unwrap();
    let name = "not a MIFARE Classic 1K but a MIFARE Mini (SAK 09)";
    let raw = mini.blocks().as_flattened();
    assert_eq!(refusal(Format::Mfd, raw), format!("card: {name}"));
    let lines: Vec<String> = raw.chunks(16).map(hex).collect();
    assert_eq!(refusal(Format::Eml, lines.join("\n")), format!("card: {name}"));
    let json = encoded(Format::Proxmark).replacen("\"08\"", "\"09\"", 1);
    assert_eq!(refusal(Format::Proxmark, json), format!("card, line 7: {name}"));
    let nfc = encoded(Format::Flipper).replacen("SAK: 08", "SAK: 09", 1);
    assert_eq!(refusal(Format::Flipper, nfc), format!("card, line 6: {name}"));
    assert!(Dump::of_card(&mini).is_none());
    assert!(refusal(Format::Mfd, [0; 4096]).contains("MIFARE Classic 4K (SAK 18)"));
    assert!(refusal(Format::Mfd, [0; 1024]).contains("MIFARE Ultralight"));
    let desfire = encoded(Format::Flipper).replacen("Mifare Classic", "Mifare DESFire", 1);
    assert!(refusal(Format::Flipper, desfire).contains("but a Mifare DESFire"));
}

#[test]
fn a_header_that_contradicts_block_0_is_refused() {
    let json = encoded(Format::Proxmark).replacen("\"DEADBEEF\"", "\"DEADBEEE\"", 1);
    let words = "card, line 10: the UID DEADBEEE does not stand in block 0, which begins with DEADBEEF";
    assert_eq!(refusal(Format::Proxmark, json), words);
}

#[test]
fn gaps_repetitions_and_strangers_are_refused() {
    let nfc = encoded(Format::Flipper);
    assert!(refusal(Format::Flipper, nfc.replace("Block 63:", "Block 64:")).ends_with("block 63 is missing"));
    assert!(refusal(Format::Flipper, nfc.replace("Block 63:", "Block 62:")).contains("block 62 comes a second time"));
    assert!(refusal(Format::Flipper, nfc.replace("Version: 4", "Version: 5")).contains("line 2: Version is \"5\""));
    assert!(refusal(Format::Flipper, nfc.replace("SAK: 08\n", "")).contains("\"SAK\" is missing"));
    assert!(refusal(Format::Flipper, "hello").contains("line 1: not a line of this format"));
    let json = encoded(Format::Proxmark);
    assert!(refusal(Format::Proxmark, json.replace("\"63\"", "\"64\"")).ends_with("block 63 is missing"));
    assert!(refusal(Format::Proxmark, json.replace("mfcard", "mfu")).contains("line 3: FileType is \"mfu\""));
    assert!(refusal(Format::Proxmark, "[]").contains("not the JSON of a proxmark dump"));
    let eml = encoded(Format::Eml) + &"0".repeat(32);
    assert_eq!(refusal(Format::Eml, eml), "card: too long: 65 blocks, a MIFARE Classic 1K has 64");
}

#[test]
fn an_endless_file_is_not_read_to_its_end() {
    let fault = format!("card: larger than {MAX_DUMP_BYTES} bytes, which no dump of a MIFARE Classic 1K is");
    for format in FORMATS {
        assert_eq!(refusal(format, vec![b'0'; MAX_DUMP_BYTES + 1]), fault);
    }
}

#[test]
fn an_older_flipper_file_has_its_atqa_the_other_way_round() {
    let nfc = encoded(Format::Flipper);
    let old = nfc.replace("Version: 4", "Version: 3").replace("ATQA: 00 04", "ATQA: 04 00");
    for text in [nfc, old] {
        let dump = Dump::parse("card", Format::Flipper, text.as_bytes()).unwrap();
        assert_eq!(dump.atqa(), [0x04, 0x00]);
    }
}

#[test]
fn bytes_that_are_not_known_stay_so_and_an_unknown_key_opens_nothing() {
    let nfc = encoded(Format::Flipper).replacen("Block 5: 00", "Block 5: ??", 1).replacen(
        "Block 7: FF FF FF FF FF FF",
        "Block 7: ?? ?? ?? ?? ?? ??",
        1,
    );
    let dump = Dump::parse("card", Format::Flipper, nfc.as_bytes()).unwrap();
    assert!(!dump.is_known(5, 0) && dump.is_known(5, 1) && !dump.is_known(7, 5));
    assert_eq!(String::from_utf8(dump.encode(Format::Flipper).unwrap()).unwrap(), nfc);
    for format in [Format::Mfd, Format::Eml, Format::Proxmark] {
        assert_eq!(dump.encode(format), Err(DumpFault::UnknownBytes(5)));
    }
    let (emulator, mut driver) = reader();
    emulator.place(dump.card()).unwrap();
    let uid = select(&mut driver);
    assert!(driver.mf_authenticate(&uid, 4, &[0; 6]).is_err());
    let uid = select(&mut driver);
    assert!(driver.mf_authenticate(&uid, 8, &[0xFF; 6]).is_ok());
    drop(Raw(emulator.spi()));
}

#[test]
fn formats_without_a_header_refuse_an_identity_that_block_0_does_not_show() {
    let ten = dump(&card(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    assert_eq!(ten.encode(Format::Mfd), Err(DumpFault::IdentityNotInBlock0));
    let json = ten.encode(Format::Proxmark).unwrap();
    assert!(Dump::parse("card", Format::Proxmark, &json).unwrap() == ten);
}

#[test]
fn a_dump_does_not_show_its_keys_when_it_is_printed() {
    let shown = format!("{:?} {:?}", dump(&card(&UID_4)), card(&UID_4));
    assert!(!shown.contains("255"), "{shown}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// A file of the format with some of its bytes replaced.
fn damaged(format: Format, damage: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = dump(&card(&UID_7)).encode(format).unwrap();
    for (at, byte) in damage {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    bytes
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn no_parser_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        for format in FORMATS {
            let _ = Dump::parse("card", format, &bytes);
        }
    }

    #[test]
    fn no_parser_panics_on_any_text(text in "(Block [0-9]{1,20}: ([0-9A-F?]{2} ){0,17}\n|[A-Za-zä]{1,9}: ?[0-9a-z]{0,9}\n){0,40}") {
        for format in FORMATS {
            let _ = Dump::parse("card", format, text.as_bytes());
        }
    }

    #[test]
    fn what_a_damaged_file_still_gives_is_written_and_read_the_same(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for format in FORMATS {
            if let Ok(dump) = Dump::parse("card", format, &damaged(format, &damage)) {
                let again = Dump::parse("card", Format::Flipper, &dump.encode(Format::Flipper).unwrap());
                prop_assert!(again.unwrap() == dump);
            }
        }
    }

    #[test]
    fn any_content_survives_every_format(
        uid in prop_oneof![prop::collection::vec(any::<u8>(), 4), prop::collection::vec(any::<u8>(), 7)],
        blocks in prop::collection::vec(any::<[u8; 16]>(), 63),
    ) {
        let mut card = card(&uid);
        for (index, block) in blocks.into_iter().enumerate() {
            card.set_block(index + 1, block);
        }
        let before = dump(&card);
        for format in FORMATS {
            let bytes = before.encode(format).unwrap();
            prop_assert!(Dump::parse("card", format, &bytes).unwrap() == before, "{:?}", format);
        }
    }
}
