//! Authorities and lists, with every part open to being wrong.

use access::time::{UtcMs, UtcS, Window};
use certificates::Certificate;
use db::site::{Actor, CertificateRecord, Site};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SigningKey as _, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

use crate::support::uid;

const SEQUENCE: u8 = 0x30;
const ECDSA_WITH_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

/// An authority.
pub(crate) struct Ca {
    key: KeyPair,
    name: Vec<u8>,
    text: String,
    pub(crate) pem: String,
}

/// A list of it.
pub(crate) struct List {
    pub(crate) number: u8,
    /// Two digits of the year in which the next one is promised.
    pub(crate) next_year: u8,
    /// Serial numbers with CRLReason.
    pub(crate) entries: Vec<(u8, u8)>,
    pub(crate) delta: bool,
    /// Makes it a list for this distribution point only.
    pub(crate) scope: Option<&'static str>,
}

pub(crate) const KEY_COMPROMISE: u8 = 1;
pub(crate) const HOLD: u8 = 6;

impl List {
    pub(crate) fn new(number: u8, entries: &[(u8, u8)]) -> Self {
        Self { number, next_year: 49, entries: entries.to_vec(), delta: false, scope: None }
    }
}

impl Ca {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) = (date_time_ymd(2021, 5, 6), date_time_ymd(2048, 5, 5));
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let made = params.self_signed(&key).unwrap();
        let read = Certificate::read(made.der()).unwrap();
        Self {
            key,
            name: read.subject_name().der().to_vec(),
            text: read.subject_name().text().to_owned(),
            pem: made.pem(),
        }
    }

    /// Attaches a certificate of this serial number to a card.
    pub(crate) fn attach(&self, site: &Site, card: u32, serial: u8, at: UtcMs) {
        let record = CertificateRecord {
            serial: vec![serial],
            issuer: Sha256::digest(&self.name).into(),
            issuer_text: self.text.clone(),
            subject_text: "CN=somebody".to_owned(),
            window: Window::new(UtcS(1_600_000_000), UtcS(2_500_000_000)),
            usage: "digital-signature".to_owned(),
            fingerprint: [serial; 32],
        };
        site.attach_certificate(&Actor { operator: "tester", at }, &uid(card), &record).unwrap();
    }

    pub(crate) fn sign(&self, list: &List) -> Vec<u8> {
        self.sign_as(&self.name, list)
    }

    /// The list that another authority would be said to have issued.
    pub(crate) fn forge(&self, other: &Self, list: &List) -> Vec<u8> {
        self.sign_as(&other.name, list)
    }

    fn sign_as(&self, issuer: &[u8], list: &List) -> Vec<u8> {
        let algorithm = tlv(SEQUENCE, &tlv(0x06, &ECDSA_WITH_SHA256));
        let number = tlv(0x02, &[list.number]);
        let mut extensions = extension(20, &number);
        if list.delta {
            extensions.extend(extension(27, &number));
        }
        if let Some(point) = list.scope {
            let name = tlv(0xa0, &tlv(0xa0, &tlv(0x86, point.as_bytes())));
            extensions.extend(extension(28, &tlv(SEQUENCE, &name)));
        }
        let entries: Vec<u8> = list.entries.iter().flat_map(|&(serial, reason)| entry(serial, reason)).collect();
        let mut tbs = [tlv(0x02, &[1]), algorithm.clone(), issuer.to_vec(), time(21), time(list.next_year)].concat();
        if !entries.is_empty() {
            tbs.extend(tlv(SEQUENCE, &entries));
        }
        tbs.extend(tlv(0xa0, &tlv(SEQUENCE, &extensions)));
        let tbs = tlv(SEQUENCE, &tbs);
        let signature = [vec![0], self.key.sign(&tbs).unwrap()].concat();
        tlv(SEQUENCE, &[tbs, algorithm, tlv(0x03, &signature)].concat())
    }
}

fn entry(serial: u8, reason: u8) -> Vec<u8> {
    let reason = tlv(SEQUENCE, &extension(21, &tlv(0x0a, &[reason])));
    tlv(SEQUENCE, &[tlv(0x02, &[serial]), time(22), reason].concat())
}

fn extension(id: u8, value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[tlv(0x06, &[0x55, 0x1d, id]), tlv(0x04, value)].concat())
}

/// The first of July.
fn time(year: u8) -> Vec<u8> {
    tlv(0x17, format!("{year:02}0701000000Z").as_bytes())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}
