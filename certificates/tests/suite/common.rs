//! Authorities, certificates and lists for the tests, with every part open to being wrong.

use certificates::list::{Bounds, ListFault, RevocationList};
use certificates::{Authorities, Certificate};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    SerialNumber, SigningKey, date_time_ymd,
};

/// 2027-01-01, when everything here is valid unless it says otherwise.
pub(crate) const NOW_S: i64 = 1_798_761_600;
pub(crate) const DAY_S: i64 = 86_400;

pub(crate) const RSA_KEY: &str = include_str!("../data/rsa-2048.pem");

/// An authority that a test can sign with.
pub(crate) struct Ca {
    pub(crate) key: KeyPair,
    pub(crate) params: CertificateParams,
    pub(crate) certificate: Certificate,
    pub(crate) pem: String,
}

pub(crate) fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "FI");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2021, 5, 6), date_time_ymd(2042, 5, 5));
    params
}

pub(crate) fn p256() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

impl Ca {
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(ca_params(name), p256())
    }

    pub(crate) fn root_with(params: CertificateParams, key: KeyPair) -> Self {
        let made = params.self_signed(&key).unwrap();
        Self { certificate: Certificate::read(made.der()).unwrap(), pem: made.pem(), key, params }
    }

    pub(crate) fn below(&self, params: CertificateParams) -> Self {
        let key = p256();
        let made = params.signed_by(&key, &self.issuer()).unwrap();
        Self { certificate: Certificate::read(made.der()).unwrap(), pem: made.pem(), key, params }
    }

    pub(crate) fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }

    pub(crate) fn card(&self, serial: &[u8]) -> Certificate {
        Certificate::read(&self.card_der(&card_params(serial))).unwrap()
    }

    pub(crate) fn card_der(&self, params: &CertificateParams) -> Vec<u8> {
        params.signed_by(&p256(), &self.issuer()).unwrap().der().to_vec()
    }
}

pub(crate) fn card_params(serial: &[u8]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (oid, value) in [
        (vec![2, 5, 4, 4], "Mäkelä"),
        (vec![2, 5, 4, 42], "Aino"),
        (vec![2, 5, 4, 5], "99912345K"),
        (vec![2, 5, 4, 12], "lääkäri"),
        (vec![2, 5, 4, 65], "012345"),
    ] {
        params.distinguished_name.push(DnType::CustomDnType(oid), value);
    }
    params.distinguished_name.push(DnType::CommonName, "Mäkelä Aino 99912345K");
    params.serial_number = Some(SerialNumber::from_slice(serial));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    (params.not_before, params.not_after) = (date_time_ymd(2025, 1, 1), date_time_ymd(2030, 1, 1));
    params
}

pub(crate) fn trusting<'a>(all: impl IntoIterator<Item = &'a Ca>) -> Authorities {
    let mut authorities = Authorities::new();
    for ca in all {
        authorities.add(ca.certificate.clone()).unwrap();
    }
    authorities
}

/// A list in its parts. `None` leaves a part out.
#[derive(Clone)]
pub(crate) struct List {
    pub(crate) version: Option<Vec<u8>>,
    pub(crate) inner_algorithm: Option<Vec<u8>>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: Vec<u8>,
    pub(crate) next_update: Option<Vec<u8>>,
    pub(crate) entries: Option<Vec<u8>>,
    pub(crate) extensions: Option<Vec<Vec<u8>>>,
    pub(crate) tail: Vec<u8>,
}

impl List {
    pub(crate) fn of(ca: &Ca) -> Self {
        Self {
            version: Some(vec![1]),
            inner_algorithm: None,
            issuer: ca.certificate.subject_name().der().to_vec(),
            this_update: time("261231230000Z"),
            next_update: Some(time("270102000000Z")),
            entries: None,
            extensions: Some(vec![number(&[7])]),
            tail: vec![],
        }
    }

