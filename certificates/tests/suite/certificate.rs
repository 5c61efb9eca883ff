//! What is read of one certificate, and why another is refused.

use crate::common::*;
use certificates::{Certificate, CertificateFault, MAX_CERTIFICATE_BYTES, Serial};

#[test]
fn a_card_says_whose_it_is_and_until_when() {
    let ca = Ca::root("Kulku test CA");
    let card = ca.card(&[0x0a, 0xbc]);
    assert_eq!(card.serial(), &Serial::from_hex("0abc").unwrap());
    assert_eq!(card.issuer(), ca.certificate.subject_name());
    assert_eq!(card.issuer().text(), "C=FI, CN=Kulku test CA");
    let subject = card.subject();
    assert_eq!(subject.common_name.as_deref(), Some("Mäkelä Aino 99912345K"));
    assert_eq!(subject.serial_number.as_deref(), Some("99912345K"));
    assert_eq!(subject.title.as_deref(), Some("lääkäri"));
    assert_eq!(subject.pseudonym.as_deref(), Some("012345"));
    assert_eq!(subject.surname.as_deref(), Some("Mäkelä"));
    assert_eq!(subject.given_name.as_deref(), Some("Aino"));
    assert_eq!((card.not_before_s(), card.not_after_s()), (1_735_689_600, 1_893_456_000));
    let usage = card.key_usage().unwrap();
    assert_eq!(usage.names().collect::<Vec<_>>(), ["digitalSignature", "keyEncipherment"]);
    assert!(usage.digital_signature() && !usage.non_repudiation() && !usage.cert_sign() && !usage.crl_sign());
    assert!(!card.is_authority() && ca.certificate.is_authority());
    let fingerprint: [u8; 32] =
        sha2::Digest::finalize(sha2::Digest::chain_update(<sha2::Sha256 as sha2::Digest>::new(), card.der())).into();
    assert_eq!(card.fingerprint(), fingerprint);
}

#[test]
fn nobody_is_named_in_a_log() {
    let card = Ca::root("CA").card(&[1]);
    let subject = card.subject();
    for shown in [format!("{card:?}"), format!("{subject:?}"), card.label()] {
        for personal in ["kelä", "Aino", "99912345K", "012345", "kari"] {
            assert!(!shown.contains(personal), "{shown}");
        }
    }
    assert!(card.label().contains("01 of «C=FI, CN=CA»"), "{}", card.label());
}

#[test]
fn text_and_binary_are_the_same_certificate() {
    let ca = Ca::root("CA");
    let pem = Certificate::read(ca.pem.as_bytes()).unwrap();
    let unix = Certificate::read(ca.pem.replace("\r\n", "\n").as_bytes()).unwrap();
    let described = Certificate::read(format!("Certificate:\n    Data: -\n{}", ca.pem).as_bytes()).unwrap();
    for read in [pem, unix, described] {
        assert_eq!(read.der(), ca.certificate.der());
    }
}

#[test]
fn every_fault_has_its_name() {
    let ca = Ca::root("CA");
    let der = ca.certificate.der();
    let fault = |bytes: &[u8]| Certificate::read(bytes).unwrap_err();
    assert_eq!(fault(b""), CertificateFault::Unknown);
    assert_eq!(fault(b"a letter"), CertificateFault::Unknown);
    assert_eq!(fault(RSA_KEY.as_bytes()), CertificateFault::PrivateKey);
    assert_eq!(fault(format!("{}{RSA_KEY}", ca.pem).as_bytes()), CertificateFault::PrivateKey);
    assert_eq!(fault(format!("{0}{0}", ca.pem).as_bytes()), CertificateFault::Several { count: 2 });
    let list = include_bytes!("../data/p256-sha384.crl");
    assert_eq!(fault(list), CertificateFault::Other { label: "X509 CRL".into() });
    let large = vec![0x30; MAX_CERTIFICATE_BYTES + 1];
    assert!(matches!(fault(&large), CertificateFault::Large { .. }));
    assert!(!matches!(fault(&large[1..]), CertificateFault::Large { .. }));
    assert!(matches!(fault(&ca.pem.as_bytes()[..100]), CertificateFault::Pem(_)));
    assert!(matches!(fault(&[der, &[0]].concat()), CertificateFault::Der(_)));
    for length in 1..der.len() {
        assert!(matches!(fault(&der[..length]), CertificateFault::Der(_)), "{length}");
    }
    // ecdsa-with-SHA256 outside, where nothing is signed, and ecdsa-with-SHA384 inside.
    let oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let mut two_algorithms = der.to_vec();
    let inner = two_algorithms.windows(oid.len()).position(|bytes| bytes == oid).unwrap();
    two_algorithms[inner + oid.len() - 1] = 3;
    assert!(matches!(fault(&two_algorithms), CertificateFault::Der(_)));
    let mut params = card_params(&[1]);
    params.custom_extensions = vec![rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]); 2];
    let twice = fault(&ca.card_der(&params));
    assert_eq!(twice, CertificateFault::Extension { oid: "1.2.3.4".into() });
    params.custom_extensions = vec![rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 15], vec![5, 0])];
    params.key_usages.clear();
    let damaged = fault(&ca.card_der(&params));
    assert_eq!(damaged, CertificateFault::Extension { oid: "2.5.29.15".into() });
    let long = ca.card_der(&card_params(&[1; 21]));
    assert!(matches!(fault(&long), CertificateFault::Serial(_)));
}
