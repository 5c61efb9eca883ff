//! Certificates of cards as people and programs hand them in: read, and their chain checked.

use access::time::{UtcMs, UtcS, Window};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use certificates::{Authorities, Certificate, CertificateFault, ChainFault};
use db::site::CertificateRecord;
use sha2::{Digest as _, Sha256};

/// Reads a certificate, PEM or DER in base64, and follows its chain to an authority of the site.
///
/// # Errors
/// The code of what is wrong with it.
pub(crate) fn read(text: &str, authorities: &Authorities, now: UtcMs) -> Result<CertificateRecord, &'static str> {
    let certificate = bytes_of(text).and_then(|bytes| Certificate::read(&bytes).map_err(|fault| damaged(&fault)))?;
    if certificate.is_authority() {
        return Err("is-authority");
    }
    authorities.check(&certificate, now.second().0).map_err(|fault| untrusted(&fault))?;
    Ok(record(&certificate))
}

fn bytes_of(text: &str) -> Result<Vec<u8>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("empty");
    }
    if text.contains("-----BEGIN") {
        return Ok(text.as_bytes().to_vec());
    }
    let bare: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(bare).map_err(|_| "not-a-certificate")
}

fn record(certificate: &Certificate) -> CertificateRecord {
    let usage: Vec<String> = certificate.key_usage().iter().flat_map(|usage| usage.names()).map(hyphened).collect();
    CertificateRecord {
        serial: certificate.serial().as_bytes().to_vec(),
        issuer: Sha256::digest(certificate.issuer().der()).into(),
        issuer_text: certificate.issuer().text().to_owned(),
        subject_text: certificate.subject_name().text().to_owned(),
        window: Window {
            from: Some(UtcS(certificate.not_before_s())),
            // A certificate names its last second, a window the first one after.
            until: Some(UtcS(certificate.not_after_s().saturating_add(1))),
        },
        usage: usage.join(" "),
        fingerprint: certificate.fingerprint(),
    }
}

/// `digitalSignature` as `digital-signature`.
fn hyphened(name: &str) -> String {
    if name == "cRLSign" {
        return "crl-sign".to_owned();
    }
    name.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
        text
    })
}

fn damaged(fault: &CertificateFault) -> &'static str {
    match fault {
        CertificateFault::Large { .. } => "too-long",
        CertificateFault::Unknown | CertificateFault::Other { .. } => "not-a-certificate",
        CertificateFault::PrivateKey => "private-key",
        CertificateFault::Several { .. } => "several-certificates",
        _ => "certificate-damaged",
    }
}

fn untrusted(fault: &ChainFault) -> &'static str {
    match fault {
        ChainFault::NotYetValid { .. } => "certificate-not-yet-valid",
        ChainFault::Expired { .. } => "certificate-expired",
        ChainFault::UnknownIssuer { .. } => "issuer-unknown",
        _ => "chain-broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_named() {
        let read = |text: &str| read(text, &Authorities::new(), UtcMs(0));
        for (text, code) in [
            ("", "empty"),
            ("not base64!", "not-a-certificate"),
            ("aGVsbG8=", "not-a-certificate"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "private-key"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate-damaged"),
        ] {
            assert_eq!(read(text), Err(code), "{text}");
        }
    }

    #[test]
    fn uses_are_written_with_hyphens() {
        for (name, code) in
            [("digitalSignature", "digital-signature"), ("cRLSign", "crl-sign"), ("keyAgreement", "key-agreement")]
        {
            assert_eq!(hyphened(name), code);
        }
    }
}
