//! Ed25519 keys in PEM (RFC 7468, RFC 8410), so that other programs read them too.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// PKCS #8 of an Ed25519 key, up to its 32 bytes.
const PRIVATE: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/// SubjectPublicKeyInfo of an Ed25519 key, up to its 32 bytes.
const PUBLIC: [u8; 12] = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];

pub(super) fn private(seed: &[u8; 32]) -> Zeroizing<String> {
    let der = Zeroizing::new([PRIVATE.as_slice(), seed].concat());
    let body = Zeroizing::new(BASE64.encode(&der));
    Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", *body))
}

pub(super) fn public(key: &[u8; 32]) -> String {
    let body = BASE64.encode(&[PUBLIC.as_slice(), key].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

pub(super) fn seed(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let der = body(text, "PRIVATE KEY")?;
    Some(Zeroizing::new(der.strip_prefix(&PRIVATE)?.try_into().ok()?))
}

pub(super) fn public_key(text: &str) -> Option<[u8; 32]> {
    body(text, "PUBLIC KEY")?.strip_prefix(&PUBLIC)?.try_into().ok()
}

/// What stands between the two lines of this label.
fn body(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, after) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = after.split_once(&format!("-----END {label}-----"))?;
    let packed: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    BASE64.decode(packed.as_bytes()).ok().map(Zeroizing::new)
}
