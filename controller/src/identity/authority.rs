//! The site's own authority: what it signs, and nothing of where that goes.
//!
//! ```text
//! authority (20 years, path length 0)
//!  ├── server      the embedded broker and the enrolment; drawn at each start, and never on a disk
//!  ├── controller  the controller's own session at an external broker; the same
//!  ├── broker      an external broker's, 2 years
//!  ├── dashboard   what browsers are shown; drawn anew each month, and never on a disk
//!  └── door        common name is the door id, a year
//! ```

use std::net::IpAddr;
use std::time::Duration;

use access::id::{DoorId, SiteId};
use access::time::UtcS;
use certificates::Request;
use db::site::RevocationList;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, RevokedCertParams, SanType, SerialNumber, SignatureAlgorithm,
};
use sha2::{Digest as _, Sha256};

use super::IdentityError;

/// How long the authority lives, in seconds: longer than the doors' boxes.
pub(super) const AUTHORITY_LIFE_S: i64 = 20 * 366 * 24 * 3_600;

/// How long the certificate of an external broker lives, in seconds.
pub(super) const BROKER_LIFE_S: i64 = 2 * 365 * 24 * 3_600;

/// How long a certificate of the dashboard lives, in seconds: browsers trust none of a longer life than 398 days.
const DASHBOARD_LIFE_S: i64 = 397 * 24 * 3_600;

/// How long ago a certificate of the dashboard begins, in seconds: a browser's clock may be a little behind.
const DASHBOARD_SINCE_S: i64 = 24 * 3_600;

/// Since when servers' certificates are valid: 2020-01-01. A door's clock may be years behind when it has been without
/// power, and it is told the time over this very connection.
const LONG_AGO: UtcS = UtcS(1_577_836_800);

/// Bytes of a serial number. Its first bit stays clear, so that it needs no byte more.
const SERIAL_LENGTH: usize = 16;

/// What the authority signs with.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    not_after: UtcS,
}

/// A certificate that was just issued.
pub(super) struct Issued {
    pub(super) pem: String,
    pub(super) der: Vec<u8>,
    pub(super) fingerprint: [u8; 32],
    pub(super) serial: [u8; SERIAL_LENGTH],
    pub(super) not_before: UtcS,
    pub(super) not_after: UtcS,
}

/// For whom a certificate is.
pub(super) enum Holder<'a> {
    /// A server of these names.
    Server(&'a [SanType]),
    /// A client.
    Client,
}

impl Authority {
    /// A new one: its key and its certificate, both in PEM.
    pub(super) fn draw(site: &SiteId, now: UtcS) -> Result<(KeyPair, String), IdentityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = authority_params(site);
        params.not_before = date(LONG_AGO);
        params.not_after = date(UtcS(now.0.saturating_add(AUTHORITY_LIFE_S)));
        params.serial_number = Some(SerialNumber::from_slice(&serial()?));
        let certificate = params.self_signed(&key)?;
        Ok((key, certificate.pem()))
    }

    /// The one with this key and certificate.
    pub(super) fn of(site: &SiteId, key: KeyPair, certificate_pem: String, not_after: UtcS) -> Self {
        Self { issuer: Issuer::new(authority_params(site), key), certificate_pem, not_after }
    }

    pub(super) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(super) fn not_after(&self) -> UtcS {
        self.not_after
    }

    /// Signs a door's certificate, which is valid from now on. A clock that is set back a little must not end it, so it
    /// begins a twentieth of its life ago, and at most an hour.
    pub(super) fn door(
        &self,
        door: &DoorId,
        request: &Request,
        now: UtcS,
        life: Duration,
    ) -> Result<Issued, IdentityError> {
        let life_s = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
        let span = (UtcS(now.0.saturating_sub((life_s / 20).min(3_600))), UtcS(now.0.saturating_add(life_s)));
        self.sign(door.as_str(), &Point(request.point), &Holder::Client, span)
    }

    /// Signs the certificate of somebody whose key this is; it begins long ago.
    pub(super) fn own(
        &self,
        name: &str,
        key: &KeyPair,
        holder: &Holder<'_>,
        until: UtcS,
    ) -> Result<Issued, IdentityError> {
        self.sign(name, key, holder, (LONG_AGO, until))
    }

    /// Signs what browsers are shown.
    pub(super) fn dashboard(&self, key: &KeyPair, names: &[SanType], now: UtcS) -> Result<Issued, IdentityError> {
        let span = (
            UtcS(now.0.saturating_sub(DASHBOARD_SINCE_S)),
            UtcS(now.0.saturating_add(DASHBOARD_LIFE_S - DASHBOARD_SINCE_S)),
        );
        self.sign("dashboard", key, &Holder::Server(names), span)
    }

    fn sign(
        &self,
        name: &str,
        key: &impl PublicKeyData,
        holder: &Holder<'_>,
        (from, until): (UtcS, UtcS),
    ) -> Result<Issued, IdentityError> {
        let until = until.min(self.not_after);
        let serial = serial()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.not_before = date(from);
        params.not_after = date(until);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        match holder {
            Holder::Server(names) => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
                params.subject_alt_names = names.to_vec();
            }
            Holder::Client => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        }
        let certificate: Certificate = params.signed_by(key, &self.issuer)?;
        let fingerprint = Sha256::digest(certificate.der()).into();
        let der = certificate.der().to_vec();
        Ok(Issued { pem: certificate.pem(), der, fingerprint, serial, not_before: from, not_after: until })
    }

    /// Signs a list of revoked certificates, in PEM. It ends with the authority: an external broker that was not given
    /// the next one in time must not shut out all doors.
    pub(super) fn list(&self, list: &RevocationList) -> Result<String, IdentityError> {
        let revoked = |(serial, at): &(Vec<u8>, UtcS)| RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: date(*at),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date(list.this_update),
            next_update: date(self.not_after),
            crl_number: SerialNumber::from(list.number),
            issuing_distribution_point: None,
            revoked_certs: list.serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(params.signed_by(&self.issuer)?.pem()?)
    }
}

/// The names of a server, each once.
pub(super) fn names<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Result<Vec<SanType>, IdentityError> {
    let mut names: Vec<SanType> = Vec::new();
    for host in hosts {
        let name = match host.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(host.try_into().map_err(|_| IdentityError::Host { host: host.to_owned() })?),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The public key of a request, as the signer wants it.
struct Point([u8; 65]);

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

/// The same for the same site, so that the name need not be read back from the certificate.
fn authority_params(site: &SiteId) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("Kulku {site}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.key_identifier_method = KeyIdMethod::Sha256;
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// Years beyond what a certificate can say become the last that it can.
fn date(at: UtcS) -> time::OffsetDateTime {
    let last = time::OffsetDateTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    time::OffsetDateTime::from_unix_timestamp(at.0).unwrap_or(last)
}

fn serial() -> Result<[u8; SERIAL_LENGTH], IdentityError> {
    let mut serial = [0; SERIAL_LENGTH];
    getrandom::fill(&mut serial).map_err(IdentityError::Random)?;
    if let Some(first) = serial.first_mut() {
        // Neither negative nor padded.
        *first = *first & 0x7f | 0x40;
    }
    Ok(serial)
}
