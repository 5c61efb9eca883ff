//! Revocation lists: what is read, and by which name everything else is refused.

use crate::common::*;
use certificates::list::{self, Bounds, ListFault, RevocationList, RevocationReason, Step};
use certificates::{Authorities, ChainFault, DerFault, Name, Serial, SignatureFault};
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

type Expected = fn(&ListFault) -> bool;

#[test]
fn what_is_not_the_whole_truth_is_refused_by_its_name() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    let plain = || List::of(&ca);
    let with = |more: Vec<u8>| plain().extensions(&[number(&[7]), more]);
    let one = |extensions: &[Vec<u8>]| plain().entries(&[entry(&[1], &[]), entry(&[2], extensions)]);
    let unknown = [0x2a, 0x03];
    let cases: Vec<(&str, List, Expected)> = vec![
        ("delta", with(extension(&[0x55, 0x1d, 27], true, &tlv(2, &[1]))), |f| matches!(f, ListFault::Delta)),
        ("delta, not critical", with(extension(&[0x55, 0x1d, 27], false, &tlv(2, &[1]))), |f| {
            matches!(f, ListFault::Delta)
        }),
        ("indirect", with(distribution_point(&tlv(0x84, &[0xff]))), |f| matches!(f, ListFault::Indirect)),
        ("indirect entry", one(&[extension(&[0x55, 0x1d, 29], true, &[0x30, 0])]), |f| {
            matches!(f, ListFault::Indirect)
        }),
        ("some reasons", with(distribution_point(&tlv(0x83, &[0, 0x80]))), |f| matches!(f, ListFault::SomeReasons)),
        ("authorities only", with(distribution_point(&tlv(0x82, &[0xff]))), |f| {
            matches!(f, ListFault::OtherKind { kind: "onlyContainsCACerts" })
        }),
        ("attributes only", with(distribution_point(&tlv(0x85, &[0xff]))), |f| {
            matches!(f, ListFault::OtherKind { kind: "onlyContainsAttributeCerts" })
        }),
        (
            "unknown critical",
            with(extension(&unknown, true, &[])),
            |f| matches!(f, ListFault::Extension { oid } if oid == "1.2.3"),
        ),
        (
            "unknown critical of an entry",
            one(&[extension(&unknown, true, &[])]),
            |f| matches!(f, ListFault::Extension { oid } if oid == "1.2.3"),
        ),
        ("number twice", with(number(&[8])), |f| matches!(f, ListFault::Twice { oid } if oid == "2.5.29.20")),
        ("reason twice", one(&[reason(1), reason(6)]), |f| matches!(f, ListFault::Twice { .. })),
        ("no number", plain().extensions(&[]), |f| matches!(f, ListFault::NoNumber)),
        ("version 1", List { version: None, extensions: None, ..plain() }, |f| matches!(f, ListFault::NoNumber)),
        (
            "future",
            List { this_update: time("270101000501Z"), ..plain() },
            |f| matches!(f, ListFault::Future { this_update_s, .. } if *this_update_s == NOW_S + 301),
        ),
    ];
    for (name, list, expected) in cases {
        let fault = read(&list.signed(&ca), &authorities).unwrap_err();
        assert!(expected(&fault), "{name}: {fault}");
    }
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
fn damage_is_named_even_in_a_genuine_list() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    let good = entry(&[1], &[]);
    let no_time = tlv(0x30, &tlv(0x02, &[2]));
    let padded = entry(&[0, 1], &[]);
    let more = tlv(0x30, &[tlv(2, &[1]), time("261224120000Z"), vec![0x30, 0], vec![5, 0]].concat());
    let mut cut = good.clone();
    cut.pop();
    for (name, bad) in
        [("no time", no_time), ("padded", padded), ("more", more), ("cut", cut), ("empty", vec![0x30, 0])]
    {
        let made = List::of(&ca).entries(&[good.clone(), bad]).signed(&ca);
        let fault = read(&made, &authorities).unwrap_err();
        assert!(matches!(fault, ListFault::Entry { entry: 2, .. }), "{name}: {fault}");
    }
    let outer = |list: List| read(&list.signed(&ca), &authorities).unwrap_err();
    let plain = || List::of(&ca);
    for list in [
        List { version: Some(vec![2]), ..plain() },
        List { version: Some(vec![0]), ..plain() },
        List { version: None, ..plain() },
        List { this_update: vec![5, 0], ..plain() },
        List { issuer: vec![5, 0], ..plain() },
        List { inner_algorithm: Some(vec![0x30, 0]), ..plain() },
        plain().extensions(&[number(&[0x80])]),
        plain().extensions(&[number(&[1; 21])]),
        plain().extensions(&[vec![0x30, 0]]),
        plain().extensions(&[number(&[1]), extension(&[0x55, 0x1d, 28], true, &[1])]),
    ] {
        let fault = outer(list);
        assert!(matches!(fault, ListFault::Der(_)), "{fault}");
    }
}

