//! Whatever happens to a list or a certificate on its way, it is refused and nothing panics.

use std::sync::LazyLock;

use crate::common::*;
use certificates::{Authorities, Certificate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

struct Genuine {
    ca: Ca,
    authorities: Authorities,
    list: Vec<u8>,
    card: Vec<u8>,
}

static GENUINE: LazyLock<Genuine> = LazyLock::new(|| {
    let ca = Ca::root("CA");
    let entries: Vec<_> = (1..=20).map(|serial| entry(&[serial], &[reason(serial % 11)])).collect();
    let list = List::of(&ca).entries(&entries).signed(&ca);
    Genuine { authorities: trusting([&ca]), list, card: ca.card_der(&card_params(&[1])), ca }
});

#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Length(prop::sample::Index, u32),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let place = any::<prop::sample::Index>;
    let one = prop_oneof![
        (place(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        place().prop_map(Damage::Cut),
        (place(), prop::collection::vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (place(), 1..40_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        (place(), any::<u32>()).prop_map(|(at, length)| Damage::Length(at, length)),
    ];
    prop::collection::vec(one, 1..4)
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        match damage {
            Damage::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Insert(at, more) => drop(bytes.splice(at.index(length)..at.index(length), more.iter().copied())),
            Damage::Remove(at, count) => drop(bytes.drain(at.index(length)..(at.index(length) + count).min(length))),
            Damage::Length(at, written) => {
                let [a, b, c, d] = written.to_be_bytes();
                drop(bytes.splice(at.index(length)..at.index(length), [0x30, 0x84, a, b, c, d]));
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(4),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_list_never_verifies(damages in damage()) {
        let genuine = &*GENUINE;
        let bytes = damaged(&genuine.list, &damages);
        prop_assume!(bytes != genuine.list);
        prop_assert!(read(&bytes, &genuine.authorities).is_err(), "accepted after {:?}", damages);
    }

    #[test]
    fn a_damaged_list_that_is_signed_anew_never_panics(damages in damage()) {
        let genuine = &*GENUINE;
        let entries: Vec<_> = (1..=5).map(|serial| entry(&[serial], &[reason(serial)])).collect();
        let mut list = List::of(&genuine.ca);
        list.entries = Some(damaged(&entries.concat(), &damages));
        list.extensions = Some(vec![damaged(&number(&[7]), &damages[1..])]);
        // Whether it is refused depends on the damage; that it returns is what is proved.
        let _ = read(&list.signed(&genuine.ca), &genuine.authorities);
    }

    #[test]
    fn a_damaged_certificate_never_leads_to_an_authority(damages in damage()) {
        let genuine = &*GENUINE;
        let bytes = damaged(&genuine.card, &damages);
        prop_assume!(bytes != genuine.card);
        if let Ok(card) = Certificate::read(&bytes) {
            prop_assert!(genuine.authorities.check(&card, NOW_S).is_err(), "accepted after {:?}", damages);
        }
    }

    #[test]
    fn bytes_of_any_kind_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes, &GENUINE.authorities).is_err());
        prop_assert!(Certificate::read(&bytes).is_err());
    }
}
