//! The vectors that `docs/CREDENTIAL.md` prints are what the code makes.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::collections::BTreeMap;

use access::credential::block::{Slot, Static, Token, site_tag, static_digest};
use access::credential::keys::{KeyVersion, Masters, Place, RollingKey};
use access::credential::mad::{Aid, Directory};
use access::credential::rolling::{Reading, next};
use access::credential::sealed::{CardKeys, seal};
use access::credential::trailer::{Conditions, trailer};
use access::envelope::DoorKey;
use access::id::SiteId;
use access::uid::Uid;
use aes_siv::siv::Aes128Siv;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const DOCUMENT: &str = include_str!("../../docs/CREDENTIAL.md");
const ISSUE: u8 = 3;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn slot(key: &RollingKey, slot: Slot, token: Token, stepped_in: bool) -> [u8; 16] {
    Reading { token, stepped_in }.to_block(key, slot, ISSUE)
}

/// As the document's section 11 sets it.
fn computed() -> BTreeMap<&'static str, String> {
    let masters = Masters::new(&std::array::from_fn(|at| u8::try_from(at).unwrap()));
    let door_bytes: [u8; 32] = std::array::from_fn(|at| 0x80 + u8::try_from(at).unwrap());
    let door = DoorKey::new(door_bytes);
    let site: SiteId = "hospital".parse().unwrap();
    let uid: Uid = "04A1B2C3D4E5F6".parse().unwrap();
    let (sector, version) = (5.try_into().unwrap(), KeyVersion::new(1).unwrap());
    let place = Place { site: &site, uid: &uid, sector, version };
    let (a, b, rolling) = (masters.key_a(&place), masters.key_b(&place), masters.rolling_key(&place));
    let other: Uid = "01020304".parse().unwrap();
    let fixed = Static { version, site_tag: site_tag(&site), credential: 0x1234_5678, issue: ISSUE };
    let block = fixed.to_block(&masters.static_key(&place));
    let first = Token { counter: 1, nonce: 0xBEEF };
    let second = next(first, &door, &uid, ISSUE);
    let digest = static_digest(&block);
    let sealed = seal(
        &door,
        &uid,
        &CardKeys { sector, issue: ISSUE, key_a: a, static_digest: digest, rolling: rolling.clone() },
    );
    let plain = [&[5, ISSUE], &a.0[..], &digest, &rolling.0].concat();
    let seal_key = hmac(&door_bytes, &[b"kulku/seal/v1"]);
    let mut directory = Directory { info: 0, applications: [Aid::FREE; 15] };
    directory.applications[4] = Aid(0x4811);
    let (mad_1, mad_2) = directory.to_blocks();
    BTreeMap::from([
        ("key A", hex(&a.0)),
        ("key B", hex(&b.0)),
        ("static key", hex(&masters.static_key(&place).0)),
        ("rolling key", hex(&rolling.0)),
        ("key A of UID 01020304", hex(&masters.key_a(&Place { uid: &other, ..place }).0)),
        ("static", hex(&block)),
        ("static digest", hex(&digest)),
        ("slot A", hex(&slot(&rolling, Slot::A, first, false))),
        ("slot B", hex(&slot(&rolling, Slot::B, Token { counter: 0, nonce: 0x0102 }, false))),
        ("trailer", hex(&trailer(a, Conditions::CREDENTIAL, 0x69, b))),
        ("next nonce", hex(&second.nonce.to_le_bytes())),
        ("slot B next", hex(&slot(&rolling, Slot::B, second, false))),
        ("slot B stepped in", hex(&slot(&rolling, Slot::B, second, true))),
        ("seal key", hex(&seal_key)),
        ("seal plain", hex(&plain)),
        ("sealed", hex(&sealed.0)),
        ("directory", hex(&[mad_1, mad_2].concat())),
    ])
}

fn printed() -> BTreeMap<&'static str, String> {
    let (_, rest) = DOCUMENT.split_once("```vectors\n").unwrap();
    let (lines, _) = rest.split_once("```").unwrap();
    lines
        .lines()
        .map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.trim(), value.split_whitespace().collect())
        })
        .collect()
}

#[test]
fn the_document_prints_what_the_code_makes() {
    let lines: Vec<String> = computed().iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(printed(), computed(), "the vectors should read:\n{}", lines.join("\n"));
}

#[test]
fn the_sealed_keys_are_as_long_as_the_document_says() {
    assert_eq!(computed()["sealed"].len() / 2, 16 + 40);
}

/// RFC 5297, appendix A.1.
#[test]
fn aes_siv_is_that_of_the_rfc() {
    let bytes = |text: &str| -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    };
    let key = bytes("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    let data = bytes("101112131415161718191a1b1c1d1e1f2021222324252627");
    let plain = bytes("112233445566778899aabbccddee");
    let mut siv = Aes128Siv::new_from_slice(&key).unwrap();
    let sealed = siv.encrypt([&data], &plain).unwrap();
    assert_eq!(hex(&sealed), "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
    assert_eq!(siv.decrypt([&data], &sealed).unwrap(), plain);
    assert!(siv.decrypt([&plain], &sealed).is_err(), "of other data");
}

/// The block that is sealed is AES-SIV under the printed key, with the UID as its one associated string.
#[test]
fn the_sealed_keys_open_with_the_printed_key() {
    let vectors = printed();
    let bytes = |name: &str| -> Vec<u8> {
        let text = &vectors[name];
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let uid: Uid = "04A1B2C3D4E5F6".parse().unwrap();
    let mut siv = Aes128Siv::new_from_slice(&bytes("seal key")).unwrap();
    assert_eq!(hex(&siv.decrypt([uid.as_bytes()], &bytes("sealed")).unwrap()), vectors["seal plain"]);
}
