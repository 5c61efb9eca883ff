//! Revocation lists: what is read of one that may be used.

use crate::common::*;
use certificates::list::{self, Bounds, ListFault, RevocationList, RevocationReason, Step};
use certificates::{Authorities, Name, Serial, SignatureFault};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd};

#[test]
fn a_list_says_what_it_says() {
    let ca = Ca::root("Kulku test CA");
    let authorities = trusting([&ca]);
    let made = List::of(&ca)
        .entries(&[entry(&[5], &[]), entry(&[0, 0x80], &[reason(6)]), entry(&[9], &[reason(1)])])
        .signed(&ca);
    let known = |issuer: &Name, serial: &Serial| {
        assert_eq!(issuer, ca.certificate.subject_name());
        serial.as_bytes() != [5]
    };
    let read = list::read(&made[..], &authorities, &known, &Bounds::default(), NOW_S).unwrap();
    assert_eq!(read.issuer.text(), "C=FI, CN=Kulku test CA");
    assert_eq!(read.authority, ca.certificate.fingerprint());
    assert_eq!((read.number, read.entries, &read.scope), (7.into(), 3, &None));
    assert_eq!((read.this_update_s, read.next_update_s), (NOW_S - 3600, Some(NOW_S + DAY_S)));
    let found: Vec<_> = read.matched.iter().map(|r| (r.serial.hex(), r.at_s, r.reason)).collect();
    let at_s = NOW_S - 7 * DAY_S - DAY_S / 2;
    assert_eq!(
        found,
        [("09".into(), at_s, RevocationReason::KeyCompromise), ("80".into(), at_s, RevocationReason::CertificateHold)]
    );
}

#[test]
fn every_reason_is_read_and_an_unknown_one_still_revokes() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    for code in 0..=255 {
        let made = List::of(&ca).entries(&[entry(&[1], &[reason(code)])]).signed(&ca);
        let expected = match code {
            0..=6 | 8..=10 => RevocationReason::from_code(code).unwrap(),
            _ => RevocationReason::Unspecified,
        };
        let found = read(&made, &authorities).unwrap().matched[0].reason;
        assert_eq!(found, expected);
        assert!(code > 10 || code == 7 || found.code() == code);
    }
}

#[test]
fn a_list_without_entries_revokes_nothing() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    // RFC 5280 leaves the sequence out; some authorities write an empty one.
    for list in [List::of(&ca), List::of(&ca).entries(&[])] {
        let read = read(&list.signed(&ca), &authorities).unwrap();
        assert_eq!((read.entries, read.matched), (0, vec![]));
    }
}

#[test]
fn lists_of_another_encoder_are_read() {
    let ca = Ca::root("CA");
    let made = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 12, 31),
        next_update: date_time_ymd(2050, 1, 1),
        crl_number: SerialNumber::from_slice(&[0x01, 0x00]),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[0xff; 19]),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: Some(rcgen::RevocationReason::PrivilegeWithdrawn),
            invalidity_date: Some(date_time_ymd(2025, 1, 1)),
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let made = made.signed_by(&ca.issuer()).unwrap();
    let der = read(made.der(), &trusting([&ca])).unwrap();
    let pem = read(made.pem().unwrap().as_bytes(), &trusting([&ca])).unwrap();
    assert_eq!(der, pem);
    assert_eq!((der.number, der.next_update_s), (256.into(), Some(2_524_608_000)));
    assert_eq!(der.matched[0].serial.as_bytes(), [0xff; 19]);
    assert_eq!(der.matched[0].reason, RevocationReason::PrivilegeWithdrawn);
}

