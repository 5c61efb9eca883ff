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
        ("seal nonce", hex(hmac(&seal_key, &[uid.as_bytes(), &plain]).first_chunk::<12>().unwrap())),
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
fn the_sealed_keys_begin_with_the_nonce_and_are_as_long_as_the_document_says() {
    let vectors = computed();
    assert!(vectors["sealed"].starts_with(&vectors["seal nonce"]));
    assert_eq!(vectors["sealed"].len() / 2, 12 + 40 + 16);
}