#[test]
fn what_is_no_list_is_said_to_be_none() {
    let ca = Ca::root("CA");
    let authorities = trusting([&ca]);
    let made = List::of(&ca).entries(&[entry(&[1], &[])]).signed(&ca);
    let fault = |bytes: &[u8]| read(bytes, &authorities).unwrap_err();
    assert!(matches!(fault(b""), ListFault::Unknown));
    assert!(matches!(fault(b"<html>404</html>"), ListFault::Unknown));
    assert!(matches!(fault(ca.pem.as_bytes()), ListFault::Unknown));
    assert!(matches!(fault(ca.certificate.der()), ListFault::Der(_)));
    assert!(matches!(fault(b"-----BEGIN X509 CRL-----\nAQID"), ListFault::Pem(_)));
    for length in 1..made.len() {
        assert!(matches!(fault(&made[..length]), ListFault::Der(DerFault::Truncated)), "{length}");
    }
    let more = [&made[..], b"\n"].concat();
    assert!(matches!(fault(&more), ListFault::Der(DerFault::Trailing { bytes: 1 })));
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
fn only_its_own_authority_may_sign_a_list() {
    let ca = Ca::root("CA");
    let other = Ca::root("Other");
    let twin = Ca::root("CA");
    let made = List::of(&ca).signed(&ca);
    let fault = |authorities: &Authorities, list: &[u8]| read(list, authorities).unwrap_err();
    assert!(
        matches!(fault(&Authorities::new(), &made), ListFault::UnknownIssuer { issuer } if issuer.contains("CN=CA"))
    );
    assert!(matches!(fault(&trusting([&other]), &made), ListFault::UnknownIssuer { .. }));
    let wrong_key = fault(&trusting([&twin, &other]), &made);
    assert!(matches!(wrong_key, ListFault::Signature { fault: SignatureFault::Wrong, .. }), "{wrong_key}");
    // Another trusted authority signs a list in this one's name.
    let forged = List::of(&ca).signed(&other);
    assert!(matches!(fault(&trusting([&ca, &other]), &forged), ListFault::Signature { .. }));
    // Two keys of one name, while an authority changes its key: either order finds the right one.
    for order in [[&ca, &twin], [&twin, &ca]] {
        assert_eq!(read(&made, &trusting(order)).unwrap().authority, ca.certificate.fingerprint());
    }
}

#[test]
fn an_authority_that_does_not_hold_revokes_nothing() {
    let mut params = ca_params("No lists");
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let silent = Ca::root_with(params, p256());
    let refused = read(&List::of(&silent).signed(&silent), &trusting([&silent])).unwrap_err();
    assert!(matches!(refused, ListFault::NoCrlSign { .. }), "{refused}");

    let root = Ca::root("Root");
    let below = root.below(ca_params("Below"));
    let made = List::of(&below).signed(&below);
    assert!(read(&made, &trusting([&root, &below])).is_ok());
    let refused = read(&made, &trusting([&below])).unwrap_err();
    assert!(matches!(refused, ListFault::Chain { fault: ChainFault::UnknownIssuer { .. }, .. }), "{refused}");
    let late_s = below.certificate.not_after_s() + 1;
    let late = list::read(&made[..], &trusting([&root, &below]), &|_, _| true, &Bounds::default(), late_s);
    assert!(matches!(late, Err(ListFault::Chain { fault: ChainFault::Expired { .. }, .. })));
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