#[test]
fn every_accepted_algorithm_verifies_and_no_other() {
    for (alg, name) in [
        (&rcgen::PKCS_RSA_SHA256, "RSA SHA-256"),
        (&rcgen::PKCS_RSA_SHA384, "RSA SHA-384"),
        (&rcgen::PKCS_RSA_SHA512, "RSA SHA-512"),
    ] {
        let key = rcgen::KeyPair::from_pkcs8_pem_and_sign_algo(RSA_KEY, alg).unwrap();
        proves_its_list(&Ca::root_with(ca_params(name), key), name);
    }
    for alg in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384] {
        proves_its_list(&Ca::root_with(ca_params("EC"), rcgen::KeyPair::generate_for(alg).unwrap()), "ECDSA");
    }
    // Made with OpenSSL 3.0, whose lists have the curve and the hash that no other encoder mixes.
    for (crt, crl) in [
        (include_str!("../data/p256-sha384.crt"), include_str!("../data/p256-sha384.crl")),
        (include_str!("../data/p384-sha256.crt"), include_str!("../data/p384-sha256.crl")),
    ] {
        let read = list_of_self_signed(crt, crl).unwrap();
        assert_eq!((read.number, read.entries), (42.into(), 3));
        let reasons: Vec<_> = read.matched.iter().map(|r| (r.serial.hex(), r.reason.name())).collect();
        let expected = [("7f", "unspecified"), ("0abc", "keyCompromise"), ("ff01", "certificateHold")];
        assert_eq!(reasons, expected.map(|(serial, reason)| (serial.to_owned(), reason)));
    }
    let unaccepted = |crt, crl| match list_of_self_signed(crt, crl) {
        Err(ListFault::Signature { fault, .. }) => fault.to_string(),
        other => panic!("{other:?}"),
    };
    let sha1 = unaccepted(include_str!("../data/sha1.crt"), include_str!("../data/sha1.crl"));
    assert!(sha1.contains("1.2.840.113549.1.1.5"), "{sha1}");
    let short = unaccepted(include_str!("../data/rsa1024.crt"), include_str!("../data/rsa1024.crl"));
    assert!(short.contains("RSA of 1024 bits"), "{short}");
    let p521 = unaccepted(include_str!("../data/p521.crt"), include_str!("../data/p521.crl"));
    assert!(p521.contains("1.2.840.10045.4.3.4"), "{p521}");
}

fn list_of_self_signed(crt: &str, crl: &str) -> Result<RevocationList, ListFault> {
    let mut authorities = Authorities::new();
    authorities.add_all("data", crt.as_bytes()).unwrap();
    read(crl.as_bytes(), &authorities)
}

fn proves_its_list(ca: &Ca, name: &str) {
    let made = List::of(ca).entries(&[entry(&[1], &[])]).signed(ca);
    assert_eq!(read(&made, &trusting([ca])).map(|list| list.entries).unwrap(), 1, "{name}");
    let mut forged = made;
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let refused = read(&forged, &trusting([ca]));
    assert!(matches!(refused, Err(ListFault::Signature { fault: SignatureFault::Wrong, .. })), "{name}");
}

#[test]
fn what_only_informs_is_passed_over() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    let more = [
        number(&[7]),
        extension(&[0x2a, 0x03], false, b"anything"),
        extension(&[0x55, 0x1d, 18], true, &[0x30, 0]),
        extension(&[0x55, 0x1d, 35], false, &[0x30, 0]),
        extension(&[0x55, 0x1d, 46], false, &[0x30, 0]),
        distribution_point(&tlv(0x81, &[0xff])),
    ];
    let of_entry = [extension(&[0x55, 0x1d, 24], true, &[]), extension(&[0x2a, 0x03], false, &[]), reason(4)];
    let made = List::of(&ca).extensions(&more).entries(&[entry(&[1], &of_entry)]).signed(&ca);
    let read = read(&made, &authorities).unwrap();
    assert_eq!((read.matched[0].reason, read.scope), (RevocationReason::Superseded, None));
}