    pub(crate) fn entries(mut self, entries: &[Vec<u8>]) -> Self {
        self.entries = Some(entries.concat());
        self
    }

    pub(crate) fn extensions(mut self, extensions: &[Vec<u8>]) -> Self {
        self.extensions = Some(extensions.to_vec());
        self
    }

    pub(crate) fn signed(&self, ca: &Ca) -> Vec<u8> {
        let algorithm = algorithm_of(&ca.key);
        let mut tbs = Vec::new();
        if let Some(version) = &self.version {
            tbs.extend(tlv(0x02, version));
        }
        tbs.extend(self.inner_algorithm.as_ref().unwrap_or(&algorithm));
        tbs.extend(&self.issuer);
        tbs.extend(&self.this_update);
        tbs.extend(self.next_update.iter().flatten());
        if let Some(entries) = &self.entries {
            tbs.extend(tlv(0x30, entries));
        }
        if let Some(extensions) = &self.extensions {
            tbs.extend(tlv(0xa0, &tlv(0x30, &extensions.concat())));
        }
        tbs.extend(&self.tail);
        signed(&tlv(0x30, &tbs), &algorithm, &ca.key)
    }
}

pub(crate) fn signed(tbs: &[u8], algorithm: &[u8], key: &KeyPair) -> Vec<u8> {
    let mut bits = vec![0];
    bits.extend(key.sign(tbs).unwrap());
    tlv(0x30, &[tbs, algorithm, &tlv(0x03, &bits)].concat())
}

/// The algorithm of a key's signatures, taken from a certificate that it has signed.
fn algorithm_of(key: &KeyPair) -> Vec<u8> {
    let name = format!("{:?}", key.algorithm());
    let (last, rsa): (u8, bool) = match name.as_str() {
        "PKCS_RSA_SHA256" => (0x0b, true),
        "PKCS_RSA_SHA384" => (0x0c, true),
        "PKCS_RSA_SHA512" => (0x0d, true),
        "PKCS_ECDSA_P256_SHA256" => (2, false),
        "PKCS_ECDSA_P384_SHA384" => (3, false),
        other => panic!("no algorithm {other}"),
    };
    if rsa {
        let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last];
        return tlv(0x30, &[tlv(0x06, &oid), vec![5, 0]].concat());
    }
    tlv(0x30, &tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last]))
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match content.len() {
        short @ 0..0x80 => element.push(short as u8),
        long => {
            let digits: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
            element.push(0x80 | digits.len() as u8);
            element.extend(digits);
        }
    }
    element.extend(content);
    element
}

pub(crate) fn time(utc: &str) -> Vec<u8> {
    tlv(if utc.len() == 13 { 0x17 } else { 0x18 }, utc.as_bytes())
}

pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical { tlv(0x01, &[0xff]) } else { vec![] };
    tlv(0x30, &[tlv(0x06, oid), flag, tlv(0x04, value)].concat())
}

pub(crate) fn number(digits: &[u8]) -> Vec<u8> {
    extension(&[0x55, 0x1d, 20], false, &tlv(0x02, digits))
}

/// The issuingDistributionPoint with the given parts.
pub(crate) fn distribution_point(parts: &[u8]) -> Vec<u8> {
    extension(&[0x55, 0x1d, 28], true, &tlv(0x30, parts))
}

pub(crate) fn reason(code: u8) -> Vec<u8> {
    extension(&[0x55, 0x1d, 21], false, &tlv(0x0a, &[code]))
}

pub(crate) fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { vec![] } else { tlv(0x30, &extensions.concat()) };
    tlv(0x30, &[tlv(0x02, serial), time("261224120000Z"), extensions].concat())
}

/// Reads a list, knowing every certificate.
pub(crate) fn read(list: &[u8], authorities: &Authorities) -> Result<RevocationList, ListFault> {
    certificates::list::read(list, authorities, &|_, _| true, &Bounds::default(), NOW_S)
}
