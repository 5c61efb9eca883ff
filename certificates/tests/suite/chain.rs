//! Chains: what leads to a trusted authority, and which link breaks otherwise.

use crate::common::*;
use certificates::{Authorities, AuthorityFault, Certificate, ChainFault, MAX_AUTHORITIES, MAX_PATH, SignatureFault};
use rcgen::{BasicConstraints, CustomExtension, IsCa, KeyUsagePurpose, date_time_ymd};

#[test]
fn a_card_leads_to_its_root_and_no_further() {
    let root = Ca::root("Root");
    let below = root.below(ca_params("Below"));
    let card = below.card(&[1]);
    let both = trusting([&below, &root]);
    assert_eq!(both.check(&card, NOW_S), Ok(()));
    assert_eq!(both.check(&below.certificate, NOW_S), Ok(()));
    assert_eq!(both.check(&root.certificate, NOW_S), Ok(()));

    let missing_root = trusting([&below]).check(&card, NOW_S).unwrap_err();
    assert!(
        matches!(&missing_root, ChainFault::UnknownIssuer { certificate, issuer }
        if certificate.contains("Below") && issuer.contains("Root")),
        "{missing_root}"
    );
    let missing_link = trusting([&root]).check(&card, NOW_S).unwrap_err();
    assert!(matches!(&missing_link, ChainFault::UnknownIssuer { issuer, .. } if issuer.contains("Below")));
    assert!(Authorities::new().check(&root.certificate, NOW_S).is_err());

    let mut trusted = Authorities::new();
    trusted.trust(below.certificate.clone()).unwrap();
    assert_eq!(trusted.check(&card, NOW_S), Ok(()));
    // An administrator who trusts what was there before as a link means it.
    let mut later = trusting([&below]);
    later.trust(below.certificate).unwrap();
    assert_eq!((later.check(&card, NOW_S), later.iter().count()), (Ok(()), 1));
}

#[test]
fn each_link_must_be_valid_at_the_time() {
    let root = Ca::root("Root");
    let mut params = ca_params("Below");
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2028, 1, 1));
    let below = root.below(params);
    let card = below.card(&[1]);
    let all = trusting([&root, &below]);
    let (from_s, until_s) = (below.certificate.not_before_s(), below.certificate.not_after_s());
    assert_eq!(all.check(&card, from_s), Ok(()));
    assert_eq!(all.check(&card, until_s), Ok(()));
    let label = below.certificate.label();
    assert_eq!(all.check(&card, from_s - 1), Err(ChainFault::NotYetValid { certificate: label.clone(), from_s }));
    assert_eq!(all.check(&card, until_s + 1), Err(ChainFault::Expired { certificate: label, until_s }));
    let (from_s, until_s) = (card.not_before_s(), card.not_after_s());
    let certificate = card.label();
    assert_eq!(all.check(&card, from_s - 1), Err(ChainFault::NotYetValid { certificate: certificate.clone(), from_s }));
    assert_eq!(all.check(&card, until_s + 1), Err(ChainFault::Expired { certificate, until_s }));
    let root_over_s = root.certificate.not_after_s() + 1;
    assert!(matches!(all.check(&root.certificate, root_over_s), Err(ChainFault::Expired { .. })));
}

#[test]
fn a_forger_of_the_same_name_is_not_the_authority() {
    let root = Ca::root("Root");
    let forger = Ca::root("Root");
    let forged = forger.card(&[1]);
    let fault = trusting([&root]).check(&forged, NOW_S).unwrap_err();
    assert!(matches!(fault, ChainFault::Signature { fault: SignatureFault::Wrong, .. }), "{fault}");
    // While an authority changes its key both are there, and either order finds the right one.
    for order in [[&root, &forger], [&forger, &root]] {
        assert_eq!(trusting(order).check(&forged, NOW_S), Ok(()));
    }
    // Its own name as issuer does not make it an anchor: the signature must be its own.
    let crossed = root.below(ca_params("Root"));
    assert!(trusting([&crossed]).check(&crossed.card(&[1]), NOW_S).is_err());
}

#[test]
fn who_may_not_sign_certificates_has_not() {
    let root = Ca::root("Root");
    let mut params = ca_params("Lists only");
    params.key_usages = vec![KeyUsagePurpose::CrlSign];
    let lists_only = root.below(params);
    let fault = trusting([&root, &lists_only]).check(&lists_only.card(&[1]), NOW_S).unwrap_err();
    assert!(matches!(&fault, ChainFault::NoCertSign { authority, .. } if authority.contains("Lists only")), "{fault}");
    // A card signs a card: it cannot even be added.
    let mut params = card_params(&[2]);
    params.is_ca = IsCa::ExplicitNoCa;
    let card = root.below(params);
    let fault = Authorities::new().add(card.certificate.clone()).unwrap_err();
    assert!(matches!(fault, AuthorityFault::NotAnAuthority { .. }), "{fault}");
    assert!(!fault.to_string().contains("Aino"), "{fault}");
    assert!(trusting([&root]).check(&card.card(&[3]), NOW_S).is_err());
}

