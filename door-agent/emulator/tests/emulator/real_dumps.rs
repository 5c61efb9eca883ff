//! Dumps of real cards.

use std::path::{Path, PathBuf};

use mfrc522_emulator::{Dump, Format};

use crate::support::{open, reader, select};

/// Real dumps lie beside the project, not in it.
fn real(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cards");
    let folder = std::env::var_os("KULKU_CARDS").map_or_else(beside, PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there; KULKU_CARDS names the folder", path.display());
    None
}

#[test]
fn a_real_card_is_loaded_and_tapped() {
    let Some(path) = real("s50-empty.mfd") else { return };
    let dump = Dump::load(&path, None).unwrap();
    assert_eq!(dump.uid(), [0x01, 0xA0, 0x62, 0xBD]);
    let (emulator, mut driver) = reader();
    emulator.place(dump.card()).unwrap();
    assert_eq!(open(&mut driver, 4).as_bytes(), dump.uid());
    assert_eq!(driver.mf_read(4), Ok(dump.blocks()[4]));
}

#[test]
fn a_real_flipper_dump_is_loaded_and_survives_every_format() {
    let Some(path) = real("fudan-1k-used.nfc") else { return };
    let dump = Dump::load(&path, None).unwrap();
    assert_eq!(dump.uid(), [0x4E, 0x21, 0x3B, 0x16]);
    for format in [Format::Mfd, Format::Eml, Format::Proxmark, Format::Flipper] {
        let bytes = dump.encode(format).unwrap();
        assert!(Dump::parse("card", format, &bytes).unwrap() == dump, "{format:?}");
    }
    let (emulator, mut driver) = reader();
    emulator.place(dump.card()).unwrap();
    assert_eq!(select(&mut driver).as_bytes(), dump.uid());
}

#[test]
fn a_real_mini_is_refused_by_name() {
    let Some(path) = real("s20-mini-empty.json") else { return };
    let error = Dump::load(&path, None).unwrap_err().to_string();
    assert!(error.ends_with("line 7: not a MIFARE Classic 1K but a MIFARE Mini (SAK 09)"), "{error}");
}
