//! Revocation lists: by which name one is refused that must not be used.

use crate::common::*;
use certificates::list::{self, Bounds, ListFault};
use certificates::{Authorities, ChainFault, DerFault, SignatureFault};

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
        List { tail: vec![5, 0], ..plain() },
        List { issuer: long_name(), ..plain() },
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

/// A well-formed name of more bytes than any authority has.
fn long_name() -> Vec<u8> {
    let attribute = tlv(0x30, &[tlv(0x06, &[0x55, 4, 3]), tlv(0x0c, &[b'a'; 5000])].concat());
    tlv(0x30, &tlv(0x31, &attribute))
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