#[test]
fn a_path_is_no_longer_than_its_authorities_allow() {
    let mut params = ca_params("Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    let root = Ca::root_with(params, p256());
    let one = root.below(ca_params("One"));
    let two = one.below(ca_params("Two"));
    let all = trusting([&root, &one, &two]);
    assert_eq!(all.check(&one.card(&[1]), NOW_S), Ok(()));
    let fault = all.check(&two.card(&[1]), NOW_S).unwrap_err();
    assert!(matches!(&fault, ChainFault::PathLength { allowed: 1, found: 2, .. }), "{fault}");
    // An authority that has signed its own new key is still one authority.
    let mut params = ca_params("Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let old_key = Ca::root_with(params, p256());
    let new_key = old_key.below(ca_params("Root"));
    assert_eq!(trusting([&old_key, &new_key]).check(&new_key.card(&[1]), NOW_S), Ok(()));
    // The last of a path is not between: an authority's own certificate does not count.
    assert_eq!(all.check(&two.certificate, NOW_S), Ok(()));
}

#[test]
fn what_is_not_evaluated_is_not_accepted() {
    let root = Ca::root("Root");
    let all = trusting([&root]);
    let mut critical = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
    for (flag, fine) in [(false, true), (true, false)] {
        critical.set_criticality(flag);
        let mut params = card_params(&[1]);
        params.custom_extensions = vec![critical.clone()];
        let card = Certificate::read(&root.card_der(&params)).unwrap();
        assert_eq!(all.check(&card, NOW_S).is_ok(), fine);
    }
    let mut params = ca_params("Constrained");
    params.name_constraints = Some(rcgen::NameConstraints {
        permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("example.fi".into())],
        excluded_subtrees: vec![],
    });
    let below = root.below(params);
    let fault = trusting([&root, &below]).check(&below.card(&[1]), NOW_S).unwrap_err();
    assert!(matches!(&fault, ChainFault::Extension { oid, .. } if oid == "2.5.29.30"), "{fault}");
    // requireExplicitPolicy demands what is not evaluated; inhibitPolicyMapping alone demands nothing.
    for (tag, fine) in [(0x80, false), (0x81, true)] {
        let mut params = ca_params("Policies");
        let content = tlv(0x30, &tlv(tag, &[0]));
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 36], content)];
        let below = root.below(params);
        assert_eq!(trusting([&root, &below]).check(&below.card(&[1]), NOW_S).is_ok(), fine, "{tag:#x}");
    }
}

#[test]
fn a_long_chain_and_a_tangle_both_end() {
    let mut all = vec![Ca::root("0")];
    for depth in 1..=MAX_PATH {
        let next = all.last().unwrap().below(ca_params(&depth.to_string()));
        all.push(next);
    }
    let authorities = trusting(&all);
    let deepest = all[MAX_PATH - 1].card(&[1]);
    assert_eq!(authorities.check(&deepest, NOW_S), Ok(()));
    let fault = authorities.check(&all[MAX_PATH].card(&[1]), NOW_S).unwrap_err();
    assert!(matches!(fault, ChainFault::Long { .. }), "{fault}");

    // Twelve authorities of two names and one key have all signed one another, and none is an anchor.
    let key = p256();
    let mut tangle = Authorities::new();
    for serial in 1..=6_u8 {
        for (name, other) in [("A", "B"), ("B", "A")] {
            let mut params = ca_params(name);
            params.serial_number = Some(rcgen::SerialNumber::from_slice(&[serial]));
            let issuer = ca_params(other);
            let made = params.signed_by(&key, &rcgen::Issuer::from_params(&issuer, &key)).unwrap();
            tangle.add(Certificate::read(made.der()).unwrap()).unwrap();
        }
    }
    let issuer = ca_params("A");
    let made = card_params(&[1]).signed_by(&p256(), &rcgen::Issuer::from_params(&issuer, &key)).unwrap();
    let fault = tangle.check(&Certificate::read(made.der()).unwrap(), NOW_S).unwrap_err();
    assert!(matches!(fault, ChainFault::Long { .. }), "{fault}");
}

#[test]
fn a_search_gives_up_after_64_signatures() {
    let right = Ca::root("CA");
    let card = right.card(&[1]);
    let wrong: Vec<_> = (0..64).map(|_| Ca::root("CA")).collect();
    assert_eq!(trusting(wrong[1..].iter().chain([&right])).check(&card, NOW_S), Ok(()));
    let fault = trusting(wrong.iter().chain([&right])).check(&card, NOW_S).unwrap_err();
    assert!(matches!(fault, ChainFault::Long { .. }), "{fault}");
}

#[test]
fn there_are_no_more_authorities_than_their_bound() {
    let root = Ca::root("Root");
    let key = p256();
    let mut all = Authorities::new();
    for serial in 0..=u16::try_from(MAX_AUTHORITIES).unwrap() {
        let mut params = ca_params("Many");
        params.serial_number = Some(rcgen::SerialNumber::from_slice(&serial.to_be_bytes()));
        let made = params.signed_by(&key, &root.issuer()).unwrap();
        let added = all.add(Certificate::read(made.der()).unwrap());
        assert_eq!(added.is_ok(), usize::from(serial) < MAX_AUTHORITIES, "{serial}");
    }
}

#[test]
fn a_file_of_authorities_is_read_whole_or_named() {
    let (root, other) = (Ca::root("Root"), Ca::root("Other"));
    let mut all = Authorities::new();
    all.add_all("both.pem", format!("# roots\n{}\n{}", root.pem, other.pem).as_bytes()).unwrap();
    assert_eq!(all.iter().count(), 2);
    all.add_all("root.der", root.certificate.der()).unwrap();
    assert_eq!(all.iter().count(), 2);
    let fault = all.add_all("bad.pem", b"nothing").unwrap_err().to_string();
    assert!(fault.contains("bad.pem"), "{fault}");
    let fault = all.load(["/nowhere/ca.pem"]).unwrap_err().to_string();
    assert!(fault.contains("/nowhere/ca.pem"), "{fault}");
}
