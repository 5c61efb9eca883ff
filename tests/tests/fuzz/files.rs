//! Files that a person copies to a door, the code that a person types, and what both ends of an enrolment say.

use access::enrol::{ENROL_FORMAT, EnrolAnswer, EnrolCode, EnrolRequest, Place, RenewAnswer, RenewRequest};
use door_agent::provisioning::Provisioning;
use rcgen::{CertificateParams, KeyPair};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::fuzz::{Alone, FEW, MANY, alone, run, within};

/// A file or a body of a few thousand bytes.
const MEMORY_MAX: usize = 512 * 1024;

/// A secret that is longer than what is shown of a word that stands in the wrong place.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A folder in memory, where there is one: nothing here is about disks.
pub(crate) fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A certificate and its key, as texts.
fn pems() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["pharmacy".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn a_provisioning_file_is_read_or_refused_without_showing_its_key() {
    let alone = alone();
    let folder = memory();
    let path = folder.path().join("door.json");
    let (certificate, private) = pems();
    let plain = json!({"format": 1, "site": "hospital", "door": "pharmacy", "key_id": 3, "key": KEY,
        "mqtt": {"host": "broker", "port": 1883}});
    let sealed = json!({"format": 2, "site": "hospital", "door": "pharmacy", "key_id": 3, "key": KEY,
        "mqtt": {"host": "broker", "port": 8883}, "enrol": {"host": "broker", "port": 8443},
        "identity": {"authority": certificate, "certificate": certificate, "private_key": private}});
    let secret = private.lines().nth(1).unwrap().to_owned();
    run(&alone, &[plain.to_string().into_bytes(), sealed.to_string().into_bytes()], FEW, |bytes, _| {
        std::fs::write(&path, bytes).unwrap();
        let loaded = within(MEMORY_MAX, || Provisioning::load(&path));
        let said = loaded.as_ref().map_or_else(ToString::to_string, |door| format!("{door:?}"));
        assert!(!said.contains(&KEY[..34]) && !said.contains(&secret[..34]), "{said}");
        loaded.is_ok()
    });
}

#[test]
fn a_code_is_read_or_refused() {
    let alone = alone();
    let codes = [[1; 10], [0xFF; 10]].map(|secret| EnrolCode { secret, authority: [7; 16] });
    let samples: Vec<Vec<u8>> = codes.iter().map(|code| code.to_string().into_bytes()).collect();
    run(&alone, &samples, MANY, |bytes, _| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        within(MEMORY_MAX, || {
            text.parse::<EnrolCode>().is_ok_and(|code| {
                assert!(code.to_string().parse::<EnrolCode>().is_ok_and(|again| again == code));
                true
            })
        })
    });
}

fn bodies<T: Serialize + DeserializeOwned>(alone: &Alone, sample: &T) {
    run(alone, &[serde_json::to_vec(sample).unwrap()], FEW, |bytes, _| {
        within(MEMORY_MAX, || serde_json::from_slice::<T>(bytes).is_ok())
    });
}

#[test]
fn what_both_ends_of_an_enrolment_say_is_read_or_refused() {
    let alone = alone();
    let ((certificate, request), format) = (pems(), ENROL_FORMAT);
    let mqtt = Place { host: "broker".to_owned(), port: 8883 };
    bodies(&alone, &EnrolRequest { format, secret: "01".repeat(10), request: request.clone() });
    bodies(
        &alone,
        &EnrolAnswer {
            format,
            site: "hospital".parse().unwrap(),
            door: "pharmacy".parse().unwrap(),
            key_id: 3,
            key: KEY.to_owned(),
            mqtt: mqtt.clone(),
            certificate: certificate.clone(),
            authority: certificate.clone(),
        },
    );
    bodies(&alone, &RenewRequest { format, request });
    bodies(&alone, &RenewAnswer { format, mqtt, certificate: certificate.clone(), authority: certificate });
}
