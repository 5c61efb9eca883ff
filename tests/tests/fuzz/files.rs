//! Files that a person copies to a door.

use door_agent::provisioning::Provisioning;

use super::fuzz::{FEW, run, within};

/// A file of a few hundred bytes.
const MEMORY_MAX: usize = 256 * 1024;

const PROVISIONING: &str = r#"{"format":1,"site":"hospital","door":"pharmacy","key_id":3,
    "key":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","mqtt":{"host":"broker","port":1883}}"#;

/// A folder in memory, where there is one: nothing here is about disks.
pub(crate) fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

#[test]
fn a_provisioning_file_is_read_or_refused_without_showing_its_key() {
    let folder = memory();
    let path = folder.path().join("door.json");
    run(&[PROVISIONING.as_bytes().to_vec()], 2 * FEW, |bytes, _| {
        std::fs::write(&path, bytes).unwrap();
        match within(MEMORY_MAX, || Provisioning::load(&path)) {
            Ok(door) => {
                assert!(!format!("{door:?}").contains("000102030405060708090a0b0c0d0e0f10"));
                true
            }
            Err(error) => {
                // Whatever stands where a name should is shown as far as a name may go, and a key is longer.
                assert!(!error.to_string().contains("000102030405060708090a0b0c0d0e0f10"), "{error}");
                false
            }
        }
    });
}