#[test]
fn bounds_hold_on_both_sides() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    let made = List::of(&ca).entries(&[entry(&[1], &[]), entry(&[2], &[])]).signed(&ca);
    let read = |bounds: Bounds, now_s| list::read(&made[..], &authorities, &|_, _| true, &bounds, now_s);
    let bounds = Bounds { bytes: made.len(), matched: 2, ahead_s: 60 };
    assert!(read(bounds, NOW_S).is_ok());
    let fault = read(Bounds { bytes: made.len() - 1, ..bounds }, NOW_S).unwrap_err();
    assert!(matches!(fault, ListFault::Large { bound } if bound == made.len() - 1));
    let fault = read(Bounds { matched: 1, ..bounds }, NOW_S).unwrap_err();
    assert!(matches!(fault, ListFault::Matched { bound: 1 }));
    let made_at_s = NOW_S - 3600;
    assert!(read(bounds, made_at_s - 60).is_ok());
    assert!(matches!(read(bounds, made_at_s - 61), Err(ListFault::Future { .. })));
    // That the next list is late is for the caller to judge.
    assert!(read(bounds, NOW_S + 300 * DAY_S).is_ok());
}

#[test]
fn a_number_that_no_certificate_has_matches_none() {
    let ca = Ca::root("CA");
    // -1 is not 255, though both end in the same byte; 21 bytes are no certificate's.
    let made = List::of(&ca).entries(&[entry(&[0xff], &[]), entry(&[1; 21], &[])]).signed(&ca);
    let read = read(&made, &trusting([&ca])).unwrap();
    assert_eq!((read.entries, read.matched), (2, vec![]));
}

#[test]
fn a_number_that_is_there_twice_is_revoked_by_the_graver_reason() {
    let ca = Ca::root("CA");
    let codes = [8, 6, 1, 6, 8];
    let entries: Vec<_> = codes.iter().map(|&code| entry(&[3], &[reason(code)])).collect();
    let read = read(&List::of(&ca).entries(&entries).signed(&ca), &trusting([&ca])).unwrap();
    assert_eq!((read.entries, read.matched.len()), (5, 1));
    assert_eq!(read.matched[0].reason, RevocationReason::KeyCompromise);
}

#[test]
fn a_list_never_goes_back() {
    let ca = Ca::root("CA");
    let other = Ca::root("Other");
    let authorities = trusting([&ca, &other]);
    let numbered = |ca: &Ca, digits: &[u8], entries: &[Vec<u8>]| {
        read(&List::of(ca).extensions(&[number(digits)]).entries(entries).signed(ca), &authorities).unwrap()
    };
    let seven = numbered(&ca, &[7], &[]);
    let accepted = seven.accepted();
    let follows = |new: &RevocationList| list::follows(Some(&accepted), new);
    assert_eq!(list::follows(None, &seven), Ok(Step::First));
    // Signed anew, with another signature, it is still the same list.
    assert_eq!(follows(&numbered(&ca, &[7], &[])), Ok(Step::Same));
    assert_eq!(follows(&numbered(&ca, &[8], &[])), Ok(Step::Newer));
    assert_eq!(follows(&numbered(&ca, &[1, 0], &[])), Ok(Step::Newer));
    let older = follows(&numbered(&ca, &[6], &[])).unwrap_err();
    assert_eq!(
        older.to_string(),
        "list 6 of «C=FI, CN=CA» is older than list 7, which is in force; check where it came from"
    );
    let differs = follows(&numbered(&ca, &[7], &[entry(&[1], &[])])).unwrap_err();
    assert!(matches!(differs, list::FollowFault::Differs { .. }));
    assert!(matches!(follows(&numbered(&other, &[9], &[])), Err(list::FollowFault::Other { .. })));
    let name = tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://x/1")));
    let shard = List::of(&ca).extensions(&[number(&[9]), distribution_point(&name)]).signed(&ca);
    let shard = read(&shard, &authorities).unwrap();
    assert_eq!(shard.scope, Some(name));
    assert!(matches!(follows(&shard), Err(list::FollowFault::Other { .. })));
}
