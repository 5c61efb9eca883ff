//! An authority that revokes certificates of invented cards.

use std::path::{Path, PathBuf};

use access::id::SiteId;
use access::time::{UtcMs, UtcS, Window};
use access::uid::Uid;
use anyhow::Result;
use certificates::Certificate;
use db::site::{Actor, CertificateRecord, Site};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, RevocationReason, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use sha2::{Digest as _, Sha256};

use crate::whole::{Whole, now};

/// An authority.
pub struct Authority {
    key: KeyPair,
    params: CertificateParams,
    read: Certificate,
    pem: String,
}

impl Authority {
    /// One that has signed itself.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn new(name: &str) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) = (date_time_ymd(2021, 5, 6), date_time_ymd(2048, 5, 5));
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let made = params.self_signed(&key)?;
        Ok(Self { read: Certificate::read(made.der())?, pem: made.pem(), key, params })
    }

    /// A list that revokes these serial numbers.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub fn list(&self, number: u64, revoked: impl IntoIterator<Item = u64>) -> Result<Vec<u8>> {
        let one = |serial: u64| RevokedCertParams {
            serial_number: serial.into(),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2048, 1, 1),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.into_iter().map(one).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&Issuer::from_params(&self.params, &self.key))?.der().to_vec())
    }

    /// Attaches certificates to cards, and has the controller read lists from the file that is returned; it is
    /// started anew.
    ///
    /// # Errors
    /// If a card is not there or the controller does not start.
    pub fn set_up(&self, whole: &mut Whole, cards: &[(Uid, u64)]) -> Result<PathBuf> {
        whole.kill_controller()?;
        let folder = whole.folder().to_path_buf();
        let site = Site::open(&folder.join("site.db"), &"hospital".parse::<SiteId>()?)?;
        for (uid, serial) in cards {
            self.attach(&site, uid, *serial)?;
        }
        drop(site);
        std::fs::write(folder.join("authority.pem"), &self.pem)?;
        let config = folder.join("controller.toml");
        let text = std::fs::read_to_string(&config)?;
        let list = "[[revocation_list]]\nlocation = \"list.crl\"\n";
        std::fs::write(config, format!("authorities = [\"authority.pem\"]\n{text}\n{list}"))?;
        whole.start_controller()?;
        Ok(folder.join("list.crl"))
    }

    fn attach(&self, site: &Site, uid: &Uid, serial: u64) -> Result<()> {
        let record = CertificateRecord {
            serial: serial.to_be_bytes().to_vec(),
            issuer: Sha256::digest(self.read.subject_name().der()).into(),
            issuer_text: self.read.subject_name().text().to_owned(),
            subject_text: "CN=invented".to_owned(),
            window: Window::new(UtcS(1_700_000_000), UtcS(2_400_000_000)),
            usage: "digital-signature".to_owned(),
            fingerprint: Sha256::digest(serial.to_be_bytes()).into(),
        };
        // Long before the first list, whatever this machine's clock does.
        let at = UtcMs((now().0 - 3_600) * 1_000);
        site.attach_certificate(&Actor { operator: "tests", at }, uid, &record)?;
        Ok(())
    }
}

/// Puts a list where it is looked for, as whoever publishes one should: written beside, then moved.
///
/// # Errors
/// If the file cannot be written.
pub fn publish(file: &Path, list: &[u8]) -> Result<()> {
    let beside = file.with_extension("part");
    std::fs::write(&beside, list)?;
    Ok(std::fs::rename(&beside, file)?)
}
